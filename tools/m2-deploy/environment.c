/* --env-file: the guide's variables from a file, so that no password stands in a command. */
#include <string.h>

#include "deploy.h"
#include "m2/file.h"

#define MAX_FILE ((size_t)1 << 20)

struct variable {
    const char *name, *value;
};

struct environment {
    const struct m2_sys *inner;
    M2_VEC(struct variable) list;
};

static int64_t now_ms(void *ctx)
{
    const struct environment *e = ctx;
    return m2_now_ms(e->inner);
}

static int64_t mono_ms(void *ctx)
{
    const struct environment *e = ctx;
    return m2_mono_ms(e->inner);
}

static void random_bytes(void *ctx, void *out, size_t n)
{
    const struct environment *e = ctx;
    e->inner->random(e->inner->ctx, out, n);
}

static bool cancelled(void *ctx)
{
    const struct environment *e = ctx;
    return m2_cancelled(e->inner);
}

static const char *variable(void *ctx, const char *name)
{
    const struct environment *e = ctx;
    const char *real = m2_env(e->inner, name);
    for (size_t i = e->list.len; !real && i-- > 0;)
        if (m2_str_eq(e->list.at[i].name, name) && *e->list.at[i].value)
            real = e->list.at[i].value;
    return real;
}

static const char *unquoted(struct m2_arena *a, const char *value)
{
    size_t n = strlen(value);
    bool quoted = n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n - 1] == value[0];
    return quoted ? m2_arena_strndup(a, value + 1, n - 2) : value;
}

static bool is_name(const char *s)
{
    return *s && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789") == strlen(s) &&
           !(*s >= '0' && *s <= '9');
}

/* A line that cannot be read is never shown: it may hold a password. */
static int read_line(struct environment *e, struct m2_arena *a, const char *path, size_t number,
                     const char *line, struct m2_err *err)
{
    const char *text = m2_str_trim(a, line), *value = NULL;
    if (!*text || *text == '#')
        return 0;
    if (m2_str_starts(text, "export "))
        text = m2_str_trim(a, text + strlen("export "));
    const char *name = m2_str_cut(a, text, '=', &value);
    if (!value || !is_name(name))
        return m2_fail(err, M2_EINPUT, "%s:%zu: this line is not KEY=VALUE, such as CLOUDMR_EMAIL=me@lab.org",
                       path, number);
    const struct variable v = { name, unquoted(a, m2_str_trim(a, value)) };
    m2_vec_push(a, &e->list, v);
    return 0;
}

int deploy_variables(struct m2_sys *out, struct m2_arena *a, const void *args, const struct m2_sys *inner,
                     struct m2_err *err)
{
    const char *path = ((const struct deploy_args *)args)->env_file;
    struct m2_bytes text;
    struct environment *e = m2_arena_alloc(a, sizeof *e);
    e->inner = inner;
    *out = *inner;
    if (!path)
        return 0;
    if (m2_file_read(&text, a, path, MAX_FILE, err) < 0)
        return m2_context(err, "--env-file");
    size_t number = 0;
    for (size_t i = 0; i < text.n;) {
        const char *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - text.p) - i : text.n - i;
        if (read_line(e, a, path, ++number, m2_arena_strndup(a, text.p + i, n), err) < 0)
            return -1;
        i += n + 1;
    }
    *out = (struct m2_sys){ .ctx = e,
                            .now_ms = now_ms,
                            .mono_ms = mono_ms,
                            .env = variable,
                            .random = random_bytes,
                            .cancelled = cancelled };
    return 0;
}
