/* Names of images as registries are asked for them, and which hosts belong together. */
#include <ctype.h>
#include <string.h>

#include "m2/registry.h"

#define DOCKER_HUB "registry-1.docker.io"

static bool is_loopback(const char *host)
{
    size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    return (n == 5 && strncmp(host, "[::1]", n) == 0) || (n == 9 && strncasecmp(host, "localhost", n) == 0) ||
           (n >= 9 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == n);
}

static bool is_host(const char *host)
{
    const char *port = strrchr(host, ':');
    size_t n = port && !strchr(port, ']') ? (size_t)(port - host) : strlen(host);
    if (host[n] &&
        (!host[n + 1] || strlen(host + n + 1) > 5 || host[n + 1 + strspn(host + n + 1, "0123456789")]))
        return false;
    if (host[0] == '[')
        return n > 2 && host[n - 1] == ']' && strspn(host + 1, "0123456789abcdefABCDEF:.") == n - 2;
    return n && isalnum((unsigned char)host[0]) &&
           strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == n;
}

/* Components of [a-z0-9] with separators between, so that no path can leave /v2/. */
static bool is_repository(const char *name)
{
    static const char inside[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    if (strlen(name) > 255)
        return false;
    while (*name) {
        size_t n = strcspn(name, "/");
        if (!n || !strchr(inside, name[0]) || !strchr(inside, name[n - 1]) ||
            strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") < n)
            return false;
        name += n;
        if (*name && !*++name)
            return false;
    }
    return true;
}

static bool is_digest(const char *s)
{
    const char *colon = strchr(s, ':');
    return colon && colon > s &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789+._-") == (size_t)(colon - s) &&
           strlen(colon + 1) >= 32 && strlen(colon + 1) <= 128 &&
           !colon[1 + strspn(colon + 1, "0123456789abcdef")];
}

static bool is_tag(const char *s)
{
    size_t n = strlen(s);
    return n && n <= 128 && s[0] != '.' && s[0] != '-' &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static void read_ecr(struct m2_registry_image *im, struct m2_arena *a)
{
    static const char *const middles[] = { ".dkr.ecr.", ".dkr-ecr.", ".dkr.ecr-fips.", ".dkr-ecr-fips." };
    static const char *const ends[] = { ".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".on.aws",
                                        ".on.amazonwebservices.com.cn" };
    im->aws = m2_str_eq(im->host, "public.ecr.aws");
    if (strspn(im->host, "0123456789") != 12)
        return;
    for (size_t i = 0; i < sizeof middles / sizeof middles[0]; i++) {
        const char *region = im->host + 12 + strlen(middles[i]);
        if (strncmp(im->host + 12, middles[i], strlen(middles[i])) != 0)
            continue;
        size_t n = strcspn(region, ".");
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
            if (n && m2_str_eq(region + n, ends[k])) {
                im->aws = true;
                im->ecr_account = m2_arena_strndup(a, im->host, 12);
                im->ecr_region = m2_arena_strndup(a, region, n);
            }
    }
}

/* Does URI begin with a host? Its first part has a dot or a port, or is this computer. */
static bool names_host(const char *uri, size_t first)
{
    return first && (memchr(uri, '.', first) || memchr(uri, ':', first) ||
                     (first == 9 && strncmp(uri, "localhost", first) == 0));
}

/* Repository, tag and digest of REST: "a/b:tag@digest". */
static bool read_path(struct m2_registry_image *im, struct m2_arena *a, const char *rest)
{
    const char *at = strchr(rest, '@'), *end = at ? at : rest + strlen(rest);
    const char *slash = memrchr(rest, '/', (size_t)(end - rest)), *last = slash ? slash : rest;
    const char *colon = memchr(last, ':', (size_t)(end - last));
    const char *tag = colon ? m2_arena_strndup(a, colon + 1, (size_t)(end - colon - 1)) : "latest";
    im->repository = m2_arena_strndup(a, rest, (size_t)((colon ? colon : end) - rest));
    im->reference = at ? m2_arena_strdup(a, at + 1) : tag;
    return *im->repository && is_repository(im->repository) && is_tag(tag) &&
           (!at || is_digest(im->reference));
}

bool m2_registry_image_parse(struct m2_registry_image *out, struct m2_arena *a, const char *uri)
{
    struct m2_registry_image im = { .host = "docker.io" };
    const char *slash = uri ? strchr(uri, '/') : NULL;
    size_t first = slash ? (size_t)(slash - uri) : 0;
    bool named = slash && names_host(uri, first);
    if (named)
        im.host = m2_str_lower(a, m2_arena_strndup(a, uri, first));
    if (!uri || !is_host(im.host) || !read_path(&im, a, named ? slash + 1 : uri))
        return false;
    if (m2_str_eq(im.host, "docker.io") || m2_str_eq(im.host, "index.docker.io")) {
        im.host = DOCKER_HUB;
        if (!strchr(im.repository, '/'))
            im.repository = m2_arena_printf(a, "library/%s", im.repository);
    }
    im.plain = is_loopback(im.host);
    read_ecr(&im, a);
    *out = im;
    return true;
}

/* ---- domains ---- */

/* Under these anybody can have a name: two of them are no more related than two whole domains. */
static const char *const shared_suffixes[] = {
    "amazonaws.com",
    "on.aws",
    "cloudfront.net",
    "azurewebsites.net",
    "azurecr.io",
    "windows.net",
    "github.io",
    "gitlab.io",
    "pages.dev",
    "workers.dev",
    "run.app",
    "appspot.com",
    "pkg.dev",
    "web.app",
    "herokuapp.com",
    "netlify.app",
    "vercel.app",
    "fly.dev",
    "onrender.com",
    "ngrok.io",
    "ngrok.app",
    "ngrok-free.app",
    "trycloudflare.com",
    "duckdns.org",
    "digitaloceanspaces.com",
    "blogspot.com",
    "amazonaws.com.cn",
    "cloudapp.azure.com",
    "azurecontainer.io",
    "firebaseapp.com",
    "r2.dev",
    "nip.io",
    "sslip.io",
    "gouv.fr",
};

static size_t host_length(const char *host)
{
    return host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
}

static bool equal(const char *a, size_t n, const char *b, size_t m)
{
    return n == m && strncasecmp(a, b, n) == 0;
}

static bool ends_with(const char *host, size_t n, const char *suffix)
{
    size_t m = strlen(suffix);
    return n >= m && strncasecmp(host + n - m, suffix, m) == 0 && (n == m || host[n - m - 1] == '.');
}

/* The last LABELS labels of HOST; NULL when it has fewer. */
static const char *tail(const char *host, size_t n, int labels)
{
    const char *p = host + n;
    while (p > host)
        if (*--p == '.' && --labels == 0)
            return p + 1;
    return labels == 1 ? host : NULL;
}

bool m2_registry_same_site(const char *registry, const char *host)
{
    size_t n = host_length(registry), m = host_length(host);
    if (equal(registry, n, host, m))
        return n > 0;
    /* Numbers are no names: of an address only the whole counts. */
    if (registry[0] == '[' || host[0] == '[' || strspn(registry, "0123456789.") >= n ||
        strspn(host, "0123456789.") >= m)
        return false;
    int labels = 2;
    const char *top = tail(registry, n, 1), *second = tail(registry, n, 2);
    /* "co.uk", "com.au": there the registrable name has three labels. */
    if (top && second && registry + n - top == 2 && top - second - 1 <= 3)
        labels = 3;
    for (size_t i = 0; i < sizeof shared_suffixes / sizeof shared_suffixes[0]; i++)
        if (ends_with(registry, n, shared_suffixes[i]))
            return false;
    const char *a = tail(registry, n, labels), *b = tail(host, m, labels);
    return a && b && equal(a, (size_t)(registry + n - a), b, (size_t)(host + m - b));
}
