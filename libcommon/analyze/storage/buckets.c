#include "analyze/storage/buckets.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/names.h"
#include "m2/str.h"

static const char *const keys[] = { "DataBucketName", "ResultsBucketName", "FailedBucketName",
                                    "DataBucket",     "ResultsBucket",     "FailedBucket" };

static struct m2_bucket *bucket_of(struct m2_buckets *b, struct m2_arena *a, const char *name,
                                   const char *named_by)
{
    for (size_t i = 0; i < b->list.len; i++)
        if (m2_str_eq(b->list.at[i].name, name))
            return &b->list.at[i];
    m2_vec_push(a, &b->list, ((struct m2_bucket){ .name = name, .named_by = named_by }));
    return &b->list.at[b->list.len - 1];
}

static void add_named(struct m2_buckets *b, struct m2_arena *a)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const struct m2_output *o = m2_stackview_output(&b->view, keys[i]);
        if (o && !m2_str_empty(o->value))
            (void)bucket_of(b, a, o->value, m2_arena_printf(a, "the stack's output %s", keys[i]));
        const char *parameter = m2_stackview_parameter(&b->view, keys[i]);
        if (!m2_str_empty(parameter))
            (void)bucket_of(b, a, parameter, m2_arena_printf(a, "the stack's parameter %s", keys[i]));
    }
    for (size_t i = 0; i < b->view.resources.len; i++) {
        const struct m2_resource *it = &b->view.resources.at[i];
        if (m2_str_eq(it->type, "AWS::S3::Bucket") && !m2_str_empty(it->physical_id) &&
            !m2_str_eq(it->status, "DELETE_COMPLETE")) {
            struct m2_bucket *own = bucket_of(b, a, it->physical_id,
                                              m2_arena_printf(a, "the stack's resource %s", it->logical_id));
            own->in_stack = true;
            own->made = own->made || m2_str_ends(it->status, "_COMPLETE");
        }
    }
}

/* Where the stack cannot be read, the buckets that were asked for are those it is about. */
static void add_asked(struct m2_buckets *b, struct m2_arena *a, const struct m2_snapshot *s)
{
    static const char *const operations[] = { "HeadBucket", "GetBucketLocation" };
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "s3", operations[i], c));)
            if (c->status != M2_CALL_SKIPPED && m2_v_str(c->input, "Bucket"))
                (void)bucket_of(b, a, m2_v_str(c->input, "Bucket"), "a call of the snapshot");
}

const struct m2_call *m2_bucket_call(const struct m2_snapshot *s, const char *operation, const char *bucket)
{
    const struct m2_call *best = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "s3", operation, c));)
        if (m2_str_eq(m2_v_str(c->input, "Bucket"), bucket) && !m2_v_get(c->input, "ExpectedBucketOwner") &&
            (!best || (best->status != M2_CALL_OK && c->status == M2_CALL_OK)))
            best = c;
    return best;
}

/* HeadBucket that also asks whose bucket it is. */
static const struct m2_call *owner_call(const struct m2_snapshot *s, const char *bucket)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "s3", "HeadBucket", c));)
        if (m2_str_eq(m2_v_str(c->input, "Bucket"), bucket) && m2_v_get(c->input, "ExpectedBucketOwner"))
            return c;
    return NULL;
}

static bool is_ok(const struct m2_call *c)
{
    return c && c->status == M2_CALL_OK;
}

static bool in_own_list(const struct m2_snapshot *s, const char *bucket, bool *listed)
{
    const struct m2_value *item = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "s3", "ListBuckets", c));) {
        if (c->status != M2_CALL_OK)
            continue;
        *listed = true;
        m2_v_each(item, i,
                  m2_v_get(c->output, "Buckets")) if (m2_str_eq(m2_v_str(item, "Name"), bucket)) return true;
    }
    return false;
}

static enum m2_bucket_owner owner_of(const struct m2_snapshot *s, const struct m2_bucket *b,
                                     const struct m2_call *owner)
{
    bool listed = false, own = in_own_list(s, b->name, &listed);
    if (own || is_ok(owner))
        return M2_OWNER_SELF;
    bool refused = owner && owner->status == M2_CALL_ERROR &&
                   (owner->http_status == 403 || m2_str_eq(owner->code, "403") ||
                    m2_str_eq(owner->code, "AccessDenied") || m2_str_eq(owner->code, "Forbidden"));
    /* Deleted and made again by somebody else, a bucket of the stack is not the stack's any more. */
    if (refused && is_ok(b->head))
        return M2_OWNER_OTHER;
    if (b->in_stack)
        return M2_OWNER_SELF;
    return listed || m2_is_cloudmrhub_bucket(b->name) ? M2_OWNER_OTHER : M2_OWNER_UNKNOWN;
}

/* "the region … is wrong; expecting 'eu-west-1'": S3 names it in some messages. */
static const char *expecting(struct m2_arena *a, const char *message)
{
    const char *at = message ? strstr(message, "expecting '") : NULL;
    const char *rest = NULL;
    return at ? m2_str_cut(a, at + strlen("expecting '"), '\'', &rest) : NULL;
}

static void read_region(struct m2_bucket *b, struct m2_arena *a, const struct m2_snapshot *s)
{
    const struct m2_call *location = m2_bucket_call(s, "GetBucketLocation", b->name);
    if (is_ok(b->head) && m2_v_str(b->head->output, "BucketRegion")) {
        b->region = m2_v_str(b->head->output, "BucketRegion");
        b->region_call = b->head;
        b->region_path = "BucketRegion";
    } else if (is_ok(location)) {
        const char *text = m2_v_str(location->output, "LocationConstraint");
        /* An empty constraint is the oldest region, "EU" an old name. */
        b->region = m2_str_empty(text) ? "us-east-1" : m2_str_eq(text, "EU") ? "eu-west-1" : text;
        b->region_call = location;
        b->region_path = "LocationConstraint";
    } else if (b->head && b->head->status == M2_CALL_ERROR) {
        b->region = expecting(a, b->head->message);
        b->region_call = b->head;
        b->region_path = "";
    }
}

static bool not_found(const struct m2_call *c)
{
    return c && c->status == M2_CALL_ERROR &&
           (m2_str_eq(c->code, "404") || m2_str_eq(c->code, "NotFound") ||
            m2_str_eq(c->code, "NoSuchBucket") ||
            (c->http_status == 404 && m2_str_eq(c->operation, "HeadBucket")));
}

void m2_bucket_look(struct m2_bucket *b, struct m2_arena *a, const struct m2_snapshot *s)
{
    const struct m2_call *owner = owner_call(s, b->name);
    b->head = m2_bucket_call(s, "HeadBucket", b->name);
    b->head = b->head ? b->head : owner;
    b->missing = not_found(b->head) || not_found(m2_bucket_call(s, "GetBucketLocation", b->name));
    b->owner = owner_of(s, b, owner);
    read_region(b, a, s);
}

static int by_name(const void *x, const void *y)
{
    const struct m2_bucket *a = x, *b = y;
    return strcmp(a->name, b->name);
}

void m2_buckets_list(struct m2_buckets *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    m2_stackview_make(&out->view, a, s);
    add_named(out, a);
    if (!out->list.len && out->view.state == M2_STACK_UNSEEN)
        add_asked(out, a, s);
    for (size_t i = 0; i < out->list.len; i++)
        m2_bucket_look(&out->list.at[i], a, s);
    if (out->list.len > 1)
        qsort(out->list.at, out->list.len, sizeof out->list.at[0], by_name);
}
