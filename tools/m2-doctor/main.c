/* m2-doctor: parse, dispatch, print, exit. */
#include <stdlib.h>

#include "common/session.h"
#include "doctor.h"
#include "m2/file.h"

#define MAX_REPORT ((size_t)256 << 20)

static int explain_config(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args,
                          struct m2_err *err)
{
    struct session s;
    if (session_settings(&s, a, m2_sys_real(), &args->common, err) < 0)
        return -1;
    session_explain(out, &s, m2_str_eq(args->common.format, "json"));
    session_close(&s);
    return 0;
}

/* Everything the tool can be asked for; exactly one of them per run. */
static int run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const struct doctor_args *args,
               struct m2_err *err)
{
    struct doctor_world world = { .sys = m2_sys_real() };
    m2_term_detect(&world.term, world.sys, args->common.color);
    if (args->common.help) {
        m2_opt_help(out, &doctor_tool, NULL, world.term.width);
        return 0;
    }
    if (args->common.version) {
        m2_buf_addf(out, "m2-doctor %s\n", m2_version());
        return 0;
    }
    if (args->common.explain_config)
        return explain_config(out, a, args, err);
    if (args->list_checks) {
        doctor_list_checks(out, a, args, world.term.width);
        return 0;
    }
    if (args->explain)
        return doctor_explain(out, a, args, world.term.width, err);
    return doctor_run(out, status, args, &world, err);
}

static int write_report(const struct m2_buf *out, const struct doctor_args *args, struct m2_err *err)
{
    if (out->over)
        return m2_fail(err, M2_ELIMIT, "the report is larger than %zu bytes", MAX_REPORT);
    if (args->common.output)
        return m2_file_write(args->common.output, (struct m2_bytes){ out->data, out->len }, 0644, err);
    return m2_cli_print(out, err);
}

static int deliver(const struct m2_buf *out, const struct doctor_args *args, struct m2_err *err)
{
    if (write_report(out, args, err) == 0)
        return 0;
    if (err->code == M2_ECANCELLED && args->save_snapshot) /* the user should know what is there */
        (void)m2_fail(err, err->code, "%s; the snapshot is whole in %s", err->msg, args->save_snapshot);
    return -1;
}

/* A run that was cut off has left nothing behind, and says so. */
static int run_whole(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a,
                     const struct doctor_args *args, struct m2_err *err)
{
    if (run(out, status, a, args, err) == 0)
        return 0;
    if (err->code == M2_ECANCELLED)
        (void)m2_fail(err, err->code, "%s; no report was made and nothing was written", err->msg);
    return -1;
}

int main(int argc, char **argv)
{
    m2_process_harden();
    m2_cli_signals();
    struct m2_err err = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf out;
    m2_buf_init(&out, MAX_REPORT);
    struct doctor_args args = { .common = { .format = "text", .color = "auto" } };
    enum m2_exit status = M2_EXIT_OK;
    int exit_status;
    if (m2_opt_parse(&args, NULL, a, &doctor_tool, argc, argv, &err) < 0 ||
        run_whole(&out, &status, a, &args, &err) < 0 || deliver(&out, &args, &err) < 0)
        exit_status = m2_cli_complain(doctor_tool.name, &err);
    else if (err.code != M2_OK) /* a report was made all the same */
        exit_status = m2_cli_complain(doctor_tool.name, &err);
    else
        exit_status = (int)status;
    m2_buf_free(&out);
    m2_arena_free(a);
    return exit_status;
}
