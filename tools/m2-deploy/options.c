#include <stddef.h>

#include "deploy.h"

#define AT(field) offsetof(struct deploy_args, field)

static const char *const *formats(void)
{
    static const char *const names[] = { "text", "json", NULL };
    return names;
}

static const char *const *yes_no(void)
{
    static const char *const names[] = { "yes", "no", NULL };
    return names;
}

static const struct m2_opt options[] = {
    { .name = "yes",
      .letter = 'y',
      .type = M2_OPT_FLAG,
      .at = AT(yes),
      .group = "What to do (default: show what would change, ask, deploy, register, verify)",
      .help = "do not ask; take the best place for the tasks and say which" },
    { .name = "dry-run",
      .type = M2_OPT_FLAG,
      .at = AT(dry_run),
      .help = "show what would change, and change nothing",
      .more =
          "CloudFormation is asked with a change set that is never executed; it is deleted again, and so is "
          "a stack that is nothing but its name." },
    { .name = "update",
      .type = M2_OPT_FLAG,
      .at = AT(update),
      .help = "only update: that there is no such stack is an error" },
    { .name = "resume",
      .type = M2_OPT_FLAG,
      .at = AT(resume),
      .help = "go on with a deployment that was begun here or elsewhere" },
    { .name = "detach",
      .type = M2_OPT_FLAG,
      .at = AT(detach),
      .help = "end as soon as CloudFormation has begun; --resume goes on" },
    { .name = "no-register",
      .type = M2_OPT_FLAG,
      .at = AT(no_register),
      .help = "leave CloudMR Brain out: deploy only" },
    { .name = "no-rollback",
      .type = M2_OPT_FLAG,
      .at = AT(no_rollback),
      .help = "leave what was made when something fails, to look at it" },
    { .name = "canary",
      .type = M2_OPT_FLAG,
      .at = AT(verify.canary),
      .help = "at the end, queue one small job through Brain and follow it" },
    { .name = "canary-timeout",
      .type = M2_OPT_DURATION,
      .at = AT(verify.canary_timeout_ms),
      .arg = "SECONDS",
      .help = "how long the test job may take (default 15m); then it is stopped" },
    { .name = "allow-replace",
      .type = M2_OPT_LIST,
      .at = AT(allow_replace),
      .arg = "ID",
      .help = "this resource that holds data may be replaced or removed" },
    { .name = "print-template",
      .type = M2_OPT_FLAG,
      .at = AT(print_template),
      .help = "print the built-in template and end" },
    { .name = "vpc",
      .type = M2_OPT_STRING,
      .at = AT(vpc),
      .arg = "ID",
      .group = "Where the tasks will run (default: the best that the account offers)",
      .help = "VPC of the tasks" },
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
      .group = "What is deployed (default: the built-in template and CloudMR's images)",
      .help = "image of the Lambda function" },
    { .name = "fargate-image",
      .type = M2_OPT_STRING,
      .at = AT(fargate_image),
      .arg = "URI",
      .help = "image of the Fargate task" },
    { .name = "image-tag",
      .type = M2_OPT_STRING,
      .at = AT(image_tag),
      .arg = "TAG",
      .help = "tag of CloudMR's images (default: latest)" },
    { .name = "data-bucket",
      .type = M2_OPT_STRING,
      .at = AT(data_bucket),
      .arg = "NAME",
      .help = "use this bucket for data instead of a new one" },
    { .name = "results-bucket",
      .type = M2_OPT_STRING,
      .at = AT(results_bucket),
      .arg = "NAME",
      .help = "use this bucket for results instead of a new one" },
    { .name = "failed-bucket",
      .type = M2_OPT_STRING,
      .at = AT(failed_bucket),
      .arg = "NAME",
      .help = "use this bucket for failed jobs instead of a new one" },
    { .name = "external-id",
      .type = M2_OPT_STRING,
      .at = AT(external_id),
      .arg = "ID",
      .help = "what Brain must say to use the cross-account role (default: made at random, then kept)",
      .env = "EXTERNAL_ID" },
    { .name = "parameter",
      .type = M2_OPT_LIST,
      .at = AT(parameter),
      .arg = "KEY=VALUE",
      .help = "a parameter of the template; --print-template shows them" },
    { .name = "tag",
      .type = M2_OPT_LIST,
      .at = AT(tag),
      .arg = "KEY=VALUE",
      .help = "a tag of the stack and all in it" },
    { .name = "template",
      .type = M2_OPT_STRING,
      .at = AT(template),
      .arg = "FILE",
      .help = "deploy this CloudFormation template instead of the built-in one" },
    { .name = "env-file",
      .type = M2_OPT_STRING,
      .at = AT(env_file),
      .arg = "FILE",
      .help = "read environment variables from FILE, KEY=VALUE a line; those that are set already win" },
    { .name = "alias",
      .type = M2_OPT_STRING,
      .at = AT(alias),
      .arg = "NAME",
      .group = "The unit at CloudMR Brain",
      .help = "its display name (default: Mode 2)",
      .env = "ALIAS" },
    LOGIN_OPTS(struct deploy_args, verify.login),
    { .name = "password",
      .type = M2_OPT_STRING,
      .at = AT(password),
      .arg = "VALUE",
      .help = "refused: other users of this computer could read it; --password-stdin is the safe way" },
    { .name = "stack-name",
      .type = M2_OPT_STRING,
      .at = AT(verify.common.stack),
      .arg = "NAME",
      .help = "the same as --stack" },
    M2_COMMON_OPTS(struct deploy_args, verify.common, formats),
    { .name = NULL },
};

static const struct m2_example examples[] = {
    { "m2-deploy --profile mylab --email me@lab.org",
      "from nothing to a registered, verified unit; asks where tasks run and before it changes anything" },
    { "m2-deploy --yes --env-file mode2.env", "in a script; variables as the guide names them" },
    { "m2-deploy --dry-run --no-register", "what would be made or changed" },
    { "m2-deploy --update --parameter FargateCpu=8192", "a larger Fargate task" },
    { "m2-deploy --resume", "go on after an interrupt, or with --detach's deployment" },
    { "m2-deploy --print-template", "the template, to read or to keep" },
    { NULL, NULL },
};

const struct m2_tool deploy_tool = {
    .name = "m2-deploy",
    .summary = "deploy a computing unit, register and verify it, in one command",
    .about = "m2-deploy looks at the account first, as m2-doctor does: what would make the deployment fail "
             "is said "
             "before anything is made. It judges each place where tasks could run and offers the best first. "
             "Then it "
             "shows what CloudFormation would make, change, replace or remove, asks, and follows each "
             "resource. If "
             "something fails, it says why and how to mend it.\n\n"
             "After that it registers the unit at CloudMR Brain and verifies all of it, as m2-register and "
             "m2-verify "
             "do. Run again, it has nothing to do and says so; with other parameters it shows what they "
             "change.\n\n"
             "Each step is written down before it is done: a run that was killed is continued by the same "
             "command, or "
             "by --resume. What holds data is never replaced or removed without --allow-replace.",
    .opts = options,
    .examples = examples,
};
