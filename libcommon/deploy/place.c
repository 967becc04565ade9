/* Where tasks shall run: what an account offers, each judged by the network checks, best first. */
#include <stdlib.h>
#include <string.h>

#include "m2/check.h"
#include "m2/deploy.h"
#include "m2/str.h"

#define MOST_SUBNETS 24 /* of a VPC that are looked at one by one */
#define MOST_GROUPS 6

struct one_subnet {
    const char *id, *zone;
    size_t score;
    bool hidden; /* taken already */
};

struct offer {
    struct m2_arena *a;
    const struct m2_snapshot *s;
    const struct m2_placement_wish *w;
    const char *vpc;
    struct one_subnet subnets[MOST_SUBNETS];
    size_t n_subnets;
};

/* ---- judging ---- */

static const char *zone_of(const struct m2_value *subnet)
{
    return m2_str_or(m2_v_str(subnet, "AvailabilityZoneId"),
                     m2_str_or(m2_v_str(subnet, "AvailabilityZone"), ""));
}

/* The same snapshot with other tasks in mind. */
static int judge(struct m2_placement *p, const struct offer *o, struct m2_err *err)
{
    static const char *const network[] = { "network", NULL };
    const struct m2_analyze_options options = { .only = network, .tool = "m2-deploy", .version = "" };
    struct m2_snapshot s = *o->s;
    struct m2_findings found = { 0 };
    s.target.vpc = p->vpc;
    s.target.subnets.len = s.target.subnets.cap = 0;
    s.target.security_groups.len = s.target.security_groups.cap = 0;
    s.target.subnets.at = s.target.security_groups.at = NULL;
    for (size_t i = 0; i < p->n_subnets; i++)
        m2_vec_push(o->a, &s.target.subnets, p->subnets[i]);
    for (size_t i = 0; i < p->groups.len; i++)
        m2_vec_push(o->a, &s.target.security_groups, p->groups.at[i]);
    s.target.subnets_from = "the choice";
    s.target.assign_public_ip = p->public_ip;
    if (m2_analyze(&found, o->a, &s, &options, err) < 0)
        return -1;
    static const enum m2_status by_weight[] = { M2_FAIL, M2_UNKNOWN, M2_WARN };
    for (size_t k = 0; k < sizeof by_weight / sizeof by_weight[0] && !p->worst; k++)
        for (size_t i = 0; i < found.list.len && !p->worst; i++)
            if (found.list.at[i]->status == by_weight[k])
                p->worst = by_weight[k] == M2_UNKNOWN ? found.list.at[i]->detail : found.list.at[i]->title;
    for (size_t i = 0; i < sizeof p->counts / sizeof p->counts[0]; i++)
        p->counts[i] = found.counts[i];
    return 0;
}

static size_t weight(const struct m2_placement *p)
{
    return p->counts[M2_FAIL] * 10000 + p->counts[M2_UNKNOWN] * 100 + p->counts[M2_WARN];
}

/* ---- what there is ---- */

static struct m2_value *items(const struct offer *o, const char *operation, const char *list, const char *id)
{
    return m2_look_list(NULL, o->a, o->s, "ec2", operation, list, "VpcId", o->vpc, id);
}

static bool is_wished(const char *const *ids, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (m2_str_eq(ids[i], id))
            return true;
    return n == 0;
}

static const char *default_group(const struct m2_value *groups)
{
    const struct m2_value *g;
    m2_v_each(g, i, groups) if (m2_str_eq(m2_v_str(g, "GroupName"), "default")) return m2_v_str(g, "GroupId");
    return m2_v_str(m2_v_at(groups, 0), "GroupId");
}

static int score_subnets(struct offer *o, bool public_ip, const char *group, struct m2_err *err)
{
    const struct m2_value *subnet, *all = items(o, "DescribeSubnets", "Subnets", "SubnetId");
    o->n_subnets = 0;
    m2_v_each(subnet, i, all)
    {
        const char *id = m2_v_str(subnet, "SubnetId");
        if (!id || o->n_subnets == MOST_SUBNETS || !is_wished(o->w->subnets, o->w->n_subnets, id))
            continue;
        struct m2_placement p = { .vpc = o->vpc, .subnets = { id }, .n_subnets = 1, .public_ip = public_ip };
        if (group)
            m2_vec_push(o->a, &p.groups, group);
        if (judge(&p, o, err) < 0)
            return -1;
        o->subnets[o->n_subnets++] = (struct one_subnet){ id, zone_of(subnet), weight(&p), false };
    }
    return 0;
}

/* The best one; in another zone than ZONE where one is as good. */
static struct one_subnet *take(struct offer *o, const char *zone)
{
    struct one_subnet *best = NULL;
    for (size_t i = 0; i < o->n_subnets; i++) {
        struct one_subnet *x = &o->subnets[i];
        if (x->hidden)
            continue;
        bool other = zone && !m2_str_eq(x->zone, zone),
             best_other = best && zone && !m2_str_eq(best->zone, zone);
        int order = !best                     ? -1
                    : x->score != best->score ? (x->score < best->score ? -1 : 1)
                    : other != best_other     ? (other ? -1 : 1)
                                              : strcmp(x->id, best->id);
        best = order < 0 ? x : best;
    }
    if (best)
        best->hidden = true;
    return best;
}

static void choose_subnets(struct m2_placement *p, struct offer *o)
{
    size_t most = o->w->n_subnets ? o->w->n_subnets : 2;
    const char *zone = NULL;
    for (const struct one_subnet *x;
         p->n_subnets < most && p->n_subnets < M2_PLACEMENT_SUBNETS && (x = take(o, zone));) {
        /* A second one that does not work is worse than none. */
        if (p->n_subnets && !o->w->n_subnets && x->score >= 10000 && o->subnets[0].score < 10000)
            break;
        p->zones[p->n_subnets] = x->zone;
        p->subnets[p->n_subnets++] = x->id;
        zone = x->zone;
    }
}

static const char *name_of(const struct m2_value *item)
{
    const struct m2_value *tag;
    m2_v_each(tag, i, m2_v_get(item, "Tags")) if (m2_str_eq(m2_v_str(tag, "Key"), "Name")) return m2_str_or(
        m2_v_str(tag, "Value"), "");
    return "";
}

static int add_group(struct m2_placements *out, const struct offer *o, struct m2_placement p,
                     const char *group, const char *name, struct m2_err *err)
{
    p.group = group;
    p.group_name = m2_str_or(name, "");
    for (size_t i = 0; i < o->w->n_groups; i++)
        m2_vec_push(o->a, &p.groups, o->w->groups[i]);
    if (!p.groups.len && group)
        m2_vec_push(o->a, &p.groups, group);
    if (judge(&p, o, err) < 0)
        return -1;
    m2_vec_push(o->a, &out->list, p);
    return 0;
}

/* With each group; the default one first, as the upstream script takes it. */
static int add_groups(struct m2_placements *out, const struct offer *o, const struct m2_placement *p,
                      const struct m2_value *groups, struct m2_err *err)
{
    const char *usual = default_group(groups);
    const struct m2_value *g;
    size_t n = 0;
    if (o->w->n_groups || !usual)
        return add_group(out, o, *p, o->w->n_groups ? o->w->groups[0] : NULL, "", err);
    if (add_group(out, o, *p, usual, "default", err) < 0)
        return -1;
    m2_v_each(g, i, groups)
    {
        const char *id = m2_v_str(g, "GroupId");
        if (!id || m2_str_eq(id, usual) || ++n > MOST_GROUPS)
            continue;
        if (add_group(out, o, *p, id, m2_v_str(g, "GroupName"), err) < 0)
            return -1;
    }
    return 0;
}

static int add_vpc(struct m2_placements *out, struct offer *o, const struct m2_value *vpc, struct m2_err *err)
{
    const struct m2_value *groups = items(o, "DescribeSecurityGroups", "SecurityGroups", "GroupId");
    const char *group = o->w->n_groups ? o->w->groups[0] : default_group(groups);
    for (int public_ip = 1; public_ip >= 0; public_ip--) {
        struct m2_placement p = { .vpc = o->vpc,
                                  .vpc_name = name_of(vpc),
                                  .default_vpc = m2_v_bool_or(vpc, "IsDefault", false),
                                  .public_ip = public_ip };
        if (o->w->public_ip >= 0 && o->w->public_ip != public_ip)
            continue;
        if (score_subnets(o, public_ip, group, err) < 0)
            return -1;
        choose_subnets(&p, o);
        if (p.n_subnets && add_groups(out, o, &p, groups, err) < 0)
            return -1;
    }
    return 0;
}

int m2_placements_add(struct m2_placements *out, struct m2_arena *a, const struct m2_snapshot *s,
                      const struct m2_placement_wish *w, struct m2_err *err)
{
    const struct m2_value *vpc,
        *vpcs = m2_look_list(NULL, a, s, "ec2", "DescribeVpcs", "Vpcs", NULL, NULL, "VpcId");
    m2_v_each(vpc, i, vpcs)
    {
        struct offer o = { .a = a, .s = s, .w = w, .vpc = m2_v_str(vpc, "VpcId") };
        if (!o.vpc || (w->vpc && !m2_str_eq(w->vpc, o.vpc)))
            continue;
        if (add_vpc(out, &o, vpc, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- order ---- */

static bool two_zones(const struct m2_placement *p)
{
    return p->n_subnets > 1 && !m2_str_eq(p->zones[0], p->zones[1]);
}

static int compare(const void *left, const void *right)
{
    const struct m2_placement *a = left, *b = right;
    const size_t key[2][6] = {
        { a->counts[M2_FAIL], a->counts[M2_UNKNOWN], a->counts[M2_WARN], !a->default_vpc, !two_zones(a),
          !m2_str_eq(a->group_name, "default") },
        { b->counts[M2_FAIL], b->counts[M2_UNKNOWN], b->counts[M2_WARN], !b->default_vpc, !two_zones(b),
          !m2_str_eq(b->group_name, "default") },
    };
    for (size_t i = 0; i < 6; i++)
        if (key[0][i] != key[1][i])
            return key[0][i] < key[1][i] ? -1 : 1;
    /* A task without a public address costs none. */
    if (a->public_ip != b->public_ip)
        return a->public_ip ? 1 : -1;
    int order = strcmp(a->vpc, b->vpc);
    order = order ? order : strcmp(a->subnets[0], b->subnets[0]);
    return order ? order : strcmp(m2_str_or(a->group, ""), m2_str_or(b->group, ""));
}

void m2_placements_rank(struct m2_placements *p)
{
    if (p->list.len)
        qsort(p->list.at, p->list.len, sizeof p->list.at[0], compare);
}

const char *m2_placement_text(struct m2_arena *a, const struct m2_placement *p)
{
    struct m2_buf b;
    m2_buf_init(&b, 4000);
    for (size_t i = 0; i < p->n_subnets; i++)
        m2_buf_addf(&b, "%s%s", !i ? "" : i + 1 < p->n_subnets ? ", " : " and ", p->subnets[i]);
    m2_buf_addf(&b, " of %s%s%s%s", p->vpc,
                p->default_vpc ? " (default)"
                : *p->vpc_name ? " ("
                               : "",
                p->default_vpc ? "" : p->vpc_name, !p->default_vpc && *p->vpc_name ? ")" : "");
    for (size_t i = 0; i < p->groups.len; i++)
        m2_buf_addf(&b, "%s%s", i ? ", " : ", group ", p->groups.at[i]);
    m2_buf_addf(&b, ", %s", p->public_ip ? "with public addresses" : "without public addresses");
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}
