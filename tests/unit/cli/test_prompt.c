#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "m2/cli.h"
#include "m2/str.h"

enum { ANSWERED = 10, EMPTY = 11, WRONG = 12 };

/* In a session whose terminal is SLAVE. */
static void ask(const char *slave, bool secret)
{
    (void)setsid();
    int fd = open(slave, O_RDWR);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0)
        _exit(99);
    (void)signal(SIGINT, SIG_DFL); /* the test itself may run in the background, where it is ignored */
    (void)alarm(20);               /* whatever happens, nobody waits for this process forever */
    m2_cli_signals();
    struct m2_err err = { 0 };
    struct m2_secret s = { 0 };
    struct m2_arena *a = m2_arena_new();
    const char *line = "";
    int rc = secret ? m2_prompt_secret(&s, "Password: ", &err) : m2_prompt_line(&line, a, "Stack: ", &err);
    if (rc < 0)
        _exit((int)m2_errc_row(err.code)->exit_status);
    const char *got = secret ? m2_secret_reveal(&s) : line;
    struct termios t;
    bool echoes = tcgetattr(fd, &t) == 0 && (t.c_lflag & ECHO);
    _exit(!echoes ? WRONG : strcmp(got, "hunter2") == 0 ? ANSWERED : *got ? WRONG : EMPTY);
}

static void drain(int fd, struct m2_buf *seen, const char *until)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    while (!(until && strstr(seen->data, until)) && poll(&p, 1, 3000) > 0) {
        char chunk[256];
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n <= 0)
            break; /* the other side has left */
        m2_buf_add(seen, chunk, (size_t)n);
    }
}

Test(prompt, on_a_terminal)
{
    static const struct {
        const char *name, *typed, *prompt;
        bool secret;
        int status;
        bool shown; /* does what was typed appear? */
    } cases[] = {
        { "secret", "hunter2\n", "Password: ", true, ANSWERED, false },
        { "line", "hunter2\n", "Stack: ", false, ANSWERED, true },
        { "empty", "\n", "Password: ", true, EMPTY, false },
        { "end of input", "\004", "Password: ", true, M2_EXIT_INTERRUPTED, false },
        { "Ctrl-C", "hun\003", "Password: ", true, M2_EXIT_INTERRUPTED, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) {
            (void)fprintf(stderr, "prompt: skipped: no pseudo terminals here\n");
            return;
        }
        const char *slave = ptsname(master);
        (void)fflush(NULL);
        pid_t pid = fork();
        cr_assert_geq(pid, 0);
        if (pid == 0) {
            (void)close(master);
            ask(slave, cases[i].secret);
        }
        struct m2_buf seen;
        m2_buf_init(&seen, 10000);
        drain(master, &seen, cases[i].prompt);
        cr_assert(strstr(seen.data, cases[i].prompt), "%s: %s", cases[i].name, seen.data);
        cr_assert_eq(write(master, cases[i].typed, strlen(cases[i].typed)), (ssize_t)strlen(cases[i].typed));
        drain(master, &seen, NULL);
        int status = 0;
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == cases[i].status, "%s: status %x, %s",
                  cases[i].name, (unsigned)status, seen.data);
        cr_assert_eq(strstr(seen.data, "hunter2") != NULL, cases[i].shown, "%s: %s", cases[i].name,
                     seen.data);
        (void)close(master);
        m2_buf_free(&seen);
    }
}
