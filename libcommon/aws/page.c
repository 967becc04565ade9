#include <string.h>

#include "aws/expr.h"
#include "m2/codec.h"

static const struct m2_value *paginator(const struct m2_op *op)
{
    return m2_v_get(m2_v_get(op->service->root, "pagination"), op->name);
}

/* A text or a list of texts as item I, or NULL past the end. */
static const char *name_at(const struct m2_value *v, size_t i)
{
    if (m2_v_is(v, M2_ARRAY))
        return m2_v_text(m2_v_at(v, i));
    return i == 0 ? m2_v_text(v) : NULL;
}

int m2_page_next(struct m2_value **next, struct m2_arena *a, const struct m2_op *op,
                 const struct m2_value *input, const struct m2_value *output, struct m2_err *err)
{
    const struct m2_value *p = paginator(op), *in = m2_v_get(p, "input_token"),
                          *out = m2_v_get(p, "output_token");
    const char *more = m2_v_str(p, "more_results"), *name;
    if (!p || (more && !m2_expr_first(output, more))) {
        *next = NULL;
        return 0;
    }
    struct m2_value *page = m2_v_is(input, M2_OBJECT) ? m2_v_copy(a, input) : m2_v_object(a);
    bool any = false, same = true;
    for (size_t i = 0; (name = name_at(in, i)) != NULL; i++) {
        const char *expr = name_at(out, i);
        const struct m2_value *token = expr ? m2_expr_first(output, expr) : NULL;
        same = same && m2_v_equal(token, m2_v_get(input, name));
        any |= token != NULL;
        m2_v_set(a, page, name, token ? m2_v_copy(a, token) : NULL);
    }
    if (any && same)
        return m2_fail(err, M2_EPROTO, "%s %s: the next page's token is the one just used", op->service->name,
                       op->name);
    if (!any && more)
        return m2_fail(err, M2_EPROTO, "%s %s: there is another page, but no token for it", op->service->name,
                       op->name);
    *next = any ? page : NULL;
    return 0;
}

void m2_page_mark(struct m2_arena *a, const struct m2_op *op, struct m2_value *joined,
                  const struct m2_value *next)
{
    const struct m2_value *in = m2_v_get(paginator(op), "input_token"),
                          *out = m2_v_get(paginator(op), "output_token");
    const char *name;
    for (size_t i = 0; (name = name_at(in, i)) != NULL; i++) {
        const char *told = name_at(out, i);
        const struct m2_value *token = m2_v_get(next, name);
        if (told && told[strcspn(told, ".[| ")] == '\0') /* an expression is no member */
            m2_v_set(a, joined, told, token ? m2_v_copy(a, token) : NULL);
    }
}

/* Object that holds the last name of PATH ("ResultSet.Rows"), made where it is missing; *last is that name.
 */
static struct m2_value *holder(struct m2_arena *a, struct m2_value *v, const char *path, const char **last)
{
    for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
        const char *name = m2_arena_strndup(a, path, (size_t)(dot - path));
        struct m2_value *inner = m2_v_get(v, name);
        if (!m2_v_is(inner, M2_OBJECT)) {
            inner = m2_v_object(a);
            m2_v_set(a, v, name, inner);
        }
        v = inner;
    }
    *last = path;
    return v;
}

/* Lists grow, numbers add up, anything else stays as the first page had it. */
static void join_key(struct m2_arena *a, struct m2_value *joined, const struct m2_value *page,
                     const char *path, bool aggregate)
{
    struct m2_value *item, *found = m2_v_path(page, path);
    const char *last;
    if (!found)
        return;
    struct m2_value *at = holder(a, joined, path, &last), *have = m2_v_get(at, last);
    if (m2_v_is(found, M2_ARRAY) && (!have || (aggregate && m2_v_is(have, M2_ARRAY)))) {
        if (!have)
            m2_v_set(a, at, last, have = m2_v_array(a));
        m2_v_each(item, i, found) m2_v_push(a, have, item);
    } else if (!have) {
        m2_v_set(a, at, last, found);
    } else if (aggregate && m2_v_is(found, M2_NUMBER)) {
        int64_t x, y, sum;
        if (m2_v_to_int(have, &x) && m2_v_to_int(found, &y) && !__builtin_add_overflow(x, y, &sum))
            m2_v_set_int(a, at, last, sum);
    }
}

void m2_page_join(struct m2_arena *a, const struct m2_op *op, struct m2_value *joined,
                  const struct m2_value *page)
{
    const struct m2_value *p = paginator(op);
    const char *path;
    if (!p) {
        for (size_t i = 0; m2_v_is(page, M2_OBJECT) && i < page->u.object.len; i++)
            m2_v_set(a, joined, page->u.object.at[i].key, page->u.object.at[i].value);
        return;
    }
    for (size_t i = 0; (path = name_at(m2_v_get(p, "result_key"), i)) != NULL; i++)
        join_key(a, joined, page, path, true);
    for (size_t i = 0; (path = name_at(m2_v_get(p, "non_aggregate_keys"), i)) != NULL; i++)
        join_key(a, joined, page, path, false);
}
