/*
 * m2/err.h — what went wrong, in one value that every layer passes up unchanged.
 *
 * Model:     the function that detects a fault states it once, with its values (m2_fail); a layer above
 *            prefixes only what it newly knows (m2_context). The library never prints and never exits.
 * Lifetime:  struct m2_err is the caller's, on its stack; start it as `= {0}`.
 */
#ifndef M2_ERR_H
#define M2_ERR_H

#include <stddef.h>

#define M2_MUST_USE __attribute__((warn_unused_result))
#define M2_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum m2_errc {
    M2_OK,
    M2_EUSAGE,     /* wrong option or argument */
    M2_EINPUT,     /* a file the user named cannot be read or is malformed */
    M2_EIO,        /* local read or write failed */
    M2_ENOTFOUND,  /* a named thing does not exist */
    M2_EPROTO,     /* the peer answered something that is not its protocol */
    M2_ELIMIT,     /* a stated limit (size, depth, pages) was reached */
    M2_ENET,       /* no connection, or the connection broke */
    M2_ETLS,       /* the peer's certificate or the handshake was refused */
    M2_ETIMEOUT,   /* a deadline passed */
    M2_ECONFIG,    /* AWS configuration is contradictory or malformed */
    M2_ECRED,      /* no credentials, or they are refused or expired */
    M2_ELOGIN,     /* CloudMR Brain refuses the e-mail, the password or the token */
    M2_EDENIED,    /* the account denies a call the tool cannot do without */
    M2_ETHROTTLE,  /* still throttled after all retries */
    M2_ESERVICE,   /* the service answered an error */
    M2_ECANCELLED, /* the user interrupted */
    M2_EBUG,       /* a bug in the tool */
    M2_ERRC_COUNT
};

/* The exit statuses of every tool; docs and tests walk m2_exit_rows(). */
enum m2_exit {
    M2_EXIT_OK = 0,
    M2_EXIT_FOUND = 1,
    M2_EXIT_USAGE = 2,
    M2_EXIT_CANNOT = 3,
    M2_EXIT_UNSURE = 4,
    M2_EXIT_BUG = 70,
    M2_EXIT_INTERRUPTED = 130
};

struct m2_err {
    enum m2_errc code;
    char msg[2000]; /* "no credentials" names ten sources */
};

struct m2_errc_row {
    enum m2_errc code;
    const char *name;
    enum m2_exit exit_status;
    const char *hint; /* what the user can do, or NULL */
};

struct m2_exit_row {
    enum m2_exit status;
    const char *meaning;
};

/** Set ERR (may be NULL) to CODE and the formatted fact. Always -1, so that `return m2_fail(…)` works. */
int m2_fail(struct m2_err *err, enum m2_errc code, const char *fmt, ...) M2_PRINTF(3, 4);

/** Prefix "context: " to ERR's message (may be NULL); its code stays. Always -1. */
int m2_context(struct m2_err *err, const char *fmt, ...) M2_PRINTF(2, 3);

/** Row of CODE; never NULL (an unknown code gives the row of M2_EBUG). Static storage. */
const struct m2_errc_row *m2_errc_row(enum m2_errc code);

/** All exit statuses in ascending order, ended by a row whose meaning is NULL. Static storage. */
const struct m2_exit_row *m2_exit_rows(void);

#endif
