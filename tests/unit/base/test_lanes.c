#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdint.h>

#include "m2/lanes.h"

#define PIECES 2000

struct world {
    int next, given, fail_take, fail_work, fail_give;
    atomic_int inside;
    uint64_t order; /* hash of what give saw */
};

struct lane {
    int piece;
    uint64_t result;
};

static int take(void *user, void *lane, struct m2_err *err)
{
    struct world *w = user;
    cr_assert_eq(atomic_fetch_add(&w->inside, 1), 0, "two lanes take at once");
    struct lane *l = lane;
    l->piece = w->next++;
    atomic_fetch_sub(&w->inside, 1);
    if (l->piece == w->fail_take)
        return m2_fail(err, M2_EIO, "take %d", l->piece);
    return l->piece < PIECES;
}

static int work(void *user, void *lane, struct m2_err *err)
{
    struct world *w = user;
    struct lane *l = lane;
    l->result = 0;
    for (int i = 0; i < (l->piece * 37) % 500; i++)
        l->result = l->result * 31 + (uint64_t)(l->piece ^ i);
    return w->fail_work && l->piece >= w->fail_work ? m2_fail(err, M2_EINPUT, "work %d", l->piece) : 0;
}

static int give(void *user, void *lane, struct m2_err *err)
{
    struct world *w = user;
    struct lane *l = lane;
    cr_assert_eq(l->piece, w->given++, "out of order");
    w->order = w->order * 1000003 + l->result;
    return l->piece == w->fail_give ? m2_fail(err, M2_ELIMIT, "give %d", l->piece) : 0;
}

static int run(struct world *w, size_t n, struct m2_err *err)
{
    struct lane lane[M2_LANES_MAX];
    void *at[M2_LANES_MAX];
    for (size_t i = 0; i < n; i++)
        at[i] = &lane[i];
    const struct m2_lanes lanes = { n, at, w, take, work, give };
    return m2_lanes_run(&lanes, err);
}

static const size_t counts[] = { 1, 2, 3, 7, M2_LANES_MAX };
#define COUNTS (sizeof counts / sizeof counts[0])

Test(lanes, give_sees_the_stream_in_order_whatever_their_number)
{
    uint64_t first = 0;
    for (size_t i = 0; i < COUNTS; i++) {
        struct world w = { .fail_take = -1, .fail_give = -1 };
        struct m2_err err = { 0 };
        cr_assert_eq(run(&w, counts[i], &err), 0, "%s", err.msg);
        cr_assert_eq(w.given, PIECES);
        first = i ? first : w.order;
        cr_expect(w.order == first, "%zu lanes", counts[i]);
    }
}

/* Every piece from 700 on fails: the one that is told is always the first of them. */
Test(lanes, the_first_failure_of_the_stream_is_told)
{
    static const struct {
        struct world world;
        const char *told;
        int given;
    } cases[] = {
        { { .fail_take = -1, .fail_work = 700, .fail_give = -1 }, "work 700", 700 },
        { { .fail_take = 5, .fail_work = 0, .fail_give = -1 }, "take 5", 5 },
        { { .fail_take = 0, .fail_work = 0, .fail_give = -1 }, "take 0", 0 },
        { { .fail_take = -1, .fail_work = 0, .fail_give = 9 }, "give 9", 10 },
        { { .fail_take = 20, .fail_work = 19, .fail_give = 18 }, "give 18", 19 },
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
        for (size_t i = 0; i < COUNTS; i++) {
            struct world w = cases[c].world;
            struct m2_err err = { 0 };
            cr_assert_eq(run(&w, counts[i], &err), -1);
            cr_expect_str_eq(err.msg, cases[c].told, "%zu lanes: %s", counts[i], err.msg);
            cr_expect_eq(w.given, cases[c].given);
        }
}

Test(lanes, some_processor_can_be_used)
{
    cr_assert(m2_lanes_usable() >= 1 && m2_lanes_usable() <= M2_LANES_MAX);
}
