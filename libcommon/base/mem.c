#include "m2/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "m2/secret.h"

#define FIRST_BLOCK ((size_t)16 << 10)
#define LARGEST_BLOCK ((size_t)32 << 20)
#define HUGE_PAGES_FROM ((size_t)4 << 20)
#define ALIGN _Alignof(max_align_t)

struct block {
    struct block *older;
    size_t size, used;
    _Alignas(max_align_t) char bytes[];
};

struct m2_arena {
    struct block *top;
    size_t next_size, used;
};

static _Noreturn void out_of_memory(void)
{
    (void)fputs("out of memory\n", stderr);
    abort();
}

void *m2_xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *m2_xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

void *m2_xrealloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);
    if (!p)
        out_of_memory();
    return p;
}

char *m2_xstrdup(const char *s)
{
    size_t n = strlen(s) + 1;
    return memcpy(m2_xmalloc(n), s, n);
}

struct m2_arena *m2_arena_new(void)
{
    struct m2_arena *a = m2_xcalloc(1, sizeof *a);
    a->next_size = FIRST_BLOCK;
    return a;
}

void m2_arena_free(struct m2_arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->top, *older; b; b = older) {
        older = b->older;
        free(b);
    }
    free(a);
}

void m2_arena_free_wiped(struct m2_arena *a)
{
    for (struct block *b = a ? a->top : NULL; b; b = b->older)
        m2_wipe(b->bytes, b->used);
    m2_arena_free(a);
}

static struct block *add_block(struct m2_arena *a, size_t room)
{
    size_t size = a->next_size;
    if (a->next_size < LARGEST_BLOCK)
        a->next_size *= 2;
    if (size < room)
        size = room;
    if (size > SIZE_MAX - sizeof(struct block))
        out_of_memory();
    struct block *b = m2_xcalloc(1, sizeof *b + size);
    b->size = size;
#ifdef MADV_HUGEPAGE
    /* A large snapshot touches all of it once: in big pages that is several times faster. */
    if (size >= HUGE_PAGES_FROM) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), begin = ((uintptr_t)b + page - 1) / page * page;
        (void)madvise((void *)begin, ((uintptr_t)b + size - begin) / page * page, MADV_HUGEPAGE);
    }
#endif
    /* A block made for one large object goes beneath the top, whose free room stays in use. */
    if (a->top && size == room && a->top->size - a->top->used > room / 8 && room > LARGEST_BLOCK / 2) {
        b->older = a->top->older;
        a->top->older = b;
    } else {
        b->older = a->top;
        a->top = b;
    }
    return b;
}

void *m2_arena_alloc(struct m2_arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        out_of_memory();
    size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;
    struct block *b = a->top;
    if (!b || b->size - b->used < need)
        b = add_block(a, need);
    void *p = b->bytes + b->used;
    b->used += need;
    a->used += need;
    return p;
}

void *m2_arena_alloc_array(struct m2_arena *a, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        out_of_memory();
    return m2_arena_alloc(a, n * size);
}

char *m2_arena_strndup(struct m2_arena *a, const char *p, size_t n)
{
    char *s = m2_arena_alloc(a, n + 1);
    if (n)
        memcpy(s, p, n);
    return s;
}

char *m2_arena_strdup(struct m2_arena *a, const char *s)
{
    return s ? m2_arena_strndup(a, s, strlen(s)) : NULL;
}

char *m2_arena_vprintf(struct m2_arena *a, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n < 0)
        abort(); /* only an invalid format does this */
    char *s = m2_arena_alloc(a, (size_t)n + 1);
    (void)vsnprintf(s, (size_t)n + 1, fmt, ap);
    return s;
}

char *m2_arena_printf(struct m2_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *s = m2_arena_vprintf(a, fmt, ap);
    va_end(ap);
    return s;
}

size_t m2_arena_used(const struct m2_arena *a)
{
    return a->used;
}

void *m2_vec_room(struct m2_arena *a, void *at, size_t len, size_t *cap, size_t size)
{
    if (len < *cap)
        return at;
    size_t more = *cap ? *cap * 2 : 8;
    void *fresh = m2_arena_alloc_array(a, more, size);
    if (len)
        memcpy(fresh, at, len * size);
    *cap = more;
    return fresh;
}
