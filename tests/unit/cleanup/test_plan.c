/* The plan over single answers: rights, blocks, leftovers, units, what is told in which words. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "simaws.h"

struct desk {
    struct m2_arena *a;
    struct sim *s;
    struct m2_plan_options opt;
    struct m2_plan plan;
};

static void begin(struct desk *d)
{
    *d = (struct desk){ .a = m2_arena_new(), .opt = { .skip_brain = true } };
    d->s = m2_arena_alloc(d->a, sizeof *d->s);
    sim_init(d->s, d->a);
    sim_stack_add(d->s, SIM_ROOT, SIM_STACK);
}

/* Read, then EXTRA (a list of snapshot calls, NULL: none) added, then planned. */
static void make(struct desk *d, const char *extra)
{
    struct m2_snapshot snap;
    struct m2_value *more = NULL;
    const struct m2_value *call;
    struct m2_err err = { 0 };
    d->s->role_arn = d->opt.role_arn;
    cr_assert_eq(sim_read(d->s, &snap, d->a, SIM_STACK, &err), 0, "%s", err.msg);
    if (extra) {
        cr_assert_eq(m2_json_parse(&more, d->a, m2_bytes_of(extra), "extra", &err), 0, "%s", err.msg);
        struct m2_value *calls = m2_v_array(d->a), *old = m2_v_get(snap.root, "calls");
        m2_v_each(call, i, more) m2_v_push(d->a, calls, m2_v_copy(d->a, call));
        m2_v_each(call, i, old) m2_v_push(d->a, calls, m2_v_copy(d->a, call));
        m2_v_set(d->a, snap.root, "calls", calls);
        cr_assert_eq(m2_snapshot_from_value(&snap, d->a, snap.root, "extra", &err), 0, "%s", err.msg);
    }
    m2_plan_make(&d->plan, d->a, &snap, &d->opt);
}

static void end(struct desk *d)
{
    m2_arena_free(d->a);
}

static void own(struct desk *d, enum sim_kind kind, const char *id)
{
    (void)sim_list(d->s, 0, sim_add(d->s, kind, id), id);
}

static const struct m2_plan_item *item(const struct m2_plan *p, const char *resource)
{
    for (size_t i = 0; i < p->items.len; i++)
        if (m2_str_eq(p->items.at[i].resource, resource))
            return &p->items.at[i];
    return NULL;
}

static bool noted(const struct m2_plan *p, bool blocks, const char *slug)
{
    for (size_t i = 0; i < (blocks ? p->blocked.len : p->warnings.len); i++)
        if (m2_str_eq((blocks ? p->blocked.at : p->warnings.at)[i].slug, slug))
            return true;
    return false;
}

static const struct m2_plan_right *right(const struct m2_plan *p, const char *action)
{
    for (size_t i = 0; i < p->rights.len; i++)
        if (m2_str_eq(p->rights.at[i].action, action))
            return &p->rights.at[i];
    return NULL;
}

#define SIMULATED(results)                                                                                   \
    "[{\"service\":\"iam\",\"operation\":\"SimulatePrincipalPolicy\",\"input\":{},\"status\":\"ok\","        \
    "\"output\":"                                                                                            \
    "{\"EvaluationResults\":[" results "]}}]"
#define SAYS(action, decision, more)                                                                         \
    "{\"EvalActionName\":\"" action "\",\"EvalDecision\":\"" decision "\"" more "}"

Test(plan, rights_that_are_needed_are_judged_and_only_an_explicit_deny_forbids)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_BUCKET, "data");
    own(&d, SIM_ROLE, "role");
    make(&d, SIMULATED(SAYS("cloudformation:DeleteStack", "allowed", "") "," SAYS(
                 "s3:DeleteObjectVersion", "explicitDeny",
                 "") "," SAYS("s3:ListBucketVersions", "implicitDeny",
                              "") "," SAYS("iam:DeleteRole", "implicitDeny",
                                           ",\"MissingContextValues\":[\"aws:x\"]") "," SAYS("ecs:StopTask",
                                                                                             "explicitDeny",
                                                                                             "")));
    cr_assert_eq(right(&d.plan, "cloudformation:DeleteStack")->state, M2_RIGHT_ALLOWED);
    cr_assert_eq(right(&d.plan, "s3:DeleteObjectVersion")->state, M2_RIGHT_DENIED);
    cr_assert_eq(right(&d.plan, "s3:ListBucketVersions")->state, M2_RIGHT_MISSING);
    cr_assert_eq(right(&d.plan, "iam:DeleteRole")->state, M2_RIGHT_UNKNOWN);
    cr_assert_null(right(&d.plan, "ecs:StopTask"), "there is no cluster");
    cr_assert(noted(&d.plan, true, "right.denied"));
    cr_assert(noted(&d.plan, false, "right.missing"));
    cr_assert_eq(d.plan.blocked.len, 1);
    end(&d);
}

Test(plan, with_a_role_the_stack_deletes_by_its_own_rights)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_ROLE, "role");
    d.s->stacks[0].role = "arn:aws:iam::" SIM_ACCOUNT ":role/cfn-role";
    make(&d, NULL);
    cr_assert_null(right(&d.plan, "iam:DeleteRole"));
    cr_assert_str_eq(d.plan.role_arn, d.s->stacks[0].role);
    d.s->gone_role = true;
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "stack.role-gone"));
    (void)sim_add(d.s, SIM_ROLE, "another");
    d.opt.role_arn = "arn:aws:iam::" SIM_ACCOUNT ":role/another";
    make(&d, NULL);
    cr_assert_eq(d.plan.blocked.len, 0, "%s", d.plan.blocked.len ? d.plan.blocked.at[0].said : "");
    cr_assert_not_null(right(&d.plan, "iam:PassRole"));
    end(&d);
}

/* It gets the right to delete: another account's, one that is not there, one that may not be looked at. */
Test(plan, a_role_that_is_given_is_looked_at_first)
{
    struct desk d;
    begin(&d);
    d.opt.role_arn = "arn:aws:iam::" SIM_OTHER ":role/theirs";
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "stack.role-foreign"));
    d.opt.role_arn = "arn:aws:iam::" SIM_ACCOUNT ":role/nowhere";
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "stack.role-gone"));
    make(&d,
         "[{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"nowhere\"},\"status\":"
         "\"error\",\"error\":{\"code\":\"AccessDenied\",\"message\":\"no\",\"http_status\":403}}]");
    cr_assert(noted(&d.plan, true, "stack.role-unread"));
    end(&d);
}

/* The buckets would be empty before CloudFormation refuses it. */
Test(plan, a_role_under_another_path_than_its_own_is_not_that_role)
{
    static const char *const given[] = { NULL, "arn:aws:iam::" SIM_ACCOUNT ":role/path/cfn-role" };
    for (size_t i = 0; i < 2; i++) {
        struct desk d;
        begin(&d);
        d.opt.role_arn = given[i];
        d.s->stacks[0].role = "arn:aws:iam::" SIM_ACCOUNT ":role/path/cfn-role";
        make(&d, NULL);
        cr_expect(noted(&d.plan, true, "stack.role-gone"), "%s", given[i] ? "given" : "the stack's");
        d.s->stacks[0].role = "arn:aws:iam::" SIM_ACCOUNT ":role/cfn-role";
        d.opt.role_arn = NULL;
        make(&d, NULL);
        cr_expect_eq(d.plan.blocked.len, 0);
        end(&d);
    }
}

Test(plan, an_alias_that_may_not_be_read_does_not_open_a_production_account)
{
    struct desk d;
    begin(&d);
    const char *denied =
        "[{\"service\":\"iam\",\"operation\":\"ListAccountAliases\",\"input\":{},\"status\":\"error\","
        "\"error\":{\"code\":\"AccessDenied\",\"message\":\"no\",\"http_status\":403}}]";
    d.s->no_alias = true;
    make(&d, denied);
    cr_assert(noted(&d.plan, true, "account.alias-unread"));
    d.opt.confirm_account = SIM_ACCOUNT;
    make(&d, denied);
    cr_assert_not(noted(&d.plan, true, "account.alias-unread"));
    end(&d);
}

/* It asked only while the stack was there; logs and units of one that is gone were deleted all the same. */
Test(plan, an_alias_that_may_not_be_read_protects_what_a_stack_left_too)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_FUNCTION, "fn");
    d.s->things[0].gone = true;
    d.s->resources[0].status = d.s->stacks[0].status = "DELETE_COMPLETE";
    d.s->no_alias = true;
    make(&d, NULL);
    cr_assert_not(noted(&d.plan, true, "account.alias-unread"), "there is nothing to do");
    (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/fn");
    d.opt.delete_logs = true;
    make(&d, NULL);
    cr_assert_eq(item(&d.plan, "/aws/lambda/fn")->action, M2_ACT_DELETE_LOGS);
    cr_assert(noted(&d.plan, true, "account.alias-unread"));
    end(&d);
}

Test(plan, keep_data_is_no_promise_beside_what_empties_buckets)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_BUCKET, "data");
    d.s->custom = "Custom::S3AutoDeleteObjects";
    make(&d, NULL);
    cr_assert_not(noted(&d.plan, true, "bucket.auto-delete"));
    d.opt.keep_data = true;
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "bucket.auto-delete"));
    end(&d);
}

/* The tag is what CDK's function looks for, whatever the custom resource is called. */
Test(plan, a_kept_bucket_that_a_custom_resource_empties_is_not_called_kept)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_BUCKET, "data");
    d.s->things[0].inside = 1;
    d.s->things[0].auto_delete = true;
    d.s->custom = "Custom::Renamed";
    make(&d, NULL);
    cr_assert_eq(d.plan.blocked.len, 0, "it goes anyway");
    d.s->resources[0].policy = "Retain";
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "bucket.auto-delete"));
    d.s->things[0].auto_delete = false;
    make(&d, NULL);
    cr_assert_eq(d.plan.blocked.len, 0);
    cr_assert(noted(&d.plan, false, "custom-resource.kept-data"));
    d.s->custom = NULL;
    make(&d, NULL);
    cr_assert_not(noted(&d.plan, false, "custom-resource.kept-data"));
    end(&d);
}

#define UNITS                                                                                                \
    "[{\"service\":\"brain\",\"operation\":\"/api/computing-unit/"                                           \
    "list\",\"input\":{},\"status\":\"ok\",\"output\":"                                                      \
    "{\"units\":[{\"computingUnitId\":\"mine\",\"appName\":\"A\",\"awsAccountId\":\"" SIM_ACCOUNT "\","      \
    "\"stateMachineArn\":\"" MACHINE                                                                         \
    "\"},{\"computingUnitId\":\"elsewhere\",\"appName\":\"A\",\"awsAccountId\":"                             \
    "\"" SIM_OTHER "\",\"stateMachineArn\":\"" MACHINE                                                       \
    "\"},{\"computingUnitId\":\"look-alike\",\"appName\":\"A\","                                             \
    "\"awsAccountId\":\"" SIM_ACCOUNT "\",\"stateMachineArn\":\"" MACHINE "2\"}]}}]"
#define MACHINE "arn:aws:states:us-east-1:" SIM_ACCOUNT ":stateMachine:m"

Test(plan, units_are_the_stacks_by_its_own_state_machine_alone)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_MACHINE, MACHINE);
    d.opt.skip_brain = false;
    make(&d, UNITS);
    cr_assert_eq(item(&d.plan, "mine")->action, M2_ACT_UNREGISTER);
    cr_assert_eq(d.plan.items.at[0].action, M2_ACT_UNREGISTER, "before anything else");
    cr_assert_eq(item(&d.plan, "elsewhere")->action, M2_ACT_KEEP);
    cr_assert_str_eq(item(&d.plan, "elsewhere")->reason, "unit.other-account");
    cr_assert_null(item(&d.plan, "look-alike"));
    d.s->resources[0].policy = "Retain"; /* jobs go on there */
    make(&d, UNITS);
    cr_assert_eq(item(&d.plan, "mine")->action, M2_ACT_KEEP);
    cr_assert_str_eq(item(&d.plan, "mine")->reason, "unit.machine-stays");
    d.s->resources[0].policy = NULL;
    d.s->resources[0].status = "DELETE_COMPLETE"; /* somebody else made one of that name since */
    make(&d, UNITS);
    cr_assert_eq(item(&d.plan, "mine")->action, M2_ACT_KEEP);
    cr_assert_str_eq(item(&d.plan, "mine")->reason, "unit.adopted");
    d.s->resources[0].status = "CREATE_COMPLETE";
    d.opt.brain_problem = "nobody answers";
    make(&d, NULL);
    cr_assert(noted(&d.plan, true, "brain.not-asked"));
    d.opt.skip_brain = true;
    make(&d, NULL);
    cr_assert_eq(d.plan.blocked.len, 0);
    end(&d);
}

/* Brain's older rows name no account: then the state machine's own must be this one. */
Test(plan, a_unit_without_an_account_is_of_its_machines_account)
{
    static const char *const machines[] = { MACHINE,
                                            "arn:aws:states:us-east-1:" SIM_OTHER ":stateMachine:m" };
    for (size_t i = 0; i < 2; i++) {
        struct desk d;
        begin(&d);
        own(&d, SIM_MACHINE, machines[i]);
        d.s->things[0].gone = true;
        d.s->resources[0].status = d.s->stacks[0].status = "DELETE_COMPLETE"; /* no guard is asked */
        d.opt.skip_brain = false;
        make(&d, m2_arena_printf(d.a,
                                 "[{\"service\":\"brain\",\"operation\":\"/api/computing-unit/list\","
                                 "\"input\":{},\"status\":\"ok\",\"output\":{\"units\":["
                                 "{\"computingUnitId\":\"u\",\"appName\":\"A\","
                                 "\"stateMachineArn\":\"%s\"}]}}]",
                                 machines[i]));
        cr_assert_eq(item(&d.plan, "u")->action, i ? M2_ACT_KEEP : M2_ACT_UNREGISTER);
        if (i)
            cr_assert_str_eq(item(&d.plan, "u")->reason, "unit.other-account");
        end(&d);
    }
}

/* It was called left behind for 90 days after its owner had deleted it. */
Test(plan, what_was_let_go_and_deleted_since_is_not_left_behind)
{
    static const enum sim_kind kinds[] = { SIM_BUCKET, SIM_FUNCTION, SIM_MACHINE, SIM_CLUSTER,
                                           SIM_REPOSITORY };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct desk d;
        const char *id = kinds[i] == SIM_MACHINE ? MACHINE : "let-go";
        begin(&d);
        own(&d, kinds[i], id);
        d.s->resources[0].status = "DELETE_SKIPPED";
        d.s->stacks[0].status = "DELETE_COMPLETE";
        make(&d, NULL);
        cr_expect(item(&d.plan, id) && m2_plan_leaves(&d.plan), "%s", sim_type(kinds[i]));
        d.s->things[0].gone = true;
        make(&d, NULL);
        cr_expect(!item(&d.plan, id) && !m2_plan_leaves(&d.plan), "%s", sim_type(kinds[i]));
        end(&d);
    }
}

/* A log group of a function that was let go is in use; one whose tags cannot be read may be another stack's.
 */
Test(plan, logs_that_are_not_proved_abandoned_stay)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_FUNCTION, "fn");
    (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/fn");
    d.opt.delete_logs = true;
    d.s->no_log_tags = true;
    make(&d, NULL);
    cr_assert_str_eq(item(&d.plan, "/aws/lambda/fn")->reason, "logs.unread");
    d.s->no_log_tags = false;
    make(&d, NULL);
    cr_assert_eq(item(&d.plan, "/aws/lambda/fn")->action, M2_ACT_DELETE_LOGS);
    d.s->stacks[0].status = "DELETE_COMPLETE";
    d.s->resources[0].status = "DELETE_SKIPPED";
    make(&d, NULL);
    cr_assert_null(item(&d.plan, "/aws/lambda/fn"));
    end(&d);
}

/* What a stack let go when it was deleted is named and never deleted; logs by exact name, when asked for. */
Test(plan, a_stack_that_is_gone_leaves_what_it_let_go)
{
    struct desk d;
    begin(&d);
    own(&d, SIM_BUCKET, "let-go");
    own(&d, SIM_FUNCTION, "fn");
    own(&d, SIM_MACHINE, MACHINE);
    d.s->resources[0].status = "DELETE_SKIPPED";
    d.s->resources[1].status = d.s->resources[2].status = "DELETE_COMPLETE";
    d.s->things[1].gone = d.s->things[2].gone = true;
    (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/fn");
    (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/fn-2");
    struct sim_thing *tagged = sim_add(d.s, SIM_BUCKET, "tagged");
    tagged->tag = SIM_ROOT;
    d.s->stacks[0].status = "DELETE_COMPLETE";
    d.opt.delete_logs = true;
    d.opt.skip_brain = false;
    make(&d, UNITS);
    cr_assert_eq(d.plan.state, M2_PLAN_GONE);
    cr_assert_str_eq(d.plan.stack_arn, SIM_ROOT);
    cr_assert_eq(d.plan.blocked.len, 0);
    cr_assert_str_eq(item(&d.plan, "let-go")->reason, "stack.left-behind");
    cr_assert_not_null(item(&d.plan, "let-go")->command);
    cr_assert_eq(item(&d.plan, "tagged")->action, M2_ACT_KEEP);
    cr_assert_eq(item(&d.plan, "/aws/lambda/fn")->action, M2_ACT_DELETE_LOGS);
    cr_assert_null(item(&d.plan, "/aws/lambda/fn-2"));
    cr_assert_eq(item(&d.plan, "mine")->action, M2_ACT_UNREGISTER, "its state machine was the stack's");
    cr_assert(m2_plan_leaves(&d.plan));
    d.s->things[2].gone = false; /* a new stack made one of the same name */
    make(&d, UNITS);
    cr_assert_str_eq(item(&d.plan, "mine")->reason, "unit.adopted");
    d.s->resources[0].policy = "Retain"; /* kept on purpose */
    tagged->tag = NULL;
    make(&d, UNITS);
    cr_assert_str_eq(item(&d.plan, "let-go")->reason, "retained.policy");
    cr_assert_not(m2_plan_leaves(&d.plan));
    cr_assert_null(item(&d.plan, "fn"), "an earlier run saw the end");
    d.opt.look_again = true;
    make(&d, UNITS);
    cr_assert_eq(item(&d.plan, "fn")->action, M2_ACT_DELETE);
    end(&d);
}

/* Somebody deleted the root with RetainResources: the nested stack lives, and so must all that is in it. */
Test(plan, what_is_in_a_nested_stack_that_was_let_go_stays)
{
    for (int gone = 0; gone < 2; gone++) {
        struct desk d;
        begin(&d);
        int child = sim_stack_add(d.s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/child/c",
                                  "child");
        struct sim_thing *bucket = sim_add(d.s, SIM_BUCKET, "in-the-child");
        bucket->inside = 7;
        (void)sim_list(d.s, child, bucket, "Bucket");
        (void)sim_list(d.s, child, sim_add(d.s, SIM_FUNCTION, "fn"), "Function");
        (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/fn");
        sim_nest(d.s, 0, child, "Child")->status = "DELETE_SKIPPED";
        d.s->stacks[0].status = gone ? "DELETE_COMPLETE" : "DELETE_FAILED";
        d.opt.delete_logs = true;
        make(&d, NULL);
        for (size_t i = 0; i < d.plan.items.len; i++) {
            const struct m2_plan_item *x = &d.plan.items.at[i];
            bool inside = strcmp(x->resource, "in-the-child") == 0 || strstr(x->resource, "fn");
            cr_expect(!inside || x->action == M2_ACT_KEEP, "%s: %s", x->resource, m2_action_name(x->action));
        }
        end(&d);
    }
}

Test(plan, what_stays_costs_its_list_price_or_is_told_as_not_known)
{
    struct desk d;
    struct m2_prices prices;
    struct m2_err err = { 0 };
    begin(&d);
    cr_assert_eq(m2_prices_builtin(&prices, d.a, &err), 0);
    cr_assert_eq(m2_prices_region(&d.opt.prices, &prices, SIM_REGION, &err), 0);
    own(&d, SIM_BUCKET, "data");
    d.s->things[0].inside = 5;
    d.opt.keep_data = true;
    make(&d, NULL);
    const struct m2_plan_item *kept = item(&d.plan, "data");
    cr_assert(kept->priced && kept->counted);
    cr_assert_eq(kept->bytes, 50);
    m2_pico wanted;
    const struct m2_price *price = m2_price_find(d.opt.prices, "s3.storage-gb-month");
    cr_assert(m2_cost_of(&wanted, (struct m2_ratio){ 50, INT64_C(1) << 30 }, price->usd_pico));
    cr_assert(kept->month_usd == wanted && d.plan.kept_usd == wanted && d.plan.all_priced);
    d.opt.prices = NULL;
    make(&d, NULL);
    cr_assert_not(item(&d.plan, "data")->priced);
    cr_assert_not(d.plan.all_priced);
    end(&d);
}

Test(plan, an_unreadable_account_gives_no_work)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_value *root = NULL;
    struct m2_err err = { 0 };
    struct m2_plan plan;
    static const struct m2_plan_options opt = { .skip_brain = true };
    cr_assert_eq(
        m2_json_parse(
            &root, a,
            m2_bytes_of("{\"schema\":\"m2-snapshot/1\",\"target\":{\"stack\":\"s\"},\"calls\":[{"
                        "\"service\":\"cloudformation\",\"operation\":\"DescribeStacks\",\"input\":{"
                        "\"StackName\":\"s\"},\"status\":\"error\",\"error\":{\"code\":\"AccessDenied\","
                        "\"message\":\"no\",\"http_status\":403}}]}"),
            "t", &err),
        0);
    cr_assert_eq(m2_snapshot_from_value(&s, a, root, "t", &err), 0);
    m2_plan_make(&plan, a, &s, &opt);
    cr_assert_eq(plan.state, M2_PLAN_UNSEEN);
    cr_assert_eq(m2_plan_work(&plan), 0);
    cr_assert(noted(&plan, true, "stack.unread"));
    cr_assert(noted(&plan, true, "account.unread"));
    m2_arena_free(a);
}

/* Every right that a plan can name is asked of IAM's simulator by the collector. */
Test(plan, the_simulator_is_asked_for_every_right_that_may_be_needed)
{
    struct desk d;
    size_t n;
    const struct m2_collect_row *rows = m2_collect_rows(M2_READ_CLEANUP, &n);
    const char *asked = "";
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].pub.operation, "SimulatePrincipalPolicy") == 0)
            asked = rows[i].input;
    begin(&d);
    for (int k = 0; k < SIM_KINDS; k++)
        own(&d, (enum sim_kind)k, k == SIM_MACHINE ? MACHINE : m2_arena_printf(d.a, "t%d", k));
    d.s->things[SIM_FUNCTION].inside = 1;
    d.s->things[SIM_BUCKET].lock = "GOVERNANCE";
    d.s->stacks[0].protection = true;
    (void)sim_add(d.s, SIM_LOGS, "/aws/lambda/t1");
    d.opt = (struct m2_plan_options){ .skip_brain = true,
                                      .delete_logs = true,
                                      .bypass_governance = true,
                                      .disable_protection = true,
                                      .role_arn = NULL };
    make(&d, NULL);
    cr_assert_gt(d.plan.rights.len, 15);
    for (size_t i = 0; i < d.plan.rights.len; i++)
        cr_expect(strstr(asked, m2_arena_printf(d.a, "'%s'", d.plan.rights.at[i].action)), "%s",
                  d.plan.rights.at[i].action);
    end(&d);
}
