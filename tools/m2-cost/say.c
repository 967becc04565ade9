/* What several commands say in the same words: sizes, durations, prices used, gaps. */
#include <string.h>

#include "cost.h"
#include "m2/str.h"
#include "m2/time.h"

#define DAY_MS INT64_C(86400000)

const char *cost_size_text(struct m2_arena *a, const struct m2_job *job)
{
    char cpu[M2_DECIMAL_SIZE], gb[M2_DECIMAL_SIZE];
    m2_fixed_print(gb, job->memory_gb10, 10, 2, 0);
    if (job->platform == M2_LAMBDA)
        return m2_arena_printf(a, "%s GB", gb);
    m2_ratio_print(cpu, (struct m2_ratio){ job->cpu_units, 1024 }, 3);
    return m2_arena_printf(a, "%s vCPU, %s GB", cpu, gb);
}

const char *cost_duration_text(struct m2_arena *a, int64_t ms)
{
    char s[M2_DECIMAL_SIZE];
    int64_t minutes = ms / 60000, hours = minutes / 60;
    m2_fixed_print(s, ms % 60000, 3, 3, 0);
    if (!minutes)
        return m2_arena_printf(a, "%s s", s);
    const char *rest = ms % 60000 ? m2_arena_printf(a, " %s s", s) : "";
    if (!hours)
        return m2_arena_printf(a, "%lld min%s", (long long)minutes, rest);
    return m2_arena_printf(a, "%lld h %lld min%s", (long long)hours, (long long)(minutes % 60), rest);
}

const char *cost_count(struct m2_arena *a, uint64_t n, const char *one, const char *many)
{
    return m2_arena_printf(a, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

void cost_quantity_print(char out[M2_DECIMAL_SIZE], struct m2_ratio q, int places)
{
    do
        m2_ratio_print(out, q, places);
    while (q.num && m2_str_eq(out, "0") && (places += 3) <= 12);
}

const char *cost_change_text(struct m2_arena *a, m2_pico part, m2_pico whole)
{
    char text[M2_DECIMAL_SIZE];
    if (whole <= 0 || whole > INT64_MAX)
        return "";
    m2_int128 tenths = m2_div_half_even(part * 1000, (int64_t)whole);
    m2_fixed_print(text, tenths, 1, 1, 1);
    return m2_arena_printf(a, "%s%s", tenths > 0 ? "+" : "", text);
}

const char *cost_day_text(struct m2_arena *a, int64_t day)
{
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, day * DAY_MS);
    return m2_arena_strndup(a, iso, 10);
}

void cost_usd_column(char out[M2_DECIMAL_SIZE], m2_pico pico, m2_pico total)
{
    const int places = total < 100 * (m2_pico)M2_PICO_PER_USD ? 6 : 2;
    m2_fixed_print(out, pico, 12, places, places);
}

const char *cost_platform_text(enum m2_platform platform)
{
    static const char *const names[M2_PLATFORM_COUNT] = { "Fargate", "Fargate Spot", "Lambda" };
    return names[platform];
}

static const struct m2_price_region *region_of(struct cost_run *run)
{
    const struct m2_price_region *r = NULL;
    struct m2_err err = { 0 };
    return m2_prices_region(&r, &run->prices, run->region.value, &err) == 0 ? r : NULL;
}

void cost_say_assumed(struct m2_doc *d, struct m2_value *root, const struct cost_run *run,
                      const cost_sentences *assumed)
{
    struct m2_value *list = m2_v_array(run->arena);
    m2_doc_heading(d, "Assumed");
    for (size_t i = 0; i < assumed->len; i++) {
        m2_doc_item(d, "%s", assumed->at[i]);
        m2_v_push(run->arena, list, m2_v_string(run->arena, assumed->at[i]));
    }
    for (const char *const *part = run->without; *part; part++)
        m2_doc_item(d, "Left out by --without: %s.", *part);
    m2_v_set(run->arena, root, "assumed", list);
}

struct m2_value *cost_json(struct cost_run *run)
{
    struct m2_arena *a = run->arena;
    struct m2_value *root = m2_v_object(a), *prices = m2_v_object(a);
    const struct m2_price_region *r = region_of(run);
    m2_v_set_str(a, root, "schema", "m2-cost/1");
    m2_v_set_str(a, root, "tool", m2_arena_printf(a, "m2-cost %s", m2_version()));
    m2_v_set_str(a, root, "command", run->args->command->name);
    m2_v_set_str(a, prices, "date", r ? r->effective : run->prices.effective);
    m2_v_set_str(a, prices, "source", r ? r->origin : run->prices.origin);
    m2_v_set_str(a, prices, "region", run->region.value);
    m2_v_set(a, root, "prices", prices);
    return root;
}

void cost_note_prices(struct m2_doc *d, struct cost_run *run)
{
    const struct m2_price_region *r = region_of(run);
    if (!r)
        return;
    m2_doc_note(
        d, "List prices of %s for %s (%s), in USD before tax, credits, Savings Plans and private discounts.",
        r->effective, r->name, r->origin);
    if (m2_str_eq(run->region.source, "default"))
        m2_doc_note(d, "No region is set anywhere: %s is assumed (--region NAME changes it).", r->name);
    int64_t age = m2_prices_age_days(r, m2_now_ms(run->world->sys));
    if (age > M2_PRICES_OLD_DAYS)
        m2_doc_warning(d, "these prices are %lld days old; `m2-cost prices --update` reads today's from AWS.",
                       (long long)age);
}

void cost_note_rounding(struct m2_doc *d)
{
    m2_doc_note(d, "Each amount is rounded where it is shown; --format json has all 12 places, and they add "
                   "up exactly.");
}

void cost_json_usd(struct m2_arena *a, struct m2_value *object, const char *key, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_pico_print(text, pico);
    m2_v_set_str(a, object, key, text);
}

struct m2_value *cost_json_items(struct m2_arena *a, const struct m2_rates *rates, const struct m2_bill *bill)
{
    struct m2_value *items = m2_v_array(a);
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &bill->line[i];
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        if (line->quantity.num == 0)
            continue;
        struct m2_value *item = m2_v_object(a);
        char quantity[M2_DECIMAL_SIZE];
        m2_ratio_print(quantity, line->quantity, 12);
        m2_v_set_str(a, item, "resource", row->resource);
        m2_v_set_str(a, item, "quantity", quantity);
        m2_v_set_str(a, item, "unit", row->unit);
        m2_v_set_str(a, item, "price", rates->key[i]);
        if (rates->of[i]) {
            cost_json_usd(a, item, "unit_price_usd", rates->of[i]->usd_pico);
            cost_json_usd(a, item, "cost_usd", line->cost);
            if (rates->of[i]->estimate)
                m2_v_set_bool(a, item, "estimate", true);
        } else {
            m2_v_set(a, item, "unit_price_usd", m2_v_null(a));
            m2_v_set(a, item, "cost_usd", m2_v_null(a));
        }
        m2_v_push(a, items, item);
    }
    return items;
}

bool cost_note_gaps(struct m2_doc *d, struct m2_value *object, struct cost_run *run,
                    const struct m2_rates *rates, const struct m2_bill *bill)
{
    struct m2_arena *a = run->arena;
    struct m2_value *missing = m2_v_array(a);
    bool estimate = false;
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_price *price = bill->line[i].quantity.num ? rates->of[i] : NULL;
        estimate = estimate || (price && price->estimate);
        if (!bill->line[i].missing)
            continue;
        m2_v_push(a, missing, m2_v_string(a, rates->key[i]));
        m2_doc_warning(d,
                       "there is no price for %s (%s) in %s, so the total lacks it; `m2-cost prices "
                       "--update` may find it.",
                       m2_cost_item((enum m2_cost_item)i)->title, rates->key[i], rates->region->name);
    }
    if (estimate)
        m2_doc_warning(d, "Spot prices move; these are an estimate from the list's date.");
    m2_v_set(a, object, "missing", missing);
    m2_v_set_bool(a, object, "estimate", estimate);
    return m2_v_len(missing) > 0;
}

int cost_budget(bool *given, m2_pico *pico, const struct cost_run *run, struct m2_err *err)
{
    const char *text = run->args->budget;
    int64_t usd = 0;
    *given = text != NULL;
    if (text && (!m2_fixed_parse(&usd, text, strlen(text), 6, M2_EXACT) || usd < 0))
        return m2_fail(err, M2_EUSAGE, "--budget: \"%.60s\" is no amount of USD, such as 100 or 12.50", text);
    *pico = (m2_pico)usd * 1000000;
    return 0;
}
