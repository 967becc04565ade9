/* What every run must keep to, whatever was done to it. */
#include <stdarg.h>
#include <string.h>

#include "m2/json.h"
#include "torture.h"

static const char *const fault_names[M2_FAULT_COUNT] = {
    [M2_FAULT_NONE] = "none",
    [M2_FAULT_REFUSED] = "refused",
    [M2_FAULT_TIMEOUT_BEFORE] = "timeout before",
    [M2_FAULT_TIMEOUT_AFTER] = "timeout after",
    [M2_FAULT_RESET_BODY] = "reset in the body",
    [M2_FAULT_500] = "500",
    [M2_FAULT_500_HTML] = "500 html",
    [M2_FAULT_THROTTLED] = "throttled",
    [M2_FAULT_GARBAGE] = "garbage",
    [M2_FAULT_EMPTY] = "empty",
};

const char *fault_name(enum m2_fault fault)
{
    return fault_names[fault];
}

void torture_wrong(struct torture *t, const struct ordeal *ordeal, const char *fmt, ...)
{
    t->wrong++;
    if (t->wrong > 40) /* the first ones tell */
        return;
    (void)fprintf(stderr, "torture: %s at %llu%s%s%s: ", fault_name(ordeal->fault),
                  (unsigned long long)(ordeal->at        ? ordeal->at
                                       : ordeal->late_at ? ordeal->late_at
                                                         : ordeal->cancel_at),
                  ordeal->times == ALWAYS ? " and on" : "", ordeal->late_at ? ", late" : "",
                  ordeal->cancel_at ? ", interrupted" : "");
    va_list ap;
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
}

static const struct m2_value *finding_of(const struct m2_value *report, const char *uid)
{
    const struct m2_value *f, *list = m2_v_get(report, "findings");
    m2_v_each(f, i, list)
    {
        if (m2_str_eq(m2_v_str(f, "uid"), uid))
            return f;
    }
    return NULL;
}

/* May this ordeal change what is said of the credentials? */
static bool breaks_sts(const struct torture *t, const struct ordeal *ordeal)
{
    return ordeal->at && ordeal->at <= t->first_of_sts && t->first_of_sts - ordeal->at < ordeal->times;
}

static bool recovers(const struct ordeal *ordeal)
{
    return ordeal->times == 1 && ordeal->fault < M2_FAULT_GARBAGE;
}

static void judge_finding(struct torture *t, const struct ordeal *ordeal, const struct m2_value *f)
{
    const char *uid = m2_v_str(f, "uid"), *status = m2_v_str(f, "status");
    const char *was = m2_v_str(finding_of(t->healthy, uid), "status");
    if (m2_str_eq(status, was))
        return;
    if (!recovers(ordeal) && (m2_str_eq(status, "unknown") || m2_str_eq(status, "skip")))
        return;
    if (breaks_sts(t, ordeal) && m2_str_starts(uid, "identity."))
        return;
    torture_wrong(t, ordeal, "%s was %s and is now %s: %s | %s", uid, m2_str_or(was, "not there"), status,
                  m2_v_str(f, "title"), m2_v_str(f, "detail"));
}

static void judge_report(struct torture *t, const struct ordeal *ordeal, const struct outcome *o)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *report = NULL;
    struct m2_err err = { 0 };
    if (m2_json_parse(&report, a, (struct m2_bytes){ o->out.data, o->out.len }, "report", &err) < 0) {
        torture_wrong(t, ordeal, "the report is not whole: %s", err.msg);
    } else {
        const struct m2_value *f, *list = m2_v_get(report, "findings");
        if (!m2_str_eq(m2_v_str(report, "schema"), "m2-report/1") || !m2_v_len(list))
            torture_wrong(t, ordeal, "the report has no findings");
        m2_v_each(f, i, list)
        {
            judge_finding(t, ordeal, f);
        }
        if (recovers(ordeal) && m2_v_len(list) != m2_v_len(m2_v_get(t->healthy, "findings")))
            torture_wrong(t, ordeal, "%zu findings, though what was lost could be asked for again",
                          m2_v_len(list));
    }
    m2_arena_free(a);
}

static void judge_sentence(struct torture *t, const struct ordeal *ordeal, const struct m2_err *err)
{
    if (!*err->msg || strchr(err->msg, '\n') || !m2_utf8_valid(err->msg, strlen(err->msg)))
        torture_wrong(t, ordeal, "not one sentence: \"%s\"", err->msg);
    if (err->code == M2_OK || err->code == M2_EBUG || err->code >= M2_ERRC_COUNT)
        torture_wrong(t, ordeal, "not an error of a broken network: %s", err->msg);
}

void torture_judge(struct torture *t, const struct ordeal *ordeal, const struct outcome *o)
{
    t->runs++;
    if (o->status != M2_EXIT_OK && o->status != M2_EXIT_FOUND && o->status != M2_EXIT_CANNOT &&
        o->status != M2_EXIT_INTERRUPTED)
        torture_wrong(t, ordeal, "exit status %d: %s", (int)o->status, o->err.msg);
    if (o->rc < 0 || o->err.code != M2_OK)
        judge_sentence(t, ordeal, &o->err);
    if (o->rc < 0 && o->out.len)
        torture_wrong(t, ordeal, "a failed run wrote %zu bytes", o->out.len);
    if (o->rc == 0 && m2_str_eq(m2_str_or(ordeal->format, "json"), "json"))
        judge_report(t, ordeal, o);
    else if (o->rc == 0 && !strstr(o->out.data, "mroptimum-mode2"))
        torture_wrong(t, ordeal, "the text names no stack: %.80s", o->out.data);
}
