/* WWW-Authenticate: what a registry asks for. Source: RFC 9110 §11.6.1. */
#include <string.h>

#include "m2/registry.h"

static bool is_token(char c)
{
    return c > ' ' && c < 0x7f && !strchr("()<>@,;:\\\"/[]?={}", c);
}

static const char *skip(const char *p)
{
    return p + strspn(p, " \t,");
}

static const char *read_token(const char **out, struct m2_arena *a, const char *p)
{
    const char *from = p;
    while (*p && is_token(*p))
        p++;
    *out = m2_arena_strndup(a, from, (size_t)(p - from));
    return p;
}

/* A quoted string or what stands there up to a comma. */
static const char *read_text(const char **out, struct m2_arena *a, const char *p)
{
    if (*p != '"') {
        size_t n = strcspn(p, ", \t");
        *out = m2_arena_strndup(a, p, n);
        return p + n;
    }
    char *text = m2_arena_alloc(a, strlen(p) + 1);
    size_t n = 0;
    for (p++; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
        text[n++] = *p;
    }
    *out = text;
    return *p ? p + 1 : p;
}

static void keep(struct m2_challenge *out, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **at;
    } known[] = { { "realm", &out->realm }, { "service", &out->service }, { "scope", &out->scope } };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (m2_str_eq_ci(name, known[i].name) && !*known[i].at)
            *known[i].at = value;
}

void m2_challenge_read(struct m2_challenge *out, struct m2_arena *a, const char *header)
{
    const char *p = skip(header), *name, *value;
    bool bearer = false; /* whose parameters these are */
    while (*p) {
        const char *after = read_token(&name, a, p);
        if (after == p) { /* no token: what cannot be read is passed over */
            p = skip(p + 1);
            continue;
        }
        const char *next = after + strspn(after, " \t");
        if (*next == '=') {
            p = skip(read_text(&value, a, next + 1 + strspn(next + 1, " \t")));
            if (bearer)
                keep(out, name, value);
            continue;
        }
        bearer = m2_str_eq_ci(name, "Bearer");
        out->bearer |= bearer;
        out->basic |= m2_str_eq_ci(name, "Basic");
        p = skip(next);
    }
}
