/*
 * m2/report.h — findings as text, JSON, markdown, JUnit's XML or annotations of a GitHub workflow; knows no AWS.
 */
#ifndef M2_REPORT_H
#define M2_REPORT_H

#include <stdbool.h>

#include "m2/buf.h"
#include "m2/finding.h"

struct m2_report_style {
    int width;    /* columns; 0: 80 */
    bool color;   /* ANSI; meaning is never by colour alone */
    bool unicode; /* else ASCII marks */
    int verbose;  /* 1: passes and skips are listed */
    bool quiet;   /* verdict and root causes only */
};

struct m2_renderer {
    const char *name; /* "text", "json", "markdown", "html", "junit", "github" */
    void (*render)(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
};
/** Ended by a row whose name is NULL; --format and its help are read from here. */
const struct m2_renderer *m2_renderers(void);
const struct m2_renderer *m2_renderer_find(const char *name);

struct m2_diff;
/** The changes of D, a line each, for a terminal. */
void m2_report_changes(struct m2_buf *out, struct m2_arena *a, const struct m2_diff *d, const struct m2_report_style *style);

/** One annotation of a workflow: KIND is "error", "warning" or "notice"; TITLE and MESSAGE are foreign text. */
void m2_github_annotation(struct m2_buf *out, const char *kind, const char *title, const char *message);

/**
 * Append S (foreign text: cleaned) broken at spaces into lines of at most WIDTH columns. The first line
 * starts at column AT, the others are indented by INDENT. A word longer than a line stays whole unless HARD.
 */
void m2_wrap(struct m2_buf *out, const char *s, size_t at, size_t indent, size_t width, bool hard);

#endif
