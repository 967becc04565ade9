#include "cli/opt_completion.h"
#include "cli/opt_table.h"

static void fish_text(struct m2_buf *out, const char *text)
{
    m2_buf_adds(out, " -d '");
    for (const char *c = text; *c; c++)
        m2_buf_addf(out, *c == '\'' || *c == '\\' ? "\\%c" : "%c", *c);
    m2_buf_adds(out, "'\n");
}

/* " -n '__fish_seen_subcommand_from a b'" */
static void fish_when(struct m2_buf *out, const struct m2_tool *tool, uint32_t commands, const char *no)
{
    if (!commands)
        return;
    m2_buf_addf(out, " -n '%s__fish_seen_subcommand_from ", no);
    m2_command_join(out, tool, commands, " ");
    m2_buf_addc(out, '\'');
}

static void fish_commands(struct m2_buf *out, const struct m2_tool *tool)
{
    for (const struct m2_command *c = tool->commands; c && c->name; c++) {
        m2_buf_addf(out, "complete -c %s", tool->name);
        fish_when(out, tool, M2_EVERY_COMMAND, "not ");
        m2_buf_addf(out, " -a %s", c->name);
        fish_text(out, c->summary);
    }
    uint32_t with_files = m2_commands_with_files(tool);
    if (with_files) {
        m2_buf_addf(out, "complete -c %s", tool->name);
        fish_when(out, tool, with_files, "");
        m2_buf_adds(out, " -F\n");
    }
}

void m2_completion_fish(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addf(out, "# fish completion for %s\n", tool->name);
    if (!m2_operands_are_files(tool->operands))
        m2_buf_addf(out, "complete -c %s -f\n", tool->name);
    fish_commands(out, tool);
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        m2_buf_addf(out, "complete -c %s", tool->name);
        fish_when(out, tool, o->commands, "");
        m2_buf_addf(out, " -l %s", o->name);
        if (o->letter)
            m2_buf_addf(out, " -s %c", o->letter);
        if (m2_opt_takes_value(o))
            m2_buf_adds(out, m2_opt_takes_file(o) ? " -r -F" : " -x");
        if (m2_opt_choices(o)) {
            m2_buf_adds(out, " -a '");
            m2_opt_join(out, m2_opt_choices(o), " ");
            m2_buf_addc(out, '\'');
        }
        fish_text(out, o->help);
    }
}
