/* Tasks on Fargate: size and time as ECS told them, else as the events and the task definition do. */
#include <string.h>

#include "cost/history/parts.h"
#include "m2/str.h"

#define GB10_PER_MIB (M2_GB_SCALE / 1024)
#define MOST_MIB (INT64_MAX / GB10_PER_MIB)

/* What is known of a task; 0 or NULL: not told. */
struct task {
    const char *arn, *provider, *launch, *family;
    int64_t cpu_units, mib, disk_gb;
    int64_t pull_us, ended_us, stopped_us;
    bool has_arch;
    enum m2_arch arch;
    bool told; /* ECS's own account of its end is there */
};

static const char *text_of(const struct m2_value *v, const char *name)
{
    const char *text = m2_v_text(m2_either(v, name));
    return m2_str_empty(text) ? NULL : text;
}

static void set_text(const char **to, const struct m2_value *v, const char *name)
{
    const char *text = text_of(v, name);
    if (text)
        *to = text;
}

static void set_number(int64_t *to, const struct m2_value *v, const char *name)
{
    int64_t n;
    if (m2_v_to_int(m2_either(v, name), &n) && n > 0 && n <= MOST_MIB)
        *to = n;
}

static void set_instant(int64_t *to, const struct m2_value *v, const char *name)
{
    int64_t us = m2_instant_us(m2_either(v, name));
    if (us)
        *to = us;
}

static void set_arch(struct task *t, const char *name)
{
    if (name && m2_arch_read(&t->arch, name, strlen(name)))
        t->has_arch = true;
}

/* What V, a task as ECS or Step Functions tells it, adds to T. */
static void read_task(struct task *t, const struct m2_value *v)
{
    const struct m2_value *attribute;
    set_text(&t->arn, v, "taskArn");
    set_text(&t->provider, v, "capacityProviderName");
    set_text(&t->launch, v, "launchType");
    set_text(&t->family, v, "platformFamily");
    set_number(&t->cpu_units, v, "cpu");
    set_number(&t->mib, v, "memory");
    set_number(&t->disk_gb, m2_either(v, "ephemeralStorage"), "sizeInGiB");
    if (!t->disk_gb)
        set_number(&t->disk_gb, m2_either(v, "fargateEphemeralStorage"), "sizeInGiB");
    set_instant(&t->pull_us, v, "pullStartedAt");
    set_instant(&t->ended_us, v, "executionStoppedAt");
    set_instant(&t->stopped_us, v, "stoppedAt");
    m2_v_each(attribute, i,
              m2_either(v, "attributes")) if (m2_str_eq(text_of(attribute, "name"), "ecs.cpu-architecture"))
        set_arch(t, text_of(attribute, "value"));
    t->told = t->told || t->stopped_us;
}

/* What the call and the task definition say, where the task itself does not. */
static void read_plan(struct task *t, const struct m2_history_world *w, const struct m2_try *tried)
{
    const struct m2_value *p = tried->parameters, *over = m2_either(p, "overrides");
    const struct m2_value *strategy = m2_either(p, "capacityProviderStrategy");
    const struct m2_value *d = m2_history_task_definition(w, text_of(p, "taskDefinition"));
    set_number(&t->cpu_units, d, "cpu");
    set_number(&t->mib, d, "memory");
    set_number(&t->disk_gb, m2_v_get(d, "ephemeralStorage"), "sizeInGiB");
    set_arch(t, m2_v_pstr(d, "runtimePlatform.cpuArchitecture"));
    set_text(&t->family, m2_v_get(d, "runtimePlatform"), "operatingSystemFamily");
    set_number(&t->cpu_units, over, "cpu");
    set_number(&t->mib, over, "memory");
    set_number(&t->disk_gb, m2_either(over, "ephemeralStorage"), "sizeInGiB");
    set_text(&t->launch, p, "launchType");
    if (m2_v_len(strategy) == 1)
        set_text(&t->provider, m2_v_at(strategy, 0), "capacityProvider");
}

/* Did the task have a public address? *KNOWN: the call or the state machine says so. */
static bool has_address(const struct m2_history_world *w, const struct m2_try *tried, bool *known)
{
    const struct m2_value *state = m2_history_state(w, tried->state), *with = m2_v_get(state, "Parameters");
    if (!with)
        with = m2_v_get(state, "Arguments");
    const struct m2_value *from[] = { tried->parameters, with };
    *known = true;
    for (size_t i = 0; i < 2; i++) {
        const struct m2_value *awsvpc =
            m2_either(m2_either(from[i], "networkConfiguration"), "awsvpcConfiguration");
        const char *assign = text_of(awsvpc, "assignPublicIp");
        if (m2_str_eq_ci(assign, "ENABLED") || m2_str_eq_ci(assign, "DISABLED"))
            return m2_str_eq_ci(assign, "ENABLED");
        if (awsvpc && !assign)
            return false; /* AWS's default */
    }
    *known = false;
    return true;
}

static bool on_fargate(const struct task *t)
{
    if (t->provider)
        return m2_str_eq(t->provider, "FARGATE") || m2_str_eq(t->provider, "FARGATE_SPOT");
    return !t->launch || m2_str_eq(t->launch, "FARGATE");
}

static int64_t ms_between(int64_t from_us, int64_t to_us)
{
    return to_us > from_us ? (to_us - from_us + 999) / 1000 : 0;
}

/* Time of the task, and when it began. */
static void measure(struct m2_history_run *run, struct m2_history_world *w, struct m2_history_job *job,
                    const struct task *t, const struct m2_try *tried)
{
    int64_t from = t->pull_us, to = t->stopped_us;
    if (t->told && !from) {
        run->started_ms = tried->scheduled_us / 1000;
        m2_history_note(w, job, M2_N_NO_PULL, "A task of state %s never began to pull its image: billed 0.",
                        m2_str_or(tried->state, "?"));
        return;
    }
    if (!t->told) {
        run->estimated = "ECS's account of the task is not there: times of its events";
        w->count[M2_N_TASK_TIMES]++;
        if (!from)
            from = tried->submitted_us ? tried->submitted_us : tried->scheduled_us;
        to = tried->ended_us;
        if (!tried->sync && tried->end == M2_TRY_DONE)
            m2_history_note(w, job, M2_N_RUNS_ON,
                            "State %s did not wait for its task, whose end is not known: it is billed up to "
                            "the state's end.",
                            m2_str_or(tried->state, "?"));
    }
    run->started_ms = from / 1000;
    run->usage.duration_ms = ms_between(from, to);
    if (t->told && t->ended_us > from && t->ended_us < to)
        run->idle_ms = ms_between(t->ended_us, to);
}

static void add_run(struct m2_history_world *w, struct m2_history_job *job, const struct task *t,
                    const struct m2_try *tried)
{
    const char *state = m2_str_or(tried->state, "?");
    if (!on_fargate(t)) {
        m2_history_note(w, job, M2_N_OTHER_COMPUTE,
                        "A task of state %s did not run on Fargate: not billed here.", state);
        return;
    }
    if (!t->cpu_units || !t->mib) {
        m2_history_note(w, job, M2_N_NO_SIZE,
                        "A task of state %s is not billed here: nothing tells its size.", state);
        return;
    }
    struct m2_history_run run = { .state = tried->state, .failed = tried->end != M2_TRY_DONE };
    run.resource = t->arn ? m2_arena_strdup(w->a, t->arn) : NULL;
    m2_job_usual(&run.usage, m2_str_eq(t->provider, "FARGATE_SPOT") ? M2_FARGATE_SPOT : M2_FARGATE);
    run.usage.arch = t->arch;
    run.usage.cpu_units = t->cpu_units;
    run.usage.memory_gb10 = t->mib * GB10_PER_MIB;
    run.usage.disk_gb10 = t->disk_gb * M2_GB_SCALE;
    measure(&run, w, job, t, tried);
    if (!run.usage.duration_ms) /* it read and wrote nothing */
        run.usage.s3_puts = run.usage.s3_gets = run.usage.log_mb9 = 0;
    bool known;
    run.usage.public_ip = has_address(w, tried, &known);
    w->count[M2_N_NO_ADDRESS] += !known && run.usage.duration_ms;
    w->count[M2_N_NO_ARCH] += !t->has_arch;
    if (m2_str_has_ci(t->family, "windows"))
        m2_history_note(w, job, M2_N_WINDOWS,
                        "A Windows task is priced as one on Linux: its real price is higher.");
    m2_vec_push(w->a, &job->runs, run);
}

static const struct m2_value *described(const struct m2_history_world *w, const char *arn)
{
    const size_t *at = arn ? m2_strmap_find(&w->tasks, arn) : NULL;
    return at && *at ? w->described.at[*at - 1] : NULL;
}

void m2_history_task(struct m2_history_world *w, struct m2_history_job *job, const struct m2_try *tried)
{
    const struct m2_value *submitted = m2_either(tried->submitted, "tasks");
    const struct m2_value *result = m2_either(tried->result, "tasks"); /* a state that does not wait */
    const struct m2_value *list = m2_v_len(result) ? result : submitted;
    const char *own = text_of(tried->result, "taskArn");
    size_t n = m2_v_len(list);
    if (!n && !own && !m2_either(tried->result, "stoppedAt")) /* RunTask was refused, or placed nothing */
        return;
    for (size_t i = 0; i < (n ? n : 1); i++) {
        struct task t = { 0 };
        read_plan(&t, w, tried);
        read_task(&t, m2_v_at(list, i));
        if (n <= 1 || m2_str_eq(own, t.arn))
            read_task(&t, tried->result);
        read_task(&t, described(w, t.arn));
        add_run(w, job, &t, tried);
    }
}
