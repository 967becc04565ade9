#include "cli/opt_completion.h"
#include "cli/opt_table.h"
#include "m2/str.h"

void m2_completion_valued(struct m2_buf *out, const struct m2_tool *tool)
{
    size_t n = 0;
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        if (!m2_opt_takes_value(o))
            continue;
        m2_buf_addf(out, "%s--%s", n++ ? " | " : "", o->name);
        if (o->letter)
            m2_buf_addf(out, " | -%c", o->letter);
    }
}

bool m2_opt_completion(struct m2_buf *out, const struct m2_tool *tool, const char *shell)
{
    static const struct {
        const char *name;
        void (*write)(struct m2_buf *out, const struct m2_tool *tool);
    } shells[] = { { "bash", m2_completion_bash },
                   { "zsh", m2_completion_zsh },
                   { "fish", m2_completion_fish } };
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        if (m2_str_eq(shells[i].name, shell)) {
            shells[i].write(out, tool);
            return true;
        }
    return false;
}
