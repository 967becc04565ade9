/* One run of m2-doctor in this process: replayed network, virtual clock, faults, interrupts. */
#include <stdlib.h>
#include <string.h>

#include "m2/file.h"
#include "m2/json.h"
#include "m2/time.h"
#include "torture.h"

#define MAX_STEPS 100000
#define MAX_REPORT ((size_t)64 << 20)
#define TIME_LIMIT_MS 60000
#define ANSWER_MS 20

/* The loop nearest to the tool: it moves the clock, and stops the run when the ordeal says so. */
struct clocked {
    struct m2_net base;
    struct m2_net *inner;
    const struct torture *torture;
    const struct ordeal *ordeal;
    struct m2_sys sys;
    struct alarm *alarms;
    int64_t passed_ms;
    uint64_t random;
    uint64_t first_of_sts;
    size_t steps;
    bool cancelled;
};

struct alarm {
    struct alarm *next, **link;
    struct clocked *clock;
    int64_t due_ms;
    m2_net_timer *fire;
    void *user;
};

/* ---- the system ---- */

static int64_t sys_now(void *ctx)
{
    const struct clocked *c = ctx;
    return c->torture->recorded_ms + c->passed_ms;
}

static int64_t sys_mono(void *ctx)
{
    const struct clocked *c = ctx;
    return 1000000 + c->passed_ms;
}

static const char *sys_env(void *ctx, const char *name)
{
    const struct clocked *c = ctx;
    const char *const rows[][2] = {
        { "AWS_ENDPOINT_URL", c->torture->endpoint }, { "AWS_ACCESS_KEY_ID", "testing" },
        { "AWS_SECRET_ACCESS_KEY", "testing" },       { "AWS_REGION", "us-east-1" },
        { "AWS_EC2_METADATA_DISABLED", "true" },      { "HOME", "/nonexistent" }
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return NULL;
}

static void sys_random(void *ctx, void *out, size_t n)
{
    struct clocked *c = ctx;
    for (size_t i = 0; i < n; i++) {
        c->random = c->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)out)[i] = (unsigned char)(c->random >> 56);
    }
}

static bool sys_cancelled(void *ctx)
{
    const struct clocked *c = ctx;
    return c->cancelled;
}

/* ---- the loop ---- */

static struct clocked *clocked_of(struct m2_net *n)
{
    return (struct clocked *)(void *)n;
}

static void clocked_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct clocked *c = clocked_of(n);
    if (n->started == c->ordeal->cancel_at)
        c->cancelled = true;
    if (n->started == c->ordeal->late_at)
        c->passed_ms += TIME_LIMIT_MS;
    if (!c->first_of_sts && m2_str_has_ci(req->body.p, "Action=GetCallerIdentity"))
        c->first_of_sts = n->started;
    m2_net_send(c->inner, req, done, user);
}

static void ring(void *user)
{
    struct alarm *a = user;
    *a->link = a->next;
    if (a->next)
        a->next->link = a->link;
    if (a->clock->passed_ms < a->due_ms)
        a->clock->passed_ms = a->due_ms;
    a->fire(a->user);
    free(a);
}

static void clocked_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    struct clocked *c = clocked_of(n);
    struct alarm *a = m2_xmalloc(sizeof *a);
    *a = (struct alarm){ c->alarms, &c->alarms, c, c->passed_ms + delay_ms, fire, user };
    if (a->next)
        a->next->link = &a->next;
    c->alarms = a;
    m2_net_after(c->inner, delay_ms, ring, a);
}

static bool clocked_step(struct m2_net *n, int max_wait_ms)
{
    struct clocked *c = clocked_of(n);
    c->passed_ms += ANSWER_MS;
    if (++c->steps > MAX_STEPS) {
        (void)fprintf(stderr, "torture: %s at %llu: the run does not end\n", fault_name(c->ordeal->fault),
                      (unsigned long long)c->ordeal->at);
        exit(1);
    }
    return m2_net_step(c->inner, max_wait_ms);
}

static void clocked_free(struct m2_net *n)
{
    struct clocked *c = clocked_of(n);
    m2_net_free(c->inner);
    for (struct alarm *a = c->alarms, *next; a; a = next) {
        next = a->next;
        free(a);
    }
}

static const struct m2_net_ops ops = { clocked_send, clocked_after, clocked_step, clocked_free };

/* ---- the run ---- */

static void finish(struct outcome *o)
{
    if (o->rc < 0 || o->err.code != M2_OK)
        o->status = m2_errc_row(o->err.code)->exit_status;
}

void torture_run(struct outcome *o, const struct torture *t, const struct ordeal *ordeal)
{
    struct clocked clock = { .base = { .ops = &ops }, .torture = t, .ordeal = ordeal, .random = 1 };
    clock.sys = (struct m2_sys){ &clock, sys_now, sys_mono, sys_env, sys_random, sys_cancelled };
    *o = (struct outcome){ .status = M2_EXIT_BUG };
    m2_buf_init(&o->out, MAX_REPORT);
    struct m2_net *replay = NULL;
    if (m2_net_replay(&replay, t->recording, &clock.sys, &o->err) < 0) {
        (void)fprintf(stderr, "torture: %s\n", o->err.msg);
        exit(2);
    }
    clock.inner = m2_net_faulty(replay, ordeal->fault, ordeal->at, ordeal->times);
    const struct doctor_args args = {
        .common = { .format = ordeal->format ? ordeal->format : "json",
                    .color = "never",
                    .quiet = true,
                    .timeout_ms = ordeal->late_at ? TIME_LIMIT_MS : 0 },
        .save_snapshot = ordeal->save_snapshot,
        .since_ms = 7 * INT64_C(86400000),
    };
    const struct tool_world world = { &clock.sys, &clock.base, { .width = 80 } };
    o->rc = doctor_run(&o->out, &o->status, &args, &world, &o->err);
    finish(o);
    o->exchanges = m2_net_started(&clock.base);
    o->first_of_sts = clock.first_of_sts;
    m2_net_free(&clock.base);
}

void outcome_free(struct outcome *o)
{
    m2_buf_free(&o->out);
}

/* ---- recording ---- */

static int write_down(const char *file, struct m2_arena *a, struct m2_value *recording, struct m2_err *err)
{
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, m2_now_ms(m2_sys_real()) / 1000 * 1000);
    m2_v_set_str(a, recording, "recorded_at", iso);
    m2_v_set_str(a, recording, "endpoint", m2_env(m2_sys_real(), "AWS_ENDPOINT_URL"));
    struct m2_buf text;
    m2_buf_init(&text, MAX_REPORT);
    m2_json_write(&text, recording, true);
    m2_buf_addc(&text, '\n');
    int rc = m2_file_write(file, (struct m2_bytes){ text.data, text.len }, 0644, err);
    m2_buf_free(&text);
    return rc;
}

int torture_record(const char *file)
{
    struct m2_err err = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_value *recording = m2_v_object(a);
    struct m2_net *net = NULL;
    const struct m2_net_options options = { .sys = m2_sys_real(), .user_agent = "torture" };
    const struct doctor_args args = { .common = { .format = "text", .color = "never" },
                                      .since_ms = 7 * INT64_C(86400000) };
    struct m2_buf out;
    m2_buf_init(&out, MAX_REPORT);
    enum m2_exit status = M2_EXIT_OK;
    int rc = m2_net_new(&net, &options, &err);
    if (rc == 0) {
        net = m2_net_recorder(net, a, recording);
        const struct tool_world world = { m2_sys_real(), net, { .width = 80 } };
        rc = doctor_run(&out, &status, &args, &world, &err);
        m2_net_free(net);
    }
    if (rc == 0 && err.code == M2_OK)
        rc = write_down(file, a, recording, &err);
    (void)fputs(out.data, stdout);
    m2_buf_free(&out);
    m2_arena_free(a);
    if (err.code != M2_OK)
        return m2_cli_complain("torture_doctor", &err);
    return rc < 0;
}
