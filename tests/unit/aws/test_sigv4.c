#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/sigv4.h"
#include "m2/time.h"

#define VECTORS 38

struct raw_request {
    const char *method, *path, *query, *host;
    M2_VEC(struct m2_header) headers;
    struct m2_bytes body;
};

static const char *slurp(struct m2_arena *a, const char *dir, const char *name)
{
    struct m2_err err = { 0 };
    struct m2_bytes b = { 0 };
    const char *path = m2_arena_printf(a, "%s/%s", dir, name);
    return m2_file_read(&b, a, path, 1 << 20, &err) == 0 ? b.p : NULL;
}

/* "Name:value" lines, folded ones joined by a space; a body after an empty line. */
static struct raw_request read_request(struct m2_arena *a, const char *text)
{
    struct raw_request r = { .host = "" };
    const char *line_end = strchrnul(text, '\n');
    const char *first = m2_arena_strndup(a, text, (size_t)(line_end - text));
    const char *space = strchr(first, ' '), *last = strrchr(first, ' ');
    r.method = m2_arena_strndup(a, first, (size_t)(space - first));
    r.path = m2_str_cut(a, m2_arena_strndup(a, space + 1, (size_t)(last - space - 1)), '?', &r.query);
    const char *at = *line_end ? line_end + 1 : line_end;
    while (*at && *at != '\n') {
        const char *end = strchrnul(at, '\n');
        const char *line = m2_arena_strndup(a, at, (size_t)(end - at));
        if (*line == ' ') {
            struct m2_header *before = &r.headers.at[r.headers.len - 1];
            before->value = m2_arena_printf(a, "%s %s", before->value, line);
        } else {
            struct m2_header h = { 0 };
            h.name = m2_str_cut(a, line, ':', &h.value);
            if (m2_str_eq_ci(h.name, "host"))
                r.host = h.value;
            m2_vec_push(a, &r.headers, h);
        }
        at = *end ? end + 1 : end;
    }
    r.body = m2_bytes_of(*at ? at + 1 : at);
    return r;
}

static void set_secret(struct m2_secret *s, const struct m2_value *v, const char *key)
{
    const char *text = m2_v_str(v, key);
    m2_secret_set(s, text, text ? strlen(text) : 0);
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* Sorted, one a line: sets are equal when these texts are. */
static const char *sorted(struct m2_arena *a, const char **items, size_t n)
{
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    qsort(items, n, sizeof *items, by_text);
    for (size_t i = 0; i < n; i++)
        m2_buf_addf(&b, "%s\n", items[i]);
    const char *s = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return s;
}

static const char *header_set(struct m2_arena *a, const struct raw_request *r, const struct m2_signed *s)
{
    const char *items[64];
    size_t n = 0;
    for (size_t i = 0; i < r->headers.len; i++)
        items[n++] = m2_arena_printf(a, "%s:%s", m2_str_lower(a, r->headers.at[i].name),
                                     m2_str_trim(a, r->headers.at[i].value));
    for (size_t i = 0; s && i < s->headers.len; i++)
        items[n++] =
            m2_arena_printf(a, "%s:%s", m2_str_lower(a, s->headers.at[i].name), s->headers.at[i].value);
    return sorted(a, items, n);
}

static const char *query_set(struct m2_arena *a, const char *query)
{
    const char *items[64];
    size_t n = 0;
    while (query)
        items[n++] = m2_str_cut(a, query, '&', &query);
    return sorted(a, items, n);
}

static void same(const char *dir, const char *form, const char *stage, const char *got, const char *want)
{
    cr_assert_str_eq(got, want, "%s: %s: %s differs\n--- got\n%s\n--- want\n%s\n", dir, form, stage, got,
                     want);
}

/* Sign one form and compare all stages; false when the case has no such form. */
static bool run_form(struct m2_arena *a, const char *dir, const char *form, const struct m2_sign_input *in,
                     const struct raw_request *r)
{
    const char *want = slurp(a, dir, m2_arena_printf(a, "%s-canonical-request.txt", form));
    if (!want)
        return false;
    struct m2_signed s = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_sigv4_sign(&s, a, in, &err), 0, "%s: %s: %s", dir, form, err.msg);
    same(dir, form, "canonical request", s.canonical_request, want);
    same(dir, form, "string to sign", s.string_to_sign,
         slurp(a, dir, m2_arena_printf(a, "%s-string-to-sign.txt", form)));
    same(dir, form, "signature", s.signature, slurp(a, dir, m2_arena_printf(a, "%s-signature.txt", form)));
    const char *whole = slurp(a, dir, m2_arena_printf(a, "%s-signed-request.txt", form));
    if (!whole)
        return true;
    struct raw_request expected = read_request(a, whole);
    same(dir, form, "headers", header_set(a, r, &s), header_set(a, &expected, NULL));
    same(dir, form, "query", query_set(a, in->expires_s ? s.query : r->query), query_set(a, expected.query));
    return true;
}

static int run_case(const char *dir, bool raw_path)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_value *c = NULL;
    struct m2_keys keys = { 0 };
    cr_assert_eq(m2_json_read_file(&c, a, m2_arena_printf(a, "%s/context.json", dir), &err), 0, "%s",
                 err.msg);
    const char *text = slurp(a, dir, "request.txt");
    cr_assert(text, "%s has no request.txt", dir);
    struct raw_request r = read_request(a, text);
    const struct m2_value *k = m2_v_get(c, "credentials");
    set_secret(&keys.access_key_id, k, "access_key_id");
    set_secret(&keys.secret_access_key, k, "secret_access_key");
    set_secret(&keys.session_token, k, "token");
    struct m2_sign_input in = {
        .method = r.method,
        .host = r.host,
        .path = r.path,
        .query = m2_str_or(r.query, ""),
        .headers = r.headers.at,
        .n_headers = r.headers.len,
        .body = r.body,
        .region = m2_v_str(c, "region"),
        .service = m2_v_str(c, "service"),
        .keys = &keys,
        .s3 = m2_v_bool_or(c, "s3", false),
        .path_is_raw = raw_path,
        .keep_path = !m2_v_bool_or(c, "normalize", true),
        .hash_header = m2_v_bool_or(c, "sign_body", false),
        .omit_token = m2_v_bool_or(c, "omit_session_token", false),
    };
    cr_assert(m2_time_parse(&in.time_ms, m2_v_str(c, "timestamp")), "%s: timestamp", dir);
    int ran = run_form(a, dir, "header", &in, &r);
    in.expires_s = (int)m2_v_int_or(c, "expiration_in_seconds", 0);
    if (in.expires_s)
        ran += run_form(a, dir, "query", &in, &r);
    m2_secret_free(&keys.access_key_id);
    m2_secret_free(&keys.secret_access_key);
    m2_secret_free(&keys.session_token);
    m2_arena_free(a);
    return ran;
}

static int run_folder(const char *folder, bool raw_path, int *forms)
{
    DIR *d = opendir(folder);
    if (!d)
        return -1;
    int cases = 0;
    for (struct dirent *e; (e = readdir(d));) {
        char dir[1024];
        if (e->d_name[0] == '.' || e->d_type == DT_REG)
            continue;
        (void)snprintf(dir, sizeof dir, "%s/%s", folder, e->d_name);
        *forms += run_case(dir, raw_path);
        cases++;
    }
    (void)closedir(d);
    return cases;
}

Test(sigv4, vectors_of_aws)
{
    int forms = 0, cases = run_folder(M2_CONFORMANCE "/sigv4", true, &forms);
    if (cases < 0) {
        (void)fprintf(stderr, "sigv4: skipped: no vectors in " M2_CONFORMANCE "/sigv4\n");
        return;
    }
    (void)fprintf(stderr, "sigv4: %d cases, %d forms ran, 0 skipped\n", cases, forms);
    cr_assert_eq(cases, VECTORS);
    cr_assert_eq(forms, 2 * VECTORS);
}

Test(sigv4, own_cases_computed_with_openssl)
{
    int forms = 0, cases = run_folder(M2_SOURCE_DIR "/fixtures/sigv4", false, &forms);
    cr_assert_eq(cases, 3);
    cr_assert_eq(forms, 3);
}

static struct m2_sign_input plain_input(const struct m2_keys *keys)
{
    return (struct m2_sign_input){ .method = "GET",
                                   .host = "example.com",
                                   .path = "/",
                                   .query = "",
                                   .region = "us-east-1",
                                   .service = "sts",
                                   .keys = keys };
}

Test(sigv4, refusals_leave_the_output_untouched)
{
    static const struct m2_header breaks[] = { { "X-Note", "a\r\nHost: evil" } };
    static const struct m2_header nameless[] = { { "", "a" } };
    static const struct m2_header bad_name[] = { { "X-Note\n", "a" } };
    struct m2_keys keys = { 0 }, broken = { 0 }, none = { 0 };
    m2_secret_set(&keys.access_key_id, "AKID", 4);
    m2_secret_set(&keys.secret_access_key, "s3cr3t", 6);
    m2_secret_set(&broken.access_key_id, "AKID", 4);
    m2_secret_set(&broken.secret_access_key, "s3cr3t", 6);
    m2_secret_set(&broken.session_token, "to\nken", 6);
    const struct {
        const char *name;
        int expires_s;
        bool unsigned_payload;
        const struct m2_header *headers;
        const struct m2_keys *keys;
        enum m2_errc code;
    } cases[] = {
        { "too long", 604801, false, NULL, &keys, M2_EUSAGE },
        { "negative", -1, false, NULL, &keys, M2_EUSAGE },
        { "unsigned, not s3", 0, true, NULL, &keys, M2_EUSAGE },
        { "line break", 0, false, breaks, &keys, M2_EUSAGE },
        { "no name", 0, false, nameless, &keys, M2_EUSAGE },
        { "bad name", 0, false, bad_name, &keys, M2_EUSAGE },
        { "token", 0, false, NULL, &broken, M2_EUSAGE },
        { "no keys", 0, false, NULL, &none, M2_ECRED },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_sign_input in = plain_input(cases[i].keys);
        in.expires_s = cases[i].expires_s;
        in.unsigned_payload = cases[i].unsigned_payload;
        in.headers = cases[i].headers;
        in.n_headers = cases[i].headers ? 1 : 0;
        struct m2_signed s = { .signature = "before" };
        struct m2_err err = { 0 };
        cr_assert_eq(m2_sigv4_sign(&s, a, &in, &err), -1, "%s", cases[i].name);
        cr_assert_eq(err.code, cases[i].code, "%s: %s", cases[i].name, err.msg);
        cr_assert_str_eq(s.signature, "before", "%s", cases[i].name);
        cr_assert_null(strstr(err.msg, "s3cr3t"), "%s", cases[i].name);
        cr_assert_null(strstr(err.msg, "evil"), "%s", cases[i].name);
    }
    m2_secret_free(&keys.access_key_id);
    m2_secret_free(&keys.secret_access_key);
    m2_secret_free(&broken.access_key_id);
    m2_secret_free(&broken.secret_access_key);
    m2_secret_free(&broken.session_token);
    m2_arena_free(a);
}

/* A retry hands in the headers and the query of the attempt before: they must not be signed again. */
Test(sigv4, signing_twice_gives_the_same)
{
    struct m2_keys keys = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    m2_secret_set(&keys.access_key_id, "AKID", 4);
    m2_secret_set(&keys.secret_access_key, "s3cr3t", 6);
    m2_secret_set(&keys.session_token, "token", 5);
    struct m2_sign_input in = plain_input(&keys);
    in.query = "b=1&a";
    in.s3 = true;
    for (int presign = 0; presign < 2; presign++) {
        struct m2_signed first = { 0 }, second = { 0 };
        in.expires_s = presign ? 60 : 0;
        cr_assert_eq(m2_sigv4_sign(&first, a, &in, &err), 0, "%s", err.msg);
        struct m2_sign_input again = in;
        again.headers = first.headers.at;
        again.n_headers = first.headers.len;
        again.query = presign ? first.query : in.query;
        cr_assert_eq(m2_sigv4_sign(&second, a, &again, &err), 0, "%s", err.msg);
        cr_assert_str_eq(first.signature, second.signature);
        if (presign)
            cr_assert_str_eq(first.query, second.query);
    }
    m2_secret_free(&keys.access_key_id);
    m2_secret_free(&keys.secret_access_key);
    m2_secret_free(&keys.session_token);
    m2_arena_free(a);
}

Test(sigv4, unsigned_payload_is_named_in_the_header)
{
    struct m2_keys keys = { 0 };
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_signed s = { 0 };
    m2_secret_set(&keys.access_key_id, "AKID", 4);
    m2_secret_set(&keys.secret_access_key, "s3cr3t", 6);
    struct m2_sign_input in = plain_input(&keys);
    in.s3 = in.unsigned_payload = true;
    in.body = m2_bytes_of("large");
    cr_assert_eq(m2_sigv4_sign(&s, a, &in, &err), 0, "%s", err.msg);
    cr_assert(strstr(s.canonical_request, "\nx-amz-content-sha256:UNSIGNED-PAYLOAD\n"));
    cr_assert(m2_str_ends(s.canonical_request, "\nUNSIGNED-PAYLOAD"));
    m2_secret_free(&keys.access_key_id);
    m2_secret_free(&keys.secret_access_key);
    m2_arena_free(a);
}
