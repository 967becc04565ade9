#include <stdlib.h>
#include <string.h>

#include "cleanup/empty.h"
#include "m2/retry.h"

#define LEFT_MAX 100
#define UNSURE_TRIES 2 /* a batch that S3 did not confirm so often goes key by key */
#define KEY_TRIES 8    /* of a key that S3 answered an error of its own to */

/* ---- jobs ---- */

static void push(struct m2_emptier *e, struct m2_empty_job *job)
{
    job->next = NULL;
    *e->queue_end = job;
    e->queue_end = &job->next;
    e->queued++;
}

static void push_first(struct m2_emptier *e, struct m2_empty_job *job)
{
    job->next = e->queue;
    e->queue = job;
    if (!job->next)
        e->queue_end = &job->next;
    e->queued++;
}

static struct m2_empty_job *pop(struct m2_emptier *e)
{
    struct m2_empty_job *job = e->queue;
    e->queue = job->next;
    if (!e->queue)
        e->queue_end = &e->queue;
    e->queued--;
    return job;
}

static void page_release(struct m2_emptier *e, struct m2_empty_page *page)
{
    if (page->jobs)
        return;
    m2_arena_free(page->arena);
    free(page);
    e->pages--;
}

static void job_end(struct m2_empty_job *job)
{
    job->page->jobs--;
    page_release(job->e, job->page);
    m2_arena_free(job->call);
    free(job);
}

static struct m2_empty_job *job_new(struct m2_emptier *e, struct m2_empty_page *page, enum m2_empty_kind kind,
                                    struct m2_empty_item *items, size_t n, unsigned tries)
{
    struct m2_empty_job *job = m2_xcalloc(1, sizeof *job);
    *job =
        (struct m2_empty_job){ .e = e, .page = page, .kind = kind, .items = items, .n = n, .tries = tries };
    page->jobs++;
    return job;
}

static void enqueue_each(struct m2_emptier *e, struct m2_empty_page *page, enum m2_empty_kind kind,
                         struct m2_empty_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        push(e, job_new(e, page, kind, &items[i], 1, 0));
}

bool m2_empty_fits_xml(const char *key)
{
    size_t left = strlen(key), step;
    for (uint32_t cp = 0; left; key += step, left -= step) {
        step = m2_utf8_next(key, left, &cp);
        if (!step || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || cp == 0xfffe || cp == 0xffff)
            return false;
    }
    return true;
}

/* Those that XML cannot carry go to the end, each for itself. */
static size_t odd_ones_last(struct m2_empty_item *items, size_t n)
{
    size_t fit = 0;
    for (size_t i = 0; i < n; i++) {
        if (!m2_empty_fits_xml(items[i].key))
            continue;
        const struct m2_empty_item item = items[i];
        items[i] = items[fit];
        items[fit++] = item;
    }
    return fit;
}

void m2_empty_enqueue(struct m2_emptier *e, struct m2_empty_page *page, enum m2_empty_kind kind,
                      struct m2_empty_item *items, size_t n)
{
    size_t fit = kind == M2_EMPTY_BATCH ? odd_ones_last(items, n) : 0;
    e->pages++;
    for (size_t i = 0; i < fit; i += M2_EMPTY_MOST)
        push(e, job_new(e, page, M2_EMPTY_BATCH, items + i, fit - i < M2_EMPTY_MOST ? fit - i : M2_EMPTY_MOST,
                        0));
    enqueue_each(e, page, kind == M2_EMPTY_BATCH ? M2_EMPTY_ONE : kind, items + fit, n - fit);
    page_release(e, page);
}

/* ---- what came of an item ---- */

void m2_empty_keep_left(struct m2_emptier *e, const struct m2_empty_item *item, const char *code,
                        const char *message)
{
    e->out->done.failed++;
    if (e->out->left.len == LEFT_MAX)
        return;
    const struct m2_empty_left left = { m2_arena_strdup(e->arena, item->key),
                                        m2_arena_strdup(e->arena, item->version),
                                        m2_arena_strdup(e->arena, m2_str_or(code, "")),
                                        m2_arena_strdup(e->arena, m2_str_or(message, "")) };
    m2_vec_push(e->arena, &e->out->left, left);
}

static void count_deleted(struct m2_emptier *e, enum m2_empty_kind kind, const struct m2_empty_item *item)
{
    e->round_deleted++;
    if (kind == M2_EMPTY_ABORT) {
        e->out->done.uploads++;
        return;
    }
    e->out->done.deleted++;
    e->out->done.bytes += item->size;
}

static bool is_gone(const char *code)
{
    return m2_str_eq(code, "NoSuchVersion") || m2_str_eq(code, "NoSuchKey") ||
           m2_str_eq(code, "NoSuchUpload");
}

/* ---- the answer to a batch ---- */

enum fate { UNKNOWN, DELETED, LATER, LEFT };

/* A batch and what is known of each of its items. S3 names them mostly in the order of the request: the
 * search goes on where it was. */
struct sorting {
    struct m2_empty_job *job;
    unsigned char *fate;
    size_t at, refused;
};

static bool same_item(const struct m2_empty_item *item, const struct m2_value *v)
{
    const char *version = m2_v_str(v, "VersionId");
    return m2_str_eq(item->version, m2_str_empty(version) ? "null" : version) &&
           m2_str_eq(item->key, m2_v_str(v, "Key"));
}

/* The item of the batch that V names, or NULL: it was not asked for, or was named before. */
static struct m2_empty_item *named(struct sorting *s, const struct m2_value *v, unsigned char **fate)
{
    for (size_t i = 0; i < s->job->n; i++) {
        size_t k = s->at + i < s->job->n ? s->at + i : s->at + i - s->job->n;
        if (s->fate[k] != UNKNOWN || !same_item(&s->job->items[k], v))
            continue;
        s->at = k + 1 < s->job->n ? k + 1 : 0;
        *fate = &s->fate[k];
        return &s->job->items[k];
    }
    return NULL;
}

static void sort_error(struct sorting *s, const struct m2_value *v)
{
    struct m2_emptier *e = s->job->e;
    const char *code = m2_v_str(v, "Code");
    unsigned char *fate;
    const struct m2_empty_item *item = named(s, v, &fate);
    if (!item)
        return;
    if (is_gone(code)) {
        *fate = DELETED;
        count_deleted(e, M2_EMPTY_BATCH, item);
        return;
    }
    bool throttled = m2_retry_classify(0, code, M2_OK) == M2_RETRY_THROTTLE;
    s->refused += throttled;
    *fate = throttled || (m2_empty_code_may_pass(code) && s->job->tries + 1 < KEY_TRIES) ? LATER : LEFT;
    if (*fate == LEFT)
        m2_empty_keep_left(e, item, code, m2_v_str(v, "Message"));
}

static void requeue(void *user)
{
    struct m2_empty_job *job = user;
    job->e->timers--;
    push_first(job->e, job);
    m2_empty_pump(job->e);
}

/* What is not deleted and not left goes again: what S3 said nothing about soon key by key. */
static void keep_rest(struct m2_empty_job *job, const struct sorting *s)
{
    struct m2_emptier *e = job->e;
    size_t n = 0, unknown = 0;
    for (size_t i = 0; i < job->n; i++)
        if (s->fate[i] == UNKNOWN || s->fate[i] == LATER) {
            unknown += s->fate[i] == UNKNOWN;
            job->items[n++] = job->items[i];
        }
    if (!n) {
        job_end(job);
        return;
    }
    job->n = n;
    job->tries++;
    if (unknown && job->tries >= UNSURE_TRIES) {
        enqueue_each(e, job->page, M2_EMPTY_ONE, job->items, job->n);
        job_end(job);
    } else if (s->refused) {
        push_first(e, job); /* the pace holds it up */
    } else {
        m2_empty_after(e, (int64_t)(m2_empty_random(e) * 100 * job->tries), requeue, job);
    }
}

static void sort_batch(struct m2_empty_job *job, const struct m2_value *output)
{
    struct m2_emptier *e = job->e;
    struct sorting s = { .job = job, .fate = m2_arena_alloc(job->call, job->n) };
    const struct m2_value *v;
    unsigned char *fate;
    m2_v_each(v, i, m2_v_get(output, "Deleted"))
    {
        const struct m2_empty_item *item = named(&s, v, &fate);
        if (!item)
            continue;
        *fate = DELETED;
        count_deleted(e, M2_EMPTY_BATCH, item);
    }
    s.at = 0;
    m2_v_each(v, i, m2_v_get(output, "Errors")) sort_error(&s, v);
    int64_t now = m2_empty_now(e);
    if (s.refused < job->n)
        m2_pace_passed(&e->pace, job->n - s.refused, job->sent_ms, now);
    if (s.refused)
        m2_pace_refused(&e->pace, s.refused, job->sent_ms, now, m2_empty_random(e));
    keep_rest(job, &s);
}

/* ---- answers ---- */

static void explain_denied(struct m2_emptier *e, const struct m2_aws_answer *answer)
{
    struct m2_err why = answer->err;
    if (m2_str_has_ci(answer->message, "mfa"))
        (void)m2_fail(
            &why, M2_EDENIED,
            "bucket %s has MFA delete: S3 deletes no version of it without its owner's device: %.300s",
            e->opt->bucket, answer->err.msg);
    m2_empty_stop(e, &why);
}

/* A refused request of one key says something about this key, one of many about all. */
static void refused_for_good(struct m2_empty_job *job, const struct m2_aws_answer *answer)
{
    struct m2_emptier *e = job->e;
    if (job->kind == M2_EMPTY_BATCH && m2_str_eq(answer->code, "MalformedXML"))
        enqueue_each(e, job->page, M2_EMPTY_ONE, job->items, job->n);
    else if (job->kind == M2_EMPTY_BATCH && answer->err.code == M2_EDENIED)
        explain_denied(e, answer);
    else if (job->kind == M2_EMPTY_BATCH)
        m2_empty_stop(e, &answer->err);
    else if (is_gone(answer->code))
        count_deleted(e, job->kind, job->items);
    else
        m2_empty_keep_left(e, job->items, answer->code, answer->message);
    job_end(job);
}

static bool is_refusal(const struct m2_aws_answer *answer)
{
    return answer->http_status >= 400 && answer->http_status < 500 &&
           m2_retry_classify(answer->http_status, answer->code, M2_OK) == M2_RETRY_NOT &&
           !m2_empty_code_may_pass(answer->code);
}

static void on_deleted(void *user, const struct m2_aws_answer *answer)
{
    struct m2_empty_job *job = user;
    struct m2_emptier *e = job->e;
    int64_t now = m2_empty_now(e);
    e->out->done.in_flight--;
    if (m2_empty_answered(e, answer)) {
        job_end(job);
    } else if (answer->status == M2_AWS_OK && job->kind == M2_EMPTY_BATCH) {
        sort_batch(job, answer->output);
    } else if (answer->status == M2_AWS_OK) {
        m2_pace_passed(&e->pace, 1, job->sent_ms, now);
        count_deleted(e, job->kind, job->items);
        job_end(job);
    } else if (m2_empty_is_throttled(answer)) {
        m2_pace_refused(&e->pace, job->n, job->sent_ms, now, m2_empty_random(e));
        push_first(e, job);
    } else if (is_refusal(answer)) {
        m2_pace_passed(&e->pace, job->n, job->sent_ms, now);
        refused_for_good(job, answer);
    } else if (job->kind != M2_EMPTY_BATCH && answer->http_status >= 500 && job->tries + 1 >= KEY_TRIES) {
        m2_empty_keep_left(e, job->items, answer->code, answer->message);
        job_end(job);
    } else if (!m2_empty_again(e, &job->tries, answer, requeue, job)) {
        job_end(job);
    }
    m2_empty_pump(e);
}

/* ---- requests ---- */

static struct m2_value *batch_input(const struct m2_empty_job *job)
{
    struct m2_arena *a = job->call;
    struct m2_value *input = m2_v_object(a), *all = m2_v_object(a), *objects = m2_v_array(a);
    for (size_t i = 0; i < job->n; i++) {
        struct m2_value *object = m2_v_object(a);
        m2_v_set_str(a, object, "Key", job->items[i].key);
        m2_v_set_str(a, object, "VersionId", job->items[i].version);
        m2_v_push(a, objects, object);
    }
    m2_v_set(a, all, "Objects", objects);
    m2_v_set(a, input, "Delete", all);
    return input;
}

static struct m2_value *one_input(const struct m2_empty_job *job)
{
    struct m2_value *input = m2_v_object(job->call);
    m2_v_set_str(job->call, input, "Key", job->items->key);
    m2_v_set_str(job->call, input, job->kind == M2_EMPTY_ABORT ? "UploadId" : "VersionId",
                 job->items->version);
    return input;
}

static void send(struct m2_emptier *e, struct m2_empty_job *job)
{
    static const struct {
        const char *operation;
        struct m2_value *(*input)(const struct m2_empty_job *job);
        bool retention; /* may it pass over a governance lock? */
    } kinds[] = {
        [M2_EMPTY_BATCH] = { "DeleteObjects", batch_input, true },
        [M2_EMPTY_ONE] = { "DeleteObject", one_input, true },
        [M2_EMPTY_ABORT] = { "AbortMultipartUpload", one_input, false },
    };
    m2_arena_free(job->call);
    job->call = m2_arena_new();
    job->sent_ms = m2_empty_now(e);
    m2_pace_sent(&e->pace, job->n, job->sent_ms);
    struct m2_value *input = kinds[job->kind].input(job);
    if (e->opt->bypass_governance && kinds[job->kind].retention)
        m2_v_set_bool(job->call, input, "BypassGovernanceRetention", true);
    e->out->done.in_flight++;
    m2_empty_call(e, job->call, kinds[job->kind].operation, input, true, on_deleted, job);
}

void m2_empty_delete_pump(struct m2_emptier *e)
{
    while (e->queue && m2_pace_wait(&e->pace, e->out->done.in_flight, m2_empty_now(e)) == 0)
        send(e, pop(e));
}

void m2_empty_delete_free(struct m2_emptier *e)
{
    while (e->queue)
        job_end(pop(e));
}
