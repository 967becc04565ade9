/* report/doc_text.h — the parts of a document's text. */
#ifndef M2_REPORT_DOC_TEXT_H
#define M2_REPORT_DOC_TEXT_H

#include "report/chart.h"
#include "report/doc.h"

struct m2_doc_page {
    struct m2_buf *out;
    const struct m2_report_style *style;
    size_t width;    /* of a table at most */
    size_t readable; /* of a sentence: long lines are hard to read, however wide the terminal */
};

/** Columns when they fit, else one record after the other. */
void m2_doc_text_table(const struct m2_doc_page *p, const struct m2_doc_table *t);

#endif
