/* Which unit is the same, which is only like it, and what differs. */
#include <string.h>

#include "brain/unit.h"

/* What makes a unit this one and no other. */
static const enum m2_unit_field identity[] = { M2_UNIT_MODE, M2_UNIT_ACCOUNT, M2_UNIT_REGION,
                                               M2_UNIT_STATE_MACHINE, M2_UNIT_ENDPOINT };
/* One of them in common makes a unit of the same application and mode worth showing. */
static const enum m2_unit_field kinship[] = { M2_UNIT_ACCOUNT, M2_UNIT_STATE_MACHINE, M2_UNIT_RESULTS,
                                              M2_UNIT_ROLE, M2_UNIT_ENDPOINT };

static const char *text(const struct m2_unit *u, enum m2_unit_field f)
{
    return m2_str_or(u->at[f], "");
}

static bool agree(const struct m2_unit *a, const struct m2_unit *b, enum m2_unit_field f)
{
    return strcmp(text(a, f), text(b, f)) == 0;
}

/* Names that a person would call the same: "MR Optimum", "mroptimum", "mr_optimum". */
static bool names_agree(const char *p, const char *q)
{
    for (;; p++, q++) {
        p += strspn(p, " _-");
        q += strspn(q, " _-");
        if (m2_str_eq_ci(p, q))
            return true;
        if (!*p || !*q || strncasecmp(p, q, 1) != 0)
            return false;
    }
}

static bool same_app(const struct m2_unit *a, const struct m2_unit *b, bool exact)
{
    return exact ? agree(a, b, M2_UNIT_APP) : names_agree(text(a, M2_UNIT_APP), text(b, M2_UNIT_APP));
}

bool m2_unit_is_of_app(const struct m2_unit *u, const char *app)
{
    return !u->at[M2_UNIT_APP] || names_agree(u->at[M2_UNIT_APP], app);
}

enum m2_unit_relation m2_unit_relate(const struct m2_unit *wanted, const struct m2_unit *other)
{
    bool same = same_app(wanted, other, true);
    for (size_t i = 0; same && i < sizeof identity / sizeof identity[0]; i++)
        same = agree(wanted, other, identity[i]);
    if (same)
        return M2_UNIT_SAME;
    if (!same_app(wanted, other, false) || !agree(wanted, other, M2_UNIT_MODE))
        return M2_UNIT_OTHER;
    for (size_t i = 0; i < sizeof kinship / sizeof kinship[0]; i++)
        if (*text(wanted, kinship[i]) && agree(wanted, other, kinship[i]))
            return M2_UNIT_NEAR;
    return M2_UNIT_OTHER;
}

const char *m2_unit_why_near(struct m2_arena *a, const struct m2_unit *wanted, const struct m2_unit *other)
{
    static const enum m2_unit_field told[] = { M2_UNIT_APP, M2_UNIT_ACCOUNT, M2_UNIT_REGION,
                                               M2_UNIT_STATE_MACHINE, M2_UNIT_ENDPOINT };
    const char *why = "";
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        if (!agree(wanted, other, told[i]))
            why = m2_arena_printf(a, "%s%s%s %s instead of %s", why, *why ? ", " : "",
                                  m2_unit_rows()[told[i]].label, m2_str_or(other->at[told[i]], "none"),
                                  m2_str_or(wanted->at[told[i]], "none"));
    return why;
}

int m2_unit_keep(const struct m2_unit *a, const struct m2_unit *b)
{
    if (!a->id != !b->id) /* one without id cannot be told from another */
        return a->id ? -1 : 1;
    int age = a->created && b->created ? strcmp(a->created, b->created) : 0;
    return age ? age : strcmp(m2_str_or(a->id, ""), m2_str_or(b->id, ""));
}

/* ---- field by field ---- */

static const char *const verdicts[M2_FIELD_VERDICTS] = {
    [M2_FIELD_SAME] = "same",
    [M2_FIELD_ACCEPTED] = "accepted",
    [M2_FIELD_MISSING] = "missing",
    [M2_FIELD_DIFFERS] = "differs",
};

/* Other values that do as well. */
static const struct {
    enum m2_unit_field field;
    const char *expected, *as_well;
} accepted[] = {
    { M2_UNIT_PROVIDER, "user", "self-hosted" },
    { M2_UNIT_DEFAULT, "false", "" }, /* not given is not the default */
};

const char *m2_field_verdict_name(enum m2_field_verdict v)
{
    return verdicts[v];
}

static enum m2_field_verdict judge(enum m2_unit_field f, const char *expected, const char *registered)
{
    if (strcmp(expected, registered) == 0)
        return M2_FIELD_SAME;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        if (accepted[i].field == f && strcmp(accepted[i].expected, expected) == 0 &&
            strcmp(accepted[i].as_well, registered) == 0)
            return M2_FIELD_ACCEPTED;
    return *registered ? M2_FIELD_DIFFERS : M2_FIELD_MISSING;
}

void m2_unit_compare(struct m2_fields *out, const struct m2_unit *expected, const struct m2_unit *registered)
{
    *out = (struct m2_fields){ .n = 0 };
    for (int i = 0; i < M2_UNIT_FIELDS; i++) {
        enum m2_unit_field f = (enum m2_unit_field)i;
        if (!expected->at[f])
            continue;
        const char *is = text(registered, f);
        enum m2_field_verdict v = judge(f, expected->at[f], is);
        out->at[out->n++] = (struct m2_field){ f, expected->at[f], is, v };
        bool off = v == M2_FIELD_MISSING || v == M2_FIELD_DIFFERS;
        out->wrong += off && !m2_unit_rows()[f].warn;
        out->warnings += off && m2_unit_rows()[f].warn;
    }
}

struct m2_value *m2_fields_to_value(struct m2_arena *a, const struct m2_fields *f)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < f->n; i++) {
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "field", m2_unit_rows()[f->at[i].field].key);
        m2_v_set_str(a, v, "expected", f->at[i].expected);
        m2_v_set_str(a, v, "registered", f->at[i].registered);
        m2_v_set_str(a, v, "verdict", verdicts[f->at[i].verdict]);
        m2_v_push(a, list, v);
    }
    return list;
}
