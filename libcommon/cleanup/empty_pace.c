#include "cleanup/empty_pace.h"

#include <math.h>

#define FIRST_WINDOW 4.0
#define FLAT_MS 5000.0   /* from a cut until the cubic is at its peak */
#define SURE_MS 1000     /* a rate measured over less is a guess */
#define FLAT_REQUESTS 16 /* and not before so many have been tried */
#define SPELL_MS 2000
#define GUESSED_DEPTH 0.5
#define MEASURED_DEPTH 0.1
#define SLOWEST 50.0  /* keys/s: a full request in 20 s */
#define PAUSE_MS 50.0 /* after a second refusal in a row, at most twice this; doubled for each further */
#define LONGEST_PAUSE_MS 20000.0
#define LATE_MS 50.0 /* a slot missed by so little is made up for */

void m2_pace_start(struct m2_pace *p, unsigned max_in_flight, int64_t now_ms)
{
    *p = (struct m2_pace){ .max = max_in_flight,
                           .ceiling = max_in_flight,
                           .cut_ms = now_ms,
                           .spell_ms = now_ms,
                           .passed_ms = now_ms };
    p->window = fmin(FIRST_WINDOW, p->max);
}

double m2_pace_limit(const struct m2_pace *p, int64_t now_ms)
{
    if (p->peak <= 0)
        return INFINITY;
    double x = (double)(now_ms - p->cut_ms) / p->flat_ms - 1;
    return p->peak * (1 + p->depth * x * x * x);
}

int64_t m2_pace_wait(const struct m2_pace *p, unsigned in_flight, int64_t now_ms)
{
    if (in_flight >= (unsigned)p->window)
        return -1;
    return p->next_ms > (double)now_ms ? (int64_t)ceil(p->next_ms - (double)now_ms) : 0;
}

void m2_pace_sent(struct m2_pace *p, uint64_t keys, int64_t now_ms)
{
    if (p->peak > 0)
        p->next_ms =
            fmax(p->next_ms, (double)now_ms - LATE_MS) + (double)keys * 1000 / m2_pace_limit(p, now_ms);
}

void m2_pace_passed(struct m2_pace *p, uint64_t keys, int64_t sent_ms, int64_t now_ms)
{
    p->passed_ms = now_ms;
    if (sent_ms < p->cut_ms)
        return;
    p->cuts = 0;

    if (sent_ms - p->spell_ms >= SPELL_MS) {
        p->passed_earlier = p->passed;
        p->earlier_ms = sent_ms - p->spell_ms;
        p->passed = 0;
        p->spell_ms = sent_ms;
    }
    p->passed += keys;
    p->window = fmin(p->max, p->window + (p->window < p->ceiling ? 1 : 1 / p->window));
}

void m2_pace_refused(struct m2_pace *p, uint64_t keys, int64_t sent_ms, int64_t now_ms, double random01)
{
    p->refused_ms = now_ms;
    if (sent_ms < p->cut_ms)
        return;
    /* What passed lately is what S3 allows, give or take the one request that was too many. The
     * spell is of when requests left: answers to the first ones take a while. */
    int64_t span = sent_ms - p->spell_ms + p->earlier_ms;
    double rate = fmin(m2_pace_limit(p, now_ms),
                       (double)(p->passed + p->passed_earlier + keys) * 1000 / fmax(1, (double)span));
    p->depth = span < SURE_MS ? GUESSED_DEPTH : MEASURED_DEPTH;
    p->peak = fmax(rate, SLOWEST);
    p->flat_ms = fmax(FLAT_MS, FLAT_REQUESTS * (double)keys * 1000 / p->peak);
    p->ceiling = p->window = fmax(1, floor(p->window * (1 - p->depth)));
    p->cut_ms = now_ms + 1; /* what left within this millisecond belongs to the time before */
    p->spell_ms = p->cut_ms;
    p->earlier_ms = 0;
    p->passed = p->passed_earlier = 0;
    /* The one that was too many goes again a request's time later, not sooner. */
    double pause = p->cuts ? fmin(LONGEST_PAUSE_MS, PAUSE_MS * ldexp(1, (int)fmin(p->cuts, 16))) : 0;
    p->next_ms = (double)now_ms +
                 fmin(LONGEST_PAUSE_MS, (double)keys * 1000 / m2_pace_limit(p, now_ms) + random01 * pause);
    p->cuts++;
}
