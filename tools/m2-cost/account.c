/* What ran in an account: read from AWS, or from a snapshot without network or credentials. */
#include <string.h>

#include "cost.h"
#include "m2/collect.h"
#include "m2/file.h"
#include "m2/snapshot.h"
#include "m2/str.h"

#define DEFAULT_SINCE_MS (M2_HISTORY_DAYS * INT64_C(86400000))

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct cost_run *run = user;
    struct m2_buf text;
    m2_buf_init(&text, 400);
    m2_buf_addf(&text, "%zu %s read, %zu to come", e->done, e->done == 1 ? "answer" : "answers", e->running);
    if (e->waiting_for && e->waiting_ms >= 1000)
        m2_buf_addf(&text, ", waiting %lld s for %s", (long long)(e->waiting_ms / 1000), e->waiting_for);
    m2_progress_update(run->progress, text.data);
    m2_buf_free(&text);
}

/* Without accepted credentials, or when they expire on the way, SNAP holds what was said: CUT is then set. */
static int collect(struct m2_snapshot *snap, struct cost_run *run, struct m2_err *cut, struct m2_err *err)
{
    const struct m2_sys *sys = run->world->sys;
    int64_t started_ms = m2_mono_ms(sys), timeout_ms = run->args->common.timeout_ms;
    if (session_connect(&run->session, run->world->net, err) < 0)
        return -1;
    m2_progress_phase(run->progress, "reading the account's executions");
    struct m2_collect_options options = {
        .sys = sys,
        .net = run->session.net,
        .aws = run->session.aws,
        .tool = m2_arena_printf(run->arena, "%s %s", cost_tool.name, m2_version()),
        .reading = M2_READ_HISTORY,
        .deadline_mono_ms = timeout_ms ? started_ms + timeout_ms : 0,
        .event = on_event,
        .event_user = run,
    };
    options.target.stack = run->session.stack.value;
    options.target.assign_public_ip = -1;
    options.target.since_ms = run->args->since_ms ? run->args->since_ms : DEFAULT_SINCE_MS;
    bool timed_out = false;
    int rc = m2_collect(snap, run->arena, &options, &timed_out, err);
    m2_progress_clear(run->progress);
    if (rc < 0) {
        if (err->code != M2_ECRED || !snap->root)
            return -1;
        *cut = *err;
        *err = (struct m2_err){ 0 };
    }
    if (timed_out && cut->code == M2_OK)
        (void)m2_fail(cut, M2_ETIMEOUT,
                      "the run was ended after %lld s (--timeout); the report holds what was read until then",
                      (long long)(timeout_ms / 1000));
    return 0;
}

static int get_snapshot(struct m2_snapshot *snap, struct cost_run *run, struct m2_err *cut,
                        struct m2_err *err)
{
    const struct cost_args *args = run->args;
    if (!args->snapshot)
        return collect(snap, run, cut, err);
    if (m2_snapshot_load(snap, run->arena, args->snapshot, err) < 0)
        return -1;
    if (args->common.stack)
        snap->target.stack = args->common.stack;
    return 0;
}

int cost_account_history(struct m2_history *out, struct cost_run *run, struct m2_err *cut, struct m2_err *err)
{
    const struct cost_args *args = run->args;
    /* In the arena: the history speaks of it. */
    struct m2_snapshot *snap = m2_arena_alloc(run->arena, sizeof *snap);
    /* Nobody waits for an account to be read and is told then that the file cannot be written. */
    if ((args->save_snapshot && m2_file_probe(args->save_snapshot, err) < 0) ||
        get_snapshot(snap, run, cut, err) < 0)
        return -1;
    if (args->save_snapshot && m2_snapshot_save(snap, args->save_snapshot, !args->no_redact, err) < 0)
        return -1;
    if (m2_history_read(out, run->arena, snap, args->since_ms, err) < 0) {
        if (cut->code != M2_OK) /* that is why */
            *err = *cut;
        return -1;
    }
    if (args->snapshot && out->region && !args->common.region)
        return cost_use_region(run, out->region, "the snapshot", err);
    return 0;
}
