#include <stddef.h>

#include "doctor.h"
#include "m2/report.h"

#define AT(field) offsetof(struct doctor_args, field)

static const char *const *formats(void)
{
    static const char *names[16];
    size_t n = 0;
    for (const struct m2_renderer *r = m2_renderers(); r->name && n < 15; r++)
        names[n++] = r->name;
    return names;
}

static const char *const *yes_no(void)
{
    static const char *const names[] = { "yes", "no", NULL };
    return names;
}

static const struct m2_opt options[] = {
    { .name = "snapshot",
      .type = M2_OPT_STRING,
      .at = AT(snapshot),
      .arg = "FILE",
      .group = "What to diagnose",
      .help = "analyse a saved snapshot: no network, no credentials",
      .more = "FILE - reads standard input. A snapshot can also be put together by hand from saved AWS CLI "
              "answers." },
    { .name = "template",
      .type = M2_OPT_LIST,
      .at = AT(templates),
      .arg = "FILE",
      .help = "analyse a CloudFormation template and the local files nested in it",
      .more =
          "May repeat. Alone it needs no network and no credentials, and only the area template is "
          "checked, or what --only names. With --profile, --stack, --vpc, --subnet, --security-group or "
          "--expect-account the account is read as well; with --snapshot FILE the template is held against "
          "that. --region NAME says where it is to be deployed." },
    { .name = "save-snapshot",
      .type = M2_OPT_STRING,
      .at = AT(save_snapshot),
      .arg = "FILE",
      .help = "keep what was collected, redacted, for later or for support" },
    { .name = "compare",
      .type = M2_OPT_STRING,
      .at = AT(compare),
      .arg = "FILE",
      .help = "say what is new, gone or changed since an earlier snapshot or JSON report",
      .more = "Of the same account, or of another one that ought to be alike. The exit status stays that of "
              "this run." },
    { .name = "watch",
      .type = M2_OPT_DURATION,
      .at = AT(watch_ms),
      .arg = "SECONDS",
      .help = "look again every SECONDS until the account is ready, printing only changes",
      .more = "The first report is whole; then one line for each thing that is new, gone or changed. With "
              "--format json each "
              "look that changed something is one line. Exit status 0 when ready; --timeout ends it with 3, "
              "Ctrl-C with "
              "130." },
    { .name = "bundle",
      .type = M2_OPT_STRING,
      .at = AT(bundle),
      .arg = "FILE.tar.gz",
      .help = "pack the redacted snapshot, the report and versions for support",
      .more = "It holds no account number, mail address or secret, and its snapshot gives the same findings "
              "again." },
    { .name = "no-redact",
      .type = M2_OPT_FLAG,
      .at = AT(no_redact),
      .help = "save account ids and names as they are; credentials are removed all the same" },
    { .name = "since",
      .type = M2_OPT_DURATION,
      .at = AT(since_ms),
      .arg = "DURATION",
      .help = "how far back failures are read, e.g. 36h or 14d (default 7d)" },
    { .name = "expect-account",
      .type = M2_OPT_STRING,
      .at = AT(expect_account),
      .arg = "ID",
      .help = "fail when the credentials belong to another account",
      .env = "AWS_ACCOUNT_ID" },
    { .name = "vpc",
      .type = M2_OPT_STRING,
      .at = AT(vpc),
      .arg = "ID",
      .group = "Where the tasks will run",
      .help = "VPC of the tasks (default: what the deployed state machine says, else the default VPC)" },
    { .name = "subnet", .type = M2_OPT_LIST, .at = AT(subnet), .arg = "ID", .help = "a subnet of the tasks" },
    { .name = "security-group",
      .type = M2_OPT_LIST,
      .at = AT(security_group),
      .arg = "ID",
      .help = "a security group of the tasks" },
    { .name = "assign-public-ip",
      .type = M2_OPT_ENUM,
      .at = AT(assign_public_ip),
      .arg = "yes|no",
      .choices = yes_no,
      .help = "do the tasks get a public IP address?" },
    { .name = "lambda-image",
      .type = M2_OPT_STRING,
      .at = AT(lambda_image),
      .arg = "URI",
      .help = "image of the Lambda function (default: the deployed one, else upstream's)" },
    { .name = "fargate-image",
      .type = M2_OPT_STRING,
      .at = AT(fargate_image),
      .arg = "URI",
      .help = "image of the Fargate task (default: the deployed one, else upstream's)" },
    { .name = "only",
      .type = M2_OPT_LIST,
      .at = AT(only),
      .arg = "ID|AREA",
      .group = "Which checks",
      .help = "run only this check or area" },
    { .name = "skip",
      .type = M2_OPT_LIST,
      .at = AT(skip),
      .arg = "ID|AREA",
      .help = "leave out this check or area" },
    { .name = "list-checks",
      .type = M2_OPT_FLAG,
      .at = AT(list_checks),
      .help = "list every check; --explain tells what each can find" },
    { .name = "explain",
      .type = M2_OPT_STRING,
      .at = AT(explain),
      .arg = "ID",
      .help = "a check, an area or a cause in full: why, how it is found, fix, rights, sources" },
    LOGIN_OPTS(struct doctor_args, login),
    M2_COMMON_OPTS(struct doctor_args, common, formats),
    { .name = NULL },
};

static const struct m2_example examples[] = {
    { "m2-doctor --profile mylab", "check the account of profile mylab, before or after a deployment" },
    { "m2-doctor --subnet subnet-0a1 --subnet subnet-0b2 --security-group sg-0c3",
      "will tasks in these subnets reach what they need?" },
    { "m2-doctor --save-snapshot account.json", "keep what was read; send it to support" },
    { "m2-doctor --watch 30", "mend one thing after the other, and see each go" },
    { "m2-doctor --bundle for-support.tar.gz", "pack what support needs to see, and nothing more" },
    { "m2-doctor --snapshot account.json --format json", "analyse it again, anywhere, for a program" },
    { "m2-doctor --compare account.json", "what has changed since that snapshot was taken?" },
    { "m2-doctor --template template.yaml", "look at a template before it is deployed, without an account" },
    { "m2-doctor --explain net.no-default-route", "what does this cause mean, and how is it mended?" },
    { NULL, NULL },
};

const struct m2_tool doctor_tool = {
    .name = "m2-doctor",
    .summary = "is this account ready for MR Optimum Mode 2, and if something failed, why?",
    .about =
        "m2-doctor reads an AWS account (it never writes), analyses what it read, and names root causes with "
        "their evidence and the command that mends them. It works before a deployment, after a failed one, "
        "and "
        "on a saved snapshot without network or credentials.\n\n"
        "What it may not read it reports as unknown, with the right that is missing; it never guesses.\n\n"
        "Where the address of CloudMR Brain and a login are given, it reads the registered units too and "
        "compares "
        "them with the stack; otherwise those checks are skipped.",
    .opts = options,
    .examples = examples,
};
