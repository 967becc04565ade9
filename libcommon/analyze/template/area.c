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
      .how = "Reads the files that --template names, and the local files that nested stacks in them name, as "
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
};

const struct m2_area m2_area_template = {
    .name = "template",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
};
