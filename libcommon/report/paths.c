/* Network paths as charts of a document: one for each place that traffic comes from, a lane for each
 * destination. */
#include "m2/doc.h"
#include "m2/str.h"
#include "report/render.h"

static const struct m2_hop *first(const struct m2_path *p, enum m2_status status)
{
    for (size_t i = 0; i < M2_PATH_HOPS; i++)
        if (p->hops[i].status == status)
            return &p->hops[i];
    return NULL;
}

/* "stopped at the route (The subnet has no route …)": the end of one lane in words. */
static const char *fate(struct m2_arena *a, const struct m2_path *p)
{
    const struct m2_hop *stop = first(p, M2_FAIL), *unseen = first(p, M2_UNKNOWN);
    if (stop)
        return m2_arena_printf(a, "stopped at the %s (%s)", stop->name, stop->said);
    if (unseen)
        return m2_arena_printf(a, "not known at the %s", unseen->name);
    return m2_str_empty(p->way) ? "open" : m2_arena_printf(a, "open %s", p->way);
}

/* Lanes that end alike are told together. */
static const char *in_words(struct m2_arena *a, const struct m2_findings *f, const char *from)
{
    const char *text = "";
    for (size_t i = 0; i < f->paths.len; i++) {
        const char *end = fate(a, &f->paths.at[i]), *names = "";
        bool told = !m2_str_eq(f->paths.at[i].from, from);
        for (size_t k = 0; k < i && !told; k++)
            told = m2_str_eq(f->paths.at[k].from, from) && m2_str_eq(fate(a, &f->paths.at[k]), end);
        for (size_t k = i; k < f->paths.len && !told; k++)
            if (m2_str_eq(f->paths.at[k].from, from) && m2_str_eq(fate(a, &f->paths.at[k]), end))
                names = m2_arena_printf(a, "%s%s%s", names, *names ? ", " : "", f->paths.at[k].to);
        if (!told)
            text = m2_arena_printf(a, "%s%s%s: %s.", text, *text ? " " : "", names, end);
    }
    return text;
}

static const double marks[M2_STATUS_COUNT] = {
    [M2_PASS] = M2_PATH_OPEN,       [M2_WARN] = M2_PATH_OPEN, [M2_FAIL] = M2_PATH_STOPPED,
    [M2_UNKNOWN] = M2_PATH_UNKNOWN, [M2_SKIP] = M2_PATH_OPEN,
};

static void lane(struct m2_doc_chart *c, const struct m2_path *p)
{
    m2_doc_series(c, p->to);
    for (size_t i = 0; i < M2_PATH_HOPS; i++)
        m2_doc_point(c, p->hops[i].name, (double)i, marks[p->hops[i].status]);
}

void m2_report_paths(struct m2_doc *d, struct m2_arena *a, const struct m2_findings *f)
{
    if (f->paths.len)
        m2_doc_heading(d, "Ways out of the subnets");
    for (size_t i = 0; i < f->paths.len; i++) {
        const char *from = f->paths.at[i].from;
        bool done = false;
        for (size_t k = 0; k < i && !done; k++)
            done = m2_str_eq(f->paths.at[k].from, from);
        if (done)
            continue;
        struct m2_doc_chart *c =
            m2_doc_chart(d, M2_CHART_PATH, m2_arena_printf(a, "From %s", from), in_words(a, f, from));
        for (size_t k = i; k < f->paths.len; k++)
            if (m2_str_eq(f->paths.at[k].from, from))
                lane(c, &f->paths.at[k]);
    }
}
