/* What the policy of a VPC endpoint lets through: the one evaluator, asked about that policy alone. Which
 * role calls, and who owns what is called, is not known here. */
#include "analyze/network/net.h"
#include "m2/policy.h"
#include "m2/str.h"

enum m2_nw_allow m2_nw_policy(struct m2_arena *a, const struct m2_value *document, const char *account,
                              const char *action, const char *resource)
{
    static const enum m2_nw_allow of[] = {
        [M2_DENIED] = M2_NW_DENIED, [M2_CANNOT_TELL] = M2_NW_CANNOT_TELL, [M2_ALLOWED] = M2_NW_ALLOWED
    };
    static const struct m2_context_key owner = { "aws:ResourceAccount", M2_KEY_UNKNOWN, NULL };
    struct m2_policies all = { 0 };
    struct m2_policy caller = { .kind = M2_POLICY_IDENTITY,
                                .document = m2_v_string(a, M2_POLICY_EVERYTHING) },
                     endpoint = { .kind = M2_POLICY_ENDPOINT, .document = document };
    struct m2_policy_request req = {
        .action = action, .resource = resource, .account = account, .context = &owner, .n_context = 1
    };
    struct m2_verdict v = { 0 };
    bool none =
        !document || m2_v_is(document, M2_NULL) || (m2_v_is(document, M2_STRING) && !document->u.text.n);
    if (none) /* AWS's default lets everything through */
        return M2_NW_ALLOWED;
    m2_vec_push(a, &all.list, caller);
    m2_vec_push(a, &all.list, endpoint);
    m2_policy_evaluate(&v, a, &all, &req);
    return of[v.decision];
}
