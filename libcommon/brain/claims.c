/* What a Cognito token says of itself. Nothing is verified: it only explains what the server refuses. */
#include <string.h>

#include "m2/brain.h"
#include "m2/digest.h"
#include "m2/json.h"

#define MAX_TOKEN ((size_t)64 << 10)

static void read_payload(struct m2_claims *out, const struct m2_value *v)
{
    int64_t seconds = 0;
    out->readable = true;
    if (m2_v_int_of(v, "exp", &seconds) && seconds > 0 && seconds < INT64_MAX / 1000)
        out->expires_ms = seconds * 1000;
    const struct m2_value *groups = m2_v_get(v, "cognito:groups");
    out->has_groups = groups != NULL;
    out->admin = m2_v_has(groups, "Admins");
}

void m2_token_claims(struct m2_claims *out, const struct m2_secret *token)
{
    *out = (struct m2_claims){ 0 };
    const char *s = m2_secret_reveal(token), *first = strchr(s, '.');
    const char *second = first ? strchr(first + 1, '.') : NULL;
    if (!second || token->len > MAX_TOKEN)
        return;
    struct m2_arena *a = m2_arena_new();
    struct m2_buf payload;
    struct m2_value *v = NULL;
    m2_buf_init(&payload, MAX_TOKEN);
    if (m2_base64_decode(&payload, first + 1, (size_t)(second - first - 1), NULL) == 0 &&
        m2_json_parse(&v, a, (struct m2_bytes){ payload.data, payload.len }, "token", NULL) == 0 &&
        m2_v_is(v, M2_OBJECT))
        read_payload(out, v);
    m2_wipe(payload.data, payload.len);
    m2_buf_free(&payload);
    m2_arena_free_wiped(a);
}
