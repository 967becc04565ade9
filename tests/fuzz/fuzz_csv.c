/* The pieces in which bytes arrive change nothing, and records that are quoted and read again are the same.
 */
#include <string.h>

#include "fuzz.h"
#include "m2/buf.h"
#include "m2/csv.h"

struct seen {
    struct m2_buf records; /* as CSV, every field quoted */
    struct m2_buf lines;
};

static int write_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line,
                        struct m2_err *err)
{
    struct seen *s = user;
    (void)err;
    m2_buf_addf(&s->lines, "%llu ", (unsigned long long)line);
    for (size_t i = 0; i < n; i++) {
        fuzz_require(fields[i].p[fields[i].n] == '\0' && strlen(fields[i].p) == fields[i].n,
                     "not terminated");
        m2_buf_adds(&s->records, i ? ",\"" : "\"");
        for (const char *p = fields[i].p; *p; p++)
            m2_buf_add(&s->records, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
        m2_buf_addc(&s->records, '"');
    }
    m2_buf_addc(&s->records, '\n');
    return 0;
}

static void read_csv(struct seen *s, struct m2_err *err, const void *data, size_t size, size_t step)
{
    m2_buf_init(&s->records, (size_t)1 << 30);
    m2_buf_init(&s->lines, (size_t)1 << 30);
    struct m2_csv *c = m2_csv_new("fuzz", 1000, write_record, s);
    *err = (struct m2_err){ 0 };
    int rc = 0;
    for (size_t i = 0; i < size && rc == 0; i += step)
        rc = m2_csv_push(c, (const char *)data + i, size - i < step ? size - i : step, err);
    if (rc == 0)
        rc = m2_csv_finish(c, err);
    fuzz_require((rc == 0) == (err->code == M2_OK), "status and error disagree");
    m2_csv_free(c);
}

static void forget(struct seen *s)
{
    m2_buf_free(&s->records);
    m2_buf_free(&s->lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t steps[] = { 1, 2, 5 };
    struct seen whole, pieces;
    struct m2_err err, other;
    read_csv(&whole, &err, data, size, size + 1);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        read_csv(&pieces, &other, data, size, steps[i]);
        fuzz_require(strcmp(err.msg, other.msg) == 0, "steps of %zu: \"%s\", whole: \"%s\"", steps[i],
                     other.msg, err.msg);
        fuzz_require(strcmp(whole.records.data, pieces.records.data) == 0, "steps of %zu: other records",
                     steps[i]);
        fuzz_require(strcmp(whole.lines.data, pieces.lines.data) == 0, "steps of %zu: other lines", steps[i]);
        forget(&pieces);
    }
    /* A record that began with a BOM behind the first one must not lose it: hence the newline in front. */
    struct m2_buf text;
    m2_buf_init(&text, (size_t)1 << 30);
    m2_buf_addf(&text, "\n%s", whole.records.data);
    read_csv(&pieces, &other, text.data, text.len, text.len + 1);
    fuzz_require(other.code == M2_OK, "%s: %s", other.msg, text.data);
    fuzz_require(strcmp(whole.records.data, pieces.records.data) == 0, "quoted and read again: %s",
                 text.data);
    m2_buf_free(&text);
    forget(&pieces);
    forget(&whole);
    return 0;
}
