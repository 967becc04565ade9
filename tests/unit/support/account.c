#include "account.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "m2/str.h"

/* A fault of the test or of what it tests: said, and the test process ends. */
static void must(bool good, const char *fmt, ...) M2_PRINTF(2, 3);
static void must(bool good, const char *fmt, ...)
{
    if (good)
        return;
    va_list ap;
    va_start(ap, fmt);
    (void)vfprintf(stderr, fmt, ap);
    va_end(ap);
    (void)fputc('\n', stderr);
    abort();
}

static struct m2_value *parse(struct m2_arena *a, const char *json)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    char *text = m2_arena_strdup(a, json);
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    must(m2_json_parse(&v, a, m2_bytes_of(text), "edit", &err) == 0, "%s: %s", json, err.msg);
    return v;
}

void account_open(struct account *ac)
{
    struct m2_err err = { 0 };
    memset(ac, 0, sizeof *ac);
    ac->arena = m2_arena_new();
    must(m2_json_read_file(&ac->root, ac->arena, M2_SOURCE_DIR "/tests/unit/analyze/account.json", &err) == 0,
         "%s", err.msg);
}

void account_close(struct account *ac)
{
    m2_arena_free(ac->arena);
}

static bool mentions(const struct m2_value *v, const char *text)
{
    const struct m2_value *item = NULL;
    if (m2_v_is(v, M2_STRING))
        return strstr(m2_v_text(v), text);
    m2_v_each(item, i, v) if (m2_v_is(v, M2_ARRAY) && mentions(item, text)) return true;
    for (size_t i = 0; m2_v_is(v, M2_OBJECT) && i < v->u.object.len; i++)
        if (mentions(v->u.object.at[i].value, text))
            return true;
    return false;
}

/* Set the value at PATH beneath V ("a.b[0].c"); the last part may be new. */
static void put(struct m2_arena *a, struct m2_value *v, const char *path, struct m2_value *value)
{
    const char *dot = strrchr(path, '.');
    struct m2_value *parent = dot ? m2_v_path(v, m2_arena_strndup(a, path, (size_t)(dot - path))) : v;
    const char *last = dot ? dot + 1 : path, *open = strchr(last, '[');
    must(parent, "no path %s", path);
    if (!open) {
        m2_v_set(a, parent, last, value);
        return;
    }
    struct m2_value *list = m2_v_get(parent, m2_arena_strndup(a, last, (size_t)(open - last)));
    size_t i = (size_t)strtoul(open + 1, NULL, 10);
    must(m2_v_is(list, M2_ARRAY) && i < m2_v_len(list), "no item %s", path);
    list->u.array.at[i] = value;
}

static void put_error(struct m2_arena *a, struct m2_value *call, const char *text)
{
    const char *rest = NULL;
    struct m2_value *error = m2_v_object(a);
    m2_v_set_str(a, error, "code", m2_str_cut(a, text, ':', &rest));
    m2_v_set_str(a, error, "message", rest ? m2_str_trim(a, rest) : "");
    m2_v_set_str(a, call, "status", "error");
    m2_v_set(a, call, "output", NULL);
    m2_v_set(a, call, "error", error);
}

static bool matches(const struct m2_value *call, const char *service, const char *operation, const char *text)
{
    return m2_str_eq(m2_v_str(call, "service"), service) &&
           m2_str_eq(m2_v_str(call, "operation"), operation) &&
           (!text || mentions(m2_v_get(call, "input"), text));
}

void account_edit(struct account *ac, const struct edit *e)
{
    const char *operation = NULL, *text = NULL;
    if (!*e->call) {
        put(ac->arena, ac->root, e->path, e->json ? parse(ac->arena, e->json) : NULL);
        return;
    }
    if (m2_str_eq(e->path, "new")) {
        m2_v_push(ac->arena, m2_v_get(ac->root, "calls"), parse(ac->arena, e->json));
        return;
    }
    const char *service = m2_str_cut(ac->arena, e->call, ':', &operation);
    operation = m2_str_cut(ac->arena, operation, ' ', &text);
    struct m2_value *calls = m2_v_get(ac->root, "calls"), *kept = m2_v_array(ac->arena), *call = NULL;
    size_t changed = 0;
    m2_v_each(call, i, calls)
    {
        bool hit = matches(call, service, operation, text);
        changed += hit;
        if (hit && m2_str_eq(e->path, "error"))
            put_error(ac->arena, call, e->json);
        else if (hit && *e->path)
            put(ac->arena, call, e->path, e->json ? parse(ac->arena, e->json) : NULL);
        if (!hit || *e->path)
            m2_v_push(ac->arena, kept, call);
        else if (e->json)
            m2_v_push(ac->arena, kept, parse(ac->arena, e->json));
    }
    must(changed, "no call %s", e->call);
    m2_v_set(ac->arena, ac->root, "calls", kept);
}

struct m2_finding *finding_make(struct m2_findings *all, const char *check, const char *resource,
                                enum m2_status status, const char *cause)
{
    struct m2_snapshot snap = { .arena = all->arena };
    struct m2_check_run run = { m2_check_find(check), &snap, all->arena, all, NULL };
    must(run.check, "no check %s", check);
    return m2_found(&run, status, resource, cause);
}

const char *account_list(const struct account *ac)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < ac->found.list.len; i++) {
        const struct m2_finding *f = ac->found.list.at[i];
        m2_buf_addf(&b, "\n  %-7s %s %s: %s", m2_status_name(f->status), f->uid, m2_str_or(f->cause, "-"),
                    f->detail);
    }
    char *text = m2_arena_strndup(ac->arena, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

/* What must hold of every report: rows for all causes, unique uids, evidence and a fix for what failed, a
 * verdict that fits. */
static void inspect(const struct account *ac)
{
    const struct m2_findings *f = &ac->found;
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *it = f->list.at[i];
        bool wrong = it->status == M2_FAIL || it->status == M2_WARN;
        must(m2_finding_by_uid(f, it->uid) == it, "uid %s is there twice%s", it->uid, account_list(ac));
        must(!it->cause || m2_cause_find(it->cause), "%s: no row for %s", it->uid, it->cause);
        must(!wrong || it->cause, "%s fails without a cause", it->uid);
        must(!wrong || !m2_str_empty(it->fix_text), "%s has no fix", it->uid);
        must(it->status == M2_PASS || !m2_str_empty(it->detail), "%s says nothing", it->uid);
    }
    must((f->counts[M2_FAIL] > 0) == m2_str_eq(f->verdict, "not-ready"), "the verdict is %s", f->verdict);
    must((f->counts[M2_FAIL] > 0) == (f->root_causes.len > 0), "failures without a root cause");
}

void account_analyze(struct account *ac, const char *only)
{
    const char *const list[] = { only, NULL };
    struct m2_analyze_options opt = { .only = only ? list : NULL,
                                      .tool = "m2-doctor",
                                      .version = "0.1.0",
                                      .generated_at = "2026-11-23T09:00:01Z" };
    struct m2_err err = { 0 };
    must(m2_snapshot_from_value(&ac->snap, ac->arena, ac->root, "account.json", &err) == 0, "%s", err.msg);
    must(m2_analyze(&ac->found, ac->arena, &ac->snap, &opt, &err) == 0, "%s", err.msg);
    inspect(ac);
}

const struct m2_finding *account_finding(const struct account *ac, const char *check, enum m2_status status,
                                         const char *cause)
{
    for (size_t i = 0; i < ac->found.list.len; i++) {
        const struct m2_finding *f = ac->found.list.at[i];
        if (m2_str_eq(f->id, check) && f->status == status && (!cause || m2_str_eq(f->cause, cause)))
            return f;
    }
    return NULL;
}

bool account_is_root(const struct account *ac, const struct m2_finding *f)
{
    for (size_t i = 0; i < ac->found.root_causes.len; i++)
        if (m2_str_eq(ac->found.root_causes.at[i], f->uid))
            return true;
    return false;
}

static void run_one(const struct sample *s)
{
    struct account ac;
    account_open(&ac);
    for (size_t k = 0; k < sizeof s->edits / sizeof s->edits[0] && s->edits[k].call; k++)
        account_edit(&ac, &s->edits[k]);
    account_analyze(&ac, s->check);
    const struct m2_finding *f = account_finding(&ac, s->check, s->status, s->cause);
    must(f, "%s: no %s %s%s", s->name, m2_status_name(s->status), m2_str_or(s->cause, ""), account_list(&ac));
    must(s->status == M2_FAIL || !ac.found.counts[M2_FAIL], "%s: fails%s", s->name, account_list(&ac));
    must(s->status != M2_FAIL || account_is_root(&ac, f), "%s: is no root cause", s->name);
    account_close(&ac);
}

void samples_run(const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        run_one(&samples[i]);
}

void samples_are_whole(const char *area, const char *except, const struct sample *samples, size_t n)
{
    size_t n_checks = 0;
    const struct m2_check *checks = m2_checks(&n_checks);
    for (size_t i = 0; i < n_checks; i++) {
        if (!m2_str_eq(checks[i].area, area) || m2_str_eq(checks[i].id, except))
            continue;
        for (size_t c = 0; checks[i].causes[c]; c++) {
            bool shown = false;
            for (size_t k = 0; k < n; k++)
                shown = shown || (m2_str_eq(samples[k].cause, checks[i].causes[c]) &&
                                  m2_str_eq(samples[k].check, checks[i].id));
            must(shown, "%s: no sample for %s", checks[i].id, checks[i].causes[c]);
        }
    }
}
