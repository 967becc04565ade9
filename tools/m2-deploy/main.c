/* m2-deploy: what it can be asked for. */
#include "deploy.h"

int main(int argc, char **argv)
{
    struct deploy_args args = { .verify = { .canary_timeout_ms = VERIFY_CANARY_TIMEOUT_MS } };
    const struct tool_program program = {
        .tool = &deploy_tool,
        .args = &args,
        .common = &args.verify.common,
        .variables = deploy_variables,
        .run = deploy_run,
    };
    return tool_main(&program, argc, argv);
}
