/* Any text as a template, alone and nested in itself: every check of the area ends, each finding has its place, saving loses no line and is
 * done once. */
#include <string.h>

#include "analyze/template/template.h"
#include "fuzz.h"
#include "m2/json.h"

static struct m2_value *call(struct m2_arena *a, const char *path, const char *nested_in, struct m2_bytes text)
{
    struct m2_value *c = m2_v_object(a), *input = m2_v_object(a), *output = m2_v_object(a);
    m2_v_set_str(a, c, "service", "template");
    m2_v_set_str(a, c, "operation", "ReadFile");
    m2_v_set_str(a, input, "Path", path);
    if (nested_in) {
        m2_v_set_str(a, input, "NestedIn", nested_in);
        m2_v_set_str(a, input, "LogicalId", "N");
    }
    m2_v_set(a, output, "TemplateBody", m2_v_string_n(a, text.p, text.n));
    m2_v_set(a, c, "input", input);
    m2_v_set(a, c, "output", output);
    return c;
}

static size_t count_lines(const char *s)
{
    size_t n = 0;
    for (; (s = strchr(s, '\n')); s++)
        n++;
    return n;
}

static void check_findings(const struct m2_findings *f)
{
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *it = f->list.at[i];
        if (it->status == M2_FAIL || it->status == M2_WARN)
            fuzz_require(it->cause && it->evidence.len && *it->detail, "%s says nothing", it->uid);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const only[] = { "template", NULL };
    const struct m2_analyze_options opt = { .only = only, .tool = "fuzz", .version = "0", .generated_at = "" };
    struct m2_bytes text = { (const char *)data, size };
    struct m2_err err = { 0 };
    if (memchr(data, '\0', size) || !m2_utf8_valid(text.p, text.n))
        return 0; /* m2_template_read does not let such a text in */
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = m2_v_object(a), *calls = m2_v_array(a);
    struct m2_snapshot snap = { 0 };
    struct m2_findings found = { 0 };
    m2_v_push(a, calls, call(a, "t.yaml", NULL, text));
    m2_v_push(a, calls, call(a, "n.yaml", "t.yaml", text));
    m2_v_set_str(a, root, "schema", M2_SNAPSHOT_SCHEMA);
    m2_v_set_str(a, root, "collected_at", "2026-11-26T00:00:00Z");
    m2_v_set(a, root, "calls", calls);
    fuzz_require(m2_snapshot_from_value(&snap, a, root, "fuzz", &err) == 0, "%s", err.msg);
    fuzz_require(m2_analyze(&found, a, &snap, &opt, &err) == 0, "%s", err.msg);
    check_findings(&found);
    const struct m2_value *saved = m2_snapshot_redact(a, root), *again = m2_snapshot_redact(a, saved);
    const char *once = m2_v_pstr(saved, "calls[0].output.TemplateBody");
    fuzz_require(once && count_lines(once) == count_lines(m2_v_pstr(root, "calls[0].output.TemplateBody")),
                 "lines are lost:\n%s", once ? once : "");
    fuzz_require(m2_v_is(again, M2_OBJECT), "saved twice");
    m2_arena_free(a);
    return 0;
}
