/*
 * fake_s3 — one bucket on loopback that answers at once, for timing what empties it (tests/bench/empty.c) and
 * for tests of the tools.
 *
 * usage: fake_s3 --keys N [--rate KEYS_PER_S] [--burst KEYS] [--owner ACCOUNT] [--lost N] [--errors N]
 * [--slow N]   (N of 1,000 requests) Prints "PORT n" when it listens on 127.0.0.1 and ends when its standard
 * input closes. GET /__stats answers what happened as JSON.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fakes3.h"
#include "m2/sys.h"

#define CONNECTIONS 256
#define REQUEST_MAX ((size_t)8 << 20)

struct connection {
    int fd;
    struct m2_buf in, out;
    size_t sent;
};

static struct fakes3 bucket;
static struct connection all[CONNECTIONS];
static size_t n_all;

static const char *header(const void *user, const char *name)
{
    static char value[256];
    const char *head = user, *end = strstr(head, "\r\n\r\n");
    size_t n = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line && line < end; line = strstr(line + 2, "\r\n"))
        if (strncasecmp(line + 2, name, n) == 0 && line[2 + n] == ':') {
            const char *at = line + 3 + n + strspn(line + 3 + n, " ");
            (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
            return value;
        }
    return NULL;
}

static void stats(struct m2_buf *out)
{
    m2_buf_addf(out,
                "{\"left\": %zu, \"deleted\": %llu, \"requests\": %llu, \"lists\": %llu, \"deletes\": %llu, "
                "\"refused\": %llu, "
                "\"unowned\": %llu, \"ms\": %llu}",
                fakes3_left(&bucket), (unsigned long long)bucket.deleted, (unsigned long long)bucket.requests,
                (unsigned long long)bucket.lists, (unsigned long long)bucket.deletes_asked,
                (unsigned long long)bucket.refused, (unsigned long long)bucket.unowned,
                (unsigned long long)(bucket.last_ms - bucket.first_ms));
}

/* False: the answer is lost, and with it the connection. */
static bool answer(struct connection *c, const char *method, char *path, struct m2_bytes body)
{
    struct fakes3_answer a = { 0 };
    char *mark = strchr(path, '?');
    if (mark)
        *mark++ = '\0';
    if (strcmp(path, "/__stats") == 0) {
        m2_buf_init(&a.body, 4096);
        a.status = 200;
        stats(&a.body);
    } else {
        fakes3_serve(&bucket, &a, m2_mono_ms(m2_sys_real()), method, path, mark ? mark : "", header,
                     c->in.data, body);
    }
    if (a.status)
        m2_buf_addf(&c->out, "HTTP/1.1 %d X\r\nContent-Type: application/xml\r\n", a.status);
    if (a.status == 204)
        m2_buf_adds(&c->out, "\r\n");
    else if (a.status) {
        m2_buf_addf(&c->out, "Content-Length: %zu\r\n\r\n", a.body.len);
        m2_buf_add(&c->out, a.body.data, a.body.len);
    }
    m2_buf_free(&a.body);
    return a.status != 0;
}

/* All requests that are there whole. */
static bool serve(struct connection *c)
{
    for (char *end; (end = strstr(c->in.data, "\r\n\r\n")) != NULL;) {
        const char *length = header(c->in.data, "Content-Length");
        size_t head = (size_t)(end + 4 - c->in.data), n = length ? strtoul(length, NULL, 10) : 0;
        char method[16], path[8192];
        if (c->in.len < head + n)
            return true;
        if (sscanf(c->in.data, "%15s %8191s", method, path) != 2 ||
            !answer(c, method, path, (struct m2_bytes){ c->in.data + head, n }))
            return false;
        size_t rest = c->in.len - head - n;
        memmove(c->in.data, c->in.data + head + n, rest + 1);
        c->in.len = rest;
    }
    return true;
}

static bool push(struct connection *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = write(c->fd, c->out.data + c->sent, c->out.len - c->sent);
        if (n < 0)
            return errno == EAGAIN;
        c->sent += (size_t)n;
    }
    m2_buf_reset(&c->out);
    c->sent = 0;
    return true;
}

static bool pull(struct connection *c)
{
    static char chunk[1 << 16];
    ssize_t n;
    while ((n = read(c->fd, chunk, sizeof chunk)) > 0)
        m2_buf_add(&c->in, chunk, (size_t)n);
    return n != 0 && (errno == EAGAIN || n > 0) && serve(c) && push(c);
}

static void drop(size_t i)
{
    (void)close(all[i].fd);
    m2_buf_free(&all[i].in);
    m2_buf_free(&all[i].out);
    all[i] = all[--n_all];
}

static void take(int listener)
{
    int fd = accept(listener, NULL, NULL), on = 1;
    if (fd < 0)
        return;
    if (n_all == CONNECTIONS) {
        (void)close(fd);
        return;
    }
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    all[n_all] = (struct connection){ .fd = fd };
    m2_buf_init(&all[n_all].in, REQUEST_MAX);
    m2_buf_init(&all[n_all++].out, (size_t)256 << 20);
}

static int listen_on(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, CONNECTIONS) < 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) < 0)
        return -1;
    *port = ntohs(at.sin_port);
    return fd;
}

static void options(int argc, char **argv)
{
    fakes3_init(&bucket, "123456789012");
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *name = argv[i], *value = argv[i + 1];
        unsigned long n = strtoul(value, NULL, 10);
        if (strcmp(name, "--keys") == 0)
            fakes3_make(&bucket, n);
        else if (strcmp(name, "--rate") == 0)
            bucket.rate = (double)n;
        else if (strcmp(name, "--burst") == 0)
            bucket.burst = (double)n;
        else if (strcmp(name, "--owner") == 0)
            bucket.owner = value;
        else if (strcmp(name, "--lost") == 0)
            bucket.chances.lost_after = (unsigned)n;
        else if (strcmp(name, "--errors") == 0)
            bucket.chances.error_500 = (unsigned)n;
        else if (strcmp(name, "--slow") == 0)
            bucket.chances.slow_503 = (unsigned)n;
    }
    bucket.burst = bucket.burst > 0 ? bucket.burst : bucket.rate;
}

int main(int argc, char **argv)
{
    int port = 0;
    (void)signal(SIGPIPE, SIG_IGN);
    options(argc, argv);
    int listener = listen_on(&port);
    if (listener < 0) {
        perror("fake_s3");
        return 1;
    }
    (void)printf("PORT %d\n", port);
    (void)fflush(stdout);
    for (;;) {
        struct pollfd p[CONNECTIONS + 2] = { { .fd = STDIN_FILENO, .events = POLLIN },
                                             { .fd = listener, .events = POLLIN } };
        for (size_t i = 0; i < n_all; i++)
            p[i + 2] = (struct pollfd){ .fd = all[i].fd,
                                        .events = (short)(POLLIN | (all[i].out.len ? POLLOUT : 0)) };
        size_t n = n_all;
        char byte;
        if (poll(p, n + 2, -1) < 0 && errno != EINTR)
            break;
        if (p[0].revents && read(STDIN_FILENO, &byte, 1) <= 0)
            break;
        for (size_t i = n; i-- > 0;)
            if (p[i + 2].revents && ((p[i + 2].revents & POLLOUT && !push(&all[i])) ||
                                     (p[i + 2].revents & ~POLLOUT && !pull(&all[i]))))
                drop(i);
        if (p[1].revents)
            take(listener);
    }
    while (n_all)
        drop(n_all - 1);
    fakes3_free(&bucket);
    return 0;
}
