/*
 * common/login.h — with what a tool logs in to CloudMR Brain, and where.
 */
#ifndef M2_TOOLS_LOGIN_H
#define M2_TOOLS_LOGIN_H

#include "common/session.h"
#include "m2/brain.h"

/* Options that tools with Brain share; embed as `struct login_args login` and list with LOGIN_OPTS. */
struct login_args {
    const char *email;
    bool password_stdin, token_stdin;
};
#define LOGIN_OPTS(TYPE, MEMBER)                                                                             \
    { .name = "email", .type = M2_OPT_STRING, .at = offsetof(TYPE, MEMBER.email), .arg = "ADDRESS",          \
      .help = "e-mail of the CloudMR account", .env = "CLOUDMR_EMAIL", .group = "Login to CloudMR Brain",    \
      .more = "The password is taken from CLOUDMR_PASSWORD, from standard input, or asked for without "      \
              "echo; never from an argument." },                                                             \
    { .name = "password-stdin", .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.password_stdin),            \
      .help = "read the password from standard input", .env = "CLOUDMR_PASSWORD" },                          \
    { .name = "token-stdin", .type = M2_OPT_FLAG, .at = offsetof(TYPE, MEMBER.token_stdin),                  \
      .help = "read a ready token from standard input instead of logging in",                                \
      .env = "CLOUDMR_ADMIN_TOKEN, ID_TOKEN" }

struct login {
    const char *base;       /* normalised */
    const char *email;      /* NULL with a token */
    const char *source;     /* of the secret: "environment CLOUDMR_PASSWORD" */
    struct m2_secret token, password; /* one of them */
};

/** Settle address and credentials, asking on the terminal for what is missing. S has its settings. Call before anything else opens
 * files. Errors: M2_EUSAGE (no address, an e-mail that is none, contradicting options), M2_ELOGIN (nothing to log in with). */
int login_settle(struct login *out, struct m2_arena *a, const struct session *s, const struct login_args *args,
                 struct m2_err *err) M2_MUST_USE;
/** Put L's token into B at once, or start the login; DONE runs in both cases, later for a login. */
void login_start(const struct login *l, struct m2_brain *b, struct m2_arena *a, m2_brain_done *done, void *user);
void login_free(struct login *l); /* wipes */

#endif
