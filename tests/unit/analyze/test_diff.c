/* Two sets of findings beside each other: the same account, two accounts, checks that one side did not make,
 * earlier reports. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/diff.h"
#include "m2/json.h"
#include "m2/str.h"

static struct m2_arena *a;

static struct m2_findings side(const char *account, const char *region)
{
    return (struct m2_findings){
        .arena = a, .account = account, .region = region, .stack = "s", .generated_at = "2026-01-01T00:00:00Z"
    };
}

static void add(struct m2_findings *f, const char *id, const char *resource, enum m2_status status,
                const char *cause)
{
    struct m2_finding *it = m2_arena_alloc(a, sizeof *it);
    *it = (struct m2_finding){ .uid = m2_arena_printf(a, "%s/%s", id, resource),
                               .id = id,
                               .resource = resource,
                               .status = status,
                               .cause = cause,
                               .title = "t" };
    m2_vec_push(a, &f->list, it);
}

/* "new x/y; gone …" */
static const char *told(const struct m2_diff *d)
{
    const char *s = "";
    for (size_t i = 0; i < d->list.len; i++)
        s = m2_arena_printf(a, "%s%s%s %s", s, *s ? "; " : "", m2_change_name(d->list.at[i].kind),
                            d->list.at[i].uid);
    return s;
}

static void begin(void)
{
    a = m2_arena_new();
}

static void end(void)
{
    m2_arena_free(a);
}

TestSuite(diff, .init = begin, .fini = end);

Test(diff, new_gone_and_changed_in_one_account)
{
    struct m2_findings then = side("1", "r"), now = side("1", "r");
    struct m2_diff d;
    add(&then, "net.egress", "subnet-1", M2_FAIL, "net.no-default-route");
    add(&now, "net.egress", "subnet-1", M2_PASS, NULL);
    add(&then, "net.acl", "subnet-1", M2_PASS, NULL);
    add(&now, "net.acl", "subnet-1", M2_FAIL, "net.acl-blocks-egress");
    add(&then, "image.uri", "x", M2_WARN, "image.tag-latest");
    add(&now, "image.uri", "x", M2_FAIL, "image.uri-invalid");
    add(&then, "lambda.state", "fn", M2_FAIL, "a");
    add(&now, "lambda.state", "fn", M2_FAIL, "b");
    add(&then, "stack.status", "s", M2_FAIL, "stack.failed");
    add(&now, "stack.status", "s", M2_UNKNOWN, NULL); /* what is not seen is not gone */
    add(&then, "storage.buckets", "same", M2_WARN, "bucket.no-encryption");
    add(&now, "storage.buckets", "same", M2_WARN, "bucket.no-encryption");
    m2_diff_make(&d, a, &then, &now, "then.json");
    cr_assert_str_eq(told(&d), "gone net.egress/subnet-1; new net.acl/subnet-1; changed image.uri/x; changed "
                               "lambda.state/fn; changed stack.status/s");
    cr_assert_str_eq(m2_diff_summary(a, &d), "1 new, 1 gone, 3 changed");
    cr_assert_str_eq(m2_change_states(a, &d.list.at[0]), "pass, was fail");
    cr_assert_str_eq(m2_change_states(a, &d.list.at[3]), "fail, for another cause: b, was a");
    cr_assert_eq(d.not_compared.len, 0);
}

Test(diff, another_subnet_of_the_same_account_is_another_one)
{
    struct m2_findings then = side("1", "r"), now = side("1", "r");
    struct m2_diff d;
    add(&then, "net.egress", "subnet-0a1b2c3d", M2_FAIL, "c");
    add(&now, "net.egress", "subnet-0a1b2c3e", M2_FAIL, "c");
    m2_diff_make(&d, a, &then, &now, "f");
    cr_assert_str_eq(told(&d), "new net.egress/subnet-0a1b2c3e; gone net.egress/subnet-0a1b2c3d");
}

Test(diff, between_two_accounts_generated_ids_are_the_same)
{
    struct m2_findings then = side("111122223333", "us-east-1"), now = side("444455556666", "us-gov-west-1");
    struct m2_diff d;
    then.stack = "lab-one";
    now.stack = "lab-two";
    add(&then, "net.egress", "subnet-0a1b2c3d4e5f60718", M2_FAIL, "net.no-default-route");
    add(&now, "net.egress", "subnet-0ffffc3d4e5f60719", M2_FAIL, "net.no-default-route");
    add(&then, "access.trust", "arn:aws:iam::111122223333:role/lab-one-Role", M2_WARN, "w");
    add(&now, "access.trust", "arn:aws:iam::444455556666:role/lab-two-Role", M2_WARN, "w");
    add(&then, "storage.buckets", "data-111122223333-us-east-1", M2_WARN, "w");
    add(&now, "storage.buckets", "data-444455556666-us-gov-west-1", M2_PASS, NULL);
    add(&now, "storage.buckets", "deadbeefly", M2_WARN, "w"); /* a name, not an id */
    m2_diff_make(&d, a, &then, &now, "f");
    cr_assert_str_eq(told(&d),
                     "gone storage.buckets/data-111122223333-us-east-1; new storage.buckets/deadbeefly");
}

Test(diff, what_one_side_did_not_check_is_neither_new_nor_gone)
{
    struct m2_findings then = side("1", "r"), now = side("1", "r");
    struct m2_diff d;
    add(&then, "net.egress", "x", M2_FAIL, "c");
    add(&then, "net.egress", "y", M2_FAIL, "c");
    add(&now, "image.uri", "z", M2_FAIL, "c");
    m2_diff_make(&d, a, &then, &now, "f");
    cr_assert_eq(d.list.len, 0);
    cr_assert_eq(d.not_compared.len, 2);
    cr_assert_str_eq(m2_diff_summary(a, &d), "nothing changed");
}

Test(diff, a_report_is_read_back_and_what_is_none_is_refused)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "{}", "its schema is not given" },
        { "{\"schema\":\"m2-report/2\"}", "its schema is m2-report/2" },
        { "{\"schema\":\"m2-report/1\"}", "\"findings\" must be a list" },
        { "{\"schema\":\"m2-report/1\",\"findings\":[{\"id\":\"x\",\"status\":\"pass\"}]}", "findings[0]" },
        { "{\"schema\":\"m2-report/1\",\"findings\":[{\"id\":\"x\",\"uid\":\"x/y\",\"status\":\"fine\"}]}",
          "fine" },
        { "{\"schema\":\"m2-report/1\",\"findings\":[7]}", "findings[0]" },
    };
    struct m2_err err = { 0 };
    struct m2_value *doc = NULL;
    struct m2_findings now = side("1", "r"), back;
    struct m2_diff d;
    add(&now, "net.egress", "x", M2_FAIL, "c");
    cr_assert_eq(m2_findings_read(&back, a, m2_findings_to_value(a, &now), "f", &err), 0, "%s", err.msg);
    m2_diff_make(&d, a, &back, &now, "f");
    cr_assert_eq(d.list.len + d.not_compared.len, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert_eq(m2_json_parse(&doc, a, m2_bytes_of(bad[i].text), "f", &err), 0);
        cr_assert_eq(m2_findings_read(&back, a, doc, "f", &err), -1, "%zu", i);
        cr_assert(err.code == M2_EINPUT && strstr(err.msg, bad[i].says), "%zu: %s", i, err.msg);
    }
}
