#include <errno.h>
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

int m2_cli_print(const struct m2_buf *buf, struct m2_err *err)
{
    if (buf->over)
        return m2_fail(err, M2_ELIMIT, "the report is larger than %zu bytes", buf->max);
    errno = 0;
    size_t n = fwrite(buf->data, 1, buf->len, stdout);
    if (n != buf->len || fflush(stdout) != 0 || ferror(stdout))
        return m2_fail(err, M2_EIO, "standard output: %s", errno ? strerror(errno) : "write failed");
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
