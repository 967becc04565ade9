/* template.parse: every cause, and what must not be taken for one. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/buf.h"
#include "templatelab.h"

/* clang-format off: one case, one or two lines */
#define C "template.parse"
#define RES "Resources: {B: {Type: 'AWS::S3::Bucket'}}\n"

static const struct template_sample samples[] = {
    { "yaml", "AWSTemplateFormatVersion: 2010-09-09\n" RES, NULL, C, M2_PASS, NULL, "t.yaml" },
    { "json", "{\"Resources\":{\"B\":{\"Type\":\"AWS::S3::Bucket\"}}}", NULL, C, M2_PASS, NULL, "t.yaml" },
    { "json behind a mark", "\xef\xbb\xbf{\"Resources\":{\"B\":{\"Type\":\"x\"}}}", NULL, C, M2_PASS, NULL, NULL },
    { "yaml in braces", "{Resources: {B: {Type: 'AWS::S3::Bucket'}}}", NULL, C, M2_FAIL, "template.syntax",
      "t.yaml:1:2" },
    { "date in quotes", "AWSTemplateFormatVersion: '2010-09-09'\n" RES, NULL, C, M2_PASS, NULL, NULL },
    { "anchors", "X: &x {Type: 'AWS::S3::Bucket'}\nResources: {A: *x, B: *x}\nTransform: My\n", NULL, C,
      M2_PASS, NULL, NULL },
    { "every section",
      "Description: |\n  many\n  lines\nMetadata: {a: 1}\nParameters: {}\nRules: {}\nMappings: {}\n"
      "Conditions: {}\nTransform: AWS::Serverless-2016-10-31\nOutputs: {}\nGlobals: {}\nHooks: {}\n" RES,
      NULL, C, M2_PASS, NULL, NULL },
    { "carriage returns", "Resources:\r\n  B:\r\n    Type: AWS::S3::Bucket\r\n", NULL, C, M2_PASS, NULL,
      NULL },
    { "a macro has sections of its own", "Transform: [Mine]\nSpecial: 1\n" RES, NULL, C, M2_PASS, NULL,
      NULL },
    { "other letters", "Description: Größe µ 日本\n" RES, NULL, C, M2_PASS, NULL, NULL },
    { "empty", "", NULL, C, M2_FAIL, "template.syntax", "t.yaml:1:1" },
    { "a tab", "Resources:\n\tB: 1\n", NULL, C, M2_FAIL, "template.syntax", "t.yaml:2:1" },
    { "not closed", "Resources: {B: [1, 2}\n", NULL, C, M2_FAIL, "template.syntax", "t.yaml:1:21" },
    { "json, a comma too many", "{\"Resources\":{\"B\":{\"Type\":\"x\",}}}", NULL, C, M2_FAIL,
      "template.syntax", "t.yaml:1:31" },
    { "json cut short", "{\"Resources\":{", NULL, C, M2_FAIL, "template.syntax", NULL },
    { "unknown section", "Resource: {}\n" RES, NULL, C, M2_FAIL, "template.syntax", "t.yaml:1:1" },
    { "no type", "Resources:\n  # of B\n  B:\n    Properties: {}\n", NULL, C, M2_FAIL, "template.syntax",
      "t.yaml:3:3" },
    { "twice", RES "Outputs:\n  A: {Value: 1}\n  B: {Value: 1}\n  A: {Value: 2}\n", NULL, C, M2_FAIL,
      "template.duplicate-key", "t.yaml:5:3" },
    { "twice, in json", "{\"Resources\":{\"B\":{\"Type\":\"x\"},\n \"B\":{\"Type\":\"y\"}}}", NULL, C,
      M2_FAIL, "template.duplicate-key", "t.yaml:2:2" },
    { "a list", "- 1\n- 2\n", NULL, C, M2_FAIL, "template.not-a-template", "t.yaml:1:1" },
    { "a text", "hello\n", NULL, C, M2_FAIL, "template.not-a-template", NULL },
    { "no resources", "Parameters: {}\n", NULL, C, M2_FAIL, "template.not-a-template", NULL },
    { "resources of nothing", "Resources: {}\n", NULL, C, M2_FAIL, "template.not-a-template", NULL },
    { "another version", "AWSTemplateFormatVersion: 2020-01-01\n" RES, NULL, C, M2_FAIL,
      "template.not-a-template", "t.yaml:1:27" },
};
/* clang-format on */

Test(template_parse, causes)
{
    template_samples_run(samples, sizeof samples / sizeof samples[0]);
}

Test(template_parse, too_many_bytes_and_resources)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)2 << 20);
    m2_buf_adds(&b, "Resources:\n");
    for (int i = 0; i < 501; i++)
        m2_buf_addf(&b, "  R%d: {Type: 'AWS::S3::Bucket'}\n", i);
    const struct template_sample many = { "501 resources",      b.data,      NULL, "template.parse", M2_FAIL,
                                          "template.too-large", "t.yaml:1:1" };
    template_samples_run(&many, 1);
    m2_buf_reset(&b);
    m2_buf_adds(&b, "Resources: {A: {Type: 'AWS::S3::Bucket'}}\n#");
    while (b.len < 1000000)
        m2_buf_addc(&b, 'x');
    const struct template_sample fits = { "exactly", b.data, NULL, "template.parse", M2_PASS, NULL, NULL };
    template_samples_run(&fits, 1);
    m2_buf_addc(&b, 'x');
    const struct template_sample large = { "a byte more",        b.data,  NULL, "template.parse", M2_FAIL,
                                           "template.too-large", "t.yaml" };
    template_samples_run(&large, 1);
    m2_buf_free(&b);
}
