#include "protocol.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2/digest.h"
#include "m2/json.h"

static const char *const files[] = { "query",     "ec2",     "json", "json_1_0", "json_1_0-query-compatible",
                                     "rest-json", "rest-xml" };

static const struct protocol_skip *skip_of(const struct protocol_skip *skips, const struct m2_value *suite,
                                           const char *id)
{
    for (; skips->id; skips++)
        if (m2_str_eq(skips->id, id) || m2_str_eq(skips->id, m2_v_str(suite, "description")))
            return skips;
    return NULL;
}

/* The suite as a model of one operation. */
static bool case_op(struct m2_arena *a, struct protocol_case *t)
{
    struct m2_err err = { 0 };
    const struct m2_value *given = m2_v_get(t->test, "given");
    struct m2_value *root = m2_v_object(a), *operations = m2_v_object(a);
    m2_v_set(a, root, "metadata", m2_v_copy(a, m2_v_get(t->suite, "metadata")));
    m2_v_set(a, root, "shapes", m2_v_copy(a, m2_v_get(t->suite, "shapes")));
    m2_v_set(a, operations, m2_v_str(given, "name"), m2_v_copy(a, given));
    m2_v_set(a, root, "operations", operations);
    struct m2_service *s = m2_arena_alloc(a, sizeof *s);
    t->service = s;
    if (m2_model_from_value(s, a, "test", root, &err) == 0 &&
        m2_model_op(&t->op, s, m2_v_str(given, "name"), &err) == 0)
        return true;
    fprintf(stderr, "%s: %s\n", m2_v_str(t->test, "id"), err.msg);
    return false;
}

size_t protocol_walk(const char *folder, const struct protocol_skip *skips,
                     void (*fn)(struct m2_arena *a, const struct protocol_case *t))
{
    size_t run = 0, skipped = 0;
    if (access(M2_CONFORMANCE "/protocols", R_OK) != 0) {
        printf("protocol %s: skipped, no test vectors in %s\n", folder, M2_CONFORMANCE);
        return 0;
    }
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_value *suites = NULL;
        const struct m2_value *suite, *test;
        if (m2_json_read_file(&suites, a,
                              m2_arena_printf(a, "%s/protocols/%s/%s.json", M2_CONFORMANCE, folder, files[f]),
                              &err) != 0) {
            fprintf(stderr, "%s\n", err.msg);
            abort();
        }
        m2_v_each(suite, i, suites) m2_v_each(test, k, m2_v_get(suite, "cases"))
        {
            struct protocol_case t = { .file = files[f], .suite = suite, .test = test };
            const struct protocol_skip *skip = skip_of(skips, suite, m2_v_str(test, "id"));
            if (skip) {
                printf("  skipped %s: %s\n", m2_v_str(test, "id"), skip->reason);
                skipped++;
                continue;
            }
            if (!case_op(a, &t))
                abort();
            fn(a, &t);
            run++;
        }
        m2_arena_free(a);
    }
    printf("protocol %s: %zu run, %zu skipped\n", folder, run, skipped);
    return run;
}

static const struct m2_value *member_ref(const struct m2_value *shape, const char *type, const char *key)
{
    if (m2_str_eq(type, "structure"))
        return m2_v_get(m2_v_get(shape, "members"), key);
    return m2_v_get(shape, "value");
}

struct m2_value *protocol_params(struct m2_arena *a, const struct m2_service *s, const struct m2_value *ref,
                                 const struct m2_value *v)
{
    const struct m2_value *shape = m2_model_shape(s, ref), *item;
    const char *type = m2_v_str(shape, "type");
    if (m2_v_is(v, M2_OBJECT) && !m2_v_bool_or(shape, "document", false) &&
        !m2_v_bool_or(ref, "jsonvalue", false)) {
        struct m2_value *out = m2_v_object(a);
        for (size_t i = 0; i < v->u.object.len; i++)
            m2_v_set(a, out, v->u.object.at[i].key,
                     protocol_params(a, s, member_ref(shape, type, v->u.object.at[i].key),
                                     v->u.object.at[i].value));
        return out;
    }
    if (m2_v_is(v, M2_ARRAY) && m2_str_eq(type, "list")) {
        struct m2_value *out = m2_v_array(a);
        m2_v_each(item, i, v) m2_v_push(a, out, protocol_params(a, s, m2_v_get(shape, "member"), item));
        return out;
    }
    if (m2_v_is(v, M2_STRING) && m2_str_eq(type, "blob")) {
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        m2_base64_add(&b, v->u.text.p, v->u.text.n);
        struct m2_value *out = m2_v_string(a, b.data);
        m2_buf_free(&b);
        return out;
    }
    return m2_v_copy(a, v);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One tag "<name a="1" b='2'>" with its attributes sorted. */
static void add_tag(struct m2_arena *a, struct m2_buf *out, const char *p, const char *end)
{
    char *attrs[32];
    size_t n = 0;
    const bool empty = end[-1] == '/';
    if (empty)
        end--;
    const char *name_end = p + strcspn(p, " \t\r\n/>");
    if (name_end == p) /* "</name" */
        name_end = p + 1 + strcspn(p + 1, " \t\r\n/>");
    for (const char *at = name_end; at < end && n < 32;) {
        while (at < end && isspace((unsigned char)*at))
            at++;
        const char *eq = at < end ? strchr(at, '=') : NULL;
        if (!eq || eq > end)
            break;
        const char *close = strchr(eq + 2, eq[1]);
        attrs[n++] = m2_arena_strndup(a, at, (size_t)(close + 1 - at));
        at = close + 1;
    }
    qsort(attrs, n, sizeof attrs[0], by_text);
    m2_buf_addc(out, '<');
    m2_buf_add(out, p, (size_t)(name_end - p));
    for (size_t i = 0; i < n; i++)
        m2_buf_addf(out, " %s", attrs[i]);
    m2_buf_addc(out, '>');
    if (empty) {
        m2_buf_adds(out, "</");
        m2_buf_add(out, p, (size_t)(name_end - p));
        m2_buf_addc(out, '>');
    }
}

char *protocol_xml(struct m2_arena *a, const char *xml)
{
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    while (*xml) {
        if (*xml == '<') {
            const char *end = strchr(xml, '>');
            if (!end)
                break;
            add_tag(a, &b, xml + 1, end);
            xml = end + 1;
            continue;
        }
        size_t n = strcspn(xml, "<");
        m2_buf_adds(&b, m2_str_trim(a, m2_arena_strndup(a, xml, n)));
        xml += n;
    }
    char *out = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return out;
}

bool protocol_same(const struct m2_value *a, const struct m2_value *b)
{
    double x, y;
    if (m2_v_is(a, M2_NUMBER) && m2_v_is(b, M2_NUMBER))
        return m2_v_to_double(a, &x) && m2_v_to_double(b, &y) &&
               (x > y ? x - y : y - x) <= (x < 0 ? -x : x) * 1e-7;
    if (m2_v_is(a, M2_OBJECT) && m2_v_is(b, M2_OBJECT)) {
        bool same = m2_v_len(a) == m2_v_len(b);
        for (size_t i = 0; same && i < a->u.object.len; i++) {
            const struct m2_value *other = m2_v_get(b, a->u.object.at[i].key);
            same = other && protocol_same(a->u.object.at[i].value, other);
        }
        return same;
    }
    if (m2_v_is(a, M2_ARRAY) && m2_v_is(b, M2_ARRAY)) {
        bool same = m2_v_len(a) == m2_v_len(b);
        for (size_t i = 0; same && i < m2_v_len(a); i++)
            same = protocol_same(m2_v_at(a, i), m2_v_at(b, i));
        return same;
    }
    return m2_v_equal(a, b);
}

static void zeros(void *ctx, void *out, size_t n)
{
    (void)ctx;
    memset(out, 0, n);
}

const struct m2_sys *protocol_sys(void)
{
    static const struct m2_sys sys = { .random = zeros };
    return &sys;
}
