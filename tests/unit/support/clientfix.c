#include "clientfix.h"

#include <stdio.h>
#include <stdlib.h>

#include "m2/json.h"

/* 2026-11-23T09:00:00Z */
#define NOW_MS INT64_C(1795424400000)

static const char *const static_keys[] = { "AWS_ACCESS_KEY_ID",
                                           "AKIDEXAMPLE",
                                           "AWS_SECRET_ACCESS_KEY",
                                           "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                           "AWS_REGION",
                                           "us-east-1",
                                           "HOME",
                                           "/nonexistent",
                                           NULL };

static void must(int rc, const struct m2_err *err)
{
    if (rc == 0)
        return;
    (void)fprintf(stderr, "%s\n", err->msg);
    abort();
}

void clientfix_init(struct clientfix *f, const char *const *env, const struct script_row *rows)
{
    struct m2_err err = { 0 };
    struct m2_aws_flags flags = { 0 };
    testsys_init(&f->sys, env ? env : static_keys);
    f->sys.now_ms = NOW_MS;
    f->sys.mono_ms = 1000;
    f->arena = m2_arena_new();
    must(m2_awsconfig_load(&f->config, f->arena, &f->sys.sys, &flags, &err), &err);
    struct m2_aws_options opt = {
        .sys = &f->sys.sys, .net = scriptnet_new(&f->net, &f->sys, rows), .config = &f->config, .max_pages = 5
    };
    must(m2_aws_new(&f->client, &opt, &err), &err);
}

void clientfix_free(struct clientfix *f)
{
    m2_aws_free(f->client);
    m2_net_free(&f->net.net);
    m2_arena_free(f->arena);
}

static void on_done(void *user, const struct m2_aws_answer *answer)
{
    struct outcome *o = user;
    o->n++;
    o->status = answer->status;
    o->class = answer->err.code;
    o->http_status = answer->http_status;
    o->attempts = answer->attempts;
    o->output = answer->output;
    o->elapsed_ms = answer->elapsed_ms;
    (void)snprintf(o->code, sizeof o->code, "%s", m2_str_or(answer->code, ""));
    (void)snprintf(o->sentence, sizeof o->sentence, "%s", answer->err.msg);
}

void clientfix_start(struct clientfix *f, struct outcome *o, const char *service, const char *operation,
                     const char *input)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (input)
        must(m2_json_parse(&v, f->arena, m2_bytes_of(input), "input", &err), &err);
    *o = (struct outcome){ 0 };
    struct m2_aws_call call = { .service = service, .operation = operation, .input = v };
    m2_aws_start(f->client, f->arena, &call, on_done, o);
}

void clientfix_run(struct clientfix *f)
{
    while (m2_net_step(&f->net.net, 0))
        ;
}

void clientfix_call(struct clientfix *f, struct outcome *o, const char *service, const char *operation,
                    const char *input)
{
    clientfix_start(f, o, service, operation, input);
    clientfix_run(f);
}
