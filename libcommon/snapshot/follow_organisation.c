/* Up the organisation, from the account to the root: each level has policies of its own. Source: AWS
 * Organizations User Guide, "SCP evaluation". */
#include "m2/str.h"
#include "snapshot/collect.h"
#include "snapshot/names.h"

/* Policies do not limit the management account, nor do they exist without all features. */
void m2_follow_organisation_account(struct m2_collect_run *run)
{
    if (run->account && run->organisation_owner && !m2_str_eq(run->account, run->organisation_owner))
        m2_publish(run, M2_T_ORG_CHILD, run->account);
}

void m2_follow_organisation(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *organisation = m2_v_get(call->output, "Organization");
    if (m2_str_eq(m2_v_str(organisation, "FeatureSet"), "ALL"))
        run->organisation_owner = m2_v_str(organisation, "MasterAccountId");
    m2_follow_organisation_account(run);
}

void m2_follow_organisation_parents(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *parents = m2_v_get(call->output, "Parents"), *parent;
    m2_publish(run, M2_T_ORG_TARGET, m2_v_str(call->input, "ChildId"));
    m2_v_each(parent, i, parents)
    {
        const char *id = m2_v_str(parent, "Id");
        m2_publish(run, M2_T_ORG_TARGET, id);
        if (m2_str_eq(m2_v_str(parent, "Type"), "ORGANIZATIONAL_UNIT"))
            m2_publish(run, M2_T_ORG_CHILD, id);
    }
}

void m2_follow_organisation_policies(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *policies = m2_v_get(call->output, "Policies"), *policy;
    m2_v_each(policy, i, policies) if (!m2_str_eq(m2_v_str(policy, "Id"), M2_ORG_ALLOWS_ALL_ID))
        m2_publish(run, M2_T_ORG_POLICY, m2_v_str(policy, "Id"));
}
