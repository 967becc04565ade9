/* What an exchange with Brain means: done, refused and why, or not known. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "brain/client.h"
#include "brain/unit.h"
#include "m2/json.h"
#include "m2/time.h"

#define MOST_SAID 300

static const struct m2_brain_fault_row faults[M2_BRAIN_FAULTS] = {
    [M2_BRAIN_OK] = { "ok", NULL, M2_OK },
    [M2_BRAIN_UNREACHED] = { "unreachable", "brain.unreachable", M2_OK },
    [M2_BRAIN_TLS] = { "tls", "brain.tls", M2_ETLS },
    [M2_BRAIN_WRONG_URL] = { "wrong-url", "brain.wrong-url", M2_EPROTO },
    [M2_BRAIN_LOGIN] = { "login-refused", "brain.login-refused", M2_ELOGIN },
    [M2_BRAIN_EXPIRED] = { "token-expired", "brain.token-expired", M2_ELOGIN },
    [M2_BRAIN_NOT_ADMIN] = { "not-admin", "brain.not-admin", M2_ELOGIN },
    [M2_BRAIN_REFUSED] = { "refused", NULL, M2_ESERVICE },
    [M2_BRAIN_ROLE_FAULT] = { "role-fault", "brain.role", M2_ESERVICE },
    [M2_BRAIN_LOST] = { "answer-lost", "brain.unreachable", M2_OK },
    [M2_BRAIN_BROKEN] = { "broken", "brain.unreachable", M2_ESERVICE },
    [M2_BRAIN_STOPPED] = { "stopped", NULL, M2_OK },
};

const struct m2_brain_fault_row *m2_brain_faults(void)
{
    return faults;
}

void m2_brain_say(struct m2_brain_answer *out, enum m2_brain_fault fault, enum m2_brain_op op,
                  const char *fmt, ...)
{
    char why[sizeof out->err.msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    enum m2_errc code = faults[fault].code != M2_OK ? faults[fault].code : out->err.code;
    out->fault = fault;
    (void)m2_fail(&out->err, code, "CloudMR Brain, %s: %s", m2_brain_ops()[op].doing, why);
}

/* ---- text of the server ---- */

static void hide(struct m2_buf *b, const struct m2_secret *s)
{
    char *at = b->data;
    if (s->len < 4) /* anything would hold it */
        return;
    while ((at = strstr(at, m2_secret_reveal(s))) != NULL) {
        memmove(at + 3, at + s->len, strlen(at + s->len) + 1);
        memcpy(at, "***", 3);
        b->len -= s->len - 3;
        at += 3;
    }
}

const char *m2_brain_clean(struct m2_arena *a, const struct m2_brain *b, const char *text, size_t most)
{
    struct m2_buf raw, clean;
    m2_buf_init(&raw, (size_t)1 << 20);
    m2_buf_init(&clean, (size_t)4 << 20);
    m2_buf_adds(&raw, text);
    hide(&raw, &b->token);
    hide(&raw, &b->password);
    m2_term_clean(&clean, raw.data, true);
    size_t n = clean.len;
    while (n > most || (n && n < clean.len && ((unsigned char)clean.data[n] & 0xc0) == 0x80))
        n--;
    const char *s = m2_arena_printf(a, "%.*s%s", (int)n, clean.data, n < clean.len ? "\xe2\x80\xa6" : "");
    m2_wipe(raw.data, raw.len);
    m2_buf_free(&raw);
    m2_buf_free(&clean);
    return m2_str_trim(a, s);
}

/* The text of <title>, or NULL. */
static const char *title_of(struct m2_arena *a, struct m2_bytes body)
{
    const char *open = body.n ? strcasestr(body.p, "<title") : NULL;
    const char *from = open ? strchr(open, '>') : NULL;
    const char *to = from ? strchr(from, '<') : NULL;
    return to && to > from + 1 ? m2_arena_strndup(a, from + 1, (size_t)(to - from - 1)) : NULL;
}

/* The server's own words, whichever member holds them; NULL when none. */
static const char *message_of(const struct m2_value *v)
{
    static const char *const names[] = { "message", "error", "errorMessage", "detail" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct m2_value *m = m2_brain_member(v, names[i]);
        const char *s = m2_v_is(m, M2_OBJECT) ? m2_brain_text(m, "message") : m2_v_text(m);
        if (!m2_str_empty(s))
            return s;
    }
    return NULL;
}

/* ---- the rules ---- */

struct reading {
    struct m2_brain_answer *out;
    struct m2_arena *a;
    const struct m2_brain *b;
    enum m2_brain_op op;
    const struct m2_response *res;
    const struct m2_value *body; /* NULL when it is not JSON */
    const char *said;            /* "" */
};

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

static void unreadable(struct reading *r)
{
    struct m2_bytes body = r->res->body;
    const char *title = title_of(r->a, body);
    size_t blank = body.n ? strspn(body.p, " \t\r\n") : 0;
    bool html = body.n > blank && body.p[blank] == '<';
    const char *what = html ? "a web page" : body.n > blank ? "no JSON" : "nothing";
    const char *named =
        title ? m2_arena_printf(r->a, " (\"%s\")", m2_brain_clean(r->a, r->b, title, 80)) : "";
    if (r->res->status >= 500)
        m2_brain_say(r->out, M2_BRAIN_BROKEN, r->op, "the server failed with HTTP %d, %s%s came",
                     r->res->status, what, named);
    else if (html || r->res->status == 404)
        m2_brain_say(r->out, M2_BRAIN_WRONG_URL, r->op,
                     "%s%s came with HTTP %d instead of an answer; is %s the address of the API?", what,
                     named, r->res->status, r->b->base);
    else
        m2_brain_say(r->out, M2_BRAIN_BROKEN, r->op, "%s came with HTTP %d instead of an answer", what,
                     r->res->status);
}

static void redirected(struct reading *r)
{
    struct m2_buf where;
    m2_buf_init(&where, 400);
    m2_mask_url(&where, m2_str_or(m2_header_get(r->res, "location"), "nowhere"));
    m2_brain_say(r->out, M2_BRAIN_WRONG_URL, r->op,
                 "%s redirects to %s (HTTP %d); give the address itself with --api-url", r->b->base,
                 m2_brain_clean(r->a, r->b, where.data, 200), r->res->status);
    m2_buf_free(&where);
}

static const char *expiry(struct m2_arena *a, int64_t ms)
{
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, ms);
    return m2_arena_strdup(a, iso);
}

/* 401, 403, and their like: the token explains itself. */
static void not_let_in(struct reading *r)
{
    const struct m2_claims *c = &r->b->claims;
    const char *said = *r->said ? r->said : "no reason was given";
    if (r->op == M2_BRAIN_OP_LOGIN)
        m2_brain_say(r->out, M2_BRAIN_LOGIN, r->op, "the e-mail or the password is refused: %s", said);
    else if ((c->expires_ms && c->expires_ms <= m2_now_ms(r->b->opt.sys)) || m2_str_has_ci(said, "expired"))
        m2_brain_say(r->out, M2_BRAIN_EXPIRED, r->op, "the token has expired%s%s: %s",
                     c->expires_ms ? " at " : "", c->expires_ms ? expiry(r->a, c->expires_ms) : "", said);
    else if (m2_str_has_ci(said, "admin") ||
             (r->res->status == 403 && c->has_groups && !c->admin && m2_brain_ops()[r->op].writes))
        m2_brain_say(r->out, M2_BRAIN_NOT_ADMIN, r->op, "this login is not in the group Admins: %s", said);
    else
        m2_brain_say(r->out, M2_BRAIN_LOGIN, r->op, "the token is refused: %s", said);
}

static bool says_login(const char *said)
{
    static const char *const words[] = { "Unauthorized", "Forbidden", "token has expired", "Invalid token",
                                         "invalid credentials" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (m2_str_has_ci(said, words[i]))
            return true;
    return false;
}

/* DynamoDB: "Invalid UpdateExpression: Two document paths overlap … [crossAccountRoleArn]". */
static bool is_role_fault(const struct reading *r)
{
    const char *whole = m2_str_or(message_of(r->body), "");
    return r->op == M2_BRAIN_OP_REGISTER && strstr(whole, "UpdateExpression") &&
           strstr(whole, "crossAccountRole");
}

/* The server's words say no, or its status does. */
static bool is_refusal(const struct reading *r)
{
    const struct m2_value *success = m2_brain_member(r->body, "success");
    if (!is_success(r->res->status) || m2_str_eq(m2_brain_text(r->body, "success"), "false"))
        return true;
    return !success && (m2_brain_member(r->body, "error") || m2_brain_member(r->body, "errorMessage"));
}

static void refused(struct reading *r)
{
    int status = r->res->status;
    const char *said = *r->said ? r->said : "no reason was given";
    if (is_role_fault(r))
        m2_brain_say(r->out, M2_BRAIN_ROLE_FAULT, r->op, "its known fault with the cross-account role: %s",
                     said);
    else if (strstr(said, "Missing Authentication Token") ||
             (status == 404 && m2_str_eq_ci(said, "Not Found")))
        m2_brain_say(r->out, M2_BRAIN_WRONG_URL, r->op,
                     "there is no such path (HTTP %d, \"%s\"); is %s the address of the API?", status, said,
                     r->b->base);
    else if (status == 401 || status == 403 || (status < 500 && says_login(said)) ||
             (r->op == M2_BRAIN_OP_LOGIN && status < 500 && status != 429))
        not_let_in(r);
    else if (status >= 500 || m2_brain_member(r->body, "errorMessage"))
        m2_brain_say(r->out, M2_BRAIN_BROKEN, r->op, "the server failed with HTTP %d: %s", status, said);
    else
        m2_brain_say(r->out, M2_BRAIN_REFUSED, r->op, "it says no (HTTP %d): %s", status, said);
}

static void no_answer(struct m2_brain_answer *out, const struct m2_brain *b, enum m2_brain_op op,
                      const struct m2_exchange *x)
{
    out->err = x->err;
    if (x->err.code == M2_ETLS)
        m2_brain_say(out, M2_BRAIN_TLS, op, "%s", x->err.msg);
    else if (x->err.code == M2_ECANCELLED)
        m2_brain_say(out, M2_BRAIN_STOPPED, op, "%s", x->err.msg);
    else if (!x->sent)
        m2_brain_say(out, M2_BRAIN_UNREACHED, op, "%s cannot be reached: %s", b->base, x->err.msg);
    else
        m2_brain_say(out, M2_BRAIN_LOST, op, "the answer was lost: %s", x->err.msg);
    out->may_have_acted = x->sent && m2_brain_ops()[op].writes;
}

void m2_brain_judge(struct m2_brain_answer *out, const struct m2_value **body, struct m2_arena *a,
                    const struct m2_brain *b, enum m2_brain_op op, const struct m2_exchange *x)
{
    *out = (struct m2_brain_answer){ .message = "", .elapsed_ms = x->elapsed_ms };
    *body = NULL;
    if (!x->ok) {
        no_answer(out, b, op, x);
        return;
    }
    struct m2_value *v = NULL;
    struct reading r = { .out = out, .a = a, .b = b, .op = op, .res = &x->response, .said = "" };
    out->http_status = x->response.status;
    bool json = m2_json_parse(&v, a, x->response.body, "answer", NULL) == 0;
    bool blank = strspn(m2_str_or(x->response.body.p, ""), " \t\r\n") == x->response.body.n;
    if (json) {
        *body = r.body = v;
        r.said = m2_brain_clean(a, b, m2_str_or(message_of(v), ""), MOST_SAID);
        out->message = r.said;
    }
    if (out->http_status >= 300 && out->http_status < 400)
        redirected(&r);
    else if (!json && !(blank && op == M2_BRAIN_OP_DELETE && is_success(out->http_status)))
        unreadable(&r);
    else if (json && is_refusal(&r))
        refused(&r);
    /* A page with 200 comes from somebody between here and the server, who may have let the request through.
     */
    bool page = !json && is_success(out->http_status) && out->fault == M2_BRAIN_WRONG_URL;
    out->may_have_acted = m2_brain_ops()[op].writes &&
                          (page || out->fault == M2_BRAIN_BROKEN || out->fault == M2_BRAIN_ROLE_FAULT);
}
