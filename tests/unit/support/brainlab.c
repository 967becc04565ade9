#include "brainlab.h"

#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"

void brainlab_new(struct brainlab *l, const struct script_row *rows, const char *token)
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

void brainlab_free(struct brainlab *l)
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

void brainlab_login(struct brainlab *l, struct m2_brain_answer *answer)
{
    struct m2_secret password = { 0 };
    *answer = (struct m2_brain_answer){ .fault = M2_BRAIN_FAULTS };
    m2_secret_set(&password, BRAIN_PASSWORD, strlen(BRAIN_PASSWORD));
    m2_brain_login_start(l->b, l->a, "me@lab.example", &password, take, answer);
    m2_secret_free(&password);
    while (m2_net_step(&l->net.net, 10))
        ;
    cr_assert_neq(answer->fault, M2_BRAIN_FAULTS);
}
