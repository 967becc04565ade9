"""CloudFormation's answers: stacks, their resources and their events, of successes and of failures."""
from complete import CHILD_RESOURCES, DEPLOYED, child_arn, physical, root_arn
from mode2 import CHILD
from seed import STACK

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def clock(second):
    """Time of an event, SECOND after the deployment began."""
    minute, second = divmod(41 + second, 60)
    return f"2026-11-20T14:{2 + minute:02}:{second:02}.{(second * 37) % 1000:03}000+00:00"


class Events:
    """Events in the order they happened; `answer` gives them newest first, as AWS does."""

    def __init__(self, a, token="Console-CreateStack-1d0a2f77-6b4e-4b83-a2c5-30c9e7b81f64"):
        self.a, self.token, self.second, self.list = a, token, 0, []

    def add(self, nested, logical, kind, resource, status, reason=None, after=2):
        self.second += after
        stack_id = child_arn(self.a) if nested else root_arn(self.a)
        name = CHILD if nested else STACK
        own = kind == "AWS::CloudFormation::Stack" and resource == stack_id
        event = {"StackId": stack_id, "StackName": name, "LogicalResourceId": name if own else logical,
                 "PhysicalResourceId": resource, "ResourceType": kind, "Timestamp": clock(self.second),
                 "ResourceStatus": status, "ClientRequestToken": self.token}
        event["EventId"] = (f"{len(self.list):08x}-c5d8-11f0-8a51-0affd1e2b3c5" if own
                            else f"{logical}-{status}-{clock(self.second)[:23]}Z")
        if reason:
            event["ResourceStatusReason"] = reason
        self.list.append(event)

    def own(self, nested, status, reason=None, after=2):
        stack_id = child_arn(self.a) if nested else root_arn(self.a)
        self.add(nested, "", "AWS::CloudFormation::Stack", stack_id, status, reason, after)

    def child(self, status, reason=None, after=2):
        self.add(False, "CalculationApp", "AWS::CloudFormation::Stack", child_arn(self.a), status, reason, after)

    def made(self, nested, logical, kind, resource, after=3):
        self.add(nested, logical, kind, "", "CREATE_IN_PROGRESS")
        self.add(nested, logical, kind, resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        self.add(nested, logical, kind, resource, "CREATE_COMPLETE", after=after)

    def put(self, s):
        for arn in (root_arn(self.a), child_arn(self.a)):
            mine = [e for e in reversed(self.list) if e["StackId"] == arn]
            if mine:
                s.put("cloudformation", "DescribeStackEvents", {"StackName": arn}, {"StackEvents": mine})


def one_stack(a, nested, status, outputs=(), parameters=(), reason=None):
    stack = {"StackId": child_arn(a) if nested else root_arn(a), "StackName": CHILD if nested else STACK,
             "Description": "MR Optimum calculation (Lambda and Fargate)" if nested
             else "MR Optimum Mode 2: computing in the user's account",
             "Parameters": list(parameters), "CreationTime": clock(60 if nested else 0), "RollbackConfiguration": {},
             "StackStatus": status, "DisableRollback": False, "NotificationARNs": [],
             "Capabilities": CAPABILITIES, "Outputs": list(outputs), "Tags": [],
             "EnableTerminationProtection": False, "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}}
    if nested:
        stack.update(ParentId=root_arn(a), RootId=root_arn(a))
    if reason:
        stack["StackStatusReason"] = reason
    return {"Stacks": [stack]}


def described(a, s, status, root_outputs=(), child_outputs=(), parameters=(), reason=None, child_status=None):
    s.put("cloudformation", "DescribeStacks", {"StackName": STACK},
          one_stack(a, False, status, root_outputs, parameters, reason))
    kept = [p for p in parameters if not p["ParameterKey"].startswith("CloudMR")]
    s.put("cloudformation", "DescribeStacks", {"StackName": child_arn(a)},
          one_stack(a, True, child_status or status, child_outputs, kept))


def listed(s, arn, rows):
    """ROWS: (logical id, type, physical id, status[, reason])."""
    out = []
    for logical, kind, resource, status, *reason in rows:
        row = {"LogicalResourceId": logical, "PhysicalResourceId": resource, "ResourceType": kind,
               "LastUpdatedTimestamp": DEPLOYED, "ResourceStatus": status,
               "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"}}
        if reason:
            row["ResourceStatusReason"] = reason[0]
        out.append(row)
    s.put("cloudformation", "ListStackResources", {"StackName": arn}, {"StackResourceSummaries": out})


def child_rows(a):
    return [(name, kind, physical(a, name)) for name, kind in CHILD_RESOURCES]


def created(a, s, own):
    """Everything was created. OWN: the root's resources but the nested stack."""
    events = Events(a)
    events.own(False, "CREATE_IN_PROGRESS", "User Initiated", after=0)
    for row in own[:-1]:
        events.made(False, *row)
    events.child("CREATE_IN_PROGRESS")
    events.own(True, "CREATE_IN_PROGRESS", "User Initiated")
    for row in child_rows(a):
        events.made(True, *row, after=5)
    events.own(True, "CREATE_COMPLETE")
    events.child("CREATE_COMPLETE")
    for row in own[-1:]:
        events.made(False, *row, after=14)
    events.own(False, "CREATE_COMPLETE")
    events.put(s)
    nested = ("CalculationApp", "AWS::CloudFormation::Stack", child_arn(a), "CREATE_COMPLETE")
    listed(s, root_arn(a), [nested, *[(*row, "CREATE_COMPLETE") for row in own]])
    listed(s, child_arn(a), [(*row, "CREATE_COMPLETE") for row in child_rows(a)])
