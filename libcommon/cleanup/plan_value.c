/* The plan as m2-plan/1 (docs/FORMATS). */
#include "m2/cleanup.h"

static void set_usd(struct m2_arena *a, struct m2_value *v, const char *key, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_pico_print(text, pico);
    m2_v_set_str(a, v, key, text);
}

static struct m2_value *counts_value(struct m2_arena *a, const struct m2_plan_item *item)
{
    struct m2_value *v = m2_v_object(a);
    bool bucket = m2_str_eq(item->type, "AWS::S3::Bucket");
    if (bucket) {
        m2_v_set_int(a, v, "versions", item->versions);
        m2_v_set_int(a, v, "delete_markers", item->markers);
        m2_v_set_int(a, v, "uploads", item->uploads);
        m2_v_set_bool(a, v, "more", item->more);
    }
    if (m2_str_eq(item->type, "AWS::StepFunctions::StateMachine") ||
        m2_str_eq(item->type, "AWS::ECS::Cluster"))
        m2_v_set_int(a, v, "running", item->running);
    else if (m2_str_eq(item->type, "AWS::ECR::Repository"))
        m2_v_set_int(a, v, "images", item->running);
    if (bucket || item->bytes)
        m2_v_set_int(a, v, "bytes", item->bytes);
    return v;
}

static struct m2_value *item_value(struct m2_arena *a, const struct m2_plan_item *item)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "action", m2_action_name(item->action));
    m2_v_set_str(a, v, "type", item->type);
    m2_v_set_str(a, v, "resource", item->resource);
    if (*item->logical_id)
        m2_v_set_str(a, v, "logical_id", item->logical_id);
    if (*item->stack_arn)
        m2_v_set_str(a, v, "stack", item->stack_arn);
    if (*item->proof)
        m2_v_set_str(a, v, "proof", item->proof);
    if (*item->reason)
        m2_v_set_str(a, v, "reason", item->reason);
    if (*item->why)
        m2_v_set_str(a, v, "why", item->why);
    if (item->counted)
        m2_v_set(a, v, "counts", counts_value(a, item));
    if (item->action == M2_ACT_KEEP && item->priced)
        set_usd(a, v, "usd_per_month", item->month_usd);
    if (item->command)
        m2_v_set_str(a, v, "command", item->command);
    return v;
}

static struct m2_value *note_value(struct m2_arena *a, const struct m2_plan_note *note)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "reason", note->slug);
    m2_v_set_str(a, v, "said", note->said);
    if (*note->fix)
        m2_v_set_str(a, v, "fix", note->fix);
    return v;
}

static struct m2_value *right_value(struct m2_arena *a, const struct m2_plan_right *right)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "action", right->action);
    m2_v_set_str(a, v, "for", right->what);
    m2_v_set_str(a, v, "state", m2_right_state_name(right->state));
    return v;
}

static struct m2_value *stack_value(struct m2_arena *a, const struct m2_plan *p)
{
    static const char *const states[] = { "there", "gone", "unread" };
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "name", p->stack);
    m2_v_set_str(a, v, "state", states[p->state]);
    if (*p->stack_arn)
        m2_v_set_str(a, v, "arn", p->stack_arn);
    if (*p->status)
        m2_v_set_str(a, v, "status", p->status);
    if (*p->role_arn)
        m2_v_set_str(a, v, "role", p->role_arn);
    m2_v_set_bool(a, v, "termination_protection", p->termination_protected);
    return v;
}

struct m2_value *m2_plan_to_value(struct m2_arena *a, const struct m2_plan *p, const char *tool,
                                  const char *version)
{
    struct m2_value *v = m2_v_object(a), *items = m2_v_array(a), *blocked = m2_v_array(a),
                    *warnings = m2_v_array(a), *rights = m2_v_array(a);
    for (size_t i = 0; i < p->items.len; i++)
        m2_v_push(a, items, item_value(a, &p->items.at[i]));
    for (size_t i = 0; i < p->blocked.len; i++)
        m2_v_push(a, blocked, note_value(a, &p->blocked.at[i]));
    for (size_t i = 0; i < p->warnings.len; i++)
        m2_v_push(a, warnings, note_value(a, &p->warnings.at[i]));
    for (size_t i = 0; i < p->rights.len; i++)
        m2_v_push(a, rights, right_value(a, &p->rights.at[i]));
    m2_v_set_str(a, v, "schema", M2_PLAN_SCHEMA);
    m2_v_set_str(a, v, "tool", tool);
    m2_v_set_str(a, v, "version", version);
    m2_v_set_str(a, v, "made_at", p->made_at);
    m2_v_set_str(a, v, "account", p->account);
    if (*p->alias)
        m2_v_set_str(a, v, "alias", p->alias);
    m2_v_set_str(a, v, "region", p->region);
    m2_v_set(a, v, "stack", stack_value(a, p));
    m2_v_set_str(a, v, "hash", p->hash);
    m2_v_set(a, v, "items", items);
    m2_v_set(a, v, "blocked", blocked);
    m2_v_set(a, v, "warnings", warnings);
    m2_v_set(a, v, "rights", rights);
    set_usd(a, v, "kept_usd_per_month", p->kept_usd);
    m2_v_set_bool(a, v, "kept_all_priced", p->all_priced);
    m2_v_set_int(a, v, "estimated_seconds", p->seconds);
    return v;
}
