/*
 * gendocs.h — the parts of gendocs: which tools there are, and one function per document.
 */
#ifndef M2_GENDOCS_H
#define M2_GENDOCS_H

#include "m2/cli.h"

struct gendocs_tool {
    const struct m2_tool *tool;
    size_t args_size; /* of the struct that m2_opt_parse fills */
};
extern const struct gendocs_tool gendocs_tools[]; /* ended by a row whose tool is NULL */

void gendocs_checks(struct m2_buf *out);
void gendocs_credentials(struct m2_buf *out);
void gendocs_rights(struct m2_buf *out);
void gendocs_tables(struct m2_buf *out);
/** The names of all tools, one a line. */
void gendocs_names(struct m2_buf *out);
/** Parse every example of every tool and command as the tool would; write each that is right into OUT.
 * Errors: what is wrong with the first that the tool would refuse. */
int gendocs_examples(struct m2_buf *out, struct m2_err *err) M2_MUST_USE;

#endif
