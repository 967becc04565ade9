/* --compare FILE: an earlier snapshot, analysed as this run's, or an earlier report. */
#include "doctor.h"
#include "m2/diff.h"
#include "m2/json.h"

int doctor_compare_read(struct m2_findings *out, struct m2_arena *a, const char *file,
                        const struct m2_analyze_options *options, struct m2_err *err)
{
    struct m2_value *doc = NULL;
    struct m2_snapshot snap;
    if (m2_json_read_file(&doc, a, file, err) < 0)
        return -1;
    const char *schema = m2_v_str(doc, "schema");
    if (m2_str_starts(schema, "m2-report/"))
        return m2_findings_read(out, a, doc, file, err);
    if (!m2_str_starts(schema, "m2-snapshot/"))
        return m2_fail(err, M2_EINPUT,
                       "%s: neither a snapshot (m2-snapshot/1) nor a report (m2-report/1): its schema is %s",
                       file, m2_str_or(schema, "not given"));
    if (m2_snapshot_from_value(&snap, a, doc, file, err) < 0 || m2_analyze(out, a, &snap, options, err) < 0)
        return -1;
    out->generated_at = snap.collected_at;
    return 0;
}
