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
    char *path, *temporary;
    int slot;
};

static int read_failed(const char *path, struct m2_err *err)
{
    return m2_fail(err, M2_EIO, "%s: %s", path, strerror(errno ? errno : EIO));
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
        return m2_fail(err, errno == ENOENT ? M2_ENOTFOUND : M2_EIO, "%s: %s", path, strerror(errno));
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
    free(f->temporary);
    free(f);
}

int m2_newfile_open(struct m2_newfile **out, const char *path, unsigned mode, struct m2_err *err)
{
    size_t n = strlen(path) + sizeof ".m2-XXXXXX";
    char *temporary = m2_xmalloc(n);
    (void)snprintf(temporary, n, "%s.m2-XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        m2_fail(err, M2_EIO, "%s: cannot be written: %s", path, strerror(errno));
        free(temporary);
        return -1;
    }
    struct m2_newfile *f = m2_xcalloc(1, sizeof *f);
    f->temporary = temporary;
    f->path = m2_xstrdup(path);
    f->slot = take_slot(temporary);
    (void)fchmod(fd, mode);
    f->stream = fdopen(fd, "wb");
    if (!f->stream) {
        m2_fail(err, M2_EIO, "%s: %s", path, strerror(errno));
        (void)close(fd);
        (void)unlink(temporary);
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
    int failed = fflush(f->stream) != 0 || ferror(f->stream) || fsync(fileno(f->stream)) != 0;
    int why = errno;
    if (fclose(f->stream) != 0 && !failed) {
        failed = 1;
        why = errno;
    }
    if (!failed && rename(f->temporary, f->path) != 0) {
        failed = 1;
        why = errno;
    }
    int rc = 0;
    if (failed) {
        rc = m2_fail(err, M2_EIO, "%s: cannot be written: %s", f->path, strerror(why ? why : EIO));
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

int m2_dir_make(const char *path, unsigned mode, struct m2_err *err)
{
    char *p = m2_xstrdup(path);
    int rc = 0;
    for (char *at = p + 1; rc == 0; at++) {
        if (*at && *at != '/')
            continue;
        char end = *at;
        *at = '\0';
        if (mkdir(p, mode) != 0 && errno != EEXIST)
            rc = m2_fail(err, M2_EIO, "%s: cannot be made: %s", p, strerror(errno));
        *at = end;
        if (!end)
            break;
    }
    free(p);
    return rc;
}
