/* FOCUS 1.0 and 1.2 as AWS exports them. Source: AWS Data Exports guide, FOCUS column dictionaries. */
#include "cost/export/parts.h"
#include "m2/str.h"

static const struct bill_type_row types[] = {
    { "Usage", M2_CHARGE_USAGE },   { "Purchase", M2_CHARGE_FEE },      { "Tax", M2_CHARGE_TAX },
    { "Credit", M2_CHARGE_CREDIT }, { "Adjustment", M2_CHARGE_REFUND }, { NULL, M2_CHARGE_UNKNOWN },
};

static enum m2_charge charge(const char *const field[COL_COUNT])
{
    enum m2_charge c = m2_bill_type(types, field[COL_TYPE]);
    if (m2_str_eq_ci(field[COL_CLASS], "Correction")) /* of an earlier period, whatever its category */
        return M2_CHARGE_REFUND;
    return c == M2_CHARGE_USAGE && m2_str_eq_ci(field[COL_COMMITMENT], "Used") ? M2_CHARGE_COVERED : c;
}

static const char *version(const struct m2_bytes *header, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (m2_bill_same_name(header[i].p, "SkuMeter"))
            return "FOCUS 1.2";
    return "FOCUS 1.0";
}

const struct bill_kind m2_bill_focus = {
    .title = "FOCUS export",
    .without_resources = "the column ResourceId",
    .column = { [COL_TYPE] = { "ChargeCategory", NULL, true },
                [COL_CLASS] = { "ChargeClass", NULL, false },
                [COL_SERVICE] = { "x_ServiceCode", NULL, true },
                [COL_USAGE_TYPE] = { "SkuMeter", "x_UsageType", true },
                [COL_START] = { "ChargePeriodStart", NULL, true },
                [COL_END] = { "ChargePeriodEnd", NULL, false },
                [COL_PERIOD] = { "BillingPeriodStart", NULL, false },
                [COL_LIST] = { "ListCost", NULL, true },
                [COL_BILLED] = { "BilledCost", NULL, true },
                [COL_QUANTITY] = { "ConsumedQuantity", NULL, true },
                [COL_CURRENCY] = { "BillingCurrency", NULL, false },
                [COL_RESOURCE] = { "ResourceId", NULL, false },
                [COL_REGION] = { "RegionId", NULL, false },
                [COL_INVOICE] = { "InvoiceId", NULL, false },
                [COL_COMMITMENT] = { "CommitmentDiscountStatus", NULL, false },
                [COL_TAGS] = { "Tags", NULL, false } },
    .charge = charge,
    .version = version,
};
