/* Days and months of UTC, as the bill has them. */
#include "cost/calendar.h"

#include <string.h>

#include "m2/forecast.h"
#include "m2/time.h"

#define DAY_MS INT64_C(86400000)

int32_t m2_month_of(int64_t ms)
{
    /* Days from 0000-03-01 in eras of 400 years, years that begin in March: the leap day comes last. */
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0) + 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    uint32_t doe = (uint32_t)(days - era * 146097);
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    return (int32_t)((era * 400 + yoe) * 12 + mp + 2);
}

int64_t m2_day_of(int64_t ms)
{
    return ms / DAY_MS - (ms % DAY_MS < 0);
}

int64_t m2_month_of_day(int64_t day)
{
    return m2_month_of(day * DAY_MS);
}

void m2_month_name(char out[8], int64_t month)
{
    unsigned year = (unsigned)(month / 12), m = (unsigned)(month % 12) + 1;
    const char name[8] = { (char)('0' + year / 1000 % 10),
                           (char)('0' + year / 100 % 10),
                           (char)('0' + year / 10 % 10),
                           (char)('0' + year % 10),
                           '-',
                           (char)('0' + m / 10),
                           (char)('0' + m % 10),
                           '\0' };
    memcpy(out, name, sizeof name);
}

int64_t m2_month_first_day(int64_t month)
{
    char date[11];
    int64_t ms = 0;
    m2_month_name(date, month);
    memcpy(date + 7, "-01", 4);
    (void)m2_time_parse(&ms, date); /* years 1..9999 come in, and twenty more cannot */
    return m2_day_of(ms);
}

int m2_month_days(int64_t month)
{
    return (int)(m2_month_first_day(month + 1) - m2_month_first_day(month));
}
