/*
 * cost/quantile.h — exact quantiles of any number of whole numbers in bounded memory (m2/summary.h tells
 * how).
 */
#ifndef M2_COST_QUANTILE_H
#define M2_COST_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/sys.h"

#define M2_SPOOL_VALUES ((size_t)3 << 20) /* held in memory before the file is begun: 24 MiB */

struct m2_spool;
/** At most MOST values are held in memory. SYS: TMPDIR. */
struct m2_spool *m2_spool_new(const struct m2_sys *sys, size_t most);
void m2_spool_free(struct m2_spool *s);
/** VALUES are not negative. Errors: M2_EIO. */
int m2_spool_add(struct m2_spool *s, const int64_t *values, size_t n, struct m2_err *err) M2_MUST_USE;
/** All of FROM into S; FROM is empty afterwards. Errors: M2_EIO. */
int m2_spool_merge(struct m2_spool *s, struct m2_spool *from, struct m2_err *err) M2_MUST_USE;
uint64_t m2_spool_count(const struct m2_spool *s);
/** The values of RANK[0..N), 0-based, below the count. Errors: M2_EIO. */
int m2_spool_select(int64_t *out, struct m2_spool *s, const uint64_t *rank, size_t n,
                    struct m2_err *err) M2_MUST_USE;

#endif
