/* --bundle FILE.tar.gz: what support needs to see the same, without what it must not see. The report is made
 * from the redacted snapshot, so nothing is in it that is not in there. */
#include "doctor.h"
#include "m2/archive.h"
#include "m2/json.h"
#include "m2/net.h"
#include "m2/report.h"
#include "m2/time.h"

#define FOLDER "m2-doctor-bundle/"
#define MOST ((size_t)1 << 30)

static const char about[] =
    "What m2-doctor saw and said, for support. Account numbers, names that hold them, mail addresses and "
    "secrets are\n"
    "replaced; look through it before you send it.\n\n"
    "snapshot.json  what was read; m2-doctor --snapshot snapshot.json says the same again, anywhere\n"
    "report.txt     the report for people\n"
    "report.json    the same for programs (m2-report/1)\n"
    "versions.txt   of the tool and of what it stands on\n";

static struct m2_archive_file entry(const char *name, const struct m2_buf *b)
{
    return (struct m2_archive_file){ name, { b->data, b->len } };
}

int doctor_bundle(const struct m2_snapshot *snap, const char *path, const struct m2_analyze_options *options,
                  struct m2_err *err)
{
    enum { SNAPSHOT, TEXT, JSON, VERSIONS, PARTS };
    struct m2_arena *a = m2_arena_new();
    struct m2_buf parts[PARTS];
    struct m2_snapshot redacted;
    struct m2_findings found = { 0 };
    struct m2_analyze_options plain = *options;
    const struct m2_report_style style = { .width = 80, .unicode = true, .verbose = 1 };
    for (int i = 0; i < PARTS; i++)
        m2_buf_init(&parts[i], MOST);
    plain.profile = NULL; /* names people */
    char collected[M2_ISO_SIZE];
    m2_time_iso(collected, snap->collected_ms);
    plain.generated_at = collected; /* the same snapshot makes the same bytes */
    struct m2_value *root = m2_snapshot_redact(a, snap->root);
    int rc = m2_snapshot_from_value(&redacted, a, root, "the redacted snapshot", err);
    if (rc == 0)
        rc = m2_analyze(&found, a, &redacted, &plain, err);
    if (rc == 0) {
        m2_json_write(&parts[SNAPSHOT], root, true);
        m2_buf_addc(&parts[SNAPSHOT], '\n');
        m2_renderer_find("text")->render(&parts[TEXT], &found, &style);
        m2_renderer_find("json")->render(&parts[JSON], &found, &style);
        m2_buf_addf(&parts[VERSIONS], "m2-doctor %s\nsnapshot %s by %s\n%s\n", m2_version(),
                    M2_SNAPSHOT_SCHEMA, m2_str_or(snap->tool, "an unnamed tool"), m2_net_version());
        const struct m2_archive_file files[] = { { FOLDER "README.txt", m2_bytes_of(about) },
                                                 entry(FOLDER "snapshot.json", &parts[SNAPSHOT]),
                                                 entry(FOLDER "report.txt", &parts[TEXT]),
                                                 entry(FOLDER "report.json", &parts[JSON]),
                                                 entry(FOLDER "versions.txt", &parts[VERSIONS]) };
        rc = m2_archive_write(path, files, sizeof files / sizeof files[0], snap->collected_ms, err);
    }
    for (int i = 0; i < PARTS; i++)
        m2_buf_free(&parts[i]);
    m2_arena_free(a);
    return rc;
}
