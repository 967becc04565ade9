/* The checks that read what a template asks for: every cause, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "m2/str.h"
#include "templatelab.h"

/* clang-format off: one case, one or two lines */
#define L "template.limits"
#define N "template.names"
#define C "template.capabilities"
#define B "template.buckets"
#define O "template.outputs"
#define R "template.roles"
#define FN(properties) "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      " properties "\n"
#define TASK(properties) "Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      RequiresCompatibilities: [FARGATE]\n      " properties "\n"
#define SAM "Transform: AWS::Serverless-2016-10-31\n"
#define NAMED(type, property, name) "Parameters: {P: {Type: String, Default: prod}, Q: {Type: String}}\nResources:\n  X:\n    Type: " type \
    "\n    Properties:\n      " property ": " name "\n"
#define ROLE(principal, condition, policies) "Parameters:\n  CloudMRAccountId: {Type: String, Default: '111122223333'}\n" \
    "  ExternalId: {Type: String, Default: ''}\nConditions: {Asked: !Not [!Equals [!Ref ExternalId, '']]}\nResources:\n  BrainCrossAccountRole:\n" \
    "    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument:\n        Statement:\n          Effect: Allow\n" \
    "          Principal: " principal "\n          Action: sts:AssumeRole\n          Condition: " condition "\n      Policies:\n" \
    "        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: " policies "\n"
#define AND(members) "\n              - {Resource: '*', " members "}"
#define ONE "{AWS: 'arn:aws:iam::111122223333:role/brain'}"
#define ASKED "{StringEquals: {'sts:ExternalId': abc}}"
#define READS "['states:StartExecution', 'states:DescribeExecution', 's3:GetObject']"
#define MACHINE "Resources: {M: {Type: 'AWS::StepFunctions::StateMachine'}}\n"
#define NEST "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: n.yaml}}}\n"

static const struct template_sample samples[] = {
    /* limits */
    { "a usual function", FN("{MemorySize: 3008, Timeout: 900, Runtime: python3.13, EphemeralStorage: {Size: 10240}}"), NULL, L, M2_PASS, NULL, NULL },
    { "no function", "Resources: {B: {Type: 'AWS::S3::Bucket'}}", NULL, L, M2_SKIP, NULL, NULL },
    { "memory", FN("MemorySize: 64"), NULL, L, M2_FAIL, "lambda.memory-invalid", "t.yaml:5:7" },
    { "memory as a text", FN("MemorySize: '20000'"), NULL, L, M2_FAIL, "lambda.memory-invalid", "t.yaml:5:7" },
    { "memory over the cap", FN("MemorySize: 3009"), NULL, L, M2_FAIL, "lambda.memory-over-account-cap", "t.yaml:5:7" },
    { "memory of a parameter", "Parameters: {M: {Type: Number, Default: 4096}}\n" FN("MemorySize: !Ref M"), NULL, L, M2_FAIL,
      "lambda.memory-over-account-cap", "t.yaml:6:7" },
    { "memory that is not known", "Parameters: {M: {Type: Number}}\n" FN("MemorySize: !Ref M"), NULL, L, M2_PASS, NULL, NULL },
    { "memory by condition", "Conditions: {Big: !Equals [a, a]}\n" FN("MemorySize: !If [Big, 10241, 128]"), NULL, L, M2_FAIL,
      "lambda.memory-invalid", "t.yaml:6:7" },
    { "a function that is left out", "Conditions: {Big: !Equals [a, b]}\n" FN("MemorySize: 1") "    Condition: Big\n", NULL, L, M2_SKIP, NULL, NULL },
    { "memory of the globals", SAM "Globals: {Function: {MemorySize: 100}}\nResources: {F: {Type: 'AWS::Serverless::Function'}}\n", NULL, L,
      M2_FAIL, "lambda.memory-invalid", "t.yaml:2:22" },
    { "globals overridden", SAM "Globals: {Function: {MemorySize: 100}}\nResources: {F: {Type: 'AWS::Serverless::Function', Properties: {MemorySize: 128}}}\n",
      NULL, L, M2_PASS, NULL, NULL },
    { "timeout", FN("Timeout: 901"), NULL, L, M2_FAIL, "lambda.timeout-invalid", "t.yaml:5:7" },
    { "disk", FN("EphemeralStorage: {Size: 511}"), NULL, L, M2_FAIL, "lambda.ephemeral-invalid", "t.yaml:5:26" },
    { "runtime refused", FN("Runtime: python3.10"), NULL, L, M2_FAIL, "lambda.runtime-blocked", "t.yaml:5:7" },
    { "runtime deprecated", FN("Runtime: python3.9"), NULL, L, M2_WARN, "lambda.runtime-deprecated", "t.yaml:5:7" },
    { "image elsewhere", FN("Code: {ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/x:1'}"), NULL, L, M2_FAIL, "image.region-mismatch",
      "t.yaml:5:14" },
    { "image here", FN("Code: {ImageUri: !Sub '123456789012.dkr.ecr.${AWS::Region}.amazonaws.com/x:1'}"), NULL, L, M2_PASS, NULL, NULL },
    { "image is none", FN("Code: {ImageUri: 'no image'}"), NULL, L, M2_FAIL, "image.uri-invalid", NULL },
    { "task", TASK("Cpu: '4096'\n      Memory: 16 GB"), NULL, L, M2_PASS, NULL, NULL },
    { "task of a wrong size", TASK("Cpu: 256\n      Memory: 4096"), NULL, L, M2_FAIL, "fargate.size-invalid", "t.yaml:6:7" },
    { "task with little disk", TASK("EphemeralStorage: {SizeInGiB: 20}"), NULL, L, M2_FAIL, "fargate.size-invalid", "t.yaml:6:26" },
    { "not on fargate", "Resources: {T: {Type: 'AWS::ECS::TaskDefinition', Properties: {Cpu: 1, Memory: 1}}}", NULL, L, M2_PASS, NULL, NULL },
    /* names */
    { "fixed", NAMED("AWS::Logs::LogGroup", "LogGroupName", "/ecs/x"), NULL, N, M2_WARN, "template.fixed-name-collides", "t.yaml:6:7" },
    { "fixed by a parameter's default", NAMED("AWS::S3::Bucket", "BucketName", "!Sub '${P}-x'"), NULL, N, M2_WARN, "template.fixed-name-collides", NULL },
    { "fixed in the account", NAMED("AWS::S3::Bucket", "BucketName", "!Sub 'x-${AWS::AccountId}'"), NULL, N, M2_WARN, "template.fixed-name-collides", NULL },
    { "the stack's", NAMED("AWS::S3::Bucket", "BucketName", "!Sub '${AWS::StackName}-x'"), NULL, N, M2_PASS, NULL, NULL },
    { "chosen by the user", NAMED("AWS::S3::Bucket", "BucketName", "!Sub '${Q}-x'"), NULL, N, M2_PASS, NULL, NULL },
    { "no name", NAMED("AWS::S3::Bucket", "BucketName", "!Ref AWS::NoValue"), NULL, N, M2_PASS, NULL, NULL },
    { "a role limits the stack's name", NAMED("AWS::IAM::Role", "RoleName", "!Sub '${AWS::StackName}-CloudMRCrossAccountRole'"), NULL, N, M2_WARN,
      "template.role-name-too-long", "t.yaml:6:7" },
    { "a role's name is too long with the stack's", NAMED("AWS::IAM::Role", "RoleName",
      "!Sub '${AWS::StackName}-x23456789x123456789x123456789x123456789x123456789x123456789xy'"), NULL, N, M2_FAIL, "template.role-name-too-long", NULL },
    { "a role's name is too long", NAMED("AWS::IAM::Role", "RoleName",
      "x23456789x123456789x123456789x123456789x123456789x123456789x12345"), NULL, N, M2_FAIL, "template.role-name-too-long", NULL },
    /* capabilities */
    { "none", "Resources: {B: {Type: 'AWS::S3::Bucket'}}", NULL, C, M2_PASS, NULL, NULL },
    { "a role, which no template does without", "Resources:\n  R: {Type: 'AWS::IAM::Role'}\n", NULL, C, M2_PASS, NULL, NULL },
    { "a role with a name", "Resources:\n  R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r}}\n", NULL, C, M2_WARN,
      "template.needs-capabilities", "t.yaml:2:3" },
    { "a transform", SAM MACHINE, NULL, C, M2_WARN, "template.needs-capabilities", "t.yaml:1:1" },
    { "nested", NEST, "Resources:\n  R: {Type: 'AWS::IAM::Role', Properties: {RoleName: r}}\n", C, M2_WARN, "template.needs-capabilities", "n.yaml:2:3" },
    /* buckets */
    { "CloudMRHub's by default", "Parameters:\n  D:\n    Type: String\n    Default: cloudmr-data-cloudmrhub-brain-us-east-1\n" MACHINE, NULL, B, M2_WARN,
      "template.foreign-buckets", "t.yaml:4:5" },
    { "somebody's in a policy", NAMED("AWS::IAM::Policy", "PolicyDocument", "{Statement: {Effect: Allow, Resource: 'arn:aws:s3:::other/*'}}"), NULL, B,
      M2_WARN, "template.foreign-buckets", NULL },
    { "one's own in a policy", NAMED("AWS::IAM::Policy", "PolicyDocument", "{Statement: {Resource: [!Sub 'arn:aws:s3:::${P}/*', !Sub "
      "'arn:aws:s3:::${Q}', 'arn:aws:s3:::*', 'arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*']}}"), NULL, B, M2_PASS, NULL, NULL },
    /* outputs */
    { "told", MACHINE "Outputs: {StateMachineArn: {Value: !Ref M}}\n", NULL, O, M2_PASS, NULL, NULL },
    { "not told", MACHINE "Outputs:\n  Other: {Value: 1}\n", NULL, O, M2_FAIL, "template.output-missing", "t.yaml:2:1" },
    { "no outputs", MACHINE, NULL, O, M2_FAIL, "template.output-missing", "t.yaml:1:1" },
    { "only in the nested one", NEST "Outputs: {X: {Value: 1}}\n", MACHINE "Outputs: {StateMachineArn: {Value: !Ref M}}\n", O, M2_FAIL,
      "template.output-missing", NULL },
    { "the nested one is elsewhere", "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://x/y.yaml'}}}\n", NULL, O,
      M2_UNKNOWN, NULL, NULL },
    { "no machine", "Resources: {B: {Type: 'AWS::S3::Bucket'}}", NULL, O, M2_SKIP, NULL, NULL },
    { "a bucket that nobody learns of", "Resources: {M: {Type: 'AWS::Serverless::StateMachine'}, ResultsBucket: {Type: 'AWS::S3::Bucket'}}\n"
      "Outputs: {CalculationStateMachineArn: {Value: 1}}\n", NULL, O, M2_WARN, "template.output-missing", "t.yaml:2:1" },
    /* roles */
    { "as promised", ROLE(ONE, ASKED, READS), NULL, R, M2_PASS, NULL, NULL },
    { "a role of a service", "Resources: {R: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: "
      "{Service: ecs-tasks.amazonaws.com}, Action: 'sts:AssumeRole'}}}}}", NULL, R, M2_PASS, NULL, NULL },
    { "one's own account", "Resources: {R: {Type: 'AWS::IAM::Role', Properties: {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: "
      "{AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root'}, Action: 'sts:AssumeRole'}}}}}", NULL, R, M2_PASS, NULL, NULL },
    { "anybody", ROLE("'*'", ASKED, READS), NULL, R, M2_FAIL, "access.trust-anyone", "t.yaml:9:7" },
    { "somebody else", ROLE("{AWS: 'arn:aws:iam::999988887777:root'}", ASKED, READS), NULL, R, M2_FAIL, "access.trust-wrong-principal", "t.yaml:9:7" },
    { "a grammar of a later day", ROLE("'*'", "{StringEquals: {'sts:ExternalId': abc}, Unheard: {a: b}}", READS), NULL, R, M2_PASS, NULL, NULL },
    { "who is not known", ROLE("{AWS: !ImportValue Brain}", ASKED, READS), NULL, R, M2_PASS, NULL, NULL },
    { "a whole account", ROLE("{AWS: !Sub 'arn:aws:iam::${CloudMRAccountId}:root'}", "!Ref 'AWS::NoValue'", READS), NULL, R, M2_WARN,
      "access.trust-whole-account", "t.yaml:9:7" },
    { "a whole account with an id was warned of as if it were open", ROLE("{AWS: !Sub 'arn:aws:iam::${CloudMRAccountId}:root'}", ASKED, READS),
      NULL, R, M2_PASS, NULL, NULL },
    { "all but something", ROLE(ONE, ASKED, READS AND("Effect: Allow, NotAction: 'ec2:*'")), NULL, R, M2_FAIL, "access.too-wide", NULL },
    { "a Deny takes it back", ROLE(ONE, ASKED, "['states:*Execution', 's3:PutObject']" AND("Effect: Deny, Action: ['s3:Put*', 'states:St*']")
      AND("Effect: Deny, Action: 'states:*Execution'") AND("Effect: Allow, Action: 's3:GetObject'")), NULL, R, M2_PASS, NULL, NULL },
    { "no external id", ROLE(ONE, "!If [Asked, {StringEquals: {'sts:ExternalId': !Ref ExternalId}}, !Ref 'AWS::NoValue']", READS), NULL, R, M2_WARN,
      "access.trust-no-external-id", "t.yaml:9:7" },
    { "status not readable", ROLE(ONE, ASKED, "['states:StartExecution']"), NULL, R, M2_WARN, "access.cannot-read-status", NULL },
    { "writes", ROLE(ONE, ASKED, "['states:*Execution', 's3:PutObject']"), NULL, R, M2_WARN, "access.too-wide", NULL },
    { "may all", ROLE(ONE, ASKED, "'*'"), NULL, R, M2_FAIL, "access.too-wide", NULL },
    { "deletes", ROLE(ONE, ASKED, "['states:StartExecution', 'states:DescribeExecution', 's3:DeleteObject']"), NULL, R, M2_FAIL, "access.too-wide", NULL },
};
/* clang-format on */

Test(template_checks, causes)
{
    template_samples_run(samples, sizeof samples / sizeof samples[0]);
}

/* What check of the area can name is shown above, or by its own test. */
Test(template_checks, every_cause_is_shown)
{
    size_t n = 0;
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; m2_str_eq(checks[i].area, "template") && checks[i].causes[k]; k++) {
            bool shown = m2_str_eq(checks[i].id, "template.parse") || m2_str_eq(checks[i].id, "template.references");
            for (size_t s = 0; s < sizeof samples / sizeof samples[0]; s++)
                shown |= m2_str_eq(samples[s].check, checks[i].id) && m2_str_eq(samples[s].cause, checks[i].causes[k]);
            cr_assert(shown, "%s is never seen to find %s", checks[i].id, checks[i].causes[k]);
        }
}
