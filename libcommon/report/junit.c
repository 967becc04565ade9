/*
 * Findings as JUnit's XML: a suite an area, a case a finding. What fails is a failure, what is not known or
 * does not apply is skipped, a warning passes and says so in its output.
 *
 * Source:    the schema that Jenkins, GitLab and GitHub's test reporters read (testsuites, testsuite,
 * testcase, failure, skipped, system-out).
 */
#include <string.h>

#include "m2/str.h"
#include "report/html.h"
#include "report/render.h"

static void attribute(struct m2_buf *out, const char *name, const char *value)
{
    m2_buf_addf(out, " %s=\"", name);
    m2_html_text(out, value);
    m2_buf_addc(out, '"');
}

/* A line of text inside an element. */
static void line(struct m2_buf *out, const char *label, const char *s)
{
    if (m2_str_empty(s))
        return;
    m2_html_text(out, label);
    m2_html_text(out, s);
    m2_buf_addc(out, '\n');
}

static void whole_story(struct m2_buf *out, const struct m2_finding *f)
{
    line(out, "", f->detail);
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct m2_evidence *e = &f->evidence.at[i];
        m2_html_text(out, "Seen in ");
        m2_html_text(out, e->call);
        m2_buf_addc(out, ' ');
        m2_html_text(out, m2_str_or(e->path, ""));
        line(out, ": ", m2_str_or(e->value, "-"));
    }
    line(out, "Fix: ", f->fix_text);
    for (size_t i = 0; i < f->commands.len; i++)
        line(out, "  ", f->commands.at[i]);
    for (size_t i = 0; i < f->caused_by.len; i++)
        line(out, "Caused by: ", f->caused_by.at[i]);
    for (size_t i = 0; i < f->possible_causes.len; i++)
        line(out, "Possibly caused by: ", f->possible_causes.at[i]);
}

static void test_case(struct m2_buf *out, const struct m2_finding *f)
{
    m2_buf_adds(out, "    <testcase");
    attribute(out, "classname", f->id);
    attribute(out, "name", f->uid);
    switch (f->status) {
    case M2_FAIL:
        m2_buf_adds(out, ">\n      <failure");
        attribute(out, "type", m2_str_or(f->cause, "fail"));
        attribute(out, "message", f->title);
        m2_buf_addc(out, '>');
        whole_story(out, f);
        m2_buf_adds(out, "</failure>\n    </testcase>\n");
        break;
    case M2_UNKNOWN:
    case M2_SKIP:
        m2_buf_addf(out, ">\n      <skipped message=\"%s", f->status == M2_UNKNOWN ? "not known: " : "");
        m2_html_text(out, f->detail);
        m2_buf_adds(out, "\"/>\n    </testcase>\n");
        break;
    case M2_WARN:
        m2_buf_adds(out, ">\n      <system-out>");
        line(out, "Warning: ", f->title);
        whole_story(out, f);
        m2_buf_adds(out, "</system-out>\n    </testcase>\n");
        break;
    case M2_PASS:
    case M2_STATUS_COUNT:
        m2_buf_adds(out, "/>\n");
        break;
    }
}

struct tally {
    size_t all, failed, skipped;
};

static struct tally count(const struct m2_findings *f, size_t from, size_t to)
{
    struct tally t = { .all = to - from };
    for (size_t i = from; i < to; i++) {
        t.failed += f->list.at[i]->status == M2_FAIL;
        t.skipped += f->list.at[i]->status == M2_UNKNOWN || f->list.at[i]->status == M2_SKIP;
    }
    return t;
}

static void open_suite(struct m2_buf *out, const char *element, const char *name, struct tally t)
{
    m2_buf_addf(out, "<%s", element);
    attribute(out, "name", name);
    m2_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\"", t.all, t.failed);
    if (m2_str_eq(element, "testsuite")) /* the outer one has no such attribute */
        m2_buf_addf(out, " skipped=\"%zu\"", t.skipped);
}

static void suite(struct m2_buf *out, const struct m2_findings *f, size_t from, size_t to)
{
    m2_buf_adds(out, "  ");
    open_suite(out, "testsuite", f->list.at[from]->area, count(f, from, to));
    if (!m2_str_empty(f->generated_at))
        attribute(out, "timestamp", f->generated_at);
    m2_buf_adds(out, ">\n");
    for (size_t i = from; i < to; i++)
        test_case(out, f->list.at[i]);
    m2_buf_adds(out, "  </testsuite>\n");
}

void m2_render_junit(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    (void)style; /* one document, whatever the terminal */
    m2_buf_adds(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    open_suite(out, "testsuites", m2_str_or(f->tool, "report"), count(f, 0, f->list.len));
    m2_buf_adds(out, ">\n");
    for (size_t from = 0, to; from < f->list.len; from = to) {
        to = from + 1;
        while (to < f->list.len && m2_str_eq(f->list.at[to]->area, f->list.at[from]->area))
            to++;
        suite(out, f, from, to);
    }
    m2_buf_adds(out, "</testsuites>\n");
}
