/*
 * cli/prompt.h — what the signal handler has to know about a prompt.
 */
#ifndef M2_CLI_PROMPT_H
#define M2_CLI_PROMPT_H

/** Give the terminal its echo back if a prompt has taken it. Async-signal-safe. */
void m2_prompt_restore(void);

#endif
