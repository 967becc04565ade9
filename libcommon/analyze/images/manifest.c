/* Can Lambda and Fargate run what the registry hands out: format, processor, size; and what loading it takes.
 * Source: AWS Lambda Developer Guide (container images: requirements, quotas); docs/COST.md for prices. */
#include "analyze/images/images.h"

#include <string.h>

#include "m2/json.h"
#include "m2/prices.h"
#include "m2/registry.h"
#include "m2/str.h"

/* Lambda's limit is of the unpacked image; the manifest tells the packed size alone, which is never larger.
 */
#define LAMBDA_MAX_BYTES ((int64_t)10 << 30)
#define PULL_BYTES_PER_S (50.0 * 1e6)

/* ---- formats ---- */

/* In Docker's first format, schema 1, of which no config tells a processor. */
static bool is_old(const struct m2_value *v)
{
    return m2_str_starts(m2_v_str(v, "mediaType"), "application/vnd.docker.distribution.manifest.v1");
}

/* Schema 2, and of a type that is KNOWN or not named ("application/json" is what a server says that knows
 * none); what it holds must fit, too. */
static bool is_format(const struct m2_value *v, const char *const known[2])
{
    const char *type = m2_v_str(v, "mediaType");
    int64_t version = 0;
    return m2_v_int_of(v, "schemaVersion", &version) && version == 2 &&
           (!m2_v_get(v, "mediaType") || m2_str_eq(type, "application/json") || m2_str_eq(type, known[0]) ||
            m2_str_eq(type, known[1]));
}

static bool is_image(const struct m2_value *v)
{
    static const char *const types[] = { "application/vnd.docker.distribution.manifest.v2+json",
                                         "application/vnd.oci.image.manifest.v1+json" };
    int64_t bytes = -1;
    return is_format(v, types) && m2_v_is(m2_v_get(v, "layers"), M2_ARRAY) && m2_v_pstr(v, "config.digest") &&
           m2_v_int_of(v, "layersSize", &bytes) && bytes >= 0;
}

static bool is_index(const struct m2_value *v)
{
    static const char *const types[] = { "application/vnd.docker.distribution.manifest.list.v2+json",
                                         "application/vnd.oci.image.index.v1+json" };
    return is_format(v, types) && m2_v_is(m2_v_get(v, "manifests"), M2_ARRAY);
}

/* What is known of an image's manifest, and from where. */
struct seen {
    const struct m2_value *top;    /* as m2_manifest_read makes it; NULL: not known */
    const struct m2_value *image;  /* the manifest that would be loaded, or NULL */
    const struct m2_value *config; /* or NULL */
    const struct m2_call *call;    /* that showed top */
    const struct m2_call *odd;     /* that handed out no manifest that is known here, or NULL */
};

/* ECR's own call hands out the same manifest. */
static void from_ecr(struct seen *s, const struct m2_check_run *r, const struct m2_job_image *im)
{
    for (const struct m2_call *c = NULL; !s->top && (c = m2_calls(r->snap, "ecr", "BatchGetImage", c));) {
        const struct m2_value *item = NULL;
        if (c->status != M2_CALL_OK || !m2_asks_repository(r, c, im))
            continue;
        m2_v_each(item, i, m2_v_get(c->output, "images"))
        {
            const char *text = m2_v_str(item, "imageManifest");
            const struct m2_value *id = m2_v_get(item, "imageId");
            struct m2_value *made = NULL;
            struct m2_err err = { 0 };
            if (m2_str_eq(m2_v_str(id, im->parts.digest ? "imageDigest" : "imageTag"),
                          m2_image_reference(im)) &&
                text &&
                m2_manifest_read(&made, r->arena, m2_bytes_of(text), m2_v_str(item, "imageManifestMediaType"),
                                 &err) == 0) {
                s->top = made;
                s->call = c;
            }
        }
    }
}

static void look(struct seen *s, const struct m2_check_run *r, const struct m2_job_image *im,
                 const struct m2_image_pull *p)
{
    if (p->manifest && p->manifest->status == M2_CALL_OK) {
        s->top = p->manifest->output;
        s->call = p->manifest;
    } else {
        from_ecr(s, r, im);
    }
    const struct m2_call *child = p->platform && p->platform->status == M2_CALL_OK ? p->platform : NULL;
    const struct m2_value *image = child ? child->output : s->top;
    if (is_image(image))
        s->image = image;
    else if (child || (s->top && !is_index(s->top)))
        s->odd = child ? child : s->call;
    if (p->config && p->config->status == M2_CALL_OK)
        s->config = p->config->output;
}

/* ---- faults ---- */

static struct m2_finding *fault(struct m2_check_run *r, const struct m2_job_image *im, const char *cause,
                                const struct m2_call *c, const char *path, const char *shown)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, im->what, cause);
    m2_found_evidence(r, f, c, path, m2_v_string(r->arena, shown));
    m2_found_about_image(r, f, im);
    return f;
}

static bool has_attestation(const struct m2_value *index)
{
    const struct m2_value *entry = NULL;
    m2_v_each(entry, i,
              m2_v_get(index, "manifests")) if (m2_v_bool_or(entry, "attestation", false)) return true;
    return false;
}

static void unsupported(struct m2_check_run *r, const struct m2_job_image *im, const struct seen *s)
{
    const char *type = m2_str_or(m2_v_str(s->top, "mediaType"), "of no named type");
    struct m2_finding *f = fault(r, im, "image.manifest-unsupported", s->call, "mediaType", type);
    if (is_old(s->top))
        m2_found_detail(r, f,
                        "The manifest of %s is in Docker's first format (%s), which Lambda does not take.",
                        im->uri, type);
    else
        m2_found_detail(r, f,
                        "%s is an index (%s) of %zu entries%s; Lambda takes the manifest of one image only.",
                        im->uri, type, m2_v_len(m2_v_get(s->top, "manifests")),
                        has_attestation(s->top) ? ", one of them a build attestation" : "");
    m2_found_command(
        r, f, "docker buildx build --provenance=false --sbom=false --platform linux/%s --tag %s --push .",
        m2_image_architecture(r, im), m2_word(r->arena, im->uri));
}

static void other_processor(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                            const char *path, const char *os, const char *built, const char *wanted)
{
    struct m2_finding *f = fault(r, im, "image.architecture-mismatch", c, path, built);
    m2_found_detail(r, f, "%s is built for %s%s%s; %s runs it on linux/%s.", im->uri, os, *os ? "/" : "",
                    built, m2_str_eq(im->what, "Lambda") ? "the function" : "the task", wanted);
    m2_found_command(
        r, f, "docker buildx build --provenance=false --sbom=false --platform linux/%s --tag %s --push .",
        wanted, m2_word(r->arena, im->uri));
}

/* "linux/arm64, linux/amd64" */
static const char *platforms(struct m2_arena *a, const struct m2_value *index)
{
    const struct m2_value *entry = NULL;
    const char *list = "";
    m2_v_each(entry, i, m2_v_get(index, "manifests"))
    {
        if (m2_v_bool_or(entry, "attestation", false))
            continue;
        list = m2_arena_printf(a, "%s%s%s/%s", list, *list ? ", " : "", m2_str_or(m2_v_str(entry, "os"), "?"),
                               m2_str_or(m2_v_str(entry, "architecture"), "?"));
    }
    return *list ? list : "no platform";
}

static void too_large(struct m2_check_run *r, const struct m2_job_image *im, const struct seen *s,
                      int64_t bytes)
{
    struct m2_finding *f = fault(r, im, "image.too-large", s->call, "layersSize",
                                 m2_arena_printf(r->arena, "%lld", (long long)bytes));
    m2_found_detail(r, f,
                    "The layers of %s are %.1f GiB before they are unpacked; Lambda takes 10 GiB unpacked.",
                    im->uri, (double)bytes / (double)((int64_t)1 << 30));
}

/* ---- what is fine, and what it takes ---- */

static double usd_per_gb(struct m2_arena *a, const char *region, const char *key)
{
    struct m2_prices prices;
    const struct m2_price_region *at = NULL;
    struct m2_err err = { 0 };
    if (m2_prices_builtin(&prices, a, &err) < 0 || m2_prices_region(&at, &prices, region, &err) < 0)
        return -1;
    const struct m2_price *p = m2_price_find(at, key);
    return p ? (double)p->usd_pico / 1e12 : -1;
}

/* What every task pays to load BYTES; Lambda keeps its own copy. */
static const char *transfer(const struct m2_check_run *r, const struct m2_job_image *im, int64_t bytes)
{
    bool far = im->parts.ecr && !m2_str_empty(im->used_in) && !m2_str_eq(im->parts.region, im->used_in);
    double gb = (double)bytes / 1e9, seconds = (double)bytes / PULL_BYTES_PER_S;
    if (m2_str_eq(im->what, "Lambda"))
        return "";
    const char *text = m2_arena_printf(
        r->arena, " Every task loads it again: about %.0f s at 50 MB/s, which is an assumption.",
        seconds < 1 ? 1 : seconds);
    double across = far ? usd_per_gb(r->arena, im->parts.region, "transfer.cross-region-gb") : -1;
    double nat = far || !im->parts.ecr ? usd_per_gb(r->arena, im->used_in, "nat.gb") : -1;
    if (across >= 0)
        text = m2_arena_printf(r->arena, "%s It comes from %s to %s: about %.3f USD a pull.", text,
                               im->parts.region, im->used_in, across * gb);
    else if (far)
        text = m2_arena_printf(r->arena, "%s It comes from %s to %s, which is paid for by the GB.", text,
                               im->parts.region, im->used_in);
    if (nat >= 0)
        text = m2_arena_printf(r->arena, "%s Through a NAT gateway a pull costs about %.3f USD more.", text,
                               nat * gb);
    return text;
}

static void fine(struct m2_check_run *r, const struct m2_job_image *im, const struct seen *s,
                 const char *architecture)
{
    int64_t bytes = m2_v_int_or(s->image, "layersSize", 0);
    m2_found_pass(
        r, im->what,
        "%s is an image for linux/%s: %zu layers, %.1f MB compressed; how large it is unpacked, the "
        "registry does not tell.%s",
        im->uri, architecture, m2_v_len(m2_v_get(s->image, "layers")), (double)bytes / 1e6,
        transfer(r, im, bytes));
}

/* The manifest was read, and something that it leads to was not. */
static void half_seen(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_image_pull *p)
{
    const struct m2_call *stopped = m2_pull_stopped(p);
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
    m2_found_detail(r, f,
                    "The manifest of %s is one that %s takes; for which processor the image is built was not "
                    "read%s%s%s%s.",
                    im->uri, im->what, stopped ? " (" : "",
                    !stopped                             ? ""
                    : stopped->status == M2_CALL_SKIPPED ? m2_str_or(stopped->reason, "")
                                                         : m2_str_or(stopped->code, ""),
                    stopped && stopped->status == M2_CALL_ERROR
                        ? m2_arena_printf(r->arena, ": %s", m2_str_or(stopped->message, ""))
                        : "",
                    stopped ? ")" : "");
    m2_found_evidence(r, f, stopped, "", NULL);
    m2_found_about_image(r, f, im);
}

/* ECR's own call about IM that did not show its manifest, or NULL. */
static const struct m2_call *asked_in_vain(const struct m2_check_run *r, const struct m2_job_image *im)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "ecr", "BatchGetImage", c));)
        if (m2_asks_repository(r, c, im))
            return c;
    return NULL;
}

static void not_seen(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_image_pull *p)
{
    const struct m2_call *stopped = m2_pull_stopped(p), *asked = asked_in_vain(r, im);
    if (stopped) {
        m2_image_not_told(r, im, stopped);
    } else if (!im->parts.ecr || p->manifest) {
        m2_image_not_asked(r, im, p->manifest);
    } else if (asked && asked->status == M2_CALL_OK) {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
        m2_found_detail(r, f, "The repository handed out no manifest of %s to look into.", im->uri);
        m2_found_evidence(r, f, asked, "failures", m2_v_get(asked->output, "failures"));
        m2_found_about_image(r, f, im);
    } else {
        m2_image_unseen(r, im, asked, "ecr:BatchGetImage");
    }
}

static void one(struct m2_check_run *r, const struct m2_job_image *im)
{
    const char *wanted = m2_image_architecture(r, im);
    bool lambda = m2_str_eq(im->what, "Lambda");
    struct m2_image_pull p;
    struct seen s = { 0 };
    m2_image_pull(&p, r, im, wanted);
    look(&s, r, im, &p);
    const char *built = m2_v_str(s.config, "architecture"), *os = m2_str_or(m2_v_str(s.config, "os"), "");
    int64_t bytes = m2_v_int_or(s.image, "layersSize", 0);
    bool index = is_index(s.top);
    if (!s.top)
        not_seen(r, im, &p);
    else if (lambda && (index || is_old(s.top)))
        unsupported(r, im, &s);
    else if (lambda && bytes > LAMBDA_MAX_BYTES)
        too_large(r, im, &s, bytes);
    else if (im->look.seen == M2_UNSEEN) /* the processor that the job wants */
        m2_found_unseen(r, im->what, &im->look);
    else if (s.odd)
        m2_image_not_asked(r, im, s.odd);
    else if (index && !m2_manifest_pick(s.top, wanted))
        other_processor(r, im, s.call, "manifests", "", platforms(r->arena, s.top), wanted);
    else if (built && (!m2_str_eq(built, wanted) || (*os && !m2_str_eq(os, "linux"))))
        other_processor(r, im, p.config, "architecture", os, built, wanted);
    else if (!s.image || !built)
        half_seen(r, im, &p);
    else
        fine(r, im, &s, built);
}

void m2_image_manifest(struct m2_check_run *r)
{
    m2_each_image(r, one);
}
