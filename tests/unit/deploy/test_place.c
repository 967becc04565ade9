#include <criterion/criterion.h>
#include <string.h>

#include "m2/deploy.h"
#include "m2/snapshot.h"
#include "networld.h"

static struct m2_placements offers(struct world *w, const struct m2_placement_wish *wish)
{
    struct m2_placements p = { 0 };
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_snapshot_from_value(&s, w->a, w->root, "test", &err), 0, "%s", err.msg);
    cr_assert_eq(m2_placements_add(&p, w->a, &s, wish, &err), 0, "%s", err.msg);
    m2_placements_rank(&p);
    return p;
}

/* With an internet gateway tasks need public addresses; behind a NAT gateway they need none. */
Test(deploy_place, the_first_offer_works_and_is_of_the_right_kind)
{
    static const struct {
        enum world_kind kind;
        bool public_ip;
    } rows[] = { { WORLD_PUBLIC, true }, { WORLD_NAT, false }, { WORLD_ENDPOINTS, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w = world_new(rows[i].kind);
        const struct m2_placement_wish open = { .public_ip = -1 };
        struct m2_placements p = offers(&w, &open);
        cr_assert(p.list.len > 1);
        const struct m2_placement *best = &p.list.at[0];
        cr_assert(best->counts[M2_FAIL] == 0 && best->n_subnets == 2, "kind %zu: %s: %s", i,
                  m2_placement_text(w.a, best), best->worst);
        cr_assert_eq(best->public_ip, rows[i].public_ip, "kind %zu: %s", i, m2_placement_text(w.a, best));
        cr_assert_str_neq(best->zones[0], best->zones[1], "two zones");
        for (size_t k = 1; k < p.list.len; k++)
            cr_assert_leq(p.list.at[k - 1].counts[M2_FAIL], p.list.at[k].counts[M2_FAIL], "best first");
        world_free(&w);
    }
}

Test(deploy_place, what_is_wished_is_kept_though_it_does_not_work)
{
    struct world w = world_new(WORLD_PUBLIC);
    const struct m2_placement_wish open = { .public_ip = -1 }, no_ip = { .public_ip = 0 };
    struct m2_placements all = offers(&w, &open), p = offers(&w, &no_ip);
    cr_assert(p.list.len && !p.list.at[0].public_ip);
    cr_assert_gt(p.list.at[0].counts[M2_FAIL], 0);
    cr_assert_not_null(p.list.at[0].worst);
    const char *one[] = { all.list.at[0].subnets[1] }, *group[] = { all.list.at[0].group };
    const struct m2_placement_wish named = {
        .subnets = one, .n_subnets = 1, .groups = group, .n_groups = 1, .public_ip = 1
    };
    p = offers(&w, &named);
    cr_assert(p.list.len == 1 && p.list.at[0].n_subnets == 1);
    cr_assert_str_eq(p.list.at[0].subnets[0], one[0]);
    const struct m2_placement_wish elsewhere = { .vpc = "vpc-0000", .public_ip = -1 };
    cr_assert_eq(offers(&w, &elsewhere).list.len, 0);
    world_free(&w);
}

Test(deploy_place, a_broken_network_is_offered_last_and_says_why)
{
    struct world w = world_new(WORLD_PUBLIC);
    const struct m2_placement_wish open = { .public_ip = -1 };
    for (size_t i = 0; i < m2_v_len(m2_v_get(world_answer(&w, "DescribeRouteTables"), "RouteTables")); i++)
        world_set(&w, "DescribeRouteTables", m2_arena_printf(w.a, "RouteTables[%zu].Routes", i), "[]");
    struct m2_placements p = offers(&w, &open);
    cr_assert(p.list.len && p.list.at[0].counts[M2_FAIL] && p.list.at[0].worst);
    world_free(&w);
}
