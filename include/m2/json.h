/*
 * m2/json.h — JSON in and out.
 *
 * Model:     reading is strict RFC 8259 and more: valid UTF-8, no \u0000, no unpaired surrogate, no text after the value,
 *            no duplicate key, depth and size limits. Numbers keep their text (no digit beyond 2^53 is lost).
 * Source:    RFC 8259; cJSON does the parsing and is seen by data/json.c alone.
 */
#ifndef M2_JSON_H
#define M2_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "m2/value.h"

#define M2_JSON_DEPTH 64
#define M2_JSON_MAX_FILE ((size_t)256 << 20)

/**
 * Parse TEXT; NAME is how messages call it ("account.json"). Positions are set on every value.
 * Errors: M2_EINPUT with "NAME:LINE:COL: what was expected"; M2_ELIMIT for depth. *out unchanged on failure.
 */
int m2_json_parse(struct m2_value **out, struct m2_arena *a, struct m2_bytes text, const char *name,
                  struct m2_err *err) M2_MUST_USE;

/** Read and parse the file PATH (at most M2_JSON_MAX_FILE). */
int m2_json_read_file(struct m2_value **out, struct m2_arena *a, const char *path,
                      struct m2_err *err) M2_MUST_USE;

/** Append V; PRETTY indents by two spaces and keeps one member a line. Never fails (see m2_buf.over). */
void m2_json_write(struct m2_buf *out, const struct m2_value *v, bool pretty);
/** Compact text in A, "null" for NULL. */
char *m2_json_text(struct m2_arena *a, const struct m2_value *v);
/** Append S (N bytes) as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD. */
void m2_json_quote(struct m2_buf *out, const char *s, size_t n);

#endif
