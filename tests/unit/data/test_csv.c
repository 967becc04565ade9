#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/csv.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static int write_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line,
                        struct m2_err *err)
{
    struct m2_buf *b = user;
    if (n == 1 && strcmp(fields[0].p, "STOP") == 0)
        return m2_fail(err, M2_EINPUT, "stopped at %llu", (unsigned long long)line);
    m2_buf_addf(b, "%llu:", (unsigned long long)line);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(strlen(fields[i].p), fields[i].n);
        m2_buf_addf(b, "[%s]", fields[i].p);
    }
    m2_buf_addc(b, ' ');
    return 0;
}

static int read_csv(struct m2_buf *out, struct m2_bytes text, size_t step, size_t max_field,
                    struct m2_err *err)
{
    struct m2_csv *c = m2_csv_new("t.csv", max_field, write_record, out);
    int rc = 0;
    m2_buf_reset(out);
    for (size_t i = 0; i < text.n && rc == 0; i += step)
        rc = m2_csv_push(c, text.p + i, text.n - i < step ? text.n - i : step, err);
    if (rc == 0)
        rc = m2_csv_finish(c, err);
    m2_csv_free(c);
    return rc;
}

static const size_t steps[] = { 1, 2, 3, 7, 4096 };

Test(csv, records_with_the_line_where_they_begin)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "" },
        { "a", "1:[a] " },
        { "a,b\n", "1:[a][b] " },
        { "a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d] " },
        { "\xef\xbb\xbf"
          "a,b\n1,2",
          "1:[a][b] 2:[1][2] " },
        { "\xef\xbb", "1:[\xef\xbb] " },
        { "a,\"x\ny\r\nz\",b\nc\n", "1:[a][x\ny\r\nz][b] 4:[c] " },
        { "\"say \"\"hi\"\"\",\"\"\n", "1:[say \"hi\"][] " },
        { "a\n\n\r\n  \nb\n", "1:[a] 5:[b] " },
        { ",\n,,\n", "1:[][] 2:[][][] " },
        { " a ,\" b \"\n", "1:[a][ b ] " },
        { "a\rb\r\rc,d\ne", "1:[a] 2:[b] 4:[c][d] 5:[e] " },
        { "caf\xc3\xa9,0012\n", "1:[caf\xc3\xa9][0012] " },
    };
    struct m2_buf b;
    m2_buf_init(&b, 10000);
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t s = 0; s < COUNT(steps); s++) {
            struct m2_err err = { 0 };
            cr_assert_eq(read_csv(&b, m2_bytes_of(cases[i].text), steps[s], 100, &err), 0, "%zu: %s", i,
                         err.msg);
            cr_assert_str_eq(b.data, cases[i].want, "case %zu in steps of %zu: %s", i, steps[s], b.data);
        }
    m2_buf_free(&b);
}

Test(csv, faults_have_their_place)
{
    static const char nul[] = "a,b\nc\0d\n", quote_then_nul[] = "a,x\"y\0\n";
    static const struct {
        const char *text;
        size_t n;
        const char *want;
    } cases[] = {
        { "a\nb,x\"y\n", 0,
          "t.csv:2:4: a quotation mark that is neither doubled nor at the edge of its field" },
        { "a\n\"q\nr\"s,t\n", 0,
          "t.csv:3:3: a quotation mark that is neither doubled nor at the edge of its field (in the record "
          "that begins on "
          "line 2)" },
        { "a\nb,\"c\nd\n", 0,
          "t.csv:2: the text ends inside the quotation marks of the record that begins here" },
        { quote_then_nul, sizeof quote_then_nul - 1,
          "t.csv:1:4: a quotation mark that is neither doubled nor at the edge of its field" },
        { nul, sizeof nul - 1, "t.csv:2:2: a NUL byte; is this a CSV file in UTF-8?" },
        { "\xff\xfe"
          "a",
          0, "t.csv:1:1: the text is UTF-16; it must be UTF-8" },
        { "a\nb,12345678901\n", 0, "t.csv:2: a field of this record is longer than 10 bytes" },
        { "a\n\nSTOP\nb\n", 0, "stopped at 3" },
        { "STOP", 0, "stopped at 1" },
    };
    struct m2_buf b;
    m2_buf_init(&b, 10000);
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t s = 0; s < COUNT(steps); s++) {
            struct m2_err err = { 0 };
            const struct m2_bytes text = { cases[i].text, cases[i].n ? cases[i].n : strlen(cases[i].text) };
            cr_assert_eq(read_csv(&b, text, steps[s], 10, &err), -1, "case %zu was accepted", i);
            cr_assert_str_eq(err.msg, cases[i].want, "case %zu in steps of %zu: %s", i, steps[s], err.msg);
        }
    m2_buf_free(&b);
}

Test(csv, a_quote_that_never_closes_does_not_eat_all_memory)
{
    struct m2_buf b;
    struct m2_err err = { 0 };
    char chunk[65536];
    memset(chunk, 'x', sizeof chunk);
    m2_buf_init(&b, 10000);
    struct m2_csv *c = m2_csv_new("t.csv", 1000, write_record, &b);
    cr_assert_eq(m2_csv_push(c, "a,\"", 3, &err), 0);
    int pushes = 0;
    while (pushes < 1000 && m2_csv_push(c, chunk, sizeof chunk, &err) == 0)
        pushes++;
    cr_assert_lt(pushes, 10);
    cr_assert_eq(err.code, M2_ELIMIT);
    struct m2_err again = { 0 };
    cr_assert_eq(m2_csv_finish(c, &again), -1);
    cr_assert_str_eq(again.msg, err.msg);
    m2_csv_free(c);
    m2_csv_free(NULL);
    m2_buf_free(&b);
}
