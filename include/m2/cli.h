/*
 * m2/cli.h — option table, terminal, progress, prompt: what every tool's main.c uses.
 *
 * Model:     one table of options per tool drives parsing, --help, the man page, shell completion and the tests. Exact long names
 *            only; `--opt=value` and `--opt value`. Needs only base.
 */
#ifndef M2_CLI_H
#define M2_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/secret.h"
#include "m2/sys.h"

enum m2_opt_type {
    M2_OPT_FLAG,     /* bool */
    M2_OPT_COUNT,    /* int, -v -v or -vv */
    M2_OPT_STRING,   /* const char * */
    M2_OPT_LIST,     /* struct m2_strlist, may repeat */
    M2_OPT_UINT,     /* uint64_t within min..max */
    M2_OPT_DURATION, /* int64_t milliseconds */
    M2_OPT_ENUM,     /* const char *, one of choices() */
};

struct m2_strlist {
    M2_VEC(const char *) v;
};

struct m2_opt {
    const char *name; /* "profile", without dashes */
    char letter;      /* 'q' or 0 */
    enum m2_opt_type type;
    size_t at;        /* offsetof in the tool's struct */
    const char *arg;  /* "NAME", NULL for flags */
    const char *help; /* one line, lower case, no period */
    const char *const *(*choices)(void); /* ENUM: NULL-ended */
    uint64_t min, max;                   /* UINT */
    const char *env;  /* variables also read, for help and docs: "AWS_PROFILE", "A, B"; NULL */
    const char *group; /* heading in --help; NULL: of the row above */
    const char *more; /* further sentences for the man page, or NULL */
    uint32_t commands; /* bit i: belongs to command i of the tool's table; 0: to all */
};

struct m2_example {
    const char *command, *what;
};

/* A word after the tool's name that says what to do, with options and operands of its own. At most 32 per tool. */
struct m2_command {
    const char *name;     /* "estimate" */
    const char *summary;  /* one line, lower case, no period */
    const char *operands; /* "FILE" or NULL when none are taken */
    const char *about;    /* paragraphs for help and man page, or NULL */
    const struct m2_example *examples; /* ended by NULL command; may be NULL */
};

/* Operands are words: "FILE" must be given, "[FILE]" may be, "FILE..." any number of times from once on. */
struct m2_tool {
    const char *name;    /* "m2-doctor" */
    const char *summary; /* one line */
    const char *about;   /* paragraphs for help and man page, separated by blank lines */
    const struct m2_opt *opts; /* ended by a row whose name is NULL */
    const char *operands;      /* "FILE" or NULL when none are taken */
    const struct m2_example *examples; /* ended by NULL command */
    const struct m2_command *commands; /* ended by a row whose name is NULL; NULL: the tool has none */
    size_t command_at; /* with commands: offsetof in the tool's struct of a const struct m2_command * */
};

/* Options that all tools share; embed as `struct m2_common common` and list with M2_COMMON_OPTS. */
struct m2_common {
    const char *profile, *region, *stack, *endpoint_url, *api_url, *format, *output, *color;
    int64_t timeout_ms; /* 0: none */
    bool quiet, strict, help, version, explain_config;
    int verbose;
};
/** "auto", "always", "never", NULL. */
const char *const *m2_color_choices(void);

/* Rows for struct TYPE whose MEMBER is a struct m2_common; FORMATS is a choices() function. The tool's own rows come before. */
#define M2_COMMON_OPTS(TYPE, MEMBER, FORMATS)                                                                  \
    { .name = "profile", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.profile), .arg = "NAME",           \
      .help = "profile of the AWS configuration files", .env = "AWS_PROFILE, AWS_DEFAULT_PROFILE",             \
      .group = "Account" },                                                                                    \
    { .name = "region", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.region), .arg = "NAME",             \
      .help = "AWS region (default: the profile's, else us-east-1)", .env = "AWS_REGION, AWS_DEFAULT_REGION" },\
    { .name = "stack", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.stack), .arg = "NAME",               \
      .help = "CloudFormation stack (default: mroptimum-mode2)", .env = "STACK_NAME" },                        \
    { .name = "endpoint-url", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.endpoint_url), .arg = "URL",  \
      .help = "one endpoint for every AWS call", .env = "AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_<SERVICE>" },      \
    { .name = "api-url", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.api_url), .arg = "URL",            \
      .help = "address of CloudMR Brain", .env = "CLOUDMR_API_URL, CLOUDM_MR_BRAIN" },                         \
    { .name = "format", .type = M2_OPT_ENUM, .at = offsetof(TYPE, MEMBER.format), .arg = "FORMAT",             \
      .help = "how the result is written (default: text)", .choices = (FORMATS), .group = "Output" },          \
    { .name = "output", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.output), .arg = "FILE",             \
      .help = "write the result to FILE, complete or not at all" },                                            \
    { .name = "color", .type = M2_OPT_ENUM, .at = offsetof(TYPE, MEMBER.color), .arg = "WHEN",                 \
      .help = "colour on the terminal (default: auto)", .choices = m2_color_choices,                           \
      .env = "NO_COLOR, TERM" },                                                                               \
    { .name = "quiet", .letter = 'q', .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.quiet),                 \
      .help = "no progress, only the result" },                                                                \
    { .name = "verbose", .letter = 'v', .type = M2_OPT_COUNT, .at = offsetof(TYPE, MEMBER.verbose),            \
      .help = "one line per request; twice: headers too, secrets masked" },                                    \
    { .name = "timeout", .type = M2_OPT_DURATION, .at = offsetof(TYPE, MEMBER.timeout_ms), .arg = "SECONDS",   \
      .help = "bound on the whole run (default: none)", .group = "General",                                    \
      .more = "A unit may follow: 90s, 15m, 2h. On expiry what is known is reported and the exit status is 3." }, \
    { .name = "strict", .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.strict),                              \
      .help = "warnings also exit with 1, unknowns with 4" },                                                  \
    { .name = "explain-config", .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.explain_config),              \
      .help = "show each setting, its value and where it came from" },                                         \
    { .name = "help", .letter = 'h', .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.help),                   \
      .help = "show this help" },                                                                              \
    { .name = "version", .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.version),                            \
      .help = "show the version" }

/** Fill the struct at ARGS (already holding defaults) from ARGV[1..]; strings are borrowed from ARGV. Operands are collected in
 * *operands (may be NULL when none are taken). Of an option given twice the last counts; lists keep all. A value that looks
 * like an option of the tool has to be given as --opt=value.
 * Of a tool with commands the first operand is the command, wherever it stands; it goes to command_at (NULL: none, which only
 * --help, --version and --explain-config allow). With --help or --version, what does not fit together is not complained about.
 * Errors: M2_EUSAGE, one sentence with the nearest name; ARGS may then be filled in part. */
int m2_opt_parse(void *args, struct m2_strlist *operands, struct m2_arena *a, const struct m2_tool *tool,
                 int argc, char **argv, struct m2_err *err) M2_MUST_USE;
/** Of COMMAND, or (NULL) of the tool as a whole. Wrapped to WIDTH columns (0: 80; never wider than 100). */
void m2_opt_help(struct m2_buf *out, const struct m2_tool *tool, const struct m2_command *command, int width);
/** roff (man 7) page, commands and all. DATE: "2026-11-23". */
void m2_opt_man(struct m2_buf *out, const struct m2_tool *tool, const char *version, const char *date);
/** Completion script for "bash", "zsh" or "fish"; false for another shell. */
bool m2_opt_completion(struct m2_buf *out, const struct m2_tool *tool, const char *shell);

/* ---- terminal ---- */
struct m2_term {
    bool out_tty, err_tty, color, unicode;
    int width;
};
/** COLOR: "auto", "always", "never". Reads NO_COLOR, TERM, COLUMNS, LC_ALL/LC_CTYPE/LANG through SYS. */
void m2_term_detect(struct m2_term *t, const struct m2_sys *sys, const char *color);

/* One progress line on stderr (terminal) or one line per phase (else). Text is cleaned; a NULL progress does nothing. */
struct m2_progress;
struct m2_progress *m2_progress_new(const struct m2_sys *sys, FILE *stream, bool tty, int width, bool quiet);
void m2_progress_phase(struct m2_progress *p, const char *text);
void m2_progress_update(struct m2_progress *p, const char *text); /* at most 10 a second, from 0.5 s on */
void m2_progress_clear(struct m2_progress *p);                    /* before any other message */
void m2_progress_free(struct m2_progress *p);

/** Ask on the terminal without echo. Errors: M2_EUSAGE when there is no terminal, M2_ECANCELLED (signal, end of input). */
int m2_prompt_secret(struct m2_secret *out, const char *text, struct m2_err *err) M2_MUST_USE;
/** The first line of standard input (of a terminal: asked for without echo). WHAT: "password". Errors: M2_EUSAGE when nothing comes. */
int m2_stdin_secret(struct m2_secret *out, const char *what, struct m2_err *err) M2_MUST_USE;
/** Ask on the terminal; the answer without newline in A. */
int m2_prompt_line(const char **out, struct m2_arena *a, const char *text, struct m2_err *err) M2_MUST_USE;

/** "m2-doctor: <sentence>" on stderr, cleaned, and a line "m2-doctor: hint: …" when the class has one. Returns the exit status of ERR's class. */
int m2_cli_complain(const char *tool, const struct m2_err *err);
/** Write BUF to stdout, check. Errors: M2_EIO (full disk, closed pipe), M2_ECANCELLED (a signal came while nobody read). */
int m2_cli_print(const struct m2_buf *buf, struct m2_err *err) M2_MUST_USE;
/** SIGINT/SIGTERM/SIGHUP → m2_sys_cancel; a second one removes temporary files, gives the terminal its echo back and ends the process
 * with 130 at once. A signal that was ignored stays ignored. SIGPIPE is ignored. */
void m2_cli_signals(void);
const char *m2_version(void); /* "0.1.0" */

#endif
