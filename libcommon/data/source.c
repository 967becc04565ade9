#include "m2/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "m2/mem.h"
#include "m2/str.h"

#define PACKED ((size_t)64 << 10)
#define WAIT_MS 200           /* how soon an interrupt is seen */
#define GZIP_WINDOW (15 + 16) /* largest window, gzip header and trailer: zlib.h, inflateInit2 */

struct m2_source {
    char *name;
    int fd;
    bool standard_input, regular, ended;
    const struct m2_sys *sys;
    uint64_t done, size;

    bool begun, packed; /* is it known whether it is gzip, and is it? */
    z_stream z;
    bool member_ended;
    unsigned char in[PACKED]; /* read, not yet given on or unpacked */
    size_t at, have;
};

static int failed(const struct m2_source *s, struct m2_err *err)
{
    return m2_fail(err, M2_EINPUT, "%s: cannot be read: %s", s->name, strerror(errno ? errno : EIO));
}

/* Up to CAP bytes of the file itself. */
static int read_file(size_t *n, struct m2_source *s, void *p, size_t cap, struct m2_err *err)
{
    *n = 0;
    while (!s->ended) {
        if (m2_cancelled(s->sys))
            return m2_fail(err, M2_ECANCELLED, "%s: interrupted while it was read", s->name);
        struct pollfd wait = { .fd = s->fd, .events = POLLIN };
        int ready = s->regular ? 1 : poll(&wait, 1, WAIT_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = read(s->fd, p, cap);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return failed(s, err);
        s->ended = got == 0;
        *n = (size_t)got;
        s->done += *n;
        break;
    }
    return 0;
}

static int fill(struct m2_source *s, struct m2_err *err)
{
    memmove(s->in, s->in + s->at, s->have - s->at);
    s->have -= s->at;
    s->at = 0;
    size_t n;
    if (read_file(&n, s, s->in + s->have, sizeof s->in - s->have, err) < 0)
        return -1;
    s->have += n;
    return 0;
}

static int begin(struct m2_source *s, struct m2_err *err)
{
    while (s->have < 2 && !s->ended)
        if (fill(s, err) < 0)
            return -1;
    s->begun = true;
    s->packed = s->have >= 2 && s->in[0] == 0x1f && s->in[1] == 0x8b;
    if (s->packed && inflateInit2(&s->z, GZIP_WINDOW) != Z_OK)
        abort(); /* only memory */
    return 0;
}

/* Behind a member: another one, the end, or zeros up to it (tapes are padded so). */
static int next_member(struct m2_source *s, bool *more, struct m2_err *err)
{
    *more = false;
    for (;;) {
        while (s->at < s->have && s->in[s->at] == 0)
            s->at++;
        if (s->have - s->at >= 2 || s->ended)
            break;
        if (fill(s, err) < 0)
            return -1;
    }
    if (s->at == s->have)
        return 0;
    if (s->have - s->at < 2 || s->in[s->at] != 0x1f || s->in[s->at + 1] != 0x8b)
        return m2_fail(err, M2_EINPUT, "%s: something that is not gzip follows the compressed text", s->name);
    (void)inflateReset(&s->z);
    s->member_ended = false;
    *more = true;
    return 0;
}

static int unpack(size_t *n, struct m2_source *s, void *p, size_t cap, struct m2_err *err)
{
    s->z.next_out = p;
    s->z.avail_out = (uInt)cap;
    while (s->z.avail_out == cap) {
        bool more = true;
        if (s->member_ended && (next_member(s, &more, err) < 0))
            return -1;
        if (!more)
            break;
        if (s->at == s->have && !s->ended && fill(s, err) < 0)
            return -1;
        if (s->at == s->have && s->ended)
            return m2_fail(err, M2_EINPUT, "%s: the compressed text is cut short; copy the file again",
                           s->name);
        s->z.next_in = s->in + s->at;
        s->z.avail_in = (uInt)(s->have - s->at);
        int rc = inflate(&s->z, Z_NO_FLUSH);
        s->at = s->have - s->z.avail_in;
        s->member_ended = rc == Z_STREAM_END;
        if (rc == Z_MEM_ERROR)
            abort();
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return m2_fail(err, M2_EINPUT, "%s: the compressed text is damaged (%s)", s->name,
                           s->z.msg ? s->z.msg : "no more is known");
    }
    *n = cap - s->z.avail_out;
    return 0;
}

int m2_source_open(struct m2_source **out, const char *path, const struct m2_sys *sys, struct m2_err *err)
{
    bool standard_input = m2_str_eq(path, "-");
    int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat st;
    if (fd < 0)
        return m2_fail(err, errno == ENOENT ? M2_ENOTFOUND : M2_EINPUT, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
        int why = S_ISDIR(st.st_mode) ? EISDIR : errno;
        if (!standard_input)
            (void)close(fd);
        return m2_fail(err, M2_EINPUT, "%s: %s", standard_input ? "standard input" : path, strerror(why));
    }
    struct m2_source *s = m2_xcalloc(1, sizeof *s);
    s->name = m2_xstrdup(standard_input ? "standard input" : path);
    s->fd = fd;
    s->standard_input = standard_input;
    s->regular = S_ISREG(st.st_mode);
    s->size = s->regular ? (uint64_t)st.st_size : 0;
    s->sys = sys;
    *out = s;
    return 0;
}

int m2_source_read(size_t *n, struct m2_source *s, void *p, size_t cap, struct m2_err *err)
{
    size_t got;
    if (!s->begun && begin(s, err) < 0)
        return -1;
    if (s->packed)
        return unpack(n, s, p, cap, err);
    if (s->at == s->have) {
        if (read_file(&got, s, p, cap, err) < 0)
            return -1;
        *n = got;
        return 0;
    }
    got = s->have - s->at < cap ? s->have - s->at : cap;
    memcpy(p, s->in + s->at, got);
    s->at += got;
    *n = got;
    return 0;
}

uint64_t m2_source_done(const struct m2_source *s)
{
    return s->done;
}

uint64_t m2_source_size(const struct m2_source *s)
{
    return s->size;
}

const char *m2_source_name(const struct m2_source *s)
{
    return s->name;
}

void m2_source_close(struct m2_source *s)
{
    if (!s)
        return;
    if (s->packed)
        (void)inflateEnd(&s->z);
    if (!s->standard_input)
        (void)close(s->fd);
    free(s->name);
    free(s);
}
