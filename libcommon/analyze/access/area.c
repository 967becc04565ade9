/* The area access: the role that CloudMR Brain takes to start jobs and read results. */
#include "analyze/area.h"
#include "analyze/access/access.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define IAM "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

static const struct m2_check checks[] = {
    { .id = "access.trust",
      .area = "access",
      .title = "CloudMR Brain may take the role, and nobody else",
      .why = "CloudMR Brain starts jobs by taking a role in your account. When the role's trust policy does "
             "not name it, no job "
             "starts; when it names too many, strangers can start jobs and read results at your cost.",
      .how = "Reads the trust policy of the cross-account role: principals, and conditions that narrow them "
             "(ExternalId, "
             "aws:PrincipalArn, aws:PrincipalAccount).",
      .fix = "Name CloudMR Brain's account or role as the only principal, and ask for an ExternalId.",
      .rights = LIST("iam:GetRole", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
      .causes = LIST("access.role-missing", "access.trust-wrong-principal", "access.trust-whole-account",
                     "access.trust-no-external-id", "access.trust-anyone"),
      .sources = LIST(IAM "reference_policies_elements_principal.html", IAM "confused-deputy.html",
                      IAM "id_roles_common-scenarios_third-party.html"),
      .run = m2_access_trust },
    { .id = "access.permissions",
      .area = "access",
      .title = "CloudMR Brain may start jobs and read results, and nothing more",
      .why =
          "Whoever may not start a job, or read its results, has none; whoever may do more than that in your "
          "account could do harm by mistake or after a break-in.",
      .how =
          "Evaluates the role's policies (attached, its own, permissions boundary) and the policy of the "
          "results' "
          "bucket as AWS does, for each promise of the guide; then lists each action that is allowed beyond "
          "them. Policies of an organisation count where they can be read.",
      .fix = "Allow the role states:StartExecution on the state machine, states:DescribeExecution on its "
             "executions and "
             "s3:GetObject on the results' bucket; remove the rest.",
      .rights = LIST("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy",
                     "iam:ListAttachedRolePolicies", "iam:GetPolicy", "iam:GetPolicyVersion",
                     "s3:GetBucketPolicy", "cloudformation:DescribeStacks"),
      .causes = LIST("access.cannot-start", "access.cannot-read-status", "access.cannot-read-results",
                     "access.too-wide"),
      .sources =
          LIST(IAM "reference_policies_evaluation-logic.html",
               "https://docs.aws.amazon.com/step-functions/latest/dg/concept-create-iam-advanced.html"),
      .run = m2_access_permissions },
};

static const struct m2_cause causes[] = {
    { "access.role-missing", M2_FAIL, "The role for CloudMR Brain does not exist",
      "Without it CloudMR Brain can neither start jobs nor read their results.",
      "Update the stack so that it makes CloudMRCrossAccountRole again.",
      IAM "id_roles_common-scenarios_third-party.html" },
    { "access.trust-wrong-principal", M2_FAIL, "The role does not let CloudMR Brain in",
      "The trust policy names other principals, or one that was deleted, so AWS refuses CloudMR Brain.",
      "Set the parameter CloudMRAccountId (or CloudMRQueueJobRoleArn) to CloudMR Brain's and update the "
      "stack.",
      IAM "reference_policies_elements_principal.html" },
    { "access.trust-whole-account", M2_WARN, "The role trusts a whole account",
      "Everybody in CloudMR Brain's account who may take roles can take this one, not only the service that "
      "starts jobs; no ExternalId is asked for, which only that service knows.",
      "Set the parameter ExternalId, or CloudMRQueueJobRoleArn, so that one role only is trusted.",
      IAM "reference_policies_elements_principal.html" },
    { "access.trust-no-external-id", M2_WARN, "The role asks for no ExternalId",
      "Another customer of CloudMR Brain who learns the role's name could have jobs started in your account.",
      "Set the parameter ExternalId, update the stack, and register the same value.",
      IAM "confused-deputy.html" },
    { "access.trust-anyone", M2_FAIL, "Anybody may take the role",
      "The trust policy lets in every AWS account: strangers can start jobs and read results at your cost.",
      "Replace the principal * by CloudMR Brain's account or role.",
      IAM "reference_policies_elements_principal.html" },
    { "access.cannot-start", M2_FAIL, "The role may not start jobs",
      "CloudMR Brain starts each job with states:StartExecution on your state machine; AWS refuses it.",
      "Allow the role states:StartExecution on the state machine.", IAM "troubleshoot_access-denied.html" },
    { "access.cannot-read-status", M2_WARN, "The role may not read how a job stands",
      "CloudMR Brain cannot ask for a job's state; it learns of the end only by what the job itself sends.",
      "Allow the role states:DescribeExecution on the state machine's executions.",
      IAM "troubleshoot_access-denied.html" },
    { "access.cannot-read-results", M2_FAIL, "The role may not read results",
      "The links by which users download results are made with this role; without s3:GetObject they answer "
      "403.",
      "Allow the role s3:GetObject on the results' bucket.", IAM "troubleshoot_access-denied.html" },
    { "access.too-wide", M2_WARN, "The role may do more than the guide promises",
      "The guide promises that CloudMR Brain can start jobs, read how they stand and hand out results, and "
      "cannot "
      "change or delete anything.",
      "Remove the actions that go beyond it.", IAM "best-practices.html" },
};

static const struct m2_link links[] = {
    { "stack.failed", "access.role-missing", M2_JOIN_ABOUT },
    { "stack.delete-failed", "access.role-missing", M2_JOIN_ABOUT },
    { "account.mismatch", "access.role-missing", M2_JOIN_ALL },
    { "workflow.missing", "access.cannot-start", M2_JOIN_ABOUT },
};

const struct m2_area m2_area_access = {
    .name = "access",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
