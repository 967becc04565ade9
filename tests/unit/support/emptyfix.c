#include "emptyfix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const environment[] = { "AWS_ACCESS_KEY_ID",
                                           "AKIDEXAMPLE",
                                           "AWS_SECRET_ACCESS_KEY",
                                           "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                           "AWS_REGION",
                                           "us-east-1",
                                           "HOME",
                                           "/nonexistent",
                                           NULL };

static void must(int rc, const struct m2_err *err)
{
    if (rc == 0)
        return;
    (void)fprintf(stderr, "%s\n", err->msg);
    abort();
}

static void pseudo_random(void *ctx, void *out, size_t n)
{
    struct emptyfix *f = ctx; /* the testsys is its first member */
    for (size_t i = 0; i < n; i++) {
        f->seed = f->seed * 1664525u + 1013904223u;
        ((unsigned char *)out)[i] = (unsigned char)(f->seed >> 24);
    }
}

static bool cancelled(void *ctx)
{
    struct emptyfix *f = ctx;
    if (f->cancel_after && f->s3.requests >= f->cancel_after)
        f->net.cancelled = true;
    return f->net.cancelled;
}

void emptyfix_init(struct emptyfix *f)
{
    struct m2_err err = { 0 };
    struct m2_aws_flags flags = { 0 };
    *f = (struct emptyfix){ .seed = 1 };
    testsys_init(&f->sys, environment);
    f->sys.now_ms = INT64_C(1795424400000);
    f->sys.mono_ms = 1000;
    f->sys.sys.random = pseudo_random;
    f->sys.sys.cancelled = cancelled;
    f->arena = m2_arena_new();
    fakes3_init(&f->s3, EMPTYFIX_OWNER);
    must(m2_awsconfig_load(&f->config, f->arena, &f->sys.sys, &flags, &err), &err);
    struct m2_aws_options opt = { .sys = &f->sys.sys,
                                  .net = fakes3net_new(&f->net, &f->s3, &f->sys),
                                  .config = &f->config };
    must(m2_aws_new(&f->client, &opt, &err), &err);
    f->opt = (struct m2_empty_options){ .sys = &f->sys.sys,
                                        .net = &f->net.net,
                                        .aws = f->client,
                                        .bucket = "b",
                                        .region = "us-east-1",
                                        .owner = EMPTYFIX_OWNER };
}

int emptyfix_run(struct emptyfix *f)
{
    f->err = (struct m2_err){ 0 };
    return m2_empty_bucket(&f->out, f->arena, &f->opt, &f->err);
}

void emptyfix_free(struct emptyfix *f)
{
    m2_aws_free(f->client);
    m2_net_free(&f->net.net);
    m2_arena_free(f->arena);
    fakes3_free(&f->s3);
}

static void wrong(const struct emptyfix *f, const char *what, const char *how)
{
    (void)fprintf(stderr, "%s: %s (%s)\n", what, how, f->err.msg);
    abort();
}

void emptyfix_is_empty(struct emptyfix *f, const char *what)
{
    size_t n = f->s3.made ? f->s3.made : f->s3.n;
    if (fakes3_left(&f->s3))
        wrong(f, what, "something is left");
    for (size_t i = 0; i < f->s3.n; i++)
        if (f->s3.at[i].deletes != 1)
            wrong(f, what, "not deleted once");
    for (size_t i = 0; i < f->s3.n_uploads; i++)
        if (!f->s3.uploads[i].gone)
            wrong(f, what, "an upload is left");
    if (f->s3.deleted != n || f->out.done.deleted != n)
        wrong(f, what,
              m2_arena_printf(f->arena, "%zu were there, %llu deleted, %llu counted", n,
                              (unsigned long long)f->s3.deleted, (unsigned long long)f->out.done.deleted));
    if (f->out.done.in_flight || f->out.done.failed || f->out.left.len || !f->out.empty)
        wrong(f, what, "the result does not say so");
    if (f->s3.lost_markers)
        wrong(f, what, "a page was asked for by a version that was deleted");
    if (f->s3.unowned)
        wrong(f, what, "a call without the owner");
}
