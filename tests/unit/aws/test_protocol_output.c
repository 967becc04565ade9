#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/json.h"
#include "protocol.h"

static const struct protocol_skip skips[] = {
    { "RestJsonDeserializesDenseSetMapAndSkipsNull",
      "the models do not say which maps are dense; the AWS CLI keeps null" },
    { "MediaTypeHeaderOutputBase64", "wants the header's JSON as text; the AWS CLI reads it" },
    { NULL, NULL },
};

static size_t failed;

static void fail_case(const struct protocol_case *t, const char *what, const char *got, const char *want)
{
    failed++;
    fprintf(stderr, "%s %s: %s\n   got: %s\n  want: %s\n", t->file, m2_v_str(t->test, "id"), what,
            m2_str_or(got, "(nothing)"), m2_str_or(want, "(nothing)"));
}

static void read_response(struct m2_arena *a, const struct protocol_case *t, struct m2_response *out)
{
    const struct m2_value *r = m2_v_get(t->test, "response"), *headers = m2_v_get(r, "headers");
    M2_VEC(struct m2_header) list = { 0 };
    for (size_t i = 0; headers && i < headers->u.object.len; i++) {
        const struct m2_header h = { m2_str_lower(a, headers->u.object.at[i].key),
                                     m2_v_text(headers->u.object.at[i].value) };
        m2_vec_push(a, &list, h);
    }
    const struct m2_value *body = m2_v_get(r, "body");
    *out = (struct m2_response){ .status = (int)m2_v_int_or(r, "status_code", 200),
                                 .headers = list.at,
                                 .n_headers = list.len };
    out->body = m2_v_is(body, M2_STRING) ? body->u.text : m2_bytes_of("");
    if (t->service->protocol == M2_PROTO_QUERY && out->body.n == 0)
        out->body = m2_bytes_of("<xml/>");
}

static void check_error(struct m2_arena *a, const struct protocol_case *t, const struct m2_response *res)
{
    static const struct m2_codec_options opt = { .timestamps_as_epoch = true, .blobs_as_text = true };
    struct m2_api_error e;
    const char *code = m2_v_str(t->test, "errorCode"), *message = m2_v_str(t->test, "errorMessage");
    m2_codec_error(&e, a, &t->op, res, &opt);
    if (code && !m2_str_eq(e.code, code))
        fail_case(t, "error code", e.code, code);
    if (message && !m2_str_eq(e.message, message))
        fail_case(t, "error message", e.message, message);
    const struct m2_value *want = m2_v_get(t->test, "error");
    const struct m2_value *got = e.members ? e.members : m2_v_object(a);
    if (!protocol_same(got, want))
        fail_case(t, "error members", m2_json_text(a, got), m2_json_text(a, want));
}

static void run(struct m2_arena *a, const struct protocol_case *t)
{
    static const struct m2_codec_options opt = { .timestamps_as_epoch = true, .blobs_as_text = true };
    struct m2_err err = { 0 };
    struct m2_response res;
    struct m2_value *got;
    read_response(a, t, &res);
    if (m2_v_get(t->test, "error")) {
        check_error(a, t, &res);
        return;
    }
    if (m2_codec_decode(&got, a, &t->op, &res, &opt, &err) != 0)
        fail_case(t, "decode", err.msg, NULL);
    else if (!protocol_same(got, m2_v_get(t->test, "result")))
        fail_case(t, "result", m2_json_text(a, got), m2_json_text(a, m2_v_get(t->test, "result")));
}

Test(protocol_output, the_cases_of_aws, .timeout = 60)
{
    size_t n = protocol_walk("output", skips, run);
    cr_assert_eq(failed, 0, "%zu failures in %zu cases", failed, n);
}
