/* Login, lists, jobs, time limits and snapshots over a scripted network. */
#include <criterion/criterion.h>
#include <string.h>

#include "brainlab.h"
#include "m2/json.h"

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
        struct brainlab l;
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
        brainlab_new(&l, rows, NULL);
        brainlab_login(&l, &answer);
        cr_assert_eq(answer.fault, M2_BRAIN_OK, "%s: %s", token_shapes[i], answer.err.msg);
        cr_assert_null(answer.body);
        cr_assert_eq(m2_brain_fetch(&answer, l.a, l.b, M2_BRAIN_OP_PROFILE, NULL, NULL, &err), 0, "%s",
                     err.msg);
        brainlab_free(&l);
    }
}

Test(client, a_password_with_every_special_character_arrives_as_it_is)
{
    struct brainlab l;
    struct m2_brain_answer answer;
    const struct script_row rows[] = { { .has = "auth/login", .status = 200, .body = "{\"token\":\"t\"}" },
                                       { 0 } };
    brainlab_new(&l, rows, NULL);
    brainlab_login(&l, &answer);
    struct m2_value *sent = NULL;
    const char *body = strstr(l.net.asked[0], "\n\n") + 2;
    cr_assert_eq(m2_json_parse(&sent, l.a, m2_bytes_of(body), "sent", NULL), 0);
    cr_assert_str_eq(m2_v_str(sent, "password"), BRAIN_PASSWORD);
    cr_assert_str_eq(m2_v_str(sent, "email"), "me@lab.example");
    brainlab_free(&l);
}

Test(client, what_was_lost_is_asked_again_and_a_write_leaves_on_a_connection_of_its_own)
{
    struct brainlab l;
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
    brainlab_new(&l, rows, "t");
    cr_assert_eq(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err), 0, "%s", err.msg);
    cr_assert_eq(answer.attempts, 3);
    cr_assert(strstr(l.net.asked[0], "list?app_name=MR%20Optimum\n"), "%s", l.net.asked[0]);
    const struct m2_unit u = { .at[M2_UNIT_APP] = "MR Optimum" };
    cr_assert_eq(m2_brain_register(&id, l.a, l.b, &u, &answer, &err), 0);
    cr_assert_str_eq(id, "u");
    cr_assert(!(l.net.flags[0] & M2_HTTP_NO_REUSE) && (l.net.flags[3] & M2_HTTP_NO_REUSE));
    brainlab_free(&l);
}

Test(client, pages_are_followed_to_their_end_and_not_for_ever)
{
    struct brainlab l;
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
    brainlab_new(&l, good, "t");
    cr_assert_eq(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err), 0, "%s", err.msg);
    cr_assert_eq(units.list.len, 2);
    cr_assert_str_eq(units.list.at[1].at[M2_UNIT_APP], "MR Optimum");
    brainlab_free(&l);

    const struct script_row round[] = {
        { .has = "list", .status = 200, .body = "{\"units\":[],\"nextToken\":\"again\"}" }, { 0 }
    };
    brainlab_new(&l, round, "t");
    cr_assert(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err) < 0);
    cr_assert(strstr(err.msg, "does not end"), "%s", err.msg);
    brainlab_free(&l);

    const struct script_row odd[] = { { .has = "list", .status = 200, .body = "{\"rows\":[]}" }, { 0 } };
    brainlab_new(&l, odd, "t");
    cr_assert(m2_brain_units(&units, l.a, l.b, "MR Optimum", &answer, &err) < 0);
    cr_assert(strstr(err.msg, "with the members rows"), "%s", err.msg);
    brainlab_free(&l);
}

Test(client, jobs_are_queued_and_listed)
{
    struct brainlab l;
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
    brainlab_new(&l, rows, "t");
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
    brainlab_free(&l);
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
    struct brainlab l;
    struct m2_brain_answer answer;
    struct m2_err err = { 0 };
    const struct script_row rows[] = {
        { .has = "login", .status = 200, .body = "{\"id_token\":\"" BRAIN_JWT_USER "\"}" },
        { .has = "list",
          .status = 200,
          .body =
              "{\"units\":[{\"id\":\"w\",\"apiKey\":\"HUSHkey\",\"deep\":[{\"api_key\":\"HUSHkey\"}]}]}" },
        { .has = "delete", .status = 400, .body = "{\"error\":\"no: " BRAIN_JWT_USER "\"}" },
        { 0 }
    };
    struct m2_units units;
    brainlab_new(&l, rows, NULL);
    brainlab_login(&l, &answer);
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
    brainlab_free(&l);
}
