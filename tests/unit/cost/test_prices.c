#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/prices.h"
#include "m2/time.h"

#define HEAD "{\"schema\":\"m2-prices/1\",\"currency\":\"USD\",\"effective\":\"2026-09-11\",\"regions\":"

static int load(struct m2_prices *out, struct m2_arena *a, const char *text, struct m2_err *err)
{
    struct m2_value *root = NULL;
    if (m2_json_parse(&root, a, m2_bytes_of(text), "list.json", err) < 0)
        return -1;
    return m2_prices_from_value(out, a, root, "list.json", err);
}

Test(prices, the_built_in_list_is_whole)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_prices p;
    struct m2_err err = { 0 };
    const struct m2_price_region *r;
    cr_assert_eq(m2_prices_builtin(&p, a, &err), 0, "%s", err.msg);
    cr_expect_eq(p.n_regions, 10);
    cr_expect_str_eq(p.effective, "2026-09-11");
    cr_assert_eq(m2_prices_region(&r, &p, "us-east-1", &err), 0);
    const struct m2_price *spot = m2_price_find(r, "fargate-spot.vcpu-hour.x86_64");
    cr_expect(spot && spot->estimate && !spot->verified);
    const struct m2_price *out = m2_price_find(r, "transfer.out-gb");
    cr_expect(out && out->n_tiers == 4 && out->free_per_month == 100 && out->tiers[3].up_to == INT64_MAX);
    cr_expect_null(m2_price_find(r, "fargate.vcpu-hour"));
    int64_t day;
    cr_assert(m2_time_parse(&day, "2027-03-10"));
    cr_expect_eq(m2_prices_age_days(r, day), 180);
    cr_assert(m2_time_parse(&day, "2026-09-10T12:00:00Z"));
    cr_expect_eq(m2_prices_age_days(r, day), -1);
    m2_arena_free(a);
}

Test(prices, a_newer_region_goes_over_the_built_in_one)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_prices base, over, both;
    struct m2_err err = { 0 };
    const struct m2_price_region *r;
    cr_assert_eq(m2_prices_builtin(&base, a, &err), 0);
    cr_assert_eq(
        load(&over, a,
             "{\"schema\":\"m2-prices/1\",\"currency\":\"USD\",\"effective\":\"2026-11-01\",\"regions\":{"
             "\"eu-west-1\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\"}},\"af-south-1\":{}}}",
             &err),
        0, "%s", err.msg);
    m2_prices_over(&both, a, &base, &over);
    cr_expect_eq(both.n_regions, 11);
    cr_assert_eq(m2_prices_region(&r, &both, "eu-west-1", &err), 0);
    cr_expect(m2_price_find(r, "x") && !m2_price_find(r, "nat.gb"));
    cr_expect_str_eq(r->effective, "2026-11-01");
    cr_assert_eq(m2_prices_region(&r, &both, "us-east-1", &err), 0);
    cr_expect_str_eq(r->origin, "built in");
    m2_arena_free(a);
}

Test(prices, a_wrong_list_is_named_with_its_place)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\"}}}}", NULL },
        { HEAD "{\"r\":{\"x\":{\"usd\":0.04,\"unit\":\"u\"}}}}", "decimal in quotes" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"0.0400000000001\",\"unit\":\"u\"}}}}", "at most 12 places" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"-1\",\"unit\":\"u\"}}}}", "not negative" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"abc\",\"unit\":\"u\"}}}}", "no price" },
        { HEAD "{\"r\":{\"x\":{\"unit\":\"u\"}}}}", "r x: it has no \"usd\"" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\"}}}}", "no \"unit\"" },
        { HEAD "{\"r\":{\"x\":3}}}", "must be an object" },
        { HEAD "{\"r\":3}}", "must be an object" },
        { HEAD "{}}", "at least one region" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\",\"free_per_month\":\"half\"}}}}",
          "whole number" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\",\"tiers\":[{\"up_to\":\"5\",\"usd\":\"1\"}]}}}}",
          "up_to" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\",\"tiers\":[{\"up_to\":null,\"usd\":\"2\"}]}}}}",
          "first tier" },
        { HEAD "{\"r\":{\"x\":{\"usd\":\"1\",\"unit\":\"u\",\"tiers\":[{\"up_to\":\"5\",\"usd\":\"1\"},{\"up_"
               "to\":\"4\","
               "\"usd\":\"1\"},{\"up_to\":null,\"usd\":\"1\"}]}}}}",
          "ascend" },
        { "{\"schema\":\"m2-prices/2\",\"currency\":\"USD\"}", "m2-prices/1" },
        { "{\"schema\":\"m2-prices/1\",\"currency\":\"EUR\"}", "USD" },
        { "{\"schema\":\"m2-prices/1\",\"currency\":\"USD\",\"effective\":\"soon\"}", "list's date" },
        { "[]", "no price list" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_prices p;
        struct m2_err err = { 0 };
        int rc = load(&p, a, rows[i].text, &err);
        cr_expect_eq(rc, rows[i].words ? -1 : 0, "row %zu: %s", i, err.msg);
        cr_expect(!rows[i].words || (err.code == M2_EINPUT && strstr(err.msg, rows[i].words)), "row %zu: %s",
                  i, err.msg);
        m2_arena_free(a);
    }
}
