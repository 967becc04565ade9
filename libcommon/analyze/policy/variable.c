/* Policy variables: ${aws:username}, ${key, 'default'}, and ${*}, ${?}, ${$} for the characters themselves.
 * Source: IAM User Guide, "IAM policy elements: Variables and tags". */
#include <string.h>

#include "analyze/policy/statement.h"
#include "m2/buf.h"
#include "m2/str.h"

#define MAX_BYTES ((size_t)1 << 20)

static void add(struct m2_buf *b, struct m2_eval *ev, const char *text, bool literal, bool fold)
{
    struct m2_pattern p = m2_pattern_make(ev->a, text, literal, fold);
    m2_buf_add(b, p.p, p.n);
}

/* The text between quotes after the comma; NULL when there is none. */
static const char *fallback(struct m2_arena *a, const char *rest)
{
    const char *open = rest ? strchr(rest, '\'') : NULL, *close = open ? strrchr(open + 1, '\'') : NULL;
    return close ? m2_arena_strndup(a, open + 1, (size_t)(close - open - 1)) : NULL;
}

/* False when the request lacks the key, or has more values than fit into one place. */
static bool add_variable(struct m2_buf *b, bool *hole, struct m2_eval *ev, const char *inside, bool fold)
{
    const char *rest = NULL;
    if (strlen(inside) == 1 && strchr("*?$", *inside)) {
        add(b, ev, inside, true, fold);
        return true;
    }
    const char *key = m2_str_trim(ev->a, m2_str_cut(ev->a, inside, ',', &rest));
    struct m2_key_value v = m2_context_value(ev, key);
    const char *instead = fallback(ev->a, rest);
    bool known = v.state == M2_KEY_KNOWN && v.n == 1,
         absent = v.state == M2_KEY_ABSENT || (v.state == M2_KEY_KNOWN && !v.n);
    if (known || (absent && instead)) {
        add(b, ev, known ? v.values[0] : instead, true, fold);
        return true;
    }
    if (v.state == M2_KEY_PRESENT || v.state == M2_KEY_UNKNOWN || v.state == M2_KEY_LIKE) {
        m2_buf_addc(b, M2_ANY);
        *hole = true;
        (void)m2_unsure(ev, key);
        return true;
    }
    return false;
}

bool m2_pattern_expand(struct m2_pattern *out, struct m2_eval *ev, const char *text, bool literal, bool fold)
{
    const char *open = ev->variables ? strstr(text, "${") : NULL, *close = NULL;
    struct m2_buf b;
    bool found = true, hole = false;
    if (!open) {
        *out = m2_pattern_make(ev->a, text, literal, fold);
        return true;
    }
    m2_buf_init(&b, MAX_BYTES);
    while (found && (open = strstr(text, "${")) && (close = strchr(open, '}'))) {
        add(&b, ev, m2_arena_strndup(ev->a, text, (size_t)(open - text)), literal, fold);
        found =
            add_variable(&b, &hole, ev, m2_arena_strndup(ev->a, open + 2, (size_t)(close - open - 2)), fold);
        text = close + 1;
    }
    add(&b, ev, text, literal, fold);
    *out = (struct m2_pattern){ m2_arena_strndup(ev->a, b.data, b.len), b.len, hole };
    m2_buf_free(&b);
    return found;
}
