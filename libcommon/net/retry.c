#include "m2/retry.h"

#include <stddef.h>

#include "m2/str.h"

#define MAX_DELAY_MS 20000.0
#define HINT_MARGIN_MS 5000.0

/* What each class costs and how its delay grows. */
static const struct {
    int cost;
    double base_ms;
} classes[] = {
    [M2_RETRY_NOT] = { 0, 0 },
    [M2_RETRY_TRANSIENT] = { 14, 50 },
    [M2_RETRY_THROTTLE] = { 5, 1000 },
};

static const struct {
    const char *code;
    enum m2_retry_class cls;
} codes[] = {
    { "Throttling", M2_RETRY_THROTTLE },
    { "ThrottlingException", M2_RETRY_THROTTLE },
    { "ThrottledException", M2_RETRY_THROTTLE },
    { "RequestThrottled", M2_RETRY_THROTTLE },
    { "RequestThrottledException", M2_RETRY_THROTTLE },
    { "TooManyRequestsException", M2_RETRY_THROTTLE },
    { "ProvisionedThroughputExceededException", M2_RETRY_THROTTLE },
    { "TransactionInProgressException", M2_RETRY_THROTTLE },
    { "RequestLimitExceeded", M2_RETRY_THROTTLE },
    { "BandwidthLimitExceeded", M2_RETRY_THROTTLE },
    { "LimitExceededException", M2_RETRY_THROTTLE },
    { "SlowDown", M2_RETRY_THROTTLE },
    { "PriorRequestNotComplete", M2_RETRY_THROTTLE },
    { "EC2ThrottledException", M2_RETRY_THROTTLE },
    { "RequestTimeout", M2_RETRY_TRANSIENT },
    { "RequestTimeoutException", M2_RETRY_TRANSIENT },
    { "IDPCommunicationError", M2_RETRY_TRANSIENT },
};

static const int transient_statuses[] = { 500, 502, 503, 504 };

enum m2_retry_class m2_retry_classify(int http_status, const char *code, enum m2_errc transport)
{
    if (transport != M2_OK)
        return transport == M2_ENET || transport == M2_ETIMEOUT ? M2_RETRY_TRANSIENT : M2_RETRY_NOT;
    for (size_t i = 0; code && i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(codes[i].code, code))
            return codes[i].cls;
    for (size_t i = 0; i < sizeof transient_statuses / sizeof transient_statuses[0]; i++)
        if (transient_statuses[i] == http_status)
            return M2_RETRY_TRANSIENT;
    return M2_RETRY_NOT;
}

int64_t m2_retry_next(struct m2_retry_state *s, struct m2_retry_budget *budget, enum m2_retry_class cls,
                      int max_attempts, double random01, int64_t hint_ms)
{
    if (cls == M2_RETRY_NOT || s->attempt >= max_attempts || budget->tokens < classes[cls].cost)
        return -1;
    double ceiling = classes[cls].base_ms;
    for (int i = 1; i < s->attempt && ceiling < MAX_DELAY_MS; i++)
        ceiling *= 2;
    double delay = random01 * (ceiling < MAX_DELAY_MS ? ceiling : MAX_DELAY_MS);
    if (hint_ms >= 0) {
        double hint = (double)hint_ms < delay + HINT_MARGIN_MS ? (double)hint_ms : delay + HINT_MARGIN_MS;
        delay = hint > delay ? hint : delay;
    }
    budget->tokens -= classes[cls].cost;
    s->held = classes[cls].cost;
    s->attempt++;
    return (int64_t)delay;
}

void m2_retry_success(struct m2_retry_state *s, struct m2_retry_budget *budget)
{
    budget->tokens += s->held ? s->held : 1;
    if (budget->tokens > M2_RETRY_TOKENS)
        budget->tokens = M2_RETRY_TOKENS;
    s->held = 0;
}
