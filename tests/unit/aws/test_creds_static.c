/* Environment, the two files, the order of the chain, and what a refusal says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "aws/creds_source.h"
#include "credlab.h"

#define KEYS(id) "aws_access_key_id = " id "\naws_secret_access_key = HUSHkey\n"

Test(creds, environment_and_files)
{
    static const struct lab_case cases[] = {
        { .name = "environment",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH", "AWS_SESSION_TOKEN",
                   "HUSHt" },
          .id = "AKENV",
          .source = "environment",
          .expires_ms = INT64_MAX },
        { .name = "environment with an end",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH",
                   "AWS_CREDENTIAL_EXPIRATION", "2026-11-23T10:00:00Z" },
          .id = "AKENV",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "environment expired",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH",
                   "AWS_CREDENTIAL_EXPIRATION", "2026-11-23T08:00:00Z" },
          .says = { "credentials from environment", "expired at 2026-11-23T08:00:00Z" } },
        { .name = "environment with a bad end",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH",
                   "AWS_CREDENTIAL_EXPIRATION", "soon" },
          .says = { "AWS_CREDENTIAL_EXPIRATION is not an instant" } },
        { .name = "secret missing stops the chain",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV" },
          .credentials = "[default]\n" KEYS("AKFILE"),
          .says = { "AWS_SECRET_ACCESS_KEY is not" } },
        { .name = "line break in a key",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH\r\nX: y" },
          .says = { "AWS_SECRET_ACCESS_KEY contains white space" } },
        { .name = "empty is unset",
          .env = { "AWS_ACCESS_KEY_ID", "", "AWS_SECRET_ACCESS_KEY", "" },
          .credentials = "[default]\n" KEYS("AKFILE"),
          .id = "AKFILE",
          .source = "profile default" },
        { .name = "AWS_PROFILE does not beat keys",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH", "AWS_PROFILE", "b" },
          .credentials = "[b]\n" KEYS("AKB"),
          .id = "AKENV" },
        { .name = "--profile does",
          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_SECRET_ACCESS_KEY", "HUSH" },
          .profile_flag = "b",
          .credentials = "[b]\n" KEYS("AKB"),
          .id = "AKB",
          .source = "profile b" },
        { .name = "AWS_PROFILE before AWS_DEFAULT_PROFILE",
          .env = { "AWS_PROFILE", "b", "AWS_DEFAULT_PROFILE", "c" },
          .credentials = "[b]\n" KEYS("AKB") "[c]\n" KEYS("AKC"),
          .id = "AKB" },
        { .name = "credentials file before config file",
          .config = "[default]\n" KEYS("AKCONF"),
          .credentials = "[default]\n" KEYS("AKFILE"),
          .id = "AKFILE" },
        { .name = "config file",
          .config = "[default]\n" KEYS("AKCONF"),
          .id = "AKCONF",
          .source = "config:1" },
        { .name = "process before config file",
          .config = "[default]\ncredential_process = /nonexistent/tool\n" KEYS("AKCONF"),
          .says = { "credentials from process", "/nonexistent/tool", "No such file" } },
        { .name = "files never mix",
          .config = "[default]\naws_secret_access_key = HUSHkey\n",
          .credentials = "[default]\naws_access_key_id = AKFILE\n",
          .says = { "credentials from credentials-file", "aws_secret_access_key is missing" } },
        { .name = "indented section, BOM, CRLF",
          .credentials = "\xef\xbb\xbf[default]\r\n  aws_access_key_id = AKFILE\r\n  aws_secret_access_key = "
                         "HUSHkey\r\n",
          .id = "AKFILE" },
        { .name = "continued secret",
          .credentials =
              "[default]\naws_access_key_id = AKFILE\naws_secret_access_key = HUSHkey\n  HUSHmore\n",
          .says = { "aws_secret_access_key contains white space" } },
        { .name = "unknown profile",
          .profile_flag = "prd",
          .config = "[profile prod]\nregion = eu-west-1\n",
          .says = { "\"prd\" (--profile)", "did you mean \"prod\"?" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
}

Test(creds, a_refusal_names_every_source)
{
    static const struct lab_case none = { .name = "nothing anywhere" };
    size_t n;
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    struct lab_case c = none;
    cr_assert_eq(n, M2_CRED_SOURCES);
    for (size_t i = 0; i < n; i++) {
        char begin[64];
        (void)snprintf(begin, sizeof begin, "%s: ", sources[i].name);
        c.says[0] = "no credentials: environment: AWS_ACCESS_KEY_ID is not set; ";
        c.says[1] = begin;
        c.says[2] = "imds: http://169.254.169.254 gave no token within 1000 ms";
        c.says[3] = "--http-put-response-hop-limit 2)"; /* the end: nothing was cut */
        credlab_run(&c, NULL);
        cr_assert(strlen(sources[i].about) > 20, "%s", sources[i].name);
    }
    static const struct lab_case flag = { .name = "with --profile",
                                          .profile_flag = "a",
                                          .config = "[profile a]\nregion = eu-west-1\n",
                                          .env = { "AWS_ACCESS_KEY_ID", "AKENV", "AWS_EC2_METADATA_DISABLED",
                                                   "true" },
                                          .says = { "environment: not read, because --profile is given",
                                                    "imds: turned off by AWS_EC2_METADATA_DISABLED" } };
    credlab_run(&flag, NULL);
}

Test(creds, long_token_survives)
{
    static char file[2000], token[1301];
    memset(token, 'T', 1300);
    (void)snprintf(file, sizeof file, "[default]\n" KEYS("AK") "aws_session_token = %s\n", token);
    struct m2_arena *a = m2_arena_new();
    struct m2_ini ini;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_ini_parse(&ini, a, m2_bytes_of(file), "f", &err), 0);
    cr_assert_str_eq(m2_ini_value(m2_ini_section(&ini, "", "default"), "aws_session_token"), token);
    m2_arena_free(a);
}

Test(creds, when_to_refresh)
{
    static const struct {
        int64_t left_min;
        bool should, must;
    } cases[] = {
        { 16, false, false }, { 15, true, false }, { 11, true, false }, { 10, true, true }, { -1, true, true }
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_creds c = { .expires_ms = CREDLAB_NOW + cases[i].left_min * 60000 };
        cr_assert_eq(m2_creds_should_refresh(&c, CREDLAB_NOW), cases[i].should, "%d", (int)cases[i].left_min);
        cr_assert_eq(m2_creds_must_refresh(&c, CREDLAB_NOW), cases[i].must, "%d", (int)cases[i].left_min);
    }
    struct m2_creds never = { .expires_ms = INT64_MAX };
    cr_assert(!m2_creds_should_refresh(&never, CREDLAB_NOW) && !m2_creds_must_refresh(&never, CREDLAB_NOW));
}
