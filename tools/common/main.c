#include "common/main.h"

#include "common/session.h"
#include "m2/file.h"
#include "m2/str.h"

#define MAX_REPORT ((size_t)256 << 20)

static int explain_config(struct m2_buf *out, struct m2_arena *a, const struct m2_common *common,
                          const struct m2_sys *sys, struct m2_err *err)
{
    struct session s;
    if (session_settings(&s, a, sys, common, err) < 0)
        return -1;
    session_explain(out, &s, m2_str_eq(common->format, "json"));
    session_close(&s);
    return 0;
}

static const struct m2_command *command_of(const struct tool_program *p)
{
    const char *args = p->args;
    return p->tool->commands ? *(const struct m2_command *const *)(const void *)(args + p->tool->command_at)
                             : NULL;
}

/* Everything the tool can be asked for; exactly one of them per run. */
static int run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const struct tool_program *p,
               struct m2_err *err)
{
    struct tool_world world = { .sys = m2_sys_real() };
    m2_term_detect(&world.term, world.sys, p->common->color);
    if (p->common->help) {
        m2_opt_help(out, p->tool, command_of(p), world.term.width);
        return 0;
    }
    if (p->common->version) {
        m2_buf_addf(out, "%s %s\n", p->tool->name, m2_version());
        return 0;
    }
    struct m2_sys own;
    if (p->variables && p->variables(&own, a, p->args, world.sys, err) < 0)
        return -1;
    if (p->variables)
        world.sys = &own;
    if (p->common->explain_config)
        return explain_config(out, a, p->common, world.sys, err);
    return p->run(out, status, a, p->args, &world, err);
}

/* A run that was cut off has left nothing behind, and says so. */
static int run_whole(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a,
                     const struct tool_program *p, struct m2_err *err)
{
    if (run(out, status, a, p, err) == 0)
        return 0;
    if (err->code == M2_ECANCELLED && p->interrupted)
        (void)m2_fail(err, err->code, "%s; %s", err->msg, p->interrupted);
    return -1;
}

static int write_report(const struct m2_buf *out, const struct m2_common *common, struct m2_err *err)
{
    if (out->over)
        return m2_fail(err, M2_ELIMIT, "the report is larger than %zu bytes", MAX_REPORT);
    if (common->output)
        return m2_file_write(common->output, (struct m2_bytes){ out->data, out->len }, 0644, err);
    return m2_cli_print(out, err);
}

static int deliver(const struct m2_buf *out, struct m2_arena *a, const struct tool_program *p,
                   struct m2_err *err)
{
    if (write_report(out, p->common, err) == 0)
        return 0;
    const char *kept = err->code == M2_ECANCELLED && p->kept ? p->kept(a, p->args) : NULL;
    if (kept) /* the user should know what is there */
        (void)m2_fail(err, err->code, "%s; %s", err->msg, kept);
    return -1;
}

int tool_main(const struct tool_program *p, int argc, char **argv)
{
    m2_process_harden();
    m2_cli_signals();
    struct m2_err err = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf out;
    m2_buf_init(&out, MAX_REPORT);
    p->common->format = "text";
    p->common->color = "auto";
    enum m2_exit status = M2_EXIT_OK;
    int exit_status;
    if (m2_opt_parse(p->args, p->operands, a, p->tool, argc, argv, &err) < 0 ||
        run_whole(&out, &status, a, p, &err) < 0 || deliver(&out, a, p, &err) < 0)
        exit_status = m2_cli_complain(p->tool->name, &err);
    else if (err.code != M2_OK) /* a report was made all the same */
        exit_status = m2_cli_complain(p->tool->name, &err);
    else
        exit_status = (int)status;
    m2_buf_free(&out);
    m2_arena_free(a);
    return exit_status;
}
