#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/endpoint.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/str.h"

#define CASES 1101

static const char *const services[] = {
    "athena",
    "budgets",
    "ce",
    "cloudformation",
    "ec2",
    "ecr",
    "ecs",
    "iam",
    "lambda",
    "logs",
    "pricing",
    "resourcegroupstaggingapi",
    "s3",
    "service-quotas",
    "sso",
    "sso-oidc",
    "stepfunctions",
    "sts",
};

/* What our settings cannot express: these cases are not run, each for its reason. */
static const struct skip {
    const char *parameter; /* set to something but false */
    bool ends;             /* TEXT at the end of the value, else at its beginning; NULL text: any value */
    const char *text, *reason;
} skips[] = {
    { "Accelerate", false, NULL, "S3 transfer acceleration is not offered" },
    { "UseObjectLambdaEndpoint", false, NULL, "S3 Object Lambda is not offered" },
    { "DisableAccessPoints", false, NULL, "access points are not offered" },
    { "DisableMultiRegionAccessPoints", false, NULL, "access points are not offered" },
    { "UseArnRegion", false, NULL, "ARNs as bucket names are refused" },
    { "UseS3ExpressControlEndpoint", false, NULL, "S3 Express is not offered" },
    { "DisableS3ExpressSessionAuth", false, NULL, "S3 Express is not offered" },
    { "Bucket", false, "arn:", "ARNs as bucket names are refused" },
    { "Bucket", true, "--x-s3", "S3 Express is not offered" },
    { "Bucket", true, "--xa-s3", "S3 Express is not offered" },
    { "Bucket", true, "--op-s3", "S3 on Outposts is not offered" },
};
#define SKIPS (sizeof skips / sizeof skips[0])

struct totals {
    int run, errors, operations, skipped[SKIPS];
};

static bool skip_applies(const struct skip *s, const struct m2_value *params)
{
    const struct m2_value *v = m2_v_get(params, s->parameter);
    if (!v || (m2_v_is(v, M2_BOOL) && !v->u.boolean))
        return false;
    if (!s->text)
        return true;
    return s->ends ? m2_str_ends(m2_v_text(v), s->text) : m2_str_starts(m2_v_text(v), s->text);
}

static int skip_of(const struct m2_value *params)
{
    for (size_t i = 0; i < SKIPS; i++)
        if (skip_applies(&skips[i], params))
            return (int)i;
    return -1;
}

static struct m2_endpoint_input input_of(const char *service, const struct m2_value *p)
{
    const bool global = m2_v_bool_or(p, "UseGlobalEndpoint", false);
    return (struct m2_endpoint_input){
        .service = service,
        .region = m2_v_str(p, "Region"),
        .fips = m2_v_bool_or(p, "UseFIPS", false),
        .dual_stack = m2_v_bool_or(p, "UseDualStack", false),
        .sts_legacy_global = global,
        .s3_legacy_global = global,
        .custom_url = m2_v_str(p, "Endpoint"),
        .bucket = m2_v_str(p, "Bucket"),
        .force_path_style = m2_v_bool_or(p, "ForcePathStyle", false),
    };
}

static void check_endpoint(struct m2_arena *a, const char *name, const struct m2_endpoint_input *in,
                           const struct m2_value *want)
{
    struct m2_endpoint e = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_endpoint_resolve(&e, a, in, &err), 0, "%s: %s", name, err.msg);
    cr_assert_str_eq(m2_arena_printf(a, "%s://%s%s", e.scheme, e.host, e.path), m2_v_str(want, "url"), "%s",
                     name);
    const struct m2_value *scheme = m2_v_path(want, "properties.authSchemes[0]");
    if (m2_v_str(scheme, "signingName"))
        cr_assert_str_eq(e.signing_name, m2_v_str(scheme, "signingName"), "%s", name);
    if (m2_v_str(scheme, "signingRegion"))
        cr_assert_str_eq(e.signing_region, m2_v_str(scheme, "signingRegion"), "%s", name);
}

/* The same through an operation of the API: built-in settings and the operation's own parameters. */
static void run_operations(struct m2_arena *a, const char *service, const char *name,
                           const struct m2_value *test, struct totals *t)
{
    static const struct {
        const char *built_in, *parameter;
    } names[] = {
        { "AWS::Region", "Region" },
        { "AWS::UseFIPS", "UseFIPS" },
        { "AWS::UseDualStack", "UseDualStack" },
        { "SDK::Endpoint", "Endpoint" },
        { "AWS::STS::UseGlobalEndpoint", "UseGlobalEndpoint" },
        { "AWS::S3::UseGlobalEndpoint", "UseGlobalEndpoint" },
        { "AWS::S3::ForcePathStyle", "ForcePathStyle" },
    };
    const struct m2_value *op;
    m2_v_each(op, i, m2_v_get(test, "operationInputs"))
    {
        struct m2_value *params = m2_v_object(a);
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
            struct m2_value *v = m2_v_get(m2_v_get(op, "builtInParams"), names[n].built_in);
            if (v)
                m2_v_set(a, params, names[n].parameter, v);
        }
        m2_v_set_str(a, params, "Bucket", m2_v_pstr(op, "operationParams.Bucket"));
        if (m2_v_is(m2_v_get(params, "Bucket"), M2_NULL))
            m2_v_set(a, params, "Bucket", NULL);
        struct m2_endpoint_input in = input_of(service, params);
        const struct m2_value *want = m2_v_path(test, "expect.endpoint");
        struct m2_endpoint e = { 0 };
        if (want)
            check_endpoint(a, name, &in, want);
        else
            cr_assert_eq(m2_endpoint_resolve(&e, a, &in, NULL), -1, "%s", name);
        t->operations++;
    }
}

static void run_service(const char *service, struct totals *t)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_value *file = NULL;
    const struct m2_value *test;
    cr_assert_eq(
        m2_json_read_file(&file, a, m2_arena_printf(a, M2_CONFORMANCE "/endpoints/%s.json", service), &err),
        0, "%s", err.msg);
    m2_v_each(test, i, m2_v_get(file, "testCases"))
    {
        const struct m2_value *params = m2_v_get(test, "params");
        const char *name =
            m2_arena_printf(a, "%s: %s", service, m2_str_or(m2_v_str(test, "documentation"), "?"));
        int skip = skip_of(params);
        if (skip >= 0) {
            t->skipped[skip]++;
            continue;
        }
        struct m2_endpoint_input in = input_of(service, params);
        if (m2_v_path(test, "expect.endpoint")) {
            check_endpoint(a, name, &in, m2_v_path(test, "expect.endpoint"));
        } else {
            struct m2_endpoint e = { .host = "before" };
            cr_assert_eq(m2_endpoint_resolve(&e, a, &in, &err), -1, "%s: got %s", name,
                         m2_str_or(e.host, ""));
            cr_assert_str_eq(e.host, "before", "%s", name);
            t->errors++;
        }
        t->run++;
        run_operations(a, service, name, test, t);
    }
    m2_arena_free(a);
}

Test(endpoint, cases_of_botocore)
{
    struct totals t = { 0 };
    struct m2_bytes probe = { 0 };
    struct m2_arena *a = m2_arena_new();
    int there = m2_file_read(&probe, a, M2_CONFORMANCE "/endpoints/sts.json", 1 << 24, NULL);
    m2_arena_free(a);
    if (there < 0) {
        (void)fprintf(stderr, "endpoints: skipped: no cases in " M2_CONFORMANCE "/endpoints\n");
        return;
    }
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        run_service(services[i], &t);
    int skipped = 0;
    for (size_t i = 0; i < SKIPS; i++) {
        skipped += t.skipped[i];
        (void)fprintf(stderr, "endpoints: skipped %3d: %s %s: %s\n", t.skipped[i], skips[i].parameter,
                      m2_str_or(skips[i].text, "set"), skips[i].reason);
    }
    (void)fprintf(stderr, "endpoints: %d cases ran (%d of them errors), %d skipped; %d operations\n", t.run,
                  t.errors, skipped, t.operations);
    cr_assert_eq(t.run + skipped, CASES);
}

Test(endpoint, regions)
{
    static const struct {
        const char *region, *partition;
        bool valid;
    } cases[] = {
        { "us-east-1", "aws", true },
        { "us-gov-west-1", "aws-us-gov", true },
        { "us-iso-east-1", "aws-iso", true },
        { "us-isob-east-1", "aws-iso-b", true },
        { "eusc-de-east-1", "aws-eusc", true },
        { "cn-nowhere-9", "aws-cn", true },
        { "cn-north", "aws", true },
        { "aws-cn-global", "aws-cn", true },
        { "mars-1", "aws", true },
        { "us-gov-west-1x", "aws", true },
        { "", "aws", false },
        { "-a", "aws", false },
        { "a-", "aws", false },
        { "123", "aws", false },
        { "a.b", "aws", false },
        { "us east", "aws", false },
        { "a/b", "aws", false },
        { "us-east-1\n", "aws", false },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aws", true },
        { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aws", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(m2_region_valid(cases[i].region), cases[i].valid, "%s", cases[i].region);
        cr_assert_str_eq(m2_partition_of(cases[i].region)->name, cases[i].partition, "%s", cases[i].region);
    }
    cr_assert_not(m2_region_valid(NULL));
    cr_assert_str_eq(m2_partition_of(NULL)->name, "aws");
}

Test(endpoint, pricing_goes_where_it_answers)
{
    static const struct {
        const char *service, *region, *want;
    } cases[] = {
        { "pricing", "us-west-2", "us-east-1" },       { "pricing", "eu-west-3", "eu-central-1" },
        { "pricing", "ap-northeast-1", "ap-south-1" }, { "pricing", "ap-south-1", "ap-south-1" },
        { "pricing", "cn-north-1", "cn-northwest-1" }, { "pricing", "sa-east-1", "us-east-1" },
        { "ec2", "us-west-2", "us-west-2" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_str_eq(m2_endpoint_region(cases[i].service, cases[i].region), cases[i].want, "%s",
                         cases[i].region);
}

/* Of botocore's rules for the service; the vectors of others have none. */
Test(endpoint, organizations_lives_in_one_region_of_a_partition)
{
    static const struct {
        struct m2_endpoint_input in;
        const char *host, *region;
    } cases[] = {
        { { .region = "eu-west-1" }, "organizations.us-east-1.amazonaws.com", "us-east-1" },
        { { .region = "us-east-1", .fips = true },
          "organizations-fips.us-east-1.amazonaws.com",
          "us-east-1" },
        { { .region = "us-east-1", .dual_stack = true }, "organizations.us-east-1.api.aws", "us-east-1" },
        { { .region = "cn-north-1" }, "organizations.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1" },
        { { .region = "us-gov-east-1", .fips = true },
          "organizations.us-gov-west-1.amazonaws.com",
          "us-gov-west-1" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_endpoint_input in = cases[i].in;
        struct m2_endpoint e = { 0 };
        struct m2_err err = { 0 };
        in.service = "organizations";
        cr_assert_eq(m2_endpoint_resolve(&e, a, &in, &err), 0, "%s", err.msg);
        cr_expect_str_eq(e.host, cases[i].host);
        cr_expect_str_eq(e.signing_region, cases[i].region);
    }
    m2_arena_free(a);
}

Test(endpoint, configured_urls)
{
    static const struct {
        const char *url, *want; /* NULL: refused */
    } cases[] = {
        { "http://127.0.0.1:5000", "http://127.0.0.1:5000" },
        { "HTTPS://Proxy.Example.COM:443/aws/", "https://proxy.example.com/aws" },
        { "http://[::1]:80/", "http://[::1]" },
        { "http://localhost", "http://localhost" },
        { "https://localhost:80", "https://localhost:80" },
        { "ftp://example.com", NULL },
        { "example.com", NULL },
        { "", NULL },
        { "https://", NULL },
        { "https:///path", NULL },
        { "https://user:hunter2@example.com", NULL },
        { "https://example.com:0", NULL },
        { "https://example.com:65536", NULL },
        { "https://example.com:80a", NULL },
        { "https://example.com?x=1", NULL },
        { "https://example.com/a?x=1", NULL },
        { "https://example.com/#f", NULL },
        { "https://exa mple.com", NULL },
        { "https://example.com/a b", NULL },
        { "https://example.com/\r\nHost: x", NULL },
        { "https://[::1", NULL },
        { "https://a..b", NULL },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_endpoint_input in = { .service = "ecs",
                                              .region = "eu-west-1",
                                              .custom_url = cases[i].url };
        struct m2_endpoint e = { 0 };
        struct m2_err err = { 0 };
        int rc = m2_endpoint_resolve(&e, a, &in, &err);
        cr_assert_eq(rc, cases[i].want ? 0 : -1, "%s: %s", cases[i].url, err.msg);
        if (cases[i].want)
            cr_assert_str_eq(m2_arena_printf(a, "%s://%s%s", e.scheme, e.host, e.path), cases[i].want);
        else
            cr_assert_eq(err.code, M2_ECONFIG, "%s: %s", cases[i].url, err.msg);
        cr_assert_null(strstr(err.msg, "hunter2"));
    }
    m2_arena_free(a);
}

Test(endpoint, refusals_say_what_is_wrong)
{
    static const struct {
        struct m2_endpoint_input in;
        enum m2_errc code;
        const char *word;
    } cases[] = {
        { { .service = "ec2" }, M2_EUSAGE, "--region" },
        { { .service = "ec2", .region = "us east" }, M2_EUSAGE, "us east" },
        { { .service = "nope", .region = "us-east-1" }, M2_EBUG, "nope" },
        { { .service = "s3", .region = "us-east-1", .bucket = "arn:aws:s3:::b" }, M2_ECONFIG, "ARN" },
        { { .service = "s3", .region = "us-east-1", .bucket = "b--use1-az4--x-s3" },
          M2_ECONFIG,
          "directory bucket" },
        { { .service = "s3", .region = "cn-north-1", .fips = true }, M2_ECONFIG, "FIPS" },
        { { .service = "ecs", .region = "us-east-1", .fips = true, .custom_url = "https://x.y" },
          M2_ECONFIG,
          "FIPS" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_endpoint e = { .host = "before" };
        struct m2_err err = { 0 };
        cr_assert_eq(m2_endpoint_resolve(&e, a, &cases[i].in, &err), -1, "%s", cases[i].word);
        cr_assert_eq(err.code, cases[i].code, "%s", err.msg);
        cr_assert(strstr(err.msg, cases[i].word), "%s", err.msg);
        cr_assert_str_eq(e.host, "before");
    }
    m2_arena_free(a);
}
