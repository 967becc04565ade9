/* Calls that another client made, beside those of the collector. */
#include "m2/snapshot.h"

static void put_calls(struct m2_arena *a, struct m2_value *root, const struct m2_value *more)
{
    const struct m2_value *old = m2_v_get(root, "calls"), *item;
    struct m2_value *all = m2_v_array(a);
    m2_v_each(item, i, old) m2_v_push(a, all, m2_v_copy(a, item));
    m2_v_each(item, k, more) m2_v_push(a, all, m2_v_copy(a, item));
    m2_v_set(a, root, "calls", all);
}

int m2_snapshot_add(struct m2_snapshot *s, const struct m2_value *calls, struct m2_err *err)
{
    struct m2_snapshot whole;
    if (!m2_v_len(calls))
        return 0;
    struct m2_value *root = m2_v_object(s->arena);
    for (size_t i = 0; i < m2_v_len(s->root); i++)
        m2_v_set(s->arena, root, s->root->u.object.at[i].key, s->root->u.object.at[i].value);
    put_calls(s->arena, root, m2_snapshot_without_secrets(s->arena, calls));
    if (m2_snapshot_from_value(&whole, s->arena, root, "what was collected", err) < 0)
        return -1;
    *s = whole;
    return 0;
}
