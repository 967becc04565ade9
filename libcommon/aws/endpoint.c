#include "m2/endpoint.h"

#include <string.h>

#include "aws/endpoint_rules.h"
#include "m2/buf.h"
#include "m2/str.h"

/* The first is also the home of regions that nobody knows yet. */
static const struct {
    const char *pseudo_region, *region_prefix;
    struct m2_partition p;
} partitions[] = {
    { "aws-global", NULL, { "aws", "amazonaws.com", "api.aws", "us-east-1" } },
    { "aws-cn-global",
      "cn-",
      { "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1" } },
    { "aws-us-gov-global", "us-gov-", { "aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1" } },
    { NULL, "eusc-de-", { "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1" } },
    { "aws-iso-global", "us-iso-", { "aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1" } },
    { "aws-iso-b-global", "us-isob-", { "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1" } },
    { "aws-iso-e-global",
      "eu-isoe-",
      { "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1" } },
    { "aws-iso-f-global",
      "us-isof-",
      { "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1" } },
};

/* Where STS answered at its one global host before it became regional (AWS_STS_REGIONAL_ENDPOINTS=legacy). */
static const char *const sts_legacy_regions[] = {
    "ap-northeast-1", "ap-south-1",   "ap-southeast-1", "ap-southeast-2",
    "ca-central-1",   "eu-central-1", "eu-north-1",     "eu-west-1",
    "eu-west-2",      "eu-west-3",    "sa-east-1",      "us-east-1",
    "us-east-2",      "us-west-1",    "us-west-2",      NULL,
};

/* The Price List API answers in few regions, for all others. */
static const struct {
    const char *prefix, *home;
} pricing_homes[] = {
    { "cn-", "cn-northwest-1" }, { "eu-", "eu-central-1" }, { "ap-", "ap-south-1" }, { "", "us-east-1" }
};

/* PREFIX, then letters, digits or '_', a '-', and digits. */
static bool region_matches(const char *region, const char *prefix)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    if (!prefix || !m2_str_starts(region, prefix))
        return false;
    const char *at = region + strlen(prefix);
    size_t n = strspn(at, word);
    if (!n || at[n] != '-')
        return false;
    at += n + 1;
    n = strspn(at, "0123456789");
    return n && !at[n];
}

const struct m2_partition *m2_partition_of(const char *region)
{
    for (size_t i = 0; region && i < sizeof partitions / sizeof partitions[0]; i++)
        if (m2_str_eq(partitions[i].pseudo_region, region) ||
            region_matches(region, partitions[i].region_prefix))
            return &partitions[i].p;
    return &partitions[0].p;
}

bool m2_region_valid(const char *region)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    if (m2_str_empty(region))
        return false;
    size_t n = strlen(region);
    return n <= 63 && strspn(region, allowed) == n && region[0] != '-' && region[n - 1] != '-' &&
           strspn(region, "0123456789") < n;
}

const char *m2_endpoint_region(const char *service, const char *region)
{
    if (!m2_str_eq(service, "pricing") || !region)
        return region;
    for (size_t i = 0; i < sizeof pricing_homes / sizeof pricing_homes[0]; i++)
        if (m2_str_starts(region, pricing_homes[i].prefix))
            return pricing_homes[i].home;
    return region;
}

struct naming {
    const char *prefix, *region;
    const struct m2_partition *partition;
};

static const char *expand(struct m2_arena *a, const char *pattern, const struct naming *n)
{
    const struct {
        char letter;
        const char *value;
    } parts[] = { { 'P', n->prefix },
                  { 'R', n->region },
                  { 'G', n->partition->global_region },
                  { 'D', n->partition->dns_suffix },
                  { 'U', n->partition->dual_suffix } };
    struct m2_buf b;
    m2_buf_init(&b, 1024);
    for (const char *p = pattern; *p; p++) {
        if (*p != '%') {
            m2_buf_addc(&b, *p);
            continue;
        }
        p++;
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            if (parts[i].letter == *p)
                m2_buf_adds(&b, parts[i].value);
    }
    const char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static int check_settings(const struct m2_endpoint_input *in, const char *region, struct m2_err *err)
{
    if (!m2_region_valid(region))
        return m2_str_empty(region)
                   ? m2_fail(err, M2_EUSAGE, "no region is set; name one with --region")
                   : m2_fail(err, M2_EUSAGE, "region \"%.80s\" cannot be part of a host name", region);
    if (in->custom_url && in->dual_stack)
        return m2_fail(err, M2_ECONFIG,
                       "dual-stack endpoints cannot be combined with a configured endpoint URL");
    if (in->custom_url && in->fips)
        return m2_fail(err, M2_ECONFIG, "FIPS endpoints cannot be combined with a configured endpoint URL");
    return 0;
}

/* The region whose rules apply: the pseudo region where a service is asked for at its old global host. */
static const char *rule_region(const struct m2_endpoint_input *in, const char *region)
{
    if (in->custom_url || in->fips || in->dual_stack)
        return region;
    if (in->s3_legacy_global && m2_str_eq(in->service, "s3") && m2_str_eq(region, "us-east-1"))
        return "aws-global";
    for (const char *const *r = sts_legacy_regions;
         in->sts_legacy_global && m2_str_eq(in->service, "sts") && *r; r++)
        if (m2_str_eq(*r, region))
            return "aws-global";
    return region;
}

int m2_endpoint_resolve(struct m2_endpoint *out, struct m2_arena *a, const struct m2_endpoint_input *in,
                        struct m2_err *err)
{
    const struct m2_host_service *service = m2_host_service_find(in->service);
    if (!service)
        return m2_fail(err, M2_EBUG, "no endpoint is known for service \"%s\"", m2_str_or(in->service, ""));
    const bool is_s3 = m2_str_eq(in->service, "s3");
    const char *region = in->region;
    if (m2_str_empty(region) && in->custom_url && !is_s3)
        region = partitions[0].p.global_region;
    if (check_settings(in, region, err) < 0)
        return -1;

    const char *lookup = rule_region(in, region);
    const struct naming names = { service->prefix, lookup, m2_partition_of(lookup) };
    const struct m2_host_rule *rule = m2_host_rule_find(in->service, lookup, names.partition->name);
    struct m2_endpoint e = {
        .scheme = "https",
        .path = "",
        .signing_name = service->signing_name,
        .signing_region =
            rule->signing_region ? expand(a, rule->signing_region, &names) : m2_arena_strdup(a, region),
    };
    const char *pattern = rule->hosts[(in->fips ? M2_HOST_FIPS : 0) + (in->dual_stack ? M2_HOST_DUAL : 0)];
    if (!pattern)
        return m2_fail(err, M2_ECONFIG, "%s has no FIPS endpoint in partition %s", in->service,
                       names.partition->name);
    if (in->custom_url) {
        if (m2_endpoint_read_url(&e, a, in->custom_url, err) < 0)
            return -1;
    } else {
        e.host = expand(a, pattern, &names);
    }
    if (is_s3 && !m2_str_empty(in->bucket) &&
        m2_endpoint_place_bucket(&e, a, in, in->custom_url != NULL, err) < 0)
        return -1;
    *out = e;
    return 0;
}
