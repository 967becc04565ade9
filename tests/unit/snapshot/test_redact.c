#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "snapshot/redact.h"

/* Every seeded secret holds this word, so that what is left over shows. */
#define SEED "hunter2"
#define JWT "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"

static struct m2_value *parse(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "test", &err), 0, "%s\n%s", err.msg, text);
    return v;
}

static const char *redacted(struct m2_arena *a, const char *text)
{
    return m2_json_text(a, m2_snapshot_redact(a, parse(a, text)));
}

Test(redact, seeded_secrets_are_gone)
{
    static const struct {
        const char *name, *text, *secret;
    } cases[] = {
        { "member", "{\"password\":\"" SEED "\"}", SEED },
        { "credentials", "{\"Credentials\":{\"SecretAccessKey\":\"" SEED "\",\"SessionToken\":\"" SEED "\"}}",
          SEED },
        { "number", "{\"DbPassword\":12345}", "12345" },
        { "a list under a secret's name", "{\"password\":[\"" SEED "\"]}", SEED },
        { "an object under a secret's name", "{\"secret\":{\"value\":{\"deep\":\"" SEED "\"}}}", SEED },
        { "what only begins like an ARN", "{\"password\":\"arn:" SEED "\",\"m\":\"password=arn:" SEED "\"}",
          SEED },
        { "lambda environment",
          "{\"Environment\":{\"Variables\":{\"API_KEY\":\"" SEED "\",\"DB_PWD\":\"" SEED "\"}}}", SEED },
        { "task environment", "{\"environment\":[{\"name\":\"CLOUDMR_PASSWORD\",\"value\":\"" SEED "\"}]}",
          SEED },
        { "parameter", "{\"Parameters\":[{\"ParameterKey\":\"AdminToken\",\"ParameterValue\":\"" SEED "\"}]}",
          SEED },
        { "tag", "{\"Tags\":[{\"Key\":\"secret\",\"Value\":\"" SEED "\"}]}", SEED },
        { "command flag", "{\"command\":[\"run\",\"--password\",\"" SEED "\"]}", SEED },
        { "command flag with sign", "{\"command\":[\"--token=" SEED "\"]}", SEED },
        { "flag in text", "{\"c\":\"run --password " SEED " now\"}", SEED },
        { "presigned",
          "{\"Location\":\"https://x.s3.amazonaws.com/a?X-Amz-Credential=" SEED
          "%2F2026&X-Amz-Security-Token=" SEED "&X-Amz-Signature=" SEED "&versionId=1\"}",
          SEED },
        { "presigned v2", "{\"u\":\"https://x/a?AWSAccessKeyId=" SEED "&Signature=" SEED "&Expires=1\"}",
          SEED },
        { "nested json", "{\"input\":\"{\\\"task\\\":{\\\"token\\\":\\\"" SEED "\\\"}}\"}", SEED },
        { "nested twice",
          "{\"cause\":\"{\\\"input\\\":\\\"{\\\\\\\"password\\\\\\\":\\\\\\\"" SEED "\\\\\\\"}\\\"}\"}",
          SEED },
        { "cut json", "{\"cause\":\"{\\\"token\\\":\\\"" SEED "\\\",\\\"x\\\":\\\"tr\"}", SEED },
        { "cut json with a presigned link",
          "{\"cause\":\"{\\\"u\\\":\\\"https://b/k?a=1\\\\u0026X-Amz-Signature=" SEED "\\\",\\\"x\"}", SEED },
        { "text", "{\"m\":\"login failed: password=" SEED ", retry\"}", SEED },
        { "prose", "{\"m\":\"Password: " SEED "\"}", SEED },
        { "connection string", "{\"m\":\"postgres://admin:" SEED "@db/x\"}", SEED },
        { "bearer", "{\"m\":\"Authorization: Bearer " SEED "abcdef\"}", SEED },
        { "jwt", "{\"m\":\"got " JWT "\"}", "eyJ" },
        { "access key id", "{\"m\":\"AKIAIOSFODNN7EXAMPLE\"}", "AKIA" },
        { "secret key", "{\"m\":\"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\"}", "wJalr" },
        { "session token", "{\"m\":\"IQoJb3JpZ2luX2VjEHUaCXVzLWVhc3QtMSJ\"}", "IQoJ" },
        { "private key",
          "{\"m\":\"-----BEGIN RSA PRIVATE KEY-----\\n" SEED "\\n-----END RSA PRIVATE KEY-----\"}", SEED },
        { "e-mail", "{\"m\":\"arn:aws:sts::1:assumed-role/Admin/jane.doe@corp.example.org\"}", "jane.doe" },
        { "account", "{\"m\":\"arn:aws:iam::123456789012:role/x\"}", "123456789012" },
        { "account in a key", "{\"arn:aws:iam::123456789012:role/x\":1}", "123456789012" },
        { "account as a number", "{\"account\":123456789012}", "123456789012" },
        { "canonical user",
          "{\"Owner\":{\"ID\":\"0a1b\",\"DisplayName\":\"jane\"},\"Grants\":[{\"Grantee\":{\"ID\":"
          "\"0a1b\"}}]}",
          "0a1b" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *out = redacted(a, cases[i].text);
        cr_expect_null(strstr(out, cases[i].secret), "%s: %s", cases[i].name, out);
        (void)parse(a, out);
        const char *again = redacted(a, out);
        cr_expect(m2_v_equal(parse(a, out), parse(a, again)), "%s: twice is once: %s", cases[i].name, again);
    }
    m2_arena_free(a);
}

Test(redact, what_the_diagnosis_reads_stays)
{
    static const char *const kept[] = {
        "unable to pull secrets or registry auth: pull command failed: : signal: killed",
        "unable to retrieve secret from asm: AccessDeniedException: User is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:469266894233:secret:db",
        "The security token included in the request is expired",
        "ExpiredToken: The provided token has expired.",
        "Resource handler returned message: \\\"null\\\" (RequestToken: 0f1e2d3c-aaaa, HandlerErrorCode: "
        "AlreadyExists)",
        "CannotPullContainerError: pull access denied for x, repository does not exist or may require "
        "'docker login'",
        "no basic auth credentials",
        "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate@sha256:"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "10.0.0.0/16",
        "arn:aws:iam::262361552878:root",
        "0f1e2d3c-1111-2222-3333-44445555abcd",
        "$.items[?(@.price > 10)]",
        "2026-11-23T09:00:00.123456+00:00",
        "1790000000123",
        "/aws/lambda/mroptimum-mode2-RunJobLambda-AbCdEfGhIjKl",
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        const char *text = m2_arena_printf(a, "{\"m\":\"%s\"}", kept[i]);
        struct m2_value *in = parse(a, text), *out = m2_snapshot_redact(a, in);
        cr_expect_str_eq(m2_v_str(out, "m"), m2_v_str(in, "m"));
    }
    static const char *const members[] = { "ClientRequestToken", "NextToken", "secretArn" };
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct m2_value *in = parse(a, m2_arena_printf(a, "{\"%s\":\"arn:x\"}", members[i]));
        cr_expect_str_eq(m2_v_str(m2_snapshot_redact(a, in), members[i]), "arn:x");
    }
    struct m2_value *secret =
        parse(a, "{\"secrets\":[{\"name\":\"DB_PASSWORD\",\"valueFrom\":\"arn:aws:ssm:x\"}]}");
    cr_expect_str_eq(m2_v_pstr(m2_snapshot_redact(a, secret), "secrets[0].valueFrom"), "arn:aws:ssm:x");
    m2_arena_free(a);
}

Test(redact, equality_holds_and_arns_still_parse)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *v = m2_snapshot_redact(
        a, parse(a, "{\"schema\":\"m2-snapshot/1\",\"calls\":[{\"service\":\"sts\",\"output\":{"
                    "\"other\":\"999988887777\",\"Account\":\"123456789012\","
                    "\"Arn\":\"arn:aws:iam::123456789012:user/ann@corp.org\"}},"
                    "{\"bucket\":\"mroptimum-mode2-data-123456789012\",\"mail\":\"ANN@corp.org\","
                    "\"second\":\"bob@corp.org\",\"definition\":\"{\\\"R\\\": "
                    "\\\"arn:aws:lambda:us-east-1:999988887777:function:f\\\"}\"}],"
                    "\"account\":\"123456789012\"}"));
    cr_expect(m2_v_bool_or(v, "redacted", false));
    cr_expect_str_eq(m2_v_str(v, "account"), "000000000001", "the account itself comes first");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Account"), "000000000001");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.other"), "000000000002");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Arn"),
                     "arn:aws:iam::000000000001:user/user1@example.invalid");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].bucket"), "mroptimum-mode2-data-000000000001");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].mail"), "user1@example.invalid", "letter case is no difference");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].second"), "user2@example.invalid");
    cr_expect(strstr(m2_v_pstr(v, "calls[1].definition"), ":000000000002:function:f"));
    m2_arena_free(a);
}

Test(redact, ids_of_an_organisation_are_tokens_everywhere)
{
    struct m2_arena *a = m2_arena_new();
    const char *text =
        "{\"account\":\"123456789012\",\"calls\":[{\"service\":\"organizations\",\"output\":{\"Id\":\"o-"
        "a1b2c3d4e5\","
        "\"Root\":\"r-ab12\",\"Unit\":\"ou-ab12-c3d4e5f6\",\"Policies\":[{\"Id\":\"p-FullAWSAccess\"},"
        "{\"Id\":\"p-x1y2z3w4\",\"Arn\":\"arn:aws:organizations::123456789012:policy/o-a1b2c3d4e5/"
        "service_control_policy/p-x1y2z3w4\"}]}},{\"service\":\"iam\",\"output\":{\"Condition\":"
        "{\"aws:PrincipalOrgID\":\"o-a1b2c3d4e5\",\"aws:PrincipalOrgPaths\":\"o-a1b2c3d4e5/r-ab12/"
        "ou-ab12-c3d4e5f6/"
        "*\"},\"Bucket\":\"r-data\",\"Other\":\"p-resultsdata\",\"Instance\":\"r-0123456789abcdef0\"}}]}";
    struct m2_value *v = m2_snapshot_redact(a, parse(a, text));
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Id"), "o-0000000001");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Root"), "r-00000002");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Unit"), "ou-0000-00000003");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Policies[0].Id"), "p-FullAWSAccess");
    cr_expect_str_eq(m2_v_pstr(v, "calls[0].output.Policies[1].Id"), "p-00000004");
    cr_expect_str_eq(
        m2_v_pstr(v, "calls[0].output.Policies[1].Arn"),
        "arn:aws:organizations::000000000001:policy/o-0000000001/service_control_policy/p-00000004");
    const struct m2_value *condition = m2_v_path(v, "calls[1].output.Condition");
    cr_expect_str_eq(m2_v_str(condition, "aws:PrincipalOrgID"), "o-0000000001");
    cr_expect_str_eq(m2_v_str(condition, "aws:PrincipalOrgPaths"),
                     "o-0000000001/r-00000002/ou-0000-00000003/*");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].output.Bucket"), "r-data", "elsewhere such words are names");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].output.Other"), "p-resultsdata");
    cr_expect_str_eq(m2_v_pstr(v, "calls[1].output.Instance"), "r-0123456789abcdef0");
    cr_expect(m2_v_equal(m2_snapshot_redact(a, v), v), "twice changes nothing");
    m2_arena_free(a);
}

/* The ids behind a word of the path, and behind a pattern for every organisation, stayed. */
Test(redact, a_refusal_by_an_organisation_tells_no_policy_and_no_root)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_redactor r = { .a = a };
    const char *text = m2_redact_text(
        &r,
        "User: arn:aws:iam::210987654321:user/me is not authorized to perform: s3:GetBucketAcl with an "
        "explicit deny in a service control policy: arn:aws:organizations::210987654321:policy/"
        "o-exampleorg1/service_control_policy/p-examplepol1 root arn:aws:organizations::210987654321:root/"
        "o-exampleorg1/r-ab12 ou arn:aws:organizations::210987654321:ou/o-exampleorg1/ou-ab12-11111111 "
        "paths o-exampleorg1/r-ab12/ou-ab12-11111111/ and [\"o-*/r-ab12/*\",\"o-*/*/r-cd34\"], no path: "
        "r-data p-resultsdata out/r-data o-* r-data");
    static const char *const shown[] = {
        ":policy/o-0000000001/service_control_policy/p-00000002 root ",
        ":root/o-0000000001/r-00000003 ou ",
        ":ou/o-0000000001/ou-0000-00000004 paths o-0000000001/r-00000003/ou-0000-00000004/ and ",
        "[\"o-*/r-00000003/*\",\"o-*/*/r-00000005\"], no path: r-data p-resultsdata out/r-data o-* r-data",
    };
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        cr_expect(strstr(text, shown[i]), "%s\nis not in\n%s", shown[i], text);
    cr_expect_str_eq(m2_redact_text(&r, text), text, "twice changes nothing");
    m2_arena_free(a);
}

Test(redact, time_grows_with_the_text_alone)
{
    /* Texts that could make a scanner go back and forth. */
    static const char *const units[] = { "a@",       "password",     "://a:", "=",
                                         "X-Amz-",   "eyJ.",         "--",    "{",
                                         "\\\\\\\"", "eyJ+",         "a/",    "-----BEGIN ",
                                         "o-*/",     "o-a1b2c3d4e5/" };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 4 << 20);
        for (size_t k = 0; k < 200000; k++)
            m2_buf_adds(&b, units[i]);
        struct m2_redactor r = { .a = a };
        cr_expect_not_null(m2_redact_text(&r, b.data), "%s", units[i]);
        m2_buf_free(&b);
    }
    m2_arena_free(a);
}
