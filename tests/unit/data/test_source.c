#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "m2/buf.h"
#include "m2/source.h"

static char path[] = "/tmp/m2-source-XXXXXX";

static void begin(void)
{
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    (void)close(fd);
}

static void end(void)
{
    (void)unlink(path);
}

TestSuite(source, .init = begin, .fini = end);

static void put(const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fwrite(p, 1, n, f) == n && fclose(f) == 0);
}

static size_t pack(unsigned char *out, size_t cap, const char *text, size_t n)
{
    z_stream z = { 0 };
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)cap;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    n = cap - z.avail_out;
    (void)deflateEnd(&z);
    return n;
}

static int read_all(struct m2_buf *out, size_t step, struct m2_err *err)
{
    struct m2_source *s;
    char piece[5000];
    size_t n;
    int rc;
    m2_buf_reset(out);
    cr_assert_eq(m2_source_open(&s, path, m2_sys_real(), err), 0, "%s", err->msg);
    while ((rc = m2_source_read(&n, s, piece, step, err)) == 0 && n)
        m2_buf_add(out, piece, n);
    cr_expect(rc < 0 || m2_source_done(s) == m2_source_size(s));
    m2_source_close(s);
    return rc;
}

static const size_t steps[] = { 1, 3, 5000 };

Test(source, plain_and_packed_are_the_same_text)
{
    static char text[200000];
    static unsigned char file[100000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * i % 7);
    struct m2_buf got;
    m2_buf_init(&got, 1 << 20);
    const size_t lengths[] = { 0, 1, 2, 3, 65536, sizeof text };
    for (size_t i = 0; i < 6; i++)
        for (size_t s = i > 3; s < 3; s++)
            for (int packed = 0; packed < 3; packed++) {
                size_t n = lengths[i], first = pack(file, sizeof file, text, n / 2);
                struct m2_err err = { 0 };
                if (packed == 0) {
                    put(text, n);
                } else { /* two members, and zeros behind them */
                    size_t second = pack(file + first, sizeof file - first, text + n / 2, n - n / 2);
                    memset(file + first + second, 0, 1000);
                    put(file, first + second + (packed == 2 ? 1000 : 0));
                }
                cr_assert_eq(read_all(&got, steps[s], &err), 0, "%s", err.msg);
                cr_expect(got.len == n && memcmp(got.data, text, n) == 0, "%zu bytes by %zu", n, steps[s]);
            }
    m2_buf_free(&got);
}

/* Cut anywhere, it is told; never a text that is only shorter. */
Test(source, a_packed_text_that_is_cut_short_is_told)
{
    static unsigned char file[2000];
    const char text[] = "job_id,started_at,platform\na,b,c\n";
    const size_t n = pack(file, sizeof file, text, sizeof text - 1);
    struct m2_buf got;
    m2_buf_init(&got, 1 << 20);
    for (size_t cut = 2; cut < n; cut++) {
        struct m2_err err = { 0 };
        put(file, cut);
        cr_assert_eq(read_all(&got, 5000, &err), -1, "%zu of %zu bytes", cut, n);
        cr_expect(err.code == M2_EINPUT && strstr(err.msg, "cut short"), "%s", err.msg);
    }
    memcpy(file + n, "\x1f\x8b", 2); /* the begin of another member */
    put(file, n + 2);
    struct m2_err err = { 0 };
    cr_expect(read_all(&got, 5000, &err) < 0 && strstr(err.msg, "cut short"), "%s", err.msg);
    memcpy(file + n, "ab", 2);
    put(file, n + 2);
    cr_expect(read_all(&got, 5000, &err) < 0 && strstr(err.msg, "not gzip"), "%s", err.msg);
    file[n - 1] ^= 1; /* the length in the trailer */
    put(file, n);
    cr_expect(read_all(&got, 5000, &err) < 0 && strstr(err.msg, "damaged"), "%s", err.msg);
    m2_buf_free(&got);
}

Test(source, what_cannot_be_read_is_told)
{
    struct m2_source *s;
    struct m2_err err = { 0 };
    cr_expect(m2_source_open(&s, "/no/such", m2_sys_real(), &err) < 0 && err.code == M2_ENOTFOUND, "%s",
              err.msg);
    cr_expect(m2_source_open(&s, "/tmp", m2_sys_real(), &err) < 0 && err.code == M2_EINPUT, "%s", err.msg);
}
