#include "analyze/policy/statement.h"

#include "analyze/policy/document.h"
#include "m2/str.h"

static enum m2_truth any_action(struct m2_eval *ev, const struct m2_value *list)
{
    enum m2_truth best = M2_NO;
    const char *text = NULL;
    for (size_t i = 0; (text = m2_policy_text(list, i)); i++) {
        struct m2_pattern p = m2_pattern_make(ev->a, text, false, true);
        best = m2_or(best, m2_pattern_covers(ev->a, &p, &ev->action));
    }
    return best;
}

static enum m2_truth any_resource(struct m2_eval *ev, const struct m2_value *list)
{
    enum m2_truth best = M2_NO;
    const char *text = NULL;
    for (size_t i = 0; (text = m2_policy_text(list, i)); i++) {
        struct m2_pattern p;
        if (!m2_pattern_expand(&p, ev, text, false, false)) /* a variable without value matches nothing */
            continue;
        best = m2_or(best, m2_pattern_covers(ev->a, &p, &ev->resource));
    }
    return best;
}

/* NAME or NOT_NAME, one of them; NEITHER when there is none. */
static enum m2_truth either(struct m2_eval *ev, const struct m2_value *st, const char *name,
                            const char *not_name,
                            enum m2_truth (*any)(struct m2_eval *, const struct m2_value *),
                            enum m2_truth neither)
{
    const struct m2_value *yes = m2_v_get(st, name), *no = m2_v_get(st, not_name);
    if (yes && no)
        return m2_unsure(ev, m2_arena_printf(ev->a, "%s beside %s", name, not_name));
    if (!yes && !no)
        return neither == M2_MAYBE ? m2_unsure(ev, m2_arena_printf(ev->a, "a statement without %s", name))
                                   : neither;
    return yes ? any(ev, yes) : m2_not(any(ev, no));
}

enum m2_truth m2_statement_applies(enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev,
                                   const struct m2_value *st)
{
    /* A trust policy, a repository's and an endpoint's may leave out the resource: it is their own. */
    bool own = ev->kind == M2_POLICY_RESOURCE || ev->kind == M2_POLICY_ENDPOINT;
    enum m2_truth any = M2_NO;
    ev->reason = NULL;
    m2_principal_matches(by, ev, st);
    enum m2_truth what = either(ev, st, "Action", "NotAction", any_action, M2_MAYBE);
    if (what == M2_MAYBE)
        (void)m2_unsure(ev, "the action");
    enum m2_truth on = either(ev, st, "Resource", "NotResource", any_resource, own ? M2_YES : M2_MAYBE);
    if (on == M2_MAYBE)
        (void)m2_unsure(ev, "the resource");
    enum m2_truth so_far = m2_and(what, on);
    if (so_far != M2_NO)
        so_far = m2_and(so_far, m2_condition_holds(ev, m2_v_get(st, "Condition")));
    for (size_t g = 0; g < M2_GRANT_COUNT; g++) {
        by[g] = m2_and(by[g], so_far);
        any = m2_or(any, by[g]);
    }
    return any;
}
