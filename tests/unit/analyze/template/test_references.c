/* template.references: every cause at its place, and names that are there in less usual ways. */
#include <criterion/criterion.h>

#include "templatelab.h"

/* clang-format off: one case, one or two lines */
#define C "template.references"
#define MISSING M2_FAIL, "template.unresolved-reference"
#define A "  A:\n    Type: AWS::S3::Bucket\n"
#define NEST                                                                                                 \
    "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: n.yaml\n"
#define SAM "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: 'AWS::Serverless::Function'}\n"
#define CHILD                                                                                                \
    "Parameters:\n  P: {Type: String}\n  D: {Type: String, Default: x}\nResources:\n" A                      \
    "    Properties: {X: !Ref P, Y: !Ref D}\nOutputs: {O: {Value: !Ref A}}\n"

static const struct template_sample samples[] = {
    { "nothing named", "Resources:\n" A, NULL, C, M2_PASS, NULL, NULL },
    { "Ref", "Resources:\n" A "    Properties:\n      X: !Ref B\n", NULL, C, MISSING, "t.yaml:5:10" },
    { "Ref, long", "Resources:\n" A "    Properties:\n      X: {Ref: B}\n", NULL, C, MISSING, "t.yaml:5:16" },
    { "Ref to a pseudo parameter", "Resources:\n" A "    Properties: {X: !Ref 'AWS::StackName'}\n", NULL, C,
      M2_PASS, NULL, NULL },
    { "Ref to no pseudo parameter", "Resources:\n" A "    Properties: {X: !Ref 'AWS::Stack'}\n", NULL, C,
      MISSING, NULL },
    { "GetAtt", "Resources:\n" A "    Properties:\n      X: !GetAtt B.Arn\n", NULL, C, MISSING,
      "t.yaml:5:10" },
    { "GetAtt, a list", "Resources:\n" A "    Properties:\n      X: !GetAtt [B, Arn]\n", NULL, C, MISSING,
      NULL },
    { "GetAtt, long, a text", "Resources:\n" A "    Properties:\n      X: {'Fn::GetAtt': B.Arn}\n", NULL, C,
      MISSING, NULL },
    { "GetAtt of itself", "Resources:\n" A "    Properties: {X: !GetAtt A.Arn}\n", NULL, C, M2_PASS, NULL,
      NULL },
    { "Sub", "Resources:\n" A "    Properties:\n      X: !Sub 'a-${B}'\n", NULL, C, MISSING, "t.yaml:5:18" },
    { "Sub in a block",
      "Resources:\n" A "    Properties:\n      X: !Sub |\n        one\n        µ ${B.Arn}\n", NULL, C,
      MISSING, "t.yaml:7:11" },
    { "Sub with names of its own", "Resources:\n" A "    Properties: {X: !Sub ['${B}-${!B}-${A}', {B: 1}]}\n",
      NULL, C, M2_PASS, NULL, NULL },
    { "Sub with a value that names nothing",
      "Resources:\n" A "    Properties: {X: !Sub ['${B}', {B: !Ref Z}]}\n", NULL, C, MISSING, NULL },
    { "text that is no Sub",
      "Resources:\n" A "    Properties: {X: '${B}', Condition: {StringEquals: {a: b}}}\n", NULL, C, M2_PASS,
      NULL, NULL },
    { "DependsOn", "Resources:\n" A "    DependsOn: B\n", NULL, C, MISSING, "t.yaml:4:16" },
    { "DependsOn, a list", "Resources:\n" A "    DependsOn: [A, B]\n", NULL, C, MISSING, "t.yaml:4:20" },
    { "DependsOn a parameter", "Parameters: {P: {Type: String}}\nResources:\n" A "    DependsOn: P\n", NULL,
      C, MISSING, NULL },
    { "Condition of a resource", "Resources:\n" A "    Condition: Is\n", NULL, C, MISSING, "t.yaml:4:16" },
    { "Condition of an output", "Resources:\n" A "Outputs: {O: {Condition: Is, Value: 1}}\n", NULL, C,
      MISSING, NULL },
    { "Condition in a condition",
      "Conditions: {Is: !Not [!Condition Other]}\nResources:\n" A "    Condition: Is\n", NULL, C, MISSING,
      NULL },
    { "conditions",
      "Parameters: {P: {Type: String}}\nConditions: {Is: !Equals [!Ref P, ''], Not: !Not [!Condition Is]}\n"
      "Resources:\n" A "    Condition: Not\n",
      NULL, C, M2_PASS, NULL, NULL },
    { "a resource in a condition",
      "Conditions: {Is: !Equals [!Ref A, '']}\nResources:\n" A "    Condition: Is\n", NULL, C, MISSING,
      NULL },
    { "If", "Resources:\n" A "    Properties: {X: !If [Is, 1, 2]}\n", NULL, C, MISSING, NULL },
    { "FindInMap", "Mappings: {M: {k: {v: 1}}}\nResources:\n" A "    Properties: {X: !FindInMap [M, k, w]}\n",
      NULL, C, MISSING, NULL },
    { "FindInMap, a key that is not known",
      "Mappings: {M: {k: {v: 1}}}\nResources:\n" A
      "    Properties: {X: !FindInMap [M, !Ref 'AWS::Region', v]}\n",
      NULL, C, M2_PASS, NULL, NULL },
    { "unused", "Parameters:\n  P:\n    # said\n    Type: String\nResources:\n" A, NULL, C, M2_WARN,
      "template.unused-parameter", "t.yaml:2:3" },
    { "used in a rule",
      "Parameters: {P: {Type: String}}\nRules: {R: {Assertions: [{Assert: {'Fn::Not': [{'Fn::Equals': "
      "[{Ref: P}, '']}]}}]}}\nResources:\n" A,
      NULL, C, M2_PASS, NULL, NULL },
    { "a snippet may use it",
      "Parameters: {P: {Type: String}}\nResources:\n" A "    Properties: {X: {'Fn::Transform': {Name: "
      "'AWS::Include', Parameters: {Location: s3}}}}\n",
      NULL, C, M2_PASS, NULL, NULL },
    { "a macro may make it", "Transform: Mine\nResources:\n" A "    DependsOn: B\n", NULL, C, M2_UNKNOWN,
      NULL, "t.yaml" },
    { "ForEach may make it",
      "Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::Each': [X, [a, b], {'T${X}': {Type: "
      "y}}]\n" A "    DependsOn: Ta\n",
      NULL, C, M2_UNKNOWN, NULL, NULL },
    { "what SAM makes",
      SAM "Outputs: {R: {Value: !GetAtt FRole.Arn}, U: {Value: !Sub '${ServerlessRestApi}'}, V: {Value: !Ref "
          "F.Version}}\n",
      NULL, C, M2_PASS, NULL, NULL },
    { "what SAM does not make", SAM "Outputs: {R: {Value: !GetAtt GRole.Arn}}\n", NULL, C, MISSING, NULL },
    { "nested", NEST "      Parameters: {P: 1}\nOutputs: {O: {Value: !GetAtt N.Outputs.O}}\n", CHILD, C,
      M2_PASS, NULL, NULL },
    { "nested lacks a parameter", NEST, CHILD, C, M2_FAIL, "template.nested-missing-parameter",
      "t.yaml:2:3" },
    { "nested gets one it does not know", NEST "      Parameters:\n        P: 1\n        Q: 2\n", CHILD, C,
      MISSING, "t.yaml:8:9" },
    { "nested has no such output",
      NEST "      Parameters: {P: 1}\nOutputs: {O: {Value: !GetAtt N.Outputs.Z}}\n", CHILD, C, MISSING,
      NULL },
};
/* clang-format on */

Test(template_references, causes)
{
    template_samples_run(samples, sizeof samples / sizeof samples[0]);
}
