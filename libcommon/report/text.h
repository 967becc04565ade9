/* report/text.h — the parts of the text report: lines, root causes, the rest. */
#ifndef M2_REPORT_TEXT_H
#define M2_REPORT_TEXT_H

#include "m2/mem.h"
#include "report/render.h"

struct m2_printer {
    struct m2_buf *out;
    struct m2_arena *arena;
    const struct m2_findings *f;
    const struct m2_report_style *style;
    size_t width;
    bool *shown; /* per finding */
};

/* Findings that say the same of several resources: same check, cause, title and fix. */
struct m2_group {
    M2_VEC(const struct m2_finding *) members;
};
struct m2_groups {
    M2_VEC(struct m2_group *) list;
    struct m2_value *places; /* what a group's members have in common → its place in the list */
};

#define M2_HARD ((size_t)1 << 30) /* or-ed to LINES: words longer than a line are broken */
#define M2_ALL_LINES (M2_HARD - 1)

/* ---- lines (text_lines.c) ---- */

void m2_report_colored(struct m2_printer *p, const char *color, const char *s);
/** "✗ FAIL"; with PAD followed by blanks up to 9 columns. */
void m2_report_status(struct m2_printer *p, enum m2_status s, bool pad);
/** Append S from column AT on, wrapped behind INDENT, at most LINES lines: what is cut ends in "…" after a
 * whole word. */
void m2_report_wrap(struct m2_printer *p, const char *s, size_t at, size_t indent, size_t lines);
/** LABEL and S behind INDENT, each line of S a paragraph; "- " starts an item. Nothing for an empty S. */
void m2_report_field(struct m2_printer *p, size_t indent, const char *label, const char *s, size_t lines);
/** A command or an address: never broken. */
void m2_report_whole_line(struct m2_printer *p, size_t indent, const char *label, const char *s);
const char *m2_report_plural(size_t n, const char *one, const char *many);
/** "a", "a and b", "a, b and 3 more"; at most MAX names. */
const char *m2_report_names(struct m2_printer *p, const char *const *names, size_t n, size_t max);

/* ---- what a group says (text_group.c) ---- */

void m2_report_group(struct m2_printer *p, struct m2_groups *out, const struct m2_finding *f);
/** The members' resources with check and cause, as one line. */
void m2_report_where(struct m2_printer *p, const struct m2_group *g, size_t indent);
/** What is so: once when it differs only in the resource's name. */
void m2_report_details(struct m2_printer *p, const struct m2_group *g, size_t indent);
void m2_report_evidence(struct m2_printer *p, const struct m2_group *g, size_t indent);
void m2_report_fix(struct m2_printer *p, const struct m2_group *g, size_t indent);

/* ---- the sections ---- */

/** The numbered root causes; returns how many there are once the same ones are joined. */
size_t m2_report_roots(struct m2_printer *p, struct m2_groups *out);
void m2_report_root_causes(struct m2_printer *p, const struct m2_groups *roots);
/** Warnings by area, then what is not known by what it needs. */
void m2_report_rest(struct m2_printer *p);
/** How many different checks have a finding of this status. */
size_t m2_report_checks(const struct m2_findings *f, enum m2_status s);

#endif
