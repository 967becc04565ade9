/* torture_register: every exchange of m2-register breaks in every way, then it is run again; see
 * ../README.md. */
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "brainnet.h"
#include "m2-register/register.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/time.h"

#define ALWAYS UINT64_MAX
#define MAX_STEPS 200000

enum story { FROM_NOTHING, UPDATE, REMOVE, STORIES };
static const char *const stories[STORIES] = { "register", "update", "unregister" };

/* Does the server have its fault with the role, and does a unit that is there have the role? */
enum role { ROLE_TAKEN, ROLE_FAULT, ROLE_FAULT_KEPT, ROLES };

struct ordeal {
    enum story story;
    enum brain_style style;
    enum role role;
    enum m2_fault fault;
    uint64_t at, times;
    enum brain_trick trick;
    int trick_at;
};

struct torture {
    struct m2_arena *arena;
    const struct m2_value *recording;
    const char *endpoint;
    int64_t recorded_ms;
    char dir[PATH_MAX];     /* of its own, absolute: the journal's */
    struct m2_value *right; /* the unit as it should be registered */
    size_t runs, wrong;
};

struct outcome {
    int rc;
    enum m2_exit status;
    struct m2_err err;
    struct m2_buf out;
    uint64_t exchanges;
};

/* ---- the system ---- */

struct world {
    const struct torture *t;
    uint64_t random;
    size_t asked;
    int64_t passed_ms;
};

static int64_t sys_now(void *ctx)
{
    return ((const struct world *)ctx)->t->recorded_ms;
}

static int64_t sys_mono(void *ctx)
{
    struct world *w = ctx;
    return 1000000 + (w->passed_ms += 20); /* who looks at the clock sees it move */
}

static const char *sys_env(void *ctx, const char *name)
{
    const struct world *w = ctx;
    const char *const rows[][2] = {
        { "AWS_ENDPOINT_URL", w->t->endpoint },  { "AWS_ACCESS_KEY_ID", "testing" },
        { "AWS_SECRET_ACCESS_KEY", "testing" },  { "AWS_REGION", "us-east-1" },
        { "AWS_EC2_METADATA_DISABLED", "true" }, { "HOME", "/nonexistent" },
        { "XDG_STATE_HOME", w->t->dir },         { "CLOUDMR_API_URL", BRAIN_URL },
        { "CLOUDMR_EMAIL", "lab@example.org" },  { "CLOUDMR_PASSWORD", "HUSHpassword" }
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i][0], name) == 0)
            return rows[i][1];
    return NULL;
}

static void sys_random(void *ctx, void *out, size_t n)
{
    struct world *w = ctx;
    for (size_t i = 0; i < n; i++) {
        w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)out)[i] = (unsigned char)(w->random >> 56);
    }
}

static bool sys_cancelled(void *ctx)
{
    struct world *w = ctx;
    if (++w->asked > MAX_STEPS) {
        (void)fputs("torture: the run does not end\n", stderr);
        exit(1);
    }
    return false;
}

/* ---- one run ---- */

static void run(struct outcome *o, const struct torture *t, struct brainnet *b, const struct ordeal *ordeal)
{
    static uint64_t seed = 1;
    struct world w = { .t = t, .random = seed++ };
    const struct m2_sys sys = { &w, sys_now, sys_mono, sys_env, sys_random, sys_cancelled };
    struct m2_net *replay = NULL;
    *o = (struct outcome){ .status = M2_EXIT_BUG };
    m2_buf_init(&o->out, (size_t)16 << 20);
    if (m2_net_replay(&replay, t->recording, &sys, &o->err) < 0) {
        (void)fprintf(stderr, "torture: %s\n", o->err.msg);
        exit(2);
    }
    struct m2_net *net = m2_net_faulty(brainnet_over(b, replay), ordeal->fault, ordeal->at, ordeal->times);
    const struct register_args args = {
        .common = { .format = "json", .color = "never", .quiet = true },
        .unregister = ordeal->story == REMOVE ? "cu-0001" : NULL,
        .confirm = "cu-0001",
    };
    struct register_args given = args;
    if (ordeal->story != REMOVE)
        given.confirm = NULL;
    const struct tool_world world = { &sys, net, { .width = 80 } };
    struct m2_arena *a = m2_arena_new();
    o->rc = register_run(&o->out, &o->status, a, &given, &world, &o->err);
    if (o->rc < 0)
        o->status = m2_errc_row(o->err.code)->exit_status;
    o->exchanges = m2_net_started(net);
    m2_arena_free(a);
    m2_net_free(net);
}

static void forget_journal(const struct torture *t)
{
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/mode2-toolkit", t->dir);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));)
        (void)unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        (void)closedir(d);
    (void)rmdir(path);
}

/* Brain as the story finds it. */
static void begin(struct brainnet *b, struct m2_arena *a, const struct torture *t,
                  const struct ordeal *ordeal)
{
    brainnet_init(b, a, m2_v_array(a));
    b->style = ordeal->style;
    b->role_fault = ordeal->role != ROLE_TAKEN;
    b->trick = ordeal->trick;
    b->trick_at = ordeal->trick_at;
    forget_journal(t);
    if (ordeal->story == FROM_NOTHING || !t->right)
        return;
    struct m2_value *unit = m2_v_copy(a, t->right);
    m2_v_set_str(a, unit, "computingUnitId", "cu-0001");
    if (ordeal->story == UPDATE) {
        m2_v_set_str(a, unit, "resultsBucket", "an-old-bucket");
        if (ordeal->role == ROLE_FAULT) {
            m2_v_set(a, unit, "crossAccountRoleArn", NULL);
            m2_v_set(a, unit, "externalId", NULL);
        }
    }
    m2_v_push(a, b->units, unit);
    b->next_id = 1;
}

static void wrong(struct torture *t, const struct ordeal *o, const struct brainnet *b,
                  const struct outcome *run, const char *what)
{
    if (++t->wrong > 20) /* the first ones tell */
        return;
    (void)fprintf(stderr,
                  "torture: %s, %s%s, fault %d at %llu%s, trick %d at %d: %s\n  status %d, %s\n  units %s\n",
                  stories[o->story], o->style == BRAIN_UPSERTS ? "upsert" : "append",
                  o->role == ROLE_TAKEN   ? ""
                  : o->role == ROLE_FAULT ? ", role fault"
                                          : ", role fault and the unit has it",
                  (int)o->fault, (unsigned long long)o->at, o->times == ALWAYS ? " and on" : "",
                  (int)o->trick, o->trick_at, what, (int)run->status,
                  *run->err.msg ? run->err.msg : run->out.data, m2_json_text(t->arena, b->units));
}

static bool is_right(const struct torture *t, const struct m2_value *unit, bool without_role)
{
    for (size_t i = 0; i < t->right->u.object.len; i++) {
        const char *key = t->right->u.object.at[i].key;
        bool role = m2_str_eq(key, "crossAccountRoleArn") || m2_str_eq(key, "externalId");
        if (!(role && without_role) && !m2_v_equal(m2_v_get(unit, key), t->right->u.object.at[i].value))
            return false;
    }
    return true;
}

/* The unit whose update would cost it its role is as it was, whatever broke. */
static bool is_kept(const struct torture *t, const struct brainnet *b)
{
    const struct m2_value *unit = m2_v_at(b->units, 0);
    return m2_v_len(b->units) == 1 && m2_str_eq(m2_v_str(unit, "computingUnitId"), "cu-0001") &&
           m2_str_eq(m2_v_str(unit, "resultsBucket"), "an-old-bucket") &&
           m2_v_equal(m2_v_get(unit, "crossAccountRoleArn"), m2_v_get(t->right, "crossAccountRoleArn"));
}

static size_t surplus_said(const struct torture *t, const struct outcome *o)
{
    struct m2_value *v = NULL;
    struct m2_arena *a = m2_arena_new();
    size_t n = 0;
    (void)t;
    if (o->rc == 0 && m2_json_parse(&v, a, (struct m2_bytes){ o->out.data, o->out.len }, "out", NULL) == 0)
        n = m2_v_len(m2_v_get(v, "duplicates"));
    m2_arena_free(a);
    return n;
}

/* After any run: no success that is none, no second unit without a word. */
static void judge_run(struct torture *t, const struct ordeal *o, const struct brainnet *b,
                      const struct outcome *r)
{
    size_t n = m2_v_len(b->units);
    bool failed = r->rc < 0;
    t->runs++;
    if (r->status != M2_EXIT_OK && r->status != M2_EXIT_FOUND && r->status != M2_EXIT_CANNOT)
        wrong(t, o, b, r, "not an exit status of a broken network");
    if (failed && (!*r->err.msg || strchr(r->err.msg, '\n') || r->out.len))
        wrong(t, o, b, r, "not one sentence");
    if (strstr(r->out.data, "HUSH") || strstr(r->err.msg, "HUSH") || strstr(r->err.msg, "token-of-torture"))
        wrong(t, o, b, r, "a secret was told");
    if (o->story == REMOVE && r->status == M2_EXIT_OK && n)
        wrong(t, o, b, r, "removed, and it is there");
    if (o->story != REMOVE && r->status == M2_EXIT_OK &&
        (n != 1 || b->late || !is_right(t, m2_v_at(b->units, 0), false)) && o->trick != BRAIN_LATE)
        wrong(t, o, b, r, "registered, and it is not");
    if (o->story != REMOVE && !failed && n > 1 && surplus_said(t, r) != n - 1)
        wrong(t, o, b, r, "two units and no word of it");
    if (o->story == UPDATE && o->role == ROLE_FAULT_KEPT && !is_kept(t, b))
        wrong(t, o, b, r, "the unit lost its role");
}

/* Run again without faults: the end is the same as if nothing had happened. */
static void judge_end(struct torture *t, const struct ordeal *o, const struct brainnet *b,
                      const struct outcome *r)
{
    size_t n = m2_v_len(b->units);
    enum m2_exit expected = o->role != ROLE_TAKEN && o->story != REMOVE ? M2_EXIT_FOUND : M2_EXIT_OK;
    if (o->story == UPDATE && o->role == ROLE_FAULT_KEPT) {
        if (!is_kept(t, b) || r->status != expected || strstr(r->out.data, "--unregister"))
            wrong(t, o, b, r, "run again: the unit is not as it was");
        return;
    }
    if (o->story == REMOVE) {
        if (n || r->status != M2_EXIT_OK)
            wrong(t, o, b, r, "run again: not removed");
        return;
    }
    if (o->trick == BRAIN_LATE && n == 2 && r->status == M2_EXIT_FOUND && surplus_said(t, r) == 1)
        return; /* the server acted when nobody waited any more: told, with the one to remove */
    if (n != 1 || !is_right(t, m2_v_at(b->units, 0), o->role != ROLE_TAKEN) || r->status != expected)
        wrong(t, o, b, r, "run again: not one right unit");
}

static uint64_t one(struct torture *t, const struct ordeal *o)
{
    struct m2_arena *a = m2_arena_new();
    struct brainnet b;
    struct outcome r;
    begin(&b, a, t, o);
    run(&r, t, &b, o);
    uint64_t exchanges = r.exchanges;
    judge_run(t, o, &b, &r);
    m2_buf_free(&r.out);
    struct ordeal calm = *o;
    calm.fault = M2_FAULT_NONE;
    b.trick = BRAIN_HONEST;
    run(&r, t, &b, &calm);
    judge_end(t, o, &b, &r);
    m2_buf_free(&r.out);
    m2_arena_free(a);
    return exchanges;
}

static void every_fault(struct torture *t, struct ordeal base)
{
    uint64_t n = one(t, &base);
    for (uint64_t at = 1; at <= n + 2; at++)
        for (enum m2_fault f = M2_FAULT_REFUSED; f < M2_FAULT_COUNT; f++)
            for (int times = 0; times < 4; times++) {
                static const uint64_t counts[] = { 1, 3, 7, ALWAYS };
                struct ordeal o = base;
                o.fault = f;
                o.at = at;
                o.times = counts[times];
                (void)one(t, &o);
            }
    for (enum brain_trick trick = BRAIN_ACTS_500; trick < BRAIN_TRICKS; trick++)
        for (int at = 1; at <= 4; at++) {
            struct ordeal o = base;
            o.trick = trick;
            o.trick_at = at;
            (void)one(t, &o);
        }
}

/* The unit as an undisturbed run registers it. */
static int settle(struct torture *t)
{
    struct brainnet b;
    struct outcome r;
    const struct ordeal calm = { .story = FROM_NOTHING };
    begin(&b, t->arena, t, &calm);
    run(&r, t, &b, &calm);
    bool good = r.rc == 0 && r.status == M2_EXIT_OK && m2_v_len(b.units) == 1;
    if (!good)
        (void)fprintf(stderr, "torture: the undisturbed run: %s %s\n", r.err.msg, r.out.data);
    m2_buf_free(&r.out);
    if (!good)
        return -1;
    t->right = m2_v_at(b.units, 0);
    m2_v_set(t->arena, t->right, "computingUnitId", NULL);
    return 0;
}

int main(int argc, char **argv)
{
    struct m2_err err = { 0 };
    struct torture t = { .arena = m2_arena_new() };
    struct m2_value *recording = NULL;
    /* Not on a disk: every run syncs its journal several times. */
    char made[] = "/dev/shm/torture-register.XXXXXX";
    if (argc != 3 || m2_json_read_file(&recording, t.arena, argv[2], &err) < 0 || !mkdtemp(made) ||
        !realpath(made, t.dir)) {
        (void)fprintf(stderr, "usage: torture_register STORY RECORDING\n%s\n", err.msg);
        return 2;
    }
    t.recording = recording;
    t.endpoint = m2_v_str(recording, "endpoint");
    (void)m2_time_parse(&t.recorded_ms, m2_str_or(m2_v_str(recording, "recorded_at"), ""));
    int status = settle(&t) < 0;
    for (enum story s = FROM_NOTHING; s < STORIES && !status; s++)
        for (int style = 0; style < 2 && strcmp(argv[1], stories[s]) == 0; style++)
            for (int role = 0; role < (s == UPDATE ? ROLES : ROLE_FAULT_KEPT); role++)
                every_fault(&t, (struct ordeal){
                                    .story = s, .style = (enum brain_style)style, .role = (enum role)role });
    forget_journal(&t);
    (void)rmdir(t.dir);
    (void)printf("%s: %zu runs, %zu wrong\n", argv[1], t.runs, t.wrong);
    m2_arena_free(t.arena);
    return status || t.wrong || !t.runs;
}
