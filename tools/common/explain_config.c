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

static void add_text(struct m2_buf *out, const struct row *rows, size_t n)
{
    size_t width = 0;
    for (size_t i = 0; i < n; i++)
        if (strlen(rows[i].name) > width)
            width = strlen(rows[i].name);
    for (size_t i = 0; i < n; i++) {
        m2_buf_addf(out, "%-*s  ", (int)width, rows[i].name);
        m2_term_clean(out, rows[i].value ? rows[i].value : "-", true);
        m2_buf_addf(out, "\n%*s    from: ", (int)width, "");
        m2_term_clean(out, m2_str_or(rows[i].source, "not set"), true);
        m2_buf_addc(out, '\n');
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
    rows[n++] = (struct row){ "config file", c->config_path, "AWS_CONFIG_FILE or ~/.aws/config" };
    rows[n++] = (struct row){ "credentials file", c->credentials_path,
                              "AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials" };
    add_credentials(s, &rows[n++]);
    if (json)
        add_json(out, s->arena, rows, n);
    else
        add_text(out, rows, n);
}
