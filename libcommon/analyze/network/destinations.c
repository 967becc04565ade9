/* What the task must reach: facts about ECS on Fargate, platform 1.4. */
#include <stdlib.h>
#include <string.h>

#include "analyze/job.h"
#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/stackview.h"
#include "m2/str.h"

static const char *domain(const char *region)
{
    return m2_str_starts(region, "cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

static struct m2_nw_dest *add(struct m2_nw *n, const char *label, const char *region, const char *service,
                              const char *host)
{
    for (size_t i = 0; i < n->n_dests; i++)
        if (m2_str_eq(n->dests[i].label, label) && m2_str_eq(n->dests[i].host, host))
            return NULL;
    if (n->n_dests == M2_NW_MAX_DESTS)
        return NULL;
    struct m2_nw_dest *d = &n->dests[n->n_dests++];
    *d = (struct m2_nw_dest){ .label = label, .host = host, .region = region, .service = service };
    if (m2_str_eq(service, "s3") && m2_str_eq(region, n->region)) {
        const char *list = m2_nw_s3_list(n);
        struct m2_look gap;
        d->exact = list && m2_nw_prefix_list(n, list, &d->at, &gap) && d->at.len;
    }
    if (!d->exact)
        d->at = service && m2_str_eq(m2_region_partition(region), "aws") ? m2_nw_aws_space(n->a) : m2_nw_public(n->a);
    return d;
}

static void needs(struct m2_nw_dest *d, const char *action, const char *resource)
{
    if (d && d->n_needs < sizeof d->needs / sizeof d->needs[0]) {
        d->needs[d->n_needs].action = action;
        d->needs[d->n_needs++].resource = resource;
    }
}

/* "ECR API", or "ECR API (us-east-1)" when that is not where the task runs. */
static const char *label(const struct m2_nw *n, const char *what, const char *region)
{
    return m2_str_eq(region, n->region) ? what : m2_arena_printf(n->a, "%s (%s)", what, region);
}

static void add_image(struct m2_nw *n, const char *uri)
{
    struct m2_image_uri i = { 0 };
    const char *why = NULL;
    if (!m2_image_uri_parse(&i, &why, n->a, uri))
        return; /* image.uri says what is wrong with it */
    if (!i.ecr) {
        add(n, m2_arena_printf(n->a, "registry %s", i.host), n->region, NULL, i.host);
        return;
    }
    const char *repository = m2_arena_printf(n->a, "arn:%s:ecr:%s:%s:repository/%s", m2_region_partition(i.region),
                                             i.region, i.account, i.repository);
    struct m2_nw_dest *d = add(n, label(n, "ECR API", i.region), i.region, "ecr.api",
                               m2_arena_printf(n->a, "api.ecr.%s.%s", i.region, domain(i.region)));
    needs(d, "ecr:GetAuthorizationToken", "*");
    d = add(n, label(n, "ECR registry", i.region), i.region, "ecr.dkr", i.host);
    needs(d, "ecr:BatchGetImage", repository);
    needs(d, "ecr:GetDownloadUrlForLayer", repository);
    const char *bucket = m2_arena_printf(n->a, "prod-%s-starport-layer-bucket", i.region);
    d = add(n, label(n, "S3 image layers", i.region), i.region, "s3",
            m2_arena_printf(n->a, "%s.s3.%s.%s", bucket, i.region, domain(i.region)));
    needs(d, "s3:GetObject", m2_arena_printf(n->a, "arn:%s:s3:::%s/layer", m2_region_partition(i.region), bucket));
}

static void add_logs(struct m2_nw *n, const struct m2_value *container)
{
    const struct m2_value *config = m2_v_get(container, "logConfiguration");
    const char *driver = container ? m2_v_str(config, "logDriver") : "awslogs";
    if (!m2_str_eq(driver, "awslogs"))
        return;
    const char *group = m2_str_or(m2_v_pstr(config, "options.awslogs-group"), "/ecs/run-job-fargate");
    const char *region = m2_str_or(m2_v_pstr(config, "options.awslogs-region"), n->region);
    struct m2_nw_dest *d = add(n, label(n, "CloudWatch Logs", region), region, "logs",
                               m2_arena_printf(n->a, "logs.%s.%s", region, domain(region)));
    const char *arn = n->account ? m2_arena_printf(n->a, "arn:%s:logs:%s:%s:log-group:%s:log-stream:task",
                                                   m2_region_partition(region), region, n->account, group)
                                 : NULL;
    needs(d, "logs:CreateLogStream", arn);
    needs(d, "logs:PutLogEvents", arn);
}

static void add_secret(struct m2_nw *n, const char *from)
{
    bool manager = strstr(from, ":secretsmanager:") != NULL;
    const char *region = n->region;
    if (m2_str_starts(from, "arn:")) {
        const char *rest = from;
        for (int i = 0; i < 3 && rest; i++)
            m2_str_cut(n->a, rest, ':', &rest);
        if (rest)
            region = m2_str_cut(n->a, rest, ':', &rest);
    }
    const char *service = manager ? "secretsmanager" : "ssm";
    struct m2_nw_dest *d =
        add(n, label(n, manager ? "Secrets Manager" : "Systems Manager parameters", region), region, service,
            m2_arena_printf(n->a, "%s.%s.%s", service, region, domain(region)));
    needs(d, manager ? "secretsmanager:GetSecretValue" : "ssm:GetParameters",
          m2_str_starts(from, "arn:") ? from : NULL);
}

static void add_secrets(struct m2_nw *n, const struct m2_value *container)
{
    const struct m2_value *secret;
    m2_v_each(secret, i, m2_v_get(container, "secrets"))
    {
        const char *from = m2_v_str(secret, "valueFrom");
        if (from)
            add_secret(n, from);
    }
    const char *login = m2_v_pstr(container, "repositoryCredentials.credentialsParameter");
    if (login)
        add_secret(n, strstr(login, ":secretsmanager:") ? login : ":secretsmanager:");
}

/* Where BUCKET is, as far as the snapshot shows; else where the task runs. */
static const char *bucket_region(const struct m2_nw *n, const char *bucket)
{
    struct m2_look look = { .seen = M2_UNSEEN };
    if (!m2_str_empty(bucket))
        look = m2_look_output(n->s, "s3", "GetBucketLocation", bucket);
    const struct m2_value *where = look.seen == M2_SEEN ? m2_v_get(look.item, "LocationConstraint") : NULL;
    if (m2_v_is(where, M2_NULL) || m2_str_eq(m2_v_text(where), ""))
        return "us-east-1"; /* S3's way to say so */
    return m2_str_or(m2_str_eq(m2_v_text(where), "EU") ? "eu-west-1" : m2_v_text(where), n->region);
}

static void add_bucket(struct m2_nw *n, const char *bucket, const char *action)
{
    const char *region = bucket_region(n, bucket);
    const char *name = label(n, "S3 job data", region);
    struct m2_nw_dest *d = NULL;
    for (size_t i = 0; i < n->n_dests && !d; i++)
        d = m2_str_eq(n->dests[i].label, name) ? &n->dests[i] : NULL;
    if (!d)
        d = add(n, name, region, "s3",
                m2_arena_printf(n->a, "%s.s3.%s.%s", m2_str_or(bucket, "BUCKET"), region, domain(region)));
    if (!m2_str_empty(bucket))
        needs(d, action, m2_arena_printf(n->a, "arn:%s:s3:::%s/job", m2_region_partition(region), bucket));
}

static void add_buckets(struct m2_nw *n, const struct m2_stackview *view)
{
    static const struct {
        const char *key, *action;
    } rows[] = {
        { "DataBucketName", "s3:GetObject" },
        { "ResultsBucketName", "s3:PutObject" },
        { "FailedBucketName", "s3:PutObject" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct m2_output *o = m2_stackview_output(view, rows[i].key);
        add_bucket(n, o ? o->value : m2_stackview_parameter(view, rows[i].key), rows[i].action);
    }
}

void m2_nw_read_dests(struct m2_nw *n)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, n->a, n->s);
    struct m2_look task = { .seen = M2_ABSENT };
    if (view.state == M2_STACK_THERE)
        task = m2_view_task_definition(&view, n->a, n->s);
    const struct m2_value *containers =
                              task.seen == M2_SEEN ? m2_v_get(task.item, "containerDefinitions") : NULL,
                          *container;
    struct m2_job_image images[2];
    m2_job_images(images, n->a, n->s);
    const char *chosen = m2_str_or(images[1].uri, M2_DEFAULT_FARGATE_IMAGE);
    bool deployed = false;
    m2_v_each(container, i, containers) deployed =
        deployed || m2_str_eq(m2_v_str(container, "image"), chosen);
    add_image(n, chosen);
    m2_v_each(container, i, containers) if (deployed && m2_v_str(container, "image"))
        add_image(n, m2_v_str(container, "image"));
    if (!m2_v_len(containers))
        add_logs(n, NULL);
    m2_v_each(container, i, containers)
    {
        add_logs(n, container);
        add_secrets(n, container);
    }
    add_buckets(n, &view);
}
