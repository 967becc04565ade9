#include "analyze/job.h"

#include <stdlib.h>
#include <string.h>

#include "m2/str.h"

/* ---- images ---- */

static void set_uri(struct m2_job_image *im, const char *uri, const char *from, const struct m2_call *call,
                    const char *path)
{
    if (im->uri || m2_str_empty(uri))
        return;
    im->uri = uri;
    im->from = from;
    im->call = call;
    im->path = path;
}

/* A target also holds what is deployed, the stack's parameter, or the template's default: only something else
 * was chosen by the user. */
static bool is_chosen(const char *target, const char *by_default, const char *deployed, const char *parameter)
{
    return !m2_str_eq(target, by_default) && !m2_str_eq(target, deployed) && !m2_str_eq(target, parameter);
}

static void lambda_image(struct m2_job_image *im, struct m2_arena *a, const struct m2_snapshot *s,
                         const struct m2_stackview *view)
{
    struct m2_look f = m2_view_job_function(view, a, s);
    const char *arn = m2_v_pstr(f.item, "Configuration.FunctionArn");
    const char *deployed = m2_v_pstr(f.item, "Code.ImageUri");
    im->used_in = m2_str_or(m2_arn_part(a, arn, M2_ARN_REGION), s->region);
    im->resource = m2_v_pstr(f.item, "Configuration.FunctionName");
    im->look = f;
    const char *parameter = m2_stackview_parameter(view, "LambdaImageUri");
    if (is_chosen(s->target.lambda_image, M2_DEFAULT_LAMBDA_IMAGE, deployed, parameter))
        set_uri(im, s->target.lambda_image, "--lambda-image", NULL, NULL);
    set_uri(im, deployed, "the deployed function", f.call, "Code.ImageUri");
    set_uri(im, parameter, "the stack's parameter LambdaImageUri", view->look.call, "Stacks[0].Parameters");
    if (view->state == M2_STACK_NONE)
        set_uri(im, M2_DEFAULT_LAMBDA_IMAGE, "the template's default", NULL, NULL);
}

static void fargate_image(struct m2_job_image *im, struct m2_arena *a, const struct m2_snapshot *s,
                          const struct m2_stackview *view)
{
    struct m2_look t = m2_view_task_definition(view, a, s);
    const char *arn = m2_v_str(t.item, "taskDefinitionArn");
    const char *deployed = m2_v_pstr(t.item, "containerDefinitions[0].image");
    im->used_in = m2_str_or(m2_arn_part(a, arn, M2_ARN_REGION), s->region);
    im->resource = arn;
    im->look = t;
    const char *parameter = m2_stackview_parameter(view, "FargateImageUri");
    if (is_chosen(s->target.fargate_image, M2_DEFAULT_FARGATE_IMAGE, deployed, parameter))
        set_uri(im, s->target.fargate_image, "--fargate-image", NULL, NULL);
    set_uri(im, deployed, "the deployed task definition", t.call,
            "taskDefinition.containerDefinitions[0].image");
    set_uri(im, parameter, "the stack's parameter FargateImageUri", view->look.call, "Stacks[0].Parameters");
    if (view->state == M2_STACK_NONE)
        set_uri(im, M2_DEFAULT_FARGATE_IMAGE, "the template's default", NULL, NULL);
}

/* Without an answer about the part itself the stack's own look says what is missing. */
static void settle(struct m2_job_image *im, struct m2_arena *a, const struct m2_stackview *view)
{
    if (im->uri)
        im->valid = m2_image_uri_parse(&im->parts, &im->why, a, im->uri);
    else if (view->state == M2_STACK_UNSEEN)
        im->look = view->look;
}

void m2_job_images(struct m2_job_image images[2], struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_stackview view = { 0 };
    memset(images, 0, 2 * sizeof images[0]);
    images[0].what = "Lambda";
    images[1].what = "Fargate";
    m2_stackview_make(&view, a, s);
    lambda_image(&images[0], a, s, &view);
    fargate_image(&images[1], a, s, &view);
    settle(&images[0], a, &view);
    settle(&images[1], a, &view);
}

/* ---- the task ---- */

void m2_job_no_task(struct m2_check_run *r, const struct m2_stackview *view, const struct m2_look *task)
{
    if (view->state == M2_STACK_UNSEEN && task->seen == M2_UNSEEN)
        m2_found_unseen(r, NULL, &view->look);
    else if (view->state == M2_STACK_NONE)
        m2_found_skip(r, NULL, "The stack is not deployed yet.");
    else if (task->seen == M2_UNSEEN)
        m2_found_unseen(r, NULL, task);
    else
        m2_found_skip(r, NULL, "The stack has no task definition now.");
}

/* ---- functions ---- */

static bool have(const struct m2_job_functions *out, const char *name)
{
    for (size_t i = 0; i < out->list.len; i++)
        if (m2_str_eq(out->list.at[i].name, name))
            return true;
    return false;
}

static void add_function(struct m2_job_functions *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const char *name)
{
    if (m2_str_empty(name) || have(out, name))
        return;
    struct m2_job_function f = { .name = name, .path = "Configuration" };
    f.look = m2_look_output(s, "lambda", "GetFunction", name);
    f.config = m2_v_get(f.look.item, "Configuration");
    if (f.look.seen == M2_UNSEEN) {
        struct m2_look plain = m2_look_output(s, "lambda", "GetFunctionConfiguration", name);
        if (plain.seen == M2_SEEN) {
            f.look = plain;
            f.config = plain.item;
            f.path = "";
        }
    }
    m2_vec_push(a, &out->list, f);
}

static int by_name(const void *x, const void *y)
{
    const struct m2_job_function *a = x, *b = y;
    return strcmp(a->name, b->name);
}

static bool has_resources(const struct m2_stackview *view, const char *stack)
{
    for (size_t i = 0; i < view->resources.len; i++)
        if (!stack || m2_str_eq(view->resources.at[i].stack_arn, stack))
            return true;
    return false;
}

/* Was the stack listed, and each stack in it that CloudFormation names as it does, by its ARN? */
static bool all_listed(const struct m2_stackview *view)
{
    for (size_t i = 0; i < view->resources.len; i++) {
        const struct m2_resource *r = &view->resources.at[i];
        if (m2_str_eq(r->type, "AWS::CloudFormation::Stack") && m2_str_starts(r->physical_id, "arn:") &&
            !m2_str_eq(r->status, "DELETE_COMPLETE") && !has_resources(view, r->physical_id))
            return false;
    }
    return view->resources_complete || has_resources(view, NULL);
}

/* Whether all of the stack's functions are known: UNSEEN when its resources were not all listed. */
static struct m2_look listing(const struct m2_stackview *view, struct m2_arena *a)
{
    static const char right[] = "cloudformation:ListStackResources";
    if (view->state == M2_STACK_UNSEEN)
        return view->look;
    if (view->state == M2_STACK_NONE || all_listed(view))
        return (struct m2_look){ .seen = M2_SEEN };
    return (struct m2_look){
        .seen = M2_UNSEEN,
        .right = right,
        .why = m2_arena_printf(a, "Whether the stack has other functions is not known: %s was not answered.",
                               right)
    };
}

void m2_job_functions(struct m2_job_functions *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_stackview view = { 0 };
    struct m2_job_functions f = { 0 };
    m2_stackview_make(&view, a, s);
    f.state = view.state;
    f.look = view.look;
    f.listing = listing(&view, a);
    for (size_t i = 0; i < view.resources.len; i++)
        if (m2_str_eq(view.resources.at[i].type, "AWS::Lambda::Function") &&
            !m2_str_starts(view.resources.at[i].status, "DELETE_COMPLETE"))
            add_function(&f, a, s, view.resources.at[i].physical_id);
    if (!f.list.len) {
        struct m2_look job = m2_view_job_function(&view, a, s);
        add_function(&f, a, s, m2_v_pstr(job.item, "Configuration.FunctionName"));
    }
    const struct m2_call *c = NULL;
    while (!f.list.len && (c = m2_calls(s, "lambda", "GetFunction", c)))
        add_function(&f, a, s, m2_v_str(c->input, "FunctionName"));
    if (f.list.len > 1)
        qsort(f.list.at, f.list.len, sizeof f.list.at[0], by_name);
    *out = f;
}
