/* SSO in both layouts, with renewal, and `aws login`. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "credlab.h"
#include "m2/file.h"
#include "m2/json.h"

/* sha1("corp"), sha1("https://legacy.example/start"), sha256("arn:aws:sts::1:assumed-role/x/y"), by the
 * sha1sum and sha256sum commands. */
#define CORP "ee0bfd2552fbd840c02cc48b6e823320543c450f"
#define LEGACY "44f131d851233caf8935977bab57d47642050afc"
#define LOGIN "0d9254459733b67e25c0a748b1b1da769372ac2b5d1dc055f37758f8fa96b774"

#define SESSION                                                                                              \
    "[default]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Dev Ops\n"                \
    "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n"
#define OLD_LAYOUT                                                                                           \
    "[profile my old]\n[profile \"my old\"]\nsso_account_id = 111122223333\nsso_role_name = "                \
    "Dev\nsso_region = eu-west-1\n"                                                                          \
    "sso_start_url = https://legacy.example/start\n"
#define TOKEN(expires) "{\"accessToken\":\"HUSHold\",\"expiresAt\":\"" expires "\",\"startUrl\":\"u\""
#define RENEWABLE                                                                                            \
    ",\"refreshToken\":\"HUSHr\",\"clientId\":\"HUSHid\",\"clientSecret\":\"HUSHc\","                        \
    "\"registrationExpiresAt\":\"2027-01-01T00:00:00Z\",\"other\":1}"
#define PORTAL "https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name="
#define OIDC "https://oidc.eu-west-1.amazonaws.com/token"
#define KEYS(expiration)                                                                                     \
    {                                                                                                        \
        200,                                                                                                 \
            "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"HUSHs\","               \
            "\"sessionToken\":\"HUSHt\","                                                                    \
            "\"expiration\":" expiration "}}",                                                               \
            NULL, M2_OK                                                                                      \
    }
#define GOOD KEYS("1795428000000")
#define NEW_TOKEN                                                                                            \
    {                                                                                                        \
        200, "{\"accessToken\":\"HUSHnew\",\"expiresIn\":28800,\"refreshToken\":\"HUSHr2\"}", NULL, M2_OK    \
    }

static void rewritten(const char *home, const struct m2_creds *creds)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *v;
    struct m2_err err = { 0 };
    struct stat st;
    const char *path = m2_arena_printf(a, "%s/.aws/sso/cache/" CORP ".json", home);
    cr_assert_eq(m2_json_read_file(&v, a, path, &err), 0, "%s", err.msg);
    cr_assert_str_eq(m2_v_str(v, "accessToken"), "HUSHnew");
    cr_assert_str_eq(m2_v_str(v, "expiresAt"), "2026-11-23T17:00:00Z");
    cr_assert_str_eq(m2_v_str(v, "refreshToken"), "HUSHr2");
    cr_assert_eq(m2_v_int_or(v, "other", 0), 1, "members of the AWS CLI are kept");
    cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    cr_assert_str_eq(creds->account_id, "111122223333");
    m2_arena_free(a);
}

Test(creds, sso)
{
    static const struct lab_case renewed = {
        .name = "expired, renewed",
        .config = SESSION,
        .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T08:00:00Z") RENEWABLE } },
        .net = { { "POST",
                   OIDC,
                   { "\"grantType\":\"refresh_token\"", "\"refreshToken\":\"HUSHr\"",
                     "\"clientId\":\"HUSHid\"", "\"clientSecret\":\"HUSHc\"" },
                   NEW_TOKEN },
                 { "GET", PORTAL, { "x-amz-sso_bearer_token: HUSHnew" }, GOOD } },
        .id = "ASIASSO"
    };
    static const struct lab_case cases[] = {
        { .name = "session",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T17:00:00Z") "}" } },
          .net = { { "GET",
                     PORTAL "Dev%20Ops&account_id=111122223333",
                     { "x-amz-sso_bearer_token: HUSHold" },
                     GOOD } },
          .id = "ASIASSO",
          .source = "SSO role Dev Ops in account 111122223333",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "legacy, suffix UTC",
          .config = OLD_LAYOUT,
          .env = { "AWS_PROFILE", "my old" },
          .files = { { ".aws/sso/cache/" LEGACY ".json", TOKEN("2026-11-23T17:00:00UTC") "}" } },
          .net = { { "GET", PORTAL "Dev&", { NULL }, GOOD } },
          .id = "ASIASSO" },
        { .name = "legacy never renews",
          .config = OLD_LAYOUT,
          .env = { "AWS_PROFILE", "my old" },
          .files = { { ".aws/sso/cache/" LEGACY ".json", TOKEN("2026-11-23T08:00:00Z") RENEWABLE } },
          .says = { "expired at 2026-11-23T08:00:00Z; run `aws sso login --profile 'my old'`" } },
        { .name = "expired, not renewable",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T08:00:00Z") "}" } },
          .says = { "credentials from sso: profile default: the SSO sign-in expired",
                    "run `aws sso login --profile default`" } },
        { .name = "expired, renewal refused",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T08:00:00Z") RENEWABLE } },
          .net = { { "POST",
                     OIDC,
                     { NULL },
                     { 400, "{\"error\":\"invalid_grant\",\"error_description\":\"HUSHr is bad\"}", NULL,
                       M2_OK } } },
          .says = { "could not be renewed (sso-oidc CreateToken was refused: invalid_grant)",
                    "aws sso login" } },
        { .name = "soon over, renewal refused: the old one is kept",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T09:10:00Z") RENEWABLE } },
          .net = { { "POST", OIDC, { NULL }, { 400, "{\"error\":\"invalid_grant\"}", NULL, M2_OK } },
                   { "GET", PORTAL, { "HUSHold" }, GOOD } },
          .id = "ASIASSO" },
        { .name = "signed out",
          .config = SESSION,
          .says = { "not signed in to SSO", "run `aws sso login --profile default`" } },
        { .name = "token refused",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T17:00:00Z") "}" } },
          .net = { { "GET",
                     PORTAL,
                     { NULL },
                     { 401,
                       "{\"__type\":\"com.amazonaws#UnauthorizedException\",\"message\":\"Session HUSHold "
                       "not found\"}",
                       NULL, M2_OK } } },
          .says = { "no longer accepted (UnauthorizedException)", "run `aws sso login" } },
        { .name = "role not assigned",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T17:00:00Z") "}" } },
          .net = { { "GET",
                     PORTAL,
                     { NULL },
                     { 403, "{\"__type\":\"ForbiddenException\",\"message\":\"No access\"}", NULL,
                       M2_OK } } },
          .says = { "does not give you the role Dev Ops in account 111122223333" } },
        { .name = "keys expired",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", TOKEN("2026-11-23T17:00:00Z") "}" } },
          .net = { { "GET", PORTAL, { NULL }, KEYS("1795424399000") } },
          .says = { "expired at 2026-11-23T08:59:59Z" } },
        { .name = "cache is no JSON",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", "{\"accessToken\":\"HUSH" } },
          .says = { "not a JSON object" } },
        { .name = "cache lacks the token",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", "{\"expiresAt\":\"2026-11-23T17:00:00Z\"}" } },
          .says = { "no accessToken" } },
        { .name = "cache lacks the end",
          .config = SESSION,
          .files = { { ".aws/sso/cache/" CORP ".json", "{\"accessToken\":\"HUSH\"}" } },
          .says = { "no readable expiresAt" } },
        { .name = "no such session",
          .config = "[default]\nsso_session = x\nsso_account_id = 1\nsso_role_name = r\n",
          .says = { "[sso-session x]", "is not in" } },
        { .name = "profile and session differ",
          .config = SESSION
          "[profile d]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\nsso_region = us-east-1\n",
          .env = { "AWS_PROFILE", "d" },
          .says = { "sso_region of profile d differs from that of [sso-session corp]" } },
        { .name = "key missing",
          .config = "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\n",
          .says = { "sso_start_url is missing" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
    credlab_run(&renewed, rewritten);
}

#define LOGIN_PROFILE "[default]\nlogin_session = arn:aws:sts::1:assumed-role/x/y\n"
#define LOGIN_TOKEN(rest)                                                                                    \
    "{\"accessToken\":{\"accessKeyId\":\"ASIALOGIN\",\"secretAccessKey\":\"HUSHs\"" rest                     \
    "},\"refreshToken\":\"HUSHr\"}"

Test(creds, login)
{
    static const struct lab_case cases[] = {
        { .name = "valid",
          .config = LOGIN_PROFILE,
          .files = { { ".aws/login/cache/" LOGIN ".json",
                       LOGIN_TOKEN(",\"sessionToken\":\"HUSHt\",\"accountId\":\"1\",\"expiresAt\":\"2026-11-"
                                   "23T10:00:00Z\"") } },
          .id = "ASIALOGIN",
          .source = "login session",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "another directory",
          .config = LOGIN_PROFILE,
          .env = { "AWS_LOGIN_CACHE_DIRECTORY", "@HOME@/d" },
          .files = { { "d/" LOGIN ".json",
                       LOGIN_TOKEN(",\"sessionToken\":\"HUSHt\",\"expiresAt\":\"2026-11-23T10:00:00Z\"") } },
          .id = "ASIALOGIN" },
        { .name = "expired",
          .config = LOGIN_PROFILE,
          .files = { { ".aws/login/cache/" LOGIN ".json",
                       LOGIN_TOKEN(",\"sessionToken\":\"HUSHt\",\"expiresAt\":\"2026-11-23T08:00:00Z\"") } },
          .says = { "credentials from login", "expired at 2026-11-23T08:00:00Z",
                    "run `aws login --profile default`" } },
        { .name = "incomplete",
          .config = LOGIN_PROFILE,
          .files = { { ".aws/login/cache/" LOGIN ".json",
                       LOGIN_TOKEN(",\"expiresAt\":\"2026-11-23T10:00:00Z\"") } },
          .says = { "sessionToken is missing" } },
        { .name = "signed out", .config = LOGIN_PROFILE, .says = { "not signed in", "aws login" } },
        { .name = "no JSON",
          .config = LOGIN_PROFILE,
          .files = { { ".aws/login/cache/" LOGIN ".json", "HUSH" } },
          .says = { "is not JSON" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
}
