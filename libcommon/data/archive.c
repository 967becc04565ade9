#include "m2/archive.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "m2/buf.h"
#include "m2/file.h"
#include "m2/mem.h"

#define BLOCK 512
#define MOST ((size_t)8 << 30) /* eleven octal digits */
#define GZIP (15 + 16)         /* the largest window, a gzip header */

struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], chksum[8], type, link[100], magic[6],
        version[2], user[32], group[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a ustar header is one block");

static void pad(struct m2_buf *b, size_t n)
{
    static const char zeros[BLOCK];
    m2_buf_add(b, zeros, n);
}

static void octal(char *field, size_t size, uint64_t value)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%0*llo", (int)size - 1, (unsigned long long)value);
    memcpy(field, digits, size - 1);
}

static void add(struct m2_buf *b, const struct m2_archive_file *f, int64_t modified_ms)
{
    struct header h = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
    unsigned sum = 0;
    assert(strlen(f->name) <= sizeof h.name);
    memcpy(h.name, f->name, strlen(f->name));
    octal(h.mode, sizeof h.mode, 0644);
    octal(h.uid, sizeof h.uid, 0);
    octal(h.gid, sizeof h.gid, 0);
    octal(h.size, sizeof h.size, f->data.n);
    octal(h.mtime, sizeof h.mtime, modified_ms > 0 ? (uint64_t)modified_ms / 1000 : 0);
    memset(h.chksum, ' ', sizeof h.chksum);
    for (size_t i = 0; i < sizeof h; i++)
        sum += ((const unsigned char *)&h)[i];
    octal(h.chksum, sizeof h.chksum - 1, sum);
    m2_buf_add(b, (const char *)&h, sizeof h);
    m2_buf_add(b, f->data.p, f->data.n);
    pad(b, (BLOCK - f->data.n % BLOCK) % BLOCK);
}

/* Deflate cannot fail on memory that is there: one call takes all of it. */
static int compress_all(struct m2_bytes *out, const struct m2_buf *tar, const char *path, struct m2_err *err)
{
    z_stream z = { 0 };
    if (tar->over || tar->len > UINT32_MAX)
        return m2_fail(err, M2_ELIMIT, "%s: more than 4 GiB to be packed", path);
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        return m2_fail(err, M2_EBUG, "%s: the compressor does not start", path);
    size_t room = deflateBound(&z, tar->len);
    char *packed = m2_xcalloc(1, room);
    z.next_in = (unsigned char *)tar->data;
    z.avail_in = (unsigned)tar->len;
    z.next_out = (unsigned char *)packed;
    z.avail_out = (unsigned)room;
    int rc = deflate(&z, Z_FINISH);
    *out = (struct m2_bytes){ packed, room - z.avail_out };
    (void)deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : m2_fail(err, M2_EBUG, "%s: packing ended with %d", path, rc);
}

int m2_archive_write(const char *path, const struct m2_archive_file *files, size_t n, int64_t modified_ms,
                     struct m2_err *err)
{
    struct m2_buf tar;
    struct m2_bytes packed = { NULL, 0 };
    m2_buf_init(&tar, (size_t)UINT32_MAX);
    for (size_t i = 0; i < n; i++) {
        if (files[i].data.n >= MOST)
            return m2_fail(err, M2_ELIMIT, "%s: %s is too large to be packed", path, files[i].name);
        add(&tar, &files[i], modified_ms);
    }
    pad(&tar, BLOCK);
    pad(&tar, BLOCK);
    int rc = compress_all(&packed, &tar, path, err);
    if (rc == 0)
        rc = m2_file_write(path, packed, 0600, err);
    free((char *)(uintptr_t)packed.p);
    m2_buf_free(&tar);
    return rc;
}
