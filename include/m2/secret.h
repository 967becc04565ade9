/*
 * m2/secret.h — text that no printer takes.
 *
 * Model:     a struct, not a char *, so that printf and the JSON writer cannot be handed one by accident.
 * Lifetime:  m2_secret_set copies to the heap; m2_secret_free wipes the copy. Start as `= {0}`.
 */
#ifndef M2_SECRET_H
#define M2_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct m2_secret {
    char *hidden;
    size_t len;
};

/** Replace S by a copy of N bytes of P (P may be NULL with N 0). The old value is wiped. */
void m2_secret_set(struct m2_secret *s, const char *p, size_t n);
void m2_secret_free(struct m2_secret *s); /* wipes; NULL is fine */
bool m2_secret_empty(const struct m2_secret *s);
/** The text, NUL-terminated, "" when empty. Only for signing and for the request that carries it. */
const char *m2_secret_reveal(const struct m2_secret *s);
/** Overwrite N bytes at P in a way the compiler keeps. */
void m2_wipe(void *p, size_t n);

/** No core files, not dumpable by other processes of the user. Call first in main. */
void m2_process_harden(void);

#endif
