#include <stddef.h>

#include "register.h"

#define AT(field) offsetof(struct register_args, field)

static const char *const *formats(void)
{
    static const char *const names[] = { "text", "json", "github", NULL };
    return names;
}

static const char *const *modes(void)
{
    static const char *const names[] = { "mode_1", "mode_2", NULL };
    return names;
}

static const struct m2_opt options[] = {
    { .name = "dry-run",
      .type = M2_OPT_FLAG,
      .at = AT(dry_run),
      .group = "What to do (default: register the stack)",
      .help = "show what would be registered and check it; Brain is not asked" },
    { .name = "list",
      .type = M2_OPT_FLAG,
      .at = AT(list),
      .help = "list the computing units of the application; AWS is not asked" },
    { .name = "unregister",
      .type = M2_OPT_STRING,
      .at = AT(unregister),
      .arg = "ID",
      .help = "remove the unit with this id; asks first" },
    { .name = "confirm",
      .type = M2_OPT_STRING,
      .at = AT(confirm),
      .arg = "ID",
      .help = "with --unregister: the same id again, instead of the question" },
    { .name = "app-name",
      .type = M2_OPT_STRING,
      .at = AT(app_name),
      .arg = "NAME",
      .group = "The unit (default: what the stack says)",
      .help = "application at Brain (default: MR Optimum)",
      .env = "APP_NAME" },
    { .name = "mode",
      .type = M2_OPT_ENUM,
      .at = AT(mode),
      .arg = "MODE",
      .choices = modes,
      .help = "kind of unit (default: mode_1 in CloudMRHub's accounts, else mode_2)",
      .env = "MODE" },
    { .name = "alias",
      .type = M2_OPT_STRING,
      .at = AT(alias),
      .arg = "TEXT",
      .help = "name shown to users (default: Mode 2)",
      .env = "ALIAS" },
    { .name = "account-id",
      .type = M2_OPT_STRING,
      .at = AT(account_id),
      .arg = "ID",
      .help = "AWS account of the unit",
      .env = "AWS_ACCOUNT_ID" },
    { .name = "state-machine-arn",
      .type = M2_OPT_STRING,
      .at = AT(state_machine_arn),
      .arg = "ARN",
      .help = "state machine that jobs are started with",
      .env = "STATE_MACHINE_ARN" },
    { .name = "data-bucket",
      .type = M2_OPT_STRING,
      .at = AT(data_bucket),
      .arg = "NAME",
      .help = "bucket of input data" },
    { .name = "results-bucket",
      .type = M2_OPT_STRING,
      .at = AT(results_bucket),
      .arg = "NAME",
      .help = "bucket of results" },
    { .name = "failed-bucket",
      .type = M2_OPT_STRING,
      .at = AT(failed_bucket),
      .arg = "NAME",
      .help = "bucket of failed jobs" },
    { .name = "cross-account-role-arn",
      .type = M2_OPT_STRING,
      .at = AT(role_arn),
      .arg = "ARN",
      .help = "role that Brain takes to start jobs",
      .env = "CROSS_ACCOUNT_ROLE_ARN" },
    { .name = "external-id",
      .type = M2_OPT_STRING,
      .at = AT(external_id),
      .arg = "TEXT",
      .help = "external id that the role asks for",
      .env = "EXTERNAL_ID" },
    LOGIN_OPTS(struct register_args, login),
    M2_COMMON_OPTS(struct register_args, common, formats),
    { .name = NULL },
};

static const struct m2_example examples[] = {
    { "m2-register --profile mylab --email me@lab.org",
      "register the stack mroptimum-mode2; the password is asked for" },
    { "m2-register --dry-run", "see what would be registered, and whether it is right" },
    { "m2-register --list --format json", "the units of MR Optimum, for a program" },
    { "m2-register --unregister cu-0001 --confirm cu-0001", "remove a unit in a script" },
    { "pass cloudmr | m2-register --email me@lab.org --password-stdin",
      "the password from a password manager" },
    { NULL, NULL },
};

const struct m2_tool register_tool = {
    .name = "m2-register",
    .summary = "register the deployed stack as a computing unit at CloudMR Brain",
    .about =
        "m2-register logs in to CloudMR Brain, takes account, region, state machine, buckets, role and "
        "external id from the deployed stack, checks that each exists and belongs to this account, and "
        "registers the unit or updates the one that is there. It reads back what Brain holds and compares "
        "it field by field.\n\n"
        "Run it as often as you like: it looks before it writes, so one unit stays one unit, also when an "
        "answer is lost or the run is killed. Units that it did not make it never removes by itself.",
    .opts = options,
    .examples = examples,
};
