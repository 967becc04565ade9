/* The shapes in which a list of units has been seen to come. */
#include <string.h>

#include "brain/unit.h"
#include "m2/digest.h"
#include "m2/json.h"

#define NESTING 4

static const char *const list_keys[] = { "units", "computingUnits", "items", "data" };
static const char *const page_keys[] = { "nextToken", "lastEvaluatedKey", "nextPageToken", "cursor" };

static bool known(const struct m2_units *units, const char *id)
{
    for (size_t i = 0; id && i < units->list.len; i++)
        if (m2_str_eq(units->list.at[i].id, id))
            return true;
    return false;
}

static int take_one(struct m2_units *out, struct m2_arena *a, const struct m2_value *v, const char *mode,
                    struct m2_err *err)
{
    static const char *const names[] = {
        "null", "a boolean", "a number", "a string", "an array", "an object"
    };
    if (!m2_v_is(v, M2_OBJECT))
        return m2_fail(err, M2_EPROTO, "the list of computing units holds %s where a unit should be",
                       names[v->type]);
    struct m2_unit u;
    m2_unit_read(&u, a, v);
    if (!u.at[M2_UNIT_MODE])
        u.at[M2_UNIT_MODE] = mode;
    if (!known(out, u.id))
        m2_vec_push(a, &out->list, u);
    return 0;
}

/* An array of units, or one unit alone under its mode; null is none. */
static int take_all(struct m2_units *out, struct m2_arena *a, const struct m2_value *v, const char *mode,
                    struct m2_err *err)
{
    if (mode && m2_v_is(v, M2_OBJECT))
        return m2_v_len(v) ? take_one(out, a, v, mode, err) : 0;
    const struct m2_value *item;
    if (m2_v_is(v, M2_ARRAY))
        m2_v_each(item, i, v) if (take_one(out, a, item, mode, err) < 0) return -1;
    return 0;
}

/* "an object with the members a, b, c": what was seen instead of a list. */
static int unknown_shape(struct m2_err *err, const struct m2_value *body)
{
    static const char *const kinds[] = { "null", "a boolean", "a number", "a text", "an array", "an object" };
    struct m2_buf b;
    m2_buf_init(&b, 400);
    m2_buf_adds(&b, body ? kinds[body->type] : "nothing");
    if (m2_v_is(body, M2_OBJECT)) {
        m2_buf_adds(&b, m2_v_len(body) ? " with the members " : " without members");
        for (size_t i = 0; i < body->u.object.len && i < 8; i++) {
            if (i)
                m2_buf_adds(&b, ", ");
            m2_term_clean(&b, body->u.object.at[i].key, true);
        }
        if (body->u.object.len > 8)
            m2_buf_adds(&b, ", \xe2\x80\xa6");
    }
    (void)m2_fail(err, M2_EPROTO,
                  "the list of computing units has a shape that is not known: %s came where an array, units, "
                  "computingUnits, items, data, or mode_1 and mode_2 should be",
                  b.data);
    m2_buf_free(&b);
    return -1;
}

/* The mode that KEY names, or NULL. */
static const char *mode_of_key(struct m2_arena *a, const char *key)
{
    const char *mode = m2_unit_mode(a, key);
    return m2_str_eq(mode, "mode_1") || m2_str_eq(mode, "mode_2") ? mode : NULL;
}

static bool may_hold_units(const struct m2_value *v)
{
    return v->type == M2_ARRAY || v->type == M2_OBJECT || v->type == M2_NULL;
}

static int by_mode(struct m2_units *out, struct m2_arena *a, const struct m2_value *v, struct m2_err *err)
{
    size_t found = 0;
    for (size_t i = 0; i < v->u.object.len; i++) {
        const struct m2_member *m = &v->u.object.at[i];
        const char *mode = mode_of_key(a, m->key);
        if (!mode || !may_hold_units(m->value))
            continue;
        found++;
        if (take_all(out, a, m->value, mode, err) < 0)
            return -1;
    }
    return found ? 0 : unknown_shape(err, v);
}

static int read_shape(struct m2_units *out, struct m2_arena *a, const struct m2_value *v, int depth,
                      struct m2_err *err)
{
    if (m2_v_is(v, M2_ARRAY))
        return take_all(out, a, v, NULL, err);
    if (!m2_v_is(v, M2_OBJECT) || depth > NESTING)
        return unknown_shape(err, v);
    for (size_t i = 0; i < sizeof list_keys / sizeof list_keys[0]; i++) {
        const struct m2_value *list = m2_v_get(v, list_keys[i]);
        if (list)
            return m2_v_is(list, M2_NULL) ? 0 : read_shape(out, a, list, depth + 1, err);
    }
    return by_mode(out, a, v, err);
}

/* DynamoDB's last key is an object; it goes back as JSON. */
static void read_page(struct m2_units *out, struct m2_arena *a, const struct m2_value *body)
{
    out->next = out->next_name = NULL;
    for (size_t i = 0; i < sizeof page_keys / sizeof page_keys[0]; i++) {
        const struct m2_value *v = m2_brain_member(body, page_keys[i]);
        const char *text = m2_v_is(v, M2_OBJECT) && m2_v_len(v) ? m2_json_text(a, v) : m2_v_text(v);
        if (m2_str_empty(text))
            continue;
        for (size_t k = 0; k < body->u.object.len; k++)
            if (body->u.object.at[k].value == v)
                out->next_name = body->u.object.at[k].key;
        out->next = text;
        return;
    }
}

int m2_units_read(struct m2_units *out, struct m2_arena *a, const struct m2_value *body, struct m2_err *err)
{
    struct m2_units all = *out;
    if (read_shape(&all, a, body, 0, err) < 0)
        return -1;
    read_page(&all, a, body);
    *out = all;
    return 0;
}

/* ---- names of applications ---- */

static const char *app_name(const struct m2_value *apps, const char *id)
{
    static const char *const keys[] = { "apps", "items", "data" };
    const struct m2_value *list = apps, *app;
    for (size_t i = 0; !m2_v_is(list, M2_ARRAY) && i < sizeof keys / sizeof keys[0]; i++)
        list = m2_v_get(apps, keys[i]);
    m2_v_each(app, i, list)
    {
        const char *own = m2_brain_text(app, "appId");
        if (m2_str_eq(own ? own : m2_brain_text(app, "id"), id))
            return m2_brain_text(app, "name");
    }
    return NULL;
}

void m2_units_name_apps(struct m2_units *units, struct m2_arena *a, const struct m2_value *apps)
{
    for (size_t i = 0; i < units->list.len; i++) {
        struct m2_unit *u = &units->list.at[i];
        if (u->at[M2_UNIT_APP] || !u->app_id)
            continue;
        const char *name = app_name(apps, u->app_id);
        u->at[M2_UNIT_APP] = m2_arena_strdup(a, name ? name : u->app_id);
    }
}
