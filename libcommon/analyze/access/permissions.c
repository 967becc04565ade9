/* What may CloudMR Brain's role do: start jobs, see how they stand, hand out results, and nothing more? The
 * guide's promise is in promise.h. */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/access/promise.h"
#include "analyze/names.h"
#include "analyze/policy/role.h"
#include "analyze/storage/buckets.h"
#include "m2/buf.h"
#include "m2/str.h"

#define MAX_TABLE 4000

/* What the promise needs, one row each. */
enum on { ON_MACHINE, ON_EXECUTIONS, ON_RESULTS };
static const struct promise {
    const char *action, *cause, *what;
    enum on on;
    enum m2_status status;
} promises[] = {
    { M2_PROMISE_START, "access.cannot-start", "start jobs", ON_MACHINE, M2_FAIL },
    { M2_PROMISE_STATUS, "access.cannot-read-status", "read how a job stands", ON_EXECUTIONS, M2_WARN },
    { M2_PROMISE_RESULTS, "access.cannot-read-results", "hand out results", ON_RESULTS, M2_FAIL },
};
#define N_PROMISES (sizeof promises / sizeof promises[0])

/* What it forbids. */
static const char *const refusals[] = { "iam:*",          "cloudformation:*", "s3:Put*", "s3:Delete*",
                                        "states:Delete*", "lambda:*",         "ecs:*" };

struct table {
    struct m2_check_run *r;
    struct m2_role role;
    struct m2_buf text; /* the guide's table, line by line */
    M2_VEC(struct m2_verdict) kept;
    bool wrong, unsure;
};

static void line(struct table *t, const char *action, const char *what, const char *mark, const char *why)
{
    m2_buf_addf(&t->text, "%s%s (%s): %s%s%s", t->text.len ? "; " : "", what, action, mark, *why ? ", " : "",
                why);
}

/* What a promise is about: the state machine or the results' bucket, or why it is not known. */
struct subject {
    const char *resource, *bucket; /* ARN, with * for what jobs add; bucket: for its policy */
    const char *elsewhere;         /* not judged here: why */
    struct m2_look look;           /* resource NULL: what would tell it */
};

static void on_machine(struct subject *out, struct m2_check_run *r, const struct m2_stackview *view,
                       enum on on)
{
    struct m2_look machine = m2_view_state_machine(view, r->arena, r->snap);
    const struct m2_output *o = m2_stackview_output(view, "CalculationStateMachineArn");
    const char *arn = m2_str_or(m2_v_str(machine.item, "stateMachineArn"), o ? o->value : NULL);
    const char *at = arn ? strstr(arn, ":stateMachine:") : NULL;
    out->look = machine;
    out->resource = on == ON_EXECUTIONS && at
                        ? m2_arena_printf(r->arena, "%.*s:execution:%s:*", (int)(at - arn), arn,
                                          at + strlen(":stateMachine:"))
                        : arn;
    if (!arn && machine.seen == M2_ABSENT)
        out->elsewhere = "there is no state machine";
}

/* Results in another account's bucket are handed out by its owner. */
static void on_results(struct subject *out, struct m2_check_run *r, const struct m2_stackview *view,
                       const char *role_arn)
{
    const struct m2_output *o = m2_stackview_output(view, "ResultsBucketName");
    struct m2_bucket b = { .name = o ? o->value : m2_stackview_parameter(view, "ResultsBucketName") };
    out->look = view->look;
    if (m2_str_empty(b.name)) {
        if (view->state == M2_STACK_THERE)
            out->elsewhere = "the stack names no bucket for results";
        return;
    }
    m2_bucket_look(&b, r->arena, r->snap);
    if (b.missing)
        out->elsewhere = m2_arena_printf(r->arena, "the bucket %s does not exist", b.name);
    else if (b.owner == M2_OWNER_OTHER || m2_is_cloudmrhub_bucket(b.name))
        out->elsewhere = m2_arena_printf(r->arena, "the bucket %s is another account's", b.name);
    out->bucket = b.name;
    out->resource =
        m2_arena_printf(r->arena, "arn:%s:s3:::%s/*",
                        m2_str_or(m2_arn_part(r->arena, role_arn, M2_ARN_PARTITION), "aws"), b.name);
}

static void not_known(struct table *t, const struct promise *p, const struct subject *on)
{
    struct m2_check_run *r = t->r;
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, t->role.name, NULL);
    const char *why = m2_str_or(on->look.why, "the stack does not tell what it is about");
    m2_found_detail(r, f, "Whether the role %s may %s (%s) cannot be told: %s", t->role.name, p->what,
                    p->action, why);
    f->missing_right = on->look.right ? m2_arena_strdup(r->arena, on->look.right) : NULL;
    line(t, p->action, p->what, "not known", why);
    t->unsure = true;
}

static void judge_promise(struct table *t, const struct promise *p, const struct subject *on)
{
    struct m2_check_run *r = t->r;
    struct m2_needs needs = { 0 };
    struct m2_need_verdicts v = { 0 };
    struct m2_role role = t->role;
    struct m2_policies all = { 0 };
    for (size_t i = 0; i < role.policies.list.len; i++)
        m2_vec_push(r->arena, &all.list, role.policies.list.at[i]);
    if (p->on == ON_RESULTS)
        m2_bucket_policy_add(&all, r->arena, r->snap, on->bucket);
    role.policies = all;
    m2_needs_add(&needs, r->arena, p->action, on->resource);
    m2_role_judge(&v, r->arena, &role, &needs);
    struct m2_finding *f = m2_found_denied(r, p->status, p->cause, &role, &v);
    if (f)
        m2_found_about(r, f, on->resource);
    t->wrong |= f != NULL;
    t->unsure |= m2_found_unsure(r, &role, &v) != NULL;
    const struct m2_need_verdict *at = v.denied.len ? v.denied.at : v.unsure.len ? v.unsure.at : v.allowed.at;
    if (v.allowed.len)
        m2_vec_push(r->arena, &t->kept, at->verdict);
    line(t, p->action, p->what,
         v.denied.len   ? "no"
         : v.unsure.len ? "not known"
                        : "yes",
         m2_verdict_text(r->arena, &at->verdict));
}

/* ---- and nothing more ---- */

static struct m2_verdict anywhere(const struct table *t, const char *action)
{
    return m2_promise_ask(t->r->arena, &t->role.policies, t->role.arn, action);
}

/* A policy that was not read may allow all of it. */
static void not_read(struct table *t, const char *action, const struct m2_verdict *v)
{
    struct m2_need need = { .action = action };
    struct m2_need_verdicts open = { 0 };
    struct m2_need_verdict one = { &need, *v };
    m2_vec_push(t->r->arena, &open.unsure, one);
    if (!t->unsure)
        t->unsure = m2_found_unsure(t->r, &t->role, &open) != NULL;
}

static void judge_refusals(struct table *t)
{
    const char *kept = "";
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct m2_verdict v = anywhere(t, refusals[i]);
        bool unread = v.decision == M2_CANNOT_TELL && v.policy && !v.policy->document;
        if (unread)
            not_read(t, refusals[i], &v);
        if (v.decision == M2_DENIED)
            kept = m2_arena_printf(t->r->arena, "%s%s%s", kept, *kept ? ", " : "", refusals[i]);
        else
            line(t, refusals[i], "beyond that", unread ? "not known" : "yes, at least a part",
                 m2_verdict_text(t->r->arena, &v));
    }
    if (*kept)
        line(t, kept, "beyond that", "no", "");
}

/* The guide's table beneath the first thing that is not as it promises. */
static void show_table(struct table *t, size_t before)
{
    struct m2_check_run *r = t->r;
    for (size_t i = before; i < r->out->list.len; i++) {
        struct m2_finding *f = r->out->list.at[i];
        if (f->status != M2_FAIL && f->status != M2_WARN)
            continue;
        f->detail = m2_arena_printf(r->arena, "%s What the guide promises, and what is so: %s.", f->detail,
                                    t->text.data);
        return;
    }
}

static void too_wide(struct table *t, const struct m2_beyond *b)
{
    struct m2_check_run *r = t->r;
    struct m2_verdict at = { .decision = M2_ALLOWED, .policy = b->policy, .statement = b->statement };
    struct m2_finding *f = m2_found(r, b->danger ? M2_FAIL : M2_WARN, t->role.name, "access.too-wide");
    m2_found_title(r, f, "The role lets CloudMR Brain call %s", b->action);
    m2_found_detail(
        r, f,
        "The guide promises that the role can start jobs, read how they stand and hand out results; %s "
        "goes beyond that: %s.",
        b->action, m2_verdict_text(r->arena, &at));
    m2_found_verdict(r, f, &t->role, &at);
    m2_found_about(r, f, t->role.arn);
    m2_found_fix(r, f, "Remove %s from %s of role %s.", b->action, m2_str_or(b->policy->name, "the policy"),
                 t->role.name);
    t->wrong = true;
}

static void judge_width(struct table *t)
{
    struct m2_beyonds beyond = { 0 };
    m2_promise_beyond(&beyond, t->r->arena, &t->role.policies, t->role.arn);
    for (size_t i = 0; i < beyond.list.len; i++)
        too_wide(t, &beyond.list.at[i]);
}

static void judge(struct table *t, const struct m2_stackview *view)
{
    struct m2_check_run *r = t->r;
    size_t before = r->out->list.len;
    m2_buf_init(&t->text, MAX_TABLE);
    for (size_t i = 0; i < N_PROMISES; i++) {
        struct subject on = { 0 };
        if (promises[i].on == ON_RESULTS)
            on_results(&on, r, view, t->role.arn);
        else
            on_machine(&on, r, view, promises[i].on);
        if (on.elsewhere)
            line(t, promises[i].action, promises[i].what, "not asked", on.elsewhere);
        else if (on.resource)
            judge_promise(t, &promises[i], &on);
        else
            not_known(t, &promises[i], &on);
    }
    judge_refusals(t);
    judge_width(t);
    show_table(t, before);
    if (!t->wrong && !t->unsure) {
        struct m2_finding *f = m2_found_pass(r, t->role.name, "As the guide promises: %s.", t->text.data);
        for (size_t i = 0; i < t->kept.len; i++)
            m2_found_verdict(r, f, &t->role, &t->kept.at[i]);
    }
    m2_buf_free(&t->text);
}

void m2_access_permissions(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    struct m2_access_role found = { 0 };
    struct table t = { .r = r };
    m2_stackview_make(&view, r->arena, r->snap);
    if (!m2_access_role_find(&found, r->arena, &view, r->snap)) {
        if (view.state == M2_STACK_UNSEEN)
            m2_found_unseen(r, NULL, &view.look);
        else
            m2_found_skip(r, NULL, "%s",
                          view.state == M2_STACK_NONE ? "The stack is not deployed yet."
                                                      : "There is no role to look at.");
        return;
    }
    m2_role_read(&t.role, r->arena, r->snap, found.name);
    if (t.role.look.seen == M2_UNSEEN)
        m2_found_unseen(r, found.name, &t.role.look);
    else if (t.role.look.seen == M2_ABSENT)
        m2_found_skip(r, found.name, "The role %s does not exist.", found.name);
    else
        judge(&t, &view);
}
