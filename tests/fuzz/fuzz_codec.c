/* Answers of services, good and bad, in all five protocols. The case is a letter for the operation, the
 * status, header lines, an empty line and the body. Whatever the bytes are: an answer is an object that
 * prints as JSON, or a protocol error that leaves *out alone; an error has a code; pages end or go on with
 * new tokens. */
#include <string.h>

#include "fuzz.h"
#include "m2/codec.h"
#include "m2/json.h"

static const struct {
    char letter;
    const char *service, *operation;
} operations[] = {
    { 'a', "sts", "AssumeRole" },
    { 'b', "cloudformation", "DescribeStackEvents" },
    { 'c', "cloudformation", "GetTemplate" },
    { 'd', "iam", "GetAccountAuthorizationDetails" },
    { 'e', "ec2", "DescribeVpcEndpoints" },
    { 'f', "ecs", "DescribeTasks" },
    { 'g', "stepfunctions", "GetExecutionHistory" },
    { 'h', "pricing", "GetProducts" },
    { 'i', "lambda", "GetFunction" },
    { 'j', "lambda", "Invoke" },
    { 'k', "s3", "ListObjectVersions" },
    { 'l', "s3", "GetObject" },
    { 'm', "s3", "GetBucketLocation" },
    { 'n', "s3", "DeleteObjects" },
    { 'o', "ce", "GetCostAndUsage" },
    { 'p', "athena", "GetQueryResults" },
    { 'q', "s3", "HeadObject" },
};

enum { MAX_HEADERS = 16 };

struct answer {
    struct m2_op op;
    struct m2_response response;
    struct m2_header headers[MAX_HEADERS];
};

static char *line_of(struct m2_arena *a, const char **at, const char *end)
{
    const char *p = *at, *stop = memchr(p, '\n', (size_t)(end - p));
    *at = stop ? stop + 1 : end;
    return m2_arena_strndup(a, p, (size_t)((stop ? stop : end) - p));
}

static void read_case(struct answer *out, struct m2_arena *a, const char *p, const char *end)
{
    const struct m2_service *s;
    struct m2_err err = { 0 };
    const char *first = line_of(a, &p, end);
    size_t row = 0;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (operations[i].letter == first[0])
            row = i;
    fuzz_require(m2_model_service(&s, operations[row].service, &err) == 0, "%s", err.msg);
    fuzz_require(m2_model_op(&out->op, s, operations[row].operation, &err) == 0, "%s", err.msg);
    out->response.status = *first ? (int)(strtol(first + 1, NULL, 10) % 1000) : 0;
    while (p < end) {
        char *line = line_of(a, &p, end), *colon = strchr(line, ':');
        if (!colon)
            break;
        *colon = '\0';
        if (out->response.n_headers < MAX_HEADERS)
            out->headers[out->response.n_headers++] =
                (struct m2_header){ m2_str_lower(a, line), m2_str_trim(a, colon + 1) };
    }
    out->response.headers = out->headers;
    out->response.body = (struct m2_bytes){ m2_arena_strndup(a, p, (size_t)(end - p)), (size_t)(end - p) };
}

static void check_output(struct m2_arena *a, const struct answer *t, struct m2_value *out)
{
    struct m2_value *next = NULL, *joined = m2_v_object(a);
    struct m2_err err = { 0 };
    fuzz_require(m2_v_is(out, M2_OBJECT), "an answer that is no object");
    m2_codec_cli_shape(a, &t->op, out);
    (void)m2_json_text(a, out);
    const int rc = m2_page_next(&next, a, &t->op, NULL, out, &err);
    fuzz_require(rc == 0 ? !next || m2_v_is(next, M2_OBJECT) : err.code == M2_EPROTO, "next page: %s",
                 err.msg);
    if (next)
        fuzz_require(m2_page_next(&next, a, &t->op, next, out, &err) == -1, "the same token again is taken");
    m2_page_join(a, &t->op, joined, out);
    m2_page_join(a, &t->op, joined, out);
    (void)m2_json_text(a, joined);
}

/* The body as an operation's input: written, or refused by name. */
static void check_input(struct m2_arena *a, const struct answer *t)
{
    struct m2_value *input;
    struct m2_wire w;
    struct m2_err err = { 0 };
    if (m2_json_parse(&input, a, t->response.body, "input", NULL) != 0)
        return;
    if (m2_codec_encode(&w, a, &t->op, input, m2_sys_real(), &err) == 0)
        fuzz_require(w.path[0] == '/' && w.method && w.query && w.host_prefix, "request of %s", t->op.name);
    else
        fuzz_require(err.code == M2_EBUG, "input: %s", err.msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct m2_codec_options options[] = { { false, false }, { true, true } };
    struct m2_arena *a = m2_arena_new();
    struct answer t = { .response = { 0 } };
    read_case(&t, a, (const char *)data, (const char *)data + size);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct m2_value *out = NULL;
        struct m2_err err = { 0 };
        struct m2_api_error e;
        if (m2_codec_decode(&out, a, &t.op, &t.response, &options[i], &err) == 0)
            check_output(a, &t, out);
        else
            fuzz_require(!out && (err.code == M2_EPROTO || err.code == M2_ELIMIT), "decode: %s", err.msg);
        m2_codec_error(&e, a, &t.op, &t.response, &options[i]);
        fuzz_require(e.code && *e.code && e.message && e.request_id, "an error without a code");
    }
    check_input(a, &t);
    m2_arena_free(a);
    return 0;
}
