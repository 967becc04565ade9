/*
 * analyze/network/net.h — the network of a task as the checks see it, and what is wrong with it.
 *
 * Model:     read once per check from the snapshot: the task's subnets and groups, their VPCs, the
 * destinations. Judging walks every subnet × destination along the path its traffic takes and notes faults
 * and gaps, each for one check; faults of the same cause and object are merged, so that a finding lists
 * destinations instead of repeating itself. A part that was not readable is a gap, never a fault and never a
 * pass. Lifetime:  everything lives in the arena of the run.
 */
#ifndef M2_NETWORK_NET_H
#define M2_NETWORK_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/area.h"
#include "analyze/network/cidr.h"
#include "m2/check.h"
#include "m2/snapshot.h"

enum m2_nw_check {
    M2_NW_SUBNETS,
    M2_NW_EGRESS,
    M2_NW_ACL,
    M2_NW_SG,
    M2_NW_DNS,
    M2_NW_ENDPOINTS,
    M2_NW_CHECKS
};

#define M2_NW_MAX_DESTS 24 /* fits the mask of a fault */

/* One described thing and where the snapshot shows it. */
struct m2_nw_item {
    const struct m2_value *v;
    const struct m2_call *call;
    const char *path; /* "RouteTables[0]" */
};

/* All things of a kind in one VPC. */
struct m2_nw_list {
    M2_VEC(struct m2_nw_item) items;
    bool complete;      /* what is not here does not exist */
    struct m2_look gap; /* when not complete */
};

struct m2_nw_vpc {
    const char *id;
    struct m2_nw_item item; /* v NULL: not shown */
    struct m2_look gap;     /* of item */
    const char *owner;      /* account when it is not the caller's: parts may be hidden; else NULL */
    struct m2_set4 cidrs;
    struct m2_nw_list tables, igws, nats, endpoints;
    int dns_support, dns_hostnames; /* 1, 0, -1 not seen */
    struct m2_look dns_support_look, dns_hostnames_look;
};

struct m2_nw_subnet {
    const char *id;
    struct m2_look look;
    const struct m2_value *item; /* NULL: absent or not seen */
    struct m2_nw_vpc *vpc;
    const char *cidr, *zone;
    struct m2_set4 addresses;
    bool usable; /* there, and carries IPv4 */
};

struct m2_nw_group {
    const char *id;
    struct m2_look look;
    const struct m2_value *item;
};

struct m2_nw_dest {
    const char *label; /* "ECR API" */
    const char *host;  /* "api.ecr.us-east-1.amazonaws.com" */
    const char *region;
    const char *service; /* of the endpoint: "ecr.api"; NULL: none, internet only */
    struct m2_set4 at;   /* where its public addresses lie */
    bool exact;          /* AT is the published list, not an estimate */
    /* What an endpoint's policy must allow: actions and the resource of each. */
    struct {
        const char *action, *resource; /* resource NULL: not known */
    } needs[4];
    size_t n_needs;
};

/* ---- what is wrong ---- */

struct m2_nw_fault {
    enum m2_nw_check check;
    enum m2_status status;
    const char *cause, *resource;
    const char *culprit;           /* tells two faults of one cause and resource apart; or NULL */
    const char *what;              /* sentence */
    const char *also;              /* sentence after the list of destinations, or NULL */
    const char *command;           /* or NULL */
    M2_VEC(const char *) commands; /* further ones */
    const char *fix;               /* instead of the cause's, or NULL */
    uint32_t dests;
    M2_VEC(const char *) hit;   /* the task's subnets that suffer */
    M2_VEC(const char *) about; /* other things it is about */
    M2_VEC(struct m2_evidence_of {
        const struct m2_call *call;
        const char *path;
        const struct m2_value *value;
    })
    evidence;
};

struct m2_nw_gap {
    enum m2_nw_check check;
    const char *resource;
    struct m2_look look;
    uint32_t dests;
};

/* A sentence about a subnet that is well, shown by the pass. */
struct m2_nw_note {
    const char *subnet, *text;
    uint32_t dests;
};

struct m2_nw {
    struct m2_check_run *run;
    const struct m2_snapshot *s;
    struct m2_arena *a;
    const char *account, *region;
    M2_VEC(struct m2_nw_subnet) subnets;
    M2_VEC(struct m2_nw_group) groups;
    bool groups_known;
    int public_ip;         /* 1, 0, -1 not known */
    const char *from;      /* where the subnets come from */
    struct m2_look choice; /* why there are no subnets */
    M2_VEC(struct m2_nw_vpc *) vpcs;
    struct m2_nw_dest dests[M2_NW_MAX_DESTS];
    size_t n_dests;
    M2_VEC(struct m2_nw_fault *) faults;
    M2_VEC(struct m2_nw_gap) gaps;
    M2_VEC(struct m2_nw_note) notes;
    struct m2_nw_list acls;
    int quiet; /* above 0: judge without noting anything */
    /* Set while it is not certain that traffic takes the judged path: what would be a fault is a gap about
     * this subnet. */
    const struct m2_look *doubt;
    const char *doubt_subnet;
};

/** Read the network the snapshot's target needs, and walk every subnet × destination. */
struct m2_nw *m2_nw_judge(struct m2_check_run *r);

/* ---- model.c ---- */

/** Things of LIST of OPERATION that are in VPC: by their VpcId, or all when IN_VPC is false. */
struct m2_nw_list m2_nw_gather(const struct m2_nw *n, const char *operation, const char *list,
                               const char *key, const char *vpc, bool in_vpc);
const struct m2_nw_item *m2_nw_find(const struct m2_nw_list *list, const char *key, const char *id);
struct m2_nw_vpc *m2_nw_vpc_of(struct m2_nw *n, const char *id, const char *owner);
/** An UNSEEN look for OPERATION, saying that the VPC's owner may hide it. */
struct m2_look m2_nw_hidden(const struct m2_nw *n, const struct m2_nw_vpc *vpc, const char *operation);
/** The gap of LIST, or that it may be hidden by the VPC's owner. False when absence is certain. */
bool m2_nw_uncertain(const struct m2_nw *n, const struct m2_nw_vpc *vpc, const struct m2_nw_list *list,
                     const char *operation, struct m2_look *gap);
/** Addresses of prefix list ID; false when its entries were not read (*gap). */
bool m2_nw_prefix_list(const struct m2_nw *n, const char *id, struct m2_set4 *out, struct m2_look *gap);
/** Id of the S3 prefix list of the task's region, or NULL when not seen. */
const char *m2_nw_s3_list(const struct m2_nw *n);
/** Where the world's public addresses are / where AWS's services are. */
struct m2_set4 m2_nw_public(struct m2_arena *a);
struct m2_set4 m2_nw_aws_space(struct m2_arena *a);

void m2_nw_read_target(struct m2_nw *n);
void m2_nw_read_dests(struct m2_nw *n);

/* ---- faults.c ---- */

/** A fault for destination DEST (an index; M2_NW_NO_DEST: none), merged with an equal one. *fresh (may be
 * NULL) says whether details still have to be filled in. */
#define M2_NW_NO_DEST M2_NW_MAX_DESTS
struct m2_nw_fault *m2_nw_fault(struct m2_nw *n, enum m2_nw_check check, enum m2_status status,
                                const char *cause, const char *resource, const char *culprit, size_t dest,
                                bool *fresh);
void m2_nw_hit(struct m2_nw *n, struct m2_nw_fault *f, const char *subnet);
void m2_nw_about(struct m2_nw *n, struct m2_nw_fault *f, const char *resource);
void m2_nw_evidence(struct m2_nw *n, struct m2_nw_fault *f, const struct m2_call *call, const char *path,
                    const struct m2_value *value);
void m2_nw_gap(struct m2_nw *n, enum m2_nw_check check, const char *resource, const struct m2_look *look,
               size_t dest);
void m2_nw_note(struct m2_nw *n, const char *subnet, size_t dest, const char *fmt, ...) M2_PRINTF(4, 5);
/** Findings of CHECK about everything noted. */
void m2_nw_report(struct m2_nw *n, enum m2_nw_check check);
/** Has CHECK a fault or gap of RESOURCE, or one that hits it? */
bool m2_nw_touched(const struct m2_nw *n, enum m2_nw_check check, const char *resource);
/** "ECR API, S3 layers" */
const char *m2_nw_labels(const struct m2_nw *n, uint32_t dests);

/* ---- route.c ---- */

/* One part of a destination's addresses and the route that takes it. */
struct m2_nw_share {
    const struct m2_value *route; /* NULL: no route */
    const char *path;             /* "RouteTables[0].Routes[1]" */
    int bits;                     /* of the chosen prefix */
    struct m2_set4 at;
};
struct m2_nw_shares {
    M2_VEC(struct m2_nw_share) list;
    const struct m2_value *fallback; /* the route for 0.0.0.0/0, or NULL */
    const char *fallback_path;
    bool unsure;        /* a prefix list with unknown entries takes part */
    struct m2_look gap; /* then */
};
/** The effective table of subnet ID, or NULL with *gap. */
const struct m2_nw_item *m2_nw_table(struct m2_nw *n, struct m2_nw_vpc *vpc, const char *subnet,
                                     struct m2_look *gap);
struct m2_nw_shares m2_nw_route(const struct m2_nw *n, const struct m2_nw_item *table, struct m2_set4 to);
/** Id of the thing ROUTE leads to, and its kind. */
enum m2_nw_target {
    M2_NW_TO_NOTHING,
    M2_NW_TO_LOCAL,
    M2_NW_TO_IGW,
    M2_NW_TO_NAT,
    M2_NW_TO_PEERING,
    M2_NW_TO_ENDPOINT,  /* gateway endpoint or gateway load balancer */
    M2_NW_TO_IPV6_ONLY, /* egress-only gateway */
    M2_NW_TO_ELSEWHERE, /* transit gateway, VPN, appliance … */
};
enum m2_nw_target m2_nw_route_target(const struct m2_value *route, const char **id);

/* ---- path.c: along the internet ---- */

enum m2_nw_way { M2_NW_WAY_OPEN, M2_NW_WAY_SHUT, M2_NW_WAY_UNKNOWN };
struct m2_nw_internet {
    enum m2_nw_way way;
    bool no_route; /* SHUT because no route covers any of the addresses; the caller names the cause */
    const char *nat, *nat_subnet; /* of the NAT gateway that carries it, or NULL */
};
/** Judge the internet path of SUBNET to destination DEST. */
struct m2_nw_internet m2_nw_internet(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest);
/** Name the fault of a path without route. */
void m2_nw_no_route(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest);

/* ---- nat.c ---- */

/** Is internet gateway ID known, and attached to VPC? */
bool m2_nw_attached(const struct m2_nw_vpc *vpc, const char *id);
/** Step 6 and 7: does internet gateway ID carry traffic of VPC? SUBNET is the task's. */
enum m2_nw_way m2_nw_igw(struct m2_nw *n, struct m2_nw_subnet *subnet, const char *id, size_t dest);
enum m2_nw_way m2_nw_nat(struct m2_nw *n, struct m2_nw_subnet *subnet, const char *id, size_t dest,
                         const char **nat_subnet);

/* ---- bpa.c ---- */

/** Step 10 for a path through an internet gateway (NAT NULL) or the NAT of subnet NAT_SUBNET. */
enum m2_nw_way m2_nw_bpa(struct m2_nw *n, struct m2_nw_subnet *subnet, bool nat, const char *nat_subnet,
                         size_t dest);

/* ---- acl.c ---- */

/* One hop: both directions of TCP between SUBNET and the addresses PEER. */
struct m2_nw_hop {
    const char *subnet;        /* whose ACL is read */
    struct m2_nw_subnet *task; /* whose traffic it is */
    bool client;               /* SUBNET holds the caller: 443 goes out; else 443 comes in */
    struct m2_set4 peer;
    const char *peer_cidr; /* for the sentence and the command: "0.0.0.0/0" */
    int reply_first, reply_last;
    bool lenient; /* other ways exist: a fail is a warning */
};
/** True when all of it is denied one way or the other. */
bool m2_nw_acl(struct m2_nw *n, const struct m2_nw_hop *hop, size_t dest);

/* ---- sg.c ---- */

/* Whom a group's rules let TCP 443 pass to or from. */
struct m2_nw_open {
    struct m2_set4 at;
    bool by_id;         /* a rule names one of the groups or the prefix list asked for */
    bool unsure;        /* a rule names a prefix list whose entries were not read */
    struct m2_look gap; /* then */
};
struct m2_nw_peer {
    struct m2_set4 at;
    bool estimate;               /* AT holds more than the real addresses */
    M2_VEC(const char *) groups; /* the peer's security groups */
    const char *prefix_list;     /* that stands for AT, or NULL */
    const char *text;            /* "the internet", "endpoint vpce-1" */
    const char *rule;            /* of an --ip-permissions argument: "IpRanges=[{CidrIp=0.0.0.0/0}]" */
};
void m2_nw_sg_open(struct m2_nw_open *out, const struct m2_nw *n, const struct m2_value *permissions,
                   const struct m2_nw_peer *peer);
/** May the task's groups send TCP 443 to PEER? */
void m2_nw_sg_egress(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest,
                     const struct m2_nw_peer *peer);
void m2_nw_check_ingress(struct m2_nw *n);

/* ---- endpoint.c ---- */

enum m2_nw_private { M2_NW_PRIVATE_NONE, M2_NW_PRIVATE_TAKEN, M2_NW_PRIVATE_UNKNOWN };
/** Judge the private path of SUBNET to DEST. NONE: the internet path counts. */
enum m2_nw_private m2_nw_private(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest);
/** Why an endpoint for DEST that exists is not used, noted as a fault; false when there is none or, with an
 * OPEN internet path, nothing worth a finding. */
bool m2_nw_private_refused(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest, bool open);
/** Was the VPC built to reach the services through endpoints, so that a path that is not there is an
 * endpoint's (PRIVATE), a route's (INTERNET), or may be either's? */
enum m2_nw_plan { M2_NW_PLAN_INTERNET, M2_NW_PLAN_PRIVATE, M2_NW_PLAN_EITHER };
enum m2_nw_plan m2_nw_plan(struct m2_nw *n, const struct m2_nw_vpc *vpc);
/** The only way DEST has is endpoint ITEM, which does not take its traffic now, as was said: note what else
 * stands in the way once it does. */
void m2_nw_as_meant(struct m2_nw *n, struct m2_nw_subnet *subnet, const struct m2_nw_item *item, size_t dest);
bool m2_nw_serves(const struct m2_value *endpoint, const struct m2_nw_dest *d);
bool m2_nw_is_available(const struct m2_value *thing);
bool m2_nw_is_type(const struct m2_value *endpoint, const char *type);
bool m2_nw_inbound_only(const struct m2_value *endpoint);

/* ---- endpoint_policy.c ---- */

enum m2_nw_allow { M2_NW_ALLOWED, M2_NW_DENIED, M2_NW_CANNOT_TELL };
/** Does the endpoint policy DOCUMENT (JSON text or a tree; NULL: allow all) let a caller of ACCOUNT (NULL:
 * not known) do ACTION on RESOURCE (NULL: not known)? */
enum m2_nw_allow m2_nw_policy(struct m2_arena *a, const struct m2_value *document, const char *account,
                              const char *action, const char *resource);

/* ---- check_subnets.c, check_dns.c: what is not about a path ---- */
void m2_nw_check_subnets(struct m2_nw *n);
void m2_nw_check_dns(struct m2_nw *n);

/* ---- causes.c, links.c ---- */
#define M2_NW_N_CAUSES 31
extern const struct m2_cause m2_nw_causes[M2_NW_N_CAUSES];
#define M2_NW_N_LINKS 92
extern const struct m2_link m2_nw_links[M2_NW_N_LINKS];

/* ---- paths.c ---- */

/** Put the way from each usable subnet to each destination into the findings of N's run. */
void m2_nw_paths(struct m2_nw *n);

#endif
