"""More accounts: roles that may not do what they must, or may do what they must not."""
from accounts import finish_with, root, story, told
from accounts_jobs import deploy_public

PASS = ["net.egress", "access.trust", "stack.status"]


def rule(policy, index, **changes):
    """Change statement INDEX of the inline policy POLICY; a value of None takes the member out."""
    def step(_a, s):
        for call in s.find("iam", "GetRolePolicy", PolicyName=policy):
            statement = call["output"]["PolicyDocument"]["Statement"][index]
            for key, value in changes.items():
                statement[key] = value
    return step


def change(name, cause, check, *steps, warns=(), fails=None, **more):
    roots = [root(check, cause)] if fails is None else []
    story(name, deploy_public, finish_with(*steps), roots=roots, fails=fails, warns=("image.tag-latest", *warns), **more)


# ---- CloudMR Brain's role ----

change("access-cannot-start", "access.cannot-start", "access.permissions",
       rule("CloudMRAccess", 0, Resource=["arn:aws:states:us-east-1:123456789012:stateMachine:mroptimum-old-JobChooser",
                                          "arn:aws:states:us-east-1:123456789012:execution:mroptimum-mode2-JobChooser:*"]),
       must_pass=PASS)
told("access-cannot-start", """
The lab renamed its stack and copied the role's policy from the old one by hand. CloudMR Brain takes the role, asks for
the new state machine to be started, and is refused; users see a job that stays "queued".

m2-doctor names states:StartExecution, the state machine it is lacking for, and prints the policy that adds it.
""")

change("access-no-status", None, None, rule("CloudMRAccess", 0, Action="states:StartExecution"), fails=[],
       warns=("access.cannot-read-status",), must_pass=PASS)
told("access-no-status", """
As upstream's template has it: the role may start executions and nothing else of Step Functions. Jobs run; CloudMR Brain
cannot ask how they stand.

m2-doctor warns, because the guide promises that execution status can be read.
""")

change("access-no-results", "access.cannot-read-results", "access.permissions",
       rule("CloudMRAccess", 1, Action="s3:ListBucket"), must_pass=PASS)
told("access-no-results", """
An administrator took s3:GetObject away from the cross-account role: "it only needs to list". Jobs run and finish; every
link to a result answers 403.

m2-doctor fails the account: results cannot be handed out.
""")

change("access-too-wide", "access.too-wide", "access.permissions", rule("CloudMRAccess", 1, Action="s3:*"), must_pass=PASS)
told("access-too-wide", """
To get rid of a permission error somebody gave the cross-account role s3:* on the results bucket. The error went away;
CloudMR Brain may now delete every result.

m2-doctor fails the account: the guide promises a role that cannot delete anything.
""")

# ---- the task's roles ----


def own_log_policy(_a, s):
    """The managed policy replaced by one that writes logs only."""
    for call in s.find("iam", "ListAttachedRolePolicies"):
        if "FargateExecutionRole" not in call["input"]["RoleName"]:
            continue
        call["output"]["AttachedPolicies"] = []
        role = call["input"]["RoleName"]
        s.put("iam", "ListRolePolicies", {"RoleName": role}, {"PolicyNames": ["WriteLogs"]})
        s.put("iam", "GetRolePolicy", {"RoleName": role, "PolicyName": "WriteLogs"}, {
            "RoleName": role, "PolicyName": "WriteLogs", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}]}})


change("execution-role-no-pull", "image.role-missing-permissions", "image.execution-role", own_log_policy, must_pass=PASS)
told("execution-role-no-pull", """
A security review replaced AWS's managed policy of the execution role by a narrower one that allows to write logs. Nobody
thought of the image: each task now stops with CannotPullContainerError.

m2-doctor names the actions of ECR that the role is lacking.
""")


def trusted(part, service):
    def step(_a, s):
        for call in s.find("iam", "GetRole"):
            if part in call["input"]["RoleName"]:
                call["output"]["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": service}
    return step


change("execution-role-trust", "image.role-trust", "image.execution-role", trusted("FargateExecutionRole", "ec2.amazonaws.com"),
       must_pass=PASS)
told("execution-role-trust", """
The execution role was made by hand for EC2 and then named in the task definition. "ECS was unable to assume the role",
says every task.

m2-doctor shows the trust policy and the service that it must name.
""")

change("task-role-no-data", "bucket.role-access", "storage.buckets",
       rule("FargateTaskRolePolicy", 0, Resource="arn:aws:s3:::mytestcmr/*"), must_pass=PASS)
told("task-role-no-data", """
The task's role still names the bucket of a developer's test account. Tasks start, then fail to read their data.

m2-doctor names the role, the action and the bucket.
""")

# ---- the state machine's role ----

change("workflow-old-task", "workflow.role-missing-permissions", "workflow.state-machine",
       rule("StateMachineInvokeRolePolicy", 1, Resource="arn:aws:ecs:us-east-1:123456789012:task-definition/run-job-fargate-old:*"),
       must_pass=PASS)
told("workflow-old-task", """
The task definition's family was renamed; the state machine's role may still start the old one only. Small jobs run (on
Lambda), large ones end with ECS.AccessDeniedException.

m2-doctor names ecs:RunTask and the task definition.
""")

change("workflow-no-pass-role", "workflow.pass-role", "workflow.state-machine",
       rule("StateMachineInvokeRolePolicy", 2,
            Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}), must_pass=PASS)
told("workflow-no-pass-role", """
iam:PassRole was narrowed to one service, the wrong one: the task's roles may be passed to Lambda, not to ECS.

m2-doctor names iam:PassRole and the statement.
""")


def no_service_role(_a, s):
    s.fail("iam", "GetRole", {"RoleName": "AWSServiceRoleForECS"}, "NoSuchEntity",
           "The role with name AWSServiceRoleForECS cannot be found.", 404)


change("service-role-missing", None, None, no_service_role, fails=[], warns=("fargate.service-linked-role-missing",),
       must_pass=PASS)
told("service-role-missing", """
An account that never ran ECS, and whose administrators make service-linked roles themselves.

m2-doctor warns before the first task is refused.
""")
