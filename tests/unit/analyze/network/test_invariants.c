#include <criterion/criterion.h>

#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "m2/str.h"
#include "netfault.h"

/* What must not change a judgement: the order of lists, and how things are named. */

static const struct fault_case worlds[] = {
    { "healthy", WORLD_NAT, { { NULL, NULL, NULL } }, NULL },
    { "endpoints", WORLD_ENDPOINTS, { { NULL, NULL, NULL } }, NULL },
    { "routes and filters",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("NatGatewayId",
                                   "nat-1") ",{'DestinationCidrBlock':'0.0.0.0/"
                                            "1','VpcPeeringConnectionId':'pcx-1','State':'active'}"
                                            ",{'DestinationCidrBlock':'128.0.0.0/"
                                            "1','VpcPeeringConnectionId':'pcx-2','State':'active'}") },
        { "DescribeNetworkAcls", "NetworkAcls[0].Entries[+]",
          RULE("90", "true", "deny", "443", "443", "0.0.0.0/0") },
        { "DescribeSecurityGroups", "SecurityGroups[0].IpPermissionsEgress", "[]" },
        { "target", "security_groups", "['sg-task']" } },
      NULL },
    { "broken endpoints",
      WORLD_ENDPOINTS,
      { { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", "[]" },
        { "DescribeVpcEndpoints", "VpcEndpoints[1].PrivateDnsEnabled", "false" },
        { "DescribeVpcEndpoints", "VpcEndpoints[3].PolicyDocument", "{'Statement':[]}" } },
      NULL },
    { "missing endpoints",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[2].ServiceName", "'com.amazonaws.us-east-1.sts'" },
        { "DescribeVpcEndpoints", "VpcEndpoints[0].ServiceName", "'com.amazonaws.us-east-1.kms'" } },
      NULL },
};

static struct world broken(const struct fault_case *c)
{
    struct world w = world_new(c->kind);
    for (size_t k = 0; k < 4 && c->changes[k].operation; k++)
        world_set(&w, c->changes[k].operation, c->changes[k].path, c->changes[k].json);
    return w;
}

/* Every finding without its evidence, whose paths count list positions. */
static const char *report(struct world *w)
{
    const char *text = "";
    world_run(w);
    for (size_t i = 0; i < w->found.list.len; i++) {
        const struct m2_finding *f = w->found.list.at[i];
        text = m2_arena_printf(w->a, "%s%s|%s|%s|%s", text, f->uid, m2_status_name(f->status),
                               m2_str_or(f->cause, ""), f->detail);
        for (size_t k = 0; k < f->commands.len; k++)
            text = m2_arena_printf(w->a, "%s|%s", text, f->commands.at[k]);
        for (size_t k = 0; k < f->about.len; k++)
            text = m2_arena_printf(w->a, "%s|%s", text, f->about.at[k]);
        text = m2_arena_printf(w->a, "%s\n", text);
    }
    return text;
}

static uint32_t rng_state = 1;
static uint32_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 17;
    rng_state ^= rng_state << 5;
    return rng_state;
}

static void shuffle(struct m2_value *v)
{
    if (m2_v_is(v, M2_ARRAY))
        for (size_t i = v->u.array.len; i > 1; i--) {
            size_t k = rng() % i;
            struct m2_value *swap = v->u.array.at[i - 1];
            v->u.array.at[i - 1] = v->u.array.at[k];
            v->u.array.at[k] = swap;
        }
    for (size_t i = 0; i < m2_v_len(v); i++)
        shuffle(m2_v_is(v, M2_OBJECT) ? v->u.object.at[i].value : m2_v_at(v, i));
}

Test(network_invariants, order_of_lists)
{
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        struct world plain = broken(&worlds[i]);
        const char *want = report(&plain);
        for (int round = 0; round < 15; round++) {
            struct world w = broken(&worlds[i]);
            shuffle(m2_v_get(w.root, "calls"));
            const char *got = report(&w);
            cr_assert_str_eq(got, want, "%s, round %d:\n%s\nbut plain\n%s", worlds[i].name, round, got, want);
            world_free(&w);
        }
        world_free(&plain);
    }
}

/* "subnet-a" for "subnet-b" and so on: every occurrence of a word of TEXT starting with FROM gets TO in front
 * of its rest. */
static const char *renamed(struct m2_arena *a, const char *text)
{
    static const char *const kinds[] = { "subnet-", "rtb-",  "nat-", "igw-",  "acl-", "sg-",
                                         "vpc-",    "vpce-", "eni-", "dopt-", "pcx-" };
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    for (const char *p = text; *p; p++) {
        m2_buf_addc(&b, *p);
        bool inside = p > text && (strchr("abcdefghijklmnopqrstuvwxyz.", p[-1]) ||
                                   (p[-1] == '-' && p - text > 1 && p[-2] == '-'));
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !inside; i++)
            if (m2_str_starts(p, kinds[i]) && (p == text || (p[-1] != '-' && p[-1] != '{')) &&
                !m2_str_starts(p, "vpc-id") && !m2_str_starts(p, "subnet-id") &&
                !m2_str_starts(p, "nat-gateway") && !m2_str_starts(p, "vpc-e")) {
                m2_buf_adds(&b, kinds[i] + 1);
                m2_buf_adds(&b, "0f");
                p += strlen(kinds[i]) - 1;
                break;
            }
    }
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

Test(network_invariants, names_of_things)
{
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        struct world plain = broken(&worlds[i]), w = broken(&worlds[i]);
        const char *want = renamed(plain.a, report(&plain));
        struct m2_err err = { 0 };
        const char *text = renamed(w.a, m2_json_text(w.a, w.root));
        cr_assert_eq(m2_json_parse(&w.root, w.a, m2_bytes_of(text), "renamed", &err), 0, "%s", err.msg);
        const char *got = report(&w);
        cr_assert(strstr(got, "subnet-0fa") && !strstr(got, "subnet-a"));
        cr_assert_str_eq(got, want, "%s:\n%s\nbut\n%s", worlds[i].name, got, want);
        world_free(&w);
        world_free(&plain);
    }
}

/* Names from the account reach a shell only quoted. */
Test(network_invariants, commands_quote_foreign_names)
{
    struct world w = world_new(WORLD_NAT);
    world_set(&w, "DescribeRouteTables", "RouteTables[2].RouteTableId", "'rtb-t;reboot'");
    world_set(&w, TABLE, "[" LOCAL "]");
    world_run(&w);
    const struct m2_finding *f = world_finding(&w, "net.egress", "net.no-default-route");
    cr_assert(f && f->commands.len == 1);
    cr_assert(strstr(f->commands.at[0], "'rtb-t;reboot'"), "%s", f->commands.at[0]);
    world_free(&w);
}

/* Every finding that is wrong tells what to do, and shows what it saw. */
Test(network_invariants, faults_have_evidence_and_a_fix)
{
    for (size_t i = 0; i < sizeof worlds / sizeof worlds[0]; i++) {
        struct world w = broken(&worlds[i]);
        world_run(&w);
        for (size_t k = 0; k < w.found.list.len; k++) {
            const struct m2_finding *f = w.found.list.at[k];
            if (f->status != M2_FAIL && f->status != M2_WARN)
                continue;
            cr_expect(f->evidence.len && f->fix_text && f->docs.len && strstr(f->detail, "Affected: "), "%s",
                      f->uid);
        }
        world_free(&w);
    }
}

/* 200 VPCs beside the task's own change nothing but the work. */
Test(network_invariants, a_large_account)
{
    struct world w = world_new(WORLD_ENDPOINTS);
    for (int vpc = 2; vpc <= 200; vpc++) {
        world_set(&w, "DescribeVpcs", "Vpcs[+]",
                  m2_arena_printf(w.a, "{'VpcId':'vpc-%d','CidrBlock':'10.0.0.0/16'}", vpc));
        for (int i = 0; i < 6; i++) {
            world_set(&w, "DescribeSubnets", "Subnets[+]",
                      m2_arena_printf(
                          w.a, "{'SubnetId':'subnet-%d-%d','VpcId':'vpc-%d','CidrBlock':'10.0.%d.0/24'}", vpc,
                          i, vpc, i));
            world_set(&w, "DescribeRouteTables", "RouteTables[+]",
                      m2_arena_printf(w.a,
                                      "{'RouteTableId':'rtb-%d-%d','VpcId':'vpc-%d','Associations':[{'"
                                      "SubnetId':'subnet-%d-%d'}],"
                                      "'Routes':[" LOCAL "]}",
                                      vpc, i, vpc, vpc, i));
            world_set(&w, "DescribeNetworkAcls", "NetworkAcls[+]",
                      m2_arena_printf(w.a,
                                      "{'NetworkAclId':'acl-%d-%d','VpcId':'vpc-%d','Associations':[{'"
                                      "SubnetId':'subnet-%d-%d'}],'Entries':[]}",
                                      vpc, i, vpc, vpc, i));
        }
    }
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "", "%s", world_wrong(&w));
    cr_assert_lt(m2_arena_used(w.a), (size_t)64 << 20, "%zu bytes", m2_arena_used(w.a));
    world_free(&w);
}
