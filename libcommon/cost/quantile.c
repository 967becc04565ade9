#include "cost/quantile.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2/mem.h"

#define BUCKETS 65536              /* by the leading bits: 10 of them behind the first */
#define PIECE ((size_t)32 << 10)   /* values read from the file at a time */
#define GATHERED ((size_t)1 << 19) /* values that are sorted at once; a bucket with more is divided again */

struct m2_spool {
    const struct m2_sys *sys;
    int64_t *value;
    size_t n, cap, most;
    int fd; /* -1: nothing was written */
    uint64_t filed;
    uint64_t *histogram; /* of what was written */
};

/* Grows with V, and exactly as fine: V below 2048 have a bucket of their own. */
static unsigned bucket_of(int64_t v)
{
    uint64_t u = (uint64_t)v;
    if (u < 2048)
        return (unsigned)u;
    unsigned high = 63U - (unsigned)__builtin_clzll(u);
    return ((high - 10) << 10) + (unsigned)(u >> (high - 10));
}

/* The least value of bucket B; 2^63 behind the last. */
static uint64_t bucket_low(unsigned b)
{
    return b < 2048 ? b : (uint64_t)((b & 1023) | 1024) << ((b >> 10) - 1);
}

struct m2_spool *m2_spool_new(const struct m2_sys *sys, size_t most)
{
    struct m2_spool *s = m2_xcalloc(1, sizeof *s);
    s->sys = sys;
    s->most = most;
    s->fd = -1;
    return s;
}

void m2_spool_free(struct m2_spool *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        (void)close(s->fd);
    free(s->value);
    free(s->histogram);
    free(s);
}

static const char *folder(const struct m2_spool *s)
{
    const char *tmp = m2_env(s->sys, "TMPDIR");
    return tmp ? tmp : "/tmp";
}

static int failed(const struct m2_spool *s, struct m2_err *err)
{
    return m2_fail(err, M2_EIO, "%s: a temporary file for the quantiles: %s (TMPDIR names another folder)",
                   folder(s), strerror(errno ? errno : EIO));
}

static int open_file(struct m2_spool *s, struct m2_err *err)
{
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/m2-spool-XXXXXX", folder(s));
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return failed(s, err);
    }
    s->fd = mkostemp(path, O_CLOEXEC);
    if (s->fd < 0)
        return failed(s, err);
    (void)unlink(path);
    s->histogram = m2_xcalloc(BUCKETS, sizeof *s->histogram);
    return 0;
}

static int write_all(struct m2_spool *s, const int64_t *values, size_t n, struct m2_err *err)
{
    const char *p = (const char *)values;
    for (size_t left = n * sizeof *values; left;) {
        ssize_t done = write(s->fd, p, left);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return failed(s, err);
        p += done;
        left -= (size_t)done;
    }
    for (size_t i = 0; i < n; i++)
        s->histogram[bucket_of(values[i])]++;
    s->filed += n;
    return 0;
}

static void make_room(struct m2_spool *s, size_t n)
{
    if (s->n + n <= s->cap)
        return;
    while (s->cap < s->n + n)
        s->cap = s->cap ? s->cap * 2 : 1024;
    if (s->cap > s->most)
        s->cap = s->most;
    s->value = m2_xrealloc(s->value, s->cap * sizeof *s->value);
}

int m2_spool_add(struct m2_spool *s, const int64_t *values, size_t n, struct m2_err *err)
{
    while (n) {
        if (s->n == s->most) {
            if ((s->fd < 0 && open_file(s, err) < 0) || write_all(s, s->value, s->n, err) < 0)
                return -1;
            s->n = 0;
        }
        size_t part = n < s->most - s->n ? n : s->most - s->n;
        make_room(s, part);
        memcpy(s->value + s->n, values, part * sizeof *values);
        s->n += part;
        values += part;
        n -= part;
    }
    return 0;
}

uint64_t m2_spool_count(const struct m2_spool *s)
{
    return s->filed + s->n;
}

/* ---- walking over all values, file first ---- */
typedef int visit(void *user, const int64_t *values, size_t n, struct m2_err *err);

static int each_piece(struct m2_spool *s, visit *see, void *user, struct m2_err *err)
{
    uint64_t bytes = s->filed * sizeof(int64_t);
    int64_t *piece = bytes ? m2_xmalloc(PIECE * sizeof *piece) : NULL;
    int rc = 0;
    for (uint64_t at = 0; rc == 0 && at < bytes;) {
        ssize_t got = pread(s->fd, piece, PIECE * sizeof *piece, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || got % (ssize_t)sizeof *piece != 0)
            rc = failed(s, err);
        else
            rc = see(user, piece, (size_t)got / sizeof *piece, err);
        at += got > 0 ? (uint64_t)got : 0;
    }
    free(piece);
    return rc < 0 || !s->n ? rc : see(user, s->value, s->n, err);
}

static int add_piece(void *user, const int64_t *values, size_t n, struct m2_err *err)
{
    return m2_spool_add(user, values, n, err);
}

int m2_spool_merge(struct m2_spool *s, struct m2_spool *from, struct m2_err *err)
{
    if (each_piece(from, add_piece, s, err) < 0)
        return -1;
    from->n = 0;
    if (from->fd >= 0) { /* only a spool that was large for itself */
        (void)close(from->fd);
        free(from->histogram);
        from->fd = -1;
        from->filed = 0;
        from->histogram = NULL;
    }
    return 0;
}

/* ---- selection ---- */

/* The values LOW..HIGH, both included; BEFORE values are smaller, COUNT are inside. */
struct range {
    int64_t low, high;
    uint64_t before, count;
};

struct gather {
    const struct range *range;
    int64_t *value; /* range->count of them */
    size_t n;
};

static int gather_piece(void *user, const int64_t *values, size_t n, struct m2_err *err)
{
    struct gather *g = user;
    (void)err;
    for (size_t i = 0; i < n; i++)
        if (values[i] >= g->range->low && values[i] <= g->range->high)
            g->value[g->n++] = values[i];
    return 0;
}

struct divide {
    const struct range *range;
    unsigned shift; /* a part is 2^shift wide */
    uint64_t *count;
};

static int divide_piece(void *user, const int64_t *values, size_t n, struct m2_err *err)
{
    struct divide *d = user;
    (void)err;
    for (size_t i = 0; i < n; i++)
        if (values[i] >= d->range->low && values[i] <= d->range->high)
            d->count[(uint64_t)(values[i] - d->range->low) >> d->shift]++;
    return 0;
}

/* Narrow R to its part that holds RANK, until few enough values are left to sort, or one value. */
static int narrow(struct range *r, struct m2_spool *s, uint64_t rank, uint64_t *count, struct m2_err *err)
{
    while (r->count > GATHERED && r->low < r->high) {
        struct divide d = { r, 0, count };
        while (((uint64_t)(r->high - r->low) >> d.shift) >= BUCKETS)
            d.shift++;
        memset(count, 0, BUCKETS * sizeof *count);
        if (each_piece(s, divide_piece, &d, err) < 0)
            return -1;
        size_t part = 0;
        while (r->before + count[part] <= rank)
            r->before += count[part++];
        uint64_t low = (uint64_t)r->low + ((uint64_t)part << d.shift);
        uint64_t high = low + ((uint64_t)1 << d.shift) - 1;
        r->low = (int64_t)low;
        r->high = high < (uint64_t)r->high ? (int64_t)high : r->high;
        r->count = count[part];
    }
    return 0;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The range's values in order, COUNT of them; NULL when they are all the same one. */
static int sorted(int64_t **out, struct m2_spool *s, const struct range *r, struct m2_err *err)
{
    *out = NULL;
    if (r->low == r->high)
        return 0;
    struct gather g = { r, m2_xmalloc(r->count * sizeof *g.value), 0 };
    if (each_piece(s, gather_piece, &g, err) < 0) {
        free(g.value);
        return -1;
    }
    assert(g.n == r->count);
    qsort(g.value, g.n, sizeof *g.value, by_value);
    *out = g.value;
    return 0;
}

static void count_all(uint64_t *count, const struct m2_spool *s)
{
    if (s->histogram)
        memcpy(count, s->histogram, BUCKETS * sizeof *count);
    for (size_t i = 0; i < s->n; i++)
        count[bucket_of(s->value[i])]++;
}

/* The bucket that holds RANK. */
static struct range find_bucket(const uint64_t *count, uint64_t rank)
{
    uint64_t before = 0;
    unsigned b = 0;
    while (before + count[b] <= rank)
        before += count[b++];
    return (struct range){ (int64_t)bucket_low(b), (int64_t)(bucket_low(b + 1) - 1), before, count[b] };
}

int m2_spool_select(int64_t *out, struct m2_spool *s, const uint64_t *rank, size_t n, struct m2_err *err)
{
    uint64_t *count = m2_xcalloc(BUCKETS, sizeof *count), *parts = m2_xcalloc(BUCKETS, sizeof *parts);
    int64_t *value = NULL;
    struct range r = { 0, 0, 0, 0 };
    int rc = 0;
    count_all(count, s);
    for (size_t i = 0; i < n && rc == 0; i++) {
        if (rank[i] < r.before || rank[i] - r.before >= r.count) { /* else the last range has it too */
            r = find_bucket(count, rank[i]);
            free(value);
            value = NULL;
            rc = narrow(&r, s, rank[i], parts, err);
            if (rc == 0)
                rc = sorted(&value, s, &r, err);
        }
        if (rc == 0)
            out[i] = value ? value[rank[i] - r.before] : r.low;
    }
    free(value);
    free(parts);
    free(count);
    return rc;
}
