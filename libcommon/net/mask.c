#include "net/mask.h"

#include <ctype.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)8 << 10)

static const char *const secret_headers[] = {
    "authorization",
    "proxy-authorization",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
    "cookie",
    "set-cookie",
    "x-amz-mfa",
    "x-api-key",
    "x-amz-server-side-encryption-customer-key",
};

static const char *const secret_params[] = {
    "X-Amz-Signature", "X-Amz-Credential",       "X-Amz-Security-Token",
    "Signature",       "AWSAccessKeyId",         "access_token",
    "token",           "x-amz-sso_bearer_token", NULL,
};

/* Members of credential answers and requests, compared without case. */
static const char *const secret_members[] = {
    "SecretAccessKey", "SessionToken", "Token",         "AccessToken",        "RefreshToken", "IdToken",
    "ClientSecret",    "DeviceCode",   "TokenCode",     "WebIdentityToken",   "Password",     "SAMLAssertion",
    "Authorization",   "access_token", "refresh_token", "authorizationToken", NULL,
};

static bool listed(const char *const *names, const char *p, size_t n)
{
    for (size_t i = 0; names[i]; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], p, n) == 0)
            return true;
    return false;
}

bool m2_mask_header(const char *name)
{
    for (size_t i = 0; i < sizeof secret_headers / sizeof secret_headers[0]; i++)
        if (m2_str_eq_ci(name, secret_headers[i]))
            return true;
    return false;
}

void m2_mask_url(struct m2_buf *out, const char *url)
{
    const char *authority = strstr(url, "://");
    if (authority) {
        authority += 3;
        size_t n = strcspn(authority, "/?#");
        const char *at = memrchr(authority, '@', n);
        m2_buf_add(out, url, (size_t)(authority - url));
        if (at) {
            m2_buf_adds(out, M2_MASK);
            authority = at;
        }
        url = authority;
    }
    size_t path = strcspn(url, "?");
    m2_buf_add(out, url, path);
    url += path;
    while (*url) { /* at '?' or '&' */
        m2_buf_addc(out, *url++);
        size_t name = strcspn(url, "=&"), pair = strcspn(url, "&");
        if (name < pair && listed(secret_params, url, name)) {
            m2_buf_add(out, url, name + 1);
            m2_buf_adds(out, M2_MASK);
        } else {
            m2_buf_add(out, url, pair);
        }
        url += pair;
    }
}

/* Where the value of the secret name that ends before END begins and ends; false when this is no secret
 * value. */
static bool json_value(struct m2_bytes b, size_t end, size_t *from, size_t *to)
{
    size_t i = end + 1; /* behind the closing quote of the name */
    while (i < b.n && isspace((unsigned char)b.p[i]))
        i++;
    if (i >= b.n || b.p[i++] != ':')
        return false;
    while (i < b.n && isspace((unsigned char)b.p[i]))
        i++;
    if (i >= b.n || b.p[i++] != '"')
        return false;
    *from = i;
    while (i < b.n && b.p[i] != '"')
        i += b.p[i] == '\\' ? 2 : 1;
    *to = i < b.n ? i : b.n;
    return true;
}

static size_t until(struct m2_bytes b, size_t i, char stop)
{
    const char *p = i < b.n ? memchr(b.p + i, stop, b.n - i) : NULL;
    return p ? (size_t)(p - b.p) : b.n;
}

static bool is_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Is there a secret name at b[i..end), and where is its value? */
static bool secret_value(struct m2_bytes b, size_t i, size_t end, size_t *from, size_t *to)
{
    if (end >= b.n || !listed(secret_members, b.p + i, end - i))
        return false;
    char before = i ? b.p[i - 1] : '&', after = b.p[end];
    if (before == '"' && after == '"')
        return json_value(b, end, from, to);
    if (before == '<' && after == '>')
        *to = until(b, *from = end + 1, '<');
    else if (before == '&' && after == '=')
        *to = until(b, *from = end + 1, '&');
    else
        return false;
    return true;
}

void m2_mask_body(struct m2_buf *out, struct m2_bytes b)
{
    size_t copied = 0, i = 0, from = 0, to = 0;
    while (i < b.n) {
        if (!is_name(b.p[i])) {
            i++;
            continue;
        }
        size_t end = i;
        while (end < b.n && is_name(b.p[end]))
            end++;
        if (secret_value(b, i, end, &from, &to)) {
            m2_buf_add(out, b.p + copied, from - copied);
            m2_buf_adds(out, M2_MASK);
            copied = end = to;
        }
        i = end;
    }
    if (copied < b.n)
        m2_buf_add(out, b.p + copied, b.n - copied);
}

static void say(const struct m2_net_options *opt, int level, struct m2_buf *raw)
{
    struct m2_buf clean;
    m2_buf_init(&clean, 4 * LINE_MAX_BYTES);
    m2_term_clean(&clean, raw->data, true);
    opt->log(opt->log_user, level, clean.data);
    m2_buf_free(&clean);
    m2_buf_reset(raw);
}

static void say_headers(const struct m2_net_options *opt, char mark, const struct m2_header *h, size_t n,
                        struct m2_buf *b)
{
    for (size_t i = 0; i < n; i++) {
        m2_buf_addf(b, "%c %s: ", mark, h[i].name);
        if (m2_mask_header(h[i].name))
            m2_buf_adds(b, M2_MASK);
        else
            m2_mask_url(b, h[i].value); /* a Location may carry a signature */
        say(opt, 2, b);
    }
}

void m2_log_exchange(const struct m2_net_options *opt, const struct m2_request *req,
                     const struct m2_exchange *x)
{
    if (!opt->log)
        return;
    struct m2_buf b;
    m2_buf_init(&b, LINE_MAX_BYTES);
    if (x->ok)
        m2_buf_addf(&b, "%d", x->response.status);
    else
        m2_buf_adds(&b, "failed");
    m2_buf_addf(&b, " %lld ms %s ", (long long)x->elapsed_ms, m2_str_or(req->method, "?"));
    m2_mask_url(&b, m2_str_or(req->url, ""));
    if (!m2_str_empty(req->label))
        m2_buf_addf(&b, " %s", req->label);
    if (!x->ok)
        m2_buf_addf(&b, ": %s", x->err.msg);
    say(opt, 1, &b);
    say_headers(opt, '>', req->headers, req->n_headers, &b);
    if (x->ok)
        say_headers(opt, '<', x->response.headers, x->response.n_headers, &b);
    m2_buf_free(&b);
}
