#include <stddef.h>

#include "m2/report.h"
#include "verify.h"

#define AT(field) offsetof(struct verify_args, field)

static const char *const *formats(void)
{
    static const char *names[16];
    size_t n = 0;
    for (const struct m2_renderer *r = m2_renderers(); r->name && n < 15; r++)
        names[n++] = r->name;
    return names;
}

static const struct m2_opt options[] = {
    { .name = "wait",
      .type = M2_OPT_DURATION,
      .at = AT(wait_ms),
      .arg = "SECONDS",
      .group = "What to verify",
      .help = "wait until the stack and the unit are there",
      .more =
          "The wait ends at once when they cannot come any more: the stack failed, the login is refused." },
    { .name = "expect",
      .type = M2_OPT_LIST,
      .at = AT(expect),
      .arg = "KEY=VALUE",
      .help = "an output that the stack must have, with this value" },
    { .name = "skip-brain",
      .type = M2_OPT_FLAG,
      .at = AT(skip_brain),
      .help = "leave CloudMR Brain out: only what is in the account" },
    { .name = "canary",
      .type = M2_OPT_FLAG,
      .at = AT(canary),
      .group = "Test job",
      .help = "queue one small job through Brain and follow it to its end",
      .more = "It costs as much as any job of its kind (about a tenth of a cent), and it is listed among the "
              "user's jobs at CloudMR." },
    { .name = "task",
      .type = M2_OPT_STRING,
      .at = AT(task),
      .arg = "FILE",
      .help = "task of the test job, JSON (default: one without data, for Lambda)",
      .more = "The task without data shows that Brain starts the job here, that the image runs and that the "
              "job's "
              "code answers. A task of your own, with data, shows that results come." },
    { .name = "canary-timeout",
      .type = M2_OPT_DURATION,
      .at = AT(canary_timeout_ms),
      .arg = "SECONDS",
      .help = "how long the test job may take (default 15m); then it is stopped" },
    { .name = "keep",
      .type = M2_OPT_FLAG,
      .at = AT(keep),
      .help = "leave what the test job wrote to the buckets" },
    LOGIN_OPTS(struct verify_args, login),
    M2_COMMON_OPTS(struct verify_args, common, formats),
    { .name = NULL },
};

static const struct m2_example examples[] = {
    { "m2-verify --profile mylab --email me@lab.org", "stack and registration; the password is asked for" },
    { "m2-verify --wait 30m --skip-brain", "after a deployment was begun: wait for the stack" },
    { "m2-verify --expect Mode=mode_2 --format junit --output verify.xml", "in a CI job" },
    { "m2-verify --canary", "does a job really get through?" },
    { NULL, NULL },
};

const struct m2_tool verify_tool = {
    .name = "m2-verify",
    .summary = "does the deployed stack match its registration, and does it work?",
    .about = "m2-verify looks at the deployed stack (its state, outputs and resources, the cross-account "
             "role, the "
             "buckets) and compares it with the computing unit that is registered at CloudMR Brain, field by "
             "field: "
             "expected, registered, verdict. It shows both units, Mode 1 and Mode 2, and the one that jobs "
             "go to. Where "
             "the stack failed, it says why, as m2-doctor does.\n\n"
             "It reads only. With --canary it queues one small job, follows its execution, shows the time of "
             "each state, "
             "what the job logged if it failed, and what it cost, and removes what the job wrote.",
    .opts = options,
    .examples = examples,
};
