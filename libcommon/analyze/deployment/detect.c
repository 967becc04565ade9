/* What the stack says about its computing unit: the first source in each table that has a value. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "m2/deployment.h"

const char *const m2_deployment_collect[] = { "registration", NULL };

struct named {
    enum m2_unit_field field;
    const char *keys[3];         /* of an output, else of a parameter of the root stack */
    const char *type, *hints[3]; /* else the physical id of a resource */
};

static const struct named table[] = {
    { M2_UNIT_STATE_MACHINE,
      { "CalculationStateMachineArn", "StateMachineArn" },
      "AWS::StepFunctions::StateMachine",
      { "JobChooser", "" } },
    { M2_UNIT_RESULTS, { "ResultsBucketName", "ResultsBucket" }, "AWS::S3::Bucket", { "Results" } },
    { M2_UNIT_FAILED, { "FailedBucketName", "FailedBucket" }, "AWS::S3::Bucket", { "Failed" } },
    { M2_UNIT_DATA, { "DataBucketName", "DataBucket" }, "AWS::S3::Bucket", { "Data" } },
    { M2_UNIT_ROLE,
      { "CloudMRCrossAccountRoleArn", "CrossAccountRoleArn" },
      "AWS::IAM::Role",
      { "CrossAccountRole" } },
    { M2_UNIT_EXTERNAL_ID, { "ExternalId" }, NULL, { NULL } },
};

/* A parameter with NoEcho is told as asterisks. */
static bool is_told(const char *value)
{
    return !m2_str_empty(value) && strspn(value, "*") != strlen(value);
}

static struct m2_setting of_resource(const struct m2_stackview *v, struct m2_arena *a, const struct named *n)
{
    for (size_t i = 0; n->type && i < 3 && n->hints[i]; i++) {
        const char *hint = *n->hints[i] ? n->hints[i] : NULL;
        const struct m2_resource *r = m2_stackview_resource(v, n->type, hint);
        if (r && !m2_str_empty(r->physical_id) && !m2_str_eq(r->status, "DELETE_COMPLETE"))
            return (struct m2_setting){ NULL, r->physical_id,
                                        m2_arena_printf(a, "resource %s of stack %s", r->logical_id,
                                                        m2_str_or(r->stack_name, v->name)) };
    }
    return (struct m2_setting){ NULL, NULL, "not found in the stack" };
}

static struct m2_setting find(const struct m2_stackview *v, struct m2_arena *a, const struct named *n)
{
    for (size_t i = 0; i < 3 && n->keys[i]; i++) {
        const struct m2_output *o = m2_stackview_output(v, n->keys[i]);
        if (o && is_told(o->value))
            return (struct m2_setting){
                NULL, o->value, m2_arena_printf(a, "output %s of stack %s", n->keys[i], o->stack_name)
            };
    }
    for (size_t i = 0; i < 3 && n->keys[i]; i++) {
        const char *value = m2_stackview_parameter(v, n->keys[i]);
        if (is_told(value))
            return (struct m2_setting){ NULL, value,
                                        m2_arena_printf(a, "parameter %s of stack %s", n->keys[i], v->name) };
    }
    return of_resource(v, a, n);
}

/* A resource gives the role's name; IAM knows its path, else the name makes the ARN. */
static void name_to_arn(struct m2_deployment *d, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_setting *role = &d->at[M2_UNIT_ROLE];
    if (!role->value || m2_str_starts(role->value, "arn:"))
        return;
    struct m2_look look = m2_look_output(s, "iam", "GetRole", role->value);
    const char *arn = look.seen == M2_SEEN ? m2_v_pstr(look.item, "Role.Arn") : NULL;
    const char *partition = m2_arn_part(a, d->view.arn, M2_ARN_PARTITION);
    if (!arn && d->account)
        arn = m2_arena_printf(a, "arn:%s:iam::%s:role/%s", m2_str_or(partition, "aws"), d->account,
                              role->value);
    role->value = arn;
}

/* Where neither parameter nor output tells the external id, the role's own trust policy does. */
static void external_id_of_trust(struct m2_deployment *d, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_setting *id = &d->at[M2_UNIT_EXTERNAL_ID];
    const char *resource = m2_arn_part(a, d->at[M2_UNIT_ROLE].value, M2_ARN_RESOURCE);
    const char *slash = resource ? strrchr(resource, '/') : NULL;
    if (id->value || !slash)
        return;
    struct m2_look look = m2_look_output(s, "iam", "GetRole", slash + 1);
    if (look.seen != M2_SEEN)
        return;
    *id = (struct m2_setting){ NULL, "", m2_arena_printf(a, "role %s asks for none", slash + 1) };
    const char *asked = m2_deployment_external_id(a, m2_v_path(look.item, "Role.AssumeRolePolicyDocument"));
    if (asked)
        *id = (struct m2_setting){ NULL, asked, m2_arena_printf(a, "trust policy of role %s", slash + 1) };
}

const char *m2_deployment_external_id(struct m2_arena *a, const struct m2_value *trust)
{
    const struct m2_value *document = m2_policy_document(a, trust);
    for (size_t i = 0; i < m2_policy_statements(document); i++) {
        const char *id =
            m2_policy_text(m2_statement_condition(m2_policy_statement(document, i), "sts:ExternalId"), 0);
        if (!m2_str_empty(id) && !strpbrk(id, "*?"))
            return id;
    }
    return NULL;
}

void m2_deployment_detect(struct m2_deployment *out, struct m2_arena *a, const struct m2_snapshot *s,
                          const char *role)
{
    struct m2_deployment d = { .account = m2_own_account(s) };
    m2_stackview_make(&d.view, a, s);
    for (size_t i = 0; i < M2_UNIT_FIELDS; i++)
        d.at[i] = (struct m2_setting){ NULL, NULL, "not set" };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        d.at[table[i].field] = find(&d.view, a, &table[i]);
    d.at[M2_UNIT_ACCOUNT] = (struct m2_setting){ NULL, d.account, "sts:GetCallerIdentity" };
    d.at[M2_UNIT_REGION] = (struct m2_setting){ NULL, s->region, "the region of this run" };
    name_to_arn(&d, a, s);
    if (role && !m2_str_eq(role, d.at[M2_UNIT_ROLE].value)) { /* what the stack knows is of another role */
        d.at[M2_UNIT_ROLE] = (struct m2_setting){ NULL, role, "given" };
        d.at[M2_UNIT_EXTERNAL_ID] = (struct m2_setting){ NULL, NULL, "not known" };
    }
    external_id_of_trust(&d, a, s);
    for (size_t i = 0; i < M2_UNIT_FIELDS; i++)
        d.at[i].name = m2_unit_rows()[i].key;
    *out = d;
}
