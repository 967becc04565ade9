/* What the stack says about its unit, from which source, and what is found wrong with it. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/deployment.h"

struct told {
    const char *name;
    struct edit edits[4];
    enum m2_unit_field field;
    const char *value, *source; /* SOURCE: part of it; VALUE NULL: none */
};

#define STACK "cloudformation:DescribeStacks"
#define OUTPUTS "output.Stacks[0].Outputs"

static void detect(struct m2_deployment *d, struct account *ac, const char *role)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_snapshot_from_value(&ac->snap, ac->arena, ac->root, "account.json", &err), 0, "%s",
                 err.msg);
    m2_deployment_detect(d, ac->arena, &ac->snap, role);
}

Test(deployment, a_healthy_stack_tells_everything_and_all_of_it_is_true)
{
    struct account ac;
    struct m2_deployment d;
    struct m2_proofs proofs;
    struct m2_unit u = { .id = NULL };
    account_open(&ac);
    detect(&d, &ac, NULL);
    for (int f = M2_UNIT_ACCOUNT; f <= M2_UNIT_DATA; f++) {
        cr_assert(d.at[f].value && *d.at[f].source, "%s: %s", m2_unit_rows()[f].key, d.at[f].source);
        u.at[f] = d.at[f].value;
    }
    u.at[M2_UNIT_ROLE] = d.at[M2_UNIT_ROLE].value;
    u.at[M2_UNIT_EXTERNAL_ID] = d.at[M2_UNIT_EXTERNAL_ID].value;
    cr_assert(u.at[M2_UNIT_ROLE] && u.at[M2_UNIT_EXTERNAL_ID]);
    m2_deployment_check(&proofs, ac.arena, &ac.snap, d.account, &u);
    for (size_t i = 0; i < proofs.list.len; i++)
        cr_assert_eq(proofs.list.at[i].proof, M2_PROOF_OK, "%s: %s %s",
                     m2_unit_rows()[proofs.list.at[i].field].key, m2_proof_name(proofs.list.at[i].proof),
                     proofs.list.at[i].said);
    cr_assert_eq(proofs.list.len, 8);
    account_close(&ac);
}

static const struct told rows[] = {
    { "the output comes first",
      { { NULL, NULL, NULL } },
      M2_UNIT_STATE_MACHINE,
      NULL,
      "output CalculationStateMachineArn" },
    { "the other output",
      { { STACK, OUTPUTS, "[{'OutputKey':'StateMachineArn','OutputValue':'arn:x'}]" } },
      M2_UNIT_STATE_MACHINE,
      "arn:x",
      "output StateMachineArn of stack" },
    { "a resource of the nested stack",
      { { STACK, OUTPUTS, "[]" } },
      M2_UNIT_STATE_MACHINE,
      NULL,
      "resource JobChooserStateMachine of stack" },
    { "an empty output is none",
      { { STACK, OUTPUTS, "[{'OutputKey':'ResultsBucketName','OutputValue':''}]" },
        { STACK, "output.Stacks[0].Parameters",
          "[{'ParameterKey':'ResultsBucketName','ParameterValue':'by-parameter'}]" } },
      M2_UNIT_RESULTS,
      "by-parameter",
      "parameter ResultsBucketName of stack" },
    { "an external id by parameter",
      { { STACK, "output.Stacks[0].Parameters",
          "[{'ParameterKey':'ExternalId','ParameterValue':'lab-7'}]" } },
      M2_UNIT_EXTERNAL_ID,
      "lab-7",
      "parameter ExternalId" },
    { "a parameter that is not echoed tells nothing",
      { { STACK, "output.Stacks[0].Parameters", "[{'ParameterKey':'ExternalId','ParameterValue':'****'}]" } },
      M2_UNIT_EXTERNAL_ID,
      "ana-7",
      "trust policy of role" },
    { "a role that asks for none",
      { { "iam:GetRole CrossAccountRole", "output.Role.AssumeRolePolicyDocument.Statement[0].Condition",
          NULL } },
      M2_UNIT_EXTERNAL_ID,
      "",
      "asks for none" },
    { "a role that cannot be read leaves it open",
      { { "iam:GetRole CrossAccountRole", "error", "AccessDenied: no" } },
      M2_UNIT_EXTERNAL_ID,
      NULL,
      "" },
    { "the stack is not there",
      { { STACK, "error", "ValidationError: Stack does not exist" } },
      M2_UNIT_STATE_MACHINE,
      NULL,
      "not found" },
};

Test(deployment, each_value_says_where_it_came_from)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct account ac;
        struct m2_deployment d;
        account_open(&ac);
        for (const struct edit *e = rows[i].edits; e->call; e++)
            account_edit(&ac, e);
        detect(&d, &ac, NULL);
        const struct m2_setting *is = &d.at[rows[i].field];
        cr_assert(strstr(is->source, rows[i].source), "%s: %s from %s", rows[i].name, is->value, is->source);
        if (rows[i].value)
            cr_assert_str_eq(is->value, rows[i].value, "%s: %s", rows[i].name, is->value);
        account_close(&ac);
    }
}

static const struct {
    enum m2_unit_field field;
    const char *value;
    struct edit edit;
    enum m2_proof proof;
    const char *says;
} checks[] = {
    { M2_UNIT_ACCOUNT, "12345", { NULL, NULL, NULL }, M2_PROOF_WRONG, "12 digits" },
    { M2_UNIT_ACCOUNT, "999999999999", { NULL, NULL, NULL }, M2_PROOF_WRONG, "credentials are of account" },
    { M2_UNIT_REGION, "us east", { NULL, NULL, NULL }, M2_PROOF_WRONG, "not a region" },
    { M2_UNIT_STATE_MACHINE,
      "arn:aws:states:us-east-1:999999999999:stateMachine:x",
      { NULL, NULL, NULL },
      M2_PROOF_WRONG,
      "is of account 999999999999" },
    { M2_UNIT_STATE_MACHINE,
      "arn:aws:states:eu-west-1:123456789012:stateMachine:x",
      { NULL, NULL, NULL },
      M2_PROOF_WRONG,
      "is in region eu-west-1" },
    { M2_UNIT_STATE_MACHINE,
      "arn:aws:states:us-east-1:123456789012:stateMachine:",
      { NULL, NULL, NULL },
      M2_PROOF_WRONG,
      "is not the ARN of a state machine" },
    { M2_UNIT_STATE_MACHINE,
      NULL,
      { "stepfunctions:DescribeStateMachine", "output.status", "'DELETING'" },
      M2_PROOF_WRONG,
      "being deleted" },
    { M2_UNIT_STATE_MACHINE,
      NULL,
      { "stepfunctions:DescribeStateMachine", "error", "StateMachineDoesNotExist: x" },
      M2_PROOF_WRONG,
      "does not exist" },
    { M2_UNIT_STATE_MACHINE,
      NULL,
      { "stepfunctions:DescribeStateMachine", "error", "AccessDeniedException: x" },
      M2_PROOF_UNKNOWN,
      "denied" },
    { M2_UNIT_RESULTS,
      "cloudmr-results-cloudmrhub-brain-us-east-1",
      { NULL, NULL, NULL },
      M2_PROOF_NOTED,
      "CloudMRHub's" },
    { M2_UNIT_RESULTS, "nobody-asked-for-it", { NULL, NULL, NULL }, M2_PROOF_UNKNOWN, "" },
    { M2_UNIT_ROLE,
      "arn:aws:iam::999999999999:role/x",
      { NULL, NULL, NULL },
      M2_PROOF_WRONG,
      "is of account" },
    { M2_UNIT_ROLE, "arn:aws:iam::123456789012:user/x", { NULL, NULL, NULL }, M2_PROOF_WRONG, "not the ARN" },
    { M2_UNIT_ROLE,
      NULL,
      { "iam:GetRole CrossAccountRole", "error", "NoSuchEntity: x" },
      M2_PROOF_WRONG,
      "does not exist" },
    { M2_UNIT_EXTERNAL_ID, "another", { NULL, NULL, NULL }, M2_PROOF_WRONG, "asks for the external id" },
};

Test(deployment, what_is_wrong_is_said_with_its_values)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        struct account ac;
        struct m2_deployment d;
        struct m2_proofs proofs;
        struct m2_unit u = { .id = NULL };
        account_open(&ac);
        detect(&d, &ac, NULL);
        for (int f = 0; f < M2_UNIT_FIELDS; f++)
            u.at[f] = d.at[f].value;
        if (checks[i].edit.call)
            account_edit(&ac, &checks[i].edit);
        detect(&d, &ac, NULL);
        if (checks[i].value)
            u.at[checks[i].field] = checks[i].value;
        m2_deployment_check(&proofs, ac.arena, &ac.snap, d.account, &u);
        const struct m2_proven *found = NULL;
        for (size_t k = 0; k < proofs.list.len; k++)
            if (proofs.list.at[k].field == checks[i].field)
                found = &proofs.list.at[k];
        cr_assert(found, "row %zu", i);
        cr_assert_eq(found->proof, checks[i].proof, "row %zu: %s %s", i, m2_proof_name(found->proof),
                     found->said);
        cr_assert(strstr(found->said, checks[i].says), "row %zu: %s", i, found->said);
        account_close(&ac);
    }
}

Test(deployment, a_role_that_is_given_brings_its_own_external_id)
{
    struct account ac;
    struct m2_deployment d;
    const struct edit by_parameter = { STACK, "output.Stacks[0].Parameters",
                                       "[{'ParameterKey':'ExternalId','ParameterValue':'lab-7'}]" };
    account_open(&ac);
    account_edit(&ac, &by_parameter);
    detect(&d, &ac, "arn:aws:iam::123456789012:role/another");
    cr_assert_null(d.at[M2_UNIT_EXTERNAL_ID].value);
    detect(&d, &ac, d.at[M2_UNIT_ROLE].value);
    account_close(&ac);
}

/* A role that is not there was taken for one that could not be asked, and the run ended before it said so. */
Test(deployment, a_role_that_is_not_there_is_wrong_and_nothing_else_is_said_of_it)
{
    struct account ac;
    struct m2_deployment d;
    struct m2_proofs proofs;
    struct m2_unit u = { .id = NULL };
    const struct edit gone = { "iam:GetRole CrossAccountRole", "error", "NoSuchEntity: x" };
    account_open(&ac);
    account_edit(&ac, &gone);
    detect(&d, &ac, NULL);
    u.at[M2_UNIT_ROLE] = d.at[M2_UNIT_ROLE].value;
    m2_deployment_check(&proofs, ac.arena, &ac.snap, d.account, &u);
    cr_assert(proofs.list.len == 1 && proofs.counts[M2_PROOF_WRONG] == 1 && !proofs.list.at[0].lost, "%s",
              proofs.list.at[proofs.list.len - 1].said);
    account_close(&ac);
}
