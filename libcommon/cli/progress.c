#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/text.h"
#include "m2/cli.h"
#include "m2/str.h"

#define START_AFTER_MS 500
#define REDRAW_MS 100
#define MAX_TEXT 1000

struct m2_progress {
    const struct m2_sys *sys;
    FILE *stream;
    bool tty, quiet;
    size_t width;
    int64_t began_ms, phase_ms, drawn_ms;
    size_t drawn;                /* columns of the line that stands now */
    bool any;                    /* has a line ever been drawn? */
    struct m2_buf phase, detail; /* clean */
};

struct m2_progress *m2_progress_new(const struct m2_sys *sys, FILE *stream, bool tty, int width, bool quiet)
{
    struct m2_progress *p = m2_xcalloc(1, sizeof *p);
    *p = (struct m2_progress){ .sys = sys, .stream = stream, .tty = tty, .quiet = quiet };
    p->width = width > 1 ? (size_t)width : 80;
    p->began_ms = p->phase_ms = m2_mono_ms(sys);
    m2_buf_init(&p->phase, MAX_TEXT);
    m2_buf_init(&p->detail, MAX_TEXT);
    return p;
}

/* In the background a line would land in the middle of what the user types elsewhere. */
static bool in_background(const struct m2_progress *p)
{
    int fd = fileno(p->stream);
    pid_t front = fd >= 0 ? tcgetpgrp(fd) : -1;
    return front > 0 && front != getpgrp();
}

static void set(struct m2_buf *b, const char *text)
{
    m2_buf_reset(b);
    m2_term_clean(b, m2_str_or(text, ""), true);
    b->over = false; /* what was kept is enough for a line */
}

static void draw(struct m2_progress *p, int64_t now)
{
    if (in_background(p))
        return;
    struct m2_buf line;
    m2_buf_init(&line, 3 * MAX_TEXT);
    char since[32] = "";
    if (now - p->phase_ms >= 1000)
        (void)snprintf(since, sizeof since, " (%lld s)", (long long)((now - p->phase_ms) / 1000));
    m2_buf_adds(&line, p->phase.data);
    if (p->detail.len)
        m2_buf_addf(&line, "%s%s", line.len ? ": " : "", p->detail.data);
    /* The last column stays free: some terminals wrap as soon as it is written. The time is never cut off. */
    size_t room = p->width - 1, tail = strlen(since);
    size_t fit = m2_text_fit(line.data, room > tail ? room - tail : 0);
    if (tail > room)
        since[0] = '\0';
    size_t columns = m2_text_width(line.data, fit) + strlen(since);
    size_t rest = p->drawn > columns ? p->drawn - columns : 0;
    (void)fprintf(p->stream, "\r%.*s%s%*s", (int)fit, line.data, since, (int)rest, "");
    (void)fflush(p->stream);
    p->drawn = columns;
    p->drawn_ms = now;
    p->any = true;
    m2_buf_free(&line);
}

static void draw_when_due(struct m2_progress *p)
{
    int64_t now = m2_mono_ms(p->sys);
    if (p->quiet || !p->tty || now - p->began_ms < START_AFTER_MS ||
        (p->any && now - p->drawn_ms < REDRAW_MS))
        return;
    draw(p, now);
}

void m2_progress_phase(struct m2_progress *p, const char *text)
{
    if (!p)
        return;
    struct m2_buf before;
    m2_buf_init(&before, MAX_TEXT);
    m2_buf_adds(&before, p->phase.data);
    set(&p->phase, text);
    m2_buf_reset(&p->detail);
    const bool same = m2_str_eq(before.data, p->phase.data);
    m2_buf_free(&before);
    if (!same)
        p->phase_ms = m2_mono_ms(p->sys);
    if (p->tty) {
        draw_when_due(p);
    } else if (!p->quiet && !same && p->phase.len) {
        (void)fprintf(p->stream, "%s\n", p->phase.data);
        (void)fflush(p->stream);
    }
}

void m2_progress_update(struct m2_progress *p, const char *text)
{
    if (!p)
        return;
    set(&p->detail, text);
    draw_when_due(p);
}

void m2_progress_clear(struct m2_progress *p)
{
    if (!p || !p->drawn)
        return;
    (void)fprintf(p->stream, "\r%*s\r", (int)p->drawn, "");
    (void)fflush(p->stream);
    p->drawn = 0;
}

void m2_progress_free(struct m2_progress *p)
{
    if (!p)
        return;
    m2_progress_clear(p);
    m2_buf_free(&p->phase);
    m2_buf_free(&p->detail);
    free(p);
}
