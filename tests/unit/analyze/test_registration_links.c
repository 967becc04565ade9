/* Registration and the rest: causes across both worlds, a test job that tells its own error, outputs that are
 * expected. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "brainunits.h"
#include "m2/registration.h"
#include "m2/str.h"

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

static void open_with(struct account *ac, const struct edit *edits, size_t n)
{
    account_open(ac);
    for (size_t i = 0; i < n; i++)
        account_edit(ac, &edits[i]);
    account_analyze(ac, NULL);
}
#define OPEN(ac, ...)                                                                                        \
    open_with(ac, (const struct edit[]){ __VA_ARGS__ },                                                      \
              sizeof((const struct edit[]){ __VA_ARGS__ }) / sizeof(struct edit))

static const struct m2_finding *failing(struct account *ac, const char *check, const char *cause)
{
    const struct m2_finding *f = account_finding(ac, check, M2_FAIL, cause);
    cr_assert(f, "no %s %s:%s", check, cause, account_list(ac));
    return f;
}

static bool is_caused_by(const struct m2_finding *f, const char *uid)
{
    for (size_t i = 0; i < f->caused_by.len; i++)
        if (m2_str_starts(f->caused_by.at[i], uid))
            return true;
    return false;
}

/* Causes across both worlds. */
Test(links, a_failed_stack_explains_the_missing_unit)
{
    struct account ac;
    OPEN(&ac, LOGGED_IN, UNITS(MODE1),
         { "cloudformation:DescribeStacks", "output.Stacks[0].StackStatus", "'ROLLBACK_COMPLETE'" });
    const struct m2_finding *f = failing(&ac, "brain.unit", "brain.unit-missing");
    cr_assert(is_caused_by(f, "stack.status/"), "%s", account_list(&ac));
    cr_assert_not(account_is_root(&ac, f));
    account_close(&ac);
}

Test(links, a_stack_that_must_be_there_explains_the_missing_unit)
{
    struct account ac;
    OPEN(&ac, LOGGED_IN, UNITS(MODE1), { "", "target.must_exist", "true" },
         { "cloudformation:DescribeStacks", "error",
           "ValidationError: Stack with id mroptimum-mode2 does not exist" });
    cr_assert(is_caused_by(failing(&ac, "brain.unit", "brain.unit-missing"), "stack.status/"), "%s",
              account_list(&ac));
    account_close(&ac);
}

Test(links, another_profile_explains_the_wrong_account)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("awsAccountId", "'999999999999'"),
         { "", "target.expected_account", "'999999999999'" });
    cr_assert(is_caused_by(failing(&ac, "brain.fields", "brain.account"), "identity.account/"), "%s",
              account_list(&ac));
    account_close(&ac);
}

Test(links, a_lost_role_explains_the_job_that_was_not_queued)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("crossAccountRoleArn", NULL), FIELD("externalId", NULL),
         { "x", "new", ERR("/api/pipeline/queue_job", "refused", "AccessDeniedException: may not", "400") });
    const struct m2_finding *f = failing(&ac, "brain.canary", "canary.not-queued");
    cr_assert(is_caused_by(f, "brain.fields/cu-1"), "%s", account_list(&ac));
    account_close(&ac);
}

/* Brain was busy, or did not let the caller in, and the lost role "explained" it. */
Test(links, an_answer_that_is_not_about_the_job_is_explained_by_nothing_for_certain)
{
    static const struct {
        struct edit queue;
        enum m2_status status;
        size_t certain, possible;
    } rows[] = {
        { { "x", "new", ERR("/api/pipeline/queue_job", "refused", "AccessDeniedException: no", "400") },
          M2_FAIL,
          1,
          0 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "broken", "AccessDeniedException: no", "500") },
          M2_FAIL,
          1,
          0 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "503", "Service Unavailable", "503") },
          M2_UNKNOWN,
          0,
          0 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "broken", "Exception: busy", "503") }, M2_FAIL, 0, 1 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "refused", "Too Many Requests", "429") },
          M2_FAIL,
          0,
          1 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "token-expired", "expired", "401") }, M2_FAIL, 0, 1 },
        { { "x", "new", ERR("/api/pipeline/queue_job", "unreachable", "no", "0") }, M2_FAIL, 0, 1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct account ac;
        OPEN(&ac, REGISTERED, FIELD("crossAccountRoleArn", NULL), rows[i].queue);
        const struct m2_finding *f = account_finding(&ac, "brain.canary", rows[i].status, NULL);
        cr_assert(f, "%zu:%s", i, account_list(&ac));
        cr_assert_eq(f->caused_by.len, rows[i].certain, "%zu:%s", i, account_list(&ac));
        cr_assert_eq(f->possible_causes.len, rows[i].possible, "%zu:%s", i, account_list(&ac));
        cr_assert_eq(account_is_root(&ac, f), f->status == M2_FAIL && !rows[i].certain, "%zu", i);
        account_close(&ac);
    }
}

Test(links, a_unit_of_another_account_is_told_once)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("awsAccountId", "'999999999999'"), FIELD("stateMachineArn", "'" AWAY "'"),
         FIELD("crossAccountRoleArn", "'arn:aws:iam::999999999999:role/r'"),
         FIELD("resultsBucket", "'theirs'"));
    const struct m2_finding *f = failing(&ac, "brain.fields", "brain.account");
    cr_assert(strstr(f->detail, "stateMachineArn, resultsBucket, crossAccountRoleArn differ with it"), "%s",
              f->detail);
    cr_assert_eq(ac.found.counts[M2_FAIL], 1, "%s", account_list(&ac));
    cr_assert_eq(f->commands.len, 2);
    cr_assert_str_eq(f->commands.at[0], "m2-register --stack mroptimum-mode2 --region us-east-1");
    cr_assert_str_eq(f->commands.at[1], "m2-register --unregister cu-1 --confirm cu-1");
    account_close(&ac);
}

/* The job's own function catches its errors: an execution that ended well may hold a failed job. */
Test(canary, a_job_that_returns_its_error)
{
    static const struct {
        struct edit execution;
        enum m2_status status;
        const char *says;
    } rows[] = {
        { RETURNED("500", "{\\\\\\\"error\\\\\\\":\\\\\\\"Traceback\\\\\\\\nException: Noise or signal not "
                          "available, cannot proceed\\\\\\\"}"),
          M2_PASS, "Exception: Noise or signal not available, cannot proceed" },
        { RETURNED("500", "{\\\\\\\"error\\\\\\\":\\\\\\\"Traceback\\\\\\\\nKeyError: task\\\\\\\"}"),
          M2_FAIL, "KeyError: task" },
        { RETURNED("200", "{\\\\\\\"results\\\\\\\":{\\\\\\\"key\\\\\\\":\\\\\\\"MR "
                          "Optimum/u/x.zip\\\\\\\",\\\\\\\"bucket\\\\\\\":\\\\\\\"b\\\\\\\"}}"),
          M2_PASS, "s3://b/MR Optimum/u/x.zip" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct account ac;
        OPEN(&ac, REGISTERED, OURS, rows[i].execution);
        const struct m2_finding *f = account_finding(&ac, "brain.canary", rows[i].status, NULL);
        cr_assert(f && strstr(f->detail, rows[i].says), "%zu:%s", i, account_list(&ac));
        account_close(&ac);
    }
}

Test(outputs, what_the_user_expects)
{
    struct account ac;
    OPEN(&ac,
         { "", "target.expected_outputs",
           "['ResultsBucketName=mroptimum-results-123456789012','RunJobLambdaArn=x','Nothing=','Mode=']" });
    cr_assert(account_finding(&ac, "stack.outputs", M2_PASS, NULL));
    cr_assert(strstr(failing(&ac, "stack.outputs", "stack.output-invalid")->detail, "expected was \"x\""));
    cr_assert(strstr(failing(&ac, "stack.outputs", "stack.output-missing")->detail, "expected was \"\""));
    account_close(&ac);
}
