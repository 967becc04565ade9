/* The values of the unit: flag, else environment, else stack, else what follows from the rest. */
#include <stddef.h>
#include <string.h>

#include "m2/endpoint.h"
#include "register.h"

#define AT(field) offsetof(struct register_args, field)
#define MODE_1_LOGO "https://cloudmrbuckets.s3.us-east-1.amazonaws.com/mro/mroptimum_logo.png"

enum kind { TEXT, ARN, ACCOUNT, BUCKET };

static const struct {
    enum m2_unit_field field;
    const char *option;
    size_t at;
    const char *env; /* or NULL */
    enum kind kind;
} said_by[] = {
    { M2_UNIT_APP, "--app-name", AT(app_name), "APP_NAME", TEXT },
    { M2_UNIT_MODE, "--mode", AT(mode), "MODE", TEXT },
    { M2_UNIT_ACCOUNT, "--account-id", AT(account_id), "AWS_ACCOUNT_ID", ACCOUNT },
    { M2_UNIT_STATE_MACHINE, "--state-machine-arn", AT(state_machine_arn), "STATE_MACHINE_ARN", ARN },
    { M2_UNIT_RESULTS, "--results-bucket", AT(results_bucket), NULL, BUCKET },
    { M2_UNIT_FAILED, "--failed-bucket", AT(failed_bucket), NULL, BUCKET },
    { M2_UNIT_DATA, "--data-bucket", AT(data_bucket), NULL, BUCKET },
    { M2_UNIT_ALIAS, "--alias", AT(alias), "ALIAS", TEXT },
    { M2_UNIT_ROLE, "--cross-account-role-arn", AT(role_arn), "CROSS_ACCOUNT_ROLE_ARN", ARN },
    { M2_UNIT_EXTERNAL_ID, "--external-id", AT(external_id), "EXTERNAL_ID", TEXT },
};

static bool is_bucket(const char *s)
{
    size_t n = strlen(s);
    return n >= 3 && n <= 63 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static int check_form(enum kind kind, const struct m2_setting *s, struct m2_err *err)
{
    if (kind == ACCOUNT && !m2_is_account_id(s->value))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (%s) is not an account id; it has 12 digits", s->value,
                       s->source);
    if (kind == BUCKET && !is_bucket(s->value))
        return m2_fail(
            err, M2_EUSAGE,
            "\"%s\" (%s) is not the name of a bucket: 3 to 63 lower-case letters, digits, dots, hyphens",
            s->value, s->source);
    if (kind == ARN && !m2_str_glob("arn:*:*:*:*:?*", s->value, false))
        return m2_fail(err, M2_EUSAGE,
                       "\"%s\" (%s) is not an ARN; it looks like arn:aws:SERVICE:REGION:ACCOUNT:NAME",
                       s->value, s->source);
    return 0;
}

static void set(struct values *v, enum m2_unit_field f, const char *value, const char *source)
{
    v->at[f] = (struct m2_setting){ m2_unit_rows()[f].key, value, source };
}

static int mode_form(struct values *v, struct m2_arena *a, struct m2_err *err)
{
    struct m2_setting *mode = &v->at[M2_UNIT_MODE];
    mode->value = m2_unit_mode(a, mode->value);
    if (mode->value && !m2_str_eq(mode->value, "mode_1") && !m2_str_eq(mode->value, "mode_2"))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (%s) is not a mode; it is mode_1 or mode_2", mode->value,
                       mode->source);
    return 0;
}

int values_given(struct values *v, struct m2_arena *a, const struct register_args *args,
                 const struct session *s, struct m2_err *err)
{
    *v = (struct values){ .notes = { .len = 0 } };
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++)
        set(v, (enum m2_unit_field)f, NULL, "not set");
    for (size_t i = 0; i < sizeof said_by / sizeof said_by[0]; i++) {
        const char *flag = *(const char *const *)(const void *)((const char *)args + said_by[i].at);
        const char *env = said_by[i].env ? m2_env(s->sys, said_by[i].env) : NULL;
        if (flag)
            set(v, said_by[i].field, flag, said_by[i].option);
        else if (env)
            set(v, said_by[i].field, m2_arena_strdup(a, env),
                m2_arena_printf(a, "environment %s", said_by[i].env));
        else
            continue;
        if (check_form(said_by[i].kind, &v->at[said_by[i].field], err) < 0)
            return -1;
    }
    set(v, M2_UNIT_REGION, s->config.region.value, s->config.region.source);
    return mode_form(v, a, err);
}

/* The account decides the mode, as in the scripts: a user's account is never mode_1. */
static int settle_mode(struct values *v, struct m2_arena *a, struct m2_err *err)
{
    const char *account = v->at[M2_UNIT_ACCOUNT].value;
    bool hub = m2_is_cloudmrhub(account);
    struct m2_setting said = v->at[M2_UNIT_MODE];
    const char *mode = hub ? "mode_1" : "mode_2";
    if (said.value && hub && !m2_str_eq(said.value, mode))
        return m2_fail(
            err, M2_EUSAGE,
            "account %s is CloudMRHub's own: there is no mode_2 in it (%s); take the credentials of your "
            "account with --profile",
            account, said.source);
    if (said.value && !m2_str_eq(said.value, mode))
        m2_vec_push(a, &v->notes,
                    m2_arena_printf(a,
                                    "%s says %s, but account %s is not CloudMRHub's: mode_2 is registered.",
                                    said.source, said.value, m2_str_or(account, "(unknown)")));
    if (!said.value || !m2_str_eq(said.value, mode))
        set(v, M2_UNIT_MODE, mode, hub ? "the account is CloudMRHub's" : "the account is not CloudMRHub's");
    return 0;
}

static void fall_back(struct values *v, enum m2_unit_field f, const char *value, const char *source)
{
    if (!v->at[f].value)
        set(v, f, value, source);
}

static void settle_mode_1(struct values *v)
{
    static const char from[] = "as for every Mode 1 unit";
    set(v, M2_UNIT_PROVIDER, "cloudmrhub", from);
    set(v, M2_UNIT_DEFAULT, "true", from);
    fall_back(v, M2_UNIT_RESULTS, "cloudmr-results-cloudmrhub-brain-us-east-1", from);
    fall_back(v, M2_UNIT_FAILED, "cloudmr-failed-cloudmrhub-brain-us-east-1", from);
    fall_back(v, M2_UNIT_DATA, "cloudmr-data-cloudmrhub-brain-us-east-1", from);
    fall_back(v, M2_UNIT_ALIAS, "Mode 1", "default");
    set(v, M2_UNIT_LOGO, MODE_1_LOGO, from);
    set(v, M2_UNIT_LOGO_POSITION, "top", from);
    set(v, M2_UNIT_ROLE, NULL, "Mode 1 has none");
    set(v, M2_UNIT_EXTERNAL_ID, NULL, "Mode 1 has none");
    v->soft[M2_UNIT_LOGO] = v->soft[M2_UNIT_LOGO_POSITION] = true;
}

static void settle_mode_2(struct values *v, struct m2_arena *a)
{
    static const char from[] = "as for every Mode 2 unit";
    set(v, M2_UNIT_PROVIDER, "user", from);
    set(v, M2_UNIT_DEFAULT, "false", from);
    fall_back(v, M2_UNIT_ALIAS, "Mode 2", "default");
    if (!v->at[M2_UNIT_ROLE].value) {
        m2_vec_push(a, &v->notes,
                    "No cross-account role was found: Brain cannot start jobs in this account until one is "
                    "registered "
                    "(--cross-account-role-arn).");
        set(v, M2_UNIT_EXTERNAL_ID, NULL, "no role asks for one");
    }
    v->soft[M2_UNIT_DEFAULT] = true;
}

int values_settle(struct values *v, struct m2_arena *a, const struct m2_deployment *d, struct m2_err *err)
{
    bool alias_said = v->at[M2_UNIT_ALIAS].value != NULL;
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++)
        if (!v->at[f].value && (d->at[f].value || !m2_str_eq(d->at[f].source, "not set")))
            v->at[f] = d->at[f];
    fall_back(v, M2_UNIT_APP, M2_USUAL_APP, "default");
    if (settle_mode(v, a, err) < 0)
        return -1;
    if (m2_str_eq(v->at[M2_UNIT_MODE].value, "mode_1"))
        settle_mode_1(v);
    else
        settle_mode_2(v, a);
    v->soft[M2_UNIT_ALIAS] = !alias_said;
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++)
        v->unit.at[f] = v->at[f].value;
    return 0;
}
