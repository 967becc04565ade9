#include "common/session.h"

#include <string.h>

#include "m2/json.h"
#include "m2/model.h"
#include "m2/value.h"

struct row {
    const char *name, *value, *source;
};
struct rows {
    struct row *at;
    size_t len, cap;
};

static void add_credentials(struct session *s, struct row *row)
{
    struct m2_err err = { 0 };
    *row = (struct row){ "credentials", NULL, NULL };
    if ((s->aws || session_connect(s, NULL, &err) == 0) && m2_aws_login(s->aws, &err) == 0) {
        row->value = "(hidden)";
        row->source = m2_aws_credential_source(s->aws);
    } else {
        row->source = m2_arena_strdup(s->arena, err.msg);
    }
}

/* "a: b; c: d" as an item per line. A reason of its own may hold "; " too: an item more does no harm. */
static void add_items(struct m2_buf *out, const char *list)
{
    while (list && *list) {
        const char *end = strstr(list, "; ");
        struct m2_buf item;
        m2_buf_init(&item, (size_t)1 << 16);
        m2_buf_add(&item, list, end ? (size_t)(end - list) : strlen(list));
        m2_buf_adds(out, "    ");
        m2_term_clean(out, item.data, true);
        m2_buf_addc(out, '\n');
        m2_buf_free(&item);
        list = end ? end + 2 : NULL;
    }
}

static void add_row(struct m2_buf *out, const struct row *row, int name_width, int value_width)
{
    struct m2_buf value;
    m2_buf_init(&value, (size_t)1 << 16);
    m2_term_clean(&value, m2_str_or(row->value, "-"), true);
    m2_buf_addf(out, "%-*s  %-*s", name_width, row->name, value_width, value.data);
    if ((int)value.len > value_width)
        m2_buf_addf(out, "\n%*s", name_width + 2 + value_width, "");
    m2_buf_adds(out, "  ");
    m2_term_clean(out, row->source, true);
    m2_buf_addc(out, '\n');
    m2_buf_free(&value);
}

static void add_text(struct m2_buf *out, const struct row *rows, size_t n)
{
    enum { NAME = 22, VALUE = 22 };
    static const char lead[] = "no credentials: ";
    add_row(out, &(struct row){ "setting", "value", "from" }, NAME, VALUE);
    for (size_t i = 0; i < n; i++) {
        const char *none = strstr(m2_str_or(rows[i].source, ""), lead);
        struct row row = rows[i];
        if (none)
            row.source = "no source has any; tried in this order:";
        add_row(out, &row, NAME, VALUE);
        if (none)
            add_items(out, none + sizeof lead - 1);
    }
}

static void add_json(struct m2_buf *out, struct m2_arena *a, const struct row *rows, size_t n)
{
    struct m2_value *list = m2_v_array(a), *root = m2_v_object(a);
    for (size_t i = 0; i < n; i++) {
        struct m2_value *item = m2_v_object(a);
        m2_v_set_str(a, item, "name", rows[i].name);
        m2_v_set(a, item, "value", m2_v_string(a, rows[i].value));
        m2_v_set_str(a, item, "source", rows[i].source);
        m2_v_push(a, list, item);
    }
    m2_v_set_str(a, root, "schema", "m2-config/1");
    m2_v_set(a, root, "settings", list);
    m2_json_write(out, root, true);
    m2_buf_addc(out, '\n');
}

static const char *file_source(struct session *s, const char *variable)
{
    return m2_env(s->sys, variable) ? m2_arena_printf(s->arena, "environment %s", variable) : "default";
}

static void add_setting(struct m2_arena *a, struct rows *rows, const struct m2_setting *s)
{
    const bool unset = !s->value && (!s->source || m2_str_eq(s->source, "default"));
    m2_vec_push(a, rows, ((struct row){ s->name, s->value, unset ? "not set" : s->source }));
}

/* A URL may hold a password. */
static void add_url(struct m2_arena *a, struct rows *rows, struct m2_setting s)
{
    struct m2_buf shown;
    m2_buf_init(&shown, (size_t)1 << 16);
    if (s.value) {
        m2_mask_url(&shown, s.value);
        s.value = m2_arena_strdup(a, shown.data);
    }
    m2_buf_free(&shown);
    add_setting(a, rows, &s);
}

/* The endpoint of every call, then those of the services that have their own. */
static void add_endpoints(struct session *s, struct rows *rows)
{
    struct m2_setting all = m2_awsconfig_endpoint(&s->config, s->arena, NULL);
    all.name = "endpoint-url";
    add_url(s->arena, rows, all);
    for (const char *const *service = m2_model_services(); *service; service++) {
        struct m2_setting own = m2_awsconfig_endpoint(&s->config, s->arena, *service);
        if (m2_str_eq(own.source, all.source))
            continue;
        own.name = m2_arena_printf(s->arena, "endpoint-url %s", *service);
        add_url(s->arena, rows, own);
    }
}

/* What only a file named by --env-file sets is not of the environment. */
static void name_files(struct m2_arena *a, struct rows *rows)
{
    static const char lead[] = "environment ";
    for (size_t i = 0; i < rows->len; i++) {
        const char *source = m2_str_or(rows->at[i].source, "");
        const char *name = m2_str_starts(source, lead) ? source + sizeof lead - 1 : NULL;
        if (name && !strchr(name, ' ') && !m2_env(m2_sys_real(), name))
            rows->at[i].source = m2_arena_printf(a, "%s in --env-file", name);
    }
}

void session_explain(struct m2_buf *out, struct session *s, bool json)
{
    const struct m2_awsconfig *c = &s->config;
    const struct m2_setting *aws[] = { &c->ca_bundle, &c->max_attempts, &c->sts_endpoints, &c->fips,
                                       &c->dual_stack };
    struct m2_arena *a = s->arena;
    struct rows rows = { 0 };
    add_setting(a, &rows, &c->profile_setting);
    add_setting(a, &rows, &c->region);
    add_setting(a, &rows, &s->stack);
    add_endpoints(s, &rows);
    add_url(a, &rows, s->api_url);
    for (size_t i = 0; i < sizeof aws / sizeof aws[0]; i++)
        add_setting(a, &rows, aws[i]);
    m2_vec_push(a, &rows, ((struct row){ "config file", c->config_path, file_source(s, "AWS_CONFIG_FILE") }));
    m2_vec_push(a, &rows,
                ((struct row){ "credentials file", c->credentials_path,
                               file_source(s, "AWS_SHARED_CREDENTIALS_FILE") }));
    struct row credentials;
    add_credentials(s, &credentials);
    m2_vec_push(a, &rows, credentials);
    name_files(a, &rows);
    if (json)
        add_json(out, a, rows.at, rows.len);
    else
        add_text(out, rows.at, rows.len);
}
