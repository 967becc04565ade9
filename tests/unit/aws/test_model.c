#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "aws/expr.h"
#include "m2/codec.h"
#include "m2/json.h"

/* Every reference below REF must lead to a shape with a known type; shapes already seen are in DONE. */
static void check_shape(struct m2_arena *a, const struct m2_service *s, const struct m2_value *ref,
                        struct m2_value *done)
{
    static const char *const types[] = { "structure", "list",      "map",  "string", "integer", "long",
                                         "boolean",   "timestamp", "blob", "double", "float",   NULL };
    const char *name = m2_v_str(ref, "shape");
    const struct m2_value *shape = m2_model_shape(s, ref), *members = m2_v_get(shape, "members");
    cr_assert(shape, "%s: no shape '%s'", s->name, m2_str_or(name, "?"));
    if (m2_v_get(done, name))
        return;
    m2_v_set_bool(a, done, name, true);
    const char *type = m2_v_str(shape, "type");
    size_t known = 0;
    while (types[known] && !m2_str_eq(types[known], type))
        known++;
    cr_assert(types[known], "%s %s: type '%s'", s->name, name, m2_str_or(type, "none"));
    for (size_t i = 0; members && i < members->u.object.len; i++)
        check_shape(a, s, members->u.object.at[i].value, done);
    static const char *const parts[] = { "member", "key", "value" };
    for (size_t i = 0; i < 3; i++)
        if (m2_v_get(shape, parts[i]))
            check_shape(a, s, m2_v_get(shape, parts[i]), done);
    if (m2_str_eq(type, "list"))
        cr_assert(m2_v_get(shape, "member"), "%s %s: a list of nothing", s->name, name);
    if (m2_v_str(shape, "payload"))
        cr_assert(m2_v_get(members, m2_v_str(shape, "payload")), "%s %s: payload", s->name, name);
}

static bool action_known(const char *action)
{
    static const char *const prefixes[] = {
        "sts:",          "cloudformation:", "iam:",           "ec2:",     "ecr:", "ecs:",
        "states:",       "logs:",           "servicequotas:", "pricing:", "ce:",  "tag:",
        "athena:",       "budgets:",        "lambda:",        "s3:",      "sso:", "sso-oauth:",
        "organizations:"
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(action, prefixes[i], n) == 0 && isupper((unsigned char)action[n]) &&
            strspn(action + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") ==
                strlen(action + n))
            return true;
    }
    return false;
}

static void check_pages(struct m2_arena *a, const struct m2_op *op)
{
    static const char *const keys[] = { "output_token", "result_key", "more_results", "non_aggregate_keys",
                                        "input_token" };
    const struct m2_value *p = m2_v_get(m2_v_get(op->service->root, "pagination"), op->name);
    for (size_t i = 0; p && i < sizeof keys / sizeof keys[0]; i++) {
        const struct m2_value *v = m2_v_get(p, keys[i]);
        for (size_t k = 0; k < (m2_v_is(v, M2_ARRAY) ? m2_v_len(v) : v ? 1 : 0); k++) {
            const char *expr = m2_v_text(m2_v_is(v, M2_ARRAY) ? m2_v_at(v, k) : v);
            cr_assert(m2_expr_valid(expr), "%s %s: %s", op->service->name, op->name, expr);
            const char *first = m2_str_cut(a, expr, '.', &(const char *){ NULL });
            const struct m2_value *shape = i == 4 ? op->input : op->output;
            cr_assert(m2_v_get(m2_v_get(shape, "members"), first), "%s %s: no member %s", op->service->name,
                      op->name, expr);
        }
    }
}

Test(model, every_operation_resolves)
{
    struct m2_arena *a = m2_arena_new();
    size_t services = 0, operations = 0, pages = 0;
    for (const char *const *name = m2_model_services(); *name; name++, services++) {
        const struct m2_service *s;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_model_service(&s, *name, &err), 0, "%s", err.msg);
        cr_assert(s->api_version && s->endpoint_prefix && s->signing_name && s->service_id, "%s", *name);
        cr_assert(s->protocol != M2_PROTO_JSON || (s->target_prefix && s->json_version), "%s", *name);
        const struct m2_value *ops = m2_v_get(s->root, "operations");
        struct m2_value *done = m2_v_object(a);
        for (size_t i = 0; i < ops->u.object.len; i++, operations++) {
            struct m2_op op;
            cr_assert_eq(m2_model_op(&op, s, ops->u.object.at[i].key, &err), 0, "%s", err.msg);
            if (m2_v_get(op.def, "input"))
                check_shape(a, s, m2_v_get(op.def, "input"), done);
            if (m2_v_get(op.def, "output"))
                check_shape(a, s, m2_v_get(op.def, "output"), done);
            const char *action = m2_model_iam_action(a, *name, op.name);
            cr_assert(action_known(action), "%s %s: %s", *name, op.name, action);
            check_pages(a, &op);
        }
        const struct m2_value *paged = m2_v_get(s->root, "pagination");
        for (size_t i = 0; i < paged->u.object.len; i++, pages++)
            cr_assert(m2_v_get(ops, paged->u.object.at[i].key), "%s: pages of %s", *name,
                      paged->u.object.at[i].key);
    }
    cr_assert_eq(services, 19, "%zu services", services);
    cr_assert_gt(operations, 150, "%zu operations", operations);
    cr_assert_gt(pages, 60, "%zu paginators", pages);
    m2_arena_free(a);
}

Test(model, every_waiter_can_be_read)
{
    size_t waiters = 0;
    for (const char *const *name = m2_model_services(); *name; name++) {
        const struct m2_service *s;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_model_service(&s, *name, &err), 0);
        const struct m2_value *all = m2_v_get(s->root, "waiters"), *acceptor;
        for (size_t i = 0; i < all->u.object.len; i++, waiters++) {
            struct m2_waiter w;
            cr_assert_eq(m2_waiter_find(&w, s, all->u.object.at[i].key, &err), 0, "%s", err.msg);
            m2_v_each(acceptor, k, w.acceptors) if (m2_v_str(acceptor, "argument"))
                cr_assert(m2_expr_valid(m2_v_str(acceptor, "argument")), "%s: %s", all->u.object.at[i].key,
                          m2_v_str(acceptor, "argument"));
        }
    }
    cr_assert_gt(waiters, 30, "%zu waiters", waiters);
}

Test(model, services_are_as_AWS_names_them)
{
    static const struct {
        const char *name, *endpoint, *signing, *id, *target;
        enum m2_protocol protocol;
    } cases[] = {
        { "sts", "sts", "sts", "STS", NULL, M2_PROTO_QUERY },
        { "ec2", "ec2", "ec2", "EC2", NULL, M2_PROTO_EC2 },
        { "ecr", "api.ecr", "ecr", "ECR", "AmazonEC2ContainerRegistry_V20150921", M2_PROTO_JSON },
        { "stepfunctions", "states", "states", "SFN", "AWSStepFunctions", M2_PROTO_JSON },
        { "logs", "logs", "logs", "CLOUDWATCH_LOGS", "Logs_20140328", M2_PROTO_JSON },
        { "service-quotas", "servicequotas", "servicequotas", "SERVICE_QUOTAS", "ServiceQuotasV20190624",
          M2_PROTO_JSON },
        { "pricing", "api.pricing", "pricing", "PRICING", "AWSPriceListService", M2_PROTO_JSON },
        { "ce", "ce", "ce", "COST_EXPLORER", "AWSInsightsIndexService", M2_PROTO_JSON },
        { "resourcegroupstaggingapi", "tagging", "tagging", "RESOURCE_GROUPS_TAGGING_API",
          "ResourceGroupsTaggingAPI_20170126", M2_PROTO_JSON },
        { "lambda", "lambda", "lambda", "LAMBDA", NULL, M2_PROTO_REST_JSON },
        { "s3", "s3", "s3", "S3", NULL, M2_PROTO_REST_XML },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_service *s;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_model_service(&s, cases[i].name, &err), 0, "%s", err.msg);
        cr_expect_str_eq(s->endpoint_prefix, cases[i].endpoint);
        cr_expect_str_eq(s->signing_name, cases[i].signing);
        cr_expect_str_eq(s->service_id, cases[i].id);
        cr_expect(m2_str_eq(s->target_prefix, cases[i].target), "%s: %s", cases[i].name,
                  m2_str_or(s->target_prefix, "none"));
        cr_expect_eq(s->protocol, cases[i].protocol, "%s", cases[i].name);
    }
}

Test(model, operations_know_what_a_repeat_does)
{
    static const struct {
        const char *service, *operation;
        bool read_only, has_token, is_unsigned;
    } cases[] = {
        { "ec2", "DescribeSubnets", true, false, false },
        { "s3", "HeadBucket", true, false, false },
        { "ecs", "RunTask", false, true, false },
        { "athena", "StartQueryExecution", false, true, false },
        { "cloudformation", "CreateStack", false, false, false },
        { "sts", "AssumeRole", false, false, false },
        { "sts", "AssumeRoleWithWebIdentity", false, false, true },
        { "sso", "GetRoleCredentials", true, false, true },
        { "sso-oidc", "CreateToken", false, false, true },
        { "cloudformation", "DetectStackDrift", true, false, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_service *s;
        struct m2_op op;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_model_service(&s, cases[i].service, &err), 0, "%s", err.msg);
        cr_assert_eq(m2_model_op(&op, s, cases[i].operation, &err), 0, "%s", err.msg);
        cr_expect_eq(op.read_only, cases[i].read_only, "%s read", op.name);
        cr_expect_eq(op.has_token, cases[i].has_token, "%s token", op.name);
        cr_expect_eq(op.unsigned_call, cases[i].is_unsigned, "%s unsigned", op.name);
    }
}

Test(model, iam_actions)
{
    static const struct {
        const char *service, *operation, *action;
    } cases[] = {
        { "s3", "ListBuckets", "s3:ListAllMyBuckets" },
        { "s3", "HeadBucket", "s3:ListBucket" },
        { "s3", "ListObjectsV2", "s3:ListBucket" },
        { "s3", "ListObjectVersions", "s3:ListBucketVersions" },
        { "s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration" },
        { "s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock" },
        { "s3", "GetBucketVersioning", "s3:GetBucketVersioning" },
        { "service-quotas", "GetServiceQuota", "servicequotas:GetServiceQuota" },
        { "stepfunctions", "DescribeExecution", "states:DescribeExecution" },
        { "resourcegroupstaggingapi", "GetResources", "tag:GetResources" },
        { "lambda", "Invoke", "lambda:InvokeFunction" },
        { "budgets", "DescribeBudgets", "budgets:ViewBudget" },
        { "ecr", "BatchGetImage", "ecr:BatchGetImage" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(m2_model_iam_action(a, cases[i].service, cases[i].operation), cases[i].action);
    m2_arena_free(a);
}

Test(model, unknown_names_are_a_bug_of_the_caller)
{
    const struct m2_service *s;
    struct m2_op op;
    struct m2_waiter w;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_model_service(&s, "ec", &err), -1);
    cr_assert_eq(err.code, M2_EBUG);
    cr_assert_eq(m2_model_service(&s, NULL, &err), -1);
    cr_assert_eq(m2_model_service(&s, "ec2", &err), 0);
    cr_assert_eq(m2_model_op(&op, s, "DescribeSubnet", &err), -1);
    cr_assert_eq(err.code, M2_EBUG);
    cr_assert_eq(m2_waiter_find(&w, s, "NoSuchWaiter", &err), -1);
    cr_assert_eq(err.code, M2_EBUG);
}
