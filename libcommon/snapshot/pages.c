#include "snapshot/pages.h"

#include <string.h>

#include "m2/str.h"

/* As AWS names them; the last two are the AWS CLI's own. */
static const char *const asked_with[] = { "NextToken",     "nextToken",      "Marker",
                                          "StartingToken", "starting-token", NULL };
static const char *const ended_with[] = { "NextToken", "nextToken", "Marker", "NextMarker", NULL };

static const char *token(const struct m2_value *v, const char *const *names)
{
    for (; *names; names++)
        if (!m2_str_empty(m2_v_str(v, *names)))
            return m2_v_str(v, *names);
    return NULL;
}

bool m2_answer_complete(const struct m2_call *call)
{
    return !token(call->output, ended_with) && !token(call->input, asked_with) &&
           !m2_v_bool_or(call->output, "IsTruncated", false);
}

static bool is_of_page(const char *key)
{
    for (const char *const *name = ended_with; *name; name++)
        if (m2_str_eq(key, *name))
            return true;
    return m2_str_eq(key, "IsTruncated");
}

/* The lists of both, whatever else FIRST says, and how the list goes on as MORE says. */
static const struct m2_value *join(struct m2_arena *a, const struct m2_value *first,
                                   const struct m2_value *more)
{
    struct m2_value *out = m2_v_object(a);
    const struct m2_value *item;
    for (size_t i = 0; i < m2_v_len(first); i++) {
        const struct m2_member *m = &first->u.object.at[i];
        const struct m2_value *rest = m2_v_get(more, m->key);
        if (is_of_page(m->key))
            continue;
        if (!m2_v_is(m->value, M2_ARRAY) || !m2_v_is(rest, M2_ARRAY)) {
            m2_v_set(a, out, m->key, m->value);
            continue;
        }
        struct m2_value *list = m2_v_array(a);
        m2_v_each(item, k, m->value) m2_v_push(a, list, m2_v_copy(a, item));
        m2_v_each(item, k, rest) m2_v_push(a, list, m2_v_copy(a, item));
        m2_v_set(a, out, m->key, list);
    }
    for (size_t i = 0; i < m2_v_len(more); i++)
        if (!m2_v_get(out, more->u.object.at[i].key))
            m2_v_set(a, out, more->u.object.at[i].key, more->u.object.at[i].value);
    return out;
}

static struct m2_call *page_after(const struct m2_snapshot *s, const struct m2_call *call, const bool *joined,
                                  const char *with)
{
    for (size_t i = 0; i < s->n_calls; i++) {
        struct m2_call *c = &s->calls[i];
        if (c != call && !joined[i] && c->status == M2_CALL_OK && m2_str_eq(c->service, call->service) &&
            m2_str_eq(c->operation, call->operation) && m2_str_eq(token(c->input, asked_with), with))
            return c;
    }
    return NULL;
}

void m2_pages_join(struct m2_snapshot *s)
{
    bool *joined = m2_arena_new_array(s->arena, bool, s->n_calls);
    size_t kept = 0;
    for (size_t i = 0; i < s->n_calls; i++) {
        struct m2_call *c = &s->calls[i], *next = NULL;
        const char *with = NULL;
        /* Brain's pages have many shapes; who reads its units joins them. */
        if (joined[i] || c->status != M2_CALL_OK || token(c->input, asked_with) ||
            m2_str_eq(c->service, "brain"))
            continue;
        while ((with = token(c->output, ended_with)) && (next = page_after(s, c, joined, with))) {
            c->output = join(s->arena, c->output, next->output);
            joined[next - s->calls] = true;
        }
    }
    for (size_t i = 0; i < s->n_calls; i++)
        if (!joined[i])
            s->calls[kept++] = s->calls[i];
    s->n_calls = kept;
    for (size_t i = 0; i < kept; i++)
        s->calls[i].index = i;
}
