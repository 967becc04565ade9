#include <criterion/criterion.h>
#include <string.h>

#include "m2/codec.h"
#include "m2/model.h"
#include "snapshot/collect.h"
#include "testsys.h"

/* As many parts as any row takes. */
#define PARTS                                                                                                \
    "111122223333\x1f"                                                                                       \
    "name\x1f"                                                                                               \
    "us-east-1\x1f"                                                                                          \
    "tag"

static void check_rows(enum m2_reading reading, size_t least)
{
    size_t n;
    const struct m2_collect_row *rows = m2_collect_rows(reading, &n);
    struct testsys t;
    testsys_init(&t, NULL);
    cr_assert_geq(n, least);
    for (size_t i = 0; i < n; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        const struct m2_service *service = NULL;
        struct m2_op op;
        struct m2_wire wire;
        const char *region;
        struct m2_value *input = m2_collect_input(a, &rows[i], PARTS, &region);
        cr_expect_eq(m2_v_len(input) > 0, rows[i].input != NULL, "%s %s", rows[i].pub.service,
                     rows[i].pub.operation);
        if (m2_str_eq(rows[i].pub.service, "registry")) { /* no service of AWS */
            cr_assert(m2_v_str(input, "image"), "%s", rows[i].pub.operation);
            m2_arena_free(a);
            continue;
        }
        cr_assert_eq(m2_model_service(&service, rows[i].pub.service, &err), 0, "%s", err.msg);
        cr_assert_eq(m2_model_op(&op, service, rows[i].pub.operation, &err), 0, "%s", err.msg);
        cr_expect_eq(m2_codec_encode(&wire, a, &op, input, &t.sys, &err), 0, "%s %s: %s", rows[i].pub.service,
                     rows[i].pub.operation, err.msg);
        cr_expect_eq(m2_v_len(input) > 0, rows[i].input != NULL, "%s %s", rows[i].pub.service,
                     rows[i].pub.operation);
        cr_expect(op.read_only, "%s %s does not only read", rows[i].pub.service, rows[i].pub.operation);
        m2_arena_free(a);
    }
}

Test(table, every_row_is_a_call_that_the_models_know)
{
    check_rows(M2_READ_CHECKS, 60);
    check_rows(M2_READ_HISTORY, 11);
    check_rows(M2_READ_CLEANUP, 30);
}

static bool has_operation(enum m2_reading reading, const char *name)
{
    size_t n;
    const struct m2_collector_row *rows = m2_collectors(reading, &n);
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(rows[i].service);
        if (strncmp(name, rows[i].service, len) == 0 && name[len] == ':' &&
            strcmp(name + len + 1, rows[i].operation) == 0)
            return true;
    }
    return false;
}

static void check_feeding(enum m2_reading reading)
{
    size_t n;
    const struct m2_collector_row *rows = m2_collectors(reading, &n);
    for (size_t i = 0; i < n; i++) {
        cr_expect_not_null(rows[i].checks[0], "%s %s", rows[i].service, rows[i].operation);
        for (const char *const *after = rows[i].after; *after; after++)
            cr_expect(has_operation(reading, *after), "%s %s after %s", rows[i].service, rows[i].operation,
                      *after);
    }
}

Test(table, what_feeds_a_row_is_a_row_and_every_row_is_wanted)
{
    check_feeding(M2_READ_CHECKS);
    check_feeding(M2_READ_HISTORY);
    check_feeding(M2_READ_CLEANUP);
}

Test(table, areas_and_ids_meet)
{
    static const struct {
        const char *want, *id;
        bool meets;
    } cases[] = {
        { "network", "net.egress", true },   { "net.egress", "net.egress", true },
        { "net.egress", "network", true },   { "net.dns", "net.egress", false },
        { "images", "image.uri", true },     { "fargate", "task.failures", true },
        { "fargate", "fargate.size", true }, { "lambda", "fargate.size", false },
        { "stack", "stackx.y", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(m2_collect_wants(cases[i].want, cases[i].id), cases[i].meets, "%s %s", cases[i].want,
                     cases[i].id);
}
