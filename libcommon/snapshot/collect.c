#include "snapshot/collect.h"

#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "m2/time.h"
#include "snapshot/target.h"

#define STEP_MS 100
#define TELL_SKEW_MS 60000
#define TIME_PASSED "the time limit of the run passed before the answer came"

/* Read back so far where nothing else is said. */
#define DEFAULT_SINCE_MS ((int64_t)7 * 24 * 60 * 60 * 1000)

int64_t m2_collect_since(const struct m2_collect_run *run)
{
    return run->now_ms / 1000 * 1000 - (run->target.since_ms ? run->target.since_ms : DEFAULT_SINCE_MS);
}

/* ---- publish and emit ---- */

static const char *topic_key(struct m2_arena *a, enum m2_topic topic, const char *value)
{
    return m2_arena_printf(a, "%d\x1f%s", (int)topic, value);
}

bool m2_is_published(const struct m2_collect_run *run, enum m2_topic topic, const char *value)
{
    return m2_strmap_find(&run->published, topic_key(run->a, topic, value)) != NULL;
}

static size_t rank_of(const struct m2_collect_run *run, const struct m2_collect_row *row)
{
    for (size_t i = 0; i < run->n_rows; i++)
        if (strcmp(run->rows[i].pub.service, row->pub.service) == 0 &&
            strcmp(run->rows[i].pub.operation, row->pub.operation) == 0)
            return i;
    return (size_t)(row - run->rows);
}

static void tell(struct m2_collect_run *run, const struct m2_call *ended)
{
    if (!run->opt->event)
        return;
    struct m2_collect_event e = { .done = run->done, .running = run->running };
    if (ended) {
        e.service = ended->service;
        e.operation = ended->operation;
    }
    while (run->oldest < run->calls.len && run->calls.at[run->oldest]->finished)
        run->oldest++;
    if (run->oldest < run->calls.len) {
        const struct m2_collected *c = run->calls.at[run->oldest];
        e.waiting_for = m2_arena_printf(run->a, "%s %s", c->call.service, c->call.operation);
        e.waiting_ms = m2_mono_ms(run->opt->sys) - c->started_ms;
    }
    run->opt->event(run->opt->event_user, &e);
}

static void ended(struct m2_collected *c)
{
    struct m2_collect_run *run = c->run;
    c->finished = true;
    run->running--;
    run->running_of[c->rank]--;
    run->done++;
    run->dirty = true;
    m2_follow(run, &c->call);
    tell(run, &c->call);
}

static void on_answer(void *user, const struct m2_aws_answer *answer)
{
    struct m2_collected *c = user;
    struct m2_collect_run *run = c->run;
    if (run->closed || c->finished)
        return;
    c->call.http_status = answer->http_status;
    if (answer->status == M2_AWS_OK) {
        c->call.status = M2_CALL_OK;
        c->call.output = answer->output ? answer->output : m2_v_object(run->a);
    } else {
        c->call.status = M2_CALL_ERROR;
        c->call.code = m2_arena_strdup(run->a, m2_str_or(answer->code, "Unknown"));
        c->call.message = m2_arena_strdup(run->a, m2_str_or(answer->message, ""));
        c->err = answer->err;
    }
    ended(c);
}

static void on_registry_answer(void *user, const struct m2_registry_answer *answer)
{
    static const enum m2_call_status statuses[] = { [M2_REGISTRY_OK] = M2_CALL_OK,
                                                    [M2_REGISTRY_ERROR] = M2_CALL_ERROR,
                                                    [M2_REGISTRY_SKIPPED] = M2_CALL_SKIPPED };
    struct m2_collected *c = user;
    if (c->run->closed || c->finished)
        return;
    c->call.status = statuses[answer->status];
    c->call.http_status = answer->http_status;
    c->call.output = answer->output;
    c->call.code = answer->code;
    c->call.message = c->call.reason = answer->message;
    c->err = answer->err;
    ended(c);
}

static bool on_page(void *user, const struct m2_value *joined)
{
    struct m2_collected *c = user;
    if (c->run->closed)
        return false;
    c->so_far = joined;
    return c->row->more(joined, m2_collect_since(c->run));
}

static bool is_registry(const struct m2_collect_row *row)
{
    return strcmp(row->pub.service, "registry") == 0;
}

static void start_now(void *user)
{
    struct m2_collected *c = user;
    struct m2_collect_run *run = c->run;
    if (run->closed)
        return;
    const struct m2_collect_row *row = c->row;
    struct m2_aws_call call = { .service = row->pub.service,
                                .operation = row->pub.operation,
                                .region = c->call.region,
                                .input = c->call.input,
                                .one_page = row->one_page,
                                .keep = row->keep,
                                .more = row->more ? on_page : NULL };
    c->started_ms = m2_mono_ms(run->opt->sys);
    if (is_registry(row)) {
        m2_registry_start(run->seam->registry, run->a, row->pub.operation, c->call.input, on_registry_answer,
                          c);
        return;
    }
    run->seam->start(run->seam->ctx, run->a, &call, on_answer, c);
}

/* Milliseconds until the next call of ROW may begin: the first `burst` at once, the rest evenly. */
static int64_t pace(struct m2_collect_run *run, const struct m2_collect_row *row)
{
    if (!row->per_second)
        return 0;
    int64_t now = m2_mono_ms(run->opt->sys), interval = 1000 / row->per_second;
    int64_t *next = &run->next_ms[row - run->rows];
    if (*next < now - interval * row->burst)
        *next = now - interval * row->burst;
    *next += interval;
    return *next > now ? *next - now : 0;
}

static void emit(struct m2_collect_run *run, const struct m2_collect_row *row, const char *value)
{
    const char *region = NULL;
    struct m2_value *input = m2_collect_input(run->a, row, value, &region);
    if (!region)
        region = run->seam->region;
    const char *text = m2_json_text(run->a, input);
    const char *key = m2_arena_printf(run->a, "%s\x1f%s\x1f%s\x1f%s", row->pub.service, row->pub.operation,
                                      m2_str_or(region, ""), text);
    bool is_new;
    (void)m2_strmap_at(&run->emitted, run->a, key, &is_new);
    if (!is_new)
        return;
    struct m2_collected *c = m2_arena_alloc(run->a, sizeof *c);
    *c = (struct m2_collected){ .run = run, .row = row, .rank = rank_of(run, row), .input_text = text };
    c->call.service = row->pub.service;
    c->call.operation = row->pub.operation;
    c->call.region = row->global ? NULL : region;
    c->call.input = input;
    c->started_ms = m2_mono_ms(run->opt->sys);
    m2_vec_push(run->a, &run->calls, c);
    run->running++;
    run->running_of[c->rank]++;
    int64_t delay = pace(run, row);
    if (delay)
        m2_net_after(run->opt->net, delay, start_now, c);
    else
        start_now(c);
}

void m2_publish(struct m2_collect_run *run, enum m2_topic topic, const char *value)
{
    if (!value || (!*value && topic != M2_T_START))
        return;
    bool is_new;
    (void)m2_strmap_at(&run->published, run->a, topic_key(run->a, topic, value), &is_new);
    for (size_t i = 0; is_new && i < run->n_rows; i++)
        if (run->chosen[i] && run->rows[i].topic == topic)
            emit(run, &run->rows[i], value);
}

/* ---- the document ---- */

static int by_place(const void *left, const void *right)
{
    const struct m2_collected *l = *(struct m2_collected *const *)left,
                              *r = *(struct m2_collected *const *)right;
    if (l->rank != r->rank)
        return l->rank < r->rank ? -1 : 1;
    int region = strcmp(m2_str_or(l->call.region, ""), m2_str_or(r->call.region, ""));
    return region ? region : strcmp(l->input_text, r->input_text);
}

static struct m2_value *call_value(struct m2_arena *a, const struct m2_collected *c)
{
    static const char *const names[] = { "ok", "error", "skipped" };
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "service", c->call.service);
    m2_v_set_str(a, v, "operation", c->call.operation);
    if (c->call.region)
        m2_v_set_str(a, v, "region", c->call.region);
    m2_v_set(a, v, "input", m2_v_copy(a, c->call.input));
    m2_v_set_str(a, v, "status", names[c->call.status]);
    if (c->call.status == M2_CALL_SKIPPED) {
        m2_v_set_str(a, v, "reason", c->call.reason);
    } else if (c->call.status == M2_CALL_OK) {
        m2_v_set(a, v, "output", (struct m2_value *)(uintptr_t)c->call.output);
    } else {
        struct m2_value *error = m2_v_object(a);
        m2_v_set_str(a, error, "code", c->call.code);
        m2_v_set_str(a, error, "message", c->call.message);
        m2_v_set_int(a, error, "http_status", c->call.http_status);
        m2_v_set(a, v, "error", error);
    }
    return v;
}

/* COUNTS gets what goes there instead. */
static struct m2_value *calls_value(struct m2_collect_run *run, struct m2_value *counts)
{
    struct m2_value *list = m2_v_array(run->a);
    struct m2_collected **sorted = m2_arena_new_array(run->a, struct m2_collected *, run->calls.len);
    size_t n = 0;
    for (size_t i = 0; i < run->calls.len; i++)
        if (run->calls.at[i]->finished)
            sorted[n++] = run->calls.at[i];
    if (n)
        qsort(sorted, n, sizeof *sorted, by_place);
    for (size_t i = 0; i < n; i++)
        m2_v_push(run->a, sorted[i]->row->counts ? counts : list,
                  sorted[i]->row->counts ? m2_bucket_counts(run->a, &sorted[i]->call)
                                         : call_value(run->a, sorted[i]));
    return list;
}

/* What a second or two of travel makes is not worth a field that differs in every run. */
static int64_t worth_telling(int64_t skew_ms)
{
    return skew_ms > TELL_SKEW_MS || skew_ms < -TELL_SKEW_MS ? skew_ms / 1000 * 1000 : 0;
}

struct m2_value *m2_collect_document(struct m2_collect_run *run, bool final)
{
    struct m2_arena *a = run->a;
    struct m2_value *root = m2_v_object(a);
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, run->now_ms / 1000 * 1000);
    m2_v_set_str(a, root, "schema", M2_SNAPSHOT_SCHEMA);
    m2_v_set_str(a, root, "tool", m2_str_or(run->opt->tool, "mode2-toolkit"));
    m2_v_set_str(a, root, "collected_at", iso);
    if (run->account)
        m2_v_set_str(a, root, "account", run->account);
    if (run->seam->region)
        m2_v_set_str(a, root, "region", run->seam->region);
    m2_v_set_bool(a, root, "redacted", false);
    int64_t skew_ms = run->seam->skew_ms ? worth_telling(run->seam->skew_ms(run->seam->ctx)) : 0;
    if (skew_ms)
        m2_v_set_int(a, root, "clock_skew_ms", skew_ms);
    struct m2_target target = run->target;
    if (!final) {
        /* Only what is asked for: the rest is what is to be found out. */
        target = (struct m2_target){ .stack = run->target.stack, .assign_public_ip = -1 };
    }
    m2_v_set(a, root, "target", m2_target_to_value(a, &target));
    struct m2_value *counts = m2_v_array(a);
    m2_v_set(a, root, "calls", calls_value(run, counts));
    if (m2_v_len(counts))
        m2_v_set(a, root, "bucket_counts", counts);
    return root;
}

/* ---- the run ---- */

static void skip(struct m2_collect_run *run)
{
    for (size_t i = 0; i < run->calls.len; i++) {
        struct m2_collected *c = run->calls.at[i];
        if (c->finished)
            continue;
        c->finished = true;
        c->call.status = c->so_far ? M2_CALL_OK : M2_CALL_SKIPPED;
        c->call.output = c->so_far; /* it names the page that did not come */
        c->call.reason = TIME_PASSED;
    }
}

/* Operations that were never reached, because what feeds them did not come in time. */
static void skip_unreached(struct m2_collect_run *run)
{
    bool *reached = m2_arena_new_array(run->a, bool, run->n_rows);
    for (size_t i = 0; i < run->calls.len; i++)
        reached[run->calls.at[i]->rank] = true;
    for (size_t i = 0; i < run->n_rows; i++) {
        size_t rank = rank_of(run, &run->rows[i]);
        if (!run->chosen[i] || reached[rank])
            continue;
        reached[rank] = true;
        struct m2_collected *c = m2_arena_alloc(run->a, sizeof *c);
        *c = (struct m2_collected){ .run = run, .row = &run->rows[i], .rank = rank, .input_text = "{}" };
        c->finished = true;
        c->call = (struct m2_call){ .service = run->rows[i].pub.service,
                                    .operation = run->rows[i].pub.operation,
                                    .region = run->rows[i].global ? NULL : run->seam->region,
                                    .input = m2_v_object(run->a),
                                    .status = M2_CALL_SKIPPED,
                                    .reason = "the time limit of the run passed before its turn came" };
        m2_vec_push(run->a, &run->calls, c);
    }
}

/* A call that ended without an answer was not answered. */
static size_t answered(const struct m2_collect_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->calls.len; i++) {
        const struct m2_collected *c = run->calls.at[i];
        n += c->finished && (c->call.status == M2_CALL_OK || c->call.http_status);
    }
    return n;
}

/* Waits for all calls. Errors: M2_ECANCELLED. */
static int wait_all(struct m2_collect_run *run, bool *timed_out, struct m2_err *err)
{
    const struct m2_collect_options *opt = run->opt;
    for (;;) {
        if (run->dirty) {
            run->dirty = false;
            m2_collect_settle(run);
        }
        /* First: an interrupt ends the calls under way, and none is left then. */
        if (m2_cancelled(opt->sys))
            return m2_fail(err, M2_ECANCELLED, "interrupted: %zu of %zu calls were answered", answered(run),
                           run->calls.len);
        if (!run->running)
            return 0;
        int wait = STEP_MS;
        if (opt->deadline_mono_ms) {
            int64_t left = opt->deadline_mono_ms - m2_mono_ms(opt->sys);
            if (left <= 0) {
                *timed_out = true;
                return 0;
            }
            if (left < wait)
                wait = (int)left;
        }
        bool pending = m2_net_step(opt->net, wait);
        if (!run->dirty)
            tell(run, NULL);
        if (!pending && !run->dirty && run->running)
            return m2_fail(err, M2_EBUG, "%zu calls were never answered, %s %s first", run->running,
                           run->calls.at[run->oldest]->call.service,
                           run->calls.at[run->oldest]->call.operation);
    }
}

/* Credentials that expired in the middle of the run: what was read stands, the rest is missing. */
static int check_lasted(const struct m2_collect_run *run, struct m2_err *err)
{
    for (size_t i = 0; i < run->calls.len; i++) {
        const struct m2_collected *c = run->calls.at[i];
        if (c->call.status == M2_CALL_ERROR && m2_aws_is_expired(c->call.code))
            return m2_fail(err, M2_ECRED, "%s", c->err.msg);
    }
    return 0;
}

/* Did AWS itself answer? A refusal with an AWS code is an answer; a web server's bare 404 or 500 is none. */
static bool aws_answered(const struct m2_collected *c)
{
    const char *code = c->call.code;
    bool bare = m2_str_empty(code) || code[strspn(code, "0123456789")] == '\0';
    return c->call.status == M2_CALL_ERROR && c->call.http_status >= 400 && c->call.http_status < 500 &&
           !bare;
}

/* Was anything at all read? If not, the first call says why. */
static int check_reached(const struct m2_collect_run *run, struct m2_err *err)
{
    const struct m2_collected *first = NULL;
    bool any_answer = false;
    for (size_t i = 0; i < run->calls.len; i++) {
        const struct m2_collected *c = run->calls.at[i];
        if (!first && strcmp(c->call.service, "sts") == 0)
            first = c;
        if (is_registry(c->row)) /* no word of AWS */
            continue;
        if (c->call.status == M2_CALL_OK)
            return check_lasted(run, err);
        any_answer = any_answer || aws_answered(c);
    }
    if (!first || first->call.status != M2_CALL_ERROR)
        return 0;
    switch ((int)first->err.code) {
    case M2_ENET:
    case M2_ETLS:
    case M2_ETIMEOUT:
    case M2_EPROTO:
    case M2_ELIMIT:
    case M2_ESERVICE:
        if (any_answer)
            return 0;
        break;
    case M2_ECRED:
    case M2_ECONFIG:
    case M2_EUSAGE:
    case M2_ECANCELLED:
        break;
    default:
        return 0;
    }
    /* An answer past all bounds is none of AWS's: no limit that the user reached. */
    enum m2_errc code = first->err.code == M2_ELIMIT ? M2_EPROTO : first->err.code;
    return m2_fail(err, code, "%s", first->err.msg);
}

int m2_collect_with(struct m2_snapshot *out, struct m2_arena *a, const struct m2_collect_options *opt,
                    const struct m2_collect_seam *seam, bool *timed_out, struct m2_err *err)
{
    /* In the arena: an answer that comes after the deadline still finds it. */
    struct m2_collect_run *run = m2_arena_alloc(a, sizeof *run);
    *run = (struct m2_collect_run){ .a = a, .opt = opt, .seam = seam, .target = opt->target };
    run->rows = m2_collect_rows(opt->reading, &run->n_rows);
    run->chosen = m2_arena_new_array(a, bool, run->n_rows);
    run->running_of = m2_arena_new_array(a, size_t, run->n_rows);
    run->next_ms = m2_arena_new_array(a, int64_t, run->n_rows);
    run->now_ms = m2_now_ms(opt->sys);
    if (opt->reading == M2_READ_CHECKS)
        m2_collect_select(run->chosen, opt->checks);
    else
        memset(run->chosen, true, run->n_rows * sizeof *run->chosen);
    for (size_t i = 0; i < run->n_rows && !seam->registry; i++)
        run->chosen[i] = run->chosen[i] && !is_registry(&run->rows[i]);
    bool late = false;
    m2_collect_begin(run);
    run->dirty = true;
    int rc = wait_all(run, &late, err);
    run->closed = true;
    if (rc < 0)
        return -1;
    struct m2_err reached = { 0 };
    if (check_reached(run, &reached) < 0 && reached.code != M2_ECRED) {
        *err = reached;
        return -1;
    }
    if (late) {
        skip(run);
        skip_unreached(run);
    }
    if (m2_snapshot_from_value(out, a, m2_collect_document(run, true), "what was collected", err) < 0)
        return -1;
    *timed_out = late;
    if (reached.code == M2_OK)
        return 0;
    *err = reached;
    return -1;
}
