/* Task sizes as task definitions and templates write them. */
#include <string.h>

#include "analyze/fargate/fargate.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "m2/value.h"

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
