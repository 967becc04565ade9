#include <criterion/criterion.h>
#include <string.h>

#include "m2/err.h"
#include "m2/str.h"

Test(err, every_class_has_a_row_and_a_documented_exit_status)
{
    for (int c = 0; c < M2_ERRC_COUNT; c++) {
        const struct m2_errc_row *row = m2_errc_row((enum m2_errc)c);
        const struct m2_exit_row *e = m2_exit_rows();
        cr_assert_eq((int)row->code, c, "row %d is out of place", c);
        cr_assert(row->name && *row->name);
        for (int d = 0; d < c; d++)
            cr_assert_str_neq(row->name, m2_errc_row((enum m2_errc)d)->name);
        while (e->meaning && e->status != row->exit_status)
            e++;
        cr_assert(e->meaning, "%s: exit status %d is not documented", row->name, (int)row->exit_status);
    }
    cr_assert_eq(m2_errc_row((enum m2_errc)9999)->code, M2_EBUG);
    for (const struct m2_exit_row *e = m2_exit_rows(); e[1].meaning; e++)
        cr_assert_lt(e->status, e[1].status);
}

Test(err, messages_and_context)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_fail(&err, M2_EIO, "%s: %d", "a", 5), -1);
    cr_assert_eq(m2_context(&err, "profile %s", "p"), -1);
    cr_assert_eq(err.code, M2_EIO);
    cr_assert_str_eq(err.msg, "profile p: a: 5");
    cr_assert_eq(m2_fail(NULL, M2_EIO, "x"), -1);
    cr_assert_eq(m2_context(NULL, "x"), -1);
}

Test(err, a_message_may_quote_the_old_one)
{
    struct m2_err err = { 0 };
    m2_fail(&err, M2_EIO, "inner");
    m2_fail(&err, M2_EINPUT, "outer (%s)", err.msg);
    cr_assert_str_eq(err.msg, "outer (inner)");
    m2_context(&err, "again %s", err.msg);
    cr_assert_str_eq(err.msg, "again outer (inner): outer (inner)");
}

Test(err, a_cut_message_ends_in_an_ellipsis_and_whole_characters)
{
    struct m2_err err = { 0 };
    char text[2 * sizeof err.msg];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t i = shift; i + 2 < sizeof text; i += 2)
            memcpy(text + i, "\xc3\xa9", 2);
        text[sizeof text - 1] = '\0';
        m2_fail(&err, M2_EIO, "%s", text);
        cr_assert(m2_utf8_valid(err.msg, strlen(err.msg)), "shift %zu", shift);
        cr_assert(m2_str_ends(err.msg, "\xe2\x80\xa6"));
        cr_assert_geq(strlen(err.msg), sizeof err.msg - 4);
        m2_context(&err, "context");
        cr_assert(m2_str_starts(err.msg, "context: ") && m2_str_ends(err.msg, "\xe2\x80\xa6"));
        cr_assert(m2_utf8_valid(err.msg, strlen(err.msg)), "shift %zu", shift);
    }
}
