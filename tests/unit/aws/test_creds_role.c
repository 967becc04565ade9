/* Assumed roles and web identity: what is sent, what is refused, and what a refusal says. */
#include <criterion/criterion.h>

#include "credlab.h"

#define BASE "[profile base]\naws_access_key_id = AKBASE\naws_secret_access_key = HUSHkey\n"
#define ROLE_A "[default]\nrole_arn = arn:aws:iam::111122223333:role/A\nsource_profile = base\n"
#define STS "https://sts.us-east-1.amazonaws.com/"
#define ANSWER(action, id, expires)                                                                          \
    "<" action "Response><" action                                                                           \
    "Result><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/A/s</Arn>"                          \
    "</AssumedRoleUser><Credentials><AccessKeyId>" id                                                        \
    "</AccessKeyId><SecretAccessKey>HUSHs</SecretAccessKey>"                                                 \
    "<SessionToken>HUSHt</SessionToken><Expiration>" expires "</Expiration></Credentials></" action          \
    "Result>"                                                                                                \
    "</" action "Response>"
#define ASSUMED                                                                                              \
    {                                                                                                        \
        200, ANSWER("AssumeRole", "ASIAROLE", "2026-11-23T10:00:00Z"), NULL, M2_OK                           \
    }
#define REFUSED(code, message)                                                                               \
    "<ErrorResponse><Error><Type>Sender</Type><Code>" code "</Code><Message>" message                        \
    "</Message></Error></ErrorResponse>"

static const char *const skewed = "Mon, 23 Nov 2026 09:20:00 GMT";

Test(creds, assumed_roles)
{
    const struct lab_case cases[] = {
        { .name = "all parameters",
          .config = ROLE_A "role_session_name = me\nexternal_id = x/1\nduration_seconds = 900\nmfa_serial = "
                           "arn:aws:iam::1:mfa/u\n" BASE,
          .mfa_code = "123456",
          .net = { { "POST",
                     STS,
                     { "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%"
                       "3Arole%2FA",
                       "&RoleSessionName=me&DurationSeconds=900&ExternalId=x%2F1&SerialNumber=arn%3Aaws%"
                       "3Aiam%3A%3A1%3Amfa%2Fu&TokenCode=123456",
                       "Credential=AKBASE/20261123/us-east-1/sts/aws4_request" },
                     ASSUMED } },
          .id = "ASIAROLE",
          .source = "role/A (profile default) with profile base",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "MFA without terminal",
          .config = ROLE_A "mfa_serial = dev1\n" BASE,
          .says = { "dev1", "no terminal" } },
        { .name = "MFA prompt fails",
          .config = ROLE_A "mfa_serial = dev1\n" BASE,
          .mfa_code = "no terminal",
          .says = { "MFA device dev1" } },
        { .name = "MFA prompt empty",
          .config = ROLE_A "mfa_serial = dev1\n" BASE,
          .mfa_code = "",
          .says = { "no code of the MFA device dev1" } },
        { .name = "denied",
          .config = ROLE_A BASE,
          .net = { { "POST",
                     STS,
                     { NULL },
                     { 403, REFUSED("AccessDenied", "User is not authorized to perform sts:AssumeRole"), NULL,
                       M2_OK } } },
          .says = { "credentials from assume-role: profile default",
                    "role/A was refused: AccessDenied: User is not authorized" } },
        { .name = "an echoed secret is masked",
          .config = ROLE_A BASE,
          .net = { { "POST", STS, { NULL }, { 403, REFUSED("X", "you sent HUSHkey"), NULL, M2_OK } } },
          .says = { "you sent *******" } },
        { .name = "throttled, then answered",
          .config = ROLE_A BASE,
          .net = { { "POST", STS, { NULL }, { 400, REFUSED("Throttling", "slow"), NULL, M2_OK } },
                   { "POST", STS, { NULL }, { 503, "<html>", NULL, M2_OK } },
                   { "POST", STS, { NULL }, ASSUMED } },
          .id = "ASIAROLE" },
        { .name = "never answered",
          .config = ROLE_A BASE,
          .net = { { "POST", STS, { NULL }, { .fail = M2_ENET } },
                   { "POST", STS, { NULL }, { .fail = M2_ENET } },
                   { "POST", STS, { NULL }, { .fail = M2_ENET } } },
          .says = { "credentials from assume-role", "network says no" } },
        { .name = "clock corrected once",
          .config = ROLE_A BASE,
          .net = { { "POST",
                     STS,
                     { "20261123T090000Z" },
                     { 403, REFUSED("SignatureDoesNotMatch", ""), skewed, M2_OK } },
                   { "POST", STS, { "20261123T092000Z" }, ASSUMED } },
          .id = "ASIAROLE" },
        { .name = "signature wrong with a right clock",
          .config = ROLE_A BASE,
          .net = { { "POST",
                     STS,
                     { NULL },
                     { 403, REFUSED("SignatureDoesNotMatch", ""), "Mon, 23 Nov 2026 09:01:00 GMT",
                       M2_OK } } },
          .says = { "SignatureDoesNotMatch" } },
        { .name = "answer expired",
          .config = ROLE_A BASE,
          .net = { { "POST",
                     STS,
                     { NULL },
                     { 200, ANSWER("AssumeRole", "A", "2026-11-23T08:59:59Z"), NULL, M2_OK } } },
          .says = { "the answer of sts AssumeRole: expired at 2026-11-23T08:59:59Z" } },
        { .name = "answer lacks keys",
          .config = ROLE_A BASE,
          .net = { { "POST",
                     STS,
                     { NULL },
                     { 200, ANSWER("AssumeRole", "", "2026-11-23T10:00:00Z"), NULL, M2_OK } } },
          .says = { "AccessKeyId is missing" } },
        { .name = "answer is HTML",
          .config = ROLE_A BASE,
          .net = { { "POST", STS, { NULL }, { 200, "<html><p>HUSH", NULL, M2_OK } } },
          .says = { "the answer of sts.us-east-1.amazonaws.com is not XML" } },
        { .name = "both sources",
          .config = ROLE_A "credential_source = Environment\n" BASE,
          .says = { "both source_profile and credential_source" } },
        { .name = "neither",
          .config = "[default]\nrole_arn = r\n",
          .says = { "neither source_profile nor credential_source" } },
        { .name = "credential_source unknown",
          .config = "[default]\nrole_arn = r\ncredential_source = Moon\n",
          .says = { "Moon", "EcsContainer" } },
        { .name = "credential_source Environment with --profile",
          .config = "[profile p]\nrole_arn = r\ncredential_source = Environment\n",
          .profile_flag = "p",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH" },
          .net = { { "POST", STS, { "Credential=AKENV/" }, ASSUMED } },
          .id = "ASIAROLE" },
        { .name = "credential_source Environment unset",
          .config = "[default]\nrole_arn = r\ncredential_source = Environment\n",
          .says = { "credential_source Environment of profile default: AWS_ACCESS_KEY_ID is not set" } },
        { .name = "loop",
          .config = ROLE_A "[profile base]\nrole_arn = r\nsource_profile = c\n[profile c]\nrole_arn = "
                           "r\nsource_profile = base\n",
          .says = { "default -> base -> c -> base" } },
        { .name = "names itself without keys",
          .config = "[default]\nrole_arn = r\nsource_profile = default\n",
          .says = { "default -> default" } },
        { .name = "source missing",
          .config = ROLE_A,
          .says = { "source_profile base, which profile default names" } },
        { .name = "source empty",
          .config = ROLE_A "[profile base]\nregion = eu-west-1\n",
          .says = { "source_profile base has no credentials" } },
        { .name = "a source never reads the environment",
          .config = ROLE_A "[profile base]\nregion = eu-west-1\n",
          .profile_flag = "default",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH" },
          .says = { "source_profile base has no credentials" } },
        { .name = "duration out of range",
          .config = ROLE_A "duration_seconds = 60\n" BASE,
          .says = { "duration_seconds", "900" } },
        { .name = "chained for too long",
          .config = "[default]\nrole_arn = r2\nsource_profile = a\nduration_seconds = 7200\n[profile "
                    "a]\nrole_arn = r1\nsource_profile = base\n" BASE,
          .net = { { "POST", STS, { "RoleArn=r1&" }, ASSUMED } },
          .says = { "lasts at most 3600 seconds" } },
        { .name = "a configured endpoint",
          .config = ROLE_A BASE,
          .env = { "AWS_ENDPOINT_URL_STS", "http://127.0.0.1:5000/x" },
          .net = { { "POST", "http://127.0.0.1:5000/x/", { NULL }, ASSUMED } },
          .id = "ASIAROLE" },
        { .name = "a region of another partition",
          .config = ROLE_A "region = cn-north-1\n" BASE,
          .net = { { "POST", "https://sts.cn-north-1.amazonaws.com.cn/", { "/cn-north-1/sts/" }, ASSUMED } },
          .id = "ASIAROLE" },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
}

#define WEB_ANSWER                                                                                           \
    {                                                                                                        \
        200, ANSWER("AssumeRoleWithWebIdentity", "ASIAWEB", "2026-11-23T10:00:00Z"), NULL, M2_OK             \
    }
#define WEB_PROFILE "[default]\nrole_arn = profile-role\nweb_identity_token_file = @HOME@/profile.jwt\n"
#define WEB_ENV "AWS_WEB_IDENTITY_TOKEN_FILE", "@HOME@/env.jwt"

static void is_unsigned(const char *home, const struct m2_creds *creds)
{
    (void)home;
    cr_assert_str_eq(creds->account_id, "111122223333");
}

Test(creds, web_identity)
{
    const struct lab_case cases[] = {
        { .name = "from the profile",
          .config = WEB_PROFILE,
          .files = { { "profile.jwt", "HUSHjwt\n" } },
          .net = { { "POST",
                     STS,
                     { "Action=AssumeRoleWithWebIdentity&", "RoleArn=profile-role&RoleSessionName=botocore-"
                                                            "session-1795424400&WebIdentityToken=HUSHjwt" },
                     WEB_ANSWER } },
          .id = "ASIAWEB",
          .source = "web identity: profile-role" },
        { .name = "each variable overrides its key",
          .config = WEB_PROFILE "role_session_name = p\n",
          .env = { WEB_ENV, "AWS_ROLE_ARN", "env-role", "AWS_ROLE_SESSION_NAME", "e" },
          .files = { { "env.jwt", "HUSHenv" } },
          .net = { { "POST",
                     STS,
                     { "RoleArn=env-role&RoleSessionName=e&WebIdentityToken=HUSHenv" },
                     WEB_ANSWER } },
          .id = "ASIAWEB" },
        { .name = "--profile drops the variables",
          .config = WEB_PROFILE,
          .profile_flag = "default",
          .env = { WEB_ENV, "AWS_ROLE_ARN", "env-role" },
          .files = { { "profile.jwt", "HUSHjwt" } },
          .net = { { "POST", STS, { "RoleArn=profile-role&" }, WEB_ANSWER } },
          .id = "ASIAWEB" },
        { .name = "no role",
          .env = { WEB_ENV },
          .says = { "credentials from web-identity", "neither AWS_ROLE_ARN nor" } },
        { .name = "no file", .env = { WEB_ENV, "AWS_ROLE_ARN", "r" }, .says = { "env.jwt: No such file" } },
        { .name = "empty file",
          .env = { WEB_ENV, "AWS_ROLE_ARN", "r" },
          .files = { { "env.jwt", " \n" } },
          .says = { "is empty" } },
        { .name = "refused",
          .env = { WEB_ENV, "AWS_ROLE_ARN", "r" },
          .files = { { "env.jwt", "HUSHenv" } },
          .net = { { "POST",
                     STS,
                     { NULL },
                     { 400, REFUSED("ExpiredTokenException", "Token HUSHenv expired"), NULL, M2_OK } } },
          .says = { "ExpiredTokenException: Token ******* expired" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
    credlab_run(&cases[0], is_unsigned);
}
