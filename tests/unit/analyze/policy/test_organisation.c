/* Policies of an organisation: counted where they can be read, and no reason for anything where they cannot.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/str.h"

/* clang-format off: one call, one or two lines */
#define CALL(operation, input, answer)                                                                       \
    "{'service':'organizations','operation':'" operation "','input':" input "," answer "}"
#define OK(output) "'status':'ok','output':" output
#define REFUSED "'status':'error','error':{'code':'AccessDeniedException','message':'no','http_status':400}"
#define NO_SIMULATOR                                                                                         \
    {                                                                                                        \
        "iam:SimulatePrincipalPolicy", "error", "AccessDenied"                                               \
    }

#define FEATURES(set)                                                                                        \
    CALL("DescribeOrganization", "{}",                                                                       \
         OK("{'Organization':{'Id':'o-1'," set "'MasterAccountId':'999999999999'}}"))
#define ORGANISATION(owner)                                                                                  \
    CALL("DescribeOrganization", "{}",                                                                       \
         OK("{'Organization':{'Id':'o-1','FeatureSet':'ALL','MasterAccountId':'" owner "'}}"))
#define PARENT(child, id, type)                                                                              \
    CALL("ListParents", "{'ChildId':'" child "'}", OK("{'Parents':[{'Id':'" id "','Type':'" type "'}]}"))
#define POLICIES(target, list)                                                                               \
    CALL("ListPoliciesForTarget", "{'TargetId':'" target "','Filter':'SERVICE_CONTROL_POLICY'}",             \
         OK("{'Policies':[" list "]}"))
#define FULL "{'Id':'p-FullAWSAccess','Name':'FullAWSAccess'}"
#define OWN "{'Id':'p-own','Name':'LabRules'}"
#define SAYS(statement)                                                                                      \
    CALL("DescribePolicy", "{'PolicyId':'p-own'}",                                                           \
         OK("{'Policy':{'Content':{'Version':'2012-10-17','Statement':[" statement "]}}}"))

/* The account in a unit of an organisation of another account; LIST: the unit's policies. */
#define MEMBER(list)                                                                                         \
    ORGANISATION("999999999999"), PARENT("123456789012", "ou-1", "ORGANIZATIONAL_UNIT"),                     \
        PARENT("ou-1", "r-1", "ROOT"), POLICIES("123456789012", FULL), POLICIES("ou-1", list),               \
        POLICIES("r-1", FULL)
#define DENY(more) "{'Sid':'NoWay','Effect':'Deny','Resource':'*'," more "}"
#define OUTSIDE(region)                                                                                      \
    DENY("'NotAction':['iam:*'],'Condition':{'StringNotEquals':{'aws:RequestedRegion':['" region "']}}")
#define NOT_BY_ORGANISATION                                                                                  \
    "'EvalDecision':'implicitDeny','MatchedStatements':[],'OrganizationsDecisionDetail':{'"                  \
    "AllowedByOrganizations':false}"

static const struct scene {
    const char *name, *calls[9];
    struct edit edit;
    const char *check;
    enum m2_status status;
    const char *says; /* part of the finding's detail, or NULL */
} scenes[] = {
    { "one that denies the pull",
      { MEMBER(FULL "," OWN), SAYS(DENY("'Action':'ecr:BatchGetImage'")) },
      { 0 },
      "image.execution-role",
      M2_FAIL,
      "statement 1 (NoWay) of organisation policy LabRules denies it" },
    { "one that denies something else",
      { MEMBER(FULL "," OWN), SAYS(DENY("'Action':'organizations:LeaveOrganization'")) },
      { 0 },
      "image.execution-role",
      M2_PASS,
      NULL },
    { "a unit that allows other services only",
      { MEMBER(OWN), SAYS("{'Effect':'Allow','Action':['ec2:*','s3:*'],'Resource':'*'}") },
      { 0 },
      "image.execution-role",
      M2_FAIL,
      "no policy of the organisation allows it" },
    { "a unit whose policies go on on a page that is not there",
      { ORGANISATION("999999999999"), PARENT("123456789012", "r-1", "ROOT"), POLICIES("123456789012", FULL),
        CALL("ListPoliciesForTarget", "{'TargetId':'r-1','Filter':'SERVICE_CONTROL_POLICY'}",
             OK("{'Policies':[],'NextToken':'t'}")) },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "not seen (organizations:ListPoliciesForTarget) and may forbid more" },
    { "only in this region",
      { MEMBER(FULL "," OWN), SAYS(OUTSIDE("us-east-1")) },
      { 0 },
      "image.execution-role",
      M2_PASS,
      NULL },
    { "only in another region",
      { MEMBER(FULL "," OWN), SAYS(OUTSIDE("eu-west-1")) },
      { 0 },
      "image.execution-role",
      M2_FAIL,
      "LabRules" },
    { "the management account is not limited",
      { ORGANISATION("123456789012"), POLICIES("123456789012", FULL "," OWN), SAYS(DENY("'Action':'*'")) },
      { 0 },
      "image.execution-role",
      M2_PASS,
      NULL },
    { "no organisation",
      { CALL("DescribeOrganization", "{}",
             "'status':'error','error':{'code':'AWSOrganizationsNotInUseException','message':'no','http_"
             "status':400}") },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "no organisation limits the account" },
    { "one without all features has no policies",
      { FEATURES("'FeatureSet':'CONSOLIDATED_BILLING',") },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "no organisation limits the account" },
    { "one whose features were not told may have policies",
      { FEATURES("") },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "not seen (organizations:DescribeOrganization) and may forbid more" },
    { "a member that may not look up: what passed passes",
      { ORGANISATION("999999999999"), CALL("ListParents", "{'ChildId':'123456789012'}", REFUSED) },
      { 0 },
      "image.execution-role",
      M2_PASS,
      NULL },
    { "a member that may not look up: told",
      { ORGANISATION("999999999999"), CALL("ListParents", "{'ChildId':'123456789012'}", REFUSED) },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "not seen (organizations:ListParents) and may forbid more" },
    { "a policy that may not be read",
      { MEMBER(OWN), CALL("DescribePolicy", "{'PolicyId':'p-own'}", REFUSED) },
      { 0 },
      "image.execution-role",
      M2_PASS,
      NULL },
    { "the caller's rights within it",
      { MEMBER(FULL "," OWN), SAYS(DENY("'Action':'ecs:*'")) },
      NO_SIMULATOR,
      "identity.permissions",
      M2_FAIL,
      "LabRules denies it" },
    { "the caller's rights, all levels read",
      { MEMBER(FULL "," OWN), SAYS(DENY("'Action':'ec2:*'")) },
      NO_SIMULATOR,
      "identity.permissions",
      M2_PASS,
      "policies of the organisation are counted in" },
    { "what the simulator suspects is proved",
      { MEMBER(FULL "," OWN), SAYS(DENY("'Action':'ecs:*'")) },
      { "iam:SimulatePrincipalPolicy", "output.EvaluationResults[0]",
        "{'EvalActionName':'ecs:RunTask'," NOT_BY_ORGANISATION "}" },
      "identity.permissions",
      M2_FAIL,
      "The organisation does not let this account" },
    { "what the simulator suspects and nobody may read",
      { ORGANISATION("999999999999"), CALL("ListParents", "{'ChildId':'123456789012'}", REFUSED) },
      { "iam:SimulatePrincipalPolicy", "output.EvaluationResults[0]",
        "{'EvalActionName':'ecs:RunTask'," NOT_BY_ORGANISATION "}" },
      "identity.permissions",
      M2_UNKNOWN,
      "only a policy of the organisation" },
    { "what the simulator suspects hangs on a key",
      { MEMBER(FULL "," OWN),
        SAYS(DENY("'Action':'ecs:*','Condition':{'StringEquals':{'aws:PrincipalTag/x':'y'}}")) },
      { "iam:SimulatePrincipalPolicy", "output.EvaluationResults[0]",
        "{'EvalActionName':'ecs:RunTask'," NOT_BY_ORGANISATION "}" },
      "identity.permissions",
      M2_UNKNOWN,
      NULL },
};
#define ONLY_MEMBERS                                                                                         \
    "s3:GetBucketPolicy results", "",                                                                        \
        "{'service':'s3','operation':'GetBucketPolicy','input':{'Bucket':"                                   \
        "'mroptimum-results-123456789012'},'status':'ok','output':{'Policy':{'Version':'2012-10-17','"       \
        "Statement':{'Effect':'Deny',"                                                                       \
        "'Principal':'*','Action':'s3:*','Resource':'*','Condition':{'StringNotEquals':{'aws:"               \
        "PrincipalOrgID':'o-1'}}}}}}"
static const struct scene members[] = {
    { "a bucket for members, of a member",
      { ORGANISATION("123456789012") },
      { ONLY_MEMBERS },
      "access.permissions",
      M2_PASS,
      NULL },
    { "a bucket for members, of nobody's member",
      { CALL("DescribeOrganization", "{}",
             "'status':'error','error':{'code':'AWSOrganizationsNotInUseException','message':'no','http_"
             "status':400}") },
      { ONLY_MEMBERS },
      "access.permissions",
      M2_FAIL,
      "denies it" },
    { "a bucket for members, of who knows whom",
      { NULL },
      { ONLY_MEMBERS },
      "access.permissions",
      M2_UNKNOWN,
      "aws:PrincipalOrgID" },
};
/* clang-format on */

static void run(const struct scene *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct scene *sc = &list[i];
        struct account ac;
        account_open(&ac);
        for (size_t k = 0; k < sizeof sc->calls / sizeof sc->calls[0] && sc->calls[k]; k++)
            account_edit(&ac, &(struct edit){ "x", "new", sc->calls[k] });
        if (sc->edit.call)
            account_edit(&ac, &sc->edit);
        account_analyze(&ac, sc->check);
        const struct m2_finding *f = account_finding(&ac, sc->check, sc->status, NULL);
        cr_expect(f, "%s:\n%s", sc->name, account_list(&ac));
        cr_expect(!f || !sc->says || m2_str_has_ci(f->detail, sc->says), "%s: says \"%s\", not \"%s\"",
                  sc->name, f ? f->detail : "", sc->says);
        cr_expect(sc->status == M2_FAIL || !account_finding(&ac, sc->check, M2_FAIL, NULL), "%s:\n%s",
                  sc->name, account_list(&ac));
        account_close(&ac);
    }
}

Test(organisation, counts_where_it_can_be_read)
{
    run(scenes, sizeof scenes / sizeof scenes[0]);
}

/* Buckets often let in the organisation's members only. */
Test(organisation, whose_member_a_role_is_counts_for_policies_of_resources)
{
    run(members, sizeof members / sizeof members[0]);
}

/* The role's session may have been limited: said where it matters, to those whom it can happen to. */
Test(organisation, a_session_policy_cannot_be_read_and_that_is_said)
{
    static const struct {
        const char *arn;
        bool said;
    } callers[] = { { "'arn:aws:sts::123456789012:assumed-role/Admin/ana'", true },
                    { "'arn:aws:iam::123456789012:user/ana'", false } };
    for (size_t i = 0; i < sizeof callers / sizeof callers[0]; i++) {
        struct account ac;
        account_open(&ac);
        account_edit(&ac, &(struct edit){ "sts:GetCallerIdentity", "output.Arn", callers[i].arn });
        account_analyze(&ac, "identity.permissions");
        const struct m2_finding *f = account_finding(&ac, "identity.permissions", M2_PASS, NULL);
        cr_assert(f, "%s", account_list(&ac));
        cr_expect_eq(m2_str_has_ci(f->detail, "session"), callers[i].said, "%s", f->detail);
        account_close(&ac);
    }
}
