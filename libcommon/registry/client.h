/* registry/client.h — the inside of the registry client: one run per operation in flight. */
#ifndef M2_REGISTRY_CLIENT_H
#define M2_REGISTRY_CLIENT_H

#include "m2/registry.h"
#include "m2/retry.h"
#include "m2/secret.h"

/* What opens one repository. */
struct m2_registry_grant {
    struct m2_registry_grant *next;
    char *host, *repository;
    struct m2_secret header; /* of Authorization; empty: nothing is asked for */
};

struct m2_registry {
    struct m2_registry_options opt;
    struct m2_retry_budget budget;
    struct m2_registry_grant *grants;
    struct m2_registry_run *runs;
};

enum m2_registry_op { M2_REGISTRY_TOKEN, M2_REGISTRY_MANIFEST, M2_REGISTRY_CONFIG, M2_REGISTRY_OPS };

struct m2_registry_run {
    struct m2_registry_run *next, **link;
    struct m2_registry *r;
    struct m2_arena *out, *own; /* of the answer; of the run, wiped at its end */
    enum m2_registry_op op;
    struct m2_registry_image im;
    bool readable; /* im is one */
    const char *reference;
    m2_registry_done *done;
    void *user;
    void (*judge)(struct m2_registry_run *run, const struct m2_response *res); /* of the request under way */
    const char *url;
    struct m2_secret credential; /* of the request under way: the value of Authorization, or empty */
    bool follow;                 /* redirects are followed */
    size_t max_body;
    struct m2_request req;
    struct m2_header headers[2];
    struct m2_retry_state retry;
    int redirects;
    bool challenged;   /* a challenge was answered once; a second is the registry's no */
    const char *realm; /* host of the token server that was asked, or NULL */
    bool foreign;      /* it is none of the registry's */
    bool login;        /* Docker's configuration had credentials */
};

/* client.c */
/** GET URL with what is in run->credential; JUDGE gets the answer of any status. */
void m2_registry_get(struct m2_registry_run *run, const char *url, size_t max_body, bool follow,
                     void (*judge)(struct m2_registry_run *run, const struct m2_response *res));
/** The end of RUN, with OUTPUT, or with CODE and a message. RUN is gone then. */
void m2_registry_finish(struct m2_registry_run *run, struct m2_value *output);
void m2_registry_refuse(struct m2_registry_run *run, const char *code, int status, enum m2_errc cls,
                        const char *fmt, ...) M2_PRINTF(5, 6);
void m2_registry_skip(struct m2_registry_run *run, const char *reason);
/** The end of RUN by an answer that is a refusal: what its body says. */
void m2_registry_refused(struct m2_registry_run *run, const struct m2_response *res);
/** "https://HOST" */
const char *m2_registry_base(const struct m2_registry_run *run);
/** Read what was asked for (manifest or config), with the repository's grant. */
void m2_registry_read(struct m2_registry_run *run);

/* auth.c */
void m2_registry_token(struct m2_registry_run *run);
/** Answer the challenge in RES, then go on with RUN. */
void m2_registry_authenticate(struct m2_registry_run *run, const struct m2_response *res);
struct m2_registry_grant *m2_registry_grant_of(struct m2_registry *r, const struct m2_registry_image *im);
/** "Basic …" that `docker login` left for HOST, or nothing. */
void m2_registry_docker_login(struct m2_secret *out, const struct m2_sys *sys, const char *host);

#endif
