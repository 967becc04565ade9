#include "net/proxy.h"

#include <string.h>

static const char *const schemes[] = { "http", "https", "socks4", "socks4a", "socks5", "socks5h" };

/* The first of the two variables that is set; *name says which. */
static const char *either(const struct m2_sys *sys, const char *a, const char *b, const char **name)
{
    const char *v = m2_env(sys, *name = a);
    return v || !b ? v : m2_env(sys, *name = b);
}

static bool known_scheme(const char *scheme, size_t n)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strlen(schemes[i]) == n && strncasecmp(scheme, schemes[i], n) == 0)
            return true;
    return false;
}

static int check(const char *variable, const char *proxy, struct m2_err *err)
{
    if (!proxy)
        return 0;
    for (const char *p = proxy; *p; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f)
            return m2_fail(err, M2_ECONFIG, "the proxy in %s holds a space or a control character", variable);
    const char *rest = strstr(proxy, "://");
    if (rest && !known_scheme(proxy, (size_t)(rest - proxy)))
        return m2_fail(err, M2_ECONFIG,
                       "the proxy in %s has an unknown scheme (http, https, socks4, socks4a, socks5 and "
                       "socks5h are known)",
                       variable);
    rest = rest ? rest + 3 : proxy;
    size_t n = strcspn(rest, "/?#");
    const char *at = memrchr(rest, '@', n), *host = at ? at + 1 : rest;
    n -= (size_t)(host - rest);
    const char *bracket = *host == '[' ? memchr(host, ']', n) : NULL;
    const char *colon = bracket ? bracket + 1 : memchr(host, ':', n);
    if (!n || colon == host || (*host == '[' && !bracket))
        return m2_fail(err, M2_ECONFIG, "the proxy in %s names no host", variable);
    if (colon && colon < host + n) {
        char port[8] = "";
        size_t len = (size_t)(host + n - colon - 1);
        uint64_t number;
        memcpy(port, colon + 1, len < sizeof port ? len : 0);
        if (*colon != ':' || m2_parse_u64(&number, port, 1, 65535, "port", NULL) < 0)
            return m2_fail(err, M2_ECONFIG, "the proxy in %s has a bad port", variable);
    }
    return 0;
}

int m2_proxies_read(struct m2_proxies *out, const struct m2_sys *sys, struct m2_err *err)
{
    struct m2_proxies p;
    const char *https_name, *http_name, *all_name, *except_name;
    const char *all = either(sys, "all_proxy", "ALL_PROXY", &all_name);
    p.https = either(sys, "https_proxy", "HTTPS_PROXY", &https_name);
    p.http = either(sys, "http_proxy", NULL, &http_name);
    p.except = either(sys, "no_proxy", "NO_PROXY", &except_name);
    if (check(https_name, p.https, err) < 0 || check(http_name, p.http, err) < 0 ||
        check(all_name, all, err) < 0)
        return -1;
    p.https = p.https ? p.https : all;
    p.http = p.http ? p.http : all;
    *out = p;
    return 0;
}

const char *m2_proxy_for(const struct m2_proxies *p, const struct m2_target *target, unsigned flags)
{
    if ((flags & M2_HTTP_NO_PROXY) || m2_host_is_local(target->host))
        return "";
    return m2_str_or(target->tls ? p->https : p->http, "");
}

void m2_proxy_name(struct m2_buf *out, const char *p)
{
    const char *rest = strstr(p, "://");
    rest = rest ? rest + 3 : p;
    size_t n = strcspn(rest, "/?#");
    const char *at = memrchr(rest, '@', n);
    if (at) {
        n -= (size_t)(at + 1 - rest);
        rest = at + 1;
    }
    m2_buf_add(out, rest, n);
}
