#include "analyze/policy/organisation.h"

#include "analyze/names.h"
#include "m2/str.h"
#include "snapshot/names.h"
#include "snapshot/pages.h"

#define SERVICE "organizations"
#define MAX_LEVELS 8 /* units are nested five deep at most */

struct climb {
    struct m2_policies *policies; /* NULL: only looked at */
    struct m2_look *gap;
    struct m2_arena *a;
    const struct m2_snapshot *s;
    bool whole;
};

static void miss(struct climb *c, const struct m2_look *look)
{
    if (c->whole)
        *c->gap = *look;
    c->whole = false;
}

static void add(struct climb *c, const struct m2_policy *p)
{
    if (c->policies)
        m2_vec_push(c->a, &c->policies->list, *p);
}

/* One policy of LEVEL; false when it was not read. */
static bool add_policy(struct climb *c, const struct m2_value *summary, int level)
{
    const char *id = m2_str_or(m2_v_str(summary, "Id"), "?");
    struct m2_policy p = { .kind = M2_POLICY_ORGANISATION, .level = level, .path = "Policy.Content" };
    p.name = m2_arena_printf(c->a, "organisation policy %s", m2_str_or(m2_v_str(summary, "Name"), id));
    if (m2_str_eq(id, M2_ORG_ALLOWS_ALL_ID)) {
        p.document = m2_v_string(c->a, M2_POLICY_EVERYTHING);
    } else {
        p.look = m2_look_output(c->s, SERVICE, "DescribePolicy", id);
        p.call = p.look.call;
        p.document = m2_v_path(p.look.item, p.path);
    }
    if (p.document)
        add(c, &p);
    else
        miss(c, &p.look);
    return p.document != NULL;
}

/* The policies of TARGET. One that was not read may allow whatever the others do not. */
static void add_level(struct climb *c, const char *target, int level)
{
    struct m2_look list = m2_look_output(c->s, SERVICE, "ListPoliciesForTarget", target);
    const struct m2_value *item = NULL;
    if (list.seen != M2_SEEN) {
        miss(c, &list);
        return;
    }
    bool all = m2_answer_complete(list.call);
    if (!all) {
        list.seen = M2_UNSEEN;
        list.right = SERVICE ":ListPoliciesForTarget";
        miss(c, &list);
    }
    m2_v_each(item, i, m2_v_get(list.item, "Policies")) all &= add_policy(c, item, level);
    const struct m2_policy rest = { .kind = M2_POLICY_ORGANISATION,
                                    .level = level,
                                    .name = "an organisation policy that was not read",
                                    .path = "",
                                    .document = m2_v_string(c->a, M2_POLICY_EVERYTHING) };
    if (!all)
        add(c, &rest);
}

static void climb(struct climb *c, const char *account)
{
    const char *target = account;
    for (int level = 0; target && level < MAX_LEVELS; level++) {
        struct m2_look parents = m2_look_output(c->s, SERVICE, "ListParents", target);
        const struct m2_value *parent = m2_v_at(m2_v_get(parents.item, "Parents"), 0);
        const char *id = m2_v_str(parent, "Id");
        if (!id) {
            parents.seen = M2_UNSEEN;
            miss(c, &parents);
        }
        add_level(c, target, level);
        if (id && !m2_str_eq(m2_v_str(parent, "Type"), "ORGANIZATIONAL_UNIT")) {
            add_level(c, id, level + 1);
            return;
        }
        target = id;
    }
}

enum m2_organisation m2_organisation_add(struct m2_policies *policies, struct m2_look *gap,
                                         struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_look organisation = m2_look_output(s, SERVICE, "DescribeOrganization", NULL), none = { 0 };
    const struct m2_value *it = m2_v_get(organisation.item, "Organization");
    struct climb c = { policies, gap ? gap : &none, a, s, true };
    const char *account = m2_own_account(s), *features = m2_v_str(it, "FeatureSet");
    if (organisation.seen == M2_ABSENT || (features && !m2_str_eq(features, "ALL")))
        return M2_ORG_NONE;
    if (it && account && m2_str_eq(m2_v_str(it, "MasterAccountId"), account))
        return M2_ORG_MANAGEMENT;
    if (features && account) {
        climb(&c, account);
    } else {
        organisation.seen = M2_UNSEEN;
        miss(&c, &organisation);
    }
    return c.whole ? M2_ORG_READ : M2_ORG_UNSEEN;
}

const char *m2_organisation_id(const struct m2_snapshot *s)
{
    struct m2_look organisation = m2_look_output(s, SERVICE, "DescribeOrganization", NULL);
    return organisation.seen == M2_ABSENT ? "" : m2_v_pstr(organisation.item, "Organization.Id");
}

const char *m2_organisation_text(struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_look gap = { 0 };
    switch (m2_organisation_add(NULL, &gap, a, s)) {
    case M2_ORG_NONE:
        return "no organisation limits the account";
    case M2_ORG_MANAGEMENT:
        return "policies of the organisation do not limit its management account";
    case M2_ORG_READ:
        return "policies of the organisation are counted in";
    case M2_ORG_UNSEEN:
        break;
    }
    return m2_arena_printf(a, "policies of an organisation were not seen (%s) and may forbid more",
                           m2_str_or(gap.right, "organizations:DescribeOrganization"));
}
