/* torture_doctor: breaks every exchange of a recorded run of m2-doctor in every way, see README.md. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2/file.h"
#include "m2/json.h"
#include "m2/time.h"
#include "torture.h"

static int usage(void)
{
    (void)fputs("usage: torture_doctor MODE RECORDING\n       torture_doctor record RECORDING\n", stderr);
    for (const struct torture_mode *m = torture_modes; m->name; m++)
        (void)fprintf(stderr, "  %-8s %s\n", m->name, m->what);
    return 2;
}

static int load(struct torture *t, const char *file, struct m2_err *err)
{
    struct m2_value *recording = NULL;
    if (m2_json_read_file(&recording, t->arena, file, err) < 0)
        return -1;
    t->recording = recording;
    t->endpoint = m2_v_str(recording, "endpoint");
    if (!t->endpoint || !m2_time_parse(&t->recorded_ms, m2_str_or(m2_v_str(recording, "recorded_at"), "")))
        return m2_fail(err, M2_EINPUT, "%s: no \"endpoint\" or \"recorded_at\"", file);
    return 0;
}

/* The undisturbed run, twice: the same both times, or nothing below means anything. */
static int settle(struct torture *t)
{
    struct m2_err err = { 0 };
    struct outcome o[2];
    for (size_t i = 0; i < 2; i++)
        torture_run(&o[i], t, &(struct ordeal){ 0 });
    bool same = o[0].rc == 0 && o[0].err.code == M2_OK && m2_str_eq(o[0].out.data, o[1].out.data) &&
                m2_json_parse(&t->healthy, t->arena, (struct m2_bytes){ o[0].out.data, o[0].out.len },
                              "report", &err) == 0;
    t->exchanges = o[0].exchanges;
    t->first_of_sts = o[0].first_of_sts;
    if (!same)
        (void)fprintf(stderr, "torture: the undisturbed run: %s\n", o[0].err.msg);
    outcome_free(&o[0]);
    outcome_free(&o[1]);
    return same ? 0 : -1;
}

static int torment(struct torture *t, const struct torture_mode *mode)
{
    if (settle(t) < 0)
        return 1;
    mode->run(t);
    (void)printf("%s: %zu runs over %llu exchanges, %zu wrong\n", mode->what, t->runs,
                 (unsigned long long)t->exchanges, t->wrong);
    return t->wrong || !t->runs;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return usage();
    if (strcmp(argv[1], "record") == 0)
        return torture_record(argv[2]);
    const struct torture_mode *mode = torture_modes;
    while (mode->name && strcmp(mode->name, argv[1]) != 0)
        mode++;
    if (!mode->name)
        return usage();
    struct m2_err err = { 0 };
    struct torture t = { .arena = m2_arena_new() };
    (void)snprintf(t.dir, sizeof t.dir, "torture.XXXXXX");
    int status = 2;
    if (load(&t, argv[2], &err) < 0 || !mkdtemp(t.dir))
        (void)fprintf(stderr, "torture: %s\n", *err.msg ? err.msg : "no directory can be made here");
    else
        status = torment(&t, mode);
    (void)rmdir(t.dir);
    m2_arena_free(t.arena);
    return status;
}
