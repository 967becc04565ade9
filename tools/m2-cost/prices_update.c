/* m2-cost prices --update: ask AWS for the region's prices and keep them in the cache. */
#include <string.h>

#include "cost.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/str.h"
#include "m2/time.h"

struct update {
    struct cost_run *run;
    struct m2_price_queries queries;
    struct m2_value **items; /* by query; NULL: not matched, then WHY says so */
    const char **why;
    size_t running;
    struct m2_err failed; /* of a call that ends the run: no credentials, no network */
};

struct asked {
    struct update *u;
    size_t query;
};

static void on_answer(void *user, const struct m2_aws_answer *answer)
{
    struct asked *x = user;
    struct update *u = x->u;
    u->running--;
    if (answer->status == M2_AWS_OK) {
        u->items[x->query] =
            m2_price_from_products(&u->why[x->query], u->run->arena, &u->queries.v.at[x->query],
                                   answer->output, m2_now_ms(u->run->world->sys));
    } else if (u->failed.code == M2_OK) {
        u->failed = answer->err;
    }
}

/* Answers of all questions; the client keeps to AWS's pace. One refused call ends it: half a price list is
 * none. */
static int ask(struct update *u, struct m2_err *err)
{
    struct m2_arena *a = u->run->arena;
    struct session *s = &u->run->session;
    size_t n = u->queries.v.len;
    struct asked *asked = m2_arena_new_array(a, struct asked, n);
    u->items = m2_arena_new_array(a, struct m2_value *, n);
    u->why = m2_arena_new_array(a, const char *, n);
    m2_progress_phase(u->run->progress, "asking AWS for prices");
    for (size_t i = 0; i < n; i++) {
        const struct m2_aws_call call = { .service = "pricing",
                                          .operation = "GetProducts",
                                          .input = u->queries.v.at[i].input };
        asked[i] = (struct asked){ u, i };
        u->running++;
        m2_aws_start(s->aws, a, &call, on_answer, &asked[i]);
    }
    while (u->running && m2_net_step(s->net, 200))
        m2_progress_update(u->run->progress, m2_arena_printf(a, "%zu of %zu prices to come", u->running, n));
    if (u->failed.code != M2_OK) {
        *err = u->failed;
        return -1;
    }
    return 0;
}

/* ---- the list ---- */

/* REGION's items as they are now: those that the API does not have stay, under their own source. */
static struct m2_value *kept_items(struct cost_run *run)
{
    struct m2_arena *a = run->arena;
    const struct m2_price_region *now = NULL;
    struct m2_err none = { 0 };
    if (m2_prices_region(&now, &run->prices, run->region.value, &none) < 0)
        return m2_v_object(a);
    const struct m2_value *items = m2_v_get(m2_v_get(now->document, "regions"), now->name);
    return items ? m2_v_copy(a, items) : m2_v_object(a);
}

static struct m2_value *list_of(struct update *u, const char *date)
{
    struct cost_run *run = u->run;
    struct m2_arena *a = run->arena;
    struct m2_value *root = m2_v_object(a), *regions = m2_v_object(a), *items = kept_items(run);
    struct m2_value *api = m2_v_object(a), *sources = m2_v_array(a);
    const struct m2_value *source, *old = m2_v_get(run->prices.regions[0].document, "sources");
    for (size_t i = 0; i < u->queries.v.len; i++) {
        const char *key = u->queries.v.at[i].key;
        if (u->items[i])
            m2_v_set(a, items, key, u->items[i]);
        else if (m2_v_get(items, key))
            m2_v_set_bool(a, m2_v_get(items, key), "verified", false);
    }
    m2_v_set_str(a, api, "id", "API");
    m2_v_set_str(a, api, "name", m2_arena_printf(a, "AWS Price List API, GetProducts, read on %s", date));
    m2_v_push(a, sources, api);
    m2_v_each(source, i, old) m2_v_push(a, sources, m2_v_copy(a, source));
    m2_v_set_str(a, root, "schema", M2_PRICES_SCHEMA);
    m2_v_set_str(a, root, "currency", "USD");
    m2_v_set_str(a, root, "effective", date);
    m2_v_set(a, root, "sources", sources);
    m2_v_set(a, regions, run->region.value, items);
    m2_v_set(a, root, "regions", regions);
    return root;
}

static int store(struct m2_prices *out, struct cost_run *run, const struct m2_value *list, struct m2_err *err)
{
    const char *path;
    struct m2_buf text;
    int rc = -1;
    m2_buf_init(&text, (size_t)16 << 20);
    m2_json_write(&text, list, true);
    m2_buf_addc(&text, '\n');
    if (cost_cache_path(&path, run, run->region.value, err) == 0 &&
        m2_dir_make(m2_arena_strndup(run->arena, path, (size_t)(strrchr(path, '/') - path)), 0700, err) ==
            0 &&
        m2_prices_from_value(out, run->arena, list, path, err) == 0)
        rc = m2_file_write(path, (struct m2_bytes){ text.data, text.len }, 0600, err);
    m2_buf_free(&text);
    return rc;
}

static void say(struct update *u, struct m2_doc *d)
{
    size_t found = 0;
    for (size_t i = 0; i < u->queries.v.len; i++)
        found += u->items[i] != NULL;
    m2_doc_text(
        d,
        "%zu of %zu prices came from AWS today; the rest is kept from the list before, under its own source.",
        found, u->queries.v.len);
    for (size_t i = 0; i < u->queries.v.len; i++)
        if (!u->items[i])
            m2_doc_warning(d, "%s could not be matched (usage type %s of %s): %s.", u->queries.v.at[i].key,
                           u->queries.v.at[i].usagetype, u->queries.v.at[i].service_code, u->why[i]);
}

int cost_prices_update(struct m2_doc *d, struct cost_run *run, struct m2_err *err)
{
    struct update u = { .run = run };
    struct m2_prices fresh;
    char now[M2_ISO_SIZE];
    if (run->args->prices)
        return m2_fail(err, M2_EUSAGE, "--update writes the price cache; it does not go with --prices");
    if (m2_price_queries(&u.queries, run->arena, &run->prices, run->region.value, err) < 0 ||
        session_connect(&run->session, run->world->net, err) < 0 || ask(&u, err) < 0)
        return -1;
    m2_time_iso(now, m2_now_ms(run->world->sys));
    now[strlen("2026-11-26")] = '\0';
    if (store(&fresh, run, list_of(&u, now), err) < 0)
        return -1;
    m2_prices_over(&run->prices, run->arena, &run->prices, &fresh);
    say(&u, d);
    return 0;
}
