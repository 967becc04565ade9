/* analyze/images/images.h — the checks of the area images. */
#ifndef M2_ANALYZE_IMAGES_H
#define M2_ANALYZE_IMAGES_H

#include "analyze/job.h"
#include "m2/check.h"

void m2_image_uri(struct m2_check_run *r);
void m2_image_exists(struct m2_check_run *r);
void m2_image_access(struct m2_check_run *r);
void m2_image_execution_role(struct m2_check_run *r);

/** Run EACH on the two images; says unknown or skip for one whose URI is not known or not in ECR. */
void m2_each_ecr_image(struct m2_check_run *r,
                       void (*each)(struct m2_check_run *r, const struct m2_job_image *im));
/** Does C (of ecr) ask about the repository of IM, in its registry and region? */
bool m2_asks_repository(const struct m2_check_run *r, const struct m2_call *c, const struct m2_job_image *im);
/** The tag or digest that names the image: "latest" when the URI has none. */
const char *m2_image_reference(const struct m2_job_image *im);
/** `unknown` about IM because C was refused (NULL: not made); RIGHT is the action. */
void m2_image_unseen(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                     const char *right);
/** The finding is about this image: its URI, repository, and what uses it. */
void m2_found_about_image(struct m2_check_run *r, struct m2_finding *f, const struct m2_job_image *im);

#endif
