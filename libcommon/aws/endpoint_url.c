#include <string.h>

#include "aws/endpoint_rules.h"
#include "m2/str.h"

static const struct {
    const char *scheme, *default_port;
} schemes[] = { { "https", ":443" }, { "http", ":80" } };

static int refuse(struct m2_err *err, const char *url, const char *why)
{
    /* A URL with a user name may hold a password: it is not repeated. */
    if (strchr(url, '@'))
        return m2_fail(err, M2_ECONFIG, "the endpoint URL %s", why);
    return m2_fail(err, M2_ECONFIG, "endpoint URL \"%.200s\" %s", url, why);
}

static bool port_valid(const char *p)
{
    size_t n = strspn(p, "0123456789");
    return n > 0 && n <= 5 && !p[n] && (n < 5 || strcmp(p, "65535") <= 0) && strspn(p, "0") < n;
}

static bool host_valid(const char *host)
{
    const char *port = strrchr(host, ':');
    if (*host == '[') {
        const char *end = strchr(host, ']');
        return end && end > host + 2 && strspn(host + 1, "0123456789abcdef:.") == (size_t)(end - host - 1) &&
               (!end[1] || (end[1] == ':' && port_valid(end + 2)));
    }
    size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-._");
    return n > 0 && host[0] != '.' && !strstr(host, "..") &&
           (!host[n] || (port == host + n && port_valid(port + 1)));
}

int m2_endpoint_read_url(struct m2_endpoint *out, struct m2_arena *a, const char *url, struct m2_err *err)
{
    const char *after = strstr(url, "://");
    const char *scheme = after ? m2_str_lower(a, m2_arena_strndup(a, url, (size_t)(after - url))) : "";
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (!m2_str_eq(scheme, schemes[i].scheme))
            continue;
        const char *begin = after + 3, *path = strchrnul(begin, '/');
        char *host = m2_str_lower(a, m2_arena_strndup(a, begin, (size_t)(path - begin)));
        if (strchr(host, '@'))
            return refuse(err, url, "holds a user name; credentials do not belong there");
        if (!host_valid(host))
            return refuse(err, url, "names no usable host and port");
        for (const char *p = path; *p; p++)
            if (*p <= ' ' || *p >= 0x7f || strchr("?#\\\"<>`{}|^", *p))
                return refuse(err, url, "may have a path, but no query, fragment or unencoded character");
        if (m2_str_ends(host, schemes[i].default_port))
            host[strlen(host) - strlen(schemes[i].default_port)] = '\0';
        size_t n = strlen(path);
        while (n && path[n - 1] == '/')
            n--;
        out->scheme = schemes[i].scheme;
        out->host = host;
        out->path = m2_arena_strndup(a, path, n);
        return 0;
    }
    return refuse(err, url, "does not begin with https:// or http://");
}
