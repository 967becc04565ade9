/* The tables of checks, causes and links, walked. */
#include <criterion/criterion.h>
#include <string.h>

#include "analyze/engine.h"
#include "m2/str.h"

static bool is_docs(const char *url)
{
    return m2_str_starts(url, "https://docs.aws.amazon.com/") && !strpbrk(url, " \t\n<>\"");
}

Test(tables, checks)
{
    size_t n = 0;
    const struct m2_check *c = m2_checks(&n);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(m2_check_find(c[i].id), &c[i], "%s is there twice", c[i].id);
        cr_assert(c[i].area && c[i].run && c[i].rights && c[i].causes && c[i].sources && c[i].sources[0],
                  "%s", c[i].id);
        cr_assert(!m2_str_ends(c[i].title, ".") && strlen(c[i].title) < 80, "%s: title", c[i].id);
        cr_assert(m2_str_ends(c[i].why, ".") && m2_str_ends(c[i].how, ".") && m2_str_ends(c[i].fix, "."),
                  "%s: why, how and fix are sentences", c[i].id);
        cr_assert_geq(m2_causal_rank(c[i].id), 0, "%s has no place in the causal order", c[i].id);
        for (size_t k = 0; c[i].sources[k]; k++)
            cr_assert(is_docs(c[i].sources[k]), "%s: %s", c[i].id, c[i].sources[k]);
        for (size_t k = 0; c[i].causes[k]; k++)
            cr_assert(m2_str_ends(c[i].causes[k], "*") || m2_cause_find(c[i].causes[k]), "%s: no row for %s",
                      c[i].id, c[i].causes[k]);
        for (size_t k = 0; c[i].rights[k]; k++)
            cr_assert(strchr(c[i].rights[k], ':'), "%s: right %s", c[i].id, c[i].rights[k]);
    }
    cr_assert_lt(m2_causal_rank("no.such"), 0);
    cr_assert_null(m2_check_find("no.such"));
    cr_assert_null(m2_cause_find(NULL));
}

Test(tables, causes)
{
    size_t n = 0;
    const struct m2_cause *c = m2_causes(&n);
    for (size_t i = 0; i < n; i++) {
        cr_assert(!i || strcmp(c[i - 1].slug, c[i].slug) < 0, "%s is there twice", c[i].slug);
        cr_assert(c[i].title && !m2_str_ends(c[i].title, "."), "%s: title", c[i].slug);
        cr_assert(m2_str_ends(c[i].why, ".") && m2_str_ends(c[i].fix, "."), "%s: why and fix are sentences",
                  c[i].slug);
        cr_assert(!c[i].docs || m2_str_starts(c[i].docs, "https://"), "%s: %s", c[i].slug,
                  m2_str_or(c[i].docs, ""));
        cr_assert_eq(m2_cause_find(c[i].slug), &c[i]);
    }
}

/* Lowest (or highest) rank of a check that names a cause matching PATTERN; -1 when none does. */
static int rank_of(const char *pattern, bool highest)
{
    size_t n = 0;
    int best = -1;
    const struct m2_check *c = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; c[i].causes[k]; k++) {
            int rank = m2_causal_rank(c[i].id);
            bool named = m2_slug_matches(pattern, c[i].causes[k]) || m2_slug_matches(c[i].causes[k], pattern);
            if (named && (best < 0 || (highest ? rank > best : rank < best)))
                best = rank;
        }
    return best;
}

/* Every link must be able to lead from a check to one further down, else it is dead; the engine ignores any
 * other. */
Test(tables, links_lead_from_cause_to_effect)
{
    size_t n = 0;
    const struct m2_area *const *areas = m2_areas(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < areas[i]->n_links; k++) {
            const struct m2_link *l = &areas[i]->links[k];
            int cause = rank_of(l->cause, false), effect = rank_of(l->effect, true);
            cr_assert(cause < 0 || effect < 0 || cause < effect, "%s cannot explain %s", l->cause, l->effect);
        }
}
