#include "snapshot/collect.h"

static void start(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user)
{
    m2_aws_start(ctx, a, call, done, user);
}

static int64_t skew(void *ctx)
{
    return m2_aws_clock_skew_ms(ctx);
}

int m2_collect(struct m2_snapshot *out, struct m2_arena *a, const struct m2_collect_options *opt,
               bool *timed_out, struct m2_err *err)
{
    struct m2_collect_seam *seam = m2_arena_alloc(a, sizeof *seam);
    *seam = (struct m2_collect_seam){ start, opt->aws, m2_aws_region(opt->aws), skew, opt->registry };
    return m2_collect_with(out, a, opt, seam, timed_out, err);
}
