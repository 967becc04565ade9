/* The steps before the stack: the unit, what runs, the network of functions, buckets, repositories; and the
 * logs after it. */
#include "cleanup/teardown.h"

#include <string.h>

#define POLL_MS 3000
#define STOP_WAIT_MS (3 * 60 * 1000) /* Fargate kills a task after at most two minutes */
#define SWEEPS 2                     /* a job that was queued before the unit went may still come */

/* ---- the unit ---- */

int m2_teardown_unregister(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    struct m2_err why = { 0 };
    m2_teardown_tell(x, "unregistering %s at CloudMR Brain", t->item->resource);
    if (m2_teardown_may_go_on(x, err) < 0 ||
        m2_teardown_note(x, "unregister", t->item->resource, M2_STEP_STARTED, NULL, err) < 0)
        return -1;
    if (x->opt->unregister(x->opt->user, t->item->resource, &why) < 0 && why.code != M2_ENOTFOUND) {
        if (m2_teardown_note(x, "unregister", t->item->resource, M2_STEP_FAILED, why.msg, err) < 0)
            return -1;
        m2_teardown_left(t, "unit.registered", m2_arena_strdup(x->a, why.msg));
        return m2_fail(err, why.code,
                       "the unit %s is still registered, so nothing else was begun: %s (--skip-brain goes on "
                       "without it)",
                       t->item->resource, why.msg);
    }
    t->state = M2_END_GONE;
    return m2_teardown_note(x, "unregister", t->item->resource, M2_STEP_DONE, NULL, err);
}

/* ---- what runs ---- */

/* How what runs is listed and stopped, by the type of what it runs in. */
struct stopper {
    const char *type, *service, *list, *list_key, *filter_key, *filter;
    const char *items, *item_key; /* item_key NULL: the items are texts */
    const char *step, *stop, *stop_key;
    bool in_cluster; /* stopping names the cluster too */
};
static const struct stopper stoppers[] = {
    { "AWS::StepFunctions::StateMachine", "stepfunctions", "ListExecutions", "stateMachineArn",
      "statusFilter", "RUNNING", "executions", "executionArn", "stop-execution", "StopExecution",
      "executionArn", false },
    { "AWS::ECS::Cluster", "ecs", "ListTasks", "cluster", "desiredStatus", "RUNNING", "taskArns", NULL,
      "stop-task", "StopTask", "task", true },
};

static const struct stopper *stopper_of(const struct m2_teardown_item *t)
{
    for (size_t i = 0; i < sizeof stoppers / sizeof stoppers[0]; i++)
        if (t->item->action == M2_ACT_STOP && m2_str_eq(t->item->type, stoppers[i].type))
            return &stoppers[i];
    return NULL;
}

/* *N what runs now; STOP: it is told to stop. */
static int sweep(size_t *n, struct m2_teardown_run *x, struct m2_teardown_item *t, const struct stopper *s,
                 bool stop, struct m2_err *err)
{
    const struct m2_value *out = NULL, *item;
    struct m2_err why = { 0 };
    enum m2_said said = m2_teardown_ask(
        &out, x, s->service, s->list,
        m2_v_object_of(x->a, s->list_key, t->item->resource, s->filter_key, s->filter, NULL), &why);
    *n = 0;
    if (said == M2_SAID_GONE)
        return 0;
    if (said == M2_SAID_NO) /* what runs and is not seen would go on, and cost */
        return m2_fail(err, why.code, "what runs in %s could not be listed: %s", t->item->resource, why.msg);
    const struct m2_value *items = m2_v_get(out, s->items);
    *n = m2_v_len(items);
    m2_v_each(item, i, stop ? items : NULL)
    {
        const char *arn = s->item_key ? m2_v_str(item, s->item_key) : m2_v_text(item);
        if (!arn)
            continue;
        const struct m2_value *input =
            m2_v_object_of(x->a, s->stop_key, arn, s->in_cluster ? "cluster" : NULL, t->item->resource, NULL);
        if (m2_teardown_change(&said, x, s->step, arn, s->service, s->stop, input, &why, err) < 0)
            return -1;
        if (said == M2_SAID_NO)
            return m2_fail(err, why.code, "%s could not be stopped: %s", arn, why.msg);
    }
    return 0;
}

static int sweep_all(size_t *n, struct m2_teardown_run *x, bool stop, struct m2_err *err)
{
    *n = 0;
    for (size_t i = 0; i < x->out->items.len; i++) {
        const struct stopper *s = stopper_of(&x->out->items.at[i]);
        size_t runs = 0;
        if (s && sweep(&runs, x, &x->out->items.at[i], s, stop, err) < 0)
            return -1;
        *n += runs;
    }
    return 0;
}

int m2_teardown_stop_all(struct m2_teardown_run *x, struct m2_err *err)
{
    for (int round = 0; round < SWEEPS; round++) {
        size_t n;
        int64_t since = m2_mono_ms(x->opt->sys);
        if (sweep_all(&n, x, true, err) < 0)
            return -1;
        while (n) {
            m2_teardown_progress(x, "%zu still to stop", n);
            if (m2_teardown_wait(x, POLL_MS, err) < 0 || sweep_all(&n, x, false, err) < 0)
                return -1;
            if (n && m2_mono_ms(x->opt->sys) - since > STOP_WAIT_MS)
                return m2_fail(err, M2_ESERVICE, "%zu executions and tasks did not stop within three minutes",
                               n);
        }
    }
    return 0;
}

/* ---- functions, repositories, logs ---- */

int m2_teardown_detach(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    struct m2_value *input = m2_v_object_of(x->a, "FunctionName", t->item->resource, NULL),
                    *none = m2_v_object(x->a);
    struct m2_err why = { 0 };
    enum m2_said said;
    m2_v_set(x->a, none, "SubnetIds", m2_v_array(x->a));
    m2_v_set(x->a, none, "SecurityGroupIds", m2_v_array(x->a));
    m2_v_set(x->a, input, "VpcConfig", none);
    m2_teardown_tell(x, "detaching %s from its VPC", t->item->resource);
    if (m2_teardown_change(&said, x, "detach", t->item->resource, "lambda", "UpdateFunctionConfiguration",
                           input, &why, err) < 0)
        return -1;
    if (said == M2_SAID_NO) /* the deletion then takes longer, or says so itself */
        m2_vec_push(
            x->a, &x->out->notes,
            m2_arena_printf(x->a, "%s could not be detached from its VPC: %s", t->item->resource, why.msg));
    return 0;
}

int m2_teardown_repository(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    struct m2_value *input =
        m2_v_object_of(x->a, "registryId", x->out->plan.account, "repositoryName", t->item->resource, NULL);
    struct m2_err why = { 0 };
    enum m2_said said;
    m2_v_set_bool(x->a, input, "force", true);
    m2_teardown_tell(x, "deleting the repository %s", t->item->resource);
    if (m2_teardown_change(&said, x, "delete-repository", t->item->resource, "ecr", "DeleteRepository", input,
                           &why, err) < 0)
        return -1;
    if (said == M2_SAID_NO)
        m2_teardown_left(t, "ecr.images", m2_arena_strdup(x->a, why.msg));
    return 0;
}

int m2_teardown_logs(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    struct m2_err why = { 0 };
    enum m2_said said;
    if (m2_teardown_change(&said, x, "delete-logs", t->item->resource, "logs", "DeleteLogGroup",
                           m2_v_object_of(x->a, "logGroupName", t->item->resource, NULL), &why, err) < 0)
        return -1;
    if (said == M2_SAID_NO)
        m2_teardown_left(t, "logs.denied", m2_arena_strdup(x->a, why.msg));
    return 0;
}

/* ---- buckets ---- */

static void on_progress(void *user, const struct m2_empty_progress *p)
{
    m2_teardown_progress(user, "%llu of %llu versions deleted%s", (unsigned long long)p->deleted,
                         (unsigned long long)p->listed, p->slowed ? ", S3 asks for less" : "");
}

static void say_left(struct m2_teardown_run *x, struct m2_teardown_item *t, const struct m2_empty_result *r)
{
    const struct m2_empty_left *first = r->left.len ? &r->left.at[0] : NULL;
    bool denied = first && m2_aws_is_denied(first->code);
    m2_teardown_left(t,
                     denied && t->item->lock ? "bucket.object-lock"
                     : denied                ? "bucket.denied"
                                             : "bucket.not-empty",
                     first ? m2_arena_printf(x->a, "%llu could not be deleted, the first %s: %s (%s)",
                                             (unsigned long long)r->done.failed, first->key,
                                             m2_str_or(first->message, ""), m2_str_or(first->code, ""))
                           : "Something was put in while it was emptied.");
}

int m2_teardown_empty(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    const struct m2_plan *plan = &x->out->plan;
    const struct m2_empty_options options = { .sys = x->opt->sys,
                                              .net = x->opt->net,
                                              .aws = x->opt->aws,
                                              .bucket = t->item->resource,
                                              .region = plan->region,
                                              .owner = plan->account,
                                              .bypass_governance =
                                                  x->opt->plan.bypass_governance && t->item->lock,
                                              .deadline_mono_ms = x->opt->deadline_mono_ms,
                                              .progress = on_progress,
                                              .user = x };
    struct m2_empty_result r = { 0 };
    struct m2_err why = { 0 };
    m2_teardown_tell(x, "emptying %s", t->item->resource);
    if (m2_teardown_may_go_on(x, err) < 0 ||
        m2_teardown_note(x, "empty", t->item->resource, M2_STEP_STARTED, NULL, err) < 0)
        return -1;
    int rc = x->opt->empty(&r, x->a, &options, &why);
    x->out->versions += r.done.deleted;
    x->out->bytes += r.done.bytes;
    x->out->uploads += r.done.uploads;
    if (rc < 0 && m2_teardown_fatal(&why)) /* the step stays open */
        return m2_fail(err, why.code, "%s", why.msg);
    bool ok = rc == 0 && (r.empty || r.gone);
    const char *reason =
        m2_arena_printf(x->a, "%llu versions, %llu bytes, %llu uploads deleted%s%s",
                        (unsigned long long)r.done.deleted, (unsigned long long)r.done.bytes,
                        (unsigned long long)r.done.uploads, rc < 0 ? "; " : "", rc < 0 ? why.msg : "");
    if (ok)
        m2_teardown_good(t, M2_END_NOT_BEGUN);
    else if (rc < 0)
        m2_teardown_left(t, "bucket.denied", m2_arena_strdup(x->a, why.msg));
    else
        say_left(x, t, &r);
    return m2_teardown_note(x, "empty", t->item->resource, ok ? M2_STEP_DONE : M2_STEP_FAILED, reason, err);
}
