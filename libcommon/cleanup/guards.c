/* What must hold before something is deleted. Every row has a test that takes it away and sees a foreign
 * thing deleted. */
#include "cleanup/plan.h"

#include <string.h>

#include "analyze/names.h"
#include "m2/deployment.h"

static bool refuse(struct m2_refusal *r, const char *slug, const char *why, const char *fix)
{
    *r = (struct m2_refusal){ slug, why, fix };
    return false;
}

static bool is(const struct m2_subject *t, const char *type)
{
    return !t->log_group && m2_str_eq(t->r->type, type);
}

static bool is_bucket(const struct m2_subject *t)
{
    return is(t, "AWS::S3::Bucket");
}

/* Is something done to it before the stack is asked? Then CloudFormation's own care for a Retain comes too
 * late. */
static bool is_touched(const struct m2_subject *t)
{
    static const char *const types[] = { "AWS::S3::Bucket",
                                         "AWS::ECR::Repository",
                                         "AWS::Lambda::Function",
                                         "AWS::ECS::Cluster",
                                         "AWS::StepFunctions::StateMachine",
                                         "AWS::CloudFormation::Stack" /* what is in it */ };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (is(t, types[i]))
            return true;
    return t->log_group;
}

/* ---- the stack's no more ---- */

/* A teardown began before this one: functions that are gone went with it. */
static bool under_deletion(const struct m2_planning *p)
{
    return p->out->state == M2_PLAN_GONE || m2_str_starts(p->out->status, "DELETE_");
}

/* Is it in a nested stack that was let go? That one lives on, with all that is in it. */
static bool let_go(const struct m2_planning *p, const struct m2_resource *r)
{
    for (int depth = 0; r && depth < M2_CLEANUP_NESTING; depth++) {
        r = m2_cleanup_parent(p, r->stack_arn);
        if (r && m2_str_eq(r->status, "DELETE_SKIPPED"))
            return true;
    }
    return false;
}

static bool live(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (let_go(p, t->r))
        return refuse(r, "stack.not-its-own", "The nested stack that it belongs to was let go.", "");
    return (t->log_group && under_deletion(p)) /* the group outlives its function */ ||
           !m2_cleanup_ended(t->r) ||
           refuse(r, "stack.not-its-own", "The stack has ended its life or let it go.", "");
}

/* ---- not proved its own ---- */

static bool caller_account(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const char *account = m2_own_account(p->s), *of = m2_arn_field(p->a, t->r->stack_arn, 4);
    if (m2_is_account_id(account) && m2_str_eq(account, of))
        return true;
    return refuse(r, "account.differs",
                  m2_arena_printf(p->a, "Its stack is of account %s; the credentials are of %s.",
                                  *of ? of : "?", m2_str_or(account, "an account that could not be read")),
                  "Use the credentials of the account that holds the stack.");
}

static bool resource_account(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const char *id = t->r->physical_id;
    if (!m2_str_starts(id, "arn:"))
        return true;
    const char *account = m2_arn_field(p->a, id, 4), *region = m2_arn_field(p->a, id, 3);
    const char *stack = t->r->stack_arn;
    if ((!*account || m2_str_eq(account, m2_arn_field(p->a, stack, 4))) &&
        (!*region || m2_str_eq(region, m2_arn_field(p->a, stack, 3))))
        return true;
    return refuse(r, "resource.foreign",
                  m2_arena_printf(p->a, "%s is of another account or region than its stack.", id),
                  "Look at the stack's resources; keep this one with DeletionPolicy Retain in the template.");
}

static bool tag(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const char *said = m2_cleanup_stack_tag(p, t);
    if (!said || m2_str_eq(said, t->r->stack_arn))
        return true;
    for (size_t i = 0; i < p->view.stacks.len; i++)
        if (m2_str_eq(said, m2_v_str(p->view.stacks.at[i], "StackId")))
            return true;
    return refuse(
        r, "resource.foreign",
        m2_arena_printf(p->a, "Its tag " M2_TAG_STACK_ID " names another stack: %s.", said),
        "Look which stack it belongs to; keep it with DeletionPolicy Retain in this one's template.");
}

/* Does the nested stack ARN say itself that LISTED, the resource that names it, is its place? */
static bool names_parent(struct m2_planning *p, const struct m2_resource *listed, struct m2_refusal *r)
{
    const char *arn = listed->physical_id;
    struct m2_look look = m2_look_item(p->s, "cloudformation", "DescribeStacks", "Stacks", "StackId", arn);
    if (look.seen == M2_ABSENT || m2_cleanup_ended(listed))
        return true; /* nothing of it is there to be touched */
    if (look.seen == M2_UNSEEN)
        return refuse(r, "stack.unread",
                      m2_arena_printf(p->a, "Whether the nested stack %s belongs here could not be read: %s",
                                      arn, m2_str_or(look.why, "")),
                      "Allow cloudformation:DescribeStacks.");
    if (m2_str_eq(m2_v_str(look.item, "ParentId"), listed->stack_arn) &&
        (m2_str_eq(m2_v_str(look.item, "RootId"), p->out->stack_arn) ||
         m2_str_eq(m2_v_str(look.item, "RootId"),
                   m2_v_str(p->view.root, "RootId")) /* it has outlived its root */))
        return true;
    return refuse(
        r, "resource.foreign",
        m2_arena_printf(p->a, "The stack %s does not say that it is nested in this one: its parent is %s.",
                        arn, m2_str_or(m2_v_str(look.item, "ParentId"), "none")),
        "Look which stack it belongs to; keep it with DeletionPolicy Retain in this one's template.");
}

static bool nested(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (p->out->state != M2_PLAN_STACK) /* of a stack that is gone only logs are asked about, by themselves */
        return true;
    const struct m2_resource *at =
        is(t, "AWS::CloudFormation::Stack") ? t->r : m2_cleanup_parent(p, t->r->stack_arn);
    for (int depth = 0; at && depth < M2_CLEANUP_NESTING; depth++, at = m2_cleanup_parent(p, at->stack_arn))
        if (!names_parent(p, at, r))
            return false;
    return true;
}

static bool cloudmrhub(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const char *account = m2_arn_field(p->a, t->r->stack_arn, 4);
    if (!m2_is_cloudmrhub(account) && !(is_bucket(t) && m2_is_cloudmrhub_bucket(t->r->physical_id)))
        return true;
    return refuse(r, is_bucket(t) ? "bucket.foreign" : "account.cloudmrhub", "It is CloudMRHub's.",
                  "Nothing of CloudMRHub's is deleted by this tool.");
}

static const struct m2_call *about_bucket(const struct m2_planning *p, const char *operation,
                                          const struct m2_subject *t)
{
    const struct m2_call *c = NULL;
    const char *account = m2_own_account(p->s);
    while ((c = m2_calls(p->s, "s3", operation, c)))
        if (m2_str_eq(m2_v_str(c->input, "Bucket"), t->r->physical_id) && account &&
            m2_str_eq(m2_v_str(c->input, "ExpectedBucketOwner"), account))
            return c;
    return NULL;
}

static bool no_such_bucket(const struct m2_call *c)
{
    return c && c->status == M2_CALL_ERROR && c->http_status == 404;
}

static bool bucket_owner(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (!is_bucket(t))
        return true;
    const struct m2_call *c = about_bucket(p, "HeadBucket", t);
    if (c && (c->status == M2_CALL_OK || no_such_bucket(c)))
        return true;
    if (c && c->http_status == 403)
        return refuse(
            r, "bucket.foreign",
            m2_arena_printf(p->a,
                            "S3 does not confirm that the bucket %s is this account's: it is another "
                            "account's, or a policy denies s3:ListBucket.",
                            t->r->physical_id),
            "Allow s3:ListBucket on it if it is yours; else keep it with DeletionPolicy Retain in the "
            "template.");
    return refuse(r, "bucket.unproved",
                  m2_arena_printf(p->a, "Whose the bucket %s is could not be read: %s", t->r->physical_id,
                                  m2_look_why(p->a, "s3:ListBucket", c)),
                  "Run it again, or allow s3:ListBucket.");
}

static bool bucket_region(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (!is_bucket(t))
        return true;
    const struct m2_call *c = about_bucket(p, "HeadBucket", t), *l = about_bucket(p, "GetBucketLocation", t);
    const char *told = c && c->status == M2_CALL_OK ? m2_v_str(c->output, "BucketRegion") : NULL;
    if (m2_str_empty(told) && l && l->status == M2_CALL_OK)
        told = m2_str_or(m2_v_str(l->output, "LocationConstraint"), "us-east-1");
    if (m2_str_eq(told, "EU"))
        told = "eu-west-1";
    if (no_such_bucket(c) || m2_str_empty(told) || m2_str_eq(told, m2_arn_field(p->a, t->r->stack_arn, 3)))
        return true;
    return refuse(r, "bucket.foreign",
                  m2_arena_printf(p->a, "The bucket %s is in %s, its stack is not.", t->r->physical_id, told),
                  "A stack makes buckets in its own region only: look where this one comes from.");
}

/* The policies of R and of the nested stacks above it: the first for which WANTED holds. */
static const struct m2_resource *above(struct m2_planning *p, const struct m2_resource *r,
                                       bool (*wanted)(const char *policy))
{
    for (int depth = 0; r && depth < M2_CLEANUP_NESTING; depth++, r = m2_cleanup_parent(p, r->stack_arn))
        if (wanted(m2_cleanup_policy(p, r)))
            return r;
    return NULL;
}

static bool unread(const char *policy)
{
    return !policy;
}

static bool keeps(const char *policy)
{
    return policy && !m2_str_eq(policy, "Delete");
}

static bool policy_known(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    bool gone = p->out->state == M2_PLAN_GONE; /* what it kept lives: asked by logs-adopted */
    if (gone || !is_touched(t))
        return true;
    const struct m2_resource *open = above(p, t->r, unread);
    if (!open)
        return true;
    return refuse(r, "template.unread",
                  m2_arena_printf(p->a, "Whether the template keeps %s (DeletionPolicy) could not be read.",
                                  m2_str_or(open->logical_id, "it")),
                  "Allow cloudformation:GetTemplate.");
}

/* ---- kept on purpose ---- */

static bool policy(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const char *said = m2_cleanup_policy(p, t->r); /* a function that is kept goes on writing its logs */
    if (!said || m2_str_eq(said, "Delete"))
        return true;
    return refuse(r, "retained.policy", m2_arena_printf(p->a, "The template says DeletionPolicy: %s.", said),
                  "");
}

static bool parent(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const struct m2_resource *nested = above(p, m2_cleanup_parent(p, t->r->stack_arn), keeps);
    return !nested ||
           refuse(r, "retained.policy",
                  m2_arena_printf(p->a, "The template keeps the nested stack %s that it belongs to.",
                                  m2_str_or(nested->logical_id, "?")),
                  "");
}

static bool keep_data(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    return !is_bucket(t) || !p->opt->keep_data ||
           refuse(r, "retained.by-user", "--keep-data keeps the buckets.", "");
}

static bool object_lock(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const struct m2_call *c = is_bucket(t) ? about_bucket(p, "GetObjectLockConfiguration", t) : NULL;
    const struct m2_value *lock =
        c && c->status == M2_CALL_OK ? m2_v_get(c->output, "ObjectLockConfiguration") : NULL;
    const char *mode = m2_v_pstr(lock, "Rule.DefaultRetention.Mode");
    if (!mode || (m2_str_eq(mode, "GOVERNANCE") && p->opt->bypass_governance))
        return true;
    if (m2_str_eq(mode, "GOVERNANCE"))
        return refuse(r, "bucket.object-lock",
                      "Its object lock (GOVERNANCE) keeps every version until its time is over.",
                      "--bypass-governance-retention deletes them all the same.");
    return refuse(
        r, "bucket.object-lock",
        "Its object lock (COMPLIANCE) keeps every version until its time is over; nobody can lift it.", "");
}

static bool mfa_delete(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    const struct m2_call *c = is_bucket(t) ? about_bucket(p, "GetBucketVersioning", t) : NULL;
    if (!c || c->status != M2_CALL_OK || !m2_str_eq_ci(m2_v_str(c->output, "MFADelete"), "Enabled"))
        return true;
    return refuse(r, "bucket.mfa-delete",
                  "Its versions can be deleted only with the code of the root user's MFA device.",
                  "Switch MFA delete off as the root user, then run it again.");
}

static bool logs_asked(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    return !t->log_group || p->opt->delete_logs ||
           refuse(r, "logs.kept", "A function of the stack made it; the stack does not delete it.",
                  "--delete-logs deletes it.");
}

/* With the function gone, the name alone is no proof when a function of that name lives. */
static bool logs_adopted(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (!t->log_group || (!m2_cleanup_ended(t->r) && p->out->state != M2_PLAN_GONE))
        return true;
    struct m2_look look = m2_look_output(p->s, "lambda", "GetFunctionConfiguration", t->arn);
    if (look.seen == M2_ABSENT)
        return true;
    return look.seen == M2_SEEN
               ? refuse(r, "logs.adopted",
                        "The stack's function is gone, and a function of this name uses it now.", "")
               : refuse(r, "logs.unread",
                        m2_arena_printf(p->a,
                                        "Whether a function of this name uses it now could not be read: %s",
                                        m2_str_or(look.why, "")),
                        "Allow lambda:GetFunctionConfiguration.");
}

/* A group of that name may be another stack's own resource. */
static bool logs_tag(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    if (!t->log_group)
        return true;
    const struct m2_call *asked = NULL;
    const char *said = m2_cleanup_log_tag(&asked, p, t);
    if (!asked || asked->status != M2_CALL_OK)
        return refuse(r, "logs.unread",
                      m2_arena_printf(p->a, "Whether it is another stack's could not be read: %s",
                                      m2_look_why(p->a, "logs:ListTagsForResource", asked)),
                      "Allow logs:DescribeLogGroups and logs:ListTagsForResource.");
    return !said || m2_str_eq(said, t->r->stack_arn) ||
           refuse(r, "logs.foreign",
                  m2_arena_printf(p->a, "Its tag " M2_TAG_STACK_ID " names another stack: %s.", said), "");
}

static const struct m2_guard guards[] = {
    { { "live", M2_GUARD_LIVE, "the stack lists it, and has neither deleted it nor let it go" }, live },
    { { "logs-asked", M2_GUARD_KEEP, "it is no log group that a function made, or --delete-logs was given" },
      logs_asked },
    { { "caller-account", M2_GUARD_OWN, "the stack's account is that of the credentials" }, caller_account },
    { { "resource-account", M2_GUARD_OWN, "account and region in its ARN are those of the stack" },
      resource_account },
    { { "tag", M2_GUARD_OWN, "its tag " M2_TAG_STACK_ID ", where it can be read, names this stack" }, tag },
    { { "nested", M2_GUARD_OWN,
        "each nested stack that it is in names the stack that lists it as its parent" },
      nested },
    { { "cloudmrhub", M2_GUARD_OWN, "it is neither CloudMRHub's bucket nor in CloudMRHub's account" },
      cloudmrhub },
    { { "bucket-owner", M2_GUARD_OWN,
        "S3 confirms that the bucket is this account's (x-amz-expected-bucket-owner)" },
      bucket_owner },
    { { "bucket-region", M2_GUARD_OWN, "the bucket is in the stack's region" }, bucket_region },
    { { "policy-known", M2_GUARD_OWN, "the template, which says what is kept, was read" }, policy_known },
    { { "policy", M2_GUARD_KEEP, "the template has no DeletionPolicy that keeps it" }, policy },
    { { "parent", M2_GUARD_KEEP, "no template above keeps the nested stack that it belongs to" }, parent },
    { { "keep-data", M2_GUARD_KEEP, "it is no bucket, or --keep-data was not given" }, keep_data },
    { { "object-lock", M2_GUARD_KEEP, "no object lock keeps its versions" }, object_lock },
    { { "mfa-delete", M2_GUARD_KEEP, "its versions can be deleted without an MFA device" }, mfa_delete },
    { { "logs-adopted", M2_GUARD_KEEP, "no function lives under the name of one that went with its stack" },
      logs_adopted },
    { { "logs-tag", M2_GUARD_KEEP,
        "no tag of the log group names another stack, and its tags could be read" },
      logs_tag },
};

const struct m2_guard *m2_guard_table(size_t *n)
{
    *n = sizeof guards / sizeof guards[0];
    return guards;
}

const struct m2_guard_row *m2_cleanup_guards(size_t *n)
{
    static struct m2_guard_row rows[sizeof guards / sizeof guards[0]];
    *n = sizeof guards / sizeof guards[0];
    for (size_t i = 0; i < *n; i++)
        rows[i] = guards[i].pub;
    return rows;
}

const char *m2_guard_kind_name(enum m2_guard_kind k)
{
    static const char *const names[] = { "left out", "refused", "kept" };
    return names[k];
}

const struct m2_guard *m2_guards_ask(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r)
{
    for (size_t i = 0; i < p->n_guards; i++)
        if (!p->guards[i].holds(p, t, r))
            return &p->guards[i];
    return NULL;
}
