/*
 * Prints what the tables generate: gendocs man TOOL | completion SHELL TOOL | checks.
 * scripts/update-docs.sh writes the committed copies; a test compares them.
 */
#include <stdio.h>
#include <string.h>

#include "m2/check.h"
#include "m2/cli.h"
#include "m2/creds.h"
#include "m2/str.h"
#include "m2-doctor/doctor.h"

#define RELEASED "November 2026"

static const struct m2_tool *const tools[] = { &doctor_tool };

static const struct m2_tool *find_tool(const char *name)
{
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (m2_str_eq(tools[i]->name, name))
            return tools[i];
    return NULL;
}

static void add_list(struct m2_buf *out, const char *label, const char *const *items, const char *quote)
{
    if (!items || !*items)
        return;
    m2_buf_addf(out, "**%s:** ", label);
    for (size_t i = 0; items[i]; i++)
        m2_buf_addf(out, "%s%s%s%s", i ? ", " : "", quote, items[i], quote);
    m2_buf_adds(out, "\n\n");
}

static void add_causes(struct m2_buf *out, const struct m2_check *c)
{
    if (!c->causes || !*c->causes)
        return;
    m2_buf_adds(out, "| cause | usually | what it means | fix |\n|---|---|---|---|\n");
    for (const char *const *slug = c->causes; *slug; slug++) {
        const struct m2_cause *cause = m2_cause_find(*slug);
        if (cause)
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", *slug, m2_status_name(cause->status), cause->title,
                        m2_str_or(cause->why, ""), m2_str_or(cause->fix, ""));
        else
            m2_buf_addf(out, "| `%s` | | every cause of this family, listed at the end | |\n", *slug);
    }
    m2_buf_addc(out, '\n');
}

static bool in_a_check(const char *slug)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *s = checks[i].causes; s && *s; s++)
            if (m2_str_eq(*s, slug))
                return true;
    return false;
}

static void add_checks(struct m2_buf *out)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    const char *area = NULL;
    m2_buf_adds(out, "# The checks of m2-doctor\n\nGenerated from the check table by `scripts/update-docs.sh`; the same "
                     "text is printed by `m2-doctor --explain ID`.\n");
    for (size_t i = 0; i < n; i++) {
        const struct m2_check *c = &checks[i];
        if (!m2_str_eq(area, c->area))
            m2_buf_addf(out, "\n## %s\n", c->area);
        area = c->area;
        m2_buf_addf(out, "\n### %s\n\n%s.\n\n**Why:** %s\n\n**How it is found:** %s\n\n**Fix:** %s\n\n", c->id, c->title,
                    c->why, c->how, c->fix);
        add_list(out, "Rights", c->rights, "`");
        add_list(out, "Sources", c->sources, "");
        add_causes(out, c);
    }
    m2_buf_adds(out, "\n## Causes that several checks share\n\n| cause | usually | what it means | fix |\n|---|---|---|---|\n");
    const struct m2_cause *causes = m2_causes(&n);
    for (size_t i = 0; i < n; i++)
        if (!in_a_check(causes[i].slug))
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", causes[i].slug, m2_status_name(causes[i].status),
                        causes[i].title, m2_str_or(causes[i].why, ""), m2_str_or(causes[i].fix, ""));
}

int main(int argc, char **argv)
{
    struct m2_buf out;
    m2_buf_init(&out, (size_t)16 << 20);
    const char *what = argc > 1 ? argv[1] : "";
    const struct m2_tool *tool = argc > 2 ? find_tool(argv[argc - 1]) : NULL;
    bool good = true;
    if (strcmp(what, "man") == 0 && tool)
        m2_opt_man(&out, tool, m2_version(), RELEASED);
    else if (strcmp(what, "completion") == 0 && tool && argc == 4)
        good = m2_opt_completion(&out, tool, argv[2]);
    else if (strcmp(what, "checks") == 0)
        add_checks(&out);
    else
        good = false;
    if (!good)
        (void)fputs("usage: gendocs man TOOL | completion bash|zsh|fish TOOL | checks\n", stderr);
    good = good && fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    m2_buf_free(&out);
    return good ? 0 : 2;
}
