/* Custom resources: functions of the stack that CloudFormation calls while it deletes, and that may do
 * anything.
 */
#include "cleanup/plan.h"

#define CDK_EMPTIER "Custom::S3AutoDeleteObjects"
#define CDK_TAG "aws-cdk:auto-delete-objects"
#define FIX "Take it out of the template first (autoDeleteObjects: false) and update the stack."

static bool is_custom(const char *type)
{
    return m2_str_starts(type, "Custom::") || m2_str_eq(type, "AWS::CloudFormation::CustomResource");
}

/* One of the stack or of a nested one, with TYPE (NULL: any), or NULL. */
static const struct m2_resource *living(const struct m2_planning *p, const char *type)
{
    for (size_t i = 0; i < p->view.resources.len; i++) {
        const struct m2_resource *r = &p->view.resources.at[i];
        if (!m2_cleanup_ended(r) && is_custom(r->type) && (!type || m2_str_eq(r->type, type)))
            return r;
    }
    return NULL;
}

/* Does it have the tag by which CDK's function knows what to empty? */
static bool is_marked(const struct m2_planning *p, const struct m2_plan_item *bucket)
{
    struct m2_look look = m2_look_output(p->s, "s3", "GetBucketTagging", bucket->resource);
    const struct m2_value *tag, *tags = look.seen == M2_SEEN ? m2_v_get(look.item, "TagSet") : NULL;
    m2_v_each(tag, i, tags) if (m2_str_eq(m2_v_str(tag, "Key"), CDK_TAG) &&
                                m2_str_eq(m2_v_str(tag, "Value"), "true")) return true;
    return false;
}

/* What is kept must be there afterwards: said, where it is known that it would not be, or may not. */
static void kept_data(struct m2_planning *p)
{
    const struct m2_resource *any = living(p, NULL), *emptier = living(p, CDK_EMPTIER);
    const struct m2_plan_item *kept = NULL;
    if (!any)
        return;
    for (size_t i = 0; i < p->out->items.len; i++) {
        const struct m2_plan_item *item = &p->out->items.at[i];
        if (item->action != M2_ACT_KEEP || !m2_str_eq(item->type, "AWS::S3::Bucket"))
            continue;
        kept = item;
        if (is_marked(p, item))
            m2_plan_note_add(p, true, "bucket.auto-delete",
                             m2_arena_printf(p->a,
                                             "The bucket %s is to be kept, and its tag " CDK_TAG
                                             " has a custom resource empty it when the stack is deleted.",
                                             item->resource),
                             FIX);
    }
    if (p->opt->keep_data && emptier)
        m2_plan_note_add(p, true, "bucket.auto-delete",
                         m2_arena_printf(p->a,
                                         "The custom resource %s empties a bucket when the stack is deleted; "
                                         "--keep-data could not keep what is in it.",
                                         m2_str_or(emptier->logical_id, "?")),
                         FIX);
    else if (kept)
        m2_plan_note_add(
            p, false, "custom-resource.kept-data",
            m2_arena_printf(p->a,
                            "What the custom resource %s does when the stack is deleted cannot be seen: look "
                            "that its function deletes nothing in the bucket %s, which is kept.",
                            m2_str_or(any->logical_id, "?"), kept->resource),
            "");
}

/* Without an answer of its function CloudFormation waits an hour for each try. */
static void answers(struct m2_planning *p)
{
    for (size_t i = 0; i < p->out->items.len; i++) {
        const struct m2_plan_item *item = &p->out->items.at[i];
        if (is_custom(item->type))
            m2_plan_note_add(p, false, "custom-resource.no-answer",
                             m2_arena_printf(p->a,
                                             "%s is a custom resource: if its function does not answer, "
                                             "CloudFormation waits an hour for each try.",
                                             item->logical_id),
                             "");
    }
}

void m2_plan_custom_resources(struct m2_planning *p)
{
    answers(p);
    if (p->out->state == M2_PLAN_STACK)
        kept_data(p);
}
