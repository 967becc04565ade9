/* The pieces of Fn::Sub's text. */
#include <string.h>

#include "analyze/template/resolve.h"
#include "m2/str.h"

bool m2_sub_next(struct m2_sub_part *out, struct m2_arena *a, const char **at)
{
    const char *p = *at, *open = strstr(p, "${"), *close = open ? strchr(open, '}') : NULL;
    if (!*p)
        return false;
    *out = (struct m2_sub_part){ NULL, { p, strlen(p) } };
    if (close && open > p) {
        out->literal.n = (size_t)(open - p);
    } else if (close && open[2] == '!') {
        out->literal.n = (size_t)(close - p) + 1;
        *at = close + 1;
        out->literal.p = m2_arena_printf(a, "${%.*s", (int)(close - open - 2), open + 3);
        out->literal.n = strlen(out->literal.p);
        return true;
    } else if (close) {
        out->name = m2_str_trim(a, m2_arena_strndup(a, open + 2, (size_t)(close - open) - 2));
        *at = close + 1;
        return true;
    }
    *at = p + out->literal.n;
    return true;
}
