/*
 * m2/str.h — strings: comparison, numbers, UTF-8, and making foreign text safe for a terminal.
 */
#ifndef M2_STR_H
#define M2_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"

/* Bytes that belong to somebody else; p may be NULL when n is 0. */
struct m2_bytes {
    const char *p;
    size_t n;
};

struct m2_bytes m2_bytes_of(const char *s); /* NULL gives {NULL, 0} */

bool m2_str_eq(const char *a, const char *b);         /* NULL equals only NULL */
bool m2_str_eq_ci(const char *a, const char *b);      /* ASCII case ignored */
bool m2_str_starts(const char *s, const char *prefix);
bool m2_str_ends(const char *s, const char *suffix);
/** Does HAY contain NEEDLE, ASCII case ignored? NULL hay: no. */
bool m2_str_has_ci(const char *hay, const char *needle);
bool m2_str_empty(const char *s);                     /* NULL or "" */
/** "a" when S is NULL or empty. */
const char *m2_str_or(const char *s, const char *fallback);
char *m2_str_lower(struct m2_arena *a, const char *s);
/** S without leading and trailing ASCII white space. */
char *m2_str_trim(struct m2_arena *a, const char *s);
/** First occurrence split: the part of S before SEP (whole S when absent); *rest the part after, or NULL. */
char *m2_str_cut(struct m2_arena *a, const char *s, char sep, const char **rest);

/** Shell-style match with `*` and `?` as IAM uses them (no brackets, no escapes), linear in practice. */
bool m2_str_glob(const char *pattern, const char *s, bool ignore_case);

/** Whole-string decimal. Errors: M2_EUSAGE naming WHAT, the text and the range. */
int m2_parse_u64(uint64_t *out, const char *s, uint64_t min, uint64_t max, const char *what,
                 struct m2_err *err) M2_MUST_USE;

/** Is P[0..n) well-formed UTF-8 (no overlongs, surrogates, or values above U+10FFFF)? */
bool m2_utf8_valid(const char *p, size_t n);
/** Length of the well-formed UTF-8 sequence at P and its code point; 0 (*cp unchanged) when there is none in N bytes. */
size_t m2_utf8_next(const char *p, size_t n, uint32_t *cp);
/** Could CP move the cursor, hide or reorder text on a terminal (controls, bidirectional overrides, zero width)? */
bool m2_term_unsafe(uint32_t cp);
/** Append S with C0/C1 controls, DEL, bidirectional overrides and invalid bytes replaced by visible
 * escapes (\n becomes a space when ONE_LINE). The only way foreign text may reach a terminal. */
void m2_term_clean(struct m2_buf *out, const char *s, bool one_line);

/** Columns that the first N bytes of S (clean UTF-8) take on a terminal. */
size_t m2_text_width(const char *s, size_t n);
/** Bytes of S that fit into COLUMNS. */
size_t m2_text_fit(const char *s, size_t columns);

/** The entry of NAMES (NULL-ended) nearest to S by edit distance, or NULL when none is near. */
const char *m2_str_nearest(const char *s, const char *const *names);

/** Append S quoted so that a POSIX shell reads it back as one word; plain words stay plain. */
void m2_shell_quote(struct m2_buf *out, const char *s);

#endif
