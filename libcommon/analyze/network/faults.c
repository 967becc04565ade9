/* What was noted while judging becomes findings: merged, ordered, with the destinations it concerns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/network/net.h"
#include "m2/buf.h"
#include "m2/str.h"

static uint32_t mask(size_t dest)
{
    return dest < M2_NW_MAX_DESTS ? (uint32_t)1 << dest : 0;
}

struct m2_nw_fault *m2_nw_fault(struct m2_nw *n, enum m2_nw_check check, enum m2_status status,
                                const char *cause, const char *resource, const char *culprit, size_t dest,
                                bool *fresh)
{
    if (fresh)
        *fresh = false;
    if (n->quiet || n->doubt) {
        if (!n->quiet)
            m2_nw_gap(n, check, n->doubt_subnet, n->doubt, dest);
        struct m2_nw_fault *lost = m2_arena_alloc(n->a, sizeof *lost);
        lost->what = "";
        return lost;
    }
    for (size_t i = 0; i < n->faults.len; i++) {
        struct m2_nw_fault *f = n->faults.at[i];
        if (f->check == check && f->status == status && m2_str_eq(f->cause, cause) &&
            m2_str_eq(f->resource, resource) && m2_str_eq(f->culprit, culprit)) {
            f->dests |= mask(dest);
            return f;
        }
    }
    struct m2_nw_fault *f = m2_arena_alloc(n->a, sizeof *f);
    f->check = check;
    f->status = status;
    f->cause = cause;
    f->resource = resource;
    f->culprit = culprit;
    f->what = "";
    f->dests = mask(dest);
    m2_vec_push(n->a, &n->faults, f);
    if (fresh)
        *fresh = true;
    return f;
}

void m2_nw_hit(struct m2_nw *n, struct m2_nw_fault *f, const char *subnet)
{
    for (size_t i = 0; i < f->hit.len; i++)
        if (m2_str_eq(f->hit.at[i], subnet))
            return;
    m2_vec_push(n->a, &f->hit, subnet);
}

void m2_nw_about(struct m2_nw *n, struct m2_nw_fault *f, const char *resource)
{
    if (resource)
        m2_vec_push(n->a, &f->about, resource);
}

void m2_nw_evidence(struct m2_nw *n, struct m2_nw_fault *f, const struct m2_call *call, const char *path,
                    const struct m2_value *value)
{
    struct m2_evidence_of e = { call, path, value };
    if (call)
        m2_vec_push(n->a, &f->evidence, e);
}

void m2_nw_gap(struct m2_nw *n, enum m2_nw_check check, const char *resource, const struct m2_look *look,
               size_t dest)
{
    if (n->quiet)
        return;
    for (size_t i = 0; i < n->gaps.len; i++) {
        struct m2_nw_gap *g = &n->gaps.at[i];
        if (g->check == check && m2_str_eq(g->resource, resource) && m2_str_eq(g->look.right, look->right) &&
            m2_str_eq(g->look.why, look->why)) {
            g->dests |= mask(dest);
            return;
        }
    }
    struct m2_nw_gap g = { check, resource, *look, mask(dest) };
    m2_vec_push(n->a, &n->gaps, g);
}

void m2_nw_note(struct m2_nw *n, const char *subnet, size_t dest, const char *fmt, ...)
{
    if (n->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    const char *text = m2_arena_vprintf(n->a, fmt, ap);
    va_end(ap);
    for (size_t i = 0; i < n->notes.len; i++)
        if (m2_str_eq(n->notes.at[i].subnet, subnet) && m2_str_eq(n->notes.at[i].text, text)) {
            n->notes.at[i].dests |= mask(dest);
            return;
        }
    struct m2_nw_note note = { subnet, text, mask(dest) };
    m2_vec_push(n->a, &n->notes, note);
}

const char *m2_nw_labels(const struct m2_nw *n, uint32_t dests)
{
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    for (size_t i = 0; i < n->n_dests; i++)
        if (dests & mask(i))
            m2_buf_addf(&b, "%s%s", b.len ? ", " : "", n->dests[i].label);
    const char *text = m2_arena_strndup(n->a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

bool m2_nw_touched(const struct m2_nw *n, enum m2_nw_check check, const char *resource)
{
    for (size_t i = 0; i < n->gaps.len; i++)
        if (n->gaps.at[i].check == check && m2_str_eq(n->gaps.at[i].resource, resource))
            return true;
    for (size_t i = 0; i < n->faults.len; i++) {
        const struct m2_nw_fault *f = n->faults.at[i];
        if (f->check != check)
            continue;
        if (m2_str_eq(f->resource, resource))
            return true;
        for (size_t k = 0; k < f->hit.len; k++)
            if (m2_str_eq(f->hit.at[k], resource))
                return true;
    }
    return false;
}

static int compare(const void *x, const void *y)
{
    const struct m2_nw_fault *a = *(struct m2_nw_fault *const *)x, *b = *(struct m2_nw_fault *const *)y;
    int c = strcmp(a->resource, b->resource);
    if (!c)
        c = strcmp(a->cause, b->cause);
    return c ? c : strcmp(m2_str_or(a->culprit, ""), m2_str_or(b->culprit, ""));
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void report_fault(struct m2_nw *n, struct m2_nw_fault *f)
{
    struct m2_check_run *r = n->run;
    struct m2_finding *found = m2_found(r, f->status, f->resource, f->cause);
    struct m2_buf b;
    m2_buf_init(&b, 16384);
    m2_buf_adds(&b, f->what);
    if (f->hit.len > 1)
        qsort(f->hit.at, f->hit.len, sizeof f->hit.at[0], by_name);
    if (f->dests) {
        m2_buf_addf(&b, " Affected: %s", m2_nw_labels(n, f->dests));
        for (size_t i = 0; i < f->hit.len; i++)
            m2_buf_addf(&b, "%s%s", i ? ", " : " from ", f->hit.at[i]);
        m2_buf_addc(&b, '.');
    }
    if (f->also)
        m2_buf_addf(&b, " %s", f->also);
    m2_found_detail(r, found, "%s", b.data);
    m2_buf_free(&b);
    for (size_t i = 0; i < f->evidence.len; i++)
        m2_found_evidence(r, found, f->evidence.at[i].call, f->evidence.at[i].path, f->evidence.at[i].value);
    for (size_t i = 0; i < f->hit.len; i++)
        m2_found_about(r, found, f->hit.at[i]);
    for (size_t i = 0; i < f->about.len; i++)
        m2_found_about(r, found, f->about.at[i]);
    if (f->fix)
        m2_found_fix(r, found, "%s", f->fix);
    if (f->command)
        m2_found_command(r, found, "%s", f->command);
    for (size_t i = 0; i < f->commands.len; i++)
        m2_found_command(r, found, "%s", f->commands.at[i]);
}

void m2_nw_report(struct m2_nw *n, enum m2_nw_check check)
{
    if (n->faults.len > 1)
        qsort(n->faults.at, n->faults.len, sizeof n->faults.at[0], compare);
    for (size_t i = 0; i < n->faults.len; i++)
        if (n->faults.at[i]->check == check)
            report_fault(n, n->faults.at[i]);
    for (size_t i = 0; i < n->gaps.len; i++) {
        const struct m2_nw_gap *g = &n->gaps.at[i];
        if (g->check != check)
            continue;
        struct m2_finding *f = m2_found_unseen(n->run, g->resource, &g->look);
        if (g->dests)
            m2_found_detail(n->run, f, "%s So it cannot be told for: %s.", g->look.why,
                            m2_nw_labels(n, g->dests));
    }
}
