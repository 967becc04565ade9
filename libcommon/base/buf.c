#include "m2/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/mem.h"

#define FIRST_SIZE 256

void m2_buf_init(struct m2_buf *b, size_t max_bytes)
{
    *b = (struct m2_buf){ .data = m2_xmalloc(FIRST_SIZE), .cap = FIRST_SIZE, .max = max_bytes };
    b->data[0] = '\0';
}

void m2_buf_free(struct m2_buf *b)
{
    if (!b)
        return;
    free(b->data);
    *b = (struct m2_buf){ 0 };
}

void m2_buf_reset(struct m2_buf *b)
{
    b->len = 0;
    b->over = false;
    b->data[0] = '\0';
}

/* Room for N more bytes and the NUL; false when that would pass the maximum. */
static bool make_room(struct m2_buf *b, size_t n)
{
    if (b->over || n > b->max || b->len > b->max - n) {
        b->over = true;
        return false;
    }
    if (n < b->cap - b->len)
        return true;
    size_t cap = b->cap;
    while (cap - b->len <= n)
        cap = cap > (size_t)-1 / 2 ? b->len + n + 1 : cap * 2;
    b->data = m2_xrealloc(b->data, cap);
    b->cap = cap;
    return true;
}

void m2_buf_add(struct m2_buf *b, const void *p, size_t n)
{
    if (!n || !make_room(b, n))
        return;
    memcpy(b->data + b->len, p, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void m2_buf_adds(struct m2_buf *b, const char *s)
{
    if (s)
        m2_buf_add(b, s, strlen(s));
}

void m2_buf_addc(struct m2_buf *b, char c)
{
    m2_buf_add(b, &c, 1);
}

void m2_buf_addv(struct m2_buf *b, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        abort(); /* only an invalid format does this */
    if (!make_room(b, (size_t)n))
        return;
    (void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
    b->len += (size_t)n;
}

void m2_buf_addf(struct m2_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_buf_addv(b, fmt, ap);
    va_end(ap);
}

char *m2_buf_take(struct m2_buf *b)
{
    char *data = b->data;
    m2_buf_init(b, b->max);
    return data;
}
