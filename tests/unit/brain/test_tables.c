/* The tables of the brain layer are whole, and their documents name every row. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/brain.h"
#include "m2/file.h"

static const char *document(struct m2_arena *a, const char *name)
{
    struct m2_bytes text;
    struct m2_err err = { 0 };
    const char *path = m2_arena_printf(a, "%s/docs/%s", M2_SOURCE_DIR, name);
    cr_assert_eq(m2_file_read(&text, a, path, (size_t)1 << 20, &err), 0, "%s", err.msg);
    return text.p;
}

Test(tables, every_field_of_a_unit_is_named_and_documented)
{
    struct m2_arena *a = m2_arena_new();
    const char *formats = document(a, "FORMATS.md");
    for (size_t f = 0; f < M2_UNIT_FIELDS; f++) {
        const struct m2_unit_row *row = &m2_unit_rows()[f];
        cr_assert(row->key && row->label && m2_str_starts(row->cause, "brain."), "row %zu", f);
        cr_assert(strstr(formats, m2_arena_printf(a, "`%s`", row->key)), "docs/FORMATS.md lacks %s",
                  row->key);
        for (size_t k = 0; k < f; k++)
            cr_assert(strcmp(m2_unit_rows()[k].key, row->key) != 0);
    }
    for (int v = 0; v < M2_FIELD_VERDICTS; v++)
        cr_assert(
            strstr(formats, m2_arena_printf(a, "`%s`", m2_field_verdict_name((enum m2_field_verdict)v))));
    m2_arena_free(a);
}

Test(tables, every_call_that_registering_makes_is_documented)
{
    static const enum m2_brain_op made[] = { M2_BRAIN_OP_LOGIN, M2_BRAIN_OP_APPS, M2_BRAIN_OP_UNITS,
                                             M2_BRAIN_OP_REGISTER, M2_BRAIN_OP_DELETE };
    struct m2_arena *a = m2_arena_new();
    const char *text = document(a, "REGISTER.md");
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        const struct m2_brain_op_row *row = &m2_brain_ops()[made[i]];
        cr_assert(strstr(text, m2_arena_printf(a, "`%s %s`", row->method, row->path)), "%s", row->path);
    }
    for (size_t i = 0; i < M2_BRAIN_OPS; i++) {
        const struct m2_brain_op_row *row = &m2_brain_ops()[i];
        cr_assert(row->method && row->doing && m2_str_starts(row->path, "/api/"));
        cr_assert(!row->writes || strcmp(row->method, "POST") == 0, "%s", row->path);
    }
    m2_arena_free(a);
}

Test(tables, every_fault_has_a_name_and_only_transport_faults_bring_their_own_class)
{
    for (size_t i = 0; i < M2_BRAIN_FAULTS; i++) {
        const struct m2_brain_fault_row *row = &m2_brain_faults()[i];
        cr_assert(row->name && (!row->cause || m2_str_starts(row->cause, "brain.")), "row %zu", i);
        bool transport =
            i == M2_BRAIN_OK || i == M2_BRAIN_UNREACHED || i == M2_BRAIN_LOST || i == M2_BRAIN_STOPPED;
        cr_assert_eq(row->code == M2_OK, transport, "%s", row->name);
    }
}
