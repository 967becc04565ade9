/* Do the credentials work? Codes: AWS "Common error types", S3 and EC2 error lists, botocore's error classes.
 */
#include <string.h>

#include "analyze/identity/identity.h"
#include "m2/aws.h"
#include "m2/creds.h"
#include "m2/str.h"

#define SKEW_LIMIT_MS ((int64_t)5 * 60 * 1000)

struct code_row {
    const char *code, *text; /* TEXT must be in the message too; NULL: the code is enough */
    const char *cause;
};

/* The first row that matches counts. */
static const struct code_row codes[] = {
    { "SignatureDoesNotMatch", "Signature expired", "clock.skew" },
    { "SignatureDoesNotMatch", "Signature not yet current", "clock.skew" },
    { "InvalidSignatureException", "Signature expired", "clock.skew" },
    { "InvalidSignatureException", "Signature not yet current", "clock.skew" },
    { "RequestTimeTooSkewed", NULL, "clock.skew" },
    { "RequestInTheFuture", NULL, "clock.skew" },
    { "RequestExpired", "timestamp", "clock.skew" },
    { "ExpiredToken", NULL, "credentials.expired" },
    { "ExpiredTokenException", NULL, "credentials.expired" },
    { "RequestExpired", NULL, "credentials.expired" },
    { "Credentials", "expired", "credentials.expired" },
    { "Credentials", NULL, "credentials.missing" },
    { "NoCredentials*", NULL, "credentials.missing" },
    { "*", "unable to locate credentials", "credentials.missing" },
    { "InvalidClientTokenId", "expired", "credentials.expired" },
    { "InvalidClientTokenId", NULL, "credentials.invalid" },
    { "UnrecognizedClientException", NULL, "credentials.invalid" },
    { "InvalidAccessKeyId", NULL, "credentials.invalid" },
    { "AuthFailure", NULL, "credentials.invalid" },
    { "InvalidToken", NULL, "credentials.invalid" },
    { "MissingAuthenticationToken", NULL, "credentials.invalid" },
    { "MissingAuthenticationTokenException", NULL, "credentials.invalid" },
    { "SignatureDoesNotMatch", NULL, "credentials.invalid" },
    { "InvalidSignatureException", NULL, "credentials.invalid" },
};

static const char *cause_of(const struct m2_call *c)
{
    for (size_t i = 0; c->status == M2_CALL_ERROR && i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_glob(codes[i].code, m2_str_or(c->code, ""), false) &&
            (!codes[i].text || m2_str_has_ci(c->message, codes[i].text)))
            return codes[i].cause;
    return NULL;
}

/* Milliseconds the server is ahead, where the collector wrote them down; 0 else. */
static int64_t recorded_skew(const struct m2_snapshot *s, const struct m2_call *sts)
{
    int64_t ms = m2_v_int_or(s->root, "clock_skew_ms", 0);
    return ms || !sts ? ms : m2_v_int_or(sts->raw, "clock_skew_ms", 0);
}

static bool is_skewed(int64_t ms)
{
    return ms > SKEW_LIMIT_MS || ms < -SKEW_LIMIT_MS;
}

static void add_commands(struct m2_check_run *r, struct m2_finding *f)
{
    if (m2_str_eq(f->cause, "credentials.missing"))
        m2_found_command(r, f, "aws configure");
    else if (m2_str_eq(f->cause, "credentials.expired"))
        m2_found_command(r, f, "aws sso login");
    else if (m2_str_eq(f->cause, "clock.skew"))
        m2_found_command(r, f, "sudo timedatectl set-ntp true");
    m2_found_command(r, f, "aws sts get-caller-identity");
}

/* Where the next source of the list in MESSAGE begins: "; <source>: ". NULL: none follows. */
static const char *next_source(const char *message)
{
    size_t n = 0;
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    for (const char *at = strstr(message, "; "); at; at = strstr(at + 2, "; "))
        for (size_t i = 0; i < n; i++)
            if (m2_str_starts(at + 2, sources[i].name) && at[2 + strlen(sources[i].name)] == ':')
                return at;
    return NULL;
}

/* No source gave any: AWS was not even asked. Each source on its own line, in the order they were tried. */
static void none_found(struct m2_check_run *r, struct m2_finding *f, const struct m2_call *c,
                       const char *list)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 16);
    for (const char *next; list; list = next ? next + 2 : NULL) {
        next = next_source(list);
        m2_buf_adds(&b, "\n- ");
        m2_buf_add(&b, list, next ? (size_t)(next - list) : strlen(list));
    }
    m2_found_detail(r, f, "AWS could not be asked. Credentials were looked for in this order:%s", b.data);
    m2_found_evidence(r, f, c, "", m2_v_string(r->arena, "no credentials"));
    m2_buf_free(&b);
}

static void fail(struct m2_check_run *r, const struct m2_call *c, const char *cause)
{
    static const char lead[] = "no credentials: ";
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, cause);
    const char *message = m2_str_or(c->message, "(no text)");
    bool asked = !m2_str_eq(c->code, "Credentials");
    if (!asked && m2_str_starts(message, lead)) {
        none_found(r, f, c, message + sizeof lead - 1);
    } else {
        if (asked)
            m2_found_detail(r, f, "AWS answered %s:%s with %s: %s", c->service, c->operation,
                            m2_str_or(c->code, "an error"), message);
        else
            m2_found_detail(r, f, "AWS could not be asked: %s", message);
        m2_found_evidence(r, f, c, "", NULL);
    }
    add_commands(r, f);
}

static void fail_skew(struct m2_check_run *r, const struct m2_call *c, int64_t ms)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "clock.skew");
    int64_t minutes = (ms < 0 ? -ms : ms) / 60000;
    bool accepted = c && c->status == M2_CALL_OK;
    m2_found_detail(r, f, "This computer's clock is %lld minutes %s the clock of AWS.%s", (long long)minutes,
                    ms > 0 ? "behind" : "ahead of",
                    accepted
                        ? " This run allowed for it; the AWS CLI, the SDKs and whatever else signs requests "
                          "here will be refused."
                        : "");
    if (c)
        m2_found_evidence(r, f, c, "", c->status == M2_CALL_OK ? c->output : NULL);
    add_commands(r, f);
}

/* A call that shows that credentials are refused. Once sts has accepted them only an expiry during the run
 * counts, or a clock that some services still allow: EC2 also says AuthFailure where a region is not enabled.
 */
static const struct m2_call *refused(const struct m2_snapshot *s, bool accepted)
{
    for (size_t i = 0; i < s->n_calls; i++) {
        const char *cause = cause_of(&s->calls[i]);
        bool aws = !m2_str_eq(s->calls[i].service, "brain") && !m2_str_eq(s->calls[i].service, "registry");
        bool later = m2_str_eq(cause, "credentials.expired") || m2_str_eq(cause, "clock.skew");
        if (cause && aws && (!accepted || later))
            return &s->calls[i];
    }
    return NULL;
}

void m2_identity_credentials(struct m2_check_run *r)
{
    const struct m2_call *sts = m2_call_about(r->snap, "sts", "GetCallerIdentity", NULL);
    bool accepted = sts && sts->status == M2_CALL_OK;
    int64_t skew = recorded_skew(r->snap, sts);
    if (is_skewed(skew)) {
        fail_skew(r, sts, skew);
        return;
    }
    const struct m2_call *bad = sts && cause_of(sts) ? sts : refused(r->snap, accepted);
    if (bad) {
        fail(r, bad, cause_of(bad));
        return;
    }
    if (accepted) {
        m2_found_pass(r, NULL, "AWS knows you as %s.", m2_str_or(m2_v_str(sts->output, "Arn"), "(no name)"));
        return;
    }
    struct m2_look look = m2_look_output(r->snap, "sts", "GetCallerIdentity", NULL);
    look.right = m2_str_or(look.right, "sts:GetCallerIdentity");
    m2_found_unseen(r, NULL, &look);
}
