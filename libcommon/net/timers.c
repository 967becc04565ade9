#include "net/timers.h"

#include <stdlib.h>

#include "m2/mem.h"

static bool earlier(const struct m2_timer *a, const struct m2_timer *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->seq < b->seq;
}

static void swap(struct m2_timer *a, struct m2_timer *b)
{
    struct m2_timer t = *a;
    *a = *b;
    *b = t;
}

void m2_timers_add(struct m2_timers *t, int64_t due_ms, m2_net_timer *fire, void *user)
{
    if (t->len == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 16;
        t->heap = m2_xrealloc(t->heap, t->cap * sizeof *t->heap);
    }
    size_t i = t->len++;
    t->heap[i] = (struct m2_timer){ due_ms, t->next_seq++, fire, user };
    for (; i > 0 && earlier(&t->heap[i], &t->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&t->heap[i], &t->heap[(i - 1) / 2]);
}

bool m2_timers_pop(struct m2_timers *t, struct m2_timer *out)
{
    if (!t->len)
        return false;
    *out = t->heap[0];
    t->heap[0] = t->heap[--t->len];
    for (size_t i = 0;;) {
        size_t least = i, left = 2 * i + 1;
        for (size_t child = left; child <= left + 1 && child < t->len; child++)
            if (earlier(&t->heap[child], &t->heap[least]))
                least = child;
        if (least == i)
            return true;
        swap(&t->heap[i], &t->heap[least]);
        i = least;
    }
}

const struct m2_timer *m2_timers_first(const struct m2_timers *t)
{
    return t->len ? &t->heap[0] : NULL;
}

bool m2_timers_run(struct m2_timers *t, int64_t now_ms)
{
    uint64_t set_before = t->next_seq;
    bool any = false;
    struct m2_timer due;
    while (t->len && t->heap[0].due_ms <= now_ms && t->heap[0].seq < set_before && m2_timers_pop(t, &due)) {
        due.fire(due.user);
        any = true;
    }
    return any;
}

void m2_timers_free(struct m2_timers *t)
{
    free(t->heap);
    *t = (struct m2_timers){ 0 };
}
