/* Small readers of the snapshot that guards, items and blocks share. */
#include <string.h>

#include "cleanup/plan.h"
#include "m2/yaml.h"

bool m2_cleanup_ended(const struct m2_resource *r)
{
    return m2_str_empty(r->physical_id) || m2_str_eq(r->status, "DELETE_COMPLETE") ||
           m2_str_eq(r->status, "DELETE_SKIPPED");
}

/* ---- ARNs ---- */

static const struct {
    const char *type, *format; /* partition, region, account, physical id */
} arns[] = {
    { "AWS::S3::Bucket", "arn:%1$s:s3:::%4$s" },
    { "AWS::Lambda::Function", "arn:%1$s:lambda:%2$s:%3$s:function:%4$s" },
    { "AWS::ECR::Repository", "arn:%1$s:ecr:%2$s:%3$s:repository/%4$s" },
    { "AWS::ECS::Cluster", "arn:%1$s:ecs:%2$s:%3$s:cluster/%4$s" },
    { "AWS::IAM::Role", "arn:%1$s:iam::%3$s:role/%4$s" },
    { "AWS::Logs::LogGroup", "arn:%1$s:logs:%2$s:%3$s:log-group:%4$s" },
};

/* FORMAT with its four numbered places filled. */
static const char *fill(struct m2_arena *a, const char *format, const char *const values[4])
{
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    for (; *format; format++) {
        if (format[0] == '%' && format[1] >= '1' && format[1] <= '4') {
            m2_buf_adds(&b, values[format[1] - '1']);
            format += strlen("1$s");
        } else {
            m2_buf_addc(&b, *format);
        }
    }
    const char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

const char *m2_cleanup_arn(struct m2_arena *a, const struct m2_resource *r)
{
    if (m2_str_starts(r->physical_id, "arn:"))
        return r->physical_id;
    const char *const values[4] = { m2_arn_field(a, r->stack_arn, 1), m2_arn_field(a, r->stack_arn, 3),
                                    m2_arn_field(a, r->stack_arn, 4), m2_str_or(r->physical_id, "") };
    for (size_t i = 0; i < sizeof arns / sizeof arns[0]; i++)
        if (m2_str_eq(r->type, arns[i].type))
            return fill(a, arns[i].format, values);
    return NULL;
}

/* ---- tags ---- */

/* Of a list of {KEY, VALUE} or of an object. */
static const char *tag_in(const struct m2_value *tags)
{
    const struct m2_value *t;
    for (size_t i = 0; m2_v_is(tags, M2_OBJECT) && i < m2_v_len(tags); i++)
        if (m2_str_eq_ci(tags->u.object.at[i].key, M2_TAG_STACK_ID))
            return m2_v_text(tags->u.object.at[i].value);
    if (!m2_v_is(tags, M2_ARRAY))
        return NULL;
    m2_v_each(t, i, tags)
    {
        const char *key = m2_v_str(t, "Key") ? m2_v_str(t, "Key") : m2_v_str(t, "key");
        if (m2_str_eq_ci(key, M2_TAG_STACK_ID))
            return m2_v_str(t, "Value") ? m2_v_str(t, "Value") : m2_v_str(t, "value");
    }
    return NULL;
}

static const struct {
    const char *type, *service, *operation, *path;
    bool by_name; /* asked by physical id, else by ARN */
} tag_answers[] = {
    { "AWS::S3::Bucket", "s3", "GetBucketTagging", "TagSet", true },
    { "AWS::Lambda::Function", "lambda", "ListTags", "Tags", false },
    { "AWS::StepFunctions::StateMachine", "stepfunctions", "ListTagsForResource", "tags", false },
    { "AWS::ECR::Repository", "ecr", "ListTagsForResource", "tags", false },
    { "AWS::ECS::Cluster", "ecs", "DescribeClusters", "clusters[0].tags", true },
};

const char *m2_cleanup_stack_tag(const struct m2_planning *p, const struct m2_subject *t)
{
    const char *told = NULL;
    for (size_t i = 0; !told && i < sizeof tag_answers / sizeof tag_answers[0]; i++) {
        if (t->log_group || !m2_str_eq(t->r->type, tag_answers[i].type))
            continue;
        const char *id = tag_answers[i].by_name ? t->r->physical_id : t->arn;
        struct m2_look look = id ? m2_look_output(p->s, tag_answers[i].service, tag_answers[i].operation, id)
                                 : (struct m2_look){ .seen = M2_UNSEEN };
        if (look.seen == M2_SEEN)
            told = tag_in(m2_v_path(look.item, tag_answers[i].path));
    }
    const struct m2_call *c = NULL;
    while (!told && t->arn && (c = m2_calls(p->s, "resourcegroupstaggingapi", "GetResources", c))) {
        const struct m2_value *list = m2_v_get(c->output, "ResourceTagMappingList"), *item;
        m2_v_each(item, i,
                  c->status == M2_CALL_OK ? list : NULL) if (m2_str_eq(m2_v_str(item, "ResourceARN"), t->arn))
            told = tag_in(m2_v_get(item, "Tags"));
    }
    return told;
}

const char *m2_cleanup_log_group(struct m2_arena *a, const char *function)
{
    return m2_arena_printf(a, "/aws/lambda/%s",
                           m2_str_starts(function, "arn:") ? strrchr(function, ':') + 1 : function);
}

const char *m2_cleanup_log_tag(const struct m2_call **asked, const struct m2_planning *p,
                               const struct m2_subject *t)
{
    const char *end = m2_arena_printf(p->a, ":log-group:%s", m2_cleanup_log_group(p->a, t->r->physical_id));
    *asked = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(p->s, "logs", "ListTagsForResource", c));)
        if (m2_str_ends(m2_v_str(c->input, "resourceArn"), end))
            *asked = c;
    return *asked && (*asked)->status == M2_CALL_OK ? tag_in(m2_v_get((*asked)->output, "tags")) : NULL;
}

/* ---- the template ---- */

static const struct m2_value *read_template(const struct m2_planning *p, const char *stack_arn)
{
    const struct m2_call *c = m2_call_about(p->s, "cloudformation", "GetTemplate", stack_arn);
    if (!c || c->status != M2_CALL_OK)
        return NULL;
    const struct m2_value *body = m2_v_get(c->output, "TemplateBody");
    struct m2_yaml_doc doc;
    struct m2_err err = { 0 };
    if (m2_v_is(body, M2_STRING)) {
        if (m2_yaml_parse(&doc, p->a, body->u.text, "template", &err) < 0)
            return NULL;
        body = doc.root;
    }
    return m2_v_get(body, "Resources");
}

const char *m2_cleanup_policy(struct m2_planning *p, const struct m2_resource *r)
{
    const struct m2_value *resources = NULL;
    size_t i = 0;
    while (i < p->templates.len && !m2_str_eq(p->templates.at[i].stack_arn, r->stack_arn))
        i++;
    if (i < p->templates.len) {
        resources = p->templates.at[i].resources;
    } else {
        resources = read_template(p, r->stack_arn);
        m2_vec_push(p->a, &p->templates, ((struct m2_plan_template){ r->stack_arn, resources }));
    }
    const struct m2_value *own = r->logical_id ? m2_v_get(resources, r->logical_id) : NULL;
    if (!m2_v_is(own, M2_OBJECT))
        return NULL;
    const struct m2_value *said = m2_v_get(own, "DeletionPolicy");
    return said ? m2_v_text(said) : "Delete"; /* one that is an expression is not known */
}

void m2_cleanup_index_parents(struct m2_planning *p)
{
    for (size_t i = 0; i < p->view.resources.len; i++) {
        const struct m2_resource *r = &p->view.resources.at[i];
        bool is_new;
        if (!m2_str_eq(r->type, "AWS::CloudFormation::Stack") || m2_str_empty(r->physical_id))
            continue;
        size_t *at = m2_strmap_at(&p->parents, p->a, r->physical_id, &is_new);
        if (is_new)
            *at = i;
    }
}

const struct m2_resource *m2_cleanup_parent(const struct m2_planning *p, const char *stack_arn)
{
    const size_t *at = stack_arn ? m2_strmap_find(&p->parents, stack_arn) : NULL;
    return at ? &p->view.resources.at[*at] : NULL;
}
