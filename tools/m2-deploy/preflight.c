/* Before anything is made: what m2-doctor says of the template, the account, the images and the place. */
#include "deploy.h"
#include "m2/check.h"
#include "m2/collect.h"
#include "m2/time.h"

/* What a deployment, or the first job after it, fails for. Failures of the past are not among it. */
static const char *const checked[] = { "identity", "network",       "images",       "template",
                                       "storage",  "fargate.quota", "stack.status", NULL };

/* The state of the stack is judged by its own table. */
static bool hinders(const struct m2_finding *f)
{
    return f->status == M2_FAIL && !m2_str_starts(f->id, "stack.") && !f->caused_by.len;
}

const struct m2_finding *deploy_hindrance(const struct deploy *d)
{
    for (size_t i = 0; i < d->preflight.list.len; i++)
        if (hinders(d->preflight.list.at[i]))
            return d->preflight.list.at[i];
    return NULL;
}

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct deploy *d = user;
    m2_progress_update(d->v.progress, m2_arena_printf(d->arena, "%zu %s read%s%s", e->done,
                                                      e->done == 1 ? "answer" : "answers",
                                                      e->waiting_for ? ", waiting for " : "",
                                                      m2_str_or(e->waiting_for, "")));
}

static void set_target(struct deploy *d, struct m2_target *t, const char *vpc)
{
    const struct deploy_args *x = d->args;
    *t = (struct m2_target){ .stack = d->stack,
                             .vpc = vpc,
                             .lambda_image = x->lambda_image,
                             .fargate_image = x->fargate_image,
                             .assign_public_ip =
                                 x->assign_public_ip ? m2_str_eq(x->assign_public_ip, "yes") : -1,
                             .expected_account = m2_env(d->v.world->sys, "AWS_ACCOUNT_ID") };
    if (x->image_tag && !t->lambda_image)
        t->lambda_image = m2_deploy_image(d->arena, "lambda", x->image_tag);
    if (x->image_tag && !t->fargate_image)
        t->fargate_image = m2_deploy_image(d->arena, "fargate", x->image_tag);
    for (size_t i = 0; i < x->subnet.v.len; i++)
        m2_vec_push(d->arena, &t->subnets, x->subnet.v.at[i]);
    for (size_t i = 0; i < x->security_group.v.len; i++)
        m2_vec_push(d->arena, &t->security_groups, x->security_group.v.at[i]);
    if (t->subnets.len)
        t->subnets_from = "--subnet";
}

/* With the values that it is to be deployed with. */
static struct m2_value *planned(struct deploy *d)
{
    struct m2_value *v = m2_v_object(d->arena);
    for (size_t i = 0; i < d->parameters.list.len; i++) {
        const struct m2_deploy_parameter *p = &d->parameters.list.at[i];
        if (!p->hidden && p->value && !m2_str_eq(p->from, "the template's default"))
            m2_v_set_str(d->arena, v, p->key, p->value);
    }
    return v;
}

static int read_calls(struct m2_value *calls, struct deploy *d, struct m2_err *err)
{
    struct m2_arena *a = d->arena;
    struct m2_value *call = m2_v_object(a), *output = m2_v_object(a);
    if (d->args->template)
        return m2_template_read(calls, a, d->args->template, err);
    m2_v_set_str(a, call, "service", "template");
    m2_v_set_str(a, call, "operation", "ReadFile");
    m2_v_set(a, call, "input", m2_v_object_of(a, "Path", d->template_name, NULL));
    m2_v_set_str(a, call, "status", "ok");
    m2_v_set(a, output, "TemplateBody", m2_v_string_n(a, d->body.p, d->body.n));
    m2_v_set(a, call, "output", output);
    m2_v_push(a, calls, call);
    return 0;
}

static int add_template(struct m2_snapshot *s, struct deploy *d, struct m2_err *err)
{
    struct m2_value *calls = m2_v_array(d->arena);
    if (read_calls(calls, d, err) < 0)
        return -1;
    m2_v_set(d->arena, m2_v_get(m2_v_at(calls, 0), "input"), "Parameters", planned(d));
    return m2_snapshot_add(s, calls, err);
}

int deploy_collect(struct m2_snapshot *out, struct deploy *d, const char *const *checks, const char *vpc,
                   struct m2_err *err)
{
    struct m2_collect_options options = {
        .sys = d->v.world->sys,
        .net = d->v.session.net,
        .aws = d->v.session.aws,
        .tool = m2_arena_printf(d->arena, "%s %s", deploy_tool.name, m2_version()),
        .checks = checks,
        .deadline_mono_ms = d->v.deadline_mono_ms,
        .event = on_event,
        .event_user = d,
    };
    bool timed_out = false;
    set_target(d, &options.target, vpc);
    if (m2_collect(out, d->arena, &options, &timed_out, err) < 0)
        return -1;
    if (m2_cancelled(d->v.world->sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted while the account was read; nothing was made");
    if (timed_out)
        return m2_fail(err, M2_ETIMEOUT,
                       "the time of the run (--timeout) was over before the account was read");
    return 0;
}

int deploy_judge(struct m2_findings *out, struct deploy *d, const struct m2_snapshot *s,
                 const char *const *checks, struct m2_err *err)
{
    static const char *const no_capabilities[] = { "template.capabilities", NULL }; /* this tool names them */
    char now[M2_ISO_SIZE];
    m2_time_iso(now, m2_now_ms(d->v.world->sys) / 1000 * 1000);
    const struct m2_analyze_options options = { .only = checks,
                                                .skip = no_capabilities,
                                                .tool = deploy_tool.name,
                                                .version = m2_version(),
                                                .generated_at = m2_arena_strdup(d->arena, now),
                                                .profile = d->args->verify.common.profile };
    return m2_analyze(out, d->arena, s, &options, err);
}

/* Without the stack's state nothing can be decided. */
static int read_stack(struct deploy *d, const struct m2_snapshot *s, struct m2_err *err)
{
    m2_stackview_make(&d->view, d->arena, s);
    if (d->view.state == M2_STACK_UNSEEN)
        return m2_fail(err, M2_EDENIED, "the state of stack %s is not known: %s Nothing was made.", d->stack,
                       m2_str_or(d->view.look.why, ""));
    d->arn = d->view.arn;
    d->state = m2_deploy_state(d->view.state == M2_STACK_THERE ? d->view.status : NULL);
    return 0;
}

/* The same reading, with the chosen place in mind. */
static void aim(struct m2_snapshot *s, struct deploy *d)
{
    const struct m2_placement *p = d->place;
    if (!p)
        return;
    s->target.vpc = p->vpc;
    s->target.subnets.at = s->target.security_groups.at = NULL;
    s->target.subnets.len = s->target.subnets.cap = 0;
    s->target.security_groups.len = s->target.security_groups.cap = 0;
    for (size_t i = 0; i < p->n_subnets; i++)
        m2_vec_push(d->arena, &s->target.subnets, p->subnets[i]);
    for (size_t i = 0; i < p->groups.len; i++)
        m2_vec_push(d->arena, &s->target.security_groups, p->groups.at[i]);
    s->target.subnets_from = "the choice";
    s->target.assign_public_ip = p->public_ip;
}

/* A stack that is there keeps its place, unless another is named. */
static bool chooses_place(const struct deploy *d)
{
    const struct deploy_args *x = d->args;
    bool fresh = d->state->act != M2_DEPLOY_UPDATE && !(x->resume && d->earlier);
    return fresh || x->vpc || x->subnet.v.len || x->security_group.v.len || x->assign_public_ip;
}

/* --update and --resume of nothing: that is said, and nothing else matters. */
static bool lacks_stack(const struct deploy *d)
{
    return d->state->act == M2_DEPLOY_CREATE && (d->args->update || (d->args->resume && !d->earlier));
}

int deploy_preflight(struct deploy *d, struct m2_err *err)
{
    struct m2_snapshot *snap = m2_arena_alloc(d->arena, sizeof *snap);
    const struct m2_snapshot *chosen = snap;
    const char *const *checks = NULL;
    m2_progress_phase(d->v.progress, "reading the account");
    if (m2_checks_select(&checks, d->arena, checked, NULL, err) < 0 ||
        deploy_collect(snap, d, checks, d->args->vpc, err) < 0 || read_stack(d, snap, err) < 0 ||
        deploy_open_journal(d, snap->account, snap->region, err) < 0 || deploy_take_over(d, err) < 0)
        return -1;
    if (d->state->act == M2_DEPLOY_FOLLOW || d->state->act == M2_DEPLOY_STOP || lacks_stack(d))
        return 0;
    if (chooses_place(d) && deploy_place(&chosen, d, snap, checks, err) < 0)
        return -1;
    struct m2_snapshot s = *chosen;
    if (deploy_wishes(d, chosen, err) < 0 || deploy_settle(d, err) < 0 || add_template(&s, d, err) < 0)
        return -1;
    aim(&s, d);
    return deploy_judge(&d->preflight, d, &s, checks, err);
}
