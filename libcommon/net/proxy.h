/* net/proxy.h — which proxy the environment names for a request. */
#ifndef M2_NET_PROXY_H
#define M2_NET_PROXY_H

#include "m2/net.h"
#include "net/request.h"

struct m2_proxies {
    const char *https, *http; /* proxy URL, or NULL: none */
    const char *except;       /* NO_PROXY, or NULL */
};

/**
 * Read https_proxy/HTTPS_PROXY, http_proxy (lower case only: HTTP_PROXY can come from a CGI request header),
 * all_proxy/ALL_PROXY, no_proxy/NO_PROXY. The texts belong to SYS. Errors: M2_ECONFIG naming the variable,
 * never its password.
 */
int m2_proxies_read(struct m2_proxies *out, const struct m2_sys *sys, struct m2_err *err) M2_MUST_USE;
/** Proxy for a request to TARGET, "" for none. */
const char *m2_proxy_for(const struct m2_proxies *p, const struct m2_target *target, unsigned flags);
/** Host and port of proxy URL P, without scheme and userinfo. */
void m2_proxy_name(struct m2_buf *out, const char *p);

#endif
