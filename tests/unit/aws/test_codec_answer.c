#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/codec.h"
#include "m2/json.h"

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

#define POLICY_IN                                                                                            \
    "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Sid%22%3A%22a+b%22%7D%5D%7D"
#define POLICY_OUT "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"a+b\"}]}"

Test(answer, is_what_the_AWS_CLI_prints)
{
    static const struct {
        const char *service, *operation, *body, *want;
    } cases[] = {
        { "ec2", "DescribeSubnets",
          "<DescribeSubnetsResponse "
          "xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId><subnetSet><item>"
          "<subnetId>s-1</subnetId><availableIpAddressCount>251</"
          "availableIpAddressCount><mapPublicIpOnLaunch>false</mapPublicIpOnLaunch>"
          "<tagSet/><newField>x</newField></item></subnetSet></DescribeSubnetsResponse>",
          "{\"Subnets\":[{\"SubnetId\":\"s-1\",\"AvailableIpAddressCount\":251,\"MapPublicIpOnLaunch\":false,"
          "\"Tags\":[]}]}" },
        { "cloudformation", "DescribeStackEvents",
          "<DescribeStackEventsResponse "
          "xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/"
          "\"><DescribeStackEventsResult><StackEvents>"
          "<member><EventId>e</EventId><Timestamp>2026-11-23T09:00:00.123Z</Timestamp><ResourceStatusReason> "
          "two  spaces\n</ResourceStatusReason>"
          "</member></StackEvents></DescribeStackEventsResult><ResponseMetadata><RequestId>x</RequestId></"
          "ResponseMetadata>"
          "</DescribeStackEventsResponse>",
          "{\"StackEvents\":[{\"EventId\":\"e\",\"Timestamp\":\"2026-11-23T09:00:00.123000+00:00\","
          "\"ResourceStatusReason\":\" two  spaces\\n\"}]}" },
        { "iam", "GetRole",
          "<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><AssumeRolePolicyDocument>" POLICY_IN
          "</AssumeRolePolicyDocument><CreateDate>2026-01-02T03:04:05Z</CreateDate></Role></GetRoleResult></"
          "GetRoleResponse>",
          "{\"Role\":{\"RoleName\":\"r\",\"AssumeRolePolicyDocument\":" POLICY_OUT
          ",\"CreateDate\":\"2026-01-02T03:04:05+00:00\"}}" },
        { "iam", "GetRolePolicy",
          "<r><GetRolePolicyResult><PolicyDocument>not%20json</PolicyDocument></GetRolePolicyResult></r>",
          "{\"PolicyDocument\":\"not json\"}" },
        { "iam", "GetAccountAuthorizationDetails",
          "<r><GetAccountAuthorizationDetailsResult><RoleDetailList><member><RolePolicyList><member><"
          "PolicyDocument>" POLICY_IN "</PolicyDocument></member></RolePolicyList></member></"
          "RoleDetailList><Policies><member><PolicyVersionList><member><Document>" POLICY_IN
          "</Document></member></PolicyVersionList></member></Policies></"
          "GetAccountAuthorizationDetailsResult></r>",
          "{\"RoleDetailList\":[{\"RolePolicyList\":[{\"PolicyDocument\":" POLICY_OUT
          "}]}],\"Policies\":[{\"PolicyVersionList\":[{\"Document\":" POLICY_OUT "}]}]}" },
        { "cloudformation", "GetTemplate",
          "<r><GetTemplateResult><TemplateBody>{\"Resources\": {}}</TemplateBody></GetTemplateResult></r>",
          "{\"TemplateBody\":{\"Resources\":{}}}" },
        { "cloudformation", "GetTemplate",
          "<r><GetTemplateResult><TemplateBody>Resources: {}\n</TemplateBody></GetTemplateResult></r>",
          "{\"TemplateBody\":\"Resources: {}\\n\"}" },
        { "ecs", "DescribeTasks",
          "{\"tasks\":[{\"taskArn\":\"t\",\"createdAt\":1764500000.5,\"stoppedAt\":1.7645E9,\"cpu\":\"256\","
          "\"unknown\":1,\"group\":null}],\"failures\":[]}",
          "{\"tasks\":[{\"taskArn\":\"t\",\"createdAt\":\"2025-11-30T10:53:20.500000+00:00\",\"stoppedAt\":"
          "\"2025-11-30T10:53:20+00:00\","
          "\"cpu\":\"256\"}],\"failures\":[]}" },
        { "logs", "FilterLogEvents", "{\"events\":[{\"timestamp\":1764500000123,\"message\":\"m\"}]}",
          "{\"events\":[{\"timestamp\":1764500000123,\"message\":\"m\"}]}" },
        { "service-quotas", "GetServiceQuota", "{\"Quota\":{\"Value\":6.0,\"Adjustable\":true}}",
          "{\"Quota\":{\"Value\":6.0,\"Adjustable\":true}}" },
        { "pricing", "GetProducts", "{\"PriceList\":[\"{\\\"a\\\":1}\"],\"FormatVersion\":\"aws_v1\"}",
          "{\"PriceList\":[\"{\\\"a\\\":1}\"],\"FormatVersion\":\"aws_v1\"}" },
        { "s3", "ListObjectVersions",
          "<ListVersionsResult "
          "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name><KeyMarker>a%2F</"
          "KeyMarker><EncodingType>url</EncodingType>"
          "<IsTruncated>false</IsTruncated><Version><Key>a%2Fb+c%01%E2%82%AC</Key><VersionId>null</"
          "VersionId><Size>12345678901</Size></Version>"
          "<DeleteMarker><Key>d%25</Key></DeleteMarker><Version><Key>e</Key></Version></ListVersionsResult>",
          "{\"Name\":\"b\",\"KeyMarker\":\"a/\",\"IsTruncated\":false,\"Versions\":[{\"Key\":\"a/b "
          "c\\u0001\xe2\x82\xac\",\"VersionId\":\"null\","
          "\"Size\":12345678901},{\"Key\":\"e\"}],\"DeleteMarkers\":[{\"Key\":\"d%\"}]}" },
        { "s3", "ListObjectsV2", "<r><Contents><Key>raw+%20</Key></Contents></r>",
          "{\"Contents\":[{\"Key\":\"raw+%20\"}]}" },
        { "s3", "GetBucketLocation",
          "<LocationConstraint "
          "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">eu-west-1</LocationConstraint>",
          "{\"LocationConstraint\":\"eu-west-1\"}" },
        { "s3", "GetBucketLocation",
          "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
          "{\"LocationConstraint\":null}" },
        { "s3", "GetBucketPolicy", "{\"Statement\":[]}", "{\"Policy\":\"{\\\"Statement\\\":[]}\"}" },
        { "s3", "GetObject", "\x01\xff", "{\"Body\":\"Af8=\",\"Metadata\":{}}" },
        { "s3", "DeleteObjects",
          "<DeleteResult><Deleted><Key>k</Key></Deleted><Error><Key>x</Key><Code>AccessDenied</Code></"
          "Error></DeleteResult>",
          "{\"Deleted\":[{\"Key\":\"k\"}],\"Errors\":[{\"Key\":\"x\",\"Code\":\"AccessDenied\"}]}" },
        { "s3", "HeadBucket", "", "{}" },
        { "lambda", "GetFunction",
          "{\"Configuration\":{\"FunctionName\":\"f\",\"LastModified\":\"2026-01-01T00:00:00.000+0000\","
          "\"MemorySize\":3008}}",
          "{\"Configuration\":{\"FunctionName\":\"f\",\"LastModified\":\"2026-01-01T00:00:00.000+0000\","
          "\"MemorySize\":3008}}" },
        /* microseconds were once cut to milliseconds */
        { "ecs", "StopTask",
          "{\"task\":{\"createdAt\":1764500000.848977,\"startedAt\":1764500000.9999999,\"stoppedAt\":"
          "1764500000.1239}}",
          "{\"task\":{\"createdAt\":\"2025-11-30T10:53:20.848977+00:00\",\"startedAt\":\"2025-11-30T10:53:20."
          "999999+00:00\","
          "\"stoppedAt\":\"2025-11-30T10:53:20.123900+00:00\"}}" },
        { "sts", "AssumeRole",
          "<r><AssumeRoleResult><Credentials><Expiration>2026-11-23T11:00:00.000336+02:00</Expiration></"
          "Credentials></AssumeRoleResult></r>",
          "{\"Credentials\":{\"Expiration\":\"2026-11-23T09:00:00.000336+00:00\"}}" },
        { "ecs", "StopTask", "", "{}" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_response res = { .status = 200, .body = m2_bytes_of(cases[i].body) };
        struct m2_value *out;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_codec_decode(&out, a, &op, &res, &(struct m2_codec_options){ 0 }, &err), 0, "%s: %s",
                     op.name, err.msg);
        m2_codec_cli_shape(a, &op, out);
        cr_expect(m2_v_equal(out, json(a, cases[i].want)), "%s: %s", op.name, m2_json_text(a, out));
    }
    m2_arena_free(a);
}

Test(answer, of_no_format_is_an_error)
{
    static const struct {
        const char *service, *operation, *body;
    } cases[] = {
        { "ec2", "DescribeSubnets", "" },
        { "ec2", "DescribeSubnets", "<a><b>" },
        { "ec2", "DescribeSubnets", "{\"Subnets\":[]}" },
        { "ec2", "DescribeSubnets", "<Response><Errors><Error><Code>X</Code></Error></Errors></Response>" },
        { "ecs", "ListTasks", "<html>busy</html>" },
        { "ecs", "ListTasks", "[]" },
        { "ecs", "ListTasks", "{\"taskArns\":[" },
        { "lambda", "GetFunction", "<!doctype html><title>500</title>" },
        { "s3", "ListObjectsV2", "<Error><Code>SlowDown</Code></Error>" },
        { "s3", "DeleteObjects", "<Error><Code>InternalError</Code></Error>" },
        { "s3", "GetBucketEncryption", "<Error><Code>InternalError</Code></Error>" },
        { "sts", "GetCallerIdentity", "garbage" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_response res = { .status = 200, .body = m2_bytes_of(cases[i].body) };
        struct m2_value *out = NULL;
        struct m2_err err = { 0 };
        cr_expect_eq(m2_codec_decode(&out, a, &op, &res, NULL, &err), -1, "%s: %s", op.name, cases[i].body);
        cr_expect_eq(err.code, M2_EPROTO, "%s: %s", op.name, err.msg);
        cr_expect_null(out);
    }
    m2_arena_free(a);
}

Test(answer, errors_in_every_wrapper)
{
    static const struct {
        const char *service, *operation;
        int status;
        const char *body, *header, *value, *code, *message;
        bool retryable, throttle;
    } cases[] = {
        { "sts", "GetCallerIdentity", 403,
          "<ErrorResponse "
          "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</"
          "Type><Code>InvalidClientTokenId</Code>"
          "<Message>The token is invalid.</Message></Error><RequestId>r-1</RequestId></ErrorResponse>",
          NULL, NULL, "InvalidClientTokenId", "The token is invalid.", false, false },
        { "ec2", "DescribeSubnets", 400,
          "<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>no</Message></Error></"
          "Errors><RequestID>r-1</RequestID></Response>",
          NULL, NULL, "InvalidSubnetID.NotFound", "no", false, false },
        { "ec2", "DescribeSubnets", 403,
          "<ErrorResponse><Errors><Error><Code>AuthFailure</Code></Error></Errors></ErrorResponse>", NULL,
          NULL, "AuthFailure", "", false, false },
        { "s3", "ListObjectsV2", 404,
          "<?xml "
          "version=\"1.0\"?>\n<Error><Code>NoSuchBucket</Code><Message>m</Message><BucketName>b</"
          "BucketName><RequestId>r-1</RequestId></Error>",
          NULL, NULL, "NoSuchBucket", "m", false, false },
        { "s3", "HeadBucket", 403, "", "x-amz-request-id", "r-1", "403", "", false, false },
        { "s3", "ListObjectsV2", 503, "<!DOCTYPE html><html>", NULL, NULL, "503", "", false, false },
        { "ecs", "RunTask", 400, "{\"__type\":\"com.amazon#ClusterNotFoundException\",\"message\":\"gone\"}",
          "x-amzn-requestid", "r-1", "ClusterNotFoundException", "gone", false, false },
        { "ecs", "RunTask", 400, "{\"__type\":\"AccessDeniedException:http://x/\",\"Message\":\"no\"}", NULL,
          NULL, "AccessDeniedException", "no", false, false },
        { "ecs", "RunTask", 500, "<!doctype html>", NULL, NULL, "500", "", false, false },
        { "ecs", "RunTask", 502, "", NULL, NULL, "502", "", false, false },
        { "lambda", "GetFunction", 404, "{\"Type\":\"User\",\"Message\":\"Function not found\"}",
          "x-amzn-errortype", "ResourceNotFoundException:http://internal.amazon.com/",
          "ResourceNotFoundException", "Function not found", false, false },
        { "sso-oidc", "CreateToken", 400, "{\"error\":\"invalid_grant\",\"error_description\":\"expired\"}",
          "x-amzn-errortype", "InvalidGrantException", "InvalidGrantException", "expired", false, false },
        { "pricing", "GetProducts", 400, "{\"__type\":\"ThrottlingException\",\"Message\":\"slow\"}", NULL,
          NULL, "ThrottlingException", "slow", true, true },
        { "pricing", "GetProducts", 500, "{\"__type\":\"InternalErrorException\"}", NULL, NULL,
          "InternalErrorException", "", true, false },
        { "ecs", "RunTask", 400, "{\"__type\":\"New\"}", "x-amzn-query-error", "Old.Code;Sender", "Old.Code",
          "", false, false },
        { "ecs", "RunTask", 400, "{\"__type\":\"New\"}", "x-amzn-query-error", "a;b;c", "New", "", false,
          false },
        { "ecs", "RunTask", 400, "{\"__type\":7,\"message\":[]}", NULL, NULL, "400", "", false, false },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        const struct m2_header h = { cases[i].header, cases[i].value };
        struct m2_response res = { .status = cases[i].status,
                                   .headers = &h,
                                   .n_headers = h.name != NULL,
                                   .body = m2_bytes_of(cases[i].body) };
        struct m2_api_error e;
        m2_codec_error(&e, a, &op, &res, NULL);
        cr_expect_str_eq(e.code, cases[i].code);
        cr_expect_str_eq(e.message, cases[i].message);
        cr_expect_eq(e.retryable, cases[i].retryable, "%s", cases[i].code);
        cr_expect_eq(e.retryable_throttle, cases[i].throttle, "%s", cases[i].code);
        if (strstr(cases[i].body, "r-1") || m2_str_eq(cases[i].value, "r-1"))
            cr_expect_str_eq(e.request_id, "r-1");
        else
            cr_expect_str_eq(e.request_id, "");
    }
    m2_arena_free(a);
}

/* Found by breaking every exchange of a run: "no default encryption" was concluded from nothing. */
Test(answer, of_no_bytes_is_not_taken_for_nothing_set)
{
    static const struct {
        const char *service, *operation;
        bool empty_is_fine;
    } cases[] = {
        { "s3", "GetBucketEncryption", false },
        { "s3", "GetPublicAccessBlock", false },
        { "s3", "GetBucketPolicyStatus", false },
        { "s3", "GetBucketLocation", false },
        { "s3", "GetBucketAcl", false },
        { "s3", "ListObjectsV2", false },
        { "s3", "HeadBucket", true },
        { "sts", "GetCallerIdentity", false },
        { "ec2", "DescribeSubnets", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_value *out = NULL;
        const struct m2_op op = op_of(cases[i].service, cases[i].operation);
        const struct m2_response answer = { .status = 200, .body = { "", 0 } };
        int rc = m2_codec_decode(&out, a, &op, &answer, NULL, &err);
        cr_expect_eq(rc, cases[i].empty_is_fine ? 0 : -1, "%s %s: %d", cases[i].service, cases[i].operation,
                     rc);
        if (!cases[i].empty_is_fine)
            cr_expect_eq(err.code, M2_EPROTO, "%s: %s", cases[i].operation, err.msg);
        m2_arena_free(a);
    }
}
