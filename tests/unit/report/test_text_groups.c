/* What a person must not have to read twice: one fault on many resources, one missing right of many checks.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/report.h"
#include "m2/str.h"

struct page {
    struct m2_findings f;
    struct m2_buf b;
};

static void open_page(struct page *g, const char *verdict)
{
    *g = (struct page){ .f = { .arena = m2_arena_new(), .verdict = verdict, .region = "us-east-1" } };
    m2_buf_init(&g->b, (size_t)1 << 20);
}

static void close_page(struct page *g)
{
    m2_buf_free(&g->b);
    m2_arena_free(g->f.arena);
}

static struct m2_finding *add(struct page *g, enum m2_status status, const char *id, const char *resource,
                              const char *cause)
{
    struct m2_finding *f = m2_arena_alloc(g->f.arena, sizeof *f);
    *f = (struct m2_finding){ .id = id, .area = "network", .resource = resource, .cause = cause };
    f->uid = m2_arena_printf(g->f.arena, "%s/%s", id, resource);
    f->status = status;
    f->count = 1;
    f->title = "The subnet has no route";
    f->detail = m2_arena_printf(g->f.arena, "Table rtb-1 of %s has no default route.", resource);
    f->fix_text = "Add a route.";
    m2_vec_push(g->f.arena, &f->commands, m2_arena_printf(g->f.arena, "aws fix %s", resource));
    m2_vec_push(g->f.arena, &g->f.list, f);
    g->f.counts[status]++;
    if (status == M2_FAIL)
        m2_vec_push(g->f.arena, &g->f.root_causes, f->uid);
    return f;
}

static const char *render(struct page *g, struct m2_report_style style)
{
    m2_buf_reset(&g->b);
    m2_renderer_find("text")->render(&g->b, &g->f, &style);
    return g->b.data;
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void has(const char *text, const char *what)
{
    cr_expect(strstr(text, what), "not there: %s\n%s", what, text);
}

Test(text_groups, one_fault_on_two_subnets_is_one_root_cause)
{
    struct page g;
    open_page(&g, "not-ready");
    add(&g, M2_FAIL, "net.egress", "subnet-1", "net.no-default-route");
    add(&g, M2_FAIL, "net.egress", "subnet-2", "net.no-default-route");
    add(&g, M2_FAIL, "net.dns", "vpc-1", "net.dns-support-off")->title = "No names";
    const char *text = render(&g, (struct m2_report_style){ 0 });
    has(text, "Not ready: 2 root causes.\n");
    has(text, "1. x FAIL  The subnet has no route\n");
    has(text, "   subnet-1 and subnet-2 (net.egress, net.no-default-route)\n");
    has(text, "   The same is so for subnet-2.\n");
    has(text, "\n     aws fix subnet-1\n     aws fix subnet-2\n");
    has(text, "2. x FAIL  No names\n");
    cr_expect_eq(times(text, "Fix: Add a route."), 2, "%s", text);
    cr_expect(!strstr(text, "3. x FAIL"), "%s", text);
    g.f.list.at[1]->detail = "Another story.";
    text = render(&g, (struct m2_report_style){ 0 });
    has(text, "Table rtb-1 of subnet-1 has no default route.\n   subnet-2: Another story.\n");
    cr_expect(!strstr(text, "The same is so"), "%s", text);
    close_page(&g);
}

Test(text_groups, what_is_not_known_is_told_once_per_missing_right)
{
    static const char *const checks[] = { "net.subnets", "net.egress", "net.dns" };
    struct page g;
    open_page(&g, "inconclusive");
    for (size_t i = 0; i < 3; i++) {
        struct m2_finding *f = add(&g, M2_UNKNOWN, checks[i], "account", NULL);
        f->missing_right = "ec2:DescribeVpcs";
        f->refused = true;
        f->detail = i == 1 ? "So it is not told. ec2:DescribeVpcs was denied (X)."
                           : "ec2:DescribeVpcs was denied (X).";
    }
    add(&g, M2_UNKNOWN, "image.exists", "Fargate", NULL)->detail = "No registry.";
    add(&g, M2_UNKNOWN, "image.exists", "Lambda", NULL)->detail = "No registry.";
    const char *text = render(&g, (struct m2_report_style){ 0 });
    has(text, "Not sure: nothing failed, but 4 checks could not be made: net.subnets,\nnet.egress, net.dns "
              "and 1 more.\n");
    has(text, "? unknown  3 checks need ec2:DescribeVpcs: net.subnets, net.egress and net.dns\n"
              "             ec2:DescribeVpcs was denied (X).\n");
    has(text, "? unknown  image.exists: Fargate and Lambda\n             No registry.\n");
    cr_expect_eq(times(text, "? unknown"), 2, "%s", text);
    text = render(&g, (struct m2_report_style){ .verbose = 1 });
    cr_expect_eq(times(text, "Missing right: ec2:DescribeVpcs"), 3, "%s", text);
    cr_expect(!strstr(text, "\nnot known\n"), "%s", text);
    struct m2_finding *root = add(&g, M2_FAIL, "identity.credentials", "account", "credentials.missing");
    g.f.verdict = "not-ready";
    g.f.blocked_by = root->uid;
    text = render(&g, (struct m2_report_style){ 0 });
    has(text, "   4 other checks could not be made because of this (-v lists them).\n");
    cr_expect(!strstr(text, "? unknown"), "%s", text);
    close_page(&g);
}

Test(text_groups, warnings_are_short_and_evidence_takes_two_lines)
{
    struct page g;
    open_page(&g, "ready");
    struct m2_finding *f = add(&g, M2_WARN, "image.uri", "Lambda", "image.tag-latest");
    f->detail = "A very long story. It goes on and on and on, over more than the two lines that a warning "
                "may have here, so that it has to be cut, and then it goes on and on.";
    m2_vec_push(g.f.arena, &f->evidence,
                ((struct m2_evidence){ "ecs:X", "a[0].b",
                                       "[{\"Key\":\"one two\",\"List\":[]},{\"Key\":\"\\\"three\\\"\"},\"x"
                                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                       "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                                       "xxxxxxxxxxxxxxxxxxxxxxxx..." }));
    const char *text = render(&g, (struct m2_report_style){ 0 });
    has(text, "Ready: nothing failed.\n");
    has(text, "! warn     The subnet has no route: Lambda\n             A very long story.");
    has(text, " ...\n             Fix: Add a route.\n\n");
    cr_expect(!strstr(text, "aws fix") && !strstr(text, "Seen in") && !strstr(text, "then it"), "%s", text);
    has(render(&g, (struct m2_report_style){ .verbose = 1 }), "aws fix Lambda\n");
    f->status = M2_FAIL;
    m2_vec_push(g.f.arena, &g.f.root_causes, f->uid);
    text = render(&g, (struct m2_report_style){ 0 });
    has(text, "   Seen in ecs:X a[0].b: Key one two, List none; Key \"three\";");
    const char *seen = strstr(text, "Seen in");
    for (int line = 0; line < 2; line++)
        seen = strchr(seen, '\n') + 1;
    cr_expect(m2_str_starts(seen, "   Fix: "), "%s", text);
    close_page(&g);
}

/* 40 and 200 columns, with and without colour: nothing but commands passes the width. */
Test(text_groups, every_width_is_kept)
{
    static const int widths[] = { 20, 40, 80, 200 };
    struct page g;
    open_page(&g, "not-ready");
    add(&g, M2_FAIL, "net.egress", "subnet-1", "net.no-default-route");
    add(&g, M2_FAIL, "net.egress", "subnet-2", "net.no-default-route");
    add(&g, M2_WARN, "image.uri", "Lambda", "image.tag-latest");
    add(&g, M2_UNKNOWN, "net.dns", "account", NULL)->missing_right = "ec2:DescribeVpcs";
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        char *text = g.b.data;
        (void)render(&g, (struct m2_report_style){ .width = widths[i] });
        text = g.b.data;
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
            const char *word = line + strspn(line, " ");
            size_t lead = (size_t)(word - line);
            bool whole = m2_str_starts(word, "aws ") || !strchr(word, ' ') || lead + 10 >= (size_t)widths[i];
            cr_expect(whole || widths[i] < 40 || strlen(line) <= (size_t)widths[i], "%d: %s", widths[i],
                      line);
            cr_expect(strlen(line) <= 100 || whole, "%d: %s", widths[i], line);
        }
    }
    has(render(&g, (struct m2_report_style){ .color = true, .unicode = true }),
        "\x1b[1;31m\xe2\x9c\x97 FAIL\x1b[0m");
    close_page(&g);
}
