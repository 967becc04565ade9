/*
 * m2/net.h — the network loop: many HTTP exchanges at once, and timers.
 *
 * Model:     requests are started, their callbacks run inside m2_net_step() on the caller's thread. Nothing is retried here
 *            and no redirect is followed. The real loop is curl multi; replay answers from a recording; fault wraps
 *            another loop and breaks the exchange it is told to break. All three behind one table of functions.
 * Lifetime:  a request and all it points to must live until its callback returns; the response only during the callback.
 * Source:    libcurl 7.88 documentation; RFC 9110.
 */
#ifndef M2_NET_H
#define M2_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "m2/sys.h"
#include "m2/value.h"

struct m2_header {
    const char *name, *value;
};

enum m2_http_flag {
    M2_HTTP_PLAIN_OK = 1, /* http:// allowed (loopback, container, IMDS, explicit endpoint); else only https */
    M2_HTTP_NO_PROXY = 2, /* never through a proxy (container, IMDS, loopback) */
    M2_HTTP_FINISH = 8,   /* deletes: once begun it is finished though the run is cancelled, for at most M2_HTTP_FINISH_MS */
    M2_HTTP_NO_REUSE = 4, /* a fresh connection: on a kept one that turns out dead libcurl would send again by itself */
};

#define M2_HTTP_FINISH_MS 10000

struct m2_request {
    const char *method; /* GET, HEAD, POST, PUT, DELETE */
    const char *url;    /* sent as is; userinfo, CR, LF, NUL and spaces are refused */
    const struct m2_header *headers;
    size_t n_headers;
    struct m2_bytes body;
    unsigned flags;
    int connect_timeout_ms; /* 0: 10 s */
    int idle_timeout_ms;    /* no byte for so long; 0: 30 s */
    int total_timeout_ms;   /* 0: 120 s */
    size_t max_body;        /* response cap in bytes; 0: 64 MiB */
    const char *label;      /* for -v: "ec2 DescribeSubnets"; never holds a secret */
};

struct m2_response {
    int status;
    const struct m2_header *headers; /* names in lower case */
    size_t n_headers;
    struct m2_bytes body; /* NUL-terminated after n */
};

struct m2_exchange {
    bool ok;                     /* a complete response is there */
    struct m2_response response; /* valid when ok */
    struct m2_err err;           /* when not ok: M2_ENET, M2_ETLS, M2_ETIMEOUT, M2_ELIMIT, M2_EPROTO, M2_ECANCELLED,
                                    M2_ECONFIG (refused before it left) */
    bool sent;                   /* could any byte of the request have reached the server? */
    int64_t elapsed_ms;
};

typedef void m2_net_done(void *user, const struct m2_exchange *x);
typedef void m2_net_timer(void *user);

struct m2_net;

struct m2_net_options {
    const char *ca_bundle;     /* PEM file, or NULL for the system's */
    size_t max_per_host;       /* connections; 0: 32 */
    const char *user_agent;
    const struct m2_sys *sys;  /* clock, proxies from the environment, cancel */
    /** Called for -v/-vv with one line that holds no secret; may be NULL. LEVEL 1 a request, 2 headers (masked). */
    void (*log)(void *user, int level, const char *line);
    void *log_user;
};

/** The real loop. Errors: M2_ENET (curl cannot start), M2_ECONFIG (unreadable CA bundle, bad proxy). */
int m2_net_new(struct m2_net **out, const struct m2_net_options *opt, struct m2_err *err) M2_MUST_USE;

/** Answers from RECORDING (see docs/FORMATS: m2-exchanges/1), matched by method, URL and body, each entry in order, the last
 * repeated. Idempotency tokens are ignored; where no body fits, the operation (X-Amz-Target, Action) decides.
 * Errors: M2_EINPUT. An unmatched request fails with M2_ENET naming it. Timers fire at once, in order of their due time; the
 * clock does not move. */
int m2_net_replay(struct m2_net **out, const struct m2_value *recording, const struct m2_sys *sys,
                  struct m2_err *err) M2_MUST_USE;

enum m2_fault {
    M2_FAULT_NONE,
    M2_FAULT_REFUSED,        /* nothing sent */
    M2_FAULT_TIMEOUT_BEFORE, /* the request never reached the server */
    M2_FAULT_TIMEOUT_AFTER,  /* the server acted; the answer is lost */
    M2_FAULT_RESET_BODY,     /* the answer breaks off in the middle */
    M2_FAULT_500,
    M2_FAULT_500_HTML,
    M2_FAULT_THROTTLED,
    M2_FAULT_GARBAGE, /* 200 with bytes of no format */
    M2_FAULT_EMPTY,   /* 200 with no body */
    M2_FAULT_COUNT
};
/** Wraps INNER (owned): exchange number AT (1-based) and the following TIMES-1 fail as FAULT. */
struct m2_net *m2_net_faulty(struct m2_net *inner, enum m2_fault fault, uint64_t at, uint64_t times);
/** Wraps INNER (owned) and appends every exchange to RECORDING's "exchanges", request secrets masked. */
struct m2_net *m2_net_recorder(struct m2_net *inner, struct m2_arena *a, struct m2_value *recording);
/** Exchanges started so far through N. */
uint64_t m2_net_started(const struct m2_net *n);

void m2_net_free(struct m2_net *n); /* pending exchanges are dropped without callback; NULL is fine */

/** Start REQ; DONE runs later, exactly once, from m2_net_step. A refused URL or header is reported through DONE too. */
void m2_net_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user);
/** Run FIRE once, DELAY_MS from now. */
void m2_net_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user);
/** Wait at most MAX_WAIT_MS for something to happen and run what is due. False when nothing is pending. A cancelled
 * run ends every pending exchange with M2_ECANCELLED (a begun one with M2_HTTP_FINISH only when its time is over) and fires
 * every timer at once. Callbacks may send, set timers and step. */
bool m2_net_step(struct m2_net *n, int max_wait_ms);
/** Step until MS are over, or the run is cancelled. */
void m2_net_pause(struct m2_net *n, int64_t ms);

/** One exchange, waited for. The response lives in A. Errors: as m2_exchange.err. */
int m2_net_fetch(struct m2_response *out, struct m2_arena *a, struct m2_net *n, const struct m2_request *req,
                 struct m2_err *err) M2_MUST_USE;

/** Value of header NAME (any case), or NULL. */
const char *m2_header_get(const struct m2_response *r, const char *name);

/* The table behind the seam; only net/ and tests implement it. */
struct m2_net_ops {
    void (*send)(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user);
    void (*after)(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user);
    bool (*step)(struct m2_net *n, int max_wait_ms);
    void (*free)(struct m2_net *n);
};
struct m2_net {
    const struct m2_net_ops *ops;
    uint64_t started;
};

/** Append URL with userinfo and the values of secret query parameters replaced by "***". */
void m2_mask_url(struct m2_buf *out, const char *url);

/** What carries the requests, with its versions: "libcurl/7.88.1 OpenSSL/3.0.17 …". Static storage. */
const char *m2_net_version(void);

#endif
