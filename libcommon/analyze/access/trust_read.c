/* What a role's trust policy lets in. Source: AWS IAM User Guide: policy elements Principal and Condition,
 * the confused deputy problem. */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "m2/buf.h"
#include "m2/str.h"

#define TAKE "sts:AssumeRole"

enum width { ONE, ACCOUNT, ANYONE };

/* Who a statement lets in after its conditions: an account id (NULL for anyone, "" for an organisation or one
 * that was deleted) and how much of it. */
struct principal {
    const char *account;
    enum width width;
};

struct reader {
    struct m2_trust *out;
    struct m2_arena *a;
    const char *const *accounts, *own;
    struct m2_buf others, strangers;
    bool entered; /* an expected account got in by some statement */
};

static bool expected(const struct reader *rd, const char *account)
{
    for (size_t i = 0; account && rd->accounts[i]; i++)
        if (m2_str_eq(rd->accounts[i], account))
            return true;
    return false;
}

static struct principal principal_of(struct m2_arena *a, const char *text)
{
    if (m2_str_eq(text, "*"))
        return (struct principal){ NULL, ANYONE };
    const char *account = m2_arn_part(a, text, M2_ARN_ACCOUNT);
    if (!account) /* an account id, or the unique id of a role or user that was deleted */
        return strspn(text, "0123456789") == strlen(text) ? (struct principal){ text, ACCOUNT }
                                                          : (struct principal){ "", ONE };
    bool root = m2_str_eq(m2_arn_part(a, text, M2_ARN_RESOURCE), "root");
    return (struct principal){ account, root ? ACCOUNT : ONE };
}

/* aws:PrincipalArn and aws:PrincipalAccount narrow a wide principal; so does the organisation, to nobody in
 * particular. */
static struct principal narrow(struct m2_arena *a, struct principal p, const struct m2_value *st)
{
    const char *arn = m2_policy_text(m2_statement_condition(st, "aws:PrincipalArn"), 0);
    const char *account = m2_policy_text(m2_statement_condition(st, "aws:PrincipalAccount"), 0);
    const char *of_arn = m2_arn_part(a, arn, M2_ARN_ACCOUNT);
    if (p.width == ANYONE && account && !strchr(account, '*'))
        p = (struct principal){ account, ACCOUNT };
    if (arn && of_arn && !m2_str_empty(of_arn) && !strchr(of_arn, '*')) {
        const char *resource = m2_arn_part(a, arn, M2_ARN_RESOURCE);
        bool wide = m2_str_eq(resource, "*") || m2_str_eq(resource, "root") || m2_str_eq(resource, "role/*");
        if (p.width == ANYONE || m2_str_eq(p.account, of_arn))
            p = (struct principal){ of_arn, wide ? ACCOUNT : ONE };
    }
    if (p.width == ANYONE && (m2_statement_condition(st, "aws:PrincipalOrgID") ||
                              m2_statement_condition(st, "aws:PrincipalOrgPaths")))
        p = (struct principal){ "", ACCOUNT };
    return p;
}

/* Does ST ask for an ExternalId that is more than "anything"? */
static bool asks_external_id(const struct m2_value *st)
{
    const struct m2_value *ids = m2_statement_condition(st, "sts:ExternalId");
    const char *text = NULL;
    size_t n = 0;
    for (; (text = m2_policy_text(ids, n)); n++)
        if (m2_str_empty(text) || strspn(text, "*") == strlen(text))
            return false;
    return n > 0;
}

static void add_name(struct m2_buf *list, const char *text)
{
    m2_buf_addf(list, "%s%s", list->len ? ", " : "", text);
}

static void enter(struct reader *rd, struct principal p, const char *text, const struct m2_value *st)
{
    p = narrow(rd->a, p, st);
    if (p.width == ANYONE) {
        rd->out->anyone = true;
    } else if (expected(rd, p.account)) {
        rd->out->expected = true;
        rd->out->whole_account |= p.width == ACCOUNT;
        rd->out->external_id = asks_external_id(st) && (rd->out->external_id || !rd->entered);
        rd->entered = true;
    } else if (m2_str_empty(p.account)) {
        rd->out->organisation |= p.width == ACCOUNT;
        add_name(&rd->others, p.width == ACCOUNT ? "an organisation" : text);
    } else {
        add_name(&rd->others, text);
        if (!m2_str_eq(p.account, rd->own))
            add_name(&rd->strangers, text);
    }
}

static void read_allow(struct reader *rd, const struct m2_value *st)
{
    const struct m2_value *aws = m2_statement_principal(st, "AWS"),
                          *service = m2_statement_principal(st, "Service");
    const char *text = NULL;
    if (m2_v_get(st, "NotPrincipal"))
        enter(rd, (struct principal){ NULL, ANYONE }, "NotPrincipal", st);
    for (size_t i = 0; (text = m2_policy_text(aws, i)); i++)
        enter(rd, principal_of(rd->a, text), text, st);
    for (size_t i = 0; service != aws && (text = m2_policy_text(service, i)); i++)
        add_name(&rd->others, text);
}

/* An unconditional Deny that hits the expected accounts closes the door again. */
static bool denied(const struct reader *rd, const struct m2_value *st)
{
    const char *text = NULL;
    const struct m2_value *aws = m2_statement_principal(st, "AWS");
    if (!m2_statement_denies(st) || m2_v_get(st, "Condition") || !m2_statement_covers_action(st, TAKE))
        return false;
    for (size_t i = 0; (text = m2_policy_text(aws, i)); i++) {
        struct principal p = principal_of(rd->a, text);
        if (p.width == ANYONE || (p.width == ACCOUNT && expected(rd, p.account)))
            return true;
    }
    return false;
}

void m2_trust_read(struct m2_trust *out, struct m2_arena *a, const struct m2_value *document,
                   const char *const *accounts, const char *own)
{
    struct reader rd = { .out = out, .a = a, .accounts = accounts, .own = own };
    *out = (struct m2_trust){ 0 };
    m2_buf_init(&rd.others, 2000);
    m2_buf_init(&rd.strangers, 2000);
    for (size_t i = 0; i < m2_policy_statements(document); i++) {
        const struct m2_value *st = m2_policy_statement(document, i);
        if (m2_statement_allows(st) && m2_statement_covers_action(st, TAKE))
            read_allow(&rd, st);
    }
    for (size_t i = 0; i < m2_policy_statements(document); i++)
        if (denied(&rd, m2_policy_statement(document, i)))
            out->expected = out->anyone = out->whole_account = out->organisation = false;
    out->others = m2_arena_strndup(a, rd.others.data, rd.others.len);
    out->strangers = m2_arena_strndup(a, rd.strangers.data, rd.strangers.len);
    m2_buf_free(&rd.others);
    m2_buf_free(&rd.strangers);
}
