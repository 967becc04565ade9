/* A made-up account behind the collector's seam: canned answers, each so many milliseconds later on a clock
 * of its own. */
#ifndef M2_TEST_WORLD_H
#define M2_TEST_WORLD_H

#include "snapshot/collect.h"

struct world_rule {
    const char *call;   /* "ec2 DescribeSubnets" */
    const char *about;  /* text that the input must hold, or NULL */
    const char *output; /* JSON, or NULL when it is refused */
    const char *code, *message;
};

struct world {
    struct m2_sys sys;
    struct m2_net net;
    const struct world_rule *rules; /* ended by a NULL call; the first that fits answers, else AccessDenied */
    int64_t (*latency)(const struct world *w, const struct m2_aws_call *call,
                       size_t number); /* NULL: 80 ms */
    enum m2_errc broken;               /* every call fails with this */
    int64_t now;
    struct {
        int64_t due;
        const struct world_rule *rule;
        m2_aws_done *done;
        void *user;
        struct m2_arena *a;
        struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *page);
        bool answered;
    } waiting[512];
    char started[512][400]; /* "service operation region input" */
    size_t n;
    bool cancelled;
};

void world_init(struct world *w, const struct world_rule *rules);
/** Collect with W; 0 or -1 as m2_collect. */
int world_collect(struct world *w, struct m2_snapshot *out, struct m2_arena *a,
                  struct m2_collect_options *opt, bool *timed_out, struct m2_err *err);
/** How often a call that begins with TEXT was started. */
size_t world_started(const struct world *w, const char *text);

#endif
