/* An answer of Brain: its first byte chooses the call and the status, the rest is the body. Then addresses,
 * from the same bytes. */
#include <string.h>

#include "brain/client.h"
#include "fuzz.h"

static const int statuses[] = { 200, 201, 302, 400, 401, 403, 404, 429, 500, 502 };
#define SECRET "HUSHsecret"

static void judge(struct m2_arena *a, const struct m2_brain *b, uint8_t choice, struct m2_bytes body)
{
    struct m2_brain_answer answer;
    const struct m2_value *parsed = NULL;
    enum m2_brain_op op = (enum m2_brain_op)(choice % M2_BRAIN_OPS);
    struct m2_exchange x = { .ok = true, .sent = true };
    x.response.status = statuses[choice / M2_BRAIN_OPS % (sizeof statuses / sizeof statuses[0])];
    x.response.body = body;
    m2_brain_judge(&answer, &parsed, a, b, op, &x);
    bool ok = answer.fault == M2_BRAIN_OK;
    fuzz_require(ok == (answer.err.code == M2_OK) && (ok || *answer.err.msg), "fault %d, class %d",
                 (int)answer.fault, (int)answer.err.code);
    fuzz_require(!ok || x.response.status < 300, "status %d is taken for good", x.response.status);
    fuzz_require(!answer.may_have_acted || m2_brain_ops()[op].writes, "a reading call that acts");
    fuzz_require(!strpbrk(answer.err.msg, "\n\x1b") && !strstr(answer.err.msg, SECRET), "said: %s",
                 answer.err.msg);
    struct m2_units units = { .next = NULL };
    struct m2_err err = { 0 };
    if (parsed && m2_units_read(&units, a, parsed, &err) == 0)
        for (size_t i = 0; i < units.list.len; i++) {
            struct m2_fields f;
            const struct m2_unit *u = &units.list.at[i];
            m2_unit_compare(&f, u, u);
            fuzz_require(!f.wrong && !f.warnings, "a unit differs from itself");
            fuzz_require(m2_unit_relate(u, u) == M2_UNIT_SAME && m2_unit_keep(u, u) == 0,
                         "not the same as itself");
            (void)m2_unit_to_value(a, u);
        }
    else
        fuzz_require(!parsed || (err.code == M2_EPROTO && !strchr(err.msg, '\n')), "list: %s", err.msg);
}

static void address(struct m2_arena *a, const char *text)
{
    const char *base = NULL, *again = NULL;
    struct m2_err err = { 0 };
    if (m2_brain_url(&base, a, text, &err) < 0) {
        fuzz_require(err.code == M2_EUSAGE && !base, "refused with %d", (int)err.code);
        return;
    }
    fuzz_require(m2_str_starts(base, "https://") || m2_str_starts(base, "http://127.") ||
                     m2_str_starts(base, "http://localhost") || m2_str_starts(base, "http://[::1]"),
                 "in clear: %s", base);
    fuzz_require(!strpbrk(base, " \r\n@?#"), "no address: %s", base);
    fuzz_require(m2_brain_url(&again, a, base, &err) == 0, "not again: %s: %s", base, err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    if (size) {
        const char *text = m2_arena_strndup(a, (const char *)data + 1, size - 1);
        const struct m2_brain_options opt = { .sys = m2_sys_real(), .url = "https://h/Prod" };
        struct m2_brain *b = m2_brain_new(&opt);
        m2_secret_set(&b->token, SECRET, strlen(SECRET));
        judge(a, b, data[0], (struct m2_bytes){ text, size - 1 });
        m2_brain_free(b);
        address(a, text);
    }
    m2_arena_free(a);
    return 0;
}
