#include "cli/opt_table.h"

#include "m2/str.h"

const char *const *m2_color_choices(void)
{
    static const char *const names[] = { "auto", "always", "never", NULL };
    return names;
}

bool m2_opt_takes_value(const struct m2_opt *o)
{
    return o->type != M2_OPT_FLAG && o->type != M2_OPT_COUNT;
}

bool m2_opt_takes_file(const struct m2_opt *o)
{
    return m2_opt_takes_value(o) && m2_str_starts(o->arg, "FILE");
}

bool m2_opt_may_repeat(const struct m2_opt *o)
{
    return o->type == M2_OPT_LIST || o->type == M2_OPT_COUNT;
}

const char *const *m2_opt_choices(const struct m2_opt *o)
{
    return o->choices ? o->choices() : NULL;
}

const char *m2_opt_group(const struct m2_tool *tool, size_t i)
{
    while (i && !tool->opts[i].group)
        i--;
    return m2_str_or(tool->opts[i].group, "Options");
}

bool m2_opt_opens_group(const struct m2_tool *tool, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (m2_str_eq(m2_opt_group(tool, j), m2_opt_group(tool, i)))
            return false;
    return true;
}

void m2_opt_join(struct m2_buf *out, const char *const *names, const char *separator)
{
    for (size_t i = 0; names && names[i]; i++)
        m2_buf_addf(out, "%s%s", i ? separator : "", names[i]);
}
