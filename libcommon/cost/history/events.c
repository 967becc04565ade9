/* Events of one execution: its tries and its state transitions. */
#include <stdlib.h>
#include <string.h>

#include "cost/history/parts.h"
#include "m2/json.h"
#include "m2/str.h"
#include "m2/time.h"

enum role {
    ROLE_NONE,
    ROLE_ENTERED,
    ROLE_SCHEDULED,
    ROLE_STARTED,
    ROLE_SUBMITTED,
    ROLE_ENDED,
    ROLE_REDRIVEN
};

/* Source: Step Functions API reference, HistoryEvent. States of all kinds end in "StateEntered". */
static const struct {
    const char *type;
    enum role role;
    enum m2_try_end end;
} roles[] = {
    { "TaskScheduled", ROLE_SCHEDULED, M2_TRY_CUT },
    { "TaskStarted", ROLE_STARTED, M2_TRY_CUT },
    { "TaskSubmitted", ROLE_SUBMITTED, M2_TRY_CUT },
    { "TaskSucceeded", ROLE_ENDED, M2_TRY_DONE },
    { "TaskFailed", ROLE_ENDED, M2_TRY_FAILED },
    { "TaskTimedOut", ROLE_ENDED, M2_TRY_FAILED },
    { "TaskStartFailed", ROLE_ENDED, M2_TRY_NEVER_RAN },
    { "TaskSubmitFailed", ROLE_ENDED, M2_TRY_NEVER_RAN },
    { "LambdaFunctionScheduled", ROLE_SCHEDULED, M2_TRY_CUT },
    { "LambdaFunctionStarted", ROLE_STARTED, M2_TRY_CUT },
    { "LambdaFunctionSucceeded", ROLE_ENDED, M2_TRY_DONE },
    { "LambdaFunctionFailed", ROLE_ENDED, M2_TRY_FAILED },
    { "LambdaFunctionTimedOut", ROLE_ENDED, M2_TRY_FAILED },
    { "LambdaFunctionScheduleFailed", ROLE_ENDED, M2_TRY_NEVER_RAN },
    { "LambdaFunctionStartFailed", ROLE_ENDED, M2_TRY_NEVER_RAN },
    { "ActivityScheduled", ROLE_SCHEDULED, M2_TRY_CUT },
    { "ActivityStarted", ROLE_STARTED, M2_TRY_CUT },
    { "ActivitySucceeded", ROLE_ENDED, M2_TRY_DONE },
    { "ActivityFailed", ROLE_ENDED, M2_TRY_FAILED },
    { "ActivityTimedOut", ROLE_ENDED, M2_TRY_FAILED },
    { "ExecutionRedriven", ROLE_REDRIVEN, M2_TRY_CUT },
};

#define NONE SIZE_MAX

struct event {
    const struct m2_value *v, *details;
    int64_t id, before, at_us;
    size_t state, attempt; /* index of the event that entered its state; of its try; NONE */
    size_t scheduled;      /* of an entered state: tries */
};

static int by_id(const void *left, const void *right)
{
    const struct event *l = left, *r = right;
    return (l->id > r->id) - (l->id < r->id);
}

static const struct m2_value *details_of(const struct m2_value *event)
{
    for (size_t i = 0; m2_v_is(event, M2_OBJECT) && i < event->u.object.len; i++)
        if (m2_str_ends(event->u.object.at[i].key, "EventDetails"))
            return event->u.object.at[i].value;
    return NULL;
}

static struct event *read_events(struct m2_arena *a, const struct m2_value *list, size_t *n)
{
    struct event *events = m2_arena_new_array(a, struct event, m2_v_len(list));
    const struct m2_value *item;
    *n = 0;
    m2_v_each(item, i, list)
    {
        struct event e = { .v = item, .details = details_of(item), .state = NONE, .attempt = NONE };
        e.at_us = m2_instant_us(m2_v_get(item, "timestamp"));
        if (m2_v_int_of(item, "id", &e.id) && m2_v_str(item, "type")) {
            (void)m2_v_int_of(item, "previousEventId", &e.before);
            events[(*n)++] = e;
        }
    }
    if (*n)
        qsort(events, *n, sizeof *events, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) /* pages that overlap */
        if (!kept || events[kept - 1].id != events[i].id)
            events[kept++] = events[i];
    *n = kept;
    return events;
}

static struct event *find(struct event *events, size_t n, int64_t id)
{
    const struct event key = { .id = id };
    return n ? bsearch(&key, events, n, sizeof *events, by_id) : NULL;
}

static size_t role_of(const char *type)
{
    size_t i = 0;
    while (i < sizeof roles / sizeof *roles && !m2_str_eq(roles[i].type, type))
        i++;
    return i;
}

static const struct m2_value *parsed(struct m2_arena *a, const struct m2_value *details, const char *member)
{
    const char *text = m2_v_str(details, member);
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (!text || text[strspn(text, " \t\r\n")] != '{' ||
        m2_json_parse(&v, a, m2_bytes_of(text), member, &err) < 0)
        return NULL;
    return v;
}

static void begin_try(struct m2_tries *out, struct m2_arena *a, const struct event *e, const char *state)
{
    const char *resource = m2_v_str(e->details, "resource"), *type = m2_v_str(e->details, "resourceType");
    struct m2_try t = { .state = state, .resource = resource, .scheduled_us = e->at_us };
    t.parameters = parsed(a, e->details, "parameters");
    t.sync = resource && strstr(resource, ".sync");
    if (m2_str_eq(type, "ecs") && m2_str_starts(resource, "runTask"))
        t.kind = M2_TRY_TASK;
    else if (m2_str_eq(type, "lambda") || (resource && strstr(resource, ":function:")))
        t.kind = M2_TRY_FUNCTION;
    m2_vec_push(a, &out->list, t);
}

static void end_try(struct m2_try *t, struct m2_arena *a, const struct event *e, enum m2_try_end end)
{
    t->end = end;
    t->ended_us = e->at_us;
    t->error = m2_v_str(e->details, "error");
    t->result = parsed(a, e->details, end == M2_TRY_DONE ? "output" : "cause");
}

/* Event I takes its state and try from the event before it, unless it begins one. */
static void inherit(struct event *events, size_t n, size_t i)
{
    struct event *e = &events[i];
    const struct event *before = e->before > 0 ? find(events, n, e->before) : NULL;
    if (!before && i > 0 && e->before <= 0 && !m2_v_get(e->v, "previousEventId"))
        before = &events[i - 1]; /* not told: as they stand */
    if (!before || before >= e)
        return;
    e->state = before->state;
    e->attempt = before->attempt;
}

static void take(struct m2_tries *out, struct m2_arena *a, struct event *events, size_t i)
{
    struct event *e = &events[i];
    const char *type = m2_v_str(e->v, "type");
    if (m2_str_ends(type, "StateEntered")) {
        e->state = i;
        e->attempt = NONE;
        out->transitions++;
        return;
    }
    size_t row = role_of(type);
    enum role role = row < sizeof roles / sizeof *roles ? roles[row].role : ROLE_NONE;
    struct m2_try *t = e->attempt == NONE ? NULL : &out->list.at[e->attempt];
    if (role == ROLE_REDRIVEN) {
        out->transitions++;
    } else if (role == ROLE_SCHEDULED) {
        const struct event *state = e->state == NONE ? NULL : &events[e->state];
        if (state && events[e->state].scheduled++ > 0) /* the first try is the state's own transition */
            out->transitions++;
        begin_try(out, a, e, state ? m2_v_str(state->details, "name") : NULL);
        e->attempt = out->list.len - 1;
    } else if (t && role == ROLE_STARTED) {
        t->started_us = e->at_us;
    } else if (t && role == ROLE_SUBMITTED) {
        t->submitted_us = e->at_us;
        t->submitted = parsed(a, e->details, "output");
    } else if (t && role == ROLE_ENDED) {
        end_try(t, a, e, roles[row].end);
    } else if (role == ROLE_ENDED && roles[row].end != M2_TRY_NEVER_RAN) {
        /* Its beginning is missing; a task's account of itself tells enough all the same. */
        out->cut = true;
        begin_try(out, a, e, e->state == NONE ? NULL : m2_v_str(events[e->state].details, "name"));
        end_try(&out->list.at[out->list.len - 1], a, e, roles[row].end);
    }
}

void m2_tries_read(struct m2_tries *out, struct m2_arena *a, const struct m2_value *output)
{
    size_t n;
    struct event *events = read_events(a, m2_v_get(output, "events"), &n);
    *out = (struct m2_tries){ .cut = n == 0 || events[0].id != 1 || m2_v_get(output, "nextToken") };
    for (size_t i = 0; i < n; i++) {
        inherit(events, n, i);
        take(out, a, events, i);
        if (events[i].at_us > out->last_us)
            out->last_us = events[i].at_us;
        if (i > 0 && events[i].id != events[i - 1].id + 1)
            out->cut = true;
    }
    out->began_us = n ? events[0].at_us : 0;
    for (size_t i = 0; i < out->list.len; i++)
        if (out->list.at[i].end == M2_TRY_CUT)
            out->list.at[i].ended_us = out->last_us;
}

/* ---- small readers ---- */

#define US INT64_C(1000000)
#define MS_FROM                                                                                              \
    (INT64_C(100000000000) * US) /* as seconds: the year 5138; such a number counts milliseconds */

int64_t m2_instant_us(const struct m2_value *v)
{
    const char *text = m2_v_text(v);
    int64_t n;
    if (!text)
        return 0;
    if (m2_fixed_parse(&n, text, strlen(text), 6, M2_HALF_EVEN))
        return n <= 0 ? 0 : n < MS_FROM ? n : n / 1000;
    return m2_time_parse(&n, text) && n > 0 && n < INT64_MAX / 1000 ? n * 1000 : 0;
}

const struct m2_value *m2_either(const struct m2_value *v, const char *name)
{
    char capital[64];
    const struct m2_value *found = m2_v_get(v, name);
    if (found || strlen(name) >= sizeof capital)
        return found;
    memcpy(capital, name, strlen(name) + 1);
    capital[0] = (char)(capital[0] - 'a' + 'A');
    return m2_v_get(v, capital);
}
