"""A laboratory's month of jobs: what happened (the truth, from which a bill can be made by hand), and what AWS answers about it.

Each job of STORY tells what ran: runs of the selector and of the job's function with what Lambda billed, tasks with their size and
seconds. Lab(now) turns that into the answers of Step Functions, ECS, Lambda, CloudWatch Logs and CloudFormation.
"""
import json
from dataclasses import dataclass, field

ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "mroptimum-mode2"
STACK_ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/6b1e2a40-c5d8-11f0-9d3a-0e5b7c2f4a11"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-JobChooser"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{STACK}-cluster"
DEFINITION = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/run-job-fargate:1"
SELECTOR, JOB = f"{STACK}-PlatformSelector", f"{STACK}-RunJob"
DAY = 86400
SECRET_INPUT = "PATIENT-7731"  # what a job works on: must stay out of every snapshot for costs


def arn_of(function):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


@dataclass
class Function:
    """One run of a function."""
    billed: int | None            # ms that Lambda bills; None: it never ran
    took: float = 0               # s as the events have it
    error: str = ""
    report: bool = True           # is there a REPORT line?
    init: float = 0               # ms
    via_invoke: bool = False      # arn:aws:states:::lambda:invoke, whose answer names the request
    status: str = ""


@dataclass
class Task:
    """One task: pulls from `pull` s after it was scheduled to `stop`."""
    stop: float
    pull: float | None = 14.02
    cpu: int = 4096
    memory: int = 16384
    disk: int = 20
    arch: str = "x86_64"
    provider: str = "FARGATE"
    error: str = ""
    told: str = "pascal-ms"       # how the history tells it: pascal-ms, camel-s, iso, cut, never
    known: bool = False           # does DescribeTasks still know it?
    ran: float = 30               # s between the end of the container and that of the task


@dataclass
class Job:
    name: str
    days: float                   # before now
    status: str
    selector: list = field(default_factory=lambda: [Function(342, 0.36)])
    runs: list = field(default_factory=list)
    redrive_after: int = 0        # a redrive came after so many runs
    history: bool = True          # False: gone
    listed: bool = True


STORY = [
    Job("job-1001", 29.9, "SUCCEEDED", [Function(1344, 1.5, init=1001.5)], [Function(19300, 19.6, init=1049.63)]),
    Job("job-1002", 27.4, "SUCCEEDED", runs=[Task(614.42)]),
    Job("job-1003", 25.1, "SUCCEEDED", runs=[
        Task(184.5, provider="FARGATE_SPOT", error="States.TaskFailed"), Task(702.301, provider="FARGATE_SPOT", told="iso")]),
    Job("job-1004", 22.0, "SUCCEEDED", runs=[Task(55.132, arch="arm64", cpu=1024, memory=2048, disk=50, told="camel-s")]),
    Job("job-1005", 20.6, "FAILED", runs=[Task(1400, error="States.TaskFailed")]),
    Job("job-1006", 19.2, "FAILED", runs=[Task(58.27, pull=None, error="States.TaskFailed")]),
    Job("job-1007", 16.7, "FAILED", runs=[Function(900000, 900.2, error="Sandbox.Timedout", status="timeout")]),
    Job("job-1008", 15.3, "SUCCEEDED", runs=[Function(12011, 12.2, error="ValueError"), Function(45678, 45.9)], redrive_after=1),
    Job("job-1009", 12.8, "TIMED_OUT", runs=[Task(3600, told="never")]),
    Job("job-1010", 10.5, "SUCCEEDED", runs=[Function(8123, 8.3, via_invoke=True)]),
    Job("job-1011", 10.5, "SUCCEEDED", runs=[Function(8456, 8.3, via_invoke=True)]),
    Job("job-1012", 8.9, "FAILED", [Function(None, 0.1, error="Lambda.TooManyRequestsException")]),
    Job("job-1013", 7.7, "FAILED", runs=[Task(914, told="cut", error="States.TaskFailed")]),
    Job("job-1014", 6.1, "SUCCEEDED", runs=[Function(33000, 33.1, report=False)]),
    Job("job-1015", 4.5, "SUCCEEDED", history=False),
    Job("job-1016", 0.03, "ABORTED", runs=[Task(1500, told="never", known=True)]),
    Job("job-1017", 0.01, "RUNNING"),
    Job("job-0999", 30.2, "SUCCEEDED", runs=[Task(500)]),
]

OVERHEAD = {"S": "States.TaskFailed"}


def task_arn(job, n):
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{STACK}-cluster/{int(job.name[4:]):04x}{n:028x}"


def request_id(job, kind, n):
    return f"{int(job.name[4:]):08x}-0000-4000-8{kind:03x}-{n:012x}"


class Lab:
    """What AWS answers at NOW (epoch seconds)."""

    def __init__(self, now, story=STORY):
        self.now, self.story, self.logs = now, story, {SELECTOR: [], JOB: []}
        self.described = []
        self.histories = {job.name: self.history(job) for job in story}
        self.ends = {}

    def start(self, job):
        return round(self.now - job.days * DAY, 3)

    def arn(self, job):
        return f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{STACK}-JobChooser:{job.name}"

    # ---- histories ----

    def history(self, job):
        self.at, self.events, self.last = self.start(job), [], 0
        text = json.dumps({"task": {"name": "pmr", "patient": SECRET_INPUT}})
        self.event("ExecutionStarted", executionStarted={"input": text, "inputDetails": {"truncated": False},
                                                         "roleArn": f"arn:aws:iam::{ACCOUNT}:role/StateMachineInvokeRole"})
        if job.status == "RUNNING":
            return self.events
        self.state("Task", "SelectPlatform", 0.05)
        for n, run in enumerate(job.selector):
            self.function(job, SELECTOR, run, 1, n)
        if job.selector[-1].error:
            return self.end(job)
        self.event("TaskStateExited", stateExited={"name": "SelectPlatform", "output": text})
        self.state("Choice", "Choice", 0)
        self.event("ChoiceStateExited", stateExited={"name": "Choice", "output": text})
        via_task = bool(job.runs) and isinstance(job.runs[0], Task)
        name = "RunViaFargate" if via_task else "RunViaLambda"
        self.state("Task", name, 0.02)
        for n, run in enumerate(job.runs):
            if job.redrive_after and n == job.redrive_after:
                self.event("ExecutionFailed", executionFailed={"error": job.runs[n - 1].error, "cause": "as above"})
                self.at += 600
                self.event("ExecutionRedriven", executionRedriven={"redriveCount": 1})
            elif n:
                self.at += 30  # the retrier's pause
            self.task(job, run, n) if via_task else self.function(job, JOB, run, 2, n)
        if job.status == "SUCCEEDED":
            self.event("TaskStateExited", stateExited={"name": name, "output": text})
        return self.end(job)

    def end(self, job):
        details = {"SUCCEEDED": ("ExecutionSucceeded", {"output": json.dumps({"result": SECRET_INPUT})}),
                   "FAILED": ("ExecutionFailed", {"error": "States.TaskFailed", "cause": SECRET_INPUT}),
                   "TIMED_OUT": ("ExecutionTimedOut", {}), "ABORTED": ("ExecutionAborted", {})}[job.status]
        self.event(details[0], **{details[0][0].lower() + details[0][1:]: details[1]})
        return self.events

    def event(self, type_, after=0.0, **details):
        self.at = round(self.at + after, 3)
        one = {"timestamp": self.at, "type": type_, "id": len(self.events) + 1, "previousEventId": self.last}
        for name, value in details.items():
            one[name + "EventDetails"] = value
        self.events.append(one)
        self.last = one["id"]

    def state(self, kind, name, after):
        self.event(f"{kind}StateEntered", after, stateEntered={"name": name, "input": json.dumps({"patient": SECRET_INPUT}),
                                                               "inputDetails": {"truncated": False}})

    def function(self, job, name, run, kind, n):
        request = request_id(job, kind, n)
        if run.via_invoke:
            base = {"resourceType": "lambda", "resource": "invoke"}
            self.event("TaskScheduled", taskScheduled={**base, "region": REGION, "parameters": json.dumps(
                {"FunctionName": arn_of(name), "Payload": {"patient": SECRET_INPUT}})})
            self.event("TaskStarted", 0.05, taskStarted=base)
        else:
            self.event("LambdaFunctionScheduled", lambdaFunctionScheduled={
                "resource": arn_of(name), "input": json.dumps({"patient": SECRET_INPUT}), "inputDetails": {"truncated": False}})
            self.event("LambdaFunctionStarted", 0.05)
        self.report(name, run, request, self.at + run.took - 0.02)
        if run.via_invoke and not run.error:
            self.event("TaskSucceeded", run.took, taskSucceeded={**base, "output": json.dumps({
                "ExecutedVersion": "$LATEST", "Payload": {"patient": SECRET_INPUT}, "StatusCode": 200,
                "SdkHttpMetadata": {"HttpStatusCode": 200}, "SdkResponseMetadata": {"RequestId": request}})})
        elif run.error:
            self.event("LambdaFunctionFailed", run.took, lambdaFunctionFailed={"error": run.error, "cause": SECRET_INPUT})
        else:
            self.event("LambdaFunctionSucceeded", run.took, lambdaFunctionSucceeded={"output": json.dumps(SECRET_INPUT)})

    def report(self, name, run, request, at):
        if run.billed is None or not run.report:
            return
        memory = 128 if name == SELECTOR else 3008
        ms = run.billed - run.init - 0.4
        line = (f"REPORT RequestId: {request}\tDuration: {ms:.2f} ms\tBilled Duration: {run.billed} ms\t"
                f"Memory Size: {memory} MB\tMax Memory Used: 97 MB\t")
        if run.init:
            line += f"Init Duration: {run.init:.2f} ms\t"
        if run.status:
            line += f"Status: {run.status}"
        if name == JOB:  # logs in JSON
            record = {"requestId": request, "status": run.status or "success", "metrics": {
                "durationMs": round(ms, 3), "billedDurationMs": run.billed, "memorySizeMB": memory, "maxMemoryUsedMB": 97}}
            if run.init:
                record["metrics"]["initDurationMs"] = run.init
            line = json.dumps({"time": "2026-11-23T09:00:00.000Z", "type": "platform.report", "record": record})
        self.logs[name].append({"logStreamName": "2026/11/23/[$LATEST]0123456789abcdef", "timestamp": round(at * 1000),
                                "message": line, "ingestionTime": round(at * 1000) + 900, "eventId": request})

    def task(self, job, run, n):
        arn, scheduled = task_arn(job, n), self.at
        base = {"resourceType": "ecs", "resource": "runTask.sync"}
        self.event("TaskScheduled", taskScheduled={**base, "region": REGION, "parameters": json.dumps({
            "LaunchType": "FARGATE", "Cluster": CLUSTER, "TaskDefinition": DEFINITION,
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-0bc85c2d45d0e54b5"], "AssignPublicIp": "ENABLED"}},
            "Overrides": {"ContainerOverrides": [{"Name": "run-job", "Environment": [
                {"Name": "FILE_EVENT", "Value": SECRET_INPUT}]}]}})})
        self.event("TaskStarted", 0.03, taskStarted=base)
        one = self.task_json(run, arn, scheduled)
        begun = {k: v for k, v in one.items() if k in ("TaskArn", "ClusterArn", "Cpu", "Memory", "TaskDefinitionArn", "LaunchType",
                                                       "Overrides", "LastStatus", "CreatedAt")}
        if run.told != "cut":
            begun.update({k: one[k] for k in ("CapacityProviderName", "EphemeralStorage", "Attributes")})
        self.event("TaskSubmitted", 0.9, taskSubmitted={**base, "output": json.dumps({"Failures": [], "Tasks": [begun]})})
        left = run.stop - (self.at - scheduled)
        if run.known:
            self.described.append(self.lower(one))
        if run.told == "never":
            self.at = round(self.at + left, 3)
            return
        text = self.spelled(one, run.told)
        if run.error:
            self.event("TaskFailed", left + 1.5, taskFailed={**base, "error": run.error, "cause": text})
        else:
            self.event("TaskSucceeded", left + 1.5, taskSucceeded={**base, "output": text})

    def task_json(self, run, arn, at):
        one = {"TaskArn": arn, "ClusterArn": CLUSTER, "TaskDefinitionArn": DEFINITION, "LastStatus": "STOPPED",
               "Cpu": str(run.cpu), "Memory": str(run.memory), "EphemeralStorage": {"SizeInGiB": run.disk},
               "CapacityProviderName": run.provider, "LaunchType": "FARGATE", "PlatformFamily": "Linux", "PlatformVersion": "1.4.0",
               "Attributes": [{"Name": "ecs.cpu-architecture", "Value": run.arch}],
               "Overrides": {"ContainerOverrides": [{"Name": "run-job", "Environment": [
                   {"Name": "FILE_EVENT", "Value": SECRET_INPUT}]}]},
               "StopCode": "EssentialContainerExited", "StoppedReason": "Essential container in task exited",
               "CreatedAt": at + 0.9, "StoppingAt": at + run.stop - 31, "StoppedAt": at + run.stop}
        if run.pull is not None:
            one.update(PullStartedAt=at + run.pull, PullStoppedAt=at + run.pull + 9, StartedAt=at + run.pull + 11,
                       ExecutionStoppedAt=at + run.stop - run.ran)
        return one

    @staticmethod
    def lower(one):
        def small(v):
            if isinstance(v, dict):
                return {k[:1].lower() + k[1:]: small(x) for k, x in v.items()}
            return [small(x) for x in v] if isinstance(v, list) else v
        return small(one)

    def spelled(self, one, told):
        times = [k for k in one if k.endswith("At")]
        if told == "camel-s":
            return json.dumps(self.lower({**one, **{k: round(one[k], 3) for k in times}}))
        if told == "iso":
            return json.dumps({**one, **{k: iso(one[k]) for k in times}})
        text = json.dumps({**one, **{k: round(one[k] * 1000) for k in times}})
        return text[:len(text) // 2] if told == "cut" else text

    # ---- answers ----

    def executions(self):
        rows = []
        for job in sorted(self.story, key=lambda j: -self.start(j)):
            if not job.listed:
                continue
            events = self.histories[job.name]
            row = {"executionArn": self.arn(job), "stateMachineArn": MACHINE, "name": job.name, "status": job.status,
                   "startDate": self.start(job), "redriveCount": 1 if job.redrive_after else 0}
            if job.status != "RUNNING":
                row["stopDate"] = events[-1]["timestamp"]
            rows.append(row)
        return rows


def iso(seconds):
    import datetime
    return datetime.datetime.fromtimestamp(round(seconds, 3), datetime.timezone.utc).isoformat(timespec="milliseconds")
