/* What a value will be: every function, short and long, known and unknown. */
#include <criterion/criterion.h>

#include "analyze/template/template.h"
#include "m2/str.h"
#include "templatelab.h"

#define HEAD                                                                                                 \
    "Parameters:\n  P: {Type: String, Default: prod}\n  N: {Type: String}\n  L: {Type: CommaDelimitedList, " \
    "Default: 'a,b,c'}\n  S: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /x}\n"                    \
    "  H: {Type: String, NoEcho: true, Default: hidden}\n"                                                   \
    "Mappings: {M: {prod: {size: '7'}, us-east-1: {size: 8}}}\n"                                             \
    "Conditions:\n  Prod: !Equals [!Ref P, prod]\n  Dev: !Not [!Condition Prod]\n"                           \
    "  Open: !Equals [!Ref N, x]\n  And: !And [!Condition Open, !Condition Dev]\n"                           \
    "  Or: !Or [!Condition Open, !Condition Prod]\n  Round: !Not [!Condition Round]\n"                       \
    "Resources:\n  B: {Type: x}\n  V:\n    Type: t\n    Properties:\n      X: "

/* Unknown parts of a shape, as one may write them: * the stack, ? anything, # the account. */
static const char *shown(struct m2_arena *a, const char *shape)
{
    char *s = m2_arena_strdup(a, shape);
    for (char *p = s; s && *p; p++)
        if (*p == M2_SHAPE_STACK)
            *p = '*';
        else if (*p == M2_SHAPE_UNKNOWN)
            *p = '?';
        else if (*p == M2_SHAPE_ACCOUNT)
            *p = '#';
    return s;
}

/* clang-format off: a row a line */
static const struct {
    const char *written, *shape;
    unsigned deps;
} rows[] = {
    { "plain", "plain", 0 },
    { "!Ref P", "prod", M2_DEP_PARAMETER },
    { "{Ref: P}", "prod", M2_DEP_PARAMETER },
    { "!Ref N", "?", M2_DEP_CHOICE },
    { "!Ref S", "?", M2_DEP_CHOICE },
    { "!Ref H", "?", M2_DEP_CHOICE },
    { "!Ref B", "?", M2_DEP_RESOURCE },
    { "!GetAtt B.Arn", "?", M2_DEP_RESOURCE },
    { "!Ref AWS::Region", "us-east-1", 0 },
    { "!Ref AWS::AccountId", "#", 0 },
    { "!Ref AWS::Partition", "aws", 0 },
    { "!Ref AWS::NoValue", NULL, M2_DEP_NOVALUE },
    { "!Sub '${AWS::StackName}-x'", "*-x", M2_DEP_STACK },
    { "{'Fn::Sub': '${P}-${N}-${!P}-${B.Arn}'}", "prod-?-${P}-?",
      M2_DEP_PARAMETER | M2_DEP_CHOICE | M2_DEP_RESOURCE },
    { "!Sub ['${Own}-${P}', {Own: !Select [1, !Ref L]}]", "b-prod", M2_DEP_PARAMETER },
    { "!Sub 'open ${P'", "open ${P", 0 },
    { "!Join ['-', [a, !Ref P, !Ref 'AWS::NoValue', !Ref 'AWS::StackName']]", "a-prod-*",
      M2_DEP_PARAMETER | M2_DEP_STACK },
    { "!Join ['+', !Ref L]", "a+b+c", M2_DEP_PARAMETER },
    { "!Select [0, !Split ['/', 'x/y']]", "x", 0 },
    { "!Select [5, [a, b]]", NULL, M2_DEP_OTHER },
    { "!Select [0, !GetAZs '']", NULL, M2_DEP_OTHER },
    { "!FindInMap [M, !Ref P, size]", "7", M2_DEP_PARAMETER },
    { "!FindInMap [M, !Ref 'AWS::Region', size]", "8", 0 },
    { "!FindInMap [M, !Ref N, size]", NULL, M2_DEP_CHOICE | M2_DEP_OTHER },
    { "!If [Prod, yes!, no!]", "yes!", 0 },
    { "!If [Dev, yes!, no!]", "no!", 0 },
    { "!If [Open, yes!, no!]", NULL, M2_DEP_OTHER },
    { "!If [And, yes!, no!]", "no!", 0 },
    { "!If [Or, yes!, no!]", "yes!", 0 },
    { "!If [Round, yes!, no!]", NULL, M2_DEP_OTHER },
    { "!ImportValue other", NULL, M2_DEP_OTHER },
    { "!Base64 text", NULL, M2_DEP_OTHER },
    { "!Unheard [of, it]", NULL, M2_DEP_OTHER },
};
/* clang-format on */

Test(template_resolve, every_function)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct account ac;
        struct m2_tpls all;
        struct m2_err err = { 0 };
        templates_open(&ac);
        templates_add(&ac, "t.yaml", NULL, NULL, m2_arena_printf(ac.arena, HEAD "%s\n", rows[i].written));
        cr_assert_eq(m2_snapshot_from_value(&ac.snap, ac.arena, ac.root, "t", &err), 0, "%s", err.msg);
        m2_tpls_make(&all, ac.arena, &ac.snap);
        const struct m2_tpl *t = all.list.at[0];
        cr_assert(t->root, "%s: %s", rows[i].written, m2_str_or(t->text.fault, ""));
        struct m2_tpl_value v = m2_tpl_resolve(&all, t, m2_v_path(t->resources, "V.Properties.X"));
        const char *shape = shown(ac.arena, v.shape);
        cr_assert(m2_str_eq(shape, rows[i].shape), "%s gives %s", rows[i].written,
                  m2_str_or(shape, "nothing"));
        cr_assert_eq(v.deps, rows[i].deps, "%s hangs on %u", rows[i].written, v.deps);
        bool known = shape && !strpbrk(shape, "*?#");
        cr_assert_eq(v.v != NULL, known, "%s: known or not?", rows[i].written);
        account_close(&ac);
    }
}
