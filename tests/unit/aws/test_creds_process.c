/* credential_process: how the line is split, how the program is bounded, and that nothing it prints is shown.
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "aws/creds_command.h"
#include "credlab.h"

#define ANSWER "{\"Version\":1,\"AccessKeyId\":\"ASIAPROC\",\"SecretAccessKey\":\"HUSHs\""
#define RUN "[default]\ncredential_process = /bin/sh @HOME@/tool 'first arg' \"HUSH \\\" two\"\n"

Test(creds, process)
{
    static const struct lab_case cases[] = {
        { .name = "for ever",
          .config = RUN,
          .files = { { "tool", "echo '" ANSWER "}'\n" } },
          .id = "ASIAPROC",
          .source = "profile default: credential_process",
          .expires_ms = INT64_MAX },
        { .name = "with an end",
          .config = RUN,
          .files = { { "tool",
                       "echo '" ANSWER
                       ",\"SessionToken\":\"HUSHt\",\"Expiration\":\"2026-11-23T10:00:00+00:00\"}'\n" } },
          .id = "ASIAPROC",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "arguments arrive whole",
          .config = RUN,
          .files = { { "tool",
                       "[ $# = 2 ] && [ \"$1\" = 'first arg' ] && [ \"$2\" = 'HUSH \" two' ] && echo '" ANSWER
                       "}'\n" } },
          .id = "ASIAPROC" },
        { .name = "no shell",
          .config = "[default]\ncredential_process = /bin/echo HUSH; /bin/sh @HOME@/tool\n",
          .files = { { "tool", "echo '" ANSWER "}'\n" } },
          .says = { "did not print a JSON object" } },
        { .name = "fails",
          .config = RUN,
          .files = { { "tool", "echo HUSH; echo 'run \033[31mvault login' >&2; exit 3\n" } },
          .says = { "credentials from process: credential_process of profile default (/bin/sh): ended with "
                    "status 3: run \\x1b[31mvault login" } },
        { .name = "killed",
          .config = RUN,
          .files = { { "tool", "kill -9 $$\n" } },
          .says = { "ended with status 137" } },
        { .name = "garbage",
          .config = RUN,
          .files = { { "tool", "echo HUSH\n" } },
          .says = { "its output is not shown" } },
        { .name = "too much",
          .config = RUN,
          .files = { { "tool", "exec head -c 400000 /dev/zero\n" } },
          .says = { "wrote more than" } },
        { .name = "version 2",
          .config = RUN,
          .files = { { "tool", "echo '{\"Version\":2,\"AccessKeyId\":\"HUSH\"}'\n" } },
          .says = { "Version is not 1" } },
        { .name = "key missing",
          .config = RUN,
          .files = { { "tool", "echo '{\"Version\":1,\"AccessKeyId\":\"HUSH\"}'\n" } },
          .says = { "SecretAccessKey is missing" } },
        { .name = "expired",
          .config = RUN,
          .files = { { "tool", "echo '" ANSWER ",\"Expiration\":\"2026-11-23T08:00:00Z\"}'\n" } },
          .says = { "expired at 2026-11-23T08:00:00Z" } },
        { .name = "not there",
          .config = "[default]\ncredential_process = @HOME@/none --password HUSH\n",
          .says = { "/none): cannot be started: No such file" } },
        { .name = "open quote",
          .config = "[default]\ncredential_process = tool 'HUSH\n",
          .says = { "open '" } },
        { .name = "an agent that stays",
          .config = RUN,
          .files = { { "tool", "sleep 3 &\necho '" ANSWER "}'\n" } },
          .id = "ASIAPROC" },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
}

Test(creds, command_split)
{
    static const struct {
        const char *line, *words; /* joined by | ; NULL: refused */
    } cases[] = {
        { "a b", "a|b" },
        { "  a\t b  ", "a|b" },
        { "'a b' c", "a b|c" },
        { "\"a b\"c", "a bc" },
        { "a\\ b", "a b" },
        { "'a\\b'", "a\\b" },
        { "\"a\\\"b\\\\c\\$d\"", "a\"b\\c\\$d" },
        { "a '' b", "a||b" },
        { "$HOME `x` *", "$HOME|`x`|*" },
        { "a # b", "a|#|b" },
        { "'open", NULL },
        { "\"open\\\"", NULL },
        { "end\\", NULL },
        { "   ", NULL },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char **argv, joined[200] = "";
        struct m2_err err = { 0 };
        int rc = m2_command_split(&argv, a, cases[i].line, &err);
        cr_assert_eq(rc == 0, cases[i].words != NULL, "%s: %s", cases[i].line, err.msg);
        for (size_t w = 0; rc == 0 && argv[w]; w++) {
            if (w)
                strcat(joined, "|");
            strcat(joined, argv[w]);
        }
        if (rc == 0)
            cr_assert_str_eq(joined, cases[i].words, "%s", cases[i].line);
    }
    m2_arena_free(a);
}

static int run(char *const *argv, const struct m2_sys *sys, int64_t limit_ms, struct m2_err *err)
{
    struct m2_command_result r;
    int rc = m2_command_run(&r, argv, sys, limit_ms, 1000, err);
    if (rc == 0)
        m2_buf_free(&r.out);
    return rc;
}

Test(creds, a_hanging_process_is_stopped, .timeout = 20)
{
    static char sleep_name[] = "sleep", sixty[] = "60";
    char *const argv[] = { sleep_name, sixty, NULL };
    struct m2_err err = { 0 };
    struct testsys t;
    testsys_init(&t, NULL);
    int64_t before = m2_mono_ms(&t.sys);
    cr_assert(run(argv, &t.sys, 200, &err) < 0 && err.code == M2_ECRED && strstr(err.msg, "was stopped"),
              "%s", err.msg);
    t.cancel_at_ms = m2_mono_ms(&t.sys) + 100;
    cr_assert(run(argv, &t.sys, 60000, &err) < 0 && err.code == M2_ECANCELLED, "%s", err.msg);
    cr_assert_lt(m2_mono_ms(&t.sys) - before, 15000);
}

Test(creds, a_process_ends_also_where_sigchld_was_ignored, .timeout = 20)
{
    static char shell[] = "sh", flag[] = "-c", script[] = "exit 3";
    char *const argv[] = { shell, flag, script, NULL };
    struct m2_command_result r;
    struct m2_err err = { 0 };
    struct sigaction after;
    struct testsys t;
    testsys_init(&t, NULL);
    cr_assert(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    cr_assert_eq(m2_command_run(&r, argv, &t.sys, 5000, 1000, &err), 0, "%s", err.msg);
    cr_assert_eq(r.exit_status, 3);
    m2_buf_free(&r.out);
    cr_assert_eq(sigaction(SIGCHLD, NULL, &after), 0);
    cr_assert(after.sa_handler == SIG_IGN, "what the caller had set is back");
}
