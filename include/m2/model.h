/*
 * m2/model.h — AWS service models: operations and shapes as data.
 *
 * Model:     a trimmed botocore service model (metadata, operations, shapes, pagination, waiters) in the value tree. Models of our
 *            services are embedded (libcommon/aws/models/<service>.json, made by scripts/trim-models.py) and parsed on first use; a test may
 *            give its own (AWS's protocol tests do).
 * Lifetime:  embedded models live for the process; others in the arena given.
 */
#ifndef M2_MODEL_H
#define M2_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/value.h"

enum m2_protocol { M2_PROTO_QUERY, M2_PROTO_EC2, M2_PROTO_JSON, M2_PROTO_REST_JSON, M2_PROTO_REST_XML };

struct m2_service {
    const char *name;            /* AWS CLI command name: "ec2", "stepfunctions", "s3" … */
    enum m2_protocol protocol;
    const char *api_version;
    const char *json_version;    /* "1.0", "1.1" or NULL */
    const char *target_prefix;   /* json only */
    const char *endpoint_prefix; /* "api.ecr" */
    const char *signing_name;    /* "ecr" */
    const char *service_id;      /* for AWS_ENDPOINT_URL_<ID>, e.g. "SFN", "CLOUDWATCH_LOGS" */
    const struct m2_value *root; /* the model */
};

struct m2_op {
    const struct m2_service *service;
    const char *name;
    const struct m2_value *def;    /* the operation's object */
    const struct m2_value *input;  /* shape, or NULL */
    const struct m2_value *output; /* shape, or NULL */
    bool unsigned_call;            /* authtype none */
    bool read_only;                /* by name: Describe, Get, List, Head, Simulate, BatchGet, Lookup, Filter, Query… */
    bool has_token;                /* an idempotencyToken member: a repeat is harmless */
};

/** Embedded model of SERVICE. Errors: M2_EBUG (no such service). */
int m2_model_service(const struct m2_service **out, const char *service, struct m2_err *err) M2_MUST_USE;
/** Service from a model ROOT in botocore's format. */
int m2_model_from_value(struct m2_service *out, struct m2_arena *a, const char *name,
                        const struct m2_value *root, struct m2_err *err) M2_MUST_USE;
/** Operation NAME ("DescribeSubnets"). Errors: M2_EBUG. */
int m2_model_op(struct m2_op *out, const struct m2_service *s, const char *name, struct m2_err *err) M2_MUST_USE;
/** Shape by reference object ({"shape":"X", …}). */
const struct m2_value *m2_model_shape(const struct m2_service *s, const struct m2_value *ref);
/** Names of the embedded services, NULL-ended, sorted. */
const char *const *m2_model_services(void);

/** IAM action of an operation, e.g. s3 ListObjectVersions → "s3:ListBucketVersions"; "service-quotas" → "servicequotas:…".
 * From a table for the exceptions, else "<signing name>:<operation>". Lives in A. */
const char *m2_model_iam_action(struct m2_arena *a, const char *service, const char *operation);

#endif
