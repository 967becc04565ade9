/* The journal: what a killed run left, who holds it, and files that are none. */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "home.h"
#include "m2/file.h"
#include "m2/journal.h"
#include "testsys.h"

static struct m2_journal *open_locked(struct m2_arena *a, const char *path)
{
    struct m2_journal *j = NULL;
    struct m2_err err = { 0 };
    bool locked = false;
    cr_assert_eq(m2_journal_open(&j, a, path, "m2-test", m2_sys_real(), &err), 0, "%s", err.msg);
    cr_assert_eq(m2_journal_lock(j, &locked, &err), 0, "%s", err.msg);
    cr_assert(locked);
    return j;
}

Test(journal, tells_a_later_run_where_an_earlier_one_stopped)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    const char *home = home_new(a), *path = m2_arena_printf(a, "%s/deep/er/x.jsonl", home);
    struct m2_journal *j = open_locked(a, path);
    cr_assert_null(m2_journal_open_step(j, NULL, NULL));
    cr_assert_eq(m2_journal_write(j, "register", "unit 1", M2_STEP_STARTED, NULL, &err), 0);
    cr_assert_eq(m2_journal_write(j, "register", "unit 1", M2_STEP_DONE, "u-1", &err), 0);
    cr_assert_eq(m2_journal_write(j, "delete", "u-0 \"\n", M2_STEP_STARTED, NULL, &err), 0);
    m2_journal_close(j);
    struct stat st;
    cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);

    j = open_locked(a, path);
    size_t n;
    const struct m2_step *steps = m2_journal_steps(j, &n);
    cr_assert_eq(n, 3);
    cr_assert(steps[1].state == M2_STEP_DONE && m2_str_eq(steps[1].reason, "u-1") &&
              m2_str_eq(steps[1].tool, "m2-test") && m2_str_eq(steps[1].run, steps[0].run));
    cr_assert_null(m2_journal_open_step(j, "register", NULL));
    cr_assert_str_eq(m2_journal_open_step(j, NULL, NULL)->resource, "u-0 \"\n");
    cr_assert_eq(m2_journal_write(j, "delete", "u-0 \"\n", M2_STEP_SKIPPED, "gone", &err), 0);
    cr_assert_null(m2_journal_open_step(j, "delete", NULL));
    m2_journal_close(j);
    home_remove(home);
    m2_arena_free(a);
}

Test(journal, a_line_cut_off_by_a_kill_is_left_out_and_the_next_one_is_whole)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    const char *home = home_new(a), *path = m2_arena_printf(a, "%s/x.jsonl", home);
    struct m2_journal *j = open_locked(a, path);
    cr_assert_eq(m2_journal_write(j, "register", "u", M2_STEP_STARTED, NULL, &err), 0);
    cr_assert_eq(m2_journal_write(j, "register", "u", M2_STEP_DONE, NULL, &err), 0);
    m2_journal_close(j);
    struct stat st;
    cr_assert(stat(path, &st) == 0 && truncate(path, st.st_size - 9) == 0);
    j = open_locked(a, path);
    cr_assert(m2_journal_open_step(j, "register", "u"), "the end was cut off");
    cr_assert_eq(m2_journal_write(j, "register", "u", M2_STEP_DONE, NULL, &err), 0);
    m2_journal_close(j);
    j = open_locked(a, path);
    cr_assert_null(m2_journal_open_step(j, NULL, NULL));
    m2_journal_close(j);
    home_remove(home);
    m2_arena_free(a);
}

Test(journal, one_at_a_time)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    const char *home = home_new(a), *path = m2_arena_printf(a, "%s/x.jsonl", home);
    struct m2_journal *first = open_locked(a, path), *second = NULL;
    bool locked = true;
    cr_assert_eq(m2_journal_open(&second, a, path, "m2-test", m2_sys_real(), &err), 0);
    cr_assert_eq(m2_journal_lock(second, &locked, &err), 0);
    cr_assert(!locked);
    cr_assert_eq(m2_journal_write(first, "register", "u", M2_STEP_STARTED, NULL, &err), 0);
    m2_journal_close(first);
    cr_assert_eq(m2_journal_lock(second, &locked, &err), 0);
    cr_assert(locked);
    cr_assert(m2_journal_open_step(second, "register", "u"), "what was written before the lock came");
    m2_journal_close(second);
    home_remove(home);
    m2_arena_free(a);
}

Test(journal, what_is_no_journal_is_left_alone)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    const char *home = home_new(a), *path = m2_arena_printf(a, "%s/notes.txt", home);
    struct m2_journal *j = NULL;
    bool locked = false;
    cr_assert_eq(m2_file_write(path, m2_bytes_of("my notes\nmore\n"), 0600, &err), 0);
    cr_assert_eq(m2_journal_open(&j, a, path, "m2-test", m2_sys_real(), &err), 0);
    cr_assert(m2_journal_lock(j, &locked, &err) < 0 && err.code == M2_EINPUT &&
              strstr(err.msg, "not a journal"));
    m2_journal_close(j);
    cr_assert(m2_journal_open(&j, a, home, "m2-test", m2_sys_real(), &err) < 0 && err.code == M2_EIO, "%s",
              err.msg);
    cr_assert(m2_journal_open(&j, a, "/dev/null", "m2-test", m2_sys_real(), &err) < 0 &&
              err.code == M2_EINPUT);
    cr_assert(m2_journal_open(&j, a, "/proc/x/y", "m2-test", m2_sys_real(), &err) < 0 && err.code == M2_EIO);
    home_remove(home);
    m2_arena_free(a);
}

Test(journal, the_state_directory)
{
    struct m2_arena *a = m2_arena_new();
    struct testsys t;
    testsys_init(&t, (const char *const[]){ "XDG_STATE_HOME", "/s", "HOME", "/h", NULL });
    cr_assert_str_eq(m2_state_dir(a, &t.sys), "/s/mode2-toolkit");
    testsys_init(&t, (const char *const[]){ "XDG_STATE_HOME", "relative", "HOME", "/h", NULL });
    cr_assert_str_eq(m2_state_dir(a, &t.sys), "/h/.local/state/mode2-toolkit");
    testsys_init(&t, NULL);
    cr_assert_null(m2_state_dir(a, &t.sys));
    cr_assert_str_eq(m2_step_state_name(M2_STEP_SKIPPED), "skipped");
    m2_arena_free(a);
}

/* A file of one line without an end, as editors leave it, was taken for a journal and written into. */
Test(journal, a_foreign_file_and_one_of_a_later_version_are_left_alone)
{
    static const struct {
        const char *text, *says;
    } files[] = {
        { "my only copy of the password list", "is not a journal of this toolkit" },
        { "{\"schema\":\"something/1\"}", "is not a journal of this toolkit" },
        { "{\"schema\":\"m2-journal/2\",\"step\":\"x\"}\n", "is of a later version" },
        { "{\"schema\":\"m2-journal/"
          "1\",\"run\":\"r\",\"tool\":\"t\",\"time\":\"2026-01-01T00:00:00Z\",\"step\":\"s\","
          "\"resource\":\"x\",\"state\":\"done\"}\n{\"schema\":\"m2-journal/2\"}\n",
          "is of a later version" },
    };
    struct m2_arena *a = m2_arena_new();
    const char *home = home_new(a), *path = m2_arena_printf(a, "%s/x", home);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct m2_journal *j = NULL;
        struct m2_err err = { 0 };
        struct m2_bytes left;
        bool locked = false;
        cr_assert_eq(m2_file_write(path, m2_bytes_of(files[i].text), 0600, &err), 0);
        cr_assert_eq(m2_journal_open(&j, a, path, "m2-test", m2_sys_real(), &err), 0);
        cr_assert_eq(m2_journal_lock(j, &locked, &err), -1, "%zu", i);
        cr_assert(err.code == M2_EINPUT && strstr(err.msg, files[i].says), "%zu: %s", i, err.msg);
        m2_journal_close(j);
        cr_assert_eq(m2_file_read(&left, a, path, 4096, &err), 0);
        cr_assert(left.n == strlen(files[i].text) && memcmp(left.p, files[i].text, left.n) == 0);
    }
    home_remove(home);
    m2_arena_free(a);
}
