/* The area images: the container images that Lambda and Fargate load. */
#include "analyze/area.h"
#include "analyze/images/images.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ECR "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"
#define LAMBDA_IMAGES "https://docs.aws.amazon.com/lambda/latest/dg/images-create.html"

static const struct m2_check checks[] = {
    { .id = "image.uri",
      .area = "images",
      .title = "The image URIs are valid and in the right region",
      .why = "A URI with a typing error, an image in another region than the function, or one outside ECR is "
             "refused in the "
             "middle of the deployment, or when the first job runs.",
      .how =
          "Takes the URIs apart: registry account, region, repository, tag and digest, from the options, the "
          "deployed "
          "function and task definition, the stack's parameters, or the template's defaults, in this order.",
      .fix = "Correct LambdaImageUri or FargateImageUri and deploy again.",
      .rights = LIST("lambda:GetFunction", "ecs:DescribeTaskDefinition", "cloudformation:DescribeStacks"),
      .causes = LIST("image.uri-invalid", "image.region-mismatch", "image.tag-latest"),
      .sources = LIST(LAMBDA_IMAGES, ECR "Registries.html"),
      .run = m2_image_uri },
    { .id = "image.exists",
      .area = "images",
      .title = "The images are in their repositories",
      .why = "A job starts by loading its image. When the repository or the tag is gone, Lambda refuses the "
             "function and "
             "Fargate stops the task before it runs.",
      .how = "Asks ECR for the repository and the tag or digest, and where it says nothing the registry "
             "itself, as "
             "a pull would. Another account's registry may refuse the "
             "question; that is "
             "told as not known, for it says nothing about the image.",
      .fix = "Push the image, or correct the tag, repository or region in the URI.",
      .rights = LIST("ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:BatchGetImage",
                     "cloudformation:DescribeStacks"),
      .causes = LIST("image.repository-missing", "image.tag-missing"),
      .sources = LIST(ECR "image-info.html"),
      .run = m2_image_exists },
    { .id = "image.access",
      .area = "images",
      .title = "Lambda and Fargate may read the images",
      .why = "Lambda reads an image as a service of its own, Fargate with the task's execution role. A "
             "repository in another "
             "account must name this account; for Lambda also the service.",
      .how =
          "Reads the repository's policy where it can be read, what a pull as you was answered, and whether "
          "a function made of the image is active: then Lambda has read it. A "
          "refusal "
          "to you alone, for want of a right of yours, is told and not taken for one to the job's role. In "
          "your own account roles need no policy, and Lambda adds its own statement when whoever makes the "
          "function may set the policy.",
      .fix = "Let the repository's owner add this account, and lambda.amazonaws.com, to its policy.",
      .rights = LIST("ecr:GetRepositoryPolicy", "ecr:GetAuthorizationToken", "ecr:BatchGetImage",
                     "ecr:GetDownloadUrlForLayer", "lambda:GetFunction", "cloudformation:DescribeStacks"),
      .causes = LIST("image.pull-denied", "image.policy-lacks-account", "image.policy-lacks-lambda-service"),
      .sources = LIST(LAMBDA_IMAGES, ECR "repository-policies.html"),
      .run = m2_image_access },
    { .id = "image.execution-role",
      .area = "images",
      .title = "Fargate may take the task's execution role and pull the image with it",
      .why = "Fargate pulls the image with the task's execution role. When ECS may not take the role, or the "
             "role "
             "may not read ECR, the task ends before the job begins.",
      .how = "Evaluates the role's trust policy, its policies and its permissions boundary as AWS does, for "
             "each "
             "action of a pull. Policies of an organisation cannot be read and are not counted.",
      .fix = "Attach AmazonECSTaskExecutionRolePolicy to the execution role and let ecs-tasks.amazonaws.com "
             "take it.",
      .rights = LIST("ecs:DescribeTaskDefinition", "iam:GetRole", "iam:ListAttachedRolePolicies",
                     "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:GetPolicy", "iam:GetPolicyVersion",
                     "cloudformation:DescribeStacks"),
      .causes = LIST("image.role-missing-permissions", "image.role-trust"),
      .sources =
          LIST("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
               "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"),
      .run = m2_image_execution_role },
    { .id = "image.manifest",
      .area = "images",
      .title = "Lambda and Fargate can run the images",
      .why = "An image that was pushed well may still be one that Lambda refuses, or be built for another "
             "processor: then each job ends before its first line.",
      .how =
          "Pulls as you what the job would pull, without its layers: the manifest by tag or digest, of an "
          "index the one for the processor, and the config. Docker's login is used where a registry asks for "
          "one, and shown to that registry alone. Sizes are the compressed ones of the manifest.",
      .fix = "Build for the one platform of the job, without attestations, and push again.",
      .rights = LIST("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
                     "lambda:GetFunction", "ecs:DescribeTaskDefinition", "cloudformation:DescribeStacks"),
      .causes = LIST("image.manifest-unsupported", "image.architecture-mismatch", "image.too-large"),
      .sources = LIST(LAMBDA_IMAGES, ECR "image-push.html"),
      .run = m2_image_manifest },
};

static const struct m2_cause causes[] = {
    { "image.uri-invalid", M2_FAIL, "An image URI is not valid",
      "No registry knows an image by this text, so neither Lambda nor Fargate can load it.",
      "Correct the URI: ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG.", ECR "Registries.html" },
    { "image.region-mismatch", M2_FAIL, "The Lambda image URI names another region than the function's",
      "Lambda loads a container image only from an ECR repository in its own region.",
      "Copy the image into a repository of the function's region and name that in LambdaImageUri.",
      LAMBDA_IMAGES },
    { "image.tag-latest", M2_WARN, "An image is named by the tag latest",
      "Whoever pushes next changes what your jobs run, and nobody can tell which version made a result.",
      "Name a fixed tag or, better, the digest.", ECR "image-tag-mutability.html" },
    { "image.repository-missing", M2_FAIL, "The image's repository does not exist",
      "The repository was deleted or never made in this account and region.",
      "Create the repository and push the image, or correct the URI.", ECR "repository-create.html" },
    { "image.tag-missing", M2_FAIL, "The image is not in its repository",
      "The repository exists, but the tag or digest does not: never pushed, deleted, or expired by a "
      "lifecycle rule.",
      "Push the image with this tag, or name one that exists.", ECR "image-info.html" },
    { "image.pull-denied", M2_FAIL, "The registry refuses to hand out the image",
      "The repository's policy does not let this account read the image.",
      "Ask the repository's owner to let this account pull.", ECR "repository-policies.html" },
    { "image.policy-lacks-account", M2_FAIL, "The repository's policy does not name this account",
      "A repository of another account hands out images only to accounts that its policy names.",
      "Ask the repository's owner to allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to this account.",
      ECR "repository-policies.html" },
    { "image.policy-lacks-lambda-service", M2_FAIL,
      "The repository's policy does not let the Lambda service read",
      "Lambda reads images as the service lambda.amazonaws.com, which the repository's policy must allow.",
      "Allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to lambda.amazonaws.com in the repository's "
      "policy.",
      LAMBDA_IMAGES },
    { "image.manifest-unsupported", M2_FAIL, "The image is in a format that Lambda does not take",
      "An image built with provenance attestations, or for several platforms, is an index, which Lambda "
      "refuses.",
      "Build for one platform with --provenance=false --sbom=false and push again.", LAMBDA_IMAGES },
    { "image.role-missing-permissions", M2_FAIL, "The execution role may not pull the image",
      "Fargate pulls the image with the task's execution role; ECR refuses it.",
      "Attach AmazonECSTaskExecutionRolePolicy to the execution role, and remove what denies it.",
      "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html" },
    { "image.role-trust", M2_FAIL, "Fargate may not take the execution role",
      "The role is gone, or its trust policy does not name ecs-tasks.amazonaws.com.",
      "Let ecs-tasks.amazonaws.com take the role (sts:AssumeRole), or deploy again so that the role is made "
      "anew.",
      "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html" },
    { "image.architecture-mismatch", M2_FAIL, "The image is built for another processor or system",
      "What is built for another CPU architecture cannot run: Lambda refuses it, a task ends at once.",
      "Build the image for the platform of the function or task, or set the platform to the image's.",
      LAMBDA_IMAGES },
    { "image.too-large", M2_FAIL, "The image is larger than Lambda takes",
      "Lambda takes images of 10 GB unpacked at most.",
      "Leave out what a job does not need, or run this job on Fargate.", LAMBDA_IMAGES },
};

static const struct m2_link links[] = {
    { "account.mismatch", "image.repository-missing", M2_JOIN_ALL },
    { "image.repository-missing", "image.pull-denied", M2_JOIN_ABOUT },
    { "image.uri-invalid", "image.repository-missing", M2_JOIN_ABOUT },
};

const struct m2_area m2_area_images = {
    .name = "images",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
