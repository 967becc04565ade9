/* Do the region, the Lambda image and the buckets fit together, and does AWS offer everything here? */
#include "analyze/identity/identity.h"
#include "analyze/job.h"
#include "analyze/names.h"
#include "analyze/storage/buckets.h"
#include "m2/stackview.h"
#include "m2/str.h"

static bool image_fits(struct m2_check_run *r)
{
    struct m2_job_image im[2];
    m2_job_images(im, r->arena, r->snap);
    const struct m2_job_image *l = &im[0];
    if (l->look.seen == M2_UNSEEN) {
        m2_found_unseen(r, NULL, &l->look);
        return false;
    }
    if (!l->valid || !l->parts.ecr || m2_str_empty(l->used_in) || m2_str_eq(l->parts.region, l->used_in))
        return true;
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "region.image-mismatch");
    m2_found_detail(r, f, "The function is in %s, but its image %s (from %s) is in %s.", l->used_in, l->uri,
                    l->from, l->parts.region);
    if (l->call)
        m2_found_evidence(r, f, l->call, l->path, m2_v_string(r->arena, l->uri));
    m2_found_about(r, f, l->uri);
    m2_found_about(r, f, l->resource);
    const char *repository = l->parts.repository, *tag = m2_str_or(l->parts.tag, "latest");
    m2_found_command(r, f, "aws ecr create-repository --repository-name %s --region %s",
                     m2_word(r->arena, repository), m2_word(r->arena, l->used_in));
    if (m2_own_account(r->snap))
        m2_found_command(
            r, f, "docker buildx imagetools create --tag %s %s",
            m2_word(r->arena, m2_arena_printf(r->arena, "%s.dkr.ecr.%s.amazonaws.com/%s:%s",
                                              m2_own_account(r->snap), l->used_in, repository, tag)),
            m2_word(r->arena, l->uri));
    return false;
}

/* AWS's own words for a region or service that is not enabled; once sts knows the caller, a service of the
 * region that does not know the credentials says the same. */
static bool says_unsupported(const struct m2_call *c, bool known)
{
    static const char *const codes[] = { "OptInRequired", "SubscriptionRequiredException",
                                         "RegionDisabledException" };
    static const char *const strangers[] = { "AuthFailure", "UnrecognizedClientException",
                                             "InvalidClientTokenId" };
    bool regional = !m2_str_eq(c->service, "sts") && !m2_str_eq(c->service, "iam") &&
                    !m2_str_eq(c->service, "brain") && !m2_str_eq(c->service, "registry");
    for (size_t i = 0; c->status == M2_CALL_ERROR && i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(c->code, codes[i]) ||
            (known && regional && m2_str_eq(c->code, strangers[i]) && !m2_str_has_ci(c->message, "expired")))
            return true;
    return false;
}

static void unsupported(struct m2_check_run *r, const struct m2_call *c, const char *region, const char *path,
                        const struct m2_value *value)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "region.unsupported");
    if (c->status == M2_CALL_ERROR)
        m2_found_detail(r, f, "%s:%s answered %s in region %s: %s", c->service, c->operation, c->code,
                        m2_str_or(region, "(not known)"), m2_str_or(c->message, ""));
    else
        m2_found_detail(r, f, "Region %s is not enabled for this account.", region);
    m2_found_evidence(r, f, c, path, value);
    if (region)
        m2_found_command(r, f, "aws account get-region-opt-status --region-name %s",
                         m2_word(r->arena, region));
}

static bool region_offers_all(struct m2_check_run *r)
{
    const struct m2_call *sts = m2_call_about(r->snap, "sts", "GetCallerIdentity", NULL);
    bool known = sts && sts->status == M2_CALL_OK;
    for (size_t i = 0; i < r->snap->n_calls; i++) {
        const struct m2_call *c = &r->snap->calls[i];
        if (!says_unsupported(c, known))
            continue;
        unsupported(r, c, m2_str_or(c->region, r->snap->region), "", NULL);
        return false;
    }
    struct m2_look here =
        m2_look_item(r->snap, "ec2", "DescribeRegions", "Regions", "RegionName", r->snap->region);
    if (here.seen == M2_SEEN && m2_str_eq(m2_v_str(here.item, "OptInStatus"), "not-opted-in")) {
        unsupported(r, here.call, r->snap->region, here.path, here.item);
        return false;
    }
    return true;
}

static void region_unseen(struct m2_check_run *r, const struct m2_bucket *b)
{
    struct m2_look look = { .seen = M2_UNSEEN, .call = b->head, .right = "s3:ListBucket" };
    look.why = m2_look_why(r->arena, look.right, b->head);
    m2_found_unseen(r, b->name, &look);
}

static bool buckets_fit(struct m2_check_run *r)
{
    struct m2_buckets b = { 0 };
    bool fit = true;
    m2_buckets_list(&b, r->arena, r->snap);
    for (size_t i = 0; i < b.list.len; i++) {
        const struct m2_bucket *it = &b.list.at[i];
        if (m2_str_empty(it->region) && !it->missing) {
            region_unseen(r, it);
            fit = false;
        }
        if (m2_str_empty(it->region) || m2_str_empty(r->snap->region) ||
            m2_str_eq(it->region, r->snap->region))
            continue;
        struct m2_finding *f = m2_found(r, M2_WARN, it->name, "region.bucket-mismatch");
        m2_found_detail(r, f, "Bucket %s is in %s, the stack in %s: each job's data crosses regions.",
                        it->name, it->region, r->snap->region);
        m2_found_evidence(r, f, it->region_call, it->region_path, m2_v_string(r->arena, it->region));
        fit = false;
    }
    return fit;
}

void m2_identity_region(struct m2_check_run *r)
{
    bool seen = false;
    for (size_t i = 0; i < r->snap->n_calls; i++)
        seen |= r->snap->calls[i].status == M2_CALL_OK;
    struct m2_stackview view = { 0 };
    bool offered = region_offers_all(r), image = image_fits(r), buckets = buckets_fit(r);
    m2_stackview_make(&view, r->arena, r->snap);
    if (image && view.state == M2_STACK_UNSEEN) { /* which image and buckets are the stack's, it alone says */
        m2_found_unseen(r, NULL, &view.look);
        return;
    }
    if (!offered || !image || !buckets || !seen || m2_str_empty(r->snap->region))
        return;
    m2_found_pass(r, NULL, "Everything is in %s.", r->snap->region);
}
