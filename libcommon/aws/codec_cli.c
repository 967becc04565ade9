#include <string.h>

#include "aws/codec.h"
#include "m2/digest.h"
#include "m2/json.h"

/* TEXT as a JSON object, or NULL. */
static struct m2_value *json_object(struct m2_arena *a, const char *text, size_t n)
{
    struct m2_value *v;
    return m2_json_parse(&v, a, (struct m2_bytes){ text, n }, "document", NULL) == 0 && m2_v_is(v, M2_OBJECT)
               ? v
               : NULL;
}

static struct m2_value *uri_decoded(struct m2_arena *a, const struct m2_value *v, int plus)
{
    struct m2_buf b;
    m2_buf_init(&b, M2_CODEC_MAX);
    m2_uri_decode(&b, v->u.text.p, v->u.text.n, plus);
    struct m2_value *out = m2_v_string_n(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

/* IAM answers policies percent-encoded. */
static void shape_iam(struct m2_arena *a, struct m2_value *v)
{
    static const char *const documents[] = { "AssumeRolePolicyDocument", "Document", "PolicyDocument" };
    struct m2_value *item;
    if (m2_v_is(v, M2_ARRAY)) {
        m2_v_each(item, i, v) shape_iam(a, item);
        return;
    }
    m2_members_each(i, m2_v_is(v, M2_OBJECT) ? v : NULL)
    {
        struct m2_member *m = &v->u.object.at[i];
        bool is_document = false;
        for (size_t k = 0; k < sizeof documents / sizeof documents[0]; k++)
            is_document |= m2_str_eq(m->key, documents[k]);
        if (!is_document || !m2_v_is(m->value, M2_STRING)) {
            shape_iam(a, m->value);
            continue;
        }
        struct m2_value *plain = uri_decoded(a, m->value, 0),
                        *object = json_object(a, plain->u.text.p, plain->u.text.n);
        m->value = object ? object : plain;
    }
}

static void shape_template(struct m2_arena *a, struct m2_value *output)
{
    const struct m2_value *body = m2_v_get(output, "TemplateBody");
    struct m2_value *object =
        m2_v_is(body, M2_STRING) ? json_object(a, body->u.text.p, body->u.text.n) : NULL;
    if (object) /* YAML stays text */
        m2_v_set(a, output, "TemplateBody", object);
}

static void decode_names(struct m2_arena *a, struct m2_value *v, const char *const *names)
{
    for (; m2_v_is(v, M2_OBJECT) && *names; names++) {
        const struct m2_value *text = m2_v_get(v, *names);
        if (m2_v_is(text, M2_STRING))
            m2_v_set(a, v, *names, uri_decoded(a, text, 1));
    }
}

/* With EncodingType "url" (which the encoder asks for) S3 answers keys encoded, so that any byte fits into
 * XML. */
static void shape_s3(struct m2_arena *a, struct m2_value *output)
{
    static const char *const top[] = { "Delimiter",  "KeyMarker", "Marker",     "NextKeyMarker",
                                       "NextMarker", "Prefix",    "StartAfter", NULL };
    static const char *const inner[] = { "Key", "Prefix", NULL };
    static const char *const lists[] = { "CommonPrefixes", "Contents", "DeleteMarkers", "Uploads",
                                         "Versions" };
    struct m2_value *item;
    if (!m2_str_eq(m2_v_str(output, "EncodingType"), "url"))
        return;
    decode_names(a, output, top);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        m2_v_each(item, k, m2_v_get(output, lists[i])) decode_names(a, item, inner);
    m2_v_set(a, output, "EncodingType", NULL); /* no longer so */
}

void m2_codec_cli_shape(struct m2_arena *a, const struct m2_op *op, struct m2_value *output)
{
    if (m2_str_eq(op->service->name, "iam"))
        shape_iam(a, output);
    else if (m2_str_eq(op->service->name, "cloudformation") && m2_str_eq(op->name, "GetTemplate"))
        shape_template(a, output);
    else if (m2_str_eq(op->service->name, "s3"))
        shape_s3(a, output);
}
