/*
 * m2/source.h — a file of any size as a stream of bytes: a path, "-" for standard input, gzip unpacked.
 *
 * Model:     gzip is told by its first bytes, not by its name; members behind one another are one text (RFC 1952 2.2). Nothing is
 *            held but the stream's window. A read from a pipe or terminal that nobody feeds ends within a moment of an interrupt.
 * Source:    RFC 1952; zlib does the unpacking and is seen by data/source.c alone.
 */
#ifndef M2_SOURCE_H
#define M2_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/sys.h"

struct m2_source;
/** SYS answers whether the user has asked to stop. Errors: M2_ENOTFOUND, M2_EINPUT (a folder, not readable). */
int m2_source_open(struct m2_source **out, const char *path, const struct m2_sys *sys, struct m2_err *err) M2_MUST_USE;
/** At most CAP bytes to P; *N 0 is the end, and only that: fewer than CAP come before it.
 * Errors: M2_EINPUT (read error; gzip cut short, damaged, or followed by something else), M2_ECANCELLED. */
int m2_source_read(size_t *n, struct m2_source *s, void *p, size_t cap, struct m2_err *err) M2_MUST_USE;
/** Bytes of the file read so far (packed ones), and its size; 0 when that is not known. */
uint64_t m2_source_done(const struct m2_source *s);
uint64_t m2_source_size(const struct m2_source *s);
/** As messages call it: the path, or "standard input". */
const char *m2_source_name(const struct m2_source *s);
void m2_source_close(struct m2_source *s); /* NULL is fine */

#endif
