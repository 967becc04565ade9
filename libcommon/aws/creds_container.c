/*
 * aws/creds_container.c — the credentials agent of ECS and EKS Pod Identity.
 */
#include <arpa/inet.h>
#include <string.h>

#include "aws/creds_source.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/secret.h"

#define ATTEMPTS 3
#define ATTEMPT_MS 2000
#define MAX_ANSWER ((size_t)64 << 10)
#define MAX_TOKEN ((size_t)64 << 10)

/* Plain http only where the answer cannot come from outside of the machine. */
static bool plain_allowed(struct m2_arena *a, const char *host)
{
    static const char *const named[] = { "localhost", "169.254.170.2", "169.254.170.23", NULL };
    struct in_addr v4;
    struct in6_addr v6, eks;
    for (size_t i = 0; named[i]; i++)
        if (m2_str_eq_ci(host, named[i]))
            return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    size_t n = strlen(host);
    if (n < 3 || host[0] != '[' || host[n - 1] != ']' ||
        inet_pton(AF_INET6, m2_arena_strndup(a, host + 1, n - 2), &v6) != 1)
        return false;
    (void)inet_pton(AF_INET6, "fd00:ec2::23", &eks);
    return IN6_IS_ADDR_LOOPBACK(&v6) || memcmp(&v6, &eks, sizeof v6) == 0;
}

static bool url_bytes(const char *s)
{
    for (; *s; s++)
        if (*s <= 0x20 || *s >= 0x7f || *s == '\\')
            return false;
    return true;
}

static int check_full(struct m2_creds_context *c, const char *url, struct m2_err *err)
{
    static const char variable[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    bool https = strncasecmp(url, "https://", 8) == 0, http = strncasecmp(url, "http://", 7) == 0;
    if (!https && !http)
        return m2_fail(err, M2_ECRED, "%s is not an http or https URL with a host", variable);
    const char *begin = url + (https ? 8 : 7);
    size_t n = strcspn(begin, "/?#");
    if (!url_bytes(url) || memchr(begin, '@', n))
        return m2_fail(err, M2_ECRED, "%s holds a user name or characters that no URL has", variable);
    /* The host ends at the port, and a bracketed address holds colons of its own. */
    size_t host_len = *begin == '[' ? strcspn(begin, "]") + 1 : strcspn(begin, ":/?#");
    if (host_len > n || host_len == 0)
        return m2_fail(err, M2_ECRED, "%s has no host", variable);
    const char *host = m2_arena_strndup(c->arena, begin, host_len);
    if (http && !plain_allowed(c->arena, host))
        return m2_fail(err, M2_ECRED,
                       "%s: http is allowed only to a loopback address, localhost, 169.254.170.2, "
                       "169.254.170.23 and fd00:ec2::23, not to %s; use https",
                       variable, host);
    return 0;
}

int m2_container_url(const char **url, struct m2_creds_context *c, struct m2_err *err)
{
    const char *relative = m2_env(c->sys, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = m2_env(c->sys, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative) {
        if (relative[0] != '/' || !url_bytes(relative))
            return m2_fail(err, M2_ECRED,
                           "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path that begins with /");
        *url = m2_arena_printf(c->arena, "http://169.254.170.2%s", relative);
        return 1;
    }
    if (!full) {
        (void)m2_fail(err, M2_ECRED, "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor _FULL_URI is set");
        return 0;
    }
    if (check_full(c, full, err) < 0)
        return -1;
    *url = full;
    return 1;
}

/* 1 when there is a token, 0 when none is configured. */
static int authorization(const char **out, struct m2_creds_context *c, struct m2_arena *secrets,
                         struct m2_err *err)
{
    const char *path = m2_env(c->sys, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = m2_env(c->sys, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (path) {
        struct m2_bytes text;
        if (m2_file_read(&text, secrets, path, MAX_TOKEN, err) < 0)
            return m2_context(err, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        if (memchr(text.p, '\0', text.n))
            return m2_fail(err, M2_ECRED, "the token in %s holds a NUL byte", path);
        token = text.p;
    }
    if (!token)
        return 0;
    if (strpbrk(token, "\r\n"))
        return m2_fail(err, M2_ECRED, "the token in %s holds a line break",
                       path ? path : "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    *out = token;
    return 1;
}

static int ask(struct m2_response *out, const char **token, struct m2_creds_context *c,
               struct m2_arena *secrets, const char *url, struct m2_err *err)
{
    struct m2_header headers[2] = { { "Accept", "application/json" } };
    for (int attempt = 1;; attempt++) {
        size_t n = 1;
        int have = authorization(token, c, secrets, err); /* the file is rotated while we wait */
        if (have < 0)
            return -1;
        if (have)
            headers[n++] = (struct m2_header){ "Authorization", *token };
        struct m2_request req = { .method = "GET",
                                  .url = url,
                                  .headers = headers,
                                  .n_headers = n,
                                  .flags = strncasecmp(url, "http://", 7) == 0
                                               ? M2_HTTP_PLAIN_OK | M2_HTTP_NO_PROXY
                                               : 0,
                                  .connect_timeout_ms = ATTEMPT_MS,
                                  .total_timeout_ms = m2_cred_limit(c, ATTEMPT_MS),
                                  .max_body = MAX_ANSWER,
                                  .label = "container credentials" };
        int rc = m2_net_fetch(out, secrets, c->net, &req, err);
        if (rc == 0 && out->status < 500 && out->status != 429)
            return 0;
        if (attempt == ATTEMPTS || m2_cancelled(c->sys))
            return rc < 0 ? m2_context(err, "no answer in %d attempts", attempt) : 0;
        m2_net_pause(c->net, 1000);
    }
}

static int fetch(struct m2_creds *out, struct m2_creds_context *c, struct m2_arena *secrets, const char *url,
                 struct m2_err *err)
{
    static const struct m2_cred_names names = { .id = "AccessKeyId",
                                                .secret = "SecretAccessKey",
                                                .token = "Token",
                                                .account = "AccountId",
                                                .expires = "Expiration" };
    struct m2_response res;
    struct m2_value *root = NULL;
    const char *token = NULL;
    if (ask(&res, &token, c, secrets, url, err) < 0)
        return -1;
    bool json = m2_json_parse(&root, secrets, res.body, "answer", NULL) == 0;
    if (res.status != 200) {
        const char *code = m2_v_str(root, "code"), *message = m2_v_str(root, "message");
        (void)m2_fail(err, M2_ECRED, "HTTP %d%s%s%s%s", res.status, code ? " " : "",
                      code ? m2_cred_shown(c, code, 80) : "", message ? ": " : "",
                      message ? m2_cred_shown(c, message, 200) : "");
        m2_cred_scrub(err, token);
        return -1;
    }
    if (!json)
        return m2_fail(err, M2_ECRED, "the answer is not JSON");
    return m2_cred_from_json(out, c, root, &names, "container", err);
}

enum m2_cred_answer m2_cred_container(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    const char *url = NULL;
    int asked = m2_container_url(&url, c, err);
    if (asked <= 0)
        return asked < 0 ? M2_CRED_BROKEN : M2_CRED_ABSENT;
    struct m2_arena *secrets = m2_arena_new();
    int rc = fetch(out, c, secrets, url, err);
    m2_arena_free_wiped(secrets);
    return rc == 0 ? M2_CRED_FOUND : m2_cred_broken_by(err, "%.*s", (int)strcspn(url, "?"), url);
}
