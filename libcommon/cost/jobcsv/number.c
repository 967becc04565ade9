#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/time.h"

#define DAY_MS INT64_C(86400000)
#define PLAIN_MAX 18 /* digits that always fit */
#define TIME_MAX 80

static const int64_t power10[PLAIN_MAX + 1] = {
    1,
    10,
    100,
    1000,
    10000,
    100000,
    1000000,
    10000000,
    100000000,
    1000000000,
    10000000000,
    100000000000,
    1000000000000,
    10000000000000,
    100000000000000,
    1000000000000000,
    10000000000000000,
    100000000000000000,
    1000000000000000000,
};

bool m2_number_read(int64_t *out, struct m2_bytes text, int digits, enum m2_rounding rounding)
{
    uint64_t v = 0;
    size_t i = 0, whole;
    for (; i < text.n && i < PLAIN_MAX && (unsigned char)(text.p[i] - '0') < 10; i++)
        v = v * 10 + (unsigned char)(text.p[i] - '0');
    whole = i;
    int places = 0;
    if (whole && i + 1 < text.n && text.p[i] == '.')
        for (i++; i < text.n && i < PLAIN_MAX && (unsigned char)(text.p[i] - '0') < 10; i++, places++)
            v = v * 10 + (unsigned char)(text.p[i] - '0');
    if (!whole || i != text.n || places > digits || whole + (size_t)digits > PLAIN_MAX)
        return m2_fixed_parse(out, text.p, text.n, digits, rounding);
    *out = (int64_t)v * power10[digits - places];
    return true;
}

/* Eight bytes at once: has P a digit where SHAPE has '0', and SHAPE's own byte elsewhere? ROOM is what may be
 * added to the difference before a byte's high bit is set: 9 for a digit (0x7f - 9 = 0x76), 0 for all others.
 * A carry comes only from a byte that is refused. */
static bool fits(const char *p, const char *shape, const char *room)
{
    uint64_t v, s, r;
    memcpy(&v, p, sizeof v);
    memcpy(&s, shape, sizeof s);
    memcpy(&r, room, sizeof r);
    v ^= s;
    return !(((v + r) | v) & UINT64_C(0x8080808080808080));
}

/* Two digits at P, which are known to be digits. */
static int two(const char *p)
{
    return (p[0] - '0') * 10 + (p[1] - '0');
}

static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2), era = y / 400, yoe = y - era * 400; /* years 1..9999 */
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* "2026-11-23T09:00:00Z", also with a space, also without zone. Days that some month lacks are left to
 * m2_time_parse. */
static bool usual_time(int64_t *ms, int32_t *month, const char *p, size_t n)
{
    if ((n != 20 || p[19] != 'Z') && n != 19)
        return false;
    if (!fits(p, "0000-00-", "vvvv\x7fvv\x7f") || (p[10] != 'T' && p[10] != ' ') ||
        !fits(p + 2, "00-00-00", "vv\x7fvv\x7fvv") ||
        !fits(p + 11, "00:00:00", "vv\x7fvv\x7fvv")) /* 'v' is 0x76 */
        return false;
    const int year = two(p) * 100 + two(p + 2), mon = two(p + 5), day = two(p + 8);
    const int hour = two(p + 11), minute = two(p + 14), second = two(p + 17);
    if (year < 1 || mon < 1 || mon > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59)
        return false;
    *ms = days_of(year, mon, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * INT64_C(1000);
    *month = year * 12 + mon - 1;
    return true;
}

bool m2_started_read(int64_t *ms, int32_t *month, struct m2_bytes text)
{
    char copy[TIME_MAX];
    if (usual_time(ms, month, text.p, text.n))
        return true;
    if (text.n >= sizeof copy || memchr(text.p, '\0', text.n))
        return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (!m2_time_parse(ms, copy))
        return false;
    *month = m2_month_of(*ms);
    return true;
}
