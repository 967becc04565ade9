#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "m2/time.h"
#include "snapshot/index.h"
#include "snapshot/names.h"
#include "snapshot/pages.h"
#include "snapshot/target.h"

static int check_schema(const struct m2_value *root, const char *name, struct m2_err *err)
{
    if (!m2_v_is(root, M2_OBJECT))
        return m2_fail(err, M2_EINPUT, "%s: not a snapshot: expected an object with \"schema\" and \"calls\"",
                       name);
    const char *schema = m2_v_str(root, "schema");
    if (!schema)
        return m2_fail(err, M2_EINPUT, "%s: not a snapshot: no \"schema\" (expected \"%s\")", name,
                       M2_SNAPSHOT_SCHEMA);
    const char *const family = "m2-snapshot/";
    if (!m2_str_starts(schema, family))
        return m2_fail(err, M2_EINPUT, "%s: not a snapshot: its schema is \"%.60s\" (expected \"%s\")", name,
                       schema, M2_SNAPSHOT_SCHEMA);
    size_t major = strspn(schema + strlen(family), "0123456789");
    const char *number = schema + strlen(family), *rest = number + major;
    if (!major || (*rest && *rest != '.'))
        return m2_fail(err, M2_EINPUT, "%s: unreadable schema \"%.60s\" (expected \"%s\")", name, schema,
                       M2_SNAPSHOT_SCHEMA);
    if (major == 1 && *number == '1')
        return 0;
    if (major == 1 && *number == '0')
        return m2_fail(err, M2_EINPUT, "%s: unknown schema \"%.60s\" (expected \"%s\")", name, schema,
                       M2_SNAPSHOT_SCHEMA);
    return m2_fail(err, M2_EINPUT,
                   "%s: schema \"%.60s\" was written by a newer version; this one reads \"%s\"", name, schema,
                   M2_SNAPSHOT_SCHEMA);
}

struct loading {
    struct m2_snapshot *s;
    const char *name;
    struct m2_err *err;
    size_t at;
};

static int bad_call(const struct loading *l, const char *what)
{
    return m2_fail(l->err, M2_EINPUT, "%s: calls[%zu]: %s", l->name, l->at, what);
}

static int read_status(const struct loading *l, struct m2_call *call, const struct m2_value *v)
{
    static const char *const names[] = { "ok", "error", "skipped" };
    const struct m2_value *status = m2_v_get(v, "status");
    if (!status || status->type == M2_NULL) {
        if (m2_v_get(v, "output"))
            call->status = M2_CALL_OK;
        else if (m2_v_get(v, "error"))
            call->status = M2_CALL_ERROR;
        else
            return bad_call(l, "has neither \"output\" nor \"error\" nor \"status\"");
        return 0;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (m2_v_is(status, M2_STRING) && m2_str_eq_ci(m2_v_text(status), names[i])) {
            call->status = (enum m2_call_status)i;
            return 0;
        }
    return bad_call(l, "\"status\" must be \"ok\", \"error\" or \"skipped\"");
}

static int read_answer(const struct loading *l, struct m2_call *call, const struct m2_value *v)
{
    struct m2_arena *a = l->s->arena;
    const struct m2_value *output = m2_v_get(v, "output"), *error = m2_v_get(v, "error");
    switch (call->status) {
    case M2_CALL_OK:
        /* The AWS CLI prints nothing where an operation answers nothing. */
        if (!output || output->type == M2_NULL || (output->type == M2_STRING && !output->u.text.n))
            output = m2_v_object(a);
        if (output->type != M2_OBJECT && !m2_str_eq(call->service, "brain"))
            return bad_call(l, "\"output\" must be an object, as `aws ... --output json` prints it");
        call->output = output;
        break;
    case M2_CALL_ERROR:
        if (m2_v_is(error, M2_STRING)) {
            call->code = call->message = m2_v_text(error);
        } else if (error && error->type == M2_OBJECT) {
            call->code = m2_v_str(error, "code") ? m2_v_str(error, "code") : m2_v_str(error, "Code");
            call->message =
                m2_v_str(error, "message") ? m2_v_str(error, "message") : m2_v_str(error, "Message");
            call->http_status = (int)m2_v_int_or(error, "http_status", 0);
        }
        if (m2_str_empty(call->code))
            return bad_call(l, "an error needs \"error\":{\"code\":...}");
        call->message = m2_str_or(call->message, "");
        break;
    case M2_CALL_SKIPPED:
        call->reason = m2_str_or(m2_v_str(v, "reason"), "no reason given");
        break;
    }
    return 0;
}

static int read_call(const struct loading *l, struct m2_call *call, const struct m2_value *v)
{
    struct m2_arena *a = l->s->arena;
    if (!m2_v_is(v, M2_OBJECT))
        return bad_call(l, "must be an object");
    const char *service = m2_v_str(v, "service"), *operation = m2_v_str(v, "operation");
    if (m2_str_empty(service))
        return bad_call(l, "\"service\" is missing");
    if (m2_str_empty(operation))
        return bad_call(l, "\"operation\" is missing");
    const struct m2_value *input = m2_v_get(v, "input"), *region = m2_v_get(v, "region");
    if (input && input->type != M2_NULL && input->type != M2_OBJECT)
        return bad_call(l, "\"input\" must be an object");
    if (region && region->type != M2_NULL && region->type != M2_STRING)
        return bad_call(l, "\"region\" must be a string");
    call->service = m2_service_name(a, service);
    bool aws = !m2_str_eq(call->service, "brain") && !m2_str_eq(call->service, "registry");
    call->operation = aws ? m2_operation_name(a, operation) : operation;
    call->region = m2_str_or(m2_v_str(v, "region"), l->s->region);
    call->input = m2_v_is(input, M2_OBJECT) ? input : m2_v_object(a);
    call->raw = v;
    call->index = l->at;
    if (read_status(l, call, v) < 0)
        return -1;
    return read_answer(l, call, v);
}

static int read_calls(struct loading *l, const struct m2_value *root)
{
    const struct m2_value *calls = m2_v_get(root, "calls");
    if (!m2_v_is(calls, M2_ARRAY))
        return m2_fail(l->err, M2_EINPUT, "%s: not a snapshot: \"calls\" must be a list", l->name);
    l->s->n_calls = calls->u.array.len;
    l->s->calls = m2_arena_new_array(l->s->arena, struct m2_call, l->s->n_calls);
    for (l->at = 0; l->at < l->s->n_calls; l->at++)
        if (read_call(l, &l->s->calls[l->at], calls->u.array.at[l->at]) < 0)
            return -1;
    return 0;
}

/* ---- what may be missing ---- */

/* "arn:partition:service:region:account:…": piece N (0 is "arn"); NULL when empty. */
static const char *arn_piece(struct m2_arena *a, const char *arn, int n)
{
    if (!m2_str_starts(arn, "arn:"))
        return NULL;
    for (; n > 0; n--) {
        arn = strchr(arn, ':');
        if (!arn)
            return NULL;
        arn++;
    }
    size_t len = strcspn(arn, ":");
    return len ? m2_arena_strndup(a, arn, len) : NULL;
}

static bool is_account(const char *s)
{
    return s && strlen(s) == 12 && strspn(s, "0123456789") == 12;
}

static const struct {
    const char *service, *operation, *path;
} arn_places[] = {
    /* Answers that list what the account itself owns. */
    { "sts", "GetCallerIdentity", "Arn" },
    { "cloudformation", "DescribeStacks", "Stacks[0].StackId" },
    { "cloudformation", "DescribeStackEvents", "StackEvents[0].StackId" },
    { "stepfunctions", "DescribeStateMachine", "stateMachineArn" },
    { "ecs", "DescribeClusters", "clusters[0].clusterArn" },
    { "ecs", "DescribeTaskDefinition", "taskDefinition.taskDefinitionArn" },
    { "ecs", "DescribeTasks", "tasks[0].taskArn" },
    { "lambda", "GetFunction", "Configuration.FunctionArn" },
    { "lambda", "GetFunctionConfiguration", "FunctionArn" },
    { "iam", "GetRole", "Role.Arn" },
    { "ec2", "DescribeSubnets", "Subnets[0].SubnetArn" },
    { "logs", "DescribeLogGroups", "logGroups[0].arn" },
};

static const char *from_arns(const struct m2_snapshot *s, int piece)
{
    for (size_t i = 0; i < sizeof arn_places / sizeof *arn_places; i++) {
        const struct m2_call *c = NULL;
        while ((c = m2_calls(s, arn_places[i].service, arn_places[i].operation, c))) {
            const char *found = arn_piece(s->arena, m2_v_pstr(c->output, arn_places[i].path), piece);
            if (found && (piece != 4 || is_account(found)))
                return found;
        }
    }
    return NULL;
}

static const char *account_of(const struct m2_snapshot *s)
{
    const char *given = m2_v_text(m2_v_get(s->root, "account"));
    if (given && strlen(given) < 12 && strspn(given, "0123456789") == strlen(given))
        return m2_arena_printf(s->arena, "%012llu", strtoull(given, NULL, 10)); /* a number lost its zeros */
    if (!m2_str_empty(given))
        return given;
    const struct m2_call *c = m2_call_about(s, "sts", "GetCallerIdentity", NULL);
    const char *said = c ? m2_v_str(c->output, "Account") : NULL;
    return said ? said : from_arns(s, 4);
}

static void fill_region(struct m2_snapshot *s)
{
    if (s->region)
        return;
    for (size_t i = 0; i < s->n_calls && !s->region; i++)
        s->region = s->calls[i].region;
    if (!s->region)
        s->region = from_arns(s, 3);
    for (size_t i = 0; i < s->n_calls; i++)
        if (!s->calls[i].region)
            s->calls[i].region = s->region;
}

int m2_snapshot_from_value(struct m2_snapshot *out, struct m2_arena *a, struct m2_value *root,
                           const char *name, struct m2_err *err)
{
    if (check_schema(root, name, err) < 0)
        return -1;
    struct m2_snapshot s = { .arena = a, .root = root };
    s.tool = m2_v_str(root, "tool");
    s.region = m2_v_str(root, "region");
    if (m2_str_empty(s.region))
        s.region = NULL;
    s.collected_at = m2_v_str(root, "collected_at");
    if (s.collected_at)
        (void)m2_time_parse(&s.collected_ms, s.collected_at);
    s.redacted = m2_v_bool_or(root, "redacted", false);
    struct loading l = { .s = &s, .name = name, .err = err };
    if (read_calls(&l, root) < 0)
        return -1;
    m2_pages_join(&s);
    m2_index_make(&s);
    s.account = account_of(&s);
    fill_region(&s);
    if (m2_target_read(&s.target, a, m2_v_get(root, "target"), name, err) < 0)
        return -1;
    m2_target_complete(&s.target, &s);
    *out = s;
    return 0;
}

int m2_snapshot_load(struct m2_snapshot *out, struct m2_arena *a, const char *path, struct m2_err *err)
{
    struct m2_value *root = NULL;
    if (m2_json_read_file(&root, a, path, err) < 0)
        return -1;
    return m2_snapshot_from_value(out, a, root, path, err);
}
