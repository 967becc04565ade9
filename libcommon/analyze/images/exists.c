/* Are repository and image there? From what ECR answers about them. */
#include "analyze/images/images.h"
#include "m2/str.h"

struct answer {
    enum { UNANSWERED, THERE, NO_REPOSITORY, NO_IMAGE } what;
    const struct m2_call *call;
    const struct m2_call *refused; /* the first refusal, when unanswered */
};

/* Does the list of imageIds of C, when there is one, name this image? */
static bool asks_image(const struct m2_call *c, const struct m2_job_image *im)
{
    const struct m2_value *ids = m2_v_get(c->input, "imageIds"), *id = NULL;
    bool mine = !m2_v_len(ids);
    m2_v_each(id, i, ids) mine |=
        m2_str_eq(m2_v_str(id, im->parts.digest ? "imageDigest" : "imageTag"), m2_image_reference(im));
    return mine;
}

static bool shows_image(const struct m2_call *c, const struct m2_job_image *im)
{
    static const char *const lists[] = { "imageDetails", "imageIds", "images" };
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        const struct m2_value *item = NULL;
        m2_v_each(item, i, m2_v_get(c->output, lists[k]))
        {
            const struct m2_value *id = m2_v_get(item, "imageId") ? m2_v_get(item, "imageId") : item;
            if (im->parts.digest ? m2_str_eq(m2_v_str(id, "imageDigest"), im->parts.digest)
                                 : m2_str_eq(m2_v_str(id, "imageTag"), m2_image_reference(im)) ||
                                       m2_v_has(m2_v_get(id, "imageTags"), m2_image_reference(im)))
                return true;
        }
    }
    return false;
}

/* BatchGetImage answers "ok" and tells what it lacks in `failures`, and why; the others list what there is.
 */
static bool lacks_image(const struct m2_call *c, const struct m2_job_image *im)
{
    const struct m2_value *item = NULL;
    bool lacks = false;
    if (!m2_str_eq(c->operation, "BatchGetImage"))
        return m2_v_is(m2_v_get(c->output, "imageDetails"), M2_ARRAY) ||
               m2_v_is(m2_v_get(c->output, "imageIds"), M2_ARRAY);
    m2_v_each(item, i, m2_v_get(c->output, "failures")) lacks |=
        (m2_str_eq(m2_v_str(item, "failureCode"), "ImageNotFound") ||
         m2_str_eq(m2_v_str(item, "failureCode"), "ImageTagDoesNotMatchDigest")) &&
        m2_str_eq(m2_v_pstr(item, im->parts.digest ? "imageId.imageDigest" : "imageId.imageTag"),
                  m2_image_reference(im));
    return lacks;
}

static void read_error(struct answer *a, const struct m2_call *c)
{
    if (m2_str_eq(c->code, "RepositoryNotFoundException")) {
        a->what = NO_REPOSITORY;
        a->call = c;
    } else if (m2_str_eq(c->code, "ImageNotFoundException") && a->what == UNANSWERED) {
        a->what = NO_IMAGE;
        a->call = c;
    } else if (!a->refused) {
        a->refused = c;
    }
}

static void read_call(struct answer *a, const struct m2_call *c, const struct m2_job_image *im)
{
    if (c->status == M2_CALL_ERROR) {
        read_error(a, c);
    } else if (c->status == M2_CALL_OK && shows_image(c, im)) {
        a->what = THERE;
        a->call = c;
    } else if (c->status == M2_CALL_OK && lacks_image(c, im) && a->what == UNANSWERED) {
        a->what = NO_IMAGE;
        a->call = c;
    }
}

/* The registry itself: what it hands out is there, whatever ECR's calls said, and where those said nothing
 * its own no counts. A bare status or a text of no registry is no answer. */
static void read_pull(struct answer *a, const struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, "amd64");
    if (!p.manifest)
        return;
    int64_t version;
    if (p.manifest->status == M2_CALL_OK && m2_v_int_of(p.manifest->output, "schemaVersion", &version))
        *a = (struct answer){ .what = THERE, .call = p.manifest };
    if (a->what != UNANSWERED)
        return;
    a->call = p.manifest;
    if (m2_str_eq(p.manifest->code, "MANIFEST_UNKNOWN"))
        a->what = NO_IMAGE;
    else if (m2_str_eq(p.manifest->code, "NAME_UNKNOWN"))
        a->what = NO_REPOSITORY;
}

static struct answer ask(const struct m2_check_run *r, const struct m2_job_image *im)
{
    static const char *const operations[] = { "DescribeImages", "BatchGetImage", "ListImages" };
    struct answer a = { 0 };
    for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "ecr", "DescribeRepositories", c));)
        if (c->status == M2_CALL_ERROR && m2_asks_repository(r, c, im))
            read_error(&a, c);
    for (size_t k = 0; k < sizeof operations / sizeof operations[0]; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "ecr", operations[k], c));)
            if (a.what != THERE && m2_asks_repository(r, c, im) && asks_image(c, im))
                read_call(&a, c, im);
    if (a.what != THERE)
        read_pull(&a, r, im);
    return a;
}

static void missing(struct m2_check_run *r, const struct m2_job_image *im, const struct answer *a)
{
    bool repository = a->what == NO_REPOSITORY;
    struct m2_finding *f =
        m2_found(r, M2_FAIL, im->what, repository ? "image.repository-missing" : "image.tag-missing");
    if (!im->parts.ecr)
        m2_found_detail(r, f, "The registry %s has no %s %s; %s asks for it (from %s).", im->parts.host,
                        repository ? "repository" : "image", im->uri, im->what, im->from);
    else if (repository)
        m2_found_detail(r, f, "There is no repository %s in account %s, region %s; %s asks for it (from %s).",
                        im->parts.repository, im->parts.account, im->parts.region, im->what, im->from);
    else
        m2_found_detail(r, f, "Repository %s in %s has no image %s; %s asks for it (from %s).",
                        im->parts.repository, im->parts.region, m2_image_reference(im), im->what, im->from);
    m2_found_evidence(r, f, a->call, "", a->call->status == M2_CALL_OK ? a->call->output : NULL);
    m2_found_about_image(r, f, im);
    if (!im->parts.ecr)
        m2_found_command(r, f, "docker manifest inspect %s", m2_word(r->arena, im->uri));
    else if (repository)
        m2_found_command(r, f, "aws ecr describe-repositories --registry-id %s --region %s",
                         m2_word(r->arena, im->parts.account), m2_word(r->arena, im->parts.region));
    else
        m2_found_command(r, f, "aws ecr describe-images --registry-id %s --repository-name %s --region %s",
                         m2_word(r->arena, im->parts.account), m2_word(r->arena, im->parts.repository),
                         m2_word(r->arena, im->parts.region));
}

/* A registry of another account hides what it does not share: "no such repository" may mean "not for you". */
static bool may_be_hidden(const struct m2_check_run *r, const struct m2_job_image *im, const struct answer *a)
{
    const char *own = m2_own_account(r->snap);
    return a->what == NO_REPOSITORY && im->parts.ecr && own && !m2_str_eq(own, im->parts.account);
}

static void hidden(struct m2_check_run *r, const struct m2_job_image *im, const struct answer *a)
{
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
    m2_found_detail(
        r, f,
        "Account %s says that it has no repository %s in %s. A registry of another account says so of a "
        "repository that it does not share with you, too.",
        im->parts.account, im->parts.repository, im->parts.region);
    m2_found_evidence(r, f, a->call, "", NULL);
    m2_found_fix(r, f, "Ask the owner of account %s whether the repository exists and is shared with yours.",
                 im->parts.account);
    m2_found_about_image(r, f, im);
}

void m2_image_not_told(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *stopped)
{
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
    m2_found_detail(r, f, "The registry was asked for %s, and that tells nothing certain: %s: %s", im->uri,
                    stopped->status == M2_CALL_SKIPPED ? "not asked" : m2_str_or(stopped->code, "error"),
                    stopped->status == M2_CALL_SKIPPED ? m2_str_or(stopped->reason, "")
                                                       : m2_str_or(stopped->message, ""));
    m2_found_evidence(r, f, stopped, "", NULL);
    m2_found_about_image(r, f, im);
}

void m2_image_not_asked(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *given)
{
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
    if (given)
        m2_found_detail(r, f, "What the registry %s handed out for %s is no manifest that is known here.",
                        im->parts.host, im->uri);
    else
        m2_found_detail(r, f, "The registry %s was not asked for the manifest of %s.", im->parts.host,
                        im->uri);
    m2_found_evidence(r, f, given, "", NULL);
    m2_found_about_image(r, f, im);
}

/* Outside ECR there is nothing else to ask, and no right of AWS's to name. */
static void unanswered(struct m2_check_run *r, const struct m2_job_image *im, const struct answer *a)
{
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, "amd64");
    const struct m2_call *stopped = m2_pull_stopped(&p);
    if (!im->parts.ecr && stopped)
        m2_image_not_told(r, im, stopped);
    else if (!im->parts.ecr || (!stopped && p.manifest && !a->refused))
        m2_image_not_asked(r, im, p.manifest);
    else
        m2_image_unseen(r, im, a->refused,
                        a->refused ? m2_arena_printf(r->arena, "ecr:%s", a->refused->operation)
                                   : "ecr:DescribeImages");
}

static void one(struct m2_check_run *r, const struct m2_job_image *im)
{
    struct answer a = ask(r, im);
    if (may_be_hidden(r, im, &a))
        hidden(r, im, &a);
    else if (a.what == THERE)
        m2_found_pass(r, im->what, "%s is there.", im->uri);
    else if (a.what == UNANSWERED)
        unanswered(r, im, &a);
    else
        missing(r, im, &a);
}

void m2_image_exists(struct m2_check_run *r)
{
    m2_each_image(r, one);
}
