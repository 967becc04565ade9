#include <criterion/criterion.h>

#include "m2/retry.h"
#include "m2/str.h"

Test(retry, classes)
{
    static const struct {
        int status;
        const char *code;
        enum m2_errc transport;
        enum m2_retry_class want;
    } cases[] = {
        { 500, "500", M2_OK, M2_RETRY_TRANSIENT },
        { 502, NULL, M2_OK, M2_RETRY_TRANSIENT },
        { 503, "SlowDown", M2_OK, M2_RETRY_THROTTLE },
        { 503, "ServiceUnavailable", M2_OK, M2_RETRY_TRANSIENT },
        { 504, "504", M2_OK, M2_RETRY_TRANSIENT },
        { 501, "NotImplemented", M2_OK, M2_RETRY_NOT },
        { 400, "ThrottlingException", M2_OK, M2_RETRY_THROTTLE },
        { 400, "RequestLimitExceeded", M2_OK, M2_RETRY_THROTTLE },
        { 400, "RequestTimeout", M2_OK, M2_RETRY_TRANSIENT },
        { 400, "IDPCommunicationError", M2_OK, M2_RETRY_TRANSIENT },
        { 400, "throttling", M2_OK, M2_RETRY_NOT },
        { 429, "429", M2_OK, M2_RETRY_NOT },
        { 403, "AccessDenied", M2_OK, M2_RETRY_NOT },
        { 0, NULL, M2_ENET, M2_RETRY_TRANSIENT },
        { 0, NULL, M2_ETIMEOUT, M2_RETRY_TRANSIENT },
        { 0, NULL, M2_ETLS, M2_RETRY_NOT },
        { 0, NULL, M2_ECANCELLED, M2_RETRY_NOT },
        { 0, NULL, M2_ELIMIT, M2_RETRY_NOT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(m2_retry_classify(cases[i].status, cases[i].code, cases[i].transport), cases[i].want,
                     "case %zu: %d %s", i, cases[i].status, m2_str_or(cases[i].code, "-"));
}

Test(retry, delay_grows_and_obeys_the_hint)
{
    static const struct {
        int attempt;
        enum m2_retry_class cls;
        double random;
        int64_t hint, want;
    } cases[] = {
        { 1, M2_RETRY_TRANSIENT, 0.5, -1, 25 },     { 2, M2_RETRY_TRANSIENT, 0.5, -1, 50 },
        { 1, M2_RETRY_THROTTLE, 0.5, -1, 500 },     { 3, M2_RETRY_THROTTLE, 0.5, -1, 2000 },
        { 9, M2_RETRY_THROTTLE, 0.5, -1, 10000 },   { 60, M2_RETRY_TRANSIENT, 0.5, -1, 10000 },
        { 1, M2_RETRY_TRANSIENT, 0.5, 1000, 1000 }, { 1, M2_RETRY_TRANSIENT, 0.5, 60000, 5025 },
        { 1, M2_RETRY_THROTTLE, 0.5, 10, 500 },     { 1, M2_RETRY_TRANSIENT, 0.0, -1, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_retry_budget budget = { M2_RETRY_TOKENS };
        struct m2_retry_state s = { .attempt = cases[i].attempt };
        int64_t got = m2_retry_next(&s, &budget, cases[i].cls, 100, cases[i].random, cases[i].hint);
        cr_assert_eq(got, cases[i].want, "case %zu: %lld", i, (long long)got);
        cr_assert_eq(s.attempt, cases[i].attempt + 1);
    }
}

Test(retry, attempts_and_tokens_end_it)
{
    struct m2_retry_budget budget = { M2_RETRY_TOKENS };
    struct m2_retry_state s = { .attempt = 1 };
    cr_assert_eq(m2_retry_next(&s, &budget, M2_RETRY_NOT, 3, 0, -1), -1);
    cr_assert_eq(m2_retry_next(&s, &budget, M2_RETRY_TRANSIENT, 3, 0, -1), 0);
    cr_assert_eq(budget.tokens, 486);
    cr_assert_eq(m2_retry_next(&s, &budget, M2_RETRY_THROTTLE, 3, 0, -1), 0);
    cr_assert_eq(budget.tokens, 481);
    cr_assert_eq(m2_retry_next(&s, &budget, M2_RETRY_TRANSIENT, 3, 0, -1), -1, "three attempts are all");
    m2_retry_success(&s, &budget);
    cr_assert_eq(budget.tokens, 486, "the last retry's tokens come back");
    m2_retry_success(&s, &budget);
    cr_assert_eq(budget.tokens, 487, "one for a call without retry");
    int spent = 0;
    for (struct m2_retry_state other = { .attempt = 1 };
         m2_retry_next(&other, &budget, M2_RETRY_TRANSIENT, 2, 0, -1) >= 0; other.attempt = 1)
        spent++;
    cr_assert_eq(spent, 487 / 14, "the bucket is shared by the run and runs dry");
    budget.tokens = M2_RETRY_TOKENS;
    m2_retry_success(&s, &budget);
    cr_assert_eq(budget.tokens, M2_RETRY_TOKENS, "never above the start");
}
