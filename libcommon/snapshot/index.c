#include "snapshot/index.h"

#include <string.h>

#define INPUT_DEPTH 16
#define SHOWN_DEPTH 5
#define SHOWN_MAX 512

struct index {
    struct m2_strmap ops; /* "service\x1foperation" to 1 + position in list */
    M2_VEC(struct m2_op_index *) list;
    size_t *ordinal;
};

bool m2_call_unfiltered(const struct m2_call *call)
{
    const struct m2_value *input = call->input;
    for (size_t i = 0; input && input->type == M2_OBJECT && i < input->u.object.len; i++)
        if (!m2_is_paging(input->u.object.at[i].key))
            return false;
    return true;
}

static const char *op_key(struct m2_arena *a, const char *service, const char *operation)
{
    return m2_arena_printf(a, "%s\x1f%s", service, operation);
}

static struct m2_op_index *op_of(struct m2_snapshot *s, struct index *x, const struct m2_call *call)
{
    bool is_new;
    size_t *at = m2_strmap_at(&x->ops, s->arena, op_key(s->arena, call->service, call->operation), &is_new);
    if (is_new) {
        m2_vec_push(s->arena, &x->list, m2_arena_alloc(s->arena, sizeof(struct m2_op_index)));
        *at = x->list.len;
    }
    return x->list.at[*at - 1];
}

static void note_kind(struct m2_arena *a, struct m2_op_index *op, const struct m2_call *call)
{
    if (call->status == M2_CALL_OK) {
        if (!op->whole && m2_call_unfiltered(call) && m2_answer_complete(call))
            op->whole = call;
        return;
    }
    if (!op->refused)
        op->refused = call;
    if (!m2_v_len(call->input))
        m2_vec_push(a, &op->bare_refusals, call);
    if (!op->whole_refused && m2_call_unfiltered(call))
        op->whole_refused = call;
}

void m2_index_make(struct m2_snapshot *s)
{
    struct index *x = m2_arena_alloc(s->arena, sizeof *x);
    x->ordinal = m2_arena_new_array(s->arena, size_t, s->n_calls);
    for (size_t i = 0; i < s->n_calls; i++) {
        struct m2_op_index *op = op_of(s, x, &s->calls[i]);
        x->ordinal[i] = op->calls.len;
        m2_vec_push(s->arena, &op->calls, &s->calls[i]);
        note_kind(s->arena, op, &s->calls[i]);
    }
    s->index = x;
}

struct m2_op_index *m2_index_op(const struct m2_snapshot *s, const char *service, const char *operation)
{
    const struct index *x = s->index;
    if (!x || !service || !operation)
        return NULL;
    char key[256];
    size_t n = strlen(service), m = strlen(operation);
    if (n + m + 2 > sizeof key)
        return NULL;
    memcpy(key, service, n);
    key[n] = '\x1f';
    memcpy(key + n + 1, operation, m + 1);
    const size_t *at = m2_strmap_find(&x->ops, key);
    return at ? x->list.at[*at - 1] : NULL;
}

size_t m2_index_ordinal(const struct m2_snapshot *s, const struct m2_call *call)
{
    const struct index *x = s->index;
    return x->ordinal[call->index];
}

/* ---- mentions ---- */

static void mention(struct m2_arena *a, struct m2_mentions *m, const char *text, const struct m2_call *call)
{
    bool is_new;
    size_t *at = m2_strmap_at(&m->texts, a, text, &is_new);
    if (is_new) {
        m2_vec_push(a, &m->lists, (struct m2_call_list){ 0 });
        *at = m->lists.len;
    }
    struct m2_call_list *list = &m->lists.at[*at - 1];
    if (!list->len || list->at[list->len - 1] != call)
        m2_vec_push(a, list, call);
}

/* A stack's ARN ends with an id that nobody calls it by; its name may belong to a later stack. */
static const char *arn_name(const char *text)
{
    if (!m2_str_starts(text, "arn:") || strstr(text, ":stack/"))
        return NULL;
    const char *colon = strrchr(text, ':'), *slash = strrchr(text, '/');
    const char *last = slash && slash > colon ? slash : colon;
    return last && last[1] ? last + 1 : NULL;
}

typedef void visit_text(void *user, const char *text);

static void each_text(const struct m2_value *v, int depth, visit_text *visit, void *user)
{
    if (!v || depth < 0)
        return;
    if (v->type == M2_STRING && v->u.text.n && v->u.text.n <= SHOWN_MAX)
        visit(user, v->u.text.p);
    else if (v->type == M2_ARRAY)
        for (size_t i = 0; i < v->u.array.len; i++)
            each_text(v->u.array.at[i], depth - 1, visit, user);
    else if (v->type == M2_OBJECT)
        for (size_t i = 0; i < v->u.object.len; i++)
            each_text(v->u.object.at[i].value, depth - 1, visit, user);
}

struct mentioning {
    struct m2_arena *a;
    struct m2_op_index *op;
    const struct m2_call *call;
};

static void mention_input(void *user, const char *text)
{
    struct mentioning *m = user;
    mention(m->a, &m->op->exact, text, m->call);
    const char *name = arn_name(text);
    if (name)
        mention(m->a, &m->op->names, name, m->call);
}

static void mention_shown(void *user, const char *text)
{
    struct mentioning *m = user;
    mention(m->a, &m->op->shown, text, m->call);
}

static void build_mentions(const struct m2_snapshot *s, struct m2_op_index *op)
{
    op->exact.built = true;
    for (size_t i = 0; i < op->calls.len; i++) {
        struct mentioning m = { s->arena, op, op->calls.at[i] };
        each_text(m.call->input, INPUT_DEPTH, mention_input, &m);
    }
}

static void build_shown(const struct m2_snapshot *s, struct m2_op_index *op)
{
    op->shown.built = true;
    for (size_t i = 0; i < op->calls.len; i++) {
        struct mentioning m = { s->arena, op, op->calls.at[i] };
        if (m.call->status == M2_CALL_OK && !m2_v_len(m.call->input))
            each_text(m.call->output, SHOWN_DEPTH, mention_shown, &m);
    }
}

static const struct m2_call_list *listed(const struct m2_mentions *m, const char *text)
{
    const size_t *at = m2_strmap_find(&m->texts, text);
    return at ? &m->lists.at[*at - 1] : NULL;
}

const struct m2_call_list *m2_index_mentions(const struct m2_snapshot *s, struct m2_op_index *op,
                                             const char *text)
{
    if (!op->exact.built)
        build_mentions(s, op);
    const struct m2_call_list *found = listed(&op->exact, text);
    if (!found && arn_name(text))
        found = listed(&op->exact, arn_name(text));
    if (!found)
        found = listed(&op->names, text);
    if (found)
        return found;
    if (!op->shown.built)
        build_shown(s, op);
    return listed(&op->shown, text);
}

/* ---- items ---- */

static void add_item(const struct m2_snapshot *s, struct m2_item_table *t, const struct m2_item_entry *e,
                     const char *key)
{
    const struct m2_value *v = strpbrk(key, ".[") ? m2_v_path(e->item, key) : m2_v_get(e->item, key);
    const char *id = m2_v_text(v);
    if (!id)
        return;
    bool is_new;
    size_t *at = m2_strmap_at(&t->ids, s->arena, id, &is_new);
    if (!is_new)
        return;
    m2_vec_push(s->arena, &t->entries, *e);
    *at = t->entries.len;
}

static void fill_table(const struct m2_snapshot *s, const struct m2_op_index *op, struct m2_item_table *t,
                       const char *list, const char *key)
{
    for (size_t i = 0; i < op->calls.len; i++) {
        const struct m2_call *call = op->calls.at[i];
        const struct m2_value *items = call->status == M2_CALL_OK ? m2_v_path(call->output, list) : NULL;
        if (m2_v_is(items, M2_OBJECT))
            add_item(s, t, &(struct m2_item_entry){ items, call, 0, false }, key);
        const struct m2_value *item;
        if (m2_v_is(items, M2_ARRAY))
            m2_v_each(item, at, items) add_item(s, t, &(struct m2_item_entry){ item, call, at, true }, key);
    }
}

const struct m2_item_entry *m2_index_item(const struct m2_snapshot *s, struct m2_op_index *op,
                                          const char *list, const char *key, const char *id)
{
    char name[256];
    size_t n = strlen(list), m = strlen(key);
    if (n + m + 2 > sizeof name)
        return NULL;
    memcpy(name, list, n);
    name[n] = '\x1f';
    memcpy(name + n + 1, key, m + 1);
    const size_t *known = m2_strmap_find(&op->tables, name);
    if (!known) {
        m2_vec_push(s->arena, &op->items, (struct m2_item_table){ 0 });
        fill_table(s, op, &op->items.at[op->items.len - 1], list, key);
        size_t *at = m2_strmap_at(&op->tables, s->arena, m2_arena_strdup(s->arena, name), NULL);
        *at = op->items.len;
        known = at;
    }
    const struct m2_item_table *t = &op->items.at[*known - 1];
    const size_t *at = m2_strmap_find(&t->ids, id);
    return at ? &t->entries.at[*at - 1] : NULL;
}
