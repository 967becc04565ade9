/* The address of Brain: what people paste, made into the base of its API. */
#include <ctype.h>
#include <string.h>

#include "m2/brain.h"

#define DEFAULT_STAGE "/Prod"

static bool is_loopback(const char *host, size_t n)
{
    static const char *const names[] = { "localhost", "[::1]" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (n == strlen(names[i]) && strncasecmp(host, names[i], n) == 0)
            return true;
    return n >= 9 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= n;
}

static bool is_host(const char *host, size_t n)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    if (n > 2 && host[0] == '[' && host[n - 1] == ']')
        return strspn(host + 1, "0123456789abcdefABCDEF:.") == n - 2;
    return n && strspn(host, name) >= n && host[0] != '.' && host[0] != '-';
}

static bool is_path(const char *path)
{
    static const char marks[] = "-._~/%";
    for (; *path; path++)
        if (!isalnum((unsigned char)*path) && !strchr(marks, *path))
            return false;
    return true;
}

/* Port digits behind the host; true without a port. */
static bool is_port(const char *p, size_t n)
{
    return n == 0 || (n <= 6 && n > 1 && p[0] == ':' && strspn(p + 1, "0123456789") >= n - 1);
}

/* The path up to a whole segment "api". */
static size_t stage_length(const char *path)
{
    const char *at = path;
    while ((at = strstr(at, "/api")) != NULL && at[4] != '\0' && at[4] != '/')
        at++;
    size_t n = at ? (size_t)(at - path) : strlen(path);
    while (n && path[n - 1] == '/')
        n--;
    return n;
}

static int refuse(struct m2_err *err, const char *text, const char *why)
{
    struct m2_buf shown;
    m2_buf_init(&shown, 1000);
    m2_mask_url(&shown, text);
    (void)m2_fail(err, M2_EUSAGE,
                  "\"%s\" is not an address of CloudMR Brain: %s (expected: https://HOST/Prod)", shown.data,
                  why);
    m2_buf_free(&shown);
    return -1;
}

int m2_brain_url(const char **out, struct m2_arena *a, const char *text, struct m2_err *err)
{
    const char *s = m2_str_trim(a, text);
    const char *colon = strstr(s, "://");
    const char *scheme = colon ? m2_str_lower(a, m2_arena_strndup(a, s, (size_t)(colon - s))) : "https";
    const char *host = colon ? colon + 3 : s;
    size_t authority = strcspn(host, "/?#"), n = authority;
    if (!*s)
        return refuse(err, text, "it is empty");
    if (!m2_str_eq(scheme, "https") && !m2_str_eq(scheme, "http"))
        return refuse(err, text, "only https:// is spoken");
    if (memchr(host, '@', authority))
        return refuse(err, text, "a user or password has no place in it");
    if (host[0] == '[')
        n = strcspn(host, "]") + 1 <= authority ? strcspn(host, "]") + 1 : authority;
    else if (memchr(host, ':', authority))
        n = strcspn(host, ":");
    if (!is_host(host, n) || !is_port(host + n, authority - n))
        return refuse(err, text, "it names no host");
    const char *path = host + authority;
    if (!is_path(path))
        return refuse(err, text, "behind the host only a path may follow");
    if (m2_str_eq(scheme, "http") && !is_loopback(host, n))
        return refuse(err, text, "http:// would send your password in clear, use https://");
    size_t stage = stage_length(path);
    bool explicit_api = strstr(path, "/api") != NULL && stage == 0;
    const char *kept = stage || explicit_api ? m2_arena_strndup(a, path, stage) : DEFAULT_STAGE;
    *out =
        m2_arena_printf(a, "%s://%s%s", scheme, m2_str_lower(a, m2_arena_strndup(a, host, authority)), kept);
    return 0;
}
