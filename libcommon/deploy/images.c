/* Images by digest: a tag moves, a deployment shall not. */
#include <string.h>

#include "m2/deploy.h"
#include "m2/str.h"

#define UPSTREAM "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-"

const char *m2_deploy_image(struct m2_arena *a, const char *what, const char *tag)
{
    return m2_arena_printf(a, UPSTREAM "%s:%s", what, m2_str_or(tag, "latest"));
}

/* Was CALL about REPOSITORY of REGISTRY, by TAG? */
static bool is_about(const struct m2_call *c, const char *registry, const char *repository, const char *tag)
{
    const char *asked = m2_v_str(c->input, "registryId");
    return c->status == M2_CALL_OK && (!asked || m2_str_eq(asked, registry)) &&
           m2_str_eq(m2_v_str(c->input, "repositoryName"), repository) &&
           m2_str_eq(m2_v_pstr(c->input, "imageIds[0].imageTag"), tag);
}

const char *m2_deploy_pinned(struct m2_arena *a, const struct m2_snapshot *s, const char *uri)
{
    static const struct {
        const char *operation, *digest;
    } answers[] = { { "DescribeImages", "imageDetails[0].imageDigest" },
                    { "BatchGetImage", "images[0].imageId.imageDigest" } };
    const char *slash = uri ? strchr(uri, '/') : NULL, *dot = uri ? strchr(uri, '.') : NULL;
    if (!slash || !dot || dot > slash || strchr(uri, '@'))
        return NULL;
    const char *registry = m2_arena_strndup(a, uri, (size_t)(dot - uri)), *tag = NULL;
    const char *repository = m2_str_cut(a, slash + 1, ':', &tag);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "ecr", answers[i].operation, c));) {
            const char *digest = m2_v_pstr(c->output, answers[i].digest);
            if (is_about(c, registry, repository, m2_str_or(tag, "latest")) &&
                m2_str_starts(digest, "sha256:"))
                return m2_arena_printf(a, "%.*s/%s@%s", (int)(slash - uri), uri, repository, digest);
        }
    return NULL;
}
