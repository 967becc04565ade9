/* What came of it, for people and for programs. */
#include "cleanup.h"
#include "m2/doc.h"
#include "m2/json.h"

static void lead(struct m2_doc *d, const struct m2_teardown *t, const struct m2_err *stopped)
{
    size_t left = t->counts[M2_END_LEFT], untold = t->counts[M2_END_UNTOLD];
    if (stopped)
        m2_doc_lead(d, "The teardown of %s was not %s.", t->plan.stack, t->begun ? "finished" : "begun");
    else if (left || untold)
        m2_doc_lead(d, "The teardown of %s left %zu %s behind%s.", t->plan.stack, left,
                    left == 1 ? "thing" : "things", untold ? ", and some could not be looked at" : "");
    else
        m2_doc_lead(d, "The stack %s is deleted; nothing of the plan is left.", t->plan.stack);
    m2_doc_text(d, "Account %s, region %s: %zu gone, %zu kept, %zu left, %zu not known, %zu not done.",
                t->plan.account, t->plan.region, t->counts[M2_END_GONE], t->counts[M2_END_KEPT], left, untold,
                t->counts[M2_END_NOT_BEGUN]);
    if (t->versions || t->uploads)
        m2_doc_text(
            d,
            "Deleted from buckets: %llu versions and delete markers (%llu bytes), %llu unfinished uploads.",
            (unsigned long long)t->versions, (unsigned long long)t->bytes, (unsigned long long)t->uploads);
}

static const struct {
    enum m2_teardown_state state;
    const char *heading;
} groups[] = {
    { M2_END_LEFT, "Left behind" },
    { M2_END_UNTOLD, "Not known" },
    { M2_END_KEPT, "Kept on purpose" },
    { M2_END_NOT_BEGUN, "Not deleted yet" },
    { M2_END_GONE, "Gone" },
};

static void group(struct m2_doc *d, const struct m2_teardown *t, enum m2_teardown_state state,
                  const char *heading)
{
    if (t->counts[state])
        m2_doc_heading(d, "%s", heading);
    for (size_t i = 0; i < t->items.len; i++) {
        const struct m2_teardown_item *one = &t->items.at[i];
        if (one->state != state)
            continue;
        const char *said = m2_str_or(one->said, "");
        m2_doc_item(d, "%s %s%s%s%s%s%s%s%s", one->item->type, one->item->resource,
                    state == M2_END_NOT_BEGUN && one->acted ? ": its step was done (" : "",
                    state == M2_END_NOT_BEGUN && one->acted ? m2_action_name(one->item->action) : "",
                    state == M2_END_NOT_BEGUN && one->acted ? "), it is not gone yet" : "", *said ? ": " : "",
                    said, m2_str_empty(one->reason) ? "" : " ", m2_str_empty(one->reason) ? "" : one->reason);
        if (one->command)
            m2_doc_command(d, "%s", one->command);
    }
}

static void text(struct m2_buf *out, struct cleanup_work *w, const struct m2_teardown *t,
                 const struct m2_err *stopped)
{
    const struct m2_term *term = &w->world->term;
    const struct m2_report_style style = { .color = term->color,
                                           .unicode = term->unicode,
                                           .width = term->width };
    struct m2_doc *d = m2_doc_new(w->arena, "Teardown");
    lead(d, t, stopped);
    for (size_t i = 0; i < t->notes.len; i++)
        m2_doc_note(d, "%s", t->notes.at[i]);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        group(d, t, groups[i].state, groups[i].heading);
    if (w->journal)
        m2_doc_text(d, "Journal: %s", m2_journal_path(w->journal));
    if (stopped && t->begun) /* what forbade it would forbid it again */
        m2_doc_text(d, "Run the same command again to go on from here. What CloudFormation has begun goes on "
                       "by itself.");
    m2_doc_renderer_find("text")->render(out, d, &style);
}

void cleanup_show_teardown(struct m2_buf *out, struct cleanup_work *w, const struct m2_teardown *t,
                           const struct m2_err *stopped)
{
    if (!m2_str_eq(w->args->common.format, "json")) {
        text(out, w, t, stopped);
        return;
    }
    struct m2_value *v = m2_teardown_to_value(w->arena, t, cleanup_tool.name, m2_version());
    m2_v_set_bool(w->arena, v, "finished", !stopped);
    if (stopped)
        m2_v_set_str(w->arena, v, "stopped_by", stopped->msg);
    if (w->journal)
        m2_v_set_str(w->arena, v, "journal", m2_journal_path(w->journal));
    m2_json_write(out, v, true);
    m2_buf_addc(out, '\n');
}
