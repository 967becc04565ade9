/* A template that is read can be written as JSON and read back the same; every node knows its place. */
#include "fuzz.h"
#include "m2/json.h"
#include "m2/yaml.h"

static void check_places(const struct m2_value *v)
{
    fuzz_require(v->line && v->col, "a node without a place");
    const struct m2_value *item;
    m2_v_each(item, i, v) check_places(item);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_yaml_doc doc = { 0 };
    struct m2_err err = { 0 };
    if (m2_yaml_parse(&doc, a, (struct m2_bytes){ (const char *)data, size }, "fuzz", &err) == 0) {
        struct m2_value *again = NULL;
        const char *text = m2_json_text(a, doc.root);
        check_places(doc.root);
        fuzz_require(m2_json_parse(&again, a, m2_bytes_of(text), "again", &err) == 0, "%s", err.msg);
        fuzz_require(m2_v_equal(doc.root, again), "another value: %s", text);
        for (size_t i = 0; i < doc.n_duplicates; i++)
            fuzz_require(doc.duplicates[i].first_line <= doc.duplicates[i].line, "duplicates out of order");
    } else {
        fuzz_require(!doc.root && err.code != M2_EBUG && m2_str_starts(err.msg, "fuzz:"), "message: %s",
                     err.msg);
    }
    m2_arena_free(a);
    return 0;
}
