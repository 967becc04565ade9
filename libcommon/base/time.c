#include "m2/time.h"

#include <stdio.h>
#include <string.h>

#include "m2/str.h"

#define DAY_MS INT64_C(86400000)
#define FIRST_MS INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MS INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* 1970-01-01 was a Thursday */

struct civil {
    int64_t year;
    int month, day, hour, minute, second, ms;
};

/* Days since 1970-01-01 of a proleptic Gregorian date (era arithmetic, years from March). */
static int64_t days_of(int64_t y, int m, int d)
{
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct civil civil_of(int64_t ms)
{
    int64_t days = ms / DAY_MS, rest = ms % DAY_MS;
    if (rest < 0) {
        rest += DAY_MS;
        days--;
    }
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){ yoe + era * 400 + (month <= 2),
                           month,
                           (int)(doy - (153 * mp + 2) / 5 + 1),
                           (int)(rest / 3600000),
                           (int)(rest / 60000 % 60),
                           (int)(rest / 1000 % 60),
                           (int)(rest % 1000) };
}

static bool digits(const char **p, int count, int *out)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        char c = (*p)[i];
        if (c < '0' || c > '9')
            return false;
        n = n * 10 + (c - '0');
    }
    *p += count;
    *out = n;
    return true;
}

static bool skip(const char **p, char c)
{
    if (**p != c)
        return false;
    ++*p;
    return true;
}

static bool to_ms(const struct civil *c, int offset_minutes, int64_t *out)
{
    static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1 || c->day > lengths[c->month - 1] ||
        (c->month == 2 && c->day == 29 && !leap) || c->hour > 23 || c->minute > 59 || c->second > 60)
        return false;
    int64_t seconds =
        days_of(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
    *out = (seconds - offset_minutes * 60) * 1000 + c->ms;
    return true;
}

/* "", "Z", "UTC", "+hh:mm", "-hhmm", "+hh", perhaps behind a space — and nothing behind it. */
static bool zone(const char *p, int *offset_minutes)
{
    static const char *const utc[] = { "", "Z", "z", "UTC", "GMT", "UT" };
    *offset_minutes = 0;
    if (*p == ' ' && p[1])
        p++;
    for (size_t i = 0; i < sizeof utc / sizeof utc[0]; i++)
        if (strcmp(p, utc[i]) == 0)
            return true;
    if (*p != '+' && *p != '-')
        return false;
    int sign = *p++ == '-' ? -1 : 1, h, m = 0;
    if (!digits(&p, 2, &h))
        return false;
    if (*p && ((void)skip(&p, ':'), !digits(&p, 2, &m)))
        return false;
    if (*p || h > 23 || m > 59)
        return false;
    *offset_minutes = sign * (h * 60 + m);
    return true;
}

static bool fraction(const char **p, int *ms)
{
    if (**p != '.' && **p != ',')
        return true;
    ++*p;
    if (**p < '0' || **p > '9')
        return false;
    for (int scale = 100; **p >= '0' && **p <= '9'; ++*p, scale /= 10)
        *ms += (**p - '0') * scale;
    return true;
}

static bool parse_iso(int64_t *out, const char *p)
{
    struct civil c = { 0 };
    int year, offset;
    if (!digits(&p, 4, &year))
        return false;
    c.year = year;
    bool dashed = skip(&p, '-');
    if (!digits(&p, 2, &c.month) || (dashed && !skip(&p, '-')) || !digits(&p, 2, &c.day))
        return false;
    if (!*p)
        return to_ms(&c, 0, out);
    if (!skip(&p, 'T') && !skip(&p, 't') && !skip(&p, ' '))
        return false;
    if (!digits(&p, 2, &c.hour))
        return false;
    bool colons = skip(&p, ':');
    if (!digits(&p, 2, &c.minute))
        return false;
    bool seconds = colons ? skip(&p, ':') : *p >= '0' && *p <= '9';
    if (seconds && (!digits(&p, 2, &c.second) || !fraction(&p, &c.ms)))
        return false;
    return zone(p, &offset) && to_ms(&c, offset, out);
}

static int month_of(const char *p)
{
    for (int i = 0; i < 12; i++)
        if (strncmp(p, months + (size_t)i * 3, 3) == 0)
            return i + 1;
    return 0;
}

static bool clock_of(const char **p, struct civil *c)
{
    return digits(p, 2, &c->hour) && skip(p, ':') && digits(p, 2, &c->minute) && skip(p, ':') &&
           digits(p, 2, &c->second) && fraction(p, &c->ms);
}

static bool parse_rfc822(int64_t *out, const char *p)
{
    struct civil c = { 0 };
    int year, offset;
    const char *comma = strchr(p, ',');
    if (comma)
        p = comma + 1;
    while (*p == ' ')
        p++;
    if (!digits(&p, 2, &c.day) && !digits(&p, 1, &c.day))
        return false;
    if (!skip(&p, ' ') && !skip(&p, '-'))
        return false;
    c.month = month_of(p);
    if (!c.month)
        return false;
    p += 3;
    if ((!skip(&p, ' ') && !skip(&p, '-')) || !digits(&p, 4, &year) || !skip(&p, ' ') || !clock_of(&p, &c))
        return false;
    c.year = year;
    while (*p == ' ')
        p++;
    return zone(p, &offset) && to_ms(&c, offset, out);
}

/* The digits behind an 'e', with their sign. */
static bool exponent(const char *p, int *out)
{
    bool down = skip(&p, '-');
    int e = 0;
    if (!down)
        skip(&p, '+');
    if (!*p)
        return false;
    for (; *p; p++) {
        if (*p < '0' || *p > '9' || e > 40)
            return false;
        e = e * 10 + (*p - '0');
    }
    *out = down ? -e : e;
    return true;
}

/* *n times ten to the SCALE. */
static bool shift(int64_t *n, int scale)
{
    for (; scale > 0; scale--) {
        if (*n > INT64_MAX / 10)
            return false;
        *n *= 10;
    }
    for (; scale < 0; scale++)
        *n /= 10;
    return true;
}

/* Seconds since 1970 as text, fraction and exponent (1.7e9) included. */
static bool parse_epoch(int64_t *out, const char *p)
{
    bool minus = skip(&p, '-');
    int64_t n = 0;
    int scale = 3, seen = 0; /* digits still missing to make milliseconds */
    for (bool point = false; *p && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.' && !point) {
            point = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            return false;
        seen++;
        if (n > (INT64_MAX - 9) / 10) {
            if (!point)
                return false;
            continue; /* further decimals are finer than a millisecond */
        }
        n = n * 10 + (*p - '0');
        scale -= point;
    }
    if (!seen)
        return false;
    int e = 0;
    if ((*p && !exponent(p + 1, &e)) || !shift(&n, scale + e))
        return false;
    *out = minus ? -n : n;
    return true;
}

bool m2_time_parse(int64_t *out_ms, const char *s)
{
    int64_t ms;
    if (m2_str_empty(s))
        return false;
    size_t leading = strspn(s, "0123456789");
    bool good =
        (leading == 4 && s[4] == '-') || (leading == 8 && (s[8] == 'T' || s[8] == 't')) ? parse_iso(&ms, s)
        : leading == strlen(s) || s[leading] == '.' || s[leading] == 'e' || s[leading] == 'E' || s[0] == '-'
            ? parse_epoch(&ms, s)
            : parse_rfc822(&ms, s);
    if (!good || ms < FIRST_MS || ms > LAST_MS)
        return false;
    *out_ms = ms;
    return true;
}

static void format(char out[M2_ISO_SIZE], int64_t ms, int digits_of_fraction, const char *suffix)
{
    struct civil c = civil_of(ms);
    char part[8] = "";
    if (c.ms)
        (void)snprintf(part, sizeof part, ".%03d%s", c.ms, digits_of_fraction == 6 ? "000" : "");
    (void)snprintf(out, M2_ISO_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d%s%s", (int)c.year % 10000, c.month % 100,
                   c.day % 100, c.hour % 100, c.minute % 100, c.second % 100, part, suffix);
}

void m2_time_iso(char out[M2_ISO_SIZE], int64_t ms)
{
    format(out, ms, 3, "Z");
}

void m2_time_cli(char out[M2_ISO_SIZE], int64_t ms)
{
    format(out, ms, 6, "+00:00");
}

void m2_time_amz(char out[M2_ISO_SIZE], int64_t ms)
{
    struct civil c = civil_of(ms);
    (void)snprintf(out, M2_ISO_SIZE, "%04d%02d%02dT%02d%02d%02dZ", (int)c.year % 10000, c.month % 100,
                   c.day % 100, c.hour % 100, c.minute % 100, c.second % 100);
}

void m2_time_rfc822(char out[M2_ISO_SIZE], int64_t ms)
{
    struct civil c = civil_of(ms);
    int64_t weekday = (days_of(c.year, c.month, c.day) % 7 + 7) % 7;
    (void)snprintf(out, M2_ISO_SIZE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", weekdays + 3 * weekday,
                   c.day % 100, months + 3 * ((size_t)c.month - 1), (int)c.year % 10000, c.hour % 100,
                   c.minute % 100, c.second % 100);
}

int m2_duration_parse(int64_t *out_ms, const char *s, const char *what, struct m2_err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = { { "", 1000 },     { "ms", 1 },     { "s", 1000 },      { "m", 60000 },
                  { "h", 3600000 }, { "d", DAY_MS }, { "w", 7 * DAY_MS } };
    size_t n = s ? strspn(s, "0123456789") : 0;
    for (size_t u = 0; n && n < 12 && u < sizeof units / sizeof units[0]; u++) {
        if (strcmp(s + n, units[u].unit) != 0)
            continue;
        int64_t count = 0;
        for (size_t i = 0; i < n; i++)
            count = count * 10 + (s[i] - '0');
        if (count > INT64_MAX / units[u].ms)
            break;
        *out_ms = count * units[u].ms;
        return 0;
    }
    return m2_fail(err, M2_EUSAGE, "%s: \"%s\" is not a duration such as 90s, 15m, 2h or 7d", what,
                   m2_str_or(s, ""));
}
