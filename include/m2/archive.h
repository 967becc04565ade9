/*
 * m2/archive.h — a few small files as one .tar.gz.
 *
 * Model:     the same files give the same bytes: ustar headers without owner, one time for all, gzip without a name.
 * Source:    POSIX.1-2017, pax, "ustar Interchange Format"; RFC 1952.
 */
#ifndef M2_ARCHIVE_H
#define M2_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/str.h"

struct m2_archive_file {
    const char *name; /* at most 100 bytes, with '/' between folders */
    struct m2_bytes data;
};

/** Write PATH (mode 0600) through a temporary file. MODIFIED_MS: the time of all files. Errors: M2_EIO, M2_ELIMIT (a file of 8 GiB or more). */
int m2_archive_write(const char *path, const struct m2_archive_file *files, size_t n, int64_t modified_ms,
                     struct m2_err *err) M2_MUST_USE;

#endif
