/* m2-verify: what it can be asked for. */
#include "verify.h"

int main(int argc, char **argv)
{
    struct verify_args args = { .canary_timeout_ms = VERIFY_CANARY_TIMEOUT_MS };
    const struct tool_program program = {
        .tool = &verify_tool,
        .args = &args,
        .common = &args.common,
        .run = verify_run,
    };
    return tool_main(&program, argc, argv);
}
