#include <string.h>

#include "aws/expr.h"
#include "m2/codec.h"

int m2_waiter_find(struct m2_waiter *out, const struct m2_service *s, const char *name, struct m2_err *err)
{
    const struct m2_value *def = name ? m2_v_get(m2_v_get(s->root, "waiters"), name) : NULL;
    struct m2_waiter w = { .acceptors = m2_v_get(def, "acceptors") };
    if (!w.acceptors)
        return m2_fail(err, M2_EBUG, "the model of %s has no waiter '%s'", s->name, m2_str_or(name, ""));
    if (m2_model_op(&w.op, s, m2_v_str(def, "operation"), err) != 0)
        return -1;
    w.delay_s = (int)m2_v_int_or(def, "delay", 5);
    w.max_attempts = (int)m2_v_int_or(def, "maxAttempts", 20);
    *out = w;
    return 0;
}

struct tally {
    const struct m2_value *expected;
    size_t seen, equal;
};

static void tally(void *user, const struct m2_value *v)
{
    struct tally *t = user;
    t->seen++;
    t->equal += m2_v_equal(v, t->expected);
}

/* Selects the acceptor's argument from an answer? */
static bool path_matches(const struct m2_value *acceptor, const struct m2_value *output, const char *matcher)
{
    struct tally t = { .expected = m2_v_get(acceptor, "expected") };
    const char *argument = m2_str_or(m2_v_str(acceptor, "argument"), "");
    bool holds;
    if (m2_expr_length(output, argument, &holds))
        return m2_v_is(t.expected, M2_BOOL) && t.expected->u.boolean == holds;
    if (!m2_expr_each(output, argument, tally, &t) || t.seen == 0)
        return false;
    return strcmp(matcher, "pathAny") == 0 ? t.equal > 0 : t.equal == t.seen;
}

static bool matches(const struct m2_value *acceptor, const struct m2_value *output, int http_status,
                    const char *error_code)
{
    const char *matcher = m2_str_or(m2_v_str(acceptor, "matcher"), "");
    const struct m2_value *expected = m2_v_get(acceptor, "expected");
    int64_t status;
    if (strcmp(matcher, "status") == 0)
        return m2_v_to_int(expected, &status) && status == http_status;
    if (strcmp(matcher, "error") == 0) {
        if (m2_v_is(expected, M2_BOOL)) /* any error, or none */
            return expected->u.boolean == (error_code != NULL);
        return error_code && m2_str_eq(m2_v_text(expected), error_code);
    }
    return !error_code && path_matches(acceptor, output, matcher);
}

enum m2_wait_state m2_waiter_state(const struct m2_waiter *w, const struct m2_value *output, int http_status,
                                   const char *error_code)
{
    const struct m2_value *acceptor;
    m2_v_each(acceptor, i, w->acceptors)
    {
        if (!matches(acceptor, output, http_status, error_code))
            continue;
        const char *state = m2_str_or(m2_v_str(acceptor, "state"), "");
        return strcmp(state, "success") == 0   ? M2_WAIT_SUCCESS
               : strcmp(state, "failure") == 0 ? M2_WAIT_FAILURE
                                               : M2_WAIT_RETRY;
    }
    return error_code ? M2_WAIT_FAILURE : M2_WAIT_RETRY;
}
