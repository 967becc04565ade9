/*
 * Prints what the tables generate: man pages, completion, documents, and all tables as JSON for the tests.
 * scripts/update-docs.sh writes the committed copies; a test compares them.
 */
#include <stdio.h>
#include <string.h>

#include "m2-doctor/doctor.h"
#include "m2/check.h"
#include "m2/cli.h"
#include "m2/collect.h"
#include "m2/creds.h"
#include "m2/json.h"
#include "m2/model.h"
#include "m2/report.h"
#include "m2/str.h"

#define RELEASED "2026-11-23"

static const struct m2_tool *const tools[] = { &doctor_tool };

static const struct m2_tool *find_tool(const char *name)
{
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (m2_str_eq(tools[i]->name, name))
            return tools[i];
    return NULL;
}

static void add_list(struct m2_buf *out, const char *label, const char *const *items, const char *quote)
{
    if (!items || !*items)
        return;
    m2_buf_addf(out, "**%s:** ", label);
    for (size_t i = 0; items[i]; i++)
        m2_buf_addf(out, "%s%s%s%s", i ? ", " : "", quote, items[i], quote);
    m2_buf_adds(out, "\n\n");
}

static void add_causes(struct m2_buf *out, const struct m2_check *c)
{
    if (!c->causes || !*c->causes)
        return;
    m2_buf_adds(out, "| cause | usually | what it means | fix |\n|---|---|---|---|\n");
    for (const char *const *slug = c->causes; *slug; slug++) {
        const struct m2_cause *cause = m2_cause_find(*slug);
        if (cause)
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", *slug, m2_status_name(cause->status),
                        cause->title, m2_str_or(cause->why, ""), m2_str_or(cause->fix, ""));
        else
            m2_buf_addf(out, "| `%s` | | every cause of this family, listed at the end | |\n", *slug);
    }
    m2_buf_addc(out, '\n');
}

static bool in_a_check(const char *slug)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        for (const char *const *s = checks[i].causes; s && *s; s++)
            if (m2_str_eq(*s, slug))
                return true;
    return false;
}

static void add_checks(struct m2_buf *out)
{
    size_t n;
    const struct m2_check *checks = m2_checks(&n);
    const char *area = NULL;
    m2_buf_adds(
        out,
        "# The checks of m2-doctor\n\nGenerated from the check table by `scripts/update-docs.sh`; the same "
        "text is printed by `m2-doctor --explain ID`.\n");
    for (size_t i = 0; i < n; i++) {
        const struct m2_check *c = &checks[i];
        if (!m2_str_eq(area, c->area))
            m2_buf_addf(out, "\n## %s\n", c->area);
        area = c->area;
        m2_buf_addf(out, "\n### %s\n\n%s.\n\n**Why:** %s\n\n**How it is found:** %s\n\n**Fix:** %s\n\n",
                    c->id, c->title, c->why, c->how, c->fix);
        add_list(out, "Rights", c->rights, "`");
        add_list(out, "Sources", c->sources, "");
        add_causes(out, c);
    }
    m2_buf_adds(out, "\n## Causes that several checks share\n\n| cause | usually | what it means | fix "
                     "|\n|---|---|---|---|\n");
    const struct m2_cause *causes = m2_causes(&n);
    for (size_t i = 0; i < n; i++)
        if (!in_a_check(causes[i].slug))
            m2_buf_addf(out, "| `%s` | %s | %s. %s | %s |\n", causes[i].slug,
                        m2_status_name(causes[i].status), causes[i].title, m2_str_or(causes[i].why, ""),
                        m2_str_or(causes[i].fix, ""));
}

static void add_credentials(struct m2_buf *out)
{
    size_t n;
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    m2_buf_adds(
        out,
        "# Where credentials come from\n\nGenerated from the table of sources by `scripts/update-docs.sh`. "
        "The order is the AWS CLI's. A source that has nothing to say is passed over; one that is set up "
        "but refused ends the search, so that no other identity is used by accident. `m2-doctor "
        "--explain-config` names the one that is used.\n\n| | source | reads |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++)
        m2_buf_addf(out, "| %zu | `%s` | %s |\n", i + 1, sources[i].name, sources[i].about);
    m2_buf_adds(out, "\nA profile's `source_profile` may itself use");
    for (size_t i = 0, named = 0; i < n; i++)
        if (sources[i].in_profile)
            m2_buf_addf(out, "%s `%s`", named++ ? "," : "", sources[i].name);
    m2_buf_adds(out, ", or another role.\n");
}

/* Row I is the first with its IAM action. */
static bool first_of_action(struct m2_arena *a, const struct m2_collector_row *rows, size_t i)
{
    const char *action = m2_model_iam_action(a, rows[i].service, rows[i].operation);
    for (size_t k = 0; k < i; k++)
        if (m2_str_eq(action, m2_model_iam_action(a, rows[k].service, rows[k].operation)))
            return false;
    return true;
}

static void add_rights(struct m2_buf *out)
{
    size_t n;
    const struct m2_collector_row *rows = m2_collectors(&n);
    struct m2_arena *a = m2_arena_new();
    m2_buf_adds(
        out,
        "# What m2-doctor reads\n\nGenerated from the collector table by `scripts/update-docs.sh`: every "
        "call that a run may make, and the IAM action that allows it. Apart from fetching credentials "
        "(CREDENTIALS.md) nothing else is called, and none of it writes. A run makes only the calls whose "
        "inputs exist and whose checks were chosen.\n\n"
        "| service | operation | IAM action |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        bool seen = false;
        for (size_t k = 0; k < i; k++)
            seen = seen || (m2_str_eq(rows[i].service, rows[k].service) &&
                            m2_str_eq(rows[i].operation, rows[k].operation));
        if (!seen)
            m2_buf_addf(out, "| %s | %s | `%s` |\n", rows[i].service, rows[i].operation,
                        m2_model_iam_action(a, rows[i].service, rows[i].operation));
    }
    m2_buf_adds(
        out, "\n## The smallest policy\n\nAttach it to whoever runs m2-doctor, if `ReadOnlyAccess` is too "
             "much:\n\n"
             "```json\n{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [{\n    \"Effect\": \"Allow\",\n"
             "    \"Resource\": \"*\",\n    \"Action\": [");
    for (size_t i = 0, named = 0; i < n; i++)
        if (first_of_action(a, rows, i))
            m2_buf_addf(out, "%s\n      \"%s\"", named++ ? "," : "",
                        m2_model_iam_action(a, rows[i].service, rows[i].operation));
    m2_buf_adds(out, "\n    ]\n  }]\n}\n```\n");
    m2_arena_free(a);
}

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

static void table_of_options(struct m2_arena *a, struct m2_value *root)
{
    struct m2_value *list = add_table(a, root, "options");
    for (const struct m2_opt *o = doctor_tool.opts; o->name; o++) {
        struct m2_value *v = add_object(a, list);
        m2_v_set_str(a, v, "name", o->name);
        m2_v_set_str(a, v, "letter", o->letter ? (char[]){ o->letter, '\0' } : "");
        m2_v_set_str(a, v, "help", o->help);
        m2_v_set(a, v, "choices", strings(a, o->choices ? o->choices() : NULL));
    }
}

static void table_of_collectors(struct m2_arena *a, struct m2_value *root)
{
    size_t n;
    const struct m2_collector_row *rows = m2_collectors(&n);
    struct m2_value *list = add_table(a, root, "collectors");
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

static void add_tables(struct m2_buf *out)
{
    size_t n;
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = m2_v_object(a);
    table_of_options(a, root);
    table_of_collectors(a, root);
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

static const struct {
    const char *name;
    void (*add)(struct m2_buf *out);
} documents[] = {
    { "checks", add_checks },
    { "credentials", add_credentials },
    { "rights", add_rights },
    { "tables", add_tables },
};

static bool add_document(struct m2_buf *out, const char *name)
{
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        if (m2_str_eq(documents[i].name, name)) {
            documents[i].add(out);
            return true;
        }
    return false;
}

int main(int argc, char **argv)
{
    struct m2_buf out;
    m2_buf_init(&out, (size_t)16 << 20);
    const char *what = argc > 1 ? argv[1] : "";
    const struct m2_tool *tool = argc > 2 ? find_tool(argv[argc - 1]) : NULL;
    bool good = true;
    if (strcmp(what, "man") == 0 && tool)
        m2_opt_man(&out, tool, m2_version(), RELEASED);
    else if (strcmp(what, "completion") == 0 && tool && argc == 4)
        good = m2_opt_completion(&out, tool, argv[2]);
    else
        good = argc == 2 && add_document(&out, what);
    if (!good)
        (void)fputs("usage: gendocs man TOOL | completion bash|zsh|fish TOOL | checks | credentials | rights "
                    "| tables\n",
                    stderr);
    good = good && fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    m2_buf_free(&out);
    return good ? 0 : 2;
}
