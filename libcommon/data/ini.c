/*
 * data/ini.c — a line reader with one state: the section and the key that an indented line would continue.
 */
#include "m2/ini.h"

#include <string.h>

#include "m2/buf.h"
#include "m2/secret.h"

#define MAX_WARNINGS 100

struct reader {
    struct m2_ini *ini;
    struct m2_arena *a;
    struct m2_err *err;
    int line;
    size_t section;              /* index in ini->sections; SIZE_MAX before the first header */
    size_t key;                  /* index in the section's keys; SIZE_MAX when no key is open */
    size_t indent;               /* of the open key */
    bool skip_section, skip_key; /* left out because of its name, with everything in it */
    bool nested;                 /* the open key's own value is empty */
    bool continued;              /* the open key's value goes on in `value` */
    struct m2_buf value;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static struct m2_bytes trim(struct m2_bytes s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Names from the file go into messages; control characters must not reach a terminal that way. */
static const char *shown(struct reader *r, struct m2_bytes s)
{
    struct m2_buf b;
    m2_buf_init(&b, 400);
    m2_term_clean(&b, m2_arena_strndup(r->a, s.p, s.n < 80 ? s.n : 80), true);
    const char *text = m2_arena_strndup(r->a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static void warn(struct reader *r, const char *fmt, ...) M2_PRINTF(2, 3);
static void warn(struct reader *r, const char *fmt, ...)
{
    if (r->ini->warnings.len >= MAX_WARNINGS)
        return;
    va_list ap;
    va_start(ap, fmt);
    const char *text = m2_arena_vprintf(r->a, fmt, ap);
    va_end(ap);
    m2_vec_push(r->a, &r->ini->warnings, m2_arena_printf(r->a, "%s:%d: %s", r->ini->path, r->line, text));
}

static int fail(struct reader *r, const char *what)
{
    return m2_fail(r->err, M2_ECONFIG, "%s:%d: %s", r->ini->path, r->line, what);
}

/* SECTION: names of people and teams are not ASCII everywhere; names of settings are. */
static bool name_valid(struct m2_bytes s, bool section)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_/.%@:+";
    for (size_t i = 0; i < s.n; i++)
        if (!memchr(allowed, s.p[i], sizeof allowed - 1) && !(section && (unsigned char)s.p[i] >= 0x80))
            return false;
    return s.n > 0;
}

/* "a b" or 'a b': the quotes are what allows other characters. */
static bool unquote(struct m2_bytes *s)
{
    if (s->n < 2 || (s->p[0] != '"' && s->p[0] != '\'') || s->p[s->n - 1] != s->p[0])
        return false;
    *s = (struct m2_bytes){ s->p + 1, s->n - 2 };
    return s->n > 0 && !memchr(s->p, s->p[-1], s->n);
}

static const char *take_type(struct m2_bytes *head)
{
    static const char *const types[] = { "profile", "sso-session", "services" };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        size_t n = strlen(types[i]);
        if (head->n > n && memcmp(head->p, types[i], n) == 0 && is_space(head->p[n])) {
            *head = trim((struct m2_bytes){ head->p + n, head->n - n });
            return types[i];
        }
    }
    return "";
}

static void open_section(struct reader *r, const char *type, const char *name)
{
    for (size_t i = 0; i < r->ini->sections.len; i++) {
        const struct m2_ini_section *s = &r->ini->sections.at[i];
        if (m2_str_eq(s->type, type) && m2_str_eq(s->name, name)) {
            warn(r, "[%s%s%s] is there already on line %d; both are merged, what comes last counts", type,
                 *type ? " " : "", shown(r, m2_bytes_of(name)), s->line);
            r->section = i;
            return;
        }
    }
    struct m2_ini_section s = { .type = type, .name = name, .line = r->line };
    m2_vec_push(r->a, &r->ini->sections, s);
    r->section = r->ini->sections.len - 1;
}

/* Values grow in a buffer of their own: joining text line by line would cost the square of its length. */
static void close_key(struct reader *r)
{
    if (r->continued)
        r->ini->sections.at[r->section].keys.at[r->key].value =
            m2_arena_strndup(r->a, r->value.data, r->value.len);
    m2_wipe(r->value.data, r->value.len); /* it may have been a secret */
    m2_buf_reset(&r->value);
    r->continued = false;
    r->key = SIZE_MAX;
}

static int read_header(struct reader *r, struct m2_bytes text)
{
    const char *end = memchr(text.p, ']', text.n);
    if (!end)
        return fail(r, "a section header must end with ']'");
    struct m2_bytes head = trim((struct m2_bytes){ text.p + 1, (size_t)(end - text.p) - 1 });
    struct m2_bytes rest = trim((struct m2_bytes){ end + 1, (size_t)(text.p + text.n - end) - 1 });
    if (rest.n && rest.p[0] != '#' && rest.p[0] != ';')
        warn(r, "the text after ']' is ignored");
    const struct m2_bytes whole = head;
    const char *type = take_type(&head);
    bool valid = unquote(&head) || name_valid(head, true);
    r->nested = r->skip_key = false;
    r->skip_section = !valid;
    if (!valid) {
        warn(r, "[%s] is left out: the name must be letters, digits and -_/.%%@:+, or in quotes",
             shown(r, whole));
        return 0;
    }
    open_section(r, type, m2_arena_strndup(r->a, head.p, head.n));
    return 0;
}

/* Where a comment begins inside a value: at white space followed by # or ;. The byte before VALUE is '=' or
 * white space. */
static struct m2_bytes cut_comment(struct reader *r, struct m2_bytes value)
{
    for (size_t i = 0; i < value.n; i++) {
        if ((value.p[i] != '#' && value.p[i] != ';') || !is_space(*(value.p + i - 1)))
            continue;
        warn(r,
             "the text from '%c' on is taken as a comment (the AWS CLI takes it as part of the value); put "
             "it on a line of its own",
             value.p[i]);
        return trim((struct m2_bytes){ value.p, i });
    }
    return value;
}

static void set_key(struct reader *r, struct m2_ini_key key)
{
    struct m2_ini_section *s = &r->ini->sections.at[r->section];
    for (r->key = 0; r->key < s->keys.len; r->key++) {
        if (!m2_str_eq(s->keys.at[r->key].name, key.name))
            continue;
        warn(r, "%s is set already on line %d; the last one counts", key.name, s->keys.at[r->key].line);
        s->keys.at[r->key] = key;
        return;
    }
    m2_vec_push(r->a, &s->keys, key);
}

static int read_property(struct reader *r, struct m2_bytes text, size_t indent)
{
    if (r->section == SIZE_MAX && !r->skip_section)
        return fail(r, "expected a section header such as [profile NAME] before the first setting");
    const char *equals = memchr(text.p, '=', text.n);
    if (!equals)
        return fail(r, indent ? "expected a setting `name = value`, found a continuation of nothing"
                              : "expected an '=' in a setting `name = value`");
    struct m2_bytes name = trim((struct m2_bytes){ text.p, (size_t)(equals - text.p) });
    struct m2_bytes value = trim((struct m2_bytes){ equals + 1, (size_t)(text.p + text.n - equals) - 1 });
    if (!name.n)
        return fail(r, "the setting has no name before '='");
    r->indent = indent;
    r->skip_key = !name_valid(name, false);
    if (r->skip_key || r->skip_section) {
        if (!r->skip_section) /* not shown: a token pasted over several lines looks like one */
            warn(r,
                 "the setting is left out: its name has characters other than letters, digits and -_/.%%@:+");
        r->key = 0; /* only says that a continuation has something to continue */
        r->nested = false;
        r->skip_key = true;
        return 0;
    }
    value = cut_comment(r, value);
    r->nested = value.n == 0;
    set_key(r, (struct m2_ini_key){ .name = m2_str_lower(r->a, m2_arena_strndup(r->a, name.p, name.n)),
                                    .value = m2_arena_strndup(r->a, value.p, value.n),
                                    .line = r->line });
    return 0;
}

static int read_nested(struct reader *r, struct m2_ini_key *key, struct m2_bytes text)
{
    const char *equals = memchr(text.p, '=', text.n);
    if (!equals)
        return fail(r, "expected an '=' in a nested setting `name = value`");
    struct m2_bytes name = trim((struct m2_bytes){ text.p, (size_t)(equals - text.p) });
    struct m2_bytes value = trim((struct m2_bytes){ equals + 1, (size_t)(text.p + text.n - equals) - 1 });
    if (!name.n)
        return fail(r, "the nested setting has no name before '='");
    value = cut_comment(r, value);
    struct m2_ini_key sub = { .name = m2_str_lower(r->a, m2_arena_strndup(r->a, name.p, name.n)),
                              .value = m2_arena_strndup(r->a, value.p, value.n),
                              .line = r->line };
    for (size_t i = 0; i < key->nested.len; i++)
        if (m2_str_eq(key->nested.at[i].name, sub.name)) {
            warn(r, "%s is set already on line %d; the last one counts", shown(r, name),
                 key->nested.at[i].line);
            key->nested.at[i] = sub;
            return 0;
        }
    m2_vec_push(r->a, &key->nested, sub);
    return 0;
}

static int read_continuation(struct reader *r, struct m2_bytes text)
{
    if (r->skip_key)
        return 0;
    struct m2_ini_key *key = &r->ini->sections.at[r->section].keys.at[r->key];
    if (r->nested && read_nested(r, key, text) < 0)
        return -1;
    if (!r->nested && text.p[0] == '[')
        warn(r, "this indented line continues the value of %s; a section header begins at the margin",
             key->name);
    if (!r->continued)
        m2_buf_adds(&r->value, key->value);
    r->continued = true;
    m2_buf_addc(&r->value, '\n');
    m2_buf_add(&r->value, text.p, text.n);
    return 0;
}

static int read_line(struct reader *r, struct m2_bytes raw)
{
    if (raw.n && memchr(raw.p, '\0', raw.n))
        return fail(r, "a NUL byte; is this a text file?");
    struct m2_bytes text = trim(raw);
    if (!text.n || text.p[0] == '#' || text.p[0] == ';')
        return 0;
    size_t indent = (size_t)(text.p - raw.p);
    /* A whole section may be indented; only what is deeper than the open key continues it. */
    if (r->key != SIZE_MAX && indent > r->indent)
        return read_continuation(r, text);
    close_key(r);
    return text.p[0] == '[' ? read_header(r, text) : read_property(r, text, indent);
}

static int read_lines(struct reader *r, struct m2_bytes text)
{
    for (size_t at = 0, n; at < text.n; at += n + 1) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        n = end ? (size_t)(end - (text.p + at)) : text.n - at;
        r->line++;
        if (read_line(r, (struct m2_bytes){ text.p + at, n }) < 0)
            return -1;
    }
    return 0;
}

int m2_ini_parse(struct m2_ini *out, struct m2_arena *a, struct m2_bytes text, const char *path,
                 struct m2_err *err)
{
    struct m2_ini ini = { .path = m2_arena_strdup(a, path) };
    struct reader r = { .ini = &ini, .a = a, .err = err, .section = SIZE_MAX, .key = SIZE_MAX };
    if (text.n >= 2 && (memcmp(text.p, "\xff\xfe", 2) == 0 || memcmp(text.p, "\xfe\xff", 2) == 0)) {
        r.line = 1;
        return fail(&r, "the file is UTF-16; save it as UTF-8");
    }
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        text = (struct m2_bytes){ text.p + 3, text.n - 3 };
    m2_buf_init(&r.value, text.n + 1);
    int rc = read_lines(&r, text);
    close_key(&r);
    m2_buf_free(&r.value);
    if (rc == 0)
        *out = ini;
    return rc;
}

const struct m2_ini_section *m2_ini_section(const struct m2_ini *ini, const char *type, const char *name)
{
    for (size_t i = 0; i < ini->sections.len; i++) {
        const struct m2_ini_section *s = &ini->sections.at[i];
        if (m2_str_eq(s->type, type) && m2_str_eq(s->name, name))
            return s;
    }
    return NULL;
}

static const struct m2_ini_key *find_key(const struct m2_ini_section *s, const char *key)
{
    for (size_t i = 0; s && i < s->keys.len; i++)
        if (m2_str_eq_ci(s->keys.at[i].name, key))
            return &s->keys.at[i];
    return NULL;
}

const char *m2_ini_value(const struct m2_ini_section *s, const char *key)
{
    const struct m2_ini_key *k = find_key(s, key);
    return k && *k->value ? k->value : NULL;
}

const char *m2_ini_nested(const struct m2_ini_section *s, const char *key, const char *sub_key)
{
    const struct m2_ini_key *k = find_key(s, key);
    for (size_t i = 0; k && i < k->nested.len; i++)
        if (m2_str_eq_ci(k->nested.at[i].name, sub_key) && *k->nested.at[i].value)
            return k->nested.at[i].value;
    return NULL;
}
