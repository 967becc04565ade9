#include "analyze/policy/document.h"

#include <string.h>

#include "m2/json.h"
#include "m2/str.h"

static int hex(char c)
{
    static const char digits[] = "0123456789abcdef";
    char low = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    const char *at = low ? strchr(digits, low) : NULL;
    return at ? (int)(at - digits) : -1;
}

static struct m2_bytes decode(struct m2_arena *a, const char *s)
{
    char *out = m2_arena_alloc(a, strlen(s) + 1);
    size_t n = 0;
    for (; *s; s++) {
        bool escape = *s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0;
        out[n++] = escape ? (char)(hex(s[1]) * 16 + hex(s[2])) : *s;
        s += escape ? 2 : 0;
    }
    return (struct m2_bytes){ out, n };
}

const struct m2_value *m2_policy_document(struct m2_arena *a, const struct m2_value *v)
{
    struct m2_value *parsed = NULL;
    if (m2_v_is(v, M2_OBJECT))
        return v;
    const char *text = m2_v_is(v, M2_STRING) ? m2_v_text(v) : NULL;
    if (m2_str_empty(text))
        return NULL;
    struct m2_bytes bytes = text[0] == '%' ? decode(a, text) : m2_bytes_of(text);
    if (m2_json_parse(&parsed, a, bytes, "policy", NULL) < 0 || !m2_v_is(parsed, M2_OBJECT))
        return NULL;
    return parsed;
}

size_t m2_policy_statements(const struct m2_value *document)
{
    const struct m2_value *list = m2_v_get(document, "Statement");
    return m2_v_is(list, M2_OBJECT) ? 1 : m2_v_is(list, M2_ARRAY) ? m2_v_len(list) : 0;
}

const struct m2_value *m2_policy_statement(const struct m2_value *document, size_t i)
{
    const struct m2_value *list = m2_v_get(document, "Statement");
    return m2_v_is(list, M2_OBJECT) ? (i ? NULL : list) : m2_v_at(list, i);
}

bool m2_statement_allows(const struct m2_value *st)
{
    return m2_str_eq(m2_v_str(st, "Effect"), "Allow");
}

bool m2_statement_denies(const struct m2_value *st)
{
    return m2_str_eq(m2_v_str(st, "Effect"), "Deny");
}

const char *m2_policy_text(const struct m2_value *v, size_t i)
{
    if (m2_v_is(v, M2_ARRAY))
        return m2_v_text(m2_v_at(v, i));
    return i ? NULL : m2_v_text(v);
}

static bool any_matches(const struct m2_value *patterns, const char *text, bool ignore_case)
{
    const char *pattern = NULL;
    for (size_t i = 0; (pattern = m2_policy_text(patterns, i)); i++)
        if (m2_str_glob(pattern, text, ignore_case))
            return true;
    return false;
}

bool m2_statement_covers_action(const struct m2_value *st, const char *action)
{
    const struct m2_value *not_action = m2_v_get(st, "NotAction");
    return not_action ? !any_matches(not_action, action, true)
                      : any_matches(m2_v_get(st, "Action"), action, true);
}

const struct m2_value *m2_statement_principal(const struct m2_value *st, const char *type)
{
    const struct m2_value *p = m2_v_get(st, "Principal");
    return m2_v_is(p, M2_OBJECT) ? m2_v_get(p, type) : p;
}

/* Operators that say which values a key must have. */
static bool asks_for(const char *operator)
{
    static const char *const names[] = { "StringEquals", "StringLike", "StringEqualsIgnoreCase", "ArnEquals",
                                         "ArnLike" };
    const char *plain = m2_str_starts(operator, "ForAnyValue:") ? operator+ strlen("ForAnyValue:") : operator;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (m2_str_eq_ci(plain, names[i]))
            return true;
    return false;
}

const struct m2_value *m2_statement_condition(const struct m2_value *st, const char *key)
{
    const struct m2_value *all = m2_v_get(st, "Condition");
    for (size_t i = 0; m2_v_is(all, M2_OBJECT) && i < all->u.object.len; i++) {
        const struct m2_value *keys = all->u.object.at[i].value;
        if (!asks_for(all->u.object.at[i].key) || !m2_v_is(keys, M2_OBJECT))
            continue;
        for (size_t k = 0; k < keys->u.object.len; k++)
            if (m2_str_eq_ci(keys->u.object.at[k].key, key))
                return keys->u.object.at[k].value;
    }
    return NULL;
}
