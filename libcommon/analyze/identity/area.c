/* The area identity: who calls, which account, which region, which rights. */
#include "analyze/area.h"
#include "analyze/identity/identity.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define IAM_GUIDE "https://docs.aws.amazon.com/IAM/latest/UserGuide/"

static const struct m2_check checks[] = {
    { .id = "identity.credentials",
      .area = "identity",
      .title = "AWS accepts your credentials",
      .why = "Without credentials that AWS accepts nothing can be deployed, and nothing else can be checked. "
             "Expired single "
             "sign-on sessions and a wrong clock are the usual reasons, and their messages rarely say so.",
      .how = "Asks AWS who is calling (sts:GetCallerIdentity, which needs no right) and reads the error "
             "codes of all other "
             "calls. The clock is compared with the Date header of the answers.",
      .fix = "Sign in again, choose the profile that is meant, or set the clock.",
      .rights = LIST("sts:GetCallerIdentity"),
      .causes = LIST("credentials.missing", "credentials.expired", "credentials.invalid", "clock.skew"),
      .sources = LIST("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
                      "https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html"),
      .essential = true,
      .run = m2_identity_credentials },
    { .id = "identity.account",
      .area = "identity",
      .title = "This is the user's own account, and the one that is meant",
      .why = "Mode 2 runs jobs in the user's account, at the user's cost, with the user's data. Deployed "
             "into another account by "
             "a wrong profile, it works for the wrong people or not at all.",
      .how = "Compares the caller's account with the one you named, with the stack's ARN and outputs, and "
             "with CloudMRHub's own "
             "accounts.",
      .fix = "Choose the profile of the account that is meant.",
      .rights = LIST("sts:GetCallerIdentity", "cloudformation:DescribeStacks"),
      .causes = LIST("account.is-cloudmrhub", "account.mismatch"),
      .sources = LIST("https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html"),
      .run = m2_identity_account },
    { .id = "identity.region",
      .area = "identity",
      .title = "The region offers what Mode 2 needs, and image and buckets are in it",
      .why = "Lambda loads a container image only from a repository in its own region. The template's "
             "default images are in "
             "us-east-1, so a stack in any other region fails with them.",
      .how = "Compares the region of the function with the one in the image URI and with those of the "
             "buckets, and looks for "
             "answers that say a region or service is not enabled.",
      .fix = "Copy the image into a repository of the stack's region and name it in LambdaImageUri, or "
             "deploy in the image's "
             "region.",
      .rights = LIST("lambda:GetFunction", "cloudformation:DescribeStacks", "s3:ListBucket",
                     "s3:GetBucketLocation"),
      .causes = LIST("region.image-mismatch", "region.unsupported", "region.bucket-mismatch"),
      .sources = LIST("https://docs.aws.amazon.com/lambda/latest/dg/images-create.html",
                      "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"),
      .run = m2_identity_region },
    { .id = "identity.permissions",
      .area = "identity",
      .title = "You may deploy, run, verify and clean up",
      .why = "A right that is missing shows up in the middle of a deployment, which then is rolled back, or "
             "in the middle of a "
             "clean-up, which then leaves things behind.",
      .how =
          "Asks IAM's policy simulator about each action (iam:SimulatePrincipalPolicy). A denial that "
          "organisation policies "
          "or condition keys may explain is told as not known: the simulator cannot judge them. Where it may "
          "not be asked, your own policies and those of your groups are evaluated, as far as they can be "
          "read, and so are those of the organisation, which its management and delegated accounts may read. "
          "A "
          "policy of a session cannot be read.",
      .fix = "Have the missing actions allowed for your user or role.",
      .rights =
          LIST("iam:SimulatePrincipalPolicy", "iam:GetUser", "iam:ListAttachedUserPolicies",
               "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListGroupsForUser",
               "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:GetRole",
               "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:GetPolicy",
               "iam:GetPolicyVersion", "organizations:DescribeOrganization", "organizations:ListParents",
               "organizations:ListPoliciesForTarget", "organizations:DescribePolicy"),
      .causes = LIST("permission.denied"),
      .sources = LIST("https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html",
                      IAM_GUIDE "access_policies_testing-policies.html",
                      "https://docs.aws.amazon.com/organizations/latest/userguide/"
                      "orgs_manage_policies_scps_evaluation.html"),
      .run = m2_identity_permissions },
};

static const struct m2_cause causes[] = {
    { "credentials.missing", M2_FAIL, "No AWS credentials were found",
      "The AWS tools look in the environment, the shared files, single sign-on and the machine's role, and "
      "found none.",
      "Configure a profile or sign in, then name it with --profile.",
      "https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-configure.html" },
    { "credentials.expired", M2_FAIL, "The AWS session has expired",
      "Temporary credentials end after some hours. AWS refuses every call that is signed with old ones.",
      "Sign in again; where AWS_ACCESS_KEY_ID is set in the environment, replace it, its secret and its "
      "session token.",
      "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-sso.html" },
    { "credentials.invalid", M2_FAIL, "AWS does not accept the credentials",
      "The access key does not exist any more, is switched off, or its secret is not the right one; or a "
      "proxy changes the "
      "requests.",
      "Check the access key and secret of the profile, or make a new access key.",
      IAM_GUIDE "id_credentials_access-keys.html" },
    { "clock.skew", M2_FAIL, "This computer's clock is wrong",
      "AWS refuses signatures that are more than five minutes away from its own time.",
      "Set the clock, best by switching on network time.",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html" },
    { "account.is-cloudmrhub", M2_FAIL, "This is CloudMRHub's own account",
      "Mode 2 is meant for the user's account; CloudMRHub's accounts hold Mode 1 and the images.",
      "Choose the profile of your own account.",
      "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html" },
    { "account.mismatch", M2_FAIL, "The account is not the one that is meant",
      "Your credentials belong to one account, while the stack or what you named belongs to another.",
      "Choose the profile of the account that is meant.",
      "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html" },
    { "region.image-mismatch", M2_FAIL, "The Lambda image is in another region than the function",
      "Lambda loads a container image only from an ECR repository in its own region.",
      "Copy the image into a repository of the stack's region and name that in the parameter LambdaImageUri.",
      "https://docs.aws.amazon.com/lambda/latest/dg/images-create.html" },
    { "region.unsupported", M2_FAIL, "A service is not enabled for this account in this region",
      "Some regions must be switched on first, and a new account may wait some hours until all services "
      "answer.",
      "Enable the region, wait for the account to be activated, or choose another region.",
      "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html" },
    { "region.bucket-mismatch", M2_WARN, "A bucket is in another region than the stack",
      "Every job's data crosses regions: slower, paid by the gigabyte, and not reachable through an S3 "
      "gateway endpoint.",
      "Use a bucket in the stack's region.",
      "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html" },
    { "permission.denied", M2_FAIL, "An action that is needed is not allowed",
      "AWS checks every call against the policies of the caller. An action that none of them allows is "
      "refused.",
      "Have the action allowed for your user or role.", IAM_GUIDE "troubleshoot_access-denied.html" },
};

static const struct m2_link links[] = {
    /* Without credentials, or with the wrong ones, whatever was refused follows from that. */
    { "credentials.*", "permission.denied", M2_JOIN_ALL },
    { "credentials.*", "region.unsupported", M2_JOIN_ALL },
    { "clock.skew", "permission.denied", M2_JOIN_ALL },
};

const struct m2_area m2_area_identity = {
    .name = "identity",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
