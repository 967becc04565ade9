#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/text.h"
#include "m2/str.h"
#include "sample.h"
#include "shell.h"

static size_t widest_line(const char *text)
{
    size_t most = 0;
    while (*text) {
        size_t n = strcspn(text, "\n"), wide = m2_text_width(text, n);
        if (wide > most)
            most = wide;
        text += n + (text[n] == '\n');
    }
    return most;
}

Test(opt_text, help_fits_the_terminal_and_names_everything)
{
    static const int widths[] = { 0, 60, 80, 132 };
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        m2_opt_help(&b, &sample_tool, NULL, widths[i]);
        size_t limit = widths[i] == 0 ? 80 : widths[i] > 100 ? 100 : (size_t)widths[i];
        cr_assert_leq(widest_line(b.data), limit, "%s", b.data);
        for (const struct m2_opt *o = sample_opts; o->name; o++) {
            char name[64];
            (void)snprintf(name, sizeof name, "--%s", o->name);
            cr_assert(strstr(b.data, name), "%s", name);
            if (o->group) {
                (void)snprintf(name, sizeof name, "\n%s:\n", o->group);
                cr_assert(strstr(b.data, name), "%s", name);
            }
        }
        cr_assert(strstr(b.data, "[text,") && strstr(b.data, "markdown]"));
        cr_assert(strstr(b.data, "AWS_PROFILE"));
        cr_assert(strstr(b.data, "  130  interrupted\n"));
        cr_assert(strstr(b.data, "m2-sample --snapshot account.json\n      analyse a saved account\n"));
        cr_assert_null(strstr(b.data, " \n"), "trailing space\n%s", b.data);
        m2_buf_free(&b);
    }
}

/* A group that comes back later (the tool's own rows and the common ones) is one heading. */
Test(opt_text, groups_are_gathered)
{
    static const struct m2_opt opts[] = {
        { .name = "one", .help = "first", .group = "Account" },
        { .name = "two", .help = "second", .group = "Other" },
        { .name = "three", .help = "third", .group = "Account" },
        { .name = NULL },
    };
    static const struct m2_tool tool = { .name = "t", .summary = "s", .opts = opts };
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    m2_opt_help(&b, &tool, NULL, 80);
    const char *at = strstr(b.data, "Account:\n");
    cr_assert(at && !strstr(at + 1, "Account:\n"));
    cr_assert_lt(strstr(b.data, "--three"), strstr(b.data, "--two"));
    m2_buf_free(&b);
}

Test(opt_text, man_page)
{
    static const char *const sections[] = { "NAME",        "SYNOPSIS",    "DESCRIPTION", "OPTIONS",
                                            "EXIT STATUS", "ENVIRONMENT", "EXAMPLES" };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    m2_opt_man(&b, &sample_tool, "0.1.0", "2026-11-23");
    const char *at = b.data;
    cr_assert(m2_str_starts(at, ".TH M2\\-SAMPLE 1 \"2026-11-23\" \"m2\\-sample 0.1.0\""));
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        at = strstr(at, m2_arena_printf(a, "\n.SH %s\n", sections[i]));
        cr_assert(at, "%s is missing or out of order", sections[i]);
    }
    /* Foreign text is text, not a request. */
    cr_assert(strstr(b.data, "\n\\&.SH looks like a request\n"));
    cr_assert(strstr(b.data, "\n\\(aqso does this\n"));
    cr_assert(strstr(b.data, "back\\eslash"));
    cr_assert(strstr(b.data, "m2\\-sample \\-\\-only network \\-vv \\e"));
    if (has_program("mandoc")) {
        const char *path = file_of(a, "page.1", &b);
        const char *said = output_of(a, m2_arena_printf(a, "mandoc -T lint -W warning '%s' 2>&1", path));
        cr_assert_str_eq(said, "");
        const char *page = output_of(a, m2_arena_printf(a, "mandoc -T ascii '%s' | sed 's/.\x08//g'", path));
        cr_assert(strstr(page, ".SH looks like a request"), "%s", page);
        cr_assert(strstr(page, "-v, --verbose"), "%s", page);
        (void)unlink(path);
    }
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(opt_text, bash_completes)
{
    static const struct {
        const char *words; /* as bash splits the line */
        const char *want;
    } cases[] = {
        { "m2-sample --re", "--region" },       { "m2-sample --color ''", "auto always never" },
        { "m2-sample --color n", "never" },     { "m2-sample --color =", "auto always never" },
        { "m2-sample --color = al", "always" }, { "m2-sample --format = j", "json" },
        { "m2-sample --region e", "" },         { "m2-sample --snapshot /et", "/etc" },
        { "m2-sample -s /et", "/etc" },         { "m2-sample --snapshot = /et", "/etc" },
        { "m2-sample --output /et", "/etc" },   { "m2-sample x", "" },
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    cr_assert(m2_opt_completion(&b, &sample_tool, "bash"));
    const char *path = file_of(a, "complete.bash", &b);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = output_of(
            a, m2_arena_printf(
                   a,
                   "bash -c \"source '%s'; COMP_WORDS=(%s); COMP_CWORD=\\$((\\${#COMP_WORDS[@]} - 1)); "
                   "_m2_sample; echo \\${COMPREPLY[*]}\"",
                   path, cases[i].words));
        cr_expect_str_eq(m2_str_trim(a, said), cases[i].want, "%s: %s", cases[i].words, said);
    }
    const char *all =
        output_of(a, m2_arena_printf(a,
                                     "bash -c \"source '%s'; COMP_WORDS=(m2-sample --); COMP_CWORD=1; "
                                     "_m2_sample; echo \\${COMPREPLY[*]}\"",
                                     path));
    for (const struct m2_opt *o = sample_opts; o->name; o++)
        cr_assert(strstr(all, m2_arena_printf(a, "--%s", o->name)), "%s", o->name);
    (void)unlink(path);
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(opt_text, other_shells)
{
    static const struct {
        const char *shell, *want;
    } cases[] = {
        { "zsh", "#compdef m2-sample\n" },
        { "zsh", "'(-s --snapshot)'{-s,--snapshot=}'[analyse a saved snapshot\\: no network, no "
                 "credentials]:FILE:_files'" },
        { "zsh", "'*''--only=[choose checks \\[by \\\\id\\]\\: it'\\''s]:ID|AREA: '" },
        { "zsh", "'--format=[how the result is written (default\\: text)]:FORMAT:(text json markdown)'" },
        { "zsh", "'*'{-v,--verbose}'[" },
        { "fish", "complete -c m2-sample -f\n" },
        { "fish", "complete -c m2-sample -l snapshot -s s -r -F -d 'analyse" },
        { "fish", "complete -c m2-sample -l only -x -d 'choose checks [by \\\\id]: it\\'s'\n" },
        { "fish", "complete -c m2-sample -l color -x -a 'auto always never' -d" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        cr_assert(m2_opt_completion(&b, &sample_tool, cases[i].shell));
        cr_expect(strstr(b.data, cases[i].want), "%s: %s\n%s", cases[i].shell, cases[i].want, b.data);
        m2_buf_free(&b);
    }
    struct m2_buf b;
    m2_buf_init(&b, 100);
    cr_assert_not(m2_opt_completion(&b, &sample_tool, "tcsh"));
    cr_assert_eq(b.len, 0);
    m2_buf_free(&b);
}

Test(opt_text, wrapping_and_width)
{
    static const struct {
        const char *text;
        size_t column, indent, width;
        const char *want;
    } cases[] = {
        { "a b c", 0, 0, 3, "a b\nc\n" },
        { "aaaa b", 2, 2, 3, "aaaa\n  b\n" },
        { "one\n\ntwo", 0, 0, 20, "one\n\ntwo\n" },
        { "one\ntwo", 0, 0, 20, "one two\n" },
        { "", 0, 0, 20, "\n" },
        { "  x  ", 0, 0, 20, "x\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 1000);
        m2_text_wrap(&b, cases[i].text, cases[i].column, cases[i].indent, cases[i].width);
        cr_assert_str_eq(b.data, cases[i].want, "case %zu: %s", i, b.data);
        m2_buf_free(&b);
    }
}
