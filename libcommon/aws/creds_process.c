/*
 * aws/creds_process.c — credential_process: a program of the user's that prints credentials as JSON.
 *
 * Its standard output is never shown, not even when it cannot be read; its standard error may be (AWS asks
 * such programs not to put secrets there).
 */
#include <string.h>

#include "aws/creds_command.h"
#include "aws/creds_source.h"
#include "m2/json.h"
#include "m2/secret.h"

#define LIMIT_MS (INT64_C(60) * 1000)
#define MAX_OUTPUT ((size_t)256 << 10)

static int read_answer(struct m2_creds *out, struct m2_creds_context *c, struct m2_arena *secrets,
                       struct m2_bytes text, struct m2_err *err)
{
    static const struct m2_cred_names names = { .id = "AccessKeyId",
                                                .secret = "SecretAccessKey",
                                                .token = "SessionToken",
                                                .account = "AccountId",
                                                .expires = "Expiration" };
    struct m2_value *v;
    int64_t version;
    if (m2_json_parse(&v, secrets, text, "answer", NULL) < 0 || !m2_v_is(v, M2_OBJECT))
        return m2_fail(err, M2_ECRED, "did not print a JSON object (its output is not shown)");
    if (!m2_v_int_of(v, "Version", &version) || version != 1)
        return m2_fail(err, M2_ECRED, "printed an object whose Version is not 1");
    const char *source = m2_arena_printf(c->arena, "profile %s: credential_process", m2_cred_profile(c));
    if (m2_cred_from_json(out, c, v, &names, source, err) < 0)
        return m2_context(err, "printed credentials that cannot be used");
    return 0;
}

static int run(struct m2_creds *out, struct m2_creds_context *c, char *const *argv, struct m2_err *err)
{
    struct m2_command_result r;
    if (m2_command_run(&r, argv, c->sys, m2_cred_limit(c, LIMIT_MS), MAX_OUTPUT, err) < 0)
        return -1;
    struct m2_arena *secrets = m2_arena_new();
    int rc = 0;
    if (r.exit_status != 0)
        rc = m2_fail(err, M2_ECRED, "ended with status %d%s%s", r.exit_status, *r.complaint ? ": " : "",
                     m2_cred_shown(c, r.complaint, 160));
    else
        rc = read_answer(out, c, secrets, (struct m2_bytes){ r.out.data, r.out.len }, err);
    m2_arena_free_wiped(secrets);
    m2_wipe(r.out.data, r.out.len);
    m2_buf_free(&r.out);
    return rc;
}

enum m2_cred_answer m2_cred_process(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    const char *profile = m2_cred_profile(c), *line = m2_cred_get(c, "credential_process");
    char **argv;
    if (!line)
        return m2_cred_absent(err, "profile %s has no credential_process", profile);
    if (m2_command_split(&argv, c->arena, line, err) < 0)
        return m2_cred_broken_by(err, "credential_process of profile %s", profile);
    /* Only the program is named: its arguments may hold a password. */
    if (run(out, c, argv, err) < 0)
        return m2_cred_broken_by(err, "credential_process of profile %s (%s)", profile,
                                 m2_cred_shown(c, argv[0], 80));
    return M2_CRED_FOUND;
}
