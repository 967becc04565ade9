#include "analyze/stack/events.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/failure/catalogue.h"
#include "m2/str.h"
#include "m2/time.h"

#define NESTING 16

struct event {
    const struct m2_value *item;
    int64_t at_ms;
    size_t position; /* in the answer: newest first */
};

struct events {
    struct event *at; /* newest first */
    size_t n;
    struct m2_look unseen; /* of the listing */
};

static const char *text(const struct event *e, const char *key)
{
    return m2_str_or(m2_v_str(e->item, key), "");
}

static bool of_stack_itself(const struct event *e)
{
    return m2_str_eq(text(e, "PhysicalResourceId"), text(e, "StackId"));
}

static int newest_first(const void *x, const void *y)
{
    const struct event *a = x, *b = y;
    if (a->at_ms != b->at_ms)
        return a->at_ms > b->at_ms ? -1 : 1;
    return (a->position > b->position) - (a->position < b->position);
}

/* Events of the stack ID, an ARN or a name; of several stacks of one name the newest. */
static struct events events_of(struct m2_arena *a, const struct m2_snapshot *s, const char *id)
{
    struct events out = { 0 };
    const char *key = m2_str_starts(id, "arn:") ? "StackId" : "StackName";
    const struct m2_value *list = m2_look_list(&out.unseen, a, s, "cloudformation", "DescribeStackEvents",
                                               "StackEvents", key, id, "EventId");
    out.at = m2_arena_new_array(a, struct event, m2_v_len(list));
    const struct m2_value *item;
    m2_v_each(item, i, list)
    {
        struct event e = { .item = item, .position = i };
        (void)m2_time_parse(&e.at_ms, m2_v_str(item, "Timestamp"));
        out.at[out.n++] = e;
    }
    if (out.n)
        qsort(out.at, out.n, sizeof out.at[0], newest_first);
    size_t kept = 0;
    for (size_t i = 0; i < out.n; i++)
        if (m2_str_eq(text(&out.at[i], "StackId"), text(&out.at[0], "StackId")))
            out.at[kept++] = out.at[i];
    out.n = kept;
    return out;
}

/* ---- operations ---- */

static bool begins_operation(const struct event *e)
{
    static const char *const first[] = { "CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS",
                                         "IMPORT_IN_PROGRESS", "REVIEW_IN_PROGRESS" };
    for (size_t i = 0; of_stack_itself(e) && i < sizeof first / sizeof first[0]; i++)
        if (m2_str_eq(text(e, "ResourceStatus"), first[i]))
            return true;
    return false;
}

/* One past the last (oldest) event of the operation that begins (newest) at FROM. */
static size_t operation_end(const struct events *ev, size_t from)
{
    static const char *const ids[] = { "OperationId", "ClientRequestToken" };
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
        const char *id = text(&ev->at[from], ids[k]);
        if (!*id)
            continue;
        size_t end = from;
        while (end < ev->n && m2_str_eq(text(&ev->at[end], ids[k]), id))
            end++;
        return end;
    }
    for (size_t i = from; i < ev->n; i++)
        if (begins_operation(&ev->at[i]))
            return i + 1;
    return ev->n;
}

/* One past the operation at FROM together with what it continues: a rollback that was asked for or continued
 * later is an operation of its own, but what it undoes began before. */
static size_t change_end(const struct events *ev, size_t from)
{
    size_t end = operation_end(ev, from);
    while (end < ev->n) {
        for (size_t i = from; i < end; i++)
            if (begins_operation(&ev->at[i]))
                return end;
        from = end;
        end = operation_end(ev, from);
    }
    return end;
}

static bool failed(const struct event *e)
{
    const char *hook = text(e, "HookStatus");
    return m2_str_ends(text(e, "ResourceStatus"), "_FAILED") || m2_str_eq(hook, "HOOK_COMPLETE_FAILED") ||
           m2_str_eq(hook, "HOOK_FAILED") || m2_str_eq(text(e, "DetailedStatus"), "VALIDATION_FAILED");
}

static const char *reason_of(const struct event *e)
{
    const char *hook = text(e, "HookStatusReason");
    return *hook && failed(e) && m2_str_starts(text(e, "HookStatus"), "HOOK_")
               ? hook
               : text(e, "ResourceStatusReason");
}

/* ---- the walk through nested stacks ---- */

struct walk {
    struct m2_arena *a;
    const struct m2_snapshot *s;
    struct m2_stack_failure *out;
    int depth;
};

static void walk_range(struct walk *w, const struct events *ev, size_t from, size_t to);

static void take(struct walk *w, const struct event *e)
{
    struct m2_stack_failure *out = w->out;
    out->event = e->item;
    out->call = m2_call_about(w->s, "cloudformation", "DescribeStackEvents", text(e, "StackId"));
    if (!out->call)
        out->call = m2_call_about(w->s, "cloudformation", "DescribeStackEvents", text(e, "StackName"));
    out->stack_arn = text(e, "StackId");
    out->stack_name = text(e, "StackName");
    out->logical_id = text(e, "LogicalResourceId");
    out->physical_id = text(e, "PhysicalResourceId");
    out->type = text(e, "ResourceType");
    out->status = text(e, "ResourceStatus");
    out->reason = reason_of(e);
    out->slug = m2_failure_stack(w->a, out->reason);
    out->at_ms = e->at_ms;
}

/* Into the nested stack of E. False when its events do not say what failed. */
static bool follow(struct walk *w, const struct event *e)
{
    const char *id = text(e, "PhysicalResourceId");
    if (!*id || w->depth >= NESTING)
        return false;
    struct events inner = events_of(w->a, w->s, id);
    if (!inner.n) {
        if (inner.unseen.seen == M2_UNSEEN)
            w->out->unseen = inner.unseen;
        return false;
    }
    /* The rollback deletes a nested stack: step over that deletion to the operation that failed. */
    for (size_t from = 0; from < inner.n;) {
        size_t end = operation_end(&inner, from);
        w->depth++;
        walk_range(w, &inner, from, end);
        w->depth--;
        if (w->out->event)
            return true;
        from = end;
    }
    return false;
}

static bool is_nested(const struct event *e)
{
    return m2_str_eq(text(e, "ResourceType"), "AWS::CloudFormation::Stack") && !of_stack_itself(e);
}

/* The oldest failure of EV[FROM..TO) that is none of another's fallout. */
static void walk_range(struct walk *w, const struct events *ev, size_t from, size_t to)
{
    size_t failures = 0;
    for (size_t i = to; i-- > from;) {
        const struct event *e = &ev->at[i];
        if (!failed(e) || of_stack_itself(e))
            continue;
        failures++;
        if (w->out->event)
            continue;
        if (is_nested(e)) {
            /* Where the nested stack's events are missing, its parent may still quote a reason that is known.
             */
            if (!follow(w, e) && (!m2_failure_is_fallout(w->a, reason_of(e)) ||
                                  !m2_str_eq(m2_failure_stack(w->a, reason_of(e)), "cfn.unknown")))
                take(w, e);
        } else if (!m2_failure_is_fallout(w->a, reason_of(e))) {
            take(w, e);
        }
    }
    if (!w->out->event) /* nothing but the stack itself: refused as a whole */
        for (size_t i = to; i-- > from && !w->out->event;) {
            const struct event *e = &ev->at[i];
            bool ended = failed(e) || m2_str_ends(text(e, "ResourceStatus"), "ROLLBACK_IN_PROGRESS");
            if (of_stack_itself(e) && ended && *reason_of(e) && !m2_failure_is_fallout(w->a, reason_of(e)))
                take(w, e);
        }
    w->out->fallout += failures;
}

static bool is_deletion(const struct events *ev, size_t from, size_t to)
{
    bool deletes = false, other = false;
    for (size_t i = from; i < to; i++)
        if (begins_operation(&ev->at[i])) {
            deletes = deletes || m2_str_starts(text(&ev->at[i], "ResourceStatus"), "DELETE_");
            other = other || !m2_str_starts(text(&ev->at[i], "ResourceStatus"), "DELETE_");
        }
    return deletes && !other;
}

/* The failure of the newest operation; of a stack that is gone, of the newest that was no deletion. */
static void first_failure(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                          struct events ev, bool gone)
{
    out->any_event = ev.n > 0;
    if (ev.unseen.seen == M2_UNSEEN)
        out->unseen = ev.unseen;
    struct walk w = { .a = a, .s = s, .out = out };
    for (size_t from = 0; from < ev.n;) {
        size_t end = change_end(&ev, from);
        if (!gone || !is_deletion(&ev, from, end)) {
            walk_range(&w, &ev, from, end);
            break;
        }
        from = end;
    }
    if (out->event && out->fallout)
        out->fallout--;
}

void m2_stack_first_failure(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                            const char *stack)
{
    *out = (struct m2_stack_failure){ .unseen = { .seen = M2_SEEN } };
    first_failure(out, a, s, events_of(a, s, stack), false);
}

void m2_stack_last_deployment(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                              const char *name)
{
    *out = (struct m2_stack_failure){ .unseen = { .seen = M2_SEEN } };
    first_failure(out, a, s, events_of(a, s, name), true);
}

void m2_stack_rollback_failure(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                               const char *stack)
{
    *out = (struct m2_stack_failure){ .unseen = { .seen = M2_SEEN } };
    struct events ev = events_of(a, s, stack);
    size_t end = ev.n ? operation_end(&ev, 0) : 0, began = end;
    for (size_t i = 0; i < end && began == end; i++)
        if (of_stack_itself(&ev.at[i]) &&
            m2_str_ends(text(&ev.at[i], "ResourceStatus"), "ROLLBACK_IN_PROGRESS"))
            began = i;
    if (began == end)
        return;
    struct walk w = { .a = a, .s = s, .out = out };
    walk_range(&w, &ev, 0, began);
    if (out->event && m2_str_eq(out->physical_id, out->stack_arn))
        out->event = NULL; /* the stack's own summary is no cause */
}
