/*
 * snapshot/topic.h — what the collectors hand to each other.
 *
 * Model:     an answer publishes values under topics; a row of the table makes one call per value of its
 * topic. A value with several parts joins them with M2_TOPIC_SEP; the row's input names them $1, $2 … (#1 for
 * a number, $* for all that come after those).
 */
#ifndef M2_SNAPSHOT_TOPIC_H
#define M2_SNAPSHOT_TOPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/collect.h"

#define M2_TOPIC_SEP '\x1f'

enum m2_topic {
    M2_T_START,
    M2_T_STACK,            /* the root's name */
    M2_T_STACK_GONE,       /* the root's name, when there is none of it */
    M2_T_STACK_LIVE,       /* ARN: root and nested */
    M2_T_STACK_NESTED,     /* ARN: nested only */
    M2_T_STACK_PAST,       /* ARN: deleted, or seen in events only */
    M2_T_CALLER_ROLE,      /* name of the role that the caller assumed */
    M2_T_PRINCIPAL,        /* ARN whose rights are simulated */
    M2_T_CALLER_POLICIES,  /* name of that role, when the simulation is refused */
    M2_T_USER,             /* name of that user, likewise */
    M2_T_USER_POLICY,      /* user, policy name */
    M2_T_USER_GROUP,       /* name of a group of that user */
    M2_T_GROUP_POLICY,     /* group, policy name */
    M2_T_ORG_CHILD,        /* account or unit of the organisation whose parents are asked for */
    M2_T_ORG_TARGET,       /* account, unit or root whose policies are asked for */
    M2_T_ORG_POLICY,       /* id */
    M2_T_STATE_MACHINE,    /* ARN */
    M2_T_EXECUTION,        /* ARN */
    M2_T_CLUSTER,          /* name or ARN */
    M2_T_TASKS,            /* cluster, task ARN … */
    M2_T_TASK_DEFINITION,  /* ARN or family */
    M2_T_FUNCTION,         /* name or ARN */
    M2_T_FUNCTION_CALLED,  /* the same, where a state machine calls it */
    M2_T_FUNCTION_REFUSED, /* the same, when GetFunction was refused */
    M2_T_FUNCTION_LOG,     /* log group, pattern of its reports of runs, since when (epoch ms) */
    M2_T_QUOTA_REFUSED,
    M2_T_ROLE,           /* name */
    M2_T_ROLE_POLICY,    /* role, policy name */
    M2_T_POLICY,         /* ARN */
    M2_T_POLICY_VERSION, /* ARN, version */
    M2_T_DEFAULT_VPC,    /* asked for because nothing else says where tasks run */
    M2_T_SUBNET,
    M2_T_GROUP,
    M2_T_VPC,
    M2_T_DHCP,
    M2_T_ENIS, /* interface ids */
    M2_T_PREFIX_LIST,
    M2_T_FOREIGN_GROUP, /* a group that lives in another VPC */
    M2_T_REPOSITORY,    /* registry, name, region: of the own account */
    M2_T_IMAGE_TAG,     /* registry, name, region, tag */
    M2_T_IMAGE_DIGEST,  /* registry, name, region, digest */
    M2_T_PULL,          /* image URI: of any registry */
    M2_T_PULL_MANIFEST, /* image URI, tag or digest */
    M2_T_PULL_PLATFORM, /* image URI, digest, platform ("linux/amd64"): one of an index */
    M2_T_PULL_CONFIG,   /* image URI, digest */
    M2_T_LOG_GROUP,     /* name, region */
    M2_T_BUCKET,
    M2_T_BUCKET_OWNER, /* bucket, own account */
    M2_T_STACK_ABOVE,  /* ARN of the stack that the root asked about is nested in */
    M2_T_EXPORT,       /* name of an export of a live stack */
    M2_T_TAGGED,       /* ARN whose tags are read */
    M2_T_LOG_TAGGED,   /* ARN of a log group whose tags are read, region */
    M2_T_COUNT
};

struct m2_collect_row {
    struct m2_collector_row pub;
    enum m2_topic topic;
    const char *input;    /* JSON with ' for " and $n for parts; NULL: none */
    unsigned region_part; /* number of the part that is the region; 0: the run's */
    bool one_page;
    bool global; /* recorded without a region */
    bool leaf;   /* nothing else lives on its answers */
    bool counts; /* its sums go to the document's "bucket_counts", not to its calls */
    /* What of an answer is kept; NULL: all of it. */
    struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *output);
    /* Is another page wanted after those JOINED, for a run that reads from SINCE_MS on? NULL: all pages. */
    bool (*more)(const struct m2_value *joined, int64_t since_ms);
    unsigned per_second; /* calls are not begun faster than this, but for the first `burst`; 0: at once */
    unsigned burst;
};

const struct m2_collect_row *m2_collect_rows(enum m2_reading reading, size_t *n);

/* What is kept of answers that hold a job's own data (keep*.c). */
/** Of FilterLogEvents' OUTPUT: Lambda's own reports of runs, and nothing that a job wrote. */
struct m2_value *m2_keep_run_reports(struct m2_arena *a, const struct m2_value *output);
/** The same with the request each is of. */
struct m2_value *m2_keep_run_bills(struct m2_arena *a, const struct m2_value *output);
/** Of GetExecutionHistory: which states, tries and tasks there were, when, and how large; no input, output or
 * cause. */
struct m2_value *m2_keep_history(struct m2_arena *a, const struct m2_value *output);
/** Of DescribeTasks, DescribeTaskDefinition and GetFunctionConfiguration: what is billed; no environment, no
 * command. */
struct m2_value *m2_keep_tasks(struct m2_arena *a, const struct m2_value *output);
struct m2_value *m2_keep_task_definition(struct m2_arena *a, const struct m2_value *output);
struct m2_value *m2_keep_function(struct m2_arena *a, const struct m2_value *output);
/** Of GetFunctionConfiguration: its name and its network; no environment. */
struct m2_value *m2_keep_function_network(struct m2_arena *a, const struct m2_value *output);
/** Of DescribeOrganization: whose it is and what it has; no address. */
struct m2_value *m2_keep_organisation(struct m2_arena *a, const struct m2_value *output);
/** Of ListObjectVersions: how many there are and how large, one object a page; no key. */
struct m2_value *m2_keep_version_counts(struct m2_arena *a, const struct m2_value *output);
/** Is another page of them wanted? */
bool m2_more_version_counts(const struct m2_value *joined, int64_t since_ms);
/** "bucket_counts" of the document: the sums of JOINED for BUCKET, or why there are none. */
struct m2_value *m2_bucket_counts(struct m2_arena *a, const struct m2_call *call);

#endif
