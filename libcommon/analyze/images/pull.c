/* What the registry answered when the image was pulled as the caller. */
#include "analyze/images/images.h"
#include "m2/aws.h"
#include "m2/registry.h"
#include "m2/str.h"

/* The call of OPERATION about IM, by REFERENCE (NULL: any); one without a platform when TOP. */
static const struct m2_call *find(const struct m2_check_run *r, const char *operation,
                                  const struct m2_job_image *im, const char *reference, bool top)
{
    const struct m2_call *best = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "registry", operation, c));)
        if (m2_str_eq(m2_v_str(c->input, "image"), im->uri) && (!top || !m2_v_str(c->input, "platform")) &&
            (!reference || m2_str_eq(m2_v_str(c->input, "reference"), reference)) &&
            (!best || c->status == M2_CALL_OK))
            best = c;
    return best;
}

void m2_image_pull(struct m2_image_pull *out, const struct m2_check_run *r, const struct m2_job_image *im,
                   const char *architecture)
{
    struct m2_image_pull p = { .token = find(r, "GetToken", im, NULL, true) };
    p.manifest = find(r, "GetManifest", im, m2_image_reference(im), true);
    const struct m2_value *of = p.manifest && p.manifest->status == M2_CALL_OK ? p.manifest->output : NULL;
    const char *chosen = m2_v_str(m2_manifest_pick(of, architecture), "digest");
    if (chosen) {
        p.platform = find(r, "GetManifest", im, chosen, false);
        of = p.platform && p.platform->status == M2_CALL_OK ? p.platform->output : NULL;
    }
    const char *config = m2_v_pstr(of, "config.digest");
    if (config)
        p.config = find(r, "GetConfig", im, config, true);
    *out = p;
}

const char *m2_image_architecture(const struct m2_check_run *r, const struct m2_job_image *im)
{
    bool arm = false;
    if (m2_str_eq(im->what, "Lambda")) {
        struct m2_look f = m2_look_output(r->snap, "lambda", "GetFunction", im->resource);
        arm = im->resource && m2_v_has(m2_v_path(f.item, "Configuration.Architectures"), "arm64");
    } else {
        struct m2_look t = m2_look_output(r->snap, "ecs", "DescribeTaskDefinition", im->resource);
        arm = im->resource &&
              m2_str_eq(m2_v_pstr(t.item, "taskDefinition.runtimePlatform.cpuArchitecture"), "ARM64");
    }
    return arm ? "arm64" : "amd64";
}

bool m2_pull_is_denied(const struct m2_call *c)
{
    static const char *const codes[] = { "UNAUTHORIZED", "DENIED", "401", "403" };
    for (size_t k = 0; k < sizeof codes / sizeof codes[0]; k++)
        if (m2_str_eq_ci(c->code, codes[k]))
            return true;
    return c->status == M2_CALL_ERROR &&
           (c->http_status == 401 || c->http_status == 403 || m2_aws_is_denied(c->code));
}

const struct m2_call *m2_pull_stopped(const struct m2_image_pull *p)
{
    const struct m2_call *all[] = { p->token, p->manifest, p->platform, p->config };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] && all[i]->status != M2_CALL_OK)
            return all[i];
    return NULL;
}
