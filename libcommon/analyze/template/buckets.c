/* template.buckets: does data stay in the account? */
#include "analyze/storage/buckets.h"

#include <string.h>

#include "analyze/template/resolve.h"
#include "m2/deployment.h"
#include "m2/str.h"

/* Resources that grant access to buckets by their ARNs. */
static const char *const granting[] = { "AWS::IAM::Role",
                                        "AWS::IAM::Policy",
                                        "AWS::IAM::ManagedPolicy",
                                        "AWS::IAM::RolePolicy",
                                        "AWS::Serverless::Function",
                                        "AWS::Serverless::StateMachine",
                                        NULL };

struct looking {
    struct m2_check_run *r;
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    const char *id;
    struct m2_value *known; /* names that parameters give or the template makes */
    size_t wrong;
};

static struct m2_finding *foreign(struct looking *q, struct m2_place p, const struct m2_value *written,
                                  const char *bucket)
{
    struct m2_finding *f = m2_tpl_found(q->r, M2_WARN, q->t, p, "template.foreign-buckets", written);
    m2_found_about(q->r, f, bucket);
    m2_found_about(q->r, f, q->id);
    q->wrong++;
    return f;
}

/* ---- parameters ---- */

static void parameters(struct looking *q)
{
    for (size_t i = 0; i < m2_v_len(q->t->parameters); i++) {
        const struct m2_member *m = &q->t->parameters->u.object.at[i];
        const struct m2_value *written = m2_v_get(m->value, "Default");
        bool given = false;
        for (size_t k = 0; k < q->t->given.len; k++)
            given |= m2_str_eq(q->t->given.at[k].name, m->key);
        if (given || !m2_is_cloudmrhub_bucket(m2_v_text(written)))
            continue;
        struct m2_place p = m2_tpl_key_place(q->t, "Default", written);
        struct m2_finding *f = foreign(q, p, written, m2_v_text(written));
        m2_found_detail(
            q->r, f,
            "%s: unless it is set, the parameter %s names %s, which is CloudMRHub's: data leaves your "
            "account.",
            m2_tpl_at(q->r->arena, q->t, p), m->key, m2_v_text(written));
        m2_found_fix(q->r, f, "Set %s to a bucket of your own.", m->key);
        m2_found_about(q->r, f, m->key);
    }
}

/* ---- what the stack names itself ---- */

static void know(struct looking *q, const char *name)
{
    if (!m2_str_empty(name) && !m2_v_get(q->known, name))
        m2_v_set_bool(q->r->arena, q->known, name, true);
}

static void know_all(struct looking *q)
{
    const struct m2_value *resource = NULL;
    for (size_t i = 0; i < q->all->list.len; i++) {
        const struct m2_tpl *t = q->all->list.at[i];
        for (size_t k = 0; k < m2_v_len(t->parameters); k++)
            know(q, m2_v_text(m2_tpl_ref(q->all, t, t->parameters->u.object.at[k].key).v));
        m2_tpl_each_resource(q->all, t, q->id,
                             resource) if (m2_str_eq(m2_v_str(resource, "Type"), "AWS::S3::Bucket"))
            know(q, m2_tpl_resolve(q->all, t, m2_tpl_property(q->all, t, resource, "BucketName")).shape);
    }
}

/* ---- policies ---- */

/* The bucket that the ARN in SHAPE names, in the arena; NULL when it is none, or open. */
static const char *bucket_of(struct m2_arena *a, const char *shape)
{
    static const char open[] = { '*', '?', M2_SHAPE_UNKNOWN, '\0' };
    const char *name = m2_str_starts(shape, "arn:") ? strstr(shape, ":s3:::") : NULL;
    if (!name)
        return NULL;
    name += strlen(":s3:::");
    size_t n = strcspn(name, "/");
    if (!n || strcspn(name, open) < n)
        return NULL;
    return m2_arena_strndup(a, name, n);
}

/* Buckets that AWS itself offers, of packages and layers. */
static bool of_aws(const char *name)
{
    return m2_str_starts(name, "aws-") || m2_str_starts(name, "amazon") ||
           strstr(name, "starport-layer-bucket");
}

static bool ours(struct looking *q, const char *name)
{
    struct m2_bucket b = { .name = name };
    m2_bucket_look(&b, q->r->arena, q->r->snap);
    return b.owner == M2_OWNER_SELF;
}

static void look_at(struct looking *q, const struct m2_value *v)
{
    const struct m2_member *m = m2_tpl_intrinsic(v);
    bool text =
        m2_v_is(v, M2_STRING) || (m && (strcmp(m->key, "Fn::Sub") == 0 || strcmp(m->key, "Fn::Join") == 0));
    if (!text) {
        for (size_t i = 0; v && (v->type == M2_ARRAY || v->type == M2_OBJECT) && i < m2_v_len(v); i++)
            look_at(q, m2_v_at(v, i));
        return;
    }
    const char *name = bucket_of(q->r->arena, m2_tpl_resolve(q->all, q->t, v).shape);
    if (!name || m2_v_get(q->known, name) || of_aws(name) || ours(q, name))
        return;
    struct m2_place p = m2_tpl_place(v);
    bool hub = m2_is_cloudmrhub_bucket(name);
    struct m2_finding *f = foreign(q, p, v, name);
    m2_found_detail(
        q->r, f, "%s: %s grants access to the bucket %s, %s.", m2_tpl_at(q->r->arena, q->t, p), q->id, name,
        hub ? "which is CloudMRHub's"
            : "which the template neither makes nor takes as a parameter: if it is not yours, data leaves "
              "your account");
    m2_found_fix(q->r, f, "Remove %s from %s, or name it by a parameter.", name, q->id);
}

static bool grants(const struct m2_value *resource)
{
    for (const char *const *type = granting; *type; type++)
        if (m2_str_eq(m2_v_str(resource, "Type"), *type))
            return true;
    return false;
}

void m2_template_buckets(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    struct looking q = { .r = r, .all = all, .known = m2_v_object(r->arena) };
    if (m2_tpl_none(r, all))
        return;
    know_all(&q);
    for (size_t i = 0; i < all->list.len; i++) {
        const struct m2_value *resource = NULL;
        q.t = all->list.at[i];
        q.wrong = 0;
        q.id = NULL;
        parameters(&q);
        m2_tpl_each_resource(all, q.t, q.id, resource) if (grants(resource))
            look_at(&q, m2_v_get(resource, "Properties"));
        if (q.t->root && !q.wrong)
            m2_found_pass(r, q.t->name, "%s names no bucket of somebody else.", q.t->name);
    }
}
