#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/time.h"

static uint64_t state = 88172645463325252;

static unsigned below(unsigned n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state % n);
}

/* Fast or not, a number is what m2_fixed_parse says: usual spellings, odd ones, and what is none. */
Test(jobcsv, numbers_are_read_as_m2_fixed_parse_reads_them)
{
    static const char *const fixed[] = { "",
                                         ".",
                                         "1.",
                                         ".5",
                                         "0",
                                         "00.10",
                                         "1e3",
                                         "-1",
                                         "+1",
                                         "1,5",
                                         "0x1",
                                         "nan",
                                         "1.2.3",
                                         "1 ",
                                         "1e",
                                         "99999999999999999999",
                                         "123456789012345678",
                                         "1234567890123456789",
                                         "0.000000000000000000001",
                                         "922337203685477.5807",
                                         "1_0" };
    static const int digits[] = { 0, 3, 9, 10, 18 };
    char text[64];
    for (int i = 0; i < 60000; i++) {
        size_t n = 0;
        if ((size_t)i < sizeof fixed / sizeof fixed[0]) {
            n = strlen(fixed[i]);
            memcpy(text, fixed[i], n);
        } else {
            size_t want = 1 + below(22);
            while (n < want)
                text[n++] = below(5) ? (char)('0' + below(10)) : ".e-5 "[below(5)];
        }
        for (int d = 0; d < 5; d++)
            for (int r = 0; r < 3; r++) {
                int64_t fast = -7, slow = -7;
                bool ok = m2_number_read(&fast, (struct m2_bytes){ text, n }, digits[d], (enum m2_rounding)r);
                cr_assert_eq(ok, m2_fixed_parse(&slow, text, n, digits[d], (enum m2_rounding)r), "%.*s",
                             (int)n, text);
                cr_assert_eq(fast, slow, "%.*s", (int)n, text);
            }
    }
}

static void check_time(const char *text, size_t n)
{
    char copy[80];
    int64_t fast = 1, slow = 1;
    int32_t month = -1;
    memcpy(copy, text, n);
    copy[n] = '\0';
    bool ok = m2_started_read(&fast, &month, (struct m2_bytes){ text, n });
    cr_assert_eq(ok, strlen(copy) == n && m2_time_parse(&slow, copy), "%s", copy);
    cr_assert_eq(fast, slow, "%s", copy);
    if (ok)
        cr_assert_eq(month, m2_month_of(slow), "%s: %d, not %d", copy, month, m2_month_of(slow));
}

Test(jobcsv, times_are_read_as_m2_time_parse_reads_them)
{
    char text[80];
    for (int year = 1; year <= 9999; year += year < 1900 || year > 2100 ? 97 : 1)
        for (int month = 0; month <= 13; month++)
            for (int day = 0; day <= 32; day += 1 + (day > 1 && day < 26) * 11) {
                int n = snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d%s", year, month, day,
                                 below(2) ? 'T' : ' ', (int)below(25), (int)below(61), (int)below(62),
                                 below(2) ? "Z" : "");
                check_time(text, (size_t)n);
            }
    for (int i = 0; i < 20000; i++) { /* one byte of a good one changed */
        size_t n = (size_t)snprintf(text, sizeof text, "2024-02-2%uT1%u:00:59%s", below(10), below(10),
                                    below(2) ? "Z" : "+01:00");
        text[below((unsigned)n)] = (char)(32 + below(95));
        check_time(text, n);
    }
}

Test(jobcsv, months_end_where_utc_ends_them)
{
    static const struct {
        const char *at;
        int month;
    } cases[] = {
        { "2026-01-31T23:59:59.999Z", 2026 * 12 },  { "2026-02-01T00:00:00Z", 2026 * 12 + 1 },
        { "2026-02-01T00:30:00+01:00", 2026 * 12 }, { "2026-01-31T23:30:00-01:00", 2026 * 12 + 1 },
        { "2016-12-31T23:59:60Z", 2017 * 12 },      { "2024-02-29", 2024 * 12 + 1 },
        { "1969-12-31T23:59:59Z", 1969 * 12 + 11 }, { "0001-01-01", 12 },
        { "9999-12-31T23:59:59Z", 9999 * 12 + 11 }, { "1769904000", 2026 * 12 + 1 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms;
        int32_t month;
        cr_assert(m2_started_read(&ms, &month, m2_bytes_of(cases[i].at)), "%s", cases[i].at);
        cr_expect_eq(month, cases[i].month, "%s: %d", cases[i].at, month);
    }
}

Test(jobcsv, a_record_ends_outside_of_quotation_marks)
{
    static const struct {
        const char *text;
        bool last;
        size_t length;
    } cases[] = {
        { "a,b\nc", false, 4 },
        { "a,b\r\nc", false, 5 },
        { "a\rb", false, 2 },
        { "a\r", false, 0 },
        { "a\r", true, 2 },
        { "abc", false, 0 },
        { "abc", true, 3 },
        { "\"a\nb\"\nc", false, 6 },
        { "\"a\"\"\n\"\nc", false, 7 },
        { "\"a\nb", false, 0 },
        { "\"a\nb", true, 4 },
        { "\n", false, 1 },
        { "\r\n", false, 2 },
        { "", true, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(m2_record_length(cases[i].text, strlen(cases[i].text), cases[i].last), cases[i].length,
                     "case %zu", i);
}

/* The scan's marks and rows on random bytes, counted the slow way; across the edges of its steps. */
Test(jobcsv, the_scan_finds_every_field)
{
    static char block[5000];
    static const char alphabet[] = "aaaaaaa,,,\n\n\r";
    struct m2_scan scan;
    m2_scan_init(&scan);
    for (int round = 0; round < 3000; round++) {
        size_t n = 1 + below(400), marks = 0, rows = 0;
        bool lone = false;
        memset(block, "\n,\r"[below(3)], sizeof block); /* behind the block nothing counts */
        for (size_t i = 0; i < n; i++)
            block[i] = alphabet[below(below(2) ? sizeof alphabet - 1 : sizeof alphabet - 2)];
        block[n - 1] = '\n';
        for (size_t i = 0; i < n; i++)
            lone |= block[i] == '\r' && block[i + 1] != '\n';
        cr_assert_eq(m2_scan_block(&scan, block, n), !lone, "a CR that stands alone is libcsv's");
        for (size_t i = 0; i < n && !lone; i++) {
            if (block[i] != ',' && block[i] != '\n')
                continue;
            cr_assert_eq(scan.mark[marks], i);
            if (block[i] == '\n')
                cr_assert_eq(scan.row[rows++], marks);
            marks++;
        }
        cr_assert(lone || scan.rows == rows);
    }
    m2_scan_free(&scan);
}

/* Each field has a usual name, which comes first; each name is one word of lower case. */
Test(jobcsv, every_field_has_its_column)
{
    int seen[M2_F_COUNT] = { 0 };
    for (const struct m2_job_column *c = m2_jobcsv_columns(); c->name; c++) {
        seen[c->field]++;
        cr_expect(strspn(c->name, "abcdefghijklmnopqrstuvwxyz3_") == strlen(c->name), "%s", c->name);
        cr_expect(!c->unit == !c->mul, "%s: a number has a unit", c->name);
    }
    for (int f = 0; f < M2_F_COUNT; f++)
        cr_expect(seen[f] >= 1, "field %d", f);
}
