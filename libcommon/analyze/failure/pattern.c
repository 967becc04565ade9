#include "analyze/failure/pattern.h"

#include <string.h>

#include "m2/buf.h"
#include "m2/str.h"

#define MAX_TERM 160

static const char *const network_words[] = {
    "dial tcp",
    "dial udp",
    "i/o timeout",
    "TLS handshake timeout",
    "read: connection timed out",
    "Client.Timeout exceeded while awaiting headers",
    "request canceled while waiting for connection",
    "context deadline exceeded",
    "signal: killed",
    "connection issue between",
    "network configuration",
    "network connection",
    "Context canceled",
    "no such host",
    NULL,
};

static const char *const denied_words[] = {
    "AccessDenied",
    "is not authorized to perform",
    "403 Forbidden",
    "401 Unauthorized",
    "no basic auth credentials",
    "UnauthorizedOperation",
    NULL,
};

static const struct {
    const char *name;
    const char *const *words;
} groups[] = { { "@NET", network_words }, { "@DENIED", denied_words } };

const char *m2_failure_fold(struct m2_arena *a, const char *text)
{
    if (!text)
        return "";
    char *out = m2_arena_strdup(a, text), *to = out;
    for (const char *p = text; *p; p++) {
        if (strncmp(p, "\xe2\x80\x99", 3) == 0) {
            *to++ = '\'';
            p += 2;
        } else if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
            if (to > out && to[-1] != ' ')
                *to++ = ' ';
        } else {
            *to++ = *p;
        }
    }
    *to = '\0';
    return out;
}

static bool has_any(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (m2_str_has_ci(text, *words))
            return true;
    return false;
}

static bool holds(const char *alternative, const char *text)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if (m2_str_eq(alternative, groups[i].name))
            return has_any(text, groups[i].words);
    return *alternative == '=' ? m2_str_eq_ci(text, alternative + 1) : m2_str_has_ci(text, alternative);
}

static bool term_holds(const char *term, size_t n, const char *text)
{
    bool unwanted = *term == '!', any = false;
    if (unwanted) {
        term++;
        n--;
    }
    for (const char *end = term + n; term < end && !any;) {
        char alternative[MAX_TERM];
        const char *bar = memchr(term, '|', (size_t)(end - term));
        size_t len = (size_t)((bar ? bar : end) - term);
        if (len >= sizeof alternative)
            return false;
        memcpy(alternative, term, len);
        alternative[len] = '\0';
        any = holds(alternative, text);
        term += len + (bar != NULL);
    }
    return any != unwanted;
}

bool m2_failure_match(const char *pattern, const char *text)
{
    while (*pattern) {
        size_t n = strcspn(pattern, "&");
        if (!term_holds(pattern, n, text))
            return false;
        pattern += n + (pattern[n] == '&');
    }
    return true;
}
