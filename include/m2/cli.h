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
};

struct m2_example {
    const char *command, *what;
};

struct m2_tool {
    const char *name;    /* "m2-doctor" */
    const char *summary; /* one line */
    const char *about;   /* paragraphs for help and man page, separated by blank lines */
    const struct m2_opt *opts; /* ended by a row whose name is NULL */
    const char *operands;      /* "FILE" or NULL when none are taken */
    const struct m2_example *examples; /* ended by NULL command */
};

/* Options that all tools share; embed as `struct m2_common common` and list with M2_COMMON_OPTS. */
struct m2_common {
    const char *profile, *region, *stack, *endpoint_url, *api_url, *format, *output, *color;
    int64_t timeout_ms; /* 0: none */
    bool quiet, strict, help, version, explain_config;
    int verbose;
};

/** Fill the struct at ARGS (already holding defaults). Operands are collected in *operands (may be NULL when none are taken).
 * Errors: M2_EUSAGE, one sentence with the nearest name. */
int m2_opt_parse(void *args, struct m2_strlist *operands, struct m2_arena *a, const struct m2_tool *tool,
                 int argc, char **argv, struct m2_err *err) M2_MUST_USE;
void m2_opt_help(struct m2_buf *out, const struct m2_tool *tool, int width);
/** roff (man 7) page. */
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

/* One progress line on stderr (terminal) or one line per phase (else). Text is cleaned. */
struct m2_progress;
struct m2_progress *m2_progress_new(const struct m2_sys *sys, FILE *stream, bool tty, int width, bool quiet);
void m2_progress_phase(struct m2_progress *p, const char *text);
void m2_progress_update(struct m2_progress *p, const char *text); /* at most 10 a second, from 0.5 s on */
void m2_progress_clear(struct m2_progress *p);                    /* before any other message */
void m2_progress_free(struct m2_progress *p);

/** Ask on the terminal without echo. Errors: M2_EUSAGE when there is no terminal. */
int m2_prompt_secret(struct m2_secret *out, const char *text, struct m2_err *err) M2_MUST_USE;
/** Ask on the terminal; the answer without newline in A. */
int m2_prompt_line(const char **out, struct m2_arena *a, const char *text, struct m2_err *err) M2_MUST_USE;

/** "m2-doctor: <sentence>" on stderr, cleaned, with the class's hint. Returns the exit status of ERR's class. */
int m2_cli_complain(const char *tool, const struct m2_err *err);
/** Write BUF to stdout, flush, check. Errors: M2_EIO (full disk, closed pipe). */
int m2_cli_print(const struct m2_buf *buf, struct m2_err *err) M2_MUST_USE;
/** SIGINT/SIGTERM/SIGHUP → m2_sys_cancel and removal of temporary files; a second signal ends at once. SIGPIPE ignored. */
void m2_cli_signals(void);
const char *m2_version(void); /* "0.1.0" */

#endif
