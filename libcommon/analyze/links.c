#include <stdlib.h>
#include <string.h>

#include "analyze/engine.h"
#include "m2/str.h"

/*
 * From cause to effect. A finding can be explained only by a finding of a check that stands further up,
 * whatever the links say: this is what makes circles impossible, also where cause and effect carry the same
 * slug (an event that repeats a setting's fault). Checks that share a row stand in the order of the check
 * table.
 */
static const char *const causal_order[] = {
    "identity.*",
    "net.*",
    "image.*",
    "template.*",
    "lambda.memory",
    "lambda.timeout",
    "lambda.storage",
    "fargate.*",
    "stack.events",
    "stack.status",
    "stack.outputs",
    "lambda.*",
    "workflow.state-machine",
    "access.*",
    "storage.*",
    "task.*",
    "workflow.*",
    "stack.*",
    "brain.*",
};
#define N_ORDER (sizeof causal_order / sizeof causal_order[0])
#define CHECKS_PER_ROW 1000
#define TIME_SLACK_MS 10000

bool m2_slug_matches(const char *pattern, const char *slug)
{
    return slug && m2_str_glob(pattern, slug, false);
}

int m2_causal_rank(const char *check_id)
{
    size_t n = 0, at = 0;
    const struct m2_check *checks = m2_checks(&n);
    while (at < n && !m2_str_eq(checks[at].id, check_id))
        at++;
    for (size_t i = 0; at < n && i < N_ORDER; i++)
        if (m2_slug_matches(causal_order[i], check_id))
            return (int)(i * CHECKS_PER_ROW + at);
    return -1;
}

/* ---- which findings have a name in common ---- */

struct name {
    const char *text;
    size_t finding;
};

struct graph {
    struct m2_findings *f;
    int *rank;
    struct name *names; /* sorted by text, then finding */
    size_t n_names;
    struct {
        size_t *at;
        size_t len, cap;
    } * causes; /* per finding, ascending, each once */
};

static int by_text(const void *x, const void *y)
{
    const struct name *a = x, *b = y;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->finding > b->finding) - (a->finding < b->finding);
}

/* Only what is wrong takes part. */
static bool takes_part(const struct m2_finding *f)
{
    return f->cause && (f->status == M2_FAIL || f->status == M2_WARN);
}

static void index_names(struct graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->f->list.len; i++)
        n += 1 + g->f->list.at[i]->about.len;
    g->names = m2_arena_new_array(g->f->arena, struct name, n);
    for (size_t i = 0; i < g->f->list.len; i++) {
        const struct m2_finding *f = g->f->list.at[i];
        if (!takes_part(f))
            continue;
        g->names[g->n_names++] = (struct name){ f->resource, i };
        for (size_t k = 0; k < f->about.len; k++)
            g->names[g->n_names++] = (struct name){ f->about.at[k], i };
    }
    if (g->n_names)
        qsort(g->names, g->n_names, sizeof g->names[0], by_text);
}

static size_t first_name(const struct graph *g, const char *text)
{
    size_t lo = 0, hi = g->n_names;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(g->names[mid].text, text) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/*
 * What began after the effect was over did not cause it. Step Functions and ECS write their own times of one
 * end, so some seconds mean nothing. A state, or a time that is not known, excludes nothing.
 */
static bool too_late(const struct m2_finding *cause, const struct m2_finding *effect)
{
    return cause->first_ms && effect->at_ms && cause->first_ms > effect->at_ms + TIME_SLACK_MS;
}

static void add_cause(struct graph *g, size_t effect, size_t cause)
{
    if (g->rank[cause] < 0 || g->rank[cause] >= g->rank[effect])
        return;
    if (too_late(g->f->list.at[cause], g->f->list.at[effect]))
        return;
    for (size_t i = 0; i < g->causes[effect].len; i++)
        if (g->causes[effect].at[i] == cause)
            return;
    m2_vec_push(g->f->arena, &g->causes[effect], cause);
}

static void join_about(struct graph *g, const struct m2_link *link, size_t effect)
{
    const struct m2_finding *f = g->f->list.at[effect];
    for (size_t k = 0; k <= f->about.len; k++) {
        const char *text = k ? f->about.at[k - 1] : f->resource;
        for (size_t i = first_name(g, text); i < g->n_names && m2_str_eq(g->names[i].text, text); i++)
            if (m2_slug_matches(link->cause, g->f->list.at[g->names[i].finding]->cause))
                add_cause(g, effect, g->names[i].finding);
    }
}

static void join_any(struct graph *g, const struct m2_link *link, size_t effect)
{
    for (size_t i = 0; i < g->f->list.len; i++)
        if (takes_part(g->f->list.at[i]) && m2_slug_matches(link->cause, g->f->list.at[i]->cause))
            add_cause(g, effect, i);
}

static void find_causes(struct graph *g, size_t effect)
{
    size_t n_areas = 0;
    const struct m2_area *const *areas = m2_areas(&n_areas);
    for (size_t i = 0; i < n_areas; i++)
        for (size_t k = 0; k < areas[i]->n_links; k++) {
            const struct m2_link *link = &areas[i]->links[k];
            if (!m2_slug_matches(link->effect, g->f->list.at[effect]->cause))
                continue;
            if (link->join == M2_JOIN_ANY)
                join_any(g, link, effect);
            else
                join_about(g, link, effect);
        }
}

static int ascending(const void *x, const void *y)
{
    const size_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* A warning explains a failure only where no failure does. */
static void keep_strongest(struct graph *g, size_t effect)
{
    size_t kept = 0, fails = 0;
    size_t *at = g->causes[effect].at, n = g->causes[effect].len;
    for (size_t i = 0; i < n; i++)
        fails += g->f->list.at[at[i]]->status == M2_FAIL;
    for (size_t i = 0; i < n; i++)
        if (!fails || g->f->list.at[at[i]]->status == M2_FAIL)
            at[kept++] = at[i];
    g->causes[effect].len = kept;
    if (kept)
        qsort(at, kept, sizeof at[0], ascending);
}

static void write_uids(struct graph *g, size_t effect)
{
    struct m2_finding *f = g->f->list.at[effect];
    for (size_t i = 0; i < g->causes[effect].len; i++) {
        struct m2_finding *cause = g->f->list.at[g->causes[effect].at[i]];
        m2_vec_push(g->f->arena, &f->caused_by, cause->uid);
        m2_vec_push(g->f->arena, &cause->explains, f->uid);
    }
}

/* ---- root causes ---- */

struct root {
    size_t finding, explained;
};

struct effect {
    size_t finding;
    int rank;
};

static bool has_failing_cause(const struct graph *g, size_t i)
{
    return g->causes[i].len && g->f->list.at[g->causes[i].at[0]]->status == M2_FAIL;
}

/* How many failures ROOT explains, through others too. ORDER holds the findings from cause to effect. */
static size_t count_explained(const struct graph *g, size_t root, const struct effect *order, size_t n,
                              bool *reached)
{
    size_t count = 0;
    memset(reached, 0, g->f->list.len * sizeof *reached);
    reached[root] = true;
    for (size_t i = 0; i < n; i++) {
        size_t effect = order[i].finding;
        for (size_t k = 0; k < g->causes[effect].len && !reached[effect]; k++)
            reached[effect] = reached[g->causes[effect].at[k]];
        count += reached[effect] && effect != root;
    }
    return count;
}

static int by_rank(const void *x, const void *y)
{
    const struct effect *a = x, *b = y;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank)
                              : (a->finding > b->finding) - (a->finding < b->finding);
}

static int most_explaining_first(const void *x, const void *y)
{
    const struct root *a = x, *b = y;
    if (a->explained != b->explained)
        return a->explained > b->explained ? -1 : 1;
    return (a->finding > b->finding) - (a->finding < b->finding);
}

static void find_roots(struct graph *g)
{
    struct m2_findings *f = g->f;
    struct effect *effects = m2_arena_new_array(f->arena, struct effect, f->list.len);
    size_t n_effects = 0, n_roots = 0;
    struct root *roots = m2_arena_new_array(f->arena, struct root, f->list.len);
    bool *reached = m2_arena_new_array(f->arena, bool, f->list.len);
    for (size_t i = 0; i < f->list.len; i++) {
        if (g->causes[i].len)
            effects[n_effects++] = (struct effect){ i, g->rank[i] };
        if (f->list.at[i]->status == M2_FAIL && !has_failing_cause(g, i))
            roots[n_roots++].finding = i;
    }
    if (n_effects)
        qsort(effects, n_effects, sizeof effects[0], by_rank);
    for (size_t i = 0; i < n_roots; i++)
        if (f->list.at[roots[i].finding]->explains.len)
            roots[i].explained = count_explained(g, roots[i].finding, effects, n_effects, reached);
    if (n_roots)
        qsort(roots, n_roots, sizeof roots[0], most_explaining_first);
    for (size_t i = 0; i < n_roots; i++)
        m2_vec_push(f->arena, &f->root_causes, f->list.at[roots[i].finding]->uid);
}

void m2_links_apply(struct m2_findings *out)
{
    struct graph g = { .f = out };
    g.rank = m2_arena_new_array(out->arena, int, out->list.len);
    g.causes = m2_arena_alloc_array(out->arena, out->list.len, sizeof *g.causes);
    for (size_t i = 0; i < out->list.len; i++)
        g.rank[i] = m2_causal_rank(out->list.at[i]->id);
    index_names(&g);
    for (size_t i = 0; i < out->list.len; i++)
        if (takes_part(out->list.at[i]) && out->list.at[i]->status == M2_FAIL) {
            find_causes(&g, i);
            keep_strongest(&g, i);
        }
    for (size_t i = 0; i < out->list.len; i++)
        write_uids(&g, i);
    find_roots(&g);
}
