#include "aws/client.h"
#include "m2/xml.h"

static const char *const other_region_codes[] = {
    "PermanentRedirect",
    "TemporaryRedirect",
    "Redirect",
    "AuthorizationHeaderMalformed",
    "301",
    "302",
    "307",
    "IllegalLocationConstraintException",
};

const char *m2_run_bucket(const struct m2_run *r)
{
    return m2_str_eq(r->service_name, "s3") ? m2_v_str(r->input, "Bucket") : NULL;
}

const char *m2_bucket_region(const struct m2_aws *c, const char *bucket)
{
    for (const struct m2_bucket_home *h = c->homes; bucket && h; h = h->next)
        if (m2_str_eq(h->bucket, bucket))
            return h->region;
    return NULL;
}

static void remember(struct m2_aws *c, const char *bucket, const char *region)
{
    struct m2_bucket_home *h = m2_arena_alloc(c->arena, sizeof *h);
    *h = (struct m2_bucket_home){ c->homes, m2_arena_strdup(c->arena, bucket),
                                  m2_arena_strdup(c->arena, region) };
    c->homes = h;
}

static bool go_to(struct m2_run *r, const char *region)
{
    if (!m2_region_valid(region) || m2_str_eq(region, r->region))
        return false;
    remember(r->client, m2_run_bucket(r), region);
    r->region = m2_arena_strdup(r->arena, region);
    m2_run_attempt(r);
    return true;
}

static const char *region_in_body(struct m2_run *r, const struct m2_response *res)
{
    struct m2_xml *root = NULL;
    if (!res->body.n || m2_xml_parse(&root, r->arena, res->body, NULL) < 0)
        return NULL;
    const struct m2_xml *region = m2_xml_child(root, "Region");
    if (!region)
        region = m2_xml_child(m2_xml_child(root, "Error"), "Region");
    return region ? region->text : NULL;
}

static void on_probe(void *user, const struct m2_exchange *x)
{
    struct m2_run *r = user;
    const char *region = x->ok ? m2_header_get(&x->response, "x-amz-bucket-region") : NULL;
    if (!region || !go_to(r, region))
        m2_run_fail_service(r, &r->pending_error, r->pending_status);
}

static bool says_other_region(const struct m2_api_error *e)
{
    for (size_t i = 0; i < sizeof other_region_codes / sizeof other_region_codes[0]; i++)
        if (m2_str_eq(e->code, other_region_codes[i]))
            return true;
    return false;
}

bool m2_run_redirect(struct m2_run *r, const struct m2_api_error *e, const struct m2_response *res)
{
    struct m2_err err = { 0 };
    if (!m2_run_bucket(r) || r->redirected)
        return false;
    const char *region = m2_header_get(res, "x-amz-bucket-region");
    bool moved = res->status == 301 || res->status == 302 || res->status == 307 || says_other_region(e);
    if (!moved && !(region && res->status == 400 && !m2_str_eq(region, r->region)))
        return false;
    r->redirected = true;
    if (!region)
        region = region_in_body(r, res);
    if (region)
        return go_to(r, region);
    if (m2_run_build_probe(r, &err) < 0)
        return false;
    r->pending_error = *e;
    r->pending_status = res->status;
    m2_net_send(r->client->opt.net, &r->req, on_probe, r);
    return true;
}
