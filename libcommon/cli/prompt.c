#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "m2/cli.h"
#include "m2/str.h"

#define LONGEST 4096

/* The terminal as it was, while a prompt has switched its echo off. */
static struct termios saved;
static volatile sig_atomic_t saved_fd = -1;

void m2_prompt_restore(void)
{
    int fd = saved_fd;
    if (fd >= 0)
        (void)tcsetattr(fd, TCSAFLUSH, &saved);
}

static void echo_off(int fd)
{
    struct termios quiet;
    if (tcgetattr(fd, &quiet) != 0)
        return; /* not a real terminal: nothing echoes */
    saved = quiet;
    saved_fd = fd;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)tcsetattr(fd, TCSAFLUSH, &quiet);
}

static int put(int fd, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, LONGEST);
    m2_term_clean(&b, s, true);
    ssize_t n = write(fd, b.data, b.len);
    m2_buf_free(&b);
    return n < 0 ? -1 : 0;
}

/* Wait for a key. A signal between the look at the flag and the wait must not be lost: it is let in by
 * ppoll(2) alone. */
static int wait_key(int fd, struct m2_err *err)
{
    static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    sigset_t held, before;
    (void)sigemptyset(&held);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++)
        (void)sigaddset(&held, stops[i]);
    (void)sigprocmask(SIG_BLOCK, &held, &before);
    int rc = 0;
    struct pollfd p = { .fd = fd, .events = POLLIN };
    do {
        if (m2_cancelled(m2_sys_real()))
            rc = m2_fail(err, M2_ECANCELLED, "interrupted at the prompt");
    } while (rc == 0 && ppoll(&p, 1, NULL, &before) < 0 && errno == EINTR);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* One line into ANSWER. */
static int read_line(int fd, char answer[LONGEST], size_t *len, struct m2_err *err)
{
    size_t n = 0;
    for (;;) {
        char c;
        if (wait_key(fd, err) < 0)
            return -1;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return m2_fail(err, M2_EIO, "the terminal cannot be read: %s", strerror(errno));
        if (got == 0 && n == 0)
            return m2_fail(err, M2_ECANCELLED, "the prompt was left without an answer");
        if (got == 0 || c == '\n')
            break;
        if (n == LONGEST - 1)
            return m2_fail(err, M2_ELIMIT, "the answer is longer than %d bytes", LONGEST - 1);
        answer[n++] = c;
    }
    while (n && answer[n - 1] == '\r')
        n--;
    *len = n;
    return 0;
}

static int ask(char answer[LONGEST], size_t *len, const char *text, bool secret, struct m2_err *err)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return m2_fail(err, M2_EUSAGE, "there is no terminal to ask for: %s", text);
    if (secret)
        echo_off(fd);
    (void)put(fd, text);
    int rc = read_line(fd, answer, len, err);
    if (secret) {
        m2_prompt_restore();
        saved_fd = -1;
        (void)!write(fd, "\n", 1); /* the user's own newline was not echoed */
    }
    (void)close(fd);
    return rc;
}

int m2_prompt_secret(struct m2_secret *out, const char *text, struct m2_err *err)
{
    char answer[LONGEST];
    size_t n = 0;
    int rc = ask(answer, &n, text, true, err);
    if (rc == 0)
        m2_secret_set(out, answer, n);
    m2_wipe(answer, sizeof answer);
    return rc;
}

int m2_prompt_line(const char **out, struct m2_arena *a, const char *text, struct m2_err *err)
{
    char answer[LONGEST];
    size_t n = 0;
    if (ask(answer, &n, text, false, err) < 0)
        return -1;
    *out = m2_arena_strndup(a, answer, n);
    return 0;
}

int m2_stdin_secret(struct m2_secret *out, const char *what, struct m2_err *err)
{
    char prompt[80], answer[LONGEST];
    size_t n = 0;
    (void)snprintf(prompt, sizeof prompt, "%s: ", what);
    if (isatty(STDIN_FILENO))
        return m2_prompt_secret(out, prompt, err);
    struct m2_err why = { 0 };
    int rc = read_line(STDIN_FILENO, answer, &n, &why);
    if (rc == 0 && n)
        m2_secret_set(out, answer, n);
    m2_wipe(answer, sizeof answer);
    if (rc == 0 && n)
        return 0;
    if (rc < 0 && (why.code == M2_ELIMIT || m2_cancelled(m2_sys_real())))
        return m2_fail(err, why.code, "the %s on standard input: %s", what, why.msg);
    return m2_fail(err, M2_EUSAGE, "no %s came on standard input (it is empty or closed)", what);
}
