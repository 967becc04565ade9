#include <ctype.h>
#include <string.h>

#include "m2/json.h"
#include "m2/str.h"
#include "snapshot/redact.h"

#define ACCOUNT_DIGITS 12
#define LARGEST M2_JSON_MAX_FILE
#define KEY_DIGITS 40
#define HEADER_MOST 8192 /* of a token with dots: what comes before its first dot */
#define BEGIN_LINE 60

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool is_base64(char c)
{
    return isalnum((unsigned char)c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-';
}

/* ---- credentials that show by themselves ---- */

/* Begins with PREFIX, then at least MIN characters of the kind; the rest is cut. */
static const struct {
    const char *prefix;
    size_t min;
    bool dots; /* dots belong to it */
} token_kinds[] = {
    { "AKIA", 12, false },        { "ASIA", 12, false },        { "ABIA", 12, false },
    { "ACCA", 12, false },        { "eyJ", 17, true },          { "IQoJb3JpZ2lu", 8, false },
    { "FwoGZXIvYXdz", 8, false }, { "FQoGZXIvYXdz", 8, false }, { "ghp_", 20, false },
    { "gho_", 20, false },        { "ghs_", 20, false },        { "github_pat_", 20, false },
    { "glpat-", 16, false },      { "xoxb-", 16, false },       { "xoxp-", 16, false },
    { "sk_live_", 12, false },
};

static size_t token_length(const char *s)
{
    if (!strchr("AFIegsx", *s)) /* with what the prefixes begin */
        return 0;
    for (size_t i = 0; i < sizeof token_kinds / sizeof *token_kinds; i++) {
        size_t n = strlen(token_kinds[i].prefix), from = n;
        if (strncmp(s, token_kinds[i].prefix, n) != 0)
            continue;
        bool dot = false;
        for (; is_base64(s[n]) || (token_kinds[i].dots && s[n] == '.'); n++) {
            dot = dot || s[n] == '.';
            if (token_kinds[i].dots && !dot && n > HEADER_MOST)
                return 0;
        }
        if (n - from >= token_kinds[i].min && (!token_kinds[i].dots || dot))
            return n;
    }
    return 0;
}

/* Forty characters of base64 with small, capital and digit: the shape of a secret access key. */
static size_t secret_key_length(const char *s)
{
    size_t n = 0, slashes = 0;
    bool lower = false, upper = false, digit = false;
    for (; n <= KEY_DIGITS && (isalnum((unsigned char)s[n]) || s[n] == '+' || s[n] == '/'); n++) {
        lower = lower || islower((unsigned char)s[n]);
        upper = upper || isupper((unsigned char)s[n]);
        digit = digit || isdigit((unsigned char)s[n]);
        slashes += s[n] == '/';
    }
    return n == KEY_DIGITS && lower && upper && digit && slashes < 4 && !is_word(s[n]) && s[n] != '.' ? n : 0;
}

/* "Bearer X", "Basic X": length of the whole when X looks like a token. */
static size_t scheme_length(const char *s, size_t *keep)
{
    static const char *const schemes[] = { "Bearer ", "Basic " };
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]), from = n;
        if (strncasecmp(s, schemes[i], n) != 0)
            continue;
        bool digit = false;
        for (; is_base64(s[n]) || s[n] == '.' || s[n] == '~'; n++)
            digit = digit || isdigit((unsigned char)s[n]) || s[n] == '=';
        *keep = from;
        if (n - from >= 8 && digit)
            return n;
    }
    return 0;
}

static size_t private_key_length(const char *s)
{
    if (strncmp(s, "-----BEGIN ", 11) != 0)
        return 0;
    const char *kind = memmem(s, strnlen(s, BEGIN_LINE), "PRIVATE KEY", strlen("PRIVATE KEY"));
    if (!kind || kind - s > 40)
        return 0;
    const char *end = strstr(kind, "-----END ");
    const char *stop = end ? strstr(end + 9, "-----") : NULL;
    return stop ? (size_t)(stop + 5 - s) : strlen(s);
}

/* "://user:password@": length of what stands between "://" and "@". */
static size_t userinfo_length(const char *s)
{
    size_t n = strcspn(s, "/@ \"'\\?#\n");
    return s[n] == '@' && memchr(s, ':', n) ? n : 0;
}

/* From P on: what can be copied before the next place where a credential could begin. */
static size_t plain_run(const char *p)
{
    size_t n = 1;
    while (is_word(*p) && is_word(p[n]) && p[n] != '-')
        n++;
    return n;
}

bool m2_redact_credentials(struct m2_buf *out, const char *s)
{
    bool found = false;
    for (const char *p = s; *p;) {
        size_t keep = 0, n = 0;
        bool start = p == s || !is_word(p[-1]);
        if (start) {
            n = token_length(p);
            if (!n)
                n = secret_key_length(p);
            if (!n)
                n = scheme_length(p, &keep);
        }
        if (!n && *p == '-')
            n = private_key_length(p);
        if (!n && p - s >= 3 && strncmp(p - 3, "://", 3) == 0)
            n = userinfo_length(p);
        if (n) {
            m2_buf_add(out, p, keep);
            m2_buf_adds(out, M2_REDACTED);
            p += n;
            found = true;
        } else {
            n = plain_run(p);
            m2_buf_add(out, p, n);
            p += n;
        }
    }
    return found;
}

/* ---- name=value, "name":"value", --name value, URL parameters ---- */

static const char *const url_parameters[] = { "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token",
                                              "Signature",       "AWSAccessKeyId",   "sig",
                                              "Key-Pair-Id",     "Policy",           "code",
                                              "id_token",        "sessionToken",     NULL };

static bool is_url_parameter(const char *name, size_t n)
{
    for (const char *const *u = url_parameters; *u; u++)
        if (strlen(*u) == n && strncasecmp(*u, name, n) == 0)
            return true;
    return false;
}

struct setting {
    const char *value; /* where it begins */
    size_t n;
};

static size_t value_length(const char *v, char quote, bool escaped)
{
    if (!quote)
        return strcspn(v, " \t\r\n,;&\"'\\})]<>|");
    size_t n = 0;
    while (v[n] && v[n] != quote && !(escaped && v[n] == '\\' && v[n + 1] == quote))
        n += v[n] == '\\' && !escaped && v[n + 1] ? 2 : 1;
    return n;
}

static bool telling(const char *v, size_t n)
{
    bool mixed = false;
    for (size_t i = 0; i < n; i++)
        mixed = mixed || !isalpha((unsigned char)v[i]);
    return n >= 16 || (n >= 4 && mixed);
}

bool m2_is_arn(const char *v, size_t n)
{
    size_t colons = 0;
    for (size_t i = 0; i < n && colons < 5; i++)
        colons += v[i] == ':';
    return n > 4 && strncmp(v, "arn:", 4) == 0 && colons == 5;
}

/* ARNs and what is redacted already are no secrets. */
static bool harmless(const char *v, size_t n)
{
    return !n || m2_is_arn(v, n) || strncmp(v, M2_REDACTED, strlen(M2_REDACTED)) == 0;
}

/* Does the word at P stand where a URL names a parameter? */
static bool in_query(const char *text, const char *p)
{
    return p > text && (p[-1] == '?' || p[-1] == '&');
}

/* After the word at P[0..n): does a secret value follow, and where? */
static bool follows(const char *text, const char *p, size_t n, struct setting *out)
{
    bool strong = false, parameter = in_query(text, p) && is_url_parameter(p, n);
    const char *v = p + n;
    bool flag = p[0] == '-' && p[1] == '-';
    v += strspn(v, "\\\"'");
    v += strspn(v, " \t");
    bool colon = *v == ':', sign = *v == '=' || colon;
    if ((!sign && !(flag && v > p + n)) || (!parameter && !m2_secret_word(p, n, &strong)))
        return false;
    if (sign)
        v += strspn(v + 1, " \t") + 1;
    bool escaped = *v == '\\' && (v[1] == '"' || v[1] == '\'');
    v += escaped;
    char quote = *v == '"' || *v == '\'' ? *v++ : '\0';
    size_t len = value_length(v, quote, escaped);
    *out = (struct setting){ v, len };
    return !harmless(v, len) && (quote || strong || flag || !colon || telling(v, len));
}

bool m2_redact_settings(struct m2_buf *out, const char *s)
{
    bool found = false;
    for (const char *p = s; *p;) {
        size_t n = 0;
        while (is_word(p[n]))
            n++;
        struct setting value;
        if (!n) {
            m2_buf_addc(out, *p++);
        } else if (follows(s, p, n, &value)) {
            m2_buf_add(out, p, (size_t)(value.value - p));
            m2_buf_adds(out, M2_REDACTED);
            p = value.value + value.n;
            found = true;
        } else {
            m2_buf_add(out, p, n);
            p += n;
        }
    }
    return found;
}

/* ---- e-mail addresses and accounts: tokens ---- */

static bool is_local(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._%+-", c));
}

static size_t domain_length(const char *s)
{
    size_t n = 0, last_dot = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '-' || (s[n] == '.' && isalnum((unsigned char)s[n + 1]))) {
        if (s[n] == '.')
            last_dot = n;
        n++;
    }
    for (size_t i = last_dot + 1; last_dot && i < n; i++)
        if (!isalpha((unsigned char)s[i]))
            return 0;
    return last_dot && n - last_dot > 2 ? n : 0;
}

#define EMAIL_DOMAIN "@example.invalid"

static const char *email_token(struct m2_redactor *r, const char *p, size_t n)
{
    char *key = m2_str_lower(r->a, m2_arena_strndup(r->a, p, n));
    if (m2_str_ends(key, EMAIL_DOMAIN))
        return key;
    bool is_new;
    size_t *at = m2_strmap_at(&r->emails, r->a, key, &is_new);
    if (is_new)
        *at = r->emails.len;
    return m2_arena_printf(r->a, "user%zu" EMAIL_DOMAIN, *at);
}

static bool redact_emails(struct m2_redactor *r, struct m2_buf *out, const char *s)
{
    bool found = false;
    const char *done = s;
    for (const char *at = strchr(s, '@'); at; at = strchr(at + 1, '@')) {
        const char *from = at;
        while (from > done && is_local(from[-1]))
            from--;
        size_t domain = domain_length(at + 1);
        if (from == at || !domain)
            continue;
        m2_buf_add(out, done, (size_t)(from - done));
        m2_buf_adds(out, email_token(r, from, (size_t)(at + 1 - from) + domain));
        done = at + 1 + domain;
        found = true;
    }
    m2_buf_adds(out, done);
    return found;
}

/* The hub's accounts mean something to the diagnosis and are public. */
static const char *const public_accounts[] = { "262361552878", "469266894233", NULL };

static bool is_token(const char *account)
{
    return strncmp(account, "000000000", 9) == 0;
}

const char *m2_redact_account(struct m2_redactor *r, const char *account)
{
    for (const char *const *p = public_accounts; *p; p++)
        if (strcmp(*p, account) == 0)
            return *p;
    if (is_token(account))
        return account;
    bool is_new;
    size_t *at = m2_strmap_at(&r->accounts, r->a, m2_arena_strdup(r->a, account), &is_new);
    if (is_new)
        *at = r->accounts.len;
    return m2_arena_printf(r->a, "%012zu", *at);
}

const char *m2_redact_user(struct m2_redactor *r, const char *user)
{
    if (r->names_stay || m2_str_starts(user, "user-"))
        return user;
    bool is_new;
    size_t *at = m2_strmap_at(&r->users, r->a, m2_arena_strdup(r->a, user), &is_new);
    if (is_new)
        *at = r->users.len;
    return m2_arena_printf(r->a, "user-%zu", *at);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool redact_accounts(struct m2_redactor *r, struct m2_buf *out, const char *s)
{
    const char *done = s;
    for (const char *p = s; *p;) {
        size_t n = 0;
        while (is_digit(p[n]))
            n++;
        if (n == ACCOUNT_DIGITS) {
            char account[ACCOUNT_DIGITS + 1];
            memcpy(account, p, ACCOUNT_DIGITS);
            account[ACCOUNT_DIGITS] = '\0';
            m2_buf_add(out, done, (size_t)(p - done));
            m2_buf_adds(out, m2_redact_account(r, account));
            done = p + n;
        }
        p += n ? n : 1;
    }
    if (done == s)
        return false;
    m2_buf_adds(out, done);
    return true;
}

/* ---- all of it ---- */

static const char *taken(struct m2_redactor *r, struct m2_buf *b, bool found, const char *s)
{
    const char *result = found ? m2_arena_strndup(r->a, b->data, b->len) : s;
    m2_buf_reset(b);
    return result;
}

static const char *redact_anew(struct m2_redactor *r, const char *s, bool settings)
{
    struct m2_buf b;
    m2_buf_init(&b, LARGEST * 2);
    s = taken(r, &b, m2_redact_credentials(&b, s), s);
    if (settings && (strpbrk(s, "=:") || strstr(s, "--")))
        s = taken(r, &b, m2_redact_settings(&b, s), s);
    if (!r->names_stay && strchr(s, '@'))
        s = taken(r, &b, redact_emails(r, &b, s), s);
    if (!r->names_stay)
        s = taken(r, &b, redact_accounts(r, &b, s), s);
    if (!r->names_stay && strchr(s, '-'))
        s = taken(r, &b, m2_redact_organisation(r, &b, s), s);
    m2_buf_free(&b);
    return s;
}

const char *m2_redact_text(struct m2_redactor *r, const char *s)
{
    if (!*s)
        return s;
    if (r->of_organisation)
        return redact_anew(r, s, true);
    /* Lists repeat keys, ids and types; a text always becomes the same. */
    uint32_t h = 0;
    for (const char *p = s; *p; p++)
        h = h * 31 + (unsigned char)*p;
    struct m2_redacted *known = &r->known[(h ^ h >> 15) % M2_REDACTED_KNOWN];
    if (!known->from || strcmp(known->from, s) != 0)
        *known = (struct m2_redacted){ s, redact_anew(r, s, true) };
    return known->to;
}

const char *m2_redact_plain(struct m2_redactor *r, const char *s)
{
    return *s ? redact_anew(r, s, false) : s;
}
