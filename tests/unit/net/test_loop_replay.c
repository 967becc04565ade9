#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/json.h"
#include "m2/net.h"
#include "testsys.h"

static struct testsys sys;

struct got {
    int n, status;
    bool sent;
    enum m2_errc code;
    char body[128], msg[1024];
};

static void on_done(void *user, const struct m2_exchange *x)
{
    struct got *g = user;
    g->n++;
    g->status = x->ok ? x->response.status : 0;
    g->code = x->err.code;
    g->sent = x->sent;
    (void)snprintf(g->body, sizeof g->body, "%s", x->ok ? x->response.body.p : "");
    (void)snprintf(g->msg, sizeof g->msg, "%s", x->err.msg);
}

static struct got ask(struct m2_net *n, const char *method, const char *url, const char *target,
                      const char *body)
{
    struct got g = { 0 };
    struct m2_header h = { "X-Amz-Target", target };
    struct m2_request req = { .method = method,
                              .url = url,
                              .headers = &h,
                              .n_headers = target ? 1 : 0,
                              .body = m2_bytes_of(body),
                              .flags = M2_HTTP_PLAIN_OK };
    m2_net_send(n, &req, on_done, &g);
    cr_assert_eq(g.n, 0, "the callback must come from a step");
    while (m2_net_step(n, 0))
        ;
    cr_assert_eq(g.n, 1);
    return g;
}

static struct m2_net *replay(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_net *n = NULL;
    struct m2_err err = { 0 };
    testsys_init(&sys, NULL);
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "recording", &err), 0, "%s", err.msg);
    cr_assert_eq(m2_net_replay(&n, v, &sys.sys, &err), 0, "%s", err.msg);
    return n;
}

#define ONE(rest) "{\"schema\":\"m2-exchanges/1\",\"exchanges\":[" rest "]}"
#define UUID1 "11111111-2222-4333-8444-555555555555"
#define UUID2 "66666666-7777-4888-9999-aaaaaaaaaaaa"

Test(loop_replay, answers_are_found_by_request)
{
    static const struct {
        const char *method, *url, *target, *body, *want; /* want NULL: refused */
    } cases[] = {
        { "GET", "https://h/a", NULL, NULL, "first" },
        { "GET", "https://h/a", NULL, NULL, "second" },
        { "GET", "https://h/a", NULL, NULL, "second" },
        { "POST", "https://h/", NULL, "Action=B&X=2", "b2" },
        { "POST", "https://h/", NULL, "Action=B&X=1", "b1" },
        { "POST", "https://h/", NULL, "Action=B&X=9",
          "b2" }, /* only the operation fits: in order, the last repeated */
        { "POST", "https://h/", NULL, "Action=C&Token=" UUID2, "c" },
        { "POST", "https://h/", "S.Op1", "{}", "op1" },
        { "POST", "https://h/", "S.Op2", "{\"t\":\"" UUID2 "\"}", "op2" },
        { "POST", "https://h/", "S.Op3", "{}", NULL },
        { "POST", "https://h/", NULL, "Action=Z", NULL },
        { "DELETE", "https://h/a", NULL, NULL, NULL },
        { "GET", "https://h/s?X-Amz-Signature=other", NULL, NULL, "signed" },
        { "GET", "https://h/blob", NULL, NULL, "\x01\x02" },
        { "GET", "https://u:p@h/a", NULL, NULL, NULL },
    };
    static const char recording[] = ONE(
        "{\"method\":\"GET\",\"url\":\"https://h/a\",\"status\":200,\"headers\":{},\"body\":\"first\"},"
        "{\"method\":\"GET\",\"url\":\"https://h/a\",\"status\":200,\"headers\":{},\"body\":\"second\"},"
        "{\"method\":\"POST\",\"url\":\"https://h/"
        "\",\"request_body\":\"Action=B&X=1\",\"status\":200,\"headers\":{},\"body\":\"b1\"},"
        "{\"method\":\"POST\",\"url\":\"https://h/"
        "\",\"request_body\":\"Action=B&X=2\",\"status\":200,\"headers\":{},\"body\":\"b2\"},"
        "{\"method\":\"POST\",\"url\":\"https://h/\",\"request_body\":\"Action=C&Token=" UUID1
        "\",\"status\":200,\"body\":\"c\"},"
        "{\"method\":\"POST\",\"url\":\"https://h/"
        "\",\"target\":\"S.Op1\",\"request_body\":\"{}\",\"status\":200,\"body\":\"op1\"},"
        "{\"method\":\"POST\",\"url\":\"https://h/"
        "\",\"target\":\"S.Op2\",\"request_body\":\"{\\\"t\\\":\\\"" UUID1
        "\\\"}\",\"status\":200,\"body\":\"op2\"},"
        "{\"method\":\"GET\",\"url\":\"https://h/s?X-Amz-Signature=abc\",\"status\":200,\"body\":\"signed\"},"
        "{\"method\":\"GET\",\"url\":\"https://h/blob\",\"status\":200,\"body_base64\":\"AQI=\"}");
    struct m2_arena *a = m2_arena_new();
    struct m2_net *n = replay(a, recording);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct got g = ask(n, cases[i].method, cases[i].url, cases[i].target, cases[i].body);
        if (cases[i].want) {
            cr_assert_str_eq(g.body, cases[i].want, "case %zu: %s %s", i, g.body, g.msg);
        } else {
            cr_assert(g.code == M2_ENET || g.code == M2_ECONFIG, "case %zu: %s", i, g.body);
            cr_assert(g.code == M2_ECONFIG || strstr(g.msg, cases[i].url), "the request is named: %s", g.msg);
        }
    }
    m2_net_free(n);
    m2_arena_free(a);
}

Test(loop_replay, bad_recordings_are_refused)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "{}", "schema" },
        { "{\"schema\":\"m2-exchanges/2\"}", "m2-exchanges/2" },
        { ONE("{\"url\":\"https://h/\",\"status\":200}"), "exchanges[0]" },
        { ONE("{\"method\":\"GET\",\"url\":\"https://h/"
              "\",\"status\":200},{\"method\":\"GET\",\"url\":\"https://h/\"}"),
          "exchanges[1]: \"status\"" },
        { ONE("{\"method\":\"GET\",\"url\":\"https://h/\",\"status\":99}"), "status" },
        { ONE("{\"method\":\"GET\",\"url\":\"https://h/\",\"status\":200,\"body_base64\":\"*\"}"),
          "exchanges[0]" },
    };
    struct m2_arena *a = m2_arena_new();
    testsys_init(&sys, NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_value *v = NULL;
        struct m2_net *n = NULL;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(cases[i].text), "recording", &err), 0);
        cr_assert_eq(m2_net_replay(&n, v, &sys.sys, &err), -1, "case %zu", i);
        cr_assert(strstr(err.msg, cases[i].says), "case %zu: %s", i, err.msg);
    }
    m2_arena_free(a);
}

struct fired {
    struct m2_net *n;
    int order[8], len;
    struct got answer;
};

static void at_5(void *user)
{
    struct fired *f = user;
    f->order[f->len++] = 5;
}

static void at_1(void *user)
{
    struct fired *f = user;
    cr_assert_eq(f->answer.n, 1, "answers come before any timer that lies ahead");
    f->order[f->len++] = 1;
    m2_net_after(f->n, 2, at_5, f); /* due before the other */
    f->order[f->len++] = 2;
}

Test(loop_replay, timers_fire_at_once_in_order)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_net *n = replay(a, ONE("{\"method\":\"GET\",\"url\":\"https://h/\",\"status\":200}"));
    struct fired f = { .n = n };
    struct m2_request req = { .method = "GET", .url = "https://h/" };
    int64_t before = m2_mono_ms(&sys.sys);
    m2_net_after(n, 3600000, at_5, &f);
    m2_net_after(n, 1000, at_1, &f);
    m2_net_send(n, &req, on_done, &f.answer);
    while (m2_net_step(n, 1000))
        ;
    cr_assert(m2_mono_ms(&sys.sys) - before < 500);
    cr_assert(f.len == 4 && f.order[0] == 1 && f.order[3] == 5);
    m2_net_free(n);
    m2_arena_free(a);
}

Test(loop_replay, each_fault_strikes_where_it_is_told_to)
{
    static const struct {
        enum m2_fault fault;
        int status;
        enum m2_errc code;
        bool sent;
        const char *json, *xml;
    } cases[] = {
        { M2_FAULT_NONE, 200, M2_OK, true, "good", "good" },
        { M2_FAULT_REFUSED, 0, M2_ENET, false, "", "" },
        { M2_FAULT_TIMEOUT_BEFORE, 0, M2_ETIMEOUT, false, "", "" },
        { M2_FAULT_TIMEOUT_AFTER, 0, M2_ETIMEOUT, true, "", "" },
        { M2_FAULT_RESET_BODY, 0, M2_ENET, true, "", "" },
        { M2_FAULT_500, 500, M2_OK, true, "{\"__type\":\"InternalFailure\"}", "" },
        { M2_FAULT_500_HTML, 500, M2_OK, true, "<!doctype html>", "<!doctype html>" },
        { M2_FAULT_THROTTLED, 400, M2_OK, true, "ThrottlingException", "<Code>Throttling</Code>" },
        { M2_FAULT_GARBAGE, 200, M2_OK, true, "", "" },
        { M2_FAULT_EMPTY, 200, M2_OK, true, "", "" },
    };
    cr_assert_eq(sizeof cases / sizeof cases[0], M2_FAULT_COUNT, "every fault has a case");
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_net *n =
            replay(a, ONE("{\"method\":\"POST\",\"url\":\"https://h/\",\"status\":200,\"body\":\"good\"}"));
        n = m2_net_faulty(n, cases[i].fault, 2, 2);
        for (int k = 1; k <= 4; k++) {
            bool strikes = (k == 2 || k == 3);
            struct got g = ask(n, "POST", "https://h/", k == 2 ? "S.Op" : NULL, "x");
            if (!strikes) {
                cr_assert_str_eq(g.body, "good", "fault %zu, exchange %d", i, k);
                continue;
            }
            cr_assert(g.status == cases[i].status && g.code == cases[i].code && g.sent == cases[i].sent,
                      "fault %zu: %d %s", i, g.status, g.msg);
            cr_assert(strstr(g.body, k == 2 ? cases[i].json : cases[i].xml), "fault %zu: %s", i, g.body);
        }
        cr_assert_eq(m2_net_started(n), 4);
        struct got dropped = { 0 };
        struct m2_request req = { .method = "POST", .url = "https://h/" };
        m2_net_free(n);
        n = m2_net_faulty(replay(a, ONE("")), cases[i].fault, 1, 9);
        m2_net_send(n, &req, on_done, &dropped);
        m2_net_free(n);
        cr_assert_eq(dropped.n, 0, "freed with an exchange pending");
    }
    m2_arena_free(a);
}

Test(loop_replay, what_is_recorded_can_be_replayed_and_holds_no_secret)
{
    static const char source[] =
        ONE("{\"method\":\"POST\",\"url\":\"https://h/"
            "?X-Amz-Signature=x\",\"status\":200,\"headers\":{\"Set-Cookie\":\"hunter2\",\"X-A\":\"b\"},"
            "\"body\":\"<SecretAccessKey>hunter2</SecretAccessKey>\"},"
            "{\"method\":\"GET\",\"url\":\"https://h/blob\",\"status\":200,\"body_base64\":\"AP8=\"},"
            "{\"method\":\"GET\",\"url\":\"https://h/down\",\"error\":\"timeout\",\"message\":\"too "
            "slow\",\"sent\":false}");
    struct m2_arena *a = m2_arena_new();
    struct m2_value *tape = m2_v_object(a);
    struct m2_net *n = m2_net_recorder(replay(a, source), a, tape);
    (void)ask(n, "POST", "https://h/?X-Amz-Signature=hunter2", "S.Op", "Action=A&TokenCode=hunter2");
    (void)ask(n, "GET", "https://h/blob", NULL, NULL);
    (void)ask(n, "GET", "https://h/down", NULL, NULL);
    m2_net_free(n);
    const char *text = m2_json_text(a, tape);
    cr_assert_null(strstr(text, "hunter2"), "%s", text);
    cr_assert_str_eq(m2_v_str(tape, "schema"), "m2-exchanges/1");
    cr_assert_str_eq(m2_v_pstr(tape, "exchanges[0].target"), "S.Op");
    n = replay(a, text);
    struct got g = ask(n, "POST", "https://h/?X-Amz-Signature=another", "S.Op", "Action=A&TokenCode=another");
    cr_assert_str_eq(g.body, "<SecretAccessKey>***</SecretAccessKey>");
    g = ask(n, "GET", "https://h/blob", NULL, NULL);
    cr_assert_eq(g.status, 200);
    g = ask(n, "GET", "https://h/down", NULL, NULL);
    cr_assert(g.code == M2_ETIMEOUT && !g.sent && strcmp(g.msg, "too slow") == 0, "%s", g.msg);
    m2_net_free(n);
    m2_arena_free(a);
}
