#include "m2/sys.h"

#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t cancel_flag;

static int64_t clock_ms(clockid_t id)
{
    struct timespec t;
    (void)clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_now(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t real_mono(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_MONOTONIC);
}

static const char *real_env(void *ctx, const char *name)
{
    (void)ctx;
    const char *v = getenv(name);
    return v && *v ? v : NULL;
}

static void real_random(void *ctx, void *out, size_t n)
{
    (void)ctx;
    if (RAND_bytes(out, (int)n) != 1)
        abort(); /* no entropy: nothing sensible can follow */
}

static bool real_cancelled(void *ctx)
{
    (void)ctx;
    return cancel_flag != 0;
}

const struct m2_sys *m2_sys_real(void)
{
    static const struct m2_sys real = { NULL, real_now, real_mono, real_env, real_random, real_cancelled };
    return &real;
}

int64_t m2_now_ms(const struct m2_sys *s)
{
    return s->now_ms(s->ctx);
}

int64_t m2_mono_ms(const struct m2_sys *s)
{
    return s->mono_ms(s->ctx);
}

const char *m2_env(const struct m2_sys *s, const char *name)
{
    return s->env(s->ctx, name);
}

bool m2_cancelled(const struct m2_sys *s)
{
    return s->cancelled && s->cancelled(s->ctx);
}

void m2_sys_cancel(void)
{
    cancel_flag = 1;
}

void m2_uuid4(char out[M2_UUID_SIZE], const struct m2_sys *s)
{
    unsigned char b[16];
    s->random(s->ctx, b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(out, M2_UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
}
