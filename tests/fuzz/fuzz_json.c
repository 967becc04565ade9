/* parse, write, parse again: the same value, and the same text the second time. */
#include <string.h>

#include "fuzz.h"
#include "m2/json.h"

static void round_trip(struct m2_arena *a, const struct m2_value *v, bool pretty)
{
    struct m2_buf first, second;
    struct m2_value *again = NULL;
    struct m2_err err = { 0 };
    m2_buf_init(&first, (size_t)1 << 30);
    m2_buf_init(&second, (size_t)1 << 30);
    m2_json_write(&first, v, pretty);
    fuzz_require(m2_json_parse(&again, a, (struct m2_bytes){ first.data, first.len }, "again", &err) == 0,
                 "%s", err.msg);
    fuzz_require(m2_v_equal(v, again) && m2_v_compare(v, again) == 0, "another value: %s", first.data);
    m2_json_write(&second, again, pretty);
    fuzz_require(strcmp(first.data, second.data) == 0, "another text: %s", second.data);
    m2_buf_free(&first);
    m2_buf_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (m2_json_parse(&v, a, (struct m2_bytes){ (const char *)data, size }, "fuzz", &err) == 0) {
        round_trip(a, v, false);
        round_trip(a, v, true);
        fuzz_require(m2_v_equal(v, m2_v_copy(a, v)), "a copy differs");
    } else {
        fuzz_require(!v && err.code != M2_EBUG && m2_str_starts(err.msg, "fuzz:"), "message: %s", err.msg);
    }
    m2_arena_free(a);
    return 0;
}
