#include "m2/secret.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <openssl/crypto.h>

#include "m2/mem.h"

void m2_wipe(void *p, size_t n)
{
    if (n)
        OPENSSL_cleanse(p, n);
}

void m2_secret_free(struct m2_secret *s)
{
    if (!s || !s->hidden)
        return;
    m2_wipe(s->hidden, s->len + 1);
    free(s->hidden);
    *s = (struct m2_secret){ 0 };
}

void m2_secret_set(struct m2_secret *s, const char *p, size_t n)
{
    char *copy = NULL;
    if (n) {
        copy = m2_xmalloc(n + 1);
        memcpy(copy, p, n);
        copy[n] = '\0';
    }
    m2_secret_free(s);
    *s = (struct m2_secret){ copy, n };
}

bool m2_secret_empty(const struct m2_secret *s)
{
    return s->len == 0;
}

const char *m2_secret_reveal(const struct m2_secret *s)
{
    return s->hidden ? s->hidden : "";
}

void m2_process_harden(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
