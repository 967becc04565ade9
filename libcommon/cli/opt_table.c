#include "cli/opt_table.h"

#include <string.h>

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

uint32_t m2_command_bit(const struct m2_tool *tool, const struct m2_command *command)
{
    return command ? UINT32_C(1) << (command - tool->commands) : 0;
}

bool m2_opt_fits(const struct m2_opt *o, uint32_t commands)
{
    return !o->commands || (o->commands & commands);
}

bool m2_opt_opens_group(const struct m2_tool *tool, size_t i, uint32_t commands)
{
    for (size_t j = 0; j < i; j++)
        if (m2_opt_fits(&tool->opts[j], commands) && m2_str_eq(m2_opt_group(tool, j), m2_opt_group(tool, i)))
            return false;
    return m2_opt_fits(&tool->opts[i], commands);
}

void m2_command_join(struct m2_buf *out, const struct m2_tool *tool, uint32_t commands, const char *separator)
{
    size_t n = 0;
    for (const struct m2_command *c = tool->commands; c && c->name; c++)
        if (m2_command_bit(tool, c) & commands)
            m2_buf_addf(out, "%s%s", n++ ? separator : "", c->name);
}

uint32_t m2_commands_with_files(const struct m2_tool *tool)
{
    uint32_t found = 0;
    for (const struct m2_command *c = tool->commands; c && c->name; c++)
        if (m2_operands_are_files(c->operands))
            found |= m2_command_bit(tool, c);
    return found;
}

bool m2_operands_are_files(const char *operands)
{
    return operands && m2_str_starts(operands + (*operands == '['), "FILE");
}

/* "FILE", "[FILE]", "FILE...", "FROM TO": how many words are meant. */
static void count_operands(const char *operands, size_t *least, size_t *most)
{
    *least = *most = 0;
    for (size_t n; operands && *operands; operands += n + strspn(operands + n, " ")) {
        n = strcspn(operands, " ");
        *least += *operands != '[';
        if (memmem(operands, n, "...", 3))
            *most = SIZE_MAX;
        else if (*most < SIZE_MAX)
            ++*most;
    }
}

int m2_operands_check(const struct m2_tool *tool, const struct m2_command *command,
                      const struct m2_strlist *words, struct m2_err *err)
{
    size_t least, most, n = words->v.len;
    const char *operands = command ? command->operands : tool->operands;
    const char *space = command ? " " : "", *name = command ? command->name : "";
    count_operands(operands, &least, &most);
    if (n < least)
        return m2_fail(err, M2_EUSAGE, "%s%s%s needs %s", tool->name, space, name, operands);
    if (n <= most)
        return 0;
    const char *extra = words->v.at[most];
    if (most)
        return m2_fail(err, M2_EUSAGE, "%s%s%s takes %s, and \"%.100s\" is one too many", tool->name, space,
                       name, operands, extra);
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        if (m2_str_eq(o->name, extra) && m2_opt_fits(o, m2_command_bit(tool, command)))
            return m2_fail(err, M2_EUSAGE, "%s%s%s takes options only; did you mean --%s?", tool->name, space,
                           name, extra);
    return m2_fail(err, M2_EUSAGE, "%s%s%s takes options only, and \"%.100s\" is none", tool->name, space,
                   name, extra);
}

void m2_opt_join(struct m2_buf *out, const char *const *names, const char *separator)
{
    for (size_t i = 0; names && names[i]; i++)
        m2_buf_addf(out, "%s%s", i ? separator : "", names[i]);
}
