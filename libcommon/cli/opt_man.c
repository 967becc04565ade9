#include <string.h>

#include "cli/opt_table.h"
#include "cli/text.h"
#include "m2/cli.h"
#include "m2/str.h"

#define LINE 78
#define MAX_TEXT ((size_t)1 << 20)

/* Characters that roff would change or read as a command. */
static void escape(struct m2_buf *out, const char *s)
{
    for (size_t i = 0, n = strlen(s), step; i < n; i += step) {
        uint32_t cp = 0;
        step = m2_utf8_next(s + i, n - i, &cp);
        if (!step) {
            step = 1;
            m2_buf_addc(out, '?');
        } else if (cp >= 0x80) {
            m2_buf_addf(out, "\\[u%04X]", (unsigned)cp);
        } else if (cp == '\\') {
            m2_buf_adds(out, "\\e");
        } else if (cp == '-') {
            m2_buf_adds(out, "\\-");
        } else if (cp == '"') {
            m2_buf_adds(out, "\\(dq");
        } else if (cp == '\'') {
            m2_buf_adds(out, "\\(aq");
        } else if (cp == '`') {
            m2_buf_adds(out, "\\(ga");
        } else if (cp == '^') {
            m2_buf_adds(out, "\\(ha");
        } else if (cp == '~') {
            m2_buf_adds(out, "\\(ti");
        } else {
            m2_buf_addc(out, s[i]);
        }
    }
}

/* A leading '.' made harmless; a blank line becomes the request PARAGRAPH. */
static void lines(struct m2_buf *out, const char *wrapped, const char *paragraph)
{
    while (*wrapped) {
        const char *end = strchrnul(wrapped, '\n');
        if (*wrapped == '.')
            m2_buf_adds(out, "\\&");
        if (end == wrapped)
            m2_buf_adds(out, paragraph);
        m2_buf_add(out, wrapped, (size_t)(end - wrapped));
        m2_buf_addc(out, '\n');
        wrapped = *end ? end + 1 : end;
    }
}

static void paragraphs(struct m2_buf *out, const char *s, const char *request)
{
    struct m2_buf escaped, wrapped;
    m2_buf_init(&escaped, MAX_TEXT);
    m2_buf_init(&wrapped, MAX_TEXT);
    escape(&escaped, s);
    m2_text_wrap(&wrapped, escaped.data, 0, 0, LINE);
    lines(out, wrapped.data, request);
    m2_buf_free(&escaped);
    m2_buf_free(&wrapped);
}

static void text(struct m2_buf *out, const char *s)
{
    paragraphs(out, s, ".PP");
}

/* A first letter in upper case and a full stop (unless it ends a sentence already): help lines as sentences.
 */
static void sentence(struct m2_buf *b, const char *s)
{
    size_t at = b->len;
    m2_buf_adds(b, s);
    if (b->len > at && b->data[at] >= 'a' && b->data[at] <= 'z')
        b->data[at] = (char)(b->data[at] - 'a' + 'A');
    if (b->len > at && !strchr(".?!", b->data[b->len - 1]))
        m2_buf_addc(b, '.');
}

static void option(struct m2_buf *out, const struct m2_tool *tool, const struct m2_opt *o)
{
    struct m2_buf b;
    m2_buf_init(&b, MAX_TEXT);
    m2_buf_adds(out, ".TP\n");
    if (o->letter)
        m2_buf_addf(out, "\\fB\\-%c\\fR, ", o->letter);
    m2_buf_adds(out, "\\fB\\-\\-");
    escape(out, o->name);
    m2_buf_adds(out, "\\fR");
    if (m2_opt_takes_value(o)) {
        m2_buf_adds(out, " \\fI");
        escape(out, m2_str_or(o->arg, "VALUE"));
        m2_buf_adds(out, "\\fR");
    }
    m2_buf_addc(out, '\n');
    sentence(&b, o->help);
    if (m2_opt_choices(o)) {
        m2_buf_adds(&b, " One of ");
        m2_opt_join(&b, m2_opt_choices(o), ", ");
        m2_buf_addc(&b, '.');
    }
    if (m2_opt_may_repeat(o))
        m2_buf_adds(&b, " May be given more than once.");
    if (o->type == M2_OPT_UINT && (o->min || o->max)) {
        m2_buf_addf(&b, " At least %llu", (unsigned long long)o->min);
        if (o->max)
            m2_buf_addf(&b, ", at most %llu", (unsigned long long)o->max);
        m2_buf_addc(&b, '.');
    }
    if (o->commands) {
        m2_buf_adds(&b, " For ");
        m2_command_join(&b, tool, o->commands, ", ");
        m2_buf_addc(&b, '.');
    }
    if (o->more)
        m2_buf_addf(&b, " %s", o->more);
    text(out, b.data);
    m2_buf_free(&b);
}

static void options(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_adds(out, ".SH OPTIONS\n");
    for (size_t i = 0; tool->opts[i].name; i++) {
        if (!m2_opt_opens_group(tool, i, M2_EVERY_COMMAND))
            continue;
        m2_buf_adds(out, ".SS ");
        escape(out, m2_opt_group(tool, i));
        m2_buf_addc(out, '\n');
        for (size_t j = i; tool->opts[j].name; j++)
            if (m2_str_eq(m2_opt_group(tool, j), m2_opt_group(tool, i)))
                option(out, tool, &tool->opts[j]);
    }
}

static void exit_statuses(struct m2_buf *out)
{
    m2_buf_adds(out, ".SH EXIT STATUS\n");
    for (const struct m2_exit_row *r = m2_exit_rows(); r->meaning; r++) {
        m2_buf_addf(out, ".TP\n\\fB%d\\fR\n", (int)r->status);
        text(out, r->meaning);
    }
}

static void environment(struct m2_buf *out, const struct m2_tool *tool)
{
    bool any = false;
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        if (!o->env)
            continue;
        if (!any)
            m2_buf_adds(out, ".SH ENVIRONMENT\n");
        any = true;
        m2_buf_adds(out, ".TP\n\\fB");
        escape(out, o->env);
        m2_buf_adds(out, "\\fR\nRead where \\fB\\-\\-");
        escape(out, o->name);
        m2_buf_adds(out, "\\fR is not given.\n");
    }
}

static void example_rows(struct m2_buf *out, const struct m2_example *e, bool *any)
{
    for (; e && e->command; e++) {
        if (!*any)
            m2_buf_adds(out, ".SH EXAMPLES\n");
        *any = true;
        m2_buf_adds(out, ".TP\n\\fB");
        escape(out, e->command);
        m2_buf_adds(out, "\\fR\n");
        text(out, m2_str_or(e->what, e->command));
    }
}

static void examples(struct m2_buf *out, const struct m2_tool *tool)
{
    bool any = false;
    example_rows(out, tool->examples, &any);
    for (const struct m2_command *c = tool->commands; c && c->name; c++)
        example_rows(out, c->examples, &any);
}

static void operands(struct m2_buf *out, const char *words)
{
    if (!words)
        return;
    m2_buf_adds(out, " \\fI");
    escape(out, words);
    m2_buf_adds(out, "\\fR");
}

static void usage(struct m2_buf *out, const struct m2_tool *tool, const struct m2_command *command)
{
    m2_buf_adds(out, "\\fB");
    escape(out, tool->name);
    if (command) {
        m2_buf_addc(out, ' ');
        escape(out, command->name);
    }
    m2_buf_adds(out, "\\fR [\\fIoptions\\fR]");
    operands(out, command ? command->operands : tool->operands);
    m2_buf_addc(out, '\n');
}

static void synopsis(struct m2_buf *out, const struct m2_tool *tool)
{
    m2_buf_adds(out, "\n.SH SYNOPSIS\n");
    if (!tool->commands)
        usage(out, tool, NULL);
    for (const struct m2_command *c = tool->commands; c && c->name; c++) {
        if (c != tool->commands)
            m2_buf_adds(out, ".br\n");
        usage(out, tool, c);
    }
}

static void commands(struct m2_buf *out, const struct m2_tool *tool)
{
    for (const struct m2_command *c = tool->commands; c && c->name; c++) {
        struct m2_buf b;
        m2_buf_init(&b, MAX_TEXT);
        m2_buf_adds(out, c == tool->commands ? ".SH COMMANDS\n.TP\n\\fB" : ".TP\n\\fB");
        escape(out, c->name);
        m2_buf_adds(out, "\\fR");
        operands(out, c->operands);
        m2_buf_addc(out, '\n');
        sentence(&b, c->summary);
        if (c->about)
            m2_buf_addf(&b, "\n\n%s", c->about);
        paragraphs(out, b.data, ".IP"); /* keeps the indentation */
        m2_buf_free(&b);
    }
}

void m2_opt_man(struct m2_buf *out, const struct m2_tool *tool, const char *version, const char *date)
{
    struct m2_buf name;
    m2_buf_init(&name, 1024);
    for (const char *c = tool->name; *c; c++)
        m2_buf_addc(&name, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    m2_buf_adds(out, ".TH ");
    escape(out, name.data);
    m2_buf_addf(out, " 1 \"%s\" \"", date);
    escape(out, tool->name);
    m2_buf_adds(out, " ");
    escape(out, version);
    m2_buf_adds(out, "\" \"Mode 2 toolkit\"\n.SH NAME\n");
    m2_buf_free(&name);

    escape(out, tool->name);
    m2_buf_adds(out, " \\- ");
    escape(out, tool->summary);
    synopsis(out, tool);
    m2_buf_adds(out, ".SH DESCRIPTION\n");
    text(out, m2_str_or(tool->about, tool->summary));
    commands(out, tool);
    options(out, tool);
    exit_statuses(out);
    environment(out, tool);
    examples(out, tool);
}
