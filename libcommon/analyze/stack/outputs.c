/* stack.outputs: what registration reads from the stack. */
#include "analyze/names.h"
#include "analyze/stack/stack.h"
#include "m2/str.h"

/* What a registration takes from the outputs, and under which names templates give it. */
static const struct {
    const char *what;
    const char *keys[3];
    const char *arn_service; /* NULL: a plain name */
    /* A resource of the stack that nobody learns of without the output; NULL: it is needed in any case. */
    const char *type, *logical_id;
} needed[] = {
    { "the state machine", { "CalculationStateMachineArn", "StateMachineArn", NULL }, "states", NULL, NULL },
    { "the cross-account role",
      { "CloudMRCrossAccountRoleArn", "CrossAccountRoleArn", NULL },
      "iam",
      "AWS::IAM::Role",
      "CrossAccountRole" },
    { "the results bucket",
      { "ResultsBucketName", "ResultsBucket", NULL },
      NULL,
      "AWS::S3::Bucket",
      "ResultsBucket" },
    { "the data bucket", { "DataBucketName", "DataBucket", NULL }, NULL, "AWS::S3::Bucket", "DataBucket" },
    { "the failed bucket",
      { "FailedBucketName", "FailedBucket", NULL },
      NULL,
      "AWS::S3::Bucket",
      "FailedBucket" },
};

/* A registration can do with less than the seed gives out, and a parameter names a bucket as well; but what
 * the stack made and does not tell of, no job finds. */
static enum m2_status level_of(const struct m2_stackview *v, size_t i)
{
    bool made =
        needed[i].type ? m2_stackview_resource(v, needed[i].type, needed[i].logical_id) != NULL : true;
    return made && !m2_stackview_parameter(v, needed[i].keys[0]) ? M2_FAIL : M2_WARN;
}

/* In the root stack, else in a nested one. */
static const struct m2_output *find(const struct m2_stackview *v, const char *const keys[3])
{
    for (size_t i = 0; i < 3 && keys[i]; i++) {
        const struct m2_output *o = m2_stackview_output(v, keys[i]);
        if (o)
            return o;
    }
    return NULL;
}

/* What is wrong with VALUE as an ARN of SERVICE, or NULL. */
static const char *fault_of(struct m2_check_run *r, const char *value, const char *service)
{
    const char *got = m2_arn_part(r->arena, value, M2_ARN_SERVICE);
    if (!got)
        return "it is no ARN";
    if (!m2_str_eq(got, service))
        return m2_arena_printf(r->arena, "it is an ARN of %s, not of %s", got, service);
    const char *account = m2_arn_part(r->arena, value, M2_ARN_ACCOUNT), *own = m2_own_account(r->snap);
    if (own && !m2_str_eq(account, own))
        return m2_arena_printf(r->arena, "it belongs to account %s, not to yours (%s)", account, own);
    const char *region = m2_arn_part(r->arena, value, M2_ARN_REGION);
    if (!m2_str_empty(region) && r->snap->region && !m2_str_eq(region, r->snap->region))
        return m2_arena_printf(r->arena, "it is in region %s, not in %s", region, r->snap->region);
    return NULL;
}

/* NESTED: where it is instead, or NULL. */
static void missing(struct m2_check_run *r, const struct m2_stackview *v, size_t i,
                    const struct m2_output *nested)
{
    struct m2_finding *f = m2_found(r, level_of(v, i), needed[i].keys[0], "stack.output-missing");
    m2_found_title(r, f, "The stack has no output for %s", needed[i].what);
    if (nested)
        m2_found_detail(r, f, "%s has no output %s; only its nested stack %s has one, %s.", v->name,
                        needed[i].keys[0], nested->stack_name, nested->key);
    else
        m2_found_detail(r, f, "Neither %s nor its nested stacks have an output %s or %s.", v->name,
                        needed[i].keys[0], needed[i].keys[1]);
    if (nested)
        m2_found_fix(r, f, "Give %s in the template's Outputs the nested stack's %s, and update the stack.",
                     needed[i].keys[0], nested->key);
    m2_found_evidence(r, f, v->look.call,
                      m2_arena_printf(r->arena, "%s.Outputs", m2_str_or(v->look.path, "Stacks[0]")),
                      m2_v_get(v->root, "Outputs"));
    m2_found_about(r, f, v->arn);
}

static void check_output(struct m2_check_run *r, const struct m2_stackview *v, size_t i)
{
    const struct m2_output *o = find(v, needed[i].keys);
    const char *root = m2_v_str(v->root, "StackName");
    bool nested = o && root && !m2_str_eq(o->stack_name, root);
    if (!o || (nested && !needed[i].type)) {
        missing(r, v, i, o);
        return;
    }
    const char *fault = m2_str_empty(o->value)  ? "it is empty"
                        : needed[i].arn_service ? fault_of(r, o->value, needed[i].arn_service)
                                                : NULL;
    if (!fault) {
        m2_found_pass(r, o->key, "%s = %s", o->key, o->value);
        return;
    }
    struct m2_finding *f = m2_found(r, M2_FAIL, o->key, "stack.output-invalid");
    m2_found_title(r, f, "The output for %s cannot be right", needed[i].what);
    m2_found_detail(r, f, "%s is \"%s\": %s.", o->key, m2_str_or(o->value, ""), fault);
    m2_found_evidence(r, f, o->call, m2_arena_printf(r->arena, "Stacks[].Outputs[?OutputKey=='%s']", o->key),
                      m2_v_string(r->arena, m2_str_or(o->value, "")));
    m2_found_about(r, f, o->value);
}

/* ---- what the user says the outputs are to be ---- */

static void check_expected(struct m2_check_run *r, const struct m2_stackview *v, const char *wanted)
{
    const char *value = NULL, *key = m2_str_cut(r->arena, wanted, '=', &value);
    const struct m2_output *o = m2_stackview_output(v, key);
    const char *is = o ? m2_str_or(o->value, "") : NULL;
    value = m2_str_or(value, "");
    if (m2_str_eq(is, value)) {
        m2_found_pass(r, key, "%s = %s, as expected", key, is);
        return;
    }
    struct m2_finding *f = m2_found(r, M2_FAIL, key, o ? "stack.output-invalid" : "stack.output-missing");
    if (o) {
        m2_found_title(r, f, "Output %s is not what was expected", key);
        m2_found_detail(r, f, "%s is \"%s\", expected was \"%s\".", key, is, value);
    } else {
        m2_found_title(r, f, "The stack has no output %s", key);
        m2_found_detail(r, f, "Neither %s nor its nested stacks have an output %s; expected was \"%s\".",
                        v->name, key, value);
    }
    m2_found_fix(r, f, "Update the stack so that %s is \"%s\", or correct what is expected.", key, value);
    m2_found_evidence(r, f, o ? o->call : v->look.call,
                      m2_arena_printf(r->arena, "Stacks[].Outputs[?OutputKey=='%s']", key),
                      is ? m2_v_string(r->arena, is) : m2_v_get(v->root, "Outputs"));
}

void m2_stack_outputs(struct m2_check_run *r)
{
    struct m2_stackview v = { 0 };
    m2_stackview_make(&v, r->arena, r->snap);
    if (v.state == M2_STACK_UNSEEN) {
        m2_found_unseen(r, v.name, &v.look);
    } else if (v.state == M2_STACK_NONE) {
        m2_found_skip(r, v.name, "There is no stack yet, so there are no outputs.");
    } else if (m2_status_row(v.status)->level == M2_UNKNOWN ||
               (!m2_status_row(v.status)->usable && !m2_str_starts(v.status, "UPDATE_"))) {
        m2_found_skip(r, v.name, "The stack is in state %s; its outputs count once it is complete.",
                      v.status);
    } else {
        for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
            check_output(r, &v, i);
        for (size_t i = 0; i < r->snap->target.expected_outputs.len; i++)
            check_expected(r, &v, r->snap->target.expected_outputs.at[i]);
    }
}
