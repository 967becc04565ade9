#include <stdlib.h>

#include "m2/file.h"
#include "m2/json.h"
#include "m2/snapshot.h"
#include "snapshot/target.h"

void m2_snapshot_keep_target(struct m2_snapshot *s)
{
    m2_v_set(s->arena, s->root, "target", m2_target_to_value(s->arena, &s->target));
}

int m2_snapshot_save(const struct m2_snapshot *s, const char *path, bool redact, struct m2_err *err)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_buf text;
    m2_buf_init(&text, M2_JSON_MAX_FILE);
    m2_json_write(&text, redact ? m2_snapshot_redact(a, s->root) : m2_snapshot_without_secrets(a, s->root),
                  true);
    m2_buf_addc(&text, '\n');
    int rc;
    if (text.over)
        rc = m2_fail(err, M2_ELIMIT, "%s: the snapshot is larger than %zu MiB", path, M2_JSON_MAX_FILE >> 20);
    else
        rc = m2_file_write(path, (struct m2_bytes){ text.data, text.len }, 0600, err);
    m2_buf_free(&text);
    m2_arena_free(a);
    return rc;
}
