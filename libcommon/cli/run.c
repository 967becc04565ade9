#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/prompt.h"
#include "m2/cli.h"
#include "m2/file.h"
#include "m2/str.h"

static volatile sig_atomic_t signals_seen;

const char *m2_version(void)
{
    return M2_VERSION;
}

int m2_cli_complain(const char *tool, const struct m2_err *err)
{
    const struct m2_errc_row *row = m2_errc_row(err->code);
    struct m2_buf b;
    m2_buf_init(&b, 16 * sizeof err->msg);
    m2_buf_addf(&b, "%s: ", tool);
    m2_term_clean(&b, m2_str_or(err->msg, row->name), true);
    m2_buf_addc(&b, '\n');
    if (row->hint)
        m2_buf_addf(&b, "%s: hint: %s\n", tool, row->hint);
    (void)fputs(b.data, stderr);
    (void)fflush(stderr);
    m2_buf_free(&b);
    return (int)row->exit_status;
}

/* At most what a pipe takes at once, when it does: a write that blocks would not notice an interrupt. */
static ssize_t write_some(const char *p, size_t n)
{
    struct pollfd out = { STDOUT_FILENO, POLLOUT, 0 };
    int ready = poll(&out, 1, 100);
    if (ready <= 0) {
        errno = ready ? errno : EAGAIN;
        return -1;
    }
    return write(STDOUT_FILENO, p, n < PIPE_BUF ? n : PIPE_BUF);
}

int m2_cli_print(const struct m2_buf *buf, struct m2_err *err)
{
    if (buf->over)
        return m2_fail(err, M2_ELIMIT, "the report is larger than %zu bytes", buf->max);
    errno = 0;
    if (fflush(stdout) != 0)
        return m2_fail(err, M2_EIO, "standard output: %s", strerror(errno));
    size_t done = 0;
    /* What an interrupted run has to say is printed, as long as somebody reads. */
    bool said_after = m2_cancelled(m2_sys_real()), stuck = false;
    while (done < buf->len) {
        if (m2_cancelled(m2_sys_real()) && (!said_after || stuck))
            return m2_fail(err, M2_ECANCELLED, "interrupted: only a part of the report was written");
        ssize_t n = write_some(buf->data + done, buf->len - done);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return m2_fail(err, M2_EIO, "standard output: %s", strerror(errno));
        done += n > 0 ? (size_t)n : 0;
        stuck = n <= 0;
    }
    return 0;
}

/* The first signal asks the run to end in order; the second ends it here and now. */
static void on_signal(int number)
{
    (void)number;
    int kept = errno;
    m2_sys_cancel();
    if (signals_seen) {
        m2_newfile_unlink_all();
        m2_prompt_restore();
        _exit(M2_EXIT_INTERRUPTED);
    }
    signals_seen = 1;
    errno = kept;
}

void m2_cli_signals(void)
{
    static const int stops[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART: a prompt must notice */
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        struct sigaction old;
        /* nohup and background jobs start with a signal ignored, and mean it. */
        if (sigaction(stops[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(stops[i], &action, NULL);
    }
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}
