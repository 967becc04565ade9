/* The area template: what a CloudFormation template says before anybody deploys it. */
#include "analyze/area.h"
#include "analyze/template/template.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NONE ((const char *const[]){ NULL })
#define GUIDE "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"

static const struct m2_check checks[] = {
    { .id = "template.parse",
      .area = "template",
      .title = "CloudFormation can read the template",
      .why =
          "A template with a fault in its text is refused before anything is made; of a key that is written "
          "twice one silently goes away, with all that stands beneath it.",
      .how = "Reads the deployed stack's template, or instead of it the files that --template names, and the local files that nested stacks in them name, as "
             "YAML or "
             "JSON: every fault with line and column, both lines of a key that is there twice, the sections, "
             "a Type for "
             "each resource, the size.",
      .fix = "Correct the place that is named.",
      .rights = NONE,
      .causes =
          LIST("template.syntax", "template.duplicate-key", "template.not-a-template", "template.too-large"),
      .sources = LIST(GUIDE "template-anatomy.html", GUIDE "cloudformation-limits.html"),
      .run = m2_template_parse_check },
    { .id = "template.references",
      .area = "template",
      .title = "Every name that the template uses is there",
      .why = "CloudFormation refuses a template that names a parameter, resource, condition or mapping it "
             "does not "
             "hold. A nested stack that lacks a parameter fails only in the middle of a deployment.",
      .how = "Follows Ref, GetAtt, Sub, DependsOn, Condition, If and FindInMap, short and long, through the "
             "template; "
             "nested local templates with the parameters they get and the outputs they give. Names that AWS "
             "SAM makes "
             "are known; what a macro makes is not, and is reported as unknown.",
      .fix = "Correct the name, or add what it names.",
      .rights = NONE,
      .causes = LIST("template.unresolved-reference", "template.unused-parameter",
                     "template.nested-missing-parameter"),
      .sources = LIST(GUIDE "intrinsic-function-reference.html", GUIDE "using-cfn-nested-stacks.html"),
      .run = m2_template_references },
    { .id = "template.limits",
      .area = "template",
      .title = "What the template asks for is offered",
      .why = "A function or task with a size, time or runtime that AWS does not offer stops the deployment, "
             "and the whole "
             "stack is rolled back.",
      .how =
          "Reads memory, timeout, disk, runtime and image of every function, SAM's Globals included, and "
          "size and disk of "
          "every Fargate task, with parameters and conditions resolved; where a value is not known nothing "
          "is said. "
          "That the account may give a function more than 3008 MB is shown only by a function that has more.",
      .fix = "Set a value that is offered.",
      .rights = NONE,
      .causes = LIST("lambda.memory-over-account-cap", "lambda.memory-invalid", "lambda.timeout-invalid",
                     "lambda.ephemeral-invalid", "lambda.runtime-deprecated", "lambda.runtime-blocked",
                     "image.uri-invalid", "image.region-mismatch", "fargate.size-invalid"),
      .sources =
          LIST("https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
               "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"),
      .run = m2_template_limits },
    { .id = "template.names",
      .area = "template",
      .title = "The template's names fit, and leave room for a second stack",
      .why = "A resource with a fixed name can be made only once in an account and region: a second stack, "
             "or one whose "
             "predecessor kept the resource, fails. A role's name has at most 64 characters.",
      .how = "Finds names that depend neither on the stack's name nor on a parameter without a value, looks "
             "whether what "
             "was read of the account has one of that name, and counts the characters of role names.",
      .fix = "Leave the name out, or put ${AWS::StackName} into it.",
      .rights = NONE,
      .causes = LIST("template.fixed-name-collides", "template.role-name-too-long"),
      .sources = LIST(GUIDE "aws-properties-name.html"),
      .run = m2_template_names },
    { .id = "template.capabilities",
      .area = "template",
      .title = "The template needs no acknowledgement that is not given",
      .why = "CloudFormation refuses a template that makes IAM resources or has a transform unless whoever "
             "deploys it says "
             "that this is meant.",
      .how = "Looks for IAM resources, with and without a name, roles that AWS SAM makes, and transforms, "
             "through nested "
             "local templates; a deployed stack's acknowledgements count.",
      .fix = "Deploy with the capabilities that are named.",
      .rights = NONE,
      .causes = LIST("template.needs-capabilities"),
      .sources = LIST(GUIDE "control-access-with-iam.html"),
      .run = m2_template_capabilities },
    { .id = "template.buckets",
      .area = "template",
      .title = "The template names no bucket of somebody else",
      .why = "Mode 2 promises that data stays in your account. A bucket of another account breaks that.",
      .how = "Compares the buckets that parameters name by default with CloudMRHub's, and looks in policies "
             "for buckets that "
             "the template neither makes nor takes as a parameter.",
      .fix = "Set the bucket parameters to buckets of your own.",
      .rights = NONE,
      .causes = LIST("template.foreign-buckets"),
      .sources = LIST("https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"),
      .run = m2_template_buckets },
    { .id = "template.outputs",
      .area = "template",
      .title = "The template has the outputs that registration reads",
      .why = "Registration learns from the stack's outputs which state machine, role and buckets to use.",
      .how = "Looks for the outputs of the state machine, and of the role and the buckets that the template "
             "itself makes, "
             "nested local templates included.",
      .fix = "Add the output that is named.",
      .rights = NONE,
      .causes = LIST("template.output-missing"),
      .sources = LIST(GUIDE "outputs-section-structure.html"),
      .run = m2_template_outputs },
    { .id = "template.roles",
      .area = "template",
      .title = "The template's roles let in CloudMR Brain alone, and no more than is promised",
      .why = "CloudMR Brain starts jobs by taking a role. The role is promised to start jobs and to read "
             "their status and "
             "results, and nothing more, and nobody else is to take it.",
      .how = "Reads the trust policy of every role, with parameters and conditions resolved, and the "
             "policies of the one that "
             "lets in CloudMR Brain.",
      .fix = "Name one role of CloudMR Brain, ask for an ExternalId, and allow only what is promised.",
      .rights = NONE,
      .causes =
          LIST("access.trust-wrong-principal", "access.trust-whole-account", "access.trust-no-external-id",
               "access.trust-anyone", "access.cannot-read-status", "access.too-wide"),
      .sources = LIST("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"),
      .run = m2_template_roles },
};

static const struct m2_cause causes[] = {
    { "template.duplicate-key", M2_FAIL, "The template has a key twice",
      "Only one of the two counts; what stands beneath the other is lost without a word.",
      "Remove one of the two lines that are named.", GUIDE "template-formats.html" },
    { "template.not-a-template", M2_FAIL, "The file is no CloudFormation template",
      "CloudFormation wants a mapping with a section Resources.", "Name the template's own file.",
      GUIDE "template-anatomy.html" },
    { "template.too-large", M2_FAIL, "The template is larger than CloudFormation takes",
      "A template may have 1,000,000 bytes, 500 resources, 200 parameters, 200 mappings and 200 outputs.",
      "Move a part of it into a nested stack.", GUIDE "cloudformation-limits.html" },
    { "template.unresolved-reference", M2_FAIL, "The template names something that it does not hold",
      "CloudFormation refuses the template, or the nested stack fails.",
      "Correct the name, or add what it names.", GUIDE "intrinsic-function-reference.html" },
    { "template.unused-parameter", M2_WARN, "A parameter is not used",
      "Whoever sets it believes that it changes something.", "Use the parameter or remove it.",
      GUIDE "parameters-section-structure.html" },
    { "template.nested-missing-parameter", M2_FAIL, "A nested stack lacks a parameter",
      "The deployment fails when it comes to the nested stack, and everything is rolled back.",
      "Give the parameter in the nested stack's Parameters, or a default in its template.",
      GUIDE "using-cfn-nested-stacks.html" },
    { "template.role-name-too-long", M2_FAIL, "A role's name becomes too long",
      "A role name has at most 64 characters; IAM refuses a longer one, and the stack is rolled back.",
      "Leave RoleName out, shorten it, or choose a shorter name for the stack.",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html" },
    { "template.foreign-buckets", M2_WARN, "The template names a bucket of somebody else",
      "What jobs read and write there does not stay in your account.", "Name a bucket of your own.",
      "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html" },
    { "template.output-missing", M2_FAIL, "The template lacks an output that registration reads",
      "Nobody learns what the stack made.", "Add the output.", GUIDE "outputs-section-structure.html" },
};

const struct m2_area m2_area_template = {
    .name = "template",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
};
