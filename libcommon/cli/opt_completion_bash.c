#include "cli/opt_completion.h"
#include "cli/opt_table.h"

/* m2-doctor → _m2_doctor */
static void function_name(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addc(out, '_');
    for (const char *c = tool->name; *c; c++)
        m2_buf_addc(out, *c == '-' ? '_' : *c);
}

/* No mapfile: the bash of macOS is older. */
#define BASH_FILES                                                                                           \
    "        compopt -o filenames 2>/dev/null\n"                                                             \
    "        local IFS=$'\\n'\n"                                                                             \
    "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"

static void bash_pattern(struct m2_buf *out, const struct m2_opt *o)
{
    m2_buf_addf(out, "    --%s", o->name);
    if (o->letter)
        m2_buf_addf(out, " | -%c", o->letter);
    m2_buf_adds(out, ")\n");
}

static void bash_case(struct m2_buf *out, const struct m2_opt *o)
{
    if (!m2_opt_takes_value(o))
        return;
    bash_pattern(out, o);
    if (m2_opt_choices(o)) {
        m2_buf_adds(out, "        COMPREPLY=($(compgen -W '");
        m2_opt_join(out, m2_opt_choices(o), " ");
        m2_buf_adds(out, "' -- \"$cur\"))\n");
    } else if (m2_opt_takes_file(o)) {
        m2_buf_adds(out, BASH_FILES);
    }
    m2_buf_adds(out, "        return\n        ;;\n");
}

/* "--a --b" of the options that belong to all commands, or to COMMAND (a bit). */
static void bash_names(struct m2_buf *out, const struct m2_tool *tool, uint32_t command)
{
    size_t n = 0;
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        if (m2_opt_fits(o, command))
            m2_buf_addf(out, "%s--%s", n++ ? " " : "", o->name);
}

/* Which command stands on the line already: the first word that is neither an option nor the value of one. */
static void bash_find_command(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_adds(out,
                "    local command= value= i\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        if [[ ${COMP_WORDS[i]} == = ]]; then\n            value=1\n            continue\n"
                "        elif [[ $value ]]; then\n            value=\n            continue\n        fi\n"
                "        case ${COMP_WORDS[i]} in\n        ");
    m2_completion_valued(out, tool);
    m2_buf_adds(out, ") value=1 ;;\n        -*) ;;\n        *)\n            command=${COMP_WORDS[i]}\n"
                     "            break\n            ;;\n        esac\n    done\n");
}

/* Commands where none is given yet, else the options that fit it, and files where it takes them. */
static void bash_commands(struct m2_buf *out, const struct m2_tool *tool)
{
    bash_find_command(out, tool);
    m2_buf_adds(out, "    local options='");
    bash_names(out, tool, 0);
    m2_buf_adds(out, "'\n    case $command in\n");
    for (const struct m2_command *c = tool->commands; c->name; c++) {
        m2_buf_addf(out, "    %s) options='", c->name);
        bash_names(out, tool, m2_command_bit(tool, c));
        m2_buf_adds(out, "' ;;\n");
    }
    m2_buf_adds(out, "    esac\n    if [[ $cur == -* ]]; then\n"
                     "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
                     "    elif [[ ! $command ]]; then\n        COMPREPLY=($(compgen -W '");
    m2_command_join(out, tool, M2_EVERY_COMMAND, " ");
    m2_buf_adds(out, "' -- \"$cur\"))\n    ");
    uint32_t with_files = m2_commands_with_files(tool);
    if (with_files) {
        m2_buf_adds(out, "elif [[ $command == @(");
        m2_command_join(out, tool, with_files, "|");
        m2_buf_adds(out, ") ]]; then\n" BASH_FILES "    ");
    }
}

void m2_completion_bash(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addf(out, "# bash completion for %s\n", tool->name);
    function_name(out, tool);
    /* bash splits "--opt=value" into three words at '='. */
    m2_buf_adds(out, "()\n{\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                     "    COMPREPLY=()\n"
                     "    if [[ $cur == = ]]; then\n        cur=\n"
                     "    elif [[ $prev == = && COMP_CWORD -ge 2 ]]; then\n        "
                     "prev=${COMP_WORDS[COMP_CWORD-2]}\n    fi\n"
                     "    case $prev in\n");
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        bash_case(out, o);
    m2_buf_adds(out, "    esac\n");
    if (tool->commands) {
        bash_commands(out, tool);
    } else {
        m2_buf_adds(out, "    if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W '");
        bash_names(out, tool, 0);
        m2_buf_adds(out, "' -- \"$cur\"))\n    ");
        if (m2_operands_are_files(tool->operands))
            m2_buf_adds(out, "else\n" BASH_FILES "    ");
    }
    m2_buf_adds(out, "fi\n}\ncomplete -F ");
    function_name(out, tool);
    m2_buf_addf(out, " %s\n", tool->name);
}
