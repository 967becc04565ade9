#include "m2/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct m2_errc_row rows[] = {
    { M2_OK, "ok", M2_EXIT_OK, NULL },
    { M2_EUSAGE, "usage", M2_EXIT_USAGE, "--help lists every option" },
    { M2_EINPUT, "input", M2_EXIT_USAGE, NULL },
    { M2_EIO, "io", M2_EXIT_CANNOT, NULL },
    { M2_ENOTFOUND, "not-found", M2_EXIT_USAGE, NULL },
    { M2_EPROTO, "protocol", M2_EXIT_CANNOT, "check the endpoint URL and any proxy in between" },
    { M2_ELIMIT, "limit", M2_EXIT_USAGE, NULL },
    { M2_ENET, "network", M2_EXIT_CANNOT,
      "check the network, the proxy variables, the region and the endpoint URL" },
    { M2_ETLS, "tls", M2_EXIT_CANNOT,
      "if a company proxy re-signs TLS, point AWS_CA_BUNDLE at its certificate" },
    { M2_ETIMEOUT, "timeout", M2_EXIT_CANNOT, "try again, or raise --timeout" },
    { M2_ECONFIG, "config", M2_EXIT_USAGE, "--explain-config shows where each setting comes from" },
    { M2_ECRED, "credentials", M2_EXIT_CANNOT,
      "run `aws configure` or `aws sso login`, or name a profile with --profile" },
    { M2_ELOGIN, "login", M2_EXIT_CANNOT,
      "check that e-mail and password work on CloudMR's own web page, or take a new token" },
    { M2_EDENIED, "denied", M2_EXIT_CANNOT, "ask the account's administrator for the named right" },
    { M2_ETHROTTLE, "throttled", M2_EXIT_CANNOT, "wait a minute and run it again" },
    { M2_ESERVICE, "service", M2_EXIT_CANNOT, NULL },
    { M2_ECANCELLED, "cancelled", M2_EXIT_INTERRUPTED, NULL },
    { M2_EBUG, "bug", M2_EXIT_BUG, "please report this with the output of --version" },
};
_Static_assert(sizeof rows / sizeof rows[0] == M2_ERRC_COUNT, "one row per error class");

static const struct m2_exit_row exits[] = {
    { M2_EXIT_OK, "done; nothing failed" },
    { M2_EXIT_FOUND,
      "done; something failed (a check, a verification, a budget, a deletion left something behind)" },
    { M2_EXIT_USAGE, "wrong usage or unreadable input file" },
    { M2_EXIT_CANNOT,
      "could not finish: network, credentials, access denied for what the tool cannot do without, "
      "server error" },
    { M2_EXIT_UNSURE, "--strict and something could not be told" },
    { M2_EXIT_BUG, "a bug in the tool" },
    { M2_EXIT_INTERRUPTED, "interrupted" },
    { M2_EXIT_OK, NULL },
};

/* A message that does not fit ends in "…", never in half a character. */
static void mark_cut(char *msg, size_t size)
{
    size_t at = size - sizeof "\xe2\x80\xa6";
    while (at && ((unsigned char)msg[at] & 0xc0) == 0x80)
        at--;
    memcpy(msg + at, "\xe2\x80\xa6", sizeof "\xe2\x80\xa6");
}

/* The text may quote ERR's old message, so it is made beside it. */
static void __attribute__((format(printf, 2, 0)))
set_message(struct m2_err *err, const char *fmt, va_list ap, const char *tail)
{
    char fresh[sizeof err->msg];
    int n = vsnprintf(fresh, sizeof fresh, fmt, ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    if (n < 0)
        fresh[0] = '\0';
    if (tail && len < sizeof fresh)
        len += (size_t)snprintf(fresh + len, sizeof fresh - len, ": %s", tail);
    if (len >= sizeof fresh)
        mark_cut(fresh, sizeof fresh);
    memcpy(err->msg, fresh, sizeof fresh);
}

int m2_fail(struct m2_err *err, enum m2_errc code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        set_message(err, fmt, ap, NULL);
        va_end(ap);
        err->code = code;
    }
    return -1;
}

int m2_context(struct m2_err *err, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, fmt);
        set_message(err, fmt, ap, err->msg);
        va_end(ap);
    }
    return -1;
}

const struct m2_errc_row *m2_errc_row(enum m2_errc code)
{
    if ((unsigned)code >= M2_ERRC_COUNT)
        code = M2_EBUG;
    return &rows[code];
}

const struct m2_exit_row *m2_exit_rows(void)
{
    return exits;
}
