#include "testsys.h"

#include <string.h>

static int64_t now(void *ctx)
{
    const struct testsys *t = ctx;
    return t->now_ms ? t->now_ms : m2_now_ms(m2_sys_real());
}

static int64_t mono(void *ctx)
{
    const struct testsys *t = ctx;
    return t->mono_ms ? t->mono_ms : m2_mono_ms(m2_sys_real());
}

static const char *env(void *ctx, const char *name)
{
    const struct testsys *t = ctx;
    for (const char *const *e = t->env; e && *e; e += 2)
        if (strcmp(e[0], name) == 0)
            return *e[1] ? e[1] : NULL;
    return NULL;
}

static void count_up(void *ctx, void *out, size_t n)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        ((unsigned char *)out)[i] = (unsigned char)i;
}

static bool cancelled(void *ctx)
{
    const struct testsys *t = ctx;
    return t->cancel_at_ms && m2_mono_ms(m2_sys_real()) >= t->cancel_at_ms;
}

void testsys_init(struct testsys *t, const char *const *environment)
{
    *t = (struct testsys){ .env = environment };
    t->sys = (struct m2_sys){ t, now, mono, env, count_up, cancelled };
}
