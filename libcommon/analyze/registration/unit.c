/* brain.unit: is the stack registered, and only once? */
#include "analyze/names.h"
#include "analyze/registration/registration.h"

static const char *name_of(const struct m2_unit *u)
{
    return m2_str_or(u->id, "(unit without id)");
}

const char *m2_registration_app_option(struct m2_arena *a, const struct m2_registration *reg)
{
    if (m2_str_empty(reg->app) || m2_str_eq(reg->app, M2_USUAL_APP))
        return "";
    return m2_arena_printf(a, " --app-name %s", m2_word(a, reg->app));
}

static void missing(struct m2_check_run *r, const struct m2_registration *reg)
{
    const char *stack = m2_str_or(reg->deployment.view.name, "the stack");
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "brain.unit-missing");
    const char *account = m2_str_or(reg->expected.at[M2_UNIT_ACCOUNT], "(not known)");
    const char *none = m2_arena_printf(r->arena, "None of the %zu units of %s is", reg->units.len, reg->app);
    if (reg->units.len == 0)
        m2_found_detail(r, f, "There is no unit of %s. %s", reg->app, reg->route_why);
    else
        m2_found_detail(r, f, "%s for account %s. %s",
                        reg->units.len > 1 ? none
                                           : m2_arena_printf(r->arena, "The one unit of %s is not", reg->app),
                        account, reg->route_why);
    m2_found_evidence(r, f, reg->list, "", reg->list->output);
    m2_found_command(r, f, "m2-register --stack %s%s", m2_word(r->arena, stack),
                     m2_registration_app_option(r->arena, reg));
    m2_found_about(r, f, reg->deployment.view.arn);
}

static void duplicate(struct m2_check_run *r, const struct m2_registration *reg)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, name_of(reg->meant), "brain.unit-duplicate");
    const char *others = "";
    for (size_t i = 0; i < reg->surplus.len; i++) {
        const char *id = name_of(reg->surplus.at[i]), *word = m2_word(r->arena, id);
        others = m2_arena_printf(r->arena, "%s%s%s", others, i ? ", " : "", id);
        m2_found_command(r, f, "m2-register --unregister %s --confirm %s%s", word, word,
                         m2_registration_app_option(r->arena, reg));
        m2_found_about(r, f, id);
    }
    m2_found_title(r, f, "The stack is registered %zu times", reg->surplus.len + 1);
    m2_found_detail(r, f, "Unit %s is the oldest and may stay; for the same state machine there is also %s.",
                    name_of(reg->meant), others);
    m2_found_evidence(r, f, reg->list, "", m2_unit_to_value(r->arena, reg->surplus.at[0]));
}

void m2_brain_unit(struct m2_check_run *r)
{
    struct m2_registration reg;
    m2_registration_read(&reg, r->arena, r->snap);
    enum m2_stack_state stack = reg.deployment.view.state;
    if (reg.seen == M2_BRAIN_NOT_ASKED) {
        m2_found_skip(r, NULL, "%s", reg.why);
    } else if (reg.seen == M2_BRAIN_UNREAD) {
        m2_found_detail(r, m2_found(r, M2_UNKNOWN, NULL, NULL), "%s", reg.why);
    } else if (!reg.meant && stack == M2_STACK_NONE && !r->snap->target.must_exist) {
        m2_found_skip(r, NULL, "There is no stack yet, so there is nothing to be registered.");
    } else if (!reg.meant && !reg.expected.at[M2_UNIT_ACCOUNT]) {
        m2_found_detail(
            r, m2_found(r, M2_UNKNOWN, NULL, NULL),
            "Neither your account nor the state machine could be read, so no unit can be told to be "
            "this stack's.");
    } else if (reg.meant && stack == M2_STACK_UNSEEN) {
        /* Another unit may be for the same state machine, and this one for another. */
        m2_found_unseen(r, name_of(reg.meant), &reg.deployment.view.look);
    } else if (!reg.meant) {
        missing(r, &reg);
    } else if (reg.surplus.len) {
        duplicate(r, &reg);
    } else {
        m2_found_pass(r, name_of(reg.meant), "%s%s", reg.route_why,
                      reg.same ? ""
                               : " It is the one most like this stack; brain.fields tells what differs.");
    }
}
