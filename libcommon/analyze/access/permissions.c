/*
 * What may CloudMR Brain's role do: start jobs, see how they stand, hand out results, and nothing more? The
 * guide's promise: "Start Step Function executions, read execution status, generate presigned URLs for result
 * downloads; no access to modify or delete resources, nor to IAM, CloudFormation or other services."
 */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/policy/pattern.h"
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
    { "states:StartExecution", "access.cannot-start", "start jobs", ON_MACHINE, M2_FAIL },
    { "states:DescribeExecution", "access.cannot-read-status", "read how a job stands", ON_EXECUTIONS,
      M2_WARN },
    { "s3:GetObject", "access.cannot-read-results", "hand out results", ON_RESULTS, M2_FAIL },
};
#define N_PROMISES (sizeof promises / sizeof promises[0])

/* What it forbids. */
static const char *const refusals[] = { "iam:*",          "cloudformation:*", "s3:Put*", "s3:Delete*",
                                        "states:Delete*", "lambda:*",         "ecs:*" };

/* Within the promise: reading the state of jobs, and results. */
static const char *const within[] = {
    "states:StartExecution", "states:StartSyncExecution",   "states:StopExecution", "states:Describe*",
    "states:List*",          "states:GetExecutionHistory",  "s3:GetObject*",        "s3:ListBucket*",
    "s3:GetBucketLocation",  "s3:ListMultipartUploadParts",
};

/* So far beyond it that the account is at risk. */
static const char *const dangerous[] = { "iam:*", "cloudformation:*", "s3:Delete*" };

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

static enum m2_truth covered(struct m2_arena *a, const char *pattern, const char *action)
{
    struct m2_pattern p = m2_pattern_make(a, pattern, false, true),
                      t = m2_pattern_make(a, action, false, true);
    return m2_pattern_covers(a, &p, &t);
}

static bool is_within(struct m2_arena *a, const char *action)
{
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++)
        if (covered(a, within[i], action) == M2_YES)
            return true;
    return false;
}

/* In part is enough: "s3:*Object" holds "s3:DeleteObject", "iam:*" holds "iam:GetRole". */
static bool is_dangerous(struct m2_arena *a, const char *action)
{
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++)
        if (covered(a, dangerous[i], action) != M2_NO)
            return true;
    return false;
}

static struct m2_verdict anywhere(const struct table *t, const char *action)
{
    struct m2_policy_request req = { .action = action, .principal = t->role.arn };
    struct m2_verdict v = { 0 };
    req.account = m2_arn_part(t->r->arena, t->role.arn, M2_ARN_ACCOUNT);
    m2_policy_evaluate(&v, t->r->arena, &t->role.policies, &req);
    return v;
}

/* Does anything take ACTION away again? The rest of a wide Allow stays. */
static bool given(const struct table *t, const char *action)
{
    return anywhere(t, action).decision != M2_DENIED;
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

static void too_wide(struct table *t, const struct m2_policy *policy, size_t i, const char *action,
                     bool danger)
{
    struct m2_check_run *r = t->r;
    struct m2_verdict at = { .decision = M2_ALLOWED, .policy = policy, .statement = i };
    struct m2_finding *f = m2_found(r, danger ? M2_FAIL : M2_WARN, t->role.name, "access.too-wide");
    m2_found_title(r, f, "The role lets CloudMR Brain call %s", action);
    m2_found_detail(
        r, f,
        "The guide promises that the role can start jobs, read how they stand and hand out results; %s "
        "goes beyond that: %s.",
        action, m2_verdict_text(r->arena, &at));
    m2_found_verdict(r, f, &t->role, &at);
    m2_found_about(r, f, t->role.arn);
    m2_found_fix(r, f, "Remove %s from %s of role %s.", action, m2_str_or(policy->name, "the policy"),
                 t->role.name);
    t->wrong = true;
}

static void judge_width(struct table *t)
{
    struct m2_arena *a = t->r->arena;
    for (size_t p = 0; p < t->role.policies.list.len; p++) {
        const struct m2_policy *policy = &t->role.policies.list.at[p];
        const struct m2_value *document = m2_policy_document(a, policy->document);
        for (size_t i = 0; policy->kind == M2_POLICY_IDENTITY && i < m2_policy_statements(document); i++) {
            const struct m2_value *st = m2_policy_statement(document, i);
            const char *action = NULL;
            if (!m2_statement_allows(st))
                continue;
            if (m2_v_get(st, "NotAction") && given(t, "*"))
                too_wide(t, policy, i, "all but NotAction", true);
            for (size_t k = 0; (action = m2_policy_text(m2_v_get(st, "Action"), k)); k++)
                if (!is_within(a, action) && given(t, action))
                    too_wide(t, policy, i, action, is_dangerous(a, action));
        }
    }
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
