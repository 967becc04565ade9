/* Any bytes as a bill: read or refused in one sentence; what was read is summed up so that nothing is lost,
 * and is the same packed. */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "m2/reconcile.h"

struct sums {
    uint64_t rows;
    m2_int128 billed, list, quantity;
    struct m2_reconcile *both;
};

static int on_row(void *user, const struct m2_bill_row *row, struct m2_err *err)
{
    struct sums *s = user;
    fuzz_require(row->charge < M2_CHARGE_COUNT && row->service && row->usage_type && row->resource,
                 "a row without its texts");
    s->rows++;
    s->billed += row->billed;
    s->list += row->list;
    s->quantity += row->quantity;
    return s->both ? m2_reconcile_row(s->both, row, err) : 0;
}

static int read_bytes(struct sums *s, struct m2_bill_export *x, const void *data, size_t size, bool tags,
                      struct m2_err *err)
{
    const struct m2_bill_ask ask = {
        .tag = tags ? "a" : NULL, .tag_value = "", .job_tag = tags ? "job" : NULL, .sys = m2_sys_real()
    };
    char path[40];
    int fd = memfd_create("bill", MFD_CLOEXEC);
    fuzz_require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "no file in memory");
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int rc = m2_bill_read(x, path, &ask, on_row, s, err);
    (void)close(fd);
    fuzz_require((rc == 0) == (err->code == M2_OK), "status and error disagree");
    return rc;
}

static void reconcile(struct m2_reconcile *both, const struct sums *s)
{
    struct m2_reconciliation out;
    struct m2_arena *a = m2_arena_new();
    const struct m2_reconcile_ask ask = { .tolerance = 1000000 };
    struct m2_err err = { 0 };
    if (m2_reconcile_finish(&out, a, both, &ask, &err) == 0) {
        m2_int128 sum = 0, list = out.charge[M2_CHARGE_USAGE].cost + out.charge[M2_CHARGE_COVERED].cost;
        for (size_t i = 0; i < M2_CHARGE_COUNT; i++)
            sum += out.charge[i].cost;
        fuzz_require(sum == s->billed && sum == out.invoice, "the invoice is not the sum of its rows");
        fuzz_require(out.n_lines == 0 && out.unexplained_cost == list, "usage that no job explains is lost");
    }
    m2_arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct m2_prices none = { .effective = "2026-01-01", .origin = "none" };
    struct sums plain = { .both = m2_reconcile_new(&none) }, packed = { .both = NULL };
    struct m2_bill_export x;
    struct m2_err err = { 0 }, other = { 0 };
    int rc = read_bytes(&plain, &x, data, size, size & 1, &err);
    if (rc == 0) {
        fuzz_require(x.rows == plain.rows + x.split_rows + x.other_rows, "a row is not counted");
        reconcile(plain.both, &plain);
    }
    m2_reconcile_free(plain.both);

    unsigned char small[131072];
    z_stream z = { .next_in = (Bytef *)(uintptr_t)data,
                   .avail_in = (uInt)size,
                   .next_out = small,
                   .avail_out = sizeof small };
    if (rc != 0 || size > 65536 || deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    int done = deflate(&z, Z_FINISH);
    (void)deflateEnd(&z);
    if (done == Z_STREAM_END &&
        read_bytes(&packed, &x, small, sizeof small - z.avail_out, size & 1, &other) == 0)
        fuzz_require(packed.rows == plain.rows && packed.billed == plain.billed &&
                         packed.list == plain.list && packed.quantity == plain.quantity,
                     "packed it reads differently");
    else
        fuzz_require(other.code != M2_OK && size >= 2 && data[0] == 0x1f, "packed it is refused: %s",
                     other.msg);
    return 0;
}
