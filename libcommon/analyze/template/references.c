/* template.references: does every name that a template uses exist? */
#include "analyze/template/references.h"

#include <string.h>

#include "analyze/template/resolve.h"
#include "m2/str.h"

static const char *const pseudo_names[] = {
    "AWS::AccountId", "AWS::NoValue",   "AWS::NotificationARNs",
    "AWS::Partition", "AWS::Region",    "AWS::StackId",
    "AWS::StackName", "AWS::URLSuffix", NULL,
};

static bool among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (m2_str_eq(*names, name))
            return true;
    return false;
}

#define LONGEST_ID 255

/* "A" of "A.B"; returns its length, 0 when it is longer than any logical id. */
static size_t cut_id(char id[LONGEST_ID + 1], const char *name)
{
    size_t n = strcspn(name, ".");
    if (n > LONGEST_ID)
        return 0;
    memcpy(id, name, n);
    id[n] = '\0';
    return n;
}

/* ---- what SAM makes ---- */

/* SAM puts a role, versions, permissions, stages beside its resources, and names them after those. */
static bool sam_makes(const struct m2_tpl *t, const char *name)
{
    static const char *const whole[] = { "ServerlessRestApi", "ServerlessHttpApi",
                                         "ServerlessDeploymentApplication", "CodeDeployServiceRole", NULL };
    if (!t->sam)
        return false;
    for (const char *const *w = whole; *w; w++)
        if (m2_str_starts(name, *w))
            return true;
    /* Every beginning of the name is looked up: resources may be many, a name is short. */
    char id[LONGEST_ID + 1];
    for (size_t n = cut_id(id, name); n > 0; id[--n] = '\0')
        if (m2_str_starts(m2_v_str(m2_v_get(t->resources, id), "Type"), "AWS::Serverless::"))
            return true;
    return false;
}

static bool resource_there(const struct m2_tpl *t, const char *name)
{
    char id[LONGEST_ID + 1];
    return cut_id(id, name) && (m2_v_get(t->resources, id) || sam_makes(t, name));
}

/* ---- saying so ---- */

#define MOST_HINTS 100 /* each looks at every name of the template */

static const char *near_name(struct m2_refs *rf, const char *name, bool conditions)
{
    if (rf->hints++ >= MOST_HINTS)
        return NULL;
    const struct m2_value *from[] = { conditions ? rf->t->conditions : rf->t->parameters,
                                      conditions ? NULL : rf->t->resources };
    size_t n = 0;
    const char **names =
        m2_arena_new_array(rf->r->arena, const char *, m2_v_len(from[0]) + m2_v_len(from[1]) + 1);
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < m2_v_len(from[i]); k++)
            names[n++] = from[i]->u.object.at[k].key;
    return m2_str_nearest(name, names);
}

void m2_refs_missing(struct m2_refs *rf, struct m2_place p, const char *how, const char *name,
                     const char *what)
{
    if (rf->t->generated) {
        rf->unsure++;
        return;
    }
    const char *near = near_name(rf, name, m2_str_eq(what, "condition"));
    struct m2_finding *f = m2_tpl_found(rf->r, M2_FAIL, rf->t, p, "template.unresolved-reference",
                                        m2_v_string(rf->r->arena, name));
    m2_found_detail(rf->r, f, "%s: %s names %s, but the template has no such %s%s%s%s",
                    m2_tpl_at(rf->r->arena, rf->t, p), how, name, what, near ? "; did you mean " : ".",
                    m2_str_or(near, ""), near ? "?" : "");
    m2_found_about(rf->r, f, rf->resource);
    rf->found++;
}

static void use(struct m2_refs *rf, const char *name)
{
    if (!m2_v_get(rf->used, name))
        m2_v_set_bool(rf->r->arena, rf->used, name, true);
}

#define SOURCE_PER_BYTE 8
#define SOURCE_MORE 4096

/* Where "${NAME" stands in the text whose value is V. */
static struct m2_place place_in_text(const struct m2_refs *rf, const struct m2_value *v, const char *name)
{
    struct m2_place at = m2_tpl_place(v);
    const struct m2_tpl *t = rf->t;
    if (!at.line || at.line > t->n_lines)
        return at;
    const char *text = t->text.text.p + t->lines[at.line - 1], *end = t->text.text.p + t->text.text.n;
    /* Escapes and indentation make a text longer in the file, within bounds: the rest of a large file is not
     * it. */
    size_t most = SOURCE_PER_BYTE * v->u.text.n + SOURCE_MORE;
    if ((size_t)(end - text) > most)
        end = text + most;
    const char *needle = m2_arena_printf(rf->r->arena, "${%s", name);
    size_t n = strlen(needle);
    for (const char *p = text; (p = memmem(p, (size_t)(end - p), needle, n)); p += n) {
        if (p[n] != '}' && p[n] != '.')
            continue;
        while (at.line < t->n_lines && t->text.text.p + t->lines[at.line] <= p)
            at.line++;
        at.col = 1;
        for (const char *c = t->text.text.p + t->lines[at.line - 1]; c < p; c++)
            at.col += ((unsigned char)*c & 0xc0) != 0x80;
        return at;
    }
    return at;
}

/* A name as it is used: the value that holds it, and whether as a part of that text. */
struct used_name {
    const struct m2_value *written;
    bool in_text;
};

static struct m2_place place_of(const struct m2_refs *rf, struct used_name u, const char *name)
{
    return u.in_text ? place_in_text(rf, u.written, name) : m2_tpl_place(u.written);
}

static void need_name(struct m2_refs *rf, struct used_name u, const char *how, const char *name)
{
    if (m2_v_get(rf->t->parameters, name))
        use(rf, name);
    else if (m2_str_starts(name, "AWS::") ? !among(pseudo_names, name)
                                          : rf->parameters_only || !resource_there(rf->t, name))
        m2_refs_missing(rf, place_of(rf, u, name), how, name,
                        rf->parameters_only ? "parameter" : "parameter or resource");
}

static void need_condition(struct m2_refs *rf, struct m2_place p, const char *how, const char *name)
{
    if (!m2_v_get(rf->t->conditions, name))
        m2_refs_missing(rf, p, how, name, "condition");
}

/* RESOURCE.ATTRIBUTE; of a nested local template the output must be there too. */
static void need_attribute(struct m2_refs *rf, struct used_name u, const char *how, const char *resource,
                           const char *attribute)
{
    if (!resource_there(rf->t, resource)) {
        m2_refs_missing(rf, place_of(rf, u, resource), how, resource, "resource");
        return;
    }
    const struct m2_tpl *nested = m2_tpl_nested(rf->all, rf->t, resource);
    if (!nested || !nested->root || nested->generated || !m2_str_starts(attribute, "Outputs."))
        return;
    const char *output = attribute + strlen("Outputs.");
    if (!m2_v_get(nested->outputs, output)) {
        struct m2_place p = place_of(rf, u, resource);
        struct m2_finding *f = m2_tpl_found(rf->r, M2_FAIL, rf->t, p, "template.unresolved-reference",
                                            m2_v_string(rf->r->arena, output));
        m2_found_detail(rf->r, f, "%s: %s asks %s for the output %s, which %s does not have.",
                        m2_tpl_at(rf->r->arena, rf->t, p), how, resource, output, nested->name);
        m2_found_about(rf->r, f, resource);
        rf->found++;
    }
}

/* ---- the functions that name something ---- */

static void on_ref(struct m2_refs *rf, const struct m2_value *v)
{
    if (m2_v_is(v, M2_STRING))
        need_name(rf, (struct used_name){ v, false }, "Ref", m2_v_text(v));
}

static void on_get_att(struct m2_refs *rf, const struct m2_value *v)
{
    const char *resource = m2_v_text(m2_v_at(v, 0)), *attribute = m2_v_text(m2_v_at(v, 1));
    if (m2_v_is(v, M2_ARRAY) && resource)
        need_attribute(rf, (struct used_name){ v, false }, "GetAtt", resource, m2_str_or(attribute, ""));
}

static void on_sub(struct m2_refs *rf, const struct m2_value *v)
{
    bool list = m2_v_is(v, M2_ARRAY);
    const struct m2_value *written = list ? m2_v_at(v, 0) : v, *own = list ? m2_v_at(v, 1) : NULL;
    const char *text = m2_v_text(written);
    struct m2_sub_part part;
    for (const char *p = text; p && m2_sub_next(&part, rf->r->arena, &p);) {
        const char *attribute = NULL;
        if (!part.name || (m2_v_is(own, M2_OBJECT) && m2_v_get(own, part.name)))
            continue;
        const char *name = m2_str_cut(rf->r->arena, part.name, '.', &attribute);
        const struct used_name used = { written, true };
        if (attribute)
            need_attribute(rf, used, "Sub", name, attribute);
        else
            need_name(rf, used, "Sub", name);
    }
}

static void on_if(struct m2_refs *rf, const struct m2_value *v)
{
    const struct m2_value *name = m2_v_at(v, 0);
    if (m2_v_is(v, M2_ARRAY) && m2_v_is(name, M2_STRING))
        need_condition(rf, m2_tpl_place(name), "If", m2_v_text(name));
}

/* Only in the conditions themselves: elsewhere "Condition" is an ordinary word, of IAM policies for one. */
static void on_condition(struct m2_refs *rf, const struct m2_value *v)
{
    if (rf->parameters_only && m2_v_is(v, M2_STRING))
        need_condition(rf, m2_tpl_place(v), "Condition", m2_v_text(v));
}

static void on_find_in_map(struct m2_refs *rf, const struct m2_value *v)
{
    const struct m2_value *in = rf->t->mappings;
    for (size_t i = 0; m2_v_is(v, M2_ARRAY) && i < 3 && m2_v_len(v) == 3; i++) {
        const struct m2_value *key = m2_v_at(v, i);
        if (!m2_v_is(key, M2_STRING))
            return;
        in = m2_v_get(in, m2_v_text(key));
        if (!in) {
            m2_refs_missing(rf, m2_tpl_place(key), "FindInMap", m2_v_text(key),
                            i ? "key in that mapping" : "mapping");
            return;
        }
    }
}

static void on_transform(struct m2_refs *rf, const struct m2_value *v)
{
    (void)v;
    rf->transforms = true;
}

static void on_rule(struct m2_refs *rf, const struct m2_value *v)
{
    const char *name = m2_v_text(m2_v_is(v, M2_ARRAY) ? m2_v_at(v, 0) : v);
    if (name)
        use(rf, name);
}

static const struct {
    const char *name;
    void (*on)(struct m2_refs *rf, const struct m2_value *v);
} functions[] = {
    { "Ref", on_ref },
    { "Fn::GetAtt", on_get_att },
    { "Fn::Sub", on_sub },
    { "Fn::If", on_if },
    { "Condition", on_condition },
    { "Fn::FindInMap", on_find_in_map },
    { "Fn::Transform", on_transform },
    { "Fn::ValueOf", on_rule },
    { "Fn::ValueOfAll", on_rule },
};

void m2_refs_walk(struct m2_refs *rf, const struct m2_value *v)
{
    const struct m2_member *m = m2_tpl_intrinsic(v);
    for (size_t i = 0; m && i < sizeof functions / sizeof functions[0]; i++)
        if (strcmp(functions[i].name, m->key) == 0)
            functions[i].on(rf, m->value);
    for (size_t i = 0; v && (v->type == M2_ARRAY || v->type == M2_OBJECT) && i < m2_v_len(v); i++)
        m2_refs_walk(rf, m2_v_at(v, i));
}

static void walk_resource(struct m2_refs *rf, const char *id, const struct m2_value *res)
{
    const struct m2_value *depends = m2_v_get(res, "DependsOn"), *name = m2_v_get(res, "Condition");
    rf->resource = id;
    if (m2_v_is(name, M2_STRING))
        need_condition(rf, m2_tpl_place(name), "Condition", m2_v_text(name));
    for (size_t i = 0; i < (m2_v_is(depends, M2_ARRAY) ? m2_v_len(depends) : 1); i++) {
        const struct m2_value *on = m2_v_is(depends, M2_ARRAY) ? m2_v_at(depends, i) : depends;
        if (m2_v_is(on, M2_STRING) && !resource_there(rf->t, m2_v_text(on)))
            m2_refs_missing(rf, m2_tpl_place(on), "DependsOn", m2_v_text(on), "resource");
    }
    m2_refs_walk(rf, res);
    rf->resource = NULL;
}

static void walk_template(struct m2_refs *rf)
{
    static const char *const others[] = { "Rules", "Globals", "Transform", "Hooks" };
    rf->parameters_only = true;
    m2_refs_walk(rf, rf->t->conditions);
    rf->parameters_only = false;
    for (size_t i = 0; i < m2_v_len(rf->t->resources); i++)
        walk_resource(rf, rf->t->resources->u.object.at[i].key, rf->t->resources->u.object.at[i].value);
    for (size_t i = 0; i < m2_v_len(rf->t->outputs); i++) {
        const struct m2_value *output = rf->t->outputs->u.object.at[i].value,
                              *name = m2_v_get(output, "Condition");
        if (m2_v_is(output, M2_OBJECT) && m2_v_is(name, M2_STRING))
            need_condition(rf, m2_tpl_place(name), "Condition", m2_v_text(name));
        m2_refs_walk(rf, output);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        m2_refs_walk(rf, m2_v_get(rf->t->root, others[i]));
}

static void unused(struct m2_refs *rf)
{
    for (size_t i = 0; !rf->transforms && !rf->t->generated && i < m2_v_len(rf->t->parameters); i++) {
        const struct m2_member *m = &rf->t->parameters->u.object.at[i];
        if (m2_v_get(rf->used, m->key))
            continue;
        struct m2_place p = m2_tpl_key_place(rf->t, m->key, m->value);
        struct m2_finding *f = m2_tpl_found(rf->r, M2_WARN, rf->t, p, "template.unused-parameter",
                                            m2_v_string(rf->r->arena, m->key));
        m2_found_detail(rf->r, f,
                        "%s: nothing in the template uses the parameter %s; what is given for it changes "
                        "nothing.",
                        m2_tpl_at(rf->r->arena, rf->t, p), m->key);
        m2_found_about(rf->r, f, m->key);
        rf->found++;
    }
}

void m2_template_references(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++) {
        const struct m2_tpl *t = all->list.at[i];
        struct m2_refs rf = { .r = r, .all = all, .t = t };
        if (!t->resources)
            continue;
        rf.used = m2_v_object(r->arena);
        walk_template(&rf);
        m2_refs_nested(&rf);
        unused(&rf);
        if (rf.unsure) {
            struct m2_finding *f = m2_found(r, M2_UNKNOWN, t->name, NULL);
            m2_found_detail(r, f, "%s names %zu things that it does not hold; a macro of it may make them.",
                            t->name, rf.unsure);
        } else if (!rf.found) {
            m2_found_pass(r, t->name, "Every name that %s uses is there.", t->name);
        }
    }
    if (r->out->list.len == 0 || r->out->list.at[r->out->list.len - 1]->id != r->check->id)
        m2_found_skip(r, NULL, "No template with resources could be read; template.parse says why.");
}
