#include "common/enroll_parts.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WRITES 3

static const char *const outcomes[ENROLL_OUTCOMES] = {
    [ENROLL_UNCHANGED] = "unchanged", [ENROLL_REGISTERED] = "registered",
    [ENROLL_UPDATED] = "updated",     [ENROLL_NO_ROLE] = "registered-without-role",
    [ENROLL_KEPT] = "kept-with-role", [ENROLL_DIFFERS] = "differs",
    [ENROLL_TWO] = "duplicates",
};

const char *enroll_outcome_name(enum enroll_outcome o)
{
    return outcomes[o];
}

struct state {
    struct enroll *e;
    struct enroll_result *r;
    const struct m2_units *first;
    struct m2_units units;
    const char *key;             /* of the unit in the journal */
    const char *replaced;        /* id of the unit that an update is to take the place of, or NULL */
    M2_VEC(struct m2_unit) same; /* best first */
    int writes;                  /* of this run */
    size_t lost_writes;          /* of this run: the answer was lost */
    M2_VEC(const char *) made;   /* ids that Brain gave this run */
    size_t open_writes;          /* of earlier runs, whose end they did not see */
    const char *seen; /* the ids that were there before the first of them: "|id|id|"; NULL: not known */
    bool no_role;
    bool kept;          /* nothing is written that would cost a registered unit its role */
    struct m2_err lost; /* how the last answer was lost */
};

/* ---- what is there ---- */

static void wanted_of(struct m2_unit *out, const struct state *s, const struct m2_unit *registered)
{
    *out = s->r->wanted;
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++)
        if (s->e->soft[f] && !m2_str_empty(registered->at[f]))
            out->at[f] = registered->at[f];
}

static void compare(struct m2_fields *out, const struct state *s, const struct m2_unit *registered)
{
    struct m2_unit wanted;
    wanted_of(&wanted, s, registered);
    m2_unit_compare(out, &wanted, registered);
}

static bool is_right(const struct state *s, const struct m2_unit *u)
{
    struct m2_fields f;
    compare(&f, s, u);
    return !f.wrong && !f.warnings;
}

/* Everything but the role, and the role is what the server does not take. */
static bool lacks_only_role(const struct state *s, const struct m2_unit *u)
{
    struct m2_fields f;
    compare(&f, s, u);
    for (size_t i = 0; i < f.n; i++)
        if ((f.at[i].verdict == M2_FIELD_MISSING || f.at[i].verdict == M2_FIELD_DIFFERS) &&
            f.at[i].field != M2_UNIT_ROLE && f.at[i].field != M2_UNIT_EXTERNAL_ID)
            return false;
    return true;
}

/* Negative when A is the better one: fewer wrong fields, then as every run would choose. */
static int better(const struct state *s, const struct m2_unit *a, const struct m2_unit *b)
{
    struct m2_fields f, g;
    compare(&f, s, a);
    compare(&g, s, b);
    if (f.wrong != g.wrong)
        return f.wrong < g.wrong ? -1 : 1;
    if (f.warnings != g.warnings)
        return f.warnings < g.warnings ? -1 : 1;
    return m2_unit_keep(a, b);
}

static void sort_out(struct state *s)
{
    s->same.len = s->r->near.len = 0;
    for (size_t i = 0; i < s->units.list.len; i++) {
        const struct m2_unit *u = &s->units.list.at[i];
        enum m2_unit_relation relation = m2_unit_relate(&s->r->wanted, u);
        if (relation == M2_UNIT_NEAR)
            m2_vec_push(s->e->arena, &s->r->near, *u);
        if (relation != M2_UNIT_SAME)
            continue;
        m2_vec_push(s->e->arena, &s->same, *u);
        for (size_t k = s->same.len - 1; k && better(s, &s->same.at[k], &s->same.at[k - 1]) < 0; k--) {
            struct m2_unit swap = s->same.at[k];
            s->same.at[k] = s->same.at[k - 1];
            s->same.at[k - 1] = swap;
        }
    }
}

static int look(struct state *s, struct m2_err *err)
{
    struct m2_brain_answer answer;
    enroll_tell(s->e, "reading the computing units");
    if (m2_brain_units(&s->units, s->e->arena, s->e->brain, s->r->wanted.at[M2_UNIT_APP], &answer, err) < 0)
        return -1;
    sort_out(s);
    return 0;
}

static bool was_there(const struct state *s, const char *id)
{
    for (size_t i = 0; i < s->first->list.len; i++)
        if (m2_str_eq(s->first->list.at[i].id, id))
            return true;
    return false;
}

static bool is_satisfied(const struct state *s)
{
    return s->same.len && (is_right(s, &s->same.at[0]) || (s->no_role && lacks_only_role(s, &s->same.at[0])));
}

/* After a write: what is wanted may take a moment to show, above all when the answer was lost. LOOKS: how
 * often at most. */
static int look_until_there(struct state *s, int looks, struct m2_err *err)
{
    int64_t wait = FIRST_WAIT_MS;
    for (int i = 0;; i++, wait *= 2) {
        struct m2_err why = { 0 };
        int rc = look(s, &why);
        if (rc == 0 && is_satisfied(s))
            return 0;
        if (i + 1 >= looks || m2_cancelled(s->e->sys) || why.code == M2_ECANCELLED) {
            if (rc < 0)
                return m2_fail(
                    err, why.code,
                    "%s; whether the unit is registered is not known: run it again, it looks before "
                    "it writes",
                    why.msg);
            return 0;
        }
        enroll_tell(s->e, "waiting for the unit to show");
        m2_net_pause(s->e->net, wait);
    }
}

/* ---- writing ---- */

static void note(struct state *s, const char *sentence)
{
    m2_vec_push(s->e->arena, &s->r->notes, sentence);
}

enum written { WRITTEN_TAKEN, WRITTEN_LOST, WRITTEN_ROLE_FAULT };

static struct m2_unit to_send(const struct state *s)
{
    struct m2_unit u = s->r->wanted;
    if (s->same.len)
        wanted_of(&u, s, &s->same.at[0]);
    if (s->no_role)
        u.at[M2_UNIT_ROLE] = u.at[M2_UNIT_EXTERNAL_ID] = NULL;
    return u;
}

/* The units that are there before the first write: a later run knows by it which ones were made since. */
static int note_seen(const struct state *s, struct m2_err *err)
{
    struct m2_buf ids;
    m2_buf_init(&ids, (size_t)1 << 18);
    m2_buf_addc(&ids, '|');
    for (size_t i = 0; i < s->units.list.len; i++)
        m2_buf_addf(&ids, "%s|", m2_str_or(s->units.list.at[i].id, ""));
    int rc = enroll_note(s->e, "seen", s->key, M2_STEP_DONE, ids.data, err);
    m2_buf_free(&ids);
    return rc;
}

/* Send the unit once. Errors: Brain's definite no, or nothing was sent. */
static int write_unit(enum written *out, struct state *s, struct m2_err *err)
{
    struct m2_brain_answer answer;
    struct m2_err why = { 0 };
    const struct m2_unit u = to_send(s);
    const char *id = NULL;
    if (!s->writes && note_seen(s, err) < 0)
        return -1;
    if (enroll_note(s->e, "register", s->key, M2_STEP_STARTED, NULL, err) < 0)
        return -1;
    enroll_tell(s->e, "registering");
    s->writes++;
    if (m2_brain_register(&id, s->e->arena, s->e->brain, &u, &answer, &why) == 0) {
        *out = WRITTEN_TAKEN;
        s->r->wrote = true;
        if (id)
            m2_vec_push(s->e->arena, &s->made, m2_arena_strdup(s->e->arena, id));
        else
            s->lost_writes++;
        return enroll_note(s->e, "register", s->key, M2_STEP_DONE, id, err);
    }
    if (answer.fault == M2_BRAIN_ROLE_FAULT && !s->no_role) {
        *out = WRITTEN_ROLE_FAULT;
        s->no_role = true;
        s->r->role_said = m2_str_or(answer.message, why.msg);
        return enroll_note(s->e, "register", s->key, M2_STEP_FAILED, "the server's fault with the role", err);
    }
    if (answer.may_have_acted) { /* the journal keeps it open until it is known */
        *out = WRITTEN_LOST;
        s->lost_writes++;
        s->lost = why;
        s->r->wrote = true;
        note(s, m2_arena_strdup(s->e->arena, why.msg));
        return 0;
    }
    if (enroll_note(s->e, "register", s->key, M2_STEP_FAILED, why.msg, err) < 0)
        return -1;
    return m2_fail(err, why.code, "%s", why.msg);
}

/* Write and look; again when the answer was lost and nothing shows, or without the role when that is refused.
 * What was taken and does not show as wanted is not sent again. */
static int write_until_there(struct state *s, struct m2_err *err)
{
    enum written written = WRITTEN_LOST;
    for (int i = 0; !is_satisfied(s) && i < MOST_WRITES && written != WRITTEN_TAKEN; i++) {
        if (m2_cancelled(s->e->sys))
            return m2_fail(err, M2_ECANCELLED,
                           "interrupted before the next step; run it again, it looks before it writes");
        if (s->no_role && s->same.len && !m2_str_empty(s->same.at[0].at[M2_UNIT_ROLE])) {
            s->kept = true;
            return 0;
        }
        if (written == WRITTEN_LOST && s->writes)
            note(
                s,
                "It was sent a second time. Should the first request still arrive, there are two units then: "
                "m2-register run again names the one to remove.");
        if (write_unit(&written, s, err) < 0 ||
            look_until_there(s, written == WRITTEN_ROLE_FAULT ? 1 : MOST_LOOKS, err) < 0)
            return -1;
    }
    if (!is_satisfied(s) && written == WRITTEN_LOST && s->lost.code != M2_OK)
        return m2_fail(
            err, s->lost.code,
            "%s; it was sent again and Brain's list does not show it: run it again later, it looks "
            "before it writes",
            s->lost.msg);
    return 0;
}

static int close_steps(struct state *s, struct m2_err *err)
{
    struct m2_journal *j = s->e->journal;
    if (j && m2_journal_open_step(j, "register", s->key) &&
        enroll_note(s->e, "register", s->key, M2_STEP_DONE, "seen in the list", err) < 0)
        return -1;
    if (!j || !s->replaced || s->r->surplus.len || !m2_journal_open_step(j, "replace", s->replaced))
        return 0;
    return enroll_note(s->e, "replace", s->replaced, is_satisfied(s) ? M2_STEP_DONE : M2_STEP_FAILED,
                       s->same.at[0].id, err);
}

/* ---- units too many ---- */

static bool seen_before(const struct state *s, const struct m2_unit *u)
{
    return strstr(s->seen, m2_arena_printf(s->e->arena, "|%s|", u->id)) != NULL;
}

/* Made by an earlier run that did not see the end of its writes: it is new since then, and there are no more
 * new ones than that run sent. */
static bool made_earlier(const struct state *s, const struct m2_unit *u)
{
    size_t made = 0;
    if (!s->open_writes || !s->seen || seen_before(s, u))
        return false;
    for (size_t i = 0; i < s->same.len; i++)
        made += s->same.at[i].id && !seen_before(s, &s->same.at[i]);
    return made <= s->open_writes + (size_t)s->writes;
}

static bool is_answered(const struct state *s, const struct m2_unit *u)
{
    for (size_t i = 0; i < s->made.len; i++)
        if (m2_str_eq(s->made.at[i], u->id))
            return true;
    return false;
}

/* Made by this run: Brain said its id, or it is one of no more new ones than there were writes without an
 * answer. */
static bool made_now(const struct state *s, const struct m2_unit *u)
{
    size_t unexplained = 0;
    if (is_answered(s, u))
        return true;
    for (size_t i = 0; i < s->same.len; i++)
        unexplained += s->same.at[i].id && !was_there(s, s->same.at[i].id) && !is_answered(s, &s->same.at[i]);
    return !was_there(s, u->id) && unexplained <= s->lost_writes;
}

/* Made by this run or an earlier one; or the one that was to be replaced. */
static bool ours(const struct state *s, const struct m2_unit *u)
{
    bool begun = s->e->journal && m2_journal_open_step(s->e->journal, "replace", u->id);
    return begun || m2_str_eq(u->id, s->replaced) || made_earlier(s, u) || made_now(s, u);
}

/* Is one of the units too many known to be ours to remove? */
static bool has_own(const struct state *s)
{
    for (size_t i = 1; i < s->same.len; i++)
        if (s->same.at[i].id && ours(s, &s->same.at[i]))
            return true;
    return false;
}

static void settle_surplus(struct state *s)
{
    s->r->surplus.len = 0;
    for (size_t i = 1; i < s->same.len && !s->kept; i++) {
        const struct m2_unit *u = &s->same.at[i];
        bool already, own = u->id && ours(s, u);
        struct m2_err why = { 0 };
        if (own && enroll_remove(&already, s->e, s->r->wanted.at[M2_UNIT_APP], u->id, &s->units, &why) == 0) {
            s->r->wrote = true;
            note(s, m2_arena_printf(s->e->arena, "Removed unit %s: unit %s has taken its place.", u->id,
                                    m2_str_or(s->same.at[0].id, "(without id)")));
            continue;
        }
        m2_vec_push(s->e->arena, &s->r->surplus, *u);
        if (*why.msg)
            note(s, m2_arena_strdup(s->e->arena, why.msg));
    }
}

/* ---- the whole ---- */

static const char *key_of(struct m2_arena *a, const struct m2_unit *u)
{
    return m2_arena_printf(a, "%s|%s|%s|%s|%s", m2_str_or(u->at[M2_UNIT_APP], ""),
                           m2_str_or(u->at[M2_UNIT_MODE], ""), m2_str_or(u->at[M2_UNIT_ACCOUNT], ""),
                           m2_str_or(u->at[M2_UNIT_REGION], ""),
                           m2_str_or(u->at[M2_UNIT_STATE_MACHINE], m2_str_or(u->at[M2_UNIT_ENDPOINT], "")));
}

/* The writes whose end nobody saw, and what was there before the first of them. */
static void read_open_writes(struct state *s)
{
    size_t n = 0;
    const char *seen = NULL;
    const struct m2_step *steps = m2_journal_steps(s->e->journal, &n);
    for (size_t i = 0; i < n; i++) {
        if (!m2_str_eq(steps[i].resource, s->key))
            continue;
        if (m2_str_eq(steps[i].step, "seen"))
            seen = steps[i].reason;
        if (!m2_str_eq(steps[i].step, "register"))
            continue;
        if (steps[i].state != M2_STEP_STARTED)
            s->open_writes = 0;
        else if (s->open_writes++ == 0)
            s->seen = seen;
    }
}

/* The step that an earlier run began for this unit or one of its kind, and did not end. */
static const struct m2_step *open_step(const struct state *s)
{
    static const char *const steps[] = { "replace", "remove" };
    const struct m2_journal *j = s->e->journal;
    const struct m2_step *open = j ? m2_journal_open_step(j, "register", s->key) : NULL;
    for (size_t i = 0; j && !open && i < sizeof steps / sizeof steps[0]; i++)
        for (size_t k = 0; !open && k < s->same.len; k++)
            if (s->same.at[k].id)
                open = m2_journal_open_step(j, steps[i], s->same.at[k].id);
    return open;
}

/* A removal whose unit is gone has ended, whoever removed it. */
static int close_removals(struct state *s, struct m2_err *err)
{
    size_t n = 0;
    const struct m2_step *steps = s->e->journal ? m2_journal_steps(s->e->journal, &n) : NULL;
    for (size_t i = 0; i < n; i++) {
        const char *id = steps[i].resource;
        if (!m2_str_eq(steps[i].step, "remove") || was_there(s, id) ||
            !m2_journal_open_step(s->e->journal, "remove", id))
            continue;
        if (enroll_note(s->e, "remove", id, M2_STEP_DONE, "gone from the list", err) < 0)
            return -1;
        steps = m2_journal_steps(s->e->journal, &n);
    }
    return 0;
}

/* What a killed run had begun. */
static int resume(struct state *s, struct m2_err *err)
{
    const struct m2_step *open = open_step(s);
    if (open)
        note(s, m2_arena_printf(
                    s->e->arena,
                    "An earlier run (%s) stopped during the step %s of %s; what came of it was looked "
                    "up first.",
                    open->time, open->step, open->resource));
    if (s->e->journal)
        read_open_writes(s);
    for (size_t i = 0; s->e->journal && i < s->same.len; i++)
        if (s->same.at[i].id && m2_journal_open_step(s->e->journal, "replace", s->same.at[i].id))
            s->replaced = s->same.at[i].id;
    return close_removals(s, err);
}

static enum enroll_outcome outcome_of(const struct state *s, bool was_one)
{
    const struct m2_unit *u = &s->same.at[0];
    if (s->kept)
        return ENROLL_KEPT;
    if (s->r->surplus.len)
        return ENROLL_TWO;
    if (is_right(s, u))
        return !s->r->wrote ? ENROLL_UNCHANGED : was_one ? ENROLL_UPDATED : ENROLL_REGISTERED;
    if (!s->no_role || !lacks_only_role(s, u))
        return ENROLL_DIFFERS;
    return m2_str_empty(u->at[M2_UNIT_ROLE]) ? ENROLL_NO_ROLE : ENROLL_KEPT;
}

int enroll_unit(struct enroll_result *out, struct enroll *e, const struct m2_unit *wanted,
                const struct m2_units *first, struct m2_err *err)
{
    *out = (struct enroll_result){ .wanted = *wanted };
    struct state s = { .e = e, .r = out, .first = first, .units = *first, .key = key_of(e->arena, wanted) };
    sort_out(&s);
    if (resume(&s, err) < 0)
        return -1;
    bool was_one = s.same.len > 0, two = s.same.len > 1 && !has_own(&s);
    if (!is_satisfied(&s) && !two) {
        if (was_one && !s.replaced) {
            s.replaced = s.same.at[0].id;
            if (enroll_note(e, "replace", m2_str_or(s.replaced, ""), M2_STEP_STARTED, NULL, err) < 0)
                return -1;
        }
        if (write_until_there(&s, err) < 0)
            return -1;
    }
    if (!s.same.len)
        return m2_fail(
            err, M2_ESERVICE,
            "CloudMR Brain took the unit, and its list does not show it; run it again later, it looks "
            "before it writes");
    settle_surplus(&s);
    if (close_steps(&s, err) < 0)
        return -1;
    out->unit = s.same.at[0];
    wanted_of(&out->wanted, &s, &out->unit);
    m2_unit_compare(&out->fields, &out->wanted, &out->unit);
    out->outcome = outcome_of(&s, was_one);
    return 0;
}
