/* support/clientfix.h — an AWS client over a scripted network, with virtual time. */
#ifndef M2_TEST_CLIENTFIX_H
#define M2_TEST_CLIENTFIX_H

#include "m2/aws.h"
#include "scriptnet.h"

struct clientfix {
    struct testsys sys;
    struct scriptnet net;
    struct m2_awsconfig config;
    struct m2_arena *arena;
    struct m2_aws *client;
};

/* One answer, copied. */
struct outcome {
    int n;
    enum m2_aws_status status;
    enum m2_errc class;
    int http_status, attempts;
    char code[64], sentence[1024];
    struct m2_value *output;
    int64_t elapsed_ms;
};

/** ENV: NAME, VALUE, …, NULL, or NULL for static keys in us-east-1. */
void clientfix_init(struct clientfix *f, const char *const *env, const struct script_row *rows);
void clientfix_free(struct clientfix *f);
/** Start a call; INPUT is JSON or NULL. */
void clientfix_start(struct clientfix *f, struct outcome *o, const char *service, const char *operation,
                     const char *input);
/** Start, and step until nothing is pending. */
void clientfix_call(struct clientfix *f, struct outcome *o, const char *service, const char *operation,
                    const char *input);
void clientfix_run(struct clientfix *f);

#endif
