#include "common/session.h"

#include <string.h>

#include "m2/json.h"
#include "m2/value.h"

struct row {
    const char *name, *value, *source;
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
        else if (!row.source || (!row.value && m2_str_eq(row.source, "default")))
            row.source = "not set";
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
        m2_v_set_str(a, item, "source", m2_str_or(rows[i].source, "not set"));
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

void session_explain(struct m2_buf *out, struct session *s, bool json)
{
    const struct m2_awsconfig *c = &s->config;
    const struct m2_setting *settings[] = { &c->profile_setting, &c->region,        &s->stack,
                                            &s->endpoint,        &s->api_url,       &c->ca_bundle,
                                            &c->max_attempts,    &c->sts_endpoints, &c->fips,
                                            &c->dual_stack };
    enum { N = sizeof settings / sizeof settings[0] };
    struct row rows[N + 3];
    size_t n = 0;
    for (; n < N; n++)
        rows[n] = (struct row){ settings[n]->name, settings[n]->value, settings[n]->source };
    rows[n++] = (struct row){ "config file", c->config_path, file_source(s, "AWS_CONFIG_FILE") };
    rows[n++] = (struct row){ "credentials file", c->credentials_path,
                              file_source(s, "AWS_SHARED_CREDENTIALS_FILE") };
    add_credentials(s, &rows[n++]);
    if (json)
        add_json(out, s->arena, rows, n);
    else
        add_text(out, rows, n);
}
