/* The role that the built-in template makes for CloudMR Brain, held against the table of docs/SECURITY.md by
 * the policy evaluator: with the template's defaults, and with each option that its policies hang on. */
#include <criterion/criterion.h>
#include <string.h>

#include "analyze/access/promise.h"
#include "analyze/template/template.h"
#include "m2/deploy.h"
#include "m2/file.h"
#include "m2/model.h"
#include "m2/str.h"
#include "templatelab.h"

#define ACCOUNT "123456789012"
#define BRAIN "469266894233"
#define QUEUE "arn:aws:iam::" BRAIN ":role/QueueJob"
#define ROLE "arn:aws:iam::" ACCOUNT ":role/lab-CloudMRCrossAccountRole-1A"
#define ID "0123456789abcdef0123456789abcdef"
#define MACHINE "arn:aws:states:us-east-1:" ACCOUNT ":stateMachine:Jobs-1"
#define EXECUTIONS "arn:aws:states:us-east-1:" ACCOUNT ":execution:"
#define ASKS 12

/* What CloudFormation puts where a resource is named; longer names first. */
static const struct {
    const char *written, *made;
} references[] = {
    { "!Ref JobChooserStateMachine", "'" MACHINE "'" },
    { "${JobChooserStateMachine.Name}", "Jobs-1" },
    { "!Ref ResultsBucketKept", "lab-results" },
    { "!Ref ResultsBucket,", "lab-results," },
    { "${AWS::Partition}", "aws" },
    { "${AWS::Region}", "us-east-1" },
    { "${AWS::AccountId}", ACCOUNT },
    { "  ExternalId:\n    Type: String\n", "  ExternalId:\n    Type: String\n    Default: " ID "\n" },
};

static const struct variant {
    const char *name, *written, *set; /* a parameter's default, replaced; NULL: none */
    bool one_role;
} variants[] = {
    { "defaults", NULL, NULL, false },
    { "buckets are kept", "  KeepBuckets:\n    Type: String\n    Default: 'no'",
      "  KeepBuckets:\n    Type: String\n    Default: 'yes'", false },
    { "a bucket of one's own", "  ResultsBucketName:\n    Type: String\n    Default: ''",
      "  ResultsBucketName:\n    Type: String\n    Default: lab-results", false },
    { "one role is named", "  CloudMRQueueJobRoleArn:\n    Type: String\n    Default: ''",
      "  CloudMRQueueJobRoleArn:\n    Type: String\n    Default: " QUEUE, true },
};

/* What the column "on" of the table stands for. */
static const struct {
    const char *words, *resource; /* NULL: anything at all */
} subjects[] = {
    { "the state machine", MACHINE },
    { "another state machine", "arn:aws:states:us-east-1:" ACCOUNT ":stateMachine:Jobs-2" },
    { "its executions", EXECUTIONS "Jobs-1:*" },
    { "another's executions", EXECUTIONS "Jobs-2:*" },
    { "the results bucket", "arn:aws:s3:::lab-results" },
    { "objects in the results bucket", "arn:aws:s3:::lab-results/*" },
    { "the data bucket", "arn:aws:s3:::lab-data" },
    { "objects in the data bucket", "arn:aws:s3:::lab-data/*" },
    { "objects in the failed bucket", "arn:aws:s3:::lab-failed/*" },
    { "another bucket", "arn:aws:s3:::lab-results2" },
    { "objects in another bucket", "arn:aws:s3:::lab-results2/*" },
    { "anything", NULL },
};

struct ask {
    const char *may, *actions[ASKS], *on, *resource;
    bool yes;
};
struct asks {
    M2_VEC(struct ask) list;
};

static const char *replaced(struct m2_arena *a, const char *text, const char *from, const char *to, size_t *n)
{
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    for (const char *at; (at = strstr(text, from)); text = at + strlen(from), (*n)++) {
        m2_buf_add(&b, text, (size_t)(at - text));
        m2_buf_adds(&b, to);
    }
    m2_buf_adds(&b, text);
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

/* The template's text as VARIANT deploys it. */
static const char *deployed(struct m2_arena *a, const struct variant *v)
{
    size_t size = 0, n = 0;
    const char *text = m2_deploy_template(&size);
    for (size_t i = 0; i < sizeof references / sizeof references[0]; i++, n = 0) {
        text = replaced(a, text, references[i].written, references[i].made, &n);
        cr_assert_gt(n, 0, "%s is not in the template", references[i].written);
    }
    if (v->written) {
        text = replaced(a, text, v->written, v->set, &n);
        cr_assert_eq(n, 1, "%s: %zu", v->name, n);
    }
    return text;
}

/* The text between the N-th and the next bar of LINE. */
static const char *cell(struct m2_arena *a, const char *line, int n)
{
    const char *from = line, *end = NULL;
    for (int i = 0; i <= n && from; i++)
        from = (from = strchr(from, '|')) ? from + 1 : NULL;
    end = from ? strchr(from, '|') : NULL;
    return end ? m2_str_trim(a, m2_arena_strndup(a, from, (size_t)(end - from))) : NULL;
}

static void read_row(struct asks *out, struct m2_arena *a, const char *line)
{
    struct ask ask = { .may = cell(a, line, 0), .on = cell(a, line, 3) };
    const char *yes = cell(a, line, 1), *rest = cell(a, line, 2);
    size_t n = 0, s = 0;
    if (!m2_str_eq(yes, "yes") && !m2_str_eq(yes, "no"))
        return;
    ask.yes = m2_str_eq(yes, "yes");
    while (s < sizeof subjects / sizeof subjects[0] && !m2_str_eq(subjects[s].words, ask.on))
        s++;
    cr_assert_lt(s, sizeof subjects / sizeof subjects[0], "what is \"%s\"?", ask.on);
    ask.resource = subjects[s].resource;
    while (rest && *rest) {
        cr_assert_lt(n, ASKS);
        ask.actions[n++] =
            m2_str_cut(a, replaced(a, m2_str_cut(a, rest, ' ', &rest), "`", "", &(size_t){ 0 }), ' ',
                       &(const char *){ NULL });
    }
    m2_vec_push(a, &out->list, ask);
}

/* The table of docs/SECURITY.md. */
static void read_table(struct asks *out, struct m2_arena *a)
{
    struct m2_bytes file = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_file_read(&file, a, M2_SOURCE_DIR "/docs/SECURITY.md", 1 << 20, &err), 0, "%s", err.msg);
    const char *text = m2_arena_strndup(a, file.p, file.n), *rest = strstr(text, "| may CloudMR Brain |");
    cr_assert(rest, "the table is not there");
    while (rest && *rest == '|')
        read_row(out, a, m2_str_cut(a, rest, '\n', &rest));
    cr_assert_geq(out->list.len, 18, "%zu rows", out->list.len);
}

struct role {
    struct account ac;
    struct m2_tpls all;
    struct m2_policies policies, trust;
};

/* The role as VARIANT makes it: its own policies, and those that other resources would attach to it. */
static void make_role(struct role *out, const struct variant *v)
{
    struct m2_err err = { 0 };
    const struct m2_value *resource = NULL, *item = NULL;
    *out = (struct role){ 0 };
    templates_open(&out->ac);
    struct m2_arena *a = out->ac.arena;
    templates_add(&out->ac, "t.yaml", NULL, NULL, deployed(a, v));
    cr_assert_eq(m2_snapshot_from_value(&out->ac.snap, a, out->ac.root, "t.yaml", &err), 0, "%s", err.msg);
    m2_tpls_make(&out->all, a, &out->ac.snap);
    const struct m2_tpl *t = out->all.list.at[0];
    resource = m2_v_get(t->resources, "CloudMRCrossAccountRole");
    cr_assert(resource && !m2_tpl_property(&out->all, t, resource, "ManagedPolicyArns"));
    m2_v_each(item, i, m2_tpl_property(&out->all, t, resource, "Policies"))
    {
        const struct m2_policy p = { .document =
                                         m2_tpl_deep(&out->all, t, m2_v_get(item, "PolicyDocument")) };
        m2_vec_push(a, &out->policies.list, p);
    }
    for (size_t i = 0; i < m2_v_len(t->resources); i++)
        cr_assert_not(
            m2_str_eq(m2_v_str(t->resources->u.object.at[i].value, "Type"), "AWS::IAM::Policy") ||
            m2_str_eq(m2_v_str(t->resources->u.object.at[i].value, "Type"), "AWS::IAM::ManagedPolicy"));
    const struct m2_policy trust = {
        .kind = M2_POLICY_RESOURCE,
        .document =
            m2_tpl_deep(&out->all, t, m2_tpl_property(&out->all, t, resource, "AssumeRolePolicyDocument"))
    };
    const struct m2_policy everything = { .document = m2_v_string(a, M2_POLICY_EVERYTHING) };
    m2_vec_push(a, &out->trust.list, trust);
    m2_vec_push(a, &out->trust.list, everything);
    cr_assert_eq(out->policies.list.len, 1, "%zu policies", out->policies.list.len);
}

static enum m2_decision decide(struct role *r, const char *action, const char *resource)
{
    const struct m2_policy_request req = {
        .action = action, .resource = resource, .principal = ROLE, .account = ACCOUNT
    };
    struct m2_verdict v = { 0 };
    m2_policy_evaluate(&v, r->ac.arena, &r->policies, &req);
    return v.decision;
}

Test(deploy_role, every_row_of_the_guides_table_is_so)
{
    for (size_t k = 0; k < sizeof variants / sizeof variants[0]; k++) {
        struct role r;
        struct asks asks = { 0 };
        make_role(&r, &variants[k]);
        read_table(&asks, r.ac.arena);
        for (size_t i = 0; i < asks.list.len; i++)
            for (const char *const *action = asks.list.at[i].actions; *action; action++)
                cr_expect_eq(decide(&r, *action, asks.list.at[i].resource),
                             asks.list.at[i].yes ? M2_ALLOWED : M2_DENIED, "%s: %s on %s: %s is not so",
                             variants[k].name, *action, asks.list.at[i].on,
                             asks.list.at[i].yes ? "yes" : "no");
        account_close(&r.ac);
    }
}

static bool in_table(const struct asks *asks, const char *action)
{
    for (size_t i = 0; i < asks->list.len; i++)
        for (const char *const *a = asks->list.at[i].actions; asks->list.at[i].yes && *a; a++)
            if (m2_str_eq(*a, action))
                return true;
    return false;
}

/* Of every operation that the tools know of, and by the width of each Allow. */
Test(deploy_role, nothing_is_allowed_that_the_table_does_not_name)
{
    for (size_t k = 0; k < sizeof variants / sizeof variants[0]; k++) {
        struct role r;
        struct asks asks = { 0 };
        struct m2_beyonds beyond = { 0 };
        size_t allowed = 0;
        make_role(&r, &variants[k]);
        read_table(&asks, r.ac.arena);
        for (const char *const *name = m2_model_services(); *name; name++) {
            const struct m2_service *service = NULL;
            struct m2_err err = { 0 };
            cr_assert_eq(m2_model_service(&service, *name, &err), 0, "%s", err.msg);
            const struct m2_value *ops = m2_v_get(service->root, "operations");
            for (size_t i = 0; i < m2_v_len(ops); i++) {
                const char *action = m2_model_iam_action(r.ac.arena, *name, ops->u.object.at[i].key);
                bool some = decide(&r, action, NULL) != M2_DENIED;
                cr_expect_eq(some, in_table(&asks, action), "%s: %s", variants[k].name, action);
                allowed += some;
            }
        }
        cr_expect_geq(allowed, 4, "%zu", allowed);
        m2_promise_beyond(&beyond, r.ac.arena, &r.policies, ROLE);
        cr_expect_eq(beyond.list.len, 0, "%s: %s", variants[k].name,
                     beyond.list.len ? beyond.list.at[0].action : "");
        account_close(&r.ac);
    }
}

Test(deploy_role, only_cloudmr_brain_with_the_id_takes_it)
{
    static const struct {
        const char *name, *principal, *account, *id; /* id NULL: none */
        bool account_trusted, role_trusted;
    } rows[] = {
        { "the queue's role", QUEUE, BRAIN, ID, true, true },
        { "the queue's role without the id", QUEUE, BRAIN, NULL, false, false },
        { "the queue's role with another customer's id", QUEUE, BRAIN, "another", false, false },
        { "another role of the account", "arn:aws:iam::" BRAIN ":role/x", BRAIN, ID, true, false },
        { "another account that knows the id", "arn:aws:iam::999999999999:role/x", "999999999999", ID, false,
          false },
        { "a role of one's own account", "arn:aws:iam::" ACCOUNT ":role/x", ACCOUNT, ID, false, false },
    };
    for (size_t k = 0; k < sizeof variants / sizeof variants[0]; k++) {
        struct role r;
        make_role(&r, &variants[k]);
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const char *ids[] = { rows[i].id, NULL };
            const struct m2_context_key id = { "sts:ExternalId", rows[i].id ? M2_KEY_KNOWN : M2_KEY_ABSENT,
                                               ids };
            const struct m2_policy_request req = { .action = "sts:AssumeRole",
                                                   .resource = ROLE,
                                                   .principal = rows[i].principal,
                                                   .account = rows[i].account,
                                                   .resource_account = ACCOUNT,
                                                   .resource_decides = true,
                                                   .context = &id,
                                                   .n_context = 1 };
            struct m2_verdict v = { 0 };
            m2_policy_evaluate(&v, r.ac.arena, &r.trust, &req);
            bool wanted = variants[k].one_role ? rows[i].role_trusted : rows[i].account_trusted;
            cr_expect_eq(v.decision, wanted ? M2_ALLOWED : M2_DENIED, "%s, %s: %s", variants[k].name,
                         rows[i].name, m2_verdict_text(r.ac.arena, &v));
        }
        account_close(&r.ac);
    }
}
