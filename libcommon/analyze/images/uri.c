/* Are the image URIs ones that Lambda and Fargate accept? */
#include "analyze/images/images.h"
#include "m2/str.h"

void m2_found_about_image(struct m2_check_run *r, struct m2_finding *f, const struct m2_job_image *im)
{
    m2_found_about(r, f, im->uri);
    m2_found_about(r, f, im->resource);
    if (im->valid && im->parts.ecr)
        m2_found_about(r, f, m2_arena_printf(r->arena, "%s/%s", im->parts.host, im->parts.repository));
    if (im->call)
        m2_found_evidence(r, f, im->call, im->path, m2_v_string(r->arena, im->uri));
}

const char *m2_image_reference(const struct m2_job_image *im)
{
    return im->parts.digest ? im->parts.digest : m2_str_or(im->parts.tag, "latest");
}

/* Without a URI there is nothing to judge. */
static void no_uri(struct m2_check_run *r, const struct m2_job_image *im)
{
    if (im->look.seen == M2_UNSEEN)
        m2_found_unseen(r, im->what, &im->look);
    else
        m2_found_skip(r, im->what, "The stack has no image for %s.", im->what);
}

static void invalid(struct m2_check_run *r, const struct m2_job_image *im, const char *why)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, im->what, "image.uri-invalid");
    m2_found_detail(r, f, "The %s image \"%s\" (from %s) cannot be used: %s.", im->what, im->uri, im->from,
                    why);
    m2_found_about_image(r, f, im);
}

static const char *ecr_fault(const struct m2_check_run *r, const struct m2_job_image *im)
{
    if (!im->parts.ecr)
        return "Lambda takes images from private ECR repositories only";
    if (!r->snap->redacted && !m2_is_account_id(im->parts.account))
        return "the registry's account must be 12 digits";
    return NULL;
}

static void other_region(struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, im->what, "image.region-mismatch");
    m2_found_detail(r, f, "The Lambda image %s (from %s) is in %s; the function is in %s.", im->uri, im->from,
                    im->parts.region, im->used_in);
    m2_found_about_image(r, f, im);
    m2_found_command(r, f, "aws ecr create-repository --repository-name %s --region %s",
                     m2_word(r->arena, im->parts.repository), m2_word(r->arena, im->used_in));
}

static void moving_tag(struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_finding *f = m2_found(r, M2_WARN, im->what, "image.tag-latest");
    m2_found_detail(r, f, "%s (from %s) names no fixed version.", im->uri, im->from);
    m2_found_about_image(r, f, im);
}

static void one(struct m2_check_run *r, const struct m2_job_image *im)
{
    bool lambda = m2_str_eq(im->what, "Lambda");
    const char *why = !im->uri                  ? NULL
                      : !im->valid              ? im->why
                      : lambda || im->parts.ecr ? ecr_fault(r, im)
                                                : NULL;
    if (!im->uri)
        no_uri(r, im);
    else if (why)
        invalid(r, im, why);
    else if (lambda && !m2_str_empty(im->used_in) && !m2_str_eq(im->parts.region, im->used_in))
        other_region(r, im);
    else if (!im->parts.digest && m2_str_eq(m2_str_or(im->parts.tag, "latest"), "latest"))
        moving_tag(r, im);
    else
        m2_found_pass(r, im->what, "%s (from %s) is a valid image URI.", im->uri, im->from);
}

void m2_image_uri(struct m2_check_run *r)
{
    struct m2_job_image im[2];
    m2_job_images(im, r->arena, r->snap);
    one(r, &im[0]);
    one(r, &im[1]);
}

static bool was_asked(const struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, "amd64");
    return p.token || p.manifest;
}

void m2_each_image(struct m2_check_run *r,
                   void (*each)(struct m2_check_run *r, const struct m2_job_image *im))
{
    struct m2_job_image im[2];
    m2_job_images(im, r->arena, r->snap);
    for (size_t i = 0; i < 2; i++) {
        if (!im[i].uri)
            no_uri(r, &im[i]);
        else if (!im[i].valid)
            m2_found_skip(r, im[i].what, "The image URI is not valid (see image.uri).");
        else if (!im[i].parts.ecr && !was_asked(r, &im[i]))
            m2_found_skip(r, im[i].what, "%s is not in ECR, and its registry was not asked.", im[i].uri);
        else
            each(r, &im[i]);
    }
}

bool m2_asks_repository(const struct m2_check_run *r, const struct m2_call *c, const struct m2_job_image *im)
{
    const char *registry = m2_v_str(c->input, "registryId"), *name = m2_v_str(c->input, "repositoryName");
    const struct m2_value *names = m2_v_get(c->input, "repositoryNames");
    const char *region = m2_str_or(c->region, r->snap->region);
    if (!im->parts.ecr)
        return false;
    if (!m2_str_eq(m2_str_or(registry, m2_own_account(r->snap)), im->parts.account))
        return false;
    if (!m2_str_empty(region) && !m2_str_eq(region, im->parts.region))
        return false;
    return name ? m2_str_eq(name, im->parts.repository)
                : !m2_v_len(names) || m2_v_has(names, im->parts.repository);
}

void m2_image_unseen(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                     const char *right)
{
    struct m2_look look = { .seen = M2_UNSEEN, .call = c, .right = right };
    if (c && c->status == M2_CALL_ERROR)
        look.why = m2_arena_printf(
            r->arena, "%s was refused (%s) for %s.%s", right, m2_str_or(c->code, "error"), im->uri,
            m2_str_eq(im->parts.account, m2_own_account(r->snap))
                ? ""
                : " The registry belongs to another account, which need not show its images to you.");
    else
        look.why = m2_arena_printf(r->arena, "%s was not collected for %s.", right, im->uri);
    struct m2_finding *f = m2_found_unseen(r, im->what, &look);
    m2_found_about(r, f, im->uri);
}
