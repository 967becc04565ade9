#include <stdlib.h>
#include <string.h>

#include "aws/client.h"
#include "m2/time.h"

#define SKEW_LIMIT_MS (INT64_C(5) * 60 * 1000)
#define GATE_SPREAD_MS 200
#define CALL_MS (INT64_C(60) * 1000) /* of one page: later no other attempt is begun */

static const struct m2_codec_options plain;

static double random01(const struct m2_aws *c)
{
    uint32_t r = 0;
    c->opt.sys->random(c->opt.sys->ctx, &r, sizeof r);
    return (double)r / 4294967296.0;
}

/* ---- the end of a call ---- */

void m2_run_free(struct m2_run *r)
{
    *r->link = r->next;
    if (r->next)
        r->next->link = r->link;
    if (r->scratch)
        m2_arena_free_wiped(r->scratch);
    m2_arena_free(r->arena);
    free(r);
}

static void finish(struct m2_run *r, struct m2_aws_answer *answer)
{
    answer->attempts = r->attempts;
    answer->elapsed_ms = m2_mono_ms(r->client->opt.sys) - r->began_ms;
    r->done(r->user, answer);
    m2_run_free(r);
}

static void succeed(struct m2_run *r, struct m2_value *output)
{
    struct m2_aws_answer answer = { .status = M2_AWS_OK, .output = output, .http_status = 200 };
    finish(r, &answer);
}

/* TEXT without the "service Operation: " that it may begin with: the sentence names both already. */
static const char *without_name(const struct m2_run *r, const char *text)
{
    const char *name = m2_arena_printf(r->arena, "%s %s: ", r->service_name, r->operation);
    return m2_str_starts(text, name) ? text + strlen(name) : text;
}

void m2_run_fail(struct m2_run *r, const char *code, const char *message, int status,
                 const struct m2_err *err)
{
    const char *fact = without_name(r, err->msg);
    struct m2_aws_answer answer = { .status = M2_AWS_ERROR, .http_status = status };
    answer.code = m2_arena_strdup(r->out, code ? code : m2_aws_transport_code(err->code));
    answer.message = m2_arena_strdup(r->out, message ? message : fact);
    if (err->code == M2_ECANCELLED)
        answer.err = *err;
    else
        (void)m2_fail(&answer.err, err->code, "%s %s in %s: %s", r->service_name, r->operation, r->region,
                      fact);
    finish(r, &answer);
}

void m2_run_fail_service(struct m2_run *r, const struct m2_api_error *e, int status)
{
    struct m2_err err = { 0 };
    struct m2_buf text;
    bool bare = !*e->message && strspn(e->code, "0123456789") == strlen(e->code);
    enum m2_errc class = m2_aws_error_class(e->code, m2_retry_classify(status, e->code, M2_OK));
    size_t room = strlen(e->code) + strlen(e->message) + 4096; /* a buffer that is too small holds nothing */
    m2_buf_init(&text, room);
    if (*e->message)
        m2_buf_addf(&text, "%s: %s", e->code, e->message);
    else if (bare)
        m2_buf_addf(&text, "HTTP status %d without an error that AWS would send", status);
    else
        m2_buf_adds(&text, e->code);
    if (class == M2_ECRED && r->client->have_creds)
        m2_buf_addf(&text, " (credentials from %s)", r->client->creds.source);
    struct m2_buf clean;
    m2_buf_init(&clean, 8 * room);
    m2_term_clean(&clean, text.data, true);
    (void)m2_fail(&err, class, "%s", clean.data);
    m2_buf_free(&clean);
    m2_buf_free(&text);
    m2_run_fail(r, e->code, bare ? NULL : e->message, status, &err);
}

/* ---- waiting ---- */

static struct m2_gate *gate_of(struct m2_run *r, bool make)
{
    struct m2_aws *c = r->client;
    for (struct m2_gate *g = c->gates; g; g = g->next)
        if (m2_str_eq(g->service, r->service_name) && m2_str_eq(g->region, r->region))
            return g;
    if (!make)
        return NULL;
    struct m2_gate *g = m2_arena_alloc(c->arena, sizeof *g);
    *g = (struct m2_gate){ c->gates, m2_arena_strdup(c->arena, r->service_name),
                           m2_arena_strdup(c->arena, r->region), 0 };
    return c->gates = g;
}

static void attempt_now(void *user)
{
    m2_run_attempt(user);
}

static void fail_now(void *user)
{
    struct m2_run *r = user;
    m2_run_fail(r, NULL, NULL, 0, &r->broken);
}

/* True when another attempt is on its way. */
static bool again(struct m2_run *r, enum m2_retry_class class, const struct m2_response *res)
{
    struct m2_aws *c = r->client;
    uint64_t hint = 0;
    const char *after = res ? m2_header_get(res, "x-amz-retry-after") : NULL;
    bool hinted = after && m2_parse_u64(&hint, after, 0, 3600000, "hint", NULL) == 0;
    int64_t delay = m2_retry_next(&r->retry, &c->budget, class, c->max_attempts, random01(c),
                                  hinted ? (int64_t)hint : -1);
    if (delay < 0 || m2_mono_ms(c->opt.sys) + delay - r->page_began_ms > CALL_MS)
        return false;
    if (class == M2_RETRY_THROTTLE) { /* the whole service waits, not this call alone */
        struct m2_gate *g = gate_of(r, true);
        int64_t until = m2_mono_ms(c->opt.sys) + delay;
        g->until_ms = until > g->until_ms ? until : g->until_ms;
    }
    m2_net_after(c->opt.net, delay, attempt_now, r);
    return true;
}

/* ---- answers ---- */

static void on_answer(void *user, const struct m2_exchange *x);

/* Tokens that go round in a circle of any length meet the mark, which moves on at every power of two (Brent).
 */
static bool goes_round(struct m2_run *r, const struct m2_value *next)
{
    if (r->page_mark && m2_v_equal(next, r->page_mark))
        return true;
    if ((r->pages & (r->pages - 1)) == 0)
        r->page_mark = next;
    return false;
}

/* Where an answer is read into: what is not kept goes with the attempt. */
static struct m2_arena *answer_arena(const struct m2_run *r)
{
    return r->keep ? r->scratch : r->out;
}

/* JOINED names the page that would follow; does the caller want it? */
static bool wants_more(struct m2_run *r, const struct m2_value *next)
{
    if (!r->more)
        return true;
    m2_page_mark(r->out, &r->op, r->joined, next);
    return !next || r->more(r->user, r->joined);
}

static void page(struct m2_run *r, struct m2_value *output)
{
    struct m2_err err = { 0 };
    struct m2_value *next = NULL;
    m2_codec_cli_shape(answer_arena(r), &r->op, output);
    r->pages++;
    struct m2_value *kept = r->keep ? r->keep(r->out, output) : output;
    if (r->one_page) {
        succeed(r, kept);
        return;
    }
    if (m2_page_next(&next, r->arena, &r->op, r->input, output, &err) < 0) {
        m2_run_fail(r, NULL, NULL, 200, &err);
        return;
    }
    if (!r->joined)
        r->joined = m2_v_object(r->out);
    m2_page_join(r->out, &r->op, r->joined, kept);
    if (!wants_more(r, next) || !next) {
        succeed(r, r->joined);
    } else if (goes_round(r, next)) {
        (void)m2_fail(&err, M2_EPROTO, "a page token of page %zu was given before: the pages go round",
                      r->pages);
        m2_run_fail(r, NULL, NULL, 200, &err);
    } else if (r->pages >= r->client->opt.max_pages) {
        (void)m2_fail(&err, M2_ELIMIT, "the answer has more than %zu pages", r->pages);
        m2_run_fail(r, NULL, NULL, 200, &err);
    } else {
        r->input = next;
        r->retry = (struct m2_retry_state){ .attempt = 1 };
        r->page_began_ms = m2_mono_ms(r->client->opt.sys);
        if (m2_run_encode(r, &err) < 0)
            m2_run_fail(r, NULL, NULL, 0, &err);
        else
            m2_run_attempt(r);
    }
}

/* Remember the server's clock; is it more than five minutes from what we signed? */
static bool clock_is_off(struct m2_run *r, const struct m2_response *res)
{
    struct m2_aws *c = r->client;
    int64_t server;
    const char *date = m2_header_get(res, "date");
    if (!r->clock_trusted || !date || !m2_time_parse(&server, date))
        return false;
    c->seen_skew_ms = server - m2_now_ms(c->opt.sys);
    int64_t off = server - r->signed_ms;
    return off > SKEW_LIMIT_MS || off < -SKEW_LIMIT_MS;
}

#define SECRET_MIN 8 /* a shorter one is part of ordinary words */

static const char *without(struct m2_run *r, const char *text, const struct m2_secret *secret)
{
    const char *hidden = m2_secret_reveal(secret), *at = NULL;
    if (secret->len < SECRET_MIN || !strstr(text, hidden))
        return text;
    struct m2_buf b;
    m2_buf_init(&b, 2 * strlen(text));
    for (; (at = strstr(text, hidden)) != NULL; text = at + secret->len) {
        m2_buf_add(&b, text, (size_t)(at - text));
        m2_buf_adds(&b, "***");
    }
    m2_buf_adds(&b, text);
    text = m2_arena_strdup(r->arena, b.data);
    m2_buf_free(&b);
    return text;
}

/* A refused signature is answered with the request that was signed, session token included. */
static const char *without_secrets(struct m2_run *r, const char *text)
{
    const struct m2_keys *keys = &r->client->creds.keys;
    return without(r, without(r, text, &keys->secret_access_key), &keys->session_token);
}

static void refused(struct m2_run *r, const struct m2_response *res, bool clock_off)
{
    struct m2_api_error e = { 0 };
    m2_codec_error(&e, r->arena, &r->op, res, &plain);
    e.message = without_secrets(r, e.message);
    if (m2_run_redirect(r, &e, res))
        return;
    if (m2_aws_is_expired(e.code) && m2_run_renew(r))
        return;
    if (clock_off && m2_aws_is_skew(e.code) && !r->skew_fixed) {
        r->skew_fixed = true;
        r->client->used_skew_ms = r->client->seen_skew_ms;
        m2_run_attempt(r);
        return;
    }
    enum m2_retry_class class = m2_retry_classify(res->status, e.code, M2_OK);
    if (e.retryable_throttle)
        class = M2_RETRY_THROTTLE;
    else if (class == M2_RETRY_NOT && e.retryable)
        class = M2_RETRY_TRANSIENT;
    if (!again(r, class, res))
        m2_run_fail_service(r, &e, res->status);
}

/* An empty 200 where the output has a body: the answer was lost on the way. An empty list must not be read
 * out of it. */
static bool is_hollow(const struct m2_run *r, const struct m2_response *res)
{
    const struct m2_value *members = m2_v_get(r->op.output, "members");
    if (res->body.n || res->status != 200 || m2_str_eq(r->wire.method, "HEAD") ||
        m2_v_get(r->op.output, "payload") || !m2_v_is(members, M2_OBJECT))
        return false;
    for (size_t i = 0; i < members->u.object.len; i++)
        if (!m2_v_get(members->u.object.at[i].value, "location"))
            return true;
    return false;
}

static int decode(struct m2_run *r, struct m2_value **output, const struct m2_response *res,
                  struct m2_err *err)
{
    if (is_hollow(r, res))
        return m2_fail(err, M2_EPROTO, "the answer is empty");
    return m2_codec_decode(output, answer_arena(r), &r->op, res, &plain, err);
}

static void accepted(struct m2_run *r, const struct m2_response *res, bool clock_off)
{
    struct m2_err err = { 0 };
    struct m2_value *output = NULL;
    if (decode(r, &output, res, &err) == 0) {
        m2_retry_success(&r->retry, &r->client->budget);
        page(r, output);
    } else if (r->op.service->protocol == M2_PROTO_REST_XML && err.code == M2_EPROTO) {
        struct m2_response failed =
            *res; /* S3 begins a 200 before it knows the end: an <Error> inside counts as 500 */
        failed.status = 500;
        refused(r, &failed, clock_off);
    } else {
        m2_run_fail(r, NULL, NULL, res->status, &err);
    }
}

static void unanswered(struct m2_run *r, const struct m2_exchange *x)
{
    enum m2_retry_class class = m2_retry_classify(0, NULL, x->err.code);
    r->fresh = true;
    if ((r->repeatable || !x->sent) && again(r, class, NULL))
        return;
    struct m2_err err = x->err;
    if (class != M2_RETRY_NOT && x->sent && !r->repeatable)
        (void)m2_fail(&err, x->err.code,
                      "%.300s; whether it took effect is not known, so it was not sent again", x->err.msg);
    m2_run_fail(r, NULL, NULL, 0, &err);
}

static void on_answer(void *user, const struct m2_exchange *x)
{
    struct m2_run *r = user;
    r->attempts++;
    if (!x->ok) {
        unanswered(r, x);
        return;
    }
    bool clock_off = clock_is_off(r, &x->response);
    if (x->response.status >= 200 && x->response.status <= 300)
        accepted(r, &x->response, clock_off);
    else
        refused(r, &x->response, clock_off);
}

/* ---- attempts ---- */

void m2_run_attempt(struct m2_run *r)
{
    struct m2_aws *c = r->client;
    struct m2_err err = { 0 };
    if (m2_cancelled(c->opt.sys)) {
        (void)m2_fail(&err, M2_ECANCELLED, "interrupted");
        m2_run_fail(r, NULL, NULL, 0, &err);
        return;
    }
    const struct m2_gate *g = gate_of(r, false);
    int64_t now = m2_mono_ms(c->opt.sys);
    if (g && g->until_ms > now && r->retry.attempt == 1) {
        m2_net_after(c->opt.net, g->until_ms - now + (int64_t)(random01(c) * GATE_SPREAD_MS), attempt_now, r);
        return;
    }
    if (!r->op.unsigned_call && !m2_run_has_creds(r))
        return;
    if (m2_run_build(r, &err) < 0)
        m2_run_fail(r, NULL, NULL, 0, &err);
    else
        m2_net_send(c->opt.net, &r->req, on_answer, r);
}

void m2_run_begin(struct m2_run *r)
{
    struct m2_aws *c = r->client;
    r->retry.attempt = 1;
    if (r->broken.code != M2_OK)
        m2_net_after(c->opt.net, 0, fail_now, r);
    else
        m2_net_after(c->opt.net, 0, attempt_now, r);
}
