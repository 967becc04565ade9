#include "simaws.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/json.h"

/* ---- time ---- */

struct sim_timer {
    struct sim_timer *next;
    int64_t due;
    m2_net_timer *fire;
    void *user;
};

static struct sim *of_net(struct m2_net *n)
{
    return (struct sim *)((char *)n - offsetof(struct sim, net));
}

static void after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    struct sim *s = of_net(n);
    struct sim_timer *t = m2_arena_alloc(s->a, sizeof *t);
    *t = (struct sim_timer){ s->timers, s->now + delay_ms, fire, user };
    s->timers = t;
}

static bool step(struct m2_net *n, int max_wait_ms)
{
    struct sim *s = of_net(n);
    struct sim_timer **first = NULL;
    (void)max_wait_ms;
    for (struct sim_timer **t = &s->timers; *t; t = &(*t)->next)
        if (!first || (*t)->due < (*first)->due)
            first = t;
    if (!first)
        return false;
    struct sim_timer *t = *first;
    *first = t->next;
    if (t->due > s->now)
        s->now = t->due;
    t->fire(t->user);
    return true;
}

static int64_t now(void *ctx)
{
    return ((const struct sim *)ctx)->now;
}

static int64_t wall(void *ctx)
{
    return INT64_C(1790000000000) + ((const struct sim *)ctx)->now;
}

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void some_random(void *ctx, void *out, size_t n)
{
    struct sim *s = ctx;
    for (size_t i = 0; i < n; i++) {
        s->random = s->random * 6364136223846793005u + 1442695040888963407u;
        ((unsigned char *)out)[i] = (unsigned char)(s->random >> 56);
    }
}

static bool is_cancelled(void *ctx)
{
    return ((const struct sim *)ctx)->killed;
}

void sim_init(struct sim *s, struct m2_arena *a)
{
    static const struct m2_net_ops ops = { .after = after, .step = step };
    *s = (struct sim){ .a = a, .now = 1000, .caller = SIM_ACCOUNT, .random = 42 };
    s->sys = (struct m2_sys){ s, wall, now, no_env, some_random, is_cancelled };
    s->net.ops = &ops;
}

/* ---- things ---- */

const char *sim_type(enum sim_kind kind)
{
    static const char *const types[] = {
        "AWS::S3::Bucket",    "AWS::Lambda::Function", "AWS::StepFunctions::StateMachine",
        "AWS::ECS::Cluster",  "AWS::ECR::Repository",  "AWS::IAM::Role",
        "AWS::Logs::LogGroup"
    };
    return types[kind];
}

struct sim_thing *sim_add(struct sim *s, enum sim_kind kind, const char *id)
{
    struct sim_thing *t = &s->things[s->n_things++];
    *t = (struct sim_thing){ .kind = kind,
                             .id = m2_arena_strdup(s->a, id),
                             .owner = SIM_ACCOUNT,
                             .region = SIM_REGION,
                             .foreign = true,
                             .fate = SIM_STAYS };
    return t;
}

int sim_stack_add(struct sim *s, const char *arn, const char *name)
{
    s->stacks[s->n_stacks] = (struct sim_stack){ .arn = m2_arena_strdup(s->a, arn),
                                                 .name = m2_arena_strdup(s->a, name),
                                                 .status = "CREATE_COMPLETE",
                                                 .reason = "" };
    return s->n_stacks++;
}

struct sim_resource *sim_list(struct sim *s, int stack, struct sim_thing *t, const char *logical)
{
    struct sim_resource *r = &s->resources[s->n_resources++];
    *r = (struct sim_resource){ .stack = stack,
                                .thing = (int)(t - s->things),
                                .nested = -1,
                                .logical = m2_arena_strdup(s->a, logical),
                                .status = "CREATE_COMPLETE" };
    t->foreign = false;
    t->fate = SIM_GOES;
    return r;
}

struct sim_resource *sim_nest(struct sim *s, int stack, int nested, const char *logical)
{
    struct sim_resource *r = &s->resources[s->n_resources++];
    *r = (struct sim_resource){ .stack = stack,
                                .thing = -1,
                                .nested = nested,
                                .logical = m2_arena_strdup(s->a, logical),
                                .status = "CREATE_COMPLETE" };
    s->stacks[nested].parent = s->stacks[stack].arn;
    return r;
}

struct sim_thing *sim_find(struct sim *s, enum sim_kind kind, const char *id)
{
    for (int i = 0; i < s->n_things; i++)
        if (s->things[i].kind == kind && !s->things[i].gone && m2_str_eq(s->things[i].id, id))
            return &s->things[i];
    return NULL;
}

void sim_touch(struct sim *s, struct sim_thing *t, const char *how)
{
    if (!t->foreign)
        return;
    if (!s->violations++)
        (void)snprintf(s->first_violation, sizeof s->first_violation, "%s %s: %s", sim_type(t->kind), t->id,
                       how);
}

const char *sim_text(const struct sim *s, struct m2_arena *a)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    for (int i = 0; i < s->n_things; i++)
        m2_buf_addf(&b, "%s %s %d\n", s->things[i].id, s->things[i].gone ? "gone" : "there",
                    s->things[i].gone ? 0 : s->things[i].inside);
    for (int i = 0; i < s->n_stacks; i++)
        m2_buf_addf(&b, "%s %s\n", s->stacks[i].name, s->stacks[i].status);
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

/* ---- calls ---- */

void sim_error(struct sim_answer *out, const char *code, const char *message, int http)
{
    *out = (struct sim_answer){ NULL, code, message, http };
}

struct m2_value *sim_json(struct m2_arena *a, const char *fmt, ...)
{
    va_list ap;
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    va_start(ap, fmt);
    char *text = m2_arena_vprintf(a, fmt, ap);
    va_end(ap);
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    if (m2_json_parse(&v, a, m2_bytes_of(text), "simulated", &err) < 0) {
        (void)fprintf(stderr, "%s in %s\n", err.msg, text);
        abort();
    }
    return v;
}

static const struct sim_op_row *row_of(const char *name)
{
    const struct sim_op_row *const tables[] = { sim_ops_cfn, sim_ops_services };
    for (size_t i = 0; i < 2; i++)
        for (const struct sim_op_row *r = tables[i]; r->name; r++)
            if (strcmp(r->name, name) == 0)
                return r;
    return NULL;
}

static void fail(struct m2_aws_answer *ans, enum m2_errc code, const char *name, const char *message,
                 int http)
{
    *ans = (struct m2_aws_answer){
        .status = M2_AWS_ERROR, .code = name, .message = message, .http_status = http
    };
    (void)m2_fail(&ans->err, code, "%s: %s", name, message);
}

static enum m2_errc class_of(const char *code)
{
    return m2_aws_is_denied(code) ? M2_EDENIED : M2_ESERVICE;
}

void sim_start(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done, void *user)
{
    struct sim *s = ctx;
    struct sim_answer got = { 0 };
    struct m2_aws_answer ans = { .attempts = 1, .http_status = 200 };
    const char *name = m2_arena_printf(a, "%s %s", call->service, call->operation);
    const struct sim_op_row *row = row_of(name);
    bool hit = ++s->calls == s->fault_at && s->fault != SIM_NO_FAULT;
    s->killed = s->killed || (hit && s->fault == SIM_KILLED);
    if (!s->killed && !(hit && s->fault == SIM_LOST_BEFORE)) {
        if (row) {
            s->writes += row->writes;
            row->op(s, &got, a, call->input);
        } else {
            sim_error(&got, "AccessDenied", name, 403);
        }
    }
    if (s->killed)
        fail(&ans, M2_ECANCELLED, "Cancelled", "killed", 0);
    else if (hit)
        fail(&ans, M2_ENET, "Network", "the connection broke", 0);
    else if (!got.output)
        fail(&ans, class_of(got.code), got.code, m2_str_or(got.message, ""), got.http);
    else
        ans.output = call->keep ? call->keep(a, got.output) : got.output;
    done(user, &ans);
}

int sim_read(struct sim *s, struct m2_snapshot *out, struct m2_arena *a, const char *stack,
             struct m2_err *err)
{
    struct m2_collect_seam *seam = m2_arena_alloc(a, sizeof *seam);
    struct m2_collect_options *opt = m2_arena_alloc(a, sizeof *opt);
    bool timed_out;
    *seam = (struct m2_collect_seam){ .start = sim_start, .ctx = s, .region = SIM_REGION };
    *opt = (struct m2_collect_options){ .sys = &s->sys, .net = &s->net, .reading = M2_READ_CLEANUP };
    opt->target.stack = stack;
    opt->target.assign_public_ip = -1;
    opt->target.role = s->role_arn;
    return m2_collect_with(out, a, opt, seam, &timed_out, err);
}

int sim_empty(struct m2_empty_result *out, struct m2_arena *a, const struct m2_empty_options *opt,
              struct m2_err *err)
{
    struct sim *s = opt->sys->ctx;
    struct sim_thing *t = sim_find(s, SIM_BUCKET, opt->bucket);
    bool hit = ++s->calls == s->fault_at && s->fault != SIM_NO_FAULT;
    s->killed = s->killed || (hit && s->fault == SIM_KILLED);
    if (s->killed)
        return m2_fail(err, M2_ECANCELLED, "killed");
    if (hit && s->fault == SIM_LOST_BEFORE)
        return m2_fail(err, M2_ENET, "the connection broke");
    if (!t) {
        out->gone = true;
        return 0;
    }
    if (!m2_str_eq(t->owner, opt->owner))
        return m2_fail(err, M2_EDENIED, "AccessDenied");
    if (t->inside) {
        s->writes++;
        sim_touch(s, t, "emptied");
    }
    if (t->mfa || (t->lock && !(m2_str_eq(t->lock, "GOVERNANCE") && opt->bypass_governance))) {
        const struct m2_empty_left left = { "key", "v1", "AccessDenied", "locked" };
        m2_vec_push(a, &out->left, left);
        out->done.failed = (uint64_t)t->inside;
        return 0;
    }
    out->done.deleted = (uint64_t)t->inside;
    t->inside = 0;
    out->empty = true;
    if (t->refills-- > 0)
        t->inside = 1;
    return hit ? m2_fail(err, M2_ENET, "the connection broke") : 0;
}

/* ---- a run ---- */

static int read_again(void *user, struct m2_snapshot *out, struct m2_arena *a, const char *arn,
                      struct m2_err *err)
{
    return sim_read(user, out, a, arn ? arn : SIM_STACK, err);
}

static int no_unit(void *user, const char *id, struct m2_err *err)
{
    (void)user, (void)id, (void)err;
    return 0;
}

void sim_teardown(struct sim_run *out, struct sim *s, struct m2_arena *a, const struct m2_plan_options *opt,
                  const char *path, const struct m2_guard *guards, size_t n_guards)
{
    struct m2_snapshot *snap = m2_arena_alloc(a, sizeof *snap);
    bool locked = false;
    *out = (struct sim_run){ 0 };
    if (!guards)
        guards = m2_guard_table(&n_guards);
    s->role_arn = opt->role_arn;
    if ((out->rc = sim_read(s, snap, a, SIM_STACK, &out->err)) < 0)
        return;
    m2_plan_make_with(&out->plan, a, snap, opt, guards, n_guards);
    out->refused = out->plan.blocked.len > 0;
    if (out->refused || !m2_plan_work(&out->plan))
        return;
    struct m2_teardown_options o = { .sys = &s->sys,
                                     .net = &s->net,
                                     .plan = *opt,
                                     .agreed = &out->plan,
                                     .user = s,
                                     .read = read_again,
                                     .unregister = no_unit,
                                     .empty = sim_empty };
    const struct m2_teardown_seam seam = { sim_start, s, guards, n_guards };
    if ((out->rc = m2_journal_open(&o.journal, a, path, "m2-cleanup", &s->sys, &out->err)) == 0 &&
        (out->rc = m2_journal_lock(o.journal, &locked, &out->err)) == 0)
        out->rc = locked ? m2_teardown_with(&out->t, a, &o, &seam, &out->err) : -1;
    m2_journal_close(o.journal);
}
