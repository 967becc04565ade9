/* What is known of a condition key. Source: IAM User Guide, "AWS global condition context keys". */
#include <string.h>

#include "analyze/policy/statement.h"
#include "m2/str.h"

static struct m2_key_value one(struct m2_eval *ev, const char *text)
{
    const char **values = m2_arena_new_array(ev->a, const char *, 2);
    values[0] = text;
    return (struct m2_key_value){ M2_KEY_KNOWN, values, 1 };
}

static struct m2_key_value state(enum m2_key_state s)
{
    return (struct m2_key_value){ s, NULL, 0 };
}

static struct m2_key_value of_principal(struct m2_eval *ev, const char *text)
{
    if (ev->req->service)
        return state(M2_KEY_ABSENT);
    return text ? one(ev, text) : state(M2_KEY_PRESENT);
}

static struct m2_key_value principal_arn(struct m2_eval *ev)
{
    return of_principal(ev, ev->req->principal);
}

static struct m2_key_value principal_account(struct m2_eval *ev)
{
    return of_principal(ev, ev->req->account);
}

static const char *after(const char *arn, const char *mark)
{
    const char *at = arn ? strstr(arn, mark) : NULL;
    return at ? at + strlen(mark) : NULL;
}

static struct m2_key_value principal_type(struct m2_eval *ev)
{
    bool user = after(ev->req->principal, ":user/"), role = after(ev->req->principal, ":role/");
    return of_principal(ev, user ? "User" : role ? "AssumedRole" : NULL);
}

/* Only users have one. */
static struct m2_key_value username(struct m2_eval *ev)
{
    const char *user = after(ev->req->principal, ":user/");
    if (ev->req->service || after(ev->req->principal, ":role/"))
        return state(M2_KEY_ABSENT);
    if (!user)
        return state(M2_KEY_UNKNOWN);
    return one(ev, strrchr(user, '/') ? strrchr(user, '/') + 1 : user);
}

static struct m2_key_value resource_account(struct m2_eval *ev)
{
    const char *account = m2_str_or(ev->req->resource_account, ev->req->account);
    return m2_str_empty(account) ? state(M2_KEY_UNKNOWN) : one(ev, account);
}

/* AWS's own clients and ours speak TLS only. */
static struct m2_key_value yes(struct m2_eval *ev)
{
    return one(ev, "true");
}

static struct m2_key_value is_service(struct m2_eval *ev)
{
    return one(ev, ev->req->service ? "true" : "false");
}

static struct m2_key_value service_name(struct m2_eval *ev)
{
    return ev->req->service ? one(ev, ev->req->service) : state(M2_KEY_ABSENT);
}

static struct m2_key_value always(struct m2_eval *ev)
{
    (void)ev;
    return state(M2_KEY_PRESENT);
}

static const struct {
    const char *key;
    struct m2_key_value (*value)(struct m2_eval *ev);
} implied[] = {
    { "aws:PrincipalArn", principal_arn },
    { "aws:PrincipalAccount", principal_account },
    { "aws:PrincipalType", principal_type },
    { "aws:username", username },
    { "aws:ResourceAccount", resource_account },
    { "aws:SecureTransport", yes },
    { "aws:PrincipalIsAWSService", is_service },
    { "aws:PrincipalServiceName", service_name },
    { "aws:CurrentTime", always },
    { "aws:EpochTime", always },
};

struct m2_key_value m2_context_value(struct m2_eval *ev, const char *key)
{
    for (size_t i = 0; i < ev->req->n_context; i++) {
        const struct m2_context_key *k = &ev->req->context[i];
        struct m2_key_value v = { k->state, k->values, 0 };
        if (!m2_str_eq_ci(k->key, key))
            continue;
        while ((k->state == M2_KEY_KNOWN || k->state == M2_KEY_LIKE) && k->values && k->values[v.n])
            v.n++;
        return v;
    }
    for (size_t i = 0; i < sizeof implied / sizeof implied[0]; i++)
        if (m2_str_eq_ci(implied[i].key, key))
            return implied[i].value(ev);
    return state(M2_KEY_UNKNOWN);
}
