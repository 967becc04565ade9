/* Every fault at every exchange of a call of several pages, in each protocol: the call ends, once, as
 * documented. */
#include <criterion/criterion.h>
#include <string.h>

#include "clientfix.h"
#include "m2/json.h"

static const struct script_row rows[] = {
    { .has = "NextToken=two",
      .status = 200,
      .body = "<DescribeVpcsResponse><vpcSet><item/></vpcSet></DescribeVpcsResponse>" },
    { .has = "Action=DescribeVpcs",
      .status = 200,
      .body =
          "<DescribeVpcsResponse><vpcSet><item/></vpcSet><nextToken>two</nextToken></DescribeVpcsResponse>" },
    { .has = "Action=ListRoles",
      .also = "Marker=two",
      .status = 200,
      .body = "<ListRolesResponse><ListRolesResult><Roles><member/></Roles><IsTruncated>false</IsTruncated></"
              "ListRolesResult></ListRolesResponse>" },
    { .has = "Action=ListRoles",
      .status = 200,
      .body = "<ListRolesResponse><ListRolesResult><Roles><member/></Roles><IsTruncated>true</"
              "IsTruncated><Marker>two</Marker>"
              "</ListRolesResult></ListRolesResponse>" },
    { .has = "ListClusters", .also = "\"two\"", .status = 200, .body = "{\"clusterArns\":[\"b\"]}" },
    { .has = "ListClusters", .status = 200, .body = "{\"clusterArns\":[\"a\"],\"nextToken\":\"two\"}" },
    { .has = "/functions", .also = "Marker=two", .status = 200, .body = "{\"Functions\":[{}]}" },
    { .has = "/functions", .status = 200, .body = "{\"Functions\":[{}],\"NextMarker\":\"two\"}" },
    { .has = "version-id-marker=v",
      .status = 200,
      .body = "<ListVersionsResult><Version><Key>b</Key></Version></ListVersionsResult>" },
    { .has = "versions",
      .status = 200,
      .body = "<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</"
              "NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>"
              "<Version><Key>a</Key></Version></ListVersionsResult>" },
    { 0 }
};

static const struct {
    const char *service, *operation, *input, *list;
} calls[] = {
    { "ec2", "DescribeVpcs", NULL, "Vpcs" },
    { "iam", "ListRoles", NULL, "Roles" },
    { "ecs", "ListClusters", NULL, "clusterArns" },
    { "lambda", "ListFunctions", NULL, "Functions" },
    { "s3", "ListObjectVersions", "{\"Bucket\":\"my-bucket\"}", "Versions" },
};

/* What a fault that never ends comes to. S3 begins a 200 before it knows the end: there the last two count as
 * 500. */
static const enum m2_errc final[M2_FAULT_COUNT] = {
    [M2_FAULT_REFUSED] = M2_ENET,           [M2_FAULT_TIMEOUT_BEFORE] = M2_ETIMEOUT,
    [M2_FAULT_TIMEOUT_AFTER] = M2_ETIMEOUT, [M2_FAULT_RESET_BODY] = M2_ENET,
    [M2_FAULT_500] = M2_ESERVICE,           [M2_FAULT_500_HTML] = M2_ESERVICE,
    [M2_FAULT_THROTTLED] = M2_ETHROTTLE,    [M2_FAULT_GARBAGE] = M2_EPROTO,
    [M2_FAULT_EMPTY] = M2_EPROTO,
};

struct ended {
    int n;
    enum m2_aws_status status;
    enum m2_errc class;
    size_t items;
    const char *list;
    char sentence[512];
};

static void on_done(void *user, const struct m2_aws_answer *a)
{
    struct ended *e = user;
    e->n++;
    e->status = a->status;
    e->class = a->err.code;
    e->items = m2_v_len(m2_v_get(a->output, e->list));
    strncpy(e->sentence, a->err.msg, sizeof e->sentence - 1);
}

static struct ended run(size_t which, enum m2_fault fault, uint64_t at, uint64_t times, uint64_t *started)
{
    struct clientfix f;
    struct ended e = { .list = calls[which].list };
    clientfix_init(&f, NULL, rows);
    struct m2_net *n = m2_net_faulty(&f.net.net, fault, at, times);
    m2_aws_free(f.client);
    struct m2_err err = { 0 };
    struct m2_aws_options opt = { .sys = &f.sys.sys, .net = n, .config = &f.config };
    cr_assert_eq(m2_aws_new(&f.client, &opt, &err), 0);
    struct m2_value *input = m2_v_object(f.arena);
    if (calls[which].input)
        m2_v_set_str(f.arena, input, "Bucket", "my-bucket");
    struct m2_aws_call call = { .service = calls[which].service,
                                .operation = calls[which].operation,
                                .input = input };
    m2_aws_start(f.client, f.arena, &call, on_done, &e);
    while (m2_net_step(n, 0))
        ;
    *started = m2_net_started(n);
    m2_aws_free(f.client);
    m2_net_free(n); /* and the scripted loop inside */
    m2_arena_free(f.arena);
    return e;
}

Test(client_faults, a_passing_fault_is_survived_and_a_lasting_one_is_named)
{
    for (size_t c = 0; c < sizeof calls / sizeof calls[0]; c++) {
        uint64_t started;
        struct ended e = run(c, M2_FAULT_NONE, 1, 0, &started);
        cr_assert(e.status == M2_AWS_OK && e.items == 2 && started == 2, "%s: %zu items, %s",
                  calls[c].operation, e.items, e.sentence);
        for (int fault = M2_FAULT_NONE + 1; fault < M2_FAULT_COUNT; fault++)
            for (uint64_t at = 1; at <= 2; at++) {
                e = run(c, (enum m2_fault)fault, at, 1, &started);
                cr_assert_eq(e.n, 1, "%s fault %d at %d", calls[c].operation, fault, (int)at);
                bool passes = fault != M2_FAULT_GARBAGE && fault != M2_FAULT_EMPTY;
                if (passes || strcmp(calls[c].service, "s3") == 0)
                    cr_assert(e.status == M2_AWS_OK && e.items == 2, "%s fault %d at %d: %s",
                              calls[c].operation, fault, (int)at, e.sentence);
                e = run(c, (enum m2_fault)fault, at, 1000, &started);
                cr_assert_eq(e.n, 1);
                bool as_500 = !passes && strcmp(calls[c].service, "s3") == 0;
                cr_assert_eq(e.class, as_500 ? M2_ESERVICE : final[fault], "%s fault %d at %d: %d %s",
                             calls[c].operation, fault, (int)at, (int)e.class, e.sentence);
                cr_assert(strstr(e.sentence, calls[c].operation), "%s", e.sentence);
                cr_assert(started <= at + 2, "three attempts at most: %d", (int)started);
            }
    }
}

/* What m2_empty_bucket builds on: it paces and repeats itself. */
Test(client_faults, one_attempt_is_the_answer_for_who_repeats_himself)
{
    static const struct script_row rows[] = {
        { .has = "POST", .times = 1, .status = 503, .body = "<Error><Code>SlowDown</Code></Error>" },
        { .has = "POST", .times = 1, .fault = M2_ENET },
        { .has = "POST", .status = 200, .body = "<DeleteResult/>" },
        { .has = "GET", .status = 200, .body = "<ListVersionsResult/>" },
        { 0 }
    };
    struct clientfix f;
    struct m2_value *input = NULL;
    clientfix_init(&f, NULL, rows);
    cr_assert_eq(
        m2_json_parse(
            &input, f.arena,
            m2_bytes_of("{\"Bucket\":\"b\",\"Delete\":{\"Objects\":[{\"Key\":\"k\",\"VersionId\":\"v\"}]}}"),
            "input", NULL),
        0);
    struct m2_aws_call call = { .service = "s3",
                                .operation = "DeleteObjects",
                                .input = input,
                                .once = true,
                                .repeatable = true,
                                .finish = true };
    static const char *const says[] = { "SlowDown", "scripted fault" };
    for (size_t i = 0; i < 2; i++) {
        struct m2_err err = { 0 };
        struct m2_value *out;
        cr_assert_eq(m2_aws_fetch(&out, f.arena, f.client, &call, &err), -1);
        cr_assert(strstr(err.msg, says[i]) && !strstr(err.msg, "not known"), "%s", err.msg);
        cr_assert_eq(f.net.n_asked, i + 1, "asked once");
        cr_assert(!(f.net.flags[i] & M2_HTTP_NO_REUSE) && (f.net.flags[i] & M2_HTTP_FINISH));
    }
    int64_t before = f.sys.mono_ms;
    struct outcome o;
    clientfix_call(&f, &o, "s3", "ListObjectVersions", "{\"Bucket\":\"b\"}");
    cr_assert(o.status == M2_AWS_OK && f.sys.mono_ms == before, "no other call waits for it");
    clientfix_free(&f);
}
