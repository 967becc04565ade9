#include <string.h>

#include "aws/endpoint_rules.h"
#include "m2/buf.h"
#include "m2/digest.h"
#include "m2/str.h"

/* Names that are no ordinary bucket and follow rules of their own. */
static const struct {
    bool at_the_end;
    const char *mark, *what;
} foreign_names[] = {
    { false, "arn:", "an ARN" },
    { true, "--x-s3", "a directory bucket (S3 Express)" },
    { true, "--xa-s3", "an access point of S3 Express" },
    { true, "--op-s3", "an access point of Outposts" },
};

static bool is_ipv4(const char *s, size_t n)
{
    size_t dots = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '.' && (s[i] < '0' || s[i] > '9'))
            return false;
        dots += s[i] == '.';
    }
    return dots == 3;
}

static bool host_is_address(const char *host)
{
    return *host == '[' || is_ipv4(host, strcspn(host, ":"));
}

/* One DNS label of lower-case letters, digits and '-'; with DOTS several of them. */
static bool fits_host(const char *bucket, bool dots)
{
    size_t n = strlen(bucket);
    if (n < 3 || n > 63 || is_ipv4(bucket, n))
        return false;
    for (const char *label = bucket;; label++) {
        size_t len = strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789-");
        if (!len || label[0] == '-' || label[len - 1] == '-')
            return false;
        label += len;
        if (!*label)
            return true;
        if (*label != '.' || !dots)
            return false;
    }
}

int m2_endpoint_place_bucket(struct m2_endpoint *out, struct m2_arena *a, const struct m2_endpoint_input *in,
                             bool host_is_custom, struct m2_err *err)
{
    for (size_t i = 0; i < sizeof foreign_names / sizeof foreign_names[0]; i++)
        if (foreign_names[i].at_the_end ? m2_str_ends(in->bucket, foreign_names[i].mark)
                                        : m2_str_starts(in->bucket, foreign_names[i].mark))
            return m2_fail(err, M2_ECONFIG,
                           "bucket \"%.100s\" is %s; only ordinary buckets by name can be used", in->bucket,
                           foreign_names[i].what);
    /* Dots would not match the service's wildcard certificate. */
    const bool dots = host_is_custom && m2_str_eq(out->scheme, "http");
    if (!in->force_path_style && fits_host(in->bucket, dots) &&
        !(host_is_custom && host_is_address(out->host))) {
        out->host = m2_arena_printf(a, "%s.%s", in->bucket, out->host);
        return 0;
    }
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    m2_buf_addf(&b, "%s/", out->path);
    m2_uri_encode(&b, in->bucket, strlen(in->bucket), false);
    out->path = m2_arena_strndup(a, b.data, b.len);
    out->bucket_in_path = true;
    m2_buf_free(&b);
    return 0;
}
