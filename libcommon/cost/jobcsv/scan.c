#include <stdlib.h>

#include "cost/jobcsv/parts.h"
#include "m2/mem.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define STEP 64

/* Which of 64 bytes are what. */
struct masks {
    uint64_t comma, lf, cr, nul;
};

#ifdef __SSE2__
static uint64_t equal(const __m128i v[4], char c)
{
    const __m128i want = _mm_set1_epi8(c);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++)
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], want)) << (16 * i);
    return mask;
}

static struct masks look(const char *p)
{
    __m128i v[4];
    for (int i = 0; i < 4; i++)
        v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    return (struct masks){ equal(v, ','), equal(v, '\n'), equal(v, '\r'), equal(v, '\0') };
}
#else
static struct masks look(const char *p)
{
    struct masks m = { 0, 0, 0, 0 };
    for (int i = 0; i < STEP; i++) {
        m.comma |= (uint64_t)(p[i] == ',') << i;
        m.lf |= (uint64_t)(p[i] == '\n') << i;
        m.cr |= (uint64_t)(p[i] == '\r') << i;
        m.nul |= (uint64_t)(p[i] == '\0') << i;
    }
    return m;
}
#endif

void m2_scan_init(struct m2_scan *s)
{
    const size_t most = M2_JOBCSV_RECORD + M2_BLOCK_SLACK; /* pages that are not needed are never touched */
    s->mark = m2_xmalloc(most * sizeof *s->mark);
    s->row = m2_xmalloc(most * sizeof *s->row);
}

void m2_scan_free(struct m2_scan *s)
{
    free(s->mark);
    free(s->row);
}

bool m2_scan_block(struct m2_scan *s, const char *p, size_t n)
{
    uint32_t *mark = s->mark, *row = s->row;
    bool after_cr = false;
    for (size_t at = 0; at < n; at += STEP) {
        struct masks m = look(p + at);
        uint64_t inside = n - at >= STEP ? ~UINT64_C(0) : (UINT64_C(1) << (n - at)) - 1;
        uint64_t lf = m.lf & inside, ends = (m.comma | m.lf) & inside;
        /* A newline must follow each CR. */
        if ((m.nul & inside) || ((m.cr << 1 | after_cr) & ~m.lf & inside))
            return false;
        after_cr = m.cr >> 63;
        for (; lf; lf &= lf - 1)
            *row++ = (uint32_t)(mark - s->mark) + (uint32_t)__builtin_popcountll(ends & ((lf & -lf) - 1));
        for (; ends; ends &= ends - 1)
            *mark++ = (uint32_t)at + (uint32_t)__builtin_ctzll(ends);
    }
    s->rows = (size_t)(row - s->row);
    return true;
}
