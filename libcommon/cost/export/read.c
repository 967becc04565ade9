/* A bill as AWS exports it: columns by name, one row at a time. */
#include "cost/export/parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "m2/csv.h"
#include "m2/source.h"
#include "m2/str.h"
#include "m2/time.h"

#define CHUNK ((size_t)256 << 10)
#define MAX_FIELD ((size_t)1 << 20)
#define ABSENT SIZE_MAX

struct time_memo { /* neighbours nearly always have the same times */
    char text[M2_ISO_SIZE];
    int64_t ms;
};

struct reader {
    const char *name;
    const struct m2_bill_ask *ask;
    struct m2_bill_export out;
    m2_bill_row_read *row;
    void *user;
    struct m2_arena *scratch; /* for a row's tags */

    const struct bill_kind *kind; /* NULL: the header has not come */
    size_t at[COL_COUNT], tag_at, job_at, columns;
    struct time_memo start, end, period;
};

static const struct bill_kind *const kinds[] = { &m2_bill_cur, &m2_bill_focus };

enum m2_charge m2_bill_type(const struct bill_type_row *rows, const char *name)
{
    while (rows->name && !m2_str_eq_ci(rows->name, name))
        rows++;
    return rows->charge;
}

static const char *letter(const char *p)
{
    while (*p == '_' || *p == '/' || *p == ' ')
        p++;
    return p;
}

bool m2_bill_same_name(const char *a, const char *b)
{
    for (a = letter(a), b = letter(b); *a && *b; a = letter(a + 1), b = letter(b + 1))
        if (strncasecmp(a, b, 1) != 0)
            return false;
    return !*a && !*b;
}

/* ---- the header ---- */

static size_t find_column(const struct m2_bytes *header, size_t n, const char *name)
{
    for (size_t i = 0; name && i < n; i++)
        if (m2_bill_same_name(header[i].p, name))
            return i;
    return ABSENT;
}

static bool known_kind(struct reader *r, const struct m2_bytes *header, size_t n)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (find_column(header, n, kinds[i]->column[COL_TYPE].name) != ABSENT ||
            find_column(header, n, kinds[i]->column[COL_USAGE_TYPE].name) != ABSENT)
            r->kind = kinds[i];
    return r->kind != NULL;
}

static int missing_columns(const struct reader *r, struct m2_err *err)
{
    struct m2_buf names;
    m2_buf_init(&names, 1000);
    for (size_t c = 0; c < COL_COUNT; c++) {
        const struct bill_column_row *row = &r->kind->column[c];
        if (row->needed && r->at[c] == ABSENT)
            m2_buf_addf(&names, "%s%s%s%s", names.len ? ", " : "", row->name, row->alias ? " (or " : "",
                        row->alias ? row->alias : "");
        if (row->needed && r->at[c] == ABSENT && row->alias)
            m2_buf_addc(&names, ')');
    }
    int rc = names.len ? m2_fail(err, M2_EINPUT, "%s:1: this %s lacks the needed columns %s", r->name,
                                 r->kind->title, names.data)
                       : 0;
    m2_buf_free(&names);
    return rc;
}

static int refuse_duplicates(const struct reader *r, const struct m2_bytes *header, size_t n,
                             struct m2_err *err)
{
    for (size_t c = 0; c < COL_COUNT; c++)
        if (r->at[c] != ABSENT &&
            find_column(header + r->at[c] + 1, n - r->at[c] - 1, header[r->at[c]].p) != ABSENT)
            return m2_fail(err, M2_EINPUT, "%s:1: the column %s is there twice", r->name, header[r->at[c]].p);
    return 0;
}

static bool is_text(struct m2_bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if ((unsigned char)b.p[i] < ' ')
            return false;
    return m2_utf8_valid(b.p, b.n);
}

/* Tags that are asked for have columns of their own, or are in the column of all tags. */
static int find_tags(struct reader *r, const struct m2_bytes *header, size_t n, struct m2_err *err)
{
    const char *const asked[] = { r->ask->tag, r->ask->job_tag };
    size_t *const at[] = { &r->tag_at, &r->job_at };
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; asked[t] && i < n; i++) {
            const char *tag = m2_bill_tag_column(header[i].p);
            if (tag && m2_bill_tag_is(tag, asked[t]))
                *at[t] = i;
        }
        if (asked[t] && *at[t] == ABSENT && r->at[COL_TAGS] == ABSENT)
            return m2_fail(
                err, M2_EINPUT,
                "%s:1: this export has no tag %.80s; activate it for cost allocation, and wait a day",
                r->name, asked[t]);
    }
    return 0;
}

static int read_header(struct reader *r, const struct m2_bytes *header, size_t n, struct m2_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!is_text(header[i]))
            return m2_fail(err, M2_EINPUT, "%s: a binary file; a CSV export is needed", r->name);
    if (!known_kind(r, header, n))
        return m2_fail(
            err, M2_EINPUT,
            "%s:1: neither a Cost and Usage Report (column line_item_usage_type) nor a FOCUS export "
            "(column ChargeCategory)",
            r->name);
    for (size_t c = 0; c < COL_COUNT; c++) {
        r->at[c] = find_column(header, n, r->kind->column[c].name);
        if (r->at[c] == ABSENT)
            r->at[c] = find_column(header, n, r->kind->column[c].alias);
    }
    if (find_tags(r, header, n, err) < 0)
        return -1;
    r->columns = n;
    r->out.format = r->kind->version(header, n);
    r->out.has_resources = r->at[COL_RESOURCE] != ABSENT;
    return missing_columns(r, err) < 0 ? -1 : refuse_duplicates(r, header, n, err);
}

/* ---- a row ---- */

static int bad_field(const struct reader *r, uint64_t line, enum bill_column c, const char *text,
                     const char *what, struct m2_err *err)
{
    return m2_fail(err, M2_EINPUT, "%s:%llu: %s \"%.40s\" is no %s", r->name, (unsigned long long)line,
                   r->kind->column[c].name, text, what);
}

static int read_time(int64_t *out, struct time_memo *memo, const struct reader *r, enum bill_column c,
                     const char *text, uint64_t line, struct m2_err *err)
{
    if (!*text && !r->kind->column[c].needed)
        return 0;
    if (!*memo->text || strcmp(memo->text, text) != 0) {
        if (strlen(text) >= sizeof memo->text || !m2_time_parse(&memo->ms, text)) {
            memo->text[0] = '\0';
            return bad_field(r, line, c, text, "time (2026-10-01T00:00:00Z)", err);
        }
        memcpy(memo->text, text, strlen(text) + 1);
    }
    *out = memo->ms;
    return 0;
}

/* A decimal × 10^12; amounts over 9 million keep six places. EMPTY: nothing is 0. */
static int read_amount(m2_int128 *out, const struct reader *r, enum bill_column c, const char *text,
                       bool empty, uint64_t line, struct m2_err *err)
{
    int64_t v = 0;
    size_t n = strlen(text);
    if ((!n && empty) || m2_fixed_parse(&v, text, n, 12, M2_HALF_EVEN))
        *out = v;
    else if (m2_fixed_parse(&v, text, n, 6, M2_HALF_EVEN))
        *out = (m2_int128)v * 1000000;
    else
        return bad_field(r, line, c, text, "decimal number", err);
    return 0;
}

static bool tag_value(const char **out, struct reader *r, const struct m2_bytes *fields, size_t at,
                      const char *cell, const char *tag)
{
    *out = "";
    if (!tag)
        return true;
    if (at != ABSENT)
        *out = fields[at].p;
    return at != ABSENT || m2_bill_tag_find(out, r->scratch, cell, tag);
}

/* Does the row have the tag that is asked for? Its job tag's value into ROW. */
static int read_tags(bool *wanted, struct m2_bill_row *row, struct reader *r, const struct m2_bytes *fields,
                     const char *cell, struct m2_err *err)
{
    const char *value;
    if (!tag_value(&value, r, fields, r->tag_at, cell, r->ask->tag) ||
        !tag_value(&row->job, r, fields, r->job_at, cell, r->ask->job_tag))
        return bad_field(r, row->line, COL_TAGS, cell, "JSON object of tags", err);
    *wanted = !r->ask->tag || m2_str_eq(value, r->ask->tag_value);
    return 0;
}

static int read_amounts(struct m2_bill_row *row, const struct reader *r, const char *const *text,
                        struct m2_err *err)
{
    bool usage = row->charge == M2_CHARGE_USAGE || row->charge == M2_CHARGE_COVERED;
    bool one = r->at[COL_BILLED] == ABSENT; /* a CUR's usage is billed at its list price */
    if (read_amount(&row->list, r, COL_LIST, text[COL_LIST], !usage && !one, row->line, err) < 0 ||
        read_amount(&row->quantity, r, COL_QUANTITY, text[COL_QUANTITY], !usage, row->line, err) < 0)
        return -1;
    row->billed = row->list;
    if (!one && read_amount(&row->billed, r, COL_BILLED, text[COL_BILLED], false, row->line, err) < 0)
        return -1;
    if (!usage)
        row->list = row->billed;
    if (*text[COL_CURRENCY] && !m2_str_eq_ci(text[COL_CURRENCY], "USD"))
        return m2_fail(err, M2_EINPUT, "%s:%llu: the bill is in %.10s; only USD can be compared", r->name,
                       (unsigned long long)row->line, text[COL_CURRENCY]);
    return 0;
}

static int read_row(struct reader *r, const struct m2_bytes *fields, uint64_t line, struct m2_err *err)
{
    const char *text[COL_COUNT];
    for (size_t c = 0; c < COL_COUNT; c++)
        text[c] = r->at[c] == ABSENT ? "" : fields[r->at[c]].p;
    r->out.rows++;
    if (*text[COL_PARENT]) { /* a share of another row's cost */
        r->out.split_rows++;
        return 0;
    }
    struct m2_bill_row row = { .line = line,
                               .charge = r->kind->charge(text),
                               .charge_name = text[COL_TYPE],
                               .service = text[COL_SERVICE],
                               .usage_type = text[COL_USAGE_TYPE],
                               .region = text[COL_REGION],
                               .resource = text[COL_RESOURCE],
                               .end_ms = INT64_MIN,
                               .period_ms = INT64_MIN,
                               .invoiced = r->at[COL_INVOICE] == ABSENT || *text[COL_INVOICE] };
    bool wanted = false;
    if (read_time(&row.start_ms, &r->start, r, COL_START, text[COL_START], line, err) < 0 ||
        read_time(&row.end_ms, &r->end, r, COL_END, text[COL_END], line, err) < 0 ||
        read_time(&row.period_ms, &r->period, r, COL_PERIOD, text[COL_PERIOD], line, err) < 0 ||
        read_amounts(&row, r, text, err) < 0 || read_tags(&wanted, &row, r, fields, text[COL_TAGS], err) < 0)
        return -1;
    if (wanted)
        return r->row(r->user, &row, err) == 0
                   ? 0
                   : m2_context(err, "%s:%llu", r->name, (unsigned long long)line);
    r->out.other_rows++;
    r->out.other_billed += row.billed;
    return 0;
}

static int on_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    struct reader *r = user;
    if (!r->kind)
        return read_header(r, fields, n, err);
    if (n != r->columns)
        return m2_fail(err, M2_EINPUT, "%s:%llu: %zu fields where the header has %zu", r->name,
                       (unsigned long long)line, n, r->columns);
    int rc = read_row(r, fields, line, err);
    if (m2_arena_used(r->scratch) > CHUNK) {
        m2_arena_free(r->scratch);
        r->scratch = m2_arena_new();
    }
    return rc;
}

/* ---- the file ---- */

/* What is told from the first bytes, and by whom it can be read. */
static int refuse_other(const char *name, const char *p, size_t n, struct m2_err *err)
{
    static const struct {
        const char *magic, *what;
    } rows[] = { { "PAR1", "a Parquet file; make the export as text/csv (gzip)" },
                 { "PK\003\004", "a zip archive; unpack it and give the CSV file in it" },
                 { "\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (n >= 4 && memcmp(p, rows[i].magic, 4) == 0)
            return m2_fail(err, M2_EINPUT, "%s: this is %s", name, rows[i].what);
    return 0;
}

/* CHUNK bytes, fewer only at the end. */
static int read_chunk(size_t *n, struct m2_source *s, char *p, struct m2_err *err)
{
    size_t got = 1;
    for (*n = 0; got && *n < CHUNK; *n += got)
        if (m2_source_read(&got, s, p + *n, CHUNK - *n, err) < 0)
            return -1;
    return 0;
}

static int read_all(struct reader *r, struct m2_source *s, struct m2_csv *csv, struct m2_err *err)
{
    char *p = m2_xmalloc(CHUNK);
    size_t n = CHUNK;
    int rc = 0;
    for (bool first = true; rc == 0 && n == CHUNK; first = false) {
        rc = read_chunk(&n, s, p, err);
        if (rc == 0 && first)
            rc = refuse_other(r->name, p, n, err);
        if (rc == 0)
            rc = m2_csv_push(csv, p, n, err);
    }
    free(p);
    if (rc == 0)
        rc = m2_csv_finish(csv, err);
    if (rc == 0 && !r->kind)
        rc = m2_fail(err, M2_EINPUT, "%s: empty; a bill begins with the names of its columns", r->name);
    return rc;
}

int m2_bill_read(struct m2_bill_export *out, const char *path, const struct m2_bill_ask *ask,
                 m2_bill_row_read *row, void *user, struct m2_err *err)
{
    struct m2_source *s;
    if (m2_source_open(&s, path, ask->sys, err) < 0)
        return -1;
    struct reader r = { .name = m2_source_name(s),
                        .ask = ask,
                        .row = row,
                        .user = user,
                        .scratch = m2_arena_new(),
                        .tag_at = ABSENT,
                        .job_at = ABSENT };
    struct m2_csv *csv = m2_csv_new(r.name, MAX_FIELD, on_record, &r);
    int rc = read_all(&r, s, csv, err);
    m2_csv_free(csv);
    m2_source_close(s);
    m2_arena_free(r.scratch);
    if (rc == 0)
        *out = r.out;
    return rc;
}
