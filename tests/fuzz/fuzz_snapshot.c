/* Any document: load it, ask it, see its stack, redact it. */
#include "fuzz.h"
#include "m2/json.h"
#include "m2/stackview.h"

static void ask(struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_stackview v;
    m2_stackview_make(&v, a, s);
    (void)m2_view_state_machine(&v, a, s);
    (void)m2_view_task_definition(&v, a, s);
    (void)m2_view_job_function(&v, a, s);
    for (size_t i = 0; i < s->n_calls; i++) {
        struct m2_look l = m2_look_output(s, s->calls[i].service, s->calls[i].operation, NULL);
        fuzz_require(l.seen != M2_UNSEEN || (l.right && l.why), "no reason");
        fuzz_require(l.seen != M2_SEEN || l.item, "no item");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = NULL;
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    if (m2_json_parse(&root, a, (struct m2_bytes){ (const char *)data, size }, "fuzz", &err) == 0) {
        const char *once = m2_json_text(a, m2_snapshot_redact(a, root));
        struct m2_value *clean = NULL;
        fuzz_require(m2_json_parse(&clean, a, m2_bytes_of(once), "once", &err) == 0, "%s: %s", err.msg, once);
        if (m2_snapshot_from_value(&s, a, root, "fuzz", &err) == 0)
            ask(a, &s);
    }
    m2_arena_free(a);
    return 0;
}
