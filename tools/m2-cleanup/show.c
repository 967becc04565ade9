/* The plan for people and for programs. */
#include <stdio.h>

#include "cleanup.h"
#include "m2/doc.h"
#include "m2/json.h"

/* ---- how much ---- */

static void bytes_text(struct m2_buf *b, int64_t bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    size_t i = 0;
    int64_t whole = bytes, rest = 0;
    for (; whole >= 1024 && i + 1 < sizeof units / sizeof units[0]; i++) {
        rest = whole % 1024;
        whole /= 1024;
    }
    if (i && whole < 10)
        m2_buf_addf(b, "%lld.%lld %s", (long long)whole, (long long)(rest * 10 / 1024), units[i]);
    else
        m2_buf_addf(b, "%lld %s", (long long)whole, units[i]);
}

static void part(struct m2_buf *b, int64_t n, const char *one, const char *many)
{
    if (n)
        m2_buf_addf(b, "%s%lld %s", b->len ? ", " : "", (long long)n, n == 1 ? one : many);
}

/* "1,204 versions, 2 delete markers, 3.1 GiB"; "" when nothing is known or there is nothing. */
static const char *how_much(struct m2_arena *a, const struct m2_plan_item *item)
{
    struct m2_buf b;
    m2_buf_init(&b, 400);
    bool bucket = m2_str_eq(item->type, "AWS::S3::Bucket");
    part(&b, item->versions, "version", "versions");
    part(&b, item->markers, "delete marker", "delete markers");
    part(&b, item->uploads, "unfinished upload", "unfinished uploads");
    if (m2_str_eq(item->type, "AWS::ECR::Repository"))
        part(&b, item->running, "image", "images");
    else
        part(&b, item->running, "running", "running");
    if (item->bytes) {
        m2_buf_adds(&b, b.len ? ", " : "");
        bytes_text(&b, item->bytes);
    }
    if (bucket && !item->counted)
        m2_buf_adds(&b, b.len ? ", not counted" : "not counted");
    else if (bucket && !b.len)
        m2_buf_adds(&b, "empty");
    const char *s =
        item->more ? m2_arena_printf(a, "more than %s", b.data) : m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static const char *time_text(struct m2_arena *a, int64_t seconds)
{
    if (seconds < 90)
        return m2_arena_printf(a, "%lld s", (long long)seconds);
    return m2_arena_printf(a, "%lld min", (long long)((seconds + 59) / 60));
}

/* ---- the document ---- */

static const char *const steps[M2_ACTIONS] = {
    [M2_ACT_UNREGISTER] = "Unregister at CloudMR Brain",
    [M2_ACT_STOP] = "Stop what runs, then delete with the stack",
    [M2_ACT_DETACH] = "Detach from the VPC, then delete with the stack",
    [M2_ACT_EMPTY] = "Empty, then delete with the stack",
    [M2_ACT_DELETE_REPOSITORY] = "Delete with all images",
    [M2_ACT_DELETE_STACK] = "Delete the stack",
    [M2_ACT_DELETE] = "Goes with the stack",
    [M2_ACT_DELETE_LOGS] = "Delete the logs that functions left",
    [M2_ACT_KEEP] = "Stays",
};

/* What goes with the stack is proved by its listing alone: said once for all. */
static const char *sentence(const struct m2_plan_item *item)
{
    return item->action == M2_ACT_KEEP ? item->why : item->action == M2_ACT_DELETE ? "" : item->proof;
}

static void one_item(struct m2_doc *d, struct m2_arena *a, const struct m2_plan_item *item)
{
    const char *much = how_much(a, item), *said = sentence(item);
    const char *why = item->action == M2_ACT_KEEP ? "" : item->why;
    m2_doc_item(d, "%s (%s%s%s%s%s)%s%s%s%s", item->resource, item->type, *item->logical_id ? " " : "",
                item->logical_id, *much ? ", " : "", much, *said ? ": " : "", said,
                *why ? (*said ? " " : ": ") : "", why);
}

static void one_step(struct m2_doc *d, struct m2_arena *a, const struct m2_plan *plan, enum m2_action action)
{
    bool begun = false;
    for (size_t i = 0; i < plan->items.len; i++) {
        if (plan->items.at[i].action != action)
            continue;
        if (!begun)
            m2_doc_heading(d, "%s", steps[action]);
        if (!begun && action == M2_ACT_DELETE)
            m2_doc_text(d, "Each is listed by the stack, or by one nested in it, under that stack's ARN.");
        begun = true;
        one_item(d, a, &plan->items.at[i]);
    }
}

/* Below a cent it is a guess about nothing. */
static void usd(char out[M2_DECIMAL_SIZE], m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, pico, 12, 2, 2);
    bool little = pico > 0 && pico < M2_PICO_PER_USD / 100;
    (void)snprintf(out, M2_DECIMAL_SIZE, "%s%s",
                   little ? "less than "
                   : pico ? "about "
                          : "",
                   little ? "0.01" : text);
}

/* An empty one costs nothing; the stack takes it along. */
static bool costs(const struct m2_plan_item *item)
{
    bool empty = item->counted && !item->bytes && !item->running;
    return item->action == M2_ACT_KEEP && (item->command || !item->priced) && !empty;
}

static void what_stays_costs(struct m2_doc *d, const struct m2_plan *plan)
{
    char total[M2_DECIMAL_SIZE], one[M2_DECIMAL_SIZE];
    bool any = false;
    for (size_t i = 0; i < plan->items.len; i++) {
        const struct m2_plan_item *item = &plan->items.at[i];
        if (!costs(item))
            continue;
        if (!any)
            m2_doc_heading(d, "What goes on costing");
        any = true;
        usd(one, item->month_usd);
        if (item->priced)
            m2_doc_item(d, "%s: %s USD a month at list price.", item->resource, one);
        else
            m2_doc_item(d, "%s: what it costs is not known.", item->resource);
        if (item->command)
            m2_doc_command(d, "%s", item->command);
    }
    usd(total, plan->kept_usd);
    if (any)
        m2_doc_text(d, "Together %s USD a month%s.", total,
                    plan->all_priced ? "" : ", and what is not known");
}

static void notes(struct m2_doc *d, const struct m2_plan *plan)
{
    if (plan->blocked.len)
        m2_doc_heading(d, "What forbids it");
    for (size_t i = 0; i < plan->blocked.len; i++)
        m2_doc_item(d, "%s %s (%s)", plan->blocked.at[i].said, plan->blocked.at[i].fix,
                    plan->blocked.at[i].slug);
    for (size_t i = 0; i < plan->warnings.len; i++)
        m2_doc_note(d, "%s", plan->warnings.at[i].said);
}

static void rights(struct m2_doc *d, const struct m2_plan *plan)
{
    size_t n[M2_RIGHT_STATES] = { 0 };
    for (size_t i = 0; i < plan->rights.len; i++)
        n[plan->rights.at[i].state]++;
    if (!plan->rights.len)
        return;
    m2_doc_heading(d, "Rights");
    m2_doc_text(d, "%zu needed: %zu allowed, %zu missing, %zu denied, %zu not known.", plan->rights.len,
                n[M2_RIGHT_ALLOWED], n[M2_RIGHT_MISSING], n[M2_RIGHT_DENIED], n[M2_RIGHT_UNKNOWN]);
    for (size_t i = 0; i < plan->rights.len; i++)
        if (plan->rights.at[i].state != M2_RIGHT_ALLOWED && plan->rights.at[i].state != M2_RIGHT_UNKNOWN)
            m2_doc_item(d, "%s (%s): %s", plan->rights.at[i].action, plan->rights.at[i].what,
                        m2_right_state_name(plan->rights.at[i].state));
}

static void lead(struct m2_doc *d, struct m2_arena *a, const struct m2_plan *plan)
{
    size_t work = m2_plan_work(plan), kept = plan->items.len - work;
    if (plan->state == M2_PLAN_UNSEEN)
        m2_doc_lead(d, "The stack %s may not be read; nothing can be planned.", plan->stack);
    else if (plan->state == M2_PLAN_GONE && plan->items.len == 0 && m2_plan_leaves(plan))
        m2_doc_lead(d, "There is no stack %s in %s; whether a deleted one left something was not all seen.",
                    plan->stack, plan->region);
    else if (plan->state == M2_PLAN_GONE && plan->items.len == 0)
        m2_doc_lead(d, "There is no stack %s in %s, and nothing of one was found: nothing to do.",
                    plan->stack, plan->region);
    else if (plan->state == M2_PLAN_GONE)
        m2_doc_lead(d, "There is no stack %s in %s any more; it left %zu %s behind, of which %zu %s deleted.",
                    plan->stack, plan->region, plan->items.len, plan->items.len == 1 ? "thing" : "things",
                    work, work == 1 ? "is" : "are");
    else if (plan->blocked.len)
        m2_doc_lead(d, "The stack %s cannot be deleted as things are: %zu %s it.", plan->stack,
                    plan->blocked.len, plan->blocked.len == 1 ? "reason forbids" : "reasons forbid");
    else
        m2_doc_lead(
            d, "Deleting the stack %s: %zu %s and all that is in them go, %zu stay%s; it takes about %s.",
            plan->stack, work, work == 1 ? "thing" : "things", kept, kept == 1 ? "s" : "",
            time_text(a, plan->seconds));
}

static struct m2_doc *document(struct m2_arena *a, const struct m2_plan *plan)
{
    struct m2_doc *d = m2_doc_new(a, "Teardown plan");
    lead(d, a, plan);
    m2_doc_text(d, "Account %s%s%s%s, region %s, stack %s%s%s.", m2_str_or(plan->account, "?"),
                *plan->alias ? " (" : "", plan->alias, *plan->alias ? ")" : "", plan->region,
                m2_str_or(plan->stack_arn, plan->stack), *plan->status ? ", " : "", plan->status);
    if (plan->state == M2_PLAN_GONE && plan->items.len == 0)
        m2_doc_text(d, "If it is in another region or account: --region NAME, --profile NAME.");
    notes(d, plan);
    for (int action = 0; action < M2_ACTIONS; action++)
        one_step(d, a, plan, (enum m2_action)action);
    what_stays_costs(d, plan);
    rights(d, plan);
    return d;
}

void cleanup_show_text(struct m2_buf *out, struct m2_arena *a, const struct m2_plan *plan,
                       const struct m2_term *term)
{
    const struct m2_report_style style = { .color = term->color,
                                           .unicode = term->unicode,
                                           .width = term->width };
    m2_doc_renderer_find("text")->render(out, document(a, plan), &style);
}

void cleanup_show_plan(struct m2_buf *out, struct cleanup_work *w, const struct m2_plan *plan)
{
    if (m2_str_eq(w->args->common.format, "json")) {
        m2_json_write(out, m2_plan_to_value(w->arena, plan, cleanup_tool.name, m2_version()), true);
        m2_buf_addc(out, '\n');
        return;
    }
    cleanup_show_text(out, w->arena, plan, &w->world->term);
    if (!w->args->apply && plan->state != M2_PLAN_UNSEEN && !plan->blocked.len && m2_plan_work(plan))
        m2_buf_adds(out, "\nNothing was touched. --apply carries this out.\n");
}
