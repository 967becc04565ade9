#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/json.h"
#include "protocol.h"

#define ROOT_NAME                                                                                            \
    "S3's model names the root on the payload member (PutBucketLifecycleConfiguration), these cases on its " \
    "shape"
#define EMPTY_LIST "the AWS CLI sends no header for an empty list"

static const struct protocol_skip skips[] = {
    { "Test cases for PutWithContentEncoding operation",
      "request compression: none of our operations asks for it" },
    { "RestJsonHttpChecksumRequired", "an MD5 of the body: our operations ask for a CRC32" },
    { "RestXmlHttpPayloadWithUnion", ROOT_NAME },
    { "HttpPayloadWithXmlName", ROOT_NAME },
    { "HttpPayloadWithXmlNamespace", ROOT_NAME },
    { "HttpPayloadWithXmlNamespaceAndPrefix", ROOT_NAME },
    { "XmlAttributesOnPayload", ROOT_NAME },
    { "NullAndEmptyHeaders", EMPTY_LIST },
    { "RestJsonNullAndEmptyHeaders", EMPTY_LIST },
    { NULL, NULL },
};

static size_t failed;

static void fail_case(const struct protocol_case *t, const char *what, const char *got, const char *want)
{
    failed++;
    fprintf(stderr, "%s %s: %s\n   got: %s\n  want: %s\n", t->file, m2_v_str(t->test, "id"), what,
            m2_str_or(got, "(nothing)"), m2_str_or(want, "(nothing)"));
}

static const char *header_of(const struct m2_wire *w, const char *name)
{
    for (size_t i = 0; i < w->headers.len; i++)
        if (m2_str_eq_ci(w->headers.at[i].name, name))
            return w->headers.at[i].value;
    return NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Pairs of a form, decoded and sorted. */
static const char *form_text(struct m2_arena *a, const char *body)
{
    char *pairs[200], *rest = m2_arena_strdup(a, body), *save = NULL;
    size_t n = 0;
    for (char *p = strtok_r(rest, "&", &save); p && n < 200; p = strtok_r(NULL, "&", &save)) {
        struct m2_buf b;
        m2_buf_init(&b, 1 << 20);
        m2_uri_decode(&b, p, strlen(p), 1);
        pairs[n++] = m2_arena_strdup(a, b.data);
        m2_buf_free(&b);
    }
    qsort(pairs, n, sizeof pairs[0], by_text);
    const char *out = "";
    for (size_t i = 0; i < n; i++)
        out = m2_arena_printf(a, "%s\n%s", out, pairs[i]);
    return out;
}

static const char *without_spaces_after_commas(struct m2_arena *a, const char *s)
{
    char *out = m2_arena_strdup(a, s), *to = out;
    for (; s && *s; s++) {
        *to++ = *s;
        while (*s == ',' && s[1] == ' ')
            s++;
    }
    if (to)
        *to = '\0';
    return out;
}

static void check_body(struct m2_arena *a, const struct protocol_case *t, const struct m2_wire *w,
                       const char *want)
{
    const char *got = m2_arena_strndup(a, w->body.p ? w->body.p : "", w->body.n);
    struct m2_value *x, *y;
    switch (t->service->protocol) {
    case M2_PROTO_QUERY:
    case M2_PROTO_EC2:
        got = form_text(a, got);
        want = form_text(a, want);
        break;
    case M2_PROTO_JSON:
    case M2_PROTO_REST_JSON:
        if (m2_json_parse(&x, a, m2_bytes_of(got), "got", NULL) == 0 &&
            m2_json_parse(&y, a, m2_bytes_of(want), "want", NULL) == 0 && protocol_same(x, y))
            return;
        break;
    case M2_PROTO_REST_XML:
        want += strspn(want, " \n");
        if (*want == '<' && *got == '<') {
            got = protocol_xml(a, got);
            want = protocol_xml(a, want);
        }
        break;
    }
    if (strcmp(got, want) != 0)
        fail_case(t, "body", got, want);
}

static void check_headers(struct m2_arena *a, const struct protocol_case *t, const struct m2_wire *w)
{
    const struct m2_value *serialized = m2_v_get(t->test, "serialized"),
                          *headers = m2_v_get(serialized, "headers"), *name;
    for (size_t i = 0; headers && i < headers->u.object.len; i++) {
        const struct m2_member *h = &headers->u.object.at[i];
        const char *want = m2_v_text(h->value), *got = header_of(w, h->key);
        if (m2_str_eq_ci(h->key, "Content-Type")) {
            if (t->service->protocol == M2_PROTO_REST_XML)
                continue; /* not checked there: see the files' README */
            if (got && m2_str_starts(want, "application/x-www-form-urlencoded"))
                got = m2_arena_strndup(a, got, strcspn(got, ";"));
        }
        if (!got || !m2_str_eq(without_spaces_after_commas(a, got), without_spaces_after_commas(a, want)))
            fail_case(t, h->key, got, want);
    }
    m2_v_each(name, i, m2_v_get(serialized, "forbidHeaders")) if (header_of(w, m2_v_text(name)))
        fail_case(t, "forbidden header", m2_v_text(name), NULL);
    m2_v_each(name, i,
              m2_v_get(serialized, "requireHeaders")) if (!header_of(w, m2_v_text(name)) &&
                                                          !m2_str_eq_ci(m2_v_text(name), "Content-Length"))
        fail_case(t, "required header", NULL, m2_v_text(name));
}

/* "example.com/custom": host and path that every request of the suite is relative to. */
static const char *endpoint_of(const struct protocol_case *t)
{
    return strstr(m2_str_or(m2_v_str(t->suite, "clientEndpoint"), "https://example.com"), "//") + 2;
}

static void check_host(struct m2_arena *a, const struct protocol_case *t, const struct m2_wire *w)
{
    const char *want = m2_v_pstr(t->test, "serialized.host");
    if (!want)
        return;
    const char *rest, *host = m2_str_cut(a, endpoint_of(t), '/', &rest);
    host = m2_arena_printf(a, "%s%s", w->host_prefix, host);
    const char *got = strchr(want, '/') ? m2_arena_printf(a, "%s/%s", host, m2_str_or(rest, "")) : host;
    if (!m2_str_eq(got, want))
        fail_case(t, "host", got, want);
}

static void run(struct m2_arena *a, const struct protocol_case *t)
{
    struct m2_err err = { 0 };
    struct m2_wire w;
    const struct m2_value *given = m2_v_get(t->test, "given"), *serialized = m2_v_get(t->test, "serialized");
    const struct m2_value *params =
        protocol_params(a, t->service, m2_v_get(given, "input"), m2_v_get(t->test, "params"));
    if (m2_codec_encode(&w, a, &t->op, params, protocol_sys(), &err) != 0) {
        fail_case(t, "encode", err.msg, NULL);
        return;
    }
    const char *uri = m2_arena_printf(a, "%s%s%s%s", m2_str_or(strchr(endpoint_of(t), '/'), ""), w.path,
                                      *w.query ? "?" : "", w.query);
    if (!m2_str_eq(w.method, m2_str_or(m2_v_str(serialized, "method"), "POST")))
        fail_case(t, "method", w.method, m2_v_str(serialized, "method"));
    if (!m2_str_eq(uri, m2_str_or(m2_v_str(serialized, "uri"), "/")))
        fail_case(t, "uri", uri, m2_v_str(serialized, "uri"));
    if (m2_v_get(serialized, "body"))
        check_body(a, t, &w, m2_v_str(serialized, "body"));
    check_headers(a, t, &w);
    check_host(a, t, &w);
}

Test(protocol_input, the_cases_of_aws, .timeout = 60)
{
    size_t n = protocol_walk("input", skips, run);
    cr_assert_eq(failed, 0, "%zu failures in %zu cases", failed, n);
}
