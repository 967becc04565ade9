/* The sizes Fargate offers, as dated data: AWS adds some from time to time. Source: Amazon ECS Developer
 * Guide, task size. */
#include <string.h>

#include "analyze/fargate/fargate.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "m2/value.h"

/* Memory from MIN to MAX in steps of STEP, all in MiB; CPU in units (1024 a vCPU); ascending by CPU. */
static const struct size {
    int64_t cpu, min, max, step;
} sizes[] = {
    { 256, 512, 1024, 512 },         { 256, 2048, 2048, 1024 },      { 512, 1024, 4096, 1024 },
    { 1024, 2048, 8192, 1024 },      { 2048, 4096, 16384, 1024 },    { 4096, 8192, 30720, 1024 },
    { 8192, 16384, 61440, 4096 },    { 16384, 32768, 122880, 8192 }, { 32768, 61440, 122880, 61440 },
    { 32768, 249856, 249856, 1024 },
};

/* TEXT is a number, alone or followed by UNIT: *out = number * (UNIT ? FACTOR : 1), which must be whole. */
static bool quantity(int64_t *out, const char *text, const char *unit, int factor)
{
    struct m2_arena *a = m2_arena_new();
    bool good = false;
    char *s = m2_str_trim(a, m2_str_or(text, ""));
    size_t digits = strspn(s, "0123456789.");
    const char *rest = m2_str_trim(a, s + digits);
    double number = 0;
    const char *lead = s[0] == '.' ? "0" : "";
    struct m2_value *v = m2_v_string(a, m2_arena_printf(a, "%s%.*s", lead, (int)digits, s));
    if (digits && digits < 16 && m2_v_to_double(v, &number) && (!*rest || m2_str_eq_ci(rest, unit))) {
        double whole = *rest ? number * factor : number;
        int64_t number_of = whole >= 0 && whole < 1e12 ? (int64_t)whole : -1;
        good = number_of >= 0 && (double)number_of == whole;
        if (good)
            *out = number_of;
    }
    m2_arena_free(a);
    return good;
}

bool m2_fargate_cpu(int64_t *units, const char *text)
{
    return quantity(units, text, "vcpu", 1024);
}

bool m2_fargate_memory(int64_t *mib, const char *text)
{
    return quantity(mib, text, "gb", 1024);
}

bool m2_fargate_size_valid(int64_t cpu, int64_t mib)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i].cpu == cpu && mib >= sizes[i].min && mib <= sizes[i].max &&
            (mib - sizes[i].min) % sizes[i].step == 0)
            return true;
    return false;
}

void m2_fargate_size_nearest(int64_t *cpu, int64_t *mib)
{
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const struct size *s = &sizes[i];
        if (s->cpu < *cpu || s->max < *mib)
            continue;
        int64_t above = *mib > s->min ? *mib - s->min : 0;
        *cpu = s->cpu;
        *mib = s->min + (above + s->step - 1) / s->step * s->step;
        return;
    }
    *cpu = sizes[sizeof sizes / sizeof sizes[0] - 1].cpu;
    *mib = sizes[sizeof sizes / sizeof sizes[0] - 1].max;
}
