/* Replays a corpus without libFuzzer: each argument is a file or a folder of files. No case at all is a
 * failure. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"
#include "m2/file.h"

static size_t replay_file(const char *path)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_bytes text = { 0 };
    struct m2_err err = { 0 };
    if (m2_file_read(&text, a, path, (size_t)64 << 20, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
    (void)printf("%s\n", path);
    (void)fflush(stdout);
    /* A copy of exactly that size, so that a sanitizer sees a read behind the end. */
    uint8_t *exact = m2_xmalloc(text.n);
    if (text.n)
        memcpy(exact, text.p, text.n);
    (void)LLVMFuzzerTestOneInput(exact, text.n);
    free(exact);
    m2_arena_free(a);
    return 1;
}

static size_t replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return replay_file(path);
    struct dirent **names = NULL;
    int n = scandir(path, &names, NULL, alphasort);
    size_t done = 0;
    for (int i = 0; i < n; i++) {
        char below[4096];
        (void)snprintf(below, sizeof below, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            done += replay(below);
        free(names[i]);
    }
    free(names);
    return done;
}

int main(int argc, char **argv)
{
    size_t done = 0;
    for (int i = 1; i < argc; i++)
        done += replay(argv[i]);
    (void)printf("%zu cases replayed\n", done);
    return done ? 0 : 1;
}
