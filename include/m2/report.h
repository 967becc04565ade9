/*
 * m2/report.h — findings as text or JSON (later markdown, html, junit, github); knows no AWS.
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
    const char *name; /* "text", "json" */
    void (*render)(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
};
/** Ended by a row whose name is NULL; --format and its help are read from here. */
const struct m2_renderer *m2_renderers(void);
const struct m2_renderer *m2_renderer_find(const char *name);

#endif
