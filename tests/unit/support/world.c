#include "world.h"

#include <stdio.h>
#include <string.h>

#include "m2/json.h"

static int64_t now(void *ctx)
{
    return ((const struct world *)ctx)->now;
}

static int64_t wall(void *ctx)
{
    return 1790000000000 + ((const struct world *)ctx)->now;
}

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void no_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
}

static bool is_cancelled(void *ctx)
{
    return ((const struct world *)ctx)->cancelled;
}

static void answer(struct world *w, size_t i)
{
    struct m2_aws_answer ans = { .attempts = 1 };
    const struct world_rule *rule = w->waiting[i].rule;
    if (w->broken) {
        ans = (struct m2_aws_answer){ .status = M2_AWS_ERROR, .code = "Broken", .message = "nobody there" };
        (void)m2_fail(&ans.err, w->broken, "nobody there");
    } else if (rule && rule->output) {
        struct m2_err err = { 0 };
        if (m2_json_parse(&ans.output, w->waiting[i].a, m2_bytes_of(rule->output), rule->call, &err) < 0)
            (void)fprintf(stderr, "%s\n", err.msg);
        if (ans.output && w->waiting[i].keep)
            ans.output = w->waiting[i].keep(w->waiting[i].a, ans.output);
        ans.http_status = 200;
    } else {
        ans = (struct m2_aws_answer){ .status = M2_AWS_ERROR,
                                      .code = rule ? rule->code : "AccessDenied",
                                      .message = rule ? rule->message : "no rule",
                                      .http_status = 400 };
        (void)m2_fail(&ans.err, M2_EDENIED, "%s", ans.code);
    }
    w->waiting[i].answered = true;
    w->waiting[i].done(w->waiting[i].user, &ans);
}

/* Moves the clock to the next answer, at most MAX_WAIT_MS on. */
static bool step(struct m2_net *n, int max_wait_ms)
{
    struct world *w = (struct world *)((char *)n - offsetof(struct world, net));
    size_t next = w->n;
    for (size_t i = 0; i < w->n; i++)
        if (!w->waiting[i].answered && (next == w->n || w->waiting[i].due < w->waiting[next].due))
            next = i;
    if (next == w->n)
        return false;
    if (w->waiting[next].due > w->now + max_wait_ms) {
        w->now += max_wait_ms;
        return true;
    }
    if (w->waiting[next].due > w->now)
        w->now = w->waiting[next].due;
    answer(w, next);
    return true;
}

static void start(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user)
{
    struct world *w = ctx;
    char name[128];
    const char *input = m2_json_text(a, call->input);
    (void)snprintf(name, sizeof name, "%s %s", call->service, call->operation);
    if (w->n == sizeof w->waiting / sizeof *w->waiting)
        return;
    size_t i = w->n++;
    (void)snprintf(w->started[i], sizeof w->started[i], "%s %s %s", name, m2_str_or(call->region, "-"),
                   input);
    w->waiting[i].due = w->now + (w->latency ? w->latency(w, call, i) : 80);
    w->waiting[i].done = done;
    w->waiting[i].user = user;
    w->waiting[i].keep = call->keep;
    w->waiting[i].a = a;
    for (const struct world_rule *r = w->rules; r && r->call && !w->waiting[i].rule; r++)
        if (strcmp(r->call, name) == 0 && (!r->about || strstr(input, r->about)))
            w->waiting[i].rule = r;
}

void world_init(struct world *w, const struct world_rule *rules)
{
    static const struct m2_net_ops ops = { .step = step };
    memset(w, 0, sizeof *w);
    w->sys = (struct m2_sys){ w, wall, now, no_env, no_random, is_cancelled };
    w->net.ops = &ops;
    w->rules = rules;
    w->now = 1000;
}

int world_collect(struct world *w, struct m2_snapshot *out, struct m2_arena *a,
                  struct m2_collect_options *opt, bool *timed_out, struct m2_err *err)
{
    static struct m2_collect_seam seam;
    seam = (struct m2_collect_seam){ .start = start, .ctx = w, .region = "us-east-1" };
    opt->sys = &w->sys;
    opt->net = &w->net;
    return m2_collect_with(out, a, opt, &seam, timed_out, err);
}

size_t world_started(const struct world *w, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < w->n; i++)
        count += strncmp(w->started[i], text, strlen(text)) == 0;
    return count;
}
