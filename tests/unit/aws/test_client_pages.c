#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "clientfix.h"

#define SUBNETS(id, token)                                                                                   \
    "<DescribeSubnetsResponse><subnetSet><item><subnetId>" id                                                \
    "</subnetId></item></subnetSet><nextToken>" token "</nextToken></DescribeSubnetsResponse>"

Test(client_pages, pages_are_joined)
{
    static const struct script_row rows[] = {
        { .has = "NextToken=two", .times = 1, .status = 503 },
        { .has = "NextToken=two", .status = 200, .body = SUBNETS("subnet-2", "three") },
        { .has = "NextToken=three", .status = 200, .body = SUBNETS("subnet-3", "") },
        { .status = 200, .body = SUBNETS("subnet-1", "two") },
        { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
    cr_assert_eq(o.status, M2_AWS_OK, "%s", o.sentence);
    cr_assert_eq(m2_v_len(m2_v_get(o.output, "Subnets")), 3);
    cr_assert_str_eq(m2_v_pstr(o.output, "Subnets[2].SubnetId"), "subnet-3");
    cr_assert_null(m2_v_get(o.output, "NextToken"));
    cr_assert_eq(o.attempts, 4, "a page is repeated by itself");
    struct m2_aws_call one = { .service = "ec2", .operation = "DescribeSubnets", .one_page = true };
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_aws_fetch(&v, f.arena, f.client, &one, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_v_len(m2_v_get(v, "Subnets")), 1);
    cr_assert_str_eq(m2_v_str(v, "NextToken"), "two");
    clientfix_free(&f);
}

Test(client_pages, a_token_that_repeats_and_pages_without_end_are_errors)
{
    static const struct script_row same[] = { { .status = 200, .body = SUBNETS("subnet-1", "two") }, { 0 } };
    static const struct script_row round[] = {
        { .has = "NextToken=a", .status = 200, .body = SUBNETS("subnet-1", "b") },
        { .has = "NextToken=b", .status = 200, .body = SUBNETS("subnet-2", "a") },
        { .status = 200, .body = SUBNETS("subnet-0", "a") },
        { 0 }
    };
    static const struct script_row endless[] = {
        { .has = "NextToken=1", .status = 200, .body = SUBNETS("subnet-1", "2") },
        { .has = "NextToken=2", .status = 200, .body = SUBNETS("subnet-2", "3") },
        { .has = "NextToken=3", .status = 200, .body = SUBNETS("subnet-3", "4") },
        { .has = "NextToken=4", .status = 200, .body = SUBNETS("subnet-4", "5") },
        { .status = 200, .body = SUBNETS("subnet-0", "1") },
        { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, same);
    clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
    cr_assert(o.class == M2_EPROTO && f.net.n_asked == 2, "%s", o.sentence);
    clientfix_free(&f);
    clientfix_init(&f, NULL, round);
    clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
    cr_assert(o.class == M2_EPROTO && strstr(o.sentence, "go round"), "%s", o.sentence);
    clientfix_free(&f);
    clientfix_init(&f, NULL, endless);
    clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
    cr_assert(o.class == M2_ELIMIT && f.net.n_asked == 5, "%s", o.sentence);
    cr_assert(strstr(o.sentence, "more than 5 pages"), "%s", o.sentence);
    clientfix_free(&f);
}

Test(client_pages, a_denied_second_page_is_the_answer)
{
    static const struct script_row rows[] = {
        { .has = "NextToken=two",
          .status = 403,
          .body = "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></"
                  "Errors></Response>" },
        { .status = 200, .body = SUBNETS("subnet-1", "two") },
        { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "ec2", "DescribeSubnets", NULL);
    cr_assert(o.n == 1 && o.class == M2_EDENIED, "%s", o.sentence);
    clientfix_free(&f);
}

#define POLICY "{\"Bucket\":\"my-bucket\"}"
#define MOVED                                                                                                \
    "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message><Bucket>my-bucket</Bucket></Error>"
#define MALFORMED                                                                                            \
    "<Error><Code>AuthorizationHeaderMalformed</Code><Message>wrong "                                        \
    "region</Message><Region>eu-west-3</Region></Error>"

Test(client_pages, a_bucket_elsewhere_is_asked_there_once)
{
    static const struct {
        struct script_row rows[5];
        size_t asked;
        const char *region;
    } cases[] = {
        { { { .has = "eu-west-3/s3", .status = 200, .body = "<VersioningConfiguration/>" },
            { .status = 301,
              .headers = "x-amz-bucket-region: eu-west-3\nlocation: https://evil.example/",
              .body = MOVED } },
          2,
          "eu-west-3" },
        { { { .has = "eu-west-3/s3", .status = 200, .body = "<VersioningConfiguration/>" },
            { .status = 400, .body = MALFORMED } },
          2,
          "eu-west-3" },
        { { { .has = "eu-west-3/s3", .status = 200, .body = "<VersioningConfiguration/>" },
            { .has = "HEAD https://my-bucket.s3",
              .status = 403,
              .headers = "x-amz-bucket-region: eu-west-3" },
            { .status = 301, .body = MOVED } },
          3,
          "eu-west-3" },
        { { { .has = "HEAD ", .status = 403 }, { .status = 301, .body = MOVED } }, 2, NULL },
        { { { .status = 301, .headers = "x-amz-bucket-region: bad region!", .body = MOVED } }, 1, NULL },
        { { { .status = 301, .headers = "x-amz-bucket-region: us-east-1", .body = MOVED } }, 1, NULL },
        { { { .has = "eu-west-3", .status = 301, .headers = "x-amz-bucket-region: eu-west-4", .body = MOVED },
            { .status = 301, .headers = "x-amz-bucket-region: eu-west-3", .body = MOVED } },
          2,
          NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct clientfix f;
        struct outcome o;
        clientfix_init(&f, NULL, cases[i].rows);
        clientfix_call(&f, &o, "s3", "GetBucketVersioning", POLICY);
        cr_assert_eq(f.net.n_asked, cases[i].asked, "case %zu: %zu asked, %s", i, f.net.n_asked, o.sentence);
        cr_assert_eq(o.status == M2_AWS_OK, cases[i].region != NULL, "case %zu: %s", i, o.sentence);
        if (cases[i].region) {
            clientfix_call(&f, &o, "s3", "GetBucketVersioning", POLICY);
            cr_assert(o.status == M2_AWS_OK && o.attempts == 1, "case %zu: the region is remembered", i);
        } else {
            cr_assert(strstr(o.sentence, "PermanentRedirect"), "case %zu: %s", i, o.sentence);
        }
        for (size_t k = 0; k < f.net.n_asked; k++) {
            cr_assert_null(strstr(f.net.asked[k], "evil"), "a Location was followed");
            if (m2_str_starts(f.net.asked[k], "HEAD"))
                cr_assert_str_empty(scriptnet_header(&f.net, k, "Authorization"));
        }
        clientfix_free(&f);
    }
}

Test(client_pages, an_error_inside_a_200_of_s3_counts_as_500)
{
    static const struct script_row rows[] = {
        { .times = 1,
          .status = 200,
          .body = "<Error><Code>InternalError</Code><Message>try again</Message></Error>" },
        { .times = 1, .status = 200, .body = "<VersioningConfigura" },
        { .status = 200,
          .body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>" },
        { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "s3", "GetBucketVersioning", POLICY);
    cr_assert(o.status == M2_AWS_OK && o.attempts == 3, "%d %s", o.attempts, o.sentence);
    cr_assert_str_eq(m2_v_str(o.output, "Status"), "Enabled");
    clientfix_free(&f);
}

#define VERSIONS(key, more, next)                                                                            \
    "<ListVersionsResult><EncodingType>url</EncodingType><IsTruncated>" more "</IsTruncated>" next           \
    "<Version><Key>" key "</Key><VersionId>null</VersionId></Version></ListVersionsResult>"

Test(client_pages, keys_that_xml_cannot_carry_come_through)
{
    static const struct script_row rows[] = {
        { .has = "key-marker=a%01%2B",
          .also = "version-id-marker=v1",
          .status = 200,
          .body = VERSIONS("b%20c", "false", "") },
        { .status = 200,
          .body = VERSIONS(
              "a%01%2B", "true",
              "<NextKeyMarker>a%01%2B</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>") },
        { 0 }
    };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "s3", "ListObjectVersions", POLICY);
    cr_assert_eq(o.status, M2_AWS_OK, "%s", o.sentence);
    cr_assert(strstr(f.net.asked[0], "encoding-type=url"), "%s", f.net.asked[0]);
    cr_assert(strstr(f.net.asked[1], "key-marker=a%01%2B"), "%s", f.net.asked[1]);
    cr_assert_eq(m2_v_len(m2_v_get(o.output, "Versions")), 2);
    cr_assert_str_eq(m2_v_pstr(o.output, "Versions[0].Key"), "a\x01+");
    cr_assert_str_eq(m2_v_pstr(o.output, "Versions[1].Key"), "b c");
    cr_assert(*scriptnet_header(&f.net, 0, "x-amz-content-sha256"));
    clientfix_free(&f);
}

Test(client_pages, a_delete_of_many_objects_carries_its_checksum)
{
    static const struct script_row rows[] = { { .status = 200, .body = "<DeleteResult/>" }, { 0 } };
    struct clientfix f;
    struct outcome o;
    clientfix_init(&f, NULL, rows);
    clientfix_call(&f, &o, "s3", "DeleteObjects",
                   "{\"Bucket\":\"my-bucket\",\"Delete\":{\"Objects\":[{\"Key\":\"k\"}]}}");
    cr_assert_eq(o.status, M2_AWS_OK, "%s", o.sentence);
    cr_assert_eq(strlen(scriptnet_header(&f.net, 0, "x-amz-checksum-crc32")), 8);
    cr_assert(strstr(scriptnet_header(&f.net, 0, "Authorization"), "x-amz-checksum-crc32"), "it is signed");
    clientfix_free(&f);
}

/* ---- what is kept of pages, and when there are enough ---- */

static struct m2_value *first_only(struct m2_arena *a, const struct m2_value *page)
{
    struct m2_value *kept = m2_v_object(a), *list = m2_v_array(a);
    m2_v_push(a, list, m2_v_string(a, m2_v_pstr(page, "Subnets[0].SubnetId")));
    m2_v_set(a, kept, "Subnets", list);
    return kept;
}

struct seen {
    struct m2_value *output;
    size_t told, enough;
    char token[16];
};

static bool until_enough(void *user, const struct m2_value *joined)
{
    struct seen *s = user;
    s->told++;
    (void)snprintf(s->token, sizeof s->token, "%s", m2_str_or(m2_v_str(joined, "NextToken"), "none"));
    return m2_v_len(m2_v_get(joined, "Subnets")) < s->enough;
}

static void keep_output(void *user, const struct m2_aws_answer *answer)
{
    ((struct seen *)user)->output = answer->output;
}

Test(client_pages, enough_pages_are_the_answer_with_the_token_of_the_next)
{
    static const struct script_row rows[] = {
        { .has = "NextToken=two", .status = 200, .body = SUBNETS("subnet-2", "three") },
        { .has = "NextToken=three", .status = 200, .body = SUBNETS("subnet-3", "") },
        { .status = 200, .body = SUBNETS("subnet-1", "two") },
        { 0 }
    };
    static const struct {
        size_t enough, pages, told;
        const char *token;
    } cases[] = { { 1, 1, 1, "two" }, { 2, 2, 2, "three" }, { 9, 3, 2, NULL } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct clientfix f;
        struct seen seen = { .enough = cases[i].enough };
        const struct m2_aws_call call = {
            .service = "ec2", .operation = "DescribeSubnets", .keep = first_only, .more = until_enough
        };
        clientfix_init(&f, NULL, rows);
        m2_aws_start(f.client, f.arena, &call, keep_output, &seen);
        clientfix_run(&f);
        cr_assert_not_null(seen.output);
        cr_expect_eq(m2_v_len(m2_v_get(seen.output, "Subnets")), cases[i].pages);
        cr_expect_str_eq(m2_v_text(m2_v_at(m2_v_get(seen.output, "Subnets"), cases[i].pages - 1)),
                         cases[i].pages == 1   ? "subnet-1"
                         : cases[i].pages == 2 ? "subnet-2"
                                               : "subnet-3",
                         "kept, joined");
        cr_expect_eq(seen.told, cases[i].told, "only when another page would follow");
        cr_expect(m2_str_eq(m2_v_str(seen.output, "NextToken"), cases[i].token), "%zu", i);
        clientfix_free(&f);
    }
}
