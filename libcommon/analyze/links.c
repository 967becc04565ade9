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

struct cause {
    size_t finding;
    bool certain;
};

struct graph {
    struct m2_findings *f;
    int *rank;
    struct name *names; /* sorted by text, then finding */
    size_t n_names;
    struct {
        struct cause *at;
        size_t len, cap;
    } * causes; /* per finding, ascending, each once */
};

static int by_text(const void *x, const void *y)
{
    const struct name *a = x, *b = y;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->finding > b->finding) - (a->finding < b->finding);
}

/* What is wrong, and what may be: a check that could not tell. */
static bool may_cause(const struct m2_finding *f)
{
    return f->status == M2_UNKNOWN || (f->cause && (f->status == M2_FAIL || f->status == M2_WARN));
}

static void index_names(struct graph *g)
{
    size_t n = 0;
    for (size_t i = 0; i < g->f->list.len; i++)
        n += 1 + g->f->list.at[i]->about.len;
    g->names = m2_arena_new_array(g->f->arena, struct name, n);
    for (size_t i = 0; i < g->f->list.len; i++) {
        const struct m2_finding *f = g->f->list.at[i];
        if (!may_cause(f))
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

/* ---- time ---- */

/* Checks whose findings tell of what happened; all others tell of what is. */
static const char *const of_events[] = { "task.failures", "workflow.executions", "stack.events",
                                         "brain.canary" };

static bool is_event(const struct m2_finding *f)
{
    for (size_t i = 0; i < sizeof of_events / sizeof of_events[0]; i++)
        if (m2_str_eq(f->id, of_events[i]))
            return true;
    return false;
}

/*
 * What began after the effect was over did not cause it. Step Functions and ECS write their own times of one
 * end, so some seconds mean nothing. A state excludes nothing: nothing tells since when it is so.
 */
static bool too_late(const struct m2_finding *cause, const struct m2_finding *effect)
{
    return cause->first_ms && effect->at_ms && cause->first_ms > effect->at_ms + TIME_SLACK_MS;
}

/* Of two events the cause is known to have been first; of what is a state nobody needs to know. */
static bool order_known(const struct m2_finding *cause, const struct m2_finding *effect)
{
    if (!is_event(cause) || !is_event(effect))
        return true;
    int64_t began = cause->first_ms ? cause->first_ms : cause->at_ms;
    return began && effect->at_ms && began <= effect->at_ms + TIME_SLACK_MS;
}

/* ---- edges ---- */

/* Is what C tells a cause like PATTERN? A check that was not made might have named any of its own. */
static bool cause_matches(const struct m2_finding *c, const char *pattern)
{
    if (c->cause)
        return m2_slug_matches(pattern, c->cause);
    const struct m2_check *check = m2_check_find(c->id);
    for (size_t i = 0; check && check->causes && check->causes[i]; i++)
        if (m2_slug_matches(pattern, check->causes[i]))
            return true;
    return false;
}

/* Returns whether CAUSE is among the causes now. */
static bool add_cause(struct graph *g, size_t effect, size_t cause, bool certain)
{
    const struct m2_finding *c = g->f->list.at[cause];
    if (g->rank[cause] < 0 || g->rank[cause] >= g->rank[effect] || too_late(c, g->f->list.at[effect]))
        return false;
    certain = certain && c->status != M2_UNKNOWN && !g->f->list.at[effect]->apart;
    for (size_t i = 0; i < g->causes[effect].len; i++)
        if (g->causes[effect].at[i].finding == cause) {
            g->causes[effect].at[i].certain |= certain;
            return true;
        }
    const struct cause fresh = { cause, certain };
    m2_vec_push(g->f->arena, &g->causes[effect], fresh);
    return true;
}

/* The name of one event, which nothing else has. */
static bool names_event(const char *text)
{
    return m2_str_glob("arn:*:ecs:*:task/*", text, false) ||
           m2_str_glob("arn:*:states:*:execution:*", text, false);
}

/* Everything like the link's cause that has NAME becomes a cause; with SLUG only what has this one. Returns
 * whether a failure became one. */
static bool join_name(struct graph *g, const struct m2_link *link, size_t effect, const char *name,
                      const char *slug, bool certain)
{
    bool event = names_event(name), failure = false;
    if (link->join == M2_JOIN_EVENT && !event)
        return false;
    for (size_t i = first_name(g, name); i < g->n_names && m2_str_eq(g->names[i].text, name); i++) {
        const struct m2_finding *c = g->f->list.at[g->names[i].finding];
        if (!cause_matches(c, link->cause) || (slug && !m2_str_eq(c->cause, slug)))
            continue;
        bool added = add_cause(g, effect, g->names[i].finding,
                               certain && (event || order_known(c, g->f->list.at[effect])));
        failure |= added && c->status == M2_FAIL;
    }
    return failure;
}

/* By what the effect is about. */
static void join_names(struct graph *g, const struct m2_link *link, size_t effect)
{
    const struct m2_finding *f = g->f->list.at[effect];
    for (size_t k = 0; k <= f->about.len; k++)
        (void)join_name(g, link, effect, k ? f->about.at[k - 1] : f->resource, NULL, true);
}

/* Without a name in common: what is not known has to name its cause. */
static void join_all(struct graph *g, const struct m2_link *link, size_t effect)
{
    const struct m2_finding *e = g->f->list.at[effect];
    for (size_t i = 0; i < g->f->list.len; i++) {
        const struct m2_finding *c = g->f->list.at[i];
        if (!c->cause || !may_cause(c) || !m2_slug_matches(link->cause, c->cause))
            continue;
        if (link->join != M2_JOIN_EVENT || m2_str_eq(c->cause, e->cause))
            (void)add_cause(g, effect, i, link->join == M2_JOIN_ALL && order_known(c, e));
    }
}

struct links {
    M2_VEC(const struct m2_link *) v;
};

static struct links links_to(const struct graph *g, const char *effect)
{
    struct links out = { 0 };
    size_t n_areas = 0;
    const struct m2_area *const *areas = m2_areas(&n_areas);
    for (size_t i = 0; i < n_areas; i++)
        for (size_t k = 0; k < areas[i]->n_links; k++)
            if (m2_slug_matches(areas[i]->links[k].effect, effect))
                m2_vec_push(g->f->arena, &out.v, &areas[i]->links[k]);
    return out;
}

/* As join_name, by each of LINKS: NAME is one of those that the effect is perhaps about. */
static bool join_perhaps(struct graph *g, const struct links *links, size_t effect, const char *name,
                         const char *slug, bool certain)
{
    bool failure = false;
    for (size_t i = 0; i < links->v.len; i++)
        failure |= join_name(g, links->v.at[i], effect, name, slug, certain);
    return failure;
}

/*
 * The effect is about one of several: what may be its cause is that of any of them. It is certain only where
 * each has the same fault: of two different ones either may be it, and mending that may not be enough.
 */
static void join_either(struct graph *g, const struct links *links, size_t effect)
{
    const struct m2_finding *f = g->f->list.at[effect];
    bool each = f->either.len > 0;
    for (size_t k = 0; k < f->either.len; k++)
        each &= join_perhaps(g, links, effect, f->either.at[k], NULL, false);
    for (size_t i = 0, n = g->causes[effect].len; each && i < n; i++) {
        const struct m2_finding *c = g->f->list.at[g->causes[effect].at[i].finding];
        bool same = c->status == M2_FAIL;
        for (size_t k = 0; k < f->either.len && same; k++)
            same = join_perhaps(g, links, effect, f->either.at[k], c->cause, false);
        for (size_t k = 0; k < f->either.len && same; k++)
            (void)join_perhaps(g, links, effect, f->either.at[k], c->cause, true);
    }
}

static void find_causes(struct graph *g, size_t effect)
{
    const struct m2_finding *f = g->f->list.at[effect];
    const struct links links = links_to(g, f->cause);
    for (size_t i = 0; i < links.v.len; i++) {
        join_names(g, links.v.at[i], effect);
        if (links.v.at[i]->join != M2_JOIN_ABOUT)
            join_all(g, links.v.at[i], effect);
    }
    join_either(g, &links, effect);
}

static int ascending(const void *x, const void *y)
{
    const struct cause *a = x, *b = y;
    return (a->finding > b->finding) - (a->finding < b->finding);
}

/*
 * A failure that is certain settles the matter: nothing else is told beside it. Of what is no more than
 * possible a warning is told only where no failure may be it, and what could not be looked at only where
 * neither may.
 */
static void keep_strongest(struct graph *g, size_t effect)
{
    static const int of_status[M2_STATUS_COUNT] = { [M2_FAIL] = 2, [M2_WARN] = 1 };
    size_t kept = 0, n = g->causes[effect].len;
    struct cause *at = g->causes[effect].at;
    int most[2] = { -1, -1 }; /* possible, certain */
    for (size_t i = 0; i < n; i++) {
        int status = of_status[g->f->list.at[at[i].finding]->status];
        most[at[i].certain] = status > most[at[i].certain] ? status : most[at[i].certain];
    }
    for (size_t i = 0; i < n; i++)
        if (of_status[g->f->list.at[at[i].finding]->status] == most[at[i].certain] &&
            (at[i].certain || most[false] > most[true]))
            at[kept++] = at[i];
    g->causes[effect].len = kept;
    if (kept)
        qsort(at, kept, sizeof at[0], ascending);
}

static void write_uids(struct graph *g, size_t effect)
{
    struct m2_arena *a = g->f->arena;
    struct m2_finding *f = g->f->list.at[effect];
    for (size_t i = 0; i < g->causes[effect].len; i++) {
        const struct cause *c = &g->causes[effect].at[i];
        struct m2_finding *cause = g->f->list.at[c->finding];
        if (c->certain) {
            m2_vec_push(a, &f->caused_by, cause->uid);
            m2_vec_push(a, &cause->explains, f->uid);
        } else {
            m2_vec_push(a, &f->possible_causes, cause->uid);
            m2_vec_push(a, &cause->may_explain, f->uid);
        }
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

/* What only may follow from another stays a root: nobody knows that mending the other mends it. */
static bool has_failing_cause(const struct graph *g, size_t i)
{
    for (size_t k = 0; k < g->causes[i].len; k++)
        if (g->causes[i].at[k].certain && g->f->list.at[g->causes[i].at[k].finding]->status == M2_FAIL)
            return true;
    return false;
}

/*
 * How many failures ROOT explains or may explain, through others too: what may be a cause stands before what
 * may follow from it. ORDER holds the findings from cause to effect.
 */
static size_t count_explained(const struct graph *g, size_t root, const struct effect *order, size_t n,
                              bool *reached)
{
    size_t count = 0;
    memset(reached, 0, g->f->list.len * sizeof *reached);
    reached[root] = true;
    for (size_t i = 0; i < n; i++) {
        size_t effect = order[i].finding;
        for (size_t k = 0; k < g->causes[effect].len && !reached[effect]; k++)
            reached[effect] = reached[g->causes[effect].at[k].finding];
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
        if (f->list.at[roots[i].finding]->explains.len + f->list.at[roots[i].finding]->may_explain.len)
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
        if (out->list.at[i]->cause && out->list.at[i]->status == M2_FAIL) {
            find_causes(&g, i);
            keep_strongest(&g, i);
        }
    for (size_t i = 0; i < out->list.len; i++)
        write_uids(&g, i);
    find_roots(&g);
}
