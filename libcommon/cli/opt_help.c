#include <string.h>

#include "cli/opt_table.h"
#include "cli/text.h"
#include "m2/cli.h"
#include "m2/str.h"

#define DEFAULT_WIDTH 80
#define WIDEST 100
#define NARROWEST 40
#define WIDEST_LEFT 30 /* a longer left side pushes its text to the next line */
#define MAX_TEXT ((size_t)1 << 20)

struct page {
    struct m2_buf *out;
    const struct m2_tool *tool;
    size_t width, left; /* column where the right side begins */
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

static void options(struct page *p)
{
    const struct m2_opt *opts = p->tool->opts;
    size_t n = 0;
    p->left = 0;
    for (; opts[n].name; n++) {
        struct m2_buf b;
        m2_buf_init(&b, MAX_TEXT);
        left_side(&b, &opts[n]);
        size_t wide = m2_text_width(b.data, b.len) + 2;
        if (wide > p->left && wide <= WIDEST_LEFT && wide <= p->width / 2)
            p->left = wide;
        m2_buf_free(&b);
    }
    if (p->left < 10)
        p->left = 10;
    for (size_t i = 0; i < n; i++) {
        if (!m2_opt_opens_group(p->tool, i))
            continue;
        m2_buf_addf(p->out, "\n%s:\n", m2_opt_group(p->tool, i));
        for (size_t j = i; j < n; j++)
            if (m2_str_eq(m2_opt_group(p->tool, j), m2_opt_group(p->tool, i)))
                option_row(p, &opts[j]);
    }
}

static void examples(const struct page *p)
{
    if (!p->tool->examples || !p->tool->examples[0].command)
        return;
    m2_buf_adds(p->out, "\nExamples:\n");
    for (const struct m2_example *e = p->tool->examples; e->command; e++) {
        m2_buf_addf(p->out, "  %s\n      ", e->command);
        m2_text_wrap(p->out, m2_str_or(e->what, ""), 6, 6, p->width);
    }
}

static void environment(struct page *p)
{
    bool any = false;
    for (const struct m2_opt *o = p->tool->opts; o->name; o++) {
        if (!o->env)
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

void m2_opt_help(struct m2_buf *out, const struct m2_tool *tool, int width)
{
    struct page p = { .out = out, .tool = tool, .width = DEFAULT_WIDTH };
    if (width > 0)
        p.width = width < NARROWEST ? NARROWEST : width > WIDEST ? WIDEST : (size_t)width;
    m2_buf_addf(out, "%s: ", tool->name);
    m2_text_wrap(out, tool->summary, strlen(tool->name) + 2, 4, p.width);
    m2_buf_addf(out, "\nUsage: %s [options]%s%s\n", tool->name, tool->operands ? " " : "",
                m2_str_or(tool->operands, ""));
    if (!m2_str_empty(tool->about)) {
        m2_buf_addc(out, '\n');
        m2_text_wrap(out, tool->about, 0, 0, p.width);
    }
    examples(&p);
    options(&p);
    environment(&p);
    exit_statuses(&p);
}
