/*
 * m2/csv.h — CSV records as a stream (libcsv does the grammar).
 *
 * Model:     push bytes in any pieces, get a callback per record. Fields are borrowed, NUL-terminated and valid only inside the
 *            callback. A BOM is skipped; CRLF, LF and CR end a record; blank lines are no records; unquoted fields lose outer
 *            spaces and tabs; quoted fields may hold line ends. Refused with line (and column): stray or unclosed quotes, NUL
 *            bytes, UTF-16, a field over the cap. After a failure every call returns the same error.
 * Source:    RFC 4180; libcsv in its strict mode.
 */
#ifndef M2_CSV_H
#define M2_CSV_H

#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/str.h"

struct m2_csv;
/** Return 0 to go on, -1 (with ERR set) to stop. LINE is where the record began, 1-based. */
typedef int m2_csv_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line,
                          struct m2_err *err);

/** NAME is how messages call the text; RECORD gets USER. */
struct m2_csv *m2_csv_new(const char *name, size_t max_field_bytes, m2_csv_record *record, void *user);
int m2_csv_push(struct m2_csv *c, const void *p, size_t n, struct m2_err *err) M2_MUST_USE;
int m2_csv_finish(struct m2_csv *c, struct m2_err *err) M2_MUST_USE; /* last record without newline */
/** Begin another text, or the next part of one that was cut behind a record, whose first byte stands on LINE. No BOM is looked for. */
void m2_csv_restart(struct m2_csv *c, uint64_t line);
/** The line of the next byte. */
uint64_t m2_csv_line(const struct m2_csv *c);
void m2_csv_free(struct m2_csv *c);                                   /* NULL is fine */

#endif
