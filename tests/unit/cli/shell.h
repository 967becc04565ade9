/*
 * What a shell or another program makes of generated text.
 */
#ifndef M2_TEST_CLI_SHELL_H
#define M2_TEST_CLI_SHELL_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "m2/buf.h"
#include "m2/file.h"
#include "m2/mem.h"
#include "m2/str.h"

/* B in a file of its own; the caller unlinks it. */
static inline const char *file_of(struct m2_arena *a, const char *name, const struct m2_buf *b)
{
    struct m2_err err = { 0 };
    const char *dir = getenv("TMPDIR");
    const char *path = m2_arena_printf(a, "%s/m2-test-%d-%s", m2_str_or(dir, P_tmpdir), (int)getpid(), name);
    cr_assert_eq(m2_file_write(path, (struct m2_bytes){ b->data, b->len }, 0600, &err), 0, "%s", err.msg);
    return path;
}

/* Output of COMMAND, which must end with status 0. */
static inline const char *output_of(struct m2_arena *a, const char *command)
{
    struct m2_buf b;
    char chunk[4096];
    m2_buf_init(&b, 1 << 20);
    FILE *p = popen(command, "r");
    cr_assert(p);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, p)) > 0;)
        m2_buf_add(&b, chunk, n);
    int status = pclose(p);
    cr_assert_eq(status, 0, "%s: status %d\n%s", command, status, b.data);
    const char *s = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return s;
}

static inline bool has_program(const char *name)
{
    struct m2_buf b;
    m2_buf_init(&b, 200);
    m2_buf_addf(&b, "command -v %s >/dev/null 2>&1", name);
    bool found = system(b.data) == 0;
    m2_buf_free(&b);
    if (!found)
        (void)fprintf(stderr, "%s is not here; what it would say is not tested\n", name);
    return found;
}

#endif
