/* m2-cost reconcile: a bill beside what the jobs should have cost. */
#include "reconcile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "m2/str.h"

#define USUAL_TOLERANCE "1"

static int add_job(void *user, const struct m2_priced *job, const struct m2_bill *bill, struct m2_err *err)
{
    struct reconciling *r = user;
    struct m2_priced known = *job;
    if (!r->bill.job_tag && job->resource.n)
        known.id = job->resource;
    return m2_reconcile_job(r->both, &known, bill, err);
}

static int read_options(struct reconciling *r, struct m2_err *err)
{
    const struct cost_args *args = r->run->args;
    const char *text = args->tolerance ? args->tolerance : USUAL_TOLERANCE, *value = NULL;
    for (size_t i = 0; i < args->operands.v.len; i++)
        if (m2_str_eq(args->expected, "-") && m2_str_eq(args->operands.v.at[i], "-"))
            return m2_fail(err, M2_EUSAGE, "standard input cannot be both the bill and --expected");
    if (args->expected && (args->history || args->snapshot))
        return m2_fail(err, M2_EUSAGE,
                       "the jobs come from --expected or from the account (--history, --snapshot), not both");
    if (!m2_fixed_parse(&r->ask.tolerance, text, strlen(text), 6, M2_EXACT) || r->ask.tolerance < 0 ||
        r->ask.tolerance > 100 * INT64_C(1000000))
        return m2_fail(err, M2_EUSAGE,
                       "--tolerance: \"%.60s\" is no percentage from 0 to 100, such as 1 or 0.5", text);
    if (args->tag) {
        r->bill.tag = m2_str_cut(r->run->arena, args->tag, '=', &value);
        if (!value || !*value ||
            !*r->bill.tag) /* no row has an empty tag: it would choose those without any */
            return m2_fail(err, M2_EUSAGE, "--tag: \"%.60s\" is not KEY=VALUE", args->tag);
        r->bill.tag_value = value;
    }
    r->bill.job_tag = args->job_tag;
    r->bill.sys = r->run->world->sys;
    r->tolerance = text;
    r->ask.now_ms = m2_now_ms(r->run->world->sys);
    return 0;
}

static void note_format(struct reconciling *r, const char *format)
{
    for (size_t i = 0; i < r->formats.len; i++)
        if (m2_str_eq(r->formats.at[i], format))
            return;
    m2_vec_push(r->run->arena, &r->formats, format);
}

/* Are the bills there, each once? Before the account is read, or a long history. */
static int check_bills(const struct m2_strlist *files, struct m2_err *err)
{
    for (size_t i = 0; i < files->v.len; i++) {
        const char *file = files->v.at[i];
        if (!m2_str_eq(file, "-") && access(file, R_OK) != 0)
            return m2_fail(err, errno == ENOENT ? M2_ENOTFOUND : M2_EINPUT, "%s: %s", file, strerror(errno));
        for (size_t j = 0; j < i; j++)
            if (cost_same_file(file, files->v.at[j]))
                return m2_fail(err, M2_EUSAGE, "%s is given twice; its rows would count twice", file);
    }
    return 0;
}

static int read_bills(struct reconciling *r, struct m2_err *err)
{
    const struct m2_strlist *files = &r->run->args->operands;
    for (size_t i = 0; i < files->v.len; i++) {
        struct m2_bill_export one;
        m2_progress_phase(r->run->progress, m2_arena_printf(r->run->arena, "reading %s", files->v.at[i]));
        if (m2_bill_read(&one, files->v.at[i], &r->bill, m2_reconcile_row, r->both, err) < 0)
            return -1;
        note_format(r, one.format);
        r->all.has_resources = r->all.has_resources || one.has_resources;
        r->all.rows += one.rows;
        r->all.split_rows += one.split_rows;
        r->all.other_rows += one.other_rows;
        r->all.other_billed += one.other_billed;
    }
    return 0;
}

static int compare(struct cost_result *out, struct reconciling *r, struct m2_err *err)
{
    if (cost_past_read(&r->past, r->run, r->run->args->expected, true, add_job, r, err) < 0 ||
        read_bills(r, err) < 0)
        return -1;
    if (r->all.other_rows && r->all.other_rows + r->all.split_rows == r->all.rows)
        return m2_fail(err, M2_EINPUT, "no row of the bill has the tag %s=%s", r->bill.tag,
                       r->bill.tag_value);
    if (m2_reconcile_finish(&r->found, r->run->arena, r->both, &r->ask, err) < 0)
        return -1;
    if (!r->found.n_lines)
        return m2_fail(err, M2_EINPUT, "no job of %s falls into the days of the bill: is it another month's?",
                       r->past.name);
    out->json = cost_json(r->run);
    reconcile_say(out, r);
    reconcile_json(out->json, r);
    out->status = r->found.passed ? M2_EXIT_FOUND : M2_EXIT_OK;
    for (size_t i = 0; i < r->found.n_lines; i++)
        out->unsure = out->unsure || r->found.lines[i].verdict == M2_NOT_PRICED;
    return 0;
}

int cost_reconcile(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    struct reconciling r = { .run = run };
    if (read_options(&r, err) < 0 || check_bills(&run->args->operands, err) < 0)
        return -1;
    r.both = m2_reconcile_new(&run->prices);
    int rc = compare(out, &r, err);
    m2_reconcile_free(r.both);
    return rc;
}
