"""m2-cleanup on a whole account: the stack in the emulator behind CloudFormation's own way of deleting, Brain on loopback."""
import json
import os
import pty
import resource
import signal
import subprocess
import threading

import cloudformation
import pytest

from mode2 import Mode2 as Upstream
from seed import STACK

LOGIN = {"CLOUDMR_EMAIL": "lab@example.org", "CLOUDMR_PASSWORD": "demo-password"}
ODD_KEYS = ["plain", "tab\tand space", "percent%20 +", "emoji-\U0001F9E0", "x" * 1000, "ü/ß", "a//b"]  # dots and 1,024 bytes: tests/unit/cleanup


class Mode2(Upstream):
    """The emulator knows no managed policies."""

    def roles(self):
        return {name: (service, None, inline) for name, (service, _, inline) in super().roles().items()}


class Lab:
    """One account: the stack, things beside it that only look like it, Brain, and the tool pointed at them."""

    def __init__(self, emulator, tool, brain):
        emulator.reset()
        self.account = Mode2(emulator.url)
        self.account.deploy(self.account.isolated())
        self.s3, self.names = self.account.client("s3"), self.account.bucket_names()
        self.cfn = cloudformation.CloudFormation(self.account)
        self.stack = self.cfn.adopt(STACK)
        self.server = cloudformation.Server(self.cfn, emulator.port)
        self.tool, self.brain = tool, brain
        tool.env.update(AWS_ENDPOINT_URL=self.server.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                        AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
        self.register()
        self.beside()

    def register(self):
        self.brain.brain.units[:] = [
            {"computingUnitId": "cu-0001", "appName": "MR Optimum", "mode": "mode_2", "provider": "user",
             "awsAccountId": self.account.id, "region": "us-east-1", "stateMachineArn": self.account.machine},
            {"computingUnitId": "cu-0002", "appName": "MR Optimum", "mode": "mode_2", "provider": "user",
             "awsAccountId": self.account.id, "region": "us-east-1", "stateMachineArn": self.account.machine + "-other"}]

    def beside(self):
        self.beside_bucket = f"{STACK}-data-lookalike"
        self.s3.create_bucket(Bucket=self.beside_bucket)
        self.s3.put_object(Bucket=self.beside_bucket, Key="precious", Body=b"x")
        self.s3.put_bucket_tagging(Bucket=self.beside_bucket, Tagging={"TagSet": [
            {"Key": "stack-id", "Value": self.stack.arn}, {"Key": "aws-cloudformation-stack-id", "Value": self.stack.arn}]})
        self.account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{STACK}-RunJob-beside")
        self.account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{STACK}-RunJob")

    def fill(self, which="data", keys=ODD_KEYS, versioned=True):
        bucket = self.names[which]
        if versioned:
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for key in keys:
            self.s3.put_object(Bucket=bucket, Key=key, Body=b"1")
            if versioned:
                self.s3.put_object(Bucket=bucket, Key=key, Body=b"22")
        if versioned:
            self.s3.delete_object(Bucket=bucket, Key=keys[0])
        self.s3.create_multipart_upload(Bucket=bucket, Key="unfinished")
        return bucket

    def buckets(self):
        return {b["Name"] for b in self.s3.list_buckets()["Buckets"]}

    def check_beside(self):
        assert self.s3.get_object(Bucket=self.beside_bucket, Key="precious")["Body"].read() == b"x"
        groups = [g["logGroupName"] for g in self.account.client("logs").describe_log_groups()["logGroups"]]
        assert f"/aws/lambda/{STACK}-RunJob-beside" in groups
        assert [u["computingUnitId"] for u in self.brain.brain.units if u["computingUnitId"] == "cu-0002"]
        assert not self.cfn.unowned, "an S3 call without x-amz-expected-bucket-owner"

    def check_gone(self):
        assert not self.buckets() & set(self.names.values())
        assert self.stack.status == "DELETE_COMPLETE"
        assert all(s.status == "DELETE_COMPLETE" for s in self.cfn.stacks)
        assert [u["computingUnitId"] for u in self.brain.brain.units] == ["cu-0002"]
        assert not self.account.client("lambda").list_functions()["Functions"]
        self.check_beside()

    def plan(self, *args):
        run = self.tool("--format", "json", *args)
        return run, json.loads(run.out) if run.out else None

    def apply(self, *args, **kw):
        run = self.tool("--apply", "--confirm", STACK, "--format", "json", *args, **kw)
        return run, json.loads(run.out) if run.out else None


@pytest.fixture
def lab(emulator, cleanup, brain):
    made = Lab(emulator, cleanup, brain)
    yield made
    made.server.close()


def words(run):
    return " ".join(run.out.split())


def by_resource(doc):
    return {item["resource"]: item for item in doc["items"]}


def test_the_plan_shows_everything_and_touches_nothing(lab):
    data = lab.fill()
    run, plan = lab.plan()
    assert run.status == 0 and not lab.cfn.writes, run
    assert plan["schema"] == "m2-plan/1" and plan["account"] == lab.account.id and not plan["blocked"], plan["blocked"]
    items = by_resource(plan)
    assert items[data]["action"] == "empty"
    assert items[data]["counts"] == {"versions": 14, "delete_markers": 1, "uploads": 1, "more": False, "bytes": 21}
    assert items["cu-0001"]["action"] == "unregister" and "cu-0002" not in items
    assert items[lab.account.machine]["action"] == "stop" and items[lab.account.machine]["proof"]
    assert items[f"/aws/lambda/{STACK}-RunJob"]["reason"] == "logs.kept"
    assert lab.beside_bucket not in items
    assert len(plan["hash"]) == 64 and lab.plan()[1]["hash"] == plan["hash"], "the same account, the same hash"
    text = lab.tool()
    assert text.status == 0 and "Nothing was touched" in text.out and data in text.out, text
    lab.check_beside()


def test_from_full_to_nothing_and_again(lab):
    lab.fill()
    lab.fill("results", [f"r/{i}" for i in range(150)], versioned=False)
    run, doc = lab.apply("--delete-logs")
    assert run.status == 0, run
    assert doc["finished"] and doc["counts"]["left"] == 0 and doc["counts"]["gone"] > 10 and doc["attempts"] == 1
    assert doc["deleted_versions"] >= 15 + 150 and doc["aborted_uploads"] == 2
    lab.check_gone()
    groups = [g["logGroupName"] for g in lab.account.client("logs").describe_log_groups()["logGroups"]]
    assert groups == [f"/aws/lambda/{STACK}-RunJob-beside"]
    order = [w for i, w in enumerate(lab.cfn.writes) if i == 0 or lab.cfn.writes[i - 1] != w]
    assert order.index("DeleteObjects") < order.index("DeleteStack") < order.index("DeleteLogGroup")
    again, doc = lab.apply("--delete-logs")
    assert again.status == 0 and not doc["items"], again
    assert "nothing to do" in words(lab.tool("--apply", "--confirm", STACK))


def test_a_bucket_that_fills_again_while_the_stack_goes(lab):
    bucket = lab.fill(versioned=False)
    lab.cfn.before_delete.append(lambda: lab.s3.put_object(Bucket=bucket, Key="late", Body=b"x"))
    run, doc = lab.apply()
    assert run.status == 0 and doc["attempts"] == 2, run
    lab.check_gone()


def test_keep_data_keeps_what_is_full_and_says_its_price(lab):
    bucket = lab.fill(versioned=False)
    run, plan = lab.plan("--keep-data")
    item = by_resource(plan)[bucket]
    assert item["action"] == "keep" and item["reason"] == "retained.by-user" and bucket in item["command"]
    assert float(item["usd_per_month"]) > 0
    assert {w["reason"] for w in plan["warnings"]} >= {"bucket.empty", "stack.second-attempt"}
    run, doc = lab.apply("--keep-data")
    assert run.status == 0 and by_resource(doc)[bucket]["outcome"]["state"] == "kept", run
    assert bucket in lab.buckets() and len(lab.s3.list_objects_v2(Bucket=bucket)["Contents"]) == len(ODD_KEYS)
    assert lab.stack.status == "DELETE_COMPLETE"
    lab.check_beside()


def test_retained_by_the_template_stays_as_it_is(lab):
    bucket = lab.fill(versioned=False)
    lab.cfn.policies["DataBucket"] = "Retain"
    run, doc = lab.apply()
    assert run.status == 0 and by_resource(doc)[bucket]["outcome"] == {
        "state": "kept", "step_done": False, "reason": "retained.policy", "said": "The template says DeletionPolicy: Retain."}
    assert len(lab.s3.list_objects_v2(Bucket=bucket)["Contents"]) == len(ODD_KEYS)
    lab.check_beside()
    left = lab.plan()[1]
    assert left["stack"]["state"] == "gone" and by_resource(left)[bucket]["reason"] == "retained.policy"


def test_what_does_not_go_is_named_and_let_go_only_when_asked(lab):
    lab.cfn.broken["ECSCluster"] = ["The Cluster cannot be deleted: of its own (Service: ECS)"] * 3
    run, doc = lab.apply()
    cluster = next(i for i in doc["items"] if i["type"] == "AWS::ECS::Cluster")
    assert run.status == 1 and doc["attempts"] == 3 and cluster["outcome"]["state"] == "left", run
    assert "of its own" in cluster["outcome"]["said"]
    lab.cfn.broken["ECSCluster"] = ["still"] * 9
    run, doc = lab.apply("--force-retain")
    cluster = next(i for i in doc["items"] if i["type"] == "AWS::ECS::Cluster")
    assert run.status == 1 and cluster["outcome"]["reason"] == "retained.forced", run
    assert lab.stack.status == "DELETE_COMPLETE"
    again, doc = lab.apply()  # it is there still
    cluster = next(i for i in doc["items"] if i["type"] == "AWS::ECS::Cluster")
    assert again.status == 1 and cluster["reason"] == "stack.left-behind", again
    lab.account.client("ecs").delete_cluster(cluster=cluster["resource"])  # by hand, as it was told
    again, doc = lab.apply()
    assert again.status == 0 and not doc["blocked"], again
    lab.check_beside()


def test_killed_after_the_stack_was_deleted_the_next_run_looks_at_each_thing(lab, tmp_path):
    """"Nothing to do" was said on CloudFormation's word alone, although the end of the first run was never seen."""
    bucket = lab.fill()
    journal = tmp_path / "journal"
    assert lab.apply("--journal", journal)[0].status == 0
    whole = journal.read_text().splitlines(True)
    lab.s3.create_bucket(Bucket=bucket)  # CloudFormation had said that it was gone
    assert lab.apply("--journal", journal)[0].status == 0, "an earlier run has seen the end: a bucket of that name is another one"
    journal.write_text("".join(line for line in whole if not ('"plan"' in line and '"done"' in line)))
    run, doc = lab.apply("--journal", journal)
    item = by_resource(doc)[bucket]
    assert run.status == 1 and item["outcome"]["state"] == "left" and doc["counts"]["gone"] > 5, run
    assert bucket in lab.buckets() and "DeleteBucket" not in lab.cfn.writes[-3:]
    lab.s3.delete_bucket(Bucket=bucket)
    assert lab.apply("--journal", journal)[0].status == 0
    again, doc = lab.apply("--journal", journal)
    assert again.status == 0 and all(i["action"] == "keep" for i in doc["items"]), again


def set_to(name, value):
    """Sets an attribute of the stack; returns what sets it back."""
    def break_it(lab):
        before = getattr(lab.stack, name)
        setattr(lab.stack, name, value(lab))
        return lambda: setattr(lab.stack, name, before)
    return break_it


def put(place, key, value):
    """Puts a member into a dictionary of the lab; returns what takes it out."""
    def break_it(lab):
        of, before = place(lab), dict(place(lab))
        of[key(lab)] = value
        return lambda: (of.clear(), of.update(before))
    return break_it


def alias(lab):
    lab.account.client("iam").create_account_alias(AccountAlias="lab-prod")
    return lambda: lab.account.client("iam").delete_account_alias(AccountAlias="lab-prod")


def no_brain(lab):
    url = lab.tool.env.pop("CLOUDMR_API_URL")
    return lambda: lab.tool.env.update(CLOUDMR_API_URL=url)


REFUSALS = [
    (set_to("protected", lambda lab: True), "stack.protected"),
    (set_to("status", lambda lab: "UPDATE_IN_PROGRESS"), "stack.busy"),
    (set_to("parent", lambda lab: lab.cfn.stacks[1].arn), "stack.nested"),
    (set_to("role", lambda lab: f"arn:aws:iam::{lab.account.id}:role/none"), "stack.role-gone"),
    (put(lambda lab: lab.stack.imported_by, lambda lab: "x", "reader"), "stack.export-in-use"),
    (put(lambda lab: lab.cfn.foreign, lambda lab: lab.names["data"], "999999999999"), "bucket.foreign"),
    (put(lambda lab: lab.tool.env, lambda lab: "AWS_ACCOUNT_ID", "999999999999"), "account.differs"),
    (alias, "account.production"),
    (no_brain, "brain.not-asked"),
]


def test_what_forbids_it_is_said_and_nothing_is_touched(lab):
    for break_it, reason in REFUSALS:
        mend = break_it(lab)
        run, plan = lab.plan()
        assert run.status == 0 and reason in [b["reason"] for b in plan["blocked"]], (reason, plan["blocked"])
        run, plan = lab.apply()
        assert run.status == 3 and "; nothing was deleted" in run.err, (reason, run)
        assert "administrator" not in run.err, "the hint spoke of a right where none is missing"
        assert not lab.cfn.writes and lab.names["data"] in lab.buckets(), reason
        mend()
    run, _ = lab.apply()
    assert run.status == 0, run
    lab.check_gone()


def test_the_flags_that_open_what_was_closed(lab):
    lab.stack.protected = True
    lab.account.client("iam").create_account_alias(AccountAlias="lab-prod")
    flags = ["--disable-termination-protection", "--confirm-account", lab.account.id]
    lab.cfn.refuse["UpdateTerminationProtection"] = (403, "AccessDenied", "no")
    run, doc = lab.apply(*flags)
    assert run.status == 3 and "nothing was deleted" in run.err, run
    assert lab.cfn.writes == ["UpdateTerminationProtection"] and len(lab.brain.brain.units) == 2, "before anything else"
    lab.cfn.refuse.clear()
    run, doc = lab.apply(*flags)
    assert run.status == 0, run
    lab.check_gone()


def test_consent_is_the_stacks_name(lab):
    run = lab.tool("--apply")
    assert run.status == 2 and f"--confirm {STACK}" in run.err, run
    run = lab.tool("--apply", "--confirm", "mroptimum")
    assert run.status == 2 and "is not the name of the stack" in run.err, run
    assert lab.tool("--confirm", STACK).status == 2
    assert not lab.cfn.writes


def test_no_such_stack_and_nothing_of_it(lab):
    run, plan = lab.plan("--stack", "never-was")
    assert run.status == 0 and plan["stack"]["state"] == "gone" and not plan["items"], run
    assert "nothing to do" in words(lab.tool("--stack", "never-was"))


def test_the_unit_goes_first_and_without_it_nothing_goes(lab):
    lab.brain.brain.faults[:] = [{"path": "/delete", "do": "403", "times": 9}]
    run, doc = lab.apply()
    assert run.status == 3 and "--skip-brain" in run.err and not doc["finished"], run
    assert not lab.cfn.writes and lab.names["data"] in lab.buckets()
    lab.brain.brain.faults.clear()
    run, _ = lab.apply("--skip-brain")
    assert run.status == 0, run
    assert {u["computingUnitId"] for u in lab.brain.brain.units} == {"cu-0001", "cu-0002"}


def test_two_at_a_time_and_a_journal_of_something_else(lab, tmp_path):
    journal = tmp_path / "j.jsonl"
    entry = {"schema": "m2-journal/1", "run": "r", "tool": "m2-cleanup", "time": "t", "step": "plan",
             "resource": lab.stack.arn + "-other", "state": "started", "reason": ""}
    journal.write_text(json.dumps(entry) + "\n")
    run = lab.tool("--apply", "--confirm", STACK, "--journal", journal)
    assert run.status == 2 and "is of something else" in run.err and not lab.cfn.writes, run
    journal.write_text("not ours\n")
    assert lab.tool("--apply", "--confirm", STACK, "--journal", journal).status == 2
    newer = dict(entry, schema="m2-journal/2", resource=lab.stack.arn)
    journal.write_text(json.dumps(newer) + "\n")
    assert lab.tool("--apply", "--confirm", STACK, "--journal", journal).status == 2
    assert not lab.cfn.writes
    held = tmp_path / "held.jsonl"
    import fcntl
    with open(held, "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        run = lab.tool("--apply", "--confirm", STACK, "--journal", held)
    assert run.status == 3 and "another m2-cleanup" in run.err and not lab.cfn.writes, run


def start(lab):
    return subprocess.Popen([lab.tool.path, "--apply", "--confirm", STACK, "--delete-logs", "--format", "json"],
                            env=lab.tool.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_step_the_next_run_ends_the_same(emulator, cleanup, brain, when):
    number, killed = 1, 0
    while True:
        lab = Lab(emulator, cleanup, brain)
        lab.fill()
        box = []
        armed = threading.Event()

        def hook(n, _what, at, number=number, box=box, armed=armed):
            if n == number and at == when:
                armed.wait(10)
                box[0].send_signal(signal.SIGKILL)
                box[0].wait(10)
        lab.cfn.hook = hook
        box.append(start(lab))
        armed.set()
        box[0].communicate(timeout=60)
        lab.cfn.hook = None
        if box[0].returncode == 0:
            lab.server.close()
            break
        assert box[0].returncode == -signal.SIGKILL
        killed += 1
        run, doc = lab.apply("--delete-logs")
        assert run.status == 0, (number, run)
        lab.check_gone()
        groups = [g["logGroupName"] for g in lab.account.client("logs").describe_log_groups()["logGroups"]]
        assert groups == [f"/aws/lambda/{STACK}-RunJob-beside"], number
        lab.server.close()
        number += 1
    assert killed >= 4


def test_interrupted_it_says_what_was_and_was_not_done(lab):
    lab.fill()
    box = []
    armed = threading.Event()

    def hook(_n, what, at):
        if what == "DeleteObjects" and at == "before" and not armed.is_set():
            armed.set()
            box[0].send_signal(signal.SIGINT)
    lab.cfn.hook = hook
    box.append(start(lab))
    out, err = box[0].communicate(timeout=60)
    assert box[0].returncode == 130, err
    doc = json.loads(out)
    assert not doc["finished"] and by_resource(doc)["cu-0001"]["outcome"]["state"] == "gone"
    assert by_resource(doc)[lab.stack.arn]["outcome"]["state"] == "not-begun"
    lab.cfn.hook = None
    run, doc = lab.apply("--delete-logs")
    assert run.status == 0, run
    lab.check_gone()
    assert os.path.exists(doc["journal"])


def test_credentials_that_expire_on_the_way_end_it_cleanly_and_it_goes_on_with_new_ones(lab):
    lab.fill()
    lab.cfn.refuse["DeleteStack"] = (403, "ExpiredToken", "The security token included in the request is expired")
    run, doc = lab.apply("--delete-logs")
    assert run.status == 3 and "expired" in run.err and not doc["finished"], run
    assert by_resource(doc)[lab.names["data"]]["outcome"]["step_done"]
    assert by_resource(doc)[lab.stack.arn]["outcome"]["state"] == "not-begun"
    lab.cfn.refuse.clear()
    run, doc = lab.apply("--delete-logs")
    assert run.status == 0, run
    lab.check_gone()


def test_a_bucket_whose_versions_may_not_be_deleted_keeps_the_stack_from_being_begun(lab):
    bucket = lab.fill()
    lab.cfn.refuse["DeleteObjects"] = (403, "AccessDenied", "Access Denied")
    run, doc = lab.apply()
    assert run.status == 1 and "DeleteStack" not in lab.cfn.writes, run
    assert by_resource(doc)[bucket]["outcome"]["reason"] == "bucket.denied"
    assert by_resource(doc)[lab.stack.arn]["outcome"]["reason"] == "bucket.denied"
    assert lab.stack.status == "CREATE_COMPLETE"


@pytest.mark.parametrize("size,begun", [(100, False), (1600, True)])
def test_a_full_disk_for_the_journal_stops_before_the_next_step(lab, size, begun):
    lab.fill()
    run = subprocess.run([lab.tool.path, "--apply", "--confirm", STACK, "--format", "json"], env=lab.tool.env,
                         capture_output=True, text=True, stdin=subprocess.DEVNULL, restore_signals=False, timeout=60,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert run.returncode == 3 and "journal" in run.stderr and "written" in run.stderr, run.stderr
    assert "DeleteStack" not in lab.cfn.writes and bool(lab.brain.brain.units[0]["computingUnitId"] == "cu-0001") != begun
    run, _ = lab.apply("--delete-logs")
    assert run.status == 0, run
    lab.check_gone()


def on_terminal(lab, typed):
    """Runs the tool on a terminal of its own and types; (exit status, what was shown)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(lab.tool.path, [str(lab.tool.path), "--apply"], lab.tool.env)
    shown = b""
    while True:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if typed is not None and b"Type the stack" in shown and shown.rstrip().endswith(b":"):
            os.write(fd, typed.encode() + b"\n")
            typed = None
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode(errors="replace")


def test_on_a_terminal_the_plan_is_shown_and_the_name_is_typed(lab):
    data = lab.fill()
    status, shown = on_terminal(lab, "mroptimum-mode3")
    assert status == 2 and data in shown and "nothing was deleted" in shown and not lab.cfn.writes, shown
    assert lab.account.id in shown.split("Type the stack", 1)[1]
    status, shown = on_terminal(lab, STACK)
    assert status == 0 and "is deleted" in shown, shown
    lab.check_gone()
