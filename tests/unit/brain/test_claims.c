/* What a token says of itself, and tokens that say nothing. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/brain.h"
#include "m2/digest.h"

static void claims_of(struct m2_claims *out, const char *payload)
{
    struct m2_buf token;
    m2_buf_init(&token, 10000);
    m2_buf_adds(&token, "eyJhbGciOiJSUzI1NiJ9.");
    m2_base64_add(&token, payload, strlen(payload));
    while (token.data[token.len - 1] == '=')
        token.data[--token.len] = '\0';
    m2_buf_adds(&token, ".c2lnbmF0dXJl");
    struct m2_secret s = { 0 };
    m2_secret_set(&s, token.data, token.len);
    m2_token_claims(out, &s);
    m2_secret_free(&s);
    m2_buf_free(&token);
}

Test(claims, expiry_and_groups)
{
    static const struct {
        const char *payload;
        struct m2_claims claims;
    } rows[] = {
        { "{\"exp\":1795428000,\"cognito:groups\":[\"Admins\",\"x\"]}", { true, 1795428000000, true, true } },
        { "{\"exp\":1795428000,\"cognito:groups\":[\"Users\"]}", { true, 1795428000000, true, false } },
        { "{\"exp\":\"soon\"}", { true, 0, false, false } },
        { "{\"exp\":-5}", { true, 0, false, false } },
        { "{\"exp\":99999999999999999999}", { true, 0, false, false } },
        { "{\"cognito:groups\":\"Admins\"}", { true, 0, true, true } },
        { "{}", { true, 0, false, false } },
        { "[1]", { false, 0, false, false } },
        { "not json", { false, 0, false, false } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_claims c;
        claims_of(&c, rows[i].payload);
        cr_assert(c.readable == rows[i].claims.readable && c.expires_ms == rows[i].claims.expires_ms &&
                      c.has_groups == rows[i].claims.has_groups && c.admin == rows[i].claims.admin,
                  "%s", rows[i].payload);
    }
}

Test(claims, what_is_no_jwt_says_nothing)
{
    static const char *const texts[] = { "", "opaque", "a.b", "a.!!.c", "..", "a..c" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct m2_secret s = { 0 };
        struct m2_claims c = { .admin = true };
        m2_secret_set(&s, texts[i], strlen(texts[i]));
        m2_token_claims(&c, &s);
        cr_assert(!c.readable && !c.admin && !c.expires_ms, "%s", texts[i]);
        m2_secret_free(&s);
    }
}
