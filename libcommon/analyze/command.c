#include <string.h>

#include "analyze/engine.h"
#include "m2/str.h"

/* End of the simple command at S: the first |, ;, &, < or > outside quotes, or the end. */
static size_t simple_command(const char *s)
{
    char quote = 0;
    size_t i = 0;
    for (; s[i]; i++) {
        if (s[i] == '\\' && quote != '\'' && s[i + 1])
            i++;
        else if (quote)
            quote = s[i] == quote ? 0 : quote;
        else if (s[i] == '\'' || s[i] == '"')
            quote = s[i];
        else if (strchr("|;&<>\n", s[i]))
            break;
    }
    return i;
}

static bool has_option(const char *p, size_t n, const char *option)
{
    size_t m = strlen(option);
    for (size_t i = 1; i + m <= n; i++)
        if (p[i - 1] == ' ' && memcmp(p + i, option, m) == 0 &&
            (i + m == n || p[i + m] == ' ' || p[i + m] == '='))
            return true;
    return false;
}

static void add_option(struct m2_buf *b, const char *p, size_t n, const char *option, const char *value)
{
    if (m2_str_empty(value) || has_option(p, n, option))
        return;
    m2_buf_addf(b, " %s ", option);
    m2_shell_quote(b, value);
}

const char *m2_command_complete(struct m2_arena *a, const char *command, const char *region,
                                const char *profile)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    for (const char *s = command; *s;) {
        size_t n = simple_command(s), lead = strspn(s, " "), end = n;
        while (end > lead && s[end - 1] == ' ')
            end--;
        m2_buf_add(&b, s, end);
        /* A unit is removed at Brain, which knows neither. */
        bool aws = end > lead + 4 && memcmp(s + lead, "aws ", 4) == 0;
        if (aws ||
            (end > lead + 3 && memcmp(s + lead, "m2-", 3) == 0 && !has_option(s, end, "--unregister"))) {
            add_option(&b, s, end, "--region", region);
            add_option(&b, s, end, "--profile", profile);
        }
        m2_buf_add(&b, s + end, n - end);
        s += n;
        size_t operators = strspn(s, "|;&<>\n");
        m2_buf_add(&b, s, operators);
        s += operators;
    }
    char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}
