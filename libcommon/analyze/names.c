#include "analyze/names.h"

#include <string.h>

#include "m2/buf.h"
#include "m2/str.h"

const char *m2_arn_part(struct m2_arena *a, const char *arn, enum m2_arn_part part)
{
    if (!m2_str_starts(arn, "arn:"))
        return NULL;
    const char *at = arn, *rest = NULL;
    for (int i = 0; i < M2_ARN_RESOURCE; i++) {
        const char *text = m2_str_cut(a, at, ':', &rest);
        if (i == (int)part)
            return text;
        if (!rest)
            return NULL;
        at = rest;
    }
    return m2_arena_strdup(a, at);
}

const char *m2_word(struct m2_arena *a, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    m2_shell_quote(&b, m2_str_or(s, ""));
    const char *word = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return word;
}

bool m2_is_account_id(const char *s)
{
    return s && strlen(s) == 12 && strspn(s, "0123456789") == 12;
}

/* Facts: the account of the Mode 1 state machine, and the one that holds the images and is trusted by
 * default. */
static const char *const cloudmrhub[] = { "262361552878", "469266894233" };

bool m2_is_cloudmrhub(const char *id)
{
    for (size_t i = 0; i < sizeof cloudmrhub / sizeof cloudmrhub[0]; i++)
        if (m2_str_eq(id, cloudmrhub[i]))
            return true;
    return false;
}

bool m2_is_cloudmrhub_bucket(const char *bucket)
{
    return bucket && m2_str_glob("cloudmr-*-cloudmrhub-brain-*", bucket, false);
}

const char *m2_own_account(const struct m2_snapshot *s)
{
    const struct m2_call *sts = m2_call_about(s, "sts", "GetCallerIdentity", NULL);
    const char *id = sts && sts->status == M2_CALL_OK ? m2_v_str(sts->output, "Account") : NULL;
    return m2_str_empty(id) ? s->account : id;
}

/* ---- image URIs ---- */

static bool alnum_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool alnum(char c)
{
    return alnum_lower(c) || (c >= 'A' && c <= 'Z');
}

/* Path components of lower-case letters and digits, single separators between them. */
static bool repository_ok(const char *s)
{
    size_t n = strlen(s);
    bool after_separator = true;
    for (size_t i = 0; i < n; i++) {
        if (alnum_lower(s[i]))
            after_separator = false;
        else if (after_separator && !(i && s[i] == s[i - 1] && (s[i] == '_' || s[i] == '-')))
            return false;
        else if (!strchr("._-/", s[i]))
            return false;
        else
            after_separator = true;
    }
    return n && n <= 256 && !after_separator;
}

static bool tag_ok(const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (!alnum(s[i]) && s[i] != '_' && (!i || (s[i] != '.' && s[i] != '-')))
            return false;
    return n && n <= 128;
}

static bool digest_ok(const char *s)
{
    return m2_str_starts(s, "sha256:") && strlen(s) == 71 && strspn(s + 7, "0123456789abcdef") == 64;
}

static bool host_ok(const char *s)
{
    for (size_t i = 0; s[i]; i++)
        if (!alnum(s[i]) && !strchr(".-:", s[i]))
            return false;
    return *s;
}

/* "ACCOUNT.dkr.ecr[-fips].REGION.SUFFIX" or "ACCOUNT.dkr-ecr[-fips].REGION.on.aws". */
static void split_ecr(struct m2_image_uri *u, struct m2_arena *a)
{
    static const char *const middles[] = { ".dkr.ecr.", ".dkr.ecr-fips.", ".dkr-ecr.", ".dkr-ecr-fips." };
    for (size_t i = 0; i < sizeof middles / sizeof middles[0]; i++) {
        const char *at = strstr(u->host, middles[i]);
        if (!at)
            continue;
        const char *rest = NULL;
        u->account = m2_arena_strndup(a, u->host, (size_t)(at - u->host));
        u->region = m2_str_cut(a, at + strlen(middles[i]), '.', &rest);
        u->ecr = !m2_str_empty(u->account) && !m2_str_empty(u->region) && rest &&
                 (m2_str_starts(rest, "amazonaws.") || m2_str_starts(rest, "on.") || strchr(rest, '.'));
    }
}

static const char *fault(struct m2_image_uri *u, struct m2_arena *a, const char *uri)
{
    const char *digest = NULL, *tag = NULL, *slash = strchr(uri, '/');
    if (strstr(uri, "://"))
        return "an image URI has no https:// in front";
    if (uri[strcspn(uri, " \t\r\n")])
        return "it contains white space";
    char *name = m2_str_cut(a, uri, '@', &digest);
    char *colon = strrchr(name, ':');
    if (colon && !strchr(colon, '/')) {
        *colon = 0;
        tag = colon + 1;
    }
    slash = strchr(name, '/');
    bool with_host =
        slash && (memchr(name, '.', (size_t)(slash - name)) || memchr(name, ':', (size_t)(slash - name)));
    u->host = with_host ? m2_arena_strndup(a, name, (size_t)(slash - name)) : "docker.io";
    u->repository = with_host ? slash + 1 : name;
    u->tag = tag;
    u->digest = digest;
    split_ecr(u, a);
    if (!host_ok(u->host))
        return "the registry's host name has a character that no host name has";
    if (!repository_ok(u->repository))
        return "the repository name must be lower-case letters, digits and single . _ - / between them";
    if (tag && !tag_ok(tag))
        return "the tag may hold letters, digits, _ . - only, at most 128 of them";
    if (digest && !digest_ok(digest))
        return "the digest must be sha256: and 64 hexadecimal digits";
    return NULL;
}

bool m2_image_uri_parse(struct m2_image_uri *out, const char **why, struct m2_arena *a, const char *uri)
{
    struct m2_image_uri u = { 0 };
    *why = m2_str_empty(uri) ? "it is empty" : fault(&u, a, uri);
    if (!*why)
        *out = u;
    return !*why;
}

const char *m2_region_partition(const char *region)
{
    return m2_str_starts(region, "cn-") ? "aws-cn" : m2_str_starts(region, "us-gov-") ? "aws-us-gov" : "aws";
}
