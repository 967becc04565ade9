/* Answers of every kind over a scripted network: what each means, what is repeated, what is never said. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/brain.h"
#include "m2/json.h"
#include "scriptnet.h"

#define PASSWORD "p\"a\\s\tsé'$(x)`&=% HUSHpassword"
#define JWT_OLD "eyJh.eyJleHAiOjEwMDAwMDAwMDB9.HUSHold"                 /* exp 1000000000 */
#define JWT_USER "eyJh.eyJjb2duaXRvOmdyb3VwcyI6WyJVc2VycyJdfQ.HUSHuser" /* groups: Users */

struct lab {
    struct testsys sys;
    struct scriptnet net;
    struct m2_arena *a;
    struct m2_brain *b;
};

static void lab_new(struct lab *l, const struct script_row *rows, const char *token)
{
    testsys_init(&l->sys, NULL);
    l->sys.now_ms = INT64_C(1795420800000);
    l->sys.mono_ms = 1000;
    l->a = m2_arena_new();
    const struct m2_brain_options opt = { .sys = &l->sys.sys,
                                          .net = scriptnet_new(&l->net, &l->sys, rows),
                                          .url = "https://h.example/Prod" };
    l->b = m2_brain_new(&opt);
    if (token) {
        struct m2_secret s = { 0 };
        struct m2_err err = { 0 };
        m2_secret_set(&s, token, strlen(token));
        cr_assert_eq(m2_brain_use_token(l->b, &s, &err), 0, "%s", err.msg);
        m2_secret_free(&s);
    }
}

static void lab_free(struct lab *l)
{
    const char *calls = m2_json_text(l->a, m2_brain_calls(l->b));
    cr_assert(!strstr(calls, "HUSH"), "%s", calls);
    m2_net_free(&l->net.net);
    m2_brain_free(l->b);
    m2_arena_free(l->a);
}

static void take(void *user, const struct m2_brain_answer *answer)
{
    *(struct m2_brain_answer *)user = *answer;
}

static void login(struct lab *l, struct m2_brain_answer *answer)
{
    struct m2_secret password = { 0 };
    *answer = (struct m2_brain_answer){ .fault = M2_BRAIN_FAULTS };
    m2_secret_set(&password, PASSWORD, strlen(PASSWORD));
    m2_brain_login_start(l->b, l->a, "me@lab.example", &password, take, answer);
    m2_secret_free(&password);
    while (m2_net_step(&l->net.net, 10))
        ;
    cr_assert_neq(answer->fault, M2_BRAIN_FAULTS);
}

/* ---- login ---- */

static const char *const token_shapes[] = {
    "{\"success\":true,\"id_token\":\"HUSHtok\",\"access_token\":\"no\",\"user_id\":\"u\"}",
    "{\"accessToken\":\"HUSHtok\"}",
    "{\"token\":\"HUSHtok\"}",
    "{\"idToken\":\"HUSHtok\",\"token\":\"no\"}",
    "{\"success\":true,\"data\":{\"id_token\":\"HUSHtok\"}}",
    "{\"data\":{\"accessToken\":\"HUSHtok\"}}",
    "{\"data\":{\"token\":\"HUSHtok\"}}",
    "\"HUSHtok\"",
};

Test(client, every_shape_of_token_is_read_and_used)
{
    for (size_t i = 0; i < sizeof token_shapes / sizeof token_shapes[0]; i++) {
        struct lab l;
        struct m2_brain_answer answer;
        struct m2_err err = { 0 };
        const struct script_row rows[] = {
            { .has = "POST https://h.example/Prod/api/auth/login\n", .status = 200, .body = token_shapes[i] },
            { .has = "GET https://h.example/Prod/api/auth/profile\n",
              .also = "Authorization: Bearer HUSHtok\n",
              .status = 200,
              .body = "{}" },
            { 0 }
        };
        lab_new(&l, rows, NULL);
        login(&l, &answer);
        cr_assert_eq(answer.fault, M2_BRAIN_OK, "%s: %s", token_shapes[i], answer.err.msg);
        cr_assert_null(answer.body);
        cr_assert_eq(m2_brain_fetch(&answer, l.a, l.b, M2_BRAIN_OP_PROFILE, NULL, NULL, &err), 0, "%s",
                     err.msg);
        lab_free(&l);
    }
}

Test(client, a_password_with_every_special_character_arrives_as_it_is)
{
    struct lab l;
    struct m2_brain_answer answer;
    const struct script_row rows[] = { { .has = "auth/login", .status = 200, .body = "{\"token\":\"t\"}" },
                                       { 0 } };
    lab_new(&l, rows, NULL);
    login(&l, &answer);
    struct m2_value *sent = NULL;
    const char *body = strstr(l.net.asked[0], "\n\n") + 2;
    cr_assert_eq(m2_json_parse(&sent, l.a, m2_bytes_of(body), "sent", NULL), 0);
    cr_assert_str_eq(m2_v_str(sent, "password"), PASSWORD);
    cr_assert_str_eq(m2_v_str(sent, "email"), "me@lab.example");
    lab_free(&l);
}

/* ---- what answers mean ---- */

#define ROLE_FAULT                                                                                           \
    "{\"error\":\"An error occurred (ValidationException) when calling the UpdateItem operation: Invalid "   \
    "UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these "     \
    "paths; path one: [crossAccountRoleArn], path two: [crossAccountRoleArn]\"}"

static const struct {
    enum m2_brain_op op;
    struct script_row row;
    enum m2_brain_fault fault;
    bool may_have_acted;
    int attempts;
    enum m2_errc code;
    const char *says, *token;
} meanings[] = {
    { M2_BRAIN_OP_LOGIN,
      { .status = 401, .body = "{\"success\":false,\"message\":\"Incorrect password\"}" },
      M2_BRAIN_LOGIN,
      false,
      1,
      M2_ELOGIN,
      "Incorrect password",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 200, .body = "{\"success\":false,\"message\":\"No active account\"}" },
      M2_BRAIN_LOGIN,
      false,
      1,
      M2_ELOGIN,
      "No active account",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 403, .body = "{\"message\":\"Forbidden\"}" },
      M2_BRAIN_LOGIN,
      false,
      1,
      M2_ELOGIN,
      "Forbidden",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 200, .body = "{\"success\":true}" },
      M2_BRAIN_BROKEN,
      false,
      1,
      M2_ESERVICE,
      "no token",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 200, .body = "{\"token\":\"a b\"}" },
      M2_BRAIN_BROKEN,
      false,
      1,
      M2_ESERVICE,
      "position 2",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 403, .body = "{\"message\":\"Missing Authentication Token\"}" },
      M2_BRAIN_WRONG_URL,
      false,
      1,
      M2_EPROTO,
      "https://h.example/Prod",
      NULL },
    { M2_BRAIN_OP_LOGIN,
      { .status = 400, .body = "{\"message\":\"wrong: p\\\"a\\\\s\\ts\u00e9'$(x)`&=% HUSHpassword\"}" },
      M2_BRAIN_LOGIN,
      false,
      1,
      M2_ELOGIN,
      "wrong",
      NULL },
    { M2_BRAIN_OP_UNITS,
      { .status = 200, .body = "<html><title>Sign in\n</title>" },
      M2_BRAIN_WRONG_URL,
      false,
      1,
      M2_EPROTO,
      "a web page (\"Sign in\")",
      "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 404, .body = "nothing here" },
      M2_BRAIN_WRONG_URL,
      false,
      1,
      M2_EPROTO,
      "404",
      "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 404, .body = "{\"message\":\"Not Found\"}" },
      M2_BRAIN_WRONG_URL,
      false,
      1,
      M2_EPROTO,
      "no such path",
      "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 302, .headers = "location: https://h.example/login" },
      M2_BRAIN_WRONG_URL,
      false,
      1,
      M2_EPROTO,
      "redirects to https://h.example/login",
      "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 401, .body = "{\"message\":\"Unauthorized\"}" },
      M2_BRAIN_EXPIRED,
      false,
      1,
      M2_ELOGIN,
      "expired at 2001-09-09T01:46:40Z",
      JWT_OLD },
    { M2_BRAIN_OP_UNITS,
      { .status = 401, .body = "{\"message\":\"The incoming token has expired\"}" },
      M2_BRAIN_EXPIRED,
      false,
      1,
      M2_ELOGIN,
      "has expired",
      "opaque" },
    { M2_BRAIN_OP_UNITS,
      { .status = 401, .body = "{\"message\":\"Unauthorized\"}" },
      M2_BRAIN_LOGIN,
      false,
      1,
      M2_ELOGIN,
      "the token is refused",
      "opaque" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 403, .body = "{\"message\":\"Forbidden\"}" },
      M2_BRAIN_NOT_ADMIN,
      false,
      1,
      M2_ELOGIN,
      "Admins",
      JWT_USER },
    { M2_BRAIN_OP_REGISTER,
      { .status = 400, .body = "{\"error\":\"stateMachineArn is required\"}" },
      M2_BRAIN_REFUSED,
      false,
      1,
      M2_ESERVICE,
      "stateMachineArn is required",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 200, .body = "{\"success\":false,\"message\":\"no\"}" },
      M2_BRAIN_REFUSED,
      false,
      1,
      M2_ESERVICE,
      "says no",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 200, .body = "{\"error\":{\"message\":\"deep\"}}" },
      M2_BRAIN_REFUSED,
      false,
      1,
      M2_ESERVICE,
      "deep",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 500, .body = ROLE_FAULT },
      M2_BRAIN_ROLE_FAULT,
      true,
      1,
      M2_ESERVICE,
      "cross-account role",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 400, .body = ROLE_FAULT },
      M2_BRAIN_ROLE_FAULT,
      true,
      1,
      M2_ESERVICE,
      "",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 502, .body = "<html>502 Bad Gateway" },
      M2_BRAIN_BROKEN,
      true,
      1,
      M2_ESERVICE,
      "HTTP 502",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 500, .body = "{\"message\":\"Internal server error\"}" },
      M2_BRAIN_BROKEN,
      true,
      1,
      M2_ESERVICE,
      "Internal server error",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 200, .body = "" },
      M2_BRAIN_BROKEN,
      true,
      1,
      M2_ESERVICE,
      "nothing came",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 200, .body = "\x01\xff garbage" },
      M2_BRAIN_BROKEN,
      true,
      1,
      M2_ESERVICE,
      "no JSON",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .fault = M2_ETIMEOUT },
      M2_BRAIN_LOST,
      true,
      1,
      M2_ETIMEOUT,
      "answer was lost",
      "t" },
    { M2_BRAIN_OP_REGISTER,
      { .fault = M2_ENET, .unsent = true },
      M2_BRAIN_UNREACHED,
      false,
      3,
      M2_ENET,
      "cannot be reached",
      "t" },
    { M2_BRAIN_OP_REGISTER, { .fault = M2_ETLS, .unsent = true }, M2_BRAIN_TLS, false, 1, M2_ETLS, "", "t" },
    { M2_BRAIN_OP_REGISTER,
      { .status = 429, .body = "{\"message\":\"Too Many Requests\"}" },
      M2_BRAIN_REFUSED,
      false,
      3,
      M2_ESERVICE,
      "Too Many Requests",
      "t" },
    { M2_BRAIN_OP_DELETE, { .status = 200, .body = "" }, M2_BRAIN_OK, false, 1, M2_OK, "", "t" },
    { M2_BRAIN_OP_DELETE,
      { .status = 404, .body = "{\"error\":\"Computing unit not found\"}" },
      M2_BRAIN_REFUSED,
      false,
      1,
      M2_ESERVICE,
      "not found",
      "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 500, .body = "{\"message\":\"Internal server error\"}" },
      M2_BRAIN_BROKEN,
      false,
      3,
      M2_ESERVICE,
      "",
      "t" },
    { M2_BRAIN_OP_UNITS, { .fault = M2_ENET }, M2_BRAIN_LOST, false, 3, M2_ENET, "", "t" },
    { M2_BRAIN_OP_UNITS,
      { .status = 200, .body = "{\"errorMessage\":\"boom\",\"errorType\":\"KeyError\"}" },
      M2_BRAIN_BROKEN,
      false,
      3,
      M2_ESERVICE,
      "boom",
      "t" },
    { M2_BRAIN_OP_QUEUE_JOB,
      { .status = 400, .body = "{\"error\":\"AccessDeniedException: not authorized\"}" },
      M2_BRAIN_REFUSED,
      false,
      1,
      M2_ESERVICE,
      "AccessDeniedException",
      "t" },
};

Test(client, what_each_answer_means)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        struct lab l;
        struct m2_brain_answer answer;
        struct m2_err err = { 0 };
        struct script_row rows[2] = { meanings[i].row, { 0 } };
        lab_new(&l, rows, meanings[i].token);
        if (meanings[i].op == M2_BRAIN_OP_LOGIN)
            login(&l, &answer);
        else
            (void)!m2_brain_fetch(&answer, l.a, l.b, meanings[i].op, NULL, NULL, &err);
        cr_assert_eq(answer.fault, meanings[i].fault, "row %zu is %s: %s", i,
                     m2_brain_faults()[answer.fault].name, answer.err.msg);
        cr_assert_eq(answer.may_have_acted, meanings[i].may_have_acted, "row %zu", i);
        cr_assert_eq(answer.attempts, meanings[i].attempts, "row %zu: %d attempts", i, answer.attempts);
        cr_assert_eq(answer.err.code, meanings[i].code, "row %zu: %s", i, answer.err.msg);
        cr_assert(strstr(answer.err.msg, meanings[i].says), "row %zu: %s", i, answer.err.msg);
        cr_assert(!strchr(answer.err.msg, '\n') && !strstr(answer.err.msg, "HUSHtok"), "%s", answer.err.msg);
        lab_free(&l);
    }
}

Test(client, what_was_lost_is_asked_again_and_a_write_leaves_on_a_connection_of_its_own)
{
    struct lab l;
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    const struct script_row rows[] = {
        { .has = "list", .times = 1, .status = 502, .body = "<html>" },
        { .has = "list", .times = 1, .fault = M2_ENET },
        { .has = "list", .status = 200, .body = "[]" },
        { .has = "register", .status = 200, .body = "{\"computingUnitId\":\"u\"}" },
        { 0 }
    };
    struct m2_units units;
    const char *id = NULL;
    lab_new(&l, rows, "t");
    cr_assert_eq(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err), 0, "%s", err.msg);
    cr_assert_eq(answer.attempts, 3);
    cr_assert(strstr(l.net.asked[0], "list?app_name=MR%20Optimum\n"), "%s", l.net.asked[0]);
    const struct m2_unit u = { .at[M2_UNIT_APP] = "MR Optimum" };
    cr_assert_eq(m2_brain_register(&id, l.a, l.b, &u, &answer, &err), 0);
    cr_assert_str_eq(id, "u");
    cr_assert(!(l.net.flags[0] & M2_HTTP_NO_REUSE) && (l.net.flags[3] & M2_HTTP_NO_REUSE));
    lab_free(&l);
}

Test(client, pages_are_followed_to_their_end_and_not_for_ever)
{
    struct lab l;
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    struct m2_units units;
    const struct script_row good[] = { { .has = "nextToken=p%202\n",
                                         .status = 200,
                                         .body = "{\"units\":[{\"id\":\"2\",\"appId\":\"a1\"}]}" },
                                       { .has = "computing-unit/list",
                                         .status = 200,
                                         .body = "{\"units\":[{\"id\":\"1\"}],\"nextToken\":\"p 2\"}" },
                                       { .has = "cloudapp/list",
                                         .status = 200,
                                         .body = "{\"apps\":[{\"appId\":\"a1\",\"name\":\"MR Optimum\"}]}" },
                                       { 0 } };
    lab_new(&l, good, "t");
    cr_assert_eq(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err), 0, "%s", err.msg);
    cr_assert_eq(units.list.len, 2);
    cr_assert_str_eq(units.list.at[1].at[M2_UNIT_APP], "MR Optimum");
    lab_free(&l);

    const struct script_row round[] = {
        { .has = "list", .status = 200, .body = "{\"units\":[],\"nextToken\":\"again\"}" }, { 0 }
    };
    lab_new(&l, round, "t");
    cr_assert(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err) < 0);
    cr_assert(strstr(err.msg, "does not end"), "%s", err.msg);
    lab_free(&l);

    const struct script_row odd[] = { { .has = "list", .status = 200, .body = "{\"rows\":[]}" }, { 0 } };
    lab_new(&l, odd, "t");
    cr_assert(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err) < 0);
    cr_assert(strstr(err.msg, "with the members rows"), "%s", err.msg);
    lab_free(&l);
}

Test(client, jobs_are_queued_and_listed)
{
    struct lab l;
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    const struct script_row rows[] = {
        { .has = "queue_job",
          .status = 200,
          .body =
              "{\"executionArn\":\"arn:x\",\"pipeline\":\"p1\",\"computingUnit\":{\"computingUnitId\":\"u\","
              "\"mode\":\"mode2\"}}" },
        { .has = "pipeline/list?limit=5\n", .status = 200, .body = "{\"pipelines\":[{\"alias\":\"a\"}]}" },
        { 0 }
    };
    struct m2_queued_job job;
    const struct m2_value *list = NULL;
    lab_new(&l, rows, "t");
    struct m2_value *task = m2_v_object(l.a);
    const struct m2_job_request request = { "MR Optimum", "canary", task, "mode_2", NULL };
    cr_assert_eq(m2_brain_queue_job(&job, l.a, l.b, &request, &answer, &err), 0, "%s", err.msg);
    cr_assert(strstr(l.net.asked[0],
                     "{\"cloudapp_name\":\"MR Optimum\",\"alias\":\"canary\",\"task\":{},\"mode\":"
                     "\"mode_2\"}"),
              "%s", l.net.asked[0]);
    cr_assert_str_eq(job.execution_arn, "arn:x");
    cr_assert_str_eq(job.pipeline_id, "p1");
    cr_assert_str_eq(job.unit_id, "u");
    cr_assert_str_eq(job.mode, "mode_2");
    cr_assert_eq(m2_brain_pipelines(&list, l.a, l.b, 5, &answer, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_v_len(list), 1);
    lab_free(&l);
}

Test(client, nothing_is_sent_after_the_time_is_over)
{
    struct testsys sys;
    struct scriptnet net;
    const struct script_row rows[] = { { .status = 200, .body = "[]" }, { 0 } };
    struct m2_arena *a = m2_arena_new();
    testsys_init(&sys, NULL);
    sys.now_ms = sys.mono_ms = 5000;
    const struct m2_brain_options opt = { .sys = &sys.sys,
                                          .net = scriptnet_new(&net, &sys, rows),
                                          .url = "https://h/Prod",
                                          .deadline_mono_ms = 4000 };
    struct m2_brain *b = m2_brain_new(&opt);
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    cr_assert(m2_brain_fetch(&answer, a, b, M2_BRAIN_OP_UNITS, NULL, NULL, &err) < 0);
    cr_assert(answer.fault == M2_BRAIN_STOPPED && err.code == M2_ETIMEOUT && net.n_asked == 0, "%s", err.msg);
    m2_net_free(&net.net);
    m2_brain_free(b);
    m2_arena_free(a);
}

Test(client, calls_are_kept_for_a_snapshot_without_what_is_secret)
{
    struct lab l;
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    const struct script_row rows[] = {
        { .has = "login", .status = 200, .body = "{\"id_token\":\"" JWT_USER "\"}" },
        { .has = "list",
          .status = 200,
          .body =
              "{\"units\":[{\"id\":\"w\",\"apiKey\":\"HUSHkey\",\"deep\":[{\"api_key\":\"HUSHkey\"}]}]}" },
        { .has = "delete", .status = 400, .body = "{\"error\":\"no: " JWT_USER "\"}" },
        { 0 }
    };
    struct m2_units units;
    lab_new(&l, rows, NULL);
    login(&l, &answer);
    cr_assert_eq(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err), 0);
    cr_assert(m2_brain_delete(l.a, l.b, "w", &answer, &err) < 0);
    cr_assert(!strstr(err.msg, "HUSH"), "%s", err.msg);
    const struct m2_value *calls = m2_brain_calls(l.b);
    cr_assert_eq(m2_v_len(calls), 3);
    cr_assert_eq(m2_v_bool_or(m2_v_path(m2_v_at(calls, 0), "output.claims"), "admin", true), false);
    cr_assert_str_eq(m2_v_pstr(m2_v_at(calls, 1), "input.app_name"), "MR Optimum");
    cr_assert_str_eq(m2_v_pstr(m2_v_at(calls, 1), "operation"), "/api/computing-unit/list");
    cr_assert_str_eq(m2_v_pstr(m2_v_at(calls, 2), "input.computingUnitId"), "w");
    cr_assert_str_eq(m2_v_pstr(m2_v_at(calls, 2), "error.code"), "refused");
    lab_free(&l);
}
