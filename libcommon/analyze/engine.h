/*
 * analyze/engine.h — the parts of the engine: the areas, uids and order of findings, causes that explain each
 * other.
 */
#ifndef M2_ANALYZE_ENGINE_H
#define M2_ANALYZE_ENGINE_H

#include "analyze/area.h"
#include "m2/check.h"

/** The areas in report order. Static storage. */
const struct m2_area *const *m2_areas(size_t *n);

/** Does SLUG match PATTERN (a slug, or one ending in "*")? NULL matches nothing. */
bool m2_slug_matches(const char *pattern, const char *slug);

/**
 * Where a check stands in the chain from cause to effect: a link counts only from a lower rank to a higher
 * one, so findings can never explain each other in a circle. Order: links.c. -1 for an id without a row (a
 * test forbids it).
 */
int m2_causal_rank(const char *check_id);
/** Fill caused_by and explains of OUT by the links of all areas, then root_causes. */
void m2_links_apply(struct m2_findings *out);

/** Sort one check's findings (from FIRST on) into an order that does not depend on the order of the snapshot,
 * drop repeated ones, and give each its final uid. */
void m2_findings_settle(struct m2_findings *out, size_t first);

/** COMMAND with --region and --profile added to each `aws …` in it that has none. NULL adds nothing. */
const char *m2_command_complete(struct m2_arena *a, const char *command, const char *region,
                                const char *profile);

#endif
