/*
 * m2/csv.h — CSV records as a stream (libcsv does the grammar).
 *
 * Model:     push bytes, get a callback per record. Fields are borrowed and valid only inside the callback. A BOM is skipped; CRLF and LF end a
 *            record; quoted fields may hold newlines; a field over the cap is an error naming the record's first line.
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

struct m2_csv *m2_csv_new(const char *name, size_t max_field_bytes, m2_csv_record *record, void *user);
int m2_csv_push(struct m2_csv *c, const void *p, size_t n, struct m2_err *err) M2_MUST_USE;
int m2_csv_finish(struct m2_csv *c, struct m2_err *err) M2_MUST_USE; /* last record without newline */
void m2_csv_free(struct m2_csv *c);                                   /* NULL is fine */

#endif
