/*
 * aws/creds_common.c — what the credential sources share.
 */
#include <stdio.h>
#include <string.h>

#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/str.h"
#include "m2/time.h"

enum m2_cred_answer m2_cred_absent(struct m2_err *err, const char *fmt, ...)
{
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)m2_fail(err, M2_ECRED, "%s", text);
    return M2_CRED_ABSENT;
}

enum m2_cred_answer m2_cred_broken(struct m2_err *err, const char *fmt, ...)
{
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)m2_fail(err, M2_ECRED, "%s", text);
    return M2_CRED_BROKEN;
}

enum m2_cred_answer m2_cred_broken_by(struct m2_err *err, const char *fmt, ...)
{
    char text[sizeof err->msg];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)m2_context(err, "%s", text);
    if (err && err->code != M2_ECANCELLED)
        err->code = M2_ECRED;
    return M2_CRED_BROKEN;
}

const char *m2_cred_profile(const struct m2_creds_context *c)
{
    return c->via ? c->via : c->config->profile;
}

const char *m2_cred_get(const struct m2_creds_context *c, const char *key)
{
    return m2_awsconfig_get(c->config, m2_cred_profile(c), key, NULL, NULL);
}

bool m2_cred_may_use_environment(const struct m2_creds_context *c)
{
    return !c->via && !c->config->profile_from_flag;
}

const char *m2_cred_quoted(const struct m2_creds_context *c, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    m2_shell_quote(&b, s);
    const char *out = m2_arena_strndup(c->arena, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

const char *m2_cred_shown(const struct m2_creds_context *c, const char *s, size_t max)
{
    struct m2_buf b;
    m2_buf_init(&b, 65536);
    m2_term_clean(&b, s, true);
    size_t n = b.len;
    if (n > max)
        for (n = max; n > 0 && ((unsigned char)b.data[n] & 0xc0) == 0x80;)
            n--;
    const char *out = m2_arena_strndup(c->arena, b.data, n);
    m2_buf_free(&b);
    return out;
}

void m2_cred_scrub(struct m2_err *err, const char *secret)
{
    size_t n = secret ? strlen(secret) : 0;
    if (!err || n < 4) /* shorter ones are no secrets, and part of ordinary words */
        return;
    for (char *at = err->msg; (at = strstr(at, secret)) != NULL; at += n)
        memset(at, '*', n);
}

/* Keys and tokens travel in headers: visible ASCII, nothing else. */
static bool visible(const char *s)
{
    for (; *s; s++)
        if (*s <= 0x20 || *s >= 0x7f)
            return false;
    return true;
}

static int check_part(const char *value, const char *name, struct m2_err *err)
{
    if (m2_str_empty(value))
        return m2_fail(err, M2_ECRED, "%s is missing", name);
    if (!visible(value))
        return m2_fail(err, M2_ECRED, "%s contains white space or other characters that no key has", name);
    return 0;
}

static void set_secret(struct m2_secret *s, const char *text)
{
    m2_secret_set(s, text, text ? strlen(text) : 0);
}

int m2_cred_fill(struct m2_creds *out, struct m2_creds_context *c, const struct m2_cred_parts *p,
                 struct m2_err *err)
{
    if (check_part(p->id, p->id_name, err) < 0 || check_part(p->secret, p->secret_name, err) < 0)
        return -1;
    if (!m2_str_empty(p->token) && check_part(p->token, "the session token", err) < 0)
        return -1;
    if (p->expires_ms <= m2_now_ms(c->sys)) {
        char when[M2_ISO_SIZE];
        m2_time_iso(when, p->expires_ms);
        return m2_fail(err, M2_ECRED, "expired at %s", when);
    }
    struct m2_creds made = { .expires_ms = p->expires_ms,
                             .account_id =
                                 m2_str_empty(p->account) ? NULL : m2_arena_strdup(c->arena, p->account),
                             .source = m2_arena_strdup(c->arena, p->source) };
    set_secret(&made.keys.access_key_id, p->id);
    set_secret(&made.keys.secret_access_key, p->secret);
    set_secret(&made.keys.session_token, p->token);
    *out = made;
    return 0;
}

/* ISO 8601 text, or a number of milliseconds (SSO). */
static int read_expiry(int64_t *out, const struct m2_value *v, const struct m2_cred_names *names,
                       struct m2_err *err)
{
    const struct m2_value *e = names->expires ? m2_v_get(v, names->expires) : NULL;
    if (!e || m2_v_is(e, M2_NULL)) {
        if (names->expires_required)
            return m2_fail(err, M2_ECRED, "%s is missing", names->expires);
        *out = INT64_MAX;
        return 0;
    }
    if (m2_v_is(e, M2_NUMBER) ? m2_v_to_int(e, out)
                              : m2_v_is(e, M2_STRING) && m2_time_parse(out, m2_v_text(e)))
        return 0;
    return m2_fail(err, M2_ECRED, "%s is not an instant", names->expires);
}

int m2_cred_from_json(struct m2_creds *out, struct m2_creds_context *c, const struct m2_value *v,
                      const struct m2_cred_names *names, const char *source, struct m2_err *err)
{
    struct m2_cred_parts p = { .id_name = names->id, .secret_name = names->secret, .source = source };
    if (!m2_v_is(v, M2_OBJECT))
        return m2_fail(err, M2_ECRED, "not a JSON object");
    if (read_expiry(&p.expires_ms, v, names, err) < 0)
        return -1;
    p.id = m2_v_str(v, names->id);
    p.secret = m2_v_str(v, names->secret);
    p.token = names->token ? m2_v_str(v, names->token) : NULL;
    p.account = names->account ? m2_v_text(m2_v_get(v, names->account)) : NULL;
    if (names->token_required && m2_str_empty(p.token))
        return m2_fail(err, M2_ECRED, "%s is missing", names->token);
    return m2_cred_fill(out, c, &p, err);
}

int m2_cred_limit(const struct m2_creds_context *c, int limit_ms)
{
    if (!c->deadline_mono_ms)
        return limit_ms;
    int64_t left = c->deadline_mono_ms - m2_mono_ms(c->sys);
    left = left < limit_ms ? left : limit_ms;
    return left > 1 ? (int)left : 1;
}
