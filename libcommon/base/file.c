#include "m2/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "m2/buf.h"
#include "m2/secret.h"

#define MAX_OPEN 8

/* Paths of temporary files that exist now, so that a signal handler can remove them. */
static const char *volatile open_paths[MAX_OPEN];

struct m2_newfile {
    FILE *stream;
    char *path;      /* as the caller wrote it, for messages */
    char *target;    /* what is replaced: PATH with links followed */
    char *temporary; /* NULL: written in place */
    int slot;
};

static int read_failed(const char *path, struct m2_err *err)
{
    if (errno == EINTR)
        return m2_fail(err, M2_ECANCELLED, "%s: interrupted while it was read", path);
    return m2_fail(err, M2_EINPUT, "%s: %s", path, strerror(errno ? errno : EIO));
}

static int write_failed(const char *path, int why, struct m2_err *err)
{
    if (why == EINTR) /* a pipe that nobody reads */
        return m2_fail(err, M2_ECANCELLED, "%s: interrupted before it was written", path);
    return m2_fail(err, M2_EIO, "%s: cannot be written: %s", path, strerror(why ? why : EIO));
}

static int too_large(const char *path, size_t max_bytes, struct m2_err *err)
{
    return m2_fail(err, M2_ELIMIT, "%s: larger than %zu bytes", path, max_bytes);
}

/* A pipe, a device, or a file that says 0 bytes as those of /proc do. */
static int read_stream(struct m2_bytes *out, struct m2_arena *a, const char *path, FILE *f, size_t max_bytes,
                       struct m2_err *err)
{
    struct m2_buf b;
    char chunk[16384];
    int rc = 0;
    m2_buf_init(&b, max_bytes);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0 && !b.over;)
        m2_buf_add(&b, chunk, n);
    if (ferror(f))
        rc = read_failed(path, err);
    else if (b.over)
        rc = too_large(path, max_bytes, err);
    else
        *out = (struct m2_bytes){ m2_arena_strndup(a, b.data, b.len), b.len };
    m2_wipe(chunk, sizeof chunk); /* it may be a credentials file */
    m2_wipe(b.data, b.len);
    m2_buf_free(&b);
    return rc;
}

/* Straight into the arena; a file that grows meanwhile is read as long as it was. */
static int read_sized(struct m2_bytes *out, struct m2_arena *a, const char *path, FILE *f, size_t size,
                      struct m2_err *err)
{
    char *p = m2_arena_alloc(a, size + 1);
    (void)setvbuf(f, NULL, _IONBF, 0);
    size_t n = fread(p, 1, size, f);
    if (ferror(f))
        return read_failed(path, err);
    p[n] = '\0';
    *out = (struct m2_bytes){ p, n };
    return 0;
}

int m2_file_read(struct m2_bytes *out, struct m2_arena *a, const char *path, size_t max_bytes,
                 struct m2_err *err)
{
    bool standard_input = m2_str_eq(path, "-");
    FILE *f = standard_input ? stdin : fopen(path, "rbe");
    if (!f)
        return errno == ENOENT ? m2_fail(err, M2_ENOTFOUND, "%s: %s", path, strerror(errno))
                               : read_failed(path, err);
    struct stat st;
    bool sized = !standard_input && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
    int rc;
    errno = 0;
    if (sized && (uintmax_t)st.st_size > max_bytes)
        rc = too_large(path, max_bytes, err);
    else if (sized)
        rc = read_sized(out, a, path, f, (size_t)st.st_size, err);
    else
        rc = read_stream(out, a, standard_input ? "standard input" : path, f, max_bytes, err);
    if (!standard_input)
        (void)fclose(f);
    return rc;
}

static int take_slot(const char *path)
{
    for (int i = 0; i < MAX_OPEN; i++)
        if (!open_paths[i]) {
            open_paths[i] = path;
            return i;
        }
    return -1;
}

void m2_newfile_unlink_all(void)
{
    for (int i = 0; i < MAX_OPEN; i++)
        if (open_paths[i])
            (void)unlink(open_paths[i]);
}

static void release(struct m2_newfile *f)
{
    if (f->slot >= 0)
        open_paths[f->slot] = NULL;
    free(f->path);
    free(f->target);
    free(f->temporary);
    free(f);
}

static unsigned current_umask(void)
{
    mode_t now = umask(077);
    (void)umask(now);
    return (unsigned)now;
}

/* A new file under a temporary name beside its target. OLD is the target's mode when it exists: it is not
 * widened. */
static int open_beside(struct m2_newfile *f, unsigned mode, const struct stat *old)
{
    size_t n = strlen(f->target) + sizeof ".m2-XXXXXX";
    f->temporary = m2_xmalloc(n);
    (void)snprintf(f->temporary, n, "%s.m2-XXXXXX", f->target);
    int fd = mkostemp(f->temporary, O_CLOEXEC);
    if (fd < 0)
        return -1;
    f->slot = take_slot(f->temporary);
    (void)fchmod(fd, old ? mode & (unsigned)old->st_mode & 0777 : mode & ~current_umask());
    return fd;
}

/* Devices, pipes and "-" cannot be replaced by a rename: they are written as they are. */
static int open_target(struct m2_newfile *f, unsigned mode)
{
    struct stat st;
    if (m2_str_eq(f->path, "-"))
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    const bool exists = stat(f->path, &st) == 0;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return -1;
    }
    if (exists && !S_ISREG(st.st_mode))
        return open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    f->target = exists ? realpath(f->path, NULL) : NULL;
    if (!f->target)
        f->target = m2_xstrdup(f->path);
    return open_beside(f, mode, exists ? &st : NULL);
}

int m2_newfile_open(struct m2_newfile **out, const char *path, unsigned mode, struct m2_err *err)
{
    struct m2_newfile *f = m2_xcalloc(1, sizeof *f);
    f->path = m2_xstrdup(path);
    f->slot = -1;
    int fd = open_target(f, mode);
    if (fd >= 0)
        f->stream = fdopen(fd, "wb");
    if (!f->stream) {
        (void)write_failed(path, errno, err);
        if (fd >= 0)
            (void)close(fd);
        if (fd >= 0 && f->temporary)
            (void)unlink(f->temporary);
        release(f);
        return -1;
    }
    *out = f;
    return 0;
}

FILE *m2_newfile_stream(struct m2_newfile *f)
{
    return f->stream;
}

int m2_newfile_commit(struct m2_newfile *f, struct m2_err *err)
{
    bool failed =
        ferror(f->stream) || fflush(f->stream) != 0 || (f->temporary && fsync(fileno(f->stream)) != 0);
    int why = errno;
    if (fclose(f->stream) != 0 && !failed) {
        failed = true;
        why = errno;
    }
    if (!failed && f->temporary && rename(f->temporary, f->target) != 0) {
        failed = true;
        why = errno;
    }
    int rc = 0;
    if (failed) {
        rc = write_failed(f->path, why, err);
        if (f->temporary)
            (void)unlink(f->temporary);
    }
    release(f);
    return rc;
}

void m2_newfile_abort(struct m2_newfile *f)
{
    if (!f)
        return;
    (void)fclose(f->stream);
    if (f->temporary)
        (void)unlink(f->temporary);
    release(f);
}

int m2_file_write(const char *path, struct m2_bytes bytes, unsigned mode, struct m2_err *err)
{
    struct m2_newfile *f = NULL;
    if (m2_newfile_open(&f, path, mode, err) < 0)
        return -1;
    (void)fwrite(bytes.p ? bytes.p : "", 1, bytes.n, m2_newfile_stream(f));
    return m2_newfile_commit(f, err);
}

static int make_one(const char *path, unsigned mode, struct m2_err *err)
{
    struct stat st;
    if (mkdir(path, mode) == 0)
        return 0;
    int why = errno;
    if (why == EEXIST && (stat(path, &st) != 0 || S_ISDIR(st.st_mode)))
        return 0;
    return m2_fail(err, M2_EIO, "%s: cannot be made: %s", path, strerror(why == EEXIST ? ENOTDIR : why));
}

int m2_dir_make(const char *path, unsigned mode, struct m2_err *err)
{
    if (!*path)
        return m2_fail(err, M2_EIO, "a folder needs a name");
    char *p = m2_xstrdup(path);
    int rc = 0;
    for (char *at = p + 1; rc == 0; at++) {
        if (*at && *at != '/')
            continue;
        char end = *at;
        *at = '\0';
        rc = make_one(p, mode, err);
        *at = end;
        if (!end)
            break;
    }
    free(p);
    return rc;
}

int m2_file_probe(const char *path, struct m2_err *err)
{
    struct stat st;
    struct m2_newfile *f;
    if (m2_str_eq(path, "-"))
        return 0;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return write_failed(path, EISDIR, err);
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* to open a pipe would tell its reader something */
        return access(path, W_OK) == 0 ? 0 : write_failed(path, errno, err);
    if (m2_newfile_open(&f, path, 0600, err) < 0)
        return -1;
    m2_newfile_abort(f);
    return 0;
}
