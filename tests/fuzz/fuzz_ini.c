/* What was read, written plainly and read again, is the same; a refusal names a line of the text.
 */
#include <string.h>

#include "fuzz.h"
#include "m2/buf.h"
#include "m2/ini.h"

static void write_value(struct m2_buf *out, const char *value)
{
    for (; *value; value++) {
        m2_buf_addc(out, *value);
        if (*value == '\n')
            m2_buf_addc(out, ' '); /* a continuation is indented */
    }
    m2_buf_addc(out, '\n');
}

static void write_ini(struct m2_buf *out, const struct m2_ini *ini)
{
    for (size_t i = 0; i < ini->sections.len; i++) {
        const struct m2_ini_section *s = &ini->sections.at[i];
        char quote = strchr(s->name, '"') ? '\'' : '"';
        m2_buf_addf(out, "[%s%s%c%s%c]\n", s->type, *s->type ? " " : "", quote, s->name, quote);
        for (size_t k = 0; k < s->keys.len; k++) {
            m2_buf_addf(out, "%s=", s->keys.at[k].name); /* a space would make "#v" a comment */
            write_value(out, s->keys.at[k].value);
        }
    }
}

static void same_keys(const struct m2_ini_key *a, const struct m2_ini_key *b)
{
    fuzz_require(strcmp(a->name, b->name) == 0, "key %s became %s", a->name, b->name);
    fuzz_require(strcmp(a->value, b->value) == 0, "%s: \"%s\" became \"%s\"", a->name, a->value, b->value);
    fuzz_require(a->nested.len == b->nested.len, "%s: %zu nested, then %zu", a->name, a->nested.len,
                 b->nested.len);
    for (size_t i = 0; i < a->nested.len; i++)
        fuzz_require(strcmp(a->nested.at[i].name, b->nested.at[i].name) == 0 &&
                         strcmp(a->nested.at[i].value, b->nested.at[i].value) == 0,
                     "%s: nested %s changed", a->name, a->nested.at[i].name);
}

static void same(const struct m2_ini *a, const struct m2_ini *b)
{
    fuzz_require(a->sections.len == b->sections.len, "%zu sections, then %zu", a->sections.len,
                 b->sections.len);
    for (size_t i = 0; i < a->sections.len; i++) {
        const struct m2_ini_section *s = &a->sections.at[i], *t = &b->sections.at[i];
        fuzz_require(strcmp(s->type, t->type) == 0 && strcmp(s->name, t->name) == 0, "[%s %s] became [%s %s]",
                     s->type, s->name, t->type, t->name);
        fuzz_require(s->keys.len == t->keys.len, "[%s]: %zu keys, then %zu", s->name, s->keys.len,
                     t->keys.len);
        for (size_t k = 0; k < s->keys.len; k++)
            same_keys(&s->keys.at[k], &t->keys.at[k]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_ini first, second;
    struct m2_err err = { 0 };
    if (m2_ini_parse(&first, a, (struct m2_bytes){ (const char *)data, size }, "f", &err) < 0) {
        int line = 0;
        fuzz_require(err.code == M2_ECONFIG && sscanf(err.msg, "f:%d: ", &line) == 1 && line >= 1 &&
                         (size_t)line <= size + 1,
                     "refused with \"%s\"", err.msg);
    } else {
        struct m2_buf text;
        m2_buf_init(&text, (size_t)1 << 30);
        write_ini(&text, &first);
        int rc = m2_ini_parse(&second, a, (struct m2_bytes){ text.data, text.len }, "f", &err);
        fuzz_require(rc == 0, "%s: %s", err.msg, text.data);
        fuzz_require(second.warnings.len <= first.warnings.len, "new warnings: %s", second.warnings.at[0]);
        same(&first, &second);
        m2_buf_free(&text);
    }
    m2_arena_free(a);
    return 0;
}
