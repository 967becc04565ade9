/* Local template files, and the nested ones they name, as calls of a snapshot. */
#include <string.h>

#include "m2/file.h"
#include "m2/template.h"

#define NESTED_MOST 8 /* levels */

struct reading {
    struct m2_value *calls;
    struct m2_arena *a;
    size_t files;
};

static const struct {
    const char *type, *property;
} nested_types[] = {
    { "AWS::CloudFormation::Stack", "TemplateURL" },
    { "AWS::Serverless::Application", "Location" },
};

/* Only what looks like a template is followed: a template of somebody else must not make us read other files.
 */
static bool looks_like_template(const char *path)
{
    static const char *const endings[] = { ".yaml", ".yml", ".json", ".template" };
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (m2_str_ends(path, endings[i]))
            return true;
    return false;
}

const char *m2_template_local(const struct m2_value *resource)
{
    for (size_t i = 0; i < sizeof nested_types / sizeof nested_types[0]; i++) {
        if (!m2_str_eq(m2_v_str(resource, "Type"), nested_types[i].type))
            continue;
        const char *at = m2_v_str(m2_v_get(resource, "Properties"), nested_types[i].property);
        return at && !strstr(at, "://") && looks_like_template(at) ? at : NULL;
    }
    return NULL;
}

/* NAME as seen from the file FROM: "a/b.yaml" and "../c.yaml" give "c.yaml". */
static const char *beside(struct m2_arena *a, const char *from, const char *name)
{
    const char *slash = strrchr(from, '/');
    size_t n = slash && name[0] != '/' ? (size_t)(slash - from) : 0;
    while (m2_str_starts(name, "./") || m2_str_starts(name, "../")) {
        if (name[1] == '/') {
            name += 2;
            continue;
        }
        const char *last = n ? memrchr(from, '/', n) : NULL;
        size_t at = last ? (size_t)(last - from) + 1 : 0;
        if (!n || (n - at == 2 && strncmp(from + at, "..", 2) == 0) || (n - at == 1 && from[at] == '.'))
            break; /* nothing that could be taken away */
        n = last ? (size_t)(last - from) : 0;
        name += 3;
    }
    return n ? m2_arena_printf(a, "%.*s/%s", (int)n, from, name)
             : m2_arena_printf(a, "%s%s", slash == from && name[0] != '/' ? "/" : "", name);
}

static struct m2_value *new_call(struct reading *rd, const char *path, const char *nested_in, const char *id)
{
    struct m2_value *call = m2_v_object(rd->a), *input = m2_v_object(rd->a);
    m2_v_set_str(rd->a, call, "service", "template");
    m2_v_set_str(rd->a, call, "operation", "ReadFile");
    m2_v_set_str(rd->a, input, "Path", path);
    if (nested_in) {
        m2_v_set_str(rd->a, input, "NestedIn", nested_in);
        m2_v_set_str(rd->a, input, "LogicalId", id);
    }
    m2_v_set(rd->a, call, "input", input);
    m2_v_push(rd->a, rd->calls, call);
    return call;
}

static void refuse(struct reading *rd, struct m2_value *call, const char *code, const char *message)
{
    struct m2_value *error = m2_v_object(rd->a);
    m2_v_set_str(rd->a, error, "code", code);
    m2_v_set_str(rd->a, error, "message", message);
    m2_v_set_str(rd->a, call, "status", "error");
    m2_v_set(rd->a, call, "error", error);
}

/* Read PATH into CALL. *TEXT stays empty when it could not be read. */
static int read_into(struct reading *rd, struct m2_value *call, const char *path, struct m2_bytes *text,
                     struct m2_err *err)
{
    if (m2_file_read(text, rd->a, path, M2_TEMPLATE_READ_BYTES, err) < 0) {
        bool large = err->code == M2_ELIMIT;
        refuse(rd, call,
               large                       ? "TooLarge"
               : err->code == M2_ENOTFOUND ? "NotFound"
                                           : "NotReadable",
               err->msg);
        return large ? 0 : -1;
    }
    struct m2_value *output = m2_v_object(rd->a);
    /* A text with a NUL or bad UTF-8 would not survive being saved; it is no template either. */
    if (memchr(text->p, '\0', text->n) || !m2_utf8_valid(text->p, text->n)) {
        refuse(rd, call, "NotText", m2_arena_printf(rd->a, "%s: not a text in UTF-8", path));
        *text = (struct m2_bytes){ 0 };
        return 0;
    }
    m2_v_set(rd->a, output, "TemplateBody", m2_v_string_n(rd->a, text->p, text->n));
    m2_v_set_str(rd->a, call, "status", "ok");
    m2_v_set(rd->a, call, "output", output);
    return 0;
}

/* Reading a large text only to see that nothing is nested in it takes as long as the analysis. */
static bool may_nest(struct m2_bytes text)
{
    for (size_t i = 0; i < sizeof nested_types / sizeof nested_types[0]; i++)
        if (memmem(text.p, text.n, nested_types[i].type, strlen(nested_types[i].type)))
            return true;
    return false;
}

static void follow(struct reading *rd, const char *path, const char *identity, struct m2_bytes text,
                   int level)
{
    struct m2_template_text t;
    if (!may_nest(text))
        return;
    m2_template_parse(&t, rd->a, text);
    const struct m2_value *resources = m2_v_get(t.root, "Resources");
    for (size_t i = 0; m2_v_is(resources, M2_OBJECT) && i < resources->u.object.len; i++) {
        const char *id = resources->u.object.at[i].key,
                   *name = m2_template_local(resources->u.object.at[i].value);
        if (!name)
            continue;
        const char *nested = beside(rd->a, path, name);
        struct m2_value *call = new_call(rd, nested, identity, id);
        struct m2_bytes inner = { 0 };
        struct m2_err ignored = { 0 };
        if (level == NESTED_MOST || rd->files == M2_TEMPLATE_FILES)
            refuse(rd, call, "TooMany",
                   m2_arena_printf(rd->a,
                                   "%s: not followed: nested deeper than %d levels, or more than %d files",
                                   nested, NESTED_MOST, M2_TEMPLATE_FILES));
        else if (++rd->files && read_into(rd, call, nested, &inner, &ignored) == 0 && inner.n)
            follow(rd, nested, m2_arena_printf(rd->a, "%s/%s", identity, id), inner, level + 1);
    }
}

int m2_template_read(struct m2_value *calls, struct m2_arena *a, const char *path, struct m2_err *err)
{
    struct reading rd = { .calls = calls, .a = a, .files = 1 };
    struct m2_bytes text = { 0 };
    struct m2_value *call = new_call(&rd, path, NULL, NULL);
    if (read_into(&rd, call, path, &text, err) < 0)
        return -1;
    if (text.n)
        follow(&rd, path, path, text, 1);
    return 0;
}
