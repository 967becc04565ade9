/* Ids of AWS Organizations. Source: AWS Organizations API Reference: Organization, Root, OrganizationalUnit,
 * Policy. */
#include <ctype.h>
#include <string.h>

#include "m2/str.h"
#include "snapshot/names.h"
#include "snapshot/redact.h"

#define ANY_ORGANISATION "o-*"

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Small letters and digits from P on, at least LEAST and at most MOST of them; 0: not so. */
static size_t run(const char *p, size_t least, size_t most)
{
    size_t n = 0;
    while (islower((unsigned char)p[n]) || isdigit((unsigned char)p[n]))
        n++;
    return n >= least && n <= most ? n : 0;
}

static size_t organisation(const char *p)
{
    return run(p, 10, 32);
}

static size_t root(const char *p)
{
    return run(p, 4, 32);
}

static size_t unit(const char *p)
{
    size_t first = run(p, 4, 32), second = first && p[first] == '-' ? run(p + first + 1, 8, 32) : 0;
    return second ? first + 1 + second : 0;
}

static size_t policy(const char *p)
{
    size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return n >= 8 && n <= 128 && !memmem(p, n, M2_ORG_ALLOWS_ALL, strlen(M2_ORG_ALLOWS_ALL)) ? n : 0;
}

/* A token, that is its beginning and a number, has the form of an id, too, and never changes again. */
static const struct {
    const char *prefix;
    size_t (*length)(const char *p); /* of what comes after the prefix; 0: none */
    const char *token;
    int digits;
    bool told; /* in the service's own answers and paths only: elsewhere such words mean other things */
} kinds[] = {
    { "ou-", unit, "ou-0000-", 8, false },
    { "o-", organisation, "o-000000", 4, false },
    { "r-", root, "r-0000", 4, true },
    { "p-", policy, "p-0000", 4, true },
};

/* The id at P: its length, its token in *TOKEN; 0: none. IN_PATH: it is a part of a path that begins with an
 * organisation's id. */
static size_t id_at(struct m2_redactor *r, const char **token, const char *p, bool in_path)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t before = strlen(kinds[k].prefix), n = 0;
        if (strncmp(p, kinds[k].prefix, before) != 0 || (kinds[k].told && !r->of_organisation && !in_path))
            continue;
        n = kinds[k].length(p + before);
        if (!n || is_word(p[before + n]))
            continue;
        const char *id = m2_arena_strndup(r->a, p, before + n);
        bool is_new = false;
        if (m2_str_starts(id, kinds[k].token)) {
            *token = id;
            return before + n;
        }
        size_t *at = m2_strmap_at(&r->organisation, r->a, id, &is_new);
        if (is_new)
            *at = r->organisation.len;
        *token = m2_arena_printf(r->a, "%s%0*zu", kinds[k].token, kinds[k].digits, *at);
        return before + n;
    }
    return 0;
}

/* Where an id whose first hyphen is at DASH begins, not before FROM; NULL: nowhere. */
static const char *beginning(const char *from, const char *dash)
{
    const char *p = dash;
    while (p > from && isalpha((unsigned char)p[-1]) && dash - p < 3)
        p--;
    return p < dash && (p == from || !is_word(p[-1])) ? p : NULL;
}

/* The end of the path that goes on at P, "o-a1b2c3d4e5/service_control_policy/p-…"; P itself where none does.
 */
static const char *end_of_path(const char *p)
{
    if (*p == '/')
        while (is_word(*p) || *p == '/' || *p == '*')
            p++;
    return p;
}

bool m2_redact_organisation(struct m2_redactor *r, struct m2_buf *out, const char *s)
{
    const char *done = s, *path = s; /* up to path, what follows a slash is in one */
    for (const char *dash = strchr(s, '-'); dash; dash = strchr(dash + 1, '-')) {
        const char *p = beginning(done, dash), *token = NULL;
        size_t n = p && (p == s || !is_word(p[-1])) ? id_at(r, &token, p, p < path && p[-1] == '/') : 0;
        if (p && !n && p >= path && m2_str_starts(p, ANY_ORGANISATION))
            path = end_of_path(p + strlen(ANY_ORGANISATION));
        if (!n)
            continue;
        m2_buf_add(out, done, (size_t)(p - done));
        m2_buf_adds(out, token);
        done = p + n;
        if (done >= path)
            path = end_of_path(done);
        dash = done - 1;
    }
    if (done != s)
        m2_buf_adds(out, done);
    return done != s;
}
