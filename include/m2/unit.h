/*
 * m2/unit.h — a computing unit as CloudMR Brain knows it: reading, writing, finding the same one, comparing (pure).
 *
 * Model:     a unit is its id and a text per field; the table of fields says how each is called. NULL: not given. Names of
 *            members are read without regard to case and '_' (computingUnitId, computing_unit_id), old names too (appId, mode2).
 *            An apiKey is never kept: a unit only knows that it has one.
 * Lifetime:  everything lives in the arena given, or in the value that was read.
 * Source:    the list and register calls of the public scripts and web client of CloudMR.
 */
#ifndef M2_UNIT_H
#define M2_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/value.h"

#define M2_USUAL_APP "MR Optimum"

/* In the order of the registration payload. */
enum m2_unit_field {
    M2_UNIT_APP,
    M2_UNIT_MODE,     /* "mode_1", "mode_2": other spellings are read as these */
    M2_UNIT_PROVIDER, /* "cloudmrhub", "user", "self-hosted" */
    M2_UNIT_ACCOUNT,
    M2_UNIT_REGION,
    M2_UNIT_STATE_MACHINE,
    M2_UNIT_RESULTS,
    M2_UNIT_FAILED,
    M2_UNIT_DATA,
    M2_UNIT_DEFAULT, /* "true", "false" */
    M2_UNIT_ALIAS,
    M2_UNIT_ROLE,
    M2_UNIT_EXTERNAL_ID,
    M2_UNIT_LOGO, /* mode_1 */
    M2_UNIT_LOGO_POSITION,
    M2_UNIT_ENDPOINT, /* of a worker, instead of the state machine and the role */
    M2_UNIT_FIELDS
};

struct m2_unit_row {
    const char *key;   /* in the payload: "crossAccountRoleArn" */
    const char *label; /* for people: "cross-account role" */
    const char *cause; /* of a difference: "brain.role" */
    bool warn;         /* a difference does not keep jobs from this unit */
};
/** M2_UNIT_FIELDS rows, by enum m2_unit_field. Static storage. */
const struct m2_unit_row *m2_unit_rows(void);

struct m2_unit {
    const char *id;     /* NULL before it is registered */
    const char *app_id; /* of a unit that names its application by number only, else NULL */
    const char *at[M2_UNIT_FIELDS];
    const char *created; /* as the server writes it, or NULL */
    bool has_api_key;
};

struct m2_units {
    M2_VEC(struct m2_unit) list;
    const char *next_name, *next; /* query parameter and value of the next page; NULL at the end */
};

/** "mode_2" for "mode2", "Mode 2", "MODE-2"; other text as it is, NULL for NULL. */
const char *m2_unit_mode(struct m2_arena *a, const char *text);
/** One unit. V must be an object. */
void m2_unit_read(struct m2_unit *out, struct m2_arena *a, const struct m2_value *v);
/**
 * Append the units of one list answer to OUT, each id once. Shapes: an array; an object with "units", "computingUnits", "items" or
 * "data" (an array, or again one of these shapes); an object with "mode_1" and "mode_2". Sets out->next.
 * Errors: M2_EPROTO saying what was seen instead.
 */
int m2_units_read(struct m2_units *out, struct m2_arena *a, const struct m2_value *body,
                  struct m2_err *err) M2_MUST_USE;
/** Give units that have an app_id alone the name that APPS (the answer of cloudapp/list) has for it. */
void m2_units_name_apps(struct m2_units *units, struct m2_arena *a, const struct m2_value *apps);

/** The body of computing-unit/register: fields that are set, in order, isDefault as a boolean. */
struct m2_value *m2_unit_payload(struct m2_arena *a, const struct m2_unit *u);
/** The same with computingUnitId, and apiKey as "(hidden)" when there is one: for lists and reports. */
struct m2_value *m2_unit_to_value(struct m2_arena *a, const struct m2_unit *u);

/* ---- which unit is which ---- */

enum m2_unit_relation {
    M2_UNIT_OTHER,
    M2_UNIT_NEAR, /* same application and mode, and the same account, state machine or bucket: perhaps what was meant */
    M2_UNIT_SAME, /* application, mode, account, region and state machine (worker: endpoint) */
};
enum m2_unit_relation m2_unit_relate(const struct m2_unit *wanted, const struct m2_unit *other);
/** Is U one of APP, however that is written, or does it not say? */
bool m2_unit_is_of_app(const struct m2_unit *u, const char *app);
/** "region us-west-2 instead of us-east-1, …": why a near unit is not the same, in A. */
const char *m2_unit_why_near(struct m2_arena *a, const struct m2_unit *wanted, const struct m2_unit *other);
/** Negative when of two units for the same thing A is to be kept: one with an id, the older, else the lesser id. Every run says the same. */
int m2_unit_keep(const struct m2_unit *a, const struct m2_unit *b);

/* ---- field by field ---- */

enum m2_field_verdict {
    M2_FIELD_SAME,
    M2_FIELD_ACCEPTED, /* not as expected, and as good: provider self-hosted */
    M2_FIELD_MISSING,  /* expected and not registered */
    M2_FIELD_DIFFERS,
    M2_FIELD_VERDICTS
};
const char *m2_field_verdict_name(enum m2_field_verdict v); /* "same", "accepted", "missing", "differs" */

struct m2_field {
    enum m2_unit_field field;
    const char *expected, *registered; /* "" for none */
    enum m2_field_verdict verdict;
};
struct m2_fields {
    struct m2_field at[M2_UNIT_FIELDS];
    size_t n;
    size_t wrong;    /* missing or different, and jobs suffer */
    size_t warnings; /* missing or different in a row of warn */
};
/** Each field that EXPECTED has; "" expects that the field is not set; NULL expects nothing. */
void m2_unit_compare(struct m2_fields *out, const struct m2_unit *expected, const struct m2_unit *registered);
/** [{"field","expected","registered","verdict"}] */
struct m2_value *m2_fields_to_value(struct m2_arena *a, const struct m2_fields *f);

#endif
