/* The tools that have a man page, completion and tests of their tables; and whether their examples are right.
 */
#include "aws/creds_command.h"
#include "gendocs.h"
#include "m2-cleanup/cleanup.h"
#include "m2-cost/cost.h"
#include "m2-deploy/deploy.h"
#include "m2-doctor/doctor.h"
#include "m2-register/register.h"
#include "m2-verify/verify.h"
#include "m2/str.h"

const struct gendocs_tool gendocs_tools[] = {
    { &doctor_tool, sizeof(struct doctor_args) },
    { &cost_tool, sizeof(struct cost_args) },
    { &register_tool, sizeof(struct register_args) },
    { &verify_tool, sizeof(struct verify_args) },
    { &cleanup_tool, sizeof(struct cleanup_args) },
    { &deploy_tool, sizeof(struct deploy_args) },
    { NULL, 0 },
};

void gendocs_names(struct m2_buf *out)
{
    for (const struct gendocs_tool *t = gendocs_tools; t->tool; t++)
        m2_buf_addf(out, "%s\n", t->tool->name);
}

/* Ends a command line within a line of shell: "m2-register --list | less". */
static bool is_shell(const char *word)
{
    static const char *const begins[] = { "|", "&", ";", "<", ">", "2>" };
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (m2_str_starts(word, begins[i]))
            return true;
    return false;
}

/* The words from the tool's name on. Errors: M2_EINPUT, the tool is not called. */
static int call_in(char ***argv, int *argc, struct m2_arena *a, const char *line, const char *name,
                   struct m2_err *err)
{
    char **words;
    if (m2_command_split(&words, a, line, err) < 0)
        return -1;
    while (*words && !m2_str_eq(*words, name))
        words++;
    if (!*words)
        return m2_fail(err, M2_EINPUT, "it does not call %s", name);
    for (*argc = 0; words[*argc] && !is_shell(words[*argc]);)
        ++*argc;
    *argv = words;
    return 0;
}

/* COMMAND NULL: an example of the tool, which may use any command. */
static int check_example(struct m2_arena *a, const struct gendocs_tool *t, const struct m2_command *command,
                         const char *line, struct m2_err *err)
{
    int argc;
    char **argv;
    char *args = m2_arena_alloc(a, t->args_size);
    if (call_in(&argv, &argc, a, line, t->tool->name, err) < 0 ||
        m2_opt_parse(args, NULL, a, t->tool, argc, argv, err) < 0)
        return m2_fail(err, M2_EINPUT, "the example \"%s\": %s", line, err->msg);
    if (command && *(const struct m2_command **)(void *)(args + t->tool->command_at) != command)
        return m2_fail(err, M2_EINPUT, "the example \"%s\" is of another command than %s", line,
                       command->name);
    return 0;
}

static int check_examples(struct m2_buf *out, const struct gendocs_tool *t, const struct m2_command *command,
                          struct m2_err *err)
{
    int rc = 0;
    struct m2_arena *a = m2_arena_new();
    const struct m2_example *e = command ? command->examples : t->tool->examples;
    for (; rc == 0 && e && e->command; e++) {
        rc = check_example(a, t, command, e->command, err);
        m2_buf_addf(out, "%s\n", e->command);
    }
    m2_arena_free(a);
    return rc;
}

int gendocs_examples(struct m2_buf *out, struct m2_err *err)
{
    for (const struct gendocs_tool *t = gendocs_tools; t->tool; t++) {
        if (check_examples(out, t, NULL, err) < 0)
            return -1;
        for (const struct m2_command *c = t->tool->commands; c && c->name; c++)
            if (check_examples(out, t, c, err) < 0)
                return -1;
    }
    return 0;
}
