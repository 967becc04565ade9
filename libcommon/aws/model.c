#include "m2/model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "m2/embed.h"
#include "m2/json.h"

enum { MAX_SERVICES = 64 };

/* Embedded models, parsed on first use and kept for the life of the process. */
static struct {
    struct m2_arena *arena;
    struct {
        const struct m2_embedded *file;
        struct m2_service *service;
    } at[MAX_SERVICES];
    const char *names[MAX_SERVICES + 1];
    size_t len;
} models;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void models_list(void)
{
    if (models.arena)
        return;
    models.arena = m2_arena_new();
    for (const struct m2_embedded *f = m2_embedded_models; f->name && models.len < MAX_SERVICES; f++) {
        models.at[models.len].file = f;
        models.names[models.len++] =
            m2_arena_strndup(models.arena, f->name, strlen(f->name) - strlen(".json"));
    }
    qsort(models.names, models.len, sizeof models.names[0], by_name);
}

const char *const *m2_model_services(void)
{
    models_list();
    return models.names;
}

static bool protocol_of(enum m2_protocol *out, const char *name)
{
    static const struct {
        const char *name;
        enum m2_protocol protocol;
    } rows[] = {
        { "query", M2_PROTO_QUERY },         { "ec2", M2_PROTO_EC2 },           { "json", M2_PROTO_JSON },
        { "rest-json", M2_PROTO_REST_JSON }, { "rest-xml", M2_PROTO_REST_XML },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (m2_str_eq(rows[i].name, name)) {
            *out = rows[i].protocol;
            return true;
        }
    return false;
}

/* "CloudWatch Logs" → "CLOUDWATCH_LOGS" */
static const char *environment_id(struct m2_arena *a, const char *service_id)
{
    char *id = m2_arena_strdup(a, service_id);
    for (char *p = id; p && *p; p++)
        *p = isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
    return id;
}

int m2_model_from_value(struct m2_service *out, struct m2_arena *a, const char *name,
                        const struct m2_value *root, struct m2_err *err)
{
    const struct m2_value *meta = m2_v_get(root, "metadata");
    struct m2_service s = {
        .name = m2_arena_strdup(a, name),
        .api_version = m2_v_str(meta, "apiVersion"),
        .json_version = m2_v_str(meta, "jsonVersion"),
        .target_prefix = m2_v_str(meta, "targetPrefix"),
        .endpoint_prefix = m2_str_or(m2_v_str(meta, "endpointPrefix"), name),
        .root = root,
    };
    s.signing_name = m2_str_or(m2_v_str(meta, "signingName"), s.endpoint_prefix);
    s.service_id = environment_id(a, m2_str_or(m2_v_str(meta, "serviceId"), name));
    if (!protocol_of(&s.protocol, m2_v_str(meta, "protocol")))
        return m2_fail(err, M2_EBUG, "model of %s: unknown protocol '%s'", name,
                       m2_str_or(m2_v_str(meta, "protocol"), ""));
    *out = s;
    return 0;
}

int m2_model_service(const struct m2_service **out, const char *service, struct m2_err *err)
{
    models_list();
    size_t n = service ? strlen(service) : 0;
    for (size_t i = 0; n && i < models.len; i++) {
        const struct m2_embedded *f = models.at[i].file;
        if (strncmp(f->name, service, n) != 0 || strcmp(f->name + n, ".json") != 0)
            continue;
        if (!models.at[i].service) {
            struct m2_value *root;
            struct m2_service *s = m2_arena_alloc(models.arena, sizeof *s);
            if (m2_json_parse(&root, models.arena, (struct m2_bytes){ f->data, f->size }, f->name, err) !=
                    0 ||
                m2_model_from_value(s, models.arena, service, root, err) != 0)
                return -1;
            models.at[i].service = s;
        }
        *out = models.at[i].service;
        return 0;
    }
    return m2_fail(err, M2_EBUG, "no model of the service '%s' is built in", m2_str_or(service, ""));
}

const struct m2_value *m2_model_shape(const struct m2_service *s, const struct m2_value *ref)
{
    const char *name = m2_v_str(ref, "shape");
    return name ? m2_v_get(m2_v_get(s->root, "shapes"), name) : NULL;
}

static bool reads_by_name(const char *name)
{
    static const char *const verbs[] = { "Describe",   "Get",      "List",   "Head",  "Simulate", "BatchGet",
                                         "BatchCheck", "Lookup",   "Filter", "Query", "Decode",   "Validate",
                                         "Detect",     "Estimate", "Search", "View",  "Preview" };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (m2_str_starts(name, verbs[i]))
            return true;
    return false;
}

int m2_model_op(struct m2_op *out, const struct m2_service *s, const char *name, struct m2_err *err)
{
    const struct m2_value *def = name ? m2_v_get(m2_v_get(s->root, "operations"), name) : NULL;
    if (!def)
        return m2_fail(err, M2_EBUG, "the model of %s has no operation '%s'", s->name, m2_str_or(name, ""));
    struct m2_op op = {
        .service = s,
        .name = m2_str_or(m2_v_str(def, "name"), name),
        .def = def,
        .input = m2_model_shape(s, m2_v_get(def, "input")),
        .output = m2_model_shape(s, m2_v_get(def, "output")),
        .unsigned_call = m2_str_eq(m2_v_str(def, "authtype"), "none"),
        .read_only = reads_by_name(name),
    };
    const struct m2_value *members = m2_v_get(op.input, "members");
    for (size_t i = 0; members && i < members->u.object.len; i++)
        op.has_token |= m2_v_bool_or(members->u.object.at[i].value, "idempotencyToken", false);
    *out = op;
    return 0;
}
