/*
 * m2/file.h — whole files in, whole files out: a reader never sees half of what was written.
 */
#ifndef M2_FILE_H
#define M2_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"

/** Read PATH ("-" is standard input) into A, NUL-terminated after out->n bytes.
 * Errors: M2_ENOTFOUND, M2_EINPUT (not readable), M2_ELIMIT (more than MAX_BYTES), M2_ECANCELLED (a signal came first). */
int m2_file_read(struct m2_bytes *out, struct m2_arena *a, const char *path, size_t max_bytes,
                 struct m2_err *err) M2_MUST_USE;

/*
 * A file that appears under its name only when it is complete: written beside the target under a
 * temporary name, then flushed, synced and renamed by commit. abort removes the temporary. MODE is narrowed by the umask, or by the
 * mode of the file that is replaced; links are followed. A device or pipe, and "-" (standard output), are written in place.
 */
struct m2_newfile;
int m2_newfile_open(struct m2_newfile **out, const char *path, unsigned mode, struct m2_err *err) M2_MUST_USE;
FILE *m2_newfile_stream(struct m2_newfile *f);
/** Frees F whatever comes of it. Errors: M2_EIO, M2_ECANCELLED (a signal came first); the target is then as before. */
int m2_newfile_commit(struct m2_newfile *f, struct m2_err *err) M2_MUST_USE;
void m2_newfile_abort(struct m2_newfile *f); /* NULL is fine */
/** Remove the temporary files of all uncommitted m2_newfile. Async-signal-safe: only unlink(2). */
void m2_newfile_unlink_all(void);

/** All of BYTES to PATH through m2_newfile. */
int m2_file_write(const char *path, struct m2_bytes bytes, unsigned mode, struct m2_err *err) M2_MUST_USE;
/** Could m2_file_write write PATH now? For what takes minutes to make. Nothing stays. Errors: M2_EIO, M2_ECANCELLED. */
int m2_file_probe(const char *path, struct m2_err *err) M2_MUST_USE;
/** mkdir -p with MODE for what is missing. */
int m2_dir_make(const char *path, unsigned mode, struct m2_err *err) M2_MUST_USE;

#endif
