#include "aws/client.h"

/* What is nearly expired though just fetched (the metadata service in trouble) stays in use so long. */
#define STALE_MS (INT64_C(20) * 60 * 1000)
#define ADVISORY_PAUSE_MS (INT64_C(60) * 1000)

static int64_t now_ms(const struct m2_aws *c)
{
    return m2_now_ms(c->opt.sys) + c->used_skew_ms;
}

static bool same(const struct m2_keys *a, const struct m2_keys *b)
{
    return m2_str_eq(m2_secret_reveal(&a->access_key_id), m2_secret_reveal(&b->access_key_id)) &&
           m2_str_eq(m2_secret_reveal(&a->secret_access_key), m2_secret_reveal(&b->secret_access_key)) &&
           m2_str_eq(m2_secret_reveal(&a->session_token), m2_secret_reveal(&b->session_token));
}

int m2_aws_renew(struct m2_aws *c, struct m2_err *err)
{
    struct m2_creds fresh = { 0 };
    c->renewing = true;
    int rc = m2_creds_load(&fresh, &c->creds_context, err);
    c->renewing = false;
    if (rc < 0)
        return -1;
    if (!c->have_creds || !same(&fresh.keys, &c->creds.keys))
        c->generation++;
    m2_creds_free(&c->creds);
    c->creds = fresh;
    c->have_creds = true;
    c->renew_not_before = m2_creds_should_refresh(&fresh, now_ms(c)) ? now_ms(c) + STALE_MS : 0;
    return 0;
}

static bool due(const struct m2_aws *c)
{
    return !c->have_creds ||
           (m2_creds_should_refresh(&c->creds, now_ms(c)) && now_ms(c) >= c->renew_not_before);
}

/* Those that waited while the credentials were renewed go on, or fail with the same reason. */
static void wake(struct m2_aws *c, const struct m2_err *failed)
{
    struct m2_run *r = c->waiting;
    c->waiting = NULL;
    for (struct m2_run *next; r; r = next) {
        next = r->next_waiting;
        if (failed)
            m2_run_fail(r, NULL, NULL, 0, failed);
        else
            m2_run_attempt(r);
    }
}

/* Renew for R, or join the renewal that is under way. True: done, and R itself may go on. */
static bool renew_for(struct m2_run *r, struct m2_err *err)
{
    struct m2_aws *c = r->client;
    bool needed = !c->have_creds || m2_creds_must_refresh(&c->creds, now_ms(c));
    if (m2_aws_renew(c, err) == 0) {
        wake(c, NULL);
        return true;
    }
    if (!needed) { /* only advised: the old ones still do */
        c->renew_not_before = now_ms(c) + ADVISORY_PAUSE_MS;
        wake(c, NULL);
        return true;
    }
    wake(c, err);
    return false;
}

static void wait_for_renewal(struct m2_run *r)
{
    r->next_waiting = r->client->waiting;
    r->client->waiting = r;
}

bool m2_run_has_creds(struct m2_run *r)
{
    struct m2_err err = { 0 };
    if (r->client->renewing) {
        wait_for_renewal(r);
        return false;
    }
    if (!due(r->client) || renew_for(r, &err))
        return true;
    m2_run_fail(r, NULL, NULL, 0, &err);
    return false;
}

bool m2_run_renew(struct m2_run *r)
{
    struct m2_aws *c = r->client;
    struct m2_err err = { 0 };
    if (r->renewed || r->op.unsigned_call)
        return false;
    r->renewed = true;
    if (c->renewing) {
        wait_for_renewal(r);
        return true;
    }
    if (r->generation == c->generation) { /* nobody else has renewed them since */
        unsigned before = c->generation;
        int rc = m2_aws_renew(c, &err);
        wake(c, NULL);
        if (rc < 0 || c->generation == before)
            return false; /* the same keys would be refused again */
    }
    m2_run_attempt(r);
    return true;
}
