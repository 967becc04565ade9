/* snapshot/pages.h — pages of one list that were saved one by one, and whether an answer is the whole list.
 */
#ifndef M2_SNAPSHOT_PAGES_H
#define M2_SNAPSHOT_PAGES_H

#include "m2/snapshot.h"

/** Make one call of each list whose pages are there: where an answer ends with the token that another call of
 * the same operation, in the same region, for the same input otherwise, asked with. To be called before the index is made. */
void m2_pages_join(struct m2_snapshot *s);
/** Is CALL's answer the whole list: no page is to come, and none came before? */
bool m2_answer_complete(const struct m2_call *call);
/** Does the member KEY of an input page through a list, and leave nothing out of it? */
bool m2_is_paging(const char *key);

#endif
