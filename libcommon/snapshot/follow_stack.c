#include <string.h>

#include "m2/time.h"
#include "snapshot/collect.h"
#include "snapshot/follow.h"

#define MOST_PAST_STACKS 20 /* nested stacks that only events know */

const char *m2_arn_name(const char *arn)
{
    if (!m2_str_starts(arn, "arn:"))
        return arn;
    const char *colon = strrchr(arn, ':'), *slash = strrchr(arn, '/');
    return (slash && slash > colon ? slash : colon) + 1;
}

void m2_follow_bucket(struct m2_collect_run *run, const char *bucket)
{
    if (m2_str_empty(bucket) || m2_is_published(run, M2_T_BUCKET, bucket))
        return;
    m2_vec_push(run->a, &run->buckets, bucket);
    m2_publish(run, M2_T_BUCKET, bucket);
    if (run->account)
        m2_publish(run, M2_T_BUCKET_OWNER, m2_parts(run->a, (const char *[]){ bucket, run->account }, 2));
}

/* ---- the stack: outputs and parameters ---- */

static bool names_bucket(const char *key)
{
    return m2_str_has_ci(key, "BucketName") || (m2_str_has_ci(key, "Bucket") && !m2_str_has_ci(key, "Arn"));
}

static bool is_bucket(const char *s)
{
    size_t n = s ? strlen(s) : 0;
    return n >= 3 && n <= 63 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == n;
}

static void follow_pairs(struct m2_collect_run *run, const struct m2_value *pairs, const char *key_name,
                         const char *value_name)
{
    const struct m2_value *pair;
    m2_v_each(pair, i, pairs)
    {
        const char *key = m2_v_str(pair, key_name), *value = m2_v_str(pair, value_name);
        if (!key || !value)
            continue;
        if (names_bucket(key) && is_bucket(value))
            m2_follow_bucket(run, value);
        if (strstr(value, ":states:") && strstr(value, ":stateMachine:"))
            m2_publish(run, M2_T_STATE_MACHINE, value);
        if (m2_str_starts(value, "arn:") && strstr(value, ":iam::") && strstr(value, ":role/"))
            m2_publish(run, M2_T_ROLE, m2_arn_name(value));
    }
}

void m2_follow_stacks(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *asked = m2_v_str(call->input, "StackName");
    bool root = m2_str_eq(asked, run->target.stack);
    if (call->status == M2_CALL_ERROR) {
        if (root && m2_code_not_found(call->code, call->message))
            m2_publish(run, M2_T_STACK_GONE, asked);
        return;
    }
    const struct m2_value *stacks = m2_v_get(call->output, "Stacks"), *stack;
    m2_v_each(stack, i, stacks)
    {
        bool gone = m2_str_eq(m2_v_str(stack, "StackStatus"), "DELETE_COMPLETE");
        if (root)
            m2_publish(run, gone ? M2_T_STACK_PAST : M2_T_STACK_LIVE, m2_v_str(stack, "StackId"));
        if (gone)
            continue;
        follow_pairs(run, m2_v_get(stack, "Outputs"), "OutputKey", "OutputValue");
        follow_pairs(run, m2_v_get(stack, "Parameters"), "ParameterKey", "ParameterValue");
    }
}

/* The newest deleted stack of the name. */
void m2_follow_past(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *stacks = m2_v_get(call->output, "StackSummaries"), *stack;
    const char *newest = NULL;
    int64_t newest_ms = INT64_MIN;
    m2_v_each(stack, i, stacks)
    {
        int64_t ms = 0;
        const char *when = m2_v_str(stack, "DeletionTime");
        if (!when)
            when = m2_v_str(stack, "CreationTime");
        if (!m2_str_eq(m2_v_str(stack, "StackName"), run->target.stack) ||
            (when && !m2_time_parse(&ms, when)))
            continue;
        if (ms > newest_ms) {
            newest = m2_v_str(stack, "StackId");
            newest_ms = ms;
        }
    }
    m2_publish(run, M2_T_STACK_PAST, newest);
}

/* A nested stack that a rollback deleted answers only to the ARN that its parent's events hold. Newest first.
 */
void m2_follow_events(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *events = m2_v_get(call->output, "StackEvents"), *event;
    struct m2_strmap known = { 0 };
    m2_v_each(event, i, events)
    {
        const char *nested = m2_v_str(event, "PhysicalResourceId");
        if (known.len >= MOST_PAST_STACKS)
            return;
        if (!m2_str_eq(m2_v_str(event, "ResourceType"), "AWS::CloudFormation::Stack") ||
            !m2_str_starts(nested, "arn:") || m2_str_eq(nested, m2_v_str(event, "StackId")))
            continue;
        bool is_new;
        (void)m2_strmap_at(&known, run->a, nested, &is_new);
        if (is_new && !m2_is_published(run, M2_T_STACK_LIVE, nested))
            m2_publish(run, M2_T_STACK_PAST, nested);
    }
}

/* ---- its resources ---- */

static const struct {
    const char *type;
    enum m2_topic topic;
} resource_topics[] = {
    { "AWS::Lambda::Function", M2_T_FUNCTION },
    { "AWS::StepFunctions::StateMachine", M2_T_STATE_MACHINE },
    { "AWS::ECS::Cluster", M2_T_CLUSTER },
    { "AWS::ECS::TaskDefinition", M2_T_TASK_DEFINITION },
    { "AWS::IAM::Role", M2_T_ROLE },
    { "AWS::S3::Bucket", M2_T_BUCKET },
    { "AWS::Logs::LogGroup", M2_T_LOG_GROUP },
    { "AWS::EC2::SecurityGroup", M2_T_GROUP },
};

static void follow_resource(struct m2_collect_run *run, const char *type, const char *id)
{
    if (m2_str_eq(type, "AWS::CloudFormation::Stack") && m2_str_starts(id, "arn:")) {
        m2_publish(run, M2_T_STACK_LIVE, id);
        m2_publish(run, M2_T_STACK_NESTED, id);
    }
    for (size_t i = 0; i < sizeof resource_topics / sizeof *resource_topics; i++) {
        if (!m2_str_eq(type, resource_topics[i].type))
            continue;
        if (resource_topics[i].topic == M2_T_BUCKET)
            m2_follow_bucket(run, id);
        else if (resource_topics[i].topic == M2_T_LOG_GROUP)
            m2_publish(run, M2_T_LOG_GROUP,
                       m2_parts(run->a, (const char *[]){ id, m2_str_or(run->seam->region, "") }, 2));
        else
            m2_publish(run, resource_topics[i].topic, id);
    }
}

void m2_follow_resources(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *items = m2_v_get(call->output, "StackResourceSummaries"), *item;
    m2_v_each(item, i, items)
    {
        const char *id = m2_v_str(item, "PhysicalResourceId");
        const char *status = m2_v_str(item, "ResourceStatus");
        if (!m2_str_empty(id) && !m2_str_eq(status, "DELETE_COMPLETE"))
            follow_resource(run, m2_v_str(item, "ResourceType"), id);
    }
}
