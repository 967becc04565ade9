/*
 * m2/template.h — CloudFormation templates as a snapshot holds them: a text, and the tree it is read into.
 *
 * Model:     a template is the answer of a call: `template ReadFile` for a local file, `cloudformation GetTemplate` for a deployed
 *            one; its text is the member TemplateBody. So positions are never stored: they come from the text, and analysis
 *            stays a function of the snapshot. In the tree every short intrinsic (`!Ref X`) has its long form ({"Ref": "X"}).
 * Lifetime:  everything lives in the arena given.
 * Source:    AWS CloudFormation User Guide: template anatomy, intrinsic functions, quotas.
 */
#ifndef M2_TEMPLATE_H
#define M2_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/str.h"
#include "m2/value.h"
#include "m2/yaml.h"

#define M2_TEMPLATE_MAX_BYTES 1000000          /* what CloudFormation takes, from S3 */
#define M2_TEMPLATE_READ_BYTES ((size_t)8 << 20) /* what is read of a file at all */
#define M2_TEMPLATE_FILES 64                   /* followed from one file on, itself included */

struct m2_template_text {
    struct m2_bytes text;
    const struct m2_value *root; /* NULL: it cannot be read, see fault */
    const struct m2_yaml_duplicate *duplicates;
    size_t n_duplicates;
    const char *fault; /* what is wrong with the text, or NULL */
    uint32_t line, col; /* where; 0 when that is not known */
};

/** Read TEXT as JSON when its first character says so, else as YAML. What is wrong with it is a result, not an error. */
void m2_template_parse(struct m2_template_text *out, struct m2_arena *a, struct m2_bytes text);

/** The file that a nested stack (RESOURCE) names, when it is a local one: its TemplateURL or Location; else NULL. */
const char *m2_template_local(const struct m2_value *resource);

/**
 * Push onto CALLS the answers of `template ReadFile` about PATH and, through nested stacks, the local files it names. A nested
 * file that cannot be read, or that stands outside of what is followed, is a call with an error.
 * Errors: of m2_file_read about PATH itself; a larger file than M2_TEMPLATE_READ_BYTES is none, but a call with TooLarge.
 */
int m2_template_read(struct m2_value *calls, struct m2_arena *a, const char *path, struct m2_err *err) M2_MUST_USE;

#endif
