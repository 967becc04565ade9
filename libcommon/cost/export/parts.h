/*
 * cost/export/parts.h — what reading a bill needs from each kind of export.
 */
#ifndef M2_COST_EXPORT_PARTS_H
#define M2_COST_EXPORT_PARTS_H

#include "m2/reconcile.h"

enum bill_column {
    COL_TYPE,
    COL_CLASS,
    COL_SERVICE,
    COL_USAGE_TYPE,
    COL_START,
    COL_END,
    COL_PERIOD,
    COL_LIST,
    COL_BILLED,
    COL_QUANTITY,
    COL_CURRENCY,
    COL_RESOURCE,
    COL_REGION,
    COL_INVOICE,
    COL_PARENT,
    COL_COMMITMENT,
    COL_TAGS,
    COL_COUNT
};
struct bill_column_row {
    const char *name;  /* as documented; NULL: this kind has none */
    const char *alias; /* older or newer spelling that means the same; NULL: none */
    bool needed;
};
/* One kind of export. Names are compared without case, '_' and '/': so lineItem/UsageType is
 * line_item_usage_type. */
struct bill_kind {
    const char *title;
    const char *without_resources; /* what to switch on */
    struct bill_column_row column[COL_COUNT];
    /* From the texts TYPE, CLASS and COMMITMENT. */
    enum m2_charge (*charge)(const char *const field[COL_COUNT]);
    /* Its name and version, from the header. */
    const char *(*version)(const struct m2_bytes *header, size_t n);
};
extern const struct bill_kind m2_bill_cur, m2_bill_focus;

struct bill_type_row {
    const char *name;
    enum m2_charge charge;
};
/* ROWS end with a NULL name; UNKNOWN when NAME is in none. */
enum m2_charge m2_bill_type(const struct bill_type_row *rows, const char *name);
/* Are A and B the same but for case, '_', '/' and spaces? */
bool m2_bill_same_name(const char *a, const char *b);

/* ---- tags.c ---- */
/* Is KEY, as an export spells it ("user:Job", "user_job"), the tag WANTED? */
bool m2_bill_tag_is(const char *key, const char *wanted);
/* If COLUMN is a tag's own column ("resourceTags/user:Job"), the tag's key; else NULL. */
const char *m2_bill_tag_column(const char *column);
/* Value of WANTED in CELL, a JSON object; "" without it. In A. False: CELL is neither empty nor an object. */
bool m2_bill_tag_find(const char **out, struct m2_arena *a, const char *cell, const char *wanted);

#endif
