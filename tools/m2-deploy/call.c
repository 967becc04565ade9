/* One call to CloudFormation, waiting, and the questions to the user. */
#include <stdarg.h>
#include <string.h>

#include "deploy.h"

static const struct m2_value *ask(struct deploy *d, struct m2_aws_answer *answer,
                                  const struct m2_aws_call *call)
{
    m2_aws_ask(answer, d->arena, d->v.session.aws, call);
    return answer->status == M2_AWS_OK ? answer->output : NULL;
}

const struct m2_value *deploy_ask(struct deploy *d, struct m2_aws_answer *answer, const char *operation,
                                  const struct m2_value *input)
{
    const struct m2_aws_call call = { .service = "cloudformation", .operation = operation, .input = input };
    return ask(d, answer, &call);
}

const struct m2_value *deploy_change(struct deploy *d, struct m2_aws_answer *answer, const char *operation,
                                     const struct m2_value *input)
{
    const struct m2_aws_call call = { .service = "cloudformation",
                                      .operation = operation,
                                      .input = input,
                                      .one_page = true,
                                      .repeatable = true,
                                      .finish = true };
    return ask(d, answer, &call);
}

bool deploy_is_gone(const struct m2_aws_answer *answer)
{
    return answer->status == M2_AWS_ERROR && !m2_aws_is_denied(answer->code) &&
           (m2_code_not_found(answer->code, answer->message) ||
            m2_str_starts(answer->code, "ChangeSetNotFound"));
}

int deploy_wait(struct deploy *d, int64_t ms, const char *goes_on, struct m2_err *err)
{
    if (verify_sleep(&d->v, ms, "waiting", err) < 0)
        return m2_fail(err, err->code, "interrupted; %s", goes_on);
    return d->v.timed_out ? m2_fail(err, M2_ETIMEOUT, "the time of the run (--timeout) was over; %s", goes_on)
                          : 0;
}

void deploy_say(struct deploy *d, const char *fmt, ...)
{
    struct m2_buf b;
    va_list ap;
    if (d->args->verify.common.quiet)
        return;
    m2_buf_init(&b, (size_t)4 << 20);
    va_start(ap, fmt);
    const char *text = m2_arena_vprintf(d->arena, fmt, ap);
    va_end(ap);
    const char *rest = text;
    while (rest) { /* line by line: foreign text is cleaned */
        const char *line = m2_str_cut(d->arena, rest, '\n', &rest);
        m2_term_clean(&b, line, true);
        if (rest)
            m2_buf_addc(&b, '\n');
    }
    m2_progress_clear(d->v.progress);
    (void)fwrite(b.data, 1, b.len, stderr);
    m2_buf_free(&b);
}

int deploy_consent(bool *yes, struct deploy *d, const char *question, struct m2_err *err)
{
    const char *typed = NULL;
    struct m2_err asked = { 0 };
    *yes = d->args->yes;
    if (*yes)
        return 0;
    m2_progress_clear(d->v.progress);
    if (m2_prompt_line(&typed, d->arena, m2_arena_printf(d->arena, "%s [y/N] ", question), &asked) < 0)
        return asked.code == M2_EUSAGE
                   ? m2_fail(err, M2_EUSAGE, "there is no terminal to ask: \"%s\"; --yes answers it",
                             question)
                   : m2_fail(err, asked.code, "%s", asked.msg);
    *yes = m2_str_eq_ci(typed, "y") || m2_str_eq_ci(typed, "yes");
    return 0;
}
