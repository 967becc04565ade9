/* template.limits: what functions and tasks ask for, against what Lambda and Fargate offer. */
#include "analyze/fargate/fargate.h"
#include "analyze/lambda/lambda.h"
#include "analyze/names.h"
#include "analyze/template/template.h"
#include "m2/cost.h"
#include "m2/str.h"

#define CAP_MB 3008 /* what AWS allows to some new accounts */
#define DISK_MIN_GIB 21
#define DISK_MAX_GIB 200

struct asked {
    struct m2_check_run *r;
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    const char *id;
    const struct m2_value *resource;
    size_t looked, wrong;
};

static struct m2_finding *wrong(struct asked *q, enum m2_status status, const char *cause, const char *key,
                                const struct m2_value *written)
{
    struct m2_place p = m2_tpl_key_place(q->t, key, written);
    q->wrong++;
    struct m2_finding *f = m2_tpl_found(q->r, status, q->t, p, cause, written);
    m2_found_about(q->r, f, q->id);
    return f;
}

static const char *at(struct asked *q, const char *key, const struct m2_value *written)
{
    return m2_tpl_at(q->r->arena, q->t, m2_tpl_key_place(q->t, key, written));
}

/* ---- Lambda ---- */

static const struct {
    const char *path, *key, *cause, *unit;
    int64_t least, most;
} ranges[] = {
    { "MemorySize", "MemorySize", "lambda.memory-invalid", "MB", 128, 10240 },
    { "Timeout", "Timeout", "lambda.timeout-invalid", "seconds", 1, 900 },
    { "EphemeralStorage.Size", "Size", "lambda.ephemeral-invalid", "MB of disk", 512, 10240 },
};

/* A function of the account that has more memory proves that the cap is not in force. */
static bool cap_is_gone(const struct m2_snapshot *s, struct m2_arena *a)
{
    struct m2_job_functions functions = { 0 };
    m2_job_functions(&functions, a, s);
    for (size_t i = 0; i < functions.list.len; i++)
        if (m2_v_int_or(functions.list.at[i].config, "MemorySize", 0) > CAP_MB)
            return true;
    return false;
}

static void range(struct asked *q, size_t i)
{
    const struct m2_value *written = m2_tpl_property(q->all, q->t, q->resource, ranges[i].path);
    int64_t n = 0;
    if (!written || !m2_v_to_int(m2_tpl_resolve(q->all, q->t, written).v, &n))
        return;
    if (n < ranges[i].least || n > ranges[i].most) {
        struct m2_finding *f = wrong(q, M2_FAIL, ranges[i].cause, ranges[i].key, written);
        m2_found_detail(q->r, f, "%s: %s asks for %lld %s; Lambda takes %lld to %lld.",
                        at(q, ranges[i].key, written), q->id, (long long)n, ranges[i].unit,
                        (long long)ranges[i].least, (long long)ranges[i].most);
        m2_found_fix(q->r, f, "Set it to a value from %lld to %lld.", (long long)ranges[i].least,
                     (long long)ranges[i].most);
    } else if (i == 0 && n > CAP_MB && !cap_is_gone(q->r->snap, q->r->arena)) {
        struct m2_finding *f = wrong(q, M2_FAIL, "lambda.memory-over-account-cap", ranges[i].key, written);
        m2_found_detail(q->r, f,
                        "%s: %s asks for %lld MB. Many accounts may give a function at most %d MB, and "
                        "nothing shows that "
                        "yours may give more: the deployment would be rolled back.",
                        at(q, ranges[i].key, written), q->id, (long long)n, CAP_MB);
    }
}

static void runtime(struct asked *q)
{
    const struct m2_value *written = m2_tpl_property(q->all, q->t, q->resource, "Runtime");
    const char *name = m2_tpl_text(q->all, q->t, written);
    const struct m2_runtime *row = NULL;
    enum m2_runtime_state state = m2_runtime_look(&row, name, q->r->snap->collected_ms);
    if (!name || state == M2_RUNTIME_GOOD)
        return;
    bool blocked = state != M2_RUNTIME_DEPRECATED;
    struct m2_finding *f =
        wrong(q, blocked ? M2_FAIL : M2_WARN,
              blocked ? "lambda.runtime-blocked" : "lambda.runtime-deprecated", "Runtime", written);
    m2_found_detail(q->r, f, "%s: %s runs on %s, whose support ended on %s%s%s.", at(q, "Runtime", written),
                    q->id, row->name, row->deprecated,
                    blocked ? "; Lambda makes no function with it since " : "",
                    blocked ? row->no_create : "");
    m2_found_fix(q->r, f, "Set Runtime to %s.", row->successor);
}

static void image(struct asked *q, const char *path)
{
    const struct m2_value *written = m2_tpl_property(q->all, q->t, q->resource, path);
    const char *uri = m2_tpl_text(q->all, q->t, written), *why = NULL, *region = q->r->snap->region;
    const char *key = m2_str_ends(path, "ImageUri") ? "ImageUri" : "Image";
    struct m2_image_uri parts = { 0 };
    if (m2_str_empty(uri))
        return;
    if (!m2_image_uri_parse(&parts, &why, q->r->arena, uri)) {
        struct m2_finding *f = wrong(q, M2_FAIL, "image.uri-invalid", key, written);
        m2_found_detail(q->r, f, "%s: %s names the image %s: %s.", at(q, key, written), q->id, uri, why);
    } else if (parts.ecr && region && !m2_str_eq(parts.region, region)) {
        struct m2_finding *f = wrong(q, M2_FAIL, "image.region-mismatch", key, written);
        m2_found_detail(q->r, f,
                        "%s: %s is to run in %s, but its image is in %s: Lambda loads images of its own "
                        "region only.",
                        at(q, key, written), q->id, region, parts.region);
    }
}

static void function(struct asked *q)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        range(q, i);
    runtime(q);
    image(q, m2_str_starts(m2_v_str(q->resource, "Type"), "AWS::Serverless") ? "ImageUri" : "Code.ImageUri");
}

/* ---- Fargate ---- */

static bool on_fargate(struct asked *q)
{
    const struct m2_value *list =
        m2_tpl_deep(q->all, q->t, m2_tpl_property(q->all, q->t, q->resource, "RequiresCompatibilities"));
    return m2_v_has(list, "FARGATE");
}

static bool windows(struct asked *q)
{
    return m2_str_starts(
        m2_tpl_text(q->all, q->t,
                    m2_tpl_property(q->all, q->t, q->resource, "RuntimePlatform.OperatingSystemFamily")),
        "WINDOWS");
}

static void task(struct asked *q)
{
    const struct m2_value *cpu = m2_tpl_property(q->all, q->t, q->resource, "Cpu");
    const struct m2_value *memory = m2_tpl_property(q->all, q->t, q->resource, "Memory");
    const struct m2_value *disk = m2_tpl_property(q->all, q->t, q->resource, "EphemeralStorage.SizeInGiB");
    const char *cpu_text = m2_tpl_text(q->all, q->t, cpu), *memory_text = m2_tpl_text(q->all, q->t, memory);
    int64_t units = 0, mib = 0, gib = 0;
    if (!on_fargate(q))
        return;
    if (cpu_text && memory_text && !windows(q) &&
        (!m2_fargate_cpu(&units, cpu_text) || !m2_fargate_memory(&mib, memory_text) ||
         !m2_fargate_size_valid(units, mib))) {
        struct m2_finding *f = wrong(q, M2_FAIL, "fargate.size-invalid", "Cpu", cpu);
        m2_found_evidence(q->r, f, q->t->call, at(q, "Memory", memory), memory);
        m2_found_detail(q->r, f, "%s: %s asks for the CPU %s and the memory %s, no size that Fargate offers.",
                        at(q, "Cpu", cpu), q->id, cpu_text, memory_text);
        if (units && mib) {
            m2_fargate_size_nearest(&units, &mib);
            m2_found_fix(q->r, f, "Set Cpu to %lld and Memory to %lld.", (long long)units, (long long)mib);
        }
    }
    if (m2_v_to_int(m2_tpl_resolve(q->all, q->t, disk).v, &gib) &&
        (gib < DISK_MIN_GIB || gib > DISK_MAX_GIB)) {
        struct m2_finding *f = wrong(q, M2_FAIL, "fargate.size-invalid", "SizeInGiB", disk);
        m2_found_detail(q->r, f, "%s: %s asks for %lld GiB of disk; Fargate takes %d to %d.",
                        at(q, "SizeInGiB", disk), q->id, (long long)gib, DISK_MIN_GIB, DISK_MAX_GIB);
        m2_found_fix(q->r, f, "Set SizeInGiB to a value from %d to %d, or leave it out.", DISK_MIN_GIB,
                     DISK_MAX_GIB);
    }
}

static const struct {
    const char *type;
    void (*judge)(struct asked *q);
} types[] = {
    { "AWS::Lambda::Function", function },
    { "AWS::Serverless::Function", function },
    { "AWS::ECS::TaskDefinition", task },
};

void m2_template_limits(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++) {
        const struct m2_tpl *t = all->list.at[i];
        struct asked q = { .r = r, .all = all, .t = t };
        const struct m2_value *resource = NULL;
        m2_tpl_each_resource(all, t, q.id, resource)
        {
            q.resource = resource;
            for (size_t k = 0; k < sizeof types / sizeof types[0]; k++)
                if (m2_str_eq(m2_v_str(resource, "Type"), types[k].type)) {
                    q.looked++;
                    types[k].judge(&q);
                }
        }
        if (t->root && !q.looked)
            m2_found_skip(r, t->name, "%s holds no function and no task.", t->name);
        else if (t->root && !q.wrong)
            m2_found_pass(r, t->name,
                          "What the functions and tasks of %s ask for is offered, as far as it is known.",
                          t->name);
    }
}
