/* One operation at a time to its end: sent, redirected, repeated where that helps, judged, handed over. */
#include "registry/client.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/json.h"

#define MAX_ATTEMPTS 3
#define MAX_REDIRECTS 5
#define ANSWER_MS 15000
#define MAX_MANIFEST                                                                                         \
    ((size_t)4                                                                                               \
     << 20) /* what registries themselves take: OCI Distribution Specification, "Pushing Manifests" */
#define MAX_MESSAGE 300  /* of a registry's own words */
#define MAX_REFUSAL 4096 /* with ours */
#define MAX_CODE 64
#define ACCEPT                                                                                               \
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "   \
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"

static void attempt(struct m2_registry_run *run);

/* ---- the end ---- */

static void release(struct m2_registry_run *run)
{
    *run->link = run->next;
    if (run->next)
        run->next->link = run->link;
    m2_secret_free(&run->credential);
    m2_arena_free_wiped(run->own);
    free(run);
}

static void hand_over(struct m2_registry_run *run, const struct m2_registry_answer *answer)
{
    m2_registry_done *done = run->done;
    void *user = run->user;
    release(run);
    done(user, answer);
}

void m2_registry_finish(struct m2_registry_run *run, struct m2_value *output)
{
    const struct m2_registry_answer answer = { .status = M2_REGISTRY_OK,
                                               .output = output,
                                               .http_status = 200 };
    m2_retry_success(&run->retry, &run->r->budget);
    hand_over(run, &answer);
}

void m2_registry_skip(struct m2_registry_run *run, const char *reason)
{
    const struct m2_registry_answer answer = { .status = M2_REGISTRY_SKIPPED,
                                               .message = m2_arena_strdup(run->out, reason) };
    hand_over(run, &answer);
}

/* The part of an Authorization that is secret: what follows its scheme. */
static const char *secret_of(const struct m2_secret *header)
{
    const char *text = m2_secret_reveal(header), *space = strchr(text, ' ');
    return space ? space + 1 : text;
}

static const char *hush(struct m2_arena *a, const char *text, const char *secret)
{
    size_t n = strlen(secret);
    const char *found = n ? strstr(text, secret) : NULL;
    if (!found)
        return text;
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    for (; found; text = found + n, found = strstr(text, secret)) {
        m2_buf_add(&b, text, (size_t)(found - text));
        m2_buf_adds(&b, "***");
    }
    m2_buf_adds(&b, text);
    const char *out = m2_arena_strndup(a, b.data, b.len);
    m2_wipe(b.data, b.len);
    m2_buf_free(&b);
    return out;
}

/* TEXT as it may be told, of MOST bytes: a server may say back what it was sent, whole, and in any part of
 * its answer. So secrets go first, the longer one before one that it may hold, and only then is the text cut.
 */
static const char *tellable(struct m2_registry_run *run, const char *text, size_t most)
{
    const struct m2_registry_grant *g = run->readable ? m2_registry_grant_of(run->r, &run->im) : NULL;
    const char *now = secret_of(&run->credential), *later = g ? secret_of(&g->header) : "";
    bool first = strlen(now) >= strlen(later);
    text = hush(run->own, hush(run->own, text, first ? now : later), first ? later : now);
    size_t n = 0, all = strlen(text);
    for (size_t step; n < all; n += step) {
        uint32_t cp;
        size_t known = m2_utf8_next(text + n, all - n, &cp);
        step = known ? known : 1;
        if (n + step > most)
            break;
    }
    struct m2_buf clean;
    m2_buf_init(&clean, (size_t)64 << 10);
    m2_term_clean(&clean, m2_arena_strndup(run->own, text, n), true);
    const char *out = m2_arena_strndup(run->own, clean.data, clean.len);
    m2_buf_free(&clean);
    return out;
}

void m2_registry_refuse(struct m2_registry_run *run, const char *code, int status, enum m2_errc cls,
                        const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *text = m2_arena_vprintf(run->own, fmt, ap);
    va_end(ap);
    struct m2_registry_answer answer = { .status = M2_REGISTRY_ERROR,
                                         .code = m2_arena_strdup(run->out, tellable(run, code, MAX_CODE)),
                                         .message =
                                             m2_arena_strdup(run->out, tellable(run, text, MAX_REFUSAL)),
                                         .http_status = status };
    m2_fail(&answer.err, cls, "registry %s: %s", run->readable ? run->im.host : "", answer.message);
    hand_over(run, &answer);
}

/* The first of {"errors":[{"code","message"}]}; a token server also says {"details"} or {"message"}. */
void m2_registry_refused(struct m2_registry_run *run, const struct m2_response *res)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    bool json = m2_json_parse(&v, run->own, res->body, "answer", &err) == 0;
    const struct m2_value *first = json ? m2_v_at(m2_v_get(v, "errors"), 0) : NULL;
    const char *code = m2_v_str(first, "code"), *message = m2_v_str(first, "message");
    if (json && !message)
        message = m2_v_str(v, "message") ? m2_v_str(v, "message") : m2_v_str(v, "details");
    if (m2_str_empty(message))
        message = m2_arena_printf(run->own, "HTTP status %d%s", res->status,
                                  res->body.n && !json ? ", and a text that no registry writes" : "");
    const char *note =
        run->foreign
            ? m2_arena_printf(run->own, " (the token server %s is none of %s: it got no credentials)",
                              run->realm, run->im.host)
            : "";
    m2_registry_refuse(run, m2_str_empty(code) ? m2_arena_printf(run->own, "%d", res->status) : code,
                       res->status, M2_ESERVICE, "%s%s", tellable(run, message, MAX_MESSAGE), note);
}

/* ---- requests ---- */

const char *m2_registry_base(const struct m2_registry_run *run)
{
    return m2_arena_printf(run->own, "%s://%s", run->im.plain ? "http" : "https", run->im.host);
}

static void cannot(struct m2_registry_run *run, const struct m2_err *err)
{
    static const struct {
        enum m2_errc cls;
        const char *code;
    } codes[] = { { M2_ENET, "Network" },
                  { M2_ETLS, "Tls" },
                  { M2_ETIMEOUT, "Timeout" },
                  { M2_ELIMIT, "TooLarge" },
                  { M2_ECANCELLED, "Cancelled" } };
    const char *code = "Protocol";
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].cls == err->code)
            code = codes[i].code;
    m2_registry_refuse(run, code, 0, err->code, "%s", err->msg);
}

static const char *host_of(struct m2_arena *a, const char *url)
{
    const char *host = strstr(url, "://");
    return host ? m2_str_lower(a, m2_arena_strndup(a, host + 3, strcspn(host + 3, "/?#"))) : "";
}

/* May the next request go to URL? In clear only within this computer. */
static bool may_go(const struct m2_registry_run *run, const char *url)
{
    struct m2_registry_image im;
    const char *host = host_of(run->own, url);
    if (m2_str_starts(url, "https://"))
        return *host && !strchr(host, '@');
    return m2_str_starts(url, "http://") && run->im.plain &&
           m2_registry_image_parse(&im, run->own, m2_arena_printf(run->own, "%s/x", host)) && im.plain;
}

static const char *redirect_target(const struct m2_registry_run *run, const struct m2_response *res)
{
    const char *to = m2_header_get(res, "location");
    if (!to || res->status < 301 || res->status > 308 || (res->status > 303 && res->status < 307))
        return NULL;
    if (to[0] == '/' && to[1] != '/') {
        const char *host = strstr(run->url, "://") + 3;
        return m2_arena_printf(run->own, "%.*s%s", (int)(host - run->url + (ptrdiff_t)strcspn(host, "/?#")),
                               run->url, to);
    }
    return m2_arena_strdup(run->own, to);
}

/* Elsewhere nothing is shown that opens this registry. */
static void redirect(struct m2_registry_run *run, const char *to, int status)
{
    if (!run->follow || ++run->redirects > MAX_REDIRECTS || !may_go(run, to)) {
        m2_registry_refuse(run, "Redirect", status, M2_EPROTO, "the answer sends on to %s, %s",
                           host_of(run->own, to),
                           !run->follow                     ? "which a token server has no reason to"
                           : run->redirects > MAX_REDIRECTS ? "and never ends doing so"
                                                            : "which is no https address");
        return;
    }
    if (!m2_str_eq(host_of(run->own, to), host_of(run->own, run->url)) ||
        m2_str_starts(to, "https") != m2_str_starts(run->url, "https"))
        m2_secret_free(&run->credential);
    run->url = to;
    run->retry = (struct m2_retry_state){ .attempt = 1 };
    attempt(run);
}

/* Retry-After in seconds; -1 where it is not said. A date is not waited for. */
static int64_t retry_after_ms(const struct m2_response *res)
{
    const char *text = m2_header_get(res, "retry-after");
    uint64_t s;
    struct m2_err err = { 0 };
    return text && m2_parse_u64(&s, text, 0, 86400, "Retry-After", &err) == 0 ? (int64_t)s * 1000 : -1;
}

static int64_t wait_before_next(struct m2_registry_run *run, const struct m2_exchange *x)
{
    uint32_t random = 0;
    int status = x->ok ? x->response.status : 0;
    int64_t hint = x->ok ? retry_after_ms(&x->response) : -1;
    enum m2_retry_class cls = m2_retry_classify(status, NULL, x->ok ? M2_OK : x->err.code);
    if (status == 429)
        cls = M2_RETRY_THROTTLE;
    /* What took its whole time once takes it again; and nobody waits a minute for a probe. */
    if (m2_cancelled(run->r->opt.sys) || (!x->ok && x->err.code == M2_ETIMEOUT) || hint > 5000)
        return -1;
    run->r->opt.sys->random(run->r->opt.sys->ctx, &random, sizeof random);
    return m2_retry_next(&run->retry, &run->r->budget, cls, MAX_ATTEMPTS, (double)random / 4294967296.0,
                         hint);
}

static void again(void *user)
{
    attempt(user);
}

static void on_exchange(void *user, const struct m2_exchange *x)
{
    struct m2_registry_run *run = user;
    int64_t wait = wait_before_next(run, x);
    if (wait >= 0) {
        m2_net_after(run->r->opt.net, wait, again, run);
        return;
    }
    const char *to = x->ok ? redirect_target(run, &x->response) : NULL;
    if (!x->ok)
        cannot(run, &x->err);
    else if (to)
        redirect(run, to, x->response.status);
    else
        run->judge(run, &x->response);
}

static void attempt(struct m2_registry_run *run)
{
    static const char *const labels[M2_REGISTRY_OPS] = { "registry GetToken", "registry GetManifest",
                                                         "registry GetConfig" };
    int ms = run->r->opt.answer_ms ? run->r->opt.answer_ms : ANSWER_MS;
    run->headers[0] =
        (struct m2_header){ "Accept",
                            run->op == M2_REGISTRY_MANIFEST ? ACCEPT : "application/json, */*;q=0.5" };
    run->headers[1] = (struct m2_header){ "Authorization", m2_secret_reveal(&run->credential) };
    run->req =
        (struct m2_request){ .method = "GET",
                             .url = run->url,
                             .headers = run->headers,
                             .n_headers = m2_secret_empty(&run->credential) ? 1 : 2,
                             .flags =
                                 m2_str_starts(run->url, "http://") ? M2_HTTP_PLAIN_OK | M2_HTTP_NO_PROXY : 0,
                             .connect_timeout_ms = ms,
                             .idle_timeout_ms = ms,
                             .total_timeout_ms = ms,
                             .max_body = run->max_body,
                             .label = labels[run->op] };
    m2_net_send(run->r->opt.net, &run->req, on_exchange, run);
}

void m2_registry_get(struct m2_registry_run *run, const char *url, size_t max_body, bool follow,
                     void (*judge)(struct m2_registry_run *run, const struct m2_response *res))
{
    run->url = m2_arena_strdup(run->own, url);
    run->max_body = max_body;
    run->follow = follow;
    run->judge = judge;
    run->redirects = 0;
    run->retry = (struct m2_retry_state){ .attempt = 1 };
    if (may_go(run, run->url))
        attempt(run);
    else
        m2_registry_refuse(run, "Redirect", 0, M2_EPROTO, "%s is asked for in clear or is no address",
                           host_of(run->own, url));
}

/* ---- manifest and config ---- */

/* Are these the bytes that the digest names? Other hashes than sha256 are not known here and not judged. */
static bool digest_differs(const char *digest, const char *computed)
{
    return m2_str_starts(digest, "sha256:") && !m2_str_eq(digest, computed);
}

static void on_content(struct m2_registry_run *run, const struct m2_response *res)
{
    char hex[M2_SHA256_HEX];
    struct m2_value *output = NULL;
    struct m2_err err = { 0 };
    if (res->status == 401 && !run->challenged) {
        run->challenged = true;
        m2_registry_authenticate(run, res);
        return;
    }
    if (res->status != 200) {
        m2_registry_refused(run, res);
        return;
    }
    m2_sha256_hex(hex, res->body.p, res->body.n);
    const char *computed = m2_arena_printf(run->own, "sha256:%s", hex),
               *told = m2_header_get(res, "docker-content-digest");
    const char *asked = strchr(run->reference, ':') ? run->reference : told;
    if (digest_differs(asked, computed) ||
        (run->op == M2_REGISTRY_MANIFEST && digest_differs(told, computed))) {
        m2_registry_refuse(run, "DigestMismatch", 200, M2_EPROTO,
                           "%s was named, and the %zu bytes that came have %s: they were changed on their "
                           "way, or in the registry",
                           digest_differs(asked, computed) ? asked : told, res->body.n, computed);
        return;
    }
    int rc = run->op == M2_REGISTRY_MANIFEST
                 ? m2_manifest_read(&output, run->out, res->body, m2_header_get(res, "content-type"), &err)
                 : m2_image_config_read(&output, run->out, res->body, &err);
    if (rc < 0) {
        m2_registry_refuse(run, "Protocol", 200, err.code, "%s", err.msg);
        return;
    }
    m2_v_set_str(run->out, output, "digest", asked ? asked : computed);
    m2_registry_finish(run, output);
}

void m2_registry_read(struct m2_registry_run *run)
{
    const struct m2_registry_grant *g = m2_registry_grant_of(run->r, &run->im);
    const char *header = g ? m2_secret_reveal(&g->header) : "";
    m2_secret_set(&run->credential, header, strlen(header));
    const char *kind = run->op == M2_REGISTRY_MANIFEST ? "manifests" : "blobs";
    m2_registry_get(run,
                    m2_arena_printf(run->own, "%s/v2/%s/%s/%s", m2_registry_base(run), run->im.repository,
                                    kind, run->reference),
                    MAX_MANIFEST, true, on_content);
}

/* ---- the interface ---- */

static const struct {
    const char *name;
    void (*begin)(struct m2_registry_run *run);
} ops[M2_REGISTRY_OPS] = {
    [M2_REGISTRY_TOKEN] = { "GetToken", m2_registry_token },
    [M2_REGISTRY_MANIFEST] = { "GetManifest", m2_registry_read },
    [M2_REGISTRY_CONFIG] = { "GetConfig", m2_registry_read },
};

static void begin(void *user)
{
    struct m2_registry_run *run = user;
    if (!run->readable)
        m2_registry_refuse(run, "BadImage", 0, M2_EUSAGE,
                           "this is no name of an image that a registry could be asked for");
    else
        ops[run->op].begin(run);
}

struct m2_registry *m2_registry_new(const struct m2_registry_options *opt)
{
    struct m2_registry *r = m2_xcalloc(1, sizeof *r);
    r->opt = *opt;
    r->budget.tokens = M2_RETRY_TOKENS;
    return r;
}

void m2_registry_free(struct m2_registry *r)
{
    if (!r)
        return;
    while (r->runs)
        release(r->runs);
    for (struct m2_registry_grant *g = r->grants, *next; g; g = next) {
        next = g->next;
        m2_secret_free(&g->header);
        free(g->host);
        free(g->repository);
        free(g);
    }
    free(r);
}

/* REFERENCE replaces the image's own: the same image by it is asked. */
static bool reference_fits(const struct m2_registry_image *im, struct m2_arena *a, const char *reference)
{
    struct m2_registry_image other;
    const char *mark = strchr(reference, ':') ? "@" : ":";
    return m2_registry_image_parse(
        &other, a, m2_arena_printf(a, "%s/%s%s%s", im->host, im->repository, mark, reference));
}

void m2_registry_start(struct m2_registry *r, struct m2_arena *a, const char *operation,
                       const struct m2_value *input, m2_registry_done *done, void *user)
{
    struct m2_registry_run *run = m2_xcalloc(1, sizeof *run);
    *run = (struct m2_registry_run){
        .next = r->runs, .link = &r->runs, .r = r, .out = a, .done = done, .user = user
    };
    run->own = m2_arena_new();
    if (run->next)
        run->next->link = &run->next;
    r->runs = run;
    while (run->op < M2_REGISTRY_OPS && !m2_str_eq(ops[run->op].name, operation))
        run->op++;
    if (run->op == M2_REGISTRY_OPS)
        abort(); /* the collector's table and ops[] differ */
    const char *reference = m2_v_str(input, "reference");
    run->readable = m2_registry_image_parse(&run->im, run->own, m2_v_str(input, "image"));
    run->reference = reference       ? m2_arena_strdup(run->own, reference)
                     : run->readable ? run->im.reference
                                     : "";
    if (run->readable && run->op != M2_REGISTRY_TOKEN)
        run->readable = reference_fits(&run->im, run->own, run->reference);
    m2_net_after(r->opt.net, 0, begin, run); /* never from within this call */
}
