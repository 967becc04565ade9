/* template.parse: can CloudFormation read it? Source: CloudFormation User Guide, template anatomy and quotas.
 */
#include <string.h>

#include "analyze/template/template.h"
#include "m2/str.h"

#define FORMAT "2010-09-09"

static const char *const sections[] = {
    "AWSTemplateFormatVersion",
    "Description",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Transform",
    "Resources",
    "Outputs",
    "Globals",
    "Hooks",
    NULL,
};

/* Quotas of one template. */
static const struct {
    const char *section;
    size_t most;
} quotas[] = { { "Resources", 500 }, { "Parameters", 200 }, { "Outputs", 200 }, { "Mappings", 200 } };

static void syntax(struct m2_check_run *r, const struct m2_tpl *t, struct m2_place p, const char *what)
{
    struct m2_finding *f = m2_tpl_found(r, M2_FAIL, t, p, "template.syntax", NULL);
    m2_found_detail(r, f, "%s: %s", m2_tpl_at(r->arena, t, p), what);
    m2_found_fix(r, f, "Correct this place of %s.", t->name);
}

static void unreadable(struct m2_check_run *r, const struct m2_tpl *t)
{
    const struct m2_place nowhere = { 0, 0 };
    if (t->call->status == M2_CALL_ERROR && m2_str_eq(t->call->code, "TooLarge")) {
        struct m2_finding *f = m2_tpl_found(r, M2_FAIL, t, nowhere, "template.too-large", NULL);
        m2_found_detail(r, f, "%s has more than %d bytes, all that CloudFormation takes.", t->name,
                        M2_TEMPLATE_MAX_BYTES);
    } else if (t->call->status == M2_CALL_ERROR && m2_str_eq(t->call->code, "NotText")) {
        syntax(r, t, nowhere, "this is no text in UTF-8");
    } else {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, t->name, NULL);
        m2_found_detail(r, f, "%s",
                        m2_str_or(t->call->status == M2_CALL_ERROR ? t->call->message : t->call->reason,
                                  "The template was not read."));
        m2_found_evidence(r, f, t->call, t->name, NULL);
    }
}

static void duplicates(struct m2_check_run *r, const struct m2_tpl *t)
{
    for (size_t i = 0; i < t->text.n_duplicates; i++) {
        const struct m2_yaml_duplicate *d = &t->text.duplicates[i];
        const struct m2_place p = { d->line, d->col };
        struct m2_finding *f =
            m2_tpl_found(r, M2_FAIL, t, p, "template.duplicate-key", m2_v_string(r->arena, d->key));
        m2_found_detail(r, f,
                        "%s%s%s is written on line %u and again on line %u of %s; only one of them counts.",
                        d->path, *d->path ? "." : "", d->key, d->first_line, d->line, t->name);
        m2_found_evidence(r, f, t->call,
                          m2_tpl_at(r->arena, t, (struct m2_place){ d->first_line, d->first_col }),
                          m2_v_string(r->arena, d->key));
        m2_found_fix(r, f, "Remove line %u or line %u with what stands beneath it.", d->first_line, d->line);
        m2_found_about(r, f, d->key);
    }
}

static bool not_a_template(struct m2_check_run *r, const struct m2_tpl *t)
{
    const struct m2_value *version = m2_v_get(t->root, "AWSTemplateFormatVersion");
    const struct m2_value *resources = m2_v_get(t->root, "Resources");
    const char *what = NULL;
    if (!t->root)
        what = "it is no mapping of sections such as Resources";
    else if (!resources)
        what = "it has no section Resources";
    else if (!m2_v_is(resources, M2_OBJECT) || (!m2_v_len(resources) && !t->generated))
        what = "its section Resources names no resource";
    else if (version && !m2_str_eq(m2_v_text(version), FORMAT))
        what = "its AWSTemplateFormatVersion is not " FORMAT;
    if (!what)
        return false;
    struct m2_place p = m2_tpl_place(m2_v_str(t->root, "AWSTemplateFormatVersion") && resources ? version
                                     : t->root                                                  ? t->root
                                               : t->text.root);
    struct m2_finding *f = m2_tpl_found(r, M2_FAIL, t, p, "template.not-a-template", NULL);
    m2_found_detail(r, f, "%s is no CloudFormation template: %s.", t->name, what);
    return true;
}

static bool too_large(struct m2_check_run *r, const struct m2_tpl *t)
{
    bool found = false;
    if (t->text.text.n > M2_TEMPLATE_MAX_BYTES) {
        struct m2_finding *f =
            m2_tpl_found(r, M2_FAIL, t, (struct m2_place){ 0, 0 }, "template.too-large", NULL);
        m2_found_detail(r, f, "%s has %zu bytes; CloudFormation takes at most %d.", t->name, t->text.text.n,
                        M2_TEMPLATE_MAX_BYTES);
        found = true;
    }
    for (size_t i = 0; i < sizeof quotas / sizeof quotas[0]; i++) {
        const struct m2_value *section = m2_v_get(t->root, quotas[i].section);
        if (!m2_v_is(section, M2_OBJECT) || m2_v_len(section) <= quotas[i].most)
            continue;
        struct m2_finding *f = m2_tpl_found(r, M2_FAIL, t, m2_tpl_key_place(t, quotas[i].section, section),
                                            "template.too-large", NULL);
        m2_found_detail(r, f, "%s has %zu entries in %s; CloudFormation takes at most %zu.", t->name,
                        m2_v_len(section), quotas[i].section, quotas[i].most);
        found = true;
    }
    return found;
}

static bool known_section(const char *key)
{
    for (const char *const *s = sections; *s; s++)
        if (strcmp(*s, key) == 0)
            return true;
    return strncmp(key, "Fn::", 4) == 0;
}

static bool malformed(struct m2_check_run *r, const struct m2_tpl *t)
{
    size_t before = r->out->list.len;
    for (size_t i = 0; !t->generated && i < t->root->u.object.len; i++) {
        const struct m2_member *m = &t->root->u.object.at[i];
        const char *near = known_section(m->key) ? NULL : m2_str_nearest(m->key, sections);
        if (!known_section(m->key))
            syntax(r, t, m2_tpl_key_place(t, m->key, m->value),
                   m2_arena_printf(r->arena, "a template has no section \"%s\"%s%s%s", m->key,
                                   near ? " (did you mean \"" : "", m2_str_or(near, ""), near ? "\"?)" : ""));
    }
    for (size_t i = 0; i < m2_v_len(t->resources); i++) {
        const struct m2_member *m = &t->resources->u.object.at[i];
        if (strncmp(m->key, "Fn::", 4) != 0 && !m2_v_str(m->value, "Type"))
            syntax(r, t, m2_tpl_key_place(t, m->key, m->value),
                   m2_arena_printf(r->arena, "the resource %s has no Type", m->key));
    }
    return r->out->list.len > before;
}

static void parse(struct m2_check_run *r, const struct m2_tpl *t)
{
    if (t->call->status != M2_CALL_OK) {
        unreadable(r, t);
        return;
    }
    if (t->text.fault) {
        syntax(r, t, (struct m2_place){ t->text.line, t->text.col }, t->text.fault);
        return;
    }
    duplicates(r, t);
    if (not_a_template(r, t))
        return;
    bool large = too_large(r, t), bad = malformed(r, t);
    if (!large && !bad && !t->text.n_duplicates)
        m2_found_pass(r, t->name, "%s: %zu resources, %zu parameters, %zu outputs in %zu bytes.", t->name,
                      m2_v_len(t->resources), m2_v_len(t->parameters), m2_v_len(t->outputs), t->text.text.n);
}

void m2_template_parse_check(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    for (size_t i = 0; i < all->list.len; i++)
        parse(r, all->list.at[i]);
    if (!all->list.len)
        (void)m2_tpl_none(r, all);
}
