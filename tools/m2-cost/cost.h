/*
 * m2-cost/cost.h — the parts of m2-cost: options, what a command is given, what it gives back.
 *
 * Model:     one file a command (estimate.c, compare.c, jobs.c, history.c, forecast.c, reconcile.c,
 * prices.c). A command builds a document for people and a value for programs; main renders the one that
 * --format names.
 */
#ifndef M2_COST_TOOL_H
#define M2_COST_TOOL_H

#include "common/main.h"
#include "common/session.h"
#include "m2/cli.h"
#include "m2/cost.h"
#include "m2/doc.h"
#include "m2/history.h"
#include "m2/prices.h"
#include "m2/summary.h"
#include "m2/value.h"

struct cost_args {
    struct m2_common common;
    const struct m2_command *command;
    struct m2_strlist operands;
    /* estimate, compare */
    const char *vcpu, *memory_gb, *duration, *platform, *arch, *ephemeral_gb, *input_mb, *output_mb,
        *public_ip;
    const char *log_mb, *image_gb, *image_region, *keep_days, *scaling;
    uint64_t jobs, endpoints, zones, transitions, requests;
    bool nat;
    /* whatever prices something */
    const char *prices, *budget;
    struct m2_strlist without;
    /* jobs */
    const char *per_job;
    uint64_t max_bad, threads;
    /* history, forecast, reconcile */
    int64_t since_ms;
    const char *snapshot, *save_snapshot;
    bool no_redact, history;
    uint64_t months, trials, seed;
    const char *tolerance, *expected, *tag, *job_tag;
    /* prices */
    bool update;
};

extern const struct m2_tool cost_tool;

/* What a command may use. */
struct cost_run {
    struct m2_arena *arena;
    const struct cost_args *args;
    const struct tool_world *world;
    struct session session; /* settings are loaded; session_connect starts the network */
    struct m2_progress *progress;
    struct m2_prices prices;  /* --prices, else the built-in list with what `prices --update` has put into the
                                 cache over it */
    struct m2_setting region; /* --region, environment, profile, else us-east-1, and which of them */
    const char *const *without; /* NULL-ended */
};

/* What a command gives back. */
struct cost_result {
    struct m2_doc *doc;
    struct m2_value *json; /* an m2-cost/1 document */
    enum m2_exit status;   /* M2_EXIT_OK, or M2_EXIT_FOUND when a budget or tolerance is passed */
    bool unsure;           /* something could not be told: --strict exits with 4 */
};

typedef int cost_command(struct cost_result *out, struct cost_run *run, struct m2_err *err);
cost_command cost_estimate, cost_compare, cost_jobs, cost_history, cost_forecast, cost_reconcile, cost_prices;

/** Settings, region and prices into RUN. Errors: M2_ECONFIG, M2_EUSAGE, M2_EINPUT (a price list). */
int cost_begin(struct cost_run *run, struct m2_err *err) M2_MUST_USE;
/** One file under whatever names? Names that are alike are, too. */
bool cost_same_file(const char *a, const char *b);
/** Price for REGION, which SOURCE told, from here on. Errors: M2_EINPUT (a price list). */
int cost_use_region(struct cost_run *run, const char *region, const char *source,
                    struct m2_err *err) M2_MUST_USE;
/** Begin the JSON document: schema, prices (date, source, region). */
struct m2_value *cost_json(struct cost_run *run);
/** Say in D which prices were used: date, source, region; a warning when they are old. */
void cost_note_prices(struct m2_doc *d, struct cost_run *run);
/** Say in D why the amounts of its tables may not add up to the last place. */
void cost_note_rounding(struct m2_doc *d);
/** Warn in D of prices that RATES lack for BILL, or that are estimates; the missing keys into OBJECT's
 * "missing". True when any lacks. */
bool cost_note_gaps(struct m2_doc *d, struct m2_value *object, struct cost_run *run,
                    const struct m2_rates *rates, const struct m2_bill *bill);
/** "items" of the bill as m2-cost/1 wants them: decimal strings. */
struct m2_value *cost_json_items(struct m2_arena *a, const struct m2_rates *rates,
                                 const struct m2_bill *bill);
/** Set KEY of OBJECT to PICO as an exact decimal string. */
void cost_json_usd(struct m2_arena *a, struct m2_value *object, const char *key, m2_pico pico);
/** `prices --update`: the region's prices from the Price List API into the cache and into RUN; what could not
 * be matched into D. */
int cost_prices_update(struct m2_doc *d, struct cost_run *run, struct m2_err *err) M2_MUST_USE;
/** The file that `prices --update` writes for REGION. Errors: M2_EUSAGE (no home directory to keep it in). */
int cost_cache_path(const char **out, struct cost_run *run, const char *region,
                    struct m2_err *err) M2_MUST_USE;

/** The job that the options of estimate and compare describe; what was assumed because nothing was said goes
 * to ASSUMED, one sentence each. Errors: M2_EUSAGE. */
typedef M2_VEC(const char *) cost_sentences;
int cost_job(struct m2_job *out, cost_sentences *assumed, struct cost_run *run,
             struct m2_err *err) M2_MUST_USE;
/** What was assumed, and what --without leaves out, into D and "assumed" of ROOT. */
void cost_say_assumed(struct m2_doc *d, struct m2_value *root, const struct cost_run *run,
                      const cost_sentences *assumed);
/** "4 vCPU, 8 GB" or "3 GB" (Lambda). */
const char *cost_size_text(struct m2_arena *a, const struct m2_job *job);
/** "10 min", "2 h 5 min", "12.345 s". */
const char *cost_duration_text(struct m2_arena *a, int64_t ms);
/** "1 job", "2 jobs" */
const char *cost_count(struct m2_arena *a, uint64_t n, const char *one, const char *many);
/** Q with at most PLACES; with more where these would show nothing of it. */
void cost_quantity_print(char out[M2_DECIMAL_SIZE], struct m2_ratio q, int places);
/** "+12.5", PART in percent of WHOLE; "" where there is no whole. */
const char *cost_change_text(struct m2_arena *a, m2_pico part, m2_pico whole);
/** "2026-11-23" of a day since 1970 */
const char *cost_day_text(struct m2_arena *a, int64_t day);
/** For a column of amounts that make TOTAL: cents, or six places where cents would say little. */
void cost_usd_column(char out[M2_DECIMAL_SIZE], m2_pico pico, m2_pico total);
/** "Fargate Spot" */
const char *cost_platform_text(enum m2_platform platform);

/** What many jobs came to: items, total_usd and summary into ROOT (the summary also to *SUMMARY, to be added
 * to), and all of it into D. Errors: M2_EIO. */
int cost_say_summary(struct m2_value **summary, struct m2_doc *d, struct m2_value *root, struct cost_run *run,
                     const struct m2_summary *s, struct m2_err *err) M2_MUST_USE;
/** What ran in the account, or in --snapshot, for history, forecast and reconcile; saved where
 * --save-snapshot says. The region of the prices becomes the account's. *CUT: why the account could not be
 * read to the end although there is a history (M2_OK: it was). Errors: as m2_collect, m2_snapshot_load and
 * m2_history_read. */
int cost_account_history(struct m2_history *out, struct cost_run *run, struct m2_err *cut,
                         struct m2_err *err) M2_MUST_USE;

/** The value of --budget in *PICO; false without the option. Errors through ERR: 0 ok, -1 M2_EUSAGE. */
int cost_budget(bool *given, m2_pico *pico, const struct cost_run *run, struct m2_err *err) M2_MUST_USE;

#endif
