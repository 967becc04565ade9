/* The parameters of a change set: what was said, else what is deployed, else the template's default. */
#include <string.h>

#include "m2/deploy.h"
#include "m2/str.h"

/* A value as CloudFormation's CLI would be given it. */
static const char *text_of(const struct m2_value *v)
{
    return m2_v_is(v, M2_BOOL) ? (v->u.boolean ? "true" : "false") : m2_v_text(v);
}

static int no_such(struct m2_arena *a, const struct m2_value *declared, const struct m2_deploy_wish *w,
                   struct m2_err *err)
{
    size_t n = m2_v_len(declared);
    const char **names = m2_arena_new_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        names[i] = declared->u.object.at[i].key;
    const char *near = m2_str_nearest(w->key, names);
    return m2_fail(err, M2_EUSAGE, "%s: the template has no parameter %s%s%s%s", w->from, w->key,
                   near ? "; did you mean " : "", m2_str_or(near, ""), near ? "?" : "");
}

static int check_known(struct m2_arena *a, const struct m2_value *declared, const struct m2_deploy_wish *w,
                       size_t n, struct m2_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (w[i].value && w[i].must && !m2_v_get(declared, w[i].key))
            return no_such(a, declared, &w[i], err);
    return 0;
}

static const char *allowed_text(struct m2_arena *a, const struct m2_value *allowed)
{
    const struct m2_value *v;
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    m2_v_each(v, i, allowed) m2_buf_addf(&b, "%s%s", b.len ? ", " : "", m2_str_or(text_of(v), "?"));
    const char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

/* MinValue and MaxValue of a number. */
static int check_range(const char *key, const struct m2_value *p, const struct m2_deploy_wish *w,
                       struct m2_err *err)
{
    int64_t n, least = INT64_MIN, most = INT64_MAX;
    bool bounded = m2_v_int_of(p, "MinValue", &least);
    bounded = m2_v_int_of(p, "MaxValue", &most) || bounded;
    if (!m2_str_eq(m2_v_str(p, "Type"), "Number") || !bounded)
        return 0;
    struct m2_err none = { 0 };
    uint64_t u;
    if (m2_parse_u64(&u, w->value, 0, INT64_MAX, key, &none) == 0 && (n = (int64_t)u) >= least && n <= most)
        return 0;
    return m2_fail(err, M2_EUSAGE, "%s: %s cannot be \"%s\"; it is a number from %lld to %lld", w->from, key,
                   w->value, (long long)(least == INT64_MIN ? 0 : least), (long long)most);
}

static int check_value(struct m2_arena *a, const char *key, const struct m2_value *p,
                       const struct m2_deploy_wish *w, struct m2_err *err)
{
    const struct m2_value *v, *allowed = m2_v_get(p, "AllowedValues");
    m2_v_each(v, i, allowed) if (m2_str_eq(text_of(v), w->value)) return 0;
    if (m2_v_len(allowed))
        return m2_fail(err, M2_EUSAGE, "%s: %s cannot be \"%s\"; the template allows %s", w->from, key,
                       w->value, allowed_text(a, allowed));
    return check_range(key, p, w, err);
}

static bool is_deployed(const struct m2_value *previous, const char *key)
{
    const struct m2_value *p;
    m2_v_each(p, i, previous) if (m2_str_eq(m2_v_str(p, "ParameterKey"), key)) return true;
    return false;
}

static const char *deployed_value(const struct m2_value *previous, const char *key)
{
    const struct m2_value *p;
    m2_v_each(p, i,
              previous) if (m2_str_eq(m2_v_str(p, "ParameterKey"), key)) return m2_v_str(p, "ParameterValue");
    return NULL;
}

static int settle(struct m2_deploy_parameter *out, struct m2_arena *a, const struct m2_value *p,
                  const struct m2_deploy_wish *wishes, size_t n, const struct m2_value *previous,
                  struct m2_err *err)
{
    const struct m2_deploy_wish *said = NULL;
    for (size_t i = 0; i < n; i++)
        if (wishes[i].value && m2_str_eq(wishes[i].key, out->key))
            said = &wishes[i];
    out->hidden = m2_v_bool_or(p, "NoEcho", false);
    if (said) {
        out->value = said->value;
        out->from = said->from;
        return check_value(a, out->key, p, said, err);
    }
    if (is_deployed(previous, out->key)) {
        out->value = deployed_value(previous, out->key);
        out->from = "as deployed";
        out->use_previous = true;
        return 0;
    }
    if (m2_v_get(p, "Default")) {
        out->value = text_of(m2_v_get(p, "Default"));
        out->from = "the template's default";
        return 0;
    }
    return m2_fail(err, M2_EUSAGE,
                   "the template's parameter %s has no value and no default: give --parameter %s=VALUE%s%s",
                   out->key, out->key, m2_v_str(p, "Description") ? "; it is: " : "",
                   m2_str_or(m2_v_str(p, "Description"), ""));
}

int m2_deploy_parameters(struct m2_deploy_parameters *out, struct m2_arena *a,
                         const struct m2_value *template_root, const struct m2_deploy_wish *wishes,
                         size_t n_wishes, const struct m2_value *previous, struct m2_err *err)
{
    const struct m2_value *declared = m2_v_get(template_root, "Parameters");
    struct m2_deploy_parameters made = { 0 };
    if (check_known(a, declared, wishes, n_wishes, err) < 0)
        return -1;
    for (size_t i = 0; i < m2_v_len(declared); i++) {
        const struct m2_member *m = &declared->u.object.at[i];
        struct m2_deploy_parameter p = { .key = m->key, .from = "" };
        if (settle(&p, a, m->value, wishes, n_wishes, previous, err) < 0)
            return -1;
        m2_vec_push(a, &made.list, p);
    }
    *out = made;
    return 0;
}

struct m2_value *m2_deploy_parameters_to_value(struct m2_arena *a, const struct m2_deploy_parameters *p)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < p->list.len; i++) {
        const struct m2_deploy_parameter *one = &p->list.at[i];
        struct m2_value *v = m2_v_object(a);
        if (m2_str_eq(one->from, "the template's default"))
            continue;
        m2_v_set_str(a, v, "ParameterKey", one->key);
        if (one->use_previous)
            m2_v_set_bool(a, v, "UsePreviousValue", true);
        else
            m2_v_set_str(a, v, "ParameterValue", m2_str_or(one->value, ""));
        m2_v_push(a, list, v);
    }
    return list;
}
