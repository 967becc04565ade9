/* Does what is to be registered exist, and is it this account's? */
#include <string.h>

#include "analyze/names.h"
#include "analyze/storage/buckets.h"
#include "m2/aws.h"
#include "m2/deployment.h"
#include "m2/endpoint.h"

struct checking {
    struct m2_proofs *out;
    struct m2_arena *a;
    const struct m2_snapshot *s;
    const char *account; /* the caller's, or NULL */
    const struct m2_unit *u;
    struct m2_stackview view;
};

static const char *const names[M2_PROOF_COUNT] = { "ok", "noted", "unknown", "wrong" };

const char *m2_proof_name(enum m2_proof p)
{
    return names[p];
}

static void say(struct checking *c, enum m2_unit_field f, enum m2_proof p, const char *fmt, ...)
    M2_PRINTF(4, 5);

static void say(struct checking *c, enum m2_unit_field f, enum m2_proof p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const char *said = m2_arena_vprintf(c->a, fmt, ap);
    va_end(ap);
    m2_vec_push(c->a, &c->out->list, ((struct m2_proven){ f, p, said, false }));
    c->out->counts[p]++;
}

static void ok(struct checking *c, enum m2_unit_field f)
{
    m2_vec_push(c->a, &c->out->list, ((struct m2_proven){ f, M2_PROOF_OK, "", false }));
    c->out->counts[M2_PROOF_OK]++;
}

/* CALL (NULL: not made) does not tell. */
static void unknown(struct checking *c, enum m2_unit_field f, const struct m2_call *call, const char *why)
{
    say(c, f, M2_PROOF_UNKNOWN, "%s", why);
    c->out->list.at[c->out->list.len - 1].lost =
        call && call->status != M2_CALL_OK && call->http_status != 403 && !m2_aws_is_denied(call->code);
}

static void check_account(struct checking *c)
{
    const char *id = c->u->at[M2_UNIT_ACCOUNT];
    if (!m2_is_account_id(id))
        say(c, M2_UNIT_ACCOUNT, M2_PROOF_WRONG, "\"%s\" is not an account id; it has 12 digits.", id);
    else if (!c->account)
        unknown(c, M2_UNIT_ACCOUNT, m2_call_about(c->s, "sts", "GetCallerIdentity", NULL),
                "Whose credentials these are was not told (sts:GetCallerIdentity).");
    else if (!m2_str_eq(id, c->account))
        say(c, M2_UNIT_ACCOUNT, M2_PROOF_WRONG,
            "The unit is to be in account %s, but these credentials are of account %s.", id, c->account);
    else
        ok(c, M2_UNIT_ACCOUNT);
}

static void check_region(struct checking *c)
{
    if (m2_region_valid(c->u->at[M2_UNIT_REGION]))
        ok(c, M2_UNIT_REGION);
    else
        say(c, M2_UNIT_REGION, M2_PROOF_WRONG, "\"%s\" is not a region; it is a name such as us-east-1.",
            c->u->at[M2_UNIT_REGION]);
}

/* ARN of SERVICE, in the unit's account and region; false after saying what is wrong. */
static bool arn_fits(struct checking *c, enum m2_unit_field f, const char *service, const char *prefix,
                     bool regional)
{
    const char *arn = c->u->at[f], *account = c->u->at[M2_UNIT_ACCOUNT], *region = c->u->at[M2_UNIT_REGION];
    const char *resource = m2_arn_part(c->a, arn, M2_ARN_RESOURCE);
    const char *own = m2_arn_part(c->a, arn, M2_ARN_ACCOUNT), *place = m2_arn_part(c->a, arn, M2_ARN_REGION);
    if (!resource || !m2_str_eq(m2_arn_part(c->a, arn, M2_ARN_SERVICE), service) ||
        !m2_str_starts(resource, prefix) || !resource[strlen(prefix)])
        say(c, f, M2_PROOF_WRONG, "\"%s\" is not the ARN of a %s; it looks like arn:aws:%s:%s:%s:%sNAME.",
            arn, m2_unit_rows()[f].label, service, regional ? m2_str_or(region, "REGION") : "",
            m2_str_or(account, "ACCOUNT"), prefix);
    else if (account && !m2_str_eq(own, account))
        say(c, f, M2_PROOF_WRONG, "%s is of account %s, not of account %s.", arn, own, account);
    else if (regional && region && !m2_str_eq(place, region))
        say(c, f, M2_PROOF_WRONG, "%s is in region %s, not in %s; give --region %s, or another stack.", arn,
            place, region, place);
    else
        return true;
    return false;
}

static void check_state_machine(struct checking *c)
{
    const char *arn = c->u->at[M2_UNIT_STATE_MACHINE];
    if (!arn_fits(c, M2_UNIT_STATE_MACHINE, "states", "stateMachine:", true))
        return;
    struct m2_look look = m2_look_output(c->s, "stepfunctions", "DescribeStateMachine", arn);
    if (look.seen == M2_ABSENT)
        say(c, M2_UNIT_STATE_MACHINE, M2_PROOF_WRONG, "The state machine %s does not exist.", arn);
    else if (look.seen == M2_UNSEEN)
        unknown(c, M2_UNIT_STATE_MACHINE, look.call, look.why);
    else if (m2_str_eq(m2_v_str(look.item, "status"), "DELETING"))
        say(c, M2_UNIT_STATE_MACHINE, M2_PROOF_WRONG, "The state machine %s is being deleted.", arn);
    else
        ok(c, M2_UNIT_STATE_MACHINE);
}

static void check_bucket(struct checking *c, enum m2_unit_field f)
{
    struct m2_bucket b = { .name = c->u->at[f] };
    for (size_t i = 0; i < c->view.resources.len; i++) {
        const struct m2_resource *r = &c->view.resources.at[i];
        b.in_stack =
            b.in_stack || (m2_str_eq(r->type, "AWS::S3::Bucket") && m2_str_eq(r->physical_id, b.name) &&
                           !m2_str_eq(r->status, "DELETE_COMPLETE"));
    }
    m2_bucket_look(&b, c->a, c->s);
    const char *region = c->u->at[M2_UNIT_REGION];
    if (b.missing)
        say(c, f, M2_PROOF_WRONG, "The bucket %s does not exist.", b.name);
    else if (m2_is_cloudmrhub_bucket(b.name))
        say(c, f, M2_PROOF_NOTED,
            "The bucket %s is CloudMRHub's: what jobs read or write there does not stay in your account.",
            b.name);
    else if (b.owner == M2_OWNER_OTHER)
        say(c, f, M2_PROOF_WRONG, "The bucket %s belongs to another account.", b.name);
    else if (b.region && region && !m2_str_eq(b.region, region))
        say(c, f, M2_PROOF_WRONG, "The bucket %s is in region %s, not in %s.", b.name, b.region, region);
    else if (b.owner == M2_OWNER_UNKNOWN)
        unknown(c, f, b.head, m2_look_why(c->a, "s3:ListBucket", b.head));
    else
        ok(c, f);
}

static void check_role(struct checking *c)
{
    const char *arn = c->u->at[M2_UNIT_ROLE], *id = c->u->at[M2_UNIT_EXTERNAL_ID];
    if (!arn_fits(c, M2_UNIT_ROLE, "iam", "role/", false))
        return;
    const char *name = strrchr(arn, '/') + 1;
    struct m2_look look = m2_look_output(c->s, "iam", "GetRole", name);
    const char *real = look.seen == M2_SEEN ? m2_v_pstr(look.item, "Role.Arn") : NULL;
    const char *asked =
        look.seen == M2_SEEN
            ? m2_deployment_external_id(c->a, m2_v_path(look.item, "Role.AssumeRolePolicyDocument"))
            : NULL;
    if (look.seen == M2_ABSENT)
        say(c, M2_UNIT_ROLE, M2_PROOF_WRONG, "The role %s does not exist.", arn);
    else if (look.seen == M2_UNSEEN)
        unknown(c, M2_UNIT_ROLE, look.call, look.why);
    else if (real && !m2_str_eq(real, arn))
        say(c, M2_UNIT_ROLE, M2_PROOF_WRONG, "The role is %s, not %s.", real, arn);
    else
        ok(c, M2_UNIT_ROLE);
    if (asked && !m2_str_eq(asked, m2_str_or(id, "")))
        say(c, M2_UNIT_EXTERNAL_ID, M2_PROOF_WRONG,
            "The role %s asks for the external id \"%s\", not \"%s\".", name, asked, m2_str_or(id, ""));
    else if (look.seen == M2_SEEN)
        ok(c, M2_UNIT_EXTERNAL_ID);
    else if (!id && look.seen == M2_UNSEEN)
        unknown(
            c, M2_UNIT_EXTERNAL_ID, look.call,
            m2_arena_printf(c->a, "Whether the role %s asks for an external id could not be read.", name));
}

static void check_one(struct checking *c, enum m2_unit_field f)
{
    switch ((int)f) {
    case M2_UNIT_ACCOUNT:
        check_account(c);
        break;
    case M2_UNIT_REGION:
        check_region(c);
        break;
    case M2_UNIT_STATE_MACHINE:
        check_state_machine(c);
        break;
    case M2_UNIT_RESULTS:
    case M2_UNIT_FAILED:
    case M2_UNIT_DATA:
        check_bucket(c, f);
        break;
    case M2_UNIT_ROLE:
        check_role(c);
        break;
    default: /* the others name nothing in AWS */
        break;
    }
}

void m2_deployment_check(struct m2_proofs *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const char *account, const struct m2_unit *u)
{
    *out = (struct m2_proofs){ .counts = { 0 } };
    struct checking c = { .out = out, .a = a, .s = s, .account = account, .u = u };
    m2_stackview_make(&c.view, a, s);
    for (int f = 0; f < M2_UNIT_FIELDS; f++)
        if (!m2_str_empty(u->at[f]))
            check_one(&c, (enum m2_unit_field)f);
}
