#include <string.h>

#include "cli/opt_table.h"
#include "m2/cli.h"
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

/* m2-doctor → _m2_doctor */
static void function_name(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addc(out, '_');
    for (const char *c = tool->name; *c; c++)
        m2_buf_addc(out, *c == '-' ? '_' : *c);
}

/* ---- bash ---- */

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

static void bash(struct m2_buf *out, const struct m2_tool *tool)
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
    m2_buf_adds(out, "    esac\n    if [[ $cur == -* ]]; then\n        COMPREPLY=($(compgen -W '");
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        m2_buf_addf(out, "%s--%s", o == tool->opts ? "" : " ", o->name);
    m2_buf_adds(out, "' -- \"$cur\"))\n    ");
    if (m2_str_starts(tool->operands, "FILE"))
        m2_buf_adds(out, "else\n" BASH_FILES "    ");
    m2_buf_adds(out, "fi\n}\ncomplete -F ");
    function_name(out, tool);
    m2_buf_addf(out, " %s\n", tool->name);
}

/* ---- zsh ---- */

static void zsh_option(struct m2_buf *out, const struct m2_opt *o)
{
    m2_buf_adds(out, "    ");
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
    m2_buf_adds(out, "' \\\n");
}

static void zsh(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addf(out, "#compdef %s\n", tool->name);
    m2_buf_adds(out, "_arguments -s -S \\\n");
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        zsh_option(out, o);
    m2_buf_adds(out, m2_str_starts(tool->operands, "FILE") ? "    '*:file:_files'\n" : "    && return 0\n");
}

/* ---- fish ---- */

static void fish(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_addf(out, "# fish completion for %s\n", tool->name);
    if (!m2_str_starts(tool->operands, "FILE"))
        m2_buf_addf(out, "complete -c %s -f\n", tool->name);
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        m2_buf_addf(out, "complete -c %s -l %s", tool->name, o->name);
        if (o->letter)
            m2_buf_addf(out, " -s %c", o->letter);
        if (m2_opt_takes_value(o))
            m2_buf_adds(out, m2_opt_takes_file(o) ? " -r -F" : " -x");
        if (m2_opt_choices(o)) {
            m2_buf_adds(out, " -a '");
            m2_opt_join(out, m2_opt_choices(o), " ");
            m2_buf_addc(out, '\'');
        }
        m2_buf_adds(out, " -d '");
        for (const char *c = o->help; *c; c++)
            m2_buf_addf(out, *c == '\'' || *c == '\\' ? "\\%c" : "%c", *c);
        m2_buf_adds(out, "'\n");
    }
}

bool m2_opt_completion(struct m2_buf *out, const struct m2_tool *tool, const char *shell)
{
    static const struct {
        const char *name;
        void (*write)(struct m2_buf *out, const struct m2_tool *tool);
    } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (m2_str_eq(shells[i].name, shell)) {
            shells[i].write(out, tool);
            return true;
        }
    return false;
}
