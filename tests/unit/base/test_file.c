#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "m2/file.h"

static char folder[] = P_tmpdir "/m2-file-XXXXXX";

static void enter(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    (void)umask(022);
}

static void leave(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
}

static void check_text(const char *path, const char *want)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_bytes b = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_file_read(&b, a, path, 1000, &err), 0, "%s", err.msg);
    cr_assert_str_eq(b.p, want, "%s", path);
    m2_arena_free(a);
}

static void write_text(const char *path, const char *text, unsigned mode)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_file_write(path, m2_bytes_of(text), mode, &err), 0, "%s", err.msg);
}

static unsigned mode_of(const char *path)
{
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    return (unsigned)st.st_mode & 0777;
}

Test(file, reading, .init = enter, .fini = leave)
{
    static const struct {
        const char *path;
        size_t max;
        enum m2_errc code;
    } cases[] = {
        { "there", 4, M2_OK },          { "there", 3, M2_ELIMIT }, { "missing", 9, M2_ENOTFOUND },
        { ".", 9, M2_EINPUT },          { "empty", 0, M2_OK },     { "there/below", 9, M2_EINPUT },
        { "/dev/zero", 99, M2_ELIMIT },
    };
    struct m2_arena *a = m2_arena_new();
    write_text("there", "text", 0600);
    write_text("empty", "", 0600);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_bytes b = { "before", 6 };
        struct m2_err err = { 0 };
        int rc = m2_file_read(&b, a, cases[i].path, cases[i].max, &err);
        cr_assert_eq(err.code, cases[i].code, "%s: %s", cases[i].path, err.msg);
        cr_assert_eq(rc, cases[i].code == M2_OK ? 0 : -1, "%s", cases[i].path);
        if (rc < 0)
            cr_assert_str_eq(b.p, "before", "%s", cases[i].path);
    }
    m2_arena_free(a);
}

Test(file, replaced_whole_or_not_at_all, .init = enter, .fini = leave)
{
    struct m2_newfile *f = NULL;
    struct m2_err err = { 0 };
    write_text("report", "old", 0644);
    cr_assert_eq(m2_newfile_open(&f, "report", 0644, &err), 0, "%s", err.msg);
    (void)fputs("new", m2_newfile_stream(f));
    (void)fflush(m2_newfile_stream(f));
    check_text("report", "old");
    m2_newfile_abort(f);
    check_text("report", "old");
    cr_assert_eq(m2_newfile_open(&f, "report", 0644, &err), 0);
    (void)fputs("new", m2_newfile_stream(f));
    cr_assert_eq(m2_newfile_commit(f, &err), 0, "%s", err.msg);
    check_text("report", "new");
    cr_assert_eq(system("test \"$(ls -A)\" = report"), 0, "temporary files stayed");
    m2_newfile_abort(NULL);
}

/* A report written with --output /dev/null by root would have replaced the device by a file. */
Test(file, devices_and_pipes_are_not_replaced, .init = enter, .fini = leave)
{
    struct stat st;
    char got[8] = "";
    cr_assert_eq(mkfifo("pipe", 0600), 0);
    int reader = open("pipe", O_RDONLY | O_NONBLOCK);
    write_text("pipe", "report", 0600);
    cr_assert_eq(read(reader, got, sizeof got), 6);
    cr_assert_str_eq(got, "report");
    (void)close(reader);
    cr_assert(stat("pipe", &st) == 0 && S_ISFIFO(st.st_mode));
    write_text("/dev/null", "report", 0600);
    cr_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    struct m2_err err = { 0 };
    cr_assert_eq(m2_file_write("/dev/full", m2_bytes_of("report"), 0600, &err), -1);
    cr_assert_eq(err.code, M2_EIO);
    cr_assert(strstr(err.msg, strerror(ENOSPC)), "%s", err.msg);
    cr_assert_eq(m2_file_write(".", m2_bytes_of("report"), 0600, &err), -1);
    cr_assert(strstr(err.msg, strerror(EISDIR)), "%s", err.msg);
    cr_assert_eq(m2_file_write("no/such/folder", m2_bytes_of("report"), 0600, &err), -1);
    cr_assert_str_eq(err.msg, "no/such/folder: cannot be written: No such file or directory");
}

Test(file, dash_is_standard_output, .init = enter, .fini = leave)
{
    int kept = dup(STDOUT_FILENO), fd = open("caught", O_WRONLY | O_CREAT, 0600);
    (void)fflush(stdout);
    (void)dup2(fd, STDOUT_FILENO);
    write_text("-", "report", 0600);
    (void)dup2(kept, STDOUT_FILENO);
    (void)close(kept);
    (void)close(fd);
    check_text("caught", "report");
    cr_assert_neq(access("-", F_OK), 0);
}

Test(file, a_link_stays_a_link, .init = enter, .fini = leave)
{
    struct stat st;
    write_text("target", "old", 0644);
    cr_assert_eq(symlink("target", "link"), 0);
    write_text("link", "new", 0644);
    cr_assert(lstat("link", &st) == 0 && S_ISLNK(st.st_mode));
    check_text("target", "new");
}

Test(file, modes_are_never_widened, .init = enter, .fini = leave)
{
    (void)umask(027);
    write_text("fresh", "", 0666);
    cr_assert_eq(mode_of("fresh"), 0640u);
    cr_assert_eq(chmod("fresh", 0600), 0);
    write_text("fresh", "", 0666);
    cr_assert_eq(mode_of("fresh"), 0600u, "a private file became readable");
    cr_assert_eq(chmod("fresh", 0666), 0);
    write_text("fresh", "", 0600);
    cr_assert_eq(mode_of("fresh"), 0600u, "a secret went into a readable file");
}

Test(file, unlink_all_removes_what_is_not_committed, .init = enter, .fini = leave)
{
    struct m2_newfile *f = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_newfile_open(&f, "report", 0600, &err), 0);
    m2_newfile_unlink_all();
    cr_assert_eq(system("test -z \"$(ls -A)\""), 0);
    cr_assert_eq(m2_newfile_commit(f, &err), -1);
    cr_assert_eq(err.code, M2_EIO);
}

Test(file, folders, .init = enter, .fini = leave)
{
    static const struct {
        const char *path;
        int rc;
    } cases[] = {
        { "a/b/c", 0 }, { "a/b/c/", 0 }, { "a//d", 0 },        { ".", 0 },
        { "/", 0 },     { "file", -1 },  { "file/below", -1 }, { "", -1 },
    };
    write_text("file", "", 0600);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_err err = { 0 };
        cr_assert_eq(m2_dir_make(cases[i].path, 0700, &err), cases[i].rc, "\"%s\": %s", cases[i].path,
                     err.msg);
    }
    struct stat st;
    cr_assert(stat("a/b/c", &st) == 0 && S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0700);
    cr_assert_eq(stat("a/d", &st), 0);
}
