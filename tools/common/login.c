#include "common/login.h"

#include <string.h>

#include "m2/str.h"

#define HOW                                                                                                  \
    "set CLOUDMR_EMAIL and CLOUDMR_PASSWORD, or CLOUDMR_ADMIN_TOKEN, or give --email with "                  \
    "--password-stdin, "                                                                                     \
    "or --token-stdin"

static int settle_url(struct login *out, struct m2_arena *a, const struct session *s, struct m2_err *err)
{
    if (!s->api_url.value)
        return m2_fail(
            err, M2_EUSAGE,
            "the address of CloudMR Brain is not known: set CLOUDMR_API_URL or give --api-url URL");
    if (m2_brain_url(&out->base, a, s->api_url.value, err) < 0)
        return m2_context(err, "%s", s->api_url.source);
    return 0;
}

static int settle_token(struct login *out, const struct session *s, const struct login_args *args,
                        struct m2_err *err)
{
    static const char *const names[] = { "CLOUDMR_ADMIN_TOKEN", "ID_TOKEN" };
    if (args->token_stdin) {
        out->source = "--token-stdin";
        return m2_stdin_secret(&out->token, "token", err);
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = m2_env(s->sys, names[i]);
        if (!value || !m2_secret_empty(&out->token))
            continue;
        out->source = m2_arena_printf(s->arena, "environment %s", names[i]);
        m2_secret_set(&out->token, value, strlen(value));
    }
    return 0;
}

static int settle_email(struct login *out, struct m2_arena *a, const struct session *s,
                        const struct login_args *args, struct m2_err *err)
{
    const char *from = args->email ? "--email" : "CLOUDMR_EMAIL";
    out->email = args->email ? args->email : m2_arena_strdup(a, m2_env(s->sys, "CLOUDMR_EMAIL"));
    struct m2_err asked = { 0 };
    if (!out->email && m2_prompt_line(&out->email, a, "E-mail of your CloudMR account: ", &asked) < 0) {
        if (asked.code != M2_EUSAGE)
            return m2_fail(err, asked.code, "%s", asked.msg);
        return m2_fail(err, M2_ELOGIN, "there is nothing to log in to CloudMR Brain with: %s", HOW);
    }
    const char *at = strchr(out->email, '@');
    if (!at || at == out->email || !at[1] || strpbrk(out->email, " \t\r\n"))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (%s) is not an e-mail address", out->email, from);
    return 0;
}

static int settle_password(struct login *out, struct m2_arena *a, const struct session *s,
                           const struct login_args *args, struct m2_err *err)
{
    const char *value = m2_env(s->sys, "CLOUDMR_PASSWORD");
    if (args->password_stdin) {
        out->source = "--password-stdin";
        return m2_stdin_secret(&out->password, "password", err);
    }
    if (value) {
        out->source = "environment CLOUDMR_PASSWORD";
        m2_secret_set(&out->password, value, strlen(value));
        return 0;
    }
    struct m2_err asked = { 0 };
    out->source = "asked for";
    const char *text = m2_arena_printf(a, "CloudMR password of %s: ", out->email);
    if (m2_prompt_secret(&out->password, text, &asked) < 0)
        return asked.code == M2_EUSAGE
                   ? m2_fail(err, M2_ELOGIN, "there is no password for %s: %s", out->email, HOW)
                   : m2_fail(err, asked.code, "%s", asked.msg);
    return 0;
}

int login_settle(struct login *out, struct m2_arena *a, const struct session *s,
                 const struct login_args *args, struct m2_err *err)
{
    if (args->token_stdin && (args->password_stdin || args->email))
        return m2_fail(err, M2_EUSAGE, "--token-stdin takes the place of %s; give one of them",
                       args->email ? "--email" : "--password-stdin");
    if (settle_url(out, a, s, err) < 0)
        return -1;
    /* Who names an e-mail or sends a password means to log in. */
    if (!args->email && !args->password_stdin && settle_token(out, s, args, err) < 0)
        return -1;
    if (!m2_secret_empty(&out->token))
        return 0;
    if (settle_email(out, a, s, args, err) < 0 || settle_password(out, a, s, args, err) < 0)
        return -1;
    return m2_secret_empty(&out->password)
               ? m2_fail(err, M2_ELOGIN, "the password is empty (%s)", out->source)
               : 0;
}

void login_start(const struct login *l, struct m2_brain *b, struct m2_arena *a, m2_brain_done *done,
                 void *user)
{
    if (m2_secret_empty(&l->token)) {
        m2_brain_login_start(b, a, l->email, &l->password, done, user);
        return;
    }
    struct m2_brain_answer answer = { .message = "" };
    if (m2_brain_use_token(b, &l->token, &answer.err) < 0) {
        answer.fault = M2_BRAIN_LOGIN;
        (void)m2_context(&answer.err, "%s", l->source);
    }
    done(user, &answer);
}

void login_free(struct login *l)
{
    m2_secret_free(&l->token);
    m2_secret_free(&l->password);
}
