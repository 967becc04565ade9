/* What a role's trust policy lets in: asked of the evaluator, for somebody of each kind. Source: AWS IAM User
 * Guide: policy elements Principal and Condition, the confused deputy problem. */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "m2/buf.h"
#include "m2/policy.h"
#include "m2/str.h"

#define TAKE "sts:AssumeRole"
#define NOBODYS_NAME                                                                                         \
    "role/m2-doctor-asks-for-any-role" /* a name and an id that no policy was written for                    \
                                        */
#define NOBODYS_ID "m2-doctor-asks-for-any-id"
#define NOBODYS_ACCOUNT "999999999990"

struct reader {
    struct m2_trust *out;
    struct m2_arena *a;
    struct m2_policies policies;
    const char *const *accounts, *own;
    struct m2_buf others, strangers;
};

/* Who asks. Their own policies allow it. */
struct asker {
    const char *principal, *account; /* principal NULL: somebody of the account */
    enum m2_key_state id;            /* ExternalId; KNOWN: one that no policy was written for */
    enum m2_key_state member;        /* of an organisation */
};

static struct m2_verdict ask(struct reader *rd, struct asker who)
{
    static const char *const ids[] = { NOBODYS_ID, NULL };
    const struct m2_context_key context[] = { { "sts:ExternalId", who.id, ids },
                                              { "aws:PrincipalOrgID", who.member, NULL },
                                              { "aws:PrincipalOrgPaths", who.member, NULL } };
    const struct m2_policy_request req = { .action = TAKE,
                                           .resource = "",
                                           .principal = who.principal,
                                           .account = who.account,
                                           .resource_account = m2_str_or(rd->own, ""),
                                           .resource_decides = true,
                                           .context = context,
                                           .n_context = sizeof context / sizeof context[0] };
    struct m2_verdict v = { 0 };
    m2_policy_evaluate(&v, rd->a, &rd->policies, &req);
    return v;
}

static bool gets_in(struct reader *rd, struct asker who)
{
    return ask(rd, who).decision != M2_DENIED;
}

static bool service_gets_in(struct reader *rd, const char *service)
{
    const struct m2_policy_request req = { .action = TAKE, .resource = "", .service = service };
    struct m2_verdict v = { 0 };
    m2_policy_evaluate(&v, rd->a, &rd->policies, &req);
    return v.decision != M2_DENIED;
}

static const char *any_role(struct m2_arena *a, const char *account)
{
    return m2_arena_printf(a, "arn:aws:iam::%s:" NOBODYS_NAME, account);
}

static bool expected(const struct reader *rd, const char *account)
{
    for (size_t i = 0; account && rd->accounts[i]; i++)
        if (m2_str_eq(rd->accounts[i], account))
            return true;
    return false;
}

/* Somebody whom nobody thought of; what an ExternalId asks for is no secret, and other keys he may bring,
 * too. */
static void read_anyone(struct reader *rd)
{
    struct asker who = { any_role(rd->a, NOBODYS_ACCOUNT), NOBODYS_ACCOUNT, M2_KEY_PRESENT, M2_KEY_ABSENT };
    struct m2_verdict v = ask(rd, who);
    bool key = v.key && strchr(v.key, ':') && !m2_str_starts(v.key, "For"); /* not an operator */
    rd->out->anyone = v.decision == M2_ALLOWED || (v.decision == M2_CANNOT_TELL && key);
    if (v.decision == M2_CANNOT_TELL && !key)
        rd->out->unclear = m2_verdict_text(rd->a, &v);
}

/* Whether ACCOUNT is in an organisation is not known here. */
static void read_account(struct reader *rd, const char *account)
{
    struct asker who = { NULL, account, M2_KEY_PRESENT, M2_KEY_ABSENT }, member = who, any = who;
    struct asker silent = who, wrong = who;
    member.member = M2_KEY_UNKNOWN;
    silent.id = M2_KEY_ABSENT;
    wrong.id = M2_KEY_KNOWN;
    any.principal = any_role(rd->a, account);
    if (!gets_in(rd, who)) {
        rd->out->organisation |= gets_in(rd, member);
        return;
    }
    bool asked = !gets_in(rd, silent) && !gets_in(rd, wrong);
    rd->out->external_id = asked && (rd->out->external_id || !rd->out->expected);
    rd->out->expected = true;
    rd->out->whole_account |= gets_in(rd, any);
}

static void add_name(struct m2_buf *list, const char *text)
{
    m2_buf_addf(list, "%s%s", list->len ? ", " : "", text);
}

/* Somebody whom a statement names, and who is not CloudMR Brain. */
static void read_name(struct reader *rd, const char *text)
{
    const char *account = m2_arn_part(rd->a, text, M2_ARN_ACCOUNT);
    bool person = account && !m2_str_eq(m2_arn_part(rd->a, text, M2_ARN_RESOURCE), "root");
    if (!account && m2_is_account_id(text))
        account = text;
    struct asker who = { person ? text : NULL, account, M2_KEY_PRESENT, M2_KEY_UNKNOWN };
    if (m2_str_eq(text, "*") || expected(rd, account) || (account && !gets_in(rd, who)))
        return;
    add_name(&rd->others, text);
    if (account && !m2_str_eq(account, rd->own))
        add_name(&rd->strangers, text);
}

static void read_names(struct reader *rd, const struct m2_value *st)
{
    const struct m2_value *aws = m2_statement_principal(st, "AWS"),
                          *service = m2_statement_principal(st, "Service");
    const char *text = NULL;
    for (size_t i = 0; (text = m2_policy_text(aws, i)); i++)
        read_name(rd, text);
    for (size_t i = 0; service != aws && (text = m2_policy_text(service, i)); i++)
        if (service_gets_in(rd, text))
            add_name(&rd->others, text);
}

void m2_trust_read(struct m2_trust *out, struct m2_arena *a, const struct m2_value *document,
                   const char *const *accounts, const char *own)
{
    struct reader rd = { .out = out, .a = a, .accounts = accounts, .own = own };
    const struct m2_policy trust = { .kind = M2_POLICY_RESOURCE,
                                     .name = "the trust policy",
                                     .document = document };
    const struct m2_policy all = { .document = m2_v_string(a, M2_POLICY_EVERYTHING) };
    *out = (struct m2_trust){ 0 };
    m2_vec_push(a, &rd.policies.list, trust);
    m2_vec_push(a, &rd.policies.list, all);
    m2_buf_init(&rd.others, 2000);
    m2_buf_init(&rd.strangers, 2000);
    read_anyone(&rd);
    for (size_t i = 0; accounts[i] && !out->anyone && !out->unclear; i++)
        read_account(&rd, accounts[i]);
    if (out->organisation)
        add_name(&rd.others, "an organisation");
    for (size_t i = 0; i < m2_policy_statements(document); i++) {
        const struct m2_value *st = m2_policy_statement(document, i);
        if (m2_statement_allows(st) && m2_statement_covers_action(st, TAKE))
            read_names(&rd, st);
    }
    out->others = m2_arena_strndup(a, rd.others.data, rd.others.len);
    out->strangers = m2_arena_strndup(a, rd.strangers.data, rd.strangers.len);
    m2_buf_free(&rd.others);
    m2_buf_free(&rd.strangers);
}
