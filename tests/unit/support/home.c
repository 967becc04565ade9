#include "home.h"

#include <assert.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2/buf.h"
#include "m2/file.h"

const char *home_new(struct m2_arena *a)
{
    const char *base = getenv("TMPDIR");
    char *home = m2_arena_printf(a, "%s/m2-home-XXXXXX", base && *base ? base : P_tmpdir);
    char *made = mkdtemp(home);
    assert(made);
    (void)made;
    home_write(a, home, ".aws/.made", "");
    return home;
}

const char *home_text(struct m2_arena *a, const char *home, const char *text)
{
    if (!text)
        return NULL;
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    for (const char *at; (at = strstr(text, "@HOME@")) != NULL; text = at + 6) {
        m2_buf_add(&b, text, (size_t)(at - text));
        m2_buf_adds(&b, home);
    }
    m2_buf_adds(&b, text);
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

void home_write(struct m2_arena *a, const char *home, const char *name, const char *text)
{
    char *path = m2_arena_printf(a, "%s/%s", home, name);
    char *slash = strrchr(path, '/');
    struct m2_err err = { 0 };
    *slash = '\0';
    int made = m2_dir_make(path, 0700, &err);
    *slash = '/';
    int written = made == 0 ? m2_file_write(path, m2_bytes_of(text), 0600, &err) : -1;
    if (written < 0)
        (void)fprintf(stderr, "home: %s\n", err.msg);
    assert(written == 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void home_remove(const char *home)
{
    (void)nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
