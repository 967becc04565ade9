/*
 * Prints what the tables generate: man pages, completion, documents, and all tables as JSON for the tests.
 * scripts/update-docs.sh writes the committed copies; a test compares them.
 */
#include <stdio.h>

#include "gendocs.h"
#include "m2/str.h"

#define RELEASED "2026-11-23"

static const struct m2_tool *find_tool(const char *name)
{
    for (const struct gendocs_tool *t = gendocs_tools; t->tool; t++)
        if (m2_str_eq(t->tool->name, name))
            return t->tool;
    return NULL;
}

static const struct {
    const char *name;
    void (*add)(struct m2_buf *out);
} documents[] = {
    { "checks", gendocs_checks }, { "credentials", gendocs_credentials },
    { "rights", gendocs_rights }, { "tables", gendocs_tables },
    { "tools", gendocs_names },
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

static bool add_examples(struct m2_buf *out)
{
    struct m2_err err = { 0 };
    return gendocs_examples(out, &err) == 0 || (m2_cli_complain("gendocs", &err), false);
}

static bool usage(void)
{
    (void)fputs("usage: gendocs man TOOL | completion bash|zsh|fish TOOL | examples", stderr);
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        (void)fprintf(stderr, " | %s", documents[i].name);
    (void)fputc('\n', stderr);
    return false;
}

static bool add(struct m2_buf *out, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    const struct m2_tool *tool = argc > 2 ? find_tool(argv[argc - 1]) : NULL;
    if (m2_str_eq(what, "man") && tool && argc == 3) {
        m2_opt_man(out, tool, m2_version(), RELEASED);
        return true;
    }
    if (m2_str_eq(what, "completion") && tool && argc == 4)
        return m2_opt_completion(out, tool, argv[2]) || usage();
    if (m2_str_eq(what, "examples") && argc == 2)
        return add_examples(out);
    return (argc == 2 && add_document(out, what)) || usage();
}

int main(int argc, char **argv)
{
    struct m2_buf out;
    m2_buf_init(&out, (size_t)16 << 20);
    bool good = add(&out, argc, argv);
    good = good && fwrite(out.data, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    m2_buf_free(&out);
    return good ? 0 : 2;
}
