/* The services that hold the things: read, stop, detach, delete. */
#include <string.h>

#include "simaws.h"

static struct sim_thing *need(struct sim *s, struct sim_answer *out, enum sim_kind kind, const char *id,
                              const char *code)
{
    struct sim_thing *t = sim_find(s, kind, id);
    if (!t)
        sim_error(out, code, "not found", 404);
    return t;
}

/* ---- identity ---- */

static void caller(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    (void)in;
    out->output = sim_json(a, "{'Account':'%s','Arn':'arn:aws:iam::%s:user/me'}", s->caller, s->caller);
}

static void aliases(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    (void)in;
    if (s->no_alias)
        sim_error(out, "AccessDenied", "no", 403);
    else
        out->output = s->alias ? sim_json(a, "{'AccountAliases':['%s']}", s->alias)
                               : sim_json(a, "{'AccountAliases':[]}");
}

static void simulate(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    (void)s, (void)in;
    out->output = sim_json(a, "{'EvaluationResults':[]}");
}

static void get_role(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const char *name = m2_v_str(in, "RoleName");
    if ((m2_str_eq(name, "cfn-role") && !s->gone_role) || sim_find(s, SIM_ROLE, name))
        out->output = sim_json(a, "{'Role':{'RoleName':'%s','Arn':'arn:aws:iam::" SIM_ACCOUNT ":role/%s'}}",
                               name, name);
    else
        sim_error(out, "NoSuchEntity", "no such role", 404);
}

/* ---- S3 ---- */

static struct sim_thing *bucket(struct sim *s, struct sim_answer *out, const struct m2_value *in)
{
    struct sim_thing *t = need(s, out, SIM_BUCKET, m2_v_str(in, "Bucket"), "NoSuchBucket");
    const char *owner = m2_v_str(in, "ExpectedBucketOwner");
    if (t && (!owner || !m2_str_eq(t->owner, owner))) {
        sim_error(out, "AccessDenied", "Access Denied", 403);
        return NULL;
    }
    return t;
}

static void head_bucket(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (t)
        out->output = sim_json(a, "{'BucketRegion':'%s'}", t->region);
}

static void bucket_location(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (t)
        out->output = strcmp(t->region, "us-east-1") == 0
                          ? m2_v_object(a)
                          : sim_json(a, "{'LocationConstraint':'%s'}", t->region);
}

static void bucket_tags(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (t && t->auto_delete)
        out->output = sim_json(a, "{'TagSet':[{'Key':'aws-cdk:auto-delete-objects','Value':'true'}]}");
    else if (t && t->tag)
        out->output = sim_json(a, "{'TagSet':[{'Key':'aws:cloudformation:stack-id','Value':'%s'}]}", t->tag);
    else if (t)
        sim_error(out, "NoSuchTagSet", "The TagSet does not exist", 404);
}

static void bucket_versioning(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                              const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (t)
        out->output = sim_json(a, "{'Status':'Enabled','MFADelete':'%s'}", t->mfa ? "Enabled" : "Disabled");
}

static void bucket_lock(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (t && t->lock)
        out->output =
            sim_json(a,
                     "{'ObjectLockConfiguration':{'ObjectLockEnabled':'Enabled','Rule':{'DefaultRetention':"
                     "{'Mode':'%s','Days':1}}}}",
                     t->lock);
    else if (t)
        sim_error(out, "ObjectLockConfigurationNotFoundError", "none", 404);
}

static void bucket_uploads(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                           const struct m2_value *in)
{
    if (bucket(s, out, in))
        out->output = m2_v_object(a);
}

static void bucket_versions(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    const struct sim_thing *t = bucket(s, out, in);
    if (!t)
        return;
    out->output = sim_json(a, "{'Versions':[]}");
    for (int i = 0; i < t->inside; i++)
        m2_v_push(a, m2_v_get(out->output, "Versions"),
                  sim_json(a, "{'Key':'k%d','VersionId':'v','Size':10}", i));
}

/* ---- Lambda, logs ---- */

/* The function's name, from a name or an ARN. */
static const char *last(const char *arn)
{
    const char *colon = arn ? strrchr(arn, ':') : NULL;
    return colon ? colon + 1 : arn;
}

static void function_tags(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                          const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_FUNCTION, last(m2_v_str(in, "Resource")), "ResourceNotFoundException");
    if (!t)
        return;
    out->output = t->tag ? sim_json(a, "{'Tags':{'aws:cloudformation:stack-id':'%s'}}", t->tag)
                         : sim_json(a, "{'Tags':{}}");
}

static void get_function(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_FUNCTION, last(m2_v_str(in, "FunctionName")), "ResourceNotFoundException");
    if (t)
        out->output = sim_json(a, "{'FunctionName':'%s','VpcConfig':{'SubnetIds':[%s]}}", t->id,
                               t->inside ? "'subnet-1'" : "");
}

static void update_function(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    struct sim_thing *t =
        need(s, out, SIM_FUNCTION, last(m2_v_str(in, "FunctionName")), "ResourceNotFoundException");
    if (!t)
        return;
    sim_touch(s, t, "detached");
    t->inside = 0;
    out->output = m2_v_object(a);
}

static void log_groups(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    out->output = sim_json(a, "{'logGroups':[]}");
    for (int i = 0; i < s->n_things; i++)
        if (s->things[i].kind == SIM_LOGS && !s->things[i].gone &&
            m2_str_starts(s->things[i].id, m2_v_str(in, "logGroupNamePrefix")))
            m2_v_push(a, m2_v_get(out->output, "logGroups"),
                      sim_json(a,
                               "{'logGroupName':'%s','storedBytes':5,'arn':'arn:aws:logs:" SIM_REGION
                               ":" SIM_ACCOUNT ":log-group:%s:*'}",
                               s->things[i].id, s->things[i].id));
}

static void log_tags(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const char *at = strstr(m2_str_or(m2_v_str(in, "resourceArn"), ""), ":log-group:");
    const struct sim_thing *t =
        need(s, out, SIM_LOGS, at ? at + strlen(":log-group:") : "", "ResourceNotFoundException");
    if (t && s->no_log_tags)
        sim_error(out, "AccessDeniedException", "no", 400);
    else if (t)
        out->output = t->tag ? sim_json(a, "{'tags':{'aws:cloudformation:stack-id':'%s'}}", t->tag)
                             : sim_json(a, "{'tags':{}}");
}

static void delete_logs(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    struct sim_thing *t = need(s, out, SIM_LOGS, m2_v_str(in, "logGroupName"), "ResourceNotFoundException");
    if (!t)
        return;
    sim_touch(s, t, "deleted");
    t->gone = true;
    out->output = m2_v_object(a);
}

/* ---- Step Functions, ECS ---- */

static void describe_machine(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                             const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_MACHINE, m2_v_str(in, "stateMachineArn"), "StateMachineDoesNotExist");
    if (t)
        out->output = sim_json(a, "{'stateMachineArn':'%s','type':'STANDARD'}", t->id);
}

static void machine_tags(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t = need(s, out, SIM_MACHINE, m2_v_str(in, "resourceArn"), "ResourceNotFound");
    if (t)
        out->output =
            t->tag ? sim_json(a, "{'tags':[{'key':'aws:cloudformation:stack-id','value':'%s'}]}", t->tag)
                   : sim_json(a, "{'tags':[]}");
}

static void executions(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_MACHINE, m2_v_str(in, "stateMachineArn"), "StateMachineDoesNotExist");
    if (!t)
        return;
    out->output = sim_json(a, "{'executions':[]}");
    for (int i = 0; i < t->inside; i++)
        m2_v_push(a, m2_v_get(out->output, "executions"), sim_json(a, "{'executionArn':'%s/%d'}", t->id, i));
}

/* What runs is named after what it runs in: "ID/N". */
static struct sim_thing *holder(struct sim *s, enum sim_kind kind, struct m2_arena *a, const char *name)
{
    const char *slash = name ? strrchr(name, '/') : NULL;
    return slash ? sim_find(s, kind, m2_arena_strndup(a, name, (size_t)(slash - name))) : NULL;
}

static void stop(struct sim *s, struct sim_answer *out, struct m2_arena *a, struct sim_thing *t)
{
    if (t && t->inside) {
        sim_touch(s, t, "stopped");
        t->inside--;
    }
    out->output = m2_v_object(a);
}

static void stop_execution(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                           const struct m2_value *in)
{
    stop(s, out, a, holder(s, SIM_MACHINE, a, m2_v_str(in, "executionArn")));
}

static void stop_task(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    stop(s, out, a, holder(s, SIM_CLUSTER, a, m2_v_str(in, "task")));
}

static void tasks(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_CLUSTER, m2_v_str(in, "cluster"), "ClusterNotFoundException");
    if (!t)
        return;
    out->output = sim_json(a, "{'taskArns':[]}");
    for (int i = 0; i < t->inside; i++)
        m2_v_push(a, m2_v_get(out->output, "taskArns"),
                  m2_v_string(a, m2_arena_printf(a, "%s/%d", t->id, i)));
}

static void clusters(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const char *id = m2_v_pstr(in, "clusters[0]");
    const struct sim_thing *t = sim_find(s, SIM_CLUSTER, id);
    out->output = !t       ? sim_json(a, "{'clusters':[],'failures':[{'reason':'MISSING'}]}")
                  : t->tag ? sim_json(a,
                                      "{'clusters':[{'clusterName':'%s','status':'ACTIVE','tags':[{'key':"
                                      "'aws:cloudformation:stack-id','value':'%s'}]}]}",
                                      t->id, t->tag)
                           : sim_json(a, "{'clusters':[{'clusterName':'%s','status':'ACTIVE'}]}", t->id);
}

/* ---- ECR ---- */

static void repositories(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_thing *t =
        need(s, out, SIM_REPOSITORY, m2_v_pstr(in, "repositoryNames[0]"), "RepositoryNotFoundException");
    if (t)
        out->output =
            sim_json(a,
                     "{'repositories':[{'repositoryName':'%s','repositoryArn':'arn:aws:ecr:" SIM_REGION
                     ":" SIM_ACCOUNT ":repository/%s'}]}",
                     t->id, t->id);
}

static void repository_tags(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    const char *arn = m2_v_str(in, "resourceArn"), *name = strstr(arn, "repository/");
    const struct sim_thing *t =
        need(s, out, SIM_REPOSITORY, name ? name + strlen("repository/") : "", "RepositoryNotFoundException");
    if (t)
        out->output =
            t->tag ? sim_json(a, "{'tags':[{'Key':'aws:cloudformation:stack-id','Value':'%s'}]}", t->tag)
                   : sim_json(a, "{'tags':[]}");
}

static void images(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    if (need(s, out, SIM_REPOSITORY, m2_v_str(in, "repositoryName"), "RepositoryNotFoundException"))
        out->output = sim_json(a, "{'imageDetails':[]}");
}

static void delete_repository(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                              const struct m2_value *in)
{
    struct sim_thing *t =
        need(s, out, SIM_REPOSITORY, m2_v_str(in, "repositoryName"), "RepositoryNotFoundException");
    if (!t)
        return;
    sim_touch(s, t, "deleted");
    t->gone = true;
    out->output = m2_v_object(a);
}

const struct sim_op_row sim_ops_services[] = {
    { "sts GetCallerIdentity", caller, false },
    { "iam ListAccountAliases", aliases, false },
    { "iam SimulatePrincipalPolicy", simulate, false },
    { "iam GetRole", get_role, false },
    { "s3 HeadBucket", head_bucket, false },
    { "s3 GetBucketLocation", bucket_location, false },
    { "s3 GetBucketTagging", bucket_tags, false },
    { "s3 GetBucketVersioning", bucket_versioning, false },
    { "s3 GetObjectLockConfiguration", bucket_lock, false },
    { "s3 ListMultipartUploads", bucket_uploads, false },
    { "s3 ListObjectVersions", bucket_versions, false },
    { "lambda ListTags", function_tags, false },
    { "lambda GetFunctionConfiguration", get_function, false },
    { "lambda UpdateFunctionConfiguration", update_function, true },
    { "logs DescribeLogGroups", log_groups, false },
    { "logs ListTagsForResource", log_tags, false },
    { "logs DeleteLogGroup", delete_logs, true },
    { "stepfunctions DescribeStateMachine", describe_machine, false },
    { "stepfunctions ListTagsForResource", machine_tags, false },
    { "stepfunctions ListExecutions", executions, false },
    { "stepfunctions StopExecution", stop_execution, true },
    { "ecs ListTasks", tasks, false },
    { "ecs StopTask", stop_task, true },
    { "ecs DescribeClusters", clusters, false },
    { "ecr DescribeRepositories", repositories, false },
    { "ecr ListTagsForResource", repository_tags, false },
    { "ecr DescribeImages", images, false },
    { "ecr DeleteRepository", delete_repository, true },
    { NULL, NULL, false },
};
