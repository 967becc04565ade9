#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "m2/time.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define T0 INT64_C(1795424400000) /* 2026-11-23T09:00:00Z */

Test(time_edges, texts_that_are_instants)
{
    static const struct {
        const char *text;
        int64_t want;
    } cases[] = {
        { "2026-11-23T09:00:00Z", T0 },
        { "2026-11-23T09:00:00", T0 },
        { "2026-11-23t09:00:00z", T0 },
        { "2026-11-23 09:00:00 UTC", T0 },
        { "2026-11-23T09:00:00UTC", T0 },
        { "2026-11-23T09:00Z", T0 },
        { "2026-11-23T09:00", T0 },
        { "2026-11-23T09:00:00.123Z", T0 + 123 },
        { "2026-11-23T09:00:00,5Z", T0 + 500 },
        { "2026-11-23T09:00:00.123999999+00:00", T0 + 123 },
        { "2026-11-23T10:30:00+01:30", T0 },
        { "2026-11-23T01:00:00-0800", T0 },
        { "2026-11-23 10:00:00+01", T0 },
        { "20261123T090000Z", T0 },
        { "20261123T0900Z", T0 },
        { "2026-11-23", T0 - 9 * 3600000 },
        { "1970-01-01T00:00:00Z", 0 },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "2000-02-29T00:00:00Z", INT64_C(951782400000) },
        { "2016-12-31T23:59:60Z", INT64_C(1483228800000) }, /* leap second: the first one of 2017 */
        { "0001-01-01T00:00:00Z", INT64_C(-62135596800000) },
        { "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
        { "2026-12-31T23:30:00-01:00", INT64_C(1798763400000) }, /* over the end of a year */
        { "Mon, 23 Nov 2026 09:00:00 GMT", T0 },
        { "23 Nov 2026 10:00:00 +0100", T0 },
        { "Thu, 1 Jan 1970 00:00:00 UT", 0 },
        { "Mon, 23-Nov-2026 09:00:00 GMT", T0 },
        { "1795424400", T0 },
        { "1795424400.123", T0 + 123 },
        { "1.7954244E9", T0 },
        { "1795424400000e-3", T0 },
        { "-1.5", -1500 },
        { "0", 0 },
        { "0.0009", 0 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = -77;
        cr_assert(m2_time_parse(&got, cases[i].text), "%s was refused", cases[i].text);
        cr_assert_eq(got, cases[i].want, "%s: %" PRId64 ", wanted %" PRId64, cases[i].text, got,
                     cases[i].want);
    }
}

Test(time_edges, texts_that_are_none)
{
    static const char *const cases[] = {
        "",
        " ",
        "-",
        ".",
        "e5",
        "1e",
        "1e+",
        "abc",
        "2026", /* 2026 is a number of seconds, tested below */
        "2026-11-23T",
        "2026-11-23T09",
        "2026-11-23T09:",
        "2026-11-23T09:00:",
        "2026-11-23T09:00:0",
        "2026-11-23T09:00:00.Z",
        "2026-11-23T09:00:00Zx",
        "2026-11-23T09:00:00 ",
        "2026-11-23T09:00:00+1:00",
        "2026-11-23T09:00:00+24:00",
        "2026-11-23T09:00:00+01:60",
        "2026-11-23T24:00:00Z",
        "2026-11-23T09:60:00Z",
        "2026-11-23T09:00:61Z",
        "2026-02-29",
        "1900-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "2026-04-31",
        "0000-01-01",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:00-00:01",
        "2026-1123",
        "20261123T09:00:00",
        "23 Foo 2026 09:00:00 GMT",
        "23 Nov 2026",
        "32 Nov 2026 09:00:00 GMT",
        "1e300",
        "253402300800",
        "-62135596800.001",
        "99999999999999999999",
        "1795424400000",
        "12x",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = -77;
        bool number_of_seconds = strcmp(cases[i], "2026") == 0;
        bool compact_with_colons = strcmp(cases[i], "20261123T09:00:00") == 0; /* mixed, but not ambiguous */
        cr_assert_eq(m2_time_parse(&got, cases[i]), number_of_seconds || compact_with_colons, "%s: %" PRId64,
                     cases[i], got);
        cr_assert(number_of_seconds     ? got == 2026000
                  : compact_with_colons ? got == T0
                                        : got == -77,
                  "%s", cases[i]);
    }
    cr_assert_not(m2_time_parse(&(int64_t){ 0 }, NULL));
}
