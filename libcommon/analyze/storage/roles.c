/* May the roles that jobs run with read their data and write their results? Source: the template's task role
 * reads and writes the data bucket and writes the results' and the failed one. */
#include <string.h>

#include "analyze/job.h"
#include "analyze/policy/role.h"
#include "analyze/storage/buckets.h"
#include "analyze/storage/storage.h"
#include "m2/str.h"

/* What jobs do with the bucket that the stack names so. */
static const struct {
    const char *setting, *action;
} uses[] = {
    { "DataBucketName", "s3:GetObject" },
    { "ResultsBucketName", "s3:PutObject" },
    { "FailedBucketName", "s3:PutObject" },
};

static const struct m2_bucket *bucket_of(const struct m2_buckets *b, const char *setting)
{
    const struct m2_output *o = m2_stackview_output(&b->view, setting);
    const char *name = o ? o->value : m2_stackview_parameter(&b->view, setting);
    for (size_t i = 0; i < b->list.len; i++)
        if (m2_str_eq(b->list.at[i].name, name))
            return &b->list.at[i];
    return NULL;
}

static void judge(struct m2_check_run *r, const struct m2_buckets *b, const char *arn)
{
    struct m2_role role = { 0 };
    struct m2_needs needs = { 0 };
    struct m2_need_verdicts v = { 0 };
    const char *partition = m2_str_or(m2_arn_part(r->arena, arn, M2_ARN_PARTITION), "aws");
    m2_role_read(&role, r->arena, r->snap, arn);
    if (role.look.seen == M2_ABSENT)
        return;
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        const struct m2_bucket *it = bucket_of(b, uses[i].setting);
        /* Whether another account lets the role in is its own to say (bucket.foreign). */
        if (!it || it->missing || it->owner != M2_OWNER_SELF)
            continue;
        m2_bucket_policy_add(&role.policies, r->arena, r->snap, it->name);
        m2_needs_add(&needs, r->arena, uses[i].action,
                     m2_arena_printf(r->arena, "arn:%s:s3:::%s/*", partition, it->name));
    }
    if (needs.list.len)
        m2_role_judge(&v, r->arena, &role, &needs);
    struct m2_finding *f = m2_found_denied(r, M2_FAIL, "bucket.role-access", &role, &v);
    for (size_t i = 0; f && i < v.denied.len; i++)
        m2_found_about(r, f, v.denied.at[i].need->resource + strlen("arn::s3:::") + strlen(partition));
    (void)m2_found_unsure(r, &role, &v);
}

void m2_storage_roles(struct m2_check_run *r, const struct m2_buckets *b)
{
    struct m2_look task = m2_view_task_definition(&b->view, r->arena, r->snap);
    struct m2_look function = m2_view_job_function(&b->view, r->arena, r->snap);
    const char *of_task = m2_v_str(task.item, "taskRoleArn"),
               *of_function = m2_v_pstr(function.item, "Configuration.Role");
    if (!m2_str_empty(of_task))
        judge(r, b, of_task);
    if (!m2_str_empty(of_function) && !m2_str_eq(of_function, of_task))
        judge(r, b, of_function);
}
