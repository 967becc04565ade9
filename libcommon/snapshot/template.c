/* A template's text as a tree: JSON or YAML, every short intrinsic in its long form. */
#include "m2/template.h"

#include <stdlib.h>
#include <string.h>

#include "m2/json.h"

static bool is_json(struct m2_bytes text)
{
    size_t i = 0;
    if (text.n >= 3 && memcmp(text.p, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < text.n && strchr(" \t\r\n", text.p[i]))
        i++;
    return i < text.n && text.p[i] == '{';
}

/* "template:LINE:COL: what": the readers' messages, taken apart. */
static void take_fault(struct m2_template_text *out, struct m2_arena *a, const char *message)
{
    const char *rest = strchr(message, ':');
    char *end = NULL;
    unsigned long line = rest ? strtoul(rest + 1, &end, 10) : 0;
    if (line && end && *end == ':') {
        unsigned long col = strtoul(end + 1, &end, 10);
        if (col && *end == ':') {
            out->line = (uint32_t)line;
            out->col = (uint32_t)col;
            rest = end;
        }
    }
    out->fault = m2_arena_strdup(a, rest ? rest + 1 + strspn(rest + 1, " ") : message);
}

/* ---- long forms ---- */

/* "A.B.C" as GetAtt reads it: the resource, then its attribute. */
static struct m2_value *get_att(struct m2_arena *a, struct m2_value *v)
{
    const char *text = m2_v_is(v, M2_STRING) ? m2_v_text(v) : NULL, *rest = NULL;
    if (!text || !strchr(text, '.'))
        return v;
    struct m2_value *list = m2_v_array(a), *part[2];
    part[0] = m2_v_string(a, m2_str_cut(a, text, '.', &rest));
    part[1] = m2_v_string(a, rest);
    for (int i = 0; i < 2; i++) {
        part[i]->line = v->line;
        part[i]->col = v->col;
        m2_v_push(a, list, part[i]);
    }
    list->line = v->line;
    list->col = v->col;
    return list;
}

/* V, which has a short tag, becomes an object with the long form as its only member. */
static void lengthen(struct m2_arena *a, struct m2_value *v)
{
    const char *name = v->tag + 1;
    bool bare = m2_str_eq(name, "Ref") || m2_str_eq(name, "Condition");
    struct m2_value *inner = m2_arena_alloc(a, sizeof *inner), *object = m2_v_object(a);
    *inner = *v;
    inner->tag = NULL;
    if (m2_str_eq(name, "GetAtt"))
        inner = get_att(a, inner);
    object->line = v->line;
    object->col = v->col;
    m2_v_set(a, object, bare ? name : m2_arena_printf(a, "Fn::%s", name), inner);
    *v = *object;
}

static void normalise(struct m2_arena *a, struct m2_value *v)
{
    if (v->type == M2_ARRAY)
        for (size_t i = 0; i < v->u.array.len; i++)
            normalise(a, v->u.array.at[i]);
    for (size_t i = 0; v->type == M2_OBJECT && i < v->u.object.len; i++) {
        struct m2_member *m = &v->u.object.at[i];
        normalise(a, m->value);
        if (v->u.object.len == 1 && !v->tag && strcmp(m->key, "Fn::GetAtt") == 0)
            m->value = get_att(a, m->value);
    }
    if (v->tag && v->tag[0] == '!' && v->tag[1])
        lengthen(a, v);
}

/* JSON says of a key that is there twice only that it is; YAML, which JSON nearly is, reads on. */
static bool json_duplicates(struct m2_yaml_doc *doc, struct m2_arena *a, struct m2_bytes text)
{
    struct m2_err ignored = { 0 };
    return m2_yaml_parse(doc, a, text, "template", &ignored) == 0 && doc->n_duplicates;
}

void m2_template_parse(struct m2_template_text *out, struct m2_arena *a, struct m2_bytes text)
{
    struct m2_err err = { 0 };
    struct m2_yaml_doc doc = { 0 };
    *out = (struct m2_template_text){ .text = text };
    int rc = is_json(text) ? m2_json_parse(&doc.root, a, text, "template", &err)
                           : m2_yaml_parse(&doc, a, text, "template", &err);
    if (rc < 0 && (!is_json(text) || !json_duplicates(&doc, a, text))) {
        take_fault(out, a, err.msg);
        return;
    }
    normalise(a, doc.root);
    out->root = doc.root;
    out->duplicates = doc.duplicates;
    out->n_duplicates = doc.n_duplicates;
}
