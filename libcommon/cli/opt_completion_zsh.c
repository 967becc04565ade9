#include <string.h>

#include "cli/opt_completion.h"
#include "cli/opt_table.h"
#include "m2/str.h"

/* Append S with each character of SPECIAL preceded by a backslash, and ' closed, escaped and opened again. */
static void quoted(struct m2_buf *out, const char *s, const char *special)
{
    for (; *s; s++) {
        if (*s == '\'') {
            m2_buf_adds(out, "'\\''");
            continue;
        }
        if (strchr(special, *s))
            m2_buf_addc(out, '\\');
        m2_buf_addc(out, *s);
    }
}

static void zsh_option(struct m2_buf *out, const struct m2_opt *o)
{
    if (m2_opt_may_repeat(o))
        m2_buf_adds(out, "'*'");
    else if (o->letter)
        m2_buf_addf(out, "'(-%c --%s)'", o->letter, o->name);
    const char *equals = m2_opt_takes_value(o) ? "=" : "";
    if (o->letter)
        m2_buf_addf(out, "{-%c,--%s%s}'[", o->letter, o->name, equals);
    else
        m2_buf_addf(out, "'--%s%s[", o->name, equals);
    quoted(out, o->help, "[]:\\");
    m2_buf_addc(out, ']');
    if (m2_opt_takes_value(o)) {
        m2_buf_addc(out, ':');
        quoted(out, m2_str_or(o->arg, "VALUE"), "[]:\\");
        m2_buf_addc(out, ':');
        if (m2_opt_choices(o)) {
            m2_buf_addc(out, '(');
            m2_opt_join(out, m2_opt_choices(o), " ");
            m2_buf_addc(out, ')');
        } else {
            m2_buf_adds(out, m2_opt_takes_file(o) ? "_files" : " ");
        }
    }
    m2_buf_addc(out, '\'');
}

/* As bash_find_command; zsh keeps "--opt=value" in one word. */
static void zsh_find_command(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_adds(out, "local command= value= word\n"
                     "for word in ${words[2,CURRENT-1]}; do\n"
                     "    if [[ -n $value ]]; then\n        value=\n        continue\n    fi\n"
                     "    case $word in\n    ");
    m2_completion_valued(out, tool);
    m2_buf_adds(out, ") value=1 ;;\n    -*) ;;\n    *)\n        command=$word\n        break\n        ;;\n"
                     "    esac\ndone\n");
}

/* "[[ $command == (a|b) ]] && " */
static void zsh_when(struct m2_buf *out, const struct m2_tool *tool, uint32_t commands)
{
    if (!commands)
        return;
    m2_buf_adds(out, "[[ $command == (");
    m2_command_join(out, tool, commands, "|");
    m2_buf_adds(out, ") ]] && ");
}

static void zsh_commands(struct m2_buf *out, const struct m2_tool *tool)
{
    zsh_find_command(out, tool);
    m2_buf_adds(out, "local -a rows\n");
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        zsh_when(out, tool, o->commands);
        m2_buf_adds(out, "rows+=(");
        zsh_option(out, o);
        m2_buf_adds(out, ")\n");
    }
    uint32_t with_files = m2_commands_with_files(tool);
    if (with_files) {
        zsh_when(out, tool, with_files);
        m2_buf_adds(out, "rows+=('*:file:_files')\n");
    }
    m2_buf_adds(out, "local -a names=(\n");
    for (const struct m2_command *c = tool->commands; c->name; c++) {
        m2_buf_addf(out, "    '%s:", c->name);
        quoted(out, c->summary, ":\\");
        m2_buf_adds(out, "'\n");
    }
    m2_buf_adds(out, ")\n_arguments -s -S $rows '1:command:{_describe command names}'\n");
}

void m2_completion_zsh(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addf(out, "#compdef %s\n", tool->name);
    if (tool->commands) {
        zsh_commands(out, tool);
        return;
    }
    m2_buf_adds(out, "_arguments -s -S \\\n");
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        m2_buf_adds(out, "    ");
        zsh_option(out, o);
        m2_buf_adds(out, " \\\n");
    }
    m2_buf_adds(out, m2_operands_are_files(tool->operands) ? "    '*:file:_files'\n" : "    && return 0\n");
}
