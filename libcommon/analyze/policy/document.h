/*
 * analyze/policy/document.h — reading IAM policy documents: statements, principals, conditions; m2/policy.h
 * evaluates them.
 *
 * Model:     every list may also be a lone value; action names match with * and ?, letter case ignored.
 * Source:    AWS IAM User Guide, policy grammar.
 */
#ifndef M2_ANALYZE_POLICY_DOCUMENT_H
#define M2_ANALYZE_POLICY_DOCUMENT_H

#include <stdbool.h>

#include "m2/mem.h"
#include "m2/value.h"

/** The document as a tree: an object, or JSON text, also percent-encoded as IAM's API gives it. NULL when it
 * is neither. */
const struct m2_value *m2_policy_document(struct m2_arena *a, const struct m2_value *v);
size_t m2_policy_statements(const struct m2_value *document);
const struct m2_value *m2_policy_statement(const struct m2_value *document, size_t i);

bool m2_statement_allows(const struct m2_value *st);
bool m2_statement_denies(const struct m2_value *st);
/** Is ACTION among Action (or not among NotAction)? */
bool m2_statement_covers_action(const struct m2_value *st, const char *action);

/** The I-th text of V: of a list, or V itself when it is a lone text. NULL past the end. */
const char *m2_policy_text(const struct m2_value *v, size_t i);
/** Principal TYPE ("AWS", "Service") of ST as a value (list or text); for Principal "*" that text, whatever
 * the type. */
const struct m2_value *m2_statement_principal(const struct m2_value *st, const char *type);

/** The values that KEY must have by a condition of ST that asks for them (…Equals, …Like, Arn…; also
 * ForAnyValue; not …IfExists, not negated). NULL when no condition does. */
const struct m2_value *m2_statement_condition(const struct m2_value *st, const char *key);

#endif
