#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/json.h"
#include "protocol.h"

static struct m2_value *json(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "test", &err), 0, "%s: %s", err.msg, text);
    return v;
}

static struct m2_op op_of(const char *service, const char *operation)
{
    const struct m2_service *s;
    struct m2_op op = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_model_service(&s, service, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_model_op(&op, s, operation, &err), 0, "%s", err.msg);
    return op;
}

static const char *header_of(const struct m2_wire *w, const char *name)
{
    for (size_t i = 0; i < w->headers.len; i++)
        if (m2_str_eq_ci(w->headers.at[i].name, name))
            return w->headers.at[i].value;
    return NULL;
}

Test(codec, requests)
{
    static const struct {
        const char *service, *operation, *input;
        const char *method, *path, *query, *body, *header, *value;
    } cases[] = {
        { "sts", "GetCallerIdentity", NULL, "POST", "/", "", "Action=GetCallerIdentity&Version=2011-06-15",
          "content-type", "application/x-www-form-urlencoded; charset=utf-8" },
        { "ec2", "DescribeSubnets",
          "{\"Filters\":[{\"Name\":\"vpc-id\",\"Values\":[\"vpc-1\",\"a "
          "b&c=\\u00e9\"]}],\"SubnetIds\":[\"s-1\"],\"DryRun\":false}",
          "POST", "/", "",
          "Action=DescribeSubnets&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&"
          "Filter.1.Value.2=a%20b%26c%3D%C3%A9&SubnetId.1=s-1&DryRun=false",
          NULL, NULL },
        { "cloudformation", "CreateStack",
          "{\"StackName\":\"s\",\"Parameters\":[{\"ParameterKey\":\"k\",\"ParameterValue\":\"\"}]}", "POST",
          "/", "",
          "Action=CreateStack&Version=2010-05-15&StackName=s&Parameters.member.1.ParameterKey=k&"
          "Parameters.member.1.ParameterValue=",
          NULL, NULL },
        { "ecs", "RunTask", "{\"taskDefinition\":\"t\",\"count\":2}", "POST", "/", "",
          "{\"taskDefinition\":\"t\",\"count\":2,\"clientToken\":\"00000000-0000-4000-8000-000000000000\"}",
          "X-Amz-Target", "AmazonEC2ContainerServiceV20141113.RunTask" },
        { "stepfunctions", "ListStateMachines", NULL, "POST", "/", "", "{}", "content-type",
          "application/x-amz-json-1.0" },
        { "lambda", "Invoke",
          "{\"FunctionName\":\"arn:aws:lambda:us-east-1:1:function:f\",\"Payload\":\"eyJhIjoxfQ==\","
          "\"LogType\":\"Tail\"}",
          "POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/invocations", "",
          "{\"a\":1}", "X-Amz-Log-Type", "Tail" },
        { "s3", "ListObjectVersions", "{\"Bucket\":\"b\",\"KeyMarker\":\"a/\\u0001 +\"}", "GET", "/b",
          "versions&key-marker=a%2F%01%20%2B&encoding-type=url", "", NULL, NULL },
        { "s3", "ListObjectsV2", "{\"Bucket\":\"b\",\"ExpectedBucketOwner\":\"123456789012\"}", "GET", "/b",
          "list-type=2&encoding-type=url", "", "x-amz-expected-bucket-owner", "123456789012" },
        { "s3", "DeleteObject", "{\"Bucket\":\"b\",\"Key\":\"a/../b c\\u00e9//%\",\"VersionId\":\"null\"}",
          "DELETE", "/b/a/../b%20c%C3%A9//%25", "versionId=null", "", NULL, NULL },
        { "s3", "PutObject",
          "{\"Bucket\":\"b\",\"Key\":\"k\",\"Body\":\"AP8=\",\"Metadata\":{\"run-id\":\"7\"}}", "PUT", "/b/k",
          "", NULL, "x-amz-meta-run-id", "7" },
        { "sso", "GetRoleCredentials", "{\"roleName\":\"r\",\"accountId\":\"1\",\"accessToken\":\"t\"}",
          "GET", "/federation/credentials", "role_name=r&account_id=1", "", "x-amz-sso_bearer_token", "t" },
        { "ce", "GetCostForecast",
          "{\"TimePeriod\":{\"Start\":\"2026-11-01\",\"End\":\"2026-12-01\"},\"Metric\":\"UNBLENDED_COST\","
          "\"Granularity\":\"MONTHLY\"}",
          "POST", "/", "",
          "{\"TimePeriod\":{\"Start\":\"2026-11-01\",\"End\":\"2026-12-01\"},\"Metric\":\"UNBLENDED_COST\","
          "\"Granularity\":\"MONTHLY\"}",
          "X-Amz-Target", "AWSInsightsIndexService.GetCostForecast" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_wire w;
        struct m2_err err = { 0 };
        const struct m2_value *input = cases[i].input ? json(a, cases[i].input) : NULL;
        cr_assert_eq(m2_codec_encode(&w, a, &op, input, protocol_sys(), &err), 0, "%s: %s", op.name, err.msg);
        cr_expect_str_eq(w.method, cases[i].method);
        cr_expect_str_eq(w.path, cases[i].path);
        cr_expect_str_eq(w.query, cases[i].query);
        if (cases[i].body)
            cr_expect_str_eq(m2_arena_strndup(a, w.body.p ? w.body.p : "", w.body.n), cases[i].body, "%s",
                             op.name);
        if (cases[i].header)
            cr_expect(m2_str_eq(header_of(&w, cases[i].header), cases[i].value), "%s: %s", cases[i].header,
                      m2_str_or(header_of(&w, cases[i].header), "missing"));
        if (strcmp(op.name, "PutObject") == 0)
            cr_expect(w.body.n == 2 && memcmp(w.body.p, "\0\xff", 2) == 0, "blob of zero bytes");
    }
    m2_arena_free(a);
}

Test(codec, delete_objects_carries_a_checksum_and_its_keys)
{
    static const char want[] =
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a&lt;&amp; "
        "&#13;\n\xf0\x9f\x98\x80</Key>"
        "<VersionId>null</VersionId></Object><Quiet>true</Quiet></Delete>";
    struct m2_arena *a = m2_arena_new();
    struct m2_op op = op_of("s3", "DeleteObjects");
    struct m2_wire w;
    struct m2_err err = { 0 };
    const struct m2_value *in =
        json(a, "{\"Bucket\":\"b\",\"ChecksumAlgorithm\":\"SHA1\",\"Delete\":{\"Objects\":[{\"Key\":\"a<& "
                "\\r\\n\\ud83d\\ude00\",\"VersionId\":\"null\"}],\"Quiet\":true}}");
    cr_assert_eq(m2_codec_encode(&w, a, &op, in, protocol_sys(), &err), 0, "%s", err.msg);
    cr_expect_str_eq(w.body.p, want);
    cr_expect_str_eq(w.path, "/b");
    cr_expect_str_eq(w.query, "delete");
    const uint32_t crc = m2_crc32(want, strlen(want));
    const unsigned char big[] = { (unsigned char)(crc >> 24), (unsigned char)(crc >> 16),
                                  (unsigned char)(crc >> 8), (unsigned char)crc };
    struct m2_buf b;
    m2_buf_init(&b, 16);
    m2_base64_add(&b, big, 4);
    cr_expect(m2_str_eq(header_of(&w, "x-amz-checksum-crc32"), b.data));
    cr_expect(m2_str_eq(header_of(&w, "x-amz-sdk-checksum-algorithm"), "CRC32"));
    for (size_t i = 0, n = 0; i < w.headers.len; i++) /* the caller's SHA1 once stood beside it */
        cr_expect(!m2_str_eq_ci(w.headers.at[i].name, "x-amz-sdk-checksum-algorithm") || ++n == 1);
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(codec, bad_inputs_are_named)
{
    static const struct {
        const char *service, *operation, *input, *says;
    } cases[] = {
        { "ec2", "DescribeSubnets", "{\"SubnetId\":\"s\"}", "SubnetId is no member" },
        { "ec2", "DescribeSubnets", "{\"SubnetIds\":\"s\"}", "SubnetIds must be a list" },
        { "ec2", "DescribeSubnets", "{\"Filters\":[{\"Name\":\"n\",\"Values\":[1]}]}",
          "Filters[0].Values[0] must be a text" },
        { "ec2", "DescribeSubnets", "{\"DryRun\":\"yes\"}", "DryRun must be true or false" },
        { "ec2", "DescribeSubnets", "{\"MaxResults\":1.5}", "MaxResults must be a whole number" },
        { "ec2", "DescribeSubnets", "[]", "must be an object" },
        { "s3", "GetObject", "{\"Bucket\":\"b\",\"Key\":\"\"}", "Key must not be empty" },
        { "s3", "GetObject", "{\"Key\":\"k\"}", "Bucket must not be empty" },
        { "s3", "PutObject", "{\"Bucket\":\"b\",\"Key\":\"k\",\"Body\":\"not base64!\"}",
          "Body must be base64" },
        { "s3", "DeleteObjects", "{\"Bucket\":\"b\",\"Delete\":{\"Objects\":[{\"Key\":\"a\\u0001\"}]}}",
          "XML cannot carry" },
        { "ce", "GetCostAndUsage", "{\"Filter\":{\"Not\":7}}", "Filter.Not must be an object" },
        { "logs", "FilterLogEvents", "{\"startTime\":\"now\"}", "startTime must be a whole number" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_wire w = { .method = "untouched" };
        struct m2_err err = { 0 };
        cr_assert_eq(m2_codec_encode(&w, a, &op, json(a, cases[i].input), protocol_sys(), &err), -1, "%s",
                     cases[i].input);
        cr_expect_eq(err.code, M2_EBUG);
        cr_expect(strstr(err.msg, cases[i].says), "%s: %s", cases[i].input, err.msg);
        cr_expect_str_eq(w.method, "untouched");
    }
    m2_arena_free(a);
}
