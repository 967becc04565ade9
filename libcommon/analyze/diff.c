#include "m2/diff.h"

#include <ctype.h>
#include <string.h>

#include "m2/str.h"

#define ACCOUNT_DIGITS 12
#define ID_DIGITS 8 /* subnet-0a1b2c3d is the shortest generated id */

const char *m2_change_name(enum m2_change_kind k)
{
    static const char *const names[M2_CHANGE_KINDS] = { "new", "gone", "changed" };
    return names[k];
}

static bool is_problem(const struct m2_finding *f)
{
    return f && (f->status == M2_WARN || f->status == M2_FAIL || f->status == M2_UNKNOWN);
}

/* ---- names without what only tells two accounts apart ---- */

static size_t run_of(const char *s, const char *accepted)
{
    return strspn(s, accepted);
}

/* "us-east-1", "us-gov-west-1": its length at S, or 0. */
static size_t region_at(const char *s)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    size_t n = run_of(s, letters), parts = 0;
    while (n >= 2 && s[n] == '-') {
        size_t more = run_of(s + n + 1, letters);
        if (parts && isdigit((unsigned char)s[n + 1]) && !isalnum((unsigned char)s[n + 2]))
            return n + 2;
        if (more < 2 || ++parts > 3)
            return 0;
        n += 1 + more;
    }
    return 0;
}

/* What stands at S in place of a name's changing part: how much of S, and the sign for it. */
static size_t changing(const char *s, bool word_begins, const char *stack, const char **sign)
{
    size_t n = m2_str_empty(stack) || !m2_str_starts(s, stack) ? 0 : strlen(stack);
    *sign = "{stack}";
    if (n)
        return n;
    *sign = "{region}";
    if (word_begins && (n = region_at(s)))
        return n;
    *sign = "{account}";
    n = run_of(s, "0123456789");
    if (word_begins && n == ACCOUNT_DIGITS)
        return n;
    *sign = "{id}";
    n = run_of(s, "0123456789abcdef");
    return word_begins && n >= ID_DIGITS && !isalnum((unsigned char)s[n]) ? n : 0;
}

static const char *plain_name(struct m2_arena *a, const char *s, const char *stack)
{
    struct m2_buf b;
    bool word_begins = true;
    m2_buf_init(&b, (size_t)1 << 16);
    while (*s) {
        const char *sign;
        size_t n = changing(s, word_begins, stack, &sign);
        if (n)
            m2_buf_adds(&b, sign);
        else
            m2_buf_addc(&b, *s);
        word_begins = !isalnum((unsigned char)*s) && !n;
        s += n ? n : 1;
    }
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

/* ---- which is which ---- */

struct pairing {
    struct m2_arena *a;
    const struct m2_findings *then, *now;
    const struct m2_finding **partner; /* by the index of now */
    bool *taken;                       /* by the index of then */
    bool by_name;                      /* two accounts: ids differ */
};

static bool alike(const struct pairing *p, const struct m2_finding *was, const struct m2_finding *is,
                  bool cause)
{
    if (!m2_str_eq(was->id, is->id) || (cause && !m2_str_eq(was->cause, is->cause)))
        return false;
    return m2_str_eq(plain_name(p->a, was->resource, p->then->stack),
                     plain_name(p->a, is->resource, p->now->stack));
}

/* One round: each finding of now that has no partner takes the first of then that is free. */
static void pair_up(struct pairing *p, bool by_name, bool cause)
{
    for (size_t i = 0; i < p->now->list.len; i++)
        for (size_t k = 0; k < p->then->list.len && !p->partner[i]; k++) {
            const struct m2_finding *is = p->now->list.at[i], *was = p->then->list.at[k];
            if (p->taken[k] || (by_name ? !alike(p, was, is, cause) : !m2_str_eq(was->uid, is->uid)))
                continue;
            p->partner[i] = was;
            p->taken[k] = true;
        }
}

static bool makes(const struct m2_findings *f, const char *id)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (m2_str_eq(f->list.at[i]->id, id))
            return true;
    return false;
}

/* ---- what became of it ---- */

static void add(struct m2_diff *d, struct m2_arena *a, const struct m2_finding *was,
                const struct m2_finding *is)
{
    bool before = is_problem(was), after = is_problem(is);
    if (!before && !after)
        return;
    if (before && after && was->status == is->status && m2_str_eq(was->cause, is->cause))
        return;
    const struct m2_finding *shown = after ? is : was;
    struct m2_change c = { .kind = !before  ? M2_CHANGE_NEW
                                   : !after ? M2_CHANGE_GONE
                                            : M2_CHANGE_CHANGED,
                           .uid = shown->uid,
                           .id = shown->id,
                           .resource = shown->resource,
                           .title = shown->title,
                           .was = was,
                           .is = is };
    d->counts[c.kind]++;
    m2_vec_push(a, &d->list, c);
}

static void not_compared(struct m2_diff *d, struct m2_arena *a, const struct m2_findings *of,
                         const struct m2_findings *other)
{
    for (size_t i = 0; i < of->list.len; i++) {
        const char *id = of->list.at[i]->id;
        bool told = false;
        for (size_t k = 0; k < d->not_compared.len && !told; k++)
            told = m2_str_eq(d->not_compared.at[k], id);
        if (!told && !makes(other, id))
            m2_vec_push(a, &d->not_compared, id);
    }
}

void m2_diff_make(struct m2_diff *out, struct m2_arena *a, const struct m2_findings *then,
                  const struct m2_findings *now, const char *name)
{
    struct pairing p = { .a = a, .then = then, .now = now };
    *out = (struct m2_diff){ .name = name,
                             .account = then->account,
                             .region = then->region,
                             .stack = then->stack,
                             .generated_at = then->generated_at,
                             .verdict = then->verdict };
    p.partner = m2_arena_new_array(a, const struct m2_finding *, now->list.len + 1);
    p.taken = m2_arena_new_array(a, bool, then->list.len + 1);
    memset(p.partner, 0, (now->list.len + 1) * sizeof *p.partner);
    memset(p.taken, 0, (then->list.len + 1) * sizeof *p.taken);
    pair_up(&p, false, false);
    if (m2_str_empty(then->account) || !m2_str_eq(then->account, now->account) ||
        !m2_str_eq(then->region, now->region)) {
        pair_up(&p, true, true);
        pair_up(&p, true, false);
    }
    for (size_t i = 0; i < now->list.len; i++)
        if (makes(then, now->list.at[i]->id))
            add(out, a, p.partner[i], now->list.at[i]);
    for (size_t k = 0; k < then->list.len; k++)
        if (!p.taken[k] && makes(now, then->list.at[k]->id))
            add(out, a, then->list.at[k], NULL);
    not_compared(out, a, now, then);
    not_compared(out, a, then, now);
}

/* ---- in words, and as a document ---- */

const char *m2_diff_summary(struct m2_arena *a, const struct m2_diff *d)
{
    if (!d->list.len)
        return "nothing changed";
    return m2_arena_printf(a, "%zu new, %zu gone, %zu changed", d->counts[M2_CHANGE_NEW],
                           d->counts[M2_CHANGE_GONE], d->counts[M2_CHANGE_CHANGED]);
}

const char *m2_change_states(struct m2_arena *a, const struct m2_change *c)
{
    const char *is = c->is ? m2_status_name(c->is->status) : "not there";
    const char *was = c->was ? m2_status_name(c->was->status) : "not there";
    if (c->was && c->is && c->was->status == c->is->status)
        return m2_arena_printf(a, "%s, for another cause: %s, was %s", is, m2_str_or(c->is->cause, "none"),
                               m2_str_or(c->was->cause, "none"));
    return m2_arena_printf(a, "%s, was %s", is, was);
}

static void set_state(struct m2_arena *a, struct m2_value *o, const char *key, const char *cause_key,
                      const struct m2_finding *f)
{
    m2_v_set(a, o, key, m2_v_string(a, f ? m2_status_name(f->status) : NULL));
    m2_v_set(a, o, cause_key, m2_v_string(a, f ? f->cause : NULL));
}

struct m2_value *m2_diff_to_value(struct m2_arena *a, const struct m2_diff *d)
{
    struct m2_value *o = m2_v_object(a), *with = m2_v_object(a), *summary = m2_v_object(a),
                    *list = m2_v_array(a), *ids = m2_v_array(a);
    const char *const told[][2] = { { "name", d->name },       { "account", d->account },
                                    { "region", d->region },   { "stack", d->stack },
                                    { "verdict", d->verdict }, { "generated_at", d->generated_at } };
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        m2_v_set(a, with, told[i][0], m2_v_string(a, told[i][1]));
    for (int k = 0; k < M2_CHANGE_KINDS; k++)
        m2_v_set_int(a, summary, m2_change_name((enum m2_change_kind)k), (int64_t)d->counts[k]);
    for (size_t i = 0; i < d->list.len; i++) {
        const struct m2_change *c = &d->list.at[i];
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "change", m2_change_name(c->kind));
        m2_v_set_str(a, v, "uid", c->uid);
        m2_v_set_str(a, v, "id", c->id);
        m2_v_set(a, v, "resource", m2_v_string(a, c->resource));
        m2_v_set(a, v, "title", m2_v_string(a, c->title));
        set_state(a, v, "was", "cause_was", c->was);
        set_state(a, v, "is", "cause", c->is);
        m2_v_push(a, list, v);
    }
    for (size_t i = 0; i < d->not_compared.len; i++)
        m2_v_push(a, ids, m2_v_string(a, d->not_compared.at[i]));
    m2_v_set(a, o, "with", with);
    m2_v_set(a, o, "summary", summary);
    m2_v_set(a, o, "changes", list);
    m2_v_set(a, o, "not_compared", ids);
    return o;
}

/* ---- an earlier report ---- */

static int read_one(struct m2_finding **out, struct m2_arena *a, const struct m2_value *v, size_t i,
                    const char *name, struct m2_err *err)
{
    struct m2_finding *f = m2_arena_alloc(a, sizeof *f);
    const char *status = m2_v_str(v, "status");
    *f = (struct m2_finding){ .uid = m2_v_str(v, "uid"),
                              .id = m2_v_str(v, "id"),
                              .area = m2_str_or(m2_v_str(v, "area"), ""),
                              .resource = m2_str_or(m2_v_str(v, "resource"), ""),
                              .cause = m2_v_str(v, "cause"),
                              .title = m2_str_or(m2_v_str(v, "title"), ""),
                              .detail = m2_str_or(m2_v_str(v, "detail"), ""),
                              .status = M2_STATUS_COUNT };
    for (int s = 0; s < M2_STATUS_COUNT; s++)
        if (m2_str_eq(status, m2_status_name((enum m2_status)s)))
            f->status = (enum m2_status)s;
    if (!f->uid || !f->id || f->status == M2_STATUS_COUNT)
        return m2_fail(err, M2_EINPUT, "%s: findings[%zu]: a finding has a uid, an id and a status (%s)",
                       name, i, m2_str_or(status, "none"));
    *out = f;
    return 0;
}

int m2_findings_read(struct m2_findings *out, struct m2_arena *a, const struct m2_value *doc,
                     const char *name, struct m2_err *err)
{
    const char *schema = m2_v_str(doc, "schema");
    const struct m2_value *list = m2_v_get(doc, "findings"), *one, *target = m2_v_get(doc, "target");
    if (!m2_str_eq(schema, "m2-report/1"))
        return m2_fail(err, M2_EINPUT, "%s: its schema is %s; a report of m2-report/1 is expected", name,
                       m2_str_or(schema, "not given"));
    if (!m2_v_is(list, M2_ARRAY))
        return m2_fail(err, M2_EINPUT, "%s: \"findings\" must be a list", name);
    struct m2_findings f = { .arena = a,
                             .tool = m2_v_str(doc, "tool"),
                             .version = m2_v_str(doc, "version"),
                             .verdict = m2_v_str(doc, "verdict"),
                             .generated_at = m2_v_str(doc, "generated_at"),
                             .account = m2_v_str(target, "account"),
                             .region = m2_v_str(target, "region"),
                             .stack = m2_v_str(target, "stack") };
    m2_v_each(one, i, list)
    {
        struct m2_finding *it = NULL;
        if (read_one(&it, a, one, i, name, err) < 0)
            return -1;
        m2_vec_push(a, &f.list, it);
        f.counts[it->status]++;
    }
    *out = f;
    return 0;
}
