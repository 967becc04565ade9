/* One fault (or healthy peculiarity) of a network: what is changed, and all that must be found. */
#ifndef M2_TEST_NETFAULT_H
#define M2_TEST_NETFAULT_H

#include "networld.h"

#define TABLE "DescribeRouteTables", "RouteTables[2].Routes"
#define LOCAL "{'DestinationCidrBlock':'10.0.0.0/16','GatewayId':'local','State':'active'}"
#define ROUTES(...) "[" LOCAL "," __VA_ARGS__ "]"
#define DEFAULT_TO(key, id) "{'DestinationCidrBlock':'0.0.0.0/0','" key "':'" id "','State':'active'}"
#define ACL_IN(rules)                                                                                        \
    "[{'RuleNumber':100,'Egress':true,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'}," rules  \
    "]"
#define ACL_OUT(rules)                                                                                       \
    "[{'RuleNumber':100,'Egress':false,'Protocol':'-1','RuleAction':'allow','CidrBlock':'0.0.0.0/0'}," rules \
    "]"
#define RULE(number, egress, action, from, to, cidr)                                                         \
    "{'RuleNumber':" number ",'Egress':" egress ",'Protocol':'6','RuleAction':'" action                      \
    "','CidrBlock':'" cidr "',"                                                                              \
    "'PortRange':{'From':" from ",'To':" to "}}"
#define OUT_TO(cidr) "[{'IpProtocol':'tcp','FromPort':443,'ToPort':443,'IpRanges':[{'CidrIp':'" cidr "'}]}]"

struct change {
    const char *operation, *path, *json; /* as world_set takes them */
};

struct fault_case {
    const char *name;
    enum world_kind kind;
    struct change changes[4];
    const char *wrong; /* as world_wrong gives it */
};

#endif
