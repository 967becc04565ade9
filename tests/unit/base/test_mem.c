#include <criterion/criterion.h>
#include <signal.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/secret.h"

Test(mem, arena_gives_zeroed_aligned_separate_bytes)
{
    struct m2_arena *a = m2_arena_new();
    unsigned char *parts[400];
    for (size_t i = 0; i < 400; i++) {
        size_t size = (i * 7919) % 70000;
        parts[i] = m2_arena_alloc(a, size);
        cr_assert_eq((uintptr_t)parts[i] % alignof(max_align_t), 0u);
        for (size_t j = 0; j < size; j++)
            cr_assert_eq(parts[i][j], 0, "part %zu byte %zu was used before", i, j);
        memset(parts[i], (int)(i % 255 + 1), size);
    }
    for (size_t i = 0; i < 400; i++)
        for (size_t j = 0; j < (i * 7919) % 70000; j++)
            cr_assert_eq(parts[i][j], (unsigned char)(i % 255 + 1));
    /* One large object must not waste the room of the block before it. */
    size_t used = m2_arena_used(a);
    (void)m2_arena_alloc(a, (size_t)4 << 20);
    cr_assert_geq(m2_arena_used(a), used + ((size_t)4 << 20));
    cr_assert_str_eq(m2_arena_printf(a, "%s-%d", "x", 7), "x-7");
    cr_assert_null(m2_arena_strdup(a, NULL));
    cr_assert_str_eq(m2_arena_strndup(a, "abc", 2), "ab");
    m2_arena_free(a);
    m2_arena_free(NULL);
}

Test(mem, vector_keeps_what_it_holds)
{
    struct m2_arena *a = m2_arena_new();
    M2_VEC(size_t) v = { 0 };
    for (size_t i = 0; i < 10000; i++)
        m2_vec_push(a, &v, i);
    cr_assert_eq(v.len, 10000u);
    for (size_t i = 0; i < v.len; i++)
        cr_assert_eq(v.at[i], i);
    m2_arena_free(a);
}

Test(buf, stops_at_its_maximum_and_says_so)
{
    struct m2_buf b;
    m2_buf_init(&b, 5);
    m2_buf_adds(&b, "abc");
    m2_buf_addf(&b, "%d", 12);
    cr_assert_str_eq(b.data, "abc12");
    cr_assert_not(b.over);
    m2_buf_addc(&b, '!');
    cr_assert(b.over);
    m2_buf_adds(&b, "");
    cr_assert_str_eq(b.data, "abc12");
    m2_buf_reset(&b);
    m2_buf_adds(&b, "again");
    cr_assert_str_eq(b.data, "again");
    char *taken = m2_buf_take(&b);
    cr_assert_str_eq(taken, "again");
    cr_assert_eq(b.len, 0u);
    m2_buf_adds(&b, NULL);
    m2_buf_adds(&b, "more");
    cr_assert_str_eq(b.data, "more");
    free(taken);
    m2_buf_free(&b);
    m2_buf_free(&b);
    m2_buf_free(NULL);
}

Test(buf, grows_far_and_keeps_its_bytes)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)8 << 20);
    for (int i = 0; i < 200000; i++)
        m2_buf_addf(&b, "%06d\n", i);
    cr_assert_not(b.over);
    cr_assert_eq(b.len, 1400000u);
    cr_assert_eq(strlen(b.data), b.len);
    cr_assert_eq(memcmp(b.data + 7 * 123456, "123456\n", 7), 0);
    m2_buf_free(&b);
}

Test(err, context_and_rows)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_fail(&err, M2_EINPUT, "line %d", 3), -1);
    cr_assert_eq(m2_context(&err, "file %s", "a.json"), -1);
    cr_assert_str_eq(err.msg, "file a.json: line 3");
    cr_assert_eq(err.code, M2_EINPUT);
    cr_assert_eq(m2_fail(NULL, M2_EIO, "nobody listens"), -1);
    cr_assert_eq(m2_context(NULL, "nobody listens"), -1);
    char text[2 * sizeof err.msg];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    (void)m2_fail(&err, M2_EIO, "%s", text);
    (void)m2_context(&err, "%s", text);
    cr_assert_eq(strlen(err.msg), sizeof err.msg - 1);
    for (int code = 0; code < M2_ERRC_COUNT; code++) {
        const struct m2_errc_row *row = m2_errc_row((enum m2_errc)code);
        cr_assert_eq((int)row->code, code);
        bool listed = false;
        for (const struct m2_exit_row *r = m2_exit_rows(); r->meaning; r++)
            listed |= r->status == row->exit_status;
        cr_assert(listed, "%s has an exit status that is not documented", row->name);
    }
    cr_assert_eq(m2_errc_row((enum m2_errc)999)->code, M2_EBUG);
}

Test(secret, holds_and_forgets)
{
    struct m2_secret s = { 0 };
    cr_assert(m2_secret_empty(&s));
    cr_assert_str_eq(m2_secret_reveal(&s), "");
    m2_secret_set(&s, "hunter2", 7);
    cr_assert_str_eq(m2_secret_reveal(&s), "hunter2");
    m2_secret_set(&s, m2_secret_reveal(&s) + 3, 4); /* from itself */
    cr_assert_str_eq(m2_secret_reveal(&s), "ter2");
    m2_secret_set(&s, NULL, 0);
    cr_assert(m2_secret_empty(&s));
    m2_secret_free(&s);
    m2_secret_free(NULL);
}

Test(mem, small_and_large_objects_share_an_arena)
{
    struct m2_arena *a = m2_arena_new();
    unsigned char *all[3000];
    size_t sizes[3000], sum = 0;
    for (size_t i = 0; i < 3000; i++) {
        /* Small ones, with now and then one that needs a block of its own. */
        sizes[i] = i % 500 == 499 ? (size_t)3 << 20 : i * 7 % 900;
        all[i] = m2_arena_alloc(a, sizes[i]);
        cr_assert_eq((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < sizes[i]; k += 1 + sizes[i] / 100)
            cr_assert_eq(all[i][k], 0);
        memset(all[i], (int)(i & 0xff), sizes[i]);
        sum += sizes[i];
    }
    for (size_t i = 0; i < 3000; i++)
        for (size_t k = 0; k < sizes[i]; k += 1 + sizes[i] / 100)
            cr_assert_eq(all[i][k], (unsigned char)(i & 0xff), "object %zu was overwritten", i);
    cr_assert_geq(m2_arena_used(a), sum);
    cr_assert_lt(m2_arena_used(a), sum + 3000 * 16);
    m2_arena_free(a);
    m2_arena_free(NULL);
    m2_arena_free_wiped(NULL);
}

Test(mem, a_size_that_overflows_aborts, .signal = SIGABRT)
{
    struct m2_arena *a = m2_arena_new();
    (void)m2_arena_alloc_array(a, SIZE_MAX / 2, 16);
}
