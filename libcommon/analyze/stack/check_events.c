/* stack.events: why the last operation failed. */
#include "analyze/failure/catalogue.h"
#include "analyze/job.h"
#include "analyze/names.h"
#include "analyze/stack/events.h"
#include "analyze/stack/stack.h"
#include "m2/str.h"

#define DEFAULT_SINCE_MS (INT64_C(7) * 86400000)

/* Did it happen before the time the user cares about? */
static bool long_ago(const struct m2_check_run *r, int64_t at_ms)
{
    int64_t since = r->snap->target.since_ms > 0 ? r->snap->target.since_ms : DEFAULT_SINCE_MS;
    return r->snap->collected_ms && at_ms && at_ms < r->snap->collected_ms - since;
}

static void say_denial(struct m2_check_run *r, struct m2_finding *f, const char *reason)
{
    struct m2_denial d = { 0 };
    if (!m2_failure_denial(&d, r->arena, reason))
        return;
    m2_found_fix(r, f, "%s", m2_failure_denial_fix(r->arena, &d, "the user or role that deploys"));
    if (d.encoded)
        m2_found_command(r, f,
                         "aws sts decode-authorization-message --encoded-message %s --query DecodedMessage "
                         "--output text",
                         m2_word(r->arena, d.encoded));
    m2_found_about(r, f, d.action);
}

/* A function that could not be made or changed failed with the image that the stack makes its functions from.
 */
static void about_image(struct m2_check_run *r, struct m2_finding *f, const struct m2_stack_failure *x)
{
    struct m2_job_image images[2];
    if (!m2_str_eq(x->type, "AWS::Lambda::Function"))
        return;
    m2_job_images(images, r->arena, r->snap);
    m2_found_about(r, f, images[0].uri);
}

/* The next thing to look at; the resource that failed has a name of its own in most cases. */
static void say_next(struct m2_check_run *r, struct m2_finding *f, const struct m2_stack_failure *x)
{
    const char *stack = m2_word(r->arena, m2_str_or(x->stack_arn, x->stack_name));
    if (m2_str_eq(x->slug, "cfn.bucket-not-empty") && !m2_str_empty(x->physical_id)) {
        m2_found_command(r, f, "aws s3api list-object-versions --bucket %s --max-items 20",
                         m2_word(r->arena, x->physical_id));
        m2_found_command(r, f, "m2-cleanup --stack %s",
                         m2_word(r->arena, m2_str_or(r->snap->target.stack, x->stack_name)));
    } else if (m2_str_starts(x->slug, "cfn.custom-resource"))
        m2_found_command(r, f, "aws logs describe-log-groups --log-group-name-prefix %s",
                         m2_word(r->arena, m2_arena_printf(r->arena, "/aws/lambda/%s", x->stack_name)));
    else if (!f->commands.len)
        m2_found_command(r, f, "aws cloudformation describe-stack-events --stack-name %s --max-items 50",
                         stack);
}

static void report(struct m2_check_run *r, const char *stack, const struct m2_stack_failure *x,
                   enum m2_status level, const char *when)
{
    struct m2_finding *f = m2_found(r, level, stack, x->slug);
    const char *nested = m2_str_eq(x->stack_name, stack)
                             ? ""
                             : m2_arena_printf(r->arena, " in nested stack %s", x->stack_name);
    m2_found_detail(r, f, "%s: %s (%s)%s ended in %s. CloudFormation says: %s%s", when, x->logical_id,
                    x->type, nested, x->status, m2_str_or(x->reason, "(no reason)"),
                    x->fallout ? m2_arena_printf(r->arena, " (%zu other failure%s followed from it)",
                                                 x->fallout, x->fallout == 1 ? "" : "s")
                               : "");
    m2_found_evidence(r, f, x->call,
                      m2_arena_printf(r->arena, "StackEvents[?LogicalResourceId=='%s']", x->logical_id),
                      x->event);
    f->at_ms = f->first_ms = x->at_ms;
    m2_found_about(r, f, x->stack_arn);
    m2_found_about(r, f, x->logical_id);
    m2_found_about(r, f, x->physical_id);
    about_image(r, f, x);
    say_denial(r, f, x->reason);
    say_next(r, f, x);
}

static void after_deletion(struct m2_check_run *r, const char *name)
{
    struct m2_stack_failure x;
    m2_stack_last_deployment(&x, r->arena, r->snap, name);
    if (x.event && !long_ago(r, x.at_ms))
        report(r, name, &x, M2_FAIL, "The last deployment failed and the stack is gone");
    else
        m2_found_skip(r, name,
                      "There is no stack %s, and no failed deployment of it in the time that is looked at.",
                      name);
}

static void of_stack(struct m2_check_run *r, const struct m2_stackview *v)
{
    const struct m2_status_row *row = m2_status_row(v->status);
    struct m2_stack_failure x;
    m2_stack_first_failure(&x, r->arena, r->snap, m2_str_or(v->arn, v->name));
    bool in_order = row->level == M2_PASS;
    if (in_order && (x.any_event || x.unseen.seen == M2_SEEN)) {
        m2_found_pass(r, v->name, "The last operation of %s succeeded.", v->name);
        return;
    }
    if (x.event && !in_order) {
        bool old = row->level == M2_WARN && long_ago(r, x.at_ms);
        report(r, v->name, &x, old ? M2_WARN : M2_FAIL, "The last operation failed");
        m2_found_about(r, r->out->list.at[r->out->list.len - 1], v->arn);
        struct m2_stack_failure back;
        m2_stack_rollback_failure(&back, r->arena, r->snap, m2_str_or(v->arn, v->name));
        if (back.event && row->level == M2_FAIL && back.event != x.event)
            report(r, v->name, &back, M2_FAIL, "Undoing it failed");
        return;
    }
    if (m2_str_eq(v->status, "REVIEW_IN_PROGRESS")) {
        m2_found_skip(r, v->name, "Nothing was deployed under this name so far.");
        return;
    }
    if (x.unseen.seen == M2_UNSEEN) {
        m2_found_unseen(r, v->name, &x.unseen);
        return;
    }
    if (row->level == M2_UNKNOWN) {
        m2_found_skip(r, v->name, "An operation is under way, and nothing in it has failed so far.");
        return;
    }
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, v->name, NULL);
    m2_found_detail(r, f,
                    "The events of %s name no failure: they are kept for 90 days, and these may be older.",
                    v->name);
}

/* Where the stack itself was not read, its events still tell of a failure; of success only its status does.
 */
static bool of_events_alone(struct m2_check_run *r, const char *name)
{
    const struct m2_call *any = m2_call_about(r->snap, "cloudformation", "DescribeStackEvents", name);
    struct m2_stack_failure x;
    if (!name && any)
        name = m2_v_pstr(any->output, "StackEvents[0].StackName");
    if (!name)
        return false;
    m2_stack_first_failure(&x, r->arena, r->snap, name);
    if (x.event)
        report(r, name, &x, M2_FAIL, "The last operation failed");
    return x.event;
}

void m2_stack_events(struct m2_check_run *r)
{
    struct m2_stackview v = { 0 };
    m2_stackview_make(&v, r->arena, r->snap);
    const char *name = m2_str_or(v.name, "mroptimum-mode2");
    if (v.state == M2_STACK_UNSEEN && of_events_alone(r, v.name))
        return;
    if (v.state == M2_STACK_UNSEEN)
        m2_found_unseen(r, name, &v.look);
    else if (v.state == M2_STACK_NONE)
        after_deletion(r, name);
    else
        of_stack(r, &v);
}
