/* The block Condition: all operators and all keys must hold, one of each key's values. Source: IAM User
 * Guide, "Conditions with multiple context keys or values", "Multivalued context keys", "…IfExists", "Null".
 */
#include <string.h>

#include "analyze/policy/document.h"
#include "analyze/policy/statement.h"
#include "m2/str.h"

#define FOR_ALL "ForAllValues:"
#define FOR_ANY "ForAnyValue:"
#define IF_EXISTS "IfExists"

enum set { SINGLE, ALL, ANY };

struct test {
    const struct m2_operator *op; /* NULL: Null */
    enum set set;
    bool if_exists;
};

enum m2_truth m2_unsure(struct m2_eval *ev, const char *what)
{
    ev->reason = ev->reason ? ev->reason : what;
    return M2_MAYBE;
}

static bool read_test(struct test *out, struct m2_arena *a, const char *name)
{
    const char *base = name;
    *out = (struct test){ 0 };
    if (!strncasecmp(base, FOR_ALL, strlen(FOR_ALL)))
        out->set = ALL;
    else if (!strncasecmp(base, FOR_ANY, strlen(FOR_ANY)))
        out->set = ANY;
    base += out->set == ALL ? strlen(FOR_ALL) : out->set == ANY ? strlen(FOR_ANY) : 0;
    size_t n = strlen(base), tail = strlen(IF_EXISTS);
    out->if_exists = n > tail && m2_str_eq_ci(base + n - tail, IF_EXISTS);
    out->op = m2_operator_find(m2_arena_strndup(a, base, out->if_exists ? n - tail : n));
    return out->op || m2_str_eq_ci(name, "Null");
}

/* The I-th value that the policy gives; a boolean or number as its text. NULL past the end. */
static const char *value_text(const struct m2_value *v, size_t i)
{
    const struct m2_value *item = m2_v_is(v, M2_ARRAY) ? m2_v_at(v, i) : i ? NULL : v;
    if (m2_v_is(item, M2_BOOL))
        return item->u.boolean ? "true" : "false";
    return m2_v_text(item);
}

static enum m2_truth one_value(struct m2_eval *ev, const struct test *t, const struct m2_value *wanted,
                               const char *value)
{
    enum m2_truth any = M2_NO;
    const char *pattern = NULL;
    ev->negated = t->op->negated;
    for (size_t i = 0; (pattern = value_text(wanted, i)); i++)
        any = m2_or(any, t->op->match(ev, pattern, value));
    return t->op->negated ? m2_not(any) : any;
}

static enum m2_truth absent(const struct test *t)
{
    if (t->set == ANY)
        return m2_truth_of(t->if_exists);
    return m2_truth_of(t->if_exists || t->set == ALL || t->op->negated);
}

/* The key has a value, but which? */
static enum m2_truth present(const struct test *t, const struct m2_value *wanted)
{
    const char *pattern = NULL;
    bool everything = false;
    for (size_t i = 0; (pattern = value_text(wanted, i)); i++)
        everything |= t->op->globs && *pattern && strspn(pattern, "*") == strlen(pattern);
    if (!everything && value_text(wanted, 0))
        return M2_MAYBE;
    return m2_truth_of(everything != t->op->negated);
}

static enum m2_truth known(struct m2_eval *ev, const struct test *t, const struct m2_value *wanted,
                           const struct m2_key_value *v)
{
    enum m2_truth least = M2_YES, most = M2_NO;
    if (!v->n)
        return absent(t);
    for (size_t i = 0; i < v->n; i++) {
        enum m2_truth one = one_value(ev, t, wanted, v->values[i]);
        least = m2_and(least, one);
        most = m2_or(most, one);
    }
    /* Several values without a set operator: AWS does not say what happens. */
    return t->set == ALL ? least : t->set == ANY ? most : least == most ? least : M2_MAYBE;
}

static enum m2_truth null_test(const struct m2_value *wanted, const struct m2_key_value *v)
{
    enum m2_truth there =
        v->state == M2_KEY_UNKNOWN ? M2_MAYBE : m2_truth_of(v->state == M2_KEY_PRESENT || v->n);
    bool yes = false, no = false; /* asked for */
    const char *text = NULL;
    for (size_t i = 0; (text = value_text(wanted, i)); i++) {
        yes |= m2_str_eq_ci(text, "false");
        no |= m2_str_eq_ci(text, "true");
    }
    return yes && no ? M2_YES : yes ? there : no ? m2_not(there) : M2_NO;
}

/* Texts, numbers and booleans, alone or in a list: all that the grammar knows. */
static bool readable(const struct m2_value *wanted)
{
    size_t n = m2_v_is(wanted, M2_ARRAY) ? m2_v_len(wanted) : 1;
    for (size_t i = 0; i < n; i++)
        if (!value_text(wanted, i))
            return false;
    return true;
}

static enum m2_truth key_holds(struct m2_eval *ev, const struct test *t, const char *key,
                               const struct m2_value *wanted)
{
    struct m2_key_value v = m2_context_value(ev, key);
    if (!readable(wanted))
        return m2_unsure(ev, key);
    if (!t->op)
        return null_test(wanted, &v);
    switch (v.state) {
    case M2_KEY_LIKE:
    case M2_KEY_KNOWN:
        ev->like = v.state == M2_KEY_LIKE;
        return known(ev, t, wanted, &v);
    case M2_KEY_ABSENT:
        return absent(t);
    case M2_KEY_PRESENT:
        return present(t, wanted);
    case M2_KEY_UNKNOWN:
        return present(t, wanted) == absent(t) ? absent(t) : M2_MAYBE;
    }
    return M2_MAYBE;
}

static enum m2_truth operator_holds(struct m2_eval *ev, const char *name, const struct m2_value *keys)
{
    struct test t;
    enum m2_truth all = M2_YES;
    if (!read_test(&t, ev->a, name)) {
        ev->reason = name; /* no value of any key would tell */
        return M2_MAYBE;
    }
    if (!m2_v_is(keys, M2_OBJECT))
        return m2_unsure(ev, "a condition without keys");
    for (size_t i = 0; i < keys->u.object.len; i++) {
        const char *before = ev->reason;
        enum m2_truth one = key_holds(ev, &t, keys->u.object.at[i].key, keys->u.object.at[i].value);
        ev->reason = before ? before : one == M2_MAYBE ? keys->u.object.at[i].key : NULL;
        all = m2_and(all, one);
    }
    return all;
}

enum m2_truth m2_condition_holds(struct m2_eval *ev, const struct m2_value *condition)
{
    enum m2_truth all = M2_YES;
    if (!condition)
        return M2_YES;
    if (!m2_v_is(condition, M2_OBJECT))
        return m2_unsure(ev, "a condition that is no object");
    for (size_t i = 0; i < condition->u.object.len; i++)
        all = m2_and(all, operator_holds(ev, condition->u.object.at[i].key, condition->u.object.at[i].value));
    return all;
}
