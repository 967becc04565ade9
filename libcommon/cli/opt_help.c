#include <string.h>

#include "cli/opt_table.h"
#include "cli/text.h"
#include "m2/cli.h"
#include "m2/str.h"

#define DEFAULT_WIDTH 80
#define WIDEST 100
#define NARROWEST 40
#define LEAST_LEFT 10
#define WIDEST_LEFT 30 /* a longer left side pushes its text to the next line */
#define MAX_TEXT ((size_t)1 << 20)

struct page {
    struct m2_buf *out;
    const struct m2_tool *tool;
    const struct m2_command *command; /* NULL: the tool as a whole */
    uint32_t commands;                /* its bit */
    size_t width, left;               /* column where the right side begins */
};

/* "  -q, --quiet" or "      --region NAME" */
static void left_side(struct m2_buf *b, const struct m2_opt *o)
{
    if (o->letter)
        m2_buf_addf(b, "  -%c, --%s", o->letter, o->name);
    else
        m2_buf_addf(b, "      --%s", o->name);
    if (m2_opt_takes_value(o))
        m2_buf_addf(b, " %s%s", m2_str_or(o->arg, "VALUE"), o->type == M2_OPT_LIST ? "..." : "");
}

static void row(const struct page *p, const char *left, const char *right)
{
    size_t column = m2_text_width(left, strlen(left));
    m2_buf_adds(p->out, left);
    if (column + 2 > p->left) {
        m2_buf_addc(p->out, '\n');
        column = 0;
    }
    m2_text_pad(p->out, p->left - column);
    m2_text_wrap(p->out, right, p->left, p->left, p->width);
}

static void option_row(const struct page *p, const struct m2_opt *o)
{
    struct m2_buf left, right;
    m2_buf_init(&left, MAX_TEXT);
    m2_buf_init(&right, MAX_TEXT);
    left_side(&left, o);
    m2_buf_adds(&right, o->help);
    if (m2_opt_choices(o)) {
        m2_buf_adds(&right, " [");
        m2_opt_join(&right, m2_opt_choices(o), ", ");
        m2_buf_addc(&right, ']');
    }
    row(p, left.data, right.data);
    m2_buf_free(&left);
    m2_buf_free(&right);
}

/* Make room for LEFT, if it is not out of the ordinary. */
static void widen(struct page *p, const struct m2_buf *left)
{
    size_t wide = m2_text_width(left->data, left->len) + 2;
    if (wide > p->left && wide <= WIDEST_LEFT && wide <= p->width / 2)
        p->left = wide;
}

static void options(struct page *p)
{
    const struct m2_opt *opts = p->tool->opts;
    size_t n = 0;
    p->left = LEAST_LEFT;
    for (; opts[n].name; n++) {
        struct m2_buf b;
        m2_buf_init(&b, MAX_TEXT);
        left_side(&b, &opts[n]);
        if (m2_opt_fits(&opts[n], p->commands))
            widen(p, &b);
        m2_buf_free(&b);
    }
    for (size_t i = 0; i < n; i++) {
        if (!m2_opt_opens_group(p->tool, i, p->commands))
            continue;
        m2_buf_addf(p->out, "\n%s:\n", m2_opt_group(p->tool, i));
        for (size_t j = i; j < n; j++)
            if (m2_opt_fits(&opts[j], p->commands) &&
                m2_str_eq(m2_opt_group(p->tool, j), m2_opt_group(p->tool, i)))
                option_row(p, &opts[j]);
    }
}

/* Twice over the table: once for the width, once for the rows. */
static void command_rows(struct page *p, bool write)
{
    for (const struct m2_command *c = p->tool->commands; c->name; c++) {
        struct m2_buf left;
        m2_buf_init(&left, MAX_TEXT);
        m2_buf_addf(&left, "  %s%s%s", c->name, c->operands ? " " : "", m2_str_or(c->operands, ""));
        if (write)
            row(p, left.data, c->summary);
        else
            widen(p, &left);
        m2_buf_free(&left);
    }
}

static void commands(struct page *p)
{
    if (!p->tool->commands || p->command)
        return;
    p->left = LEAST_LEFT;
    command_rows(p, false);
    m2_buf_adds(p->out, "\nCommands:\n");
    command_rows(p, true);
    m2_buf_addf(p->out, "\n%s ", p->tool->name);
    m2_text_wrap(p->out, "COMMAND --help shows the options of a command.", strlen(p->tool->name) + 1, 0,
                 p->width);
}

static void examples(const struct page *p)
{
    const struct m2_example *e = p->command ? p->command->examples : p->tool->examples;
    if (!e || !e->command)
        return;
    m2_buf_adds(p->out, "\nExamples:\n");
    for (; e->command; e++) {
        m2_buf_addf(p->out, "  %s\n      ", e->command);
        m2_text_wrap(p->out, m2_str_or(e->what, ""), 6, 6, p->width);
    }
}

static void environment(struct page *p)
{
    bool any = false;
    for (const struct m2_opt *o = p->tool->opts; o->name; o++) {
        if (!o->env || !m2_opt_fits(o, p->commands))
            continue;
        struct m2_buf left;
        m2_buf_init(&left, MAX_TEXT);
        if (!any)
            m2_buf_adds(p->out, "\nEnvironment (an option wins over its variables):\n");
        m2_buf_addf(&left, "  --%s", o->name);
        row(p, left.data, o->env);
        m2_buf_free(&left);
        any = true;
    }
}

static void exit_statuses(struct page *p)
{
    m2_buf_adds(p->out, "\nExit status:\n");
    p->left = 7;
    for (const struct m2_exit_row *r = m2_exit_rows(); r->meaning; r++) {
        char left[16];
        (void)snprintf(left, sizeof left, "  %3d", (int)r->status);
        row(p, left, r->meaning);
    }
}

/* "m2-cost jobs: summary", "Usage: m2-cost jobs [options] FILE", what it is about. */
static void opening(const struct page *p)
{
    const struct m2_command *c = p->command;
    const char *operands = c ? c->operands : p->tool->operands, *about = c ? c->about : p->tool->about;
    struct m2_buf name;
    m2_buf_init(&name, MAX_TEXT);
    m2_buf_addf(&name, "%s%s%s", p->tool->name, c ? " " : "", c ? c->name : "");
    m2_buf_addf(p->out, "%s: ", name.data);
    m2_text_wrap(p->out, c ? c->summary : p->tool->summary, name.len + 2, 4, p->width);
    m2_buf_addf(p->out, "\nUsage: %s%s [options]%s%s\n", name.data, p->tool->commands && !c ? " COMMAND" : "",
                operands ? " " : "", m2_str_or(operands, ""));
    m2_buf_free(&name);
    if (m2_str_empty(about))
        return;
    m2_buf_addc(p->out, '\n');
    m2_text_wrap(p->out, about, 0, 0, p->width);
}

void m2_opt_help(struct m2_buf *out, const struct m2_tool *tool, const struct m2_command *command, int width)
{
    struct page p = { .out = out,
                      .tool = tool,
                      .command = command,
                      .commands = m2_command_bit(tool, command),
                      .width = DEFAULT_WIDTH };
    if (width > 0)
        p.width = width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : (size_t)width;
    opening(&p);
    examples(&p);
    commands(&p);
    options(&p);
    environment(&p);
    exit_statuses(&p);
}
