/*
 * cli/opt_table.h — questions about option rows that parser, help, man page and completion share.
 */
#ifndef M2_CLI_OPT_TABLE_H
#define M2_CLI_OPT_TABLE_H

#include "m2/cli.h"

bool m2_opt_takes_value(const struct m2_opt *o);
bool m2_opt_takes_file(const struct m2_opt *o);
bool m2_opt_may_repeat(const struct m2_opt *o);
/** NULL-ended, or NULL when any text is allowed. */
const char *const *m2_opt_choices(const struct m2_opt *o);
/** Heading of row I: its own, or that of a row above, or "Options". */
const char *m2_opt_group(const struct m2_tool *tool, size_t i);
/** Is row I the first of its group? */
bool m2_opt_opens_group(const struct m2_tool *tool, size_t i);
/** "a, b, c" (SEPARATOR between) of a NULL-ended list. */
void m2_opt_join(struct m2_buf *out, const char *const *names, const char *separator);

#endif
