#include "m2/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/digest.h"
#include "m2/str.h"
#include "m2/time.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"
#define MAX_EXPIRES_S 604800
#define MAX_TEXT ((size_t)8 << 20)

/* One line of the canonical headers, or one pair of the canonical query. */
struct pair {
    const char *name, *value;
    size_t order; /* as sent: qsort is not stable */
};

struct pairs {
    M2_VEC(struct pair) v;
};

struct signing {
    struct m2_arena *a;
    const struct m2_sign_input *in;
    bool in_query;
    char amz_date[M2_ISO_SIZE];
    const char *scope, *body_hash, *signed_headers;
    struct pairs headers, query;
};

/* Set or changed on the way by proxies and by the transport itself. */
static const char *const never_signed[] = {
    "connection", "expect",  "keep-alive",        "proxy-authenticate", "proxy-authorization", "te",
    "trailer",    "upgrade", "transfer-encoding", "user-agent",         "x-amzn-trace-id",     NULL,
};
/* The signer's own: what the caller brings of them is from an earlier attempt. */
static const char *const own_headers[] = { "host", "authorization", "x-amz-date", "x-amz-security-token",
                                           NULL };
static const char *const own_parameters[] = {
    "X-Amz-Algorithm",     "X-Amz-Credential",     "X-Amz-Date",      "X-Amz-Expires",
    "X-Amz-SignedHeaders", "X-Amz-Security-Token", "X-Amz-Signature", NULL,
};

static bool listed(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (m2_str_eq_ci(*names, name))
            return true;
    return false;
}

static const char *keep(struct m2_arena *a, struct m2_buf *b)
{
    const char *s = b->over ? NULL : m2_arena_strndup(a, b->data, b->len);
    m2_wipe(b->data, b->len);
    m2_buf_free(b);
    return s;
}

static bool has_line_break(const char *s)
{
    return s && strpbrk(s, "\r\n");
}

static void add_pair(struct m2_arena *a, struct pairs *to, const char *name, const char *value)
{
    const struct pair p = { name, value, to->v.len };
    m2_vec_push(a, &to->v, p);
}

static int by_name(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    int c = strcmp(a->name, b->name);
    return c ? c : a->order < b->order ? -1 : 1;
}

static int by_name_and_value(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    int c = strcmp(a->name, b->name);
    return c ? c : strcmp(a->value, b->value);
}

/* ---- path ---- */

/* Without ".", ".." and empty segments; a trailing '/' stays. */
static void normalize(struct m2_buf *out, const char *path)
{
    size_t n = strlen(path);
    for (const char *at = path; *at;) {
        const char *end = strchrnul(at, '/');
        size_t len = (size_t)(end - at);
        if (len == 2 && at[0] == '.' && at[1] == '.') {
            while (out->len && out->data[out->len - 1] != '/')
                out->len--;
            out->len -= out->len > 0; /* the slash before the segment */
            out->data[out->len] = '\0';
        } else if (len && !(len == 1 && at[0] == '.')) {
            m2_buf_addc(out, '/');
            m2_buf_add(out, at, len);
        }
        at = *end ? end + 1 : end;
    }
    if (!out->len || path[n - 1] == '/')
        m2_buf_addc(out, '/');
}

static void add_path(struct m2_buf *out, const struct m2_sign_input *in)
{
    const char *path = m2_str_or(in->path, "/");
    if (in->s3 && !in->path_is_raw) {
        m2_buf_adds(out, path);
        return;
    }
    struct m2_buf plain;
    m2_buf_init(&plain, MAX_TEXT);
    if (in->keep_path || in->s3)
        m2_buf_adds(&plain, path);
    else
        normalize(&plain, path);
    /* The wire path is encoded already; the rule encodes it once more. A raw path gets its only encoding
     * here. */
    m2_uri_encode(out, plain.data, plain.len, true);
    out->over |= plain.over;
    m2_buf_free(&plain);
}

/* ---- query ---- */

static const char *reencode(struct m2_arena *a, const char *p, size_t n)
{
    struct m2_buf plain, encoded;
    m2_buf_init(&plain, n);
    m2_buf_init(&encoded, 3 * n);
    m2_uri_decode(&plain, p, n, false);
    m2_uri_encode(&encoded, plain.data, plain.len, false);
    m2_buf_free(&plain);
    return keep(a, &encoded);
}

static const char *encode(struct m2_arena *a, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, 3 * strlen(s));
    m2_uri_encode(&b, s, strlen(s), false);
    return keep(a, &b);
}

/* The caller's parameters into s->query; into WIRE as they were written, without those of an earlier
 * signature. */
static void read_query(struct signing *s, struct m2_buf *wire)
{
    for (const char *at = m2_str_or(s->in->query, ""); *at;) {
        const char *end = strchrnul(at, '&');
        const char *equals = memchr(at, '=', (size_t)(end - at));
        const char *name = reencode(s->a, at, (size_t)((equals ? equals : end) - at));
        if (end > at && !(s->in_query && listed(own_parameters, name))) {
            add_pair(s->a, &s->query, name,
                     equals ? reencode(s->a, equals + 1, (size_t)(end - equals - 1)) : "");
            m2_buf_addf(wire, "%s%.*s", wire->len ? "&" : "", (int)(end - at), at);
        }
        at = *end ? end + 1 : end;
    }
}

static void add_parameter(struct m2_buf *wire, const char *name, const char *encoded)
{
    m2_buf_addf(wire, "%s%s=%s", wire->len ? "&" : "", name, encoded);
}

static void sign_parameter(struct signing *s, struct m2_buf *wire, const char *name, const char *value)
{
    const char *encoded = encode(s->a, value);
    add_pair(s->a, &s->query, name, encoded);
    add_parameter(wire, name, encoded);
}

static void add_presign_parameters(struct signing *s, struct m2_buf *wire)
{
    const struct m2_keys *k = s->in->keys;
    sign_parameter(s, wire, "X-Amz-Algorithm", ALGORITHM);
    sign_parameter(s, wire, "X-Amz-Credential",
                   m2_arena_printf(s->a, "%s/%s", m2_secret_reveal(&k->access_key_id), s->scope));
    sign_parameter(s, wire, "X-Amz-Date", s->amz_date);
    sign_parameter(s, wire, "X-Amz-Expires", m2_arena_printf(s->a, "%d", s->in->expires_s));
    sign_parameter(s, wire, "X-Amz-SignedHeaders", s->signed_headers);
    if (m2_secret_empty(&k->session_token))
        return;
    if (s->in->omit_token)
        add_parameter(wire, "X-Amz-Security-Token", encode(s->a, m2_secret_reveal(&k->session_token)));
    else
        sign_parameter(s, wire, "X-Amz-Security-Token", m2_secret_reveal(&k->session_token));
}

static void add_canonical_query(struct m2_buf *out, struct pairs *q)
{
    if (q->v.len)
        qsort(q->v.at, q->v.len, sizeof *q->v.at, by_name_and_value);
    for (size_t i = 0; i < q->v.len; i++)
        m2_buf_addf(out, "%s%s=%s", i ? "&" : "", q->v.at[i].name, q->v.at[i].value);
}

/* ---- headers ---- */

/* Trimmed, runs of white space as one space, also inside quotes. */
static const char *squeeze(struct m2_arena *a, const char *value)
{
    char *out = m2_arena_strdup(a, value), *to = out;
    for (const char *at = value; *at; at++) {
        bool space = *at == ' ' || *at == '\t';
        if (space && (to == out || to[-1] == ' '))
            continue;
        *to++ = *at;
        if (space)
            to[-1] = ' ';
    }
    if (to > out && to[-1] == ' ')
        to--;
    *to = '\0';
    return out;
}

static void sign_header(struct signing *s, const char *name, const char *value)
{
    add_pair(s->a, &s->headers, m2_str_lower(s->a, name), squeeze(s->a, value));
}

static bool sends_hash(const struct signing *s)
{
    return !s->in_query && (s->in->s3 || s->in->hash_header);
}

/* The caller's headers and our own into s->headers (sorted); our own also into OUT, as they are to be sent.
 */
static void collect_headers(struct signing *s, struct m2_signed *out)
{
    const struct m2_sign_input *in = s->in;
    sign_header(s, "host", in->host);
    for (size_t i = 0; i < in->n_headers; i++) {
        const struct m2_header *h = &in->headers[i];
        if (listed(never_signed, h->name) || listed(own_headers, h->name) ||
            (sends_hash(s) && m2_str_eq_ci(h->name, "x-amz-content-sha256")))
            continue;
        sign_header(s, h->name, m2_str_or(h->value, ""));
    }
    const bool token = !s->in_query && !m2_secret_empty(&in->keys->session_token);
    const struct {
        bool sent, is_signed;
        const char *name, *value;
    } own[] = {
        { !s->in_query, true, "X-Amz-Date", s->amz_date },
        { token, !in->omit_token, "X-Amz-Security-Token", m2_secret_reveal(&in->keys->session_token) },
        { sends_hash(s), true, "x-amz-content-sha256", s->body_hash },
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (!own[i].sent)
            continue;
        const struct m2_header h = { own[i].name, m2_arena_strdup(s->a, own[i].value) };
        m2_vec_push(s->a, &out->headers, h);
        if (own[i].is_signed)
            sign_header(s, h.name, h.value);
    }
    qsort(s->headers.v.at, s->headers.v.len, sizeof *s->headers.v.at, by_name);
}

/* "host:…\nx-amz-date:…\n", same names joined by ','; and the list of names. */
static void join_headers(const struct pairs *h, struct m2_buf *lines, struct m2_buf *names)
{
    for (size_t i = 0; i < h->v.len; i++) {
        const struct pair *p = &h->v.at[i];
        if (i && strcmp(p->name, p[-1].name) == 0) {
            m2_buf_addf(lines, ",%s", p->value);
            continue;
        }
        m2_buf_addf(lines, "%s%s:%s", i ? "\n" : "", p->name, p->value);
        m2_buf_addf(names, "%s%s", i ? ";" : "", p->name);
    }
    m2_buf_addc(lines, '\n');
}

/* ---- stages ---- */

static int check(const struct m2_sign_input *in, struct m2_err *err)
{
    if (in->expires_s < 0 || in->expires_s > MAX_EXPIRES_S)
        return m2_fail(err, M2_EUSAGE, "a signed URL cannot live %d seconds; the range is 1 to %d",
                       in->expires_s, MAX_EXPIRES_S);
    if (in->unsigned_payload && !in->s3)
        return m2_fail(err, M2_EUSAGE, "only S3 takes a request whose body is not signed");
    if (m2_secret_empty(&in->keys->access_key_id) || m2_secret_empty(&in->keys->secret_access_key))
        return m2_fail(err, M2_ECRED, "the access key or its secret is empty");
    if (has_line_break(m2_secret_reveal(&in->keys->access_key_id)) ||
        has_line_break(m2_secret_reveal(&in->keys->session_token)))
        return m2_fail(err, M2_EUSAGE, "the access key or session token holds a line break");
    if (m2_str_empty(in->host) || has_line_break(in->host))
        return m2_fail(err, M2_EUSAGE, "the host name is empty or holds a line break");
    for (size_t i = 0; i < in->n_headers; i++) {
        const struct m2_header *h = &in->headers[i];
        if (m2_str_empty(h->name) || strpbrk(h->name, "\r\n: \t"))
            return m2_fail(err, M2_EUSAGE, "header %zu has no usable name", i + 1);
        if (has_line_break(h->value)) /* the value may be a secret: only the name is said */
            return m2_fail(err, M2_EUSAGE, "header %s: the value holds a line break", h->name);
    }
    return 0;
}

static const char *hash_body(struct m2_arena *a, const struct m2_sign_input *in)
{
    if (in->s3 && (in->unsigned_payload || in->expires_s))
        return UNSIGNED_PAYLOAD;
    char hex[M2_SHA256_HEX];
    m2_sha256_hex(hex, in->body.p, in->body.n);
    return m2_arena_strdup(a, hex);
}

static const char *make_canonical_request(struct signing *s, struct m2_signed *out, struct m2_buf *wire)
{
    struct m2_buf text, lines, names;
    m2_buf_init(&text, MAX_TEXT);
    m2_buf_init(&lines, MAX_TEXT);
    m2_buf_init(&names, MAX_TEXT);
    collect_headers(s, out);
    join_headers(&s->headers, &lines, &names);
    s->signed_headers = m2_arena_strndup(s->a, names.data, names.len);
    read_query(s, wire);
    if (s->in_query)
        add_presign_parameters(s, wire);

    m2_buf_addf(&text, "%s\n", s->in->method);
    add_path(&text, s->in);
    m2_buf_addc(&text, '\n');
    add_canonical_query(&text, &s->query);
    m2_buf_addf(&text, "\n%s\n%s\n%s", lines.data, names.data, s->body_hash);
    text.over |= lines.over || names.over || wire->over;
    m2_buf_free(&lines);
    m2_buf_free(&names);
    return keep(s->a, &text);
}

static const char *make_signature(struct signing *s, const char *string_to_sign)
{
    const struct m2_secret *secret = &s->in->keys->secret_access_key;
    unsigned char key[M2_SHA256_SIZE];
    char date[9], hex[M2_SHA256_HEX];
    memcpy(date, s->amz_date, 8);
    date[8] = '\0';
    size_t n = secret->len + 4;
    char *first = m2_xmalloc(n);
    memcpy(first, "AWS4", 4);
    memcpy(first + 4, m2_secret_reveal(secret), secret->len);
    m2_hmac_sha256(key, first, n, date, 8);
    m2_wipe(first, n);
    free(first);

    const char *const steps[] = { s->in->region, s->in->service, "aws4_request", string_to_sign };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        unsigned char next[M2_SHA256_SIZE];
        m2_hmac_sha256(next, key, sizeof key, steps[i], strlen(steps[i]));
        memcpy(key, next, sizeof key);
        m2_wipe(next, sizeof next);
    }
    m2_hex(hex, key, sizeof key);
    m2_wipe(key, sizeof key);
    return m2_arena_strdup(s->a, hex);
}

int m2_sigv4_sign(struct m2_signed *out, struct m2_arena *a, const struct m2_sign_input *in,
                  struct m2_err *err)
{
    if (check(in, err) < 0)
        return -1;
    struct signing s = { .a = a, .in = in, .in_query = in->expires_s > 0, .body_hash = hash_body(a, in) };
    struct m2_signed made = { 0 };
    struct m2_buf wire;
    char hash[M2_SHA256_HEX];
    m2_time_amz(s.amz_date, in->time_ms);
    s.scope = m2_arena_printf(a, "%.8s/%s/%s/aws4_request", s.amz_date, in->region, in->service);

    m2_buf_init(&wire, MAX_TEXT);
    made.canonical_request = make_canonical_request(&s, &made, &wire);
    if (!made.canonical_request) {
        m2_buf_free(&wire);
        return m2_fail(err, M2_ELIMIT, "the request's path, query and headers are larger than %zu bytes",
                       MAX_TEXT);
    }
    m2_sha256_hex(hash, made.canonical_request, strlen(made.canonical_request));
    made.string_to_sign = m2_arena_printf(a, ALGORITHM "\n%s\n%s\n%s", s.amz_date, s.scope, hash);
    made.signature = make_signature(&s, made.string_to_sign);

    if (s.in_query) {
        add_parameter(&wire, "X-Amz-Signature", made.signature);
        made.query = keep(a, &wire);
    } else {
        m2_buf_free(&wire);
        const struct m2_header h = {
            "Authorization", m2_arena_printf(a, ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
                                             m2_secret_reveal(&in->keys->access_key_id), s.scope,
                                             s.signed_headers, made.signature)
        };
        m2_vec_push(a, &made.headers, h);
    }
    *out = made;
    return 0;
}
