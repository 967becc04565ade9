/* Is the task's size one that Fargate offers, and does the account's quota hold it? */
#include "analyze/fargate/fargate.h"
#include "analyze/job.h"
#include "analyze/names.h"
#include "m2/cost.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define QUOTA_CODE "L-3032A538" /* Fargate On-Demand vCPU resource count */
#define DEFAULT_CPU 4096        /* of the upstream task */
#define FEW_TASKS 4
#define DISK_MIN_GIB 20
#define DISK_MAX_GIB 200

struct task {
    struct m2_look look;
    const char *name; /* family or ARN */
    const struct m2_value *cpu, *memory;
    const struct m2_call *changed_by; /* the state machine, when it runs the task in another size */
};

/* RunTask may ask for another size than the definition's. */
static void read_overrides(struct task *t, struct m2_check_run *r, const struct m2_stackview *view)
{
    static const char *const paths[] = { "Parameters.Overrides", "Arguments.Overrides" };
    struct m2_look machine = m2_view_state_machine(view, r->arena, r->snap);
    if (machine.seen != M2_SEEN)
        return;
    const struct m2_value *state = m2_view_state(m2_view_definition(r->arena, machine.item), "ecs:runTask");
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *cpu = m2_v_str(m2_v_path(state, paths[i]), "Cpu");
        const char *memory = m2_v_str(m2_v_path(state, paths[i]), "Memory");
        if ((!cpu && !memory) || m2_str_starts(cpu, "{%") || m2_str_starts(memory, "{%"))
            continue; /* nothing, or decided by each job */
        t->cpu = cpu ? m2_v_string(r->arena, cpu) : t->cpu;
        t->memory = memory ? m2_v_string(r->arena, memory) : t->memory;
        t->changed_by = machine.call;
    }
}

static void find_task(struct task *t, struct m2_check_run *r, struct m2_stackview *view)
{
    m2_stackview_make(view, r->arena, r->snap);
    t->look = m2_view_task_definition(view, r->arena, r->snap);
    t->name = m2_str_or(m2_v_str(t->look.item, "family"), m2_v_str(t->look.item, "taskDefinitionArn"));
    t->cpu = m2_v_get(t->look.item, "cpu");
    t->memory = m2_v_get(t->look.item, "memory");
    if (t->look.seen == M2_SEEN)
        read_overrides(t, r, view);
}

/* ---- size ---- */

static struct m2_finding *bad_size(struct m2_check_run *r, const struct task *t, const char *path,
                                   const struct m2_value *v)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, t->name, "fargate.size-invalid");
    m2_found_evidence(r, f, t->look.call, path, v);
    m2_found_about(r, f, m2_v_str(t->look.item, "taskDefinitionArn"));
    return f;
}

static bool read_size(const struct task *t, int64_t *cpu, int64_t *mib)
{
    return m2_fargate_cpu(cpu, m2_v_text(t->cpu)) && m2_fargate_memory(mib, m2_v_text(t->memory));
}

static void wrong_pair(struct m2_check_run *r, const struct task *t)
{
    int64_t cpu = 0, mib = 0;
    bool read = read_size(t, &cpu, &mib);
    struct m2_finding *f = bad_size(r, t, "taskDefinition.cpu", m2_v_get(t->look.item, "cpu"));
    m2_found_evidence(r, f, t->look.call, "taskDefinition.memory", m2_v_get(t->look.item, "memory"));
    if (t->changed_by) {
        m2_found_evidence(r, f, t->changed_by, "definition Overrides.Cpu", t->cpu);
        m2_found_evidence(r, f, t->changed_by, "definition Overrides.Memory", t->memory);
    }
    if (!read) {
        m2_found_detail(r, f,
                        "Fargate needs the task's CPU and memory as a pair; the %s says \"%s\" and \"%s\".",
                        t->changed_by ? "state machine" : "definition",
                        m2_str_or(m2_v_text(t->cpu), "nothing"), m2_str_or(m2_v_text(t->memory), "nothing"));
        return;
    }
    int64_t near_cpu = cpu, near_mib = mib;
    m2_fargate_size_nearest(&near_cpu, &near_mib);
    m2_found_detail(
        r, f,
        "%lld CPU units with %lld MiB%s is no size that Fargate offers (sizes of " M2_FARGATE_SIZES_DATE ").",
        (long long)cpu, (long long)mib, t->changed_by ? ", as the state machine's Overrides ask for," : "");
    m2_found_fix(r, f, "Set Cpu to %lld and Memory to %lld in the %s, and deploy again.", (long long)near_cpu,
                 (long long)near_mib, t->changed_by ? "state machine's Overrides" : "template");
}

static bool windows(const struct m2_value *task)
{
    return m2_str_starts(m2_v_pstr(task, "runtimePlatform.operatingSystemFamily"), "WINDOWS");
}

void m2_fargate_size(struct m2_check_run *r)
{
    struct task t = { 0 };
    struct m2_stackview view = { 0 };
    int64_t cpu = 0, mib = 0, disk = DISK_MIN_GIB;
    find_task(&t, r, &view);
    if (t.look.seen != M2_SEEN) {
        m2_job_no_task(r, &view, &t.look);
        return;
    }
    bool read = read_size(&t, &cpu, &mib);
    const struct m2_value *size = m2_v_path(t.look.item, "ephemeralStorage.sizeInGiB");
    if (!read || !m2_fargate_size_valid(cpu, mib)) {
        wrong_pair(r, &t);
    } else if (windows(t.look.item) && (cpu < 1024 || cpu > 4096)) {
        struct m2_finding *f = bad_size(r, &t, "taskDefinition.cpu", m2_v_get(t.look.item, "cpu"));
        m2_found_detail(r, f, "Windows tasks have 1, 2 or 4 vCPU on Fargate, not %lld CPU units.",
                        (long long)cpu);
    } else if (size && (!m2_v_to_int(size, &disk) || disk < DISK_MIN_GIB || disk > DISK_MAX_GIB)) {
        struct m2_finding *f = bad_size(r, &t, "taskDefinition.ephemeralStorage.sizeInGiB", size);
        m2_found_detail(
            r, f, "The task asks for %s GiB of disk; Fargate offers 21 to %d, or 20 when nothing is said.",
            m2_str_or(m2_v_text(size), "?"), DISK_MAX_GIB);
        m2_found_fix(r, f, "Set EphemeralStorage to a size from 21 to %d GiB in the template.", DISK_MAX_GIB);
    } else {
        m2_found_pass(r, t.name, "%lld CPU units with %lld MiB is a size that Fargate offers.",
                      (long long)cpu, (long long)mib);
    }
}

/* ---- quota ---- */

struct quota {
    double value;
    const struct m2_call *call;
    const char *path;
    const struct m2_value *item;
};

static bool read_quota(struct quota *q, const struct m2_check_run *r, const char *operation)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "service-quotas", operation, c));) {
        const struct m2_value *one = m2_v_get(c->output, "Quota"), *item = NULL;
        if (m2_str_eq(m2_v_str(one, "QuotaCode"), QUOTA_CODE) &&
            m2_v_to_double(m2_v_get(one, "Value"), &q->value)) {
            *q = (struct quota){ q->value, c, "Quota.Value", m2_v_get(one, "Value") };
            return true;
        }
        m2_v_each(item, i,
                  m2_v_get(c->output, "Quotas")) if (m2_str_eq(m2_v_str(item, "QuotaCode"), QUOTA_CODE) &&
                                                     m2_v_to_double(m2_v_get(item, "Value"), &q->value))
        {
            *q = (struct quota){ q->value, c, m2_arena_printf(r->arena, "Quotas[%zu].Value", i),
                                 m2_v_get(item, "Value") };
            return true;
        }
    }
    return false;
}

/* The account's own value; AWS's default only where the account has none of its own. */
static bool find_quota(struct quota *q, const struct m2_check_run *r)
{
    static const char *const operations[] = { "GetServiceQuota", "ListServiceQuotas",
                                              "GetAWSDefaultServiceQuota", "ListAWSDefaultServiceQuotas" };
    const struct m2_call *own = m2_call_about(r->snap, "service-quotas", "GetServiceQuota", NULL);
    bool denied = own && own->status == M2_CALL_ERROR && !m2_code_not_found(own->code, own->message);
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (!(denied && i >= 2) && read_quota(q, r, operations[i]))
            return true;
    return false;
}

static void say_quota(struct m2_check_run *r, enum m2_status status, const struct quota *q, double task)
{
    struct m2_finding *f = m2_found(r, status, NULL, "fargate.vcpu-quota");
    m2_found_detail(r, f, "The account may run %g vCPU on Fargate at one time; one task takes %g, so %s.",
                    q->value, task, q->value < task ? "not even one fits" : "fewer than four run together");
    m2_found_evidence(r, f, q->call, q->path, q->item);
    m2_found_command(
        r, f,
        "aws service-quotas request-service-quota-increase --service-code fargate --quota-code " QUOTA_CODE
        " --desired-value %g",
        8 * task > 2 * q->value ? 8 * task : 2 * q->value);
}

void m2_fargate_quota(struct m2_check_run *r)
{
    struct task t = { 0 };
    struct m2_stackview view = { 0 };
    struct quota q = { 0 };
    int64_t cpu = DEFAULT_CPU;
    find_task(&t, r, &view);
    if (!find_quota(&q, r)) {
        struct m2_look look = m2_look_output(r->snap, "service-quotas", "GetServiceQuota", NULL);
        look.right = "servicequotas:GetServiceQuota";
        look.seen = M2_UNSEEN;
        if (m2_str_empty(look.why))
            look.why = "Service Quotas names no vCPU quota of Fargate for this account and region.";
        m2_found_unseen(r, NULL, &look);
        return;
    }
    if (t.look.seen == M2_SEEN && !m2_fargate_cpu(&cpu, m2_v_text(t.cpu)))
        cpu = DEFAULT_CPU;
    double task = (double)cpu / 1024;
    if (q.value < task)
        say_quota(r, M2_FAIL, &q, task);
    else if (q.value < FEW_TASKS * task)
        say_quota(r, M2_WARN, &q, task);
    else
        m2_found_pass(r, NULL, "%g vCPU may run at one time; one task takes %g.", q.value, task);
}
