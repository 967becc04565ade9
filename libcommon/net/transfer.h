/* net/transfer.h — one HTTP exchange of the curl loop; only the curl files of net/ see libcurl. */
#ifndef M2_NET_TRANSFER_H
#define M2_NET_TRANSFER_H

#include <curl/curl.h>

#include "m2/buf.h"
#include "m2/net.h"
#include "net/proxy.h"
#include "net/request.h"

#define M2_HEADERS_MAX ((size_t)256 << 10)

enum m2_deadline { M2_DEADLINE_NONE, M2_DEADLINE_CONNECT, M2_DEADLINE_IDLE, M2_DEADLINE_TOTAL };

/* Transfers to one host, so that a busy host makes only its own calls wait. */
struct m2_host {
    struct m2_host *next;
    char *key; /* scheme and authority */
    size_t active;
    struct m2_transfer *first_waiting, **last_waiting;
};

struct m2_transfer {
    struct m2_transfer *next, **link; /* in the list of active, waiting or finished ones */
    struct m2_host *host;
    const struct m2_request *req;
    m2_net_done *done;
    void *user;
    struct m2_target target;
    const char *proxy;
    const struct m2_sys *clock;
    CURL *easy;
    struct curl_slist *headers;
    struct m2_buf head, body; /* as received */
    char reason[CURL_ERROR_SIZE];
    int64_t started_ms, active_ms; /* monotonic; active: the last byte either way */
    curl_off_t uploaded;
    bool head_over, body_over, odd_encoding, odd_partial;
    struct m2_err err;
    bool failed, sent;
};

struct m2_curl_shared {
    const struct m2_net_options *opt;
    const struct m2_proxies *proxies;
};

/** Prepare EASY (reset) for T. */
void m2_transfer_setup(struct m2_transfer *t, CURL *easy, const struct m2_curl_shared *shared,
                       int64_t now_ms);
/** The next instant at which T is overdue, and which deadline that is. */
int64_t m2_transfer_deadline(const struct m2_transfer *t, enum m2_deadline *which);
/** What RESULT means; fills t->err, t->failed and t->sent. */
void m2_transfer_judge(struct m2_transfer *t, CURLcode result);
/** T passed its deadline WHICH. */
void m2_transfer_expire(struct m2_transfer *t, enum m2_deadline which, int64_t now_ms);
/** The exchange as the caller sees it; headers and body live as long as T and A. */
void m2_transfer_exchange(struct m2_exchange *out, struct m2_arena *a, struct m2_transfer *t, int64_t now_ms);
/** All but the easy handle. */
void m2_transfer_free(struct m2_transfer *t);

/* curl_error.c */
void m2_curl_explain(struct m2_transfer *t, CURLcode result);
bool m2_curl_sent(CURL *easy);

#endif
