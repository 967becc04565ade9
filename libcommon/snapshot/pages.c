#include "snapshot/pages.h"

#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/json.h"
#include "m2/str.h"
#include "snapshot/strmap.h"

/* As AWS names them; the last two are the AWS CLI's own. */
static const char *const asked_with[] = { "NextToken",     "nextToken",      "Marker",
                                          "StartingToken", "starting-token", NULL };
static const char *const ended_with[] = { "NextToken", "nextToken", "Marker", "NextMarker", NULL };
/* Members of an input that say how to page, and leave nothing out of the list. */
static const char *const paging[] = { "MaxResults", "maxResults", "MaxItems",    "PageSize", "Limit", "limit",
                                      "max-items",  "page-size",  "no-paginate", "DryRun",   NULL };

static bool in(const char *const *names, const char *s)
{
    for (; *names; names++)
        if (m2_str_eq(*names, s))
            return true;
    return false;
}

bool m2_is_paging(const char *key)
{
    return in(paging, key) || in(asked_with, key);
}

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
    return in(ended_with, key) || m2_str_eq(key, "IsTruncated");
}

/* ---- which page comes after which ---- */

struct pages {
    struct m2_snapshot *s;
    struct m2_strmap questions; /* of pages: 1 + the first that is not joined yet; 0: none is left */
    size_t *then;               /* of each page: 1 + the next of the same question; 0: none */
    bool *joined;
};

/* Brain's pages have many shapes; who reads its units joins them. */
static bool can_be_joined(const struct m2_call *c)
{
    return c->status == M2_CALL_OK && m2_v_is(c->output, M2_OBJECT) && !m2_str_eq(c->service, "brain");
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct m2_member *const *)a)->key, (*(const struct m2_member *const *)b)->key);
}

/* What is asked for with the token WITH, in Q: another region, or role, may have the same token. */
static void question(struct m2_buf *q, const struct m2_call *c, const char *with)
{
    size_t n = 0;
    const struct m2_member **list = m2_xcalloc(m2_v_len(c->input) + 1, sizeof *list);
    for (size_t i = 0; i < m2_v_len(c->input); i++)
        if (!m2_is_paging(c->input->u.object.at[i].key))
            list[n++] = &c->input->u.object.at[i];
    qsort(list, n, sizeof *list, by_key);
    m2_buf_init(q, M2_JSON_MAX_FILE);
    m2_buf_addf(q, "%s\x1f%s\x1f%s\x1f%s", c->service, c->operation, m2_str_or(c->region, ""), with);
    for (size_t i = 0; i < n; i++) {
        m2_buf_addf(q, "\x1f%s\x1f", list[i]->key);
        m2_json_write(q, list[i]->value, false);
    }
    free(list);
}

static void note_pages(struct pages *p)
{
    struct m2_arena *a = p->s->arena;
    for (size_t i = p->s->n_calls; i-- > 0;) {
        const struct m2_call *c = &p->s->calls[i];
        const char *with = can_be_joined(c) ? token(c->input, asked_with) : NULL;
        struct m2_buf q;
        if (!with)
            continue;
        question(&q, c, with);
        size_t *first = m2_strmap_at(&p->questions, a, m2_arena_strndup(a, q.data, q.len), NULL);
        p->then[i] = *first;
        *first = i + 1;
        m2_buf_free(&q);
    }
}

/* The page of CALL's list that WITH leads to; it is joined from now on. */
static const struct m2_call *page_after(struct pages *p, const struct m2_call *call, const char *with)
{
    struct m2_buf q;
    question(&q, call, with);
    /* One that is known is not made anew, so the key need not live on. */
    size_t *first =
        m2_strmap_find(&p->questions, q.data) ? m2_strmap_at(&p->questions, p->s->arena, q.data, NULL) : NULL;
    m2_buf_free(&q);
    if (!first || !*first)
        return NULL;
    size_t i = *first - 1;
    *first = p->then[i];
    p->joined[i] = true;
    return &p->s->calls[i];
}

/* ---- one list of them ---- */

static void push_all(struct m2_arena *a, struct m2_value *list, const struct m2_value *more)
{
    struct m2_value *item;
    m2_v_each(item, i, more) m2_v_push(a, list, item);
}

/* PAGE's lists at the end of WHOLE's, and of the rest what WHOLE does not say yet. WHOLE's lists are its own,
 * the items are the pages'. */
static void add_page(struct m2_arena *a, struct m2_value *whole, const struct m2_value *page)
{
    for (size_t i = 0; i < m2_v_len(page); i++) {
        const struct m2_member *m = &page->u.object.at[i];
        struct m2_value *have = m2_v_get(whole, m->key);
        bool is_list = m2_v_is(m->value, M2_ARRAY);
        if (is_of_page(m->key) || (have && !(is_list && m2_v_is(have, M2_ARRAY))))
            continue;
        if (!have)
            m2_v_set(a, whole, m->key, is_list ? (have = m2_v_array(a)) : m->value);
        if (is_list)
            push_all(a, have, m->value);
    }
}

/* How the list goes on is for its last page to say. */
static void end_as(struct m2_arena *a, struct m2_value *whole, const struct m2_value *last)
{
    for (size_t i = 0; i < m2_v_len(last); i++)
        if (is_of_page(last->u.object.at[i].key))
            m2_v_set(a, whole, last->u.object.at[i].key, last->u.object.at[i].value);
}

static void join_after(struct pages *p, struct m2_call *first)
{
    struct m2_value *whole = NULL;
    const struct m2_value *last = first->output;
    const struct m2_call *next;
    const char *with;
    while ((with = token(last, ended_with)) && (next = page_after(p, first, with))) {
        if (!whole) {
            whole = m2_v_object(p->s->arena);
            add_page(p->s->arena, whole, first->output);
        }
        last = next->output;
        add_page(p->s->arena, whole, last);
    }
    if (!whole)
        return;
    end_as(p->s->arena, whole, last);
    first->output = whole;
}

void m2_pages_join(struct m2_snapshot *s)
{
    struct pages p = { .s = s };
    size_t kept = 0;
    p.then = m2_arena_new_array(s->arena, size_t, s->n_calls);
    p.joined = m2_arena_new_array(s->arena, bool, s->n_calls);
    note_pages(&p);
    for (size_t i = 0; i < s->n_calls; i++)
        if (can_be_joined(&s->calls[i]) && !token(s->calls[i].input, asked_with))
            join_after(&p, &s->calls[i]);
    for (size_t i = 0; i < s->n_calls; i++)
        if (!p.joined[i])
            s->calls[kept++] = s->calls[i];
    s->n_calls = kept;
    for (size_t i = 0; i < kept; i++)
        s->calls[i].index = i;
}
