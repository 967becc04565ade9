/* Tags: a JSON object in one cell (CUR 2.0, FOCUS), or a column each (legacy CUR). */
#include <ctype.h>
#include <string.h>

#include "cost/export/parts.h"
#include "m2/json.h"
#include "m2/str.h"

static char plain(char c)
{
    return isalnum((unsigned char)c) ? (char)tolower((unsigned char)c) : '_';
}

/* "user:Job name" → "Job name" and so does "user_job_name": exports spell one tag differently. */
static const char *without_owner(const char *key)
{
    return strncasecmp(key, "user", 4) == 0 && plain(key[4]) == '_' && key[4] ? key + 5 : key;
}

bool m2_bill_tag_is(const char *key, const char *wanted)
{
    key = without_owner(key);
    wanted = without_owner(wanted);
    while (*key && *wanted && plain(*key) == plain(*wanted)) {
        key++;
        wanted++;
    }
    return !*key && !*wanted;
}

const char *m2_bill_tag_column(const char *column)
{
    static const char *const prefixes[] = { "resourceTags/", "resource_tags_" };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strncasecmp(column, prefixes[i], strlen(prefixes[i])) == 0)
            return column + strlen(prefixes[i]);
    return NULL;
}

bool m2_bill_tag_find(const char **out, struct m2_arena *a, const char *cell, const char *wanted)
{
    struct m2_value *map;
    struct m2_err err = { 0 };
    *out = "";
    if (!*cell)
        return true;
    if (m2_json_parse(&map, a, m2_bytes_of(cell), "tags", &err) < 0 || !m2_v_is(map, M2_OBJECT))
        return false;
    for (size_t i = 0; i < map->u.object.len; i++) {
        const char *text = m2_v_text(map->u.object.at[i].value);
        if (text && m2_bill_tag_is(map->u.object.at[i].key, wanted))
            *out = text;
    }
    return true;
}
