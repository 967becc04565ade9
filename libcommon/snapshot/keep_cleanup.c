/* What a teardown keeps of answers that hold more: counts instead of keys, and where a function's network is.
 */
#include "snapshot/topic.h"

#define MOST_PAGES 1000 /* a million versions; beyond it is told as "more than" */

/* One page as {"Versions":[{"Count","Bytes"}],"DeleteMarkers":[{"Count"}]}: joined pages stay lists of such.
 */
struct m2_value *m2_keep_version_counts(struct m2_arena *a, const struct m2_value *output)
{
    const struct m2_value *versions = m2_v_get(output, "Versions"), *version;
    int64_t bytes = 0;
    m2_v_each(version, i, versions) bytes += m2_v_int_or(version, "Size", 0);
    struct m2_value *out = m2_v_object(a), *list = m2_v_array(a), *page = m2_v_object(a);
    m2_v_set_int(a, page, "Count", (int64_t)m2_v_len(versions));
    m2_v_set_int(a, page, "Bytes", bytes);
    m2_v_push(a, list, page);
    m2_v_set(a, out, "Versions", list);
    list = m2_v_array(a);
    page = m2_v_object(a);
    m2_v_set_int(a, page, "Count", (int64_t)m2_v_len(m2_v_get(output, "DeleteMarkers")));
    m2_v_push(a, list, page);
    m2_v_set(a, out, "DeleteMarkers", list);
    return out;
}

bool m2_more_version_counts(const struct m2_value *joined, int64_t since_ms)
{
    (void)since_ms;
    return m2_v_len(m2_v_get(joined, "Versions")) < MOST_PAGES;
}

static int64_t sum(const struct m2_value *list, const char *key)
{
    const struct m2_value *page;
    int64_t n = 0;
    m2_v_each(page, i, list) n += m2_v_int_or(page, key, 0);
    return n;
}

struct m2_value *m2_bucket_counts(struct m2_arena *a, const struct m2_call *call)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "bucket", m2_v_str(call->input, "Bucket"));
    if (call->status != M2_CALL_OK) {
        m2_v_set_str(a, v, "code", m2_str_or(call->code, "Skipped"));
        m2_v_set_str(a, v, "message", m2_str_or(call->message, m2_str_or(call->reason, "")));
        return v;
    }
    const struct m2_value *versions = m2_v_get(call->output, "Versions");
    m2_v_set_int(a, v, "versions", sum(versions, "Count"));
    m2_v_set_int(a, v, "delete_markers", sum(m2_v_get(call->output, "DeleteMarkers"), "Count"));
    m2_v_set_int(a, v, "bytes", sum(versions, "Bytes"));
    m2_v_set_bool(a, v, "more", m2_v_get(call->output, "NextKeyMarker") != NULL);
    return v;
}

/* No environment: it may hold secrets, and a teardown does not need it. */
struct m2_value *m2_keep_function_network(struct m2_arena *a, const struct m2_value *output)
{
    static const char *const names[] = { "FunctionName",     "FunctionArn",   "VpcConfig", "State",
                                         "LastUpdateStatus", "LoggingConfig", NULL };
    struct m2_value *out = m2_v_object(a);
    for (const char *const *name = names; *name; name++)
        if (m2_v_get(output, *name))
            m2_v_set(a, out, *name, m2_v_copy(a, m2_v_get(output, *name)));
    return out;
}
