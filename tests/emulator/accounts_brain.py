"""Accounts whose stack is registered at CloudMR Brain, as it should be and otherwise."""
from accounts import STORIES, finish_with, root, story, told
from accounts_jobs import deploy_public
from seed import STACK

LIST, LOGIN = "/api/computing-unit/list", "/api/auth/login"
HUB = "262361552878"
OTHER = "555501234567"


def unit(a, name="cu-7d1f", **over):
    names = a.bucket_names()
    made = {"computingUnitId": name, "appName": "MR Optimum", "mode": "mode_2", "provider": "user", "awsAccountId": a.id,
            "region": a.region, "stateMachineArn": a.machine, "resultsBucket": names["results"],
            "failedBucket": names["failed"], "dataBucket": names["data"], "isDefault": False, "alias": "Mode 2",
            "crossAccountRoleArn": a.role_arn(f"{STACK}-CloudMRCrossAccountRole"), "externalId": "lab-42",
            "createdAt": "2026-11-20T14:21:08.114Z", **over}
    return {k: v for k, v in made.items() if v is not None}


def mode_1():
    return {"computingUnitId": "cu-0001", "appName": "MR Optimum", "mode": "mode_1", "provider": "cloudmrhub",
            "awsAccountId": HUB, "region": "us-east-1", "isDefault": True, "alias": "Mode 1",
            "stateMachineArn": f"arn:aws:states:us-east-1:{HUB}:stateMachine:mroptimum-JobChooser",
            **{f"{kind}Bucket": f"cloudmr-{kind}-cloudmrhub-brain-us-east-1" for kind in ("results", "failed", "data")},
            "createdAt": "2026-02-11T09:40:55.020Z"}


def listed(*units):
    """The login and the list; UNITS are functions of the account."""
    def step(a, s):
        s.calls.append({"service": "brain", "operation": LOGIN, "input": {}, "status": "ok", "output": {
            "success": True, "claims": {"expires": "2026-11-23T10:00:00Z", "admin": False}}})
        s.calls.append({"service": "brain", "operation": LIST, "input": {"app_name": "MR Optimum"}, "status": "ok",
                        "output": {"units": [mode_1(), *(make(a) for make in units)]}})
    return step


def at_brain(*units):
    return finish_with(listed(*units))


def fault(name, cause, text, *units, check="brain.fields", must_pass=(), warns=("image.tag-latest",)):
    story(name, deploy_public, at_brain(*units), roots=[root(check, cause)] if cause else [], warns=warns,
          must_pass=["stack.status", "access.trust", "brain.login", *must_pass])
    told(name, text)


def there(a):
    return unit(a)


story("healthy-registered", deploy_public, at_brain(there),
      must_pass=["stack.status", "brain.reach", "brain.login", "brain.unit", "brain.fields"])
told("healthy-registered", """
The stack is deployed and registered: CloudMR Brain has two units, CloudMRHub's own (Mode 1) and this laboratory's (Mode 2),
and every field of the second is as the stack says. m2-doctor finds nothing that fails.
""")

fault("unit-missing", "brain.unit-missing", """
The deployment went through in the evening, and everybody believed that it had registered itself. Jobs ran on, in
CloudMRHub's account.

m2-doctor says that Brain has no unit for this account, and where the jobs go instead.
""", check="brain.unit")

fault("unit-duplicate", "brain.unit-duplicate", """
The registration script was run again because its first answer was lost. Now two units name the same state machine, and a
later correction reached only one of them.

m2-doctor names both and the command that removes the younger.
""", there, lambda a: unit(a, "cu-9a02", createdAt="2026-11-20T14:22:31.007Z"), check="brain.unit")

fault("unit-other-account", "brain.account", """
The unit was registered from a laptop on which another profile was the default: account, state machine and role are those
of the hospital's test account.

m2-doctor says it once: the unit is another account's, and the rest differs with it.
""", lambda a: unit(a, awsAccountId=OTHER, stateMachineArn=a.machine.replace(a.id, OTHER),
                    crossAccountRoleArn=f"arn:aws:iam::{OTHER}:role/{STACK}-CloudMRCrossAccountRole"),
      must_pass=["brain.unit"])

fault("unit-other-region", "brain.region", """
REGION was still set to us-west-2 in the shell from which the unit was registered; everything else came from the stack.

m2-doctor names the region that is registered and the one that the stack is in.
""", lambda a: unit(a, region="us-west-2"), must_pass=["brain.unit"])

fault("unit-old-state-machine", "brain.state-machine", """
The stack was deleted and deployed again under the same name, with a template that names its state machine otherwise. The
unit was not registered anew: Brain starts a state machine that is gone.

m2-doctor shows the registered state machine beside the one that the stack gives out.
""", lambda a: unit(a, stateMachineArn=a.arn("states", f"stateMachine:{STACK}-JobChooser-v1")), must_pass=["brain.unit"])

fault("unit-other-bucket", "brain.bucket", """
The results bucket was renamed in an update of the stack, and the unit still names the old one. Jobs end well; users see
no results.

m2-doctor names the field, the bucket that is registered and the one that the stack writes to.
""", lambda a: unit(a, resultsBucket="mroptimum-results-2025"), must_pass=["brain.unit"])

fault("unit-without-role", "brain.role", """
Registering with the cross-account role ended in an UpdateExpression error of the server, and somebody registered again
without it. Brain may not start jobs in this account.

m2-doctor says that the role is not registered, and that this is a fault known of the server.
""", lambda a: unit(a, crossAccountRoleArn=None, externalId="lab-42"), must_pass=["brain.unit"])

fault("unit-other-mode", "brain.mode", """
MODE was set to mode_1 in the environment of the registration script. When users choose Mode 2, Brain finds no unit.

m2-doctor names the mode that is registered.
""", lambda a: unit(a, mode="mode_1"), must_pass=["brain.unit"])


def never_registered(name, of):
    """The account of another story, with a Brain that has no unit for it."""
    kept = STORIES[of]

    def finish(a, s):
        kept.finish(a, s)
        s.calls.append({"service": "brain", "operation": LIST, "input": {"app_name": "MR Optimum"}, "status": "ok",
                        "output": {"units": [mode_1()]}})
    story(name, kept.seed, finish, roots=kept.expect["root_causes"], fails=[*kept.expect["fails"], "brain.unit-missing"],
          warns=kept.expect["warns"], account=kept.account)


never_registered("unit-missing-stack-failed", "lambda-memory-over-cap")
told("unit-missing-stack-failed", """
The first deployment failed because the account allows its functions 3008 MB of memory only. Nobody read the error; what
people saw was that CloudMR does not list their account.

m2-doctor names the memory as the one root cause: it explains why the stack failed, and that why nothing is registered.
""")
