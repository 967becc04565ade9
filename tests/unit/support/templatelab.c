#include "templatelab.h"

#include <criterion/criterion.h>

#include "m2/str.h"

void templates_open(struct account *ac)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *target = m2_v_object(a);
    *ac = (struct account){ .arena = a, .root = m2_v_object(a) };
    m2_v_set_str(a, ac->root, "schema", M2_SNAPSHOT_SCHEMA);
    m2_v_set_str(a, ac->root, "collected_at", "2026-11-26T02:00:00Z");
    m2_v_set_str(a, ac->root, "region", "us-east-1");
    m2_v_set_str(a, target, "stack", "lab");
    m2_v_set(a, ac->root, "target", target);
    m2_v_set(a, ac->root, "calls", m2_v_array(a));
}

void templates_add(struct account *ac, const char *path, const char *nested_in, const char *id,
                   const char *text)
{
    struct m2_arena *a = ac->arena;
    struct m2_value *call = m2_v_object(a), *input = m2_v_object(a), *output = m2_v_object(a);
    m2_v_set_str(a, call, "service", "template");
    m2_v_set_str(a, call, "operation", "ReadFile");
    m2_v_set_str(a, input, "Path", path);
    if (nested_in)
        m2_v_set_str(a, input, "NestedIn", nested_in);
    if (id)
        m2_v_set_str(a, input, "LogicalId", id);
    m2_v_set_str(a, output, "TemplateBody", text);
    m2_v_set(a, call, "input", input);
    m2_v_set(a, call, "output", output);
    m2_v_push(a, m2_v_get(ac->root, "calls"), call);
}

static void run_one(const struct template_sample *s)
{
    struct account ac;
    bool found = false;
    templates_open(&ac);
    templates_add(&ac, "t.yaml", NULL, NULL, s->text);
    if (s->nested)
        templates_add(&ac, "n.yaml", "t.yaml", "N", s->nested);
    account_analyze(&ac, s->check);
    for (size_t i = 0; i < ac.found.list.len; i++) {
        const struct m2_finding *f = ac.found.list.at[i];
        bool wrong = f->status == M2_FAIL || f->status == M2_WARN;
        cr_assert(s->cause || !wrong, "%s: something is wrong%s", s->name, account_list(&ac));
        cr_assert(!wrong || f->evidence.len, "%s: no evidence%s", s->name, account_list(&ac));
        found |= f->status == s->status && (!s->cause || m2_str_eq(f->cause, s->cause)) &&
                 (!s->at || m2_str_eq(f->resource, s->at));
    }
    cr_assert(found, "%s: not found: %s %s at %s%s", s->name, m2_status_name(s->status),
              m2_str_or(s->cause, "-"), m2_str_or(s->at, "any place"), account_list(&ac));
    account_close(&ac);
}

void template_samples_run(const struct template_sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        run_one(&samples[i]);
}
