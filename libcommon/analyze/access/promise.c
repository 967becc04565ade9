#include "analyze/access/promise.h"

#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/policy/pattern.h"

/* Starting jobs; reading how they stand, and results. */
static const char *const promised[] = {
    M2_PROMISE_START, "states:StartSyncExecution",  "states:Describe*",
    "states:List*",   "states:GetExecutionHistory", "s3:GetObject*",
    "s3:ListBucket*", "s3:GetBucketLocation",       "s3:ListMultipartUploadParts",
};

/* So far beyond it that the account is at risk. */
static const char *const dangerous[] = { "iam:*", "cloudformation:*", "s3:Delete*" };

static enum m2_truth covered(struct m2_arena *a, const char *pattern, const char *action)
{
    struct m2_pattern p = m2_pattern_make(a, pattern, false, true),
                      t = m2_pattern_make(a, action, false, true);
    return m2_pattern_covers(a, &p, &t);
}

bool m2_promise_holds(struct m2_arena *a, const char *action)
{
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++)
        if (covered(a, promised[i], action) == M2_YES)
            return true;
    return false;
}

/* In part is enough: "s3:*Object" holds "s3:DeleteObject", "iam:*" holds "iam:GetRole". */
bool m2_promise_danger(struct m2_arena *a, const char *action)
{
    for (size_t i = 0; i < sizeof dangerous / sizeof dangerous[0]; i++)
        if (covered(a, dangerous[i], action) != M2_NO)
            return true;
    return false;
}

struct m2_verdict m2_promise_ask(struct m2_arena *a, const struct m2_policies *policies, const char *arn,
                                 const char *action)
{
    struct m2_policy_request req = { .action = action, .principal = arn };
    struct m2_verdict v = { 0 };
    req.account = m2_arn_part(a, arn, M2_ARN_ACCOUNT);
    m2_policy_evaluate(&v, a, policies, &req);
    return v;
}

static bool given(struct m2_arena *a, const struct m2_policies *policies, const char *arn, const char *action)
{
    return m2_promise_ask(a, policies, arn, action).decision != M2_DENIED;
}

void m2_promise_beyond(struct m2_beyonds *out, struct m2_arena *a, const struct m2_policies *policies,
                       const char *arn)
{
    for (size_t p = 0; p < policies->list.len; p++) {
        const struct m2_policy *policy = &policies->list.at[p];
        const struct m2_value *document = m2_policy_document(a, policy->document);
        for (size_t i = 0; policy->kind == M2_POLICY_IDENTITY && i < m2_policy_statements(document); i++) {
            const struct m2_value *st = m2_policy_statement(document, i), *list = m2_v_get(st, "Action");
            const struct m2_value *but = m2_v_get(st, "NotAction");
            struct m2_beyond one = { policy, i, but, "all but NotAction", true };
            if (!m2_statement_allows(st))
                continue;
            if (but && given(a, policies, arn, "*"))
                m2_vec_push(a, &out->list, one);
            for (size_t k = 0; (one.action = m2_policy_text(list, k)); k++) {
                one.written = m2_v_is(list, M2_ARRAY) ? m2_v_at(list, k) : list;
                one.danger = m2_promise_danger(a, one.action);
                if (!m2_promise_holds(a, one.action) && given(a, policies, arn, one.action))
                    m2_vec_push(a, &out->list, one);
            }
        }
    }
}
