/* Which unit is meant by the stack, and where its jobs go. */
#include <string.h>

#include "analyze/names.h"
#include "m2/registration.h"

#define NOT_ASKED                                                                                            \
    "CloudMR Brain was not asked: its address (--api-url, CLOUDMR_API_URL) and a login were not given."

struct reading {
    struct m2_registration *out;
    struct m2_arena *a;
    const struct m2_snapshot *s;
    struct m2_units all;
};

/* ---- the calls ---- */

static void find_calls(struct reading *r)
{
    struct m2_registration *out = r->out;
    out->login = m2_brain_call(r->s, "auth/login", NULL);
    out->app = M2_USUAL_APP;
    for (const struct m2_call *c = NULL; (c = m2_brain_call(r->s, NULL, c));) {
        enum m2_brain_fault fault = m2_brain_call_fault(c);
        bool canary = m2_str_has_ci(c->operation, "/pipeline/"); /* a job's own story */
        if (fault == M2_BRAIN_OK || canary || out->failed)
            continue;
        out->failed = c;
        out->fault = fault;
    }
}

static void read_units(struct reading *r)
{
    struct m2_registration *out = r->out;
    struct m2_err err = { 0 };
    for (const struct m2_call *c = NULL; (c = m2_brain_call(r->s, "computing-unit/list", c));) {
        const char *app = m2_v_str(c->input, "app_name");
        out->list = c;
        out->app = m2_str_or(app, out->app);
        if (m2_brain_call_fault(c) == M2_BRAIN_OK && m2_units_read(&r->all, r->a, c->output, &err) < 0)
            out->why = m2_arena_strdup(r->a, err.msg);
    }
    const struct m2_call *apps = m2_brain_call(r->s, "cloudapp/list", NULL);
    if (apps && apps->status == M2_CALL_OK)
        m2_units_name_apps(&r->all, r->a, apps->output);
    for (size_t i = 0; i < r->all.list.len; i++)
        if (m2_unit_is_of_app(&r->all.list.at[i], out->app))
            m2_vec_push(r->a, &out->units, &r->all.list.at[i]);
}

/* Was the list read to its end? */
static void settle_seen(struct reading *r)
{
    struct m2_registration *out = r->out;
    const struct m2_call *failed = out->failed;
    if (!out->login && !out->list && !failed) {
        out->seen = M2_BRAIN_NOT_ASKED;
        out->why = NOT_ASKED;
    } else if (failed && failed->status == M2_CALL_SKIPPED) {
        out->seen = M2_BRAIN_NOT_ASKED;
        out->why = m2_str_or(failed->reason, NOT_ASKED);
    } else if (!out->list || m2_brain_call_fault(out->list) != M2_BRAIN_OK || out->why) {
        const char *said = failed ? m2_str_or(failed->message, m2_v_str(failed->output, "message")) : NULL;
        out->seen = M2_BRAIN_UNREAD;
        if (!out->why)
            out->why = m2_arena_printf(r->a, "The computing units could not be read: %s",
                                       m2_str_or(said, "their list is not in the snapshot."));
    } else {
        out->seen = M2_BRAIN_READ;
    }
}

/* ---- the unit that is meant ---- */

static bool is(const struct m2_unit *a, const struct m2_unit *b, enum m2_unit_field f)
{
    return !m2_str_empty(a->at[f]) && m2_str_eq(a->at[f], b->at[f]);
}

static bool is_hub_unit(const struct m2_unit *u)
{
    return m2_str_eq(u->at[M2_UNIT_PROVIDER], "cloudmrhub");
}

static bool own_bucket(const struct m2_unit *wanted, const struct m2_unit *u)
{
    static const enum m2_unit_field buckets[] = { M2_UNIT_RESULTS, M2_UNIT_FAILED, M2_UNIT_DATA };
    for (size_t i = 0; i < sizeof buckets / sizeof buckets[0]; i++)
        if (is(wanted, u, buckets[i]) && !m2_is_cloudmrhub_bucket(wanted->at[buckets[i]]))
            return true;
    return false;
}

/* How much speaks for U being the stack's unit; 0: nothing. A worker's unit has no state machine and never
 * is. */
static int likeness(const struct m2_unit *wanted, const struct m2_unit *u)
{
    int proof = 16 * is(wanted, u, M2_UNIT_STATE_MACHINE) + 8 * is(wanted, u, M2_UNIT_ACCOUNT) +
                8 * is(wanted, u, M2_UNIT_ROLE) + 4 * own_bucket(wanted, u);
    bool worker = !m2_str_empty(u->at[M2_UNIT_ENDPOINT]) && m2_str_empty(u->at[M2_UNIT_STATE_MACHINE]);
    bool users =
        is(wanted, u, M2_UNIT_MODE) && !is_hub_unit(u) && m2_str_eq(wanted->at[M2_UNIT_MODE], "mode_2");
    if (worker || (!proof && !users))
        return 0;
    return proof + 2 * is(wanted, u, M2_UNIT_MODE) + 2 * is(wanted, u, M2_UNIT_PROVIDER) +
           is(wanted, u, M2_UNIT_REGION);
}

static void find_meant(struct reading *r)
{
    struct m2_registration *out = r->out;
    const struct m2_unit *wanted = &out->expected;
    int best = 0;
    for (size_t i = 0; i < out->units.len; i++) {
        const struct m2_unit *u = out->units.at[i];
        bool same = m2_unit_relate(wanted, u) == M2_UNIT_SAME;
        int n = same ? 1000 : likeness(wanted, u);
        if (!n || n < best || (n == best && m2_unit_keep(out->meant, u) <= 0))
            continue;
        best = n;
        out->meant = u;
        out->same = same;
    }
    for (size_t i = 0; out->same && i < out->units.len; i++)
        if (out->units.at[i] != out->meant && m2_unit_relate(wanted, out->units.at[i]) == M2_UNIT_SAME)
            m2_vec_push(r->a, &out->surplus, out->units.at[i]);
    if (out->meant && out->deployment.view.state == M2_STACK_THERE)
        m2_unit_compare(&out->fields, wanted, out->meant);
}

/* ---- where jobs go ---- */

static void find_route(struct reading *r)
{
    struct m2_registration *out = r->out;
    const char *mode = out->expected.at[M2_UNIT_MODE];
    size_t n = 0;
    for (size_t i = 0; i < out->units.len; i++) {
        const struct m2_unit *u = out->units.at[i];
        if (m2_str_eq(u->at[M2_UNIT_MODE], "mode_1") && is_hub_unit(u) && !out->mode_1)
            out->mode_1 = u;
        if (!m2_str_eq(u->at[M2_UNIT_MODE], mode))
            continue;
        n++;
        out->route = u;
    }
    if (n == 1)
        out->route_why = m2_arena_printf(r->a, "Jobs for %s go to unit %s in account %s.", mode,
                                         m2_str_or(out->route->id, "(without id)"),
                                         m2_str_or(out->route->at[M2_UNIT_ACCOUNT], "(not told)"));
    else if (!n)
        out->route_why =
            m2_arena_printf(r->a, "Jobs for %s go nowhere: %s has no such unit%s.", mode, out->app,
                            out->mode_1 ? "; what users start runs in CloudMRHub's account (Mode 1)" : "");
    else
        out->route_why = m2_arena_printf(
            r->a,
            "Jobs for %s go to one of %zu units; which one Brain takes is not told unless a job names it.",
            mode, n);
    if (n != 1)
        out->route = NULL;
}

void m2_registration_read(struct m2_registration *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    *out = (struct m2_registration){ .fault = M2_BRAIN_OK };
    struct reading r = { .out = out, .a = a, .s = s };
    find_calls(&r);
    read_units(&r);
    settle_seen(&r);
    m2_deployment_detect(&out->deployment, a, s, s->target.role);
    m2_deployment_unit(&out->expected, &out->deployment, out->app, s->target.alias);
    if (out->seen != M2_BRAIN_READ)
        return;
    find_meant(&r);
    find_route(&r);
}

/* ---- what follows from what ---- */

bool m2_registration_follows(const struct m2_registration *r, struct m2_arena *a, enum m2_unit_field field)
{
    const struct m2_unit *u = r->meant;
    const char *machine = u ? u->at[M2_UNIT_STATE_MACHINE] : NULL;
    bool other_account = u && !is(&r->expected, u, M2_UNIT_ACCOUNT),
         other_region = u && !is(&r->expected, u, M2_UNIT_REGION);
    bool whole = (other_account || other_region) && machine &&
                 m2_str_eq(m2_arn_part(a, machine, M2_ARN_ACCOUNT), u->at[M2_UNIT_ACCOUNT]) &&
                 m2_str_eq(m2_arn_part(a, machine, M2_ARN_REGION), u->at[M2_UNIT_REGION]);
    switch ((int)field) {
    case M2_UNIT_STATE_MACHINE:
    case M2_UNIT_RESULTS:
    case M2_UNIT_FAILED:
    case M2_UNIT_DATA:
    case M2_UNIT_ROLE:
    case M2_UNIT_EXTERNAL_ID:
        return whole;
    case M2_UNIT_REGION:
        return whole && other_account;
    default:
        return false;
    }
}
