#include <string.h>

#include "m2/str.h"
#include "report/text.h"

#define INDENT 13

static void heading(struct m2_printer *p, const char *text)
{
    m2_buf_addc(p->out, '\n');
    m2_report_colored(p, "1", text);
    m2_buf_addc(p->out, '\n');
}

static void mark(struct m2_printer *p, enum m2_status s)
{
    m2_buf_adds(p->out, "  ");
    m2_report_status(p, s, true);
    m2_buf_adds(p->out, "  ");
}

/* ---- by area ---- */

/* Everything about a group: what failed without being a root cause, and all of it with -v. */
static void in_full(struct m2_printer *p, const struct m2_group *g)
{
    const struct m2_finding *f = g->members.at[0];
    m2_report_wrap(p, f->title, INDENT, INDENT, M2_ALL_LINES);
    m2_buf_addc(p->out, '\n');
    m2_report_where(p, g, INDENT);
    m2_report_details(p, g, INDENT);
    if (f->missing_right)
        m2_report_field(p, INDENT, "Missing right: ", f->missing_right, M2_ALL_LINES);
    if (f->status == M2_WARN || f->status == M2_FAIL) {
        m2_report_evidence(p, g, INDENT);
        m2_report_fix(p, g, INDENT);
    }
}

/* A warning must not drown the rest: where, what, and what to do. */
static void in_short(struct m2_printer *p, const struct m2_group *g)
{
    const struct m2_finding *f = g->members.at[0];
    const char *names[64] = { NULL };
    size_t n = 0;
    for (size_t i = 0; i < g->members.len && n < 64; i++)
        names[n++] = g->members.at[i]->resource;
    bool named = n == 1 && strstr(f->detail, f->resource);
    m2_report_wrap(p,
                   m2_arena_printf(p->arena, "%s%s%s", f->title, named ? "" : ": ",
                                   named ? "" : m2_report_names(p, names, n, 3)),
                   INDENT, INDENT, 2);
    m2_buf_addc(p->out, '\n');
    if (n == 1)
        m2_report_field(p, INDENT, "", f->detail, 2);
    m2_report_field(p, INDENT, "Fix: ", f->fix_text, 2);
}

static bool wanted(const struct m2_printer *p, size_t i)
{
    enum m2_status s = p->f->list.at[i]->status;
    return !p->shown[i] && (p->style->verbose || s == M2_WARN || s == M2_FAIL);
}

static void one_area(struct m2_printer *p, const char *area, size_t from)
{
    struct m2_groups groups = { 0 };
    for (size_t i = from; i < p->f->list.len; i++)
        if (wanted(p, i) && m2_str_eq(p->f->list.at[i]->area, area)) {
            p->shown[i] = true;
            m2_report_group(p, &groups, p->f->list.at[i]);
        }
    heading(p, area);
    for (size_t i = 0; i < groups.list.len; i++) {
        const struct m2_group *g = groups.list.at[i];
        mark(p, g->members.at[0]->status);
        if (g->members.at[0]->status == M2_WARN && !p->style->verbose)
            in_short(p, g);
        else
            in_full(p, g);
    }
}

/* ---- what is not known ---- */

/* Findings that lack the same right; where none is named, those of one check or of one reason. */
struct gap {
    const char *right, *reason;
    M2_VEC(const char *) checks;
    M2_VEC(const char *) resources; /* where no right is named */
    bool refused;
};

struct gaps {
    M2_VEC(struct gap *) list;
};

static struct gap *gap_of(struct m2_printer *p, struct gaps *gaps, const struct m2_finding *f)
{
    for (size_t i = 0; i < gaps->list.len; i++) {
        struct gap *g = gaps->list.at[i];
        if (f->missing_right
                ? m2_str_eq(g->right, f->missing_right)
                : !g->right && (m2_str_eq(g->checks.at[0], f->id) || m2_str_eq(g->reason, f->detail)))
            return g;
    }
    struct gap *g = m2_arena_alloc(p->arena, sizeof *g);
    *g = (struct gap){ .right = f->missing_right, .reason = f->detail };
    m2_vec_push(p->arena, &gaps->list, g);
    return g;
}

static void add_to_gap(struct m2_printer *p, struct gaps *gaps, const struct m2_finding *f)
{
    struct gap *g = gap_of(p, gaps, f);
    bool known = false;
    g->refused |= f->refused;
    for (size_t i = 0; i < g->resources.len; i++)
        known |= m2_str_eq(g->resources.at[i], f->resource);
    if (!known)
        m2_vec_push(p->arena, &g->resources, f->resource);
    if (strlen(f->detail) < strlen(g->reason)) /* the reason alone, without what one check adds to it */
        g->reason = f->detail;
    for (size_t i = 0; i < g->checks.len; i++)
        if (m2_str_eq(g->checks.at[i], f->id))
            return;
    m2_vec_push(p->arena, &g->checks, f->id);
}

static void print_gap(struct m2_printer *p, const struct gap *g)
{
    size_t n = g->checks.len;
    const char *ids = m2_report_names(p, g->checks.at, n, n);
    mark(p, M2_UNKNOWN);
    if (g->right)
        m2_report_wrap(p,
                       m2_arena_printf(p->arena, "%zu %s %s: %s", n,
                                       m2_report_plural(n, "check needs", "checks need"), g->right, ids),
                       INDENT, INDENT, M2_ALL_LINES);
    else
        m2_report_wrap(p,
                       m2_arena_printf(p->arena, "%s: %s", ids,
                                       m2_report_names(p, g->resources.at, g->resources.len, 4)),
                       INDENT, INDENT, M2_ALL_LINES);
    m2_buf_addc(p->out, '\n');
    m2_report_field(p, INDENT, "", g->reason, 3);
}

static void not_known(struct m2_printer *p)
{
    struct gaps gaps = { 0 };
    for (size_t i = 0; i < p->f->list.len; i++)
        if (!p->shown[i] && p->f->list.at[i]->status == M2_UNKNOWN)
            add_to_gap(p, &gaps, p->f->list.at[i]);
    if (gaps.list.len)
        heading(p, "not known");
    bool rights = false;
    for (size_t i = 0; i < gaps.list.len; i++) {
        print_gap(p, gaps.list.at[i]);
        rights |= gaps.list.at[i]->refused;
    }
    if (rights)
        m2_report_field(p, 2, "",
                        "To make these checks too, let your user or role call what they need, then run this "
                        "again.",
                        M2_ALL_LINES);
}

void m2_report_rest(struct m2_printer *p)
{
    for (size_t i = 0; i < p->f->list.len; i++)
        if (wanted(p, i))
            one_area(p, p->f->list.at[i]->area, i);
    if (!p->f->blocked_by)
        not_known(p);
}
