/* The unit that a stack should have at Brain: what it says, and what every unit of its mode has. */
#include "m2/registration.h"
#include "m2/str.h"

/* As the registration script writes them. */
static const struct {
    const char *mode, *provider, *is_default, *alias;
} usual[] = {
    { "mode_2", "user", "false", "Mode 2" },
    { "mode_1", "cloudmrhub", "true", "Mode 1" },
};

void m2_deployment_unit(struct m2_unit *out, const struct m2_deployment *d, const char *app,
                        const char *alias)
{
    bool hub = m2_is_cloudmrhub(d->account);
    *out = (struct m2_unit){ .id = NULL };
    for (int f = 0; f < M2_UNIT_FIELDS; f++)
        out->at[f] = d->at[f].value;
    out->at[M2_UNIT_APP] = m2_str_or(app, M2_USUAL_APP);
    out->at[M2_UNIT_MODE] = usual[hub].mode;
    out->at[M2_UNIT_PROVIDER] = usual[hub].provider;
    out->at[M2_UNIT_DEFAULT] = usual[hub].is_default;
    out->at[M2_UNIT_ALIAS] = m2_str_or(alias, usual[hub].alias);
    if (hub)
        out->at[M2_UNIT_ROLE] = out->at[M2_UNIT_EXTERNAL_ID] = NULL;
    /* A role whose trust asks for no id is registered without one. */
    if (!out->at[M2_UNIT_ROLE])
        out->at[M2_UNIT_EXTERNAL_ID] = NULL;
}
