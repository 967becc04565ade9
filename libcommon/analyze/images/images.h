/* analyze/images/images.h — the checks of the area images. */
#ifndef M2_ANALYZE_IMAGES_H
#define M2_ANALYZE_IMAGES_H

#include "analyze/job.h"
#include "m2/check.h"

void m2_image_uri(struct m2_check_run *r);
void m2_image_exists(struct m2_check_run *r);
void m2_image_access(struct m2_check_run *r);
void m2_image_execution_role(struct m2_check_run *r);
void m2_image_manifest(struct m2_check_run *r);

/* The pull as the caller tried it (service "registry"); each NULL when it was not made. */
struct m2_image_pull {
    const struct m2_call *token, *manifest; /* by the tag or digest of the URI */
    const struct m2_call *platform;         /* of an index: the one for the architecture */
    const struct m2_call *config;
};
/** ARCHITECTURE: as the image's config says it ("amd64"). */
void m2_image_pull(struct m2_image_pull *out, const struct m2_check_run *r, const struct m2_job_image *im,
                   const char *architecture);
/** What the function or the task runs on: "amd64" or "arm64"; where nothing says it, the default of both. */
const char *m2_image_architecture(const struct m2_check_run *r, const struct m2_job_image *im);
/** Does C, not answered with OK, say that the caller may not? */
bool m2_pull_is_denied(const struct m2_call *c);
/** The call of P that was not answered with OK, first to last; NULL when none was. */
const struct m2_call *m2_pull_stopped(const struct m2_image_pull *p);

/** Run EACH on the two images; says unknown or skip for one whose URI is not known or not valid, or whose
 * registry, none of ECR, was not asked. */
void m2_each_image(struct m2_check_run *r,
                   void (*each)(struct m2_check_run *r, const struct m2_job_image *im));
/** Does C (of ecr) ask about the repository of IM, in its registry and region? */
bool m2_asks_repository(const struct m2_check_run *r, const struct m2_call *c, const struct m2_job_image *im);
/** The tag or digest that names the image: "latest" when the URI has none. */
const char *m2_image_reference(const struct m2_job_image *im);
/** `unknown` about an image outside ECR, because STOPPED says nothing certain. */
void m2_image_not_told(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *stopped);
/** `unknown` about an image because its registry was not asked for a manifest; or, with GIVEN, because what
 * it handed out is none that is known. */
void m2_image_not_asked(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *given);
/** `unknown` about IM because C was refused (NULL: not made); RIGHT is the action. */
void m2_image_unseen(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                     const char *right);
/** The finding is about this image: its URI, repository, and what uses it. */
void m2_found_about_image(struct m2_check_run *r, struct m2_finding *f, const struct m2_job_image *im);

#endif
