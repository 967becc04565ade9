#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clientfix.h"
#include "m2/time.h"

#define GOOD_STS                                                                                             \
    "<GetCallerIdentityResponse "                                                                            \
    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"                          \
    "<Arn>arn:aws:iam::1:user/a</Arn><UserId>U</UserId><Account>111122223333</Account></"                    \
    "GetCallerIdentityResult>"                                                                               \
    "</GetCallerIdentityResponse>"
#define EC2_ERROR(code, message)                                                                             \
    "<Response><Errors><Error><Code>" code "</Code><Message>" message "</Message></Error></Errors></"        \
    "Response>"
#define QUERY_ERROR(code, message)                                                                           \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message                        \
    "</Message></Error></ErrorResponse>"

Test(client, a_failed_attempt_is_repeated_and_signed_anew)
{
    static const struct script_row rows[] = { { .times = 1, .status = 500, .body = "<html>oops" },
                                              { .times = 1, .fault = M2_ENET },
                                              { .status = 200, .body = GOOD_STS },
                                              { 0 } };
    struct clientfix f;
    struct outcome o;
    char first[64], id[64];
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert_eq(o.n, 1);
    cr_assert_eq(o.status, M2_AWS_OK, "%s", o.sentence);
    cr_assert_str_eq(m2_v_str(o.output, "Account"), "111122223333");
    cr_assert_eq(o.attempts, 3);
    cr_assert_eq(f.net.n_asked, 3);
    (void)snprintf(id, sizeof id, "%s", scriptnet_header(&f.net, 0, "amz-sdk-invocation-id"));
    cr_assert_eq(strlen(id), 36);
    for (int i = 0; i < 3; i++) {
        char want[32];
        (void)snprintf(want, sizeof want, "attempt=%d; max=3", i + 1);
        cr_assert_str_eq(scriptnet_header(&f.net, (size_t)i, "amz-sdk-request"), want);
        cr_assert_str_eq(scriptnet_header(&f.net, (size_t)i, "amz-sdk-invocation-id"), id);
        cr_assert(
            strstr(scriptnet_header(&f.net, (size_t)i, "Authorization"), "/us-east-1/sts/aws4_request"));
    }
    (void)snprintf(first, sizeof first, "%s", scriptnet_header(&f.net, 0, "X-Amz-Date"));
    cr_assert_str_eq(first, "20261123T090000Z");
    cr_assert(m2_str_starts(f.net.asked[0], "POST https://sts.us-east-1.amazonaws.com/\n"), "%s",
              f.net.asked[0]);
    clientfix_free(&f);
}

Test(client, three_attempts_are_all)
{
    static const struct script_row rows[] = { { .status = 503, .body = "" }, { 0 } };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "ec2", "DescribeVpcs", NULL);
    cr_assert_eq(o.attempts, 3);
    cr_assert_eq(o.class, M2_ESERVICE);
    cr_assert_eq(o.http_status, 503);
    cr_assert_str_eq(o.sentence,
                     "ec2 DescribeVpcs in us-east-1: HTTP status 503 without an error that AWS would send");
    clientfix_free(&f);
}

Test(client, errors_are_one_sentence_with_a_class)
{
    static const struct {
        int status;
        const char *body, *headers;
        enum m2_errc class;
        const char *code, *says;
    } cases[] = {
        { 403, EC2_ERROR("UnauthorizedOperation", "You are not authorized"), NULL, M2_EDENIED,
          "UnauthorizedOperation",
          "ec2 DescribeSubnets in us-east-1: UnauthorizedOperation: You are not authorized" },
        { 401, EC2_ERROR("AuthFailure", "not valid"), NULL, M2_ECRED, "AuthFailure",
          "AuthFailure: not valid (credentials from environment" },
        { 400, EC2_ERROR("RequestLimitExceeded", "slow"), NULL, M2_ETHROTTLE, "RequestLimitExceeded",
          "slow" },
        { 400, EC2_ERROR("InvalidSubnetID.NotFound", "gone"), NULL, M2_ESERVICE, "InvalidSubnetID.NotFound",
          "gone" },
        { 400, EC2_ERROR("X", "evil\xc2\x9b[2J\nline"), NULL, M2_ESERVICE, "X", "evil\\x9b[2J line" },
        { 404, "", NULL, M2_ESERVICE, "404", "HTTP status 404" },
        { 403, "", NULL, M2_EDENIED, "403", "HTTP status 403" },
        { 200, "garbage <", NULL, M2_EPROTO, "Protocol", "ec2 DescribeSubnets in us-east-1: " },
        { 302, "moved", "location: https://evil.example/", M2_ESERVICE, "302", "302" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script_row rows[] = {
            { .status = cases[i].status, .body = cases[i].body, .headers = cases[i].headers }, { 0 }
        };
        struct clientfix f;
        struct outcome o;
        clientfix_init(&f, NULL, rows);
        clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
        cr_assert_eq(o.status, M2_AWS_ERROR);
        cr_assert_eq(o.class, cases[i].class, "case %zu: %s", i, o.sentence);
        cr_assert_str_eq(o.code, cases[i].code);
        cr_assert(strstr(o.sentence, cases[i].says), "case %zu: %s", i, o.sentence);
        cr_assert_null(strstr(strstr(o.sentence, "DescribeSubnets") + 1, "DescribeSubnets"),
                       "named twice: %s", o.sentence);
        for (size_t k = 0; k < f.net.n_asked; k++)
            cr_assert(m2_str_starts(f.net.asked[k], "POST https://ec2.us-east-1.amazonaws.com/\n"),
                      "never to a Location");
        clientfix_free(&f);
    }
    cr_assert(m2_aws_is_denied("AccessDeniedException"));
    cr_assert_not(m2_aws_is_denied("ThrottlingException"));
    cr_assert_not(m2_aws_is_denied(NULL));
}

Test(client, a_very_long_message_of_the_service_is_cut_not_lost)
{
    char message[6001], body[6200];
    memset(message, 'm', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    (void)snprintf(body, sizeof body, EC2_ERROR("UnauthorizedOperation", "%s"), message);
    const struct script_row rows[] = { { .status = 403, .body = body }, { 0 } };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "ec2", "DescribeVpcs", NULL);
    cr_assert_eq(o.status, M2_AWS_ERROR);
    cr_assert(strstr(o.sentence, "UnauthorizedOperation: mmmm"), "%s", o.sentence);
    clientfix_free(&f);
}

Test(client, a_write_is_repeated_only_when_it_cannot_have_acted)
{
    static const struct {
        const char *service, *operation, *input;
        struct script_row fault;
        int attempts;
    } cases[] = {
        { "ecs", "StopTask", "{\"task\":\"t\"}", { .fault = M2_ENET }, 1 },
        { "ecs", "StopTask", "{\"task\":\"t\"}", { .fault = M2_ETIMEOUT }, 1 },
        { "ecs", "StopTask", "{\"task\":\"t\"}", { .fault = M2_ENET, .unsent = true }, 3 },
        { "ecs", "StopTask", "{\"task\":\"t\"}", { .status = 500 }, 3 },
        { "ecs",
          "StopTask",
          "{\"task\":\"t\"}",
          { .status = 400, .body = "{\"__type\":\"ThrottlingException\"}" },
          3 },
        { "ecs", "DescribeTasks", "{\"tasks\":[\"t\"]}", { .fault = M2_ETIMEOUT }, 3 },
        { "ecs", "RunTask", "{\"taskDefinition\":\"t\"}", { .fault = M2_ETIMEOUT }, 3 },
        { "cloudformation", "DeleteStack", "{\"StackName\":\"s\"}", { .fault = M2_ENET }, 3 },
        { "ecs", "StopTask", "{\"task\":\"t\"}", { .fault = M2_ETLS, .unsent = true }, 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script_row rows[] = { cases[i].fault, { 0 } };
        struct clientfix f;
        struct outcome o;
        clientfix_init(&f, NULL, rows);
        clientfix_call(&f, &o, cases[i].service, cases[i].operation, cases[i].input);
        cr_assert_eq(o.attempts, cases[i].attempts, "case %zu %s: %d attempts, %s", i, cases[i].operation,
                     o.attempts, o.sentence);
        for (size_t k = 1; k < f.net.n_asked; k++)
            cr_assert_str_eq(strstr(f.net.asked[k], "\n\n"), strstr(f.net.asked[0], "\n\n"),
                             "the token stays the same");
        if (o.attempts == 1 && cases[i].fault.fault != M2_ETLS)
            cr_assert(strstr(o.sentence, "whether it took effect is not known"), "%s", o.sentence);
        if (m2_str_eq(cases[i].operation, "StopTask"))
            cr_assert(f.net.flags[0] & M2_HTTP_NO_REUSE, "libcurl must not repeat it either");
        if (m2_str_eq(cases[i].operation, "DeleteStack"))
            cr_assert(strstr(f.net.asked[0], "ClientRequestToken="), "%s", f.net.asked[0]);
        clientfix_free(&f);
    }
}

Test(client, a_wrong_clock_is_corrected_once)
{
    static const struct script_row rows[] = { { .times = 1,
                                                .status = 403,
                                                .headers = "date: Mon, 23 Nov 2026 11:00:00 GMT",
                                                .body = QUERY_ERROR("RequestExpired", "old") },
                                              { .has = "X-Amz-Date: 20261123T110000Z",
                                                .status = 200,
                                                .body = GOOD_STS,
                                                .headers = "date: Mon, 23 Nov 2026 11:00:00 GMT" },
                                              { 0 } };
    static const struct script_row never[] = { { .status = 403,
                                                 .headers = "date: Mon, 23 Nov 2026 11:00:00 GMT",
                                                 .body = QUERY_ERROR("SignatureDoesNotMatch", "no") },
                                               { 0 } };
    static const struct script_row small[] = { { .status = 403,
                                                 .headers = "date: Mon, 23 Nov 2026 09:01:00 GMT",
                                                 .body = QUERY_ERROR("SignatureDoesNotMatch", "no") },
                                               { 0 } };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert_eq(o.status, M2_AWS_OK, "%s", o.sentence);
    cr_assert_eq(m2_aws_clock_skew_ms(f.client), 7200000);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert(o.status == M2_AWS_OK && o.attempts == 1, "the offset is kept");
    clientfix_free(&f);
    clientfix_init(&f, NULL, never);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert(o.class == M2_ECRED && o.attempts == 2, "%d %s", o.attempts, o.sentence);
    clientfix_free(&f);
    clientfix_init(&f, NULL, small);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert(o.class == M2_ECRED && o.attempts == 1, "a minute is no skew");
    cr_assert_eq(m2_aws_clock_skew_ms(f.client), 60000);
    clientfix_free(&f);
}

#define CONTAINER(id)                                                                                        \
    "{\"AccessKeyId\":\"" id                                                                                 \
    "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2026-11-23T15:00:00Z\"}"

Test(client, expired_credentials_are_renewed_once_for_all_calls)
{
    static const char *const env[] = { "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                       "http://127.0.0.1/creds",
                                       "AWS_REGION",
                                       "us-east-1",
                                       "HOME",
                                       "/nonexistent",
                                       NULL };
    static const struct script_row rows[] = {
        { .has = "GET http://127.0.0.1/creds", .times = 1, .status = 200, .body = CONTAINER("OLD") },
        { .has = "GET http://127.0.0.1/creds", .status = 200, .body = CONTAINER("NEW") },
        { .has = "Credential=OLD/", .status = 403, .body = QUERY_ERROR("ExpiredToken", "expired") },
        { .has = "Credential=NEW/", .status = 200, .body = GOOD_STS },
        { 0 }
    };
    enum { CALLS = 5 };
    struct clientfix f;
    struct outcome o[CALLS];
    int asked_for_keys = 0;
    clientfix_init(&f, env, rows);
    for (int i = 0; i < CALLS; i++)
        clientfix_start(&f, &o[i], "sts", "GetCallerIdentity", NULL);
    clientfix_run(&f);
    for (int i = 0; i < CALLS; i++)
        cr_assert(o[i].n == 1 && o[i].status == M2_AWS_OK, "%d: %s", i, o[i].sentence);
    for (size_t i = 0; i < f.net.n_asked; i++)
        asked_for_keys += m2_str_starts(f.net.asked[i], "GET http://127.0.0.1/creds");
    cr_assert_eq(asked_for_keys, 2, "one load, one renewal: %d", asked_for_keys);
    cr_assert(f.net.most_at_once >= 4, "calls run at the same time");
    cr_assert(strstr(m2_aws_credential_source(f.client), "container"), "%s",
              m2_aws_credential_source(f.client));
    clientfix_free(&f);
}

Test(client, keys_that_do_not_change_are_not_tried_again)
{
    static const struct script_row rows[] = {
        { .status = 403, .body = QUERY_ERROR("ExpiredToken", "expired") }, { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "sts", "GetCallerIdentity", NULL);
    cr_assert(o.attempts == 1 && o.class == M2_ECRED, "%d %s", o.attempts, o.sentence);
    clientfix_free(&f);
}

Test(client, no_credentials_is_one_answer_per_call_and_a_clear_login)
{
    static const char *const env[] = { "AWS_EC2_METADATA_DISABLED", "true", "HOME", "/nonexistent", NULL };
    static const struct script_row rows[] = { { 0 } };
    struct clientfix f;
    struct outcome a, b;
    struct m2_err err = { 0 };
    clientfix_init(&f, env, rows);
    cr_assert_eq(m2_aws_login(f.client, &err), -1);
    cr_assert_eq(err.code, M2_ECRED);
    cr_assert_null(m2_aws_credential_source(f.client));
    clientfix_start(&f, &a, "sts", "GetCallerIdentity", NULL);
    clientfix_start(&f, &b, "ec2", "DescribeVpcs", NULL);
    cr_assert_eq(a.n, 0, "answers come from a step");
    clientfix_run(&f);
    cr_assert(a.n == 1 && a.class == M2_ECRED && m2_str_eq(a.code, "Credentials"), "%s", a.sentence);
    cr_assert(b.n == 1 && b.class == M2_ECRED, "%s", b.sentence);
    clientfix_free(&f);
}

Test(client, a_throttled_service_is_left_alone_by_all_calls)
{
    static const struct script_row rows[] = {
        { .has = "https://ec2.",
          .times = 1,
          .status = 503,
          .body = EC2_ERROR("RequestLimitExceeded", "slow"),
          .headers = "x-amz-retry-after: 3000" },
        { .has = "https://ec2.",
          .status = 200,
          .body = "<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>" },
        { .has = "https://sts.", .status = 200, .body = GOOD_STS },
        { 0 }
    };
    struct clientfix f;
    struct outcome first, second, other;
    clientfix_init(&f, NULL, rows);
    clientfix_start(&f, &first, "ec2", "DescribeVpcs", NULL);
    while (f.net.n_asked == 0 || f.net.pending)
        (void)m2_net_step(&f.net.net, 0);
    clientfix_start(&f, &second, "ec2", "DescribeVpcs", NULL);
    clientfix_start(&f, &other, "sts", "GetCallerIdentity", NULL);
    clientfix_run(&f);
    cr_assert(first.status == M2_AWS_OK && second.status == M2_AWS_OK && other.status == M2_AWS_OK);
    cr_assert_eq(f.net.n_asked, 4);
    cr_assert(strstr(f.net.asked[1], "https://sts."), "another service does not wait");
    cr_assert_eq(f.net.asked_at[1], 1000);
    cr_assert(f.net.asked_at[2] >= 4000 && f.net.asked_at[3] >= 4000, "%lld %lld",
              (long long)f.net.asked_at[2], (long long)f.net.asked_at[3]);
    clientfix_free(&f);
}

Test(client, bad_calls_are_bugs_and_cancelling_is_quick)
{
    static const struct script_row rows[] = { { .status = 500 }, { 0 } };
    static const struct {
        const char *service, *operation, *input;
    } bad[] = { { "nosuch", "X", NULL },
                { "ec2", "NoSuchOperation", NULL },
                { "ec2", "DescribeVpcs", "{\"NoSuchMember\":1}" } };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        clientfix_start(&f, &o, bad[i].service, bad[i].operation, bad[i].input);
        cr_assert_eq(o.n, 0, "not before a step");
        clientfix_run(&f);
        cr_assert(o.n == 1 && o.class == M2_EBUG, "%s", o.sentence);
    }
    cr_assert_eq(f.net.n_asked, 0);
    f.sys.cancel_at_ms = 1;
    clientfix_call(&f, &o, "ec2", "DescribeVpcs", NULL);
    cr_assert(o.n == 1 && o.class == M2_ECANCELLED && m2_str_eq(o.code, "Cancelled"), "%s", o.sentence);
    f.sys.cancel_at_ms = 0;
    clientfix_start(&f, &o, "ec2", "DescribeVpcs", NULL);
    clientfix_free(&f); /* with a call in flight */
}

Test(client, where_and_as_whom_calls_go)
{
    static const struct {
        const char *endpoint, *service, *operation, *input, *url, *scope;
    } cases[] = {
        { NULL, "pricing", "DescribeServices", NULL, "POST https://api.pricing.eu-central-1.amazonaws.com/\n",
          "/eu-central-1/pricing/" },
        { NULL, "iam", "ListRoles", NULL, "POST https://iam.amazonaws.com/\n", "/us-east-1/iam/" },
        { NULL, "ecr", "DescribeRepositories", NULL, "POST https://api.ecr.eu-west-1.amazonaws.com/\n",
          "/eu-west-1/ecr/" },
        { NULL, "lambda", "GetFunction", "{\"FunctionName\":\"a:b\"}",
          "GET https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/a%3Ab\n", "/eu-west-1/lambda/" },
        { NULL, "stepfunctions", "StartSyncExecution", "{\"stateMachineArn\":\"a\"}",
          "POST https://sync-states.eu-west-1.amazonaws.com/\n", "/eu-west-1/states/" },
        { "http://127.0.0.1:5000", "stepfunctions", "StartSyncExecution", "{\"stateMachineArn\":\"a\"}",
          "POST http://127.0.0.1:5000/\n", "/eu-west-1/states/" },
        { "http://127.0.0.1:5000/base", "lambda", "GetFunction", "{\"FunctionName\":\"f\"}",
          "GET http://127.0.0.1:5000/base/2015-03-31/functions/f\n", "/eu-west-1/lambda/" },
        { "http://127.0.0.1:5000", "s3", "GetBucketPolicy", "{\"Bucket\":\"my-bucket\"}",
          "GET http://127.0.0.1:5000/my-bucket?policy\n", "/eu-west-1/s3/" },
        { NULL, "s3", "GetBucketPolicy", "{\"Bucket\":\"my-bucket\"}",
          "GET https://my-bucket.s3.eu-west-1.amazonaws.com/?policy\n", "/eu-west-1/s3/" },
        { NULL, "s3", "GetBucketPolicy", "{\"Bucket\":\"my.bucket\"}",
          "GET https://s3.eu-west-1.amazonaws.com/my.bucket?policy\n", "/eu-west-1/s3/" },
        { NULL, "s3", "HeadObject", "{\"Bucket\":\"my-bucket\",\"Key\":\"a/b c\"}",
          "HEAD https://my-bucket.s3.eu-west-1.amazonaws.com/a/b%20c\n", "/eu-west-1/s3/" },
        { NULL, "s3", "ListBuckets", NULL, "GET https://s3.eu-west-1.amazonaws.com/\n", "/eu-west-1/s3/" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *env[] = { "AWS_ACCESS_KEY_ID",
                              "AKID",
                              "AWS_SECRET_ACCESS_KEY",
                              "s",
                              "AWS_REGION",
                              "eu-west-1",
                              "HOME",
                              "/nonexistent",
                              "AWS_ENDPOINT_URL",
                              cases[i].endpoint ? cases[i].endpoint : "",
                              NULL };
        static const struct script_row rows[] = { { .status = 400, .body = "" }, { 0 } };
        struct clientfix f;
        struct outcome o;
        clientfix_init(&f, env, rows);
        clientfix_call(&f, &o, cases[i].service, cases[i].operation, cases[i].input);
        cr_assert_eq(f.net.n_asked, 1, "case %zu: %s", i, o.sentence);
        cr_assert(m2_str_starts(f.net.asked[0], cases[i].url), "case %zu:\n%s%s", i, cases[i].url,
                  f.net.asked[0]);
        cr_assert(strstr(f.net.asked[0], cases[i].scope), "case %zu:\n%s", i, f.net.asked[0]);
        clientfix_free(&f);
    }
}
