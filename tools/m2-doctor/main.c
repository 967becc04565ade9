/* m2-doctor: what it can be asked for. */
#include "doctor.h"

static int run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *user,
               const struct tool_world *world, struct m2_err *err)
{
    const struct doctor_args *args = user;
    if (args->list_checks) {
        doctor_list_checks(out, a, args, world->term.width);
        return 0;
    }
    if (args->explain)
        return doctor_explain(out, a, args, world->term.width, err);
    return doctor_run(out, status, args, world, err);
}

static const char *kept(struct m2_arena *a, const void *user)
{
    const struct doctor_args *args = user;
    return args->save_snapshot ? m2_arena_printf(a, "the snapshot is whole in %s", args->save_snapshot)
                               : NULL;
}

int main(int argc, char **argv)
{
    struct doctor_args args = { 0 };
    const struct tool_program program = {
        .tool = &doctor_tool,
        .args = &args,
        .common = &args.common,
        .run = run,
        .interrupted = "no report was made and nothing was written",
        .kept = kept,
    };
    return tool_main(&program, argc, argv);
}
