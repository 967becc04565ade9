/*
 * cli/opt_completion.h — one writer per shell, one file each (opt_completion_SHELL.c).
 */
#ifndef M2_CLI_OPT_COMPLETION_H
#define M2_CLI_OPT_COMPLETION_H

#include "m2/cli.h"

void m2_completion_bash(struct m2_buf *out, const struct m2_tool *tool);
void m2_completion_zsh(struct m2_buf *out, const struct m2_tool *tool);
void m2_completion_fish(struct m2_buf *out, const struct m2_tool *tool);
/** "--region | --format | -s": a shell pattern of the options whose value is the next word. */
void m2_completion_valued(struct m2_buf *out, const struct m2_tool *tool);

#endif
