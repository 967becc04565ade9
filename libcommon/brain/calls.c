/* The calls of Brain one by one: their inputs, their answers, their pages. */
#include <string.h>

#include "brain/client.h"
#include "brain/unit.h"
#include "m2/digest.h"

#define MOST_PAGES 1000

/* ---- waiting ---- */

struct waiting {
    struct m2_brain_answer answer;
    bool done;
};

static void keep(void *user, const struct m2_brain_answer *answer)
{
    struct waiting *w = user;
    w->answer = *answer;
    w->done = true;
}

static int wait_for(struct waiting *w, struct m2_brain *b, struct m2_brain_answer *out, struct m2_err *err)
{
    while (!w->done)
        if (!m2_net_step(b->opt.net, 250) && !w->done)
            return m2_fail(err, M2_EBUG, "the network loop ended without an answer of CloudMR Brain");
    *out = w->answer;
    if (out->fault == M2_BRAIN_OK)
        return 0;
    if (err)
        *err = out->err;
    return -1;
}

int m2_brain_fetch(struct m2_brain_answer *out, struct m2_arena *a, struct m2_brain *b, enum m2_brain_op op,
                   const char *query, const struct m2_value *body, struct m2_err *err)
{
    struct waiting w = { .done = false };
    m2_brain_start(b, a, op, query, body, keep, &w);
    return wait_for(&w, b, out, err);
}

/* ---- the units ---- */

struct listing {
    struct m2_brain *b;
    struct m2_arena *a;
    const char *app, *page; /* PAGE: "name=value" of the page asked for, or NULL */
    struct m2_units *units;
    size_t pages;
    m2_brain_done *done;
    void *user;
    struct m2_brain_answer whole;
};

static const char *query_of(struct listing *l, const char *name, const char *value)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    m2_buf_addf(&b, "%s=", name);
    m2_uri_encode(&b, value, strlen(value), 0);
    const char *s = m2_arena_strndup(l->a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static void on_apps(void *user, const struct m2_brain_answer *answer)
{
    struct listing *l = user;
    m2_units_name_apps(l->units, l->a, answer->body); /* what has no name keeps its number */
    l->done(l->user, &l->whole);
}

static void listed(struct listing *l, const struct m2_brain_answer *answer)
{
    l->whole = *answer;
    for (size_t i = 0; answer->fault == M2_BRAIN_OK && i < l->units->list.len; i++)
        if (!l->units->list.at[i].at[M2_UNIT_APP] && l->units->list.at[i].app_id) {
            m2_brain_start(l->b, l->a, M2_BRAIN_OP_APPS, NULL, NULL, on_apps, l);
            return;
        }
    l->done(l->user, &l->whole);
}

static void on_page(void *user, const struct m2_brain_answer *answer)
{
    struct listing *l = user;
    struct m2_brain_answer broken = *answer;
    if (answer->fault != M2_BRAIN_OK) {
        listed(l, answer);
        return;
    }
    struct m2_err err = { 0 };
    if (m2_units_read(l->units, l->a, answer->body, &err) < 0) {
        m2_brain_say(&broken, M2_BRAIN_BROKEN, M2_BRAIN_OP_UNITS, "%s", err.msg);
        listed(l, &broken);
        return;
    }
    const char *next = l->units->next ? query_of(l, l->units->next_name, l->units->next) : NULL;
    if (!next) {
        listed(l, answer);
    } else if (m2_str_eq(next, l->page) || ++l->pages >= MOST_PAGES) {
        m2_brain_say(&broken, M2_BRAIN_BROKEN, M2_BRAIN_OP_UNITS,
                     "the list does not end: page after page repeats");
        listed(l, &broken);
    } else {
        l->page = next;
        m2_brain_start(l->b, l->a, M2_BRAIN_OP_UNITS, m2_arena_printf(l->a, "%s&%s", l->app, next), NULL,
                       on_page, l);
    }
}

void m2_brain_units_start(struct m2_brain *b, struct m2_arena *a, const char *app, struct m2_units *units,
                          m2_brain_done *done, void *user)
{
    struct listing *l = m2_arena_alloc(a, sizeof *l);
    *l = (struct listing){ .b = b, .a = a, .units = units, .done = done, .user = user };
    *units = (struct m2_units){ .next = NULL };
    l->app = query_of(l, "app_name", app);
    m2_brain_start(b, a, M2_BRAIN_OP_UNITS, l->app, NULL, on_page, l);
}

int m2_brain_units(struct m2_units *out, struct m2_arena *a, struct m2_brain *b, const char *app,
                   struct m2_brain_answer *answer, struct m2_err *err)
{
    struct waiting w = { .done = false };
    m2_brain_units_start(b, a, app, out, keep, &w);
    return wait_for(&w, b, answer, err);
}

/* ---- writes ---- */

/* Text NAME of the answer, bare or under one of the members that wrap it. */
static const char *answered(const struct m2_value *body, const char *name)
{
    static const char *const wraps[] = { "data", "computingUnit", "unit", "pipeline" };
    const char *s = m2_brain_text(body, name);
    for (size_t i = 0; !s && i < sizeof wraps / sizeof wraps[0]; i++)
        s = m2_brain_text(m2_brain_member(body, wraps[i]), name);
    return s;
}

int m2_brain_register(const char **id, struct m2_arena *a, struct m2_brain *b, const struct m2_unit *u,
                      struct m2_brain_answer *answer, struct m2_err *err)
{
    int rc = m2_brain_fetch(answer, a, b, M2_BRAIN_OP_REGISTER, NULL, m2_unit_payload(a, u), err);
    if (rc == 0)
        *id = answered(answer->body, "computingUnitId");
    return rc;
}

int m2_brain_delete(struct m2_arena *a, struct m2_brain *b, const char *id, struct m2_brain_answer *answer,
                    struct m2_err *err)
{
    struct m2_value *body = m2_v_object(a);
    m2_v_set_str(a, body, "computingUnitId", id);
    return m2_brain_fetch(answer, a, b, M2_BRAIN_OP_DELETE, NULL, body, err);
}

/* ---- jobs ---- */

int m2_brain_queue_job(struct m2_queued_job *out, struct m2_arena *a, struct m2_brain *b,
                       const struct m2_job_request *job, struct m2_brain_answer *answer, struct m2_err *err)
{
    struct m2_value *body = m2_v_object(a);
    m2_v_set_str(a, body, "cloudapp_name", job->app);
    m2_v_set_str(a, body, "alias", job->alias);
    m2_v_set(a, body, "task", m2_v_copy(a, job->task));
    if (job->unit_id)
        m2_v_set_str(a, body, "computing_unit_id", job->unit_id);
    else
        m2_v_set_str(a, body, "mode", job->mode);
    if (m2_brain_fetch(answer, a, b, M2_BRAIN_OP_QUEUE_JOB, NULL, body, err) < 0)
        return -1;
    const struct m2_value *unit = m2_brain_member(answer->body, "computingUnit");
    const struct m2_value *pipeline = m2_brain_member(answer->body, "pipeline");
    *out = (struct m2_queued_job){
        .execution_arn = answered(answer->body, "executionArn"),
        .pipeline_id = answered(answer->body, "pipelineId"),
        .unit_id = m2_brain_text(unit, "computingUnitId"),
        .mode = m2_unit_mode(a, m2_brain_text(unit, "mode")),
    };
    if (!out->pipeline_id)
        out->pipeline_id = m2_v_is(pipeline, M2_OBJECT) ? m2_brain_text(pipeline, "id") : m2_v_text(pipeline);
    return 0;
}

int m2_brain_pipelines(const struct m2_value **out, struct m2_arena *a, struct m2_brain *b, int limit,
                       struct m2_brain_answer *answer, struct m2_err *err)
{
    static const char *const keys[] = { "pipelines", "items", "data" };
    if (m2_brain_fetch(answer, a, b, M2_BRAIN_OP_PIPELINES, m2_arena_printf(a, "limit=%d", limit), NULL,
                       err) < 0)
        return -1;
    const struct m2_value *list = answer->body;
    for (size_t i = 0; !m2_v_is(list, M2_ARRAY) && i < sizeof keys / sizeof keys[0]; i++)
        list = m2_brain_member(answer->body, keys[i]);
    if (!m2_v_is(list, M2_ARRAY)) {
        m2_brain_say(answer, M2_BRAIN_BROKEN, M2_BRAIN_OP_PIPELINES, "the answer holds no list of pipelines");
        return m2_fail(err, M2_EPROTO, "%s", answer->err.msg);
    }
    *out = list;
    return 0;
}
