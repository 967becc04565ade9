/* The first true failure of a stack's last operation, in listings as CloudFormation gives them. */
#include <criterion/criterion.h>
#include <string.h>

#include "analyze/stack/events.h"
#include "m2/buf.h"
#include "m2/json.h"
#include "m2/str.h"

#define ARN(name) "arn:aws:cloudformation:us-east-1:1:stack/" name "/1"
#define MAX_EVENTS 16

/* One event; newest first, as in the listing. STACK is "root", "a", "b", "c"; a resource that is another
 * stack has its name as NESTED. */
struct row {
    const char *stack, *logical, *status, *reason, *nested;
    int at;
    const char *more; /* further members, JSON with ' */
};

static void add_event(struct m2_buf *b, const struct row *x)
{
    bool self = m2_str_eq(x->logical, x->stack);
    const char *id = self ? x->stack : x->nested;
    m2_buf_addf(
        b,
        "{'StackId':'arn:aws:cloudformation:us-east-1:1:stack/%s/1','StackName':'%s','EventId':'%s-%s-%d',",
        x->stack, x->stack, x->logical, x->status, x->at);
    m2_buf_addf(b,
                "'LogicalResourceId':'%s','ResourceStatus':'%s','Timestamp':'2026-11-20T09:%02d:%02d.000Z',",
                x->logical, x->status, x->at / 60, x->at % 60);
    if (id)
        m2_buf_addf(b,
                    "'PhysicalResourceId':'arn:aws:cloudformation:us-east-1:1:stack/%s/"
                    "1','ResourceType':'AWS::CloudFormation::Stack'",
                    id);
    else
        m2_buf_addf(b, "'PhysicalResourceId':'','ResourceType':'AWS::SNS::Topic'");
    if (x->reason)
        m2_buf_addf(b, ",'ResourceStatusReason':'%s'", x->reason);
    m2_buf_addf(b, "%s%s}", x->more ? "," : "", m2_str_or(x->more, ""));
}

/* A snapshot with one listing per stack; those of nested stacks answer to their ARN only. REVERSED turns each
 * round. */
static void snapshot_of(struct m2_snapshot *out, struct m2_arena *a, const struct row *rows, bool reversed)
{
    static const char *const stacks[] = { "root", "a", "b", "c" };
    struct m2_buf b;
    struct m2_err err = { 0 };
    struct m2_value *v = NULL;
    size_t n = 0;
    m2_buf_init(&b, (size_t)1 << 20);
    while (n < MAX_EVENTS && rows[n].stack)
        n++;
    m2_buf_addf(&b, "{'schema':'m2-snapshot/1','region':'us-east-1','calls':[");
    for (size_t s = 0; s < 4; s++) {
        m2_buf_addf(&b,
                    "%s{'service':'cloudformation','operation':'DescribeStackEvents','input':{'StackName':'%"
                    "s%s%s'},'output':{"
                    "'StackEvents':[",
                    s ? "," : "", s ? "arn:aws:cloudformation:us-east-1:1:stack/" : "", stacks[s],
                    s ? "/1" : "");
        bool any = false;
        for (size_t i = 0; i < n; i++) {
            const struct row *x = &rows[reversed ? n - 1 - i : i];
            if (!m2_str_eq(x->stack, stacks[s]))
                continue;
            m2_buf_addf(&b, "%s", any ? "," : "");
            add_event(&b, x);
            any = true;
        }
        m2_buf_addf(&b, "]}}");
    }
    m2_buf_addf(&b, "]}");
    char *text = m2_arena_strndup(a, b.data, b.len);
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    cr_assert(m2_json_parse(&v, a, m2_bytes_of(text), "events", &err) == 0, "%s\n%s", err.msg, text);
    cr_assert(m2_snapshot_from_value(out, a, v, "events", &err) == 0, "%s", err.msg);
    m2_buf_free(&b);
}

#define CANCELLED "Resource creation cancelled"
#define EMBEDDED(x)                                                                                          \
    "Embedded stack " ARN(                                                                                   \
        x) " was not successfully created: The following resource(s) failed to create: [X]. "
#define FELL "The following resource(s) failed to create: [X]. Rollback requested by user."
#define DENIED "User: u is not authorized to perform: sns:CreateTopic"
#define THROTTLED "Rate exceeded"
#define BUCKET "The bucket you tried to delete is not empty"
#define TOKEN(t) "'ClientRequestToken':'" t "'"
#define OPERATION(o) "'OperationId':'" o "'"

static const struct {
    const char *name;
    struct row rows[MAX_EVENTS];
    const char *logical, *slug; /* NULL: no failure */
    size_t fallout;
    const char *back; /* slug of the rollback's own failure, or NULL */
} cases[] = {
    { "three deep, nested stacks deleted by the rollback",
      { { "root", "root", "ROLLBACK_COMPLETE", NULL, NULL, 90, NULL },
        { "root", "A", "DELETE_COMPLETE", NULL, "a", 80, NULL },
        { "root", "root", "ROLLBACK_IN_PROGRESS", FELL, NULL, 60, NULL },
        { "root", "A", "CREATE_FAILED", EMBEDDED("a"), "a", 50, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL },
        { "a", "a", "DELETE_COMPLETE", NULL, NULL, 79, NULL },
        { "a", "a", "DELETE_IN_PROGRESS", NULL, NULL, 70, NULL },
        { "a", "B", "CREATE_FAILED", EMBEDDED("b"), "b", 40, NULL },
        { "a", "a", "CREATE_IN_PROGRESS", NULL, NULL, 1, NULL },
        { "b", "C", "CREATE_FAILED", EMBEDDED("c"), "c", 30, NULL },
        { "b", "Other", "CREATE_FAILED", CANCELLED, NULL, 31, NULL },
        { "b", "b", "CREATE_IN_PROGRESS", NULL, NULL, 2, NULL },
        { "c", "Topic", "CREATE_FAILED", DENIED, NULL, 20, NULL },
        { "c", "c", "CREATE_IN_PROGRESS", NULL, NULL, 3, NULL } },
      "Topic",
      "permission.denied",
      4,
      NULL },
    { "two operations by their ids: the older one's failure is past",
      { { "root", "root", "UPDATE_COMPLETE", NULL, NULL, 90, OPERATION("2") },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 80, OPERATION("2") },
        { "root", "T", "UPDATE_FAILED", DENIED, NULL, 50, OPERATION("1") },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 40, OPERATION("1") } },
      NULL,
      NULL,
      0,
      NULL },
    { "two operations by their tokens",
      { { "root", "U", "UPDATE_FAILED", THROTTLED, NULL, 90, TOKEN("2") },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 80, TOKEN("2") },
        { "root", "T", "UPDATE_FAILED", DENIED, NULL, 50, TOKEN("1") },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 40, TOKEN("1") } },
      "U",
      "api.throttled",
      0,
      NULL },
    { "two operations with neither",
      { { "root", "U", "UPDATE_FAILED", THROTTLED, NULL, 90, NULL },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 80, NULL },
        { "root", "T", "UPDATE_FAILED", DENIED, NULL, 50, NULL },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 40, NULL } },
      "U",
      "api.throttled",
      0,
      NULL },
    { "an update broke, undoing it broke too",
      { { "root", "root", "UPDATE_ROLLBACK_FAILED", FELL, NULL, 90, NULL },
        { "root", "U", "UPDATE_FAILED", THROTTLED, NULL, 80, NULL },
        { "root", "root", "UPDATE_ROLLBACK_IN_PROGRESS", FELL, NULL, 70, NULL },
        { "root", "T", "UPDATE_FAILED", DENIED, NULL, 50, NULL },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 40, NULL } },
      "T",
      "permission.denied",
      1,
      "api.throttled" },
    { "a rollback continued later, as an operation of its own",
      { { "root", "root", "UPDATE_ROLLBACK_FAILED", FELL, NULL, 95, TOKEN("2") },
        { "root", "U", "UPDATE_FAILED", THROTTLED, NULL, 94, TOKEN("2") },
        { "root", "root", "UPDATE_ROLLBACK_IN_PROGRESS", NULL, NULL, 93, TOKEN("2") },
        { "root", "root", "UPDATE_ROLLBACK_FAILED", FELL, NULL, 90, TOKEN("1") },
        { "root", "root", "UPDATE_ROLLBACK_IN_PROGRESS", FELL, NULL, 70, TOKEN("1") },
        { "root", "T", "UPDATE_FAILED", DENIED, NULL, 50, TOKEN("1") },
        { "root", "root", "UPDATE_IN_PROGRESS", NULL, NULL, 40, TOKEN("1") } },
      "T",
      "permission.denied",
      1,
      "api.throttled" },
    { "a deletion stopped at a bucket",
      { { "root", "root", "DELETE_FAILED", "The following resource(s) failed to delete: [B]. ", NULL, 90,
          NULL },
        { "root", "B", "DELETE_FAILED", BUCKET, NULL, 80, NULL },
        { "root", "root", "DELETE_IN_PROGRESS", NULL, NULL, 70, NULL } },
      "B",
      "cfn.bucket-not-empty",
      0,
      NULL },
    { "only the stack itself says why",
      { { "root", "root", "ROLLBACK_IN_PROGRESS", "Parameters: [Subnet] must have values", NULL, 10, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL } },
      "root",
      "template.parameter",
      0,
      NULL },
    { "a hook refused",
      { { "root", "T", "CREATE_FAILED", "The following hook(s) failed: [H]", NULL, 20, NULL },
        { "root", "T", "CREATE_IN_PROGRESS", NULL, NULL, 10,
          "'HookStatus':'HOOK_COMPLETE_FAILED','HookStatusReason':'" DENIED "'" },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL } },
      "T",
      "permission.denied",
      1,
      NULL },
    { "validation failed before anything was made",
      { { "root", "T", "CREATE_IN_PROGRESS", "T already exists", NULL, 10,
          "'DetailedStatus':'VALIDATION_FAILED'" },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL } },
      "T",
      "template.fixed-name-collides",
      0,
      NULL },
    { "a nested stack whose events were not read, quoted by its parent",
      { { "root", "D", "CREATE_FAILED",
          "Embedded stack x was not successfully created: No export named V found", "d", 20, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL } },
      "D",
      "cfn.export-missing",
      0,
      NULL },
    { "a nested stack whose events were not read, without a reason",
      { { "root", "D", "CREATE_FAILED", EMBEDDED("d"), "d", 20, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL } },
      NULL,
      NULL,
      1,
      NULL },
};

Test(stack_events, first_true_failure)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int reversed = 0; reversed < 2; reversed++) {
            struct m2_arena *a = m2_arena_new();
            struct m2_snapshot s;
            struct m2_stack_failure x, back;
            snapshot_of(&s, a, cases[i].rows, reversed);
            m2_stack_first_failure(&x, a, &s, ARN("root"));
            m2_stack_rollback_failure(&back, a, &s, ARN("root"));
            cr_expect_eq(x.event != NULL, cases[i].slug != NULL, "%s: %s", cases[i].name,
                         x.event ? x.reason : "nothing");
            if (x.event) {
                cr_expect_str_eq(x.slug, m2_str_or(cases[i].slug, "-"), "%s: %s", cases[i].name, x.slug);
                cr_expect_str_eq(x.logical_id, m2_str_or(cases[i].logical, "-"), "%s: %s", cases[i].name,
                                 x.logical_id);
            }
            cr_expect_eq(x.fallout, cases[i].fallout, "%s: %zu followed", cases[i].name, x.fallout);
            bool second = back.event && back.event != x.event;
            cr_expect_eq(second, cases[i].back != NULL, "%s: %s", cases[i].name,
                         second ? back.reason : "nothing");
            if (second)
                cr_expect_str_eq(back.slug, m2_str_or(cases[i].back, "-"), "%s", cases[i].name);
            m2_arena_free(a);
        }
}

/* By name, as for a stack that is gone: how its deletion went does not matter. */
Test(stack_events, last_deployment_of_a_stack_that_is_gone)
{
    static const struct row created_badly[] = {
        { "root", "root", "DELETE_COMPLETE", NULL, NULL, 90, NULL },
        { "root", "root", "DELETE_IN_PROGRESS", NULL, NULL, 80, NULL },
        { "root", "B", "DELETE_FAILED", BUCKET, NULL, 75, NULL },
        { "root", "root", "DELETE_IN_PROGRESS", NULL, NULL, 70, NULL },
        { "root", "root", "ROLLBACK_COMPLETE", NULL, NULL, 60, NULL },
        { "root", "T", "CREATE_FAILED", DENIED, NULL, 20, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL },
        { NULL, NULL, NULL, NULL, NULL, 0, NULL },
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_stack_failure x;
    snapshot_of(&s, a, created_badly, false);
    m2_stack_last_deployment(&x, a, &s, "root");
    cr_assert(x.event);
    cr_assert_str_eq(x.slug, "permission.denied");
    m2_stack_last_deployment(&x, a, &s, "another");
    cr_assert_null(x.event);
    m2_arena_free(a);
}

Test(stack_events, equal_times_are_read_in_the_order_of_the_listing)
{
    static const struct row same_second[] = {
        { "root", "U", "CREATE_FAILED", CANCELLED, NULL, 20, NULL },
        { "root", "S", "CREATE_FAILED", THROTTLED, NULL, 20, NULL },
        { "root", "T", "CREATE_FAILED", DENIED, NULL, 20, NULL },
        { "root", "root", "CREATE_IN_PROGRESS", NULL, NULL, 0, NULL },
        { NULL, NULL, NULL, NULL, NULL, 0, NULL },
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_stack_failure x;
    snapshot_of(&s, a, same_second, false);
    m2_stack_first_failure(&x, a, &s, ARN("root"));
    cr_assert(x.event);
    cr_assert_str_eq(x.logical_id, "T");
    m2_arena_free(a);
}
