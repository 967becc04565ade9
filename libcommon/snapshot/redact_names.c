#include <ctype.h>
#include <string.h>

#include "m2/str.h"
#include "snapshot/redact.h"

/* Parts of names, in lower case without separators. */
static const char *const strong_parts[] = { "password", "passwd", "passphrase", "passcode", "pwd", NULL };
static const char *const member_parts[] = { "password",   "passwd",     "passphrase", "passcode",
                                            "secret",     "token",      "credential", "apikey",
                                            "accesskey",  "privatekey", "signingkey", "authorization",
                                            "sessionkey", NULL };
static const char *const setting_parts[] = { "key", "pwd", "auth", "signature", "cookie", "salt", NULL };
static const char *const word_ends[] = {
    "secret",          "token",        "credential",    "credentials", "apikey",
    "accesskey",       "accesskeyid",  "secretkey",     "privatekey",  "authorization",
    "secretaccesskey", "amzsignature", "amzcredential", NULL
};
/* They look like secrets and are not: ids of requests, pages, public key names. */
static const char *const harmless[] = { "clientrequesttoken",
                                        "requesttoken",
                                        "clienttoken",
                                        "nexttoken",
                                        "tokenissuetime",
                                        "httptokens",
                                        "tasktoken",
                                        "secretarn",
                                        "credentialsource",
                                        "credentialsparameter",
                                        "repositorycredentials",
                                        "issecret",
                                        "maxtokens",
                                        NULL };

static size_t plain(char *out, size_t size, const char *p, size_t n)
{
    size_t len = 0;
    for (size_t i = 0; i < n && len + 1 < size; i++)
        if (isalnum((unsigned char)p[i]))
            out[len++] = (char)tolower((unsigned char)p[i]);
    out[len] = '\0';
    return len;
}

static bool any_in(const char *const *parts, const char *name)
{
    for (; *parts; parts++)
        if (strstr(name, *parts))
            return true;
    return false;
}

static bool any_equal(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool any_end(const char *const *ends, const char *name)
{
    for (; *ends; ends++)
        if (m2_str_ends(name, *ends))
            return true;
    return false;
}

bool m2_secret_member(const char *name)
{
    char p[128];
    /* "aws:TokenIssueTime" is a condition of a policy. */
    if (strchr(name, ':'))
        return false;
    plain(p, sizeof p, name, strlen(name));
    return any_in(member_parts, p) && !any_equal(harmless, p);
}

bool m2_secret_setting(const char *name)
{
    char p[128];
    plain(p, sizeof p, name, strlen(name));
    return (any_in(member_parts, p) || any_in(setting_parts, p)) && !any_equal(harmless, p);
}

bool m2_secret_word(const char *word, size_t n, bool *strong)
{
    char p[128];
    size_t skip = n > 100 ? n - 100 : 0;
    plain(p, sizeof p, word + skip, n - skip);
    *strong = any_end(strong_parts, p);
    return *strong || (any_end(word_ends, p) && !any_equal(harmless, p));
}
