/* m2-register: what it can be asked for. */
#include "register.h"

int main(int argc, char **argv)
{
    struct register_args args = { 0 };
    const struct tool_program program = {
        .tool = &register_tool,
        .args = &args,
        .common = &args.common,
        .run = register_run,
    };
    return tool_main(&program, argc, argv);
}
