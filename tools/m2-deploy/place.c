/* Where tasks run, which images, which parameters: what the options say, else the best there is. */
#include <stdlib.h>
#include <string.h>

#include "deploy.h"
#include "m2/collect.h"
#include "m2/digest.h"
#include "m2/report.h"

#define MOST_VPCS 4 /* besides the first that are read */
#define MOST_SHOWN 9

/* ---- the choice ---- */

static struct m2_placement_wish wish_of(const struct deploy *d)
{
    const struct deploy_args *x = d->args;
    return (struct m2_placement_wish){ .vpc = x->vpc,
                                       .subnets = x->subnet.v.at,
                                       .n_subnets = x->subnet.v.len,
                                       .groups = x->security_group.v.at,
                                       .n_groups = x->security_group.v.len,
                                       .public_ip =
                                           x->assign_public_ip ? m2_str_eq(x->assign_public_ip, "yes") : -1 };
}

static bool is_offered(const struct deploy *d, const char *vpc)
{
    for (size_t i = 0; i < d->offers.list.len; i++)
        if (m2_str_eq(d->offers.list.at[i].vpc, vpc))
            return true;
    return false;
}

static const struct m2_value *all_vpcs(struct deploy *d)
{
    struct m2_value *out = NULL;
    struct m2_err none = { 0 };
    const struct m2_aws_call call = { .service = "ec2", .operation = "DescribeVpcs" };
    return m2_aws_fetch(&out, d->arena, d->v.session.aws, &call, &none) == 0 ? m2_v_get(out, "Vpcs") : NULL;
}

struct reading {
    const char *vpc;
    struct m2_snapshot *snap;
};

/* Others than those in the first reading: when nothing good is there, or somebody is asked. */
static int read_others(struct reading *others, size_t *n, struct deploy *d, const char *const *checks,
                       struct m2_err *err)
{
    const struct m2_value *vpc, *vpcs = all_vpcs(d);
    const struct m2_placement_wish w = wish_of(d);
    m2_v_each(vpc, i, vpcs)
    {
        const char *id = m2_v_str(vpc, "VpcId");
        if (!id || is_offered(d, id) || *n == MOST_VPCS)
            continue;
        struct reading *r = &others[(*n)++];
        *r = (struct reading){ id, m2_arena_alloc(d->arena, sizeof *r->snap) };
        if (deploy_collect(r->snap, d, checks, id, err) < 0 ||
            m2_placements_add(&d->offers, d->arena, r->snap, &w, err) < 0)
            return -1;
    }
    return 0;
}

static const char *verdict_of(struct m2_arena *a, const struct m2_placement *p)
{
    if (p->counts[M2_FAIL])
        return m2_arena_printf(a, "does not work: %s", m2_str_or(p->worst, ""));
    if (p->counts[M2_UNKNOWN] || p->counts[M2_WARN])
        return m2_arena_printf(a, "%s: %s", p->counts[M2_UNKNOWN] ? "not certain" : "works, with a warning",
                               m2_str_or(p->worst, ""));
    return "works";
}

static void show_offers(struct deploy *d, size_t n)
{
    enum { INDENT = 5 };
    int width = d->world.term.width > 40 ? d->world.term.width : 80;
    struct m2_buf b;
    deploy_say(d, "\nWhere shall the tasks of large jobs run? Best first:\n");
    for (size_t i = 0; i < n; i++) {
        m2_buf_init(&b, 10000);
        m2_buf_addf(&b, "%*zu  ", INDENT - 2, i + 1);
        m2_wrap(&b, m2_placement_text(d->arena, &d->offers.list.at[i]), INDENT, INDENT, (size_t)width, false);
        m2_buf_addf(&b, "\n%*s", INDENT, "");
        m2_wrap(&b, verdict_of(d->arena, &d->offers.list.at[i]), INDENT, INDENT, (size_t)width, false);
        deploy_say(d, "%s\n", m2_arena_strndup(d->arena, b.data, b.len));
        m2_buf_free(&b);
    }
}

static void note_one_zone(struct deploy *d)
{
    const struct m2_placement *p = d->place;
    for (size_t i = 1; i < p->n_subnets; i++)
        if (!m2_str_eq(p->zones[i], p->zones[0]))
            return;
    verify_note(
        &d->v,
        "All tasks run in one zone%s%s: while it has no capacity, large jobs do not start. A subnet of "
        "another zone helps: --subnet %s --subnet ANOTHER.",
        m2_str_empty(p->zones[0]) ? "" : ", ", m2_str_or(p->zones[0], ""), p->subnets[0]);
}

/* Without a terminal or with --yes: the best, and it is said which. */
static int choose(struct deploy *d, struct m2_err *err)
{
    size_t n = d->offers.list.len < MOST_SHOWN ? d->offers.list.len : MOST_SHOWN;
    const char *typed = NULL;
    struct m2_err asked = { 0 };
    uint64_t number = 1;
    bool open = n > 1 && !d->args->yes && d->world.term.err_tty;
    if (open) {
        show_offers(d, n);
        if (m2_prompt_line(&typed, d->arena, "Number [1]: ", &asked) < 0 && asked.code != M2_EUSAGE)
            return m2_fail(err, asked.code, "%s; nothing was made", asked.msg);
        if (!m2_str_empty(typed) && m2_parse_u64(&number, typed, 1, n, "the number", err) < 0)
            return -1;
    }
    d->place = &d->offers.list.at[number - 1];
    if (!typed) {
        const char *verdict = verdict_of(d->arena, d->place); /* a reason is a sentence of its own */
        verify_note(&d->v, "Tasks run in %s: %s%s", m2_placement_text(d->arena, d->place), verdict,
                    m2_str_ends(verdict, ".") ? "" : ".");
    }
    note_one_zone(d);
    return 0;
}

/* Why the subnets that were named make no place: one is not there, or they are of two VPCs. */
static int bad_subnets(struct deploy *d, const struct m2_snapshot *s, struct m2_err *err)
{
    const struct m2_strlist *named = &d->args->subnet;
    const char *first = NULL, *first_vpc = NULL;
    for (size_t i = 0; i < named->v.len; i++) {
        const char *id = named->v.at[i];
        const struct m2_look look = m2_look_item(s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", id);
        const char *vpc = m2_v_str(look.item, "VpcId");
        if (look.seen == M2_ABSENT)
            return m2_fail(
                err, M2_EUSAGE,
                "--subnet %s: there is no such subnet in this account and region; nothing was made", id);
        if (look.seen == M2_UNSEEN)
            return m2_fail(
                err, M2_EDENIED,
                "--subnet %s may not be seen: %s Name --vpc and --security-group too, and it is taken as "
                "named; nothing was made",
                id, m2_str_or(look.why, ""));
        if (first && !m2_str_eq(vpc, first_vpc))
            return m2_fail(
                err, M2_EUSAGE,
                "--subnet %s is of VPC %s, and %s is of %s: tasks run in subnets of one VPC; nothing was "
                "made",
                first, m2_str_or(first_vpc, "?"), id, m2_str_or(vpc, "?"));
        first = id;
        first_vpc = vpc;
    }
    return m2_fail(err, M2_EUSAGE, "--subnet %s is not of the VPC %s that is named; nothing was made",
                   named->v.at[0], m2_str_or(d->args->vpc, "?"));
}

static int nothing_offered(struct deploy *d, const struct m2_snapshot *s, struct m2_err *err)
{
    const struct deploy_args *x = d->args;
    if (x->subnet.v.len)
        return bad_subnets(d, s, err);
    if (x->vpc)
        return m2_fail(
            err, M2_EUSAGE,
            "--vpc %s: there is no such VPC with subnets in this account and region; nothing was made",
            x->vpc);
    return m2_fail(err, M2_EUSAGE,
                   "there is no VPC with subnets that may be seen in this region: make one (aws ec2 "
                   "create-default-vpc), or name one with --vpc and --subnet; nothing was made");
}

/* Who may not look at the network, and names all of it, is taken at his word. */
static bool take_as_named(struct deploy *d, const struct m2_snapshot *s)
{
    const struct deploy_args *x = d->args;
    if (!x->vpc || !x->subnet.v.len || !x->security_group.v.len || x->subnet.v.len > M2_PLACEMENT_SUBNETS)
        return false;
    struct m2_placement p = { .vpc = x->vpc,
                              .vpc_name = "",
                              .group = x->security_group.v.at[0],
                              .group_name = "",
                              .public_ip = !m2_str_eq(x->assign_public_ip, "no") };
    for (size_t i = 0; i < x->subnet.v.len; i++) {
        const char *id = x->subnet.v.at[i];
        if (m2_look_item(s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", id).seen != M2_UNSEEN)
            return false;
        p.zones[p.n_subnets] = "";
        p.subnets[p.n_subnets++] = id;
    }
    for (size_t i = 0; i < x->security_group.v.len; i++)
        m2_vec_push(d->arena, &p.groups, x->security_group.v.at[i]);
    m2_vec_push(d->arena, &d->offers.list, p);
    d->place = &d->offers.list.at[0];
    verify_note(&d->v, "Whether %s fit together may not be seen: they are taken as named.",
                m2_placement_text(d->arena, d->place));
    return true;
}

int deploy_place(const struct m2_snapshot **chosen, struct deploy *d, const struct m2_snapshot *snap,
                 const char *const *checks, struct m2_err *err)
{
    const struct deploy_args *x = d->args;
    const struct m2_placement_wish w = wish_of(d);
    struct reading others[MOST_VPCS];
    size_t n = 0;
    if (m2_placements_add(&d->offers, d->arena, snap, &w, err) < 0)
        return -1;
    m2_placements_rank(&d->offers);
    bool good = d->offers.list.len && !d->offers.list.at[0].counts[M2_FAIL];
    bool ask = !x->yes && d->world.term.err_tty;
    if (!x->vpc && !x->subnet.v.len && !x->security_group.v.len && (!good || ask) &&
        read_others(others, &n, d, checks, err) < 0)
        return -1;
    m2_placements_rank(&d->offers);
    *chosen = snap;
    if (!d->offers.list.len && take_as_named(d, snap))
        return 0;
    if (!d->offers.list.len || (x->subnet.v.len && d->offers.list.at[0].n_subnets < x->subnet.v.len))
        return nothing_offered(d, snap, err);
    if (choose(d, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (m2_str_eq(others[i].vpc, d->place->vpc))
            *chosen = others[i].snap;
    return 0;
}

/* ---- parameters ---- */

static void wish(struct deploy *d, const char *key, const char *value, const char *from, bool must)
{
    const struct m2_deploy_wish w = { key, value, from, must };
    m2_vec_push(d->arena, &d->wishes, w);
}

static const char *joined(struct m2_arena *a, const char *const *ids, size_t n)
{
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        text = m2_arena_printf(a, "%s%s%s", text, i ? "," : "", ids[i]);
    return text;
}

static void wish_place(struct deploy *d)
{
    const struct m2_placement *p = d->place;
    static const char from[] = "the choice of place";
    if (!p)
        return;
    wish(d, "VpcId", p->vpc, from, false);
    wish(d, "SubnetIds", joined(d->arena, p->subnets, p->n_subnets), from, false);
    wish(d, "SubnetId1", p->subnets[0], from, false); /* of upstream's template */
    wish(d, "SubnetId2", p->subnets[p->n_subnets > 1], from, false);
    wish(d, "SecurityGroupIds", joined(d->arena, p->groups.at, p->groups.len), from, false);
    wish(d, "AssignPublicIp", p->public_ip ? "ENABLED" : "DISABLED", from, false);
}

/* What the run that is continued had settled; what is said now goes over it. */
static void wish_earlier(struct deploy *d)
{
    const struct m2_value *parameters = m2_v_get(d->earlier, "parameters");
    for (size_t i = 0; i < m2_v_len(parameters); i++)
        wish(d, parameters->u.object.at[i].key, m2_v_text(parameters->u.object.at[i].value),
             "the run that is continued", false);
}

static bool is_continued(const struct deploy *d)
{
    return d->args->resume && d->earlier;
}

/* A tag is resolved when the image is first deployed or named; an update does not move it by itself. */
static void wish_image(struct deploy *d, const struct m2_snapshot *s, const char *key, const char *what,
                       const char *said)
{
    const char *tag = d->args->image_tag;
    bool fresh = d->state->act != M2_DEPLOY_UPDATE && !is_continued(d);
    if (!said && !tag && !fresh)
        return;
    const char *uri = said ? said : m2_deploy_image(d->arena, what, tag);
    if (!said && !tag) { /* the template may have a default of its own */
        const char *usual = m2_v_str(m2_v_get(m2_v_get(d->template.root, "Parameters"), key), "Default");
        uri = m2_str_or(usual, uri);
    }
    const char *pinned = m2_deploy_pinned(d->arena, s, uri);
    if (!pinned && !strchr(uri, '@'))
        verify_note(&d->v, "The digest of %s may not be read: it is deployed by its tag, which may move.",
                    uri);
    const char *from = said     ? m2_arena_printf(d->arena, "--%s-image", what)
                       : pinned ? "the image's digest"
                                : "CloudMR's image";
    wish(d, key, m2_str_or(pinned, uri), from, said || tag);
}

static const char *random_id(struct deploy *d)
{
    unsigned char bytes[16];
    char *hex = m2_arena_alloc(d->arena, 2 * sizeof bytes + 1);
    d->v.world->sys->random(d->v.world->sys->ctx, bytes, sizeof bytes);
    m2_hex(hex, bytes, sizeof bytes);
    return hex;
}

static void wish_external_id(struct deploy *d)
{
    const char *said = d->args->external_id, *env = m2_env(d->v.world->sys, "EXTERNAL_ID");
    if (said)
        wish(d, "ExternalId", said, "--external-id", true);
    else if (env)
        wish(d, "ExternalId", m2_arena_strdup(d->arena, env), "environment EXTERNAL_ID", false);
    else if (d->state->act != M2_DEPLOY_UPDATE)
        wish(d, "ExternalId",
             m2_str_or(m2_v_str(m2_v_get(d->earlier, "parameters"), "ExternalId"), random_id(d)),
             "made at random", false);
}

static int wish_named(struct deploy *d, struct m2_err *err)
{
    const struct m2_strlist *list = &d->args->parameter;
    for (size_t i = 0; i < list->v.len; i++) {
        const char *value = NULL, *key = m2_str_cut(d->arena, list->v.at[i], '=', &value);
        if (!value || !*key)
            return m2_fail(err, M2_EUSAGE, "--parameter: \"%s\" is not KEY=VALUE, such as FargateCpu=8192",
                           list->v.at[i]);
        wish(d, key, value, "--parameter", true);
    }
    return 0;
}

int deploy_settle(struct deploy *d, struct m2_err *err)
{
    bool updates = d->state->act == M2_DEPLOY_UPDATE;
    return m2_deploy_parameters(&d->parameters, d->arena, d->template.root, d->wishes.at, d->wishes.len,
                                updates ? m2_v_get(d->view.root, "Parameters") : NULL, err);
}

int deploy_wishes(struct deploy *d, const struct m2_snapshot *snap, struct m2_err *err)
{
    const struct deploy_args *x = d->args;
    if (is_continued(d))
        wish_earlier(d);
    wish_place(d);
    wish_image(d, snap, "LambdaImageUri", "lambda", x->lambda_image);
    wish_image(d, snap, "FargateImageUri", "fargate", x->fargate_image);
    wish(d, "DataBucketName", x->data_bucket, "--data-bucket", true);
    wish(d, "ResultsBucketName", x->results_bucket, "--results-bucket", true);
    wish(d, "FailedBucketName", x->failed_bucket, "--failed-bucket", true);
    wish_external_id(d);
    return wish_named(d, err);
}
