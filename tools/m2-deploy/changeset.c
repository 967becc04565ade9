/* The change set: made, waited for, read, and deleted when it is not to be executed. */
#include <string.h>

#include "deploy.h"

#define CHANGE_SET "change-set"
#define FIRST_POLL_MS 250
#define LONGEST_POLL_MS 3000
#define NOTHING_GOES_ON "nothing was executed"

/* ---- making ---- */

/* SAM's applications become nested stacks. */
static bool has_nested(const struct deploy *d)
{
    const struct m2_value *r, *resources = m2_v_get(d->template.root, "Resources");
    m2_v_each(r, i, resources)
    {
        const char *type = m2_v_str(r, "Type");
        if (m2_str_eq(type, "AWS::CloudFormation::Stack") || m2_str_eq(type, "AWS::Serverless::Application"))
            return true;
    }
    return false;
}

static struct m2_value *request(struct deploy *d)
{
    struct m2_arena *a = d->arena;
    struct m2_value *v =
        m2_v_object_of(a, "StackName", d->updates ? d->arn : d->stack, "ChangeSetName", d->change_set,
                       "ClientToken", d->change_set, "ChangeSetType", d->updates ? "UPDATE" : "CREATE",
                       "Description", "made by m2-deploy", NULL);
    m2_v_set(a, v, "TemplateBody", m2_v_string_n(a, d->body.p, d->body.n));
    m2_v_set(a, v, "Capabilities", m2_deploy_capabilities(a, d->template.root));
    m2_v_set(a, v, "Parameters", m2_deploy_parameters_to_value(a, &d->parameters));
    if (has_nested(d)) /* else what is replaced in them is not told */
        m2_v_set_bool(a, v, "IncludeNestedStacks", true);
    if (m2_v_len(d->tags))
        m2_v_set(a, v, "Tags", m2_v_copy(a, d->tags));
    return v;
}

static const char *new_name(struct deploy *d)
{
    char uuid[M2_UUID_SIZE];
    m2_uuid4(uuid, d->v.world->sys);
    return m2_arena_printf(d->arena, "m2-deploy-%s", uuid);
}

/* Which parameter a refusal names, if any, with what it may be. */
static int refused(struct deploy *d, const struct m2_aws_answer *answer, struct m2_err *err)
{
    const char *said = answer->err.msg;
    for (size_t i = 0; i < d->parameters.list.len; i++) {
        const struct m2_deploy_parameter *p = &d->parameters.list.at[i];
        if (m2_str_has_ci(said, p->key) && m2_str_has_ci(said, "arameter"))
            return m2_fail(err, answer->err.code, "%s (%s comes from: %s)", said, p->key, p->from);
    }
    return m2_fail(err, answer->err.code, "%s", said);
}

static int ask_for(struct deploy *d, struct m2_err *err)
{
    struct m2_aws_answer answer;
    d->made_stack |= d->state->status[0] == '\0' || m2_str_eq(d->state->status, "DELETE_COMPLETE");
    if (deploy_note(d, CHANGE_SET, M2_STEP_STARTED,
                    m2_arena_printf(d->arena, "%s%s", d->change_set, d->made_stack ? " new" : ""), err) < 0)
        return -1;
    const struct m2_value *made = deploy_change(d, &answer, "CreateChangeSet", request(d));
    if (made)
        d->arn = m2_str_or(m2_v_str(made, "StackId"), d->arn);
    if (made || m2_str_starts(answer.code, "AlreadyExists")) /* asked for twice: the first answer was lost */
        return 0;
    if (refused(d, &answer, err) < 0 && answer.http_status >= 400 && answer.http_status < 500) {
        deploy_note_end(d, CHANGE_SET, M2_STEP_FAILED, answer.code);
        d->change_set = NULL;
    }
    return -1;
}

/* ---- waiting ---- */

static bool is_ready(const char *status)
{
    return m2_str_eq(status, "CREATE_COMPLETE") || m2_str_eq(status, "FAILED");
}

static int describe_one(const struct m2_value **out, struct deploy *d, const struct m2_value *input,
                        struct m2_err *err)
{
    struct m2_aws_answer answer;
    *out = deploy_ask(d, &answer, "DescribeChangeSet", input);
    return *out ? 0 : m2_fail(err, answer.err.code, "%s", answer.err.msg);
}

static int describe(const struct m2_value **out, struct deploy *d, struct m2_err *err)
{
    return describe_one(out, d,
                        m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack), "ChangeSetName",
                                       d->change_set, NULL),
                        err);
}

/* The list grows while it is read: nested stacks may nest. */
static int read_nested(struct deploy *d, struct m2_err *err)
{
    for (size_t i = 0; i < d->changes.list.len; i++) {
        const struct m2_value *set = NULL;
        const struct m2_change c = d->changes.list.at[i];
        if (!c.nested)
            continue;
        if (describe_one(&set, d, m2_v_object_of(d->arena, "ChangeSetName", c.nested, NULL), err) < 0)
            return m2_fail(err, err->code, "what changes in the nested stack %s could not be read: %s",
                           c.logical_id, m2_arena_strdup(d->arena, err->msg));
        m2_changes_add(&d->changes, d->arena, set, c.logical_id);
    }
    return 0;
}

static int wait_for(const struct m2_value **out, struct deploy *d, struct m2_err *err)
{
    int64_t wait = FIRST_POLL_MS;
    for (;; wait = wait * 2 < LONGEST_POLL_MS ? wait * 2 : LONGEST_POLL_MS) {
        if (describe(out, d, err) < 0)
            return -1;
        d->arn = m2_str_or(m2_v_str(*out, "StackId"), d->arn);
        if (is_ready(m2_v_str(*out, "Status")))
            return 0;
        if (deploy_wait(d, wait, NOTHING_GOES_ON, err) < 0)
            return -1;
    }
}

static int make(bool *empty, struct deploy *d, struct m2_err *err)
{
    const struct m2_value *set = NULL;
    if (ask_for(d, err) < 0 || wait_for(&set, d, err) < 0)
        return -1;
    const char *reason = m2_str_or(m2_v_str(set, "StatusReason"), "no reason is given");
    m2_changes_read(&d->changes, d->arena, set);
    if (!m2_str_eq(m2_v_str(set, "Status"), "FAILED"))
        return read_nested(d, err);
    *empty = m2_changes_none(reason);
    return *empty ? 0 : m2_fail(err, M2_ESERVICE, "CloudFormation could not make the change set: %s", reason);
}

int deploy_make_change_set(bool *empty, struct deploy *d, struct m2_err *err)
{
    *empty = false;
    d->updates = d->state->act == M2_DEPLOY_UPDATE;
    d->change_set = new_name(d);
    m2_progress_phase(d->v.progress, "asking CloudFormation what would change");
    int rc = make(empty, d, err);
    if (rc < 0 || *empty)
        deploy_drop_change_set(d);
    return rc;
}

/* ---- deleting ---- */

/* A name and nothing else, which this run or the one it continues gave. */
static bool delete_named_stack(struct deploy *d, struct m2_aws_answer *answer)
{
    const struct m2_value *told =
        deploy_ask(d, answer, "DescribeStacks",
                   m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack), NULL));
    const char *status = m2_v_pstr(told, "Stacks[0].StackStatus"),
               *arn = m2_v_pstr(told, "Stacks[0].StackId");
    if (!told && deploy_is_gone(answer))
        return true;
    if (!told || !m2_str_eq(status, "REVIEW_IN_PROGRESS"))
        return told != NULL;
    return deploy_change(d, answer, "DeleteStack",
                         m2_v_object_of(d->arena, "StackName", arn, "ClientRequestToken",
                                        m2_arena_printf(d->arena, "drop-%s", d->change_set), NULL)) != NULL;
}

void deploy_drop_change_set(struct deploy *d)
{
    struct m2_aws_answer answer = { 0 };
    if (!d->change_set)
        return;
    bool gone = deploy_change(d, &answer, "DeleteChangeSet",
                              m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack),
                                             "ChangeSetName", d->change_set, NULL)) ||
                deploy_is_gone(&answer);
    gone = gone && (!d->made_stack || delete_named_stack(d, &answer));
    if (!gone)
        verify_note(&d->v,
                    "The change set %s of stack %s could not be deleted (%s); the next run tries again.",
                    d->change_set, d->stack, answer.err.msg);
    if (!gone)
        return;
    deploy_note_end(d, CHANGE_SET, M2_STEP_DONE, "deleted");
    d->change_set = NULL;
}
