/* m2-cleanup: what it can be asked for. */
#include "cleanup.h"

int main(int argc, char **argv)
{
    struct cleanup_args args = { 0 };
    const struct tool_program program = {
        .tool = &cleanup_tool,
        .args = &args,
        .common = &args.common,
        .run = cleanup_run,
    };
    return tool_main(&program, argc, argv);
}
