/* template.outputs: does the stack tell what registration needs? */
#include "analyze/template/template.h"
#include "m2/str.h"

/* As stack.outputs reads them from a deployed stack. */
static const struct {
    const char *what, *keys[2], *type,
        *id; /* a resource of TYPE whose logical id holds ID (NULL: any) makes it needed */
    enum m2_status status;
} needed[] = {
    { "the state machine",
      { "CalculationStateMachineArn", "StateMachineArn" },
      "StateMachine",
      NULL,
      M2_FAIL },
    { "the cross-account role",
      { "CloudMRCrossAccountRoleArn", "CrossAccountRoleArn" },
      "AWS::IAM::Role",
      "CrossAccountRole",
      M2_WARN },
    { "the results bucket",
      { "ResultsBucketName", "ResultsBucket" },
      "AWS::S3::Bucket",
      "ResultsBucket",
      M2_WARN },
    { "the data bucket", { "DataBucketName", "DataBucket" }, "AWS::S3::Bucket", "DataBucket", M2_WARN },
    { "the failed bucket",
      { "FailedBucketName", "FailedBucket" },
      "AWS::S3::Bucket",
      "FailedBucket",
      M2_WARN },
};

struct holder {
    const struct m2_tpl *t; /* of the resource */
    const char *id;
    bool unseen; /* a nested template that could not be read may hold it */
};

static void find_resource(struct holder *h, const struct m2_tpls *all, const struct m2_tpl *t, size_t kind)
{
    const struct m2_value *resource = NULL;
    const char *id = NULL;
    m2_tpl_each_resource(all, t, id, resource)
    {
        const char *type = m2_v_str(resource, "Type");
        bool is = needed[kind].id ? m2_str_eq(type, needed[kind].type) && m2_str_has_ci(id, needed[kind].id)
                                  : m2_str_ends(type, needed[kind].type);
        if (is && !h->t) {
            h->t = t;
            h->id = id;
        }
        bool nests =
            m2_str_eq(type, "AWS::CloudFormation::Stack") || m2_str_eq(type, "AWS::Serverless::Application");
        const struct m2_tpl *nested = nests ? m2_tpl_nested(all, t, id) : NULL;
        if (nested && nested->root)
            find_resource(h, all, nested, kind);
        else if (nests)
            h->unseen = true;
    }
}

static const char *output_of(const struct m2_tpls *all, const struct m2_tpl *t, size_t kind)
{
    for (size_t i = 0; i < 2; i++) {
        const struct m2_value *output = m2_v_get(t->outputs, needed[kind].keys[i]);
        if (output && !m2_tpl_left_out(all, t, output))
            return needed[kind].keys[i];
    }
    return NULL;
}

static void missing(struct m2_check_run *r, const struct m2_tpls *all, const struct m2_tpl *t,
                    const struct holder *h, size_t kind)
{
    struct m2_place p = t->outputs ? m2_tpl_key_place(t, "Outputs", t->outputs) : (struct m2_place){ 1, 1 };
    const char *below = h->t != t ? output_of(all, h->t, kind) : NULL;
    struct m2_finding *f = m2_tpl_found(r, needed[kind].status, t, p, "template.output-missing",
                                        m2_v_string(r->arena, needed[kind].keys[0]));
    m2_found_title(r, f, "The template has no output for %s", needed[kind].what);
    m2_found_detail(r, f, "%s has no output %s, so nobody learns of %s, which %s makes%s%s%s.",
                    m2_tpl_at(r->arena, t, p), needed[kind].keys[0], h->id, h->t->name,
                    below ? "; only the nested template has one, " : "", m2_str_or(below, ""), "");
    m2_found_fix(r, f, "Add the output %s to %s.", needed[kind].keys[0], t->name);
    m2_found_about(r, f, needed[kind].keys[0]);
}

static void judge(struct m2_check_run *r, const struct m2_tpls *all, const struct m2_tpl *t)
{
    size_t missed = 0, there = 0;
    bool unsure = false;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        struct holder h = { 0 };
        if (output_of(all, t, i)) {
            there++;
            continue;
        }
        find_resource(&h, all, t, i);
        if (h.t && !t->generated) {
            missing(r, all, t, &h, i);
            missed++;
        } else if (i == 0) {
            unsure = h.t || h.unseen;
        }
    }
    if (missed)
        return;
    if (unsure) {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, t->name, NULL);
        m2_found_detail(r, f,
                        "%s has no output %s; whether it needs one cannot be told from what could be read.",
                        t->name, needed[0].keys[0]);
    } else if (there) {
        m2_found_pass(r, t->name, "%s has the outputs that registration reads.", t->name);
    } else {
        m2_found_skip(r, t->name, "%s holds no state machine: it is not the template of a computing unit.",
                      t->name);
    }
}

void m2_template_outputs(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i]->root && !all->list.at[i]->parent)
            judge(r, all, all->list.at[i]);
}
