/* What each shell offers, asked of the shell itself where it is installed. */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/opt_table.h"
#include "m2/str.h"
#include "sample.h"
#include "shell.h"

static const char *script_of(struct m2_arena *a, const char *shell)
{
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    cr_assert(m2_opt_completion(&b, &multi_tool, shell));
    const char *path = file_of(a, m2_arena_printf(a, "multi.%s", shell), &b);
    m2_buf_free(&b);
    return path;
}

/* "--region --format …": the options that fit COMMANDS (bits). */
static const char *names_of(struct m2_arena *a, uint32_t commands)
{
    struct m2_buf b;
    m2_buf_init(&b, 1 << 16);
    for (const struct m2_opt *o = multi_opts; o->name; o++)
        if (m2_opt_fits(o, commands))
            m2_buf_addf(&b, "%s--%s", b.len ? " " : "", o->name);
    const char *s = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return s;
}

Test(commands_completion, bash)
{
    static const struct {
        const char *words; /* as bash splits the line */
        const char *want;
    } cases[] = {
        { "''", "estimate compare jobs forecast" },
        { "es", "estimate" },
        { "--region eu-west-1 c", "compare" },
        { "--region = eu-west-1 c", "compare" },
        { "-v c", "compare" },
        { "--region jobs c", "compare" }, /* a value is no command */
        { "-c 4 --re", "--region" },
        { "estimate --vc", "--vcpu" },
        { "estimate --si", "" },
        { "forecast --si", "--since" },
        { "--region eu-west-1 forecast --si", "--since" },
        { "jobs --vc", "" },
        { "--vc", "" },
        { "nonsense --vc", "" },
        { "nonsense --reg", "--region" },
        { "estimate --format j", "json" },
        { "estimate --prices /et", "/etc" },
        { "jobs /et", "/etc" },
        { "jobs --quiet /et", "/etc" },
        { "forecast /et", "/etc" },
        { "estimate /et", "" },
        { "/et", "" },
    };
    struct m2_arena *a = m2_arena_new();
    const char *path = script_of(a, "bash");
    struct m2_buf all;
    m2_buf_init(&all, 1 << 20);
    m2_buf_addf(
        &all,
        "ask() { COMP_WORDS=(m2-multi \"$@\"); COMP_CWORD=$#; _m2_multi; echo \"${COMPREPLY[*]}\"; }\n"
        "source '%s'\n",
        path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        m2_buf_addf(&all, "ask %s\n", cases[i].words);
    for (const struct m2_command *c = multi_commands; c->name; c++)
        m2_buf_addf(&all, "ask %s --\n", c->name);
    const char *asked = file_of(a, "ask.bash", &all);
    const char *said = output_of(a, m2_arena_printf(a, "bash --norc '%s' 2>&1", asked));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++, said = strchr(said, '\n') + 1)
        cr_expect_str_eq(m2_arena_strndup(a, said, strcspn(said, "\n")), cases[i].want, "%s", cases[i].words);
    for (const struct m2_command *c = multi_commands; c->name; c++, said = strchr(said, '\n') + 1)
        cr_expect_str_eq(m2_arena_strndup(a, said, strcspn(said, "\n")),
                         names_of(a, 1U << (c - multi_commands)), "%s", c->name);
    cr_expect_str_eq(said, "");
    m2_buf_free(&all);
    (void)unlink(asked);
    (void)unlink(path);
    m2_arena_free(a);
}

Test(commands_completion, fish_and_zsh_scripts)
{
    static const struct {
        const char *shell, *want;
    } cases[] = {
        { "fish", "\ncomplete -c m2-multi -f\n" },
        { "fish",
          "\ncomplete -c m2-multi -n 'not __fish_seen_subcommand_from estimate compare jobs forecast' "
          "-a compare -d 'the same job: it\\'s \\'cheapest\\' first'\n" },
        { "fish", "\ncomplete -c m2-multi -n '__fish_seen_subcommand_from jobs forecast' -F\n" },
        { "fish",
          "\ncomplete -c m2-multi -n '__fish_seen_subcommand_from estimate compare' -l vcpu -s c -x -d "
          "'virtual" },
        { "fish", "\ncomplete -c m2-multi -l region -x -d" },
        { "zsh", "\n[[ $command == (estimate|compare) ]] && rows+=('(-c --vcpu)'{-c,--vcpu=}'[virtual "
                 "processors of the job]:N: ')\n" },
        { "zsh", "\nrows+=('--region=[" },
        { "zsh", "\n[[ $command == (jobs|forecast) ]] && rows+=('*:file:_files')\n" },
        { "zsh", "    'compare:the same job\\: it'\\''s '\\''cheapest'\\'' first'\n" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        cr_assert(m2_opt_completion(&b, &multi_tool, cases[i].shell));
        cr_expect(strstr(b.data, cases[i].want), "%s: %s\n%s", cases[i].shell, cases[i].want, b.data);
        m2_buf_free(&b);
    }
}

/* fish makes its folders wherever HOME can hold some. */
Test(commands_completion, fish_itself)
{
    static const struct {
        const char *line, *want; /* first words of the offers */
    } cases[] = {
        { "m2-multi ", "estimate compare jobs forecast" },
        { "m2-multi --region eu c", "compare" },
        { "m2-multi estimate --vc", "--vcpu" },
        { "m2-multi --vc", "" },
        { "m2-multi jobs --vc", "" },
        { "m2-multi estimate --since=3", "" },
        { "m2-multi forecast --si", "--since" },
        { "m2-multi forecast --format j", "json" },
        { "m2-multi estimate /et", "" },
        { "m2-multi jobs /et", "/etc/" },
    };
    if (!has_program("fish"))
        return;
    struct m2_arena *a = m2_arena_new();
    const char *path = script_of(a, "fish");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said =
            output_of(a, m2_arena_printf(a,
                                         "HOME=/dev/null XDG_CONFIG_HOME= XDG_DATA_HOME= XDG_CACHE_HOME= "
                                         "fish --no-config -c \"source '%s'; complete -C '%s'\" "
                                         "2>/dev/null | cut -f1 | sort | tr '\\n' ' '",
                                         path, cases[i].line));
        const char *want =
            output_of(a, m2_arena_printf(a, "printf '%%s\\n' %s | sort | tr '\\n' ' '", cases[i].want));
        cr_expect_str_eq(m2_str_trim(a, said), m2_str_trim(a, want), "%s", cases[i].line);
    }
    (void)unlink(path);
    m2_arena_free(a);
}

/* zsh needs a terminal to complete; what the script hands to _arguments is seen without one. */
Test(commands_completion, zsh_itself)
{
    static const struct {
        const char *words;
        uint32_t commands; /* whose options are handed over */
        bool files;
    } cases[] = {
        { "''", 0, false },
        { "estimate ''", MULTI_ESTIMATE, false },
        { "compare --", MULTI_COMPARE, false },
        { "jobs ''", MULTI_JOBS, true },
        { "--region jobs forecast ''", MULTI_FORECAST, true },
        { "--region=jobs -v -c 4 estimate ''", MULTI_ESTIMATE, false },
        { "nonsense ''", 0, false },
        { "--region jobs", 0, false },
    };
    if (!has_program("zsh"))
        return;
    struct m2_arena *a = m2_arena_new();
    const char *path = script_of(a, "zsh");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *said = output_of(
            a, m2_arena_printf(a,
                               "zsh -fc '_arguments() { print -r -- \"$*\" }; f() { source \"%s\" }; "
                               "words=(m2-multi '\"%s\"'); CURRENT=$#words; f' 2>&1",
                               path, cases[i].words));
        for (const struct m2_opt *o = multi_opts; o->name; o++)
            cr_expect_eq(strstr(said, m2_arena_printf(a, "--%s%s[", o->name, o->arg ? "=" : "")) != NULL,
                         m2_opt_fits(o, cases[i].commands), "%s: %s\n%s", cases[i].words, o->name, said);
        cr_expect_eq(strstr(said, " *:file:_files") != NULL, cases[i].files, "%s", cases[i].words);
        cr_expect(strstr(said, " 1:command:{_describe command names}\n"), "%s", said);
    }
    (void)unlink(path);
    m2_arena_free(a);
}
