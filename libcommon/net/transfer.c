#include "net/transfer.h"

#include <stdlib.h>
#include <string.h>

#define CONNECT_MS 10000
#define IDLE_MS 30000
#define TOTAL_MS 120000
#define BODY_MAX ((size_t)64 << 20)

static int either(int given, int fallback)
{
    return given > 0 ? given : fallback;
}

static int64_t mono(const struct m2_transfer *t)
{
    return m2_mono_ms(t->clock);
}

/* ---- what arrives ---- */

static void look_at_header(struct m2_transfer *t, const char *p, size_t n)
{
    static const char *const encodings[] = { "gzip", "x-gzip", "deflate", "compress", "br", "zstd" };
    static const char name[] = "content-encoding:";
    if (n < sizeof name || strncasecmp(p, name, sizeof name - 1) != 0 ||
        m2_request_header(t->req, "accept-encoding"))
        return;
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (memmem(p + sizeof name - 1, n - sizeof name + 1, encodings[i], strlen(encodings[i])))
            t->odd_encoding = true;
}

static size_t on_header(char *p, size_t size, size_t count, void *user)
{
    struct m2_transfer *t = user;
    size_t n = size * count;
    t->active_ms = mono(t);
    if (n >= 5 && memcmp(p, "HTTP/", 5) == 0) { /* a 1xx answer came before: begin anew */
        long status = 0;
        m2_buf_reset(&t->head);
        (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
        t->odd_partial = status == 206 && !m2_request_header(t->req, "range");
    }
    m2_buf_add(&t->head, p, n);
    look_at_header(t, p, n);
    t->head_over = t->head.over;
    return t->head_over || t->odd_encoding || t->odd_partial ? 0 : n;
}

static size_t on_body(char *p, size_t size, size_t count, void *user)
{
    struct m2_transfer *t = user;
    size_t n = size * count;
    t->active_ms = mono(t);
    m2_buf_add(&t->body, p, n);
    t->body_over = t->body.over;
    return t->body_over ? 0 : n;
}

static int on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    struct m2_transfer *t = user;
    (void)down_total;
    (void)down;
    (void)up_total;
    if (up != t->uploaded) {
        t->uploaded = up;
        t->active_ms = mono(t);
    }
    return 0;
}

/* ---- what is sent ---- */

static void add_header(struct m2_transfer *t, const char *line)
{
    struct curl_slist *more = curl_slist_append(t->headers, line);
    if (!more)
        abort(); /* out of memory */
    t->headers = more;
}

static void set_headers(struct m2_transfer *t)
{
    struct m2_buf line;
    m2_buf_init(&line, (size_t)-1 / 2);
    for (size_t i = 0; i < t->req->n_headers; i++) {
        const struct m2_header *h = &t->req->headers[i];
        m2_buf_reset(&line);
        m2_buf_addf(&line, *h->value ? "%s: %s" : "%s;", h->name,
                    h->value); /* "Name;" is curl's empty value */
        add_header(t, line.data);
    }
    m2_buf_free(&line);
    add_header(t, "Expect:");
    if (!m2_request_header(t->req, "content-type"))
        add_header(t, "Content-Type:");
    (void)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

static void set_method(struct m2_transfer *t)
{
    CURL *e = t->easy;
    const struct m2_request *req = t->req;
    bool post = m2_str_eq(req->method, "POST");
    if (m2_str_eq(req->method, "HEAD")) {
        (void)curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
        return;
    }
    if (post || m2_str_eq(req->method, "PUT") || req->body.n) {
        (void)curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.n);
        (void)curl_easy_setopt(e, CURLOPT_POSTFIELDS, req->body.n ? req->body.p : "");
    }
    if (!post)
        (void)curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, req->method);
}

static void set_safety(struct m2_transfer *t, const struct m2_curl_shared *shared)
{
    CURL *e = t->easy;
    const char *ca = shared->opt->ca_bundle;
    (void)curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, t->target.tls ? "https" : "http");
    (void)curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(e, CURLOPT_UNRESTRICTED_AUTH, 0L);
    (void)curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    (void)curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    (void)curl_easy_setopt(e, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(e, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    if (ca) {
        (void)curl_easy_setopt(e, CURLOPT_CAINFO, ca);
        (void)curl_easy_setopt(e, CURLOPT_PROXY_CAINFO, ca);
    }
    /* libcurl keeps the parsed store only when no directory is searched beside the bundle. */
    if (ca || curl_version_info(CURLVERSION_NOW)->cainfo)
        (void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    (void)curl_easy_setopt(e, CURLOPT_CA_CACHE_TIMEOUT, -1L); /* the store is read once a run */
    (void)curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);  /* a hung name server does not hold up the end */
    (void)curl_easy_setopt(e, CURLOPT_PROXY, t->proxy); /* always set: curl shall not read the environment */
    (void)curl_easy_setopt(e, CURLOPT_NOPROXY, m2_str_or(shared->proxies->except, ""));
    (void)curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

void m2_transfer_setup(struct m2_transfer *t, CURL *easy, const struct m2_curl_shared *shared, int64_t now_ms)
{
    const struct m2_request *req = t->req;
    size_t max_body = req->max_body ? req->max_body : BODY_MAX;
    t->easy = easy;
    t->started_ms = t->active_ms = now_ms;
    m2_buf_init(&t->head, M2_HEADERS_MAX);
    m2_buf_init(&t->body, max_body);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, (void *)t);
    (void)curl_easy_setopt(easy, CURLOPT_URL, req->url);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->reason);
    (void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    (void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                           2L * either(req->connect_timeout_ms, CONNECT_MS)); /* ours comes first */
    (void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)max_body);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(easy, CURLOPT_XFERINFODATA, t);
    (void)curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (shared->opt->user_agent)
        (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, shared->opt->user_agent);
    if (req->flags & M2_HTTP_NO_REUSE) /* curl sends again by itself when a kept connection turns out dead */
        (void)curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    set_safety(t, shared);
    set_method(t);
    set_headers(t);
}

/* ---- time ---- */

static bool connected(const struct m2_transfer *t)
{
    curl_off_t us = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

int64_t m2_transfer_deadline(const struct m2_transfer *t, enum m2_deadline *which)
{
    int64_t total = t->started_ms + either(t->req->total_timeout_ms, TOTAL_MS), first;
    if (connected(t)) {
        first = t->active_ms + either(t->req->idle_timeout_ms, IDLE_MS);
        *which = M2_DEADLINE_IDLE;
    } else {
        first = t->started_ms + either(t->req->connect_timeout_ms, CONNECT_MS);
        *which = M2_DEADLINE_CONNECT;
    }
    if (total > first)
        return first;
    *which = M2_DEADLINE_TOTAL;
    return total;
}

static double seconds(int64_t ms)
{
    return (double)ms / 1000.0;
}

void m2_transfer_expire(struct m2_transfer *t, enum m2_deadline which, int64_t now_ms)
{
    const char *who = t->target.authority;
    int64_t waited = now_ms - t->started_ms;
    t->failed = true;
    t->sent = m2_curl_sent(t->easy);
    if (which == M2_DEADLINE_CONNECT)
        (void)m2_fail(&t->err, M2_ETIMEOUT, "no connection to %s within %g s", who,
                      seconds(either(t->req->connect_timeout_ms, CONNECT_MS)));
    else if (which == M2_DEADLINE_IDLE)
        (void)m2_fail(&t->err, M2_ETIMEOUT, "%s sent nothing for %g s (%zu bytes of the answer had come)",
                      who, seconds(either(t->req->idle_timeout_ms, IDLE_MS)), t->body.len);
    else
        (void)m2_fail(&t->err, M2_ETIMEOUT, "%s did not finish its answer within %.3g s (%zu bytes had come)",
                      who, seconds(waited), t->body.len);
}

/* ---- the outcome ---- */

void m2_transfer_judge(struct m2_transfer *t, CURLcode result)
{
    t->sent = m2_curl_sent(t->easy);
    t->failed = true;
    if (t->odd_encoding)
        (void)m2_fail(&t->err, M2_EPROTO, "%s compressed its answer though it was not asked to",
                      t->target.authority);
    else if (t->odd_partial)
        (void)m2_fail(&t->err, M2_EPROTO, "%s answered with a part (206) though all was asked for",
                      t->target.authority);
    else if (t->head_over)
        (void)m2_fail(&t->err, M2_ELIMIT, "the headers of the answer of %s pass %zu KiB", t->target.authority,
                      M2_HEADERS_MAX >> 10);
    else if (t->body_over || result == CURLE_FILESIZE_EXCEEDED)
        (void)m2_fail(&t->err, M2_ELIMIT, "the answer of %s passes %zu bytes", t->target.authority,
                      t->body.max);
    else if (result != CURLE_OK)
        m2_curl_explain(t, result);
    else
        t->failed = false;
}

static void parse_head(struct m2_response *r, struct m2_arena *a, const struct m2_buf *head)
{
    M2_VEC(struct m2_header) v = { 0 };
    const char *p = strchr(head->data, '\n');
    for (p = p ? p + 1 : ""; *p;) {
        const char *end = strchr(p, '\n');
        size_t n = end ? (size_t)(end - p) : strlen(p);
        const char *colon = memchr(p, ':', n);
        if (colon && *p != ' ' && *p != '\t') {
            char *name = m2_arena_strndup(a, p, (size_t)(colon - p));
            char *value = m2_arena_strndup(a, colon + 1, n - (size_t)(colon + 1 - p));
            struct m2_header h = { m2_str_lower(a, name), m2_str_trim(a, value) };
            m2_vec_push(a, &v, h);
        }
        p += end ? n + 1 : n;
    }
    r->headers = v.at;
    r->n_headers = v.len;
}

void m2_transfer_exchange(struct m2_exchange *out, struct m2_arena *a, struct m2_transfer *t, int64_t now_ms)
{
    long status = 0;
    *out = (struct m2_exchange){ .ok = !t->failed, .sent = t->sent, .err = t->err };
    out->elapsed_ms = t->started_ms ? now_ms - t->started_ms : 0;
    if (t->failed)
        return;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    out->response.status = (int)status;
    out->response.body = (struct m2_bytes){ t->body.data, t->body.len };
    parse_head(&out->response, a, &t->head);
}

void m2_transfer_free(struct m2_transfer *t)
{
    curl_slist_free_all(t->headers);
    m2_buf_free(&t->head);
    m2_buf_free(&t->body);
    free(t);
}
