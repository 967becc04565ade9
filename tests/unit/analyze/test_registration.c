/* The area registration: every cause, made by an edit to a healthy account that is registered, and what is none. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/registration.h"
#include "m2/str.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define MACHINE "arn:aws:states:us-east-1:123456789012:stateMachine:mroptimum-mode2-JobChooser"
#define ROLE "arn:aws:iam::123456789012:role/mroptimum-mode2-CloudMRCrossAccountRole"

#define CALL(path, rest) "{'service':'brain','operation':'" path "'," rest "}"
#define OK(path, output) CALL(path, "'input':{},'status':'ok','output':" output)
#define ERR(path, code, message, http) CALL(path, "'input':{},'status':'error','error':{'code':'" code "','message':'" message "','http_status':" http "}")
#define LIST(units) CALL("/api/computing-unit/list", "'input':{'app_name':'MR Optimum'},'status':'ok','output':" units)
#define MODE1 "{'computingUnitId':'cu-hub','appName':'MR Optimum','mode':'mode_1','provider':'cloudmrhub','awsAccountId':'262361552878','region':'us-east-1','stateMachineArn':'arn:aws:states:us-east-1:262361552878:stateMachine:x','isDefault':true,'alias':'Mode 1'}"
#define UNIT(id, over) "{'computingUnitId':'" id "','appName':'MR Optimum','mode':'mode_2','provider':'user','awsAccountId':'123456789012','region':'us-east-1','stateMachineArn':'" MACHINE "','resultsBucket':'mroptimum-results-123456789012','failedBucket':'mroptimum-failed-123456789012','dataBucket':'mroptimum-data-123456789012','isDefault':false,'alias':'Mode 2','crossAccountRoleArn':'" ROLE "','externalId':'lab-42'" over "}"
#define LOGIN OK("/api/auth/login", "{'success':true,'claims':{'admin':false}}")
#define LOGGED_IN { "x", "new", LOGIN }
#define UNITS(list) { "x", "new", LIST("{'units':[" list "]}") }
#define TWO(over) LOGGED_IN, UNITS(MODE1 "," UNIT("cu-1", over))
#define AWAY "arn:aws:states:us-east-1:999999999999:stateMachine:other"
/* clang-format on */
Test(registration, probe)
{
    struct account ac;
    account_open(&ac);
    const struct edit edits[] = { TWO("") };
    for (size_t i = 0; i < 2; i++)
        account_edit(&ac, &edits[i]);
    account_analyze(&ac, NULL);
    cr_log_warn("%s", account_list(&ac));
}
