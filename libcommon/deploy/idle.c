/* What a deployed unit costs in a month without jobs, beside what its buckets hold. */
#include "m2/cost.h"
#include "m2/deploy.h"
#include "m2/str.h"

#define SECRET "AWS::SecretsManager::Secret"

static const struct kind {
    const char *type;
    const char *property, *equals; /* only of resources with this property; NULL: all */
    const char *price;             /* per hour, or per month when its key says so */
    const char *one, *many;
    bool per_zone;
} kinds[] = {
    { "AWS::EC2::VPCEndpoint", "VpcEndpointType", "Interface", "vpce.interface-hour-az", "interface endpoint",
      "interface endpoints", true },
    { "AWS::EC2::NatGateway", NULL, NULL, "nat.hour", "NAT gateway", "NAT gateways", false },
    { "AWS::EC2::EIP", NULL, NULL, "ipv4.public-hour", "public IPv4 address", "public IPv4 addresses",
      false },
    { SECRET, NULL, NULL, "secretsmanager.secret-month", "secret in Secrets Manager",
      "secrets in Secrets Manager", false },
    { "AWS::KMS::Key", NULL, NULL, "kms.key-month", "KMS key", "KMS keys", false },
    { "AWS::CloudWatch::Alarm", NULL, NULL, "cloudwatch.alarm-month", "CloudWatch alarm", "CloudWatch alarms",
      false },
    { "AWS::Budgets::Budget", NULL, NULL, "budgets.notification-day", "budget", "budgets", false },
};

static bool is_there(const char *const *there, const char *id)
{
    for (; there && *there; there++)
        if (m2_str_eq(*there, id))
            return true;
    return false;
}

static size_t count(const struct kind *k, const struct m2_value *resources, const char *const *there)
{
    size_t n = 0;
    for (size_t i = 0; i < m2_v_len(resources); i++) {
        const struct m2_member *m = &resources->u.object.at[i];
        const struct m2_value *properties = m2_v_get(m->value, "Properties");
        n += m2_str_eq(m2_v_str(m->value, "Type"), k->type) && (!there || is_there(there, m->key)) &&
             (!k->property || m2_str_eq(m2_v_str(properties, k->property), k->equals));
    }
    return n;
}

static void add_line(struct m2_idle *out, struct m2_arena *a, const struct kind *k, size_t n, size_t zones,
                     const struct m2_price *price)
{
    char usd[M2_DECIMAL_SIZE];
    size_t units = k->per_zone ? n * zones : n;
    m2_int128 times = k->price && m2_str_ends(k->price, "-month") ? 1 : M2_MONTH_HOURS;
    m2_pico cost;
    const char *what = m2_arena_printf(a, "%zu %s%s", n, n == 1 ? k->one : k->many,
                                       !k->per_zone ? ""
                                       : zones == 1 ? " in 1 zone"
                                                    : m2_arena_printf(a, " in %zu zones", zones));
    if (!price || !m2_price_tiered(&cost, price, (struct m2_ratio){ (m2_int128)units * times, 1 },
                                   (struct m2_ratio){ 0, 1 })) {
        m2_vec_push(a, &out->unpriced, what);
        return;
    }
    m2_fixed_print(usd, cost, 12, 2, 2);
    m2_vec_push(a, &out->lines, m2_arena_printf(a, "%s: $%s", what, usd));
    out->month += cost;
}

void m2_deploy_idle(struct m2_idle *out, struct m2_arena *a, const struct m2_value *template_root,
                    const char *const *there, size_t zones, size_t secrets,
                    const struct m2_price_region *prices)
{
    const struct m2_value *resources = m2_v_get(template_root, "Resources");
    *out = (struct m2_idle){ 0 };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t n = count(&kinds[i], resources, there) + (m2_str_eq(kinds[i].type, SECRET) ? secrets : 0);
        const struct m2_price *price =
            prices && kinds[i].price ? m2_price_find(prices, kinds[i].price) : NULL;
        if (n)
            add_line(out, a, &kinds[i], n, zones ? zones : 1, price);
    }
}
