/* Reading units and lists of units in every shape, the payload, finding the same one, comparing. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/unit.h"

static struct m2_value *json(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    char *copy = m2_arena_strdup(a, text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(copy), "test", &err), 0, "%s in %s", err.msg, text);
    return v;
}

#define U1 "{'computingUnitId':'u-1','appName':'MR Optimum','mode':'mode_1','provider':'cloudmrhub'}"
#define U2 "{'computing_unit_id':'u-2','appName':'MR Optimum','mode':'mode2','provider':'user'}"
#define U3 "{'id':'u-3','appName':'MR Optimum'}"

static const struct {
    const char *body;
    const char *ids;  /* "u-1 mode_1, …" */
    const char *says; /* of an error, instead */
    const char *next; /* "name=value" */
} lists[] = {
    { "[" U1 "," U2 "]", "u-1 mode_1, u-2 mode_2", NULL, NULL },
    { "{'units':[" U1 "]}", "u-1 mode_1", NULL, NULL },
    { "{'computingUnits':[" U2 "],'count':1}", "u-2 mode_2", NULL, NULL },
    { "{'items':[" U1 "," U1 "]}", "u-1 mode_1", NULL, NULL }, /* answered twice */
    { "{'success':true,'data':[" U2 "]}", "u-2 mode_2", NULL, NULL },
    { "{'data':{'units':[" U2 "]}}", "u-2 mode_2", NULL, NULL },
    { "{'data':{'mode_1':[" U1 "],'mode_2':[" U3 "]}}", "u-1 mode_1, u-3 mode_2", NULL, NULL },
    { "{'mode_1':[" U1 "],'mode_2':[" U3 "]}", "u-1 mode_1, u-3 mode_2", NULL, NULL },
    { "{'mode_1':" U1 ",'mode_2':null}", "u-1 mode_1", NULL, NULL },
    { "{'mode1':[],'mode2':[" U3 "]}", "u-3 mode_2", NULL, NULL },
    { "[]", "", NULL, NULL },
    { "{'units':null,'count':0}", "", NULL, NULL },
    { "{'units':[" U1 "],'nextToken':'p2'}", "u-1 mode_1", NULL, "nextToken=p2" },
    { "{'units':[" U1 "],'next_token':'p 2'}", "u-1 mode_1", NULL, "next_token=p 2" },
    { "{'items':[],'LastEvaluatedKey':{'id':'u-1'}}", "", NULL, "LastEvaluatedKey={\"id\":\"u-1\"}" },
    { "{'units':[],'nextToken':null}", "", NULL, NULL },
    { "{'units':[],'nextToken':''}", "", NULL, NULL },
    { "{'message':'hello','rows':[]}", NULL, "an object with the members message, rows", NULL },
    { "{}", NULL, "an object without members", NULL },
    { "'nothing'", NULL, "a text", NULL },
    { "17", NULL, "a number", NULL },
    { "[1,2]", NULL, "a number where a unit should be", NULL },
    { "{'units':'none'}", NULL, "a text", NULL },
    { "{'units':{'units':{'units':{'units':{'units':{'units':[]}}}}}}", NULL, "an object", NULL },
};

Test(unit, lists_in_every_shape)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_units units = { .next = NULL };
        struct m2_err err = { 0 };
        int rc = m2_units_read(&units, a, json(a, lists[i].body), &err);
        if (lists[i].says) {
            cr_assert(rc < 0 && err.code == M2_EPROTO && strstr(err.msg, lists[i].says), "%s: %s",
                      lists[i].body, err.msg);
            cr_assert_eq(units.list.len, 0);
            m2_arena_free(a);
            continue;
        }
        cr_assert_eq(rc, 0, "%s: %s", lists[i].body, err.msg);
        const char *ids = "";
        for (size_t k = 0; k < units.list.len; k++)
            ids = m2_arena_printf(a, "%s%s%s %s", ids, k ? ", " : "", units.list.at[k].id,
                                  m2_str_or(units.list.at[k].at[M2_UNIT_MODE], "?"));
        cr_assert_str_eq(ids, lists[i].ids, "%s gave %s", lists[i].body, ids);
        const char *next = units.next ? m2_arena_printf(a, "%s=%s", units.next_name, units.next) : NULL;
        cr_assert(m2_str_eq(next, lists[i].next), "%s: next %s", lists[i].body, next);
        m2_arena_free(a);
    }
}

Test(unit, old_names_numbers_and_keys_that_stay_hidden)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_unit u;
    m2_unit_read(
        &u, a,
        json(a, "{'id':7,'appId':'app-1','mode':'Mode 2','aws_account_id':12345678901,'isDefault':false,"
                "'apiEndpoint':'https://w','api_key':'HUSHkey','state_machine_arn':null,'alias':''}"));
    cr_assert_str_eq(u.id, "7");
    cr_assert_str_eq(u.app_id, "app-1");
    cr_assert_null(u.at[M2_UNIT_APP]);
    cr_assert_str_eq(u.at[M2_UNIT_MODE], "mode_2");
    cr_assert_str_eq(u.at[M2_UNIT_ACCOUNT], "012345678901");
    cr_assert_str_eq(u.at[M2_UNIT_DEFAULT], "false");
    cr_assert_str_eq(u.at[M2_UNIT_ENDPOINT], "https://w");
    cr_assert(u.has_api_key && !u.at[M2_UNIT_STATE_MACHINE] && !u.at[M2_UNIT_ALIAS]);
    cr_assert(!strstr(m2_json_text(a, m2_unit_to_value(a, &u)), "HUSHkey"));

    struct m2_units units = { .next = NULL };
    m2_vec_push(a, &units.list, u);
    u.app_id = "app-9";
    m2_vec_push(a, &units.list, u);
    m2_units_name_apps(&units, a, json(a, "{'apps':[{'appId':'app-1','name':'MR Optimum'}],'count':1}"));
    cr_assert_str_eq(units.list.at[0].at[M2_UNIT_APP], "MR Optimum");
    cr_assert_str_eq(units.list.at[1].at[M2_UNIT_APP], "app-9");
    m2_arena_free(a);
}

#define WANTED                                                                                               \
    "{'appName':'MR Optimum','mode':'mode_2','provider':'user','awsAccountId':'123456789012','region':"      \
    "'us-east-1','stateMachineArn':'arn:sm','resultsBucket':'r','failedBucket':'f','dataBucket':'d',"        \
    "'isDefault':false,'alias':'Mode 2','crossAccountRoleArn':'arn:role','externalId':'lab-42'}"

Test(unit, the_payload_is_what_the_scripts_send)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_unit u;
    m2_unit_read(&u, a, json(a, WANTED));
    cr_assert_str_eq(m2_json_text(a, m2_unit_payload(a, &u)), m2_json_text(a, json(a, WANTED)));
    u.at[M2_UNIT_ROLE] = NULL;
    u.at[M2_UNIT_EXTERNAL_ID] = "";
    const char *text = m2_json_text(a, m2_unit_payload(a, &u));
    cr_assert(!strstr(text, "crossAccountRoleArn") && !strstr(text, "externalId"), "%s", text);
    m2_arena_free(a);
}

static const struct {
    enum m2_unit_field field;
    const char *value;
    enum m2_unit_relation relation;
    const char *why;
} relations[] = {
    { M2_UNIT_ALIAS, "another", M2_UNIT_SAME, "" },
    { M2_UNIT_ROLE, NULL, M2_UNIT_SAME, "" },
    { M2_UNIT_PROVIDER, "self-hosted", M2_UNIT_SAME, "" },
    { M2_UNIT_REGION, "us-west-2", M2_UNIT_NEAR, "region us-west-2 instead of us-east-1" },
    { M2_UNIT_STATE_MACHINE, "arn:old", M2_UNIT_NEAR, "state machine arn:old instead of arn:sm" },
    { M2_UNIT_ACCOUNT, "210987654321", M2_UNIT_NEAR, "AWS account 210987654321 instead of 123456789012" },
    { M2_UNIT_APP, "mroptimum", M2_UNIT_NEAR, "application mroptimum instead of MR Optimum" },
    { M2_UNIT_APP, "CAMRIE", M2_UNIT_OTHER, NULL },
    { M2_UNIT_MODE, "mode_1", M2_UNIT_OTHER, NULL },
};

Test(unit, the_same_near_and_other_units)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_unit wanted, other;
    m2_unit_read(&wanted, a, json(a, WANTED));
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        other = wanted;
        other.at[relations[i].field] = relations[i].value;
        cr_assert_eq(m2_unit_relate(&wanted, &other), relations[i].relation, "row %zu", i);
        if (relations[i].why)
            cr_assert_str_eq(m2_unit_why_near(a, &wanted, &other), relations[i].why);
    }
    struct m2_unit foreign;
    m2_unit_read(
        &foreign, a,
        json(a, "{'appName':'MR Optimum','mode':'mode_2','awsAccountId':'1','stateMachineArn':'x'}"));
    cr_assert_eq(m2_unit_relate(&wanted, &foreign), M2_UNIT_OTHER);
    struct m2_unit worker;
    m2_unit_read(&worker, a,
                 json(a, "{'appName':'A','mode':'mode_2','apiEndpoint':'https://w','region':'r'}"));
    foreign = worker;
    cr_assert_eq(m2_unit_relate(&worker, &foreign), M2_UNIT_SAME);
    foreign.at[M2_UNIT_ENDPOINT] = "https://v";
    cr_assert_eq(m2_unit_relate(&worker, &foreign), M2_UNIT_OTHER);
    m2_arena_free(a);
}

Test(unit, which_of_two_is_kept_does_not_depend_on_who_asks)
{
    const struct m2_unit old = { .id = "b", .created = "2026-01-01" },
                         young = { .id = "a", .created = "2026-02-01" };
    const struct m2_unit plain = { .id = "c" };
    cr_assert(m2_unit_keep(&old, &young) < 0 && m2_unit_keep(&young, &old) > 0);
    const struct m2_unit nameless = { .created = "2020" };
    cr_assert(m2_unit_keep(&old, &nameless) < 0 && m2_unit_keep(&nameless, &young) > 0);
    cr_assert(m2_unit_keep(&old, &plain) < 0 && m2_unit_keep(&plain, &old) > 0);
}

static const struct {
    enum m2_unit_field field;
    const char *expected, *registered;
    enum m2_field_verdict verdict;
    size_t wrong, warnings;
} fields[] = {
    { M2_UNIT_MODE, "mode_2", "mode_2", M2_FIELD_SAME, 0, 0 },
    { M2_UNIT_PROVIDER, "user", "self-hosted", M2_FIELD_ACCEPTED, 0, 0 },
    { M2_UNIT_PROVIDER, "cloudmrhub", "self-hosted", M2_FIELD_DIFFERS, 1, 0 },
    { M2_UNIT_ROLE, "arn:role", NULL, M2_FIELD_MISSING, 1, 0 },
    { M2_UNIT_EXTERNAL_ID, "", "left-over", M2_FIELD_DIFFERS, 1, 0 },
    { M2_UNIT_EXTERNAL_ID, "", NULL, M2_FIELD_SAME, 0, 0 },
    { M2_UNIT_ALIAS, "Mode 2", "Mine", M2_FIELD_DIFFERS, 0, 1 },
    { M2_UNIT_DEFAULT, "false", NULL, M2_FIELD_ACCEPTED, 0, 0 },
    { M2_UNIT_DEFAULT, "false", "true", M2_FIELD_DIFFERS, 0, 1 },
};

Test(unit, fields_are_compared_one_by_one)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct m2_unit expected = { 0 }, registered = { 0 };
        struct m2_fields f;
        expected.at[fields[i].field] = fields[i].expected;
        registered.at[fields[i].field] = fields[i].registered;
        registered.at[M2_UNIT_LOGO] = "nobody asked";
        m2_unit_compare(&f, &expected, &registered);
        cr_assert(f.n == 1 && f.at[0].verdict == fields[i].verdict && f.wrong == fields[i].wrong &&
                      f.warnings == fields[i].warnings,
                  "row %zu: %s", i, m2_field_verdict_name(f.at[0].verdict));
    }
}
