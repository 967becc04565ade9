#include "m2/csv.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/mem.h"

#define PIECE ((size_t)64 << 10)

struct m2_csv {
    struct csv_parser parser;
    char *name;
    size_t max_field;
    m2_csv_record *record;
    void *user;

    struct m2_buf bytes; /* the record's fields so far, each with a NUL behind it */
    size_t *ends;        /* where each field's NUL stands in bytes */
    struct m2_bytes *fields;
    size_t n, cap;

    unsigned char head[3]; /* held back until a byte order mark can be told */
    size_t head_len;
    bool begun;

    uint64_t line, record_line;
    size_t column;      /* bytes of this line already given to the parser */
    size_t since_field; /* bytes since the last complete field */
    bool record_ended, after_cr;
    bool failed;
    struct m2_err err; /* why, for every call that follows */
};

static int fail(struct m2_csv *c, struct m2_err *err)
{
    c->failed = true;
    if (err)
        *err = c->err;
    return -1;
}

static void on_field(void *p, size_t n, void *user)
{
    struct m2_csv *c = user;
    c->since_field = 0;
    if (c->failed)
        return;
    if (n > c->max_field) {
        c->failed = true;
        m2_fail(&c->err, M2_ELIMIT, "%s:%llu: a field of this record is longer than %zu bytes", c->name,
                (unsigned long long)c->record_line, c->max_field);
        return;
    }
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 32;
        c->ends = m2_xrealloc(c->ends, c->cap * sizeof *c->ends);
        c->fields = m2_xrealloc(c->fields, c->cap * sizeof *c->fields);
    }
    m2_buf_add(&c->bytes, p, n);
    c->ends[c->n++] = c->bytes.len;
    m2_buf_add(&c->bytes, "", 1);
}

/* With CSV_REPALL_NL this comes for every line end outside of quotes; a blank line has no field. */
static void on_record(int terminator, void *user)
{
    struct m2_csv *c = user;
    (void)terminator;
    c->record_ended = true;
    c->since_field = 0;
    if (c->failed || !c->n)
        return;
    size_t at = 0;
    for (size_t i = 0; i < c->n; i++) {
        c->fields[i] = (struct m2_bytes){ c->bytes.data + at, c->ends[i] - at };
        at = c->ends[i] + 1;
    }
    if (c->record(c->user, c->fields, c->n, c->record_line, &c->err) < 0)
        c->failed = true;
    c->n = 0;
    m2_buf_reset(&c->bytes);
}

static void start_parser(struct m2_csv *c)
{
    if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL) != 0)
        abort(); /* only memory */
    csv_set_realloc_func(&c->parser, m2_xrealloc);
    csv_set_free_func(&c->parser, free);
    csv_set_blk_size(&c->parser, 4096);
}

struct m2_csv *m2_csv_new(const char *name, size_t max_field_bytes, m2_csv_record *record, void *user)
{
    struct m2_csv *c = m2_xcalloc(1, sizeof *c);
    start_parser(c);
    m2_buf_init(&c->bytes, (size_t)-1 / 2);
    c->name = m2_xstrdup(name);
    c->max_field = max_field_bytes;
    c->record = record;
    c->user = user;
    c->line = c->record_line = 1;
    return c;
}

void m2_csv_restart(struct m2_csv *c, uint64_t line)
{
    csv_free(&c->parser);
    start_parser(c);
    m2_buf_reset(&c->bytes);
    c->n = c->head_len = c->column = c->since_field = 0;
    c->begun = true;
    c->line = c->record_line = line;
    c->record_ended = c->after_cr = c->failed = false;
    c->err = (struct m2_err){ 0 };
}

uint64_t m2_csv_line(const struct m2_csv *c)
{
    return c->line;
}

void m2_csv_free(struct m2_csv *c)
{
    if (!c)
        return;
    csv_free(&c->parser);
    m2_buf_free(&c->bytes);
    free(c->ends);
    free(c->fields);
    free(c->name);
    free(c);
}

static int refuse(struct m2_csv *c, size_t column, const char *what)
{
    if (c->record_line == c->line)
        return m2_fail(&c->err, M2_EINPUT, "%s:%llu:%zu: %s", c->name, (unsigned long long)c->line, column,
                       what);
    return m2_fail(&c->err, M2_EINPUT, "%s:%llu:%zu: %s (in the record that begins on line %llu)", c->name,
                   (unsigned long long)c->line, column, what, (unsigned long long)c->record_line);
}

/* Give the parser N bytes of one line: its end, if they hold it, is their last byte. */
static int feed(struct m2_csv *c, const char *p, size_t n)
{
    const char *nul = memchr(p, '\0', n);
    if (nul) /* what stands before it is judged first, so that the pieces make no difference */
        n = (size_t)(nul - p);
    c->record_ended = false;
    c->since_field += n;
    size_t done = csv_parse(&c->parser, p, n, on_field, on_record, c);
    if (c->failed)
        return -1;
    if (done < n)
        return refuse(c, c->column + done + 1,
                      "a quotation mark that is neither doubled nor at the edge of its field");
    if (nul)
        return refuse(c, c->column + n + 1, "a NUL byte; is this a CSV file in UTF-8?");
    if (c->since_field / 2 > c->max_field + PIECE)
        return m2_fail(&c->err, M2_ELIMIT, "%s:%llu: a field of this record is longer than %zu bytes",
                       c->name, (unsigned long long)c->record_line, c->max_field);
    c->column += n;
    return 0;
}

/* LF, CRLF and CR alone each end one line; inside of quotes they only move the count. */
static void count_line(struct m2_csv *c, const char *piece, size_t n)
{
    char last = piece[n - 1];
    bool second_half = c->after_cr && piece[0] == '\n'; /* then it is the whole piece */
    c->after_cr = last == '\r';
    if (last != '\n' && last != '\r')
        return;
    c->column = 0;
    c->line += !second_half;
}

static int feed_lines(struct m2_csv *c, const char *p, size_t n)
{
    while (n) {
        size_t piece = n < PIECE ? n : PIECE;
        const char *lf = memchr(p, '\n', piece);
        if (lf)
            piece = (size_t)(lf - p) + 1;
        const char *cr = memchr(p, '\r', piece);
        if (cr)
            piece = (size_t)(cr - p) + 1;
        if (feed(c, p, piece) < 0)
            return -1;
        count_line(c, p, piece);
        if (c->record_ended)
            c->record_line = c->line;
        p += piece;
        n -= piece;
    }
    return 0;
}

/* All held-back bytes, without a byte order mark. */
static int begin(struct m2_csv *c)
{
    c->begun = true;
    if (c->head_len >= 2 && (memcmp(c->head, "\xff\xfe", 2) == 0 || memcmp(c->head, "\xfe\xff", 2) == 0))
        return m2_fail(&c->err, M2_EINPUT, "%s:1:1: the text is UTF-16; it must be UTF-8", c->name);
    if (c->head_len == 3 && memcmp(c->head, "\xef\xbb\xbf", 3) == 0)
        return 0;
    return feed_lines(c, (const char *)c->head, c->head_len);
}

int m2_csv_push(struct m2_csv *c, const void *p, size_t n, struct m2_err *err)
{
    const unsigned char *at = p;
    if (c->failed)
        return fail(c, err);
    for (; !c->begun && n; n--) {
        c->head[c->head_len++] = *at++;
        if (c->head_len == sizeof c->head && begin(c) < 0)
            return fail(c, err);
    }
    return feed_lines(c, (const char *)at, n) < 0 ? fail(c, err) : 0;
}

int m2_csv_finish(struct m2_csv *c, struct m2_err *err)
{
    if (c->failed || (!c->begun && begin(c) < 0))
        return fail(c, err);
    if (csv_fini(&c->parser, on_field, on_record, c) != 0) {
        m2_fail(&c->err, M2_EINPUT,
                "%s:%llu: the text ends inside the quotation marks of the record that begins here", c->name,
                (unsigned long long)c->record_line);
        return fail(c, err);
    }
    return c->failed ? fail(c, err) : 0;
}
