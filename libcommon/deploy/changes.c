/* A change set as CloudFormation describes it, read for people: what is made, changed, replaced, removed. */
#include "m2/deploy.h"

#include <string.h>

#include "m2/str.h"

/* Types that hold what no second deployment brings back. */
static const char *const stateful_types[] = {
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::DynamoDB::GlobalTable",
    "AWS::EFS::FileSystem",
    "AWS::ECR::Repository",
    "AWS::Logs::LogGroup",
    "AWS::SecretsManager::Secret",
    "AWS::KMS::Key",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::SQS::Queue",
    "AWS::EC2::Volume",
    "AWS::FSx::FileSystem",
    "AWS::SSM::Parameter",
};

static bool is_stateful(const char *type)
{
    for (size_t i = 0; i < sizeof stateful_types / sizeof stateful_types[0]; i++)
        if (m2_str_eq(type, stateful_types[i]))
            return true;
    return false;
}

/* One detail: "Properties.Cpu (FargateCpu)". */
static void add_detail(struct m2_buf *b, const struct m2_value *detail)
{
    const struct m2_value *target = m2_v_get(detail, "Target");
    const char *attribute = m2_v_str(target, "Attribute"), *name = m2_v_str(target, "Name");
    const char *cause = m2_str_or(m2_v_str(detail, "CausingEntity"), "");
    if (!attribute)
        return;
    m2_buf_addf(b, "%s%s%s%s%s%s%s", b->len ? ", " : "", attribute, name ? "." : "", m2_str_or(name, ""),
                *cause ? " (" : "", cause, *cause ? ")" : "");
}

static const char *why(struct m2_arena *a, const struct m2_value *change)
{
    const struct m2_value *detail, *details = m2_v_get(change, "Details");
    struct m2_buf b;
    m2_buf_init(&b, 2000);
    m2_v_each(detail, i, details)
    {
        size_t before = b.len;
        add_detail(&b, detail);
        /* A static and a dynamic evaluation of the same property are two details. */
        const char *fresh = b.data + before;
        size_t n = b.len - before;
        if (before && n > 2 && memmem(b.data, before, fresh + 2, n - 2)) {
            b.len = before;
            b.data[before] = '\0';
        }
    }
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static void count(struct m2_changes *out, const struct m2_change *c)
{
    if (m2_str_eq(c->action, "Add") || m2_str_eq(c->action, "Import"))
        out->added++;
    else if (m2_str_eq(c->action, "Remove"))
        out->removed++;
    else if (m2_str_eq(c->replacement, "True"))
        out->replaced++;
    else
        out->modified++;
}

void m2_changes_read(struct m2_changes *out, struct m2_arena *a, const struct m2_value *output)
{
    *out = (struct m2_changes){ 0 };
    m2_changes_add(out, a, output, NULL);
}

void m2_changes_add(struct m2_changes *out, struct m2_arena *a, const struct m2_value *output,
                    const char *inside)
{
    const struct m2_value *item;
    m2_v_each(item, i, m2_v_get(output, "Changes"))
    {
        const struct m2_value *r = m2_v_get(item, "ResourceChange");
        if (!r) /* of hooks */
            continue;
        struct m2_change c = { .action = m2_str_or(m2_v_str(r, "Action"), "?"),
                               .logical_id = m2_str_or(m2_v_str(r, "LogicalResourceId"), "?"),
                               .physical_id = m2_str_or(m2_v_str(r, "PhysicalResourceId"), ""),
                               .type = m2_str_or(m2_v_str(r, "ResourceType"), "?"),
                               .replacement = m2_str_or(m2_v_str(r, "Replacement"), ""),
                               .policy = m2_str_or(m2_v_str(r, "PolicyAction"), ""),
                               .nested = m2_v_str(r, "ChangeSetId") };
        if (inside)
            c.logical_id = m2_arena_printf(a, "%s/%s", inside, c.logical_id);
        c.why = why(a, r);
        c.stateful = is_stateful(c.type);
        bool removed = m2_str_eq(c.action, "Remove"),
             made = m2_str_eq(c.action, "Add") || m2_str_eq(c.action, "Import");
        /* Conditional and Dynamic: known only while it is done. */
        bool replaced = m2_str_eq(c.replacement, "True") || m2_str_eq(c.replacement, "Conditional") ||
                        m2_str_eq(c.action, "Dynamic");
        c.loses = c.stateful && (removed || (!made && replaced));
        m2_vec_push(a, &out->list, c);
        count(out, &c);
    }
}

const struct m2_change *m2_changes_forbidden(const struct m2_changes *c, const char *const *allowed,
                                             size_t n_allowed)
{
    for (size_t i = 0; i < c->list.len; i++) {
        const struct m2_change *one = &c->list.at[i];
        bool may = !one->loses;
        for (size_t k = 0; !may && k < n_allowed; k++)
            may = m2_str_eq(allowed[k], one->logical_id) || m2_str_eq(allowed[k], one->physical_id);
        if (!may)
            return one;
    }
    return NULL;
}

struct m2_value *m2_changes_to_value(struct m2_arena *a, const struct m2_changes *c)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < c->list.len; i++) {
        const struct m2_change *one = &c->list.at[i];
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "action", one->action);
        m2_v_set_str(a, v, "logical_id", one->logical_id);
        m2_v_set_str(a, v, "physical_id", one->physical_id);
        m2_v_set_str(a, v, "type", one->type);
        m2_v_set_str(a, v, "replacement", one->replacement);
        m2_v_set_str(a, v, "policy", one->policy);
        m2_v_set_str(a, v, "why", one->why);
        m2_v_set_bool(a, v, "stateful", one->stateful);
        m2_v_set_bool(a, v, "needs_allow_replace", one->loses);
        m2_v_push(a, list, v);
    }
    return list;
}

bool m2_changes_none(const char *reason)
{
    return m2_str_has_ci(reason, "didn't contain changes") || m2_str_has_ci(reason, "no updates are to be");
}
