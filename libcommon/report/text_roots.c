#include <stdio.h>
#include <string.h>

#include "m2/str.h"
#include "report/text.h"

size_t m2_report_roots(struct m2_printer *p, struct m2_groups *out)
{
    for (size_t i = 0; i < p->f->root_causes.len; i++) {
        size_t at = m2_finding_position(p->f, p->f->root_causes.at[i]);
        if (at == SIZE_MAX)
            continue;
        p->shown[at] = true;
        m2_report_group(p, out, p->f->list.at[at]);
    }
    return out->list.len;
}

/* What F explains, directly and through others, each once in the whole report. */
static void collect_explained(struct m2_printer *p, bool *explained, const struct m2_finding *f)
{
    for (size_t i = 0; i < f->explains.len; i++) {
        size_t at = m2_finding_position(p->f, f->explains.at[i]);
        if (at == SIZE_MAX || p->shown[at])
            continue;
        p->shown[at] = explained[at] = true;
        collect_explained(p, explained, p->f->list.at[at]);
    }
}

static void explained_line(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    const struct m2_finding *f = g->members.at[0];
    const char *what = m2_str_empty(f->detail) ? f->title : f->detail;
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < g->members.len && n < 64; i++)
        names[n++] = g->members.at[i]->resource;
    bool named = n == 1 && f->status != M2_UNKNOWN && m2_str_has_ci(what, f->resource);
    if (n > 1)
        what = f->title;
    m2_buf_addf(p->out, "%*s", (int)indent, "");
    m2_report_status(p, f->status, true);
    bool unknown = f->status == M2_UNKNOWN; /* the longest mark; and what was not looked at is a check */
    size_t at = indent + (unknown ? 10 : 9);
    if (unknown)
        m2_buf_addc(p->out, ' ');
    m2_report_wrap(p,
                   m2_arena_printf(p->arena, "%s%s%s%s%s", unknown ? f->id : "", unknown ? " of " : "",
                                   named ? "" : m2_report_names(p, names, n, 4), named ? "" : ": ", what),
                   at, at, p->style->verbose ? M2_ALL_LINES : 4);
    m2_buf_addc(p->out, '\n');
}

static void list_groups(struct m2_printer *p, const char *heading, const struct m2_groups *groups,
                        size_t indent)
{
    if (groups->list.len)
        m2_buf_addf(p->out, "%*s%s\n", (int)indent, "", heading);
    for (size_t i = 0; i < groups->list.len; i++)
        explained_line(p, groups->list.at[i], indent + 2);
}

/* What only may follow stays where it is too: it is told again under its own number. */
static void list_possible(struct m2_printer *p, const char *heading, const struct m2_group *root, bool causes,
                          size_t indent)
{
    struct m2_groups groups = { 0 };
    bool *told = m2_arena_new_array(p->arena, bool, p->f->list.len);
    for (size_t i = 0; i < root->members.len; i++) {
        const struct m2_finding *f = root->members.at[i];
        size_t n = causes ? f->possible_causes.len : f->may_explain.len;
        for (size_t k = 0; k < n; k++) {
            size_t at = m2_finding_position(p->f, causes ? f->possible_causes.at[k] : f->may_explain.at[k]);
            if (at == SIZE_MAX || told[at])
                continue;
            told[at] = true;
            m2_report_group(p, &groups, p->f->list.at[at]);
        }
    }
    list_groups(p, heading, &groups, indent);
}

static void explained(struct m2_printer *p, const struct m2_group *root, size_t indent)
{
    struct m2_groups effects = { 0 };
    bool *explained = m2_arena_new_array(p->arena, bool, p->f->list.len);
    for (size_t i = 0; i < root->members.len; i++)
        collect_explained(p, explained, root->members.at[i]);
    for (size_t i = 0; i < p->f->list.len; i++) /* from the stack to Brain, as the checks stand */
        if (explained[i])
            m2_report_group(p, &effects, p->f->list.at[i]);
    list_groups(p, "This explains:", &effects, indent);
    list_possible(p, "This may explain:", root, false, indent);
    list_possible(p, "This may itself come from:", root, true, indent);
}

/* Refused credentials leave nothing else to be told: one line instead of every check. */
static void blocked(struct m2_printer *p, const struct m2_group *g, size_t indent)
{
    bool here = false;
    for (size_t i = 0; i < g->members.len && p->f->blocked_by; i++)
        here |= m2_str_eq(g->members.at[i]->uid, p->f->blocked_by);
    size_t n = here ? m2_report_checks(p->f, M2_UNKNOWN) : 0;
    if (!n)
        return;
    m2_report_field(p, indent, "",
                    m2_arena_printf(p->arena, "%zu other %s not be made because of this%s.", n,
                                    m2_report_plural(n, "check could", "checks could"),
                                    p->style->verbose ? "" : " (-v lists them)"),
                    M2_ALL_LINES);
}

static void root_cause(struct m2_printer *p, size_t number, const struct m2_group *g)
{
    const struct m2_finding *f = g->members.at[0];
    char lead[32];
    (void)snprintf(lead, sizeof lead, "%zu. ", number);
    size_t indent = strlen(lead);
    m2_buf_addf(p->out, "\n%s", lead);
    m2_report_status(p, f->status, false);
    m2_buf_adds(p->out, "  ");
    m2_report_wrap(p, f->title, indent + 8, indent, M2_ALL_LINES);
    m2_buf_addc(p->out, '\n');
    m2_report_where(p, g, indent);
    m2_report_details(p, g, indent);
    m2_report_evidence(p, g, indent);
    explained(p, g, indent);
    blocked(p, g, indent);
    m2_report_fix(p, g, indent);
}

void m2_report_root_causes(struct m2_printer *p, const struct m2_groups *roots)
{
    for (size_t i = 0; i < roots->list.len; i++)
        root_cause(p, i + 1, roots->list.at[i]);
}
