#include <string.h>

#include "m2/aws.h"
#include "m2/model.h"
#include "m2/snapshot.h"
#include "snapshot/index.h"

static const struct {
    const char *code;    /* whole, or with a leading or trailing * a part */
    const char *message; /* that the message must hold, or NULL */
} absent_codes[] = {
    { "*NotFound*", NULL },
    { "NoSuch*", NULL },
    { "*DoesNotExist*", NULL },
    { "AWSOrganizationsNotInUseException", NULL },
    { "404", NULL },
    { "ValidationError", "does not exist" },
    { "ClientException", "unable to describe task definition" },
    { "InvalidParameterException", "cluster not found" },
    { "ServerSideEncryptionConfigurationNotFoundError", NULL },
};

bool m2_code_not_found(const char *code, const char *message)
{
    if (!code)
        return false;
    for (size_t i = 0; i < sizeof absent_codes / sizeof *absent_codes; i++)
        if (m2_str_glob(absent_codes[i].code, code, false) &&
            (!absent_codes[i].message || m2_str_has_ci(message, absent_codes[i].message)))
            return true;
    return false;
}

const struct m2_call *m2_calls(const struct m2_snapshot *s, const char *service, const char *operation,
                               const struct m2_call *after)
{
    const struct m2_op_index *op = m2_index_op(s, service, operation);
    if (!op)
        return NULL;
    size_t next = after ? m2_index_ordinal(s, after) + 1 : 0;
    return next < op->calls.len ? op->calls.at[next] : NULL;
}

static const struct m2_call *prefer_ok(const struct m2_call_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->at[i]->status == M2_CALL_OK)
            return list->at[i];
    return list->len ? list->at[0] : NULL;
}

/* The calls by a stack's name whose answer shows that they are about the stack with this ARN. */
static const struct m2_call *about_stack(const struct m2_snapshot *s, struct m2_op_index *op, const char *arn)
{
    const char *name = strstr(arn, ":stack/");
    if (!name)
        return NULL;
    name += strlen(":stack/");
    const char *end = strchr(name, '/');
    const struct m2_call_list *list =
        m2_index_mentions(s, op, m2_arena_strndup(s->arena, name, end ? (size_t)(end - name) : strlen(name)));
    for (size_t i = 0; list && i < list->len; i++) {
        const struct m2_value *output = list->at[i]->output;
        for (size_t m = 0; m2_v_is(output, M2_OBJECT) && m < output->u.object.len; m++) {
            const char *id = m2_v_str(m2_v_at(output->u.object.at[m].value, 0), "StackId");
            if (!id || m2_str_eq(id, arn))
                return list->at[i];
        }
    }
    return NULL;
}

const struct m2_call *m2_call_about(const struct m2_snapshot *s, const char *service, const char *operation,
                                    const char *text)
{
    struct m2_op_index *op = m2_index_op(s, service, operation);
    if (!op)
        return NULL;
    if (!text)
        return prefer_ok(&op->calls);
    const struct m2_call_list *list = m2_index_mentions(s, op, text);
    return list ? prefer_ok(list) : about_stack(s, op, text);
}

/* ---- verdicts ---- */

const char *m2_look_why(struct m2_arena *a, const char *right, const struct m2_call *call)
{
    if (!call || call->status == M2_CALL_OK)
        return m2_arena_printf(a, "%s was not collected.", right);
    if (call->status == M2_CALL_SKIPPED)
        return m2_arena_printf(a, "%s was skipped (%s).", right, m2_str_or(call->reason, "no reason given"));
    if (m2_str_eq(call->code, "Credentials"))
        return m2_arena_printf(a, "%s was not called, because no credentials were found.", right);
    const char *code = m2_str_or(call->code, "");
    if (*code && strspn(code, "0123456789") == strlen(code))
        return m2_arena_printf(a, "The endpoint answered %s with HTTP %s and no error code.", right, code);
    if (!*code && call->http_status)
        return m2_arena_printf(a, "The endpoint answered %s with HTTP %d and no error code.", right,
                               call->http_status);
    return m2_arena_printf(a, "%s %s (%s).", right, m2_aws_is_denied(code) ? "was denied" : "failed",
                           *code ? code : "no reason given");
}

static struct m2_look unseen(const struct m2_snapshot *s, const char *service, const char *operation,
                             const struct m2_call *call)
{
    struct m2_look look = { .seen = M2_UNSEEN, .call = call };
    look.right = m2_model_iam_action(s->arena, service, operation);
    look.why = m2_look_why(s->arena, look.right, call);
    return look;
}

/* The array of INPUT that holds ID, or NULL when ID stands alone or is not there. */
static const struct m2_value *holder(const struct m2_value *v, const char *id)
{
    const struct m2_value *found = NULL;
    if (m2_v_is(v, M2_ARRAY) && m2_v_has(v, id))
        return v;
    if (m2_v_is(v, M2_ARRAY))
        for (size_t i = 0; i < v->u.array.len && !found; i++)
            found = holder(v->u.array.at[i], id);
    else if (m2_v_is(v, M2_OBJECT))
        for (size_t i = 0; i < v->u.object.len && !found; i++)
            found = holder(v->u.object.at[i].value, id);
    return found;
}

/* A refusal for several ids says which of them is not there only in its message. */
static bool says_absent(const struct m2_call *call, const char *id)
{
    /* Only HeadBucket answers without a code; elsewhere a bare 404 comes from something that is not the
     * service. */
    if (m2_str_eq(call->code, "404") && !m2_str_eq(call->service, "s3"))
        return false;
    return call->status == M2_CALL_ERROR && m2_code_not_found(call->code, call->message) &&
           (!id || m2_v_len(holder(call->input, id)) <= 1 || m2_str_has_ci(call->message, id));
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* A saved answer may come without its input: the message of a refusal then still says what is not there. */
static bool message_names(const struct m2_call *call, const char *id)
{
    const char *message = m2_str_or(call->message, "");
    size_t len = strlen(id);
    for (const char *at = message; len > 3 && (at = strstr(at, id)); at++)
        if ((at == message || !is_name_char(at[-1])) && !is_name_char(at[len]))
            return true;
    return false;
}

static const struct m2_call *said_absent(const struct m2_op_index *op, const char *id)
{
    for (size_t i = 0; i < op->bare_refusals.len; i++) {
        const struct m2_call *call = op->bare_refusals.at[i];
        if (says_absent(call, NULL) && message_names(call, id))
            return call;
    }
    return NULL;
}

/* Would an ok CALL that mentions an id have shown it? Not when a second filter could have kept it out. */
static bool would_show(const struct m2_call *call)
{
    const struct m2_value *filters = m2_v_get(call->input, "Filters");
    if (!filters)
        filters = m2_v_get(call->input, "Filter");
    size_t others = m2_v_len(call->input) - (filters ? 1 : 0);
    const char *const harmless[] = { "MaxResults", "maxResults", "DryRun", "IncludeManagedPrefixes" };
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (m2_v_get(call->input, harmless[i]))
            others--;
    return m2_answer_complete(call) && (!filters || (m2_v_len(filters) <= 1 && !others));
}

struct m2_look m2_look_item(const struct m2_snapshot *s, const char *service, const char *operation,
                            const char *list, const char *key, const char *id)
{
    struct m2_op_index *op = m2_index_op(s, service, operation);
    if (!op || !id)
        return unseen(s, service, operation, NULL);
    const struct m2_item_entry *e = m2_index_item(s, op, list, key, id);
    if (e) {
        const char *path = e->in_array ? m2_arena_printf(s->arena, "%s[%zu]", list, e->position) : list;
        return (struct m2_look){ .seen = M2_SEEN, .item = e->item, .call = e->call, .path = path };
    }
    const struct m2_call_list *about = m2_index_mentions(s, op, id);
    const struct m2_call *failed = NULL;
    for (size_t i = 0; about && i < about->len; i++) {
        const struct m2_call *call = about->at[i];
        if (call->status == M2_CALL_OK ? would_show(call) : says_absent(call, id))
            return (struct m2_look){ .seen = M2_ABSENT, .call = call };
        if (call->status != M2_CALL_OK && !failed)
            failed = call;
    }
    const struct m2_call *absent = op->whole ? op->whole : said_absent(op, id);
    if (absent)
        return (struct m2_look){ .seen = M2_ABSENT, .call = absent };
    if (!failed)
        failed = op->whole_refused ? op->whole_refused : op->refused;
    return unseen(s, service, operation, failed);
}

struct m2_look m2_look_output(const struct m2_snapshot *s, const char *service, const char *operation,
                              const char *text)
{
    const struct m2_call *call = m2_call_about(s, service, operation, text);
    if (call && call->status == M2_CALL_OK)
        return (struct m2_look){ .seen = M2_SEEN, .item = call->output, .call = call, .path = "" };
    if (call && says_absent(call, text))
        return (struct m2_look){ .seen = M2_ABSENT, .call = call };
    return unseen(s, service, operation, call);
}

/* ---- lists ---- */

static void add_listed(struct m2_value *out, struct m2_arena *a, struct m2_strmap *known,
                       struct m2_value *item, const char *key, const char *id, const char *dedup)
{
    if (key && !m2_str_eq(m2_v_text(m2_v_path(item, key)), id))
        return;
    const char *identity = dedup ? m2_v_text(m2_v_path(item, dedup)) : NULL;
    bool is_new = true;
    if (identity)
        (void)m2_strmap_at(known, a, identity, &is_new);
    if (is_new)
        m2_v_push(a, out, item);
}

/* The refusal that keeps the list from being whole, or NULL when it is whole; *WHOLE says which. */
static const struct m2_call *gap(const struct m2_snapshot *s, struct m2_op_index *op, const char *id,
                                 bool *whole)
{
    *whole = op->whole != NULL;
    const struct m2_call_list *about = id ? m2_index_mentions(s, op, id) : NULL;
    for (size_t i = 0; about && i < about->len && !*whole; i++)
        *whole =
            about->at[i]->status == M2_CALL_OK ? would_show(about->at[i]) : says_absent(about->at[i], id);
    for (size_t i = 0; about && i < about->len; i++)
        if (about->at[i]->status != M2_CALL_OK)
            return about->at[i];
    if (!id && !op->refused)
        *whole = op->calls.len > 0;
    return op->refused;
}

struct m2_value *m2_look_list(struct m2_look *missing, struct m2_arena *a, const struct m2_snapshot *s,
                              const char *service, const char *operation, const char *list, const char *key,
                              const char *id, const char *dedup)
{
    struct m2_value *out = m2_v_array(a);
    struct m2_op_index *op = m2_index_op(s, service, operation);
    struct m2_strmap known = { 0 };
    for (size_t i = 0; op && i < op->calls.len; i++) {
        const struct m2_call *call = op->calls.at[i];
        struct m2_value *items = call->status == M2_CALL_OK ? m2_v_path(call->output, list) : NULL;
        struct m2_value *item;
        m2_v_each(item, at, items) add_listed(out, a, &known, item, key, id, dedup);
    }
    bool whole = false;
    const struct m2_call *refused = op ? gap(s, op, key ? id : NULL, &whole) : NULL;
    if (missing)
        *missing = whole ? (struct m2_look){ .seen = M2_SEEN } : unseen(s, service, operation, refused);
    return out;
}
