/*
 * m2/deploy.h — what deploying a computing unit starts from.
 *
 * Source:    AWS CloudFormation API Reference (CreateChangeSet: a template given as text has at most 51,200
 * bytes).
 */
#ifndef M2_DEPLOY_H
#define M2_DEPLOY_H

#include <stddef.h>

#define M2_DEPLOY_TEMPLATE_MAX 51200 /* bytes that CreateChangeSet takes as TemplateBody */

/** The built-in template of a computing unit, YAML, NUL-terminated after SIZE_BYTES. Static storage. */
const char *m2_deploy_template(size_t *size_bytes);

#endif
