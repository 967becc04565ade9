/* m2-cost: from a command to its rendered result. */
#include "cost.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/str.h"

/* In the order of the table in options.c, by name. */
static const struct {
    const char *name;
    cost_command *run;
} commands[] = {
    { "estimate", cost_estimate },
    { "compare", cost_compare },
    { "jobs", cost_jobs },
    { "history", cost_history },
    { "forecast", cost_forecast },
    { "reconcile", cost_reconcile },
    { "prices", cost_prices },
};

static void render(struct m2_buf *out, const struct cost_result *result, const struct cost_run *run)
{
    const struct m2_common *common = &run->args->common;
    const struct m2_term *term = &run->world->term;
    if (m2_str_eq(common->format, "json")) {
        m2_json_write(out, result->json, true);
        m2_buf_addc(out, '\n');
        return;
    }
    const struct m2_report_style style = { .width = term->out_tty ? term->width : 0,
                                           .color = term->color && !common->output,
                                           .unicode = term->unicode,
                                           .verbose = common->verbose,
                                           .quiet = common->quiet };
    m2_doc_renderer_find(common->format)->render(out, result->doc, &style);
}

static int run_command(struct cost_result *result, struct cost_run *run, struct m2_err *err)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (m2_str_eq(commands[i].name, run->args->command->name))
            return commands[i].run(result, run, err);
    return m2_fail(err, M2_EBUG, "the command %s has no function", run->args->command->name);
}

static int run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *user,
               const struct tool_world *world, struct m2_err *err)
{
    struct cost_run run = { .arena = a, .args = user, .world = world };
    struct cost_result result = { .status = M2_EXIT_OK };
    const struct m2_common *common = &run.args->common;
    int rc = -1;
    run.progress = m2_progress_new(world->sys, stderr, world->term.err_tty, world->term.width, common->quiet);
    if ((!common->output || m2_file_probe(common->output, err) == 0) && cost_begin(&run, err) == 0 &&
        run_command(&result, &run, err) == 0) {
        rc = 0;
        render(out, &result, &run);
        *status =
            result.status == M2_EXIT_OK && common->strict && result.unsure ? M2_EXIT_UNSURE : result.status;
    }
    m2_progress_free(run.progress);
    session_close(&run.session);
    return rc;
}

int main(int argc, char **argv)
{
    struct cost_args args = { 0 };
    const struct tool_program program = {
        .tool = &cost_tool,
        .args = &args,
        .common = &args.common,
        .operands = &args.operands,
        .run = run,
        .interrupted = "no report was made",
    };
    return tool_main(&program, argc, argv);
}
