/* What each state of a stack lets a deployment do. */
#include "m2/deploy.h"
#include "m2/str.h"

#define CLEANUP "Remove it with m2-cleanup --stack %s --apply, then deploy again."
#define CONTINUE                                                                                             \
    "Mend what blocks it (m2-doctor --stack %s says what), continue the rollback with aws cloudformation "   \
    "continue-update-rollback, then deploy again."

static const struct m2_deploy_state rows[] = {
    { "", M2_DEPLOY_CREATE, M2_DEPLOY_BAD, "There is no such stack yet.", NULL },
    { "REVIEW_IN_PROGRESS", M2_DEPLOY_CREATE, M2_DEPLOY_BAD,
      "A change set was made for it and never executed: there is a name and nothing else.", NULL },
    { "CREATE_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING, "It is being created.", NULL },
    { "CREATE_COMPLETE", M2_DEPLOY_UPDATE, M2_DEPLOY_GOOD, "It is deployed.", NULL },
    { "CREATE_FAILED", M2_DEPLOY_UPDATE, M2_DEPLOY_BAD,
      "Its creation failed and was left as it is; what is missing can be made by an update.", NULL },
    { "ROLLBACK_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING, "Its creation failed and is being undone.",
      NULL },
    { "ROLLBACK_COMPLETE", M2_DEPLOY_DELETE_FIRST, M2_DEPLOY_BAD,
      "Its creation failed and was undone: CloudFormation lets nothing be done with it but delete it.",
      NULL },
    { "ROLLBACK_FAILED", M2_DEPLOY_STOP, M2_DEPLOY_BAD,
      "Its creation failed, and undoing it failed too: parts of it are left.", CLEANUP },
    { "DELETE_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING, "It is being deleted.", NULL },
    { "DELETE_FAILED", M2_DEPLOY_STOP, M2_DEPLOY_BAD, "Its deletion stopped half-way.", CLEANUP },
    { "DELETE_COMPLETE", M2_DEPLOY_CREATE, M2_DEPLOY_BAD, "It was deleted.", NULL },
    { "UPDATE_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING, "It is being updated.", NULL },
    { "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING,
      "It is updated, and what was replaced is being removed.", NULL },
    { "UPDATE_COMPLETE", M2_DEPLOY_UPDATE, M2_DEPLOY_GOOD, "It is deployed and was updated.", NULL },
    { "UPDATE_FAILED", M2_DEPLOY_UPDATE, M2_DEPLOY_BAD,
      "Its last update failed and was left as it is; another update can follow.", NULL },
    { "UPDATE_ROLLBACK_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING,
      "Its update failed and is being undone.", NULL },
    { "UPDATE_ROLLBACK_FAILED", M2_DEPLOY_STOP, M2_DEPLOY_BAD, "Its update failed, and undoing it is stuck.",
      CONTINUE },
    { "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING,
      "Its update failed and was undone; the remains are being removed.", NULL },
    { "UPDATE_ROLLBACK_COMPLETE", M2_DEPLOY_UPDATE, M2_DEPLOY_BAD,
      "Its last update failed and was undone; it is as it was before.", NULL },
    { "IMPORT_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING, "Resources are being imported into it.",
      NULL },
    { "IMPORT_COMPLETE", M2_DEPLOY_UPDATE, M2_DEPLOY_GOOD, "Resources were imported into it.", NULL },
    { "IMPORT_ROLLBACK_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING,
      "An import into it failed and is being undone.", NULL },
    { "IMPORT_ROLLBACK_FAILED", M2_DEPLOY_STOP, M2_DEPLOY_BAD,
      "An import into it failed, and undoing it is stuck.", CONTINUE },
    { "IMPORT_ROLLBACK_COMPLETE", M2_DEPLOY_UPDATE, M2_DEPLOY_BAD,
      "An import into it failed and was undone; it is as it was before.", NULL },
};

static const struct m2_deploy_state later_running = { "_IN_PROGRESS", M2_DEPLOY_FOLLOW, M2_DEPLOY_RUNNING,
                                                      "It is being changed.", NULL };
static const struct m2_deploy_state later = { "?", M2_DEPLOY_STOP, M2_DEPLOY_BAD,
                                              "What this state allows is not known here.",
                                              "Look at it with m2-doctor --stack %s." };

const struct m2_deploy_state *m2_deploy_states(size_t *n)
{
    *n = sizeof rows / sizeof rows[0];
    return rows;
}

const struct m2_deploy_state *m2_deploy_state(const char *status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (m2_str_eq(rows[i].status, m2_str_or(status, "")))
            return &rows[i];
    return m2_str_ends(status, "_IN_PROGRESS") ? &later_running : &later;
}
