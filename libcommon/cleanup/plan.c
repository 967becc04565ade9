/* The plan: who, which stack, what of it, in which order. */
#include "cleanup/plan.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/names.h"
#include "m2/deployment.h"
#include "m2/digest.h"

const char *m2_action_name(enum m2_action a)
{
    static const char *const names[] = {
        "unregister",   "stop",   "detach",      "empty", "delete-repository",
        "delete-stack", "delete", "delete-logs", "keep"
    };
    return names[a];
}

const char *m2_right_state_name(enum m2_right_state s)
{
    static const char *const names[] = { "allowed", "missing", "denied", "unknown" };
    return names[s];
}

void m2_plan_note_add(struct m2_planning *p, bool blocks, const char *slug, const char *said, const char *fix)
{
    const struct m2_plan_note note = { slug, said, fix };
    if (blocks)
        m2_vec_push(p->a, &p->out->blocked, note);
    else
        m2_vec_push(p->a, &p->out->warnings, note);
}

bool m2_plan_leaves(const struct m2_plan *p)
{
    static const char *const unread[] = { "stack.past-unread", "stack.leftovers-unread" };
    if (p->state != M2_PLAN_GONE)
        return false;
    for (size_t i = 0; i < p->items.len; i++)
        if (m2_str_eq(p->items.at[i].reason, "stack.left-behind") ||
            m2_str_ends(p->items.at[i].reason, ".unread"))
            return true;
    for (size_t i = 0; i < p->warnings.len; i++)
        for (size_t k = 0; k < sizeof unread / sizeof unread[0]; k++)
            if (m2_str_eq(p->warnings.at[i].slug, unread[k]))
                return true;
    return false;
}

size_t m2_plan_work(const struct m2_plan *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->items.len; i++)
        n += p->items.at[i].action != M2_ACT_KEEP;
    return n;
}

/* ---- who and what ---- */

static const char *alias_of(const struct m2_snapshot *s)
{
    struct m2_look look = m2_look_output(s, "iam", "ListAccountAliases", NULL);
    return m2_str_or(m2_v_text(m2_v_path(look.item, "AccountAliases[0]")), "");
}

/* The newest deleted stack of the name: its resources were listed by ARN, those of its nested stacks too. */
static const char *gone_arn(const struct m2_planning *p)
{
    const struct m2_call *c = NULL;
    const char *asked = m2_str_or(p->s->target.stack, "");
    const char *named = m2_arena_printf(p->a, ":stack/%s/", asked);
    while ((c = m2_calls(p->s, "cloudformation", "ListStackResources", c))) {
        const char *arn = m2_v_str(c->input, "StackName");
        if (m2_str_starts(arn, "arn:") && (m2_str_eq(arn, asked) || strstr(arn, named)))
            return arn;
    }
    return m2_str_starts(asked, "arn:") ? asked : "";
}

static void head(struct m2_planning *p)
{
    struct m2_plan *out = p->out;
    static const enum m2_plan_state states[] = {
        [M2_STACK_UNSEEN] = M2_PLAN_UNSEEN, [M2_STACK_NONE] = M2_PLAN_GONE, [M2_STACK_THERE] = M2_PLAN_STACK
    };
    out->state = states[p->view.state];
    out->account = m2_str_or(m2_own_account(p->s), "");
    out->alias = alias_of(p->s);
    out->region = m2_str_or(p->s->region, "");
    out->stack = m2_str_or(p->view.name, m2_str_or(p->s->target.stack, ""));
    out->stack_arn = out->state == M2_PLAN_STACK ? m2_str_or(p->view.arn, "") : gone_arn(p);
    out->status = out->state == M2_PLAN_STACK ? m2_str_or(p->view.status, "")
                  : *out->stack_arn           ? "DELETE_COMPLETE"
                                              : "";
    out->role_arn = m2_str_or(p->opt->role_arn, m2_str_or(m2_v_str(p->view.root, "RoleARN"), ""));
    out->termination_protected = m2_v_bool_or(p->view.root, "EnableTerminationProtection", false);
    out->made_at = m2_str_or(p->s->collected_at, "");
}

/* ---- the order and its hash ---- */

static int by_step(const void *left, const void *right)
{
    const struct m2_plan_item *l = left, *r = right;
    if (l->action != r->action)
        return l->action < r->action ? -1 : 1;
    int type = strcmp(l->type, r->type);
    return type ? type : strcmp(l->resource, r->resource);
}

static void hash(struct m2_plan *out)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)64 << 20);
    m2_buf_addf(&b, "%s\n%s\n", out->account, out->stack_arn);
    for (size_t i = 0; i < out->items.len; i++)
        m2_buf_addf(&b, "%s\t%s\n", m2_action_name(out->items.at[i].action), out->items.at[i].resource);
    m2_sha256_hex(out->hash, b.data, b.len);
    m2_buf_free(&b);
}

static void sum_up(struct m2_planning *p)
{
    struct m2_plan *out = p->out;
    out->all_priced = true;
    for (size_t i = 0; i < out->items.len; i++) {
        struct m2_plan_item *item = &out->items.at[i];
        out->seconds += item->seconds;
        if (item->action != M2_ACT_KEEP)
            continue;
        m2_plan_cost(p, item);
        out->kept_usd += item->priced ? item->month_usd : 0;
        out->all_priced = out->all_priced && item->priced;
    }
}

void m2_plan_make_with(struct m2_plan *out, struct m2_arena *a, const struct m2_snapshot *s,
                       const struct m2_plan_options *opt, const struct m2_guard *guards, size_t n_guards)
{
    struct m2_planning p = { .a = a, .s = s, .opt = opt, .guards = guards, .n_guards = n_guards, .out = out };
    *out = (struct m2_plan){ 0 };
    m2_stackview_make(&p.view, a, s);
    m2_cleanup_index_parents(&p);
    head(&p);
    if (out->state == M2_PLAN_STACK)
        m2_plan_resources(&p);
    else if (out->state == M2_PLAN_GONE)
        m2_plan_leftovers(&p);
    m2_plan_units(&p);
    if (out->items.len)
        qsort(out->items.at, out->items.len, sizeof *out->items.at, by_step);
    m2_plan_blocks(&p);
    m2_plan_rights(&p);
    sum_up(&p);
    hash(out);
}

void m2_plan_make(struct m2_plan *out, struct m2_arena *a, const struct m2_snapshot *s,
                  const struct m2_plan_options *opt)
{
    size_t n;
    const struct m2_guard *guards = m2_guard_table(&n);
    m2_plan_make_with(out, a, s, opt, guards, n);
}
