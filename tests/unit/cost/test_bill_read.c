#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "m2/file.h"
#include "m2/reconcile.h"
#include "m2/str.h"

#define CUR                                                                                                  \
    "line_item_line_item_type,line_item_product_code,line_item_usage_type,line_item_usage_start_date,"       \
    "line_item_usage_end_date,line_item_unblended_cost,line_item_usage_amount,line_item_resource_id,"        \
    "resource_tags,split_line_item_parent_resource_id,line_item_currency_code\n"
#define FOCUS                                                                                                \
    "ChargeCategory,ChargeClass,x_ServiceCode,SkuMeter,ChargePeriodStart,ListCost,BilledCost,"               \
    "ConsumedQuantity,"                                                                                      \
    "CommitmentDiscountStatus,InvoiceId\n"

struct seen {
    struct m2_buf text; /* one line a row */
};

static int note(void *user, const struct m2_bill_row *row, struct m2_err *err)
{
    struct seen *s = user;
    char list[M2_DECIMAL_SIZE], billed[M2_DECIMAL_SIZE], quantity[M2_DECIMAL_SIZE];
    (void)err;
    m2_pico_print(list, row->list);
    m2_pico_print(billed, row->billed);
    m2_fixed_print(quantity, row->quantity, 12, 12, 0);
    m2_buf_addf(&s->text, "%d %s %s %s %s %s %s%s\n", (int)row->charge, row->service, row->usage_type, list,
                billed, quantity, row->resource, row->invoiced ? "" : " -");
    return 0;
}

static char path[64];

static void write_file(const char *data, size_t n, bool packed)
{
    (void)snprintf(path, sizeof path, "/tmp/m2-bill-%ld", (long)getpid());
    gzFile f = gzopen(path, packed ? "wb" : "wbT");
    cr_assert(f && gzwrite(f, data, (unsigned)n) == (int)n && gzclose(f) == Z_OK);
}

static int read_file(struct seen *s, struct m2_bill_export *x, const struct m2_bill_ask *ask,
                     struct m2_err *err)
{
    m2_buf_init(&s->text, 1 << 20);
    int rc = m2_bill_read(x, path, ask, note, s, err);
    (void)unlink(path);
    return rc;
}

static int read_text(struct seen *s, struct m2_bill_export *x, const char *text, struct m2_err *err)
{
    const struct m2_bill_ask ask = { .sys = m2_sys_real() };
    write_file(text, strlen(text), false);
    return read_file(s, x, &ask, err);
}

/* Charge numbers: 0 usage, 1 covered, 2 plan, 3 reserved, 4 fee, 5 discount, 6 credit, 7 refund, 8 tax, 9
 * unknown. */
Test(bill_read, every_line_type_of_both_kinds_is_known)
{
    static const struct {
        const char *type, *more;
        enum m2_charge charge;
    } cur[] = { { "Usage", "", M2_CHARGE_USAGE },
                { "SavingsPlanCoveredUsage", "", M2_CHARGE_COVERED },
                { "SavingsPlanNegation", "", M2_CHARGE_PLAN },
                { "SavingsPlanRecurringFee", "", M2_CHARGE_FEE },
                { "SavingsPlanUpfrontFee", "", M2_CHARGE_FEE },
                { "DiscountedUsage", "", M2_CHARGE_RESERVED },
                { "RIFee", "", M2_CHARGE_FEE },
                { "Fee", "", M2_CHARGE_FEE },
                { "EdpDiscount", "", M2_CHARGE_DISCOUNT },
                { "PrivateRateDiscount", "", M2_CHARGE_DISCOUNT },
                { "BundledDiscount", "", M2_CHARGE_DISCOUNT },
                { "Credit", "", M2_CHARGE_CREDIT },
                { "Refund", "", M2_CHARGE_REFUND },
                { "Tax", "", M2_CHARGE_TAX },
                { "SomethingNew", "", M2_CHARGE_UNKNOWN } },
      focus[] = { { "Usage", "", M2_CHARGE_USAGE },       { "Usage", "Used", M2_CHARGE_COVERED },
                  { "Usage", "Unused", M2_CHARGE_USAGE }, { "Purchase", "", M2_CHARGE_FEE },
                  { "Tax", "", M2_CHARGE_TAX },           { "Credit", "", M2_CHARGE_CREDIT },
                  { "Adjustment", "", M2_CHARGE_REFUND }, { "Rebate", "", M2_CHARGE_UNKNOWN } };
    for (size_t i = 0; i < sizeof cur / sizeof cur[0] + sizeof focus / sizeof focus[0]; i++) {
        size_t n = sizeof cur / sizeof cur[0];
        char text[1000], want[20];
        struct seen s;
        struct m2_bill_export x;
        struct m2_err err = { 0 };
        if (i < n)
            (void)snprintf(text, sizeof text, CUR "%s,A,B,2026-10-01T00:00:00Z,,0.5,2,,,,USD\n", cur[i].type);
        else
            (void)snprintf(text, sizeof text, FOCUS "%s,,A,B,2026-10-01T00:00:00Z,0.5,0.5,2,%s,1\n",
                           focus[i - n].type, focus[i - n].more);
        cr_assert_eq(read_text(&s, &x, text, &err), 0, "%s", err.msg);
        (void)snprintf(want, sizeof want, "%d A B 0.5 0.5 2 \n",
                       (int)(i < n ? cur[i].charge : focus[i - n].charge));
        cr_expect_str_eq(s.text.data, want);
        cr_expect_not_null(m2_charge_title(i < n ? cur[i].charge : focus[i - n].charge));
        m2_buf_free(&s.text);
    }
}

Test(bill_read, amounts_are_exact_decimals_in_every_spelling)
{
    static const struct {
        const char *text, *seen;
    } rows[] = { { "1.5666666651", "1.5666666651" },
                 { "2.0E-7", "0.0000002" },
                 { "7.125e-07", "0.0000007125" },
                 { "1e3", "1000" },
                 { "-0.35", "-0.35" },
                 { "0", "0" },
                 { "0.0000000000005", "0" }, /* half to even */
                 { "0.0000000000015", "0.000000000002" },
                 { "0.026986666699999998", "0.0269866667" },
                 { "12345678901.25", "12345678901.25" } }; /* over 9 million: six places */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1000], want[200];
        struct seen s;
        struct m2_bill_export x;
        struct m2_err err = { 0 };
        (void)snprintf(text, sizeof text, CUR "Usage,A,B,2026-10-01 00:00:00,,%s,1,r,,,USD\n", rows[i].text);
        cr_assert_eq(read_text(&s, &x, text, &err), 0, "%s: %s", rows[i].text, err.msg);
        (void)snprintf(want, sizeof want, "0 A B %s %s 1 r\n", rows[i].seen, rows[i].seen);
        cr_expect_str_eq(s.text.data, want);
        m2_buf_free(&s.text);
    }
}

Test(bill_read, list_price_and_invoice_are_told_apart_in_focus)
{
    struct seen s;
    struct m2_bill_export x;
    struct m2_err err = { 0 };
    cr_assert_eq(read_text(&s, &x,
                           FOCUS "Usage,,A,B,2026-10-01,2,0,1,Used,\n" /* a plan paid */
                                 "Usage,,A,B,2026-10-01,2,1.5,1,,77\n" /* a discount */
                                 "Tax,,A,,2026-10-01,,0.42,,,77\n"
                                 "Usage,Correction,A,B,2026-10-01,1,-1,1,,77\n",
                           &err),
                 0, "%s", err.msg);
    cr_expect_str_eq(s.text.data, "1 A B 2 0 1  -\n0 A B 2 1.5 1 \n8 A  0.42 0.42 0 \n7 A B -1 -1 1 \n");
    cr_expect_str_eq(x.format, "FOCUS 1.2");
    cr_expect(!x.has_resources);
    cr_expect_eq(x.rows, 4);
    m2_buf_free(&s.text);
}

Test(bill_read, shares_of_a_row_are_never_added_to_it)
{
    struct seen s;
    struct m2_bill_export x;
    struct m2_err err = { 0 };
    cr_assert_eq(read_text(&s, &x,
                           CUR "Usage,A,B,2026-10-01,,2,1,i-1,,,USD\n"
                               "Usage,A,B,2026-10-01,,0,1,pod,,i-1,USD\n",
                           &err),
                 0, "%s", err.msg);
    cr_expect_str_eq(s.text.data, "0 A B 2 2 1 i-1\n");
    cr_expect_eq(x.split_rows, 1);
    cr_expect_str_eq(x.format, "CUR 2.0");
    m2_buf_free(&s.text);
}

Test(bill_read, tags_are_found_in_a_cell_or_a_column_of_their_own)
{
    static const struct {
        const char *header, *yes, *no;
    } rows[] = {
        { CUR, "Usage,A,B,2026-10-01,,2,1,r,\"{\"\"user_lab_name\"\":\"\"mri\"\"}\",,USD\n",
          "Usage,A,B,2026-10-01,,2,1,r,\"{\"\"user_lab_name\"\":\"\"other\"\"}\",,USD\nUsage,A,B,2026-10-01,,"
          "2,1,r,,,USD\n" },
        { "lineItem/LineItemType,lineItem/ProductCode,lineItem/UsageType,lineItem/UsageStartDate,lineItem/"
          "UnblendedCost,"
          "lineItem/UsageAmount,lineItem/ResourceId,resourceTags/user:Lab Name\r\n",
          "Usage,A,B,2026-10-01T00:00:00Z,2,1,r,mri\r\n", "Usage,A,B,2026-10-01T00:00:00Z,2,1,r,\r\n" },
    };
    const struct m2_bill_ask ask = { .tag = "Lab Name", .tag_value = "mri", .sys = m2_sys_real() };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[2000];
        struct seen s;
        struct m2_bill_export x;
        struct m2_err err = { 0 };
        (void)snprintf(text, sizeof text, "\xef\xbb\xbf%s%s%s", rows[i].header, rows[i].yes, rows[i].no);
        write_file(text, strlen(text), i == 1);
        cr_assert_eq(read_file(&s, &x, &ask, &err), 0, "%s", err.msg);
        cr_expect_str_eq(s.text.data, "0 A B 2 2 1 r\n");
        cr_expect_eq(x.other_rows, i == 0 ? 2 : 1);
        cr_expect(x.other_billed == (i == 0 ? 4 : 2) * M2_PICO_PER_USD);
        m2_buf_free(&s.text);
    }
}

Test(bill_read, bad_input_is_one_sentence_with_its_place)
{
    static const struct {
        const char *text;
        size_t n; /* 0: strlen */
        const char *says;
    } rows[] = {
        { "", 0, "empty" },
        { "PAR1\x15\x04", 6, "a Parquet file; make the export as text/csv" },
        { "PK\003\004....", 8, "a zip archive; unpack it" },
        { "\xff\xfe"
          "l\0i\0",
          6, "UTF-16" },
        { "line\0item,b\n", 12, "NUL" },
        { "\x01\x02\x03,\x04\n1,2\n", 0, "a binary file" },
        { "\xc3\x28,b\n1,2\n", 0, "a binary file" },
        { "job_id,vcpu\n1,2\n", 0, ":1: neither a Cost and Usage Report" },
        { "ChargeCategory,ListCost,BilledCost,ChargePeriodStart\n", 0,
          ":1: this FOCUS export lacks the needed columns x_ServiceCode, SkuMeter (or x_UsageType), "
          "ConsumedQuantity" },
        { "line_item_usage_type\n", 0,
          "lacks the needed columns line_item_line_item_type, line_item_product_code, "
          "line_item_usage_start_date, "
          "line_item_unblended_cost, line_item_usage_amount" },
        { "line_item_line_item_type,lineItem/LineItemType,line_item_product_code,line_item_usage_type,"
          "line_item_usage_start_date,line_item_unblended_cost,line_item_usage_amount\n",
          0, ":1: the column line_item_line_item_type is there twice" },
        { CUR "Usage,A,B,2026-10-01,,2,1,r,,,USD\nUsage,A,B,2026-10-01,,2,1,r,,\n", 0,
          ":3: 10 fields where the header has 11" },
        { CUR "Usage,A,B,2026-10-01,,\"1,5\",1,r,,,USD\n", 0,
          ":2: line_item_unblended_cost \"1,5\" is no decimal number" },
        { CUR "Usage,A,B,2026-10-01,,nan,1,r,,,USD\n", 0, "\"nan\" is no decimal number" },
        { CUR "Usage,A,B,2026-10-01,,0x10,1,r,,,USD\n", 0, "\"0x10\" is no decimal number" },
        { CUR "Usage,A,B,2026-10-01,,,1,r,,,USD\n", 0, "line_item_unblended_cost \"\" is no decimal number" },
        { CUR "Usage,A,B,2026-10-01,,1,,r,,,USD\n", 0, "line_item_usage_amount \"\" is no decimal number" },
        { CUR "Usage,A,B,2026-10-01,,1e30,1,r,,,USD\n", 0, "\"1e30\" is no decimal number" },
        { CUR "Usage,A,B,2026-13-01,,1,1,r,,,USD\n", 0,
          ":2: line_item_usage_start_date \"2026-13-01\" is no time" },
        { CUR "Usage,A,B,,,1,1,r,,,USD\n", 0, "line_item_usage_start_date \"\" is no time" },
        { CUR "Usage,A,B,2026-10-01,soon,1,1,r,,,USD\n", 0, "line_item_usage_end_date \"soon\" is no time" },
        { CUR "Usage,A,B,2026-10-01,,1,1,r,,,CNY\n", 0, ":2: the bill is in CNY; only USD can be compared" },
        { CUR "Usage,A,\"B,2026-10-01,,1,1,r,,,USD\n", 0, ":2: the text ends inside the quotation marks" },
        { CUR "Usage,A\"x,B,2026-10-01,,1,1,r,,,USD\n", 0, ":2:8: a quotation mark" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct seen s;
        struct m2_bill_export x;
        struct m2_err err = { 0 };
        const struct m2_bill_ask ask = { .sys = m2_sys_real() };
        write_file(rows[i].text, rows[i].n ? rows[i].n : strlen(rows[i].text), false);
        cr_expect_eq(read_file(&s, &x, &ask, &err), -1, "row %zu", i);
        cr_expect_eq(err.code, M2_EINPUT, "row %zu: %s", i, err.msg);
        cr_expect(strstr(err.msg, rows[i].says) && strstr(err.msg, "/tmp/m2-bill"), "row %zu: %s", i,
                  err.msg);
        cr_expect_null(strchr(err.msg, '\n'));
        m2_buf_free(&s.text);
    }
    const struct m2_bill_ask tagged = { .tag = "a", .tag_value = "b", .sys = m2_sys_real() };
    struct seen s;
    struct m2_bill_export x;
    struct m2_err err = { 0 };
    static const char text[] = CUR "Usage,A,B,2026-10-01,,1,1,r,{,,USD\n";
    write_file(text, sizeof text - 1, false);
    cr_expect_eq(read_file(&s, &x, &tagged, &err), -1);
    cr_expect(strstr(err.msg, ":2: resource_tags \"{\" is no JSON object of tags"), "%s", err.msg);
    m2_buf_free(&s.text);
}

/* The traps of scripts that look for a part of the usage type. */
Test(bill_read, a_usage_type_is_matched_whole_and_by_its_service)
{
    static const struct {
        const char *service, *usage_type, *key, *region;
    } rows[] = {
        { "AmazonECS", "USE1-Fargate-GB-Hours", "fargate.gb-hour.x86_64", "us-east-1" },
        { "AmazonECS", "USE1-Fargate-ARM-GB-Hours", "fargate.gb-hour.arm64", "us-east-1" },
        { "AmazonECS", "USE1-Fargate-Windows-GB-Hours", "fargate.gb-hour.windows", "us-east-1" },
        { "AmazonECS", "USE1-Fargate-EphemeralStorage-GB-Hours", "fargate.ephemeral-gb-hour", "us-east-1" },
        { "AmazonECS", "EUC1-SpotUsage-Fargate-GB-Hours", "fargate-spot.gb-hour.x86_64", "eu-central-1" },
        { "AmazonECS", "EU-Fargate-vCPU-Hours:perCPU", "fargate.vcpu-hour.x86_64", "eu-west-1" },
        { "AmazonECS", "Fargate-GB-Hours", "fargate.gb-hour.x86_64", NULL },
        { "AmazonECS", "XYZ1-Fargate-GB-Hours", NULL, NULL }, /* a prefix that is not known is none */
        { "AmazonECS", "USE1-USE1-Fargate-GB-Hours", NULL, "us-east-1" },
        { "AmazonECS", "USE1-Fargate-GB-Hours-Extra", NULL, "us-east-1" },
        { "AmazonEKS", "USE1-Fargate-GB-Hours", NULL, "us-east-1" },
        { "AmazonEC2", "NatGateway-Hours", "nat.hour", NULL },
        { "AmazonEC2", "EU-NatGateway-Hours", "nat.hour", "eu-west-1" },
        { "AmazonEC2", "RegionalNatGateway-Hours", NULL, NULL },
        { "AmazonS3", "TimedStorage-ByteHrs", "s3.storage-gb-month", NULL },
        { "AmazonECR", "EUW2-TimedStorage-ByteHrs", "ecr.storage-gb-month", "eu-west-2" },
        { "AmazonCloudWatch", "USE1-TimedStorage-ByteHrs", "logs.storage-gb-month", "us-east-1" },
        { "AmazonGlacier", "TimedStorage-ByteHrs", NULL, NULL },
        { "AWSLambda", "Lambda-GB-Second", "lambda.gb-second.x86_64", NULL },
        { "AWSLambda", "APS2-Lambda-GB-Second-ARM", "lambda.gb-second.arm64", "ap-southeast-2" },
        { "AWSLambda", "Lambda-Storage-GB-Second", "lambda.ephemeral-gb-second", NULL },
        { "AWSLambda", "Lambda-Edge-GB-Second", NULL, NULL },
        { "AWSLambda", "EUW2-Request", "lambda.request", "eu-west-2" },
        { "AmazonApiGateway", "USE1-Request", NULL, "us-east-1" },
        { "AmazonVPC", "USE1-PublicIPv4:InUseAddress", "ipv4.public-hour", "us-east-1" },
        { "AmazonVPC", "USE1-PublicIPv4:IdleAddress", NULL, "us-east-1" },
        { "AmazonStates", "USE1-StateTransition", "states.transition", "us-east-1" },
        { "AmazonS3", "USE1-EUC1-AWS-Out-Bytes", "transfer.cross-region-gb", "us-east-1" },
        { "AmazonS3", "DataTransfer-Out-Bytes", "transfer.out-gb", NULL },
        { "AmazonEC2", "USE2-DataTransfer-Out-Bytes", "transfer.out-gb", "us-east-2" },
        { "", "", NULL, NULL },
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_prices prices;
    const struct m2_price_region *region;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_prices_builtin(&prices, a, &err), 0);
    cr_assert_eq(m2_prices_region(&region, &prices, "us-east-1", &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_usage_match m = m2_usage_match(rows[i].service, rows[i].usage_type);
        cr_expect(m2_str_eq(m.key, rows[i].key), "%s: %s", rows[i].usage_type, m2_str_or(m.key, "none"));
        cr_expect(m2_str_eq(m.region, rows[i].region), "%s: %s", rows[i].usage_type,
                  m2_str_or(m.region, "none"));
        cr_expect(!m.key || m2_price_find(region, m.key), "%s is no price", m2_str_or(m.key, "none"));
        cr_expect_eq(m.per_task, m.key && strncmp(m.key, "fargate", 7) == 0, "%s", rows[i].usage_type);
    }
    m2_arena_free(a);
}
