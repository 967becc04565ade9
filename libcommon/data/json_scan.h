/*
 * data/json_scan.h — strict RFC 8259 before cJSON sees the text: what is wrong and where, and the place of
 * every value.
 *
 * Model:     tokens stand in document order: a key's before its value's, a container's before its contents.
 */
#ifndef M2_DATA_JSON_SCAN_H
#define M2_DATA_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/str.h"

/* Where the text of a key or value stands; of a key or string without its quotes. */
struct m2_json_token {
    uint32_t line, col, offset, len;
};

struct m2_json_tokens {
    struct m2_json_token *at; /* heap: release with free() */
    size_t len, cap;
    size_t longest_number;
};

/** Errors as m2_json_parse. OUT->at is to be freed whatever comes of it. */
int m2_json_scan(struct m2_json_tokens *out, struct m2_bytes text, const char *name,
                 struct m2_err *err) M2_MUST_USE;

#endif
