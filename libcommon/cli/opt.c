#include <string.h>

#include "cli/opt_table.h"
#include "m2/cli.h"
#include "m2/str.h"
#include "m2/time.h"

struct parse {
    char *args;
    struct m2_strlist operands;
    const struct m2_command *command;
    M2_VEC(const struct m2_opt *) given;
    struct m2_arena *a;
    const struct m2_tool *tool;
    int argc, at;
    char **argv;
    struct m2_err *err;
};

/* Other users of the machine can read a command line: these are refused with the way that is meant instead.
 */
static const struct {
    const char *name, *instead_option, *instead;
} refused[] = {
    { "password", "password-stdin", "the environment or the prompt" },
    { "token", "token-stdin", "the environment or the prompt" },
    { "api-key", "token-stdin", "the environment or the prompt" },
    { "mfa-token", NULL, "the prompt" },
    { "access-key", NULL, "a profile or AWS_ACCESS_KEY_ID in the environment" },
    { "access-key-id", NULL, "a profile or AWS_ACCESS_KEY_ID in the environment" },
    { "secret-key", NULL, "a profile or AWS_SECRET_ACCESS_KEY in the environment" },
    { "secret-access-key", NULL, "a profile or AWS_SECRET_ACCESS_KEY in the environment" },
    { "session-token", NULL, "a profile or AWS_SESSION_TOKEN in the environment" },
};

static const struct m2_opt *find(const struct m2_tool *tool, const char *name, size_t n)
{
    for (const struct m2_opt *o = tool->opts; o->name; o++)
        if (strlen(o->name) == n && memcmp(o->name, name, n) == 0)
            return o;
    return NULL;
}

static const struct m2_opt *find_letter(const struct m2_tool *tool, char letter)
{
    for (const struct m2_opt *o = tool->opts; letter && o->name; o++)
        if (o->letter == letter)
            return o;
    return NULL;
}

static int unknown_name(const struct parse *p, const char *dashes, const char *name)
{
    M2_VEC(const char *) names = { 0 };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (!m2_str_eq(refused[i].name, name))
            continue;
        const char *option = refused[i].instead_option;
        bool offered = option && find(p->tool, option, strlen(option));
        return m2_fail(
            p->err, M2_EUSAGE,
            "--%s is never taken as an argument, which others on this machine could read; use %s%s%s", name,
            offered ? "--" : "", offered ? option : "",
            offered ? ", the environment or the prompt" : refused[i].instead);
    }
    for (const struct m2_opt *o = p->tool->opts; o->name; o++)
        m2_vec_push(p->a, &names, o->name);
    m2_vec_push(p->a, &names, NULL);
    const char *near = m2_str_nearest(name, names.at);
    return near ? m2_fail(p->err, M2_EUSAGE, "unknown option %s%.80s; did you mean --%s?", dashes, name, near)
                : m2_fail(p->err, M2_EUSAGE, "unknown option %s%.80s", dashes, name);
}

static int set_enum(const struct parse *p, const struct m2_opt *o, const char *shown, const char *value)
{
    const char *const *choices = m2_opt_choices(o);
    for (size_t i = 0; choices && choices[i]; i++)
        if (m2_str_eq(choices[i], value)) {
            *(const char **)(void *)(p->args + o->at) = choices[i];
            return 0;
        }
    struct m2_buf b;
    m2_buf_init(&b, 300);
    m2_opt_join(&b, choices, ", ");
    const char *near = choices ? m2_str_nearest(value, choices) : NULL;
    int rc = near ? m2_fail(p->err, M2_EUSAGE, "%s: \"%.60s\" is none of %s; did you mean %s?", shown, value,
                            b.data, near)
                  : m2_fail(p->err, M2_EUSAGE, "%s: \"%.60s\" is none of %s", shown, value, b.data);
    m2_buf_free(&b);
    return rc;
}

static int set_value(const struct parse *p, const struct m2_opt *o, const char *shown, const char *value)
{
    void *at = p->args + o->at;
    if (!*value)
        return m2_fail(p->err, M2_EUSAGE, "%s: the value is empty; it needs %s", shown,
                       m2_str_or(o->arg, "one"));
    switch (o->type) {
    case M2_OPT_FLAG:
    case M2_OPT_COUNT:
        break; /* they take none */
    case M2_OPT_STRING:
        *(const char **)at = value;
        return 0;
    case M2_OPT_LIST: {
        struct m2_strlist *list = at;
        m2_vec_push(p->a, &list->v, value);
        return 0;
    }
    case M2_OPT_UINT:
        return m2_parse_u64(at, value, o->min, o->max ? o->max : UINT64_MAX, shown, p->err);
    case M2_OPT_DURATION:
        return m2_duration_parse(at, value, shown, p->err);
    case M2_OPT_ENUM:
        return set_enum(p, o, shown, value);
    }
    return m2_fail(p->err, M2_EBUG, "%s: option type %d", shown, (int)o->type);
}

static void set_flag(const struct parse *p, const struct m2_opt *o)
{
    void *at = p->args + o->at;
    if (o->type == M2_OPT_COUNT)
        ++*(int *)at;
    else
        *(bool *)at = true;
}

/* Is ARG written like an option that this tool has? Then it is not the value of the option before it. */
static bool is_own_option(const struct m2_tool *tool, const char *arg)
{
    if (m2_str_starts(arg, "--"))
        return find(tool, arg + 2, strcspn(arg + 2, "=")) || !arg[2];
    return arg[0] == '-' && arg[1] && !arg[2] && find_letter(tool, arg[1]);
}

/* VALUE NULL: the next argument. */
static int take_value(struct parse *p, const struct m2_opt *o, const char *shown, const char *value)
{
    if (!value) {
        if (p->at >= p->argc || is_own_option(p->tool, p->argv[p->at]))
            return m2_fail(p->err, M2_EUSAGE, "%s needs a value (%s)", shown, m2_str_or(o->arg, "VALUE"));
        value = p->argv[p->at++];
    }
    return set_value(p, o, shown, value);
}

static int long_option(struct parse *p, const char *arg)
{
    const char *name = arg + 2, *equals = strchr(name, '=');
    size_t n = equals ? (size_t)(equals - name) : strlen(name);
    const struct m2_opt *o = find(p->tool, name, n);
    if (!o)
        return unknown_name(p, "--", m2_arena_strndup(p->a, name, n));
    m2_vec_push(p->a, &p->given, o);
    const char *shown = m2_arena_printf(p->a, "--%s", o->name);
    if (m2_opt_takes_value(o))
        return take_value(p, o, shown, equals ? equals + 1 : NULL);
    if (equals)
        return m2_fail(p->err, M2_EUSAGE, "%s takes no value", shown);
    set_flag(p, o);
    return 0;
}

/* "-q", "-vv", "-qv"; a letter whose option takes a value takes the rest, or the next argument. */
static int short_options(struct parse *p, const char *arg)
{
    for (const char *c = arg + 1; *c; c++) {
        const struct m2_opt *o = find_letter(p->tool, *c);
        if (!o)
            return unknown_name(p, "-", m2_arena_strndup(p->a, arg + 1, strcspn(arg + 1, "=")));
        m2_vec_push(p->a, &p->given, o);
        const char *shown = m2_arena_printf(p->a, "-%c", *c);
        if (m2_opt_takes_value(o))
            return take_value(p, o, shown, c[1] ? c + 1 + (c[1] == '=') : NULL);
        if (c[1] == '=')
            return m2_fail(p->err, M2_EUSAGE, "%s takes no value", shown);
        set_flag(p, o);
    }
    return 0;
}

/* "m2-cost WHAT: estimate, compare" */
static int name_commands(const struct parse *p, const char *what)
{
    struct m2_buf names;
    m2_buf_init(&names, 1000);
    m2_command_join(&names, p->tool, M2_EVERY_COMMAND, ", ");
    int rc = m2_fail(p->err, M2_EUSAGE, "%s %s: %s", p->tool->name, what, names.data);
    m2_buf_free(&names);
    return rc;
}

static int set_command(struct parse *p, const char *arg)
{
    M2_VEC(const char *) names = { 0 };
    for (const struct m2_command *c = p->tool->commands; c->name; c++) {
        if (m2_str_eq(c->name, arg)) {
            p->command = c;
            return 0;
        }
        m2_vec_push(p->a, &names, c->name);
    }
    m2_vec_push(p->a, &names, NULL);
    if (find(p->tool, arg, strlen(arg)))
        return m2_fail(p->err, M2_EUSAGE, "%s has no command %s; did you mean --%s?", p->tool->name, arg,
                       arg);
    const char *near = m2_str_nearest(arg, names.at);
    return near ? m2_fail(p->err, M2_EUSAGE, "%s has no command \"%.80s\"; did you mean %s?", p->tool->name,
                          arg, near)
                : name_commands(p, m2_arena_printf(p->a, "has no command \"%.80s\"; it has", arg));
}

static int operand(struct parse *p, const char *arg)
{
    if (p->tool->commands && !p->command)
        return set_command(p, arg);
    m2_vec_push(p->a, &p->operands.v, arg);
    return 0;
}

static bool was_given(const struct parse *p, const char *name)
{
    for (size_t i = 0; i < p->given.len; i++)
        if (m2_str_eq(p->given.at[i]->name, name))
            return true;
    return false;
}

static int foreign_option(const struct parse *p, const struct m2_opt *o)
{
    struct m2_buf names;
    m2_buf_init(&names, 1000);
    m2_command_join(&names, p->tool, o->commands, ", ");
    int rc = m2_fail(p->err, M2_EUSAGE, "--%s is not for %s %s; it belongs to %s", o->name, p->tool->name,
                     p->command->name, names.data);
    m2_buf_free(&names);
    return rc;
}

/* Does what was given fit together? */
static int check_whole(const struct parse *p)
{
    if (was_given(p, "help") || was_given(p, "version"))
        return 0;
    if (p->tool->commands && !p->command)
        return was_given(p, "explain-config") ? 0 : name_commands(p, "needs a command");
    for (size_t i = 0; i < p->given.len; i++)
        if (!m2_opt_fits(p->given.at[i], m2_command_bit(p->tool, p->command)))
            return foreign_option(p, p->given.at[i]);
    return m2_operands_check(p->tool, p->command, &p->operands, p->err);
}

int m2_opt_parse(void *args, struct m2_strlist *operands, struct m2_arena *a, const struct m2_tool *tool,
                 int argc, char **argv, struct m2_err *err)
{
    struct parse p = { .args = args, .a = a, .tool = tool, .argc = argc, .at = 1, .argv = argv, .err = err };
    bool ended = false;
    while (p.at < argc) {
        const char *arg = argv[p.at++];
        int rc = 0;
        if (ended || arg[0] != '-' || !arg[1])
            rc = operand(&p, arg);
        else if (m2_str_eq(arg, "--"))
            ended = true;
        else
            rc = arg[1] == '-' ? long_option(&p, arg) : short_options(&p, arg);
        if (rc < 0)
            return -1;
    }
    if (tool->commands)
        *(const struct m2_command **)(void *)(p.args + tool->command_at) = p.command;
    if (operands)
        *operands = p.operands;
    return check_whole(&p);
}
