/* What was begun is written down first: a run that was killed is continued, not repeated. */
#include <string.h>

#include "deploy.h"
#include "m2/digest.h"
#include "m2/json.h"

#define PLAN "deploy"
#define CHANGE_SET "change-set"
#define EXECUTE "execute"

const char *deploy_template_id(struct deploy *d)
{
    char hash[M2_SHA256_HEX];
    m2_sha256_hex(hash, d->body.p, d->body.n);
    return m2_arena_strndup(d->arena, hash, 16);
}

int deploy_note(struct deploy *d, const char *step, enum m2_step_state state, const char *reason,
                struct m2_err *err)
{
    return m2_journal_write(d->journal, step, d->stack, state, reason, err);
}

void deploy_note_end(struct deploy *d, const char *step, enum m2_step_state state, const char *reason)
{
    struct m2_err why = { 0 };
    if (deploy_note(d, step, state, reason, &why) < 0)
        verify_note(&d->v, "%s", m2_arena_strdup(d->arena, why.msg));
}

static void read_plan(struct deploy *d)
{
    const struct m2_step *open = m2_journal_open_step(d->journal, PLAN, d->stack);
    struct m2_value *v = NULL;
    struct m2_err none = { 0 };
    if (open && m2_json_parse(&v, d->arena, m2_bytes_of(open->reason), "journal", &none) == 0)
        d->earlier = v;
}

int deploy_open_journal(struct deploy *d, const char *account, const char *region, struct m2_err *err)
{
    char hash[M2_SHA256_HEX];
    bool locked = false;
    const char *dir = m2_state_dir(d->arena, d->v.world->sys);
    const char *whose =
        m2_arena_printf(d->arena, "%s/%s/%s", m2_str_or(account, "?"), m2_str_or(region, "?"), d->stack);
    m2_sha256_hex(hash, whose, strlen(whose));
    if (!dir)
        return m2_fail(err, M2_EIO,
                       "there is no place for the journal, which continues an interrupted deployment: set "
                       "XDG_STATE_HOME or HOME; nothing was made");
    const char *path = m2_arena_printf(d->arena, "%s/deploy-%.12s.jsonl", dir, hash);
    if (m2_journal_open(&d->journal, d->arena, path, deploy_tool.name, d->v.world->sys, err) < 0 ||
        m2_journal_lock(d->journal, &locked, err) < 0)
        return m2_fail(err, err->code, "%s; nothing was made", m2_arena_strdup(d->arena, err->msg));
    if (!locked)
        return m2_fail(err, M2_EIO,
                       "another m2-deploy is at work on this stack (journal %s); nothing was made", path);
    read_plan(d);
    return 0;
}

int deploy_note_plan(struct deploy *d, struct m2_err *err)
{
    struct m2_arena *a = d->arena;
    struct m2_value *plan = m2_v_object(a), *parameters = m2_v_object(a);
    for (size_t i = 0; i < d->parameters.list.len; i++) {
        const struct m2_deploy_parameter *p = &d->parameters.list.at[i];
        if (!p->hidden && !p->use_previous && p->value)
            m2_v_set_str(a, parameters, p->key, p->value);
    }
    m2_v_set_str(a, plan, "template", deploy_template_id(d));
    m2_v_set(a, plan, "parameters", parameters);
    m2_v_set(a, plan, "tags", m2_v_copy(a, d->tags));
    return deploy_note(d, PLAN, M2_STEP_STARTED, m2_json_text(a, plan), err);
}

/* ---- taking over ---- */

/* "NAME TOKEN" or "NAME new". */
static const char *split(struct deploy *d, const struct m2_step *s, const char **second)
{
    return m2_str_cut(d->arena, s->reason, ' ', second);
}

/* Is, or was, change set NAME executed? -1: it may not be asked. */
static int was_executed(struct deploy *d, const char *name, struct m2_err *err)
{
    static const char *const yes[] = { "EXECUTE_IN_PROGRESS", "EXECUTE_COMPLETE", "EXECUTE_FAILED",
                                       "OBSOLETE" };
    struct m2_aws_answer answer;
    const struct m2_value *set = deploy_ask(
        d, &answer, "DescribeChangeSet",
        m2_v_object_of(d->arena, "StackName", m2_str_or(d->arn, d->stack), "ChangeSetName", name, NULL));
    if (!set && deploy_is_gone(&answer)) /* executed ones go with the next update */
        return 1;
    if (!set)
        return m2_fail(err, answer.err.code, "%s", answer.err.msg);
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        if (m2_str_eq(m2_v_str(set, "ExecutionStatus"), yes[i]))
            return 1;
    return 0;
}

static int take_over_execution(struct deploy *d, const struct m2_step *open, struct m2_err *err)
{
    const char *token = NULL, *name = split(d, open, &token);
    bool runs = d->state->act == M2_DEPLOY_FOLLOW;
    int executed = runs ? 1 : d->state->act == M2_DEPLOY_CREATE ? 0 : was_executed(d, name, err);
    if (executed < 0)
        return -1;
    if (executed) {
        d->token = token;
        d->change_set = runs ? name : NULL;
        return runs ? 0 : deploy_note(d, EXECUTE, M2_STEP_DONE, d->state->status, err);
    }
    return deploy_note(d, EXECUTE, M2_STEP_FAILED, "it was not executed", err);
}

int deploy_take_over(struct deploy *d, struct m2_err *err)
{
    const struct m2_step *execute = m2_journal_open_step(d->journal, EXECUTE, d->stack);
    const struct m2_step *made = m2_journal_open_step(d->journal, CHANGE_SET, d->stack);
    const char *mark = NULL;
    if (execute && take_over_execution(d, execute, err) < 0)
        return -1;
    if (made && d->token) /* what was executed is no change set to delete any more */
        return deploy_note(d, CHANGE_SET, M2_STEP_DONE, "executed", err);
    if (!made)
        return 0;
    d->change_set = split(d, made, &mark);
    d->made_stack = m2_str_eq(mark, "new") && m2_str_eq(d->state->status, "REVIEW_IN_PROGRESS");
    if (d->state->act != M2_DEPLOY_FOLLOW)
        deploy_drop_change_set(d);
    bool gone = d->made_stack && !d->change_set;
    return gone ? deploy_look(d, err) : 0;
}
