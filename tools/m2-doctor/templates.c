/* --template: local files become calls of the snapshot, so that they are analysed like everything that was
 * read. */
#include "doctor.h"
#include "m2/template.h"
#include "m2/time.h"

bool doctor_templates_alone(const struct doctor_args *a)
{
    bool account = a->common.profile || a->common.stack || a->vpc || a->subnet.v.len ||
                   a->security_group.v.len || a->expect_account;
    return a->templates.v.len && !a->snapshot && !account;
}

int doctor_snapshot_empty(struct m2_snapshot *out, struct m2_arena *a, const struct m2_sys *sys,
                          const char *tool, const char *region, const char *stack, struct m2_err *err)
{
    struct m2_value *root = m2_v_object(a), *target = m2_v_object(a);
    char now[M2_ISO_SIZE];
    m2_time_iso(now, m2_now_ms(sys) / 1000 * 1000);
    m2_v_set_str(a, root, "schema", M2_SNAPSHOT_SCHEMA);
    m2_v_set_str(a, root, "tool", tool);
    m2_v_set_str(a, root, "collected_at", now);
    if (region)
        m2_v_set_str(a, root, "region", region);
    if (stack)
        m2_v_set_str(a, target, "stack", stack);
    m2_v_set(a, root, "target", target);
    m2_v_set(a, root, "calls", m2_v_array(a));
    return m2_snapshot_from_value(out, a, root, "templates", err);
}

int doctor_templates_read(struct m2_snapshot *snap, const struct doctor_args *args, struct m2_err *err)
{
    struct m2_value *calls = m2_v_get(snap->root, "calls");
    const struct m2_target target = snap->target;
    for (size_t i = 0; i < args->templates.v.len; i++)
        if (m2_template_read(calls, snap->arena, args->templates.v.at[i], err) < 0)
            return -1;
    if (!args->templates.v.len)
        return 0;
    if (m2_snapshot_from_value(snap, snap->arena, snap->root, "snapshot", err) < 0)
        return -1;
    snap->target = target;
    return 0;
}
