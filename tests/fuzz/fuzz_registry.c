/* What a registry says: a manifest and a config as text, then a challenge, an image's name and a pair of
 * hosts from the same bytes. */
#include <string.h>

#include "fuzz.h"
#include "m2/registry.h"

static void manifest(struct m2_arena *a, struct m2_bytes text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (m2_manifest_read(&v, a, text, "application/json", &err) < 0)
        fuzz_require(!v && err.code == M2_EPROTO && *err.msg, "refused with %d", (int)err.code);
    else {
        fuzz_require(m2_v_int_or(v, "layersSize", 0) >= 0, "layers of a negative size");
        const struct m2_value *entry = m2_manifest_pick(v, "amd64");
        fuzz_require(!entry || !m2_v_bool_or(entry, "attestation", false), "an attestation is picked");
    }
    v = NULL;
    if (m2_image_config_read(&v, a, text, &err) == 0)
        fuzz_require(m2_v_str(v, "architecture"), "a config without its processor");
}

static void name(struct m2_arena *a, const char *text)
{
    struct m2_registry_image im;
    if (!m2_registry_image_parse(&im, a, text))
        return;
    fuzz_require(!strpbrk(im.host, "/@?# \r\n") && !strpbrk(im.repository, ":@?# \r\n") &&
                     !strstr(im.repository, ".."
                                            "/") &&
                     !strpbrk(im.reference, "/@?# \r\n"),
                 "goes elsewhere: %s %s %s", im.host, im.repository, im.reference);
    fuzz_require(!im.ecr_account || (im.aws && !im.plain), "ECR in clear: %s", im.host);
    fuzz_require(m2_registry_same_site(im.host, im.host), "%s is not its own", im.host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_challenge c = { 0 };
    const char *text = m2_arena_strndup(a, (const char *)data, size);
    manifest(a, (struct m2_bytes){ text, size });
    m2_challenge_read(&c, a, text);
    fuzz_require(!(c.realm || c.service || c.scope) || c.bearer, "parameters of no scheme");
    name(a, text);
    const char *rest = NULL, *first = m2_str_cut(a, text, '\n', &rest);
    if (rest)
        (void)m2_registry_same_site(first, rest);
    m2_arena_free(a);
    return 0;
}
