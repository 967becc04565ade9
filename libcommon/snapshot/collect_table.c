#include "snapshot/collect_table.h"

#define OF_STACK LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
#define OF_MACHINE                                                                                           \
    LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources",                               \
         "stepfunctions:DescribeStateMachine")
#define OF_IMAGES                                                                                            \
    LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources", "ecs:DescribeTaskDefinition", \
         "lambda:GetFunction")
#define OF_TARGET                                                                                            \
    LIST("stepfunctions:DescribeStateMachine", "ec2:DescribeVpcs", "ec2:DescribeSubnets",                    \
         "ec2:DescribeSecurityGroups")
#define OF_VPC LIST("ec2:DescribeVpcs", "ec2:DescribeSubnets")
#define OF_ROLES                                                                                             \
    LIST("cloudformation:ListStackResources", "stepfunctions:DescribeStateMachine",                          \
         "ecs:DescribeTaskDefinition", "lambda:GetFunction")

#define ALL_AREAS                                                                                            \
    LIST("identity", "network", "images", "lambda", "fargate", "stack", "workflow", "access", "storage",     \
         "template", "registration")
#define ROLE_CHECKS                                                                                          \
    LIST("image.execution-role", "fargate.logs", "workflow", "access", "storage", "stack.resources")
#define POLICY_CHECKS LIST("image.execution-role", "fargate.logs", "workflow", "access", "storage")
#define READ_CHECKS                                                                                          \
    LIST("image.execution-role", "fargate.logs", "workflow", "access", "storage", "identity.permissions")
#define TASK_CHECKS LIST("task.failures", "workflow.executions")

#define BY_VPC "{'Filters':[{'Name':'vpc-id','Values':['$1']}]}"
#define EXECUTIONS(status) "{'stateMachineArn':'$1','statusFilter':'" status "','maxResults':100}"
#define IMAGE(id) "{'registryId':'$1','repositoryName':'$2','imageIds':[{'" id "':'$4'}]}"
#define MANIFEST(id)                                                                                         \
    "{'registryId':'$1','repositoryName':'$2','imageIds':[{'" id "':'$4'}],'acceptedMediaTypes':["           \
    "'application/vnd.oci.image.index.v1+json','application/vnd.oci.image.manifest.v1+json',"                \
    "'application/vnd.docker.distribution.manifest.list.v2+json',"                                           \
    "'application/vnd.docker.distribution.manifest.v2+json']}"

#define MAY_DEPLOY                                                                                           \
    "'cloudformation:CreateStack','cloudformation:UpdateStack','cloudformation:CreateChangeSet',"            \
    "'cloudformation:ExecuteChangeSet','cloudformation:DescribeChangeSet','cloudformation:DescribeStacks',"  \
    "'cloudformation:DescribeStackEvents','cloudformation:GetTemplateSummary','iam:CreateRole','iam:"        \
    "GetRole',"                                                                                              \
    "'iam:AttachRolePolicy','iam:PutRolePolicy','iam:PassRole','iam:TagRole','lambda:CreateFunction',"       \
    "'lambda:GetFunction','lambda:AddPermission','states:CreateStateMachine','states:TagResource',"          \
    "'ecs:CreateCluster','ecs:RegisterTaskDefinition','logs:CreateLogGroup','logs:PutRetentionPolicy',"      \
    "'s3:CreateBucket','s3:PutEncryptionConfiguration','s3:PutBucketPublicAccessBlock',"                     \
    "'ec2:DescribeVpcs','ec2:DescribeSubnets','ec2:DescribeSecurityGroups'"
#define MAY_RUN                                                                                              \
    "'states:StartExecution','states:DescribeExecution','states:StopExecution','s3:PutObject','s3:"          \
    "GetObject'"
#define MAY_VERIFY                                                                                           \
    "'cloudformation:ListStackResources','states:DescribeStateMachine','states:ListExecutions',"             \
    "'states:GetExecutionHistory','ecs:DescribeClusters','ecs:ListTasks','ecs:DescribeTasks',"               \
    "'ecs:DescribeTaskDefinition','lambda:GetFunctionConfiguration','lambda:GetAccountSettings',"            \
    "'iam:ListRolePolicies','iam:GetRolePolicy','iam:ListAttachedRolePolicies','s3:ListBucket',"             \
    "'s3:GetBucketLocation','logs:DescribeLogGroups','logs:GetLogEvents','servicequotas:GetServiceQuota'"
#define MAY_CLEAN_UP                                                                                         \
    "'cloudformation:DeleteStack','iam:DeleteRole','iam:DeleteRolePolicy','iam:DetachRolePolicy',"           \
    "'lambda:DeleteFunction','states:DeleteStateMachine','ecs:DeleteCluster','ecs:DeregisterTaskDefinition'" \
    ","                                                                                                      \
    "'ecs:StopTask','logs:DeleteLogGroup','s3:DeleteObject','s3:DeleteObjectVersion','s3:"                   \
    "ListBucketVersions',"                                                                                   \
    "'s3:DeleteBucket'"
#define SIMULATE(actions) "{'PolicySourceArn':'$1','ActionNames':[" actions "]}"

static const struct m2_collect_row rows[] = {
    /* who */
    { ROW("sts", "GetCallerIdentity", NOW, ALL_AREAS), .topic = M2_T_START, .global = true },
    { ROW("iam", "GetRole", LIST("sts:GetCallerIdentity"), LIST("identity.permissions")),
      .topic = M2_T_CALLER_ROLE, .input = "{'RoleName':'$1'}", .global = true },
#define SIMULATE_ROW(actions)                                                                                \
    {                                                                                                        \
        ROW("iam", "SimulatePrincipalPolicy", LIST("sts:GetCallerIdentity", "iam:GetRole"),                  \
            LIST("identity.permissions")),                                                                   \
            .topic = M2_T_PRINCIPAL, .input = SIMULATE(actions), .global = true                              \
    }
    SIMULATE_ROW(MAY_DEPLOY),
    SIMULATE_ROW(MAY_RUN),
    SIMULATE_ROW(MAY_VERIFY),
    SIMULATE_ROW(MAY_CLEAN_UP),
/* and where the simulator may not be asked: the caller's policies themselves */
#define CALLER_ROW(operation, topic_, input_, after, leaf_)                                                  \
    {                                                                                                        \
        ROW("iam", operation, LIST(after), LIST("identity.permissions")), .topic = topic_, .input = input_,  \
                                                                          .global = true, .leaf = leaf_      \
    }
#define SIMULATED "iam:SimulatePrincipalPolicy"
    CALLER_ROW("ListAttachedRolePolicies", M2_T_CALLER_POLICIES, "{'RoleName':'$1'}", SIMULATED, false),
    CALLER_ROW("ListRolePolicies", M2_T_CALLER_POLICIES, "{'RoleName':'$1'}", SIMULATED, false),
    CALLER_ROW("GetUser", M2_T_USER, "{'UserName':'$1'}", SIMULATED, false),
    CALLER_ROW("ListAttachedUserPolicies", M2_T_USER, "{'UserName':'$1'}", SIMULATED, false),
    CALLER_ROW("ListUserPolicies", M2_T_USER, "{'UserName':'$1'}", SIMULATED, false),
    CALLER_ROW("ListGroupsForUser", M2_T_USER, "{'UserName':'$1'}", SIMULATED, false),
    CALLER_ROW("GetUserPolicy", M2_T_USER_POLICY, "{'UserName':'$1','PolicyName':'$2'}",
               "iam:ListUserPolicies", true),
    CALLER_ROW("ListAttachedGroupPolicies", M2_T_USER_GROUP, "{'GroupName':'$1'}", "iam:ListGroupsForUser",
               false),
    CALLER_ROW("ListGroupPolicies", M2_T_USER_GROUP, "{'GroupName':'$1'}", "iam:ListGroupsForUser", false),
    CALLER_ROW("GetGroupPolicy", M2_T_GROUP_POLICY, "{'GroupName':'$1','PolicyName':'$2'}",
               "iam:ListGroupPolicies", true),

/* what the organisation lets the account do at all: its management and delegated accounts may read it */
#define ORGANISATION_ROW(operation, topic_, input_, leaf_, ...)                                              \
    {                                                                                                        \
        ROW("organizations", operation, LIST(__VA_ARGS__), READ_CHECKS), .topic = topic_, .input = input_,   \
                                                                         .global = true, .leaf = leaf_       \
    }
    { ROW("organizations", "DescribeOrganization", NOW, READ_CHECKS), .topic = M2_T_START, .global = true,
      .keep = m2_keep_organisation },
    ORGANISATION_ROW("ListParents", M2_T_ORG_CHILD, "{'ChildId':'$1'}", false, "sts:GetCallerIdentity",
                     "organizations:DescribeOrganization", "organizations:ListParents"),
    ORGANISATION_ROW("ListPoliciesForTarget", M2_T_ORG_TARGET,
                     "{'TargetId':'$1','Filter':'SERVICE_CONTROL_POLICY'}", false,
                     "organizations:ListParents"),
    ORGANISATION_ROW("DescribePolicy", M2_T_ORG_POLICY, "{'PolicyId':'$1'}", true,
                     "organizations:ListPoliciesForTarget"),

    /* the stack */
    { ROW("cloudformation", "DescribeStacks", NOW, ALL_AREAS), .topic = M2_T_STACK,
      .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "GetTemplate", NOW, LIST("template")), .topic = M2_T_STACK,
      .input = "{'StackName':'$1','TemplateStage':'Original'}", .leaf = true },
    { ROW("cloudformation", "ListStackResources", OF_STACK, ALL_AREAS), .topic = M2_T_STACK_LIVE,
      .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "DescribeStacks", LIST("cloudformation:ListStackResources"), ALL_AREAS),
      .topic = M2_T_STACK_NESTED, .input = "{'StackName':'$1'}", .leaf = true },
    { ROW("cloudformation", "DescribeStackEvents", OF_STACK, LIST("stack", "lambda.memory")),
      .topic = M2_T_STACK_LIVE, .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "ListStacks", LIST("cloudformation:DescribeStacks"),
          LIST("stack", "lambda.memory")),
      .topic = M2_T_STACK_GONE, .input = "{'StackStatusFilter':['DELETE_COMPLETE']}" },
    { ROW("cloudformation", "DescribeStacks",
          LIST("cloudformation:ListStacks", "cloudformation:DescribeStackEvents"),
          LIST("stack", "lambda.memory")),
      .topic = M2_T_STACK_PAST, .input = "{'StackName':'$1'}", .leaf = true },
    { ROW("cloudformation", "DescribeStackEvents",
          LIST("cloudformation:DescribeStacks", "cloudformation:ListStacks",
               "cloudformation:DescribeStackEvents"),
          LIST("stack", "lambda.memory")),
      .topic = M2_T_STACK_PAST, .input = "{'StackName':'$1'}" },

    /* the workflow and what ran */
    { ROW("stepfunctions", "DescribeStateMachine", OF_STACK,
          LIST("workflow", "network", "images", "lambda", "fargate", "access", "stack.resources", "identity",
               "registration")),
      .topic = M2_T_STATE_MACHINE, .input = "{'stateMachineArn':'$1'}" },
#define EXECUTIONS_ROW(status)                                                                               \
    {                                                                                                        \
        ROW("stepfunctions", "ListExecutions", OF_STACK, TASK_CHECKS),                                       \
            .topic = M2_T_STATE_MACHINE, .input = EXECUTIONS(status), .one_page = true                       \
    }
    EXECUTIONS_ROW("FAILED"),
    EXECUTIONS_ROW("TIMED_OUT"),
    EXECUTIONS_ROW("ABORTED"),
    EXECUTIONS_ROW("SUCCEEDED"),
    { ROW("stepfunctions", "GetExecutionHistory", LIST("stepfunctions:ListExecutions"), TASK_CHECKS),
      .topic = M2_T_EXECUTION,
      .input = "{'executionArn':'$1','maxResults':200,'reverseOrder':true,'includeExecutionData':true}",
      .one_page = true, .leaf = true },
    { ROW("ecs", "DescribeClusters", OF_MACHINE, LIST("workflow", "fargate", "stack.resources")),
      .topic = M2_T_CLUSTER, .input = "{'clusters':['$1']}", .leaf = true },
    { ROW("ecs", "ListTasks", OF_MACHINE, LIST("task.failures")), .topic = M2_T_CLUSTER,
      .input = "{'cluster':'$1','desiredStatus':'STOPPED'}" },
    { ROW("ecs", "DescribeTasks", LIST("ecs:ListTasks"), LIST("task.failures")), .topic = M2_T_TASKS,
      .input = "{'cluster':'$1','tasks':['$*']}", .leaf = true },
    { ROW("ecs", "DescribeTaskDefinition", OF_MACHINE,
          LIST("fargate", "images", "workflow", "network", "access", "storage", "stack.resources")),
      .topic = M2_T_TASK_DEFINITION, .input = "{'taskDefinition':'$1'}" },
    { ROW("lambda", "GetFunction", OF_MACHINE,
          LIST("lambda", "images", "identity.region", "workflow", "access", "storage", "stack.resources")),
      .topic = M2_T_FUNCTION, .input = "{'FunctionName':'$1'}" },
    { ROW("lambda", "GetFunctionConfiguration", LIST("lambda:GetFunction"),
          LIST("lambda", "stack.resources")),
      .topic = M2_T_FUNCTION_REFUSED, .input = "{'FunctionName':'$1'}" },
    { ROW("lambda", "GetAccountSettings", NOW, LIST("lambda")), .topic = M2_T_START, .leaf = true },
    { ROW("service-quotas", "GetServiceQuota", NOW, LIST("fargate.quota")), .topic = M2_T_START,
      .input = "{'ServiceCode':'fargate','QuotaCode':'L-3032A538'}" },
    { ROW("service-quotas", "GetAWSDefaultServiceQuota", LIST("service-quotas:GetServiceQuota"),
          LIST("fargate.quota")),
      .topic = M2_T_QUOTA_REFUSED, .input = "{'ServiceCode':'fargate','QuotaCode':'L-3032A538'}",
      .leaf = true },
    { ROW("logs", "DescribeLogGroups",
          LIST("ecs:DescribeTaskDefinition", "cloudformation:ListStackResources"),
          LIST("fargate.logs", "stack.resources")),
      .topic = M2_T_LOG_GROUP, .input = "{'logGroupNamePrefix':'$1'}", .region_part = 2, .leaf = true },
    { ROW("logs", "FilterLogEvents", LIST("lambda:GetFunction", "lambda:GetFunctionConfiguration"),
          LIST("lambda.timeout", "lambda.memory-use")),
      .topic = M2_T_FUNCTION_LOG,
      .input = "{'logGroupName':'$1','filterPattern':'$2','startTime':'#3','limit':1000}", .one_page = true,
      .leaf = true, .keep = m2_keep_run_reports },

    /* roles */
    { ROW("iam", "GetRole", NOW, LIST("fargate.service-role")), .topic = M2_T_START,
      .input = "{'RoleName':'AWSServiceRoleForECS'}", .global = true, .leaf = true },
    { ROW("iam", "GetRole", OF_STACK, LIST("registration")), .topic = M2_T_ROLE, .input = "{'RoleName':'$1'}",
      .global = true, .leaf = true },
    { ROW("iam", "GetRole", OF_ROLES, ROLE_CHECKS), .topic = M2_T_ROLE, .input = "{'RoleName':'$1'}",
      .global = true },
    { ROW("iam", "ListAttachedRolePolicies", OF_ROLES, POLICY_CHECKS), .topic = M2_T_ROLE,
      .input = "{'RoleName':'$1'}", .global = true },
    { ROW("iam", "ListRolePolicies", OF_ROLES, POLICY_CHECKS), .topic = M2_T_ROLE,
      .input = "{'RoleName':'$1'}", .global = true },
    { ROW("iam", "GetRolePolicy", LIST("iam:ListRolePolicies"), READ_CHECKS), .topic = M2_T_ROLE_POLICY,
      .input = "{'RoleName':'$1','PolicyName':'$2'}", .global = true, .leaf = true },
    { ROW("iam", "GetPolicy",
          LIST("iam:ListAttachedRolePolicies", "iam:GetRole", "iam:GetUser", "iam:ListAttachedUserPolicies",
               "iam:ListAttachedGroupPolicies"),
          READ_CHECKS),
      .topic = M2_T_POLICY, .input = "{'PolicyArn':'$1'}", .global = true },
    { ROW("iam", "GetPolicyVersion", LIST("iam:GetPolicy"), READ_CHECKS), .topic = M2_T_POLICY_VERSION,
      .input = "{'PolicyArn':'$1','VersionId':'$2'}", .global = true, .leaf = true },

    /* the network */
    { ROW("ec2", "DescribeVpcs", LIST("stepfunctions:DescribeStateMachine"), LIST("network", "workflow")),
      .topic = M2_T_DEFAULT_VPC, .input = "{'Filters':[{'Name':'isDefault','Values':['true']}]}" },
    { ROW("ec2", "DescribeSubnets", LIST("stepfunctions:DescribeStateMachine", "ec2:DescribeVpcs"),
          LIST("network", "workflow")),
      .topic = M2_T_SUBNET, .input = "{'SubnetIds':['$1']}" },
    { ROW("ec2", "DescribeSecurityGroups", OF_TARGET, LIST("network", "workflow")), .topic = M2_T_GROUP,
      .input = "{'GroupIds':['$1']}" },
    { ROW("ec2", "DescribeVpcs", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = "{'VpcIds':['$1']}" },
    { ROW("ec2", "DescribeVpcAttribute", OF_VPC, LIST("network")), .topic = M2_T_VPC,
      .input = "{'VpcId':'$1','Attribute':'enableDnsSupport'}", .leaf = true },
    { ROW("ec2", "DescribeVpcAttribute", OF_VPC, LIST("network")), .topic = M2_T_VPC,
      .input = "{'VpcId':'$1','Attribute':'enableDnsHostnames'}", .leaf = true },
    { ROW("ec2", "DescribeDhcpOptions", LIST("ec2:DescribeVpcs"), LIST("network")), .topic = M2_T_DHCP,
      .input = "{'DhcpOptionsIds':['$1']}", .leaf = true },
    { ROW("ec2", "DescribeSubnets", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = BY_VPC },
    { ROW("ec2", "DescribeRouteTables", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = BY_VPC },
    { ROW("ec2", "DescribeInternetGateways", OF_VPC, LIST("network")), .topic = M2_T_VPC,
      .input = "{'Filters':[{'Name':'attachment.vpc-id','Values':['$1']}]}", .leaf = true },
    { ROW("ec2", "DescribeNatGateways", OF_VPC, LIST("network")), .topic = M2_T_VPC,
      .input = "{'Filter':[{'Name':'vpc-id','Values':['$1']}]}", .leaf = true },
    { ROW("ec2", "DescribeVpcEndpoints", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = BY_VPC },
    { ROW("ec2", "DescribeNetworkInterfaces", LIST("ec2:DescribeVpcEndpoints"), LIST("network")),
      .topic = M2_T_ENIS, .input = "{'NetworkInterfaceIds':['$*']}", .leaf = true },
    { ROW("ec2", "DescribeNetworkAcls", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = BY_VPC,
      .leaf = true },
    { ROW("ec2", "DescribeSecurityGroups", OF_VPC, LIST("network")), .topic = M2_T_VPC, .input = BY_VPC },
    { ROW("ec2", "DescribeSecurityGroupVpcAssociations",
          LIST("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"), LIST("network")),
      .topic = M2_T_FOREIGN_GROUP, .input = "{'Filters':[{'Name':'group-id','Values':['$1']}]}",
      .leaf = true },
    { ROW("ec2", "DescribePrefixLists", OF_VPC, LIST("network")), .topic = M2_T_VPC, .leaf = true },
    { ROW("ec2", "GetManagedPrefixListEntries", LIST("ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups"),
          LIST("network")),
      .topic = M2_T_PREFIX_LIST, .input = "{'PrefixListId':'$1'}", .leaf = true },
    { ROW("ec2", "DescribeVpcBlockPublicAccessOptions", NOW, LIST("network")), .topic = M2_T_START,
      .leaf = true },
    { ROW("ec2", "DescribeVpcBlockPublicAccessExclusions", NOW, LIST("network")), .topic = M2_T_START,
      .leaf = true },
    { ROW("ec2", "DescribeEgressOnlyInternetGateways", NOW, LIST("network")), .topic = M2_T_START,
      .leaf = true },

    /* images */
    { ROW("ecr", "DescribeRepositories",
          LIST("sts:GetCallerIdentity", "ecs:DescribeTaskDefinition", "lambda:GetFunction"), LIST("images")),
      .topic = M2_T_REPOSITORY, .input = "{'registryId':'$1','repositoryNames':['$2']}", .region_part = 3,
      .leaf = true },
    { ROW("ecr", "GetRepositoryPolicy",
          LIST("sts:GetCallerIdentity", "ecs:DescribeTaskDefinition", "lambda:GetFunction"), LIST("images")),
      .topic = M2_T_REPOSITORY, .input = "{'registryId':'$1','repositoryName':'$2'}", .region_part = 3,
      .leaf = true },
#define IMAGE_ROW(operation, topic_, input_)                                                                 \
    {                                                                                                        \
        ROW("ecr", operation, OF_IMAGES, LIST("images")), .topic = topic_, .input = input_,                  \
                                                          .region_part = 3, .leaf = true                     \
    }
    IMAGE_ROW("DescribeImages", M2_T_IMAGE_TAG, IMAGE("imageTag")),
    IMAGE_ROW("DescribeImages", M2_T_IMAGE_DIGEST, IMAGE("imageDigest")),
    IMAGE_ROW("BatchGetImage", M2_T_IMAGE_TAG, MANIFEST("imageTag")),
    IMAGE_ROW("BatchGetImage", M2_T_IMAGE_DIGEST, MANIFEST("imageDigest")),

    /* the pull itself, as the caller */
    { ROW("registry", "GetToken", OF_IMAGES, LIST("images")), .topic = M2_T_PULL, .input = "{'image':'$1'}",
      .global = true },
    { ROW("registry", "GetManifest", LIST("registry:GetToken"), LIST("images")), .topic = M2_T_PULL_MANIFEST,
      .input = "{'image':'$1','reference':'$2'}", .global = true },
    { ROW("registry", "GetManifest", LIST("registry:GetManifest"), LIST("images")),
      .topic = M2_T_PULL_PLATFORM, .input = "{'image':'$1','reference':'$2','platform':'$3'}",
      .global = true },
    { ROW("registry", "GetConfig", LIST("registry:GetManifest"), LIST("images")), .topic = M2_T_PULL_CONFIG,
      .input = "{'image':'$1','reference':'$2'}", .global = true, .leaf = true },

/* buckets */
#define BUCKET_ROW(operation)                                                                                \
    {                                                                                                        \
        ROW("s3", operation, OF_STACK, LIST("storage", "identity.region", "stack.resources")),               \
            .topic = M2_T_BUCKET, .input = "{'Bucket':'$1'}", .leaf = true                                   \
    }
    BUCKET_ROW("HeadBucket"),
    { ROW("s3", "HeadBucket", OF_STACK, LIST("registration")), .topic = M2_T_BUCKET,
      .input = "{'Bucket':'$1'}", .leaf = true },
    { ROW("s3", "HeadBucket",
          LIST("sts:GetCallerIdentity", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
          LIST("storage", "registration")),
      .topic = M2_T_BUCKET_OWNER, .input = "{'Bucket':'$1','ExpectedBucketOwner':'$2'}", .leaf = true },
    BUCKET_ROW("GetBucketLocation"),
    BUCKET_ROW("GetBucketEncryption"),
    BUCKET_ROW("GetPublicAccessBlock"),
    BUCKET_ROW("GetBucketPolicyStatus"),
    BUCKET_ROW("GetBucketAcl"),
    BUCKET_ROW("GetBucketVersioning"),
    { ROW("s3", "GetBucketPolicy", OF_STACK, LIST("storage", "access")), .topic = M2_T_BUCKET,
      .input = "{'Bucket':'$1'}", .leaf = true },
};

const struct m2_collect_row *m2_collect_rows(enum m2_reading reading, size_t *n)
{
    if (reading == M2_READ_HISTORY)
        return m2_collect_rows_of_history(n);
    if (reading == M2_READ_CLEANUP)
        return m2_collect_rows_of_cleanup(n);
    *n = sizeof rows / sizeof *rows;
    return rows;
}

const struct m2_collector_row *m2_collectors(enum m2_reading reading, size_t *n)
{
    static struct m2_collector_row list[M2_READING_COUNT][sizeof rows / sizeof *rows];
    const struct m2_collect_row *of = m2_collect_rows(reading, n);
    for (size_t i = 0; i < *n; i++)
        list[reading][i] = of[i].pub;
    return list[reading];
}
