/* --watch: the first look in full, then what changes, until nothing is in the way. */
#include "doctor_run.h"
#include "m2/diff.h"
#include "m2/json.h"
#include "m2/time.h"

#define MOST_TEXT ((size_t)64 << 20)

struct look {
    struct m2_arena *arena;
    struct m2_findings found;
};

static int print(struct m2_buf *text, struct m2_err *err)
{
    int rc = text->len ? m2_cli_print(text, err) : 0;
    m2_buf_free(text);
    return rc;
}

/* Everything of a look lives in its own arena: a watch may last for days. */
static int look_once(struct look *now, struct run *r, const char *const *checks, struct m2_err *cut,
                     struct m2_err *err)
{
    struct m2_arena *whole = r->arena;
    *now = (struct look){ .arena = m2_arena_new() };
    r->arena = now->arena;
    int rc = doctor_collect(r, checks, cut, err);
    const struct m2_analyze_options options = doctor_options(r);
    if (rc == 0)
        rc = m2_analyze(&now->found, now->arena, &r->snap, &options, err);
    r->arena = whole;
    return rc;
}

static int tell_first(struct run *r, const struct m2_findings *found, struct m2_err *err)
{
    struct m2_buf text;
    const struct m2_report_style style = doctor_style(r);
    struct m2_findings with_notes = *found;
    for (size_t i = 0; i < r->notes.len; i++)
        m2_vec_push(found->arena, &with_notes.notes, r->notes.at[i]);
    m2_buf_init(&text, MOST_TEXT);
    if (m2_str_eq(r->args->common.format, "json")) {
        m2_json_write(&text, m2_findings_to_value(found->arena, &with_notes), false);
        m2_buf_addc(&text, '\n');
    } else {
        m2_renderer_find("text")->render(&text, &with_notes, &style);
    }
    return print(&text, err);
}

static int tell_changes(struct run *r, struct m2_arena *a, const struct m2_findings *then,
                        struct m2_findings *now, struct m2_err *err)
{
    struct m2_diff diff;
    struct m2_buf text;
    const struct m2_report_style style = doctor_style(r);
    m2_diff_make(&diff, a, then, now, "the last look");
    m2_buf_init(&text, MOST_TEXT);
    if (m2_str_eq(r->args->common.format, "json")) {
        now->compared = &diff;
        if (diff.list.len) {
            m2_json_write(&text, m2_findings_to_value(a, now), false);
            m2_buf_addc(&text, '\n');
        }
        now->compared = NULL;
    } else if (diff.list.len) {
        m2_buf_addf(&text, "\n%s: %s.\n", now->generated_at, m2_diff_summary(a, &diff));
        m2_report_changes(&text, a, &diff, &style);
    }
    return print(&text, err);
}

static int pause_between(struct run *r, size_t looks, struct m2_err *err)
{
    const struct m2_sys *sys = r->world->sys;
    int64_t until = m2_mono_ms(sys) + r->args->watch_ms, now;
    if (r->deadline_mono_ms && until > r->deadline_mono_ms)
        until = r->deadline_mono_ms;
    while (!m2_cancelled(sys) && (now = m2_mono_ms(sys)) < until) {
        char text[100];
        (void)snprintf(text, sizeof text, "looked %zu %s, next look in %lld s", looks,
                       looks == 1 ? "time" : "times", (long long)((until - now + 999) / 1000));
        m2_progress_update(r->progress, text);
        m2_net_pause(r->session.net, until - now < 1000 ? until - now : 1000);
    }
    return m2_cancelled(sys) ? m2_fail(err, M2_ECANCELLED, "interrupted while watching; it only looked") : 0;
}

static int tell_end(struct run *r, const struct m2_findings *found, size_t looks, struct m2_err *err)
{
    struct m2_buf text;
    m2_buf_init(&text, 1000);
    if (looks > 1 && m2_str_eq(r->args->common.format, "text"))
        m2_buf_addf(&text, "\n%s: ready.\n", found->generated_at);
    m2_progress_clear(r->progress);
    return print(&text, err);
}

static int watch(enum m2_exit *status, struct run *r, const char *const *checks, struct look *last,
                 struct m2_err *err)
{
    for (size_t looks = 1;; looks++) {
        struct look now;
        struct m2_err cut = { 0 };
        int rc = look_once(&now, r, checks, &cut, err);
        m2_progress_clear(r->progress);
        if (rc == 0)
            rc = last->arena ? tell_changes(r, now.arena, &last->found, &now.found, err)
                             : tell_first(r, &now.found, err);
        m2_arena_free(last->arena);
        *last = now;
        if (rc < 0)
            return -1;
        *status = doctor_status(r, &now.found);
        if (cut.code != M2_OK) {
            *err = cut;
            *status = M2_EXIT_CANNOT;
            return 0;
        }
        if (*status == M2_EXIT_OK && m2_str_eq(now.found.verdict, "ready"))
            return tell_end(r, &now.found, looks, err);
        if (pause_between(r, looks, err) < 0)
            return -1;
    }
}

int doctor_watch(struct m2_buf *out, enum m2_exit *status, struct run *r, const char *const *checks,
                 struct m2_err *err)
{
    struct look last = { .arena = NULL };
    (void)out;
    int rc = watch(status, r, checks, &last, err);
    m2_arena_free(last.arena);
    return rc;
}
