/* A small, sound reading of VPC endpoint policies: where a condition or one named role of the caller's
 * account decides, it says that it cannot tell. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/json.h"
#include "m2/str.h"

enum match { NO, MAYBE, YES };

/* Does the string or list of strings PATTERNS match TEXT (NULL: not known)? */
static enum match any_of(const struct m2_value *patterns, const char *text, bool ignore_case)
{
    enum match best = NO;
    size_t n = m2_v_is(patterns, M2_STRING) ? 1 : m2_v_len(patterns);
    for (size_t i = 0; i < n; i++) {
        const char *p = m2_v_text(m2_v_is(patterns, M2_STRING) ? patterns : m2_v_at(patterns, i));
        if (!p)
            continue;
        enum match m;
        if (strchr(p, '$')) /* a policy variable */
            m = MAYBE;
        else if (!text)
            m = m2_str_eq(p, "*") ? YES : MAYBE;
        else
            m = m2_str_glob(p, text, ignore_case) ? YES : NO;
        best = m > best ? m : best;
    }
    return best;
}

static enum match with_not(const struct m2_value *statement, const char *key, const char *not_key,
                           const char *text, bool ignore_case)
{
    const struct m2_value *v = m2_v_get(statement, key), *inverse = m2_v_get(statement, not_key);
    if (v)
        return any_of(v, text, ignore_case);
    if (inverse)
        return (enum match)(YES - any_of(inverse, text, ignore_case));
    return YES;
}

/* Is a caller of ACCOUNT (NULL: not known) meant by TEXT: "*", an account id, an ARN? Of the own account it
 * cannot be told: for gateway endpoints its id stands for the root user alone (AWS PrivateLink guide). */
static enum match one_principal(struct m2_arena *a, const char *text, const char *account)
{
    if (m2_str_eq(text, "*"))
        return YES;
    const char *of = m2_arn_part(a, text, M2_ARN_ACCOUNT);
    bool is_id = text && strlen(text) == 12 && strspn(text, "0123456789") == 12;
    return account && (of || is_id) && !m2_str_eq(of ? of : text, account) ? NO : MAYBE;
}

static enum match principal_of(struct m2_arena *a, const struct m2_value *principal, const char *account)
{
    const struct m2_value *list = m2_v_is(principal, M2_STRING) ? principal : m2_v_get(principal, "AWS");
    enum match best = NO;
    if (!list)
        return MAYBE;
    size_t n = m2_v_is(list, M2_STRING) ? 1 : m2_v_len(list);
    for (size_t i = 0; i < n; i++) {
        const struct m2_value *one = m2_v_is(list, M2_STRING) ? list : m2_v_at(list, i);
        enum match m = one_principal(a, m2_v_text(one), account);
        best = m > best ? m : best;
    }
    return best;
}

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

static enum match applies(struct m2_arena *a, const struct m2_value *s, const char *account,
                          const char *action, const char *resource)
{
    enum match m = with_not(s, "Action", "NotAction", action, true);
    m = least(m, with_not(s, "Resource", "NotResource", resource, false));
    m = least(m, principal_of(a, m2_v_get(s, "Principal"), account));
    return m2_v_len(m2_v_get(s, "Condition")) ? least(m, MAYBE) : m;
}

enum m2_nw_allow m2_nw_policy(struct m2_arena *a, const struct m2_value *document, const char *account,
                              const char *action, const char *resource)
{
    if (!document || m2_v_is(document, M2_NULL))
        return M2_NW_ALLOWED;
    if (m2_v_is(document, M2_STRING)) {
        struct m2_value *tree = NULL;
        struct m2_err err = { 0 };
        if (document->u.text.n == 0)
            return M2_NW_ALLOWED;
        if (m2_json_parse(&tree, a, document->u.text, "policy", &err) != 0)
            return M2_NW_CANNOT_TELL;
        document = tree;
    }
    const struct m2_value *list = m2_v_get(document, "Statement");
    if (!m2_v_is(list, M2_ARRAY) && !m2_v_is(list, M2_OBJECT))
        return M2_NW_CANNOT_TELL;
    enum match allow = NO, deny = NO;
    size_t n = m2_v_is(list, M2_OBJECT) ? 1 : m2_v_len(list);
    for (size_t i = 0; i < n; i++) {
        const struct m2_value *s = m2_v_is(list, M2_OBJECT) ? list : m2_v_at(list, i);
        enum match m = applies(a, s, account, action, resource);
        if (m2_str_eq(m2_v_str(s, "Effect"), "Deny"))
            deny = m > deny ? m : deny;
        else if (m2_str_eq(m2_v_str(s, "Effect"), "Allow"))
            allow = m > allow ? m : allow;
    }
    if (deny == YES || allow == NO)
        return M2_NW_DENIED;
    return allow == YES && deny == NO ? M2_NW_ALLOWED : M2_NW_CANNOT_TELL;
}
