#include <criterion/criterion.h>
#include <math.h>

#include "cleanup/empty_pace.h"

/* A bucket that lets RATE keys/s pass and BURST at once, ANSWER_MS away, and a sender that always has more.
 */
struct line {
    double rate, burst, tokens;
    int64_t answer_ms;
    uint64_t passed, refused, asked;
};

static unsigned seed = 7;

static double random01(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (double)seed / 4294967296.0;
}

/* Virtual milliseconds FROM to UNTIL; requests of KEYS. */
static void drive(struct m2_pace *p, struct line *l, uint64_t keys, int64_t from, int64_t until)
{
    struct {
        int64_t sent, due;
        bool ok;
    } flight[128];
    unsigned n = 0;
    for (int64_t now = from; now < until; now++) {
        l->tokens = fmin(l->burst, l->tokens + l->rate / 1000);
        for (unsigned i = 0; i < n;) {
            if (flight[i].due > now) {
                i++;
                continue;
            }
            if (flight[i].ok)
                m2_pace_passed(p, keys, flight[i].sent, now);
            else
                m2_pace_refused(p, keys, flight[i].sent, now, random01());
            flight[i] = flight[--n];
        }
        while (n < 128 && m2_pace_wait(p, n, now) == 0) {
            bool ok = l->tokens >= (double)keys;
            l->asked++;
            l->passed += ok ? keys : 0;
            l->refused += !ok;
            l->tokens -= ok ? (double)keys : 0;
            m2_pace_sent(p, keys, now);
            flight[n].sent = now;
            flight[n].due = now + l->answer_ms;
            flight[n++].ok = ok;
        }
    }
}

Test(empty_pace, it_uses_what_is_allowed_without_a_storm)
{
    static const struct {
        double rate, burst;
        int64_t answer_ms;
        double least, most; /* used; refused */
    } rows[] = {
        { 3500, 3500, 1, 0.95, 0.08 },      { 3500, 3500, 30, 0.95, 0.08 },   { 3500, 3500, 300, 0.95, 0.08 },
        { 3500, 35000, 50, 0.95, 0.12 },    { 35000, 35000, 30, 0.95, 0.05 }, { 1500, 3000, 1, 0.9, 0.15 },
        { 100000, 100000, 200, 0.9, 0.08 }, { 3500, 1000, 5, 0.85, 0.1 }, /* room for one request: what is not
                                                                  asked for in time is lost */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_pace p;
        struct line l = { .rate = rows[i].rate,
                          .burst = rows[i].burst,
                          .tokens = rows[i].burst,
                          .answer_ms = rows[i].answer_ms };
        m2_pace_start(&p, 64, 1000);
        drive(&p, &l, 1000, 1000, 121000);
        double allowed = rows[i].rate * 120 + rows[i].burst, share = (double)l.passed / allowed;
        double refused = (double)l.refused / (double)l.asked;
        cr_log_info("%zu: %.1f %% used, %.1f %% of %d refused", i, share * 100, refused * 100, (int)l.asked);
        cr_assert(share >= rows[i].least, "row %zu: %.3f", i, share);
        cr_assert(refused <= rows[i].most, "row %zu: %d of %d", i, (int)l.refused, (int)l.asked);
    }
}

Test(empty_pace, what_is_never_refused_grows_to_the_most_in_flight)
{
    struct m2_pace p;
    struct line l = { .rate = 1e9, .burst = 1e9, .tokens = 1e9, .answer_ms = 20 };
    m2_pace_start(&p, 64, 1000);
    drive(&p, &l, 1000, 1000, 2000);
    cr_assert_eq(p.window, 64);
    cr_assert(isinf(m2_pace_limit(&p, 2000)));
    cr_assert(l.passed > 2500000, "%d", (int)l.passed);
    m2_pace_start(&p, 1, 0);
    cr_assert_eq(m2_pace_wait(&p, 0, 0), 0);
    cr_assert_eq(m2_pace_wait(&p, 1, 0), -1);
}

Test(empty_pace, a_refusal_halves_once_for_all_that_was_in_flight)
{
    struct m2_pace p;
    m2_pace_start(&p, 64, 0);
    for (int i = 0; i < 60; i++)
        m2_pace_passed(&p, 1000, 10, 20);
    cr_assert_eq(p.window, 64);
    for (int i = 0; i < 64; i++)
        m2_pace_refused(&p, 1000, 30, 40, 0.5);
    cr_assert_eq(p.window, 32, "%g", p.window);
    cr_assert_eq(p.cuts, 1);
    m2_pace_refused(&p, 1000, 60, 70, 0.5);
    cr_assert_eq(p.window, 16);
    for (int i = 0; i < 16; i++)
        m2_pace_passed(&p, 1000, 80, 90);
    cr_assert(p.window > 16.9 && p.window < 17.1, "one more a round trip: %g", p.window);
    for (int i = 0; i < 200; i++)
        m2_pace_refused(&p, 1000, 1000 + 100 * i, 1050 + 100 * i, 0.999);
    cr_assert_eq(p.window, 1);
    cr_assert(m2_pace_wait(&p, 0, 1050 + 100 * 199) > 15000, "pauses grow");
    cr_assert(m2_pace_wait(&p, 0, 1050 + 100 * 199) <= 20000);
    cr_assert(m2_pace_limit(&p, 1050 + 100 * 199) > 0);
}

Test(empty_pace, more_is_found_when_more_is_allowed_and_less_is_respected)
{
    struct m2_pace p;
    struct line l = { .rate = 3500, .burst = 3500, .tokens = 3500, .answer_ms = 30 };
    m2_pace_start(&p, 64, 1000);
    drive(&p, &l, 1000, 1000, 30000);
    l.rate = l.burst = 20000; /* S3 has split the prefix over more partitions */
    l.passed = 0;
    drive(&p, &l, 1000, 30000, 90000);
    cr_assert((double)l.passed > 0.7 * 20000 * 60, "%d", (int)l.passed);
    l.rate = l.burst = 3500;
    l.passed = l.refused = l.asked = 0;
    drive(&p, &l, 1000, 90000, 150000);
    cr_assert((double)l.passed > 0.9 * 3500 * 60, "%d", (int)l.passed);
    cr_assert(l.refused < l.asked / 5, "%d of %d", (int)l.refused, (int)l.asked);
}
