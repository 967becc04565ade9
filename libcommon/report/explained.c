/* What a root cause explains, for the reports that list it at once. */
#include "m2/str.h"
#include "report/render.h"

static void reach(const struct m2_findings *f, const struct m2_finding *from, bool *reached)
{
    for (size_t i = 0; i < from->explains.len; i++) {
        size_t at = m2_finding_position(f, from->explains.at[i]);
        if (at == SIZE_MAX || reached[at])
            continue;
        reached[at] = true;
        reach(f, f->list.at[at], reached);
    }
}

size_t m2_report_explained(const char *const **uids, struct m2_arena *a, const struct m2_findings *f,
                           const struct m2_finding *root)
{
    bool *reached = m2_arena_new_array(a, bool, f->list.len);
    M2_VEC(const char *) found = { 0 };
    reach(f, root, reached);
    for (size_t i = 0; i < f->list.len; i++)
        if (reached[i])
            m2_vec_push(a, &found, f->list.at[i]->uid);
    *uids = found.at;
    return found.len;
}
