/* What a broken network looks like from a task: which failures its causes explain. */
#include "analyze/network/net.h"

#define NO_PATH(cause)                                                                                       \
    { cause, "task.pull.network", M2_JOIN_ABOUT }, { cause, "task.init.registry-network", M2_JOIN_ABOUT },   \
        { cause, "task.init.secrets-network", M2_JOIN_ABOUT },                                               \
    {                                                                                                        \
        cause, "task.init.logs-network", M2_JOIN_ABOUT                                                       \
    }

const struct m2_link m2_nw_links[M2_NW_N_LINKS] = {
    NO_PATH("net.no-default-route"),
    NO_PATH("net.blackhole-route"),
    NO_PATH("net.igw-without-public-ip"),
    NO_PATH("net.igw-detached"),
    NO_PATH("net.nat-not-available"),
    NO_PATH("net.nat-in-private-subnet"),
    NO_PATH("net.nat-private-connectivity"),
    NO_PATH("net.more-specific-route"),
    NO_PATH("net.ipv6-only"),
    NO_PATH("net.route-unknown-beyond"),
    NO_PATH("net.vpc-block-public-access"),
    NO_PATH("net.acl-blocks-*"),
    NO_PATH("net.sg-blocks-egress"),
    NO_PATH("net.dns-support-off"),
    NO_PATH("net.dns-hostnames-off"),
    NO_PATH("net.dns-custom-servers"),
    NO_PATH("net.endpoint-sg-blocks"),
    NO_PATH("net.endpoint-private-dns-off"),
    NO_PATH("net.endpoint-not-available"),
    NO_PATH("net.endpoint-missing"),
    NO_PATH("net.s3-endpoint-not-associated"),
    { "net.endpoint-policy-denies", "task.pull.denied", M2_JOIN_ABOUT },
    { "net.endpoint-policy-denies", "task.init.*-denied", M2_JOIN_ABOUT },
    { "net.subnet-no-free-ips", "task.init.no-free-ips", M2_JOIN_ABOUT },
    { "net.subnet-missing", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.subnets-different-vpc", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.security-group-*", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.subnet-missing", "workflow.target-missing", M2_JOIN_ABOUT },
    { "net.security-group-missing", "workflow.target-missing", M2_JOIN_ABOUT },
};
