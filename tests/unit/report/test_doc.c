/* Documents as text, markdown and csv: what a reader of each sees, whatever the names in it are. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/doc.h"
#include "m2/str.h"

static const char *render(struct m2_arena *a, const struct m2_doc *d, const char *format,
                          struct m2_report_style style)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 24);
    m2_doc_renderer_find(format)->render(&b, d, &style);
    cr_assert(!b.over);
    const char *text = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return text;
}

/* One of everything. */
static struct m2_doc *sample(struct m2_arena *a)
{
    struct m2_doc *d = m2_doc_new(a, "Cost in us-east-1");
    m2_doc_text(d, "A job of %d vCPU.", 4);
    m2_doc_lead(d, "One job costs $%s.", "0.0339");
    m2_doc_warning(d, "The price list is 200 days old.");
    m2_doc_heading(d, "The bill");
    struct m2_doc_table *t = m2_doc_table(d, "Line by line");
    m2_doc_column(t, "Item", "resource", M2_LEFT);
    m2_doc_column(t, "Cost", "cost_usd", M2_RIGHT);
    m2_doc_column(t, "Remark", NULL, M2_LEFT);
    m2_doc_row(t, false);
    m2_doc_cell(t, "vCPU");
    m2_doc_cell_exact(t, "0.026986666667", "%s", "0.0270");
    m2_doc_row(t, false);
    m2_doc_cell(t, "\xe8\xa8\x98\xe6\x86\xb6");
    m2_doc_cell_exact(t, "0.0069", "0.0069");
    m2_doc_cell(t, "GB");
    m2_doc_row(t, true);
    m2_doc_cell(t, "Total");
    m2_doc_cell_exact(t, "0.033886666667", "0.0339");
    m2_doc_note(d, "Taxes are not in it.");
    m2_doc_item(d, "one");
    m2_doc_item(d, "two");
    struct m2_doc_chart *c = m2_doc_chart(d, M2_CHART_BARS, "Shares", "vCPU is 80 %.");
    m2_doc_axes(c, "", "USD");
    m2_doc_series(c, "cost");
    m2_doc_point(c, "vCPU", 0, 0.8);
    m2_doc_point(c, "memory", 0, 0.2);
    m2_doc_command(d, "m2-cost estimate --vcpu 4");
    return d;
}

Test(doc, says_the_answer_first_in_every_format)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = sample(a);
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ 0 }),
                     "One job costs $0.0339.\n\n"
                     "A job of 4 vCPU.\n\n"
                     "Warning: The price list is 200 days old.\n\n"
                     "The bill\n"
                     "Line by line\n"
                     "  Item     Cost  Remark\n"
                     "  -----  ------  ------\n"
                     "  vCPU   0.0270\n"
                     "  \xe8\xa8\x98\xe6\x86\xb6   0.0069  GB\n"
                     "  ---------------------\n"
                     "  Total  0.0339\n\n"
                     "Note: Taxes are not in it.\n\n"
                     "- one\n"
                     "- two\n\n"
                     "Shares (USD)\n"
                     "vCPU is 80 %.\n"
                     "  vCPU    ########################## 0.800\n"
                     "  memory  ####### 0.200\n\n"
                     "    m2-cost estimate --vcpu 4\n");
    cr_assert_str_eq(render(a, d, "markdown", (struct m2_report_style){ 0 }),
                     "# Cost in us-east-1\n\n"
                     "**One job costs $0.0339.**\n\n"
                     "A job of 4 vCPU.\n\n"
                     "> **Warning:** The price list is 200 days old.\n\n"
                     "## The bill\n\n"
                     "**Line by line**\n\n"
                     "| Item | Cost | Remark |\n| --- | ---: | --- |\n"
                     "| vCPU | 0.0270 |  |\n"
                     "| \xe8\xa8\x98\xe6\x86\xb6 | 0.0069 | GB |\n"
                     "| **Total** | **0.0339** |  |\n\n"
                     "> **Note:** Taxes are not in it.\n\n"
                     "- one\n- two\n\n"
                     "**Shares:** vCPU is 80 %.\n\n"
                     "```sh\nm2-cost estimate --vcpu 4\n```\n");
    cr_assert_str_eq(render(a, d, "csv", (struct m2_report_style){ 0 }),
                     "resource,cost_usd\nvCPU,0.026986666667\n\xe8\xa8\x98\xe6\x86\xb6,0.0069\n"
                     "Total,0.033886666667\n");
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ .quiet = true }),
                     "One job costs $0.0339.\n\nWarning: The price list is 200 days old.\n");
    cr_assert(strstr(render(a, d, "text", (struct m2_report_style){ .color = true, .unicode = true }),
                     "\x1b[1mOne job costs $0.0339.\x1b[0m\n"));
    cr_assert_null(m2_doc_renderer_find("json"));
    m2_arena_free(a);
}

/* ---- text ---- */

static struct m2_doc_table *table_of(struct m2_doc *d, const char *const *columns, const char *const *cells,
                                     size_t rows)
{
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    size_t n = 0;
    for (; columns[n]; n++)
        m2_doc_column(t, columns[n] + 1, columns[n] + 1, *columns[n] == '>' ? M2_RIGHT : M2_LEFT);
    for (size_t i = 0; i < rows * n; i++) {
        if (i % n == 0)
            m2_doc_row(t, false);
        m2_doc_cell(t, "%s", cells[i]);
    }
    return t;
}

Test(doc, tables_are_wrapped_and_become_records_when_they_do_not_fit)
{
    struct m2_arena *a = m2_arena_new();
    static const char *const columns[] = { "<Check", "<What is so", ">Cost", NULL };
    static const char *const cells[] = { "lambda.state", "The function is not there and has never been",
                                         "-12.50",       "arn:aws:s3:::a-long-bucket",
                                         "ok",           "0.00" };
    struct m2_doc *d = m2_doc_new(a, "");
    table_of(d, columns, cells, 2);
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ .width = 52 }),
                     "  Check                     What is so          Cost\n"
                     "  ------------------------  ----------------  ------\n"
                     "  lambda.state              The function is   -12.50\n"
                     "                            not there and\n"
                     "                            has never been\n"
                     "  arn:aws:s3:::a-long-buck  ok                  0.00\n"
                     "  et\n");
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ .width = 30 }),
                     "  Check:       lambda.state\n"
                     "  What is so:  The function is\n"
                     "               not there and\n"
                     "               has never been\n"
                     "  Cost:        -12.50\n\n"
                     "  Check:       arn:aws:s3:::a-\n"
                     "               long-bucket\n"
                     "  What is so:  ok\n"
                     "  Cost:        0.00\n");
    m2_arena_free(a);
}

Test(doc, a_table_without_rows_says_so)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = m2_doc_new(a, "T");
    struct m2_doc_table *t = m2_doc_table(d, "Bad rows");
    m2_doc_column(t, "Line", "line", M2_RIGHT);
    m2_doc_empty(t, "Every row could be priced.");
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ 0 }),
                     "T\n\nBad rows\n  Every row could be priced.\n");
    cr_assert_str_eq(render(a, d, "markdown", (struct m2_report_style){ 0 }),
                     "# T\n\n**Bad rows**\n\nEvery row could be priced.\n");
    cr_assert_str_eq(render(a, d, "csv", (struct m2_report_style){ 0 }), "line\n");
    cr_assert_str_eq(render(a, m2_doc_new(a, "T"), "csv", (struct m2_report_style){ 0 }), "");
    m2_arena_free(a);
}

/* ---- csv ---- */

Test(doc, csv_quotes_where_needed_and_defuses_formulas)
{
    static const char *const rows[][2] = {
        { "plain text", "plain text" },
        { "a,b", "\"a,b\"" },
        { "say \"hi\"", "\"say \"\"hi\"\"\"" },
        { "two\nlines", "\"two\nlines\"" },
        { " padded ", "\" padded \"" },
        { "", "\"\"" },
        { "-0.5", "-0.5" },
        { "+12", "+12" },
        { "-1.5e-7", "-1.5e-7" },
        { "-70 %", "-70 %" },
        { "+.5%", "+.5%" },
        { "0.0339", "0.0339" },
        { "=1+1", "'=1+1" },
        { "@SUM(A1)", "'@SUM(A1)" },
        { "+1+1", "'+1+1" },
        { "-", "'-" },
        { "--5", "'--5" },
        { "-1e", "'-1e" },
        { "-cmd|'/c calc'!A1", "'-cmd|'/c calc'!A1" },
        { "\t=1", "' =1" },
        { "\r=1", "'\\x0d=1" },
        { "\n=1", "\"'\n=1\"" },
        { "\xef\xbc\x9d"
          "1",
          "'\xef\xbc\x9d"
          "1" },
        { "a\x1b[31m", "a\\x1b[31m" },
        { "=a,\"b\"", "\"'=a,\"\"b\"\"\"" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_doc *d = m2_doc_new(a, "");
        table_of(d, (const char *const[]){ "<c", NULL }, &rows[i][0], 1);
        const char *expected = m2_arena_printf(a, "c\n%s\n", rows[i][1]);
        cr_expect_str_eq(render(a, d, "csv", (struct m2_report_style){ 0 }), expected);
    }
    m2_arena_free(a);
}

/* ---- markdown ---- */

Test(doc, markdown_lets_no_name_break_out)
{
    static const char *const rows[][2] = {
        { "a|b", "a\\|b" },
        { "a\\|b", "a\\\\\\|b" },
        { "<script>&amp;", "&lt;script&gt;&amp;amp;" },
        { "*x* _y_ `z` ~~w~~", "\\*x\\* \\_y\\_ \\`z\\` \\~\\~w\\~\\~" },
        { "[a](http://b)", "\\[a\\](http\\://b)" },
        { "www.example.com", "www\\.example.com" },
        { "# one", "\\# one" },
        { "- one", "\\- one" },
        { "---", "\\---" },
        { "-5", "-5" },
        { "+ a", "\\+ a" },
        { "1. one", "1\\. one" },
        { "1.5", "1.5" },
        { "12) x", "12\\) x" },
        { "@octocat", "\\@<!-- -->octocat" },
        { "by @octocat", "by @<!-- -->octocat" },
        { "anna@example.org", "anna@example.org" },
        { "run #12", "run #<!-- -->12" },
        { "$5 or $x$", "$5 or \\$x\\$" },
        { "two\nlines\r", "two lines\\\\x0d" },
        { "  padded ", "padded" },
        { "![x](y)", "!\\[x\\](y)" },
        { "\xe2\x80\xaexx", "\\\\u{202e}xx" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_doc *d = m2_doc_new(a, "T");
        m2_doc_text(d, "%s", rows[i][0]);
        table_of(d, (const char *const[]){ "<c", NULL }, &rows[i][0], 1);
        cr_expect_str_eq(render(a, d, "markdown", (struct m2_report_style){ 0 }),
                         m2_arena_printf(a, "# T\n\n%s\n\n| c |\n| --- |\n| %s |\n", rows[i][1], rows[i][1]));
    }
    struct m2_doc *d = m2_doc_new(a, "T");
    m2_doc_command(d, "%s", "echo ```` \x1b");
    m2_doc_lead(d, "   ");
    cr_expect_str_eq(render(a, d, "markdown", (struct m2_report_style){ 0 }),
                     "# T\n\n\n`````sh\necho ```` \\x1b\n`````\n");
    m2_arena_free(a);
}

/* ---- bars in text ---- */

Test(doc, bars_in_text_show_every_value)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = m2_doc_new(a, "");
    struct m2_doc_chart *c = m2_doc_chart(d, M2_CHART_BARS, "", "");
    static const struct {
        const char *label;
        double y;
    } points[] = { { "whole", 100 },   { "half", 50 }, { "credit", -25.5 },
                   { "speck", 0.001 }, { "none", 0 },  { "unknown", 0.0 / 0.0 } };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        m2_doc_point(c, points[i].label, 0, points[i].y);
    m2_doc_point(c, "a name much too long to stand before a bar of this size", 0, 1);
    cr_assert_str_eq(render(a, d, "text", (struct m2_report_style){ .width = 60 }),
                     "  whole                     #################### 100.00\n"
                     "  half                      ########## 50.00\n"
                     "  credit                    ##### -25.50\n"
                     "  speck                     <0.01\n"
                     "  none                      0.00\n"
                     "  unknown                   no data\n"
                     "  a name much too long ...  1.00\n");
    m2_arena_free(a);
}
