/* May Fargate take the task's execution role, and with it the image out of ECR? What the repository itself
 * says is image.access. Source: Amazon ECS Developer Guide, "Task execution IAM role". */
#include "analyze/images/images.h"
#include "analyze/policy/role.h"
#include "m2/str.h"

#define TAKES_IT "ecs-tasks.amazonaws.com"

static void trust(struct m2_check_run *r, const struct m2_role *role, const struct m2_verdict *v)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, role->name, "image.role-trust");
    if (role->look.seen == M2_ABSENT)
        m2_found_detail(r, f, "The task definition names the role %s, which does not exist.", role->name);
    else
        m2_found_detail(r, f, "The trust policy of role %s does not let " TAKES_IT " take it: %s.",
                        role->name, m2_verdict_text(r->arena, v));
    m2_found_evidence(r, f, role->look.call, "Role.AssumeRolePolicyDocument",
                      m2_v_path(role->look.item, "Role.AssumeRolePolicyDocument"));
    m2_found_about(r, f, role->arn);
    if (role->look.seen == M2_ABSENT)
        return;
    m2_found_command(r, f,
                     "aws iam update-assume-role-policy --role-name %s --policy-document "
                     "'{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{"
                     "\"Service\":\"" TAKES_IT "\"},\"Action\":\"sts:AssumeRole\"}]}'",
                     m2_word(r->arena, role->name));
}

/* True when the role can be taken, or that is told as not known. */
static bool can_be_taken(struct m2_check_run *r, const struct m2_role *role)
{
    struct m2_verdict v = { 0 };
    const char *tasks = m2_arena_printf(
        r->arena, "arn:%s:ecs:%s:%s:*", m2_str_or(m2_arn_part(r->arena, role->arn, M2_ARN_PARTITION), "aws"),
        m2_str_or(r->snap->region, "*"), m2_str_or(m2_own_account(r->snap), "*"));
    if (role->look.seen == M2_UNSEEN) {
        m2_found_unseen(r, role->name, &role->look);
        return true;
    }
    m2_role_trusts(&v, r->arena, role, TAKES_IT, tasks);
    if (role->look.seen == M2_ABSENT || v.decision == M2_DENIED) {
        trust(r, role, &v);
        return false;
    }
    if (v.decision == M2_CANNOT_TELL) {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, role->name, NULL);
        m2_found_detail(r, f, "Whether " TAKES_IT " may take the role %s cannot be told: %s.", role->name,
                        m2_verdict_text(r->arena, &v));
    }
    return true;
}

static void can_pull(struct m2_check_run *r, const struct m2_role *role, const struct m2_job_image *im)
{
    struct m2_needs needs = { 0 };
    struct m2_need_verdicts v = { 0 };
    const char *partition = m2_str_or(m2_arn_part(r->arena, role->arn, M2_ARN_PARTITION), "aws");
    const char *repository = m2_arena_printf(r->arena, "arn:%s:ecr:%s:%s:repository/%s", partition,
                                             im->parts.region, im->parts.account, im->parts.repository);
    m2_needs_add(&needs, r->arena, "ecr:GetAuthorizationToken", "");
    m2_needs_add(&needs, r->arena, "ecr:BatchGetImage", repository);
    m2_needs_add(&needs, r->arena, "ecr:GetDownloadUrlForLayer", repository);
    m2_role_judge(&v, r->arena, role, &needs);
    struct m2_finding *f = m2_found_denied(r, M2_FAIL, "image.role-missing-permissions", role, &v);
    if (f)
        m2_found_about_image(r, f, im);
    (void)m2_found_unsure(r, role, &v);
}

void m2_image_execution_role(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    struct m2_job_image im[2];
    struct m2_role role = { 0 };
    size_t before = r->out->list.len;
    m2_stackview_make(&view, r->arena, r->snap);
    struct m2_look task = m2_view_task_definition(&view, r->arena, r->snap);
    const char *arn = m2_v_str(task.item, "executionRoleArn");
    if (task.seen != M2_SEEN) {
        m2_job_no_task(r, &view, &task);
        return;
    }
    if (m2_str_empty(arn)) {
        m2_found_skip(r, NULL, "The stack has no task definition with an execution role now.");
        return;
    }
    m2_job_images(im, r->arena, r->snap);
    m2_role_read(&role, r->arena, r->snap, arn);
    if (can_be_taken(r, &role) && im[1].valid && im[1].parts.ecr)
        can_pull(r, &role, &im[1]);
    for (size_t i = before; i < r->out->list.len; i++)
        m2_found_about(r, r->out->list.at[i], m2_v_str(task.item, "taskDefinitionArn"));
    if (r->out->list.len == before)
        m2_found_pass(r, role.name, "Fargate may take the role %s%s.", role.name,
                      im[1].valid && im[1].parts.ecr ? ", which may pull the image" : "");
}
