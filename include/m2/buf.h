/*
 * m2/buf.h — a byte buffer that grows up to a stated maximum.
 *
 * Model:     data is never NULL after m2_buf_init and always NUL-terminated (the NUL is not counted).
 *            An append past `max` sets `over`, keeps what is there and ignores all later appends: build
 *            first, check `over` once at the end.
 * Lifetime:  m2_buf_init … m2_buf_free; m2_buf_take is the only way out for the memory.
 */
#ifndef M2_BUF_H
#define M2_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "m2/err.h"

struct m2_buf {
    char *data;
    size_t len, cap, max;
    bool over;
};

void m2_buf_init(struct m2_buf *b, size_t max_bytes);
void m2_buf_free(struct m2_buf *b); /* NULL and a zeroed buffer are fine */
void m2_buf_reset(struct m2_buf *b);

void m2_buf_add(struct m2_buf *b, const void *p, size_t n);
void m2_buf_adds(struct m2_buf *b, const char *s); /* NULL adds nothing */
void m2_buf_addc(struct m2_buf *b, char c);
void m2_buf_addf(struct m2_buf *b, const char *fmt, ...) M2_PRINTF(2, 3);
void m2_buf_addv(struct m2_buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/** The bytes, to be released with free(); B is empty afterwards and can be used again. */
char *m2_buf_take(struct m2_buf *b) __attribute__((returns_nonnull));

#endif
