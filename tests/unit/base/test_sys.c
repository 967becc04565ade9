#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "m2/sys.h"

static void count_up(void *ctx, void *out, size_t n)
{
    unsigned char *p = out, *next = ctx;
    for (size_t i = 0; i < n; i++)
        p[i] = (*next)++;
}

Test(sys, uuid_and_the_real_seam)
{
    unsigned char next = 0xf0;
    struct m2_sys fake = *m2_sys_real();
    fake.ctx = &next;
    fake.random = count_up;
    char a[M2_UUID_SIZE], b[M2_UUID_SIZE];
    m2_uuid4(a, &fake);
    cr_assert_str_eq(a, "f0f1f2f3-f4f5-46f7-b8f9-fafbfcfdfeff");
    m2_uuid4(a, m2_sys_real());
    m2_uuid4(b, m2_sys_real());
    cr_assert_str_neq(a, b);
    cr_assert(strlen(a) == 36 && a[14] == '4' && strchr("89ab", a[19]));
    const struct m2_sys *real = m2_sys_real();
    cr_assert_gt(m2_now_ms(real), INT64_C(1700000000000));
    int64_t before = m2_mono_ms(real);
    cr_assert_geq(m2_mono_ms(real), before);
    cr_assert_eq(setenv("M2_TEST_EMPTY", "", 1) + setenv("M2_TEST_SET", "x", 1), 0);
    cr_assert_null(m2_env(real, "M2_TEST_EMPTY"));
    cr_assert_null(m2_env(real, "M2_TEST_UNSET"));
    cr_assert_str_eq(m2_env(real, "M2_TEST_SET"), "x");
    cr_assert_not(m2_cancelled(real));
    m2_sys_cancel();
    cr_assert(m2_cancelled(real));
}
