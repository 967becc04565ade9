/*
 * cli/opt_table.h — questions about option rows and commands that parser, help, man page and completion share.
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
/** Bit of COMMAND in struct m2_opt.commands; 0 for NULL. */
uint32_t m2_command_bit(const struct m2_tool *tool, const struct m2_command *command);
#define M2_EVERY_COMMAND UINT32_MAX
/** Does O belong to all commands, or to one of COMMANDS (bits)? */
bool m2_opt_fits(const struct m2_opt *o, uint32_t commands);
/** Is row I the first of its group, among those that fit COMMANDS? */
bool m2_opt_opens_group(const struct m2_tool *tool, size_t i, uint32_t commands);
/** "a, b, c" (SEPARATOR between) of the commands in COMMANDS (bits); nothing of a tool without commands. */
void m2_command_join(struct m2_buf *out, const struct m2_tool *tool, uint32_t commands,
                     const char *separator);
/** Bits of the commands whose operands are files. */
uint32_t m2_commands_with_files(const struct m2_tool *tool);
bool m2_operands_are_files(const char *operands);
/** Are there as many WORDS as COMMAND (NULL: the tool itself) takes? Errors: M2_EUSAGE. */
int m2_operands_check(const struct m2_tool *tool, const struct m2_command *command,
                      const struct m2_strlist *words, struct m2_err *err) M2_MUST_USE;
/** "a, b, c" (SEPARATOR between) of a NULL-ended list. */
void m2_opt_join(struct m2_buf *out, const char *const *names, const char *separator);

#endif
