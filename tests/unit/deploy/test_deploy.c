#include <criterion/criterion.h>
#include <string.h>

#include "m2/deploy.h"
#include "m2/json.h"
#include "m2/str.h"
#include "m2/template.h"

static struct m2_value *json(struct m2_arena *a, const char *text)
{
    char *copy = m2_arena_strdup(a, text);
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(copy), "test", &err), 0, "%s", err.msg);
    return v;
}

/* ---- states ---- */

Test(deploy_states, all_23_and_none_have_one_row_each)
{
    size_t n;
    const struct m2_deploy_state *rows = m2_deploy_states(&n);
    cr_assert_eq(n, 24);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(m2_deploy_state(rows[i].status), &rows[i], "%s", rows[i].status);
        bool running =
            m2_str_ends(rows[i].status, "_IN_PROGRESS") && !m2_str_eq(rows[i].status, "REVIEW_IN_PROGRESS");
        cr_assert_eq(rows[i].act == M2_DEPLOY_FOLLOW, running, "%s", rows[i].status);
        cr_assert_eq(rows[i].end == M2_DEPLOY_RUNNING, running, "%s", rows[i].status);
        cr_assert_eq(rows[i].act == M2_DEPLOY_STOP, rows[i].fix != NULL, "%s", rows[i].status);
        cr_assert(rows[i].said && m2_str_ends(rows[i].said, "."));
    }
}

Test(deploy_states, one_that_cloudformation_got_later)
{
    cr_assert_eq(m2_deploy_state(NULL)->act, M2_DEPLOY_CREATE);
    cr_assert_eq(m2_deploy_state("REFACTOR_IN_PROGRESS")->act, M2_DEPLOY_FOLLOW);
    cr_assert_eq(m2_deploy_state("REFACTOR_STUCK")->act, M2_DEPLOY_STOP);
}

/* ---- changes ---- */

static const char set[] =
    "{'Changes':["
    "{'ResourceChange':{'Action':'Add','LogicalResourceId':'New','ResourceType':'AWS::S3::Bucket'}},"
    "{'ResourceChange':{'Action':'Modify','LogicalResourceId':'Task','ResourceType':'AWS::ECS::"
    "TaskDefinition',"
    "'PhysicalResourceId':'arn:t','Replacement':'True','Details':["
    "{'Target':{'Attribute':'Properties','Name':'Cpu'},'CausingEntity':'FargateCpu','Evaluation':'Static'},"
    "{'Target':{'Attribute':'Properties','Name':'Cpu'},'CausingEntity':'FargateCpu','Evaluation':'Dynamic'}]}"
    "},"
    "{'ResourceChange':{'Action':'Modify','LogicalResourceId':'Data','ResourceType':'AWS::S3::Bucket',"
    "'PhysicalResourceId':'lab-data','Replacement':'Conditional'}},"
    "{'ResourceChange':{'Action':'Modify','LogicalResourceId':'Logs','ResourceType':'AWS::Logs::LogGroup',"
    "'Replacement':'False'}},"
    "{'ResourceChange':{'Action':'Remove','LogicalResourceId':'Old','ResourceType':'AWS::S3::Bucket',"
    "'PhysicalResourceId':'old-data','PolicyAction':'Retain'}},"
    "{'HookInvocationCount':1}]}";

Test(deploy_changes, what_holds_data_and_would_go_must_be_named)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_changes c;
    m2_changes_read(&c, a, json(a, set));
    cr_assert_eq(c.list.len, 5);
    cr_assert(c.added == 1 && c.replaced == 1 && c.modified == 2 && c.removed == 1);
    cr_assert_str_eq(c.list.at[1].why, "Properties.Cpu (FargateCpu)", "said once: %s", c.list.at[1].why);
    static const bool loses[] = { false, false, true, false, true };
    for (size_t i = 0; i < c.list.len; i++)
        cr_assert_eq(c.list.at[i].loses, loses[i], "%s", c.list.at[i].logical_id);
    const char *some[] = { "Old" }, *all[] = { "lab-data", "Old" };
    cr_assert_str_eq(m2_changes_forbidden(&c, NULL, 0)->logical_id, "Data");
    cr_assert_str_eq(m2_changes_forbidden(&c, some, 1)->logical_id, "Data");
    cr_assert_null(m2_changes_forbidden(&c, all, 2));
    cr_assert_eq(m2_v_len(m2_changes_to_value(a, &c)), 5);
    cr_assert(
        m2_changes_none("The submitted information didn't contain changes. Submit different information"));
    cr_assert(m2_changes_none("No updates are to be performed."));
    cr_assert_not(m2_changes_none("Template error"));
    m2_arena_free(a);
}

/* ---- parameters ---- */

static const char declared[] =
    "{'Parameters':{'Cpu':{'Type':'String','Default':'4096','AllowedValues':['4096','8192']},"
    "'Memory':{'Type':'Number','Default':3008,'MinValue':128,'MaxValue':10240},"
    "'Vpc':{'Type':'String','Description':'where tasks "
    "run'},'Token':{'Type':'String','NoEcho':true,'Default':''}}}";

struct taken {
    const char *key, *value, *said; /* said: in the error; NULL: it is taken */
};

Test(deploy_parameters, what_is_taken_and_what_is_refused)
{
    static const struct taken rows[] = {
        { "Cpu", "8192", NULL },
        { "Cpu", "1", "the template allows 4096, 8192" },
        { "Memory", "128", NULL },
        { "Memory", "127", "from 128 to 10240" },
        { "Memory", "1e3", "from 128 to 10240" },
        { "Memori", "128", "did you mean Memory?" },
    };
    struct m2_arena *a = m2_arena_new();
    const struct m2_value *root = json(a, declared);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_deploy_parameters p = { 0 };
        struct m2_err err = { 0 };
        const struct m2_deploy_wish w[] = { { "Vpc", "vpc-1", "--vpc", false },
                                            { rows[i].key, rows[i].value, "--parameter", true },
                                            { "NoSuch", "x", "the choice of place", false } };
        int rc = m2_deploy_parameters(&p, a, root, w, 3, NULL, &err);
        cr_assert_eq(rc, rows[i].said ? -1 : 0, "%zu: %s", i, err.msg);
        cr_assert(!rows[i].said || strstr(err.msg, rows[i].said), "%zu: %s", i, err.msg);
        cr_assert_eq(p.list.len, rows[i].said ? 0 : 4);
    }
    m2_arena_free(a);
}

Test(deploy_parameters, an_update_keeps_what_is_deployed_and_defaults_are_left_out)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_deploy_parameters p = { 0 };
    struct m2_err err = { 0 };
    const struct m2_value *root = json(a, declared),
                          *previous = json(a, "[{'ParameterKey':'Vpc','ParameterValue':'vpc-old'},"
                                              "{'ParameterKey':'Token','ParameterValue':'****'},"
                                              "{'ParameterKey':'Gone','ParameterValue':'x'}]");
    const struct m2_deploy_wish w[] = { { "Cpu", "4096", "first", true }, { "Cpu", "8192", "last", true } };
    cr_assert_eq(m2_deploy_parameters(&p, a, root, w, 2, NULL, &err), -1);
    cr_assert(strstr(err.msg, "Vpc") && strstr(err.msg, "where tasks run"), "%s", err.msg);
    cr_assert_eq(m2_deploy_parameters(&p, a, root, w, 2, previous, &err), 0, "%s", err.msg);
    cr_assert(p.list.at[2].use_previous && p.list.at[3].use_previous && p.list.at[3].hidden);
    const struct m2_value *v = m2_deploy_parameters_to_value(a, &p);
    cr_assert(m2_v_equal(v, json(a, "[{'ParameterKey':'Cpu','ParameterValue':'8192'},"
                                    "{'ParameterKey':'Vpc','UsePreviousValue':true},"
                                    "{'ParameterKey':'Token','UsePreviousValue':true}]")),
              "%s", m2_json_text(a, v));
    m2_arena_free(a);
}

/* ---- images, capabilities, cost ---- */

Test(deploy_images, a_tag_is_pinned_by_what_was_answered_about_it)
{
    static const char uri[] = "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:latest";
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    struct m2_value *root = json(
        a,
        "{'schema':'m2-snapshot/1','tool':'t','collected_at':'2026-11-26T10:00:00Z','calls':["
        "{'service':'ecr','operation':'DescribeImages','input':{'registryId':'469266894233','repositoryName':"
        "'mroptimum-lambda','imageIds':[{'imageTag':'latest'}]},'status':'error','error':{'code':'Denied'}},"
        "{'service':'ecr','operation':'BatchGetImage','input':{'registryId':'469266894233','repositoryName':"
        "'mroptimum-lambda','imageIds':[{'imageTag':'latest'}]},'status':'ok','output':{'images':[{'imageId':"
        "{'imageDigest':'sha256:abc'}}]}}]}");
    cr_assert_eq(m2_snapshot_from_value(&s, a, root, "test", &err), 0, "%s", err.msg);
    cr_assert_str_eq(m2_deploy_image(a, "lambda", NULL), uri);
    cr_assert_str_eq(m2_deploy_pinned(a, &s, uri),
                     "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda@sha256:abc");
    cr_assert_null(m2_deploy_pinned(a, &s, m2_deploy_image(a, "lambda", "v2")), "another tag");
    cr_assert_null(m2_deploy_pinned(a, &s, m2_deploy_image(a, "fargate", NULL)), "another repository");
    cr_assert_null(m2_deploy_pinned(a, &s, "1.dkr.ecr.us-east-1.amazonaws.com/a@sha256:abc"));
    cr_assert_null(m2_deploy_pinned(a, &s, "alpine:3"));
    cr_assert_null(m2_deploy_pinned(a, &s, NULL));
    m2_arena_free(a);
}

Test(deploy_template, the_built_in_one_can_be_read_and_sent)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_template_text t;
    size_t n;
    const char *text = m2_deploy_template(&n);
    cr_assert_leq(n, M2_DEPLOY_TEMPLATE_MAX);
    m2_template_parse(&t, a, (struct m2_bytes){ text, n });
    cr_assert(t.root, "%u: %s", t.line, m2_str_or(t.fault, ""));
    static const char *const parameters[] = { "FargateImageUri",   "LambdaImageUri",   "DataBucketName",
                                              "ResultsBucketName", "FailedBucketName", "VpcId",
                                              "SubnetIds",         "SecurityGroupIds", "AssignPublicIp",
                                              "ExternalId" };
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        cr_assert(m2_v_get(m2_v_get(t.root, "Parameters"), parameters[i]), "%s", parameters[i]);
    cr_assert(m2_v_has(m2_deploy_capabilities(a, t.root), "CAPABILITY_NAMED_IAM"));
    cr_assert_eq(
        m2_v_len(m2_deploy_capabilities(a, json(a, "{'Resources':{'Q':{'Type':'AWS::SQS::Queue'}}}"))), 0);
    cr_assert(m2_v_has(m2_deploy_capabilities(a, json(a, "{'Transform':'AWS::Serverless-2016-10-31'}")),
                       "CAPABILITY_AUTO_EXPAND"));
    m2_arena_free(a);
}

Test(deploy_idle, what_costs_without_jobs_is_priced_or_named)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_prices prices;
    const struct m2_price_region *region = NULL;
    struct m2_err err = { 0 };
    struct m2_idle idle;
    const char *some[] = { "Gateway", NULL };
    const struct m2_value *root = json(
        a,
        "{'Resources':{'Ecr':{'Type':'AWS::EC2::VPCEndpoint','Properties':{'VpcEndpointType':'Interface'}},"
        "'Gateway':{'Type':'AWS::EC2::VPCEndpoint','Properties':{'VpcEndpointType':'Gateway'}},"
        "'Secret':{'Type':'AWS::SecretsManager::Secret'},'B':{'Type':'AWS::S3::Bucket'},"
        "'Key':{'Type':'AWS::KMS::Key'},'A':{'Type':'AWS::CloudWatch::Alarm'},'C':{'Type':'AWS::CloudWatch::"
        "Alarm'},"
        "'Budget':{'Type':'AWS::Budgets::Budget'}}}");
    cr_assert_eq(m2_prices_builtin(&prices, a, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_prices_region(&region, &prices, "us-east-1", &err), 0, "%s", err.msg);
    m2_deploy_idle(&idle, a, root, NULL, 2, 1, region);
    const char *const lines[] = { "1 interface endpoint in 2 zones: $14.60", /* 0.01 × 730 × 2 */
                                  "2 secrets in Secrets Manager: $0.80", "1 KMS key: $1.00",
                                  "2 CloudWatch alarms: $0.20", "1 budget: $0.00" };
    cr_assert_eq(idle.lines.len, sizeof lines / sizeof lines[0]);
    for (size_t i = 0; i < idle.lines.len; i++)
        cr_assert_str_eq(idle.lines.at[i], lines[i]);
    cr_assert_eq(idle.month, (m2_pico)1660 * M2_PICO_PER_USD / 100);
    cr_assert_eq(idle.unpriced.len, 0);
    cr_assert_eq(m2_prices_region(&region, &prices, "us-east-2", &err), 0, "%s", err.msg);
    m2_deploy_idle(&idle, a, root, NULL, 2, 0, region);
    cr_assert(idle.unpriced.len > 0, "a region whose list lacks a price names what comes on top");
    m2_deploy_idle(&idle, a, root, some, 2, 0, region);
    cr_assert(idle.lines.len == 0 && idle.unpriced.len == 0 && idle.month == 0);
    m2_arena_free(a);
}
