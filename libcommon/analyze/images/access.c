/*
 * May Lambda and Fargate read the images? A repository of the own account needs no policy for roles of that
 * account; Lambda reads as a service and adds its own statement when the function is made by somebody who may
 * set the policy. A repository of another account must name this account and, for Lambda, the service.
 * Source: AWS Lambda Developer Guide (images), Amazon ECR User Guide.
 */
#include "analyze/images/images.h"

#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "m2/aws.h"
#include "m2/json.h"
#include "m2/policy.h"
#include "m2/str.h"

static const char *const pull_actions[] = { "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer" };

enum reader { READER_ACCOUNT, READER_LAMBDA };

static const char *execution_role(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    struct m2_look task = m2_view_task_definition(&view, r->arena, r->snap);
    const char *arn = m2_v_str(task.item, "executionRoleArn");
    return m2_str_starts(arn, "arn:") ? arn : NULL;
}

/* Who asks: Lambda, for functions of this account; or the role that pulls, as far as it is known. */
static void ask_as(struct m2_policy_request *req, struct m2_context_key context[2], struct m2_check_run *r,
                   enum reader reader, const struct m2_job_image *im)
{
    const char *own = m2_own_account(r->snap), *partition = m2_region_partition(im->parts.region);
    const char **account = m2_arena_new_array(r->arena, const char *, 2),
               **arn = m2_arena_new_array(r->arena, const char *, 2);
    account[0] = own;
    arn[0] =
        m2_str_starts(im->resource, "arn:")
            ? im->resource
            : m2_arena_printf(r->arena, "arn:%s:lambda:%s:%s:function:%s", partition,
                              m2_str_or(im->used_in, "*"), m2_str_or(own, "*"), m2_str_or(im->resource, "*"));
    context[0] = (struct m2_context_key){ "aws:SourceAccount", own ? M2_KEY_KNOWN : M2_KEY_UNKNOWN, account };
    context[1] = (struct m2_context_key){ "aws:SourceArn", M2_KEY_LIKE, arn };
    req->account = own;
    req->resource_account = im->parts.account;
    if (reader == READER_ACCOUNT && !m2_str_eq(im->what, "Lambda"))
        req->principal = execution_role(r);
    if (reader == READER_LAMBDA) {
        req->service = "lambda.amazonaws.com";
        req->context = context;
        req->n_context = 2;
    }
}

/* What the repository's policy says; the reader's own policies are judged elsewhere. */
static void may_read(struct m2_verdict *worst, struct m2_check_run *r, const struct m2_call *c,
                     const struct m2_value *document, enum reader reader, const struct m2_job_image *im)
{
    struct m2_context_key context[2];
    struct m2_policies all = { 0 };
    struct m2_policy everything = { .kind = M2_POLICY_IDENTITY,
                                    .document = m2_v_string(r->arena, M2_POLICY_EVERYTHING) },
                     policy = { .kind = M2_POLICY_RESOURCE,
                                .name = "the repository's policy",
                                .document = document,
                                .call = c,
                                .path = "policyText" };
    struct m2_policy_request req = { .resource = m2_arena_printf(r->arena, "arn:%s:ecr:%s:%s:repository/%s",
                                                                 m2_region_partition(im->parts.region),
                                                                 im->parts.region, im->parts.account,
                                                                 im->parts.repository) };
    m2_vec_push(r->arena, &all.list, everything);
    m2_vec_push(r->arena, &all.list, policy);
    ask_as(&req, context, r, reader, im);
    *worst = (struct m2_verdict){ .decision = M2_ALLOWED };
    for (size_t k = 0; k < sizeof pull_actions / sizeof pull_actions[0]; k++) {
        struct m2_verdict one = { 0 };
        req.action = pull_actions[k];
        m2_policy_evaluate(&one, r->arena, &all, &req);
        if (one.decision < worst->decision)
            *worst = one;
    }
}

static const struct m2_call *policy_call(const struct m2_check_run *r, const struct m2_job_image *im)
{
    const struct m2_call *best = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "ecr", "GetRepositoryPolicy", c));)
        if (m2_asks_repository(r, c, im) && (!best || c->status == M2_CALL_OK))
            best = c;
    return best;
}

/* ---- what a pull by the caller showed ---- */

/* Was the caller denied anything that no other account has a say in? */
static bool caller_lacks_rights(const struct m2_check_run *r)
{
    for (size_t i = 0; i < r->snap->n_calls; i++) {
        const struct m2_call *c = &r->snap->calls[i];
        if (c->status == M2_CALL_ERROR && m2_aws_is_denied(c->code) && !m2_str_eq(c->service, "ecr") &&
            !m2_str_eq(c->service, "s3") && !m2_str_eq(c->service, "registry"))
            return true;
    }
    return false;
}

static bool refused_by_repository(const struct m2_check_run *r, const struct m2_call *c,
                                  const struct m2_job_image *im)
{
    bool foreign = !m2_str_eq(im->parts.account, m2_own_account(r->snap));
    if (!m2_pull_is_denied(c) || m2_str_has_ci(c->message, "no identity-based policy"))
        return false;
    if (m2_str_has_ci(c->message, "resource-based policy"))
        return true;
    /* Without a reason the caller's own missing right and a closed repository look the same. */
    return foreign && !m2_str_has_ci(c->message, "service control") &&
           (m2_str_has_ci(c->message, "because") || !caller_lacks_rights(r));
}

/* Outside ECR a task logs in with the credentials that its definition names, else not at all. */
static bool task_logs_in(const struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_look t = m2_look_output(r->snap, "ecs", "DescribeTaskDefinition", im->resource);
    return im->resource && m2_v_path(t.item, "taskDefinition.containerDefinitions[0].repositoryCredentials");
}

/* Is C a registry's own no? A bare 403 may be any web server's: of a CDN that blobs come from, of a proxy. */
static bool says_no(const struct m2_call *c, const struct m2_image_pull *p)
{
    return c != p->config && (c->http_status == 401 || m2_str_eq_ci(c->code, "UNAUTHORIZED") ||
                              m2_str_eq_ci(c->code, "DENIED"));
}

/* Would the task be refused as the caller was by C? A token that ECR refused says nothing about the image. */
static bool refuses_the_job(const struct m2_check_run *r, const struct m2_call *c,
                            const struct m2_image_pull *p, const struct m2_job_image *im)
{
    if (im->parts.ecr)
        return c != p->token && refused_by_repository(r, c, im);
    bool as_somebody =
        p->token && p->token->status == M2_CALL_OK && m2_v_bool_or(p->token->output, "credentials", false);
    return says_no(c, p) && !as_somebody && !task_logs_in(r, im);
}

/* The refusal of a pull; *CERTAIN when the job itself would be refused, too. */
static const struct m2_call *pull_denied(const struct m2_check_run *r, const struct m2_job_image *im,
                                         bool *certain)
{
    static const char *const operations[] = { "BatchGetImage", "GetDownloadUrlForLayer" };
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, m2_image_architecture(r, im));
    const struct m2_call *stopped = m2_pull_stopped(&p);
    bool denied = stopped && stopped->status == M2_CALL_ERROR && m2_pull_is_denied(stopped);
    *certain = denied && refuses_the_job(r, stopped, &p, im);
    if (*certain)
        return stopped;
    for (size_t k = 0; k < sizeof operations / sizeof operations[0]; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "ecr", operations[k], c));)
            if (c->status == M2_CALL_ERROR && m2_asks_repository(r, c, im) &&
                refused_by_repository(r, c, im)) {
                *certain = true;
                return c;
            }
    return denied ? stopped : NULL;
}

static bool was_pulled(const struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, m2_image_architecture(r, im));
    return p.manifest && m2_v_get(p.manifest->output, "schemaVersion") && !m2_pull_stopped(&p);
}

/* ---- judging ---- */

static struct m2_finding *lacks(struct m2_check_run *r, const struct m2_job_image *im, enum m2_status status,
                                const char *cause, const struct m2_call *c)
{
    struct m2_finding *f = m2_found(r, status, im->what, cause);
    m2_found_evidence(r, f, c, c && c->status == M2_CALL_OK ? "policyText" : "",
                      c ? m2_v_get(c->output, "policyText") : NULL);
    m2_found_about_image(r, f, im);
    m2_found_command(r, f, "aws ecr get-repository-policy --registry-id %s --repository-name %s --region %s",
                     m2_word(r->arena, im->parts.account), m2_word(r->arena, im->parts.repository),
                     m2_word(r->arena, im->parts.region));
    return f;
}

/* POLICY (or none) with the statement that Lambda's guide asks for, ready to paste: setting a policy replaces
 * the one that is there. */
static void add_policy_command(struct m2_check_run *r, struct m2_finding *f, const struct m2_job_image *im,
                               const struct m2_value *policy)
{
    struct m2_arena *a = r->arena;
    struct m2_value *whole = policy ? m2_v_copy(a, policy) : m2_v_object_of(a, "Version", "2012-10-17", NULL);
    struct m2_value *statement =
        m2_v_object_of(a, "Sid", "LambdaECRImageRetrievalPolicy", "Effect", "Allow", NULL);
    struct m2_value *statements = m2_v_array(a), *actions = m2_v_array(a);
    for (size_t i = 0; i < m2_policy_statements(policy); i++)
        m2_v_push(a, statements, m2_v_copy(a, m2_policy_statement(policy, i)));
    m2_v_push(a, actions, m2_v_string(a, "ecr:BatchGetImage"));
    m2_v_push(a, actions, m2_v_string(a, "ecr:GetDownloadUrlForLayer"));
    m2_v_set(a, statement, "Principal", m2_v_object_of(a, "Service", "lambda.amazonaws.com", NULL));
    m2_v_set(a, statement, "Action", actions);
    m2_v_push(a, statements, statement);
    m2_v_set(a, whole, "Statement", statements);
    m2_found_command(r, f, "aws ecr set-repository-policy --repository-name %s --policy-text %s --region %s",
                     m2_word(a, im->parts.repository), m2_word(a, m2_json_text(a, whole)),
                     m2_word(a, im->parts.region));
}

static bool function_was_refused(const struct m2_check_run *r)
{
    struct m2_job_functions all = { 0 };
    m2_job_functions(&all, r->arena, r->snap);
    for (size_t i = 0; i < all.list.len; i++)
        if (m2_str_eq(m2_v_str(all.list.at[i].config, "StateReasonCode"), "ImageAccessDenied") ||
            m2_str_eq(m2_v_str(all.list.at[i].config, "LastUpdateStatusReasonCode"), "ImageAccessDenied"))
            return true;
    return false;
}

static void not_sure(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                     const struct m2_verdict *v)
{
    struct m2_finding *f = lacks(r, im, M2_UNKNOWN, NULL, c);
    m2_found_detail(r, f, "Whether the policy of repository %s lets the image be read cannot be told: %s.",
                    im->parts.repository, m2_verdict_text(r->arena, v));
}

static void own_lambda(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                       const struct m2_value *policy, bool none)
{
    bool refused = function_was_refused(r);
    struct m2_verdict v = { .decision = M2_ALLOWED };
    if (policy)
        may_read(&v, r, c, policy, READER_LAMBDA, im);
    if ((none && refused) || v.decision == M2_DENIED) {
        struct m2_finding *f = lacks(r, im, M2_FAIL, "image.policy-lacks-lambda-service", c);
        m2_found_detail(r, f, "The policy of repository %s does not let the Lambda service read it%s",
                        im->parts.repository,
                        refused
                            ? ", and Lambda reports that it may not read the image."
                            : ". Lambda adds the statement itself only when whoever makes the function "
                              "may set this policy; a function that exists runs on with Lambda's own copy "
                              "until it is updated.");
        /* Beside a Deny an Allow changes nothing; what is redacted names nobody. */
        if ((none || !v.by_deny) && !r->snap->redacted)
            add_policy_command(r, f, im, policy);
    } else if (v.decision == M2_CANNOT_TELL) {
        not_sure(r, im, c, &v);
    } else if (none) {
        m2_found_pass(r, im->what,
                      "The repository is in this account and has no policy; Lambda adds its own statement.");
    } else {
        m2_found_pass(r, im->what, "The repository's policy lets the Lambda service read it.");
    }
}

/* In one account a policy of the repository is not needed, but it can deny. */
static void own_fargate(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                        const struct m2_value *policy)
{
    struct m2_verdict v = { .decision = M2_ALLOWED };
    if (policy)
        may_read(&v, r, c, policy, READER_ACCOUNT, im);
    if (v.decision == M2_DENIED) {
        struct m2_finding *f = lacks(r, im, M2_FAIL, "image.policy-lacks-account", c);
        m2_found_detail(r, f, "The policy of repository %s keeps the task's execution role out: %s.",
                        im->parts.repository, m2_verdict_text(r->arena, &v));
    } else if (v.decision == M2_CANNOT_TELL) {
        not_sure(r, im, c, &v);
    } else {
        m2_found_pass(r, im->what, "The repository is in this account: the task's execution role is enough.");
    }
}

static void own_repository(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                           const struct m2_value *policy)
{
    bool none = c && c->status == M2_CALL_ERROR && m2_str_eq(c->code, "RepositoryPolicyNotFoundException");
    if (!none && !policy)
        m2_image_unseen(r, im, c, "ecr:GetRepositoryPolicy");
    else if (m2_str_eq(im->what, "Lambda"))
        own_lambda(r, im, c, policy, none);
    else
        own_fargate(r, im, c, policy);
}

/* Has Lambda itself read the image? An active function runs on the copy that Lambda made of it. */
static bool lambda_has_read(const struct m2_check_run *r, const struct m2_job_image *im)
{
    struct m2_look f = m2_look_output(r->snap, "lambda", "GetFunction", im->resource);
    const char *updated = m2_v_pstr(f.item, "Configuration.LastUpdateStatus");
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    /* Without the stack nobody knows whether this is the function of the jobs. */
    return view.state == M2_STACK_THERE && m2_str_eq(im->what, "Lambda") && im->resource &&
           m2_str_eq(m2_v_pstr(f.item, "Configuration.State"), "Active") &&
           (!updated || m2_str_eq(updated, "Successful")) &&
           m2_str_eq(m2_v_pstr(f.item, "Code.ImageUri"), im->uri);
}

static bool a_pull_tells(const struct m2_check_run *r, const struct m2_job_image *im)
{
    return was_pulled(r, im) || lambda_has_read(r, im);
}

/* Nobody but the owner reads the policy: what the pull showed, by the caller or by Lambda. */
static void judge_by_pull(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *denied)
{
    bool lambda = m2_str_eq(im->what, "Lambda"), pulled = was_pulled(r, im);
    if (lambda_has_read(r, im)) {
        m2_found_pass(r, im->what,
                      "Lambda has read %s: the function that is made of it is active. Account %s alone reads "
                      "the repository's policy.",
                      im->uri, im->parts.account);
        return;
    }
    if (!lambda && pulled) {
        m2_found_pass(
            r, im->what,
            "Account %s handed %s out to you. A policy that names single roles, not your account, could "
            "still refuse the task's.",
            im->parts.account, im->uri);
        return;
    }
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
    if (denied)
        m2_found_detail(r, f,
                        "You yourself were refused %s (%s: %s), which says nothing of %s. Only account %s "
                        "reads its repository's policy.",
                        im->uri, m2_str_or(denied->code, ""), m2_str_or(denied->message, ""),
                        lambda ? "the Lambda service" : "the role that the job pulls with",
                        im->parts.account);
    else if (pulled)
        m2_found_detail(r, f,
                        "Account %s handed %s out to you; whether Lambda may read it, too, the repository's "
                        "policy tells, which only that account reads.",
                        im->parts.account, im->uri);
    else
        m2_found_detail(r, f,
                        "Repository %s belongs to account %s, and only that account reads its policy; a pull "
                        "or the first job shows whether yours may read the image.",
                        im->parts.repository, im->parts.account);
    m2_found_about(r, f, im->uri);
}

static void foreign_repository(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *c,
                               const struct m2_value *policy, const struct m2_call *denied)
{
    bool lambda = m2_str_eq(im->what, "Lambda");
    bool none = c && c->status == M2_CALL_ERROR && m2_str_eq(c->code, "RepositoryPolicyNotFoundException");
    const char *own = m2_str_or(m2_own_account(r->snap), "this account");
    if (!policy && !none && (!c || denied || a_pull_tells(r, im))) {
        judge_by_pull(r, im, denied);
        return;
    }
    if (!policy && !none) {
        m2_image_unseen(r, im, c, "ecr:GetRepositoryPolicy");
        return;
    }
    struct m2_verdict account = { .decision = M2_DENIED }, service = account;
    if (policy)
        may_read(&account, r, c, policy, READER_ACCOUNT, im);
    if (!lambda)
        service.decision = M2_ALLOWED;
    else if (policy)
        may_read(&service, r, c, policy, READER_LAMBDA, im);
    if (account.decision == M2_DENIED) {
        struct m2_finding *f = lacks(r, im, M2_FAIL, "image.policy-lacks-account", c);
        m2_found_detail(r, f, "Repository %s of account %s does not let account %s read it.",
                        im->parts.repository, im->parts.account, own);
    }
    if (service.decision == M2_DENIED) {
        struct m2_finding *f = lacks(r, im, M2_FAIL, "image.policy-lacks-lambda-service", c);
        m2_found_detail(r, f,
                        "Repository %s of account %s does not let the Lambda service read it for functions "
                        "of account %s.",
                        im->parts.repository, im->parts.account, own);
    }
    if (account.decision == M2_DENIED || service.decision == M2_DENIED)
        return;
    if (account.decision == M2_CANNOT_TELL || service.decision == M2_CANNOT_TELL)
        not_sure(r, im, c, account.decision == M2_CANNOT_TELL ? &account : &service);
    else
        m2_found_pass(r, im->what, "Repository %s of account %s names this account.", im->parts.repository,
                      im->parts.account);
}

/* Whose and where the repository is, as seen from the job. */
static const char *whereabouts(const struct m2_check_run *r, const struct m2_job_image *im)
{
    bool own = m2_str_eq(im->parts.account, m2_own_account(r->snap));
    bool here = m2_str_empty(im->used_in) || m2_str_eq(im->parts.region, im->used_in);
    if (!im->parts.ecr)
        return m2_arena_printf(
            r->arena,
            "The registry %s says so to whoever has no name there, and of what does not exist, "
            "too; the task names no credentials either.",
            im->parts.host);
    return m2_arena_printf(r->arena, "The repository is in %s account (%s) and in %s region (%s).",
                           own ? "your own" : "another", im->parts.account, here ? "the job's" : "another",
                           im->parts.region);
}

static void denied_pull(struct m2_check_run *r, const struct m2_job_image *im, const struct m2_call *denied)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, im->what, "image.pull-denied");
    m2_found_detail(r, f, "Pulling %s was refused: %s %s. %s", im->uri, m2_str_or(denied->code, ""),
                    m2_str_or(denied->message, ""), whereabouts(r, im));
    m2_found_evidence(r, f, denied, "", NULL);
    m2_found_about_image(r, f, im);
    if (im->parts.ecr)
        m2_found_command(
            r, f, "aws ecr get-login-password --region %s | docker login --username AWS --password-stdin %s",
            m2_word(r->arena, im->parts.region), m2_word(r->arena, im->parts.host));
    else
        m2_found_fix(
            r, f,
            "Correct the name, or store a name and a password of %s in Secrets Manager and name them as "
            "repositoryCredentials in the task definition.",
            im->parts.host);
    m2_found_command(r, f, "docker pull %s", m2_word(r->arena, im->uri));
}

static void other_registry(struct m2_check_run *r, const struct m2_job_image *im,
                           const struct m2_call *denied)
{
    struct m2_image_pull p;
    m2_image_pull(&p, r, im, m2_image_architecture(r, im));
    const struct m2_call *stopped = denied ? denied : m2_pull_stopped(&p);
    bool as_somebody = p.token && m2_v_bool_or(p.token->output, "credentials", false);
    if (stopped || !was_pulled(r, im)) {
        if (stopped)
            m2_image_not_told(r, im, stopped);
        else
            m2_image_not_asked(r, im, p.manifest);
    } else if (as_somebody && !task_logs_in(r, im)) {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, im->what, NULL);
        m2_found_detail(r, f,
                        "%s handed %s out to you with your own login; the task definition names no "
                        "repositoryCredentials, and whether everybody may pull it was not tried.",
                        im->parts.host, im->uri);
        m2_found_about_image(r, f, im);
    } else if (task_logs_in(r, im)) {
        m2_found_pass(r, im->what,
                      "%s hands %s out; the task pulls it with repositoryCredentials of its own.",
                      im->parts.host, im->uri);
    } else {
        m2_found_pass(r, im->what, "%s hands %s out to everybody.", im->parts.host, im->uri);
    }
}

static void one(struct m2_check_run *r, const struct m2_job_image *im)
{
    bool certain = false;
    const struct m2_call *denied = pull_denied(r, im, &certain), *c = policy_call(r, im);
    const struct m2_value *policy =
        c && c->status == M2_CALL_OK ? m2_policy_document(r->arena, m2_v_get(c->output, "policyText")) : NULL;
    if (certain)
        denied_pull(r, im, denied);
    if (!im->parts.ecr && !certain)
        other_registry(r, im, denied);
    else if (im->parts.ecr && m2_str_eq(im->parts.account, m2_own_account(r->snap)))
        own_repository(r, im, c, policy);
    else if (im->parts.ecr && (!certain || policy))
        foreign_repository(r, im, c, policy, denied);
}

void m2_image_access(struct m2_check_run *r)
{
    m2_each_image(r, one);
}
