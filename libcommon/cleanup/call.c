/* One call: asked or, in the journal, changing something. */
#include "cleanup/teardown.h"

#include "m2/model.h"

#define STEP_MS 250

void m2_teardown_tell(struct m2_teardown_run *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (x->opt->tell)
        x->opt->tell(x->opt->user, m2_arena_vprintf(x->a, fmt, ap));
    va_end(ap);
}

void m2_teardown_progress(struct m2_teardown_run *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (x->opt->progress)
        x->opt->progress(x->opt->user, m2_arena_vprintf(x->a, fmt, ap));
    va_end(ap);
}

int m2_teardown_note(struct m2_teardown_run *x, const char *step, const char *resource,
                     enum m2_step_state state, const char *reason, struct m2_err *err)
{
    return m2_journal_write(x->opt->journal, step, resource, state, reason, err);
}

int m2_teardown_may_go_on(struct m2_teardown_run *x, struct m2_err *err)
{
    if (m2_cancelled(x->opt->sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted");
    if (x->opt->deadline_mono_ms && m2_mono_ms(x->opt->sys) >= x->opt->deadline_mono_ms)
        return m2_fail(err, M2_ETIMEOUT, "the time of the run (--timeout) was over");
    return 0;
}

/* ---- waiting ---- */

int m2_teardown_wait(struct m2_teardown_run *x, int64_t ms, struct m2_err *err)
{
    int64_t left = x->opt->deadline_mono_ms ? x->opt->deadline_mono_ms - m2_mono_ms(x->opt->sys) : ms;
    m2_net_pause(x->opt->net, left < ms ? left : ms);
    return m2_teardown_may_go_on(x, err);
}

/* ---- a call ---- */

struct pending {
    bool done;
    struct m2_aws_answer answer;
};

static void on_answer(void *user, const struct m2_aws_answer *answer)
{
    struct pending *p = user;
    p->answer = *answer;
    p->done = true;
}

/* "There is none": what was to be deleted is not there. A denial is never this. */
static bool is_gone(const struct m2_aws_answer *answer)
{
    static const char *const codes[] = { "NoSuchUpload",
                                         "NoSuchBucket",
                                         "NotFound",
                                         "404",
                                         "ClusterNotFoundException",
                                         "ExecutionDoesNotExist",
                                         "StateMachineDoesNotExist",
                                         "NoSuchEntity",
                                         "RepositoryNotFoundException",
                                         "ResourceNotFoundException" };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(answer->code, codes[i]))
            return true;
    return !m2_aws_is_denied(answer->code) && m2_code_not_found(answer->code, answer->message);
}

static enum m2_said ask(const struct m2_value **out, struct m2_teardown_run *x,
                        const struct m2_aws_call *call, struct m2_err *err)
{
    struct pending *p = m2_arena_alloc(x->a, sizeof *p);
    x->seam->start(x->seam->ctx, x->a, call, on_answer, p);
    while (!p->done)
        if (!m2_net_step(x->opt->net, STEP_MS) && !p->done) {
            (void)m2_fail(err, M2_EBUG, "%s %s was never answered", call->service, call->operation);
            return M2_SAID_NO;
        }
    if (p->answer.status == M2_AWS_OK) {
        *out = p->answer.output;
        return M2_SAID_YES;
    }
    if (is_gone(&p->answer))
        return M2_SAID_GONE;
    *err = p->answer.err;
    return M2_SAID_NO;
}

enum m2_said m2_teardown_ask(const struct m2_value **out, struct m2_teardown_run *x, const char *service,
                             const char *operation, const struct m2_value *input, struct m2_err *err)
{
    const struct m2_aws_call call = { .service = service, .operation = operation, .input = input };
    return ask(out, x, &call, err);
}

enum m2_said m2_teardown_ask_page(const struct m2_value **out, struct m2_teardown_run *x, const char *service,
                                  const char *operation, const struct m2_value *input, struct m2_err *err)
{
    const struct m2_aws_call call = {
        .service = service, .operation = operation, .input = input, .one_page = true
    };
    return ask(out, x, &call, err);
}

enum m2_said m2_teardown_ask_change(const struct m2_value **out, struct m2_teardown_run *x,
                                    const char *service, const char *operation, const struct m2_value *input,
                                    struct m2_err *err)
{
    const struct m2_aws_call call = {
        .service = service, .operation = operation, .input = input, .one_page = true, .finish = true
    };
    return ask(out, x, &call, err);
}

bool m2_teardown_fatal(const struct m2_err *err)
{
    switch (err->code) {
    case M2_ECRED:
    case M2_ENET:
    case M2_ETLS:
    case M2_ETIMEOUT:
    case M2_ECANCELLED:
    case M2_ECONFIG:
    case M2_EUSAGE:
    case M2_EIO:
    case M2_EBUG:
    case M2_EPROTO:
    case M2_ETHROTTLE:
        return true;
    case M2_OK:
    case M2_EINPUT:
    case M2_ENOTFOUND:
    case M2_ELIMIT:
    case M2_ELOGIN:
    case M2_EDENIED:
    case M2_ESERVICE:
    case M2_ERRC_COUNT:
        return false;
    }
    return true;
}

int m2_teardown_change(enum m2_said *said, struct m2_teardown_run *x, const char *step, const char *resource,
                       const char *service, const char *operation, const struct m2_value *input,
                       struct m2_err *why, struct m2_err *err)
{
    const struct m2_value *out = NULL;
    struct m2_err refused = { 0 };
    if (m2_teardown_may_go_on(x, err) < 0 ||
        m2_teardown_note(x, step, resource, M2_STEP_STARTED, NULL, err) < 0)
        return -1;
    *said = m2_teardown_ask_change(&out, x, service, operation, input, &refused);
    if (*said == M2_SAID_NO && m2_teardown_fatal(&refused)) /* it may have acted: the step stays open */
        return m2_fail(err, refused.code, "%s", refused.msg);
    if (m2_teardown_note(x, step, resource, *said == M2_SAID_NO ? M2_STEP_FAILED : M2_STEP_DONE,
                         *said == M2_SAID_NO     ? refused.msg
                         : *said == M2_SAID_GONE ? "there was none"
                                                 : NULL,
                         err) < 0)
        return -1;
    if (why)
        *why = refused;
    return 0;
}
