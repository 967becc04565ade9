/* The ordeals: which faults, where, and what else is asked of the runs. */
#include <dirent.h>
#include <string.h>
#include <unistd.h>

#include "m2/snapshot.h"
#include "torture.h"

static void one(struct torture *t, const struct ordeal *ordeal)
{
    struct outcome o;
    torture_run(&o, t, ordeal);
    torture_judge(t, ordeal, &o);
    outcome_free(&o);
}

/* Every seventh run writes text: the renderer meets the same findings. */
static void every_fault(struct torture *t, uint64_t times)
{
    for (uint64_t at = 1; at <= t->exchanges; at++)
        for (enum m2_fault f = M2_FAULT_REFUSED; f < M2_FAULT_COUNT; f++)
            one(t, &(struct ordeal){
                       .fault = f, .at = at, .times = times, .format = (at + f) % 7 ? "json" : "text" });
}

static void mode_once(struct torture *t)
{
    every_fault(t, 1);
}

static void mode_lasting(struct torture *t)
{
    every_fault(t, ALWAYS);
}

/* ---- interrupts, deadlines ---- */

static void interrupt(struct torture *t, uint64_t at, const char *path)
{
    const struct ordeal ordeal = { .cancel_at = at, .save_snapshot = path };
    struct outcome o;
    torture_run(&o, t, &ordeal);
    torture_judge(t, &ordeal, &o);
    if (o.rc == 0 || o.err.code != M2_ECANCELLED || o.status != M2_EXIT_INTERRUPTED)
        torture_wrong(t, &ordeal, "exit status %d: %s", (int)o.status, o.err.msg);
    if (o.exchanges > t->exchanges)
        torture_wrong(t, &ordeal, "%llu exchanges after an interrupt", (unsigned long long)o.exchanges);
    if (access(path, F_OK) == 0)
        torture_wrong(t, &ordeal, "an interrupted run wrote a snapshot");
    outcome_free(&o);
}

static void run_late(struct torture *t, uint64_t at)
{
    const struct ordeal ordeal = { .late_at = at };
    struct outcome o;
    torture_run(&o, t, &ordeal);
    torture_judge(t, &ordeal, &o);
    if (o.rc < 0 || o.err.code != M2_ETIMEOUT || o.status != M2_EXIT_CANNOT)
        torture_wrong(t, &ordeal, "exit status %d, report %zu bytes: %s", (int)o.status, o.out.len,
                      o.err.msg);
    outcome_free(&o);
}

static void mode_stops(struct torture *t)
{
    char path[TORTURE_DIR_SIZE + 16];
    (void)snprintf(path, sizeof path, "%s/s.json", t->dir);
    for (uint64_t at = 1; at <= t->exchanges; at++) {
        interrupt(t, at, path);
        run_late(t, at);
    }
}

/* ---- files ---- */

static size_t files_in(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.' || (e->d_name[1] && strcmp(e->d_name, "..") != 0);
    if (d)
        (void)closedir(d);
    return n;
}

static void judge_file(struct torture *t, const struct ordeal *ordeal, const struct outcome *o)
{
    bool there = access(ordeal->save_snapshot, F_OK) == 0;
    if (files_in(t->dir) != there)
        torture_wrong(t, ordeal, "a file was left beside the snapshot");
    if (!there) {
        if (o->rc == 0)
            torture_wrong(t, ordeal, "a report was made and the snapshot was not");
        return;
    }
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    if (m2_snapshot_load(&s, a, ordeal->save_snapshot, &err) < 0)
        torture_wrong(t, ordeal, "half a snapshot: %s", err.msg);
    m2_arena_free(a);
    (void)unlink(ordeal->save_snapshot);
}

static void save_broken(struct torture *t, uint64_t at, const char *path)
{
    const struct ordeal ordeal = { .fault = (enum m2_fault)(1 + at % (M2_FAULT_COUNT - 1)),
                                   .at = at,
                                   .times = ALWAYS,
                                   .save_snapshot = path };
    struct outcome o;
    torture_run(&o, t, &ordeal);
    torture_judge(t, &ordeal, &o);
    judge_file(t, &ordeal, &o);
    outcome_free(&o);
}

static void save_nowhere(struct torture *t, const char *path, enum m2_fault fault)
{
    const struct ordeal ordeal = {
        .fault = fault, .at = t->exchanges, .times = ALWAYS, .save_snapshot = path
    };
    struct outcome o;
    torture_run(&o, t, &ordeal);
    torture_judge(t, &ordeal, &o);
    if (o.rc == 0 || o.err.code != M2_EIO || !strstr(o.err.msg, path))
        torture_wrong(t, &ordeal, "%s: exit status %d: %s", path, (int)o.status, o.err.msg);
    if (files_in(t->dir))
        torture_wrong(t, &ordeal, "%s: a file was left", path);
    outcome_free(&o);
}

static void mode_files(struct torture *t)
{
    char path[TORTURE_DIR_SIZE + 16], missing[TORTURE_DIR_SIZE + 32];
    (void)snprintf(path, sizeof path, "%s/s.json", t->dir);
    (void)snprintf(missing, sizeof missing, "%s/no/such/s.json", t->dir);
    for (uint64_t at = 1; at <= t->exchanges; at++)
        save_broken(t, at, path);
    for (enum m2_fault f = M2_FAULT_NONE; f < M2_FAULT_COUNT; f++) {
        save_nowhere(t, "/dev/full", f);
        save_nowhere(t, missing, f);
        save_nowhere(t, "/proc/s.json", f); /* nobody may make a file there */
    }
}

const struct torture_mode torture_modes[] = {
    { "once", "every fault at every exchange, once", mode_once },
    { "lasting", "every fault from every exchange on", mode_lasting },
    { "stops", "an interrupt, and the end of the time, at every exchange", mode_stops },
    { "files", "snapshots saved while the network breaks, and where they cannot be", mode_files },
    { NULL, NULL, NULL },
};
