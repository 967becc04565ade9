/* report/chart.h — numbers of charts: what an axis shows, and how a figure is written, whatever the locale.
 */
#ifndef M2_REPORT_CHART_H
#define M2_REPORT_CHART_H

#include "report/doc.h"

#define M2_NUMBER_SIZE 64

/** V with PLACES decimals: "12,345.60"; "<0.01" when all of them would be zero; "1.5e18" when it has too many
 * digits. V must be drawable. */
void m2_chart_number(char out[M2_NUMBER_SIZE], double v, int places);
/** Decimals for the y of all points: none when all are whole or one is large, 2 from 1 on, three digits that
 * matter below. */
int m2_chart_places(const struct m2_doc_chart *c);

#endif
