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

int m2_fail(struct m2_err *err, enum m2_errc code, const char *fmt, ...)
{
    if (err) {
        va_list ap;
        err->code = code;
        va_start(ap, fmt);
        (void)vsnprintf(err->msg, sizeof err->msg, fmt, ap);
        va_end(ap);
    }
    return -1;
}

int m2_context(struct m2_err *err, const char *fmt, ...)
{
    if (err) {
        char old[sizeof err->msg];
        va_list ap;
        memcpy(old, err->msg, sizeof old);
        va_start(ap, fmt);
        int n = vsnprintf(err->msg, sizeof err->msg, fmt, ap);
        va_end(ap);
        size_t at = n < 0 ? 0 : (size_t)n;
        if (at < sizeof err->msg - 1)
            (void)snprintf(err->msg + at, sizeof err->msg - at, ": %s", old);
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
