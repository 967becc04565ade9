#include "aws/endpoint_rules.h"

#include "m2/str.h"

static const struct m2_host_service services[] = {
    { "athena", "athena", "athena" },
    { "budgets", "budgets", "budgets" },
    { "ce", "ce", "ce" },
    { "cloudformation", "cloudformation", "cloudformation" },
    { "ec2", "ec2", "ec2" },
    { "ecr", "ecr", "ecr" },
    { "ecs", "ecs", "ecs" },
    { "iam", "iam", "iam" },
    { "lambda", "lambda", "lambda" },
    { "logs", "logs", "logs" },
    { "organizations", "organizations", "organizations" },
    { "pricing", "api.pricing", "pricing" },
    { "resourcegroupstaggingapi", "tagging", "tagging" },
    { "s3", "s3", "s3" },
    { "service-quotas", "servicequotas", "servicequotas" },
    { "sso", "portal.sso", "awsssoportal" },
    { "sso-oidc", "oidc", "sso-oauth" },
    { "stepfunctions", "states", "states" },
    { "sts", "sts", "sts" },
};

static const struct m2_host_rule ordinary = { NULL,
                                              { "%P.%R.%D", "%P-fips.%R.%D", "%P.%R.%U", "%P-fips.%R.%U" },
                                              NULL };

/* In GovCloud the ordinary endpoint of these is the FIPS one. */
#define GOV_IS_FIPS                                                                                          \
    {                                                                                                        \
        "aws-us-gov", { "%P.%R.%D", "%P.%R.%D", "%P.%R.%U", "%P-fips.%R.%U" }, NULL                          \
    }

/* The first row that names the service and the region or partition wins. */
static const struct {
    const char *service;
    struct m2_host_rule rule;
} exceptions[] = {
    { "cloudformation", GOV_IS_FIPS },
    { "ec2", GOV_IS_FIPS },
    { "logs", { "us-gov-west-1", { "logs.%R.%D", "logs.%R.%D", "logs.%R.%U", "logs-fips.%R.%U" }, NULL } },
    { "logs", { "us-gov-east-1", { "logs.%R.%D", "logs.%R.%D", "logs.%R.%U", "logs-fips.%R.%U" }, NULL } },
    { "service-quotas", GOV_IS_FIPS },
    { "sso", GOV_IS_FIPS },
    { "sso-oidc", GOV_IS_FIPS },
    { "sts", GOV_IS_FIPS },
    { "sts", { "aws-global", { "sts.%D", "sts-fips.%R.%D", "sts.%R.%U", "sts-fips.%R.%U" }, "%G" } },
    { "stepfunctions",
      { "us-gov-west-1",
        { "states.%R.%D", "states.%R.%D", "states-fips.%R.%U", "states-fips.%R.%U" },
        NULL } },
    { "stepfunctions",
      { "aws-us-gov",
        { "states.%R.%D", "states-fips.%R.%D", "states-fips.%R.%U", "states-fips.%R.%U" },
        NULL } },
    { "ecr", { NULL, { "api.ecr.%R.%D", "api.ecr-fips.%R.%D", "ecr.%R.%U", "ecr-fips.%R.%U" }, NULL } },

    { "iam", { "aws", { "iam.%D", "iam-fips.%D", "iam.global.%U", "iam-fips.global.%U" }, "%G" } },
    { "iam",
      { "aws-cn", { "iam.cn-north-1.%D", "iam-fips.%D", "iam.global.%U", "iam-fips.%U" }, "cn-north-1" } },
    { "iam", { "aws-us-gov", { "iam.us-gov.%D", "iam.us-gov.%D", "iam.us-gov.%U", "iam.us-gov.%U" }, "%G" } },
    { "iam", { "aws-eusc", { "iam.%G.%D", "iam-fips.%D", "iam.global.%U", "iam-fips.%U" }, "%G" } },
    { "iam", { "aws-iso", { "iam.%G.%D", "iam-fips.%G.%D", "iam.%U", "iam-fips.%U" }, "%G" } },
    { "iam", { "aws-iso-b", { "iam.%G.%D", "iam-fips.%G.%D", "iam.%U", "iam-fips.%U" }, "%G" } },
    { "iam", { NULL, { "iam.%G.%D", "iam-fips.%D", "iam.%U", "iam-fips.%U" }, "%G" } },

    { "ce", { "aws-eusc", { "ce.%G.%U", "ce-fips.%G.%D", "ce.%G.%U", "ce-fips.%G.%U" }, "%G" } },
    { "ce", { NULL, { "ce.%G.%D", "ce-fips.%G.%D", "ce.%G.%U", "ce-fips.%G.%U" }, "%G" } },

    { "budgets", { "aws", { "budgets.%D", "budgets-fips.%D", "budgets.%G.%U", "budgets-fips.%U" }, "%G" } },
    { "budgets",
      { "aws-eusc", { "budgets.%G.%U", "budgets-fips.%D", "budgets.%G.%U", "budgets-fips.%U" }, "%G" } },
    { "budgets",
      { "aws-iso-b", { "budgets.global.%D", "budgets-fips.%D", "budgets.%U", "budgets-fips.%U" }, "%G" } },
    { "budgets",
      { "aws-iso-e", { "budgets.global.%D", "budgets-fips.%D", "budgets.%U", "budgets-fips.%U" }, "%G" } },
    { "budgets",
      { "aws-iso-f", { "budgets.global.%D", "budgets-fips.%D", "budgets.%U", "budgets-fips.%U" }, "%G" } },
    { "budgets", { NULL, { "budgets.%D", "budgets-fips.%D", "budgets.%U", "budgets-fips.%U" }, "%G" } },

    { "organizations",
      { "aws-us-gov",
        { "organizations.%G.%D", "organizations.%G.%D", "organizations.%G.%U", "organizations.%G.%U" },
        "%G" } },
    { "organizations",
      { NULL,
        { "organizations.%G.%D", "organizations-fips.%G.%D", "organizations.%G.%U",
          "organizations-fips.%G.%U" },
        "%G" } },

    { "s3",
      { "aws-global", { "s3.%D", "s3-fips.%G.%D", "s3.dualstack.%G.%D", "s3-fips.dualstack.%G.%D" }, "%G" } },
    { "s3", { "aws-cn", { "s3.%R.%D", NULL, "s3.dualstack.%R.%D", NULL }, NULL } },
    { "s3",
      { NULL, { "s3.%R.%D", "s3-fips.%R.%D", "s3.dualstack.%R.%D", "s3-fips.dualstack.%R.%D" }, NULL } },
};

const struct m2_host_service *m2_host_service_find(const char *name)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (m2_str_eq(services[i].name, name))
            return &services[i];
    return NULL;
}

const struct m2_host_rule *m2_host_rule_find(const char *service, const char *region, const char *partition)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        const char *where = exceptions[i].rule.where;
        if (m2_str_eq(exceptions[i].service, service) &&
            (!where || m2_str_eq(where, region) || m2_str_eq(where, partition)))
            return &exceptions[i].rule;
    }
    return &ordinary;
}
