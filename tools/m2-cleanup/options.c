#include <stddef.h>

#include "cleanup.h"

#define AT(field) offsetof(struct cleanup_args, field)

static const char *const *formats(void)
{
    static const char *const names[] = { "text", "json", NULL };
    return names;
}

static const struct m2_opt options[] = {
    { .name = "apply",
      .type = M2_OPT_FLAG,
      .at = AT(apply),
      .group = "What to do (default: show the plan, touch nothing)",
      .help = "carry the plan out, after the stack's name was typed" },
    { .name = "confirm",
      .type = M2_OPT_STRING,
      .at = AT(confirm),
      .arg = "STACK_NAME",
      .help = "with --apply: the stack's name, instead of the question" },
    { .name = "confirm-account",
      .type = M2_OPT_STRING,
      .at = AT(confirm_account),
      .arg = "ID",
      .help = "the account's id, where its alias says production" },
    { .name = "journal",
      .type = M2_OPT_STRING,
      .at = AT(journal),
      .arg = "FILE",
      .help = "where each step is written down; an interrupted run continues from it",
      .more = "Default: a file for the stack in the state directory, $XDG_STATE_HOME/mode2-toolkit or "
              "~/.local/state/mode2-toolkit." },
    { .name = "keep-data",
      .type = M2_OPT_FLAG,
      .at = AT(keep_data),
      .group = "What is deleted (default: the stack and what is in it)",
      .help = "keep the buckets and what is in them" },
    { .name = "delete-logs",
      .type = M2_OPT_FLAG,
      .at = AT(delete_logs),
      .help = "delete the log groups that the stack's functions made" },
    { .name = "force-retain",
      .type = M2_OPT_FLAG,
      .at = AT(force_retain),
      .help = "let the stack go of what cannot be deleted, and list it" },
    { .name = "disable-termination-protection",
      .type = M2_OPT_FLAG,
      .at = AT(disable_protection),
      .help = "switch termination protection off" },
    { .name = "bypass-governance-retention",
      .type = M2_OPT_FLAG,
      .at = AT(bypass_governance),
      .help = "delete versions that a GOVERNANCE object lock keeps" },
    { .name = "role-arn",
      .type = M2_OPT_STRING,
      .at = AT(role_arn),
      .arg = "ARN",
      .help = "role with which CloudFormation deletes" },
    { .name = "skip-brain",
      .type = M2_OPT_FLAG,
      .at = AT(skip_brain),
      .help = "leave the unit at CloudMR Brain as it is",
      .group = "The unit at CloudMR Brain (default: unregister it first)" },
    { .name = "app-name",
      .type = M2_OPT_STRING,
      .at = AT(app_name),
      .arg = "NAME",
      .help = "application at Brain (default: MR Optimum)",
      .env = "APP_NAME" },
    LOGIN_OPTS(struct cleanup_args, login),
    M2_COMMON_OPTS(struct cleanup_args, common, formats),
    { .name = NULL },
};

static const struct m2_example examples[] = {
    { "m2-cleanup --profile mylab --skip-brain", "what would be deleted, what stays and why" },
    { "m2-cleanup --profile mylab --email me@lab.org --apply",
      "delete it, after the stack's name was typed" },
    { "m2-cleanup --apply --confirm mroptimum-mode2 --keep-data",
      "in a script; buckets and results stay, and what they cost is said" },
    { "m2-cleanup --skip-brain --format json", "the plan for a program" },
    { NULL, NULL },
};

const struct m2_tool cleanup_tool = {
    .name = "m2-cleanup",
    .summary = "delete the deployed stack and all that is its own, and nothing else",
    .about =
        "m2-cleanup shows a plan: every resource of the stack and why it counts as the stack's own, every "
        "bucket with how much is in it, what runs, the unit at CloudMR Brain, what stays, why, and what it "
        "goes on costing. The plan touches nothing.\n\n"
        "With --apply it unregisters the unit, stops what runs, empties the buckets, deletes the stack, "
        "finds "
        "out why a deletion failed and tries again, and looks at the end whether each thing is gone. Each "
        "step is written down before it is done: a run that was killed is continued by the same command.\n\n"
        "A thing is deleted only when all guards of docs/CLEANUP.md hold for it. If something that the stack "
        "lists is not proved to be its own, nothing is deleted.",
    .opts = options,
    .examples = examples,
};
