#include <stdlib.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/mem.h"

/* Behind the last line end of P[0..N), which is outside of quotation marks; 0 when there is none. What
 * follows N is not known: a CR there may be half of a CRLF. */
static size_t last_end(const char *p, size_t n)
{
    const char *lf = memrchr(p, '\n', n);
    size_t end = lf ? (size_t)(lf - p) + 1 : 0;
    const char *cr = n > end + 1 ? memrchr(p + end, '\r', n - end - 1) : NULL;
    return cr ? (size_t)(cr - p) + 1 : end;
}

/* Behind the last record that ends within P[0..N). A record begins at P, so a line end is one outside of an
 * even number of quotation marks: a doubled one inside of a field changes nothing. */
static size_t cut(const char *p, size_t n)
{
    size_t at = 0, end = 0;
    for (;;) {
        const char *open = memchr(p + at, '"', n - at);
        size_t outside =
            open ? (size_t)(open - p) + 1 : n; /* the mark shows that a CR before it stands alone */
        size_t found = last_end(p + at, outside - at);
        end = found ? at + found : end;
        if (!open)
            return end;
        const char *close = memchr(p + outside, '"', n - outside);
        if (!close)
            return end;
        at = (size_t)(close - p) + 1;
    }
}

size_t m2_record_length(const char *p, size_t n, bool last)
{
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '"')
            quoted = !quoted;
        else if (!quoted && p[i] == '\n')
            return i + 1;
        else if (!quoted && p[i] == '\r' && i + 1 < n)
            return i + 1 + (p[i + 1] == '\n');
    }
    return last ? n : 0;
}

/* Fill P up to CAP, or to the end of the text. */
static int fill(struct m2_reader *r, char *p, size_t *n, size_t cap, struct m2_err *err)
{
    while (*n < cap && !r->ended) {
        size_t got;
        if (m2_source_read(&got, r->source, p + *n, cap - *n, err) < 0)
            return -1;
        r->ended = got == 0;
        *n += got;
    }
    return 0;
}

struct header {
    m2_csv_record *found;
    void *user;
    bool seen;
};

static int on_header(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    struct header *h = user;
    h->seen = true;
    return h->found(h->user, fields, n, line, err);
}

static uint64_t count_lines(const char *p, size_t n)
{
    uint64_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n' || (p[i] == '\r' && !(i + 1 < n && p[i + 1] == '\n'));
    return lines;
}

/* The header is the first record: it begins behind *AT blank lines' bytes and has *LEN bytes. */
static int read_header(size_t *at, size_t *len, struct m2_reader *r, struct m2_csv *csv, struct header *h,
                       struct m2_err *err)
{
    *at = *len = 0;
    while (!h->seen) {
        *at += *len;
        *len = m2_record_length(r->tail + *at, r->tail_n - *at, r->ended);
        if (m2_csv_push(csv, r->tail + *at, *len ? *len : r->tail_n - *at, err) < 0)
            return -1;
        if (*at + *len == r->tail_n && r->ended && m2_csv_finish(csv, err) < 0)
            return -1;
        if (!*len && !h->seen)
            return r->ended
                       ? m2_fail(err, M2_EINPUT, "%s: empty; a line with the columns' names was expected",
                                 m2_source_name(r->source))
                       : m2_fail(err, M2_EINPUT,
                                 "%s:1: no line with the columns' names within %zu bytes; is this CSV?",
                                 m2_source_name(r->source), r->tail_n);
    }
    return 0;
}

/* Keep the header as it stands in the file, and what is behind it. */
static void keep(struct m2_reader *r, size_t at, size_t len)
{
    size_t end = at + len, text = end;
    while (text > at && (r->tail[text - 1] == '\n' || r->tail[text - 1] == '\r'))
        text--;
    r->header_n = text - at;
    r->header = m2_xmalloc(r->header_n + 1);
    memcpy(r->header, r->tail + at, r->header_n);
    memcpy(r->line_end, r->tail + text, end - text < 2 ? end - text : 2);
    r->header_lines = count_lines(r->tail, end);
    r->tail_n -= end;
    memmove(r->tail, r->tail + end, r->tail_n);
}

int m2_reader_open(struct m2_reader *r, const char *path, const struct m2_sys *sys, m2_csv_record *found,
                   void *user, struct m2_err *err)
{
    struct header h = { found, user, false };
    size_t at = 0, len = 0;
    *r = (struct m2_reader){ .tail = m2_xmalloc(M2_JOBCSV_RECORD) };
    int rc = m2_source_open(&r->source, path, sys, err);
    if (rc == 0)
        rc = fill(r, r->tail, &r->tail_n, M2_JOBCSV_RECORD, err);
    if (rc == 0) {
        struct m2_csv *csv = m2_csv_new(m2_source_name(r->source), M2_JOBCSV_RECORD, on_header, &h);
        rc = read_header(&at, &len, r, csv, &h, err);
        m2_csv_free(csv);
    }
    if (rc < 0) {
        m2_reader_close(r);
        return -1;
    }
    keep(r, at, len);
    return 0;
}

int m2_reader_next(struct m2_reader *r, char *p, size_t *n, bool *whole, struct m2_err *err)
{
    size_t have = r->tail_n;
    memcpy(p, r->tail, have);
    if (fill(r, p, &have, M2_JOBCSV_RECORD, err) < 0)
        return -1;
    size_t end = r->ended ? have : cut(p, have);
    *whole = end || !have;
    *n = *whole ? end : have;
    r->tail_n = have - *n;
    memcpy(r->tail, p + *n, r->tail_n);
    return 0;
}

void m2_reader_close(struct m2_reader *r)
{
    m2_source_close(r->source);
    free(r->tail);
    free(r->header);
    *r = (struct m2_reader){ 0 };
}
