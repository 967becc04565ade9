/* The answer in one sentence, the same in every report for people. */
#include "m2/str.h"
#include "report/text.h"

size_t m2_report_checks(const struct m2_findings *f, enum m2_status s)
{
    /* The findings of one check stand beside each other. */
    const char *last = NULL;
    size_t n = 0;
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *it = f->list.at[i];
        if (it->status != s || m2_str_eq(it->id, last))
            continue;
        last = it->id;
        n++;
    }
    return n;
}

static const char *not_ready(struct m2_arena *a, const struct m2_findings *f, size_t roots)
{
    size_t beneath = f->counts[M2_FAIL] - f->root_causes.len;
    if (!beneath)
        return m2_arena_printf(a, "Not ready: %zu root %s.", roots,
                               m2_report_plural(roots, "cause", "causes"));
    return m2_arena_printf(a, "Not ready: %zu root %s %zu more %s.", roots,
                           m2_report_plural(roots, "cause explains", "causes explain"), beneath,
                           m2_report_plural(beneath, "failure", "failures"));
}

#define NAMED_CHECKS 3

/* "stack.status, brain.canary and 3 more": what is not known, where nothing below says it (-q, annotations).
 */
static const char *unknown_ids(struct m2_arena *a, const struct m2_findings *f, size_t n)
{
    const char *named[NAMED_CHECKS], *text = "";
    size_t shown = 0;
    for (size_t i = 0; i < f->list.len && shown < NAMED_CHECKS; i++) {
        const struct m2_finding *it = f->list.at[i];
        bool fresh = it->status == M2_UNKNOWN;
        for (size_t k = 0; k < shown && fresh; k++)
            fresh = !m2_str_eq(named[k], it->id);
        if (fresh)
            named[shown++] = it->id;
    }
    for (size_t i = 0; i < shown; i++)
        text = m2_arena_printf(a, "%s%s%s", text,
                               i == 0                         ? ""
                               : i + 1 == shown && shown == n ? " and "
                                                              : ", ",
                               named[i]);
    return shown < n ? m2_arena_printf(a, "%s and %zu more", text, n - shown) : text;
}

const char *m2_report_verdict(struct m2_arena *a, const struct m2_findings *f, size_t roots)
{
    size_t unknown = m2_report_checks(f, M2_UNKNOWN);
    if (f->counts[M2_FAIL])
        return not_ready(a, f, roots);
    if (!m2_str_eq(f->verdict, "ready"))
        return m2_arena_printf(a, "Not sure: nothing failed, but %zu %s not be made: %s.", unknown,
                               m2_report_plural(unknown, "check could", "checks could"),
                               unknown_ids(a, f, unknown));
    if (unknown)
        return m2_arena_printf(a, "Ready: nothing failed; %zu less important %s not be made: %s.", unknown,
                               m2_report_plural(unknown, "check could", "checks could"),
                               unknown_ids(a, f, unknown));
    return "Ready: nothing failed.";
}
