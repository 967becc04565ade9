/*
 * m2/sys.h — the one seam to the world: clock, environment, random. Tests give their own.
 *
 * Model:     library code never calls time(), getenv() or a random generator; it asks its m2_sys. The network is
 *            the other seam (m2/net.h). Sleeping is a timer of the network loop.
 */
#ifndef M2_SYS_H
#define M2_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct m2_sys {
    void *ctx;
    int64_t (*now_ms)(void *ctx);  /* wall clock, ms since 1970 UTC */
    int64_t (*mono_ms)(void *ctx); /* monotonic, for durations and deadlines */
    const char *(*env)(void *ctx, const char *name); /* NULL when unset OR empty */
    void (*random)(void *ctx, void *out, size_t n);
    bool (*cancelled)(void *ctx);  /* has the user asked to stop? */
};

/** The real one. Static storage. `cancelled` answers m2_sys_cancel_requested. */
const struct m2_sys *m2_sys_real(void);

int64_t m2_now_ms(const struct m2_sys *s);
int64_t m2_mono_ms(const struct m2_sys *s);
const char *m2_env(const struct m2_sys *s, const char *name);
bool m2_cancelled(const struct m2_sys *s);

/** Ask the run to stop. Async-signal-safe. */
void m2_sys_cancel(void);

/** Random version-4 UUID as text. */
#define M2_UUID_SIZE 37
void m2_uuid4(char out[M2_UUID_SIZE], const struct m2_sys *s);

#endif
