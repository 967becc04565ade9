#include "m2/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "m2/file.h"
#include "m2/json.h"
#include "m2/time.h"

#define SCHEMA "m2-journal/1"
#define MAX_JOURNAL ((size_t)64 << 20)

struct m2_journal {
    struct m2_arena *a;
    const struct m2_sys *sys;
    const char *path, *tool;
    char run[M2_UUID_SIZE];
    int fd;
    bool torn; /* the last line has no end */
    M2_VEC(struct m2_step) steps;
};

static const char *const states[] = { "started", "done", "failed", "skipped" };

const char *m2_step_state_name(enum m2_step_state s)
{
    return states[s];
}

const char *m2_state_dir(struct m2_arena *a, const struct m2_sys *sys)
{
    const char *state = m2_env(sys, "XDG_STATE_HOME"), *home = m2_env(sys, "HOME");
    if (state && *state == '/') /* the specification: a relative path is to be ignored */
        return m2_arena_printf(a, "%s/mode2-toolkit", state);
    return home ? m2_arena_printf(a, "%s/.local/state/mode2-toolkit", home) : NULL;
}

int m2_journal_open(struct m2_journal **out, struct m2_arena *a, const char *path, const char *tool,
                    const struct m2_sys *sys, struct m2_err *err)
{
    const char *slash = strrchr(path, '/');
    if (slash && slash != path &&
        m2_dir_make(m2_arena_strndup(a, path, (size_t)(slash - path)), 0700, err) < 0)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat st;
    if (fd < 0)
        return m2_fail(err, M2_EIO, "the journal %s cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void)close(fd);
        return m2_fail(err, M2_EINPUT, "the journal %s is not a file", path);
    }
    struct m2_journal *j = m2_xcalloc(1, sizeof *j);
    j->a = a;
    j->sys = sys;
    j->path = m2_arena_strdup(a, path);
    j->tool = m2_arena_strdup(a, tool);
    j->fd = fd;
    m2_uuid4(j->run, sys);
    *out = j;
    return 0;
}

/* One line; false when it is none of ours (cut off, or by a later version). */
static bool read_line(struct m2_step *out, struct m2_arena *a, struct m2_bytes line)
{
    struct m2_value *v = NULL;
    if (m2_json_parse(&v, a, line, "journal", NULL) < 0 || !m2_str_eq(m2_v_str(v, "schema"), SCHEMA))
        return false;
    struct m2_step s = { .run = m2_str_or(m2_v_str(v, "run"), ""),
                         .tool = m2_str_or(m2_v_str(v, "tool"), ""),
                         .step = m2_str_or(m2_v_str(v, "step"), ""),
                         .resource = m2_str_or(m2_v_str(v, "resource"), ""),
                         .reason = m2_str_or(m2_v_str(v, "reason"), ""),
                         .time = m2_str_or(m2_v_str(v, "time"), "") };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (m2_str_eq(m2_v_str(v, "state"), states[i])) {
            s.state = (enum m2_step_state)i;
            *out = s;
            return true;
        }
    return false;
}

/* A first line that was cut off is ours as far as it goes. */
static bool begins_like_ours(struct m2_bytes line)
{
    static const char ours[] = "{\"schema\":\"" SCHEMA "\"";
    size_t n = line.n < sizeof ours - 1 ? line.n : sizeof ours - 1;
    return memcmp(line.p, ours, n) == 0;
}

/* A later version may mean other things by its lines. */
static bool is_later(struct m2_arena *a, struct m2_bytes line)
{
    struct m2_value *v = NULL;
    const char *schema = m2_json_parse(&v, a, line, "journal", NULL) < 0 ? NULL : m2_v_str(v, "schema");
    return m2_str_starts(schema, "m2-journal/") && !m2_str_eq(schema, SCHEMA);
}

static int read_all(struct m2_journal *j, struct m2_err *err)
{
    struct m2_bytes text;
    if (m2_file_read(&text, j->a, j->path, MAX_JOURNAL, err) < 0)
        return -1;
    j->torn = text.n && text.p[text.n - 1] != '\n';
    for (size_t i = 0; i < text.n;) {
        const char *end = memchr(text.p + i, '\n', text.n - i);
        size_t n = end ? (size_t)(end - text.p) - i : text.n - i;
        const struct m2_bytes line = { text.p + i, n };
        struct m2_step s;
        if (n && read_line(&s, j->a, line))
            m2_vec_push(j->a, &j->steps, s);
        else if (n && is_later(j->a, line))
            return m2_fail(err, M2_EINPUT,
                           "the journal %s is of a later version of this toolkit; use that one", j->path);
        else if (n && j->steps.len == 0 && (end || !begins_like_ours(line)))
            return m2_fail(err, M2_EINPUT, "%s is not a journal of this toolkit; move it away", j->path);
        i += n + 1;
    }
    return 0;
}

int m2_journal_lock(struct m2_journal *j, bool *locked, struct m2_err *err)
{
    *locked = false;
    if (flock(j->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK || errno == EINTR)
            return 0;
        return m2_fail(err, M2_EIO, "the journal %s cannot be locked: %s", j->path, strerror(errno));
    }
    if (read_all(j, err) < 0)
        return -1;
    *locked = true;
    return 0;
}

const struct m2_step *m2_journal_steps(const struct m2_journal *j, size_t *n)
{
    *n = j->steps.len;
    return j->steps.at;
}

const struct m2_step *m2_journal_open_step(const struct m2_journal *j, const char *step, const char *resource)
{
    for (size_t i = j->steps.len; i-- > 0;) {
        const struct m2_step *s = &j->steps.at[i];
        if (s->state != M2_STEP_STARTED || (step && !m2_str_eq(s->step, step)) ||
            (resource && !m2_str_eq(s->resource, resource)))
            continue;
        bool ended = false;
        for (size_t k = i + 1; k < j->steps.len && !ended; k++)
            ended = j->steps.at[k].state != M2_STEP_STARTED && m2_str_eq(j->steps.at[k].step, s->step) &&
                    m2_str_eq(j->steps.at[k].resource, s->resource);
        if (!ended)
            return s;
    }
    return NULL;
}

static int append(struct m2_journal *j, const struct m2_buf *line, struct m2_err *err)
{
    for (size_t done = 0; done < line->len;) {
        ssize_t n = write(j->fd, line->data + done, line->len - done);
        if (n < 0 && errno != EINTR)
            return m2_fail(err, M2_EIO, "the journal %s cannot be written: %s", j->path, strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    if (fdatasync(j->fd) != 0 && errno != EINVAL && errno != EROFS)
        return m2_fail(err, M2_EIO, "the journal %s cannot be written: %s", j->path, strerror(errno));
    return 0;
}

int m2_journal_write(struct m2_journal *j, const char *step, const char *resource, enum m2_step_state state,
                     const char *reason, struct m2_err *err)
{
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, m2_now_ms(j->sys));
    const struct m2_step s = { j->run,
                               j->tool,
                               m2_arena_strdup(j->a, step),
                               m2_arena_strdup(j->a, resource),
                               state,
                               m2_arena_strdup(j->a, m2_str_or(reason, "")),
                               m2_arena_strdup(j->a, iso) };
    struct m2_value *v = m2_v_object(j->a);
    m2_v_set_str(j->a, v, "schema", SCHEMA);
    m2_v_set_str(j->a, v, "run", s.run);
    m2_v_set_str(j->a, v, "tool", s.tool);
    m2_v_set_str(j->a, v, "time", s.time);
    m2_v_set_str(j->a, v, "step", s.step);
    m2_v_set_str(j->a, v, "resource", s.resource);
    m2_v_set_str(j->a, v, "state", states[state]);
    if (*s.reason)
        m2_v_set_str(j->a, v, "reason", s.reason);
    struct m2_buf line;
    m2_buf_init(&line, (size_t)1 << 20);
    if (j->torn)
        m2_buf_addc(&line, '\n');
    m2_json_write(&line, v, false);
    m2_buf_addc(&line, '\n');
    int rc = append(j, &line, err);
    m2_buf_free(&line);
    if (rc < 0)
        return -1;
    j->torn = false;
    m2_vec_push(j->a, &j->steps, s);
    return 0;
}

const char *m2_journal_path(const struct m2_journal *j)
{
    return j->path;
}

void m2_journal_close(struct m2_journal *j)
{
    if (!j)
        return;
    (void)close(j->fd);
    free(j);
}
