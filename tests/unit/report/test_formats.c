/* Markdown, JUnit and GitHub's annotations: what they say, and that no text of the account breaks out of
 * them. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/doc.h"
#include "m2/report.h"
#include "m2/str.h"
#include "m2/xml.h"

/* Everything that ends, opens or hides something somewhere. */
#define EVIL                                                                                                 \
    "a\r\n::error::x%0A%0D%25 | `b` ``` ~~~ <script>alert(1)</script> &amp; ]]> --> \" ' \\ *_# "            \
    "[l](http://e) "                                                                                         \
    "\x1b[31m\x07 ,:;= \xe2\x80\xae \xff @team"

static struct m2_finding *add(struct m2_findings *f, const char *id, enum m2_status status, const char *text)
{
    struct m2_finding *it = m2_arena_alloc(f->arena, sizeof *it);
    *it = (struct m2_finding){ .uid = m2_arena_printf(f->arena, "%s/%s", id, text),
                               .id = id,
                               .area = "stack",
                               .resource = text,
                               .cause = status == M2_FAIL || status == M2_WARN ? "stack.failed" : NULL,
                               .status = status,
                               .title = text,
                               .detail = text,
                               .fix_text = text,
                               .count = 1 };
    m2_vec_push(f->arena, &it->commands, text);
    m2_vec_push(f->arena, &it->evidence,
                ((struct m2_evidence){ "cloudformation:DescribeStacks", text, text }));
    m2_vec_push(f->arena, &f->list, it);
    f->counts[status]++;
    return it;
}

static void fill(struct m2_findings *f, const char *text)
{
    *f = (struct m2_findings){ .arena = m2_arena_new(),
                               .tool = "m2-doctor",
                               .verdict = "not-ready",
                               .account = text,
                               .region = text,
                               .stack = text,
                               .generated_at = "2026-11-23T09:00:01Z" };
    struct m2_finding *root = add(f, "stack.status", M2_FAIL, text),
                      *effect = add(f, "stack.events", M2_FAIL, text);
    add(f, "stack.outputs", M2_WARN, text);
    add(f, "stack.resources", M2_UNKNOWN, text);
    add(f, "stack.skip", M2_SKIP, text);
    add(f, "stack.pass", M2_PASS, text);
    m2_vec_push(f->arena, &root->explains, effect->uid);
    m2_vec_push(f->arena, &effect->caused_by, root->uid);
    m2_vec_push(f->arena, &f->root_causes, root->uid);
    m2_vec_push(f->arena, &f->notes, text);
}

static char *render(struct m2_findings *f, const char *format, const char *text)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    fill(f, text);
    m2_renderer_find(format)->render(&b, f, &(struct m2_report_style){ 0 });
    cr_assert(m2_utf8_valid(b.data, b.len) && !strpbrk(b.data, "\x1b\x07\r"), "%s", b.data);
    char *s = m2_arena_strndup(f->arena, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static size_t count(const char *s, const char *part)
{
    size_t n = 0;
    for (; (s = strstr(s, part)) != NULL; s += strlen(part))
        n++;
    return n;
}

static void has_all(const char *s, const char *const *parts)
{
    const char *at = s;
    for (; *parts; parts++) {
        const char *next = strstr(at, *parts);
        cr_assert(next, "not there, or out of order: %s\n%s", *parts, s);
        at = next + strlen(*parts);
    }
}
#define HAS(s, ...) has_all(s, (const char *const[]){ __VA_ARGS__, NULL })

Test(markdown, says_all_in_order)
{
    struct m2_findings f;
    const char *s = render(&f, "markdown", "thing");
    HAS(s, "# m2-doctor: not-ready", "**Not ready: 1 root cause explains 1 more failure.**",
        "Account thing, region thing, stack thing", "## Root cause 1: thing",
        "thing (stack.status, stack.failed)", "- Seen in cloudformation:DescribeStacks thing: thing",
        "Fix: thing", "```sh\nthing\n```", "This explains:", "- thing: thing (stack.events, stack.failed)",
        "## Explained failures", "| stack.events |", "## Warnings", "| stack.outputs |", "## Not known",
        "| stack.resources |", "## All checks", "| Area | pass | warn | fail | unknown | skip |",
        "| stack | 1 | 1 | 2 | 1 | 1 |", "> **Note:** thing");
    m2_arena_free(f.arena);
}

Test(markdown, no_text_breaks_out)
{
    struct m2_findings f;
    const char *s = render(&f, "markdown", EVIL);
    bool fenced = false;
    for (const char *line = s; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        size_t n = strcspn(line, "\n");
        char *one = m2_arena_strndup(f.arena, line, n);
        if (strncmp(one, "```", 3) == 0) {
            fenced = !fenced;
            continue;
        }
        cr_assert(fenced || !strstr(one, "<script"), "%s", one);
        cr_assert(fenced || !strstr(one, "l](http"), "%s", one);
        if (one[0] == '|') {
            size_t bars = 0;
            for (const char *p = one; *p; p++)
                bars += *p == '|' && (p == one || p[-1] != '\\');
            cr_assert(bars == 5 || bars == 7, "%zu: %s", bars, one);
        }
    }
    cr_assert_not(fenced);
    m2_arena_free(f.arena);
}

Test(junit, is_xml_whatever_the_text)
{
    static const char *const texts[] = { "thing", EVIL, "", "\xef\xbf\xbe\xef\xbf\xbf", "]]>" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct m2_findings f;
        const char *s = render(&f, "junit", texts[i]);
        struct m2_xml *root = NULL;
        struct m2_err err = { 0 };
        cr_assert(m2_xml_parse(&root, f.arena, m2_bytes_of(s), &err) == 0, "%s\n%s", err.msg, s);
        cr_assert(count(s, "<testcase ") == 6 && count(s, "<failure ") == 2 && count(s, "<skipped ") == 2 &&
                      count(s, "<system-out>") == 1 && count(s, "<script") == 0,
                  "%s", s);
        m2_arena_free(f.arena);
    }
}

Test(junit, counts_and_names)
{
    struct m2_findings f;
    const char *s = render(&f, "junit", "thing");
    HAS(s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<testsuites name=\"m2-doctor\" tests=\"6\" failures=\"2\" errors=\"0\">",
        "<testsuite name=\"stack\" tests=\"6\" failures=\"2\" errors=\"0\" skipped=\"2\" "
        "timestamp=\"2026-11-23T09:00:01Z\">",
        "<testcase classname=\"stack.status\" name=\"stack.status/thing\">",
        "<failure type=\"stack.failed\" message=\"thing\">thing\nSeen in cloudformation:DescribeStacks "
        "thing: thing\nFix: "
        "thing\n  thing\n</failure>",
        "Caused by: stack.status/thing\n", "<system-out>Warning: thing\n",
        "<skipped message=\"not known: thing\"/>", "<skipped message=\"thing\"/>",
        "<testcase classname=\"stack.pass\" name=\"stack.pass/thing\"/>\n", "</testsuites>\n");
    m2_arena_free(f.arena);
}

Test(github, says_roots_and_warnings_and_each_is_one_line)
{
    struct m2_findings f;
    const char *s = render(&f, "github", "thing");
    HAS(s, "::error title=m2-doctor::Not ready: 1 root cause explains 1 more failure.\n",
        "::error title=stack.failed::thing%0Athing%0Athing%0ASeen in cloudformation:DescribeStacks thing: "
        "thing%0A"
        "Fix: thing%0A  thing%0AThis explains: thing\n",
        "::warning title=stack.failed::thing%0A", "::notice title=m2-doctor::thing\n");
    cr_assert_eq(count(s, "\n"), 4);
    m2_arena_free(f.arena);
}

/* The verdict counted what follows through others, and the annotation listed only the nearest. */
Test(github, names_as_many_failures_as_its_verdict_counts)
{
    struct m2_findings f;
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    fill(&f, "thing");
    struct m2_finding *last = add(&f, "brain.unit", M2_FAIL, "the unit");
    m2_vec_push(f.arena, &f.list.at[1]->explains, last->uid);
    m2_vec_push(f.arena, &last->caused_by, f.list.at[1]->uid);
    m2_renderer_find("github")->render(&b, &f, &(struct m2_report_style){ .quiet = true });
    HAS(b.data, "1 root cause explains 2 more failures.\n",
        "%0AThis explains: thing%0AThis explains: the unit\n");
    m2_buf_free(&b);
    m2_arena_free(f.arena);
}

Test(github, no_text_breaks_out)
{
    struct m2_findings f;
    struct m2_buf b;
    const char *s = render(&f, "github", EVIL);
    cr_assert_eq(count(s, "\n"), 4, "%s", s);
    cr_assert_eq(count(s, "\n::"), 3, "%s", s);
    cr_assert(strstr(s, "x%250A%250D%2525"), "%s", s);
    m2_buf_init(&b, 4096);
    m2_github_annotation(&b, "error", "a,b:c%d\n::", "m:,%");
    cr_assert_str_eq(b.data, "::error title=a%2Cb%3Ac%25d %3A%3A::m:,%25\n");
    m2_buf_free(&b);
    m2_arena_free(f.arena);
}

Test(formats, a_quiet_one_holds_the_root_causes_alone)
{
    struct m2_findings f;
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    fill(&f, "thing");
    m2_renderer_find("markdown")->render(&b, &f, &(struct m2_report_style){ .quiet = true });
    cr_assert(strstr(b.data, "## Root cause 1: thing") && !strstr(b.data, "Warnings"), "%s", b.data);
    m2_buf_reset(&b);
    m2_renderer_find("github")->render(&b, &f, &(struct m2_report_style){ .quiet = true });
    cr_assert(!strstr(b.data, "::warning"), "%s", b.data);
    m2_buf_free(&b);
    m2_arena_free(f.arena);
}
