#include "brainnet.h"

#include <stdlib.h>
#include <string.h>

#include "m2/json.h"

static struct brainnet *of(struct m2_net *n)
{
    return (struct brainnet *)(void *)n;
}

struct reply {
    struct brainnet *b;
    m2_net_done *done;
    void *user;
    int status; /* 0: the answer is lost */
    const char *body;
};

static void hand_over(void *user)
{
    struct reply r = *(struct reply *)user;
    struct m2_exchange x = { .sent = true };
    free(user);
    if (r.status) {
        x.ok = true;
        x.response.status = r.status;
        x.response.body = m2_bytes_of(r.body);
    } else {
        (void)m2_fail(&x.err, M2_ETIMEOUT, "no answer in time (late)");
    }
    r.done(r.user, &x);
}

static bool is_same(const struct m2_value *a, const struct m2_value *b)
{
    static const char *const keys[] = { "appName", "mode", "awsAccountId", "region", "stateMachineArn" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!m2_str_eq(m2_v_str(a, keys[i]), m2_v_str(b, keys[i])))
            return false;
    return true;
}

static const char *add(struct brainnet *b, const struct m2_value *body)
{
    struct m2_value *unit, *same = NULL;
    m2_v_each(unit, i, b->units) if (b->style == BRAIN_UPSERTS && is_same(unit, body)) same = unit;
    if (!same) {
        same = m2_v_object(b->a);
        m2_v_set_str(b->a, same, "computingUnitId",
                     m2_arena_printf(b->a, "cu-%04lld", (long long)++b->next_id));
        m2_v_push(b->a, b->units, same);
    }
    for (size_t i = 0; i < body->u.object.len; i++)
        m2_v_set(b->a, same, body->u.object.at[i].key, m2_v_copy(b->a, body->u.object.at[i].value));
    return m2_v_str(same, "computingUnitId");
}

static bool take_away(struct brainnet *b, const char *id)
{
    struct m2_value **at = b->units->u.array.at;
    for (size_t i = 0; i < b->units->u.array.len; i++)
        if (m2_str_eq(m2_v_str(at[i], "computingUnitId"), id)) {
            memmove(at + i, at + i + 1, (b->units->u.array.len - i - 1) * sizeof *at);
            b->units->u.array.len--;
            return true;
        }
    return false;
}

static void do_late(struct brainnet *b)
{
    if (!b->late || b->late_in-- > 0)
        return;
    (void)add(b, b->late);
    b->late = NULL;
}

static int registered(const char **out, struct brainnet *b, struct m2_value *body)
{
    if (b->role_fault && m2_v_get(body, "crossAccountRoleArn")) {
        *out = "{\"error\":\"ValidationException: Invalid UpdateExpression: Two document paths overlap: "
               "[crossAccountRoleArn]\"}";
        return 500;
    }
    if (b->writes == b->trick_at && b->trick == BRAIN_LATE) {
        b->late = body;
        b->late_in = 2;
        return 0;
    }
    *out = m2_arena_printf(b->a, "{\"computingUnitId\":\"%s\"}", add(b, body));
    return 200;
}

static int act(const char **out, struct brainnet *b, const struct m2_request *req)
{
    struct m2_value *body = NULL;
    do_late(b);
    if (req->body.n && m2_json_parse(&body, b->a, req->body, "request", NULL) < 0)
        abort();
    if (strstr(req->url, "/auth/login")) {
        *out = "{\"success\":true,\"id_token\":\"token-of-torture\"}";
        return 200;
    }
    if (strstr(req->url, "/computing-unit/list")) {
        *out = m2_json_text(b->a, b->units);
        return 200;
    }
    int status = 404;
    *out = "{\"error\":\"Computing unit not found\"}";
    b->writes++;
    if (strstr(req->url, "/computing-unit/register")) {
        status = registered(out, b, body);
    } else if (take_away(b, m2_v_str(body, "computingUnitId"))) {
        status = b->writes == b->trick_at && b->trick == BRAIN_LATE ? 0 : 200;
        *out = "{}";
    }
    if (b->writes == b->trick_at && b->trick == BRAIN_ACTS_500) {
        *out = "{\"message\":\"Internal server error\"}";
        return 500;
    }
    if (b->writes == b->trick_at && b->trick == BRAIN_ACTS_EMPTY) {
        *out = "";
        return 200;
    }
    return status;
}

static void brain_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct brainnet *b = of(n);
    if (!m2_str_starts(req->url, BRAIN_URL)) {
        m2_net_send(b->inner, req, done, user);
        return;
    }
    struct reply *r = m2_xcalloc(1, sizeof *r);
    *r = (struct reply){ .b = b, .done = done, .user = user, .body = "" };
    r->status = act(&r->body, b, req);
    m2_net_after(b->inner, 0, hand_over, r);
}

static void brain_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    m2_net_after(of(n)->inner, delay_ms, fire, user);
}

static bool brain_step(struct m2_net *n, int max_wait_ms)
{
    return m2_net_step(of(n)->inner, max_wait_ms);
}

static void brain_free(struct m2_net *n)
{
    m2_net_free(of(n)->inner);
}

static const struct m2_net_ops ops = { brain_send, brain_after, brain_step, brain_free };

void brainnet_init(struct brainnet *b, struct m2_arena *a, struct m2_value *units)
{
    *b = (struct brainnet){ .base = { .ops = &ops }, .a = a, .units = units };
}

struct m2_net *brainnet_over(struct brainnet *b, struct m2_net *inner)
{
    b->inner = inner;
    b->base.started = 0;
    return &b->base;
}
