#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "aws/codec.h"
#include "m2/digest.h"
#include "m2/json.h"
#include "m2/time.h"

/* Past the digits at P; NULL when there is none. */
static const char *digits(const char *p, const char *end)
{
    const char *start = p;
    while (p < end && isdigit((unsigned char)*p))
        p++;
    return p > start ? p : NULL;
}

bool m2_number_text(const char *p, size_t n)
{
    const char *end = p + n;
    p += p < end && *p == '-';
    bool zero = p < end && *p == '0';
    const char *whole = p;
    p = digits(p, end);
    if (!p || (zero && p > whole + 1))
        return false;
    if (p < end && *p == '.')
        p = digits(p + 1, end);
    if (p && p < end && (*p == 'e' || *p == 'E')) {
        p++;
        p += p < end && (*p == '+' || *p == '-');
        p = digits(p, end);
    }
    return p == end;
}

bool m2_stamp_ms(int64_t *out, const struct m2_value *v)
{
    double seconds;
    const char *t = m2_v_text(v);
    if (!t)
        return false;
    if (!m2_v_is(v, M2_NUMBER) && !m2_number_text(t, strlen(t)))
        return m2_time_parse(out, t);
    /* From the years 1 to 9999; exact to the millisecond. */
    if (!m2_v_to_double(v, &seconds) || !(seconds > -62135596801.0 && seconds < 253402300800.0))
        return false;
    *out = (int64_t)(seconds * 1000.0 + (seconds < 0 ? -0.5 : 0.5));
    return true;
}

static enum m2_stamp stamp_of(struct m2_shape s, enum m2_stamp fallback)
{
    const char *format = m2_shape_str(s, "timestampFormat");
    if (!format)
        return fallback;
    if (m2_str_eq_ci(format, "unixTimestamp"))
        return M2_STAMP_EPOCH;
    return m2_str_eq_ci(format, "rfc822") ? M2_STAMP_RFC822 : M2_STAMP_ISO;
}

static char *epoch_text(struct m2_arena *a, int64_t ms)
{
    int64_t part = ms % 1000;
    if (!part)
        return m2_arena_printf(a, "%" PRId64, ms / 1000);
    char *t = m2_arena_printf(a, "%s%lld.%03lld", ms < 0 ? "-" : "", llabs(ms / 1000), llabs(part));
    for (size_t n = strlen(t); t[n - 1] == '0'; n--)
        t[n - 1] = '\0';
    return t;
}

static const char *stamp_text(const struct m2_codec *c, const struct m2_value *v, enum m2_stamp stamp)
{
    char text[M2_ISO_SIZE];
    int64_t ms = 0;
    if (!m2_stamp_ms(&ms, v))
        return ""; /* m2_codec_check has refused it */
    if (stamp == M2_STAMP_EPOCH)
        return epoch_text(c->a, ms);
    (stamp == M2_STAMP_RFC822 ? m2_time_rfc822 : m2_time_iso)(text, ms);
    return m2_arena_strdup(c->a, text);
}

struct m2_bytes m2_blob_bytes(const struct m2_codec *c, const char *base64, size_t n)
{
    struct m2_buf b;
    m2_buf_init(&b, M2_CODEC_MAX);
    struct m2_bytes out = { "", 0 };
    if (m2_base64_decode(&b, base64, n, NULL) == 0)
        out = (struct m2_bytes){ m2_arena_strndup(c->a, b.data, b.len), b.len };
    m2_buf_free(&b);
    return out;
}

static const char *base64_text(struct m2_arena *a, const void *p, size_t n)
{
    struct m2_buf b;
    m2_buf_init(&b, 2 * M2_CODEC_MAX);
    m2_base64_add(&b, p, n);
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

const char *m2_scalar_text(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                           enum m2_stamp stamp)
{
    if (s.kind == M2_K_TIMESTAMP)
        return stamp_text(c, v, stamp_of(s, stamp));
    if (s.kind ==
        M2_K_BLOB) { /* again, so that any alphabet and padding of the caller becomes the standard one */
        struct m2_bytes raw = m2_blob_bytes(c, v->u.text.p, v->u.text.n);
        return base64_text(c->a, raw.p, raw.n);
    }
    if (m2_v_is(v, M2_BOOL))
        return v->u.boolean ? "true" : "false";
    return m2_str_or(m2_v_text(v), "");
}

/* The AWS CLI prints microseconds, one digit group more than a time here has: TEXT's own. NULL when it has
 * none. */
static const char *micros_text(struct m2_arena *a, const char *text)
{
    const char *dot = text ? strchr(text, '.') : NULL;
    const size_t n = dot ? strspn(dot + 1, "0123456789") : 0;
    char cli[M2_ISO_SIZE], digits[7] = "000000";
    int64_t ms;
    if (n < 4 || *text == '-' ||
        strpbrk(text, "eE, ")) /* milliseconds say it all; exponents and other formats go through ms */
        return NULL;
    memcpy(digits, dot + 1, n < 6 ? n : 6);
    const struct m2_value *whole =
        m2_v_string(a, m2_arena_printf(a, "%.*s%s", (int)(dot - text), text, dot + 1 + n));
    if (strcmp(digits, "000000") == 0 || !m2_stamp_ms(&ms, whole))
        return NULL;
    m2_time_cli(cli, ms);
    return m2_arena_printf(a, "%.19s.%s%s", cli, digits, cli + 19);
}

static struct m2_value *stamp_value(const struct m2_codec *c, int64_t ms, const char *wire)
{
    char text[M2_ISO_SIZE];
    const char *micros = micros_text(c->a, wire);
    if (c->opt && c->opt->timestamps_as_epoch) {
        const char *t = epoch_text(c->a, ms);
        return m2_v_number(c->a, t, strlen(t));
    }
    if (micros)
        return m2_v_string(c->a, micros);
    m2_time_cli(text, ms);
    return m2_v_string(c->a, text);
}

/* AWS now and then answers an unknown value where the model says number or time: its text is better than
 * none. */
struct m2_value *m2_scalar_read(const struct m2_codec *c, struct m2_shape s, const char *text, size_t n)
{
    int64_t ms;
    struct m2_value *as_text = m2_v_string_n(c->a, text, n);
    switch (s.kind) {
    case M2_K_INTEGER:
    case M2_K_FLOAT:
        while (n && isspace((unsigned char)*text))
            text++, n--;
        while (n && isspace((unsigned char)text[n - 1]))
            n--;
        return m2_number_text(text, n) ? m2_v_number(c->a, text, n) : as_text;
    case M2_K_BOOLEAN:
        return m2_str_eq_ci(as_text->u.text.p, "true")    ? m2_v_bool(c->a, true)
               : m2_str_eq_ci(as_text->u.text.p, "false") ? m2_v_bool(c->a, false)
                                                          : as_text;
    case M2_K_TIMESTAMP:
        return m2_stamp_ms(&ms, as_text) ? stamp_value(c, ms, as_text->u.text.p) : as_text;
    case M2_K_BLOB:
        if (c->opt && c->opt->blobs_as_text) {
            struct m2_bytes raw = m2_blob_bytes(c, text, n);
            return m2_v_string_n(c->a, raw.p, raw.n);
        }
        return as_text;
    default:
        return as_text;
    }
}

static struct m2_value *json_structure(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v)
{
    if (!m2_v_is(v, M2_OBJECT))
        return NULL;
    struct m2_value *out = m2_v_object(c->a);
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        const struct m2_value *raw = m2_v_get(v, m2_str_or(m2_v_str(m->value, "locationName"), m->key));
        if (raw && !m2_v_is(raw, M2_NULL))
            m2_v_set(c->a, out, m->key, m2_json_shape(c, m2_shape_of(c, m->value), raw));
    }
    return out;
}

static struct m2_value *json_list(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v)
{
    if (!m2_v_is(v, M2_ARRAY))
        return NULL;
    struct m2_value *out = m2_v_array(c->a);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const struct m2_value *item;
    m2_v_each(item, i, v)
    {
        struct m2_value *read = m2_v_is(item, M2_NULL) ? NULL : m2_json_shape(c, member, item);
        m2_v_push(c->a, out, read ? read : m2_v_null(c->a));
    }
    return out;
}

static struct m2_value *json_map(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v)
{
    if (!m2_v_is(v, M2_OBJECT))
        return NULL;
    struct m2_value *out = m2_v_object(c->a);
    const struct m2_shape value = m2_shape_part(c, s, "value");
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        struct m2_value *read = m2_v_is(m->value, M2_NULL) ? NULL : m2_json_shape(c, value, m->value);
        m2_v_set(c->a, out, m->key, read ? read : m2_v_null(c->a));
    }
    return out;
}

struct m2_value *m2_json_shape(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v)
{
    int64_t ms;
    switch (s.kind) {
    case M2_K_STRUCTURE:
        return json_structure(c, s, v);
    case M2_K_LIST:
        return json_list(c, s, v);
    case M2_K_MAP:
        return json_map(c, s, v);
    case M2_K_TIMESTAMP:
        return m2_stamp_ms(&ms, v) ? stamp_value(c, ms, m2_v_text(v)) : m2_v_copy(c->a, v);
    case M2_K_BLOB:
        return m2_v_is(v, M2_STRING) ? m2_scalar_read(c, s, v->u.text.p, v->u.text.n) : NULL;
    default: /* JSON has the rest as it is; a number keeps its text */
        return m2_v_copy(c->a, v);
    }
}
