/*
 * m2/mem.h — memory: an arena for results, and allocation that cannot return NULL.
 *
 * Model:     results of a run live in one arena and are freed together. When memory runs out the process
 *            aborts: an out-of-memory path that nobody tests would be worse.
 * Lifetime:  everything from an arena lives until m2_arena_free(). One thread per arena.
 */
#ifndef M2_MEM_H
#define M2_MEM_H

#include <stdarg.h>
#include <stddef.h>

#include "m2/err.h"

struct m2_arena;

struct m2_arena *m2_arena_new(void);
void m2_arena_free(struct m2_arena *a); /* NULL is fine */
/** As m2_arena_free, overwriting first: for an arena that held secrets while a file or an answer was read. */
void m2_arena_free_wiped(struct m2_arena *a);

/** SIZE zeroed bytes, aligned for any object. SIZE 0 gives a valid pointer. */
void *m2_arena_alloc(struct m2_arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/** Copy of N bytes of P plus a terminating NUL. */
char *m2_arena_strndup(struct m2_arena *a, const char *p, size_t n) __attribute__((returns_nonnull));
/** Copy of S; NULL gives NULL. */
char *m2_arena_strdup(struct m2_arena *a, const char *s);
char *m2_arena_printf(struct m2_arena *a, const char *fmt, ...) M2_PRINTF(2, 3)
    __attribute__((returns_nonnull));
char *m2_arena_vprintf(struct m2_arena *a, const char *fmt, va_list ap)
    __attribute__((returns_nonnull, format(printf, 2, 0)));
/** Bytes handed out so far (without bookkeeping). */
size_t m2_arena_used(const struct m2_arena *a);

#define m2_arena_new_array(a, type, n) ((type *)m2_arena_alloc_array((a), (n), sizeof(type)))
/** N objects of SIZE zeroed bytes; aborts when n*size overflows. */
void *m2_arena_alloc_array(struct m2_arena *a, size_t n, size_t size)
    __attribute__((returns_nonnull));

/* Heap allocation that aborts instead of failing; release with free(). */
void *m2_xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *m2_xcalloc(size_t n, size_t size) __attribute__((malloc, returns_nonnull));
void *m2_xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
char *m2_xstrdup(const char *s) __attribute__((returns_nonnull));

/*
 * Typed growing array in an arena:  struct { T *at; size_t len, cap; } v = {0};  m2_vec_push(a, &v, item);
 * Old storage stays in the arena when the array grows (at most as much again).
 */
#define M2_VEC(type)      \
    struct {              \
        type *at;         \
        size_t len, cap;  \
    }
#define m2_vec_push(a, v, item)                                                            \
    ((v)->at = m2_vec_room((a), (v)->at, (v)->len, &(v)->cap, sizeof *(v)->at),            \
     (v)->at[(v)->len++] = (item))
void *m2_vec_room(struct m2_arena *a, void *at, size_t len, size_t *cap, size_t size)
    __attribute__((returns_nonnull));

#endif
