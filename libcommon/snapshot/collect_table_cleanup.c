/* What is read before a teardown: what the stack owns, what proves it, what it holds, and what stands in the
 * way. */
#include "snapshot/collect_table.h"

#define CLEANUP LIST("m2-cleanup")
#define OF_STACK LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
#define OF_RESOURCE LIST("cloudformation:ListStackResources")

/* Every action that some teardown needs; the plan says which this one does (libcommon/cleanup/rights.c). */
#define MAY_CLEAN_UP                                                                                         \
    "'cloudformation:DeleteStack','cloudformation:UpdateTerminationProtection',"                             \
    "'cloudformation:DescribeStackEvents','states:StopExecution','ecs:ListTasks','ecs:StopTask',"            \
    "'lambda:UpdateFunctionConfiguration','s3:ListBucketVersions','s3:DeleteObjectVersion',"                 \
    "'s3:ListBucketMultipartUploads','s3:AbortMultipartUpload','s3:BypassGovernanceRetention',"              \
    "'s3:DeleteBucket','ecr:DeleteRepository','logs:DeleteLogGroup','iam:PassRole','iam:DeleteRole',"        \
    "'iam:DeleteRolePolicy','iam:DetachRolePolicy','lambda:DeleteFunction','states:DeleteStateMachine',"     \
    "'ecs:DeleteCluster','ecs:DeregisterTaskDefinition'"

#define BUCKET_ROW(operation)                                                                                \
    {                                                                                                        \
        ROW("s3", operation, LIST("sts:GetCallerIdentity", "cloudformation:ListStackResources"), CLEANUP),   \
            .topic = M2_T_BUCKET_OWNER, .input = "{'Bucket':'$1','ExpectedBucketOwner':'$2'}", .leaf = true  \
    }

static const struct m2_collect_row rows[] = {
    /* who */
    { ROW("sts", "GetCallerIdentity", NOW, CLEANUP), .topic = M2_T_START, .global = true },
    { ROW("iam", "ListAccountAliases", NOW, CLEANUP), .topic = M2_T_START, .global = true, .leaf = true },
    { ROW("iam", "GetRole", LIST("sts:GetCallerIdentity"), CLEANUP), .topic = M2_T_CALLER_ROLE,
      .input = "{'RoleName':'$1'}", .global = true },
    { ROW("iam", "SimulatePrincipalPolicy", LIST("sts:GetCallerIdentity", "iam:GetRole"), CLEANUP),
      .topic = M2_T_PRINCIPAL, .input = "{'PolicySourceArn':'$1','ActionNames':[" MAY_CLEAN_UP "]}",
      .global = true, .leaf = true },

    /* the stack; deleted ones of its name when there is none */
    { ROW("cloudformation", "DescribeStacks", NOW, CLEANUP), .topic = M2_T_STACK,
      .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "DescribeStacks", LIST("cloudformation:ListStackResources"), CLEANUP),
      .topic = M2_T_STACK_NESTED, .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "DescribeStacks", LIST("cloudformation:DescribeStacks"), CLEANUP),
      .topic = M2_T_STACK_ABOVE, .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "ListStacks", LIST("cloudformation:DescribeStacks"), CLEANUP),
      .topic = M2_T_STACK_GONE, .input = "{'StackStatusFilter':['DELETE_COMPLETE']}" },
    { ROW("cloudformation", "ListStackResources", OF_STACK, CLEANUP), .topic = M2_T_STACK_LIVE,
      .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "ListStackResources", LIST("cloudformation:ListStacks"), CLEANUP),
      .topic = M2_T_STACK_PAST, .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "GetTemplate", OF_STACK, CLEANUP), .topic = M2_T_STACK_LIVE,
      .input = "{'StackName':'$1','TemplateStage':'Processed'}", .leaf = true },
    { ROW("cloudformation", "GetTemplate", LIST("cloudformation:ListStacks"), CLEANUP), .topic = M2_T_STACK_PAST,
      .input = "{'StackName':'$1','TemplateStage':'Processed'}", .leaf = true },
    { ROW("cloudformation", "ListImports", LIST("cloudformation:DescribeStacks"), CLEANUP),
      .topic = M2_T_EXPORT, .input = "{'ExportName':'$1'}", .leaf = true },
    { ROW("iam", "GetRole", LIST("cloudformation:DescribeStacks"), CLEANUP), .topic = M2_T_ROLE,
      .input = "{'RoleName':'$1'}", .global = true, .leaf = true },

    /* whose each is */
    { ROW("resourcegroupstaggingapi", "GetResources", OF_STACK, CLEANUP), .topic = M2_T_STACK_LIVE,
      .input = "{'TagFilters':[{'Key':'aws:cloudformation:stack-id','Values':['$1']}]}", .leaf = true },
    { ROW("resourcegroupstaggingapi", "GetResources", LIST("cloudformation:ListStacks"), CLEANUP),
      .topic = M2_T_STACK_PAST,
      .input = "{'TagFilters':[{'Key':'aws:cloudformation:stack-id','Values':['$1']}]}", .leaf = true },
    { ROW("lambda", "ListTags", OF_RESOURCE, CLEANUP), .topic = M2_T_FUNCTION, .input = "{'Resource':'$1'}",
      .leaf = true },
    { ROW("stepfunctions", "ListTagsForResource", OF_RESOURCE, CLEANUP), .topic = M2_T_STATE_MACHINE,
      .input = "{'resourceArn':'$1'}", .leaf = true },
    { ROW("ecr", "ListTagsForResource", LIST("ecr:DescribeRepositories"), CLEANUP), .topic = M2_T_TAGGED,
      .input = "{'resourceArn':'$1'}", .leaf = true },

    /* what runs */
    { ROW("stepfunctions", "DescribeStateMachine", OF_RESOURCE, CLEANUP), .topic = M2_T_STATE_MACHINE,
      .input = "{'stateMachineArn':'$1'}", .leaf = true },
    { ROW("stepfunctions", "ListExecutions", OF_RESOURCE, CLEANUP), .topic = M2_T_STATE_MACHINE,
      .input = "{'stateMachineArn':'$1','statusFilter':'RUNNING','maxResults':1000}", .leaf = true },
    { ROW("ecs", "DescribeClusters", OF_RESOURCE, CLEANUP), .topic = M2_T_CLUSTER,
      .input = "{'clusters':['$1'],'include':['TAGS']}", .leaf = true },
    { ROW("ecs", "ListTasks", OF_RESOURCE, CLEANUP), .topic = M2_T_CLUSTER,
      .input = "{'cluster':'$1','desiredStatus':'RUNNING'}", .leaf = true },
    { ROW("lambda", "GetFunctionConfiguration", OF_RESOURCE, CLEANUP), .topic = M2_T_FUNCTION,
      .input = "{'FunctionName':'$1'}", .leaf = true, .keep = m2_keep_function_network },
    { ROW("logs", "DescribeLogGroups", OF_RESOURCE, CLEANUP), .topic = M2_T_LOG_GROUP,
      .input = "{'logGroupNamePrefix':'$1'}", .region_part = 2 },
    { ROW("logs", "ListTagsForResource", LIST("logs:DescribeLogGroups"), CLEANUP), .topic = M2_T_LOG_TAGGED,
      .input = "{'resourceArn':'$1'}", .region_part = 2, .leaf = true },

    /* what is kept in it */
    { ROW("ecr", "DescribeRepositories", OF_RESOURCE, CLEANUP), .topic = M2_T_REPOSITORY,
      .input = "{'registryId':'$1','repositoryNames':['$2']}", .region_part = 3 },
    { ROW("ecr", "DescribeImages", OF_RESOURCE, CLEANUP), .topic = M2_T_REPOSITORY,
      .input = "{'registryId':'$1','repositoryName':'$2'}", .region_part = 3, .leaf = true },
    BUCKET_ROW("HeadBucket"),
    BUCKET_ROW("GetBucketLocation"),
    BUCKET_ROW("GetBucketTagging"),
    BUCKET_ROW("GetBucketVersioning"),
    BUCKET_ROW("GetObjectLockConfiguration"),
    BUCKET_ROW("GetBucketReplication"),
    BUCKET_ROW("ListMultipartUploads"),
    { ROW("s3", "ListObjectVersions", LIST("sts:GetCallerIdentity", "cloudformation:ListStackResources"),
          CLEANUP),
      .topic = M2_T_BUCKET_OWNER, .input = "{'Bucket':'$1','ExpectedBucketOwner':'$2'}", .leaf = true,
      .counts = true, .keep = m2_keep_version_counts, .more = m2_more_version_counts },
};

const struct m2_collect_row *m2_collect_rows_of_cleanup(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}
