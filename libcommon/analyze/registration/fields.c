/* brain.fields: the unit beside the stack, field by field. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/registration/registration.h"

static const char *shown(const char *s)
{
    return m2_str_empty(s) ? "nothing" : s;
}

static bool is_off(const struct m2_field *x)
{
    return x->verdict == M2_FIELD_MISSING || x->verdict == M2_FIELD_DIFFERS;
}

/* The command that mends FIELD: an update where the unit stays the same one, else a new one and the old
 * removed. */
static void add_commands(struct m2_check_run *r, struct m2_finding *f, const struct m2_registration *reg,
                         const struct m2_field *x)
{
    const char *stack = m2_word(r->arena, m2_str_or(reg->deployment.view.name, "mroptimum-mode2"));
    const char *id = m2_word(r->arena, m2_str_or(reg->meant->id, "ID"));
    const char *alias = m2_word(r->arena, x->expected), *app = m2_registration_app_option(r->arena, reg);
    if (x->field == M2_UNIT_DEFAULT) /* an update leaves it to the unit's owner */
        m2_found_command(r, f, "m2-register --unregister %s --confirm %s%s", id, id, app);
    if (x->field == M2_UNIT_ALIAS)
        m2_found_command(r, f, "m2-register --stack %s --alias %s%s", stack, alias, app);
    else
        m2_found_command(r, f, "m2-register --stack %s%s", stack, app);
    if (!reg->same && x->field != M2_UNIT_ALIAS && x->field != M2_UNIT_DEFAULT)
        m2_found_command(r, f, "m2-register --unregister %s --confirm %s%s", id, id, app);
}

/* What else differs because the whole unit is another account's or region's. */
static const char *fallout(struct m2_check_run *r, const struct m2_registration *reg)
{
    const char *list = "";
    for (size_t i = 0; i < reg->fields.n; i++) {
        const struct m2_field *x = &reg->fields.at[i];
        if (is_off(x) && m2_registration_follows(reg, r->arena, x->field))
            list = m2_arena_printf(r->arena, "%s%s%s", list, *list ? ", " : "", m2_unit_rows()[x->field].key);
    }
    return *list ? m2_arena_printf(r->arena, " The unit as a whole belongs there: %s differ with it.", list)
                 : "";
}

static const char *what_else(struct m2_check_run *r, const struct m2_registration *reg,
                             const struct m2_field *x)
{
    if (x->field == M2_UNIT_ACCOUNT || x->field == M2_UNIT_REGION)
        return fallout(r, reg);
    if (x->field == M2_UNIT_DEFAULT || (!reg->same && x->field != M2_UNIT_ALIAS && x->field != M2_UNIT_ROLE))
        return " Brain has a known fault that loses the role of a new unit: if m2-register says so, keep "
               "this one and ask "
               "CloudMRHub to change it.";
    if (x->field == M2_UNIT_ROLE && m2_str_empty(x->registered))
        return " Brain has a known fault that loses the role when a unit is registered with it.";
    return "";
}

static void off(struct m2_check_run *r, const struct m2_registration *reg, const struct m2_field *x)
{
    const struct m2_unit_row *row = &m2_unit_rows()[x->field];
    const char *id = m2_str_or(reg->meant->id, "(unit without id)");
    struct m2_finding *f = m2_found(r, row->warn ? M2_WARN : M2_FAIL, id, row->cause);
    const char *source = reg->deployment.at[x->field].source;
    const char *slash = x->expected ? strrchr(x->expected, '/') : NULL;
    m2_found_title(r, f, "%s (%s)", f->title, row->key);
    m2_found_detail(r, f, "%s of unit %s is %s at Brain; expected is %s (%s).%s", row->key, id,
                    shown(x->registered), shown(x->expected),
                    m2_str_eq(source, "not set") ? "as for every unit of your own account" : source,
                    what_else(r, reg, x));
    m2_found_evidence(r, f, reg->list, m2_arena_printf(r->arena, "%s of %s", row->key, id),
                      m2_v_string(r->arena, x->registered));
    add_commands(r, f, reg, x);
    m2_found_about(r, f, x->expected);
    if (slash && x->field == M2_UNIT_ROLE) /* an output may name it without its ARN */
        m2_found_about(r, f, slash + 1);
    m2_found_about(r, f, x->registered);
}

/* Where the role's trust policy could not be read, nobody knows which external id it asks for. */
static bool trust_unseen(struct m2_check_run *r, const struct m2_registration *reg)
{
    const char *role = reg->expected.at[M2_UNIT_ROLE], *slash = role ? strrchr(role, '/') : NULL;
    if (!slash || reg->expected.at[M2_UNIT_EXTERNAL_ID])
        return false;
    struct m2_look look = m2_look_output(r->snap, "iam", "GetRole", slash + 1);
    if (look.seen == M2_UNSEEN)
        m2_found_unseen(r, m2_str_or(reg->meant->id, "(unit without id)"), &look);
    return look.seen == M2_UNSEEN;
}

static void compare(struct m2_check_run *r, const struct m2_registration *reg)
{
    size_t told = trust_unseen(r, reg);
    for (size_t i = 0; i < reg->fields.n; i++) {
        const struct m2_field *x = &reg->fields.at[i];
        if (!is_off(x) || m2_registration_follows(reg, r->arena, x->field))
            continue;
        off(r, reg, x);
        told += !m2_unit_rows()[x->field].warn;
    }
    if (!told)
        m2_found_pass(r, m2_str_or(reg->meant->id, "(unit without id)"),
                      "%zu fields that jobs depend on are as the stack says.",
                      reg->fields.n - reg->fields.warnings);
}

void m2_brain_fields(struct m2_check_run *r)
{
    struct m2_registration reg;
    m2_registration_read(&reg, r->arena, r->snap);
    const struct m2_stackview *v = &reg.deployment.view;
    if (reg.seen == M2_BRAIN_NOT_ASKED)
        m2_found_skip(r, NULL, "%s", reg.why);
    else if (reg.seen == M2_BRAIN_UNREAD)
        m2_found_detail(r, m2_found(r, M2_UNKNOWN, NULL, NULL), "%s", reg.why);
    else if (!reg.meant)
        m2_found_skip(r, NULL, "There is no unit to compare with the stack.");
    else if (v->state == M2_STACK_UNSEEN)
        m2_found_unseen(r, reg.meant->id, &v->look);
    else if (v->state == M2_STACK_NONE)
        m2_found_skip(r, reg.meant->id, "There is no stack %s to compare unit %s with.",
                      m2_str_or(v->name, ""), m2_str_or(reg.meant->id, "(unit without id)"));
    else
        compare(r, &reg);
}
