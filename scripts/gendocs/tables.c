/* All tables as one JSON document, for the tests that walk them. */
#include "gendocs.h"
#include "m2/check.h"
#include "m2/collect.h"
#include "m2/cost.h"
#include "m2/creds.h"
#include "m2/json.h"
#include "m2/model.h"
#include "m2/report.h"
#include "m2/str.h"

static struct m2_value *strings(struct m2_arena *a, const char *const *items)
{
    struct m2_value *list = m2_v_array(a);
    for (; items && *items; items++)
        m2_v_push(a, list, m2_v_string(a, *items));
    return list;
}

static struct m2_value *add_object(struct m2_arena *a, struct m2_value *list)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_push(a, list, v);
    return v;
}

static struct m2_value *add_table(struct m2_arena *a, struct m2_value *root, const char *name)
{
    struct m2_value *list = m2_v_array(a);
    m2_v_set(a, root, name, list);
    return list;
}

static void table_of_options(struct m2_arena *a, struct m2_value *of, const struct m2_tool *tool)
{
    struct m2_value *list = add_table(a, of, "options");
    for (const struct m2_opt *o = tool->opts; o->name; o++) {
        struct m2_value *v = add_object(a, list), *commands = add_table(a, v, "commands");
        m2_v_set_str(a, v, "name", o->name);
        m2_v_set_str(a, v, "letter", o->letter ? (char[]){ o->letter, '\0' } : "");
        m2_v_set_str(a, v, "help", o->help);
        m2_v_set(a, v, "choices", strings(a, o->choices ? o->choices() : NULL));
        for (size_t i = 0; o->commands >> i; i++)
            if (o->commands >> i & 1)
                m2_v_push(a, commands, m2_v_string(a, tool->commands[i].name));
    }
}

static void table_of_commands(struct m2_arena *a, struct m2_value *of, const struct m2_tool *tool)
{
    struct m2_value *list = add_table(a, of, "commands");
    for (const struct m2_command *c = tool->commands; c && c->name; c++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "name", c->name);
        m2_v_set_str(a, v, "summary", c->summary);
        m2_v_set_str(a, v, "operands", m2_str_or(c->operands, ""));
    }
}

static void table_of_bill(struct m2_arena *a, struct m2_value *root)
{
    struct m2_value *list = add_table(a, root, "bill");
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "resource", row->resource);
        m2_v_set_str(a, v, "part", row->part);
    }
}

static void table_of_tools(struct m2_arena *a, struct m2_value *root)
{
    struct m2_value *list = add_table(a, root, "tools");
    for (const struct gendocs_tool *t = gendocs_tools; t->tool; t++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "name", t->tool->name);
        table_of_options(a, v, t->tool);
        table_of_commands(a, v, t->tool);
    }
}

static void table_of_collectors(struct m2_arena *a, struct m2_value *root, const char *name,
                                enum m2_reading reading)
{
    size_t n;
    const struct m2_collector_row *rows = m2_collectors(reading, &n);
    struct m2_value *list = add_table(a, root, name);
    for (size_t i = 0; i < n; i++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "service", rows[i].service);
        m2_v_set_str(a, v, "operation", rows[i].operation);
        m2_v_set_str(a, v, "action", m2_model_iam_action(a, rows[i].service, rows[i].operation));
        m2_v_set(a, v, "checks", strings(a, rows[i].checks));
    }
}

static void table_of_checks(struct m2_arena *a, struct m2_value *root)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    struct m2_value *list = add_table(a, root, "checks");
    for (size_t i = 0; i < n; i++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "id", checks[i].id);
        m2_v_set_str(a, v, "area", checks[i].area);
        m2_v_set(a, v, "rights", strings(a, checks[i].rights));
        m2_v_set(a, v, "causes", strings(a, checks[i].causes));
    }
    const struct m2_cause *causes = m2_causes(&n);
    list = add_table(a, root, "causes");
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, list, m2_v_string(a, causes[i].slug));
}

static void table_of_ends(struct m2_arena *a, struct m2_value *root)
{
    struct m2_value *list = add_table(a, root, "exits");
    for (const struct m2_exit_row *r = m2_exit_rows(); r->meaning; r++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set(a, v, "status", m2_v_int(a, r->status));
        m2_v_set_str(a, v, "meaning", r->meaning);
    }
    list = add_table(a, root, "errors");
    for (int code = M2_OK; code < M2_ERRC_COUNT; code++) {
        const struct m2_errc_row *row = m2_errc_row((enum m2_errc)code);
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "name", row->name);
        m2_v_set(a, v, "exit_status", m2_v_int(a, row->exit_status));
        m2_v_set_str(a, v, "hint", m2_str_or(row->hint, ""));
    }
}

void gendocs_tables(struct m2_buf *out)
{
    size_t n;
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = m2_v_object(a);
    table_of_tools(a, root);
    table_of_collectors(a, root, "collectors", M2_READ_CHECKS);
    table_of_collectors(a, root, "history_collectors", M2_READ_HISTORY);
    table_of_bill(a, root);
    table_of_checks(a, root);
    table_of_ends(a, root);
    struct m2_value *list = add_table(a, root, "sources");
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, list, m2_v_string(a, sources[i].name));
    list = add_table(a, root, "renderers");
    for (const struct m2_renderer *r = m2_renderers(); r->name; r++)
        m2_v_push(a, list, m2_v_string(a, r->name));
    m2_json_write(out, root, true);
    m2_buf_addc(out, '\n');
    m2_arena_free(a);
}
