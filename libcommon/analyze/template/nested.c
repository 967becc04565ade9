/* template.references, the nested stacks: is the file there, and does it get the parameters it wants? */
#include "analyze/template/references.h"
#include "m2/str.h"

static void file_missing(struct m2_refs *rf, const struct m2_tpl *nested, const char *id,
                         const struct m2_value *res)
{
    const struct m2_value *properties = m2_v_get(res, "Properties"),
                          *url = m2_v_get(properties, "TemplateURL");
    url = url ? url : m2_v_get(properties, "Location");
    struct m2_place p = m2_tpl_place(url);
    struct m2_finding *f = m2_tpl_found(rf->r, M2_FAIL, rf->t, p, "template.unresolved-reference", url);
    m2_found_evidence(rf->r, f, nested->call, nested->name, NULL);
    m2_found_detail(rf->r, f, "%s: the nested stack %s names the file %s, which is not there.",
                    m2_tpl_at(rf->r->arena, rf->t, p), id, nested->name);
    m2_found_fix(rf->r, f, "Correct the path; it is taken from the folder of %s.", rf->t->name);
    m2_found_about(rf->r, f, id);
    rf->found++;
}

static void not_given(struct m2_refs *rf, const struct m2_tpl *nested, const char *id,
                      const struct m2_value *res, const struct m2_member *parameter)
{
    struct m2_place p = m2_tpl_key_place(rf->t, id, res);
    struct m2_finding *f = m2_tpl_found(rf->r, M2_FAIL, rf->t, p, "template.nested-missing-parameter",
                                        m2_v_string(rf->r->arena, parameter->key));
    struct m2_place declared = m2_tpl_key_place(nested, parameter->key, parameter->value);
    m2_found_evidence(rf->r, f, nested->call, m2_tpl_at(rf->r->arena, nested, declared), parameter->value);
    m2_found_detail(
        rf->r, f, "%s: the nested stack %s gives no %s, which %s asks for and has no default for.",
        m2_tpl_at(rf->r->arena, rf->t, p), id, parameter->key, m2_tpl_at(rf->r->arena, nested, declared));
    m2_found_fix(rf->r, f, "Add %s to the Parameters of %s.", parameter->key, id);
    m2_found_about(rf->r, f, id);
    rf->found++;
}

static void not_declared(struct m2_refs *rf, const struct m2_tpl *nested, const char *id,
                         const struct m2_member *given)
{
    struct m2_place p = m2_tpl_key_place(rf->t, given->key, given->value);
    struct m2_finding *f = m2_tpl_found(rf->r, M2_FAIL, rf->t, p, "template.unresolved-reference",
                                        m2_v_string(rf->r->arena, given->key));
    m2_found_detail(rf->r, f, "%s: the nested stack %s is given %s, but %s has no such parameter.",
                    m2_tpl_at(rf->r->arena, rf->t, p), id, given->key, nested->name);
    m2_found_about(rf->r, f, id);
    rf->found++;
}

static void check_parameters(struct m2_refs *rf, const struct m2_tpl *nested, const char *id,
                             const struct m2_value *res)
{
    const struct m2_value *given = m2_v_path(res, "Properties.Parameters");
    if (given && (!m2_v_is(given, M2_OBJECT) || m2_tpl_intrinsic(given) || nested->generated))
        return; /* made by a function: what comes is not known */
    for (size_t i = 0; i < m2_v_len(nested->parameters); i++) {
        const struct m2_member *m = &nested->parameters->u.object.at[i];
        if (m2_v_is(m->value, M2_OBJECT) && !m2_v_get(m->value, "Default") && !m2_v_get(given, m->key))
            not_given(rf, nested, id, res, m);
    }
    for (size_t i = 0; i < m2_v_len(given); i++)
        if (!m2_v_get(nested->parameters, given->u.object.at[i].key))
            not_declared(rf, nested, id, &given->u.object.at[i]);
}

void m2_refs_nested(struct m2_refs *rf)
{
    for (size_t i = 0; i < m2_v_len(rf->t->resources); i++) {
        const struct m2_member *m = &rf->t->resources->u.object.at[i];
        const struct m2_tpl *nested = m2_tpl_nested(rf->all, rf->t, m->key);
        if (!nested)
            continue;
        if (nested->call->status == M2_CALL_ERROR && m2_str_eq(nested->call->code, "NotFound"))
            file_missing(rf, nested, m->key, m->value);
        else if (nested->root)
            check_parameters(rf, nested, m->key, m->value);
    }
}
