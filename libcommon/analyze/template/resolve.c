/* What a value of a template will be, as far as that can be known before a deployment. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/template/resolve.h"
#include "m2/str.h"

#define DEEPEST 48 /* values that lead to values, conditions to conditions */

static const struct m2_tpl_value unknown = { NULL, NULL, M2_DEP_OTHER };

const struct m2_member *m2_tpl_intrinsic(const struct m2_value *v)
{
    if (!m2_v_is(v, M2_OBJECT) || v->u.object.len != 1)
        return NULL;
    const struct m2_member *m = &v->u.object.at[0];
    return strcmp(m->key, "Ref") == 0 || strncmp(m->key, "Fn::", 4) == 0 || strcmp(m->key, "Condition") == 0
               ? m
               : NULL;
}

bool m2_shape_known(const char *shape)
{
    static const char marks[] = { M2_SHAPE_STACK, M2_SHAPE_UNKNOWN, M2_SHAPE_ACCOUNT, M2_SHAPE_REGION, '\0' };
    return shape && !shape[strcspn(shape, marks)];
}

struct m2_tpl_value m2_tpl_of_shape(const struct m2_tpls *all, const char *shape, unsigned deps)
{
    return (struct m2_tpl_value){ m2_shape_known(shape) ? m2_v_string(all->a, shape) : NULL, shape, deps };
}

static struct m2_tpl_value mark(struct m2_arena *a, char c, unsigned deps)
{
    return (struct m2_tpl_value){ NULL, m2_arena_strndup(a, &c, 1), deps };
}

/* ---- Ref ---- */

static struct m2_tpl_value pseudo(const struct m2_tpls *all, const char *name)
{
    const char *account = m2_own_account(all->snap), *region = all->snap->region;
    if (m2_str_eq(name, "AWS::AccountId"))
        return account ? m2_tpl_of_shape(all, account, 0) : mark(all->a, M2_SHAPE_ACCOUNT, 0);
    if (m2_str_eq(name, "AWS::Region"))
        return region ? m2_tpl_of_shape(all, region, 0) : mark(all->a, M2_SHAPE_REGION, 0);
    if (m2_str_eq(name, "AWS::StackName"))
        return mark(all->a, M2_SHAPE_STACK, M2_DEP_STACK);
    if (m2_str_eq(name, "AWS::Partition"))
        return m2_tpl_of_shape(all, m2_region_partition(region), 0);
    if (m2_str_eq(name, "AWS::URLSuffix"))
        return m2_tpl_of_shape(all, m2_str_starts(region, "cn-") ? "amazonaws.com.cn" : "amazonaws.com", 0);
    if (m2_str_eq(name, "AWS::NoValue"))
        return (struct m2_tpl_value){ NULL, NULL, M2_DEP_NOVALUE };
    return mark(all->a, M2_SHAPE_UNKNOWN, m2_str_eq(name, "AWS::StackId") ? M2_DEP_STACK : M2_DEP_OTHER);
}

/* "a,b" of a list parameter; single texts are split where a list is asked for. */
static struct m2_value *split(struct m2_arena *a, const char *text, const char *by)
{
    struct m2_value *list = m2_v_array(a);
    size_t n = strlen(by);
    for (const char *next; n && (next = strstr(text, by)); text = next + n)
        m2_v_push(a, list, m2_v_string_n(a, text, (size_t)(next - text)));
    m2_v_push(a, list, m2_v_string(a, text));
    return list;
}

static struct m2_tpl_value parameter(const struct m2_tpls *all, const struct m2_tpl *t, const char *name,
                                     const struct m2_value *declared)
{
    const char *type = m2_v_str(declared, "Type");
    bool ssm = m2_str_starts(type, "AWS::SSM::"), hidden = m2_v_bool_or(declared, "NoEcho", false);
    struct m2_tpl_value v = { m2_v_get(declared, "Default"), NULL, M2_DEP_PARAMETER };
    for (size_t i = 0; i < t->given.len; i++)
        if (m2_str_eq(t->given.at[i].name, name))
            v = t->given.at[i].value;
    if (!v.v && !v.shape)
        return mark(all->a, M2_SHAPE_UNKNOWN, v.deps == M2_DEP_PARAMETER ? M2_DEP_CHOICE : v.deps);
    if (ssm || hidden) /* the parameter holds a name of something, or what nobody should see */
        return mark(all->a, M2_SHAPE_UNKNOWN, M2_DEP_CHOICE);
    const char *text = v.v ? m2_v_text(v.v) : NULL;
    v.shape = v.shape ? v.shape : text;
    if (text && (m2_str_eq(type, "CommaDelimitedList") || m2_str_starts(type, "List<")))
        return (struct m2_tpl_value){ split(all->a, text, ","), text, v.deps };
    return v;
}

struct m2_tpl_value m2_tpl_ref(const struct m2_tpls *all, const struct m2_tpl *t, const char *name)
{
    const struct m2_value *declared = m2_v_get(t->parameters, name);
    if (m2_str_starts(name, "AWS::"))
        return pseudo(all, name);
    return declared ? parameter(all, t, name, declared) : mark(all->a, M2_SHAPE_UNKNOWN, M2_DEP_RESOURCE);
}

/* ---- the functions; ARGUMENT is what stands behind the name ---- */

struct asking {
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    int depth;
};

static struct m2_tpl_value resolve(const struct asking *q, const struct m2_value *v);
static int condition(const struct asking *q, const char *name);
static int truth(const struct asking *q, const struct m2_value *v);

static struct asking deeper(const struct asking *q)
{
    return (struct asking){ q->all, q->t, q->depth + 1 };
}

static void add_shape(struct m2_buf *b, struct m2_tpl_value v)
{
    if (v.shape)
        m2_buf_adds(b, v.shape);
    else
        m2_buf_addc(b, M2_SHAPE_UNKNOWN);
}

static struct m2_tpl_value finish(const struct asking *q, struct m2_buf *b, unsigned deps)
{
    const char *shape = m2_arena_strndup(q->all->a, b->data, b->len);
    m2_buf_free(b);
    return m2_tpl_of_shape(q->all, shape, deps);
}

static struct m2_tpl_value fn_ref(const struct asking *q, const struct m2_value *argument)
{
    const char *name = m2_v_text(argument);
    return name ? m2_tpl_ref(q->all, q->t, name) : unknown;
}

static struct m2_tpl_value fn_get_att(const struct asking *q, const struct m2_value *argument)
{
    (void)argument;
    return mark(q->all->a, M2_SHAPE_UNKNOWN, M2_DEP_RESOURCE);
}

static struct m2_tpl_value fn_sub(const struct asking *q, const struct m2_value *argument)
{
    bool list = m2_v_is(argument, M2_ARRAY);
    const char *text = m2_v_text(list ? m2_v_at(argument, 0) : argument);
    const struct m2_value *own = list ? m2_v_at(argument, 1) : NULL;
    struct m2_sub_part part;
    unsigned deps = 0;
    struct m2_buf b;
    if (!text)
        return unknown;
    m2_buf_init(&b, M2_TEMPLATE_READ_BYTES);
    for (const char *p = text; m2_sub_next(&part, q->all->a, &p);) {
        if (!part.name) {
            m2_buf_add(&b, part.literal.p, part.literal.n);
            continue;
        }
        const struct m2_value *mine = m2_v_get(own, part.name);
        const struct asking next = deeper(q);
        struct m2_tpl_value v = mine                     ? resolve(&next, mine)
                                : strchr(part.name, '.') ? fn_get_att(q, NULL)
                                                         : m2_tpl_ref(q->all, q->t, part.name);
        deps |= v.deps;
        add_shape(&b, v);
    }
    return finish(q, &b, deps);
}

static struct m2_tpl_value fn_join(const struct asking *q, const struct m2_value *argument)
{
    const char *by = m2_v_text(m2_v_at(argument, 0));
    const struct asking next = deeper(q);
    const struct m2_value *written = m2_v_at(argument, 1), *item = NULL;
    struct m2_tpl_value list =
        m2_v_is(written, M2_ARRAY) ? (struct m2_tpl_value){ written, NULL, 0 } : resolve(&next, written);
    unsigned deps = list.deps;
    struct m2_buf b;
    if (!by || !m2_v_is(list.v, M2_ARRAY))
        return (struct m2_tpl_value){ NULL, NULL, deps | M2_DEP_OTHER };
    m2_buf_init(&b, M2_TEMPLATE_READ_BYTES);
    bool first = true;
    m2_v_each(item, i, list.v)
    {
        struct m2_tpl_value v = resolve(&next, item);
        deps |= v.deps & ~(unsigned)M2_DEP_NOVALUE;
        if (v.deps & M2_DEP_NOVALUE)
            continue;
        if (!first)
            m2_buf_adds(&b, by);
        add_shape(&b, v);
        first = false;
    }
    return finish(q, &b, deps);
}

static struct m2_tpl_value fn_select(const struct asking *q, const struct m2_value *argument)
{
    const struct asking next = deeper(q);
    int64_t at = 0;
    struct m2_tpl_value index = resolve(&next, m2_v_at(argument, 0)),
                        list = resolve(&next, m2_v_at(argument, 1));
    if (!m2_v_to_int(index.v, &at) || at < 0 || !m2_v_is(list.v, M2_ARRAY) || (size_t)at >= m2_v_len(list.v))
        return (struct m2_tpl_value){ NULL, NULL, index.deps | list.deps | M2_DEP_OTHER };
    struct m2_tpl_value v = resolve(&next, m2_v_at(list.v, (size_t)at));
    v.deps |= index.deps | list.deps;
    return v;
}

static struct m2_tpl_value fn_split(const struct asking *q, const struct m2_value *argument)
{
    const struct asking next = deeper(q);
    struct m2_tpl_value by = resolve(&next, m2_v_at(argument, 0)),
                        text = resolve(&next, m2_v_at(argument, 1));
    const char *separator = m2_v_text(by.v), *whole = m2_v_text(text.v);
    if (m2_str_empty(separator) || !whole)
        return (struct m2_tpl_value){ NULL, NULL, by.deps | text.deps | M2_DEP_OTHER };
    return (struct m2_tpl_value){ split(q->all->a, whole, separator), NULL, by.deps | text.deps };
}

static struct m2_tpl_value fn_if(const struct asking *q, const struct m2_value *argument)
{
    const struct asking next = deeper(q);
    const char *name = m2_v_text(m2_v_at(argument, 0));
    int is = name ? condition(&next, name) : -1;
    if (is >= 0)
        return resolve(&next, m2_v_at(argument, is ? 1 : 2));
    struct m2_tpl_value yes = resolve(&next, m2_v_at(argument, 1)), no = resolve(&next, m2_v_at(argument, 2));
    return (struct m2_tpl_value){ NULL, NULL,
                                  ((yes.deps | no.deps) & ~(unsigned)M2_DEP_NOVALUE) | M2_DEP_OTHER };
}

static struct m2_tpl_value fn_find_in_map(const struct asking *q, const struct m2_value *argument)
{
    const struct asking next = deeper(q);
    const struct m2_value *v = q->t->mappings;
    unsigned deps = 0;
    for (size_t i = 0; i < 3; i++) {
        struct m2_tpl_value key = resolve(&next, m2_v_at(argument, i));
        const char *text = m2_v_text(key.v);
        deps |= key.deps;
        v = text ? m2_v_get(v, text) : NULL;
    }
    if (!v)
        return (struct m2_tpl_value){ NULL, NULL, deps | M2_DEP_OTHER };
    struct m2_tpl_value found = resolve(&next, v);
    found.deps |= deps;
    return found;
}

static const struct {
    const char *name;
    struct m2_tpl_value (*resolve)(const struct asking *q, const struct m2_value *argument);
} functions[] = {
    { "Ref", fn_ref },       { "Fn::GetAtt", fn_get_att },        { "Fn::Sub", fn_sub },
    { "Fn::Join", fn_join }, { "Fn::Select", fn_select },         { "Fn::Split", fn_split },
    { "Fn::If", fn_if },     { "Fn::FindInMap", fn_find_in_map },
};

static struct m2_tpl_value resolve(const struct asking *q, const struct m2_value *v)
{
    const struct m2_member *m = m2_tpl_intrinsic(v);
    if (!v || q->depth > DEEPEST)
        return unknown;
    if (!m)
        return (struct m2_tpl_value){ v, m2_v_text(v), 0 };
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (strcmp(functions[i].name, m->key) == 0)
            return functions[i].resolve(q, m->value);
    return unknown;
}

struct m2_tpl_value m2_tpl_resolve(const struct m2_tpls *all, const struct m2_tpl *t,
                                   const struct m2_value *v)
{
    const struct asking q = { all, t, 0 };
    return resolve(&q, v);
}

const char *m2_tpl_text(const struct m2_tpls *all, const struct m2_tpl *t, const struct m2_value *v)
{
    return m2_v_text(m2_tpl_resolve(all, t, v).v);
}

/* NULL for AWS::NoValue. */
static struct m2_value *deep(const struct asking *q, const struct m2_value *v)
{
    struct m2_arena *a = q->all->a;
    const struct asking next = deeper(q);
    struct m2_tpl_value r = resolve(q, v);
    struct m2_value *out = NULL;
    if (r.deps & M2_DEP_NOVALUE)
        return NULL;
    if (q->depth > DEEPEST || !r.v) {
        static const char nothing[] = { M2_SHAPE_UNKNOWN, '\0' };
        out = m2_v_string(a, r.shape ? r.shape : nothing);
    } else if (m2_v_is(r.v, M2_ARRAY)) {
        out = m2_v_array(a);
        for (size_t i = 0; i < m2_v_len(r.v); i++) {
            struct m2_value *item = deep(&next, m2_v_at(r.v, i));
            if (item)
                m2_v_push(a, out, item);
        }
    } else if (m2_v_is(r.v, M2_OBJECT)) {
        out = m2_v_object(a);
        for (size_t i = 0; i < m2_v_len(r.v); i++)
            m2_v_set(a, out, r.v->u.object.at[i].key, deep(&next, m2_v_at(r.v, i)));
    } else {
        out = m2_v_copy(a, r.v);
    }
    out->line = v->line;
    out->col = v->col;
    return out;
}

const struct m2_value *m2_tpl_deep(const struct m2_tpls *all, const struct m2_tpl *t,
                                   const struct m2_value *v)
{
    const struct asking q = { all, t, 0 };
    return v ? deep(&q, v) : NULL;
}

/* ---- conditions: 1, 0, or -1 when it is not known ---- */

static const char *text_of(const struct asking *q, const struct m2_value *v)
{
    struct m2_tpl_value r = resolve(q, v);
    if (m2_v_is(r.v, M2_BOOL))
        return r.v->u.boolean ? "true" : "false";
    return m2_v_text(r.v);
}

static int equals(const struct asking *q, const struct m2_value *argument)
{
    const char *a = text_of(q, m2_v_at(argument, 0)), *b = text_of(q, m2_v_at(argument, 1));
    return a && b ? strcmp(a, b) == 0 : -1;
}

/* And (STOP 0) and Or (STOP 1): one value decides whatever the others are. */
static int any_of(const struct asking *q, const struct m2_value *argument, int stop)
{
    int result = !stop;
    const struct m2_value *item = NULL;
    m2_v_each(item, i, argument)
    {
        int is = truth(q, item);
        if (is == stop)
            return stop;
        if (is < 0)
            result = -1;
    }
    return result;
}

static int truth(const struct asking *q, const struct m2_value *v)
{
    const struct m2_member *m = m2_tpl_intrinsic(v);
    const struct asking next = deeper(q);
    if (!m || q->depth > DEEPEST)
        return -1;
    if (strcmp(m->key, "Condition") == 0)
        return m2_v_text(m->value) ? condition(&next, m2_v_text(m->value)) : -1;
    if (strcmp(m->key, "Fn::Equals") == 0)
        return equals(&next, m->value);
    if (strcmp(m->key, "Fn::And") == 0)
        return any_of(&next, m->value, 0);
    if (strcmp(m->key, "Fn::Or") == 0)
        return any_of(&next, m->value, 1);
    if (strcmp(m->key, "Fn::Not") == 0) {
        int is = truth(&next, m2_v_is(m->value, M2_ARRAY) ? m2_v_at(m->value, 0) : m->value);
        return is < 0 ? is : !is;
    }
    return -1;
}

static int condition(const struct asking *q, const char *name)
{
    return truth(q, m2_v_get(q->t->conditions, name));
}

int m2_tpl_condition(const struct m2_tpls *all, const struct m2_tpl *t, const char *name)
{
    const struct asking q = { all, t, 0 };
    return condition(&q, name);
}

bool m2_tpl_left_out(const struct m2_tpls *all, const struct m2_tpl *t, const struct m2_value *v)
{
    const char *name = m2_v_is(v, M2_OBJECT) ? m2_v_str(v, "Condition") : NULL;
    return name && m2_tpl_condition(all, t, name) == 0;
}

/* ---- properties ---- */

/* V with every If on top that is decided taken away. */
static const struct m2_value *decided(const struct m2_tpls *all, const struct m2_tpl *t,
                                      const struct m2_value *v)
{
    for (int depth = 0; depth < DEEPEST; depth++) {
        const struct m2_member *m = m2_tpl_intrinsic(v);
        if (!m || strcmp(m->key, "Fn::If") != 0)
            break;
        const char *name = m2_v_text(m2_v_at(m->value, 0));
        int is = name ? m2_tpl_condition(all, t, name) : -1;
        if (is < 0)
            break;
        v = m2_v_at(m->value, is ? 1 : 2);
    }
    const struct m2_member *m = m2_tpl_intrinsic(v);
    return m && strcmp(m->key, "Ref") == 0 && m2_str_eq(m2_v_text(m->value), "AWS::NoValue") ? NULL : v;
}

static const struct m2_value *walk(const struct m2_tpls *all, const struct m2_tpl *t,
                                   const struct m2_value *v, const char *path)
{
    while (v && path) {
        const char *rest = NULL, *key = m2_str_cut(all->a, path, '.', &rest);
        v = decided(all, t, m2_v_is(v, M2_OBJECT) ? m2_v_get(v, key) : NULL);
        path = rest;
    }
    return v;
}

const struct m2_value *m2_tpl_property(const struct m2_tpls *all, const struct m2_tpl *t,
                                       const struct m2_value *resource, const char *path)
{
    const char *type = m2_v_str(resource, "Type");
    const struct m2_value *v = walk(all, t, decided(all, t, m2_v_get(resource, "Properties")), path);
    if (!v && t->globals && m2_str_eq(type, "AWS::Serverless::Function"))
        v = walk(all, t, m2_v_get(t->globals, "Function"), path);
    return v;
}
