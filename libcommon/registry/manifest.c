/* Manifests, indexes and configs of images, reduced to what a diagnosis needs. */
#include <string.h>

#include "m2/json.h"
#include "m2/registry.h"

static bool is_size(const struct m2_value *v, int64_t *out)
{
    return m2_v_is(v, M2_NUMBER) && m2_v_to_int(v, out) && *out >= 0;
}

/* A descriptor: mediaType, digest, size. */
static int descriptor(struct m2_value **out, int64_t *size, struct m2_arena *a, const struct m2_value *v,
                      const char *what, struct m2_err *err)
{
    const char *digest = m2_v_str(v, "digest");
    if (!m2_v_is(v, M2_OBJECT) || m2_str_empty(digest) || strlen(digest) > 200 ||
        !is_size(m2_v_get(v, "size"), size))
        return m2_fail(err, M2_EPROTO, "the manifest's %s names no digest and size", what);
    *out = m2_v_object(a);
    if (m2_v_str(v, "mediaType"))
        m2_v_set_str(a, *out, "mediaType", m2_v_str(v, "mediaType"));
    m2_v_set_str(a, *out, "digest", digest);
    m2_v_set_int(a, *out, "size", *size);
    return 0;
}

static int read_image(struct m2_value *out, struct m2_arena *a, const struct m2_value *v, struct m2_err *err)
{
    struct m2_value *config = NULL, *layers = m2_v_array(a), *layer = NULL, *item;
    int64_t size = 0, total = 0;
    if (descriptor(&config, &size, a, m2_v_get(v, "config"), "config", err) < 0)
        return -1;
    m2_v_each(item, i, m2_v_get(v, "layers"))
    {
        if (descriptor(&layer, &size, a, item, "layer", err) < 0)
            return -1;
        if (__builtin_add_overflow(total, size, &total))
            return m2_fail(err, M2_EPROTO, "the manifest's layers have no sum that makes sense");
        m2_v_push(a, layers, layer);
    }
    m2_v_set(a, out, "config", config);
    m2_v_set(a, out, "layers", layers);
    m2_v_set_int(a, out, "layersSize", total);
    return 0;
}

static bool is_attestation(const struct m2_value *entry)
{
    return m2_str_eq(m2_v_str(m2_v_get(entry, "annotations"), "vnd.docker.reference.type"),
                     "attestation-manifest");
}

static int read_index(struct m2_value *out, struct m2_arena *a, const struct m2_value *v, struct m2_err *err)
{
    static const char *const members[] = { "os", "architecture", "variant" };
    struct m2_value *list = m2_v_array(a), *entry = NULL, *item;
    int64_t size;
    m2_v_each(item, i, m2_v_get(v, "manifests"))
    {
        const struct m2_value *platform = m2_v_get(item, "platform");
        if (descriptor(&entry, &size, a, item, "entry", err) < 0)
            return -1;
        for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
            if (m2_v_str(platform, members[k]))
                m2_v_set_str(a, entry, members[k], m2_v_str(platform, members[k]));
        if (is_attestation(item))
            m2_v_set_bool(a, entry, "attestation", true);
        m2_v_push(a, list, entry);
    }
    m2_v_set(a, out, "manifests", list);
    return 0;
}

/* "application/json; charset=utf-8" without what follows. */
static const char *bare_type(struct m2_arena *a, const char *type)
{
    return type ? m2_str_trim(a, m2_arena_strndup(a, type, strcspn(type, ";"))) : NULL;
}

int m2_manifest_read(struct m2_value **out, struct m2_arena *a, struct m2_bytes text,
                     const char *content_type, struct m2_err *err)
{
    struct m2_value *v = NULL, *made = m2_v_object(a);
    struct m2_err why = { 0 };
    int64_t version = 0;
    if (m2_json_parse(&v, a, text, "manifest", &why) < 0)
        return m2_fail(err, M2_EPROTO, "the answer is no manifest: %s", why.msg);
    const char *type = m2_v_str(v, "mediaType") ? m2_v_str(v, "mediaType") : bare_type(a, content_type);
    bool index = m2_v_is(m2_v_get(v, "manifests"), M2_ARRAY),
         image = m2_v_is(m2_v_get(v, "layers"), M2_ARRAY);
    if (!m2_v_is(v, M2_OBJECT) || !m2_v_int_of(v, "schemaVersion", &version) ||
        (version == 2 && index == image))
        return m2_fail(err, M2_EPROTO, "the answer is JSON, but no manifest of an image");
    if (type)
        m2_v_set_str(a, made, "mediaType", type);
    m2_v_set_int(a, made, "schemaVersion", version);
    m2_v_set_int(a, made, "size", (int64_t)text.n);
    if (version == 2 && (index ? read_index(made, a, v, err) : read_image(made, a, v, err)) < 0)
        return -1;
    *out = made;
    return 0;
}

const struct m2_value *m2_manifest_pick(const struct m2_value *index, const char *architecture)
{
    const struct m2_value *entry = NULL;
    m2_v_each(entry, i,
              m2_v_get(index, "manifests")) if (m2_str_eq(m2_v_str(entry, "os"), "linux") &&
                                                m2_str_eq(m2_v_str(entry, "architecture"), architecture) &&
                                                !m2_v_bool_or(entry, "attestation", false)) return entry;
    return NULL;
}

int m2_image_config_read(struct m2_value **out, struct m2_arena *a, struct m2_bytes text, struct m2_err *err)
{
    static const char *const members[] = { "os", "architecture", "variant", "created" };
    struct m2_value *v = NULL, *made = m2_v_object(a);
    struct m2_err why = { 0 };
    if (m2_json_parse(&v, a, text, "config", &why) < 0)
        return m2_fail(err, M2_EPROTO, "the answer is no image config: %s", why.msg);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (m2_v_str(v, members[i]))
            m2_v_set_str(a, made, members[i], m2_v_str(v, members[i]));
    if (!m2_v_str(made, "architecture"))
        return m2_fail(err, M2_EPROTO, "the answer is JSON, but no image config: it names no architecture");
    *out = made;
    return 0;
}
