/* Are the buckets there, in the right place, the user's own, and closed to the public? Source: Amazon S3 User
 * Guide. */
#include "analyze/names.h"
#include "analyze/storage/buckets.h"
#include "m2/str.h"

#include "analyze/storage/storage.h"

static struct m2_finding *say(struct m2_check_run *r, enum m2_status status, const struct m2_bucket *b,
                              const char *cause, const struct m2_call *call, const char *path,
                              const struct m2_value *value)
{
    struct m2_finding *f = m2_found(r, status, b->name, cause);
    m2_found_evidence(r, f, call, path, value);
    return f;
}

static bool is_refused(const struct m2_call *c)
{
    return c && c->status == M2_CALL_ERROR &&
           (m2_str_eq(c->code, "403") || m2_str_eq(c->code, "Forbidden") ||
            m2_str_eq(c->code, "AccessDenied") || m2_str_eq(c->code, "AllAccessDisabled"));
}

static const char *const questions[] = {
    "HeadBucket",           "GetBucketLocation",     "GetBucketEncryption",
    "GetPublicAccessBlock", "GetBucketPolicyStatus", "GetBucketAcl"
};

/* Is it the caller's own policies that refuse, which says nothing about the job's roles? */
static bool only_caller_lacks(const struct m2_snapshot *s, const struct m2_bucket *b)
{
    if (b->head && m2_str_has_ci(b->head->message, "is not authorized to perform"))
        return !m2_str_has_ci(b->head->message, "explicit deny");
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const struct m2_call *c = m2_bucket_call(s, questions[i], b->name);
        if (c && c->status == M2_CALL_ERROR && m2_str_has_ci(c->message, "no identity-based policy"))
            return true;
    }
    return false;
}

static void unseen(struct m2_check_run *r, const struct m2_bucket *b)
{
    struct m2_look look = { .seen = M2_UNSEEN, .right = "s3:ListBucket", .call = b->head };
    look.why = b->head ? m2_arena_printf(r->arena, "s3:HeadBucket was refused (%s) for %s.",
                                         m2_str_or(b->head->code, "error"), b->name)
                       : m2_arena_printf(r->arena, "s3:HeadBucket was not collected for %s.", b->name);
    m2_found_unseen(r, b->name, &look);
}

/* A bucket that the stack should have made but did not is missing because the stack failed. */
static void missing(struct m2_check_run *r, const struct m2_bucket *b, const struct m2_stackview *v)
{
    struct m2_finding *f = say(r, M2_FAIL, b, "bucket.missing", b->head, "", NULL);
    m2_found_detail(r, f, "There is no bucket %s, which %s names.", b->name, b->named_by);
    if (b->head && b->head->status == M2_CALL_OK)
        f->evidence.len = 0;
    if (b->in_stack && !b->made)
        m2_found_about(r, f, v->name);
    m2_found_command(r, f, "aws s3 mb s3://%s", m2_word(r->arena, b->name));
}

static void foreign(struct m2_check_run *r, const struct m2_bucket *b)
{
    struct m2_finding *f =
        say(r, M2_WARN, b, "bucket.foreign", b->head, "", b->head ? b->head->output : NULL);
    m2_found_detail(
        r, f,
        "Bucket %s, which %s names, belongs to %s: what jobs read and write there is not in your account.",
        b->name, b->named_by, m2_is_cloudmrhub_bucket(b->name) ? "CloudMRHub" : "another account");
}

/* ---- closed to the public? ---- */

static bool flag(const struct m2_call *c, const char *key)
{
    return c && c->status == M2_CALL_OK &&
           m2_v_bool_or(m2_v_get(c->output, "PublicAccessBlockConfiguration"), key, false);
}

static bool acl_opens(const struct m2_call *acl, struct m2_arena *a, const char **path)
{
    const struct m2_value *grant = NULL;
    m2_v_each(grant, i, m2_v_get(acl ? acl->output : NULL, "Grants"))
    {
        const char *uri = m2_v_pstr(grant, "Grantee.URI");
        if (m2_str_ends(uri, "/global/AllUsers") || m2_str_ends(uri, "/global/AuthenticatedUsers")) {
            *path = m2_arena_printf(a, "Grants[%zu]", i);
            return true;
        }
    }
    return false;
}

/* Is there no answer? One that says "none is set" is one; a question that was never asked has none. */
static bool lost(const struct m2_call *c, const char *none)
{
    return !c || (c->status != M2_CALL_OK && !(none && m2_str_eq(c->code, none)));
}

/* Is it hidden whether everybody may read the bucket, or whether it is encrypted? Then it is not in order. */
static bool setting_unseen(struct m2_check_run *r, const struct m2_bucket *b)
{
    const struct m2_call *block = m2_bucket_call(r->snap, "GetPublicAccessBlock", b->name);
    const struct m2_call *status = m2_bucket_call(r->snap, "GetBucketPolicyStatus", b->name);
    const struct m2_call *acl = m2_bucket_call(r->snap, "GetBucketAcl", b->name);
    const struct m2_call *encryption = m2_bucket_call(r->snap, "GetBucketEncryption", b->name);
    struct m2_look look = { .seen = M2_UNSEEN };
    const char *what = "open to everybody";
    if (!flag(block, "RestrictPublicBuckets") && lost(status, "NoSuchBucketPolicy")) {
        look.right = "s3:GetBucketPolicyStatus";
        look.call = status;
    } else if (!flag(block, "IgnorePublicAcls") && lost(acl, NULL)) {
        look.right = "s3:GetBucketAcl";
        look.call = acl;
    } else if (lost(encryption, "ServerSideEncryptionConfigurationNotFoundError")) {
        look.right = "s3:GetEncryptionConfiguration";
        look.call = encryption;
        what = "encrypted by default";
    } else {
        return false;
    }
    look.why = m2_arena_printf(r->arena, "Whether bucket %s is %s was not told: %s (%s).", b->name, what,
                               look.right, m2_str_or(look.call ? look.call->code : NULL, "not asked"));
    m2_found_unseen(r, b->name, &look);
    return true;
}

static bool public_bucket(struct m2_check_run *r, const struct m2_bucket *b)
{
    const struct m2_call *block = m2_bucket_call(r->snap, "GetPublicAccessBlock", b->name);
    const struct m2_call *status = m2_bucket_call(r->snap, "GetBucketPolicyStatus", b->name);
    const struct m2_call *acl = m2_bucket_call(r->snap, "GetBucketAcl", b->name);
    const struct m2_value *policy = status ? m2_v_get(status->output, "PolicyStatus") : NULL;
    const char *path = NULL;
    bool by_policy = m2_v_bool_or(policy, "IsPublic", false) && !flag(block, "RestrictPublicBuckets");
    bool by_acl = !flag(block, "IgnorePublicAcls") && acl_opens(acl, r->arena, &path);
    if (!by_policy && !by_acl)
        return false;
    struct m2_finding *f = by_policy
                               ? say(r, M2_FAIL, b, "bucket.public", status, "PolicyStatus", policy)
                               : say(r, M2_FAIL, b, "bucket.public", acl, path, m2_v_path(acl->output, path));
    m2_found_detail(r, f, "%s of bucket %s opens it to everybody.",
                    by_policy ? "The policy" : "The access list", b->name);
    m2_found_command(
        r, f,
        "aws s3api put-public-access-block --bucket %s --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        m2_word(r->arena, b->name));
    return true;
}

static bool unencrypted(struct m2_check_run *r, const struct m2_bucket *b)
{
    const struct m2_call *c = m2_bucket_call(r->snap, "GetBucketEncryption", b->name);
    const struct m2_value *rules = c ? m2_v_path(c->output, "ServerSideEncryptionConfiguration.Rules") : NULL;
    bool none = c && c->status == M2_CALL_ERROR &&
                m2_str_eq(c->code, "ServerSideEncryptionConfigurationNotFoundError");
    if (!none && !(c && c->status == M2_CALL_OK && !m2_v_len(rules)))
        return false;
    struct m2_finding *f = say(r, M2_WARN, b, "bucket.no-encryption", c, "", none ? NULL : c->output);
    m2_found_detail(r, f, "Bucket %s has no default encryption set.", b->name);
    m2_found_command(r, f,
                     "aws s3api put-bucket-encryption --bucket %s --server-side-encryption-configuration "
                     "'{\"Rules\":[{\"ApplyServerSideEncryptionByDefault\":{\"SSEAlgorithm\":\"AES256\"}}]}'",
                     m2_word(r->arena, b->name));
    return true;
}

/* ---- region ---- */

static bool redirected(const struct m2_call *c)
{
    static const char *const codes[] = { "PermanentRedirect", "AuthorizationHeaderMalformed",
                                         "IllegalLocationConstraintException", "301" };
    for (size_t i = 0; c && c->status == M2_CALL_ERROR && i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(c->code, codes[i]))
            return true;
    return false;
}

static bool elsewhere(struct m2_check_run *r, const struct m2_bucket *b)
{
    bool other =
        !m2_str_empty(b->region) && !m2_str_empty(r->snap->region) && !m2_str_eq(b->region, r->snap->region);
    if (!other && !redirected(b->head))
        return false;
    struct m2_finding *f = say(r, M2_FAIL, b, "bucket.region", b->region ? b->region_call : b->head,
                               b->region ? b->region_path : "", m2_v_string(r->arena, b->region));
    m2_found_detail(r, f, "Bucket %s is in %s, the stack in %s.", b->name,
                    m2_str_or(b->region, "another region"), m2_str_or(r->snap->region, "another"));
    return true;
}

static void judge(struct m2_check_run *r, const struct m2_bucket *b, const struct m2_stackview *v)
{
    bool other = b->owner == M2_OWNER_OTHER, seen = b->head && b->head->status == M2_CALL_OK;
    if (b->missing) {
        missing(r, b, v);
    } else if (other) {
        foreign(r, b);
    } else if (is_refused(b->head) && !only_caller_lacks(r->snap, b)) {
        struct m2_finding *f = say(r, M2_FAIL, b, "bucket.denied", b->head, "", NULL);
        m2_found_detail(
            r, f, "S3 refuses bucket %s, which %s names: a policy denies it, or it belongs to somebody else.",
            b->name, b->named_by);
        m2_found_command(r, f, "aws s3api get-bucket-policy --bucket %s", m2_word(r->arena, b->name));
    } else if (!seen && !redirected(b->head)) {
        unseen(r, b);
    } else {
        bool wrong = elsewhere(r, b), open = public_bucket(r, b), plain = unencrypted(r, b);
        if (!wrong && !open && !plain && !setting_unseen(r, b))
            m2_found_pass(r, b->name, "Bucket %s is there%s%s.", b->name, b->region ? ", in " : "",
                          m2_str_or(b->region, ""));
    }
}

void m2_storage_buckets(struct m2_check_run *r)
{
    struct m2_buckets b = { 0 };
    m2_buckets_list(&b, r->arena, r->snap);
    for (size_t i = 0; i < b.list.len; i++)
        judge(r, &b.list.at[i], &b.view);
    if (b.list.len) {
        m2_storage_roles(r, &b);
        return;
    }
    if (b.view.state == M2_STACK_UNSEEN)
        m2_found_unseen(r, NULL, &b.view.look);
    else
        m2_found_skip(r, NULL, "%s",
                      b.view.state == M2_STACK_NONE ? "The stack is not deployed yet. Unless its bucket "
                                                      "parameters are set, it will use CloudMRHub's buckets."
                                                    : "The stack names no bucket.");
}
