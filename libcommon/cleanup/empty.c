#include "cleanup/empty.h"

#include <stdlib.h>
#include <string.h>

#include "m2/retry.h"
#include "m2/sys.h"

#define MAX_ROUNDS 1000
#define SMALL_ROUNDS 10 /* somebody writes as fast as we delete, or S3 lists what is not there */
#define SMALL 1000
#define TRIES 8 /* of a call that fails for no fault of ours */
#define THROTTLED_TRIES 40
#define FIRST_PAUSE_MS 100
#define LONGEST_PAUSE_MS 3000
#define LONGEST_WAIT_MS 1000
#define REFUSED_FOR_MS (INT64_C(120) * 1000) /* S3 let nothing pass for so long: it will not */
#define TELL_MS 100
#define SLOWED_MS 1000

/* A replayed network fires timers at once and its clock stands still: a timer that fired says what time it
 * is. */
int64_t m2_empty_now(const struct m2_emptier *e)
{
    int64_t now = m2_mono_ms(e->opt->sys);
    return now > e->woken_ms ? now : e->woken_ms;
}

double m2_empty_random(const struct m2_emptier *e)
{
    uint32_t r = 0;
    e->opt->sys->random(e->opt->sys->ctx, &r, sizeof r);
    return (double)r / 4294967296.0;
}

char *m2_empty_keep(const char *s)
{
    return m2_str_empty(s) ? NULL : m2_xstrdup(s);
}

void m2_empty_call(struct m2_emptier *e, struct m2_arena *a, const char *operation, struct m2_value *input,
                   bool writes, m2_aws_done *done, void *user)
{
    m2_v_set_str(a, input, "Bucket", e->opt->bucket);
    m2_v_set_str(a, input, "ExpectedBucketOwner", e->opt->owner);
    const struct m2_aws_call call = { .service = "s3",
                                      .operation = operation,
                                      .region = e->opt->region,
                                      .input = input,
                                      .one_page = true,
                                      .once = true,
                                      .repeatable = true,
                                      .finish = writes };
    e->calls++;
    m2_aws_start(e->opt->aws, a, &call, done, user);
}

/* ---- the end ---- */

void m2_empty_stop(struct m2_emptier *e, const struct m2_err *why)
{
    if (!e->stopping && why)
        e->err = *why;
    e->stopping = true;
}

static bool ends_all(enum m2_errc code)
{
    return code == M2_ECRED || code == M2_ECANCELLED || code == M2_ETLS || code == M2_ECONFIG ||
           code == M2_EBUG;
}

bool m2_empty_answered(struct m2_emptier *e, const struct m2_aws_answer *answer)
{
    e->calls--;
    if (answer->status == M2_AWS_OK)
        return false;
    if (m2_str_eq(answer->code, "NoSuchBucket")) {
        e->out->gone = true;
        m2_empty_stop(e, NULL);
        return true;
    }
    if (!ends_all(answer->err.code))
        return false;
    m2_empty_stop(e, &answer->err);
    return true;
}

static void look_at_the_clock(struct m2_emptier *e)
{
    struct m2_err why = { 0 };
    int64_t now = m2_empty_now(e);
    if (m2_cancelled(e->opt->sys)) {
        (void)m2_fail(&why, M2_ECANCELLED, "interrupted");
        m2_empty_stop(e, &why);
    } else if (e->opt->deadline_mono_ms && now >= e->opt->deadline_mono_ms) {
        (void)m2_fail(&why, M2_ETIMEOUT, "bucket %s: time is up before it is empty", e->opt->bucket);
        m2_empty_stop(e, &why);
    } else if (e->pace.refused_ms > e->pace.passed_ms && now - e->pace.passed_ms > REFUSED_FOR_MS &&
               e->queued) {
        (void)m2_fail(&why, M2_ETHROTTLE,
                      "bucket %s: S3 has asked for less (SlowDown) for %d s and deleted nothing",
                      e->opt->bucket, (int)(REFUSED_FOR_MS / 1000));
        m2_empty_stop(e, &why);
    }
}

/* ---- another try ---- */

bool m2_empty_is_throttled(const struct m2_aws_answer *answer)
{
    return answer->http_status == 503 ||
           m2_retry_classify(answer->http_status, answer->code, M2_OK) == M2_RETRY_THROTTLE;
}

bool m2_empty_code_may_pass(const char *code)
{
    return m2_str_eq(code, "InternalError") || m2_str_eq(code, "ServiceUnavailable") ||
           m2_str_eq(code, "OperationAborted") || m2_retry_classify(0, code, M2_OK) != M2_RETRY_NOT;
}

static bool may_pass(const struct m2_aws_answer *answer)
{
    enum m2_errc code = answer->err.code;
    return code == M2_ENET || code == M2_ETIMEOUT || code == M2_EPROTO ||
           m2_retry_classify(answer->http_status, answer->code, M2_OK) != M2_RETRY_NOT ||
           m2_empty_code_may_pass(answer->code);
}

bool m2_empty_again(struct m2_emptier *e, unsigned *tries, const struct m2_aws_answer *answer,
                    m2_net_timer *fire, void *user)
{
    bool throttled = m2_empty_is_throttled(answer);
    unsigned most = throttled ? THROTTLED_TRIES : TRIES;
    if ((!throttled && !may_pass(answer)) || ++*tries >= most || e->stopping) {
        m2_empty_stop(e, &answer->err);
        return false;
    }
    int64_t longest = FIRST_PAUSE_MS;
    for (unsigned i = 1; i < *tries && longest < LONGEST_PAUSE_MS; i++)
        longest *= 2;
    m2_empty_after(e, (int64_t)(m2_empty_random(e) * (double)longest), fire, user);
    return true;
}

/* ---- the loop ---- */

void m2_empty_after(struct m2_emptier *e, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    e->timers++;
    m2_net_after(e->opt->net, delay_ms, fire, user);
}

static void wake(void *user)
{
    struct m2_emptier *e = user;
    e->timers--;
    e->waking = false;
    e->woken_ms = e->wake_ms;
    m2_empty_pump(e);
}

/* When nothing but the pace is waited for, a timer goes on. */
static void wait_for_the_pace(struct m2_emptier *e)
{
    int64_t now = m2_empty_now(e), wait = m2_pace_wait(&e->pace, e->out->done.in_flight, now);
    if (!e->queued || e->waking || wait <= 0)
        return;
    e->waking = true;
    wait = wait < LONGEST_WAIT_MS ? wait : LONGEST_WAIT_MS;
    e->wake_ms = now + wait;
    m2_empty_after(e, wait, wake, e);
}

bool m2_empty_has_room(const struct m2_emptier *e)
{
    return e->pages + e->lists < 2 * (size_t)e->pace.window + 2;
}

static void tell(struct m2_emptier *e, bool always)
{
    int64_t now = m2_empty_now(e);
    e->out->done.slowed = e->pace.refused_ms && now - e->pace.refused_ms < SLOWED_MS;
    if (!e->opt->progress || (!always && now - e->told_ms < TELL_MS))
        return;
    e->told_ms = now;
    e->opt->progress(e->opt->user, &e->out->done);
}

void m2_empty_pump(struct m2_emptier *e)
{
    if (!e->stopping)
        look_at_the_clock(e);
    if (!e->stopping) {
        m2_empty_list_pump(e); /* first: a page's marker is a version that may be deleted next */
        m2_empty_uploads_pump(e);
        m2_empty_delete_pump(e);
        wait_for_the_pace(e);
    }
    tell(e, false);
}

/* ---- rounds ---- */

static void begin_round(struct m2_emptier *e)
{
    e->deleted_before = e->out->done.deleted;
    e->round_listed = e->round_uploads = e->round_deleted = e->out->done.failed = e->out->left.len = 0;
    m2_empty_list_start(e);
    m2_empty_uploads_start(e);
    m2_empty_pump(e);
    while (e->calls || e->timers)
        if (!m2_net_step(e->opt->net, 250) && (e->calls || e->timers)) {
            struct m2_err why = { 0 };
            (void)m2_fail(&why, M2_EBUG, "the network loop ended in the middle of emptying %s",
                          e->opt->bucket);
            m2_empty_stop(e, &why);
            break;
        }
    m2_empty_list_free(e);
    m2_empty_uploads_free(e);
    m2_empty_delete_free(e);
}

/* Nothing at all was deleted, and what S3 said to each was no. */
static bool denied_all(const struct m2_emptier *e)
{
    for (size_t i = 0; i < e->out->left.len; i++)
        if (!m2_aws_is_denied(e->out->left.at[i].code))
            return false;
    return !e->stopping && e->out->done.failed && !e->out->done.deleted && !e->out->done.uploads;
}

static int fail_denied(const struct m2_emptier *e, struct m2_err *err)
{
    struct m2_buf why;
    m2_buf_init(&why, 8192);
    m2_term_clean(&why, e->out->left.at[0].message, true);
    (void)m2_fail(err, M2_EDENIED, "bucket %s: S3 refuses to delete any of its versions: %s", e->opt->bucket,
                  why.data);
    m2_buf_free(&why);
    return -1;
}

static void run(struct m2_emptier *e)
{
    for (int round = 0, small = 0; round < MAX_ROUNDS && small < SMALL_ROUNDS && !e->stopping; round++) {
        begin_round(e);
        if (!e->stopping && !e->round_listed && !e->round_uploads) {
            e->out->empty = true;
            return;
        }
        if (e->out->done.failed && !e->round_deleted)
            return;
        small += e->round_deleted < SMALL;
    }
}

int m2_empty_bucket(struct m2_empty_result *out, struct m2_arena *a, const struct m2_empty_options *opt,
                    struct m2_err *err)
{
    *out = (struct m2_empty_result){ 0 };
    if (m2_str_empty(opt->owner) || m2_str_empty(opt->bucket))
        return m2_fail(err, M2_EBUG, "a bucket is emptied only with its name and its owner's account");
    struct m2_emptier e = { .opt = opt, .arena = a, .out = out, .queue_end = &e.queue };
    m2_pace_start(&e.pace, opt->max_in_flight ? opt->max_in_flight : M2_EMPTY_IN_FLIGHT, m2_empty_now(&e));
    run(&e);
    tell(&e, true);
    if (e.err.code != M2_OK) {
        if (err)
            *err = e.err;
        return -1;
    }
    return denied_all(&e) ? fail_denied(&e, err) : 0;
}
