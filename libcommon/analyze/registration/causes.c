/* What can be wrong with the registration. */
#include "analyze/registration/registration.h"

#define COGNITO "https://docs.aws.amazon.com/cognito/latest/developerguide/"
#define APIGW "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
#define IAM "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
#define STATES "https://docs.aws.amazon.com/step-functions/latest/dg/"

const struct m2_cause m2_registration_causes[M2_N_REGISTRATION_CAUSES] = {
    { "brain.unreachable", M2_FAIL, "CloudMR Brain does not answer",
      "Its address does not resolve, the connection fails, or the server fails; so nothing can be "
      "registered, "
      "and users cannot start jobs either.",
      "Look whether the address is right and whether this computer reaches it; if it does, try again later.",
      NULL },
    { "brain.tls", M2_FAIL, "The connection to CloudMR Brain is not secure",
      "The server's certificate is not accepted, so the password and the token are not sent.",
      "Correct the address; behind a proxy that opens connections, name its certificates with AWS_CA_BUNDLE.",
      NULL },
    { "brain.wrong-url", M2_FAIL, "The address is not that of CloudMR Brain's API",
      "A web page, a redirect or an unknown path came back where the API answers in JSON.",
      "Set CLOUDMR_API_URL (or --api-url) to the address of the API, with its stage, as CloudMRHub gives it.",
      APIGW "supported-gateway-response-types.html" },
    { "brain.login-refused", M2_FAIL, "CloudMR Brain refuses the login",
      "The e-mail, the password or the token is wrong, or the account is not active.",
      "Log in to CloudMR in the browser with the same e-mail and password; if that fails too, reset the "
      "password or ask CloudMRHub to activate the account.",
      COGNITO "authentication.html" },
    { "brain.token-expired", M2_FAIL, "The token's time is over",
      "A token is good for about an hour; after that Brain refuses it.",
      "Get a new token, or give e-mail and password instead of a token.", COGNITO "authentication.html" },
    { "brain.not-admin", M2_FAIL, "This login may not register Mode 1",
      "Mode 1 units are CloudMRHub's own; only members of its group Admins register them.",
      "Log in as a member of Admins, or use the credentials of your own account for Mode 2.",
      COGNITO "cognito-user-pools-user-groups.html" },
    { "brain.unit-missing", M2_FAIL, "The stack is not registered at CloudMR Brain",
      "Brain knows no computing unit for this account, so users' jobs never come here.",
      "Run m2-register; it takes everything it needs from the stack.",
      STATES "concepts-cross-acct-resources.html" },
    { "brain.unit-duplicate", M2_FAIL, "The stack is registered more than once",
      "Which of the units Brain takes for a job cannot be told, and a later change reaches only one of them.",
      "Remove all but one.", NULL },
    { "brain.mode", M2_FAIL, "The unit is registered for another mode",
      "Brain looks for a unit of mode_2 when a user's job is to run in the user's own account; this one is "
      "not "
      "found.",
      "Register the stack again and remove this unit.", NULL },
    { "brain.provider", M2_FAIL, "The unit names another provider",
      "Only units of the provider \"user\" (or \"self-hosted\") are taken for jobs in a user's account.",
      "Run m2-register; it corrects the unit.", NULL },
    { "brain.account", M2_FAIL, "The unit is registered for another AWS account",
      "It was registered with another profile than the one used now: jobs go to that account, or nowhere.",
      "Register again with the profile of the stack's account, then remove the unit that is not meant.",
      IAM "console-account-id.html" },
    { "brain.region", M2_FAIL, "The unit is registered for another region",
      "Brain looks for the state machine in a region in which this stack is not.",
      "Register again with the stack's region, then remove the unit that is not meant.", NULL },
    { "brain.state-machine", M2_FAIL, "The unit names another state machine",
      "Brain starts a state machine that is not this stack's: jobs fail, or run on an old deployment.",
      "Register the stack again, then remove the unit that is not meant.",
      STATES "concepts-statemachines.html" },
    { "brain.bucket", M2_FAIL, "The unit names another bucket",
      "Brain puts data where the stack does not read it, or looks for results where the stack does not write "
      "them.",
      "Run m2-register; it corrects the unit.", NULL },
    { "brain.role", M2_FAIL, "The unit does not name the stack's role",
      "Brain takes this role to start jobs in your account; with another one, or none, it may not.",
      "Run m2-register. Where Brain does not take the role over (its known fault), ask CloudMRHub to attach "
      "it "
      "to the unit.",
      IAM "id_roles_common-scenarios_third-party.html" },
    { "brain.external-id", M2_FAIL, "The unit does not have the external id that the role asks for",
      "AWS refuses the role to Brain unless it gives this external id.",
      "Run m2-register; it registers the id that the role's trust policy asks for.",
      IAM "confused-deputy.html" },
    { "brain.alias", M2_WARN, "The unit has another name than expected",
      "Users choose by this name where their jobs run. Another name than \"Mode 2\" may be what you want.",
      "Nothing, if the name is meant; else run m2-register with --alias.", NULL },
    { "brain.is-default", M2_WARN, "The unit is registered as the default or not, against what is usual",
      "The default unit takes the jobs that name no unit and no mode. For Mode 2 that is usually "
      "CloudMRHub's, "
      "so that only jobs meant for your account cost you.",
      "If it is not meant, remove the unit and register it again.", NULL },
    { "canary.not-queued", M2_FAIL, "Brain did not start the test job",
      "Brain refused the job, or could not start the state machine: users' jobs end the same way.",
      "Mend what Brain says; where it is refused the role, compare role and external id with the unit.",
      NULL },
    { "canary.wrong-unit", M2_FAIL, "The test job went to another unit",
      "Brain took another computing unit than this stack's: users' jobs run there, and are paid there.",
      "Remove the other unit, or correct this one's mode and provider.", NULL },
    { "canary.failed", M2_FAIL, "The test job failed",
      "Brain started it in your account, and it did not come to a result.",
      "Read the state's own words and its log; m2-doctor names what they mean.",
      STATES "concepts-error-handling.html" },
    { "canary.timeout", M2_FAIL, "The test job did not end in time",
      "It was started, and was still running when the time for it was over.",
      "Look at the execution; give it more time with --canary-timeout where it only needs longer.",
      STATES "concepts-view-execution-details.html" },
};
