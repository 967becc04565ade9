"""Faults of the stack, the jobs, the functions, the role and the buckets, in accounts made from saved AWS CLI answers."""
import copy
import json
import random

import pytest

from cases_stack import (ACCOUNT, ARN, BUCKETS, CLUSTER, FUNCTION, REGION, ROLE, STACK, SUBNET, both, event, events, handler,
                         healthy, history, in_history, task, tasks_stopped, update_failed)
from faults_stack import COMPANY, EXITED, FAULTS, PULL, TASKS, config, explained, state, status, trust

FAULT = {name: how for name, _, _, how in FAULTS}


class Report:
    def __init__(self, doctor, a, *args):
        run = doctor("--snapshot", "-", "--format", "json", *args, stdin=a.text())
        assert run.status in (0, 1), run
        self.doc = json.loads(run.out)
        self.by_uid = {f["uid"]: f for f in self.doc["findings"]}
        self.roots = [self.by_uid[u]["cause"] for u in self.doc["root_causes"]]

    def of(self, check, cause=None):
        return [f for f in self.doc["findings"] if f["id"] == check and (cause is None or f["cause"] == cause)]

    def one(self, check, cause=None):
        found = self.of(check, cause)
        assert len(found) == 1, found
        return found[0]

    @property
    def fails(self):
        return [(f["uid"], f["cause"], f["detail"]) for f in self.doc["findings"] if f["status"] == "fail"]


@pytest.fixture
def report(doctor):
    return lambda a, *args: Report(doctor, a, *args)


@pytest.mark.parametrize("s3", ["s3", "s3api"])
@pytest.mark.parametrize("listing", ["describe-stack-resources", "ListStackResources"])
@pytest.mark.parametrize("network", [True, False])
@pytest.mark.parametrize("target", [None, {"stack": STACK}, {"stack": ARN}])
def test_healthy_account_fails_nothing(report, s3, listing, network, target):
    a = healthy(s3, listing, network)
    if target:
        a.doc["target"] = target
    r = report(a)
    assert not r.fails
    for check in ("stack.status", "stack.events", "workflow.executions", "task.failures", "lambda.state", "access.trust", "access.permissions",
                  "image.execution-role", "fargate.logs", "storage.buckets", *(["workflow.state-machine"] if network else [])):
        assert {f["status"] for f in r.of(check)} == {"pass"}, r.of(check)


def test_every_fault_is_a_root_cause(report):
    wrong = []
    for name, slug, _, how in FAULTS:
        a = healthy()
        how(a)
        r = report(a)
        if slug not in r.roots or set(r.roots) - {slug} - COMPANY.get(name, set()):
            wrong.append((name, slug, r.roots))
    assert not wrong


def test_pairs_of_faults_are_both_root_causes(report):
    pick, wrong, done = random.Random(7), [], 0
    while done < 150:
        (n1, s1, slot1, how1), (n2, s2, slot2, how2) = pick.sample(FAULTS, 2)
        if slot1 == slot2 or "*" in (slot1, slot2) or s1 == s2:
            continue
        done += 1
        a = healthy()
        how1(a), how2(a)
        r = report(a)
        for mine, other in ((s1, s2), (s2, s1)):
            causes = {other} | COMPANY.get(n1, set()) | COMPANY.get(n2, set())
            if mine not in r.roots and not any(explained(c, mine) for c in causes):
                wrong.append((n1, n2, mine, r.roots))
    assert not wrong


# ---- what is no fault ----

def old_history(a):
    in_history(task(1, "EssentialContainerExited", EXITED, 1))(a)
    a.doc["collected_at"] = "2026-12-20T00:00:00Z"


def old_task(a):
    t = task(1, "EssentialContainerExited", EXITED, 1)
    t["stoppedAt"] = "2026-11-01T00:00:00+00:00"
    tasks_stopped(t)(a)
    a.doc["collected_at"] = "2026-11-23T09:00:00Z"


def old_in_seconds(a):
    """Times as older versions of the AWS CLI print them."""
    old_history(a)
    a.executions[0].update(startDate=1763884800.0, stopDate=1763886660.123)
    tasks_stopped({**task(1, "EssentialContainerExited", EXITED, 1), "stoppedAt": 1763886660.5})(a)


def aborted(a):
    history({}, "TaskStateAborted", "ABORTED")(a)


def aborted_by_history_only(a):
    in_history(task(1, "UserInitiated", "Task stopped by user"), status="ABORTED")(a)
    a.executions.clear()


def retried(a):
    """The first try failed, the second went well."""
    in_history(task(1, reason=PULL + "dial tcp 1.1.1.1:443: i/o timeout"), status="SUCCEEDED")(a)
    rows = a.call("GetExecutionHistory")["output"]["events"]
    rows[3:] = [{"timestamp": "2026-11-23T08:30:40+00:00", "type": "TaskScheduled", "id": 4},
                {"timestamp": "2026-11-23T08:30:50+00:00", "type": "TaskSucceeded", "id": 5},
                {"timestamp": "2026-11-23T08:30:51+00:00", "type": "TaskStateExited", "id": 6},
                {"timestamp": "2026-11-23T08:31:00+00:00", "type": "ExecutionSucceeded", "id": 7}]


def earlier_failed_creation(a):
    """Both stacks of that name in one list of events; the second is in order."""
    old = (STACK, ARN.replace("0a1b2c3d-0000", "00000000-0000"))
    a.call("DescribeStackEvents")["output"]["StackEvents"] += [
        event(STACK, old[1], "", "DELETE_COMPLETE", -400, stack=old), event(STACK, old[1], "", "DELETE_IN_PROGRESS", -500, stack=old),
        event(STACK, old[1], "", "ROLLBACK_COMPLETE", -600, stack=old),
        event("RunJobLambda", "", "", "CREATE_FAILED", -700, stack=old, kind="AWS::Lambda::Function",
              reason=handler("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008"))]
    for e in a.call("DescribeStackEvents")["output"]["StackEvents"][-4:]:
        e["Timestamp"] = "2026-11-20T08:%02d:00+00:00" % (10 + len(e["EventId"]) % 40)


def earlier_failed_update(a):
    """Refused once for its memory, corrected and updated."""
    update_failed("RunJobLambda", "AWS::Lambda::Function", handler(
        "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008"))(a)
    rows = a.call("DescribeStackEvents")["output"]["StackEvents"]
    events(a, "UPDATE_COMPLETE", [event(STACK, ARN, "", "UPDATE_COMPLETE", 6000), event(STACK, ARN, "", "UPDATE_IN_PROGRESS", 5900), *rows])


def gone_after_failed_deletion(a):
    """Deleted at the second try: nothing is wrong with a stack that is not there."""
    FAULT["delete-failed"](a)
    rows = a.call("DescribeStackEvents")["output"]["StackEvents"]
    a.doc["calls"] = [c for c in a.doc["calls"] if c["operation"] in ("GetCallerIdentity", "DescribeStackEvents")]
    a.doc["target"] = {"lambda_image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mr-lambda:1.4"}
    rows[:0] = [event(STACK, ARN, "", "DELETE_COMPLETE", 7000), event(STACK, ARN, "", "DELETE_IN_PROGRESS", 6900)]
    a.refuse("cloudformation", "DescribeStacks", "ValidationError", f"Stack with id {STACK} does not exist", StackName=STACK)


@pytest.mark.parametrize("how", [
    old_history, old_task, old_in_seconds, aborted, aborted_by_history_only, retried, earlier_failed_creation, earlier_failed_update,
    gone_after_failed_deletion,
    tasks_stopped(task(1, "EssentialContainerExited", EXITED, 0)), tasks_stopped(task(1, "UserInitiated", "Task stopped by user", 143)),
    tasks_stopped(task(1, "ServiceSchedulerInitiated", "Scaling activity initiated by deployment ecs-svc/1", 143)),
    in_history(task(1, "UserInitiated", "Task stopped by user", 137)),
    lambda a: a.add("ecs", "DescribeTasks", {"tasks": [], "failures": [{"arn": "a", "reason": "MISSING"}]}, cluster=CLUSTER, tasks=["a"]),
    config(State="Inactive", StateReasonCode="Idle", StateReason="The function is idle."), status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
    config(State="Pending", StateReasonCode="Creating"), config(LastUpdateStatus="InProgress"),
    trust(Principal={"AWS": f"arn:aws:iam::469266894233:root"}), trust(Condition=None), trust(Principal={"AWS": ["469266894233"]}),
    trust(Principal="*", Condition={"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::469266894233:role/QueueJob"},
                                    "StringEquals": {"sts:ExternalId": "e"}}),
], ids=lambda h: getattr(h, "__name__", "case"))
def test_no_fault(report, how):
    a = healthy()
    how(a)
    assert not report(a).fails


@pytest.mark.parametrize("stop,slug", [("UserInitiated", "task.user-stopped"), ("ServiceSchedulerInitiated", "task.scheduler-stopped")])
def test_task_stopped_from_outside_is_a_warning(report, stop, slug):
    a = healthy()
    both(task(1, stop, "Task stopped by user", 143))(a)
    r = report(a)
    assert r.one("task.failures", slug)["status"] == "warn" and r.one("workflow.executions", slug)["status"] == "warn"


def test_caught_failure_of_a_succeeded_execution_is_told(report):
    a = healthy()
    in_history(task(1, "EssentialContainerExited", EXITED, 1), status="SUCCEEDED")(a)
    assert report(a).roots == ["task.exit.nonzero"]


# ---- once ----

@pytest.mark.parametrize("slug,t", TASKS[:8])
def test_task_and_its_execution_count_once(report, slug, t):
    a = healthy()
    both(t)(a)
    tasks_stopped()(a)
    a.doc["calls"].append(copy.deepcopy(a.call("DescribeTasks")))
    r = report(a)
    tasks, runs = r.one("task.failures", slug), r.one("workflow.executions", slug)
    assert tasks["detail"].startswith("1 task ") and runs["detail"].startswith("1 execution "), (tasks, runs)
    assert runs["caused_by"] == [tasks["uid"]] and r.doc["root_causes"] == [tasks["uid"]]


# ---- causes explain each other ----

def no_route(a):
    a.call("DescribeRouteTables")["output"]["RouteTables"][0]["Routes"].pop()


def policy_without(who):
    def add(a, repository="mr-lambda", principal=None):
        text = {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                                                         "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}
        a.add("ecr", "GetRepositoryPolicy", {"registryId": ACCOUNT, "repositoryName": repository, "policyText": json.dumps(text)},
              registryId=ACCOUNT, repositoryName=repository)
    return add


def pull_denied(a):
    a.call("DescribeTaskDefinition")["output"]["taskDefinition"]["containerDefinitions"][0]["image"] = \
        f"999988887777.dkr.ecr.{REGION}.amazonaws.com/mr-fargate:1.4"
    a.refuse("ecr", "BatchGetImage", "AccessDeniedException", "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: "
             "ecr:BatchGetImage on resource: arn:aws:ecr:eu-central-1:999988887777:repository/mr-fargate because no resource-based "
             "policy allows the ecr:BatchGetImage action", registryId="999988887777", repositoryName="mr-fargate",
             imageIds=[{"imageTag": "1.4"}])


def test_pull_over_a_subnet_without_route(report):
    for how in (tasks_stopped, lambda t: in_history(t)):
        a = healthy()
        no_route(a)
        how(dict(TASKS)["task.pull.network"])(a)
        r = report(a)
        assert r.roots == ["net.no-default-route"], r.roots
        assert r.doc["root_causes"] == ["net.egress/" + SUBNET]
        assert r.one("task.failures", "task.pull.network")["caused_by"] == ["net.egress/" + SUBNET]


def test_pull_of_another_subnet_is_not_explained(report):
    a = healthy()
    no_route(a)
    tasks_stopped(task(5, reason=PULL + "dial tcp 1.1.1.1:443: i/o timeout", subnet="subnet-0other"))(a)
    assert sorted(report(a).roots) == ["net.no-default-route", "task.pull.network"]


def test_denied_pull(report):
    a = healthy()
    pull_denied(a)
    tasks_stopped(dict(TASKS)["task.pull.denied"])(a)
    r = report(a)
    cause = r.one("image.access", "image.pull-denied")
    assert r.one("task.failures", "task.pull.denied")["caused_by"] == [cause["uid"]]
    assert r.doc["root_causes"] == [cause["uid"]]


def test_function_without_its_image(report):
    a = healthy()
    image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mr-lambda:1.4"
    a.function()["Code"]["ImageUri"] = image
    policy_without("lambda.amazonaws.com")(a)
    state("ImageAccessDenied")(a)
    r = report(a)
    cause = r.one("image.access", "image.policy-lacks-lambda-service")
    assert r.one("lambda.state", "lambda.image-access-denied")["caused_by"] == [cause["uid"]], r.fails
    assert r.doc["root_causes"] == [cause["uid"]]


def test_memory_over_the_cap_explains_stack_and_event(report):
    a = healthy()
    FAULT["created-nested"](a)
    r = report(a)
    cause = r.one("lambda.memory", "lambda.memory-over-account-cap")
    assert r.doc["root_causes"] == [cause["uid"]]
    assert cause["uid"] in r.one("stack.events", "lambda.memory-over-account-cap")["caused_by"]
    assert r.one("stack.status", "stack.failed")["caused_by"]
    assert "3 other failures" in r.one("stack.events")["detail"], r.one("stack.events")["detail"]


# ---- the stack ----

STATUSES = {
    "CREATE_COMPLETE": ("pass", None), "UPDATE_COMPLETE": ("pass", None), "IMPORT_COMPLETE": ("pass", None),
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": ("pass", None), "UPDATE_ROLLBACK_COMPLETE": ("warn", "stack.rollback"),
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": ("warn", "stack.rollback"), "IMPORT_ROLLBACK_COMPLETE": ("warn", "stack.rollback"),
    "ROLLBACK_COMPLETE": ("fail", "stack.failed"), "ROLLBACK_FAILED": ("fail", "stack.failed"), "CREATE_FAILED": ("fail", "stack.failed"),
    "UPDATE_ROLLBACK_FAILED": ("fail", "stack.failed"), "UPDATE_FAILED": ("fail", "stack.failed"),
    "IMPORT_ROLLBACK_FAILED": ("fail", "stack.failed"), "DELETE_FAILED": ("fail", "stack.delete-failed"),
    "REVIEW_IN_PROGRESS": ("fail", "stack.missing"), "DELETE_COMPLETE": ("skip", None),
    **{s: ("unknown", "stack.in-progress") for s in (
        "CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS",
        "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS")},
}


def test_all_statuses(report):
    assert len(STATUSES) == 23
    for value, want in STATUSES.items():
        a = healthy()
        status(value)(a)
        f = report(a, "--only", "stack.status").one("stack.status")
        assert (f["status"], f["cause"]) == want, (value, f)


def test_failed_stack_without_readable_events_is_unknown(report):
    a = healthy()
    status("ROLLBACK_COMPLETE")(a)
    a.fail("DescribeStackEvents", STACK, "AccessDenied", "User: u is not authorized to perform: cloudformation:DescribeStackEvents")
    r = report(a)
    f = r.one("stack.events")
    assert f["status"] == "unknown" and "cloudformation:DescribeStackEvents" in f["detail"]
    assert r.roots == ["stack.failed"]


def test_deleted_stack_whose_creation_failed(report):
    a = healthy()
    FAULT["created-nested"](a)
    a.call("DescribeStackEvents", f'"{STACK}"')["output"]["StackEvents"].insert(0, event(STACK, ARN, "", "DELETE_COMPLETE", 900))
    a.call("DescribeStackEvents", f'"{STACK}"')["output"]["StackEvents"].insert(1, event(STACK, ARN, "", "DELETE_IN_PROGRESS", 800))
    a.drop("DescribeStacks")
    a.doc["target"] = {"lambda_image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mr-lambda:1.4"}
    a.refuse("cloudformation", "DescribeStacks", "ValidationError", f"Stack with id {STACK} does not exist", StackName=STACK)
    assert report(a).roots == ["lambda.memory-over-account-cap"]


def being_created(a):
    a.stack.update(StackStatus="CREATE_IN_PROGRESS", Outputs=[])
    a.call("describe-stack-resources")["output"]["StackResources"].clear()
    a.drop("GetRole"), a.drop("DescribeStateMachine"), a.drop("GetFunction"), a.drop("DescribeTaskDefinition"), a.drop("HeadBucket")
    a.call("DescribeStackEvents")["output"]["StackEvents"] = [event(STACK, ARN, "", "CREATE_IN_PROGRESS", 0, "User Initiated")]


def test_stack_that_is_being_created_fails_nothing(report):
    a = healthy()
    being_created(a)
    assert not [f for f in report(a).fails if f[1] != "region.image-mismatch"]


def test_events_alone_name_the_failure(report):
    for name, slug in (("created-nested", "lambda.memory-over-account-cap"), ("delete-failed", "cfn.bucket-not-empty")):
        for target in ({}, {"stack": STACK}):
            a = healthy()
            FAULT[name](a)
            a.doc["calls"] = [c for c in a.doc["calls"] if c["operation"] == "DescribeStackEvents"]
            a.doc["target"] = target
            r = report(a)
            assert slug in {f["cause"] for f in r.of("stack.events") if f["status"] == "fail"}
            assert set(r.roots) == {slug}


def test_order_of_events_does_not_matter(report):
    for name in ("created-nested", "delete-failed", "stuck-rollback-first"):
        a = healthy()
        FAULT[name](a)
        want = report(a).doc
        for seed in range(3):
            for c in a.calls("DescribeStackEvents"):
                random.Random(seed).shuffle(c["output"]["StackEvents"])
            got = report(a).doc
            assert got["root_causes"] == want["root_causes"]
            assert [f["detail"] for f in got["findings"]] == [f["detail"] for f in want["findings"]]


def test_denials_say_what_to_allow(report):
    a = healthy()
    update_failed("Vpc", "AWS::EC2::VPC", "API: ec2:CreateVpc You are not authorized to perform this operation. Encoded authorization "
                  "failure message: 6Z-aB_c1 (Service: Ec2, Status Code: 403, Request ID: 1)")(a)
    f = report(a).one("stack.events", "permission.denied")
    assert "ec2:CreateVpc" in f["fix"]["text"]
    assert f["fix"]["commands"][0].startswith("aws sts decode-authorization-message --encoded-message 6Z-aB_c1 ")
    a = healthy()
    update_failed("Role", "AWS::IAM::Role", handler(
        "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/x "
        "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o/p", "AccessDenied", "Iam", 403))(a)
    text = report(a).one("stack.events", "permission.denied")["fix"]["text"]
    assert all(x in text for x in ("iam:CreateRole", "user/kim", "role/x", "organisation")), text


# ---- missing data ----

def test_without_a_call_nothing_is_guessed(report):
    """Each answer left out: no failure appears, and what needed it is unknown rather than passed."""
    whole = healthy()
    in_order = {f["uid"] for f in report(whole).doc["findings"] if f["status"] == "pass"}
    for i, call in enumerate(whole.doc["calls"]):
        a = healthy()
        del a.doc["calls"][i]
        r = report(a)
        assert not r.fails, (call["operation"], r.fails)
        b = healthy()
        b.doc["calls"][i] = {k: call[k] for k in ("service", "operation", "input")} | {
            "status": "error", "error": {"code": "AccessDenied", "message": "no"}}
        if call["operation"] != "HeadBucket":
            assert not report(b).fails, (call["operation"], report(b).fails)
    assert in_order


def test_without_the_stack_what_was_asked_for_is_judged(report):
    """Saved answers about the parts, none about the stack."""
    for name in ("state-ImageAccessDenied", "trust-anyone", "trust-wrong", "role-missing", "bucket-404", "bucket-public-policy", "stopped-task.oom",
                 "history-task.pull.network", "target-taskdef", "memory", "timeout", "disk"):
        a = healthy()
        a.drop("DescribeStacks"), a.drop("describe-stack-resources"), a.drop("DescribeStackEvents")
        assert not report(a).fails
        FAULT[name](a)
        slug = next(s for n, s, _, _ in FAULTS if n == name)
        assert report(a).roots == [slug], name


def test_outputs_under_their_other_names(report):
    a = healthy()
    for o in a.stack["Outputs"]:
        o["OutputKey"] = o["OutputKey"].replace("CloudMRCross", "Cross").replace("BucketName", "Bucket").replace("Calculation", "")
    a.drop("describe-stack-resources")
    assert not report(a).fails
    FAULT["trust-anyone"](a), FAULT["bucket-404"](a)
    assert sorted(report(a).roots) == ["access.trust-anyone", "bucket.missing"]


NEEDS = [("DescribeStacks", STACK, "stack.status"), ("DescribeStacks", STACK, "stack.outputs"), ("describe-stack-resources", STACK, "stack.resources"),
         ("DescribeStateMachine", None, "workflow.state-machine"), ("GetFunction", FUNCTION, "lambda.state"), ("GetFunction", FUNCTION, "lambda.memory"),
         ("GetFunction", FUNCTION, "lambda.timeout"), ("GetFunction", FUNCTION, "lambda.storage"), ("GetRole", ROLE, "access.trust"),
         ("HeadBucket", BUCKETS["data"], "storage.buckets"), ("ListExecutions", None, "workflow.executions")]


@pytest.mark.parametrize("operation,about,check", NEEDS)
def test_missing_call_is_unknown(report, operation, about, check):
    a = healthy()
    a.drop(operation, about)
    assert "unknown" in {f["status"] for f in report(a).of(check)}


def test_failed_execution_without_history_is_unknown(report):
    a = healthy()
    in_history(task(1, "EssentialContainerExited", EXITED, 1))(a)
    a.drop("GetExecutionHistory")
    f = report(a).one("workflow.executions")
    assert f["status"] == "unknown" and "states:GetExecutionHistory" in f["detail"]
    a.refuse("stepfunctions", "GetExecutionHistory", "AccessDeniedException", executionArn=a.executions[0]["executionArn"])
    assert report(a).one("workflow.executions")["status"] == "unknown"


def test_timed_out_execution_needs_no_history(report):
    a = healthy()
    history({}, "ExecutionTimedOut", "TIMED_OUT")(a)
    a.drop("GetExecutionHistory")
    assert report(a).roots == ["execution.timeout"]


def test_failed_execution_whose_history_breaks_off(report):
    a = healthy()
    in_history(task(1, "EssentialContainerExited", EXITED, 1))(a)
    a.call("GetExecutionHistory")["output"]["events"] = a.call("GetExecutionHistory")["output"]["events"][:2]
    assert report(a).roots == ["execution.unknown"]


def test_a_hundred_thousand_events(report):
    a = healthy()
    reason = handler("Rate exceeded", "Throttling", "Ecs")
    rows = [event(f"R{i}", f"r{i}", "", "UPDATE_FAILED", 4001 + i // 50, "Resource update cancelled", kind="AWS::SNS::Topic")
            for i in range(100000)]
    events(a, "UPDATE_FAILED", [event(STACK, ARN, "", "UPDATE_FAILED", 9000), *reversed(rows),
                                event("First", "f", "", "UPDATE_FAILED", 4000, reason, kind="AWS::ECS::Cluster"),
                                event(STACK, ARN, "", "UPDATE_IN_PROGRESS", 3900)])
    f = report(a).one("stack.events", "api.throttled")
    assert "100000 other failures" in f["detail"]
