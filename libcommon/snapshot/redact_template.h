/* snapshot/redact_template.h — templates without secrets, their lines where they were. */
#ifndef M2_SNAPSHOT_REDACT_TEMPLATE_H
#define M2_SNAPSHOT_REDACT_TEMPLATE_H

#include "m2/str.h"
#include "m2/value.h"
#include "snapshot/redact.h"

/** TEXT (NUL-terminated) in R's arena. CLEAN gives a tree without secrets: it knows them by the names above
 * them. */
const char *m2_redact_template(struct m2_redactor *r, struct m2_bytes text,
                               struct m2_value *(*clean)(void *user, const struct m2_value *v), void *user);

#endif
