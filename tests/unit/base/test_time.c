#include <criterion/criterion.h>
#include <string.h>

#include "m2/time.h"

#define NONE INT64_MIN

Test(time, parsing)
{
    static const struct {
        const char *text;
        int64_t ms; /* NONE: refused */
    } cases[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "2026-11-23T09:00:00Z", 1795424400000 },
        { "2026-11-23T09:00:00.123Z", 1795424400123 },
        { "2026-11-23T09:00:00.123456789Z", 1795424400123 },
        { "2026-11-23T10:00:00+01:00", 1795424400000 },
        { "2026-11-23T10:00:00+0100", 1795424400000 },
        { "2026-11-23T03:30:00-05:30", 1795424400000 },
        { "2026-11-23T09:00:00UTC", 1795424400000 },
        { "2026-11-23 09:00:00", 1795424400000 },
        { "20261123T090000Z", 1795424400000 },
        { "2026-11-23", 1795392000000 },
        { "1969-12-31T23:59:59Z", -1000 },
        { "2024-02-29T23:59:59Z", 1709251199000 },
        { "0001-01-01T00:00:00Z", -62135596800000 },
        { "9999-12-31T23:59:59Z", 253402300799000 },
        { "Mon, 23 Nov 2026 09:00:00 GMT", 1795424400000 },
        { "Mon, 23 Nov 2026 09:00:00.250 GMT", 1795424400250 },
        { "23 Nov 2026 09:00:00 +0000", 1795424400000 },
        { "1795424400", 1795424400000 },
        { "1795424400.5", 1795424400500 },
        { "1.7954244E9", 1795424400000 },
        { "1795424400.1234567890123456789012345", 1795424400123 },
        { "-1", -1000 },
        { "0", 0 },
        { "", NONE },
        { "now", NONE },
        { "2026-02-29T00:00:00Z", NONE },
        { "2026-13-01T00:00:00Z", NONE },
        { "2026-00-01", NONE },
        { "2026-11-23T24:00:00Z", NONE },
        { "2026-11-23T09:60:00Z", NONE },
        { "2026-11-23T09:00:00Zjunk", NONE },
        { "2026-11-23T09:00:00+1:00", NONE },
        { "2026-11-23T09", NONE },
        { "Mon, 23 Foo 2026 09:00:00 GMT", NONE },
        { "1e", NONE },
        { "1e99", NONE },
        { "1.2.3", NONE },
        { ".", NONE },
        { "-", NONE },
        { "99999999999999999999", NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = 42;
        bool good = m2_time_parse(&ms, cases[i].text);
        cr_expect_eq(good, cases[i].ms != NONE, "\"%s\"", cases[i].text);
        cr_expect_eq(ms, good ? cases[i].ms : 42, "\"%s\": %lld", cases[i].text, (long long)ms);
    }
    int64_t ms = 42;
    cr_assert_not(m2_time_parse(&ms, NULL));
}

Test(time, writing)
{
    static const struct {
        int64_t ms;
        const char *iso, *cli, *amz, *rfc;
    } cases[] = {
        { 1795424400000, "2026-11-23T09:00:00Z", "2026-11-23T09:00:00+00:00", "20261123T090000Z",
          "Mon, 23 Nov 2026 09:00:00 GMT" },
        { 1795424400007, "2026-11-23T09:00:00.007Z", "2026-11-23T09:00:00.007000+00:00", "20261123T090000Z",
          "Mon, 23 Nov 2026 09:00:00 GMT" },
        { 0, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00", "19700101T000000Z",
          "Thu, 01 Jan 1970 00:00:00 GMT" },
        { -1, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999000+00:00", "19691231T235959Z",
          "Wed, 31 Dec 1969 23:59:59 GMT" },
        { 951782400000, "2000-02-29T00:00:00Z", "2000-02-29T00:00:00+00:00", "20000229T000000Z",
          "Tue, 29 Feb 2000 00:00:00 GMT" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char b[M2_ISO_SIZE];
        int64_t back = 0;
        m2_time_iso(b, cases[i].ms);
        cr_expect_str_eq(b, cases[i].iso);
        cr_expect(m2_time_parse(&back, b) && back == cases[i].ms, "%s", b);
        m2_time_cli(b, cases[i].ms);
        cr_expect_str_eq(b, cases[i].cli);
        cr_expect(m2_time_parse(&back, b) && back == cases[i].ms, "%s", b);
        m2_time_amz(b, cases[i].ms);
        cr_expect_str_eq(b, cases[i].amz);
        m2_time_rfc822(b, cases[i].ms);
        cr_expect_str_eq(b, cases[i].rfc);
    }
}

/* Every day of 400 years there and back: the calendar arithmetic has no seam. */
Test(time, every_day_there_and_back)
{
    for (int64_t day = -73000; day < 73200; day++) {
        char b[M2_ISO_SIZE];
        int64_t back = 0;
        m2_time_iso(b, day * INT64_C(86400000));
        cr_assert(m2_time_parse(&back, b) && back == day * INT64_C(86400000), "%s", b);
    }
}

Test(time, durations)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "90", 90000 },
        { "90s", 90000 },
        { "15m", 900000 },
        { "2h", 7200000 },
        { "7d", 604800000 },
        { "1w", 604800000 },
        { "250ms", 250 },
        { "0", 0 },
        { "", NONE },
        { "m", NONE },
        { "1.5h", NONE },
        { "-1s", NONE },
        { "1 h", NONE },
        { "1H", NONE },
        { "1hh", NONE },
        { "99999999999", 99999999999000 },
        { "999999999999", NONE },
        { "99999999999w", NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ms = 42;
        struct m2_err err = { 0 };
        int rc = m2_duration_parse(&ms, cases[i].text, "--since", &err);
        cr_expect_eq(rc, cases[i].ms == NONE ? -1 : 0, "\"%s\"", cases[i].text);
        cr_expect_eq(ms, rc == 0 ? cases[i].ms : 42, "\"%s\"", cases[i].text);
        if (rc < 0)
            cr_expect(err.code == M2_EUSAGE && strstr(err.msg, "--since"), "%s", err.msg);
    }
}
