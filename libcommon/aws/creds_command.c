/*
 * aws/creds_command.c — one child process, read to its end or killed.
 */
#include "aws/creds_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "m2/secret.h"
#include "m2/str.h"

#define SLICE_MS 50

/* One word from *P into B; quotes and backslashes as Python's shlex reads them (so does the AWS CLI), nothing
 * is expanded. */
static int take_word(struct m2_buf *b, const char **p, struct m2_err *err)
{
    char quote = 0;
    for (; **p && (quote || !strchr(" \t\r\n", **p)); ++*p) {
        char c = **p;
        if (quote == '\'' && c != '\'') {
            m2_buf_addc(b, c);
        } else if (c == '\\' && !(quote == '"' && (*p)[1] && !strchr("\\\"", (*p)[1]))) {
            if (!*++*p)
                return m2_fail(err, M2_ECRED, "the command ends in a backslash");
            m2_buf_addc(b, **p);
        } else if (c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else {
            m2_buf_addc(b, c);
        }
    }
    return quote ? m2_fail(err, M2_ECRED, "the command has an open %c", quote) : 0;
}

int m2_command_split(char ***argv, struct m2_arena *a, const char *line, struct m2_err *err)
{
    M2_VEC(char *) words = { 0 };
    struct m2_buf b;
    int rc = 0;
    m2_buf_init(&b, strlen(line) + 1);
    while (rc == 0) {
        line += strspn(line, " \t\r\n");
        if (!*line)
            break;
        m2_buf_reset(&b);
        rc = take_word(&b, &line, err);
        m2_vec_push(a, &words, m2_arena_strndup(a, b.data, b.len));
    }
    m2_buf_free(&b);
    if (rc == 0 && words.len == 0)
        rc = m2_fail(err, M2_ECRED, "the command is empty");
    if (rc < 0)
        return -1;
    m2_vec_push(a, &words, NULL);
    *argv = words.at;
    return 0;
}

struct child {
    pid_t pid;
    int out, err; /* -1 when closed */
    struct m2_buf complaint;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static int start(struct child *c, char *const *argv, struct m2_err *err)
{
    int out[2] = { -1, -1 }, bad[2] = { -1, -1 };
    posix_spawn_file_actions_t actions;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(bad, O_CLOEXEC) != 0) {
        int why = errno;
        close_fd(&out[0]);
        close_fd(&out[1]);
        return m2_fail(err, M2_ECRED, "no pipe: %s", strerror(why));
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, bad[1], STDERR_FILENO);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    /* libcurl's connections are not marked close-on-exec. */
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
    int why = posix_spawnp(&c->pid, argv[0], &actions, NULL, argv, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    close_fd(&out[1]);
    close_fd(&bad[1]);
    c->out = out[0];
    c->err = bad[0];
    if (why == 0)
        return 0;
    close_fd(&c->out);
    close_fd(&c->err);
    return m2_fail(err, M2_ECRED, "cannot be started: %s", strerror(why));
}

/* What has arrived, or the end. */
static void drain(int *fd, struct m2_buf *b)
{
    char chunk[4096];
    ssize_t n = read(*fd, chunk, sizeof chunk);
    if (n > 0)
        m2_buf_add(b, chunk, (size_t)n);
    else if (n == 0 || (errno != EINTR && errno != EAGAIN))
        close_fd(fd);
    m2_wipe(chunk, sizeof chunk);
}

static int listen_once(struct child *c, struct m2_buf *out, int wait_ms)
{
    struct pollfd fds[2] = { { c->out, POLLIN, 0 }, { c->err, POLLIN, 0 } };
    int ready = poll(fds, 2, wait_ms);
    if (ready > 0 && fds[0].revents)
        drain(&c->out, out);
    if (ready > 0 && fds[1].revents)
        drain(&c->err, &c->complaint);
    return ready;
}

/* Until the child has ended: a grandchild that keeps the pipe open (an agent) must not hold us. */
static int wait_for(struct child *c, struct m2_buf *out, int *status, const struct m2_sys *sys,
                    int64_t limit_ms, struct m2_err *err)
{
    int64_t until = m2_mono_ms(sys) + limit_ms;
    for (;;) {
        (void)listen_once(c, out, c->out < 0 && c->err < 0 ? 2 : SLICE_MS);
        if (out->over)
            return m2_fail(err, M2_ECRED, "wrote more than %zu bytes", out->max);
        if (waitpid(c->pid, status, WNOHANG) == c->pid) {
            c->pid = 0;
            while ((c->out >= 0 || c->err >= 0) && !out->over && listen_once(c, out, 0) > 0)
                ;
            return out->over ? m2_fail(err, M2_ECRED, "wrote more than %zu bytes", out->max) : 0;
        }
        if (m2_cancelled(sys))
            return m2_fail(err, M2_ECANCELLED, "interrupted");
        if (m2_mono_ms(sys) >= until)
            return m2_fail(err, M2_ECRED, "did not end within %lld seconds and was stopped",
                           (long long)((limit_ms + 999) / 1000));
    }
}

static void finish(struct child *c)
{
    close_fd(&c->out);
    close_fd(&c->err);
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        (void)waitpid(c->pid, NULL, 0);
    }
}

/* Whoever started us may have SIGCHLD ignored: the child's status would be lost, and its end with it. */
static void heed_children(struct sigaction *before)
{
    struct sigaction heed = { .sa_handler = SIG_DFL };
    (void)sigemptyset(&heed.sa_mask);
    (void)sigaction(SIGCHLD, &heed, before);
}

int m2_command_run(struct m2_command_result *result, char *const *argv, const struct m2_sys *sys,
                   int64_t limit_ms, size_t max_output, struct m2_err *err)
{
    struct child c = { .out = -1, .err = -1 };
    struct m2_buf out;
    struct sigaction before;
    int status = 0;
    heed_children(&before);
    if (start(&c, argv, err) < 0) {
        (void)sigaction(SIGCHLD, &before, NULL);
        return -1;
    }
    m2_buf_init(&out, max_output);
    m2_buf_init(&c.complaint, 4096);
    int rc = wait_for(&c, &out, &status, sys, limit_ms, err);
    finish(&c);
    (void)sigaction(SIGCHLD, &before, NULL);
    if (rc == 0) {
        size_t n = strcspn(c.complaint.data, "\r\n");
        n = n < sizeof result->complaint - 1 ? n : sizeof result->complaint - 1;
        memcpy(result->complaint, c.complaint.data, n);
        result->complaint[n] = '\0';
        result->exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        result->out = out;
    } else {
        m2_wipe(out.data, out.len);
        m2_buf_free(&out);
    }
    m2_buf_free(&c.complaint);
    return rc;
}
