#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/cli.h"

static int64_t fake_mono(void *ctx)
{
    return *(int64_t *)ctx;
}

static const char *no_env(void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

struct scene {
    int64_t clock;
    struct m2_sys sys;
    FILE *stream;
    char *text;
    size_t size;
    struct m2_progress *progress;
};

static void open_scene(struct scene *s, bool tty, int width, bool quiet)
{
    *s = (struct scene){ .clock = 1000 };
    s->sys = (struct m2_sys){ .ctx = &s->clock, .now_ms = fake_mono, .mono_ms = fake_mono, .env = no_env };
    s->stream = open_memstream(&s->text, &s->size);
    s->progress = m2_progress_new(&s->sys, s->stream, tty, width, quiet);
}

static const char *seen(struct scene *s)
{
    (void)fflush(s->stream);
    return s->text;
}

static void close_scene(struct scene *s)
{
    m2_progress_free(s->progress);
    (void)fclose(s->stream);
    free(s->text);
}

Test(progress, a_short_run_draws_nothing)
{
    struct scene s;
    open_scene(&s, true, 80, false);
    m2_progress_phase(s.progress, "collecting");
    s.clock += 499;
    m2_progress_update(s.progress, "1 of 2");
    cr_assert_str_eq(seen(&s), "");
    close_scene(&s);
}

Test(progress, a_line_after_half_a_second_and_gone_before_messages)
{
    struct scene s;
    open_scene(&s, true, 80, false);
    m2_progress_phase(s.progress, "collecting");
    s.clock += 500;
    m2_progress_update(s.progress, "ec2 DescribeSubnets");
    cr_assert_str_eq(seen(&s), "\rcollecting: ec2 DescribeSubnets");
    s.clock += 2600;
    m2_progress_update(s.progress, "iam");
    cr_assert_str_eq(seen(&s), "\rcollecting: ec2 DescribeSubnets\rcollecting: iam (3 s)          ");
    m2_progress_clear(s.progress);
    cr_assert(strstr(seen(&s), "\r                     \r"));
    size_t before = s.size;
    m2_progress_clear(s.progress);
    cr_assert_eq(before, s.size);
    close_scene(&s);
}

Test(progress, at_most_ten_redraws_a_second)
{
    struct scene s;
    open_scene(&s, true, 80, false);
    m2_progress_phase(s.progress, "working");
    s.clock += 500;
    for (int i = 0; i < 1000; i++, s.clock++)
        m2_progress_update(s.progress, i % 2 ? "a" : "b");
    size_t redraws = 0;
    for (const char *c = seen(&s); *c; c++)
        redraws += *c == '\r';
    cr_assert_eq(redraws, 10);
    close_scene(&s);
}

Test(progress, one_line_cut_to_the_width)
{
    static const struct {
        int width;
        const char *detail, *want;
    } cases[] = {
        { 10, "abcdefghij", "\rp: abcdef" },
        { 10, "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5",
          "\rp: \xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5" },
        { 40, "two\nlines", "\rp: two lines" },
        { 40, "esc\x1b[2J", "\rp: esc\\x1b[2J" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s;
        open_scene(&s, true, cases[i].width, false);
        m2_progress_phase(s.progress, "p");
        s.clock += 600;
        m2_progress_update(s.progress, cases[i].detail);
        cr_assert_str_eq(seen(&s), cases[i].want, "case %zu: %s", i, s.text);
        close_scene(&s);
    }
}

Test(progress, without_a_terminal_one_plain_line_per_phase)
{
    struct scene s;
    open_scene(&s, false, 80, false);
    m2_progress_phase(s.progress, "collecting");
    s.clock += 5000;
    m2_progress_update(s.progress, "ec2");
    m2_progress_phase(s.progress, "collecting");
    m2_progress_phase(s.progress, "analysing \x1b[31m");
    m2_progress_clear(s.progress);
    cr_assert_str_eq(seen(&s), "collecting\nanalysing \\x1b[31m\n");
    close_scene(&s);
}

Test(progress, quiet_says_nothing)
{
    for (int tty = 0; tty < 2; tty++) {
        struct scene s;
        open_scene(&s, tty == 1, 80, true);
        m2_progress_phase(s.progress, "collecting");
        s.clock += 5000;
        m2_progress_update(s.progress, "ec2");
        m2_progress_clear(s.progress);
        cr_assert_str_eq(seen(&s), "");
        close_scene(&s);
    }
    m2_progress_phase(NULL, "nothing");
    m2_progress_update(NULL, "nothing");
    m2_progress_free(NULL);
}
