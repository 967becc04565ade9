#include "policyrows.h"

#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/str.h"

static const char kinds[] = "IBSOER";

static struct m2_value *parse(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    char *json = m2_arena_strdup(a, text);
    for (char *p = json; *p; p++)
        *p = *p == '\'' ? '"' : *p == '`' ? '\'' : *p;
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(json), "row", &err), 0, "%s: %s", text, err.msg);
    return v;
}

static const struct m2_value *document(struct m2_arena *a, const char *text)
{
    struct m2_value *v = parse(a, text);
    if (m2_v_is(v, M2_OBJECT) && m2_v_get(v, "Statement"))
        return v;
    struct m2_value *d = m2_v_object(a);
    m2_v_set_str(a, d, "Version", "2012-10-17");
    m2_v_set(a, d, "Statement", v);
    return d;
}

static void add_policy(struct policy_case *c, const char *text)
{
    const char *kind = strchr(kinds, text[0]);
    cr_assert(kind, "%s", text);
    struct m2_policy p = { .kind = (enum m2_policy_kind)(kind - kinds) };
    text++;
    if (p.kind == M2_POLICY_ORGANISATION)
        p.level = *text++ - '0';
    if (*text != '!')
        p.document = document(c->arena, text);
    p.path = "";
    m2_vec_push(c->arena, &c->policies.list, p);
}

static const char *const *values(struct m2_arena *a, const char *text)
{
    const char **list = m2_arena_new_array(a, const char *, strlen(text) + 2);
    size_t n = 0;
    for (const char *rest = text; rest && *text;) {
        const char *one = m2_str_cut(a, rest, '|', &rest);
        list[n++] = m2_str_eq(one, "''") ? "" : one;
    }
    return list;
}

static bool about_request(struct m2_policy_request *r, const char *key, const char *value)
{
    const struct {
        const char *key, **field;
    } fields[] = { { "principal", &r->principal },
                   { "account", &r->account },
                   { "service", &r->service },
                   { "owner", &r->resource_account } };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (m2_str_eq(fields[i].key, key)) {
            *fields[i].field = m2_str_empty(value) ? NULL : value;
            return true;
        }
    if (!m2_str_eq(key, "decides"))
        return false;
    r->resource_decides = true;
    return true;
}

static void read_request(struct policy_case *c, const char *text)
{
    struct m2_context_key *keys = m2_arena_new_array(c->arena, struct m2_context_key, strlen(text) + 1);
    for (const char *rest = text; rest && *text;) {
        const char *part = m2_str_cut(c->arena, rest, ';', &rest), *value = NULL;
        struct m2_context_key k = { .state = *part == '!'   ? M2_KEY_ABSENT
                                             : *part == '?' ? M2_KEY_PRESENT
                                             : *part == '~' ? M2_KEY_LIKE
                                                            : M2_KEY_KNOWN };
        k.key = m2_str_cut(c->arena, k.state == M2_KEY_KNOWN ? part : part + 1, '=', &value);
        if (k.state == M2_KEY_KNOWN && about_request(&c->request, k.key, value))
            continue;
        if (k.state == M2_KEY_KNOWN || k.state == M2_KEY_LIKE)
            k.values = values(c->arena, m2_str_or(value, ""));
        keys[c->request.n_context++] = k;
    }
    c->request.context = keys;
}

void policy_case_begin(struct policy_case *c, const char *action, const char *resource, const char *context)
{
    *c = (struct policy_case){ .arena = m2_arena_new() };
    c->request = (struct m2_policy_request){ .action = action,
                                             .resource = resource,
                                             .account = "123456789012",
                                             .principal = "arn:aws:iam::123456789012:role/r" };
    read_request(c, m2_str_or(context, ""));
}

void policy_case_open(struct policy_case *c, const struct policy_row *row)
{
    policy_case_begin(c, row->action, row->resource, row->context);
    for (size_t i = 0; i < sizeof row->policies / sizeof row->policies[0] && row->policies[i]; i++)
        add_policy(c, row->policies[i]);
}

void policy_case_close(struct policy_case *c)
{
    m2_arena_free(c->arena);
}

struct m2_verdict policy_case_ask(struct policy_case *c)
{
    struct m2_verdict v = { 0 };
    m2_policy_evaluate(&v, c->arena, &c->policies, &c->request);
    return v;
}

void policy_rows_run(const struct policy_row *rows, size_t n)
{
    static const char *const names[] = { "denied", "cannot tell", "allowed" };
    for (size_t i = 0; i < n; i++) {
        struct policy_case c;
        policy_case_open(&c, &rows[i]);
        struct m2_verdict v = policy_case_ask(&c);
        const char *text = m2_verdict_text(c.arena, &v);
        cr_expect_eq(v.decision, rows[i].expected, "%s: %s on %s [%s]: %s (%s), expected %s", rows[i].name,
                     rows[i].action, m2_str_or(rows[i].resource, "?"), m2_str_or(rows[i].context, ""),
                     names[v.decision], text, names[rows[i].expected]);
        cr_expect(!rows[i].says || strstr(text, rows[i].says), "%s: says \"%s\", expected \"%s\"",
                  rows[i].name, text, rows[i].says ? rows[i].says : "");
        policy_case_close(&c);
    }
}
