#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "m2/cli.h"
#include "m2/file.h"
#include "m2/str.h"

/* What BODY writes to descriptor FD in a process of its own; its exit status in *status. */
static const char *capture(struct m2_arena *a, int fd, int *status, void (*body)(void *), void *user)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    (void)fflush(NULL);
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        (void)dup2(ends[1], fd);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)signal(SIGINT, SIG_DFL); /* the test itself may run in the background, where it is ignored */
        (void)alarm(20);
        body(user);
        _exit(99);
    }
    (void)close(ends[1]);
    char text[8192];
    size_t n = 0;
    for (ssize_t got; n < sizeof text && (got = read(ends[0], text + n, sizeof text - n)) > 0;)
        n += (size_t)got;
    (void)close(ends[0]);
    cr_assert_eq(waitpid(pid, status, 0), pid);
    return m2_arena_strndup(a, text, n);
}

static void complain(void *user)
{
    _exit(m2_cli_complain("m2-doctor", user));
}

Test(run, complaints)
{
    static const struct {
        enum m2_errc code;
        const char *msg;
        int status;
        const char *want;
    } cases[] = {
        { M2_EUSAGE, "unknown option --x", 2,
          "m2-doctor: unknown option --x\nm2-doctor: hint: --help lists every option\n" },
        { M2_EINPUT, "a.json:1:2: evil \x1b[2J\nname", 2, "m2-doctor: a.json:1:2: evil \\x1b[2J name\n" },
        { M2_ECANCELLED, "interrupted", 130, "m2-doctor: interrupted\n" },
        { M2_ESERVICE, "", 3, "m2-doctor: service\n" },
        { M2_EBUG, "impossible", 70,
          "m2-doctor: impossible\nm2-doctor: hint: please report this with the output of --version\n" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_err err = { 0 };
        int status = 0;
        (void)m2_fail(&err, cases[i].code, "%s", cases[i].msg);
        const char *said = capture(a, STDERR_FILENO, &status, complain, &err);
        cr_assert_str_eq(said, cases[i].want, "case %zu: %s", i, said);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == cases[i].status, "case %zu", i);
    }
    m2_arena_free(a);
}

static void print_text(void *user)
{
    struct m2_buf b;
    struct m2_err err = { 0 };
    m2_buf_init(&b, 1000);
    m2_buf_adds(&b, user);
    _exit(m2_cli_print(&b, &err) == 0 ? 0 : m2_cli_complain("t", &err));
}

static void print_to_full_disk(void *user)
{
    (void)user;
    int fd = open("/dev/full", O_WRONLY);
    (void)dup2(fd, STDOUT_FILENO);
    print_text("report");
}

static void print_to_closed_pipe(void *user)
{
    (void)user;
    int ends[2];
    m2_cli_signals();
    if (pipe(ends) != 0)
        _exit(98);
    (void)dup2(ends[1], STDOUT_FILENO);
    (void)close(ends[0]);
    (void)close(ends[1]);
    print_text("report");
}

static void print_to_closed_stdout(void *user)
{
    (void)user;
    (void)close(STDOUT_FILENO);
    print_text("report");
}

Test(run, a_failed_write_is_not_success)
{
    struct m2_arena *a = m2_arena_new();
    int status = 0;
    cr_assert_str_eq(capture(a, STDOUT_FILENO, &status, print_text, (char *)"report\n"), "report\n");
    cr_assert_eq(status, 0);
    static const struct {
        void (*body)(void *);
        int error;
    } cases[] = { { print_to_full_disk, ENOSPC },
                  { print_to_closed_pipe, EPIPE },
                  { print_to_closed_stdout, EBADF } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = capture(a, STDERR_FILENO, &status, cases[i].body, NULL);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == M2_EXIT_CANNOT, "case %zu: %d %s", i, status,
                  said);
        cr_assert(strstr(said, strerror(cases[i].error)), "case %zu: %s", i, said);
    }
    m2_arena_free(a);
}

Test(run, a_report_that_was_cut_is_not_printed)
{
    struct m2_buf b;
    struct m2_err err = { 0 };
    m2_buf_init(&b, 4);
    m2_buf_adds(&b, "too long");
    cr_assert_eq(m2_cli_print(&b, &err), -1);
    cr_assert_eq(err.code, M2_ELIMIT);
    m2_buf_free(&b);
}

static void one_signal(void *user)
{
    (void)user;
    m2_cli_signals();
    (void)raise(SIGTERM);
    _exit(m2_cancelled(m2_sys_real()) ? 7 : 8);
}

static void two_signals(void *user)
{
    struct m2_newfile *f = NULL;
    m2_cli_signals();
    if (m2_newfile_open(&f, user, 0600, NULL) < 0)
        _exit(98);
    (void)fputs("half", m2_newfile_stream(f));
    (void)raise(SIGINT);
    (void)raise(SIGINT);
}

static void ignored_signal(void *user)
{
    (void)user;
    (void)signal(SIGHUP, SIG_IGN);
    m2_cli_signals();
    (void)raise(SIGHUP);
    _exit(m2_cancelled(m2_sys_real()) ? 7 : 8);
}

Test(run, signals)
{
    struct m2_arena *a = m2_arena_new();
    char dir[] = P_tmpdir "/m2-test-XXXXXX";
    int status = 0;
    cr_assert(mkdtemp(dir));
    capture(a, STDOUT_FILENO, &status, one_signal, NULL);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the first signal only asks: %d", status);
    capture(a, STDOUT_FILENO, &status, ignored_signal, NULL);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 8, "nohup was overruled: %d", status);
    capture(a, STDOUT_FILENO, &status, two_signals, m2_arena_printf(a, "%s/report", dir));
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 130, "the second signal ends it: %d", status);
    cr_assert_eq(rmdir(dir), 0, "a temporary file was left: %s", strerror(errno));
    m2_arena_free(a);
}

static void prompt(void *user)
{
    struct m2_err err = { 0 };
    struct m2_secret s = { 0 };
    (void)user;
    (void)setsid(); /* no controlling terminal */
    _exit(m2_prompt_secret(&s, "Password: ", &err) == 0 ? 0 : m2_cli_complain("t", &err));
}

Test(run, no_prompt_without_a_terminal)
{
    struct m2_arena *a = m2_arena_new();
    int status = 0;
    const char *said = capture(a, STDERR_FILENO, &status, prompt, NULL);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == M2_EXIT_USAGE, "%d", status);
    cr_assert(strstr(said, "there is no terminal to ask for: Password: "), "%s", said);
    m2_arena_free(a);
}

struct env {
    const char *const *pairs;
};

static const char *get_env(void *ctx, const char *name)
{
    const struct env *e = ctx;
    for (const char *const *p = e->pairs; *p; p += 2)
        if (strcmp(p[0], name) == 0)
            return p[1];
    return NULL;
}

Test(run, terminal_settings)
{
    static const struct {
        const char *pairs[8];
        const char *color;
        bool want_color, unicode;
        int width; /* 0: not checked, there may be a real terminal */
    } cases[] = {
        { { NULL }, "always", true, false, 80 },
        { { NULL }, "auto", false, false, 80 }, /* the test's output is no terminal */
        { { "NO_COLOR", "1", NULL }, "always", true, false, 80 },
        { { "TERM", "xterm", NULL }, "never", false, false, 80 },
        { { "LANG", "en_US.UTF-8", "COLUMNS", "132", NULL }, "auto", false, true, 132 },
        { { "LC_ALL", "C", "LANG", "en_US.utf8", "COLUMNS", "x", NULL }, "auto", false, false, 80 },
        { { "COLUMNS", "3", NULL }, "auto", false, false, 20 },
    };
    if (isatty(STDOUT_FILENO) || isatty(STDERR_FILENO))
        return; /* run by hand: the real terminal would answer */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct env e = { cases[i].pairs };
        const struct m2_sys sys = { .ctx = &e, .env = get_env };
        struct m2_term t;
        m2_term_detect(&t, &sys, cases[i].color);
        cr_assert_eq(t.color, cases[i].want_color, "case %zu", i);
        cr_assert_eq(t.unicode, cases[i].unicode, "case %zu", i);
        cr_assert_eq(t.width, cases[i].width, "case %zu: %d", i, t.width);
    }
}
