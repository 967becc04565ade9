/* The engine: unknown where nothing was read, causes that explain each other, the same report from a shuffled
 * snapshot. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "analyze/engine.h"
#include "m2/json.h"
#include "m2/str.h"

Test(engine, nothing_read_is_unknown_and_never_passes)
{
    struct account ac;
    account_open(&ac);
    account_edit(&ac, &(struct edit){ "", "calls", "[]" });
    account_analyze(&ac, NULL);
    cr_assert_eq(ac.found.counts[M2_PASS] + ac.found.counts[M2_FAIL] + ac.found.counts[M2_WARN], 0, "%s",
                 account_list(&ac));
    cr_assert_str_eq(ac.found.verdict, "inconclusive");
    size_t n = 0;
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++) {
        /* Brain is asked only by who can log in; no template is no gap */
        bool asked = !m2_str_eq(checks[i].area, "registration") && !m2_str_eq(checks[i].area, "template");
        cr_assert(account_finding(&ac, checks[i].id, asked ? M2_UNKNOWN : M2_SKIP, NULL), "%s says nothing%s",
                  checks[i].id, account_list(&ac));
    }
    account_close(&ac);
}

/* Both images, pulled as the caller. */
static void add_pull(struct account *ac, const char *name)
{
    static const char *const answers[] = {
        "{'service':'registry','operation':'GetManifest','input':{'image':'%s','reference':'v1.2.0'},'status'"
        ":'ok',"
        "'output':{'schemaVersion':2,'config':{'digest':'sha256:c','size':1},'layers':[],'layersSize':0}}",
        "{'service':'registry','operation':'GetConfig','input':{'image':'%s','reference':'sha256:c'},'status'"
        ":'ok',"
        "'output':{'os':'linux','architecture':'amd64'}}",
    };
    const char *uri =
        m2_arena_printf(ac->arena, "123456789012.dkr.ecr.us-east-1.amazonaws.com/%s:v1.2.0", name);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const char *at = strstr(answers[i], "%s");
        const char *json =
            m2_arena_printf(ac->arena, "%.*s%s%s", (int)(at - answers[i]), answers[i], uri, at + 2);
        account_edit(ac, &(struct edit){ "x", "new", json });
    }
}

Test(engine, a_healthy_account_is_ready)
{
    struct account ac;
    account_open(&ac);
    add_pull(&ac, "mroptimum-lambda");
    add_pull(&ac, "mroptimum-fargate");
    account_analyze(&ac, NULL);
    for (size_t i = 0; i < ac.found.list.len; i++) {
        const struct m2_finding *f = ac.found.list.at[i];
        bool ours = !m2_str_eq(f->area, "network") && !m2_str_eq(f->area, "stack") &&
                    !m2_str_eq(f->area, "workflow") && !m2_str_eq(f->id, "task.failures") &&
                    !m2_str_eq(f->area, "registration") && !m2_str_eq(f->area, "template");
        bool no_run = m2_str_eq(f->id, "lambda.memory-use") && f->status == M2_SKIP;
        cr_assert(!ours || f->status == M2_PASS || no_run, "%s", account_list(&ac));
        cr_assert(f->status != M2_FAIL, "%s", account_list(&ac));
    }
    account_close(&ac);
}

/* Deny one call after the other: what cannot be read is unknown, and nothing fails for it. */
Test(engine, no_denied_call_makes_a_failure)
{
    struct account ac;
    account_open(&ac);
    size_t n = m2_v_len(m2_v_get(ac.root, "calls"));
    account_close(&ac);
    for (size_t i = 0; i < n; i++) {
        account_open(&ac);
        struct m2_value *call = m2_v_at(m2_v_get(ac.root, "calls"), i), *error = m2_v_object(ac.arena);
        const char *name =
            m2_arena_printf(ac.arena, "%s:%s", m2_v_str(call, "service"), m2_v_str(call, "operation"));
        m2_v_set_str(ac.arena, error, "code", "AccessDeniedException");
        m2_v_set_str(
            ac.arena, error, "message",
            m2_arena_printf(ac.arena,
                            "User: x is not authorized to perform: %s because no identity-based policy "
                            "allows it",
                            name));
        m2_v_set_str(ac.arena, call, "status", "error");
        m2_v_set(ac.arena, call, "output", NULL);
        m2_v_set(ac.arena, call, "error", error);
        account_analyze(&ac, NULL);
        cr_assert_eq(ac.found.counts[M2_FAIL], 0, "%zu %s%s", i, name, account_list(&ac));
        account_close(&ac);
    }
}

/* All lists but a policy's statements, which reports number. */
static void reverse(struct m2_value *v)
{
    if (m2_v_is(v, M2_ARRAY)) {
        for (size_t i = 0, n = m2_v_len(v); i < n / 2; i++) {
            struct m2_value *t = v->u.array.at[i];
            v->u.array.at[i] = v->u.array.at[n - 1 - i];
            v->u.array.at[n - 1 - i] = t;
        }
        for (size_t i = 0; i < m2_v_len(v); i++)
            reverse(m2_v_at(v, i));
    }
    for (size_t i = 0; m2_v_is(v, M2_OBJECT) && i < v->u.object.len; i++)
        if (!m2_str_eq(v->u.object.at[i].key, "Statement"))
            reverse(v->u.object.at[i].value);
}

static const struct edit faults[] = {
    { "lambda:GetFunction RunJobLambda", "output.Configuration.State", "'Failed'" },
    { "lambda:GetFunction RunJobLambda", "output.Configuration.StateReasonCode", "'ImageAccessDenied'" },
    { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText",
      "{'Version':'2012-10-17','Statement':[]}" },
    { "iam:GetRole CrossAccountRole", "output.Role.AssumeRolePolicyDocument.Statement[0].Principal", "'*'" },
    { "s3:HeadBucket mroptimum-data", "error", "404: Not Found" },
    { "service-quotas:GetServiceQuota", "output.Quota.Value", "2" },
    { "iam:SimulatePrincipalPolicy", "output.EvaluationResults[0].EvalDecision", "'explicitDeny'" },
};

static void break_it(struct account *ac)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        account_edit(ac, &faults[i]);
}

/* The report without evidence, whose paths hold positions in lists. */
static const char *plain_report(struct account *ac)
{
    struct m2_value *v = m2_findings_to_value(ac->arena, &ac->found), *f = NULL;
    m2_v_each(f, i, m2_v_get(v, "findings")) m2_v_set(ac->arena, f, "evidence", NULL);
    return m2_json_text(ac->arena, v);
}

Test(engine, order_in_the_snapshot_does_not_matter)
{
    struct account one, other;
    account_open(&one);
    account_open(&other);
    break_it(&one);
    break_it(&other);
    reverse(m2_v_get(other.root, "calls"));
    account_analyze(&one, NULL);
    account_analyze(&other, NULL);
    cr_assert_str_eq(plain_report(&one), plain_report(&other));
    account_analyze(&other, NULL);
    cr_assert_str_eq(plain_report(&one), plain_report(&other), "a second run differs");
    account_close(&one);
    account_close(&other);
}

Test(engine, a_cause_lists_what_it_explains)
{
    struct account ac;
    account_open(&ac);
    break_it(&ac);
    account_analyze(&ac, NULL);
    const struct m2_finding *cause =
        account_finding(&ac, "image.access", M2_FAIL, "image.policy-lacks-lambda-service");
    const struct m2_finding *effect =
        account_finding(&ac, "lambda.state", M2_FAIL, "lambda.image-access-denied");
    cr_assert(cause && effect, "%s", account_list(&ac));
    cr_assert_eq(effect->caused_by.len, 1);
    cr_assert_str_eq(effect->caused_by.at[0], cause->uid);
    cr_assert_str_eq(cause->explains.at[0], effect->uid);
    cr_assert(account_is_root(&ac, cause) && !account_is_root(&ac, effect));
    cr_assert_str_eq(ac.found.root_causes.at[0], cause->uid, "the cause that explains most is not first");
    cr_assert_str_eq(ac.found.verdict, "not-ready");
    account_close(&ac);
}

/* The function that was refused uses another image: nothing in common, so nothing is explained. */
Test(engine, causes_are_joined_by_what_they_are_about)
{
    struct account ac;
    account_open(&ac);
    account_edit(&ac, &(struct edit){ "lambda:GetFunction PlatformSelector", "output.Configuration.State",
                                      "'Failed'" });
    account_edit(&ac, &(struct edit){ "lambda:GetFunction PlatformSelector",
                                      "output.Configuration.StateReasonCode", "'ImageAccessDenied'" });
    account_edit(&ac,
                 &(struct edit){ "ecr:DescribeImages mroptimum-lambda", "error", "ImageNotFoundException" });
    account_analyze(&ac, NULL);
    const struct m2_finding *f = account_finding(&ac, "lambda.state", M2_FAIL, "lambda.image-access-denied");
    cr_assert(f && account_is_root(&ac, f) && !f->caused_by.len, "%s", account_list(&ac));
    account_close(&ac);
}

Test(engine, uids_are_stable_and_repeats_are_dropped)
{
    struct m2_findings all = { .arena = m2_arena_new() };
    finding_make(&all, "storage.buckets", "b", M2_WARN, "bucket.no-encryption");
    finding_make(&all, "storage.buckets", "b", M2_FAIL, "bucket.region");
    finding_make(&all, "storage.buckets", "b", M2_FAIL, "bucket.region");
    finding_make(&all, "storage.buckets", "a", M2_FAIL, "bucket.missing");
    m2_findings_settle(&all, 0);
    cr_assert_eq(all.list.len, 3);
    cr_assert_str_eq(all.list.at[0]->uid, "storage.buckets/a");
    cr_assert_str_eq(all.list.at[1]->uid, "storage.buckets/b");
    cr_assert_str_eq(all.list.at[1]->cause, "bucket.region");
    cr_assert_str_eq(all.list.at[2]->uid, "storage.buckets/b/bucket.no-encryption");
    m2_arena_free(all.arena);
}

Test(engine, commands_get_region_and_profile)
{
    static const struct {
        const char *command, *want;
    } cases[] = {
        { "aws s3 ls", "aws s3 ls --region eu-west-1 --profile 'my lab'" },
        { "aws s3 ls --region us-east-1", "aws s3 ls --region us-east-1 --profile 'my lab'" },
        { "aws s3 ls --region=us-east-1", "aws s3 ls --region=us-east-1 --profile 'my lab'" },
        { "docker pull x", "docker pull x" },
        { "m2-register --stack s", "m2-register --stack s --region eu-west-1 --profile 'my lab'" },
        { "m2-register --unregister a --confirm a", "m2-register --unregister a --confirm a" },
        { "aws a b | docker login", "aws a b --region eu-west-1 --profile 'my lab' | docker login" },
        { "aws a 'x | y' && aws c",
          "aws a 'x | y' --region eu-west-1 --profile 'my lab' && aws c --region eu-west-1 --profile "
          "'my lab'" },
        { "aws a > f", "aws a --region eu-west-1 --profile 'my lab' > f" },
        { "aws account x --region-name q",
          "aws account x --region-name q --region eu-west-1 --profile 'my lab'" },
        { "aws a 'it'\\''s; x'", "aws a 'it'\\''s; x' --region eu-west-1 --profile 'my lab'" },
        { "", "" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_str_eq(m2_command_complete(a, cases[i].command, "eu-west-1", "my lab"), cases[i].want);
    cr_assert_str_eq(m2_command_complete(a, "aws a", NULL, NULL), "aws a");
    m2_arena_free(a);
}

Test(engine, checks_are_chosen_by_id_and_area)
{
    static const char *const bad[] = { "lambda.stat", NULL }, *const area[] = { "storage", "access.trust",
                                                                                NULL };
    static const char *const skip[] = { "storage", NULL }, *const only[] = { "storage", NULL };
    const char *const *ids = NULL;
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    cr_assert_eq(m2_checks_select(&ids, a, bad, NULL, &err), -1);
    cr_assert(err.code == M2_EUSAGE && strstr(err.msg, "\"lambda.state\""), "%s", err.msg);
    cr_assert_eq(m2_checks_select(&ids, a, area, skip, &err), 0);
    cr_assert(m2_str_eq(ids[0], "access.trust") && !ids[1]);
    cr_assert_eq(m2_checks_select(&ids, a, only, skip, &err), -1);
    cr_assert_eq(err.code, M2_EUSAGE);
    cr_assert_eq(m2_checks_select(&ids, a, NULL, bad, &err), -1);
    m2_arena_free(a);
}
