/* brain.reach and brain.login: what came of asking Brain at all. */
#include "analyze/registration/registration.h"
#include "m2/str.h"

/* The snapshot holds no address; the call's own words name it. */
#define RESOURCE "CloudMR Brain"

static bool is_login(enum m2_brain_fault fault)
{
    return fault == M2_BRAIN_LOGIN || fault == M2_BRAIN_EXPIRED || fault == M2_BRAIN_NOT_ADMIN;
}

static bool not_asked(struct m2_check_run *r, const struct m2_registration *reg)
{
    if (reg->seen == M2_BRAIN_NOT_ASKED)
        m2_found_skip(r, RESOURCE, "%s", reg->why);
    return reg->seen == M2_BRAIN_NOT_ASKED;
}

static const char *said(const struct m2_call *call)
{
    const char *text = call->status == M2_CALL_OK ? m2_v_str(call->output, "message") : call->message;
    return m2_str_or(text, m2_str_or(call->code, "no reason was given"));
}

static struct m2_finding *failed(struct m2_check_run *r, const struct m2_registration *reg)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, RESOURCE, m2_brain_faults()[reg->fault].cause);
    m2_found_detail(r, f, "%s", said(reg->failed));
    m2_found_evidence(r, f, reg->failed, "", reg->failed->status == M2_CALL_OK ? reg->failed->output : NULL);
    return f;
}

void m2_brain_reach(struct m2_check_run *r)
{
    struct m2_registration reg;
    m2_registration_read(&reg, r->arena, r->snap);
    const char *cause = reg.failed ? m2_brain_faults()[reg.fault].cause : NULL;
    if (not_asked(r, &reg))
        return;
    if (reg.failed && cause && !is_login(reg.fault))
        (void)failed(r, &reg);
    else if (reg.failed && reg.fault == M2_BRAIN_STOPPED)
        m2_found_detail(r, m2_found(r, M2_UNKNOWN, RESOURCE, NULL), "%s", said(reg.failed));
    else
        m2_found_pass(r, RESOURCE, "It answers.");
}

/* Registering Mode 1 is for Admins; the login's token says who is one. */
static bool lacks_admins(const struct m2_registration *reg)
{
    const struct m2_value *admin = reg->login ? m2_v_path(reg->login->output, "claims.admin") : NULL;
    return m2_str_eq(reg->expected.at[M2_UNIT_MODE], "mode_1") && m2_v_is(admin, M2_BOOL) &&
           !admin->u.boolean;
}

void m2_brain_login(struct m2_check_run *r)
{
    struct m2_registration reg;
    m2_registration_read(&reg, r->arena, r->snap);
    if (not_asked(r, &reg))
        return;
    if (reg.failed && is_login(reg.fault)) {
        (void)failed(r, &reg);
    } else if (lacks_admins(&reg)) {
        struct m2_finding *f = m2_found(r, M2_FAIL, RESOURCE, "brain.not-admin");
        m2_found_detail(r, f, "The token's groups lack Admins, and account %s is CloudMRHub's own.",
                        m2_str_or(reg.deployment.account, "?"));
        m2_found_evidence(r, f, reg.login, "claims.admin", m2_v_path(reg.login->output, "claims.admin"));
    } else if (reg.failed && (!reg.list || reg.list == reg.failed)) {
        m2_found_detail(r, m2_found(r, M2_UNKNOWN, RESOURCE, NULL), "Brain did not come to a login: %s",
                        said(reg.failed));
    } else {
        m2_found_pass(r, RESOURCE, "%s",
                      reg.login ? "E-mail and password are accepted." : "The token is accepted.");
    }
}
