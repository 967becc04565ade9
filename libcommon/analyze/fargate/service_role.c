/* Has ECS its own role in the account? It is made with the first cluster; without it the first task fails. */
#include "analyze/fargate/fargate.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define ROLE "AWSServiceRoleForECS"

static bool has(const struct m2_stackview *view, const char *type)
{
    const struct m2_resource *it = m2_stackview_resource(view, type, NULL);
    return it && !m2_str_eq(it->status, "DELETE_COMPLETE");
}

/* Is it sure that nothing of ours has used ECS yet? */
static bool not_yet(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    return view.state == M2_STACK_NONE ||
           (view.state == M2_STACK_THERE && view.resources_complete && !has(&view, "AWS::ECS::Cluster") &&
            !has(&view, "AWS::ECS::TaskDefinition"));
}

void m2_fargate_service_role(struct m2_check_run *r)
{
    struct m2_look look = m2_look_output(r->snap, "iam", "GetRole", ROLE);
    if (look.seen == M2_UNSEEN) {
        m2_found_unseen(r, NULL, &look);
    } else if (look.seen == M2_SEEN) {
        m2_found_pass(r, NULL, "The role " ROLE " is there.");
    } else if (not_yet(r)) {
        m2_found_skip(r, NULL,
                      "ECS makes the role " ROLE " with the first cluster; the stack holds none now.");
    } else {
        struct m2_finding *f = m2_found(r, M2_WARN, NULL, "fargate.service-linked-role-missing");
        m2_found_detail(r, f, "The account has no role " ROLE ".");
        m2_found_evidence(r, f, look.call, "", NULL);
        m2_found_command(r, f, "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com");
    }
}
