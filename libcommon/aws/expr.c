#include "aws/expr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 128 };

/* One step of a path: a name, then "[]" or "[N]" or nothing. */
struct step {
    char name[NAME_MAX_BYTES];
    bool all, indexed;
    long index;
};

/* Reads a step at *AT and moves past it and its dot. */
static bool step_read(struct step *out, const char **at, const char *end)
{
    const char *p = *at;
    size_t n = 0;
    *out = (struct step){ 0 };
    while (p < end && (isalnum((unsigned char)*p) || *p == '_') && n + 1 < sizeof out->name)
        out->name[n++] = *p++;
    if (n == 0)
        return false;
    if (p < end && *p == '[') {
        char *stop;
        if (p + 1 < end && p[1] == ']') {
            out->all = true;
            p += 2;
        } else {
            out->index = strtol(p + 1, &stop, 10);
            if (stop == p + 1 || *stop != ']')
                return false;
            out->indexed = true;
            p = stop + 1;
        }
    }
    if (p < end && *p == '.' && p + 1 < end)
        p++;
    else if (p != end)
        return false;
    *at = p;
    return true;
}

static bool walk(const struct m2_value *v, const char *at, const char *end,
                 void (*visit)(void *user, const struct m2_value *v), void *user)
{
    struct step s;
    if (at == end) {
        if (v && visit)
            visit(user, v);
        return true;
    }
    if (!step_read(&s, &at, end))
        return false;
    v = m2_v_get(v, s.name);
    if (s.indexed) {
        const size_t n = m2_v_is(v, M2_ARRAY) ? m2_v_len(v) : 0, back = s.index < 0 ? (size_t)-s.index : 0;
        v = s.index >= 0 ? m2_v_at(v, (size_t)s.index) : back <= n ? m2_v_at(v, n - back) : NULL;
    }
    if (!s.all)
        return walk(v, at, end, visit, user);
    const struct m2_value *item;
    bool ok = walk(NULL, at, end, NULL, NULL); /* readable also where the list is empty */
    if (m2_v_is(v, M2_ARRAY))
        m2_v_each(item, i, v) ok = ok && walk(item, at, end, visit, user);
    return ok;
}

bool m2_expr_each(const struct m2_value *v, const char *expr,
                  void (*visit)(void *user, const struct m2_value *v), void *user)
{
    return walk(v, expr, expr + strlen(expr), visit, user);
}

static void keep_first(void *user, const struct m2_value *v)
{
    const struct m2_value **first = user;
    const bool empty = m2_v_is(v, M2_NULL) || (m2_v_is(v, M2_BOOL) && !v->u.boolean) ||
                       (m2_v_is(v, M2_STRING) && v->u.text.n == 0) ||
                       ((m2_v_is(v, M2_ARRAY) || m2_v_is(v, M2_OBJECT)) && m2_v_len(v) == 0);
    if (!*first && !empty)
        *first = v;
}

/* Next alternative of "X || Y" at *AT, white space cut off. */
static bool alternative(const char **at, const char **from, const char **to)
{
    const char *p = *at + strspn(*at, " "), *bar = strstr(p, "||");
    if (!*p)
        return false;
    *from = p;
    *to = bar ? bar : p + strlen(p);
    *at = bar ? bar + 2 : *to;
    while (*to > *from && (*to)[-1] == ' ')
        (*to)--;
    return true;
}

const struct m2_value *m2_expr_first(const struct m2_value *v, const char *expr)
{
    const struct m2_value *first = NULL;
    const char *from, *to;
    while (!first && alternative(&expr, &from, &to))
        (void)walk(v, from, to, keep_first, &first);
    return first;
}

static void count(void *user, const struct m2_value *v)
{
    (void)v;
    ++*(size_t *)user;
}

bool m2_expr_length(const struct m2_value *v, const char *expr, bool *holds)
{
    const char *close = strncmp(expr, "length(", 7) == 0 ? strchr(expr, ')') : NULL;
    if (!close)
        return false;
    size_t n = 0;
    if (!walk(v, expr + 7, close, count, &n))
        return false;
    const char *op = close + 1 + strspn(close + 1, " "), *tick = strchr(op, '`');
    char *stop;
    const unsigned long want = tick ? strtoul(tick + 1, &stop, 10) : 0;
    if (!tick || *stop != '`')
        return false;
    if (strncmp(op, "==", 2) == 0)
        *holds = n == want;
    else if (strncmp(op, "!=", 2) == 0)
        *holds = n != want;
    else if (strncmp(op, ">=", 2) == 0)
        *holds = n >= want;
    else if (strncmp(op, "<=", 2) == 0)
        *holds = n <= want;
    else if (*op == '>')
        *holds = n > want;
    else if (*op == '<')
        *holds = n < want;
    else
        return false;
    return true;
}

bool m2_expr_valid(const char *expr)
{
    bool holds, any = false;
    const char *from, *to;
    if (m2_expr_length(NULL, expr, &holds))
        return true;
    while (alternative(&expr, &from, &to)) {
        if (from == to || !walk(NULL, from, to, NULL, NULL))
            return false;
        any = true;
    }
    return any;
}
