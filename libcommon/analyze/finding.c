#include "m2/finding.h"

#include "m2/diff.h"
#include "m2/str.h"

static const char *const status_names[M2_STATUS_COUNT] = { "pass", "warn", "fail", "unknown", "skip" };

const char *m2_status_name(enum m2_status s)
{
    return (unsigned)s < M2_STATUS_COUNT ? status_names[s] : "unknown";
}

size_t m2_finding_position(const struct m2_findings *f, const char *uid)
{
    int64_t at = f->by_uid ? m2_v_int_or(f->by_uid, uid, -1) : -1;
    if (f->by_uid)
        return at < 0 ? SIZE_MAX : (size_t)at;
    for (size_t i = 0; i < f->list.len; i++)
        if (m2_str_eq(f->list.at[i]->uid, uid))
            return i;
    return SIZE_MAX;
}

struct m2_finding *m2_finding_by_uid(const struct m2_findings *f, const char *uid)
{
    size_t i = m2_finding_position(f, uid);
    return i == SIZE_MAX ? NULL : f->list.at[i];
}

static struct m2_value *strings(struct m2_arena *a, const char *const *at, size_t n)
{
    struct m2_value *v = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, v, m2_v_string(a, at[i]));
    return v;
}

static void set_text(struct m2_arena *a, struct m2_value *o, const char *key, const char *s)
{
    m2_v_set(a, o, key, m2_v_string(a, s));
}

static struct m2_value *evidence(struct m2_arena *a, const struct m2_finding *f)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct m2_evidence *e = &f->evidence.at[i];
        struct m2_value *o = m2_v_object(a);
        set_text(a, o, "call", e->call);
        set_text(a, o, "path", e->path);
        set_text(a, o, "value", e->value);
        m2_v_push(a, list, o);
    }
    return list;
}

static struct m2_value *one(struct m2_arena *a, const struct m2_finding *f)
{
    struct m2_value *o = m2_v_object(a), *fix = m2_v_object(a);
    set_text(a, o, "uid", f->uid);
    set_text(a, o, "id", f->id);
    set_text(a, o, "status", m2_status_name(f->status));
    set_text(a, o, "area", f->area);
    set_text(a, o, "resource", f->resource);
    set_text(a, o, "cause", f->cause);
    set_text(a, o, "title", f->title);
    set_text(a, o, "detail", f->detail);
    m2_v_set(a, o, "evidence", evidence(a, f));
    set_text(a, fix, "text", m2_str_or(f->fix_text, ""));
    m2_v_set(a, fix, "commands", strings(a, f->commands.at, f->commands.len));
    m2_v_set(a, o, "fix", fix);
    if (f->missing_right)
        m2_v_set_str(a, o, "missing_right", f->missing_right);
    m2_v_set(a, o, "docs", strings(a, f->docs.at, f->docs.len));
    m2_v_set(a, o, "caused_by", strings(a, f->caused_by.at, f->caused_by.len));
    m2_v_set(a, o, "explains", strings(a, f->explains.at, f->explains.len));
    m2_v_set(a, o, "possible_causes", strings(a, f->possible_causes.at, f->possible_causes.len));
    m2_v_set(a, o, "may_explain", strings(a, f->may_explain.at, f->may_explain.len));
    return o;
}

struct m2_value *m2_findings_to_value(struct m2_arena *a, const struct m2_findings *f)
{
    struct m2_value *o = m2_v_object(a), *target = m2_v_object(a), *summary = m2_v_object(a),
                    *list = m2_v_array(a);
    set_text(a, o, "schema", "m2-report/1");
    set_text(a, o, "tool", f->tool);
    set_text(a, o, "version", f->version);
    set_text(a, o, "generated_at", f->generated_at);
    set_text(a, target, "account", f->account);
    set_text(a, target, "region", f->region);
    set_text(a, target, "stack", f->stack);
    m2_v_set(a, o, "target", target);
    set_text(a, o, "verdict", f->verdict);
    for (size_t s = 0; s < M2_STATUS_COUNT; s++)
        m2_v_set_int(a, summary, status_names[s], (int64_t)f->counts[s]);
    m2_v_set(a, o, "summary", summary);
    m2_v_set(a, o, "root_causes", strings(a, f->root_causes.at, f->root_causes.len));
    for (size_t i = 0; i < f->list.len; i++)
        m2_v_push(a, list, one(a, f->list.at[i]));
    m2_v_set(a, o, "findings", list);
    if (f->compared)
        m2_v_set(a, o, "compared", m2_diff_to_value(a, f->compared));
    m2_v_set(a, o, "notes", strings(a, f->notes.at, f->notes.len));
    return o;
}
