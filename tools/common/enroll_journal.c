/* The journal of a Brain: its lock keeps runs from writing to the same one at a time. */
#include <string.h>

#include "common/enroll_parts.h"
#include "m2/digest.h"
#include "m2/str.h"

#define LOCK_EVERY_MS 100

static int wait_for_lock(struct enroll *e, struct m2_journal *j, int64_t deadline_mono_ms, struct m2_err *err)
{
    bool locked = false;
    for (bool told = false; !locked; told = true) {
        if (m2_journal_lock(j, &locked, err) < 0)
            return -1;
        if (locked)
            break;
        if (!told)
            enroll_tell(e, "waiting for another registration to end");
        m2_net_pause(e->net, LOCK_EVERY_MS);
        if (m2_cancelled(e->sys))
            return m2_fail(err, M2_ECANCELLED,
                           "interrupted while another registration was at work; nothing was written");
        if (deadline_mono_ms && m2_mono_ms(e->sys) >= deadline_mono_ms)
            return m2_fail(
                err, M2_ETIMEOUT,
                "another registration was still at work when the time of this run was over; nothing "
                "was written");
    }
    return 0;
}

int enroll_journal_open(const char **why_none, struct enroll *e, const char *base, const char *tool,
                        int64_t deadline_mono_ms, struct m2_err *err)
{
    char hash[M2_SHA256_HEX];
    struct m2_err why = { 0 };
    const char *dir = m2_state_dir(e->arena, e->sys);
    m2_sha256_hex(hash, base, strlen(base));
    const char *path = m2_arena_printf(e->arena, "%s/register-%.12s.jsonl", m2_str_or(dir, ""), hash);
    if (dir && m2_journal_open(&e->journal, e->arena, path, tool, e->sys, &why) == 0)
        return wait_for_lock(e, e->journal, deadline_mono_ms, err);
    if (why.code == M2_EINPUT)
        return m2_fail(err, why.code, "%s", why.msg);
    *why_none = m2_arena_printf(e->arena,
                                "No journal is kept (%s): a run that is killed cannot say where it stopped, "
                                "and two runs at a time are not kept apart.",
                                dir ? why.msg : "neither XDG_STATE_HOME nor HOME is set");
    return 0;
}
