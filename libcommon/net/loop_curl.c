#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/mask.h"
#include "net/timers.h"
#include "net/transfer.h"

#define PER_HOST 32
#define CANCEL_CHECK_MS 250
#define SPARE_MAX 64

struct curl_loop {
    struct m2_net base; /* first: the seam's pointer is ours */
    struct m2_net_options opt;
    struct m2_proxies proxies;
    struct m2_curl_shared shared;
    char *ca_bundle, *user_agent;
    CURLM *multi;
    CURL *spare[SPARE_MAX];
    size_t n_spare;
    struct m2_timers timers;
    struct m2_host *hosts;
    struct m2_transfer *active, *finished, **finished_end;
    size_t pending;       /* exchanges whose callback has not run */
    int64_t cancelled_ms; /* when the cancelled run was first seen so; 0: it was not */
};

static struct curl_loop *loop_of(struct m2_net *n)
{
    return (struct curl_loop *)(void *)n;
}

/* ---- lists ---- */

static void link_in(struct m2_transfer **head, struct m2_transfer *t)
{
    t->next = *head;
    t->link = head;
    if (t->next)
        t->next->link = &t->next;
    *head = t;
}

static void link_out(struct m2_transfer *t)
{
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
    t->next = NULL;
    t->link = NULL;
}

static void finish_later(struct curl_loop *l, struct m2_transfer *t)
{
    t->next = NULL;
    *l->finished_end = t;
    l->finished_end = &t->next;
}

/* ---- starting ---- */

static struct m2_host *host_of(struct curl_loop *l, const struct m2_target *target)
{
    char key[sizeof target->authority + 8];
    (void)snprintf(key, sizeof key, "%s%s", target->tls ? "https://" : "http://", target->authority);
    for (struct m2_host *h = l->hosts; h; h = h->next)
        if (m2_str_eq_ci(h->key, key))
            return h;
    struct m2_host *h = m2_xcalloc(1, sizeof *h);
    h->key = m2_xstrdup(key);
    h->last_waiting = &h->first_waiting;
    h->next = l->hosts;
    l->hosts = h;
    return h;
}

static CURL *take_easy(struct curl_loop *l)
{
    CURL *easy = l->n_spare ? l->spare[--l->n_spare] : curl_easy_init();
    if (!easy)
        abort(); /* out of memory */
    return easy;
}

static void begin(struct curl_loop *l, struct m2_transfer *t)
{
    CURL *easy = take_easy(l);
    m2_transfer_setup(t, easy, &l->shared, m2_mono_ms(l->opt.sys));
    t->host->active++;
    link_in(&l->active, t);
    if (curl_multi_add_handle(l->multi, easy) != CURLM_OK)
        abort(); /* out of memory */
}

static void begin_waiting(struct curl_loop *l, struct m2_host *h)
{
    while (h->first_waiting && h->active < l->opt.max_per_host) {
        struct m2_transfer *t = h->first_waiting;
        h->first_waiting = t->next;
        if (!h->first_waiting)
            h->last_waiting = &h->first_waiting;
        begin(l, t);
    }
}

static void curl_loop_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct curl_loop *l = loop_of(n);
    struct m2_transfer *t = m2_xcalloc(1, sizeof *t);
    *t = (struct m2_transfer){ .req = req, .done = done, .user = user, .clock = l->opt.sys };
    l->pending++;
    if (m2_request_check(&t->target, req, &t->err) < 0) {
        t->failed = true;
        finish_later(l, t);
        return;
    }
    t->proxy = m2_proxy_for(&l->proxies, &t->target, req->flags);
    t->host = host_of(l, &t->target);
    *t->host->last_waiting = t;
    t->host->last_waiting = &t->next;
    begin_waiting(l, t->host);
}

/* ---- ending ---- */

/* Take T off the wire; its easy handle stays until its callback has run. */
static void stop(struct curl_loop *l, struct m2_transfer *t)
{
    (void)curl_multi_remove_handle(l->multi, t->easy);
    link_out(t);
    t->host->active--;
    finish_later(l, t);
    begin_waiting(l, t->host);
}

static void collect(struct curl_loop *l)
{
    int left = 0;
    for (CURLMsg *m; (m = curl_multi_info_read(l->multi, &left)) != NULL;) {
        struct m2_transfer *t = NULL;
        CURLcode result = m->data.result;
        if (m->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
        m2_transfer_judge(t, result);
        stop(l, t);
    }
}

/* End what is overdue; the next deadline, at most LIMIT. */
static int64_t expire(struct curl_loop *l, int64_t now, int64_t limit)
{
    for (struct m2_transfer *t = l->active, *next; t; t = next) {
        enum m2_deadline which;
        int64_t due = m2_transfer_deadline(t, &which);
        next = t->next;
        if (due <= now) {
            m2_transfer_expire(t, which, now);
            stop(l, t);
        } else if (due < limit) {
            limit = due;
        }
    }
    return limit;
}

static void cancel_one(struct m2_transfer *t)
{
    t->failed = true;
    (void)m2_fail(&t->err, M2_ECANCELLED, "interrupted");
}

static void cancel_all(struct curl_loop *l)
{
    for (struct m2_host *h = l->hosts; h; h = h->next) {
        struct m2_transfer *waiting = h->first_waiting;
        h->first_waiting = NULL;
        h->last_waiting = &h->first_waiting;
        for (struct m2_transfer *next; waiting; waiting = next) {
            next = waiting->next;
            cancel_one(waiting);
            finish_later(l, waiting);
        }
    }
    int64_t now = m2_mono_ms(l->opt.sys);
    if (!l->cancelled_ms)
        l->cancelled_ms = now;
    bool over = now - l->cancelled_ms >= M2_HTTP_FINISH_MS;
    for (struct m2_transfer *t = l->active, *next; t; t = next) {
        next = t->next;
        if (!over && (t->req->flags & M2_HTTP_FINISH) && t->started_ms <= l->cancelled_ms)
            continue;
        t->sent = m2_curl_sent(t->easy);
        cancel_one(t);
        stop(l, t);
    }
}

static void release_easy(struct curl_loop *l, CURL *easy)
{
    if (!easy)
        return;
    if (l->n_spare == SPARE_MAX) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    l->spare[l->n_spare++] = easy;
}

/* Run the callbacks of what has finished. A callback may step the loop itself: each exchange leaves the list
 * first. */
static bool deliver(struct curl_loop *l)
{
    bool any = false;
    while (l->finished) {
        struct m2_transfer *t = l->finished;
        struct m2_exchange x;
        struct m2_arena *a = m2_arena_new();
        l->finished = t->next;
        if (!l->finished)
            l->finished_end = &l->finished;
        l->pending--;
        any = true;
        m2_transfer_exchange(&x, a, t, m2_mono_ms(l->opt.sys));
        m2_log_exchange(&l->opt, t->req, &x);
        t->done(t->user, &x);
        release_easy(l, t->easy);
        m2_transfer_free(t);
        m2_arena_free(a);
    }
    return any;
}

/* ---- the step ---- */

static void perform(struct curl_loop *l)
{
    int running = 0;
    (void)curl_multi_perform(l->multi, &running);
    collect(l);
}

/* How long to sleep: until the caller's limit, the next timer, the next deadline, or the next look at the
 * cancel flag. */
static int wait_ms(struct curl_loop *l, int max_wait_ms)
{
    int64_t now = m2_mono_ms(l->opt.sys);
    int64_t until = now + (max_wait_ms < CANCEL_CHECK_MS ? max_wait_ms : CANCEL_CHECK_MS);
    const struct m2_timer *timer = m2_timers_first(&l->timers);
    if (timer && timer->due_ms < until)
        until = timer->due_ms;
    until = expire(l, now, until);
    return l->finished || until <= now ? 0 : (int)(until - now);
}

static bool run_due(struct curl_loop *l)
{
    bool cancelled = m2_cancelled(l->opt.sys);
    if (cancelled)
        cancel_all(l);
    bool any = deliver(l);
    return m2_timers_run(&l->timers, cancelled ? INT64_MAX : m2_mono_ms(l->opt.sys)) || any;
}

static bool curl_loop_step(struct m2_net *n, int max_wait_ms)
{
    struct curl_loop *l = loop_of(n);
    if (m2_cancelled(l->opt.sys))
        cancel_all(l);
    if (l->active)
        perform(l);
    if (!run_due(l) && (l->pending || l->timers.len)) {
        int wait = wait_ms(l, max_wait_ms);
        if (wait > 0)
            (void)curl_multi_poll(l->multi, NULL, 0, wait, NULL);
        if (l->active)
            perform(l);
        (void)run_due(l);
    }
    return l->pending || l->timers.len;
}

static void curl_loop_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    struct curl_loop *l = loop_of(n);
    m2_timers_add(&l->timers, m2_mono_ms(l->opt.sys) + delay_ms, fire, user);
}

static void drop_list(struct curl_loop *l, struct m2_transfer *t)
{
    for (struct m2_transfer *next; t; t = next) {
        next = t->next;
        if (t->easy) {
            (void)curl_multi_remove_handle(l->multi, t->easy);
            curl_easy_cleanup(t->easy);
        }
        m2_transfer_free(t);
    }
}

static void curl_loop_free(struct m2_net *n)
{
    struct curl_loop *l = loop_of(n);
    drop_list(l, l->active);
    drop_list(l, l->finished);
    for (struct m2_host *h = l->hosts, *next; h; h = next) {
        next = h->next;
        drop_list(l, h->first_waiting);
        free(h->key);
        free(h);
    }
    while (l->n_spare)
        curl_easy_cleanup(l->spare[--l->n_spare]);
    m2_timers_free(&l->timers);
    (void)curl_multi_cleanup(l->multi);
    free(l->ca_bundle);
    free(l->user_agent);
    free(l);
}

static const struct m2_net_ops ops = { curl_loop_send, curl_loop_after, curl_loop_step, curl_loop_free };

static int start_curl(struct m2_err *err)
{
    static bool started; /* one thread per process uses the loop */
    if (!started && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return m2_fail(err, M2_ENET, "libcurl cannot start");
    started = true;
    return 0;
}

int m2_net_new(struct m2_net **out, const struct m2_net_options *opt, struct m2_err *err)
{
    struct m2_proxies proxies;
    if (m2_proxies_read(&proxies, opt->sys, err) < 0)
        return -1;
    if (opt->ca_bundle && access(opt->ca_bundle, R_OK) != 0)
        return m2_fail(err, M2_ECONFIG, "CA bundle %s: %s", opt->ca_bundle, strerror(errno));
    if (start_curl(err) < 0)
        return -1;
    CURLM *multi = curl_multi_init();
    if (!multi)
        return m2_fail(err, M2_ENET, "libcurl cannot start");
    struct curl_loop *l = m2_xcalloc(1, sizeof *l);
    l->base.ops = &ops;
    l->opt = *opt;
    l->opt.max_per_host = opt->max_per_host ? opt->max_per_host : PER_HOST;
    l->opt.ca_bundle = l->ca_bundle = opt->ca_bundle ? m2_xstrdup(opt->ca_bundle) : NULL;
    l->opt.user_agent = l->user_agent = opt->user_agent ? m2_xstrdup(opt->user_agent) : NULL;
    l->proxies = proxies;
    l->shared = (struct m2_curl_shared){ &l->opt, &l->proxies };
    l->multi = multi;
    l->finished_end = &l->finished;
    (void)curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)(l->opt.max_per_host * 8));
    *out = &l->base;
    return 0;
}

const char *m2_net_version(void)
{
    return curl_version();
}
