/* Calls kept for snapshots: what was asked and answered, without what is secret. */
#include <string.h>

#include "brain/client.h"
#include "brain/unit.h"
#include "m2/digest.h"
#include "m2/time.h"

static const char *const secret_names[] = { "apiKey",       "password", "idToken", "accessToken",
                                            "refreshToken", "token",    NULL };

static bool is_secret(const char *key)
{
    for (const char *const *name = secret_names; *name; name++)
        if (m2_brain_key_is(key, *name))
            return true;
    return false;
}

/* A deep copy with the values of secret members hidden. */
static struct m2_value *without_secrets(struct m2_arena *a, const struct m2_value *v)
{
    if (v->type != M2_OBJECT && v->type != M2_ARRAY)
        return m2_v_copy(a, v);
    struct m2_value *out = v->type == M2_ARRAY ? m2_v_array(a) : m2_v_object(a);
    for (size_t i = 0; i < m2_v_len(v); i++) {
        const struct m2_value *item = m2_v_at(v, i);
        const char *key = v->type == M2_OBJECT ? v->u.object.at[i].key : NULL;
        struct m2_value *copy = key && is_secret(key) ? m2_v_string(a, "(hidden)") : without_secrets(a, item);
        if (key)
            m2_v_set(a, out, key, copy);
        else
            m2_v_push(a, out, copy);
    }
    return out;
}

static struct m2_value *input_of(struct m2_arena *a, const char *query, const struct m2_value *body)
{
    struct m2_value *input = body ? without_secrets(a, body) : m2_v_object(a);
    while (query && *query) {
        const char *equals = NULL;
        char *pair = m2_str_cut(a, query, '&', &query), *name = m2_str_cut(a, pair, '=', &equals);
        struct m2_buf value;
        m2_buf_init(&value, (size_t)1 << 16);
        m2_uri_decode(&value, m2_str_or(equals, ""), strlen(m2_str_or(equals, "")), 1);
        m2_v_set_str(a, input, name, value.data);
        m2_buf_free(&value);
    }
    return input;
}

/* In place of the token: what it says of itself. */
static struct m2_value *login_output(struct m2_arena *a, const struct m2_claims *c)
{
    struct m2_value *v = m2_v_object(a), *claims = m2_v_object(a);
    m2_v_set_bool(a, v, "success", true);
    if (c->expires_ms) {
        char iso[M2_ISO_SIZE];
        m2_time_iso(iso, c->expires_ms);
        m2_v_set_str(a, claims, "expires", iso);
    }
    if (c->has_groups)
        m2_v_set_bool(a, claims, "admin", c->admin);
    m2_v_set(a, v, "claims", claims);
    return v;
}

void m2_brain_note(struct m2_brain *b, enum m2_brain_op op, const char *query, const struct m2_value *body,
                   const struct m2_brain_answer *answer)
{
    struct m2_arena *a = b->arena;
    struct m2_value *call = m2_v_object(a);
    m2_v_set_str(a, call, "service", "brain");
    m2_v_set_str(a, call, "operation", m2_brain_ops()[op].path);
    m2_v_set(a, call, "input", input_of(a, query, body));
    if (answer->fault == M2_BRAIN_OK) {
        m2_v_set_str(a, call, "status", "ok");
        m2_v_set(a, call, "output",
                 op == M2_BRAIN_OP_LOGIN ? login_output(a, &b->claims)
                 : answer->body          ? without_secrets(a, answer->body)
                                         : m2_v_object(a));
    } else {
        struct m2_value *error = m2_v_object(a);
        m2_v_set_str(a, call, "status", "error");
        m2_v_set_str(a, error, "code", m2_brain_faults()[answer->fault].name);
        m2_v_set_str(a, error, "message", answer->err.msg);
        m2_v_set_int(a, error, "http_status", answer->http_status);
        m2_v_set(a, call, "error", error);
    }
    m2_v_push(a, b->calls, call);
}

const struct m2_value *m2_brain_calls(const struct m2_brain *b)
{
    return b->calls;
}
