/* Cost and Usage Reports, 2.0 and legacy. Source: AWS Data Exports guide, CUR 2.0 column dictionary. */
#include <string.h>

#include "cost/export/parts.h"
#include "m2/str.h"

static const struct bill_type_row types[] = {
    { "Usage", M2_CHARGE_USAGE },
    { "SavingsPlanCoveredUsage", M2_CHARGE_COVERED },
    { "SavingsPlanNegation", M2_CHARGE_PLAN },
    { "SavingsPlanRecurringFee", M2_CHARGE_FEE },
    { "SavingsPlanUpfrontFee", M2_CHARGE_FEE },
    { "DiscountedUsage", M2_CHARGE_RESERVED },
    { "RIFee", M2_CHARGE_FEE },
    { "Fee", M2_CHARGE_FEE },
    { "Discount", M2_CHARGE_DISCOUNT },
    { "BundledDiscount", M2_CHARGE_DISCOUNT },
    { "EdpDiscount", M2_CHARGE_DISCOUNT },
    { "PrivateRateDiscount", M2_CHARGE_DISCOUNT },
    { "RiVolumeDiscount", M2_CHARGE_DISCOUNT },
    { "SppDiscount", M2_CHARGE_DISCOUNT },
    { "DistributorDiscount", M2_CHARGE_DISCOUNT },
    { "Credit", M2_CHARGE_CREDIT },
    { "Refund", M2_CHARGE_REFUND },
    { "Tax", M2_CHARGE_TAX },
    { NULL, M2_CHARGE_UNKNOWN },
};

static enum m2_charge charge(const char *const field[COL_COUNT])
{
    return m2_bill_type(types, field[COL_TYPE]);
}

static const char *version(const struct m2_bytes *header, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strchr(header[i].p, '/'))
            return "CUR (legacy)";
    return "CUR 2.0";
}

const struct bill_kind m2_bill_cur = {
    .title = "Cost and Usage Report",
    .without_resources = "resource ids (INCLUDE_RESOURCES)",
    .column = { [COL_TYPE] = { "line_item_line_item_type", NULL, true },
                [COL_SERVICE] = { "line_item_product_code", NULL, true },
                [COL_USAGE_TYPE] = { "line_item_usage_type", NULL, true },
                [COL_START] = { "line_item_usage_start_date", NULL, true },
                [COL_END] = { "line_item_usage_end_date", NULL, false },
                [COL_PERIOD] = { "bill_billing_period_start_date", NULL, false },
                [COL_LIST] = { "line_item_unblended_cost", NULL, true },
                [COL_QUANTITY] = { "line_item_usage_amount", NULL, true },
                [COL_CURRENCY] = { "line_item_currency_code", NULL, false },
                [COL_RESOURCE] = { "line_item_resource_id", NULL, false },
                [COL_REGION] = { "product_region_code", "product_region", false },
                [COL_INVOICE] = { "bill_invoice_id", NULL, false },
                [COL_PARENT] = { "split_line_item_parent_resource_id", NULL, false },
                [COL_TAGS] = { "resource_tags", NULL, false } },
    .charge = charge,
    .version = version,
};
