#include "net/request.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

static const char *const methods[] = { "GET", "HEAD", "POST", "PUT", "DELETE", NULL };

static bool known_method(const char *m)
{
    for (size_t i = 0; methods[i]; i++)
        if (m2_str_eq(methods[i], m))
            return true;
    return false;
}

/* RFC 9110 token: what a header name may be made of. */
static bool is_token(const char *s)
{
    if (m2_str_empty(s))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && !strchr("!#$%&'*+-.^_`|~", *s))
            return false;
    return true;
}

/* No CR, LF or other control in a value; a tab may stand inside. (A NUL ends the C string; callers with
 * counted bytes check theirs.) */
static bool value_ok(const char *s)
{
    for (; s && *s; s++)
        if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
            return false;
    return s != NULL;
}

static int check_headers(const struct m2_request *req, struct m2_err *err)
{
    for (size_t i = 0; i < req->n_headers; i++) {
        const struct m2_header *h = &req->headers[i];
        if (!is_token(h->name))
            return m2_fail(err, M2_ECONFIG, "refused to send a header whose name is not an HTTP token");
        if (!value_ok(h->value))
            return m2_fail(
                err, M2_ECONFIG,
                "refused to send header %s: its value holds a line break or another control character",
                h->name);
    }
    return 0;
}

static int check_port(const char *p, struct m2_err *err)
{
    uint64_t port;
    if (m2_parse_u64(&port, p, 1, 65535, "port", NULL) < 0)
        return m2_fail(err, M2_ECONFIG, "refused a URL whose port is not a number from 1 to 65535");
    return 0;
}

/* AUTHORITY (n bytes, without userinfo) into host and port. */
static int split_authority(struct m2_target *t, const char *p, size_t n, struct m2_err *err)
{
    if (n == 0 || n >= sizeof t->host)
        return m2_fail(err, M2_ECONFIG, "refused a URL %s",
                       n ? "whose host name is too long" : "without a host");
    memcpy(t->authority, p, n);
    t->authority[n] = '\0';
    const char *host = t->authority, *end = NULL;
    if (*host == '[') {
        end = strchr(++host, ']');
        if (!end || (end[1] && end[1] != ':'))
            return m2_fail(err, M2_ECONFIG, "refused a URL whose IPv6 address is not closed by ]");
    } else {
        end = strchr(host, ':');
        end = end ? end : host + strlen(host);
    }
    size_t len = (size_t)(end - host);
    if (!len)
        return m2_fail(err, M2_ECONFIG, "refused a URL without a host");
    for (size_t i = 0; i < len; i++)
        t->host[i] = (char)tolower((unsigned char)host[i]);
    t->host[len] = '\0';
    const char *port = *end == ']' ? end + 1 : end;
    return *port == ':' ? check_port(port + 1, err) : 0;
}

static int check_url(struct m2_target *t, const struct m2_request *req, struct m2_err *err)
{
    const char *url = req->url;
    if (m2_str_empty(url))
        return m2_fail(err, M2_ECONFIG, "refused an empty URL");
    for (const char *p = url; *p; p++)
        if ((unsigned char)*p <= 0x20 || *p == 0x7f || (unsigned char)*p >= 0x80 || *p == '\\')
            return m2_fail(err, M2_ECONFIG,
                           "refused a URL that holds a space, a control or a non-ASCII character");
    if (m2_str_starts(url, "https://"))
        t->tls = true;
    else if (!m2_str_starts(url, "http://"))
        return m2_fail(err, M2_ECONFIG, "refused a URL that begins with neither https:// nor http://");
    const char *rest = url + (t->tls ? 8 : 7);
    size_t n = strcspn(rest, "/?#");
    if (memchr(rest, '@', n))
        return m2_fail(err, M2_ECONFIG, "refused a URL with a user name or password in it");
    if (strchr(rest, '#'))
        return m2_fail(err, M2_ECONFIG, "refused a URL with a fragment (#)");
    if (split_authority(t, rest, n, err) < 0)
        return -1;
    if (!t->tls && !(req->flags & M2_HTTP_PLAIN_OK))
        return m2_fail(err, M2_ECONFIG, "refused to talk to %s without TLS (http://)", t->authority);
    return 0;
}

int m2_request_check(struct m2_target *out, const struct m2_request *req, struct m2_err *err)
{
    struct m2_target t = { 0 };
    if (!known_method(req->method))
        return m2_fail(err, M2_EBUG, "unknown HTTP method");
    if (check_url(&t, req, err) < 0 || check_headers(req, err) < 0)
        return -1;
    *out = t;
    return 0;
}

bool m2_host_is_loopback(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (m2_str_eq_ci(host, "localhost") || m2_str_ends(host, ".localhost"))
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, host, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool m2_host_is_local(const char *host)
{
    /* Metadata service and container endpoints, IPv4 and IPv6. */
    static const char *const local[] = { "169.254.169.254", "169.254.170.2", "169.254.170.23",
                                         "fd00:ec2::254", "fd00:ec2::23" };
    if (m2_host_is_loopback(host))
        return true;
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        if (m2_str_eq_ci(host, local[i]))
            return true;
    return false;
}

const char *m2_request_header(const struct m2_request *req, const char *name)
{
    for (size_t i = 0; i < req->n_headers; i++)
        if (m2_str_eq_ci(req->headers[i].name, name))
            return req->headers[i].value;
    return NULL;
}
