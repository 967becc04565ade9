/* A policy of any text, on each kind of place: an answer comes, a Deny beside it never allows, and what is
 * allowed without context is not denied with one. The first byte chooses the kind. */
#include "fuzz.h"
#include "m2/json.h"
#include "m2/policy.h"

static struct m2_verdict ask(struct m2_arena *a, const struct m2_policies *p,
                             const struct m2_context_key *keys, size_t n)
{
    const struct m2_policy_request req = { .action = "s3:GetObject",
                                    .resource = "arn:aws:s3:::b/*",
                                    .principal = "arn:aws:iam::123456789012:role/r",
                                    .account = "123456789012",
                                    .context = keys,
                                    .n_context = n };
    struct m2_verdict v = { 0 };
    m2_policy_evaluate(&v, a, p, &req);
    fuzz_require(*m2_verdict_text(a, &v), "no text");
    return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const values[] = { "203.0.113.7", NULL };
    const struct m2_context_key keys[] = { { "aws:SourceIp", M2_KEY_KNOWN, values },
                                           { "k", M2_KEY_ABSENT, NULL } };
    if (!size || size > 20000)
        return 0;
    struct m2_arena *a = m2_arena_new();
    struct m2_policies p = { 0 };
    struct m2_policy own = { .kind = (enum m2_policy_kind)(data[0] % M2_POLICY_KIND_COUNT) }, deny = own,
                     allow = { 0 };
    own.document = m2_v_string_n(a, (const char *)data + 1, size - 1);
    allow.document =
        m2_v_string(a, "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}");
    deny.document = m2_v_string(
        a, "{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Principal\":\"*\"}}");
    m2_vec_push(a, &p.list, own);
    m2_vec_push(a, &p.list, allow);
    enum m2_decision open = ask(a, &p, NULL, 0).decision, narrow = ask(a, &p, keys, 2).decision;
    fuzz_require(open == M2_CANNOT_TELL || narrow == open || narrow == M2_CANNOT_TELL,
                 "%d, with a context %d", open, narrow);
    m2_vec_push(a, &p.list, deny);
    fuzz_require(ask(a, &p, NULL, 0).decision == M2_DENIED, "a Deny of everything does not deny");
    m2_arena_free(a);
    return 0;
}
