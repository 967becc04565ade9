/* What forbids carrying the plan out, and what to know before it. Everything is asked before anything is
 * deleted. */
#include <string.h>

#include "cleanup/plan.h"
#include "m2/deployment.h"

static void block(struct m2_planning *p, const char *slug, const char *said, const char *fix)
{
    m2_plan_note_add(p, true, slug, said, fix);
}

static void warn(struct m2_planning *p, const char *slug, const char *said)
{
    m2_plan_note_add(p, false, slug, said, "");
}

/* ---- the account ---- */

static void account(struct m2_planning *p)
{
    struct m2_arena *a = p->a;
    const struct m2_plan *out = p->out;
    const struct m2_plan_options *o = p->opt;
    if (!m2_is_account_id(out->account))
        block(p, "account.unread", "Whose account this is could not be read.",
              "Check the credentials: aws sts get-caller-identity");
    if (m2_is_cloudmrhub(out->account))
        block(p, "account.cloudmrhub", m2_arena_printf(a, "Account %s is CloudMRHub's own.", out->account),
              "Use the credentials of your own account.");
    const char *of = m2_arn_field(a, out->stack_arn, 4);
    if (*of && !m2_str_eq(of, out->account))
        block(p, "account.differs",
              m2_arena_printf(a, "The stack is of account %s, the credentials are of %s.", of, out->account),
              "Use the credentials of the account that holds the stack.");
    if (o->expected_account && !m2_str_eq(o->expected_account, out->account))
        block(p, "account.differs",
              m2_arena_printf(a, "AWS_ACCOUNT_ID says %s, the credentials are of %s.", o->expected_account,
                              out->account),
              "Correct AWS_ACCOUNT_ID, or use the other credentials.");
    if (o->confirm_account && !m2_str_eq(o->confirm_account, out->account))
        block(p, "account.differs",
              m2_arena_printf(a, "--confirm-account says %s, the credentials are of %s.", o->confirm_account,
                              out->account),
              "");
    struct m2_look alias = m2_look_output(p->s, "iam", "ListAccountAliases", NULL);
    if (alias.seen != M2_SEEN && !o->confirm_account && m2_plan_work(out))
        block(p, "account.alias-unread",
              m2_arena_printf(a, "Whether the account's alias says production could not be read: %s",
                              m2_str_or(alias.why, "")),
              m2_arena_printf(
                  a, "Allow iam:ListAccountAliases, or say which account is meant: --confirm-account %s",
                  out->account));
    if (m2_str_has_ci(out->alias, "prod") && !o->confirm_account)
        block(p, "account.production",
              m2_arena_printf(a, "The account's alias \"%s\" says production.", out->alias),
              m2_arena_printf(a, "If it is meant all the same: --confirm-account %s", out->account));
}

/* ---- the stack ---- */

/* A stack at work makes things that no plan has shown. */
static bool busy(const char *status)
{
    return m2_str_ends(status, "_IN_PROGRESS") && !m2_str_starts(status, "DELETE_") &&
           !m2_str_starts(status, "REVIEW_");
}

/* A nested stack goes with its parent; one that has outlived it goes by itself. */
static bool parent_lives(const struct m2_planning *p)
{
    const char *parent = m2_v_str(p->view.root, "ParentId");
    if (!parent)
        return m2_v_str(p->view.root, "RootId") != NULL;
    struct m2_look look = m2_look_item(p->s, "cloudformation", "DescribeStacks", "Stacks", "StackId", parent);
    return look.seen == M2_UNSEEN ||
           (look.seen == M2_SEEN && !m2_str_eq(m2_v_str(look.item, "StackStatus"), "DELETE_COMPLETE"));
}

static void stack(struct m2_planning *p)
{
    struct m2_arena *a = p->a;
    const struct m2_plan *out = p->out;
    const char *root = m2_v_str(p->view.root, "RootId"), *parent = m2_v_str(p->view.root, "ParentId");
    if (out->state == M2_PLAN_UNSEEN)
        block(p, "stack.unread",
              m2_arena_printf(a, "The stack %s may not be read: %s", out->stack,
                              m2_str_or(p->view.look.why, "")),
              "Allow cloudformation:DescribeStacks.");
    if (out->state != M2_PLAN_STACK)
        return;
    if (parent_lives(p))
        block(p, "stack.nested",
              m2_arena_printf(a, "%s is a nested stack; only its root can be deleted.", out->stack),
              m2_arena_printf(a, "Name the root: --stack %s", root ? root : parent));
    if (busy(out->status))
        block(p, "stack.busy", m2_arena_printf(a, "The stack is in %s.", out->status),
              "Wait until it has ended, then run it again.");
    if (out->termination_protected && !p->opt->disable_protection)
        block(p, "stack.protected", "Termination protection is on.",
              "--disable-termination-protection switches it off.");
    if (!p->view.resources_complete)
        block(p, "stack.unread", "Not all resources of the stack and its nested stacks could be listed.",
              "Allow cloudformation:ListStackResources and cloudformation:DescribeStacks.");
    if (!m2_str_starts(out->stack_arn, "arn:"))
        block(p, "stack.unread", "The stack's ARN is not known.", "Run it again.");
}

static const char *importers(struct m2_planning *p, const struct m2_value *names)
{
    struct m2_buf b;
    const struct m2_value *name;
    m2_buf_init(&b, 4000);
    m2_v_each(name, i, names) m2_buf_addf(&b, "%s%s", i ? ", " : "", m2_str_or(m2_v_text(name), "?"));
    const char *s = m2_arena_strndup(p->a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static bool own_stack(const struct m2_planning *p, const char *name)
{
    for (size_t i = 0; i < p->view.stacks.len; i++)
        if (m2_str_eq(m2_v_str(p->view.stacks.at[i], "StackName"), name))
            return true;
    return false;
}

static bool used_outside(const struct m2_planning *p, const struct m2_value *names)
{
    const struct m2_value *name;
    m2_v_each(name, i, names) if (!own_stack(p, m2_v_text(name))) return true;
    return false;
}

static void exports(struct m2_planning *p)
{
    const struct m2_call *c = NULL;
    while (p->out->state == M2_PLAN_STACK && (c = m2_calls(p->s, "cloudformation", "ListImports", c))) {
        const char *name = m2_str_or(m2_v_str(c->input, "ExportName"), "?");
        if (c->status == M2_CALL_OK && used_outside(p, m2_v_get(c->output, "Imports")))
            block(p, "stack.export-in-use",
                  m2_arena_printf(p->a, "Its export %s is used by %s.", name,
                                  importers(p, m2_v_get(c->output, "Imports"))),
                  "Delete or change those stacks first.");
        else if (c->status != M2_CALL_OK && !m2_str_has_ci(c->message, "not imported"))
            block(p, "stack.export-unread",
                  m2_arena_printf(p->a, "Whether another stack uses its export %s could not be read.", name),
                  "Allow cloudformation:ListImports.");
    }
}

static const char *role_name(const char *arn)
{
    const char *slash = strrchr(arn, '/');
    return slash ? slash + 1 : arn;
}

/* A role that has the name under another path is not this one: CloudFormation would refuse it when the
 * buckets are empty already. */
static struct m2_look look_role(const struct m2_planning *p, const char *arn)
{
    struct m2_look look = m2_look_output(p->s, "iam", "GetRole", role_name(arn));
    const char *is = m2_v_pstr(look.item, "Role.Arn");
    if (look.seen == M2_SEEN && is && !m2_str_eq(is, arn))
        look.seen = M2_ABSENT;
    return look;
}

static void role(struct m2_planning *p, const char *arn)
{
    if (m2_str_empty(arn))
        return;
    struct m2_look look = look_role(p, arn);
    if (look.seen == M2_ABSENT)
        block(
            p, "stack.role-gone",
            m2_arena_printf(p->a, "The role %s, with which CloudFormation works on the stack, is gone.", arn),
            "Give another one: --role-arn ARN (it stays with the stack).");
    else if (look.seen == M2_UNSEEN)
        warn(p, "stack.role-unread",
             m2_arena_printf(p->a, "Whether the role %s still exists was not read.", arn));
}

/* The one of --role-arn: it gets the right to delete, so it is looked at first. */
static void given_role(struct m2_planning *p, const char *arn)
{
    struct m2_look look = look_role(p, arn);
    if (!m2_str_eq(m2_arn_field(p->a, arn, 4), p->out->account))
        block(p, "stack.role-foreign",
              m2_arena_printf(p->a, "The role %s is not of account %s.", arn, p->out->account),
              "CloudFormation takes a role of the stack's own account only.");
    else if (look.seen == M2_ABSENT)
        block(p, "stack.role-gone", m2_arena_printf(p->a, "There is no role %s.", arn),
              "Look at its name: aws iam list-roles");
    else if (look.seen == M2_UNSEEN)
        block(p, "stack.role-unread",
              m2_arena_printf(p->a, "Whether the role %s exists could not be read: %s", arn,
                              m2_str_or(look.why, "")),
              "Allow iam:GetRole.");
}

static void roles(struct m2_planning *p)
{
    if (p->out->state == M2_PLAN_STACK && p->opt->role_arn)
        given_role(p, p->opt->role_arn);
    const struct m2_value *stack_item;
    for (size_t i = 0; p->out->state == M2_PLAN_STACK && i < p->view.stacks.len; i++) {
        stack_item = p->view.stacks.at[i];
        bool root =
            stack_item == p->view.root || m2_str_eq(m2_v_str(stack_item, "StackId"), p->out->stack_arn);
        if (!(root && p->opt->role_arn))
            role(p, m2_v_str(stack_item, "RoleARN"));
    }
}

/* ---- Brain, and what to know ---- */

/* What of a stack that is gone could not be looked at. */
static void leftovers_unread(struct m2_planning *p)
{
    static const struct {
        const char *service, *operation, *right;
    } asked[] = { { "cloudformation", "ListStackResources", "cloudformation:ListStackResources" },
                  { "resourcegroupstaggingapi", "GetResources", "tag:GetResources" } };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        const struct m2_call *c = NULL;
        while ((c = m2_calls(p->s, asked[i].service, asked[i].operation, c)) && c->status == M2_CALL_OK)
            ;
        if (c)
            warn(p, "stack.leftovers-unread",
                 m2_arena_printf(p->a, "What the stack left behind was not all seen: %s",
                                 m2_look_why(p->a, asked[i].right, c)));
    }
}

static void past(struct m2_planning *p)
{
    if (p->out->state == M2_PLAN_GONE)
        leftovers_unread(p);
    struct m2_look look = m2_look_output(p->s, "cloudformation", "ListStacks", NULL);
    bool by_arn = m2_str_starts(p->s->target.stack, "arn:");
    if (p->out->state == M2_PLAN_GONE && !by_arn && look.seen == M2_UNSEEN)
        warn(p, "stack.past-unread",
             m2_arena_printf(p->a,
                             "Whether a deleted stack of this name left something behind was not seen: %s",
                             m2_str_or(look.why, "")));
}

static void brain(struct m2_planning *p)
{
    /* Of a stack that never was no unit can be told. */
    if (!p->opt->skip_brain && p->opt->brain_problem && *p->out->stack_arn)
        block(p, "brain.not-asked",
              m2_arena_printf(p->a, "CloudMR Brain was not asked which unit sends jobs here: %s.",
                              p->opt->brain_problem),
              "Give --api-url and a login, or --skip-brain.");
}

static void replicas(struct m2_planning *p, const struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "s3", "GetBucketReplication", item->resource);
    const char *to = m2_v_pstr(look.item, "ReplicationConfiguration.Rules[0].Destination.Bucket");
    if (look.seen == M2_SEEN && to)
        warn(p, "bucket.replicated",
             m2_arena_printf(p->a, "What the bucket %s has copied to %s stays there, and costs.",
                             item->resource, to));
}

static void data(struct m2_planning *p)
{
    bool goes = false;
    for (size_t i = 0; i < p->out->items.len; i++) {
        const struct m2_plan_item *item = &p->out->items.at[i];
        if (!m2_str_eq(item->type, "AWS::S3::Bucket"))
            continue;
        replicas(p, item);
        goes = goes || item->action == M2_ACT_EMPTY;
        bool empty = item->counted && item->versions == 0 && item->markers == 0;
        if (item->action == M2_ACT_KEEP && !m2_str_eq(item->reason, "retained.policy") && empty &&
            p->out->state == M2_PLAN_STACK)
            warn(p, "bucket.empty",
                 m2_arena_printf(p->a, "The bucket %s is empty: CloudFormation will delete it all the same.",
                                 item->resource));
        if (item->action == M2_ACT_EMPTY && !item->counted)
            warn(p, "bucket.not-counted",
                 m2_arena_printf(p->a, "What the bucket %s holds could not be counted.", item->resource));
        if (item->action == M2_ACT_EMPTY && item->versions + item->markers > 50000000)
            warn(p, "bucket.huge",
                 m2_arena_printf(p->a,
                                 "The bucket %s holds so much that a lifecycle rule that expires everything "
                                 "overnight is gentler: set it, and run this again the day after.",
                                 item->resource));
    }
    if (goes)
        warn(p, "bucket.access-points",
             "Access points were not looked at: while a bucket has one, it cannot be deleted (aws s3control "
             "list-access-points).");
}

static void kept_by_retry(struct m2_planning *p)
{
    for (size_t i = 0; p->out->state == M2_PLAN_STACK && i < p->out->items.len; i++) {
        const struct m2_plan_item *item = &p->out->items.at[i];
        if (item->action != M2_ACT_KEEP || m2_str_eq(item->reason, "retained.policy") || !*item->logical_id)
            continue;
        warn(p, "stack.second-attempt",
             "CloudFormation will fail once at the buckets that are kept, by design: it lets a resource go "
             "only "
             "after it has failed to delete it.");
        return;
    }
}

void m2_plan_blocks(struct m2_planning *p)
{
    account(p);
    stack(p);
    exports(p);
    roles(p);
    past(p);
    brain(p);
    data(p);
    m2_plan_custom_resources(p);
    kept_by_retry(p);
    if (p->out->state == M2_PLAN_STACK)
        warn(p, "stack.weak-references",
             "Stacks that read this one's outputs by Fn::GetStackOutput, from other accounts too, cannot be "
             "listed and would fail later.");
}
