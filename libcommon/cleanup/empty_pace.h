/*
 * cleanup/empty_pace.h — how fast to delete (pure: the time and the random number are arguments).
 *
 * Model:     two limits. `window` requests in flight: doubled each round trip at first, halved when S3
 * refuses (a tenth less once it is known how much S3 lets pass), one more each round trip after that. And,
 * once S3 has refused, keys per second: a cubic that starts a little below the rate S3 let pass, stays long
 * near it and then looks for more. A window alone cannot go below one request of 1,000 keys in flight, which
 * on a fast link is more than S3's 3,500 keys per second. Source:    RFC 5681 (slow start, halving); RFC 9438
 * (cubic); S3 User Guide, optimizing-performance (3,500 per second and prefix).
 */
#ifndef M2_EMPTY_PACE_H
#define M2_EMPTY_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct m2_pace {
    double max, window, ceiling; /* requests; below the ceiling the window doubles */
    double peak, depth,
        flat_ms;    /* keys/s where the cubic is flat (0: no limit), and by how much it starts below */
    double next_ms; /* nothing is sent before */
    int64_t cut_ms; /* the last cut; what was sent before it tells nothing new */
    int64_t refused_ms, passed_ms;   /* the last refusal (0: none), the last that passed */
    uint64_t passed, passed_earlier; /* keys since then; and in the spell before */
    int64_t spell_ms,
        earlier_ms; /* when this spell began (at the cut, or later); how long the one before was */
    unsigned cuts;  /* in a row */
};

void m2_pace_start(struct m2_pace *p, unsigned max_in_flight, int64_t now_ms);
/** Milliseconds until another request may leave: 0 now; -1 not before an answer. */
int64_t m2_pace_wait(const struct m2_pace *p, unsigned in_flight, int64_t now_ms);
void m2_pace_sent(struct m2_pace *p, uint64_t keys, int64_t now_ms);
/** KEYS of the request sent at SENT_MS are done. */
void m2_pace_passed(struct m2_pace *p, uint64_t keys, int64_t sent_ms, int64_t now_ms);
/** S3 said SlowDown to KEYS of the request sent at SENT_MS. RANDOM01 in [0,1). */
void m2_pace_refused(struct m2_pace *p, uint64_t keys, int64_t sent_ms, int64_t now_ms, double random01);
/** Keys per second allowed now; infinite while S3 never refused. */
double m2_pace_limit(const struct m2_pace *p, int64_t now_ms);

#endif
