#include "analyze/policy/pattern.h"

#include <string.h>

#include "m2/str.h"

#define MAX_CELLS ((size_t)4 << 20) /* longer pairs are told as not known */

static char folded(char c, bool fold)
{
    return fold && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char compiled(char c, bool literal, bool fold)
{
    if (c > 0 && c <= M2_ONE) /* no name has these; they must not act as wildcards */
        return '\3';
    return !literal && c == '*' ? M2_ANY : !literal && c == '?' ? M2_ONE : folded(c, fold);
}

struct m2_pattern m2_pattern_make(struct m2_arena *a, const char *text, bool literal, bool fold)
{
    size_t n = strlen(text), len = 0;
    char *p = m2_arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        char c = compiled(text[i], literal, fold);
        if (c != M2_ANY || !len || p[len - 1] != M2_ANY)
            p[len++] = c;
    }
    return (struct m2_pattern){ p, len, false };
}

/* Greedy, as in m2_str_glob; a wildcard of T is a letter that only wildcards of P cover. */
static bool covers_all(const struct m2_pattern *p, const struct m2_pattern *t)
{
    size_t i = 0, k = 0, star = 0, from = 0;
    bool starred = false;
    while (k < t->n) {
        if (i < p->n && p->p[i] == M2_ANY) {
            starred = true;
            star = ++i;
            from = k;
        } else if (i < p->n && t->p[k] != M2_ANY && (p->p[i] == M2_ONE || p->p[i] == t->p[k])) {
            i++;
            k++;
        } else if (starred) {
            i = star;
            k = ++from;
        } else {
            return false;
        }
    }
    while (i < p->n && p->p[i] == M2_ANY)
        i++;
    return i == p->n;
}

/* Is there a text that both stand for? Row by row over P; row[k]: the parts before i and k can be the same.
 */
static bool meets(struct m2_arena *a, const struct m2_pattern *p, const struct m2_pattern *t)
{
    bool *row = m2_arena_new_array(a, bool, t->n + 1);
    row[0] = true;
    for (size_t k = 0; k < t->n; k++)
        row[k + 1] = row[k] && t->p[k] == M2_ANY;
    for (size_t i = 0; i < p->n; i++) {
        bool any = p->p[i] == M2_ANY, before = row[0]; /* before: row i, column k */
        row[0] = before && any;
        for (size_t k = 0; k < t->n; k++) {
            bool above = row[k + 1];
            bool same = p->p[i] == M2_ONE || t->p[k] == M2_ONE || p->p[i] == t->p[k];
            if (any)
                row[k + 1] = above || row[k];
            else if (t->p[k] == M2_ANY)
                row[k + 1] = row[k] || above;
            else
                row[k + 1] = before && same;
            before = above;
        }
    }
    return row[t->n];
}

enum m2_truth m2_pattern_covers(struct m2_arena *a, const struct m2_pattern *p, const struct m2_pattern *t)
{
    if (covers_all(p, t))
        return p->hole ? M2_MAYBE : M2_YES;
    if (!memchr(t->p, M2_ANY, t->n) && !memchr(t->p, M2_ONE, t->n))
        return M2_NO;
    if (t->n && p->n > MAX_CELLS / t->n)
        return M2_MAYBE;
    return meets(a, p, t) ? M2_MAYBE : M2_NO;
}
