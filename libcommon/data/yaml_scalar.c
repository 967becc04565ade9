#include "data/yaml_scalar.h"

#include <string.h>

#include "data/decimal.h"

enum word { WORD_NONE, WORD_NULL, WORD_TRUE, WORD_FALSE };

/* Both readers that templates meet, PyYAML and SnakeYAML, know exactly these spellings (y and n are text). */
static const struct {
    const char *text;
    enum word means;
} words[] = {
    { "", WORD_NULL },       { "~", WORD_NULL },    { "null", WORD_NULL },   { "Null", WORD_NULL },
    { "NULL", WORD_NULL },   { "true", WORD_TRUE }, { "True", WORD_TRUE },   { "TRUE", WORD_TRUE },
    { "yes", WORD_TRUE },    { "Yes", WORD_TRUE },  { "YES", WORD_TRUE },    { "on", WORD_TRUE },
    { "On", WORD_TRUE },     { "ON", WORD_TRUE },   { "false", WORD_FALSE }, { "False", WORD_FALSE },
    { "FALSE", WORD_FALSE }, { "no", WORD_FALSE },  { "No", WORD_FALSE },    { "NO", WORD_FALSE },
    { "off", WORD_FALSE },   { "Off", WORD_FALSE }, { "OFF", WORD_FALSE },
};

static enum word word_of(const char *p, size_t n)
{
    for (size_t i = 0; n < 6 && i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].text) == n && memcmp(words[i].text, p, n) == 0)
            return words[i].means;
    return WORD_NONE;
}

bool m2_yaml_tag_is_local(const char *tag)
{
    return tag && strncmp(tag, "tag:yaml.org,2002:", 18) != 0 && strcmp(tag, "!") != 0;
}

struct m2_value *m2_yaml_scalar(struct m2_arena *a, const char *tag, bool plain, const char *p, size_t n)
{
    bool own_type = tag && (m2_yaml_tag_is_local(tag) || strcmp(tag, "!") == 0 || m2_str_ends(tag, ":str"));
    if (own_type || (!plain && !tag))
        return m2_v_string_n(a, p, n);
    enum word w = word_of(p, n);
    if (w == WORD_NULL)
        return m2_v_null(a);
    if (w != WORD_NONE)
        return m2_v_bool(a, w == WORD_TRUE);
    if (n && m2_number_span(p, n) == n)
        return m2_v_number(a, p, n);
    return m2_v_string_n(a, p, n);
}
