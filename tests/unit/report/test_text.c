/* The text report of a broken account, byte for byte, and what must hold of it whatever the account says. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/report.h"
#include "m2/str.h"

static const struct edit faults[] = {
    { "lambda:GetFunction RunJobLambda", "output.Configuration.State", "'Failed'" },
    { "lambda:GetFunction RunJobLambda", "output.Configuration.StateReasonCode", "'ImageAccessDenied'" },
    { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText", "'{}'" },
    { "iam:GetRole CrossAccountRole", "error", "AccessDenied" },
};

static void render(struct m2_buf *out, struct account *ac, const char *format, struct m2_report_style style)
{
    m2_buf_init(out, (size_t)1 << 20);
    m2_renderer_find(format)->render(out, &ac->found, &style);
}

static void open_broken(struct account *ac)
{
    account_open(ac);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        account_edit(ac, &faults[i]);
}

Test(text, verdict_first_then_the_cause_with_its_effects_beneath)
{
    struct account ac;
    struct m2_buf b;
    open_broken(&ac);
    account_analyze(&ac, NULL);
    render(&b, &ac, "text", (struct m2_report_style){ 0 });
    static const char *const in_order[] = {
        "Not ready: 1 root cause explains 1 more failure.\n",
        "Account 123456789012, region us-east-1, stack mroptimum-mode2\n",
        "1. x FAIL  The repository's policy does not let the Lambda service read\n",
        "Seen in ecr:GetRepositoryPolicy policyText: {}\n",
        "This explains:\n",
        "x FAIL   mroptimum-mode2-RunJobLambda-abc: State is Failed",
        "Fix: Allow ecr:BatchGetImage",
        "aws ecr get-repository-policy --registry-id 123456789012",
        "\nnot known\n",
        "? unknown  3 checks need iam:GetRole: stack.resources, access.trust and\n",
        "iam:GetRole was denied (AccessDenied).\n",
    };
    const char *at = b.data;
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++) {
        const char *next = strstr(at, in_order[i]);
        cr_assert(next, "not there, or out of order: %s\n%s", in_order[i], b.data);
        at = next + strlen(in_order[i]);
    }
    cr_assert_null(strchr(b.data, '\x1b'), "colour that was not asked for");
    m2_buf_free(&b);
    account_close(&ac);
}

/* 80 columns, but for commands, addresses and single words that are longer. */
Test(text, lines_fit_and_foreign_text_is_clean)
{
    struct account ac;
    struct m2_buf b;
    open_broken(&ac);
    account_edit(&ac, &(struct edit){
                          "lambda:GetFunction RunJobLambda", "output.Configuration.StateReason",
                          "'\\u001b[31mred \\u202e and a long sentence that goes on and on and on until it "
                          "must be broken somewhere'" });
    account_analyze(&ac, NULL);
    render(&b, &ac, "text", (struct m2_report_style){ .verbose = 1 });
    cr_assert(!strchr(b.data, '\x1b') && !strstr(b.data, "\xe2\x80\xae") && strstr(b.data, "\\x1b[31mred"),
              "%s", b.data);
    for (char *line = strtok(b.data, "\n"); line; line = strtok(NULL, "\n")) {
        const char *text = line + strspn(line, " ");
        bool whole = m2_str_starts(text, "aws ") || m2_str_starts(text, "See ") || !strchr(text, ' ');
        cr_assert(whole || strlen(line) <= 80 || strlen(strrchr(line, ' ')) > 40, "%zu columns: %s",
                  strlen(line), line);
    }
    m2_buf_free(&b);
    account_close(&ac);
}

Test(text, json_is_one_document_and_the_formats_are_a_table)
{
    struct account ac;
    struct m2_buf b, quiet;
    open_broken(&ac);
    account_analyze(&ac, NULL);
    render(&b, &ac, "json", (struct m2_report_style){ 0 });
    cr_assert(m2_str_starts(b.data, "{\n") && m2_str_ends(b.data, "}\n"));
    cr_assert(strstr(b.data, "\"schema\": \"m2-report/1\"") && strstr(b.data, "\"verdict\": \"not-ready\""),
              "%s", b.data);
    cr_assert_null(m2_renderer_find("xml"));
    render(&quiet, &ac, "text", (struct m2_report_style){ .quiet = true });
    cr_assert(!strstr(quiet.data, "unknown  ") && strstr(quiet.data, "1. x FAIL"), "%s", quiet.data);
    m2_buf_free(&b);
    m2_buf_free(&quiet);
    account_close(&ac);
}
