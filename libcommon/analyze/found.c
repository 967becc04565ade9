#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "m2/aws.h"
#include "m2/check.h"
#include "m2/json.h"
#include "m2/str.h"

#define MAX_EVIDENCE_BYTES 400
#define MAX_WORD_BYTES 40 /* so far back a cut looks for the end of a word */

/* What a finding without a resource is about. */
static const char *whole(const struct m2_check_run *r)
{
    const char *stack = r->snap->target.stack;
    bool account = m2_str_eq(r->check->area, "identity") || m2_str_eq(r->check->area, "network");
    return account || m2_str_empty(stack) ? "account" : stack;
}

struct m2_finding *m2_found(struct m2_check_run *r, enum m2_status status, const char *resource,
                            const char *cause)
{
    struct m2_finding *f = m2_arena_alloc(r->arena, sizeof *f);
    const struct m2_cause *row = m2_cause_find(cause);
    f->id = r->check->id;
    f->area = r->check->area;
    f->resource = m2_arena_strdup(r->arena, m2_str_empty(resource) ? whole(r) : resource);
    f->cause = m2_arena_strdup(r->arena, cause);
    f->status = status;
    f->title = row ? row->title : r->check->title;
    f->detail = "";
    f->count = 1;
    if (row && (status == M2_FAIL || status == M2_WARN)) {
        f->fix_text = row->fix;
        if (row->docs)
            m2_vec_push(r->arena, &f->docs, row->docs);
    }
    f->uid = m2_arena_printf(r->arena, "%s/%s", f->id, f->resource); /* made unique when the check is done */
    m2_vec_push(r->arena, &r->out->list, f);
    return f;
}

#define SAY(field)                                                                                           \
    do {                                                                                                     \
        va_list ap;                                                                                          \
        va_start(ap, fmt);                                                                                   \
        f->field = m2_arena_vprintf(r->arena, fmt, ap);                                                      \
        va_end(ap);                                                                                          \
    } while (0)

void m2_found_detail(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...)
{
    SAY(detail);
    size_t n = strlen(f->detail);
    bool list = strchr(f->detail, '\n') != NULL;
    if (n && !list && (isalnum((unsigned char)f->detail[n - 1]) || f->detail[n - 1] == ')'))
        f->detail = m2_arena_printf(r->arena, "%s.", f->detail); /* where another's message ends without */
}

void m2_found_title(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...)
{
    SAY(title);
}

void m2_found_fix(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...)
{
    SAY(fix_text);
}

void m2_found_command(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *command = m2_arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    m2_vec_push(r->arena, &f->commands, command);
}

/* At most MAX_EVIDENCE_BYTES, cut after a word or, in long ones, between characters. */
static const char *shorten(struct m2_arena *a, const char *s)
{
    size_t n = strlen(s);
    if (n <= MAX_EVIDENCE_BYTES)
        return s;
    n = MAX_EVIDENCE_BYTES - 3;
    while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    size_t word = n;
    while (word && word + MAX_WORD_BYTES > n && s[word] != ' ')
        word--;
    return m2_arena_printf(a, "%.*s...", (int)(word && s[word] == ' ' ? word : n), s);
}

/* "AccessDenied: User … is not authorized …"; S3 answers a HEAD with a bare "404". */
static const char *refusal(struct m2_arena *a, const struct m2_call *call)
{
    const char *code = m2_str_or(call->code, "error"), *message = m2_str_or(call->message, "");
    const char *kind = strspn(code, "0123456789") == strlen(code) ? "HTTP " : "";
    return m2_arena_printf(a, "%s%s%s%s", kind, code, *message ? ": " : "", message);
}

void m2_found_evidence(struct m2_check_run *r, struct m2_finding *f, const struct m2_call *call,
                       const char *path, const struct m2_value *value)
{
    struct m2_evidence e = { 0 };
    if (!call)
        return;
    e.call =
        m2_arena_printf(r->arena, "%s:%s", m2_str_or(call->service, "?"), m2_str_or(call->operation, "?"));
    e.path = m2_arena_strdup(r->arena, m2_str_or(path, ""));
    if (value)
        e.value = shorten(r->arena, m2_json_text(r->arena, value));
    else if (call->status == M2_CALL_ERROR)
        e.value = shorten(r->arena, refusal(r->arena, call));
    else
        e.value = m2_str_or(call->reason, "");
    m2_vec_push(r->arena, &f->evidence, e);
}

#define ADD_ONCE(list)                                                                                       \
    do {                                                                                                     \
        bool known = m2_str_empty(resource);                                                                 \
        for (size_t i = 0; i < f->list.len && !known; i++)                                                   \
            known = m2_str_eq(f->list.at[i], resource);                                                      \
        if (!known)                                                                                          \
            m2_vec_push(r->arena, &f->list, m2_arena_strdup(r->arena, resource));                            \
    } while (0)

void m2_found_about(struct m2_check_run *r, struct m2_finding *f, const char *resource)
{
    ADD_ONCE(about);
}

void m2_found_either(struct m2_check_run *r, struct m2_finding *f, const char *resource)
{
    ADD_ONCE(either);
}

/* A call that was allowed and failed, or that nobody made, needs no right: it needs another run. */
static bool is_refused(const struct m2_call *call)
{
    return !call || call->status == M2_CALL_OK ||
           (call->status == M2_CALL_ERROR && (m2_aws_is_denied(call->code) || call->http_status == 403));
}

struct m2_finding *m2_found_unseen(struct m2_check_run *r, const char *resource, const struct m2_look *look)
{
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, resource, NULL);
    f->detail = m2_arena_strdup(r->arena, m2_str_or(look->why, "The account did not answer."));
    f->missing_right = m2_arena_strdup(r->arena, look->right);
    if (look->call)
        m2_found_evidence(r, f, look->call, "", NULL);
    f->refused = f->missing_right && is_refused(look->call);
    if (f->refused)
        m2_found_fix(r, f, "Let your user or role call %s, then run this again.", f->missing_right);
    else if (f->missing_right)
        m2_found_fix(r, f, "Run this again; %s was not answered this time.", f->missing_right);
    return f;
}

struct m2_finding *m2_found_skip(struct m2_check_run *r, const char *resource, const char *fmt, ...)
{
    struct m2_finding *f = m2_found(r, M2_SKIP, resource, NULL);
    SAY(detail);
    return f;
}

struct m2_finding *m2_found_pass(struct m2_check_run *r, const char *resource, const char *fmt, ...)
{
    struct m2_finding *f = m2_found(r, M2_PASS, resource, NULL);
    SAY(detail);
    return f;
}
