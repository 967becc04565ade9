/* What a run found and did, as text, JSON or annotations of a workflow. */
#include <string.h>

#include "common/table.h"
#include "m2/json.h"
#include "m2/report.h"
#include "register.h"

#define SCHEMA "m2-register/1"

static const struct m2_proven *proof_of(const struct m2_proofs *proofs, enum m2_unit_field f)
{
    for (size_t i = 0; i < proofs->list.len; i++)
        if (proofs->list.at[i].field == f)
            return &proofs->list.at[i];
    return NULL;
}

static const char *word(struct m2_arena *a, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 16);
    m2_shell_quote(&b, m2_str_or(s, ""));
    const char *quoted = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return quoted;
}

/* ---- the sentences, the same in every format ---- */

/* The answer in one sentence. */
static const char *verdict(struct m2_arena *a, const struct shown *s)
{
    const struct enroll_result *r = s->result;
    if (!r)
        return m2_arena_printf(a, "Not registered: %zu of the values %s wrong; nothing was written.",
                               s->proofs->counts[M2_PROOF_WRONG],
                               s->proofs->counts[M2_PROOF_WRONG] == 1 ? "is" : "are");
    const char *unit =
        m2_arena_printf(a, "unit %s (%s of %s)", m2_str_or(r->unit.id, "without id"),
                        m2_str_or(r->unit.at[M2_UNIT_MODE], "?"), m2_str_or(r->unit.at[M2_UNIT_APP], "?"));
    switch (r->outcome) {
    case ENROLL_UNCHANGED:
        return m2_arena_printf(a, "Already registered, nothing changed: %s.", unit);
    case ENROLL_REGISTERED:
        return m2_arena_printf(a, "Registered: %s.", unit);
    case ENROLL_UPDATED:
        return m2_arena_printf(a, "Updated: %s.", unit);
    case ENROLL_NO_ROLE:
        return m2_arena_printf(
            a, "Registered without its role: %s. Brain cannot start jobs in your account yet.", unit);
    case ENROLL_KEPT:
        return m2_arena_printf(
            a, "Not updated: %s keeps its role and its other fields; jobs go where they went before.", unit);
    case ENROLL_DIFFERS:
        return m2_arena_printf(a, "Registered, but not as wanted: %s. Brain did not take over every field.",
                               unit);
    case ENROLL_TWO:
        return m2_arena_printf(a, "Registered %zu times: %s is to stay, the others are to be removed.",
                               r->surplus.len + 1, unit);
    case ENROLL_OUTCOMES:
        break;
    }
    return "";
}

struct sentences {
    struct m2_arena *arena;
    M2_VEC(const char *) errors; /* each keeps the run from being right */
    M2_VEC(const char *) warnings;
    M2_VEC(const char *) commands; /* to paste */
};

static void say_removal(struct sentences *t, const struct enroll_result *r, const char *id)
{
    const char *app = r->wanted.at[M2_UNIT_APP], *shown = word(t->arena, id);
    bool usual = m2_str_empty(app) || m2_str_eq(app, M2_USUAL_APP);
    m2_vec_push(t->arena, &t->commands,
                m2_arena_printf(t->arena, "m2-register --unregister %s --confirm %s%s%s", shown, shown,
                                usual ? "" : " --app-name ", usual ? "" : word(t->arena, app)));
}

static void say_role(struct sentences *t, const struct shown *s)
{
    const struct enroll_result *r = s->result;
    const char *id = r->wanted.at[M2_UNIT_EXTERNAL_ID];
    m2_vec_push(
        t->arena, &t->errors,
        m2_arena_printf(
            t->arena,
            "Brain's known fault with the role: it did not take crossAccountRoleArn = %s%s%s (it said: "
            "%s). Ask CloudMRHub to attach %s to unit %s, then run m2-register again.",
            m2_str_or(r->wanted.at[M2_UNIT_ROLE], "none"), m2_str_empty(id) ? "" : ", externalId = ",
            m2_str_or(id, ""), r->role_said, m2_str_empty(id) ? "it" : "both", m2_str_or(r->unit.id, "?")));
}

/* Removing the unit and registering it anew is no way out: the role would be lost. */
static void say_kept(struct sentences *t, const struct shown *s)
{
    const struct enroll_result *r = s->result;
    for (size_t i = 0; i < r->fields.n; i++) {
        const struct m2_field *f = &r->fields.at[i];
        if (f->verdict != M2_FIELD_MISSING && f->verdict != M2_FIELD_DIFFERS)
            continue;
        m2_vec_push(t->arena, &t->errors,
                    m2_arena_printf(
                        t->arena,
                        "Brain's known fault with the role keeps %s from being changed (it said: %s). Ask "
                        "CloudMRHub to set %s = \"%s\" on unit %s; it is \"%s\" now.",
                        m2_unit_rows()[f->field].key, r->role_said, m2_unit_rows()[f->field].key, f->expected,
                        m2_str_or(r->unit.id, "?"), f->registered));
    }
}

static void say_result(struct sentences *t, const struct shown *s)
{
    const struct enroll_result *r = s->result;
    struct m2_arena *a = t->arena;
    if (r->outcome == ENROLL_NO_ROLE)
        say_role(t, s);
    if (r->outcome == ENROLL_KEPT)
        say_kept(t, s);
    for (size_t i = 0; i < r->fields.n && r->outcome == ENROLL_DIFFERS; i++) {
        const struct m2_field *f = &r->fields.at[i];
        if (f->verdict == M2_FIELD_MISSING || f->verdict == M2_FIELD_DIFFERS)
            m2_vec_push(a, &t->errors,
                        m2_arena_printf(a, "%s is \"%s\" at Brain, not \"%s\".", m2_unit_rows()[f->field].key,
                                        f->registered, f->expected));
    }
    if (r->outcome == ENROLL_DIFFERS && !r->role_said) /* with that fault the next unit would have no role */
        say_removal(t, r, r->unit.id);
    for (size_t i = 0; i < r->surplus.len; i++) {
        const struct m2_unit *u = &r->surplus.at[i];
        m2_vec_push(a, &t->errors,
                    m2_arena_printf(a, "Unit %s is for the same state machine as %s; remove it.",
                                    m2_str_or(u->id, "?"), m2_str_or(r->unit.id, "?")));
        say_removal(t, r, u->id);
    }
    for (size_t i = 0; i < r->near.len; i++)
        m2_vec_push(a, &t->warnings,
                    m2_arena_printf(a, "Unit %s is like this one and was left alone: %s.",
                                    m2_str_or(r->near.at[i].id, "?"),
                                    m2_unit_why_near(a, &r->wanted, &r->near.at[i])));
}

static void say_all(struct sentences *t, const struct shown *s)
{
    static const char *const begins[M2_PROOF_COUNT] = {
        [M2_PROOF_UNKNOWN] = "Not known: ", [M2_PROOF_NOTED] = "", [M2_PROOF_WRONG] = "", [M2_PROOF_OK] = ""
    };
    for (size_t i = 0; i < s->proofs->list.len; i++) {
        const struct m2_proven *p = &s->proofs->list.at[i];
        const char *said = m2_arena_printf(t->arena, "%s%s", begins[p->proof], p->said);
        if (p->proof == M2_PROOF_WRONG)
            m2_vec_push(t->arena, &t->errors, said);
        else if (p->proof != M2_PROOF_OK)
            m2_vec_push(t->arena, &t->warnings, said);
    }
    if (s->result)
        say_result(t, s);
    for (size_t i = 0; i < s->n_notes; i++)
        m2_vec_push(t->arena, &t->warnings, s->notes[i]);
}

/* ---- text ---- */

/* WIDTH 0: as they are, to be pasted. */
static void add_lines(struct m2_buf *out, const char *mark, const char *const *lines, size_t n, int width)
{
    for (size_t i = 0; i < n; i++) {
        m2_buf_adds(out, mark);
        if (width)
            m2_wrap(out, lines[i], strlen(mark), strlen(mark), (size_t)width, false);
        else
            m2_term_clean(out, lines[i], true);
        m2_buf_addc(out, '\n');
    }
}

static void text_values(struct m2_buf *out, struct m2_arena *a, const struct shown *s)
{
    static const char *const head[] = { "field", "value", "from", "check" };
    struct table t = { .arena = a, .width = s->width };
    table_row(&t, head, 4);
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++) {
        const struct m2_setting *v = &s->values->at[f];
        const struct m2_proven *p = proof_of(s->proofs, (enum m2_unit_field)f);
        if (!v->value && !p && m2_str_eq(v->source, "not set"))
            continue;
        const char *const cells[] = { m2_unit_rows()[f].key, v->value, v->source,
                                      p ? m2_proof_name(p->proof) : "" };
        table_row(&t, cells, 4);
    }
    table_text(out, &t);
}

static void text_fields(struct m2_buf *out, struct m2_arena *a, const struct m2_fields *f, int width)
{
    static const char *const head[] = { "field", "expected", "registered", "verdict" };
    struct table t = { .arena = a, .width = width };
    table_row(&t, head, 4);
    for (size_t i = 0; i < f->n; i++) {
        const struct m2_field *x = &f->at[i];
        const char *const cells[] = { m2_unit_rows()[x->field].key, x->expected,
                                      x->verdict == M2_FIELD_SAME ? "=" : x->registered,
                                      m2_field_verdict_name(x->verdict) };
        table_row(&t, cells, 4);
    }
    table_text(out, &t);
}

static void text_result(struct m2_buf *out, struct m2_arena *a, const struct shown *s, const char *first)
{
    struct sentences t = { .arena = a };
    say_all(&t, s);
    m2_wrap(out, first, 0, 0, (size_t)s->width, false);
    m2_buf_adds(out, "\n\n");
    text_values(out, a, s);
    if (s->result && (s->result->fields.wrong || s->result->fields.warnings)) {
        m2_buf_adds(out, "\nWhat Brain holds:\n");
        text_fields(out, a, &s->result->fields, s->width);
    }
    if (t.errors.len + t.warnings.len)
        m2_buf_addc(out, '\n');
    add_lines(out, "error: ", t.errors.at, t.errors.len, s->width);
    add_lines(out, "note: ", t.warnings.at, t.warnings.len, s->width);
    add_lines(out, "  $ ", t.commands.at, t.commands.len, 0);
}

/* ---- JSON ---- */

static struct m2_value *texts(struct m2_arena *a, const char *const *at, size_t n)
{
    struct m2_value *v = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, v, m2_v_string(a, at[i]));
    return v;
}

static struct m2_value *document(struct m2_arena *a)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "schema", SCHEMA);
    return v;
}

static void put_document(struct m2_buf *out, const struct m2_value *v)
{
    m2_json_write(out, v, true);
    m2_buf_addc(out, '\n');
}

static struct m2_value *values_value(struct m2_arena *a, const struct shown *s)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++) {
        const struct m2_setting *v = &s->values->at[f];
        const struct m2_proven *p = proof_of(s->proofs, (enum m2_unit_field)f);
        if (!v->value && !p && m2_str_eq(v->source, "not set"))
            continue;
        struct m2_value *item = m2_v_object(a);
        m2_v_set_str(a, item, "field", m2_unit_rows()[f].key);
        m2_v_set(a, item, "value", m2_v_string(a, v->value));
        m2_v_set_str(a, item, "source", v->source);
        if (p)
            m2_v_set_str(a, item, "check", m2_proof_name(p->proof));
        if (p && *p->said)
            m2_v_set_str(a, item, "said", p->said);
        m2_v_push(a, list, item);
    }
    return list;
}

static struct m2_value *units_value(struct m2_arena *a, const struct m2_unit *at, size_t n)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, list, m2_unit_to_value(a, &at[i]));
    return list;
}

static void json_result(struct m2_buf *out, struct m2_arena *a, const struct shown *s, const char *first,
                        bool dry)
{
    struct sentences t = { .arena = a };
    struct m2_value *v = document(a);
    const struct enroll_result *r = s->result;
    say_all(&t, s);
    if (!dry)
        m2_v_set_str(a, v, "outcome", r ? enroll_outcome_name(r->outcome) : "not-registered");
    m2_v_set_str(a, v, "summary", first);
    if (r)
        m2_v_set(a, v, "unit", m2_unit_to_value(a, &r->unit));
    else
        m2_v_set(a, v, "payload", m2_unit_payload(a, &s->values->unit));
    m2_v_set(a, v, "values", values_value(a, s));
    if (r) {
        m2_v_set(a, v, "fields", m2_fields_to_value(a, &r->fields));
        m2_v_set(a, v, "near", units_value(a, r->near.at, r->near.len));
        m2_v_set(a, v, "duplicates", units_value(a, r->surplus.at, r->surplus.len));
    }
    m2_v_set(a, v, "errors", texts(a, t.errors.at, t.errors.len));
    m2_v_set(a, v, "notes", texts(a, t.warnings.at, t.warnings.len));
    m2_v_set(a, v, "commands", texts(a, t.commands.at, t.commands.len));
    put_document(out, v);
}

/* ---- annotations of a GitHub workflow ---- */

static void annotate(struct m2_buf *out, const char *kind, const char *text)
{
    m2_github_annotation(out, kind, "m2-register", text);
}

static void github_result(struct m2_buf *out, struct m2_arena *a, const struct shown *s, const char *first)
{
    struct sentences t = { .arena = a };
    say_all(&t, s);
    annotate(out, t.errors.len ? "error" : "notice", first);
    for (size_t i = 0; i < t.errors.len; i++)
        annotate(out, "error", t.errors.at[i]);
    for (size_t i = 0; i < t.warnings.len; i++)
        annotate(out, "warning", t.warnings.at[i]);
}

/* ---- by format ---- */

static void show(struct m2_buf *out, struct m2_arena *a, const struct shown *s, const char *first, bool dry)
{
    if (m2_str_eq(s->format, "json"))
        json_result(out, a, s, first, dry);
    else if (m2_str_eq(s->format, "github"))
        github_result(out, a, s, first);
    else
        text_result(out, a, s, first);
}

void show_result(struct m2_buf *out, struct m2_arena *a, const struct shown *s)
{
    show(out, a, s, verdict(a, s), false);
}

void show_payload(struct m2_buf *out, struct m2_arena *a, const struct shown *s)
{
    size_t wrong = s->proofs->counts[M2_PROOF_WRONG];
    show(out, a, s,
         wrong ? m2_arena_printf(a, "Would not be registered: %zu of the values %s wrong.", wrong,
                                 wrong == 1 ? "is" : "are")
               : "Would be registered (nothing was written, Brain was not asked).",
         true);
    if (m2_str_eq(s->format, "text")) {
        m2_buf_adds(out, "\nThe request:\n");
        put_document(out, m2_unit_payload(a, &s->values->unit));
    }
}

void show_units(struct m2_buf *out, struct m2_arena *a, const char *format, const char *app,
                const struct m2_units *units, int width)
{
    static const char *const head[] = { "id",     "mode",    "provider", "account",
                                        "region", "default", "alias",    "runs" };
    struct table t = { .arena = a, .width = width };
    if (m2_str_eq(format, "json")) {
        struct m2_value *v = document(a);
        m2_v_set(a, v, "units", units_value(a, units->list.at, units->list.len));
        put_document(out, v);
        return;
    }
    if (!units->list.len) {
        m2_buf_adds(out, "There is no computing unit of ");
        m2_term_clean(out, app, true);
        m2_buf_adds(out, ".\n");
        return;
    }
    table_row(&t, head, TABLE_COLUMNS);
    for (size_t i = 0; i < units->list.len; i++) {
        const struct m2_unit *u = &units->list.at[i];
        const char *const cells[] = { u->id,
                                      u->at[M2_UNIT_MODE],
                                      u->at[M2_UNIT_PROVIDER],
                                      u->at[M2_UNIT_ACCOUNT],
                                      u->at[M2_UNIT_REGION],
                                      m2_str_eq(u->at[M2_UNIT_DEFAULT], "true") ? "yes" : "no",
                                      u->at[M2_UNIT_ALIAS],
                                      m2_str_or(u->at[M2_UNIT_STATE_MACHINE], u->at[M2_UNIT_ENDPOINT]) };
        table_row(&t, cells, TABLE_COLUMNS);
    }
    table_text(out, &t);
}

void show_removed(struct m2_buf *out, struct m2_arena *a, const char *format, const char *id, bool already)
{
    const char *said = m2_arena_printf(
        a, already ? "Unit %s is gone; an earlier run had removed it." : "Removed: unit %s.", id);
    if (m2_str_eq(format, "json")) {
        struct m2_value *v = document(a);
        m2_v_set_str(a, v, "outcome", already ? "already-removed" : "removed");
        m2_v_set_str(a, v, "computingUnitId", id);
        m2_v_set_str(a, v, "summary", said);
        put_document(out, v);
    } else if (m2_str_eq(format, "github")) {
        annotate(out, "notice", said);
    } else {
        m2_term_clean(out, said, true);
        m2_buf_addc(out, '\n');
    }
}
