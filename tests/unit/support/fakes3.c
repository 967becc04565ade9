#include "fakes3.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/xml.h"

#define NS "http://s3.amazonaws.com/doc/2006-03-01/"
#define ANSWER_MAX ((size_t)64 << 20)

void fakes3_init(struct fakes3 *s, const char *owner)
{
    *s = (struct fakes3){ .owner = owner, .random = 1 };
}

void fakes3_free(struct fakes3 *s)
{
    for (size_t i = 0; i < s->n; i++) {
        free(s->at[i].key);
        free(s->at[i].version);
    }
    for (size_t i = 0; i < s->n_uploads; i++) {
        free(s->uploads[i].key);
        free(s->uploads[i].id);
    }
    free(s->at);
    free(s->uploads);
    free(s->made_gone);
}

static bool happens(struct fakes3 *s, unsigned chance)
{
    s->random = s->random * 1664525u + 1013904223u;
    return chance && (s->random >> 8) % 1000 < chance;
}

static size_t first_at_least(const struct fakes3 *s, const char *key)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(s->at[mid].key, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct fakes3_entry *fakes3_add(struct fakes3 *s, const char *key, const char *version)
{
    static unsigned ids;
    char made[32];
    (void)snprintf(made, sizeof made, "v%08x.%u", ids * 2654435761u, ids);
    ids++;
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 64;
        s->at = m2_xrealloc(s->at, s->cap * sizeof *s->at);
    }
    size_t i = first_at_least(s, key);
    memmove(&s->at[i + 1], &s->at[i], (s->n - i) * sizeof *s->at);
    s->at[i] = (struct fakes3_entry){ .key = m2_xstrdup(key),
                                      .version = m2_xstrdup(version ? version : made),
                                      .size = 10 };
    s->n++;
    return &s->at[i];
}

void fakes3_add_upload(struct fakes3 *s, const char *key, const char *id)
{
    s->uploads = m2_xrealloc(s->uploads, (s->n_uploads + 1) * sizeof *s->uploads);
    s->uploads[s->n_uploads++] = (struct fakes3_upload){ .key = m2_xstrdup(key), .id = m2_xstrdup(id) };
}

void fakes3_make(struct fakes3 *s, size_t n)
{
    s->made = n;
    s->made_gone = m2_xcalloc(n / 64 + 1, sizeof *s->made_gone);
}

size_t fakes3_left(const struct fakes3 *s)
{
    size_t left = 0;
    for (size_t i = 0; i < s->n; i++)
        left += !s->at[i].gone;
    for (size_t i = 0; i < s->made; i++)
        left += !(s->made_gone[i / 64] >> i % 64 & 1);
    return left;
}

/* Made-up key I of N: "jobs/" and its place among 2^32 in hexadecimal. */
#define MADE_KEY "jobs/%08x-results.h5"

static void made_entry(const struct fakes3 *s, size_t i, char key[64], struct fakes3_entry *out)
{
    (void)snprintf(key, 64, MADE_KEY, (unsigned)(((uint64_t)i << 32) / s->made));
    static char version[] = "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH";
    *out = (struct fakes3_entry){
        .key = key, .version = version, .size = 1000, .gone = s->made_gone[i / 64] >> i % 64 & 1
    };
}

static size_t made_at_least(const struct fakes3 *s, const char *key)
{
    size_t low = 0, high = s->made;
    char text[64];
    struct fakes3_entry e;
    while (low < high) {
        size_t mid = (low + high) / 2;
        made_entry(s, mid, text, &e);
        if (strcmp(text, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void entry_at(const struct fakes3 *s, size_t i, char key[64], struct fakes3_entry *out)
{
    if (s->made)
        made_entry(s, i, key, out);
    else
        *out = s->at[i];
}

/* Of the version, or SIZE_MAX. */
static size_t find(const struct fakes3 *s, const char *key, const char *version)
{
    char text[64];
    struct fakes3_entry e;
    size_t n = s->made ? s->made : s->n;
    for (size_t i = s->made ? made_at_least(s, key) : first_at_least(s, key); i < n; i++) {
        entry_at(s, i, text, &e);
        if (strcmp(e.key, key) != 0)
            break;
        if (strcmp(e.version, version) == 0)
            return i;
    }
    return SIZE_MAX;
}

static void delete_at(struct fakes3 *s, size_t i)
{
    if (s->made) {
        s->deleted += !(s->made_gone[i / 64] >> i % 64 & 1);
        s->made_gone[i / 64] |= (uint64_t)1 << i % 64;
        return;
    }
    s->at[i].deletes += !s->at[i].gone;
    s->deleted += !s->at[i].gone;
    s->at[i].gone = true;
}

static void error(struct fakes3_answer *out, int status, const char *code, const char *message)
{
    out->status = status;
    m2_buf_reset(&out->body);
    m2_buf_addf(
        &out->body,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>%s</Message></Error>",
        code, message);
}

static void add_escaped(struct m2_buf *out, const char *s)
{
    for (; *s; s++) {
        const char *escape = *s == '&'    ? "&amp;"
                             : *s == '<'  ? "&lt;"
                             : *s == '>'  ? "&gt;"
                             : *s == '\r' ? "&#13;"
                                          : NULL;
        if (escape)
            m2_buf_adds(out, escape);
        else
            m2_buf_addc(out, *s);
    }
}

static void add_element(struct m2_buf *out, const char *name, const char *text)
{
    m2_buf_addf(out, "<%s>", name);
    add_escaped(out, text);
    m2_buf_addf(out, "</%s>", name);
}

/* As S3 encodes: a space is a plus. */
static void add_encoded(struct m2_buf *out, const char *name, const char *key)
{
    m2_buf_addf(out, "<%s>", name);
    for (const char *part = key;; part++) {
        size_t n = strcspn(part, " ");
        m2_uri_encode(out, part, n, 1);
        part += n;
        if (!*part)
            break;
        m2_buf_addc(out, '+');
    }
    m2_buf_addf(out, "</%s>", name);
}

static char *parameter(const char *query, const char *name)
{
    size_t n = strlen(name);
    struct m2_buf b;
    for (const char *p = query; *p; p += strcspn(p, "&"), p += *p == '&') {
        size_t length = strcspn(p, "&");
        if (strncmp(p, name, n) != 0 || (length > n && p[n] != '=') || length < n)
            continue;
        m2_buf_init(&b, 1 << 16);
        if (length > n)
            m2_uri_decode(&b, p + n + 1, length - n - 1, 0);
        char *text = m2_xstrdup(b.data);
        m2_buf_free(&b);
        return text;
    }
    return NULL;
}

static size_t page_size(const struct fakes3 *s, const char *query, const char *name)
{
    char *given = parameter(query, name);
    size_t most = s->page ? s->page : 1000, asked = given ? (size_t)strtoul(given, NULL, 10) : most;
    free(given);
    return asked && asked < most ? asked : most;
}

static void list_versions(struct fakes3 *s, struct fakes3_answer *out, const char *query)
{
    char *key = parameter(query, "key-marker"), *version = parameter(query, "version-id-marker"), text[64],
         last[64];
    char *encoding = parameter(query, "encoding-type");
    size_t n = s->made ? s->made : s->n, most = page_size(s, query, "max-keys"), named = 0, i = 0, shown = 0;
    struct fakes3_entry e, shown_last = { 0 };
    if (!encoding || strcmp(encoding, "url") != 0)
        abort(); /* a key may be anything */
    if (key) {
        i = version ? find(s, key, version) : SIZE_MAX;
        if (i != SIZE_MAX) {
            entry_at(s, i, text, &e);
            s->lost_markers += e.gone;
            i = e.gone ? n : i + 1; /* as some do: the place is forgotten with the version */
        } else
            for (i = s->made ? made_at_least(s, key) : first_at_least(s, key); i < n; i++) {
                entry_at(s, i, text, &e);
                if (strcmp(e.key, key) != 0)
                    break;
            }
    }
    out->status = 200;
    m2_buf_adds(&out->body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult xmlns=\"" NS
                            "\"><Name>b</Name>"
                            "<EncodingType>url</EncodingType>");
    for (; i < n; i++) {
        if (s->made && i % 64 == 0 && s->made_gone[i / 64] == UINT64_MAX) {
            i += 63;
            continue;
        }
        entry_at(s, i, text, &e);
        if (e.gone)
            continue;
        if (shown++ == most)
            break;
        m2_buf_adds(&out->body, e.marker ? "<DeleteMarker>" : "<Version>");
        add_encoded(&out->body, "Key", e.key);
        m2_buf_addf(&out->body,
                    "<VersionId>%s</VersionId><IsLatest>%s</IsLatest><LastModified>2026-11-23T09:00:00.000Z</"
                    "LastModified>",
                    e.version, named ? "false" : "true");
        if (!e.marker)
            m2_buf_addf(&out->body,
                        "<ETag>&quot;9b2cf535f27731c974343645a3985328&quot;</ETag><Size>%llu</Size>"
                        "<StorageClass>STANDARD</StorageClass>",
                        (unsigned long long)e.size);
        m2_buf_adds(&out->body, e.marker ? "</DeleteMarker>" : "</Version>");
        shown_last = e;
        if (s->made)
            shown_last.key = strcpy(last, e.key);
    }
    bool more = shown > most;
    m2_buf_addf(&out->body, "<MaxKeys>%zu</MaxKeys><IsTruncated>%s</IsTruncated>", most,
                more ? "true" : "false");
    if (more) {
        add_encoded(&out->body, "NextKeyMarker", shown_last.key);
        m2_buf_addf(&out->body, "<NextVersionIdMarker>%s</NextVersionIdMarker>", shown_last.version);
    }
    m2_buf_adds(&out->body, "</ListVersionsResult>");
    free(key);
    free(version);
    free(encoding);
}

static void list_uploads(struct fakes3 *s, struct fakes3_answer *out, const char *query)
{
    char *id = parameter(query, "upload-id-marker");
    size_t most = page_size(s, query, "max-uploads"), shown = 0, i = 0, last = 0;
    if (id)
        for (size_t k = 0; k < s->n_uploads; k++)
            i = strcmp(s->uploads[k].id, id) == 0 ? k + 1 : i;
    out->status = 200;
    m2_buf_adds(&out->body, "<ListMultipartUploadsResult xmlns=\"" NS "\"><EncodingType>url</EncodingType>");
    for (; i < s->n_uploads; i++) {
        if (s->uploads[i].gone)
            continue;
        if (shown++ == most)
            break;
        last = i;
        m2_buf_adds(&out->body, "<Upload>");
        add_encoded(&out->body, "Key", s->uploads[i].key);
        m2_buf_addf(&out->body, "<UploadId>%s</UploadId></Upload>", s->uploads[i].id);
    }
    m2_buf_addf(&out->body, "<IsTruncated>%s</IsTruncated>", shown > most ? "true" : "false");
    if (shown > most) {
        add_encoded(&out->body, "NextKeyMarker", s->uploads[last].key);
        m2_buf_addf(&out->body, "<NextUploadIdMarker>%s</NextUploadIdMarker>", s->uploads[last].id);
    }
    m2_buf_adds(&out->body, "</ListMultipartUploadsResult>");
    free(id);
}

/* May so many keys be deleted now? */
static bool allowed(struct fakes3 *s, size_t keys, int64_t now_ms)
{
    if (s->rate <= 0)
        return true;
    if (!s->filled_ms)
        s->tokens = s->burst;
    else
        s->tokens += s->rate * (double)(now_ms - s->filled_ms) / 1000;
    s->filled_ms = now_ms;
    s->tokens = s->tokens > s->burst ? s->burst : s->tokens;
    if (s->tokens < (double)keys) {
        s->refused++;
        return false;
    }
    s->tokens -= (double)keys;
    return true;
}

static void delete_one_of(struct fakes3 *s, struct m2_buf *out, const char *key, const char *version)
{
    size_t i = find(s, key, version);
    const char *code = happens(s, s->chances.key_error)  ? "InternalError"
                       : happens(s, s->chances.key_slow) ? "SlowDown"
                                                         : NULL;
    if (s->deny_deleting || (i != SIZE_MAX && !s->made && s->at[i].locked && !s->at[i].gone))
        code = "AccessDenied";
    if (code) {
        m2_buf_adds(out, "<Error>");
        add_element(out, "Key", key);
        add_element(out, "VersionId", version);
        m2_buf_addf(out,
                    "<Code>%s</Code><Message>Access Denied because object protected by object "
                    "lock.</Message></Error>",
                    code);
        return;
    }
    if (i != SIZE_MAX)
        delete_at(s, i);
    if (happens(s, s->chances.key_silent))
        return;
    m2_buf_adds(out, "<Deleted>");
    add_element(out, "Key", key);
    add_element(out, "VersionId", version);
    m2_buf_adds(out, "</Deleted>");
}

static void delete_objects(struct fakes3 *s, struct fakes3_answer *out, int64_t now_ms, const char *checksum,
                           struct m2_bytes body)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_xml *root = NULL;
    size_t n = 0;
    struct m2_buf sum;
    const uint32_t big = htonl(m2_crc32(body.p, body.n));
    m2_buf_init(&sum, 16);
    m2_base64_add(&sum, &big, sizeof big);
    bool whole = checksum && strcmp(checksum, sum.data) == 0;
    m2_buf_free(&sum);
    s->deletes_asked++;
    if (m2_xml_parse(&root, a, body, NULL) == 0)
        for (const struct m2_xml *o = m2_xml_child(root, "Object"); o; o = m2_xml_next_same(o))
            n++;
    if (!whole) {
        error(out, 400, "InvalidRequest",
              "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
    } else if (n == 0 || n > 1000) {
        error(out, 400, "MalformedXML",
              "The XML you provided was not well-formed or did not validate against our published schema");
    } else if (s->mfa) {
        error(out, 403, "AccessDenied", "Mfa Authentication must be used for this request");
    } else if (!allowed(s, n, now_ms)) {
        error(out, 503, "SlowDown", "Please reduce your request rate.");
    } else {
        out->status = 200;
        m2_buf_adds(&out->body,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteResult xmlns=\"" NS "\">");
        for (const struct m2_xml *o = m2_xml_child(root, "Object"); o; o = m2_xml_next_same(o))
            delete_one_of(s, &out->body, m2_xml_child(o, "Key")->text, m2_xml_child(o, "VersionId")->text);
        m2_buf_adds(&out->body, "</DeleteResult>");
    }
    m2_arena_free(a);
}

static void delete_key(struct fakes3 *s, struct fakes3_answer *out, int64_t now_ms, const char *path,
                       const char *query)
{
    const char *slash = strchr(path + 1, '/');
    char *id = parameter(query, "uploadId"), *version = parameter(query, "versionId");
    struct m2_buf key;
    m2_buf_init(&key, 4096);
    m2_uri_decode(&key, slash + 1, strlen(slash + 1), 0);
    out->status = 204;
    if (id) {
        size_t i = 0;
        while (i < s->n_uploads &&
               (strcmp(s->uploads[i].id, id) != 0 || strcmp(s->uploads[i].key, key.data) != 0))
            i++;
        if (i == s->n_uploads || s->uploads[i].gone)
            error(out, 404, "NoSuchUpload", "The specified upload does not exist.");
        else
            s->uploads[i].gone = true;
    } else if (!version) {
        abort(); /* would only add a delete marker */
    } else if (!allowed(s, 1, now_ms)) {
        error(out, 503, "SlowDown", "Please reduce your request rate.");
    } else {
        size_t i = find(s, key.data, version);
        if (s->deny_deleting || (i != SIZE_MAX && !s->made && s->at[i].locked && !s->at[i].gone))
            error(out, 403, "AccessDenied", "Access Denied");
        else if (i != SIZE_MAX)
            delete_at(s, i);
    }
    m2_buf_free(&key);
    free(id);
    free(version);
}

static void act(struct fakes3 *s, struct fakes3_answer *out, int64_t now_ms, const char *method,
                const char *path, const char *query, const char *checksum, struct m2_bytes body)
{
    bool list = strncmp(query, "versions", 8) == 0, uploads = strncmp(query, "uploads", 7) == 0;
    if (s->no_bucket) {
        error(out, 404, "NoSuchBucket", "The specified bucket does not exist");
    } else if (strcmp(method, "GET") == 0 && (list || uploads)) {
        s->lists++;
        if (list ? s->deny_listing : s->deny_uploads)
            error(out, 403, "AccessDenied", "User is not authorized to perform s3:ListBucketVersions");
        else
            (list ? list_versions : list_uploads)(s, out, query);
    } else if (strcmp(method, "POST") == 0) {
        delete_objects(s, out, now_ms, checksum, body);
        if (s->arriving && s->arriving--)
            (void)fakes3_add(s, "late/arrival", NULL);
    } else if (strcmp(method, "DELETE") == 0) {
        delete_key(s, out, now_ms, path, query);
    } else {
        abort();
    }
}

void fakes3_serve(struct fakes3 *s, struct fakes3_answer *out, int64_t now_ms, const char *method,
                  const char *path, const char *query,
                  const char *(*header)(const void *user, const char *name), const void *user,
                  struct m2_bytes body)
{
    const char *owner = header(user, "x-amz-expected-bucket-owner");
    m2_buf_init(&out->body, ANSWER_MAX);
    out->status = 0;
    out->arrived = !happens(s, s->chances.lost_before);
    s->requests++;
    s->unowned += !owner;
    s->bypassed += header(user, "x-amz-bypass-governance-retention") != NULL;
    s->first_ms = s->first_ms ? s->first_ms : (uint64_t)now_ms;
    s->last_ms = (uint64_t)now_ms;
    if (!out->arrived)
        return;
    if (owner && strcmp(owner, s->owner) != 0)
        error(out, 403, "AccessDenied", "Access Denied");
    else if (happens(s, s->chances.error_500))
        error(out, 500, "InternalError", "We encountered an internal error. Please try again.");
    else if (happens(s, s->chances.slow_503))
        error(out, 503, "SlowDown", "Please reduce your request rate.");
    else if (happens(s, s->chances.slow_200))
        error(out, 200, "SlowDown", "Please reduce your request rate.");
    else
        act(s, out, now_ms, method, path, query, header(user, "x-amz-checksum-crc32"), body);
    if (happens(s, s->chances.garbage)) {
        m2_buf_reset(&out->body);
        m2_buf_adds(&out->body, "<ListVersionsResult><Vers");
        out->status = 200;
    }
    if (happens(s, s->chances.lost_after))
        out->status = 0;
}
