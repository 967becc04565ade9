/*
 * snapshot/index.h — what makes asking a snapshot cheap: calls by operation, by what they mention, items by
 * id.
 *
 * Model:     built on first use of each part, in the snapshot's arena; every part is built once, so all
 * questions together cost as much as the snapshot is large.
 */
#ifndef M2_SNAPSHOT_INDEX_H
#define M2_SNAPSHOT_INDEX_H

#include "m2/snapshot.h"
#include "snapshot/pages.h"
#include "snapshot/strmap.h"

struct m2_call_list {
    const struct m2_call **at;
    size_t len, cap;
};

/* Items of one list by the value of one key; the first of each value. */
struct m2_item_entry {
    const struct m2_value *item;
    const struct m2_call *call;
    size_t position;
    bool in_array;
};
struct m2_item_table {
    struct m2_strmap ids;
    M2_VEC(struct m2_item_entry) entries;
};

struct m2_mentions {
    struct m2_strmap texts;
    M2_VEC(struct m2_call_list) lists;
    bool built;
};

struct m2_op_index {
    struct m2_call_list calls;
    struct m2_call_list bare_refusals;   /* failed calls that were saved without their input */
    struct m2_mentions exact;            /* whole strings of the input */
    struct m2_mentions names;            /* last segments of the ARNs in it */
    struct m2_mentions shown;            /* strings of answers to calls without input */
    const struct m2_call *whole;         /* first ok, unfiltered, complete answer */
    const struct m2_call *whole_refused; /* first failed call without filters */
    const struct m2_call *refused;       /* first failed call */
    struct m2_strmap tables;             /* "list\x1fkey" */
    M2_VEC(struct m2_item_table) items;
};

void m2_index_make(struct m2_snapshot *s);
/** NULL when no call of OPERATION was made. */
struct m2_op_index *m2_index_op(const struct m2_snapshot *s, const char *service, const char *operation);
/** Calls whose input mentions TEXT: as it is, else by the name an ARN ends with (either way round). NULL when
 * none. */
const struct m2_call_list *m2_index_mentions(const struct m2_snapshot *s, struct m2_op_index *op,
                                             const char *text);
const struct m2_item_entry *m2_index_item(const struct m2_snapshot *s, struct m2_op_index *op,
                                          const char *list, const char *key, const char *id);
/** Position of CALL among the calls of its operation. */
size_t m2_index_ordinal(const struct m2_snapshot *s, const struct m2_call *call);
/** Does CALL's input leave nothing out? */
bool m2_call_unfiltered(const struct m2_call *call);

#endif
