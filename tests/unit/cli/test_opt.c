#include <criterion/criterion.h>
#include <string.h>

#include "m2/str.h"
#include "sample.h"

#define MOST 8

static int parse(struct sample_args *args, struct m2_strlist *operands, struct m2_arena *a,
                 const struct m2_tool *tool, const char *const *words, struct m2_err *err)
{
    char *argv[MOST + 2] = { m2_arena_strdup(a, "m2-sample") };
    int argc = 1;
    for (; *words; words++)
        argv[argc++] = m2_arena_strdup(a, *words);
    return m2_opt_parse(args, operands, a, tool, argc, argv, err);
}

/* What a parse gave, as one text. */
static const char *show(struct m2_arena *a, const struct sample_args *r)
{
    struct m2_buf b;
    m2_buf_init(&b, 4096);
#define TEXT(name, value)                                                                                    \
    if (value)                                                                                               \
    m2_buf_addf(&b, name "=%s ", value)
#define FLAG(name, value)                                                                                    \
    if (value)                                                                                               \
    m2_buf_adds(&b, name " ")
    TEXT("region", r->common.region);
    TEXT("format", r->common.format);
    TEXT("color", r->common.color);
    TEXT("snapshot", r->snapshot);
    if (r->jobs)
        m2_buf_addf(&b, "jobs=%d ", (int)r->jobs);
    if (r->common.timeout_ms)
        m2_buf_addf(&b, "timeout=%d ", (int)r->common.timeout_ms);
    if (r->common.verbose)
        m2_buf_addf(&b, "v=%d ", r->common.verbose);
    FLAG("quiet", r->common.quiet);
    FLAG("strict", r->common.strict);
    FLAG("help", r->common.help);
    for (size_t i = 0; i < r->only.v.len; i++)
        m2_buf_addf(&b, "only=%s ", r->only.v.at[i]);
    const char *s = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return s;
}

Test(opt, accepted)
{
    static const struct {
        const char *words[MOST];
        const char *want;
    } cases[] = {
        { { NULL }, "" },
        { { "--region", "eu-west-1" }, "region=eu-west-1 " },
        { { "--region=eu-west-1" }, "region=eu-west-1 " },
        { { "--region=a", "--region=b" }, "region=b " },
        { { "--snapshot=a=b" }, "snapshot=a=b " },
        { { "--snapshot", "-" }, "snapshot=- " },
        { { "--snapshot=--strict" }, "snapshot=--strict " },
        { { "--snapshot", "--no-such" }, "snapshot=--no-such " },
        { { "-s", "f" }, "snapshot=f " },
        { { "-sf" }, "snapshot=f " },
        { { "-s=f" }, "snapshot=f " },
        { { "-qsf" }, "snapshot=f quiet " },
        { { "-v" }, "v=1 " },
        { { "-vv" }, "v=2 " },
        { { "-v", "--verbose" }, "v=2 " },
        { { "-qv" }, "v=1 quiet " },
        { { "--only", "a", "--only=b" }, "only=a only=b " },
        { { "--jobs=1000" }, "jobs=1000 " },
        { { "--timeout", "90" }, "timeout=90000 " },
        { { "--timeout=2m" }, "timeout=120000 " },
        { { "--format=json", "--color=never", "--strict" }, "format=json color=never strict " },
        { { "-h" }, "help " },
        { { "--" }, "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct sample_args r = { 0 };
        struct m2_err err = { 0 };
        cr_assert_eq(parse(&r, NULL, a, &sample_tool, cases[i].words, &err), 0, "case %zu: %s", i, err.msg);
        cr_assert_str_eq(show(a, &r), cases[i].want, "case %zu", i);
        m2_arena_free(a);
    }
}

Test(opt, refused_with_one_sentence)
{
    static const struct {
        const char *words[MOST];
        const char *want;
    } cases[] = {
        { { "--profil=x" }, "unknown option --profil; did you mean --profile?" },
        { { "--regoin", "x" }, "unknown option --regoin; did you mean --region?" },
        { { "--reg=x" }, "unknown option --reg; did you mean --region?" },
        { { "--zzzzzzzzzz=secret" }, "unknown option --zzzzzzzzzz" },
        { { "-x" }, "unknown option -x" },
        { { "-regoin" }, "unknown option -regoin; did you mean --region?" },
        { { "--strict=1" }, "--strict takes no value" },
        { { "-q=1" }, "-q takes no value" },
        { { "--region" }, "--region needs a value (NAME)" },
        { { "--region", "--strict" }, "--region needs a value (NAME)" },
        { { "--region", "--format=json" }, "--region needs a value (NAME)" },
        { { "--region", "--" }, "--region needs a value (NAME)" },
        { { "--region", "-q" }, "--region needs a value (NAME)" },
        { { "-s" }, "-s needs a value (FILE)" },
        { { "--region=" }, "--region: the value is empty; it needs NAME" },
        { { "--region", "" }, "--region: the value is empty; it needs NAME" },
        { { "--only=" }, "--only: the value is empty; it needs ID|AREA" },
        { { "--jobs=0" }, "--jobs: \"0\" is not a whole number from 1 to 1000" },
        { { "--jobs=1001" }, "--jobs: \"1001\" is not a whole number from 1 to 1000" },
        { { "--jobs=-1" }, "--jobs: \"-1\" is not a whole number from 1 to 1000" },
        { { "--jobs=1x" }, "--jobs: \"1x\" is not a whole number from 1 to 1000" },
        { { "--timeout=soon" }, "--timeout: \"soon\" is not a duration such as 90s, 15m, 2h or 7d" },
        { { "--format=jsn" }, "--format: \"jsn\" is none of text, json, markdown; did you mean json?" },
        { { "--format=JSON" }, "--format: \"JSON\" is none of text, json, markdown" },
        { { "--color=zzzzzzz" }, "--color: \"zzzzzzz\" is none of auto, always, never" },
        { { "account.json" }, "m2-sample takes options only, and \"account.json\" is none" },
        { { "--", "--strict" }, "m2-sample takes options only, and \"--strict\" is none" },
        { { "-" }, "m2-sample takes options only, and \"-\" is none" },
        { { "" }, "m2-sample takes options only, and \"\" is none" },
        { { "strict" }, "m2-sample takes options only; did you mean --strict?" },
        { { "--password=hunter2" },
          "--password is never taken as an argument, which others on this machine could read; use "
          "--password-stdin, the "
          "environment or the prompt" },
        { { "--token", "hunter2" },
          "--token is never taken as an argument, which others on this machine could read; use the "
          "environment or the "
          "prompt" },
        { { "--secret-access-key=hunter2" },
          "--secret-access-key is never taken as an argument, which others on this machine could read; use a "
          "profile or "
          "AWS_SECRET_ACCESS_KEY in the environment" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct sample_args r = { 0 };
        struct m2_err err = { 0 };
        cr_assert_eq(parse(&r, NULL, a, &sample_tool, cases[i].words, &err), -1, "case %zu", i);
        cr_assert_eq(err.code, M2_EUSAGE, "case %zu", i);
        cr_expect_str_eq(err.msg, cases[i].want, "case %zu: %s", i, err.msg);
        m2_arena_free(a);
    }
}

Test(opt, operands)
{
    struct m2_tool tool = sample_tool;
    tool.operands = "FILE...";
    static const char *const words[] = { "a", "--strict", "-", "--", "--region", "-v", NULL };
    static const char *const want[] = { "a", "-", "--region", "-v" };
    struct m2_arena *a = m2_arena_new();
    struct sample_args r = { 0 };
    struct m2_strlist operands = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(parse(&r, &operands, a, &tool, words, &err), 0, "%s", err.msg);
    cr_assert(r.common.strict);
    cr_assert_null(r.common.region);
    cr_assert_eq(operands.v.len, 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert_str_eq(operands.v.at[i], want[i]);
    m2_arena_free(a);
}

/* Defaults are what the caller put there; only what is given changes. */
Test(opt, defaults_stay)
{
    static const char *const words[] = { "--strict", NULL };
    struct m2_arena *a = m2_arena_new();
    struct sample_args r = { .common = { .format = "text", .timeout_ms = 7 } };
    struct m2_err err = { 0 };
    cr_assert_eq(parse(&r, NULL, a, &sample_tool, words, &err), 0);
    cr_assert_str_eq(r.common.format, "text");
    cr_assert_eq(r.common.timeout_ms, 7);
    m2_arena_free(a);
}

/* Every row of the table is usable as it stands: the right number of values is taken, nothing else is
 * written. */
Test(opt, every_row_parses)
{
    for (const struct m2_opt *o = sample_opts; o->name; o++) {
        struct m2_arena *a = m2_arena_new();
        struct sample_args r = { 0 };
        struct m2_err err = { 0 };
        const bool valued = o->type != M2_OPT_FLAG && o->type != M2_OPT_COUNT;
        const char *value = o->choices ? o->choices()[0] : "7";
        const char *word =
            valued ? m2_arena_printf(a, "--%s=%s", o->name, value) : m2_arena_printf(a, "--%s", o->name);
        const char *const words[] = { word, NULL };
        cr_assert_eq(parse(&r, NULL, a, &sample_tool, words, &err), 0, "%s: %s", o->name, err.msg);
        const struct sample_args nothing = { 0 };
        cr_assert_neq(memcmp(&r, &nothing, sizeof r), 0, "%s wrote nothing", o->name);
        m2_arena_free(a);
    }
}
