/* Executing the change set, and following CloudFormation to the end, rollback and all. */
#include <string.h>

#include "deploy.h"

#define CHANGE_SET "change-set"
#define EXECUTE "execute"
#define FIRST_POLL_MS 250
#define LONGEST_POLL_MS 5000
#define MOST_STALE 12 /* readings that may still show the state from before */
#define MOST_BLIND 24 /* readings in a row that may fail: two minutes */
#define TRIES 3

/* ---- the state ---- */

static int describe(const struct m2_value **out, struct deploy *d, struct m2_aws_answer *answer)
{
    const struct m2_value *told =
        deploy_ask(d, answer, "DescribeStacks",
                   m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack), NULL));
    *out = m2_v_path(told, "Stacks[0]");
    return told ? 0 : -1;
}

int deploy_look(struct deploy *d, struct m2_err *err)
{
    struct m2_aws_answer answer;
    const struct m2_value *stack = NULL;
    if (describe(&stack, d, &answer) < 0 && !deploy_is_gone(&answer))
        return m2_fail(err, answer.err.code, "%s", answer.err.msg);
    d->view.root = stack;
    d->view.status = m2_v_str(stack, "StackStatus");
    d->state = m2_deploy_state(d->view.status);
    bool gone = !stack || m2_str_eq(d->view.status, "DELETE_COMPLETE");
    d->arn = gone ? NULL : m2_str_or(m2_v_str(stack, "StackId"), d->arn);
    return 0;
}

/* ---- events ---- */

struct following {
    struct deploy *d;
    const char *token, *before;
    size_t done;         /* resources that are complete */
    const char *last;    /* id of the newest event that was told */
    const char *waiting; /* "RunJobLambda (AWS::Lambda::Function)" */
    int64_t waiting_since;
    bool ours;               /* an event with the token was seen */
    const char *told_failed; /* logical id of the failure that was told last */
};

static void one_event(struct following *f, const struct m2_value *e)
{
    struct deploy *d = f->d;
    const char *id = m2_v_str(e, "LogicalResourceId"), *type = m2_v_str(e, "ResourceType");
    const char *status = m2_v_str(e, "ResourceStatus");
    bool own = m2_str_eq(m2_v_str(e, "PhysicalResourceId"), m2_v_str(e, "StackId"));
    const char *what = m2_arena_printf(d->arena, "%s (%s)", m2_str_or(id, "?"), m2_str_or(type, "?"));
    if (own && m2_str_has_ci(status, "ROLLBACK_IN_PROGRESS"))
        m2_progress_phase(d->v.progress, "it failed; CloudFormation undoes what it made");
    if (own)
        return;
    if (m2_str_ends(status, "_COMPLETE")) {
        f->done++;
        if (m2_str_eq(f->waiting, what))
            f->waiting = NULL;
    } else if (m2_str_ends(status, "_FAILED") && !m2_str_eq(f->told_failed, id)) {
        f->told_failed = id;
        m2_progress_phase(d->v.progress, m2_arena_printf(d->arena, "%s: %s: %s", what, status,
                                                         m2_str_or(m2_v_str(e, "ResourceStatusReason"), "")));
    } else if (m2_str_ends(status, "_IN_PROGRESS") && !m2_str_eq(f->waiting, what)) {
        f->waiting = what;
        f->waiting_since = m2_mono_ms(d->v.world->sys);
    }
}

/* Newest first; those since the last look, oldest first. Not being allowed to read events changes nothing. */
static void read_events(struct following *f)
{
    struct deploy *d = f->d;
    struct m2_value *out = NULL;
    struct m2_err none = { 0 };
    const struct m2_aws_call call = { .service = "cloudformation",
                                      .operation = "DescribeStackEvents",
                                      .input = m2_v_object_of(d->arena, "StackName",
                                                              m2_str_or(d->arn, d->stack), NULL),
                                      .one_page = true };
    if (m2_aws_fetch(&out, d->arena, d->v.session.aws, &call, &none) < 0)
        return;
    const struct m2_value *events = m2_v_get(out, "StackEvents");
    size_t n = 0;
    for (; n < m2_v_len(events); n++) {
        const struct m2_value *e = m2_v_at(events, n);
        if (m2_str_eq(m2_v_str(e, "EventId"), f->last) ||
            (f->token && !m2_str_eq(m2_v_str(e, "ClientRequestToken"), f->token)))
            break;
    }
    f->ours |= f->token && n > 0;
    for (size_t i = n; i-- > 0;)
        one_event(f, m2_v_at(events, i));
    if (n)
        f->last = m2_v_str(m2_v_at(events, 0), "EventId");
}

static void tell(struct following *f)
{
    struct deploy *d = f->d;
    size_t n = d->changes.list.len;
    const char *count = n ? m2_arena_printf(d->arena, "%zu of %zu done", f->done < n ? f->done : n, n)
                          : m2_arena_printf(d->arena, "%zu done", f->done);
    int64_t since = (m2_mono_ms(d->v.world->sys) - f->waiting_since) / 1000;
    m2_progress_update(d->v.progress, f->waiting ? m2_arena_printf(d->arena, "%s; waiting for %s, %lld s",
                                                                   count, f->waiting, (long long)since)
                                                 : count);
}

static const char *goes_on(struct deploy *d)
{
    return m2_arena_printf(d->arena, "CloudFormation goes on; %s follows it", deploy_resume_command(d));
}

int deploy_follow(struct deploy *d, const char *token, const char *before, struct m2_err *err)
{
    struct following f = { .d = d, .token = token, .before = before };
    int64_t wait = FIRST_POLL_MS;
    for (int blind = 0, stale = 0;; wait = wait * 2 < LONGEST_POLL_MS ? wait * 2 : LONGEST_POLL_MS) {
        struct m2_err why = { 0 };
        int rc = deploy_look(d, &why);
        if (rc < 0 && (why.code == M2_ECRED || why.code == M2_ECANCELLED || ++blind >= MOST_BLIND))
            return m2_fail(err, why.code, "%s; %s", why.msg, goes_on(d));
        if (rc == 0) {
            blind = 0;
            read_events(&f);
            tell(&f);
            bool old = before && m2_str_eq(d->view.status, before) && !f.ours;
            if (d->state->end != M2_DEPLOY_RUNNING && (!old || stale++ >= MOST_STALE))
                return 0;
        }
        if (deploy_wait(d, wait, goes_on(d), err) < 0)
            return -1;
    }
}

/* ---- executing ---- */

/* The answer says no; the change set knows better. */
static bool is_executed(struct deploy *d)
{
    struct m2_aws_answer answer;
    const struct m2_value *set = deploy_ask(d, &answer, "DescribeChangeSet",
                                            m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack),
                                                           "ChangeSetName", d->change_set, NULL));
    const char *status = m2_v_str(set, "ExecutionStatus");
    return m2_str_starts(status, "EXECUTE_") || (!set && deploy_is_gone(&answer));
}

static int ask_to_execute(struct deploy *d, const char *token, struct m2_err *err)
{
    struct m2_aws_answer answer;
    struct m2_value *input = m2_v_object_of(d->arena, "StackName", d->arn, "ChangeSetName", d->change_set,
                                            "ClientRequestToken", token, NULL);
    if (d->args->no_rollback)
        m2_v_set_bool(d->arena, input, "DisableRollback", true);
    for (int i = 0; i < TRIES; i++) {
        if (deploy_change(d, &answer, "ExecuteChangeSet", input) || is_executed(d))
            return 0;
        bool said_no = answer.http_status >= 400 && answer.http_status < 500;
        if (said_no || m2_cancelled(d->v.world->sys))
            break;
    }
    return m2_fail(err, answer.err.code, "the change set was not executed: %s", answer.err.msg);
}

int deploy_execute(struct deploy *d, struct m2_err *err)
{
    char uuid[M2_UUID_SIZE];
    m2_uuid4(uuid, d->v.world->sys);
    const char *token = m2_arena_printf(d->arena, "m2-deploy-%s", uuid);
    m2_progress_phase(d->v.progress, d->updates ? "updating the stack" : "creating the stack");
    if (deploy_note(d, EXECUTE, M2_STEP_STARTED, m2_arena_printf(d->arena, "%s %s", d->change_set, token),
                    err) < 0)
        return -1;
    if (ask_to_execute(d, token, err) < 0) {
        if (err->code != M2_ECANCELLED && err->code != M2_ENET) /* of those nothing is known */
            deploy_note_end(d, EXECUTE, M2_STEP_FAILED, "refused");
        return -1;
    }
    d->token = token;
    return deploy_note(d, CHANGE_SET, M2_STEP_DONE, "executed", err);
}

/* ---- a stack that is good for nothing ---- */

static int holds_nothing(struct deploy *d, struct m2_err *err)
{
    struct m2_aws_answer answer;
    const struct m2_value *r, *told = deploy_ask(d, &answer, "ListStackResources",
                                                 m2_v_object_of(d->arena, "StackName", d->arn, NULL));
    if (!told)
        return m2_fail(err, answer.err.code, "whether stack %s still holds something is not known: %s",
                       d->stack, answer.err.msg);
    m2_v_each(r, i, m2_v_get(told, "StackResourceSummaries"))
    {
        const char *status = m2_v_str(r, "ResourceStatus");
        if (!m2_str_eq(status, "DELETE_COMPLETE"))
            return m2_fail(
                err, M2_ESERVICE,
                "stack %s still holds %s (%s, %s); m2-cleanup --stack %s shows what would be deleted "
                "with it",
                d->stack, m2_str_or(m2_v_str(r, "LogicalResourceId"), "?"),
                m2_str_or(m2_v_str(r, "ResourceType"), "?"), m2_str_or(status, "?"), d->stack);
    }
    return 0;
}

int deploy_delete_stack(struct deploy *d, struct m2_err *err)
{
    struct m2_aws_answer answer;
    const char *before = d->view.status, *arn = d->arn;
    if (holds_nothing(d, err) < 0)
        return -1;
    m2_progress_phase(d->v.progress, "deleting the empty stack");
    if (deploy_note(d, "delete-stack", M2_STEP_STARTED, arn, err) < 0)
        return -1;
    if (!deploy_change(d, &answer, "DeleteStack", m2_v_object_of(d->arena, "StackName", arn, NULL)))
        return m2_fail(err, answer.err.code, "the stack was not deleted: %s", answer.err.msg);
    if (deploy_follow(d, NULL, before, err) < 0)
        return -1;
    if (d->state->act != M2_DEPLOY_CREATE)
        return m2_fail(err, M2_ESERVICE, "stack %s was not deleted: it is in state %s", d->stack,
                       d->view.status);
    return deploy_note(d, "delete-stack", M2_STEP_DONE, NULL, err);
}
