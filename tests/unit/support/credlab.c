#include "credlab.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "home.h"

struct script {
    struct m2_arena *arena;
    const struct lab_case *c;
    const char *home;
    size_t next;
};

static bool has(const struct m2_request *req, const char *body, const char *text)
{
    char line[4096];
    for (size_t i = 0; i < req->n_headers; i++) {
        (void)snprintf(line, sizeof line, "%s: %s", req->headers[i].name, req->headers[i].value);
        if (strstr(line, text))
            return true;
    }
    return strstr(body, text) != NULL;
}

static struct fakenet_answer follow(void *user, const struct m2_request *req)
{
    struct script *s = user;
    const struct lab_exchange *x = s->next < 8 ? &s->c->net[s->next] : NULL;
    const char *body = m2_arena_strndup(s->arena, req->body.p ? req->body.p : "", req->body.n);
    if (!x || !x->method) {
        /* The instance metadata service ends most chains; a machine without it is the normal case. */
        cr_assert(strstr(req->url, "http://169.254.169.254/"), "%s: unexpected %s %s", s->c->name,
                  req->method, req->url);
        return (struct fakenet_answer){ .fail = M2_ETIMEOUT };
    }
    s->next++;
    cr_assert(m2_str_eq(x->method, req->method) && m2_str_starts(req->url, x->url),
              "%s: %s %s instead of %s %s", s->c->name, req->method, req->url, x->method, x->url);
    for (size_t i = 0; i < 4 && x->has[i]; i++)
        cr_assert(has(req, body, x->has[i]), "%s: no \"%s\" in %s", s->c->name, x->has[i], body);
    return x->answer;
}

static int mfa(void *user, struct m2_secret *out, const char *serial, struct m2_err *err)
{
    const struct lab_case *c = user;
    (void)serial;
    if (m2_str_eq(c->mfa_code, "no terminal"))
        return m2_fail(err, M2_ECRED, "no terminal");
    m2_secret_set(out, c->mfa_code, strlen(c->mfa_code));
    return 0;
}

static void write_files(struct script *s)
{
    const struct lab_case *c = s->c;
    if (c->config)
        home_write(s->arena, s->home, ".aws/config", home_text(s->arena, s->home, c->config));
    if (c->credentials)
        home_write(s->arena, s->home, ".aws/credentials", home_text(s->arena, s->home, c->credentials));
    for (size_t i = 0; i < 4 && c->files[i].name; i++)
        home_write(s->arena, s->home, c->files[i].name, home_text(s->arena, s->home, c->files[i].text));
}

static int load(struct script *s, struct m2_creds *creds, struct m2_err *err)
{
    const struct lab_case *c = s->c;
    const char *env[20] = { "HOME", s->home };
    for (size_t i = 0; i < 16 && c->env[i]; i++)
        env[2 + i] = home_text(s->arena, s->home, c->env[i]);
    struct testsys t;
    testsys_init(&t, env);
    t.now_ms = CREDLAB_NOW;
    struct fakenet net;
    fakenet_init(&net, follow, s);
    struct m2_aws_flags flags = { .profile = c->profile_flag };
    struct m2_awsconfig config;
    if (m2_awsconfig_load(&config, s->arena, &t.sys, &flags, err) < 0)
        return -1;
    struct m2_creds_context x = { .arena = s->arena,
                                  .sys = &t.sys,
                                  .net = &net.net,
                                  .config = &config,
                                  .mfa = c->mfa_code ? mfa : NULL,
                                  .mfa_user = (void *)(uintptr_t)c };
    return m2_creds_load(creds, &x, err);
}

static void check(const struct lab_case *c, int rc, const struct m2_creds *creds, const struct m2_err *err)
{
    cr_assert(!strstr(err->msg, "HUSH"), "%s: a secret in: %s", c->name, err->msg);
    if (c->id) {
        cr_assert_eq(rc, 0, "%s: %s", c->name, err->msg);
        cr_assert_str_eq(m2_secret_reveal(&creds->keys.access_key_id), c->id, "%s", c->name);
        cr_assert(!c->source || strstr(creds->source, c->source), "%s: from %s", c->name, creds->source);
        cr_assert(!strstr(creds->source, "HUSH"), "%s: a secret in %s", c->name, creds->source);
        if (c->expires_ms)
            cr_assert_eq(creds->expires_ms, c->expires_ms, "%s: expires %lld", c->name,
                         (long long)creds->expires_ms);
        return;
    }
    cr_assert(rc < 0, "%s: credentials found", c->name);
    for (size_t i = 0; i < 4 && c->says[i]; i++)
        cr_assert(strstr(err->msg, c->says[i]), "%s: no \"%s\" in: %s", c->name, c->says[i], err->msg);
}

void credlab_run(const struct lab_case *c, void (*after)(const char *home, const struct m2_creds *creds))
{
    struct m2_creds creds = { 0 };
    struct m2_err err = { 0 };
    struct script s = { .arena = m2_arena_new(), .c = c };
    s.home = home_new(s.arena);
    write_files(&s);
    int rc = load(&s, &creds, &err);
    check(c, rc, &creds, &err);
    cr_assert(s.next == 8 || !c->net[s.next].method, "%s: %s %s was not asked for", c->name,
              c->net[s.next].method, c->net[s.next].url);
    if (after)
        after(s.home, &creds);
    home_remove(s.home);
    m2_creds_free(&creds);
    m2_arena_free(s.arena);
}

void credlab_run_all(const struct lab_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        credlab_run(&cases[i], NULL);
}
