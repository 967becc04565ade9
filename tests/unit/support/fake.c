#include "fake.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef M2_SOURCE_DIR
#error "M2_SOURCE_DIR must be defined"
#endif

static void run_server(int in, int out, const char *cert, const char *key)
{
    static const char server[] = M2_SOURCE_DIR "/tests/fake/server.py";
    (void)dup2(in, STDIN_FILENO);
    (void)dup2(out, STDOUT_FILENO);
    if (cert)
        (void)execlp("python3", "python3", server, "-", "--cert", cert, "--key", key, (char *)NULL);
    else
        (void)execlp("python3", "python3", server, "-", (char *)NULL);
    _exit(127);
}

bool fake_start(struct fake *f, const char *script, const char *cert, const char *key)
{
    int in[2], out[2];
    *f = (struct fake){ .stdin_fd = -1 };
    (void)signal(SIGPIPE, SIG_IGN);
    if (pipe(in) < 0 || pipe(out) < 0)
        return false;
    f->pid = fork();
    if (f->pid == 0) {
        (void)close(in[1]);
        (void)close(out[0]);
        run_server(in[0], out[1], cert, key);
    }
    (void)close(in[0]);
    (void)close(out[1]);
    f->stdin_fd = in[1];
    FILE *answers = fdopen(out[0], "r");
    (void)!write(in[1], script, strlen(script));
    (void)!write(in[1], "\n", 1);
    bool up = answers && fscanf(answers, "PORT %d", &f->port) == 1;
    if (answers)
        (void)fclose(answers);
    (void)snprintf(f->url, sizeof f->url, "%s://127.0.0.1:%d", cert ? "https" : "http", f->port);
    if (!up)
        fake_stop(f);
    return up;
}

void fake_stop(struct fake *f)
{
    if (f->stdin_fd >= 0)
        (void)close(f->stdin_fd);
    if (f->pid > 0) {
        (void)kill(f->pid, SIGTERM);
        (void)waitpid(f->pid, NULL, 0);
    }
    *f = (struct fake){ .stdin_fd = -1 };
}

int fake_port(int *port, bool keep)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 1) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) < 0)
        abort();
    *port = ntohs(at.sin_port);
    if (keep)
        return fd;
    (void)close(fd);
    return -1;
}
