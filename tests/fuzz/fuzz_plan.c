/* Any snapshot gives a plan; whatever is not proved by it is not in the work. */
#include "fuzz.h"
#include "m2/cleanup.h"
#include "m2/json.h"

/* Work needs a stack in the credentials' own account, and a sentence that proves it. */
static void check(const struct m2_plan *plan)
{
    for (size_t i = 0; i < plan->items.len; i++) {
        const struct m2_plan_item *item = &plan->items.at[i];
        bool keep = item->action == M2_ACT_KEEP;
        fuzz_require(item->resource && item->type && item->proof && item->why && item->reason,
                     "a text is missing");
        fuzz_require(keep == (*item->reason != '\0'), "%s: kept without a reason", item->resource);
        fuzz_require(keep || *item->proof, "%s: work without a proof", item->resource);
    }
    fuzz_require(plan->state != M2_PLAN_UNSEEN || plan->blocked.len, "not seen and not refused");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = NULL;
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    if (m2_json_parse(&root, a, (struct m2_bytes){ (const char *)data, size }, "fuzz", &err) == 0 &&
        m2_snapshot_from_value(&s, a, root, "fuzz", &err) == 0) {
        for (int i = 0; i < 4; i++) {
            const struct m2_plan_options opt = { .keep_data = i & 1,
                                                 .delete_logs = i & 2,
                                                 .bypass_governance = i & 2 };
            struct m2_plan plan;
            m2_plan_make(&plan, a, &s, &opt);
            check(&plan);
            (void)m2_json_text(a, m2_plan_to_value(a, &plan, "fuzz", "0"));
        }
    }
    m2_arena_free(a);
    return 0;
}
