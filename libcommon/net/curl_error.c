/* What libcurl says, as one sentence that names the host and what happened. */
#include <ctype.h>
#include <string.h>

#include "net/transfer.h"

bool m2_curl_sent(CURL *easy)
{
    long request_bytes = 0;
    curl_off_t began_us = 0;
    /* The second also covers bytes that TLS has taken and curl has not yet counted. */
    (void)curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request_bytes);
    (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began_us);
    return request_bytes > 0 || began_us > 0;
}

/* Each reads its facts from T and fills t->err. */
typedef void explain_fn(struct m2_transfer *t, const char *who);

/* "Connection refused" → "connection refused": it continues a sentence. */
static void lower_first(char *s)
{
    if (s[0] && !isupper((unsigned char)s[1]))
        s[0] = (char)tolower((unsigned char)s[0]);
}

/* The peer's name, or the proxy's where curl was still busy with that. */
static void explain_connect(struct m2_transfer *t, const char *who)
{
    long number = 0;
    char why[256] = "";
    (void)curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    if (number)
        (void)snprintf(why, sizeof why, "%s", strerror((int)number));
    else
        (void)snprintf(why, sizeof why, "%s", t->reason);
    lower_first(why);
    (void)m2_fail(&t->err, M2_ENET, "could not connect to %s: %s", who, m2_str_or(why, "no reason given"));
}

static void explain_dns(struct m2_transfer *t, const char *who)
{
    (void)m2_fail(&t->err, M2_ENET,
                  "could not resolve the name %s: it does not exist, or no name server answered", who);
}

static void explain_timeout(struct m2_transfer *t, const char *who)
{
    (void)m2_fail(&t->err, M2_ETIMEOUT, "no answer from %s in time", who);
}

static void explain_tls(struct m2_transfer *t, const char *who)
{
    static const char *const prefixes[] = { "SSL certificate problem: ", "SSL: " };
    const char *why = t->reason;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (m2_str_starts(why, prefixes[i]))
            why += strlen(prefixes[i]);
    (void)m2_fail(&t->err, M2_ETLS, "TLS to %s failed: %s", who, m2_str_or(why, "the handshake was refused"));
}

static void explain_broken(struct m2_transfer *t, const char *who)
{
    curl_off_t want = -1;
    (void)curl_easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &want);
    if (!t->sent)
        (void)m2_fail(&t->err, M2_ENET, "the connection to %s broke before the request was sent: %s", who,
                      m2_str_or(t->reason, "no reason given"));
    else if (!t->head.len)
        (void)m2_fail(&t->err, M2_ENET, "%s closed the connection without an answer", who);
    else if (want >= 0)
        (void)m2_fail(&t->err, M2_ENET, "the connection to %s broke after %zu of %lld bytes of the answer",
                      who, t->body.len, (long long)want);
    else
        (void)m2_fail(&t->err, M2_ENET,
                      "the connection to %s broke in the middle of the answer, after %zu bytes", who,
                      t->body.len);
}

static void explain_not_http(struct m2_transfer *t, const char *who)
{
    (void)m2_fail(&t->err, M2_EPROTO, "%s answered something that is not HTTP (%s)", who,
                  m2_str_or(t->reason, "no reason given"));
}

static void explain_proxy(struct m2_transfer *t, const char *who)
{
    (void)m2_fail(&t->err, M2_ENET, "the proxy %s did not let the request through: %s", who,
                  m2_str_or(t->reason, "no reason given"));
}

static void explain_ca(struct m2_transfer *t, const char *who)
{
    (void)who;
    (void)m2_fail(&t->err, M2_ETLS, "the CA bundle cannot be used: %s",
                  m2_str_or(t->reason, "no reason given"));
}

/* libcurl bounds a single header line (100 KiB) and a header block by itself. */
static void explain_header(struct m2_transfer *t, const char *who)
{
    (void)m2_fail(&t->err, M2_ELIMIT, "a header in the answer of %s is too long", who);
}

static const struct {
    CURLcode code;
    explain_fn *explain;
    bool about_proxy;
} rows[] = {
    { CURLE_COULDNT_CONNECT, explain_connect, false },
    { CURLE_COULDNT_RESOLVE_HOST, explain_dns, false },
    { CURLE_COULDNT_RESOLVE_PROXY, explain_dns, true },
    { CURLE_PROXY, explain_proxy, true },
    { CURLE_OPERATION_TIMEDOUT, explain_timeout, false },
    { CURLE_PEER_FAILED_VERIFICATION, explain_tls, false },
    { CURLE_SSL_CONNECT_ERROR, explain_tls, false },
    { CURLE_SSL_CERTPROBLEM, explain_tls, false },
    { CURLE_SSL_CIPHER, explain_tls, false },
    { CURLE_SSL_ISSUER_ERROR, explain_tls, false },
    { CURLE_SSL_INVALIDCERTSTATUS, explain_tls, false },
    { CURLE_SSL_CACERT_BADFILE, explain_ca, false },
    { CURLE_GOT_NOTHING, explain_broken, false },
    { CURLE_PARTIAL_FILE, explain_broken, false },
    { CURLE_RECV_ERROR, explain_broken, false },
    { CURLE_SEND_ERROR, explain_broken, false },
    { CURLE_HTTP2, explain_broken, false },
    { CURLE_HTTP2_STREAM, explain_broken, false },
    { CURLE_UNSUPPORTED_PROTOCOL, explain_not_http, false },
    { CURLE_OUT_OF_MEMORY, explain_header, false }, /* memory itself aborts */
#if LIBCURL_VERSION_NUM >= 0x080600
    { CURLE_TOO_LARGE, explain_header, false },
#endif
    { CURLE_WEIRD_SERVER_REPLY, explain_not_http, false },
};

/* NO_PROXY may have taken the proxy out of the way: libcurl's sentence names whom it tried to reach. */
static bool went_past_proxy(const struct m2_transfer *t)
{
    char direct[sizeof t->target.host + 16];
    (void)snprintf(direct, sizeof direct, "connect to %s port", t->target.host);
    return strstr(t->reason, direct) != NULL;
}

void m2_curl_explain(struct m2_transfer *t, CURLcode result)
{
    struct m2_buf proxy;
    m2_buf_init(&proxy, 512);
    if (m2_str_empty(t->reason))
        (void)snprintf(t->reason, sizeof t->reason, "%s", curl_easy_strerror(result));
    if (*t->proxy && !went_past_proxy(t))
        m2_proxy_name(&proxy, t->proxy);
    long connect_status = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &connect_status);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code != result)
            continue;
        if (connect_status >= 300) /* the proxy refused CONNECT: 407 and the like */
            (void)m2_fail(&t->err, M2_ENET, "the proxy %s refused to connect to %s: HTTP status %ld%s",
                          proxy.data, t->target.authority, connect_status,
                          connect_status == 407 ? " (it wants a user name and password)" : "");
        else if (rows[i].about_proxy)
            rows[i].explain(t, proxy.data);
        else if (proxy.len && rows[i].code == CURLE_COULDNT_CONNECT)
            (void)m2_fail(&t->err, M2_ENET, "could not connect to %s through the proxy %s: %s",
                          t->target.authority, proxy.data, t->reason);
        else
            rows[i].explain(t, t->target.authority);
        break;
    }
    if (t->err.code == M2_OK)
        (void)m2_fail(&t->err, M2_ENET, "the request to %s failed: %s", t->target.authority, t->reason);
    m2_buf_free(&proxy);
}
