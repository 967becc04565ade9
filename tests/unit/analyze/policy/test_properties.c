/* What must hold of every policy, tried on many that are drawn (always the same ones). */
#include <criterion/criterion.h>

#include "m2/json.h"
#include "policyrows.h"

#define ROUNDS 3000
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static uint64_t state;

static size_t below(size_t n) /* xorshift64* */
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (size_t)((state * 2685821657736338717ull) >> 33) % n;
}

static const char *pick(const char *const *list, size_t n)
{
    return list[below(n)];
}
#define PICK(list) pick(list, COUNT(list))

static const char *const actions[] = { "s3:GetObject", "s3:Get*",      "s3:*",        "*",
                                       "ec2:*",        "s3:?etObject", "s3:PutObject" };
static const char *const resources[] = { "*",
                                         "arn:aws:s3:::b/*",
                                         "arn:aws:s3:::b/k",
                                         "arn:aws:s3:::b/${k}/*",
                                         "arn:aws:s3:::c/*",
                                         "arn:aws:s3:::b/x*" };
static const char *const principals[] = { "'*'",
                                          "{'AWS':'123456789012'}",
                                          "{'AWS':'arn:aws:iam::123456789012:role/r'}",
                                          "{'AWS':['111111111111','arn:aws:iam::123456789012:user/u']}",
                                          "{'Service':'x.amazonaws.com'}",
                                          "{'AWS':'arn:aws:sts::123456789012:assumed-role/r/s'}" };
static const char *const operators[] = { "StringEquals",
                                         "StringNotEquals",
                                         "StringLike",
                                         "StringNotLike",
                                         "StringEqualsIfExists",
                                         "ForAllValues:StringEquals",
                                         "ForAnyValue:StringEquals",
                                         "ForAllValues:StringNotLike",
                                         "ForAnyValue:StringNotEquals",
                                         "Null",
                                         "NumericLessThan",
                                         "Bool",
                                         "StringLikeIfExists",
                                         "ForAnyValue:StringLikeIfExists",
                                         "Unheard" };
static const char *const wanted[] = { "'a'", "['a','b']", "'*'", "'true'", "'false'", "'1'", "'${l}'", "[]" };
static const char *const of_key[] = { "a", "b", "1", "true", "" };

static struct m2_value *parse(struct m2_arena *a, char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "drawn", &err), 0, "%s: %s", text, err.msg);
    return v;
}

static const char *condition(struct m2_arena *a)
{
    if (below(2))
        return "";
    return m2_arena_printf(a, ",'Condition':{'%s':{'%s':%s}}", PICK(operators), below(2) ? "k" : "l",
                           PICK(wanted));
}

static struct m2_value *statement(struct m2_arena *a, enum m2_policy_kind kind, bool deny)
{
    bool named = kind == M2_POLICY_RESOURCE || kind == M2_POLICY_ENDPOINT;
    return parse(a, m2_arena_printf(a, "{'Effect':'%s','%sAction':'%s','%sResource':'%s'%s%s%s}",
                                    deny ? "Deny" : "Allow", below(8) ? "" : "Not", PICK(actions),
                                    below(8) ? "" : "Not", PICK(resources),
                                    !named     ? ""
                                    : below(8) ? ",'Principal':"
                                               : ",'NotPrincipal':",
                                    named ? PICK(principals) : "", condition(a)));
}

static struct m2_policy policy(struct m2_arena *a)
{
    static const enum m2_policy_kind kinds[] = { M2_POLICY_IDENTITY,     M2_POLICY_IDENTITY,
                                                 M2_POLICY_RESOURCE,     M2_POLICY_BOUNDARY,
                                                 M2_POLICY_ORGANISATION, M2_POLICY_SESSION };
    struct m2_policy p = { .kind = kinds[below(COUNT(kinds))], .level = (int)below(2) };
    struct m2_value *list = m2_v_array(a), *document = m2_v_object(a);
    for (size_t n = 1 + below(3); n; n--)
        m2_v_push(a, list, statement(a, p.kind, !below(4)));
    m2_v_set_str(a, document, "Version", below(5) ? "2012-10-17" : "2008-10-17");
    m2_v_set(a, document, "Statement", list);
    p.document = document;
    return p;
}

static void draw(struct policy_case *c, size_t round)
{
    struct policy_row row = { .action = below(8) ? "s3:GetObject" : "s3:Get*",
                              .resource = "arn:aws:s3:::b/k" };
    static const char *const where[] = { "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", NULL };
    state = 88172645463325252ull + round * 7919;
    policy_case_open(c, &row);
    c->request.resource = where[below(COUNT(where))];
    c->request.resource_account = below(3) ? NULL : "111111111111";
    c->request.resource_decides = !below(6);
    for (size_t n = 1 + below(3); n; n--)
        m2_vec_push(c->arena, &c->policies.list, policy(c->arena));
}

static enum m2_decision ask(struct policy_case *c)
{
    return policy_case_ask(c).decision;
}

static const char *shown(struct policy_case *c)
{
    const char *text = "";
    for (size_t i = 0; i < c->policies.list.len; i++)
        text = m2_arena_printf(
            c->arena, "%s\n%d: %s", text, (int)c->policies.list.at[i].kind,
            c->policies.list.at[i].document ? m2_json_text(c->arena, c->policies.list.at[i].document) : "!");
    return text;
}

Test(policy_properties, a_deny_never_allows)
{
    size_t changed = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        draw(&c, round);
        enum m2_decision before = ask(&c);
        struct m2_policy more = { .kind = below(2) ? M2_POLICY_IDENTITY : M2_POLICY_RESOURCE };
        more.document = m2_v_object(c.arena);
        m2_v_set(c.arena, (struct m2_value *)more.document, "Statement", statement(c.arena, more.kind, true));
        m2_vec_push(c.arena, &c.policies.list, more);
        enum m2_decision after = ask(&c);
        cr_assert_leq(after, before, "round %zu%s", round, shown(&c));
        changed += after != before;
        policy_case_close(&c);
    }
    cr_assert_gt(changed, ROUNDS / 100, "the Denies hit something: %zu", changed);
}

Test(policy_properties, order_means_nothing)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        draw(&c, round);
        enum m2_decision before = ask(&c);
        for (size_t i = 0; i < c.policies.list.len; i++) {
            struct m2_value *list = m2_v_get(c.policies.list.at[i].document, "Statement"), *last = NULL;
            size_t n = m2_v_len(list);
            last = list->u.array.at[n - 1];
            list->u.array.at[n - 1] = list->u.array.at[0];
            list->u.array.at[0] = last;
        }
        struct m2_policy first = c.policies.list.at[0];
        c.policies.list.at[0] = c.policies.list.at[c.policies.list.len - 1];
        c.policies.list.at[c.policies.list.len - 1] = first;
        cr_assert_eq(ask(&c), before, "round %zu%s", round, shown(&c));
        policy_case_close(&c);
    }
}

/* A wildcard in place of an exact action: an Allow gives no less, a Deny no more. */
Test(policy_properties, a_wildcard_holds_what_it_covers)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        draw(&c, round);
        enum m2_decision before = ask(&c);
        bool deny = below(2);
        for (size_t i = 0; i < c.policies.list.len; i++) {
            struct m2_value *list = m2_v_get(c.policies.list.at[i].document, "Statement"), *st = NULL;
            m2_v_each(st, k, list)
            {
                bool is_deny = m2_str_eq(m2_v_str(st, "Effect"), "Deny");
                if (is_deny == deny && m2_v_get(st, "Action"))
                    m2_v_set_str(c.arena, st, "Action", "*");
            }
        }
        enum m2_decision after = ask(&c);
        cr_assert(deny ? after <= before : after >= before, "round %zu: %d, then %d%s", round, before, after,
                  shown(&c));
        policy_case_close(&c);
    }
}

/* K as one of: not there, empty, each value, two of them. */
static struct m2_context_key possible(struct m2_arena *a, const char *key, size_t i)
{
    const char **values = m2_arena_new_array(a, const char *, 3);
    struct m2_context_key k = { key, M2_KEY_KNOWN, values };
    if (i == 0)
        k.state = M2_KEY_ABSENT;
    if (i >= 2 && i < 2 + COUNT(of_key))
        values[0] = of_key[i - 2];
    if (i == 2 + COUNT(of_key)) {
        values[0] = "a";
        values[1] = "b";
    }
    return k;
}
#define POSSIBLE (3 + COUNT(of_key))

Test(policy_properties, what_is_not_known_is_not_judged)
{
    size_t definite = 0, open = 0;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        struct m2_context_key keys[2];
        draw(&c, round);
        enum m2_decision before = ask(&c);
        definite += before != M2_CANNOT_TELL;
        open += before == M2_CANNOT_TELL;
        c.request.context = keys;
        c.request.n_context = 2;
        for (size_t i = 0; before != M2_CANNOT_TELL && i < POSSIBLE * POSSIBLE; i++) {
            keys[0] = possible(c.arena, "k", i / POSSIBLE);
            keys[1] = possible(c.arena, "l", i % POSSIBLE);
            enum m2_decision now = ask(&c);
            cr_assert(now == before || now == M2_CANNOT_TELL, "round %zu, context %zu: %d, then %d%s", round,
                      i, before, now, shown(&c));
        }
        policy_case_close(&c);
    }
    cr_assert(definite > ROUNDS / 10 && open > ROUNDS / 10, "%zu definite, %zu open", definite, open);
}

Test(policy_properties, all_objects_are_judged_as_each)
{
    static const char *const each[] = { "arn:aws:s3:::b/", "arn:aws:s3:::b/k", "arn:aws:s3:::b/x",
                                        "arn:aws:s3:::b/x/y", "arn:aws:s3:::b/a/1" };
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        draw(&c, round);
        c.request.resource = "arn:aws:s3:::b/*";
        enum m2_decision all = ask(&c);
        for (size_t i = 0; all != M2_CANNOT_TELL && i < COUNT(each); i++) {
            c.request.resource = each[i];
            cr_assert_eq(ask(&c), all, "round %zu, %s%s", round, each[i], shown(&c));
        }
        policy_case_close(&c);
    }
}

/* A policy that was not read could say anything. */
Test(policy_properties, an_unread_policy_is_not_judged)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        struct policy_case c;
        draw(&c, round);
        size_t at = below(c.policies.list.len);
        struct m2_policy known = c.policies.list.at[at];
        enum m2_decision read = ask(&c);
        c.policies.list.at[at].document = NULL;
        enum m2_decision unread = ask(&c);
        cr_assert(unread == M2_CANNOT_TELL || unread == read || read == M2_CANNOT_TELL,
                  "round %zu: %d, then %d%s\n%s", round, read, unread, shown(&c),
                  m2_json_text(c.arena, known.document));
        policy_case_close(&c);
    }
}
