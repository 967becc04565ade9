/*
 * cost/calendar.h — months of UTC, counted from year 0: 12 × year + month − 1. Days are those of m2_day_of
 * (m2/forecast.h).
 */
#ifndef M2_COST_CALENDAR_H
#define M2_COST_CALENDAR_H

#include <stdint.h>

int32_t m2_month_of(int64_t ms);
int64_t m2_month_of_day(int64_t day);
int64_t m2_month_first_day(int64_t month);
int m2_month_days(int64_t month);
void m2_month_name(char out[8], int64_t month); /* "2026-11" */

#endif
