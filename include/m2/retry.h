/*
 * m2/retry.h — whether to try again, and when (pure).
 *
 * Model:     AWS SDK standard mode (2026 revision): 3 attempts, exponential delay with full jitter, a token bucket of 500 over the
 *            whole run. The caller keeps throttled services waiting as a whole (m2/aws.h does).
 * Source:    SDK reference "Retry behavior"; botocore retries/standard.py for the code lists.
 */
#ifndef M2_RETRY_H
#define M2_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/err.h"

enum m2_retry_class { M2_RETRY_NOT, M2_RETRY_TRANSIENT, M2_RETRY_THROTTLE };

/** Class of an answer: HTTP status (0 when none came), AWS error code (may be NULL), transport error. */
enum m2_retry_class m2_retry_classify(int http_status, const char *code, enum m2_errc transport);

struct m2_retry_budget {
    int tokens; /* start at M2_RETRY_TOKENS */
};
#define M2_RETRY_TOKENS 500

struct m2_retry_state {
    int attempt; /* 1 for the first */
    int held;    /* tokens the last retry took */
};

/**
 * Decide after a failed attempt. RANDOM01 in [0,1). HINT_MS: x-amz-retry-after, or -1.
 * Returns the delay in ms, or -1 to give up. Takes tokens from BUDGET and counts the attempt.
 */
int64_t m2_retry_next(struct m2_retry_state *s, struct m2_retry_budget *budget, enum m2_retry_class cls,
                      int max_attempts, double random01, int64_t hint_ms);
/** Give back what a success refunds. */
void m2_retry_success(struct m2_retry_state *s, struct m2_retry_budget *budget);

#endif
