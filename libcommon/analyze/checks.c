#include "m2/check.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/area.h"
#include "analyze/engine.h"
#include "m2/str.h"

/* Report order. Adding an area is one row here; two areas may share a name (they print under one heading). */
static const struct m2_area *const areas[] = {
    &m2_area_identity, &m2_area_network, &m2_area_images,   &m2_area_lambda,
    &m2_area_fargate,  &m2_area_tasks,   &m2_area_template, &m2_area_stack,
    &m2_area_workflow, &m2_area_access,  &m2_area_storage,  &m2_area_registration,
};
#define N_AREAS (sizeof areas / sizeof areas[0])

#define MAX_CHECKS 128
#define MAX_CAUSES 512

/* The areas' tables joined, made once; constant afterwards. */
static struct {
    bool made;
    size_t n_checks, n_causes;
    struct m2_check checks[MAX_CHECKS];
    struct m2_cause causes[MAX_CAUSES];
} all;

static int by_slug(const void *x, const void *y)
{
    const struct m2_cause *a = x, *b = y;
    return strcmp(a->slug, b->slug);
}

static void make(void)
{
    if (all.made)
        return;
    for (size_t i = 0; i < N_AREAS; i++) {
        const struct m2_area *area = areas[i];
        assert(all.n_checks + area->n_checks <= MAX_CHECKS && all.n_causes + area->n_causes <= MAX_CAUSES);
        for (size_t k = 0; k < area->n_checks; k++)
            all.checks[all.n_checks++] = area->checks[k];
        for (size_t k = 0; k < area->n_causes; k++)
            all.causes[all.n_causes++] = area->causes[k];
    }
    qsort(all.causes, all.n_causes, sizeof all.causes[0], by_slug);
    all.made = true;
}

const struct m2_area *const *m2_areas(size_t *n)
{
    *n = N_AREAS;
    return areas;
}

const struct m2_check *m2_checks(size_t *n)
{
    make();
    *n = all.n_checks;
    return all.checks;
}

const struct m2_check *m2_check_find(const char *id)
{
    make();
    for (size_t i = 0; i < all.n_checks; i++)
        if (m2_str_eq(all.checks[i].id, id))
            return &all.checks[i];
    return NULL;
}

const struct m2_cause *m2_causes(size_t *n)
{
    make();
    *n = all.n_causes;
    return all.causes;
}

const struct m2_cause *m2_cause_find(const char *slug)
{
    make();
    struct m2_cause key = { .slug = slug };
    return slug ? bsearch(&key, all.causes, all.n_causes, sizeof key, by_slug) : NULL;
}

/* ---- --only and --skip ---- */

static bool names_check(const char *name, const struct m2_check *c)
{
    return m2_str_eq(name, c->id) || m2_str_eq(name, c->area);
}

static bool chosen(const char *const *names, const struct m2_check *c)
{
    for (size_t i = 0; names[i]; i++)
        if (names_check(names[i], c))
            return true;
    return false;
}

static const char *nearest_name(const char *name)
{
    const char *names[2 * MAX_CHECKS + 1];
    size_t n = 0;
    for (size_t i = 0; i < all.n_checks; i++) {
        names[n++] = all.checks[i].id;
        names[n++] = all.checks[i].area;
    }
    names[n] = NULL;
    return m2_str_nearest(name, names);
}

static int known(const char *const *names, const char *option, struct m2_err *err)
{
    for (size_t i = 0; names && names[i]; i++) {
        bool found = false;
        for (size_t k = 0; k < all.n_checks && !found; k++)
            found = names_check(names[i], &all.checks[k]);
        if (found)
            continue;
        const char *near = nearest_name(names[i]);
        return m2_fail(err, M2_EUSAGE,
                       "%s: there is no check or area \"%s\"%s%s%s; --list-checks prints them all", option,
                       names[i], near ? " (did you mean \"" : "", m2_str_or(near, ""), near ? "\"?)" : "");
    }
    return 0;
}

int m2_checks_select(const char *const **ids, struct m2_arena *a, const char *const *only,
                     const char *const *skip, struct m2_err *err)
{
    make();
    if (known(only, "--only", err) < 0 || known(skip, "--skip", err) < 0)
        return -1;
    const char **list = m2_arena_new_array(a, const char *, all.n_checks + 1);
    size_t n = 0;
    for (size_t i = 0; i < all.n_checks; i++) {
        const struct m2_check *c = &all.checks[i];
        if ((!only || !only[0] || chosen(only, c)) && !(skip && chosen(skip, c)))
            list[n++] = c->id;
    }
    if (!n)
        return m2_fail(err, M2_EUSAGE, "--only and --skip together leave no check to run");
    *ids = list;
    return 0;
}
