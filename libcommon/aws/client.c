#include "aws/client.h"

#include <stdlib.h>

#define MAX_PAGES 10000
#define MAX_ATTEMPTS 3

int m2_aws_new(struct m2_aws **out, const struct m2_aws_options *opt, struct m2_err *err)
{
    const char *configured = opt->config->max_attempts.value;
    uint64_t attempts = MAX_ATTEMPTS;
    struct m2_err why = { 0 };
    if (configured && m2_parse_u64(&attempts, configured, 1, 100, "max_attempts", &why) < 0)
        return m2_fail(err, M2_ECONFIG, "%s (from %s)", why.msg,
                       m2_str_or(opt->config->max_attempts.source, "the configuration"));
    struct m2_aws *c = m2_xcalloc(1, sizeof *c);
    c->opt = *opt;
    c->opt.max_pages = opt->max_pages ? opt->max_pages : MAX_PAGES;
    c->max_attempts = (int)attempts;
    c->arena = m2_arena_new();
    c->budget.tokens = M2_RETRY_TOKENS;
    c->creds_context = (struct m2_creds_context){ .arena = c->arena,
                                                  .sys = opt->sys,
                                                  .net = opt->net,
                                                  .config = opt->config,
                                                  .mfa = opt->mfa,
                                                  .mfa_user = opt->mfa_user,
                                                  .deadline_mono_ms = opt->deadline_mono_ms };
    *out = c;
    return 0;
}

void m2_aws_free(struct m2_aws *c)
{
    if (!c)
        return;
    while (c->runs)
        m2_run_free(c->runs);
    m2_creds_free(&c->creds);
    m2_arena_free(c->arena);
    free(c);
}

int m2_aws_login(struct m2_aws *c, struct m2_err *err)
{
    return c->have_creds ? 0 : m2_aws_renew(c, err);
}

const char *m2_aws_region(const struct m2_aws *c)
{
    return c->opt.config->region.value;
}

const char *m2_aws_credential_source(const struct m2_aws *c)
{
    return c->have_creds ? c->creds.source : NULL;
}

int64_t m2_aws_clock_skew_ms(const struct m2_aws *c)
{
    return c->seen_skew_ms;
}

static int prepare(struct m2_run *r, const struct m2_aws_call *call)
{
    const struct m2_service *service;
    if (m2_model_service(&service, r->service_name, &r->broken) < 0 ||
        m2_model_op(&r->op, service, r->operation, &r->broken) < 0)
        return -1;
    r->region = m2_endpoint_region(r->service_name, r->region);
    r->input = call->input ? m2_v_copy(r->arena, call->input) : m2_v_object(r->arena);
    const char *home = m2_bucket_region(r->client, m2_run_bucket(r));
    if (home)
        r->region = home;
    return m2_run_encode(r, &r->broken);
}

void m2_aws_start(struct m2_aws *c, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user)
{
    struct m2_run *r = m2_xcalloc(1, sizeof *r);
    r->client = c;
    r->out = a;
    r->arena = m2_arena_new();
    r->done = done;
    r->user = user;
    r->service_name = m2_arena_strdup(r->arena, call->service);
    r->operation = m2_arena_strdup(r->arena, call->operation);
    r->region = m2_arena_strdup(r->arena, m2_str_or(call->region, m2_aws_region(c)));
    r->one_page = call->one_page;
    r->keep = call->keep;
    r->more = call->more;
    r->once = call->once;
    r->harmless = call->repeatable;
    r->finish = call->finish;
    r->began_ms = r->page_began_ms = m2_mono_ms(c->opt.sys);
    r->next = c->runs;
    r->link = &c->runs;
    if (r->next)
        r->next->link = &r->next;
    c->runs = r;
    (void)prepare(r, call);
    m2_run_begin(r);
}

struct waited {
    struct m2_aws_answer *answer;
    bool done;
};

static void keep(void *user, const struct m2_aws_answer *answer)
{
    struct waited *w = user;
    *w->answer = *answer;
    w->done = true;
}

void m2_aws_ask(struct m2_aws_answer *out, struct m2_arena *a, struct m2_aws *c,
                const struct m2_aws_call *call)
{
    struct waited w = { .answer = out };
    m2_aws_start(c, a, call, keep, &w);
    while (!w.done)
        if (!m2_net_step(c->opt.net, 250) && !w.done) {
            *out = (struct m2_aws_answer){ .status = M2_AWS_ERROR, .code = "Network", .message = "" };
            (void)m2_fail(&out->err, M2_EBUG, "the network loop ended without an answer to %s %s",
                          call->service, call->operation);
            return;
        }
}

int m2_aws_fetch(struct m2_value **out, struct m2_arena *a, struct m2_aws *c, const struct m2_aws_call *call,
                 struct m2_err *err)
{
    struct m2_aws_answer answer;
    m2_aws_ask(&answer, a, c, call);
    if (answer.status != M2_AWS_OK) {
        if (err)
            *err = answer.err;
        return -1;
    }
    *out = answer.output;
    return 0;
}
