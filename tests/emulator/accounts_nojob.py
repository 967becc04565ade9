"""Accounts of people who ask "why do I have no job?": what is wrong in one world, AWS or CloudMR Brain, shows in the other."""
from accounts import STORIES, finish_with, no_route_tasks, one_subnet_behind_nat, root, story, told
from accounts_brain import listed, there, unit
from accounts_jobs import deploy_public
from seed import STACK

QUEUE = "/api/pipeline/queue_job"


def refused(said):
    """A test job that Brain did not queue."""
    def step(a, s):
        s.calls.append({"service": "brain", "operation": QUEUE, "status": "error",
                        "input": {"mode": "mode_2", "alias": "mode2-canary-7f3a", "task": {}},
                        "error": {"code": "ServerError", "http_status": 500,
                                  "message": f"CloudMR Brain: queuing the job failed (HTTP 500): {said}"}})
    return step


# ---- a job that arrives, and fails ----

story("no-job-subnet-without-route", one_subnet_behind_nat, finish_with(no_route_tasks, listed(there)),
      roots=[root("net.egress", "net.no-default-route")], fails=["net.no-default-route", "task.init.registry-network"],
      must_pass=["stack.status", "access.trust", "brain.login", "brain.unit", "brain.fields"])
told("no-job-subnet-without-route", """
"My job never comes back", says a user; others of the same laboratory get their results. The unit was registered anew
twice, because CloudMR was suspected of sending jobs elsewhere.

m2-doctor says that the unit is registered as it should be, and that its jobs arrive: executions failed because their tasks
stopped, tasks stopped because they reached no registry, and all of that follows from one subnet without a route.
""")

# ---- a job that never arrives ----


def old_machine(a):
    return unit(a, stateMachineArn=a.arn("states", f"stateMachine:{STACK}-JobChooser-v1"))


def machine_gone(a, s):
    refused("An error occurred (StateMachineDoesNotExist) when calling the StartExecution operation: State Machine Does "
            f"Not Exist: '{old_machine(a)['stateMachineArn']}'")(a, s)


story("no-job-old-state-machine", deploy_public, finish_with(listed(old_machine), machine_gone),
      roots=[root("brain.fields", "brain.state-machine")], fails=["brain.state-machine", "canary.not-queued"],
      must_pass=["stack.status", "workflow.state-machine", "access.trust", "brain.login", "brain.unit"])
told("no-job-old-state-machine", """
The stack was deployed anew with another template. In AWS all is well, and the state machine has had no execution since;
users see "failed to queue" in CloudMR. m2-verify --canary was refused in the same way.

m2-doctor shows one cause, the state machine that the unit still names, and beneath it the test job that was not queued.
""")


# ---- no stack behind the unit ----


def over_a_failed(name, of, more_fails, *steps):
    """The account of another story, whose stack failed, with what Brain says."""
    kept = STORIES[of]

    def finish(a, s):
        kept.finish(a, s)
        for step in steps:
            step(a, s)
    story(name, kept.seed, finish, roots=kept.expect["root_causes"], fails=[*kept.expect["fails"], *more_fails],
          warns=kept.expect["warns"], account=kept.account)


over_a_failed("no-job-stack-failed", "lambda-memory-over-cap", ["brain.unit-missing", "canary.not-queued"],
              listed(), refused("no computing unit of mode_2 for this user"))
told("no-job-stack-failed", """
Nobody looked at the stack again after the deployment had been started. A week later Mode 2 cannot be chosen in CloudMR, and
a test job is refused for want of a unit.

m2-doctor goes all the way back: no job because there is no unit, no unit because the stack failed, and that because a
function asks for more memory than this account allows. One thing is to be mended, and it is in the template.
""")

over_a_failed("no-job-stack-half-deleted", "stack-delete-failed", ["canary.not-queued"],
              listed(lambda a: unit(a, stateMachineArn=a.arn("states", f"stateMachine:{STACK}-JobChooser"))),
              refused("An error occurred (AccessDenied) when calling the AssumeRole operation: not authorized"))
told("no-job-stack-half-deleted", """
Somebody began to delete the stack and met a bucket that was not empty. Role and state machine were gone by then, the unit at
Brain was not: users can still choose Mode 2, and each of their jobs is refused.

m2-doctor names the bucket that stopped the deletion; the lost role and state machine and the refused job are beneath it.
""")
