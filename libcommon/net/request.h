/* net/request.h — what every loop must know of a request before it leaves: is it well-formed, where does it
 * go. */
#ifndef M2_NET_REQUEST_H
#define M2_NET_REQUEST_H

#include <stdbool.h>

#include "m2/net.h"

struct m2_target {
    bool tls;
    char host[256];      /* lower case, IPv6 without brackets */
    char authority[272]; /* host[:port] as written; what messages name */
};

/** Check URL, method and headers of REQ. Errors: M2_ECONFIG (userinfo, control characters, spaces, another
 * scheme, http where only https is allowed); the text never repeats what was refused. */
int m2_request_check(struct m2_target *out, const struct m2_request *req, struct m2_err *err) M2_MUST_USE;

/** Loopback, the instance metadata service, or the container credential endpoints: never asked through a
 * proxy. */
bool m2_host_is_local(const char *host);
/** Loopback alone. */
bool m2_host_is_loopback(const char *host);

/** Value of request header NAME (any case), or NULL. */
const char *m2_request_header(const struct m2_request *req, const char *name);

#endif
