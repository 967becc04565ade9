/* What every command starts from: settings, region, prices. */
#include <string.h>
#include <sys/stat.h>

#include "cost.h"
#include "m2/endpoint.h"
#include "m2/file.h"
#include "m2/str.h"

int cost_cache_path(const char **out, struct cost_run *run, const char *region, struct m2_err *err)
{
    const char *cache = m2_env(run->world->sys, "XDG_CACHE_HOME"), *home = m2_env(run->world->sys, "HOME");
    if (strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(region) || strlen(region) > 40)
        return m2_fail(err, M2_EUSAGE, "\"%.60s\" is no region's name", region);
    if (cache && cache[0] == '/')
        *out = m2_arena_printf(run->arena, "%s/mode2-toolkit/prices-%s.json", cache, region);
    else if (home)
        *out = m2_arena_printf(run->arena, "%s/.cache/mode2-toolkit/prices-%s.json", home, region);
    else
        return m2_fail(err, M2_EUSAGE,
                       "there is no place for the price cache: neither XDG_CACHE_HOME nor HOME is set");
    return 0;
}

/* Lay what `prices --update` has stored for the regions of the list, and for ours, over the list. */
static int add_cached(struct cost_run *run, const char *region, struct m2_err *err)
{
    const char *path = NULL;
    struct m2_prices cached;
    struct m2_err why = { 0 };
    if (cost_cache_path(&path, run, region, NULL) < 0)
        return 0;
    if (m2_prices_load(&cached, run->arena, path, &why) < 0) {
        if (why.code == M2_ENOTFOUND)
            return 0;
        return m2_fail(
            err, why.code,
            "%s (a price list that an earlier run stored; `m2-cost prices --update` makes it anew)", why.msg);
    }
    m2_prices_over(&run->prices, run->arena, &run->prices, &cached);
    return 0;
}

static int load_prices(struct cost_run *run, struct m2_err *err)
{
    const struct cost_args *args = run->args;
    if (args->prices)
        return m2_prices_load(&run->prices, run->arena, args->prices, err);
    if (m2_prices_builtin(&run->prices, run->arena, err) < 0)
        return -1;
    if (args->update) /* a broken cache must not keep its own repair from working */
        return 0;
    const struct m2_prices builtin = run->prices;
    bool known = false;
    for (size_t i = 0; i < builtin.n_regions; i++) {
        known = known || m2_str_eq(builtin.regions[i].name, run->region.value);
        if (add_cached(run, builtin.regions[i].name, err) < 0)
            return -1;
    }
    return known ? 0 : add_cached(run, run->region.value, err);
}

/* A snapshot is read without the reader's own AWS configuration, be it broken or for another account. */
static int read_settings(struct cost_run *run, struct m2_err *err)
{
    const struct m2_common *common = &run->args->common;
    if (!run->args->snapshot) {
        if (session_settings(&run->session, run->arena, run->world->sys, common, err) < 0)
            return -1;
        run->region = run->session.config.region;
        return 0;
    }
    if (common->region && !m2_region_valid(common->region))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (--region) is not a region; it is a name such as us-east-1",
                       common->region);
    session_offline(&run->session, run->arena, run->world->sys, common);
    run->region = (struct m2_setting){ "region", m2_str_or(common->region, "us-east-1"),
                                       common->region ? "--region" : "default" };
    return 0;
}

bool cost_same_file(const char *a, const char *b)
{
    struct stat x, y;
    if (m2_str_eq(a, b))
        return true;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Would writing WRITTEN lose what OTHER names? Devices and pipes hold nothing. */
static bool collides(const char *written, const char *other)
{
    struct stat st;
    if (!written || !other || m2_str_eq(written, "-") || (stat(written, &st) == 0 && !S_ISREG(st.st_mode)))
        return false;
    return cost_same_file(written, other);
}

/* No file is written twice, and none that is read is written over. */
static int check_files(const struct cost_args *a, struct m2_err *err)
{
    const struct {
        const char *name, *path;
    } written[] = { { "--output", a->common.output },
                    { "--per-job", a->per_job },
                    { "--save-snapshot", a->save_snapshot } };
    const char *const read[] = { a->expected, a->snapshot, a->prices };
    if (m2_str_eq(a->per_job, "-") && (!a->common.output || m2_str_eq(a->common.output, "-")))
        return m2_fail(err, M2_EUSAGE,
                       "--per-job - writes to standard output, so the report needs --output FILE");
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        for (size_t j = 0; j < i; j++)
            if (collides(written[i].path, written[j].path))
                return m2_fail(err, M2_EUSAGE, "%s and %s are the same file, %s", written[j].name,
                               written[i].name, written[i].path);
        for (size_t j = 0; j < a->operands.v.len + sizeof read / sizeof read[0]; j++)
            if (collides(written[i].path,
                         j < a->operands.v.len ? a->operands.v.at[j] : read[j - a->operands.v.len]))
                return m2_fail(err, M2_EUSAGE, "%s would write over %s, which is read", written[i].name,
                               written[i].path);
    }
    return 0;
}

int cost_begin(struct cost_run *run, struct m2_err *err)
{
    const struct m2_strlist *without = &run->args->without;
    const char **parts = m2_arena_new_array(run->arena, const char *, without->v.len + 1);
    for (size_t i = 0; i < without->v.len; i++)
        parts[i] = without->v.at[i];
    run->without = parts;
    bool given;
    m2_pico budget;
    if (check_files(run->args, err) < 0 ||
        cost_budget(&given, &budget, run, err) < 0) /* before the account or a long file is read */
        return -1;
    return read_settings(run, err) < 0 ? -1 : load_prices(run, err);
}

int cost_use_region(struct cost_run *run, const char *region, const char *source, struct m2_err *err)
{
    run->region = (struct m2_setting){ "region", region, source };
    return load_prices(run, err);
}
