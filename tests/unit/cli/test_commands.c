#include <criterion/criterion.h>
#include <string.h>

#include "cli/opt_table.h"
#include "m2/str.h"
#include "sample.h"
#include "shell.h"

#define MOST 8

static int parse(struct multi_args *args, struct m2_strlist *operands, struct m2_arena *a,
                 const char *const *words, struct m2_err *err)
{
    char *argv[MOST + 2] = { m2_arena_strdup(a, "m2-multi") };
    int argc = 1;
    for (; *words; words++)
        argv[argc++] = m2_arena_strdup(a, *words);
    return m2_opt_parse(args, operands, a, &multi_tool, argc, argv, err);
}

Test(commands, accepted)
{
    static const struct {
        const char *words[MOST];
        const char *command; /* NULL: none */
        const char *operand; /* NULL: none */
    } cases[] = {
        { { "estimate" }, "estimate", NULL },
        { { "estimate", "--vcpu", "4" }, "estimate", NULL },
        { { "--vcpu", "4", "estimate" }, "estimate", NULL },
        { { "-c", "4", "compare", "--region=x" }, "compare", NULL },
        { { "-c4", "--", "compare" }, "compare", NULL },
        { { "jobs", "a.csv" }, "jobs", "a.csv" },
        { { "jobs", "-", "--prices=p" }, "jobs", "-" },
        { { "--strict", "jobs", "--quiet", "a.csv" }, "jobs", "a.csv" },
        { { "jobs", "--", "--since" }, "jobs", "--since" },
        { { "jobs", "jobs" }, "jobs", "jobs" },
        { { "forecast" }, "forecast", NULL },
        { { "forecast", "a.csv", "--since=30d" }, "forecast", "a.csv" },
        { { "--help" }, NULL, NULL },
        { { "--version" }, NULL, NULL },
        { { "--explain-config", "--region=x" }, NULL, NULL },
        { { "--help", "estimate" }, "estimate", NULL },
        /* Who asks for help is not told that something is missing or does not fit. */
        { { "jobs", "--help" }, "jobs", NULL },
        { { "-h", "--vcpu=4" }, NULL, NULL },
        { { "estimate", "--since=3d", "-h" }, "estimate", NULL },
        { { "estimate", "a.csv", "--version" }, "estimate", "a.csv" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct multi_args r = { .command = &multi_commands[3] };
        struct m2_strlist operands = { 0 };
        struct m2_err err = { 0 };
        cr_assert_eq(parse(&r, &operands, a, cases[i].words, &err), 0, "case %zu: %s", i, err.msg);
        cr_assert(m2_str_eq(r.command ? r.command->name : NULL, cases[i].command), "case %zu", i);
        cr_assert_eq(operands.v.len, cases[i].operand != NULL, "case %zu", i);
        cr_assert(!cases[i].operand || m2_str_eq(operands.v.at[0], cases[i].operand), "case %zu", i);
        m2_arena_free(a);
    }
}

Test(commands, refused_with_one_sentence)
{
    static const struct {
        const char *words[MOST];
        const char *want;
    } cases[] = {
        { { NULL }, "m2-multi needs a command: estimate, compare, jobs, forecast" },
        { { "--vcpu=4" }, "m2-multi needs a command: estimate, compare, jobs, forecast" },
        { { "estimte" }, "m2-multi has no command \"estimte\"; did you mean estimate?" },
        { { "--help", "estimte" }, "m2-multi has no command \"estimte\"; did you mean estimate?" },
        { { "zzzzzzzzz" },
          "m2-multi has no command \"zzzzzzzzz\"; it has: estimate, compare, jobs, forecast" },
        { { "" }, "m2-multi has no command \"\"; it has: estimate, compare, jobs, forecast" },
        { { "version" }, "m2-multi has no command version; did you mean --version?" },
        { { "estimate", "--since=3d" }, "--since is not for m2-multi estimate; it belongs to forecast" },
        { { "--since=3d", "estimate" }, "--since is not for m2-multi estimate; it belongs to forecast" },
        { { "jobs", "a", "-c", "4" }, "--vcpu is not for m2-multi jobs; it belongs to estimate, compare" },
        { { "forecast", "--prices=p", "--explain-config" },
          "--prices is not for m2-multi forecast; it belongs to estimate, compare, jobs" },
        { { "estimate", "--vcpus=4" }, "unknown option --vcpus; did you mean --vcpu?" },
        { { "estimate", "--vcpu" }, "--vcpu needs a value (N)" },
        { { "estimate", "a.csv" }, "m2-multi estimate takes options only, and \"a.csv\" is none" },
        { { "estimate", "compare" }, "m2-multi estimate takes options only, and \"compare\" is none" },
        { { "estimate", "vcpu" }, "m2-multi estimate takes options only; did you mean --vcpu?" },
        { { "estimate", "since" }, "m2-multi estimate takes options only, and \"since\" is none" },
        { { "jobs" }, "m2-multi jobs needs FILE" },
        { { "jobs", "--prices", "a.csv" }, "m2-multi jobs needs FILE" },
        { { "jobs", "a", "b" }, "m2-multi jobs takes FILE, and \"b\" is one too many" },
        { { "forecast", "a", "b" }, "m2-multi forecast takes [FILE], and \"b\" is one too many" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct multi_args r = { 0 };
        struct m2_strlist operands = { 0 };
        struct m2_err err = { 0 };
        cr_assert_eq(parse(&r, &operands, a, cases[i].words, &err), -1, "case %zu", i);
        cr_assert_eq(err.code, M2_EUSAGE, "case %zu", i);
        cr_expect_str_eq(err.msg, cases[i].want, "case %zu: %s", i, err.msg);
        m2_arena_free(a);
    }
}

Test(commands, operands_are_counted)
{
    static const struct {
        const char *operands;
        size_t least, most;
    } cases[] = {
        { NULL, 0, 0 },        { "FILE", 1, 1 },    { "[FILE]", 0, 1 },    { "FILE...", 1, 5 },
        { "[FILE...]", 0, 5 }, { "FROM TO", 2, 2 }, { "FROM [TO]", 1, 2 }, { "FROM TO...", 2, 5 },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_tool tool = { .name = "t", .opts = multi_opts, .operands = cases[i].operands };
        struct m2_strlist words = { 0 };
        for (size_t n = 0; n <= 5; n++) {
            bool right = n >= cases[i].least && n <= cases[i].most;
            int rc = m2_operands_check(&tool, NULL, &words, NULL);
            cr_assert_eq(rc == 0, right, "%s with %zu", m2_str_or(cases[i].operands, "none"), n);
            m2_vec_push(a, &words.v, "x");
        }
    }
    m2_arena_free(a);
}

/* HELP is a whole page of COMMAND: exactly the options that fit it, and their groups and variables. */
static void holds_options_of(const char *help, const struct m2_command *command)
{
    struct m2_arena *a = m2_arena_new();
    for (const struct m2_opt *o = multi_opts; o->name; o++) {
        bool fits = !o->commands || (command && o->commands & 1U << (command - multi_commands));
        bool shown = strstr(help, m2_arena_printf(a, "  --%s", o->name)) ||
                     strstr(help, m2_arena_printf(a, ", --%s", o->name));
        cr_expect_eq(shown, fits, "%s --%s\n%s", command ? command->name : "-", o->name, help);
    }
    bool job = strstr(help, "\nJob:\n"), history = strstr(help, "\nHistory:\n"), env = strstr(help, "SINCE");
    cr_expect_eq(job, command && command != &multi_commands[3]);
    cr_expect_eq(history, command == &multi_commands[3]);
    cr_expect_eq(env, command == &multi_commands[3]);
    cr_expect(strstr(help, "\nAccount:\n"));
    m2_arena_free(a);
}

Test(commands, help_of_each_and_of_the_whole)
{
    static const struct {
        int command; /* -1: the whole */
        const char *want[4];
    } cases[] = {
        { -1,
          { "m2-multi: what does a job cost?\n\nUsage: m2-multi COMMAND [options]\n\nIt knows prices.\n",
            "\nExamples:\n  m2-multi estimate --vcpu 4\n      one job\n",
            "\nCommands:\n  estimate         price one job\n"
            "  compare          the same job: it's 'cheapest' first\n"
            "  jobs FILE        price a history\n  forecast [FILE]  the next months\n",
            "\nm2-multi COMMAND --help shows the options of a command.\n\nAccount:\n" } },
        { 0,
          { "m2-multi estimate: price one job\n\nUsage: m2-multi estimate [options]\n\n"
            "Every line of the bill.\n\n.SH looks like a request\n\nJob:\n  -c, --vcpu N ",
            "\n      --prices FILE  " } },
        { 1, { "Usage: m2-multi compare [options]\n\nJob:\n" } },
        { 2,
          { "Usage: m2-multi jobs [options] FILE\n\nExamples:\n  m2-multi jobs history.csv\n",
            "\nJob:\n      --prices FILE" } },
        { 3, { "Usage: m2-multi forecast [options] [FILE]\n", "\nHistory:\n      --since DURATION" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_command *command = cases[i].command < 0 ? NULL : &multi_commands[cases[i].command];
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        m2_opt_help(&b, &multi_tool, command, 80);
        for (size_t k = 0; k < 4 && cases[i].want[k]; k++)
            cr_expect(strstr(b.data, cases[i].want[k]), "case %zu: %s\n%s", i, cases[i].want[k], b.data);
        cr_expect_eq(strstr(b.data, "\nCommands:\n") != NULL, !command);
        holds_options_of(b.data, command);
        m2_buf_free(&b);
    }
}

Test(commands, man_page)
{
    static const char *const want[] = {
        ".SH SYNOPSIS\n\\fBm2\\-multi estimate\\fR [\\fIoptions\\fR]\n.br\n",
        ".br\n\\fBm2\\-multi jobs\\fR [\\fIoptions\\fR] \\fIFILE\\fR\n.br\n",
        "\\fR [\\fIoptions\\fR] \\fI[FILE]\\fR\n.SH DESCRIPTION\nIt knows prices.\n",
        ".SH COMMANDS\n.TP\n\\fBestimate\\fR\nPrice one job.\n.IP\nEvery line of the bill.\n.IP\n"
        "\\&.SH looks like a request\n.TP\n\\fBcompare\\fR\n",
        ".TP\n\\fBjobs\\fR \\fIFILE\\fR\nPrice a history.\n",
        ".SH OPTIONS\n.SS Job\n.TP\n\\fB\\-c\\fR, \\fB\\-\\-vcpu\\fR \\fIN\\fR\n"
        "Virtual processors of the job. At least 1, at most 96. For estimate, compare.\n"
        ".TP\n\\fB\\-\\-prices\\fR \\fIFILE\\fR\n"
        "Another price list. For estimate, compare, jobs. As written by prices.\n.SS History\n",
        "How far back jobs are read. For forecast.\n",
        ".SH EXAMPLES\n.TP\n\\fBm2\\-multi estimate \\-\\-vcpu 4\\fR\none job\n"
        ".TP\n\\fBm2\\-multi jobs history.csv\\fR\nprice what ran\n",
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    m2_opt_man(&b, &multi_tool, "0.1.0", "2026-11-23");
    const char *at = b.data;
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        at = strstr(b.data, want[i]);
        cr_expect(at, "%s\nis not in\n%s", want[i], b.data);
    }
    cr_expect_eq(strstr(b.data, ".SH EXAMPLES") + 1, strstr(strstr(b.data, ".SH EXAMPLES"), "SH EXAMPLES"));
    if (has_program("mandoc")) {
        const char *path = file_of(a, "multi.1", &b);
        const char *said = output_of(a, m2_arena_printf(a, "mandoc -T lint -W warning '%s' 2>&1", path));
        cr_expect_str_eq(said, "");
        const char *page = output_of(a, m2_arena_printf(a, "mandoc -T ascii '%s' | sed 's/.\x08//g'", path));
        cr_expect(strstr(page, "       estimate\n              Price one job.\n\n              Every line"),
                  "%s", page);
        (void)unlink(path);
    }
    m2_buf_free(&b);
    m2_arena_free(a);
}
