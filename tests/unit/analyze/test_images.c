/* The area images: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define FN "lambda:GetFunction RunJobLambda"
#define CONF "output.Configuration."
#define TASK "ecs:DescribeTaskDefinition"
#define DEF "output.taskDefinition."
#define HUB_IMAGE "'469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:v1'"
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

#define EXECUTION "iam:GetRole FargateExecutionRole"
#define LISTED "iam:ListAttachedRolePolicies FargateExecutionRole"
#define TRUSTED "output.Role.AssumeRolePolicyDocument.Statement[0]."
#define POLICY(rest) "{'Version':'2012-10-17','Statement':[{'Effect':" rest "}]}"

static const struct sample images[] = {
    { "uri pass", { { 0 } }, "image.uri", P, NULL },
    { "https", { { FN, "output.Code.ImageUri", "'https://123456789012.dkr.ecr.us-east-1.amazonaws.com/a:v1'" }
      }, "image.uri", F, "image.uri-invalid" },
    { "capitals", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/MyImage:v1'" }
      }, "image.uri", F, "image.uri-invalid" },
    { "short account", { { FN, "output.Code.ImageUri", "'12345.dkr.ecr.us-east-1.amazonaws.com/a:v1'" } },
      "image.uri", F, "image.uri-invalid" },
    { "Docker Hub for Lambda", { { FN, "output.Code.ImageUri", "'docker.io/library/alpine:3'" } }, "image.uri",
      F, "image.uri-invalid" },
    { "bad digest", { { FN, "output.Code.ImageUri",
      "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a@sha256:12'" } }, "image.uri", F, "image.uri-invalid" },
    { "region", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:v1'" } },
      "image.uri", F, "image.region-mismatch" },
    { "latest", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a:latest'" } },
      "image.uri", W, "image.tag-latest" },
    { "no tag", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a'" } },
      "image.uri", W, "image.tag-latest" },
    { "Docker Hub for Fargate", { { TASK, DEF "containerDefinitions[0].image", "'alpine:3'" } }, "image.uri",
      P, NULL },
    { "the option wins", { { "", "target.lambda_image", "'bad uri'" } }, "image.uri", F, "image.uri-invalid" },
    { "before a deployment", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "image.uri", W,
      "image.tag-latest" },
    { "exists pass", { { 0 } }, "image.exists", P, NULL },
    { "no repository", { { "ecr:DescribeImages mroptimum-lambda", "error", "RepositoryNotFoundException" } },
      "image.exists", F, "image.repository-missing" },
    { "no tag there", { { "ecr:DescribeImages mroptimum-lambda", "error", "ImageNotFoundException" } },
      "image.exists", F, "image.tag-missing" },
    { "whole list without it", { { "ecr:DescribeImages mroptimum-lambda", "output.imageDetails[0].imageTags",
      "['v2']" }, { "ecr:DescribeImages mroptimum-lambda", "input.imageIds", NULL } }, "image.exists", F,
      "image.tag-missing" },
    { "denied", { { "ecr:DescribeImages mroptimum-lambda", "error", "AccessDeniedException" } },
      "image.exists", U, NULL },
    { "foreign account is not asked about", { { FN, "output.Code.ImageUri", HUB_IMAGE } }, "image.exists", U,
      NULL },
    { "access pass", { { 0 } }, "image.access", P, NULL },
    { "own, policy without Lambda, though the function lives", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", "{'Version':'2012-10-17','Statement':[]}" } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own, policy without Lambda, function refused", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", "{'Version':'2012-10-17','Statement':[]}" }, { FN, CONF "State", "'Failed'" }, { FN, CONF "StateReasonCode",
      "'ImageAccessDenied'" } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own without policy", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "error",
      "RepositoryPolicyNotFoundException" } }, "image.access", P, NULL },
    { "own, Lambda let in for another account's functions", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText", POLICY(
      "'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringLike':{'aws:SourceArn':"
      "'arn:aws:lambda:us-east-1:999999999999:function:*'}}") } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own, Lambda let in for this account", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText", POLICY(
      "'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringEquals':{'aws:SourceAccount':"
      "'123456789012'}}") } }, "image.access", P, NULL },
    { "own, a condition on Lambda that cannot be seen is not one that holds", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", POLICY("'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringEquals':"
      "{'aws:SourceOrgID':'o-1'}}") } }, "image.access", U, NULL },
    { "own, a Deny keeps the execution role out", { { "ecr:GetRepositoryPolicy mroptimum-fargate", "output.policyText", POLICY(
      "'Deny','Principal':'*','Action':'ecr:BatchGetImage'") } }, "image.access", F, "image.policy-lacks-account" },
    { "foreign, an organisation that may not be this account's is not known", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" }, { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", POLICY("'Allow','Principal':'*','Action':'ecr:*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}") } },
      "image.access", U, NULL },
    { "foreign, policy read, this account not named", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" } }, "image.access", F,
      "image.policy-lacks-account" },
    { "foreign, no policy", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "error", "RepositoryPolicyNotFoundException" } },
      "image.access", F, "image.policy-lacks-lambda-service" },
    { "pull refused by the repository", { { FN, "output.Code.ImageUri", HUB_IMAGE }, { "x", "new",
      "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{'registryId':'"
      "469266894233','"
      "repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1'}]},'status':'error','error':{'"
      "code':'"
      "AccessDeniedException','message':'because no resource-based policy allows the ecr:BatchGetImage "
      "action'}}" } }, "image.access", F, "image.pull-denied" },
    { "pull refused to the caller only", { { FN, CONF "State", "'Inactive'" }, { FN, "output.Code.ImageUri", HUB_IMAGE }, { "x", "new",
      "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{'registryId':'"
      "469266894233','"
      "repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1'}]},'status':'error','error':{'"
      "code':'"
      "AccessDeniedException','message':'because no identity-based policy allows the ecr:BatchGetImage "
      "action'}}" } }, "image.access", U, NULL },
    { "execution role", { { 0 } }, "image.execution-role", P, NULL },
    { "execution role without policies", { { LISTED, "output.AttachedPolicies", "[]" } }, "image.execution-role", F,
      "image.role-missing-permissions" },
    { "execution role that another service takes", { { EXECUTION, TRUSTED "Principal", "{'Service':'ec2.amazonaws.com'}" } },
      "image.execution-role", F, "image.role-trust" },
    { "execution role for this account's tasks", { { EXECUTION, TRUSTED "Condition",
      "{'StringEquals':{'aws:SourceAccount':'123456789012'},'ArnLike':{'aws:SourceArn':'arn:aws:ecs:us-east-1:123456789012:*'}}" } },
      "image.execution-role", P, NULL },
    { "execution role for another region's tasks", { { EXECUTION, TRUSTED "Condition",
      "{'ArnLike':{'aws:SourceArn':'arn:aws:ecs:eu-west-1:123456789012:*'}}" } }, "image.execution-role", F, "image.role-trust" },
    { "execution role for one task", { { EXECUTION, TRUSTED "Condition",
      "{'ArnLike':{'aws:SourceArn':'arn:aws:ecs:us-east-1:123456789012:task/x/*'}}" } }, "image.execution-role", U, NULL },
    { "execution role for this account", { { EXECUTION, TRUSTED "Condition", "{'StringEquals':{'aws:SourceAccount':'123456789012'}}" } },
      "image.execution-role", P, NULL },
    { "execution role for another account", { { EXECUTION, TRUSTED "Condition", "{'StringEquals':{'aws:SourceAccount':'111111111111'}}" } },
      "image.execution-role", F, "image.role-trust" },
    { "execution role gone", { { EXECUTION, "error", "NoSuchEntity: gone" } }, "image.execution-role", F, "image.role-trust" },
    { "execution role denied", { { EXECUTION, "error", "AccessDenied" } }, "image.execution-role", U, NULL },
    { "execution role's policies denied", { { LISTED, "error", "AccessDenied" } }, "image.execution-role", U, NULL },
    { "execution role within a boundary that was not read", { { EXECUTION, "output.Role.PermissionsBoundary",
      "{'PermissionsBoundaryArn':'arn:aws:iam::123456789012:policy/b'}" } }, "image.execution-role", U, NULL },
    { "no execution role, no stack", { { "cloudformation:DescribeStacks", "error",
      "ValidationError: Stack with id mroptimum-mode2 does not exist" } }, "image.execution-role", M2_SKIP, NULL },
};

#define REG(operation, input, rest)                                                                          \
    "{'service':'registry','operation':'" operation "','input':{'image':'" input "}," rest "}"
#define ERR(code, message, status)                                                                           \
    "'status':'error','error':{'code':'" code "','message':'" message "','http_status':" status "}"
#define LAMBDA_URI "123456789012.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:v1.2.0"
#define FARGATE_URI "123456789012.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:v1.2.0"
#define HUB_FARGATE "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:v1"
#define CONFIG_DIGEST "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define CHILD_DIGEST "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
#define TOKEN(uri, creds)                                                                                    \
    { "x", "new", REG("GetToken", uri "'", "'status':'ok','output':{'method':'x','credentials':" creds "}") }
#define IMAGE_OF(bytes)                                                                                      \
    "'status':'ok','output':{'mediaType':'application/vnd.oci.image.manifest.v1+json','schemaVersion':2,"    \
    "'config':{'digest':'" CONFIG_DIGEST "','size':5},'layers':[{'digest':'x','size':" bytes "}],"           \
    "'layersSize':" bytes "}"
#define MANIFEST(uri, ref, bytes)                                                                            \
    { "x", "new", REG("GetManifest", uri "','reference':'" ref "'", IMAGE_OF(bytes)) }
#define HANDED(uri, ref, output)                                                                             \
    { "x", "new", REG("GetManifest", uri "'" ref, "'status':'ok','output':" output) }
#define BATCH(output)                                                                                        \
    { "x", "new", "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{"              \
      "'registryId':'123456789012','repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1.2.0'}]}," \
      "'status':'ok','output':" output "}" }
#define INDEX(uri, ref, arch)                                                                                \
    { "x", "new", REG("GetManifest", uri "','reference':'" ref "'",                                          \
      "'status':'ok','output':{'mediaType':'application/vnd.oci.image.index.v1+json','schemaVersion':2,"     \
      "'manifests':[{'digest':'" CHILD_DIGEST "','os':'linux','architecture':'" arch "'},"                   \
      "{'digest':'x','os':'unknown','architecture':'unknown','attestation':true}]}") }
#define CHILD(uri)                                                                                           \
    { "x", "new", REG("GetManifest", uri "','reference':'" CHILD_DIGEST "','platform':'linux/amd64'",        \
      IMAGE_OF("1000000")) }
#define CONFIG_OF(uri, os, arch)                                                                             \
    { "x", "new", REG("GetConfig", uri "','reference':'" CONFIG_DIGEST "'",                                  \
      "'status':'ok','output':{'os':'" os "','architecture':'" arch "'}") }
#define REFUSED(operation, uri, ref, code, message, status)                                                  \
    { "x", "new", REG(operation, uri "'" ref, ERR(code, message, status)) }
#define V12 ",'reference':'v1.2.0'"
#define V1 ",'reference':'v1'"
#define NO_POLICY "because no resource-based policy allows the ecr:BatchGetImage action"
#define NO_RIGHT "because no identity-based policy allows the ecr:BatchGetImage action"
#define TO_HUB { TASK, DEF "containerDefinitions[0].image", "'" HUB_FARGATE "'" }
#define ALPINE { TASK, DEF "containerDefinitions[0].image", "'alpine:3'" }
#define ASKED_NOTHING { "ecr:DescribeImages", "error", "AccessDeniedException" }

static const struct sample pulls[] = {
    { "manifest pass", { MANIFEST(LAMBDA_URI, "v1.2.0", "1000000"), CONFIG_OF(LAMBDA_URI, "linux", "amd64") },
      "image.manifest", P, NULL },
    { "an index is nothing for Lambda", { INDEX(LAMBDA_URI, "v1.2.0", "amd64") }, "image.manifest", F,
      "image.manifest-unsupported" },
    { "an index is fine for Fargate", { INDEX(FARGATE_URI, "v1.2.0", "amd64"), CHILD(FARGATE_URI),
      CONFIG_OF(FARGATE_URI, "linux", "amd64") }, "image.manifest", P, NULL },
    { "an index without the task's processor", { INDEX(FARGATE_URI, "v1.2.0", "arm64") }, "image.manifest", F,
      "image.architecture-mismatch" },
    { "arm64 for a function on x86_64", { MANIFEST(LAMBDA_URI, "v1.2.0", "1000000"),
      CONFIG_OF(LAMBDA_URI, "linux", "arm64") }, "image.manifest", F, "image.architecture-mismatch" },
    { "arm64 for a function on arm64", { { FN, CONF "Architectures", "['arm64']" },
      MANIFEST(LAMBDA_URI, "v1.2.0", "1000000"), CONFIG_OF(LAMBDA_URI, "linux", "arm64") }, "image.manifest", P,
      NULL },
    { "amd64 for a task on ARM64", { { TASK, DEF "runtimePlatform", "{'cpuArchitecture':'ARM64'}" },
      MANIFEST(FARGATE_URI, "v1.2.0", "1000000"), CONFIG_OF(FARGATE_URI, "linux", "amd64") }, "image.manifest",
      F, "image.architecture-mismatch" },
    { "Windows", { MANIFEST(FARGATE_URI, "v1.2.0", "1000000"), CONFIG_OF(FARGATE_URI, "windows", "amd64") },
      "image.manifest", F, "image.architecture-mismatch" },
    { "over 10 GiB compressed", { MANIFEST(LAMBDA_URI, "v1.2.0", "10737418241"),
      CONFIG_OF(LAMBDA_URI, "linux", "amd64") }, "image.manifest", F, "image.too-large" },
    { "10 GiB compressed are not judged", { MANIFEST(LAMBDA_URI, "v1.2.0", "10737418240"),
      CONFIG_OF(LAMBDA_URI, "linux", "amd64") }, "image.manifest", P, NULL },
    { "over 10 GiB for Fargate", { MANIFEST(FARGATE_URI, "v1.2.0", "10737418241"),
      CONFIG_OF(FARGATE_URI, "linux", "amd64") }, "image.manifest", P, NULL },
    { "no pull, no verdict", { { 0 } }, "image.manifest", U, NULL },
    { "skipped", { { "x", "new", REG("GetToken", LAMBDA_URI "'", "'status':'skipped','reason':'not ours'") } },
      "image.manifest", U, NULL },
    { "a wrong digest is told, not judged", { REFUSED("GetManifest", LAMBDA_URI, V12, "DigestMismatch", "x",
      "200") }, "image.manifest", U, NULL },
    { "config not handed out", { MANIFEST(LAMBDA_URI, "v1.2.0", "1"),
      { "x", "new", REG("GetConfig", LAMBDA_URI "','reference':'" CONFIG_DIGEST "'", ERR("403", "x", "403")) }
      }, "image.manifest", U, NULL },
    { "the manifest that ECR's own call tells", { { "x", "new",
      "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{'registryId':'123456789012'"
      ",'repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1.2.0'}]},'status':'ok','output':{"
      "'images':[{'imageId':{'imageTag':'v1.2.0'},'imageManifest':'{\\\"schemaVersion\\\":2,\\\"manifests\\\":[]}',"
      "'imageManifestMediaType':'application/vnd.oci.image.index.v1+json'}]}}" } }, "image.manifest", F,
      "image.manifest-unsupported" },
    { "Docker's first format", { HANDED(LAMBDA_URI, V12, "{'mediaType':'application/vnd.docker.distribution.manifest.v1+prettyjws','schemaVersion':1}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64") },
      "image.manifest", F, "image.manifest-unsupported" },
    { "no type, but what a manifest holds", { HANDED(LAMBDA_URI, V12, "{'schemaVersion':2,'config':{'digest':'" CONFIG_DIGEST "'},'layers':[],'layersSize':0}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64") },
      "image.manifest", P, NULL },
    /* Regression: an answer without images and without failures was taken for "not there". */
    { "ECR hands out nothing and says nothing", { ASKED_NOTHING, BATCH("{}") }, "image.exists", U, NULL },
    { "ECR lacks another image", { ASKED_NOTHING, BATCH("{'failures':[{'imageId':{'imageTag':'v9'},"
      "'failureCode':'ImageNotFound'}]}") }, "image.exists", U, NULL },
    { "ECR lacks this image", { ASKED_NOTHING, BATCH("{'failures':[{'imageId':{'imageTag':'v1.2.0'},"
      "'failureCode':'ImageNotFound'}]}") }, "image.exists", F, "image.tag-missing" },
    { "what the registry hands out is there, whatever ECR says", { { "ecr:DescribeImages mroptimum-lambda", "error",
      "ImageNotFoundException" }, MANIFEST(LAMBDA_URI, "v1.2.0", "1") }, "image.exists", P, NULL },
    { "pulled, though ECR's calls are denied", { ASKED_NOTHING, MANIFEST(LAMBDA_URI, "v1.2.0", "1"),
      MANIFEST(FARGATE_URI, "v1.2.0", "1") }, "image.exists", P, NULL },
    { "the registry knows no such tag", { ASKED_NOTHING, REFUSED("GetManifest", LAMBDA_URI, V12,
      "MANIFEST_UNKNOWN", "x", "404") }, "image.exists", F, "image.tag-missing" },
    { "the registry knows no such repository", { ASKED_NOTHING, REFUSED("GetManifest", LAMBDA_URI, V12,
      "NAME_UNKNOWN", "x", "404") }, "image.exists", F, "image.repository-missing" },
    { "of another account that may hide it", { TO_HUB, REFUSED("GetManifest", HUB_FARGATE, V1,
      "NAME_UNKNOWN", "x", "404") }, "image.exists", U, NULL },
    { "a web server's 404", { ASKED_NOTHING, REFUSED("GetManifest", LAMBDA_URI, V12, "404", "x", "404") },
      "image.exists", U, NULL },
    { "another registry's image", { ALPINE, TOKEN("alpine:3", "false"), MANIFEST("alpine:3", "3", "1") },
      "image.exists", P, NULL },
    { "another registry without it", { ALPINE, TOKEN("alpine:3", "false"), REFUSED("GetManifest", "alpine:3",
      ",'reference':'3'", "MANIFEST_UNKNOWN", "x", "404") }, "image.exists", F, "image.tag-missing" },
    { "foreign, pulled as the caller", { TO_HUB, TOKEN(HUB_FARGATE, "true"), MANIFEST(HUB_FARGATE, "v1", "1"),
      CONFIG_OF(HUB_FARGATE, "linux", "amd64") }, "image.access", P, NULL },
    { "foreign, its policy refuses", { TO_HUB, REFUSED("GetManifest", HUB_FARGATE, V1, "DENIED", NO_POLICY,
      "403") }, "image.access", F, "image.pull-denied" },
    { "foreign, the caller's own right is missing", { TO_HUB, REFUSED("GetManifest", HUB_FARGATE, V1,
      "DENIED", NO_RIGHT, "403") }, "image.access", U, NULL },
    { "no token for the caller", { TO_HUB, REFUSED("GetToken", HUB_FARGATE, "", "AccessDeniedException",
      "x", "400") }, "image.access", U, NULL },
    { "own, the caller's right is missing: the role's is not judged by it", { REFUSED("GetManifest",
      FARGATE_URI, V12, "DENIED", NO_RIGHT, "403") }, "image.access", P, NULL },
    { "anybody is refused", { ALPINE, TOKEN("alpine:3", "false"), REFUSED("GetManifest", "alpine:3",
      ",'reference':'3'", "UNAUTHORIZED", "x", "401") }, "image.access", F, "image.pull-denied" },
    { "anybody is refused, in small letters", { ALPINE, TOKEN("alpine:3", "false"), REFUSED("GetManifest", "alpine:3",
      ",'reference':'3'", "denied", "x", "403") }, "image.access", F, "image.pull-denied" },
    /* Regression: any 403 was the registry's no. */
    { "a web server's 403 is no registry's", { ALPINE, TOKEN("alpine:3", "false"), REFUSED("GetManifest", "alpine:3",
      ",'reference':'3'", "403", "HTTP status 403, and a text that no registry writes", "403") }, "image.access", U, NULL },
    { "a CDN's 403 for the config is no registry's", { ALPINE, TOKEN("alpine:3", "false"),
      MANIFEST("alpine:3", "3", "1"), REFUSED("GetConfig", "alpine:3", ",'reference':'" CONFIG_DIGEST "'", "DENIED", "x",
      "403") }, "image.access", U, NULL },
    { "my login is refused", { ALPINE, TOKEN("alpine:3", "true"), REFUSED("GetManifest", "alpine:3",
      ",'reference':'3'", "DENIED", "x", "403") }, "image.access", U, NULL },
    { "the task has a login", { ALPINE, { TASK, DEF "containerDefinitions[0].repositoryCredentials", "{}" },
      TOKEN("alpine:3", "false"), REFUSED("GetManifest", "alpine:3", ",'reference':'3'", "DENIED", "x", "403")
      }, "image.access", U, NULL },
    { "everybody may", { ALPINE, TOKEN("alpine:3", "false"), MANIFEST("alpine:3", "3", "1"),
      CONFIG_OF("alpine:3", "linux", "amd64") }, "image.access", P, NULL },
    { "I may, with my login", { ALPINE, TOKEN("alpine:3", "true"), MANIFEST("alpine:3", "3", "1"),
      CONFIG_OF("alpine:3", "linux", "amd64") }, "image.access", U, NULL },
    { "no way to the registry", { ALPINE, REFUSED("GetToken", "alpine:3", "", "Network", "x", "0") },
      "image.access", U, NULL },
};

/* clang-format on */

Test(causes, images)
{
    struct sample all[sizeof images / sizeof images[0] + sizeof pulls / sizeof pulls[0]];
    memcpy(all, images, sizeof images);
    memcpy(all + sizeof images / sizeof images[0], pulls, sizeof pulls);
    samples_run(all, sizeof all / sizeof all[0]);
    samples_are_whole("images", NULL, all, sizeof all / sizeof all[0]);
}

/* The text of the one finding of CHECK about the image of WHAT. */
static const char *said_of(const char *what, struct account *ac, const struct edit *edits, const char *check)
{
    account_open(ac);
    for (; edits->call; edits++)
        account_edit(ac, edits);
    account_analyze(ac, check);
    for (size_t i = 0; i < ac->found.list.len; i++)
        if (strcmp(ac->found.list.at[i]->resource, what) == 0)
            return ac->found.list.at[i]->detail;
    return "";
}

static const char *said(struct account *ac, const struct edit *edits, const char *check)
{
    return said_of("Fargate", ac, edits, check);
}

Test(pull, tells_what_a_pull_from_another_region_takes)
{
    static const struct edit far[] = {
        { TASK, DEF "taskDefinitionArn", "'arn:aws:ecs:us-west-2:123456789012:task-definition/x:1'" },
        MANIFEST(FARGATE_URI, "v1.2.0", "4000000000"),
        CONFIG_OF(FARGATE_URI, "linux", "amd64"),
        { NULL, NULL, NULL },
    };
    struct account ac;
    const char *text = said(&ac, far, "image.manifest");
    cr_expect(strstr(text, "4000.0 MB compressed") && strstr(text, "about 80 s"), "%s", text);
    cr_expect(strstr(text, "from us-east-1 to us-west-2: about 0.080 USD"), "%s", text);
    account_close(&ac);
}

/* Regression: whatever was handed out was said to be a manifest that Lambda takes. */
Test(pull, what_is_no_manifest_is_not_one_that_lambda_takes)
{
    static const struct edit odd[][3] = {
        { HANDED(LAMBDA_URI, V12, "{}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64"), { NULL, NULL, NULL } },
        { HANDED(LAMBDA_URI, V12, "{'schemaVersion':1}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64"), { NULL, NULL, NULL } },
        { HANDED(LAMBDA_URI, V12, "{'mediaType':'x','schemaVersion':2,'config':{'digest':'" CONFIG_DIGEST "'},'layers':[]}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64"), { NULL, NULL, NULL } },
        { HANDED(LAMBDA_URI, V12, "{'mediaType':'x','schemaVersion':2,'config':{'digest':'" CONFIG_DIGEST "'},'layers':[],'layersSize':0}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64"), { NULL, NULL, NULL } },
        { HANDED(LAMBDA_URI, V12, "{'mediaType':'application/vnd.docker.distribution.manifest.v2+json','schemaVersion':2,'config':{'digest':'" CONFIG_DIGEST "'},'layers':[]}"), CONFIG_OF(LAMBDA_URI, "linux", "amd64"), { NULL, NULL, NULL } },
    };
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct account ac;
        const char *text = said_of("Lambda", &ac, odd[i], "image.manifest");
        cr_expect(strstr(text, "is no manifest that is known here"), "%zu: %s", i, text);
        account_close(&ac);
    }
}

/* Regression: a right of ECR's was named for images that ECR does not have. */
Test(pull, outside_ecr_no_right_of_ecr_is_named)
{
    static const struct edit token[] = { ALPINE, TOKEN("alpine:3", "false"), { NULL, NULL, NULL } };
    static const char *const all[] = { "image.exists", "image.access", "image.manifest" };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct account ac;
        const char *text = said(&ac, token, all[i]);
        cr_expect(strstr(text, "docker.io was not asked") && !strstr(text, "ecr:"), "%s: %s", all[i], text);
        account_close(&ac);
    }
}

/* Regression: of each healthy function from another account's repository it was said that a pull would show what
 * the next sentence said no pull shows. */
Test(pull, what_lambda_has_read_it_may_read)
{
#define HUB_LAMBDA "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:v1"
    static const struct edit pulled[][4] = {
        { { FN, "output.Code.ImageUri", HUB_IMAGE }, MANIFEST(HUB_LAMBDA, "v1", "1"), { NULL, NULL, NULL } },
        { { FN, "output.Code.ImageUri", HUB_IMAGE },
          { FN, CONF "State", "'Pending'" },
          MANIFEST(HUB_LAMBDA, "v1", "1"),
          { NULL, NULL, NULL } },
        { { FN, "output.Code.ImageUri", HUB_IMAGE },
          { FN, CONF "LastUpdateStatus", "'Failed'" },
          MANIFEST(HUB_LAMBDA, "v1", "1"),
          { NULL, NULL, NULL } },
    };
    for (size_t i = 0; i < sizeof pulled / sizeof pulled[0]; i++) {
        struct account ac;
        const char *text = said_of("Lambda", &ac, pulled[i], "image.access");
        cr_expect(strstr(text, i == 0 ? "Lambda has read" : "handed " HUB_LAMBDA " out to you; whether Lambda") &&
                      !strstr(text, "a pull or the first job"),
                  "%zu: %s", i, text);
        account_close(&ac);
    }
}

Test(pull, a_refusal_says_whose_and_where_the_repository_is)
{
    static const struct edit refused[] = {
        TO_HUB,
        REFUSED("GetManifest", HUB_FARGATE, V1, "DENIED", NO_POLICY, "403"),
        { NULL, NULL, NULL },
    };
    struct account ac;
    const char *text = said(&ac, refused, "image.access");
    cr_expect(strstr(text, "in another account (469266894233) and in the job's region (us-east-1)"), "%s", text);
    account_close(&ac);
}
