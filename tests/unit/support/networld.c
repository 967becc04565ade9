#include "networld.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"

#define BY_VPC "'input':{'Filters':[{'Name':'vpc-id','Values':['vpc-1']}]}"
#define EC2(operation, input)                                                                                \
    "{'service':'ec2','operation':'" operation "','region':'us-east-1'," input ",'status':'ok','output':"
#define SUBNET(id, cidr, zone)                                                                               \
    "{'SubnetId':'" id "','VpcId':'vpc-1','State':'available','AvailabilityZone':'" zone                     \
    "','CidrBlock':'" cidr "',"                                                                              \
    "'AvailableIpAddressCount':250,'MapPublicIpOnLaunch':false,'Ipv6Native':false,'OwnerId':'111122223333'," \
    "'BlockPublicAccessStates':{'InternetGatewayBlockMode':'off'}}"
#define LOCAL                                                                                                \
    "{'DestinationCidrBlock':'10.0.0.0/"                                                                     \
    "16','GatewayId':'local','Origin':'CreateRouteTable','State':'active'}"
#define ALLOW_ALL(egress)                                                                                    \
    "{'RuleNumber':100,'Egress':" egress ",'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'},"   \
    "{'RuleNumber':32767,'Egress':" egress ",'Protocol':'-1','RuleAction':'deny','CidrBlock':'0.0.0.0/0'}"
#define OUT_ALL                                                                                              \
    "[{'IpProtocol':'-1','IpRanges':[{'CidrIp':'0.0.0.0/"                                                    \
    "0'}],'Ipv6Ranges':[],'PrefixListIds':[],'UserIdGroupPairs':[]}]"
#define INTERFACE(id, service, eni)                                                                          \
    "{'VpcEndpointId':'" id                                                                                  \
    "','VpcEndpointType':'Interface','VpcId':'vpc-1','ServiceName':'com.amazonaws.us-east-1." service        \
    "','State':'available','PrivateDnsEnabled':true,'SubnetIds':['subnet-a','subnet-b'],'RouteTableIds':[]," \
    "'Groups':[{'GroupId':'sg-ep','GroupName':'ep'}],'NetworkInterfaceIds':['" eni "a','" eni "b'],"         \
    "'PolicyDocument':'{\\'Statement\\':[{\\'Action\\':\\'*\\',\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'" \
    "*\\',\\'Resource\\':\\'*\\'}]}'}"
#define ENI(id, ip, subnet)                                                                                  \
    "{'NetworkInterfaceId':'" id "','PrivateIpAddress':'" ip "','SubnetId':'" subnet "'}"

/* In pieces: C promises no longer literals. */
static const char *const base[] = {
    "{'schema':'m2-snapshot/1','tool':'test','account':'111122223333','region':'us-east-1',"
    "'collected_at':'2026-11-23T09:00:00Z','target':{'stack':'s','subnets':['subnet-a','subnet-b'],"
    "'security_groups':['sg-task'],'assign_public_ip':false,"
    "'fargate_image':'469266894233.dkr.ecr.us-east-1.amazonaws.com/"
    "mroptimum-fargate:latest'},'calls':["
    "{'service':'cloudformation','operation':'DescribeStacks','input':{'StackName':'s'},'status':'"
    "error',"
    "'error':{'code':'ValidationError','message':'Stack with id s does not "
    "exist','http_status':400}},",
    EC2("DescribeSubnets", BY_VPC) "{'Subnets':[" SUBNET("subnet-a", "10.0.1.0/24", "us-east-1a") "," SUBNET(
        "subnet-b", "10.0.2.0/24", "us-east-1b") "," SUBNET("subnet-p", "10.0.9.0/24", "us-east-1a") "]}},",
    EC2("DescribeVpcs", "'input':{'"
                        "VpcIds':['vpc-"
                        "1']}") "{'Vpcs'"
                                ":[{'"
                                "VpcId':"
                                "'vpc-1'"
                                ",'"
                                "CidrBlo"
                                "ck':'"
                                "10.0.0."
                                "0/16',"
                                "'DhcpOp"
                                "tionsId"
                                "':'"
                                "dopt-1'"
                                ",'"
                                "CidrBlo"
                                "ckAssoc"
                                "iationS"
                                "et':[{'"
                                "CidrBlo"
                                "ck':'"
                                "10.0.0."
                                "0/"
                                "16','"
                                "CidrBlo"
                                "ckState"
                                "':{'"
                                "State':"
                                "'associ"
                                "ated'}}"
                                "]}]}}"
                                ",",
    EC2("DescribeVpcAttribute",
        "'input':{'VpcId':'vpc-1','Attribute':'enableDnsSupport'}") "{'VpcId':'vpc-1','EnableDnsSupport':{'"
                                                                    "Value':true}}},",
    EC2("DescribeVpcAttribute",
        "'input':{'VpcId':'vpc-1','Attribute':'enableDnsHostnames'}") "{'VpcId':'vpc-1','EnableDnsHostnames':"
                                                                      "{'Value':true}}},",
    EC2("DescribeDhcpOptions",
        "'input':{'DhcpOptionsIds':['dopt-1']}") "{'DhcpOptions':[{'DhcpOptionsId':'dopt-1',"
                                                 "'DhcpConfigurations':[{'Key':'domain-name-servers','Values'"
                                                 ":[{'Value':'AmazonProvidedDNS'}]}]}]}},",
    EC2("DescribeRouteTables",
        BY_VPC) "{'RouteTables':["
                "{'RouteTableId':'rtb-main','VpcId':'vpc-1','Associations':[{'Main':true,'AssociationState':{"
                "'State':'associated'}}],"
                "'Routes':[" LOCAL "]},"
                "{'RouteTableId':'rtb-p','VpcId':'vpc-1','Associations':[{'Main':false,'SubnetId':'subnet-p'}"
                "],'Routes':[" LOCAL ","
                "{'DestinationCidrBlock':'0.0.0.0/"
                "0','GatewayId':'igw-1','Origin':'CreateRoute','State':'active'}]},"
                "{'RouteTableId':'rtb-t','VpcId':'vpc-1','Associations':[{'Main':false,'SubnetId':'subnet-a'}"
                ",{'Main':false,'SubnetId':'subnet-b'}],"
                "'Routes':[" LOCAL ",{'DestinationCidrBlock':'0.0.0.0/"
                "0','NatGatewayId':'nat-1','Origin':'CreateRoute','State':'active'}]}]}},",
    EC2("DescribeInternetGateways",
        "'input':{'Filters':[{'Name':'attachment.vpc-id','Values':['vpc-1']}]}") "{'InternetGateways':[{'"
                                                                                 "InternetGatewayId':'igw-1',"
                                                                                 "'Attachments':[{'VpcId':'"
                                                                                 "vpc-1','State':'available'}"
                                                                                 "]}]}},",
    EC2("DescribeNatGateways",
        "'input':{'Filter':[{'Name':'vpc-id','Values':['vpc-1']}]}") "{'NatGateways':[{'NatGatewayId':'nat-1'"
                                                                     ",'VpcId':'vpc-1','SubnetId':'subnet-p',"
                                                                     "'State':'available','ConnectivityType':"
                                                                     "'public',"
                                                                     "'NatGatewayAddresses':[{'PublicIp':'54."
                                                                     "1.2.3','PrivateIp':'10.0.9.9'}]}]}},",
    EC2("DescribeVpcEndpoints", BY_VPC) "{'VpcEndpoints':[]}},",
    EC2("DescribeNetworkInterfaces", "'input':{}") "{'NetworkInterfaces':[" ENI("eni-apia", "10.0.1.11", "subnet-a") "," ENI(
        "eni-apib", "10.0.2.11",
        "subnet-b") "," ENI("eni-dkra", "10.0.1.12",
                            "subnet-a") "," ENI("eni-dkrb", "10.0.2.12",
                                                "subnet-b") "," ENI("eni-loga", "10.0.1.13",
                                                                    "subnet-a") "," ENI("eni-logb",
                                                                                        "10.0.2.13",
                                                                                        "subnet-b") "]}},",
    EC2("DescribeNetworkAcls",
        BY_VPC) "{'NetworkAcls':["
                "{'NetworkAclId':'acl-t','VpcId':'vpc-1','IsDefault':true,'Associations':[{'SubnetId':'"
                "subnet-a'},{'SubnetId':'subnet-b'}],"
                "'Entries':[" ALLOW_ALL("true") "," ALLOW_ALL(
                    "false") "]},"
                             "{'NetworkAclId':'acl-p','VpcId':'vpc-1','IsDefault':false,'Associations':[{'"
                             "SubnetId':'subnet-p'}],"
                             "'Entries':[" ALLOW_ALL("true") "," ALLOW_ALL("false") "]}]}},",
    EC2("DescribeSecurityGroups",
        BY_VPC) "{'SecurityGroups':["
                "{'GroupId':'sg-task','GroupName':'task','VpcId':'vpc-1','IpPermissions':[],'"
                "IpPermissionsEgress':" OUT_ALL "},"
                "{'GroupId':'sg-ep','GroupName':'ep','VpcId':'vpc-1','IpPermissionsEgress':" OUT_ALL
                ",'IpPermissions':[{'IpProtocol':'tcp',"
                "'FromPort':443,'ToPort':443,'IpRanges':[],'UserIdGroupPairs':[{'GroupId':'sg-task','UserId':"
                "'111122223333'}]}]}]}},",
    EC2("DescribePrefixLists",
        "'input':{}") "{'PrefixLists':[{'PrefixListId':'pl-s3','PrefixListName':'com.amazonaws.us-east-1.s3',"
                      "'Cidrs':['52.216.0.0/15','3.5.0.0/19','54.231.0.0/16']}]}},",
    EC2("DescribeVpcBlockPublicAccessOptions",
        "'input':{}") "{'VpcBlockPublicAccessOptions':{'InternetGatewayBlockMode':'off','State':'default-"
                      "state'}}},",
    EC2("DescribeVpcBlockPublicAccessExclusions", "'input':{}") "{'VpcBlockPublicAccessExclusions':[]}}"
                                                                "]}"
};

static const char endpoints[] = "[" INTERFACE("vpce-api", "ecr.api", "eni-api") "," INTERFACE(
    "vpce-dkr", "ecr.dkr",
    "eni-dkr") "," INTERFACE("vpce-log", "logs",
                             "eni-log") ","
                                        "{'VpcEndpointId':'vpce-s3','VpcEndpointType':'Gateway','VpcId':'vpc-"
                                        "1','ServiceName':'com.amazonaws.us-east-1.s3',"
                                        "'State':'Available','RouteTableIds':['rtb-t'],'SubnetIds':[],'"
                                        "Groups':[],'PrivateDnsEnabled':false}]";

struct m2_value *world_json(struct m2_arena *a, const char *json)
{
    char *text = m2_arena_strdup(a, json);
    for (char *p = text; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (m2_json_parse(&v, a, m2_bytes_of(text), "test", &err) != 0) {
        (void)fprintf(stderr, "%s\n%s\n", err.msg, text);
        abort();
    }
    return v;
}

/* The call "Operation" or "Operation#2"; its position in *at. */
static struct m2_value *call_of(struct world *w, const char *operation, size_t *at)
{
    const char *rest = NULL;
    char *name = m2_str_cut(w->a, operation, '#', &rest);
    long skip = rest ? strtol(rest, NULL, 10) : 0;
    struct m2_value *calls = m2_v_get(w->root, "calls"), *c;
    m2_v_each(c, i, calls) if (m2_str_eq(m2_v_str(c, "operation"), name) && skip-- == 0)
    {
        *at = i;
        return c;
    }
    (void)fprintf(stderr, "no call %s\n", operation);
    abort();
}

struct m2_value *world_answer(struct world *w, const char *operation)
{
    size_t at;
    return m2_v_get(call_of(w, operation, &at), "output");
}

void world_set(struct world *w, const char *operation, const char *path, const char *json)
{
    size_t at = 0;
    struct m2_value *value = json ? world_json(w->a, json) : NULL;
    bool target = m2_str_eq(operation, "target");
    struct m2_value *call = target ? NULL : call_of(w, operation, &at);
    if (!*path) {
        m2_v_set(w->a, call, "output", value);
        return;
    }
    struct m2_value *root = target ? m2_v_get(w->root, "target") : m2_v_get(call, "output");
    if (m2_str_ends(path, "[+]")) {
        m2_v_push(w->a, m2_v_path(root, m2_arena_strndup(w->a, path, strlen(path) - 3)), value);
        return;
    }
    const char *dot = strrchr(path, '.');
    struct m2_value *parent =
        dot ? m2_v_path(root, m2_arena_strndup(w->a, path, (size_t)(dot - path))) : root;
    if (!m2_v_is(parent, M2_OBJECT)) {
        (void)fprintf(stderr, "no path %s in %s\n", path, operation);
        abort();
    }
    m2_v_set(w->a, parent, dot ? dot + 1 : path, value);
}

void world_deny(struct world *w, const char *operation)
{
    size_t at = 0;
    struct m2_value *call = call_of(w, operation, &at);
    m2_v_set_str(w->a, call, "status", "error");
    m2_v_set(w->a, call, "output", NULL);
    m2_v_set(w->a, call, "error",
             world_json(w->a, "{'code':'UnauthorizedOperation','message':'no','http_status':403}"));
}

void world_drop(struct world *w, const char *operation)
{
    size_t at = 0;
    (void)call_of(w, operation, &at);
    struct m2_value *calls = m2_v_get(w->root, "calls"), *kept = m2_v_array(w->a);
    for (size_t i = 0; i < m2_v_len(calls); i++)
        if (i != at)
            m2_v_push(w->a, kept, m2_v_at(calls, i));
    m2_v_set(w->a, w->root, "calls", kept);
}

void world_call(struct world *w, const char *json)
{
    m2_v_push(w->a, m2_v_get(w->root, "calls"), world_json(w->a, json));
}

struct world world_new(enum world_kind kind)
{
    struct world w = { .a = m2_arena_new() };
    const char *text = "";
    for (size_t i = 0; i < sizeof base / sizeof base[0]; i++)
        text = m2_arena_printf(w.a, "%s%s", text, base[i]);
    w.root = world_json(w.a, text);
    if (kind == WORLD_PUBLIC) {
        world_set(&w, "target", "assign_public_ip", "true");
        world_set(&w, "DescribeRouteTables", "RouteTables[2].Routes",
                  "[" LOCAL ",{'DestinationCidrBlock':'0.0.0.0/0','GatewayId':'igw-1','State':'active'}]");
    }
    if (kind == WORLD_ENDPOINTS) {
        /* The policies are JSON inside JSON: \' there stands for an escaped quote. */
        world_set(&w, "DescribeVpcEndpoints", "VpcEndpoints", endpoints);
        world_set(&w, "DescribeRouteTables", "RouteTables[2].Routes",
                  "[" LOCAL ",{'DestinationPrefixListId':'pl-s3','GatewayId':'vpce-s3','State':'active'}]");
    }
    return w;
}

void world_free(struct world *w)
{
    m2_arena_free(w->a);
}

void world_run(struct world *w)
{
    static const char *const only[] = { "network", NULL };
    struct m2_snapshot snap = { 0 };
    struct m2_err err = { 0 };
    struct m2_analyze_options opt = { .only = only, .tool = "test", .version = "0", .generated_at = "" };
    w->found = (struct m2_findings){ 0 };
    struct m2_value *copy = m2_v_copy(w->a, w->root);
    if (m2_snapshot_from_value(&snap, w->a, copy, "test", &err) != 0 ||
        m2_analyze(&w->found, w->a, &snap, &opt, &err) != 0) {
        (void)fprintf(stderr, "%s\n", err.msg);
        abort();
    }
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

const char *world_wrong(struct world *w)
{
    const char **lines = m2_arena_new_array(w->a, const char *, w->found.list.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < w->found.list.len; i++) {
        const struct m2_finding *f = w->found.list.at[i];
        if (f->status != M2_PASS && f->status != M2_SKIP)
            lines[n++] =
                m2_arena_printf(w->a, "%s %s %s", f->id, m2_status_name(f->status), m2_str_or(f->cause, "-"));
    }
    if (n)
        qsort(lines, n, sizeof lines[0], by_text);
    struct m2_buf b;
    m2_buf_init(&b, 1 << 16);
    for (size_t i = 0; i < n; i++)
        if (!i || strcmp(lines[i], lines[i - 1]) != 0)
            m2_buf_addf(&b, "%s\n", lines[i]);
    const char *text = m2_arena_strndup(w->a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

const struct m2_finding *world_finding(struct world *w, const char *check, const char *cause)
{
    for (size_t i = 0; i < w->found.list.len; i++)
        if (m2_str_eq(w->found.list.at[i]->id, check) && m2_str_eq(w->found.list.at[i]->cause, cause))
            return w->found.list.at[i];
    return NULL;
}
