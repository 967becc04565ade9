/*
 * m2/registry.h — the registry's side of pulling an image: token, manifest, config. No layer is ever loaded.
 *
 * Model:     over struct m2_net, so that replay and faults work; only GET. Operations are named as a snapshot records them:
 *            GetToken {image}, GetManifest {image, reference}, GetConfig {image, reference}. A refusal is an answer with
 *            its code. ECR's token comes from ecr:GetAuthorizationToken of the caller; other registries get what `docker
 *            login` left in Docker's config.json (credential helpers are never run), or nothing.
 * Secrets:   credentials go to the registry's own host and to a token server of the same domain, over TLS; over http to
 *            loopback alone. A redirect to another host, or a foreign token server, gets none. No answer holds a token or a
 *            signed address.
 * Lifetime:  a client lives until m2_registry_free, which comes right before m2_net_free or when nothing is pending.
 * Source:    OCI Distribution Specification 1.1; CNCF distribution, "Token Authentication Specification"; OCI Image Specification
 *            1.1; Amazon ECR User Guide, "Private registry authentication".
 */
#ifndef M2_REGISTRY_H
#define M2_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/aws.h"
#include "m2/awsconfig.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/net.h"
#include "m2/sys.h"
#include "m2/value.h"

/* ---- names ---- */

struct m2_registry_image {
    const char *host;        /* with its port; registry-1.docker.io for Docker Hub's short names */
    const char *repository;  /* "library/alpine" */
    const char *reference;   /* digest, else tag, else "latest" */
    const char *ecr_account; /* of a private ECR registry, else NULL */
    const char *ecr_region;
    bool aws;   /* ECR, private or public */
    bool plain; /* http: the host is this computer's loopback */
};
/** False when URI is no name that a registry could be asked for. */
bool m2_registry_image_parse(struct m2_registry_image *out, struct m2_arena *a, const char *uri);

/* ---- what answers say (pure) ---- */

struct m2_challenge {
    bool bearer, basic;                 /* the schemes that are asked for */
    const char *realm, *service, *scope; /* of Bearer; NULL where not said */
};
/** Add to OUT what the value of one WWW-Authenticate header asks for. Unknown schemes and parameters are passed over. */
void m2_challenge_read(struct m2_challenge *out, struct m2_arena *a, const char *header);
/** May credentials for REGISTRY (host, port aside) be given to HOST? Only within one registrable domain. */
bool m2_registry_same_site(const char *registry, const char *host);

/**
 * A manifest or an index as snapshots hold it: mediaType, size, and config and layers and layersSize (bytes, compressed), or
 * manifests with os, architecture, attestation. CONTENT_TYPE where the text does not say. Errors: M2_EPROTO, one sentence.
 */
int m2_manifest_read(struct m2_value **out, struct m2_arena *a, struct m2_bytes text, const char *content_type,
                     struct m2_err *err) M2_MUST_USE;
/** The entry of an index (as above) for linux and ARCHITECTURE ("amd64"), attestations aside; NULL when there is none. */
const struct m2_value *m2_manifest_pick(const struct m2_value *index, const char *architecture);
/** Of an image's config: architecture, os, variant, created; its environment and history stay out. Errors: M2_EPROTO. */
int m2_image_config_read(struct m2_value **out, struct m2_arena *a, struct m2_bytes text, struct m2_err *err) M2_MUST_USE;

/* ---- asking ---- */

enum m2_registry_status { M2_REGISTRY_OK, M2_REGISTRY_ERROR, M2_REGISTRY_SKIPPED };
struct m2_registry_answer {
    enum m2_registry_status status;
    struct m2_value *output; /* OK */
    const char *code;        /* ERROR: the registry's (MANIFEST_UNKNOWN, DENIED …), the HTTP status, AWS's, or "Network", "Tls",
                                "Timeout", "Cancelled", "Protocol", "TooLarge", "DigestMismatch", "Redirect" */
    const char *message;     /* ERROR; SKIPPED: the reason. Without secrets */
    int http_status;         /* 0 when no answer came */
    struct m2_err err;       /* ERROR: as one sentence, with its class */
};
typedef void m2_registry_done(void *user, const struct m2_registry_answer *answer);

struct m2_registry;
struct m2_registry_options {
    const struct m2_sys *sys;
    struct m2_net *net;                /* borrowed, as the next two */
    struct m2_aws *aws;                /* for ECR's token; NULL: ECR is not asked */
    const struct m2_awsconfig *config; /* a configured endpoint for ecr means: AWS's own registries are not asked. May be NULL */
    int answer_ms;                     /* for one answer; 0: 15 s */
};
struct m2_registry *m2_registry_new(const struct m2_registry_options *opt);
void m2_registry_free(struct m2_registry *r); /* NULL is fine */
/** Start OPERATION with INPUT (copied). The answer lives in A and comes from m2_net_step. */
void m2_registry_start(struct m2_registry *r, struct m2_arena *a, const char *operation, const struct m2_value *input,
                       m2_registry_done *done, void *user);

#endif
