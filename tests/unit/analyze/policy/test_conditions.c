/* Conditions: each operator with a value that fits, one that does not, without the key, and not known.
 * Source: IAM User Guide, "Condition operators", "Multivalued context keys", "Condition keys … IfExists". */
#include <criterion/criterion.h>

#include "policyrows.h"

#define A M2_ALLOWED
#define D M2_DENIED
#define X M2_CANNOT_TELL

/* clang-format off: one case, one line */
struct condition {
    const char *condition, *context;
    enum m2_decision expected;
};

static const struct condition conditions[] = {
    /* strings */
    { "{'StringEquals':{'k':'a'}}", "k=a", A },
    { "{'StringEquals':{'k':'a'}}", "k=A", D },
    { "{'StringEquals':{'k':'a'}}", "K=a", A },
    { "{'StringEquals':{'k':'a'}}", "!k", D },
    { "{'StringEquals':{'k':'a'}}", "", X },
    { "{'StringEquals':{'k':'a'}}", "?k", X },
    { "{'StringEquals':{'k':['a','b']}}", "k=b", A },
    { "{'StringEquals':{'k':[]}}", "k=b", D },
    { "{'StringEquals':{'k':'a*'}}", "k=ab", D },
    { "{'StringEquals':{'k':'a*'}}", "k=a*", A },
    { "{'stringequals':{'k':'a'}}", "k=a", A },
    { "{'StringEquals':{'k':1}}", "k=1", A },
    { "{'StringNotEquals':{'k':'a'}}", "k=a", D },
    { "{'StringNotEquals':{'k':'a'}}", "k=b", A },
    { "{'StringNotEquals':{'k':['a','b']}}", "k=b", D },
    { "{'StringNotEquals':{'k':'a'}}", "!k", A },
    { "{'StringNotEquals':{'k':'a'}}", "", X },
    { "{'StringEqualsIgnoreCase':{'k':'a'}}", "k=A", A },
    { "{'StringEqualsIgnoreCase':{'k':'a'}}", "k=b", D },
    { "{'StringNotEqualsIgnoreCase':{'k':'a'}}", "k=A", D },
    { "{'StringNotEqualsIgnoreCase':{'k':'a'}}", "k=b", A },
    { "{'StringLike':{'k':'a*'}}", "k=abc", A },
    { "{'StringLike':{'k':'a?c'}}", "k=abc", A },
    { "{'StringLike':{'k':'a*'}}", "k=Abc", D },
    { "{'StringLike':{'k':'a?'}}", "k=abc", D },
    { "{'StringLike':{'k':'*'}}", "k=x", A },
    { "{'StringLike':{'k':'*'}}", "!k", D },
    { "{'StringLike':{'k':'*'}}", "?k", A },
    { "{'StringLike':{'k':'*'}}", "", X },
    { "{'StringNotLike':{'k':'a*'}}", "k=abc", D },
    { "{'StringNotLike':{'k':'a*'}}", "k=b", A },
    { "{'StringNotLike':{'k':'*'}}", "?k", D },
    { "{'StringNotLike':{'k':'*'}}", "!k", A },
    /* numbers */
    { "{'NumericEquals':{'k':'10'}}", "k=10", A },
    { "{'NumericEquals':{'k':10}}", "k=10.0", A },
    { "{'NumericEquals':{'k':'10'}}", "k=11", D },
    { "{'NumericNotEquals':{'k':'10'}}", "k=11", A },
    { "{'NumericNotEquals':{'k':'10'}}", "k=10", D },
    { "{'NumericNotEquals':{'k':'10'}}", "!k", A },
    { "{'NumericLessThan':{'k':'10'}}", "k=9", A },
    { "{'NumericLessThan':{'k':'10'}}", "k=10", D },
    { "{'NumericLessThan':{'k':'10'}}", "k=-9.5", A },
    { "{'NumericLessThanEquals':{'k':'10'}}", "k=10", A },
    { "{'NumericLessThanEquals':{'k':'10'}}", "k=11", D },
    { "{'NumericGreaterThan':{'k':'10'}}", "k=11", A },
    { "{'NumericGreaterThan':{'k':'10'}}", "k=10", D },
    { "{'NumericGreaterThanEquals':{'k':'10'}}", "k=10", A },
    { "{'NumericGreaterThanEquals':{'k':'10'}}", "k=9", D },
    { "{'NumericLessThan':{'k':'ten'}}", "k=9", X },
    { "{'NumericLessThan':{'k':'10'}}", "", X },
    { "{'NumericLessThan':{'k':'10'}}", "!k", D },
    /* dates: ISO 8601 or epoch seconds */
    { "{'DateEquals':{'k':'2026-01-01T00:00:00Z'}}", "k=2026-01-01T00:00:00Z", A },
    { "{'DateNotEquals':{'k':'2026-01-01T00:00:00Z'}}", "k=2026-01-01T00:00:00Z", D },
    { "{'DateLessThan':{'k':'2026-01-01T00:00:00Z'}}", "k=2025-12-31T23:59:59Z", A },
    { "{'DateLessThan':{'k':'2026-01-01T00:00:00Z'}}", "k=2026-01-01T00:00:00Z", D },
    { "{'DateLessThanEquals':{'k':'2026-01-01T00:00:00Z'}}", "k=2026-01-01T00:00:00Z", A },
    { "{'DateGreaterThan':{'k':'2026-01-01T00:00:00Z'}}", "k=1767225601", A },
    { "{'DateGreaterThan':{'k':'1767225600'}}", "k=2026-01-01T00:00:00Z", D },
    { "{'DateGreaterThanEquals':{'k':'1767225600'}}", "k=2026-01-01T00:00:00Z", A },
    { "{'DateGreaterThan':{'k':'soon'}}", "k=2026-01-01T00:00:00Z", X },
    /* booleans */
    { "{'Bool':{'k':'true'}}", "k=true", A },
    { "{'Bool':{'k':true}}", "k=true", A },
    { "{'Bool':{'k':'True'}}", "k=true", A },
    { "{'Bool':{'k':'true'}}", "k=false", D },
    { "{'Bool':{'k':'true'}}", "!k", D },
    { "{'Bool':{'k':'false'}}", "!k", D },
    { "{'Bool':{'k':'false'}}", "", X },
    { "{'BoolIfExists':{'k':'true'}}", "!k", A },
    { "{'BoolIfExists':{'k':'true'}}", "k=false", D },
    { "{'BoolIfExists':{'k':'true'}}", "", X },
    { "{'BinaryEquals':{'k':'QmluYXJ5'}}", "k=QmluYXJ5", A },
    { "{'BinaryEquals':{'k':'QmluYXJ5'}}", "k=x", D },
    /* addresses */
    { "{'IpAddress':{'k':'203.0.113.0/24'}}", "k=203.0.113.7", A },
    { "{'IpAddress':{'k':'203.0.113.0/24'}}", "k=203.0.114.7", D },
    { "{'IpAddress':{'k':'203.0.113.7'}}", "k=203.0.113.7", A },
    { "{'IpAddress':{'k':['10.0.0.0/8','203.0.113.0/24']}}", "k=10.1.2.3", A },
    { "{'IpAddress':{'k':'2001:db8::/32'}}", "k=2001:db8::1", A },
    { "{'IpAddress':{'k':'2001:db8::/32'}}", "k=203.0.113.7", D },
    { "{'IpAddress':{'k':'203.0.113.0/24'}}", "", X },
    { "{'IpAddress':{'k':'203.0.113.0/24'}}", "!k", D },
    { "{'IpAddress':{'k':'everywhere'}}", "k=203.0.113.7", X },
    { "{'NotIpAddress':{'k':'203.0.113.0/24'}}", "k=203.0.113.7", D },
    { "{'NotIpAddress':{'k':'203.0.113.0/24'}}", "k=1.2.3.4", A },
    { "{'NotIpAddress':{'k':'203.0.113.0/24'}}", "!k", A },
    /* ARNs: six parts, each for itself */
    { "{'ArnEquals':{'k':'arn:aws:sns:us-east-1:123456789012:t'}}", "k=arn:aws:sns:us-east-1:123456789012:t",
      A },
    { "{'ArnEquals':{'k':'arn:aws:sns:*:123456789012:t*'}}", "k=arn:aws:sns:us-east-1:123456789012:topic",
      A },
    { "{'ArnLike':{'k':'arn:aws:sns:*:*:*'}}", "k=arn:aws:sns:us-east-1:123456789012:topic", A },
    { "{'ArnLike':{'k':'arn:aws:sns:*:123456789012:a'}}", "k=arn:aws:sns:us-east-1:111111111111:a", D },
    { "{'ArnLike':{'k':'arn:aws:s*:x'}}", "k=arn:aws:sns:us-east-1:123456789012:x", X },
    { "{'ArnLike':{'k':'*'}}", "k=arn:aws:sns:us-east-1:123456789012:x", A },
    { "{'ArnLike':{'k':'*'}}", "?k", A },
    { "{'ArnLike':{'k':'arn:aws:iam::*:role/*'}}", "k=arn:aws:iam::123456789012:role/path/x", A },
    { "{'ArnNotEquals':{'k':'arn:aws:sns:*:*:t'}}", "k=arn:aws:sns:us-east-1:123456789012:t", D },
    { "{'ArnNotLike':{'k':'arn:aws:sns:*:*:t'}}", "k=arn:aws:sns:us-east-1:123456789012:u", A },
    { "{'ArnNotLike':{'k':'arn:aws:sns:*:*:t'}}", "!k", A },
    { "{'ArnLike':{'k':'arn:aws:sns:*:*:t'}}", "!k", D },
    /* Null: true means the key must not be there */
    { "{'Null':{'k':'true'}}", "!k", A },
    { "{'Null':{'k':'true'}}", "k=a", D },
    { "{'Null':{'k':'true'}}", "", X },
    { "{'Null':{'k':'false'}}", "k=a", A },
    { "{'Null':{'k':false}}", "?k", A },
    { "{'Null':{'k':'false'}}", "!k", D },
    { "{'Null':{'k':'false'}}", "k=", D },
    { "{'Null':{'k':['true','false']}}", "", A },
    /* IfExists */
    { "{'StringEqualsIfExists':{'k':'a'}}", "!k", A },
    { "{'StringEqualsIfExists':{'k':'a'}}", "k=b", D },
    { "{'StringEqualsIfExists':{'k':'a'}}", "k=a", A },
    { "{'StringLikeIfExists':{'k':'*'}}", "", A },
    { "{'NumericLessThanIfExists':{'k':'1'}}", "!k", A },
    { "{'ArnLikeIfExists':{'k':'arn:aws:s3:::b'}}", "?k", X },
    { "{'StringNotEqualsIfExists':{'k':'a'}}", "!k", A },
    /* several values of one key */
    { "{'ForAllValues:StringEquals':{'k':['a','b']}}", "k=a|b", A },
    { "{'ForAllValues:StringEquals':{'k':['a','b']}}", "k=a|c", D },
    { "{'ForAllValues:StringEquals':{'k':['a','b']}}", "!k", A },
    { "{'ForAllValues:StringEquals':{'k':['a']}}", "k=", A },
    { "{'ForAllValues:StringEquals':{'k':['a']}}", "", X },
    { "{'ForAllValues:StringLike':{'k':'*'}}", "", A },
    { "{'ForAllValues:StringNotEquals':{'k':['a','b']}}", "k=c|d", A },
    { "{'ForAllValues:StringNotEquals':{'k':['a','b']}}", "k=c|b", D },
    { "{'ForAnyValue:StringEquals':{'k':['a','b']}}", "k=a|c", A },
    { "{'ForAnyValue:StringEquals':{'k':['a','b']}}", "k=c|d", D },
    { "{'ForAnyValue:StringEquals':{'k':['a','b']}}", "!k", D },
    { "{'ForAnyValue:StringEquals':{'k':['a']}}", "k=", D },
    { "{'ForAnyValue:StringNotEquals':{'k':['a']}}", "k=a|b", A },
    { "{'ForAnyValue:StringNotEquals':{'k':['a']}}", "k=a", D },
    { "{'ForAnyValue:StringLike':{'k':'a*'}}", "k=x|ab", A },
    { "{'forallvalues:stringlike':{'k':'a*'}}", "k=aa|ab", A },
    { "{'StringEquals':{'k':'a'}}", "k=a|a", A },
    { "{'StringEquals':{'k':'a'}}", "k=a|b", X },
    /* several operators and keys: all must hold */
    { "{'StringEquals':{'k':'a','l':'b'}}", "k=a;l=b", A },
    { "{'StringEquals':{'k':'a','l':'b'}}", "k=a;l=c", D },
    { "{'StringEquals':{'k':'a','l':'b'}}", "l=c", D },
    { "{'StringEquals':{'k':'a','l':'b'}}", "l=b", X },
    { "{'StringEquals':{'k':'a'},'Bool':{'l':'true'}}", "k=a;l=true", A },
    { "{'StringEquals':{'k':'a'},'Bool':{'l':'true'}}", "k=a;l=false", D },
    { "{}", "", A },
    /* a value that is known in part */
    { "{'ArnLike':{'k':'arn:aws:ecs:us-east-1:123456789012:*'}}", "~k=arn:aws:ecs:us-east-1:123456789012:task/*", A },
    { "{'ArnLike':{'k':'arn:aws:ecs:us-east-1:123456789012:task/x/*'}}", "~k=arn:aws:ecs:us-east-1:123456789012:task/*", X },
    { "{'ArnLike':{'k':'arn:aws:ecs:eu-west-1:123456789012:*'}}", "~k=arn:aws:ecs:us-east-1:123456789012:task/*", D },
    { "{'StringEquals':{'k':'ab'}}", "~k=a*", X }, { "{'StringEquals':{'k':'b'}}", "~k=a*", D }, { "{'StringLike':{'k':'a*'}}", "~k=a*", A },
    { "{'Null':{'k':'false'}}", "~k=a*", A }, { "{'NumericEquals':{'k':'1'}}", "~k=1*", X },
    /* what is not understood */
    { "{'StringAlmostEquals':{'k':'a'}}", "k=a", X },
    { "{'StringEquals':'a'}", "k=a", X },
    { "[]", "", X },
    { "{'StringEquals':{'k':{'a':'b'}}}", "k=a", X },
    { "{'StringEquals':{'k':['a',['b']]}}", "", X },
    { "{'StringEquals':{'k':[]}}", "k=a", D },
    { "{'ForSomeValues:StringEquals':{'k':'a'}}", "k=a", X },
    { "{'StringAlmostEquals':{'k':'a'},'StringEquals':{'l':'b'}}", "l=c", D },
    /* variables */
    { "{'StringEquals':{'k':'${aws:username}'}}", "k=ann;aws:username=ann", A },
    { "{'StringEquals':{'k':'${aws:username}'}}", "k=bob;aws:username=ann", D },
    { "{'StringLike':{'k':'home/${aws:username}/*'}}", "k=home/ann/x;aws:username=ann", A },
    { "{'StringLike':{'k':'home/${aws:username}/*'}}", "k=home/x/y;?aws:username", X },
    { "{'StringLike':{'k':'home/${aws:username}/*'}}", "k=work/x/y;?aws:username", D },
    { "{'StringLike':{'k':'${*}'}}", "k=*", A },
    { "{'StringLike':{'k':'${*}'}}", "k=x", D },
    { "{'StringLike':{'k':'${?}'}}", "k=?", A },
    { "{'StringLike':{'k':'${$}{x}'}}", "k=${x}", A },
    { "{'StringLike':{'k':'${aws:username}'}}", "k=anything;aws:username=*", D },
    { "{'StringEquals':{'k':'${aws:PrincipalTag/team, `none`}'}}", "k=none;!aws:PrincipalTag/team", A },
    { "{'StringEquals':{'k':'${aws:PrincipalTag/team, `none`}'}}", "k=red;aws:PrincipalTag/team=red", A },
    { "{'StringEquals':{'k':'${aws:PrincipalTag/team}'}}", "k=none;!aws:PrincipalTag/team", D },
    { "{'StringNotEquals':{'k':'${aws:PrincipalTag/team}'}}", "k=none;!aws:PrincipalTag/team", X },
    { "{'StringEquals':{'aws:ResourceTag/team':'${aws:PrincipalTag/team}'}}",
      "aws:ResourceTag/team=red;aws:PrincipalTag/team=red", A },
    { "{'StringEquals':{'k':'${open'}}", "k=${open", A },
    /* what the principal implies */
    { "{'StringEquals':{'aws:PrincipalAccount':'123456789012'}}", "", A },
    { "{'StringEquals':{'aws:PrincipalAccount':'111111111111'}}", "", D },
    { "{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::123456789012:role/*'}}", "", A },
    { "{'ArnLike':{'aws:PrincipalArn':'arn:aws:iam::*:user/*'}}", "", D },
    { "{'Bool':{'aws:SecureTransport':'true'}}", "", A },
    { "{'Bool':{'aws:SecureTransport':'false'}}", "", D },
    { "{'Bool':{'aws:PrincipalIsAWSService':'false'}}", "", A },
    { "{'StringEquals':{'aws:PrincipalServiceName':'x'}}", "", D },
    { "{'StringEquals':{'aws:PrincipalType':'AssumedRole'}}", "", A },
    { "{'Null':{'aws:username':'true'}}", "", A },
    { "{'StringEquals':{'aws:username':'ann'}}", "principal=arn:aws:iam::123456789012:user/x/ann", A },
    { "{'StringEquals':{'aws:ResourceAccount':'123456789012'}}", "", A },
    { "{'StringEquals':{'aws:ResourceAccount':'${aws:PrincipalAccount}'}}", "", A },
    { "{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}", "", X },
    { "{'DateLessThan':{'aws:CurrentTime':'2020-01-01'}}", "", X },
    { "{'Null':{'aws:CurrentTime':'false'}}", "", A },
};
/* clang-format on */

/* Each condition on an Allow; on a Deny beside an Allow the answer must be the other one. */
static void run(const struct condition *c, bool deny)
{
    static const enum m2_decision other[] = { [M2_DENIED] = A, [M2_CANNOT_TELL] = X, [M2_ALLOWED] = D };
    struct m2_arena *a = m2_arena_new();
    const char *text = m2_arena_printf(a, "I[{'Effect':'%s','Action':'*','Resource':'*','Condition':%s}%s]",
                                       deny ? "Deny" : "Allow", c->condition,
                                       deny ? ",{'Effect':'Allow','Action':'*','Resource':'*'}" : "");
    struct policy_row row = { .name = c->condition,
                              .policies = { text },
                              .action = "s3:GetObject",
                              .resource = "arn:aws:s3:::b/k",
                              .context = c->context,
                              .expected = deny ? other[c->expected] : c->expected };
    policy_rows_run(&row, 1);
    m2_arena_free(a);
}

Test(policy_conditions, each)
{
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        run(&conditions[i], false);
        run(&conditions[i], true);
    }
}
