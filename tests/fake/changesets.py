"""CloudFormation's change sets in front of the emulator: what a template would change, carried out in the emulator, or failing as a
recorded failure did. Standard library, boto3 and PyYAML.

A stack advances one step at each DescribeStacks, so that who polls sees it work.
"""
import json
import uuid

import yaml

from cloudformation import CloudFormation, Server, Stack, escape, fault, members, xml

TIME = "2026-11-26T10:00:00Z"
REPLACES = {"AWS::ECS::TaskDefinition": None, "AWS::S3::Bucket": {"BucketName"}}  # None: whatever changes


class Loader(yaml.SafeLoader):
    pass


def short_form(loader, suffix, node):
    build = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, deep=True),
             yaml.MappingNode: lambda n: loader.construct_mapping(n, deep=True)}
    value = build[type(node)](node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix: value}


Loader.add_multi_constructor("!", short_form)


def holds(template, parameters, name):
    """Is condition NAME true?"""
    def value(v):
        if isinstance(v, dict):
            (kind, arg), = v.items()
            if kind == "Ref":
                return parameters.get(arg, f"<{arg}>")
            if kind == "Condition":
                return value(template["Conditions"][arg])
            if kind == "Fn::Equals":
                return str(value(arg[0])) == str(value(arg[1]))
            if kind == "Fn::Not":
                return not value(arg[0])
            if kind == "Fn::And":
                return all(map(value, arg))
            if kind == "Fn::Or":
                return any(map(value, arg))
            if kind == "Fn::Join":
                return arg[0].join(map(str, value(arg[1]) if isinstance(arg[1], dict) else arg[1]))
            return json.dumps(v)
        return v
    return value(template["Conditions"][name])


def there(template, parameters):
    return {i: r for i, r in template["Resources"].items()
            if "Condition" not in r or holds(template, parameters, r["Condition"])}


class ChangeSet:
    def __init__(self, name, kind, stack, template, body, parameters, tags):
        self.name, self.kind, self.stack, self.template, self.body = name, kind, stack, template, body
        self.parameters, self.tags = parameters, tags
        self.arn = f"arn:aws:cloudformation:us-east-1:123456789012:changeSet/{name}/{uuid.uuid4()}"
        self.status, self.execution, self.reason, self.polls, self.changes = "CREATE_PENDING", "UNAVAILABLE", "", 1, []
        self.children = {}  # logical id -> change set of a nested stack


class Deployments(CloudFormation):
    def __init__(self, account):
        super().__init__(account)
        self.sets, self.polls = [], 1
        self.failure = None     # (logical id, type, reason[, (child logical id, type, reason)]): the next execution fails so
        self.no_rollback = False  # the rollback fails too
        self.executed = []      # (name, token): each once
        self.bad_change_set = None
        self.nested = {}        # logical id of a nested stack -> rows of what changes in it
        self.make = True        # resources are made in the emulator

    def find(self, name):
        return super().find(name)

    # ---- events ----

    def event(self, stack, logical, kind, resource, status, reason="", token=None):
        stack.events.append({"EventId": str(uuid.uuid4()), "StackId": stack.arn, "StackName": stack.name, "LogicalResourceId": logical,
                             "PhysicalResourceId": resource, "ResourceType": kind, "ResourceStatus": status,
                             "ResourceStatusReason": reason, "ClientRequestToken": token, "Timestamp": TIME})

    def own(self, stack, status, reason="", token=None):
        stack.status, stack.reason = status, reason
        self.event(stack, stack.name, "AWS::CloudFormation::Stack", stack.arn, status, reason, token)

    def DescribeStackEvents(self, q, stack):
        rows = []
        for e in reversed(stack.events):
            rows.append("".join(f"<{k}>{escape(v)}</{k}>" for k, v in e.items() if v))
        return 200, xml("DescribeStackEvents", f"<StackEvents>{members(rows)}</StackEvents>")

    # ---- change sets ----

    def parameters_of(self, q, template, stack):
        out = {k: str(p["Default"]) for k, p in template.get("Parameters", {}).items() if "Default" in p}
        i = 1
        while f"Parameters.member.{i}.ParameterKey" in q:
            key, prefix = q[f"Parameters.member.{i}.ParameterKey"], f"Parameters.member.{i}."
            if key not in template.get("Parameters", {}):
                return None, f"Parameters: [{key}] do not exist in the template"
            out[key] = stack.given[key] if q.get(prefix + "UsePreviousValue") == "true" else q.get(prefix + "ParameterValue", "")
            i += 1
        missing = [k for k in template.get("Parameters", {}) if k not in out]
        return (None, f"Parameters: {missing} must have values") if missing else (out, None)

    def CreateChangeSet(self, q, stack):
        body = q["TemplateBody"]
        template = yaml.load(body, Loader)
        kind, name = q["ChangeSetType"], q["ChangeSetName"]
        if len(body.encode()) > 51200:
            return fault("ValidationError", "1 validation error detected: Value at 'templateBody' failed to satisfy constraint")
        iam = any(r["Type"].startswith("AWS::IAM") for r in template["Resources"].values())
        if iam and not any(k.startswith("Capabilities.member") for k in q):
            return fault("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
        if kind == "CREATE" and stack and stack.status != "REVIEW_IN_PROGRESS":
            return fault("ValidationError", f"Stack [{stack.name}] already exists and cannot be created again")
        if kind == "UPDATE" and (not stack or stack.status.startswith("ROLLBACK_") or stack.status.endswith("IN_PROGRESS")):
            return fault("ValidationError", f"Stack:{stack and stack.arn} is in {stack and stack.status} state and can not be updated.")
        if any(s.name == name for s in self.sets):
            return fault("AlreadyExistsException", f"ChangeSet {name} already exists")
        parameters, why = self.parameters_of(q, template, stack)
        if why:
            return fault("ValidationError", why)
        if not stack:
            arn = f"arn:aws:cloudformation:us-east-1:{self.account.id}:stack/{q['StackName']}/{uuid.uuid4()}"
            stack = Stack(arn, q["StackName"], [], [])
            stack.given, stack.template = {}, {"Resources": {}}
            self.stacks.append(stack)
            self.own(stack, "REVIEW_IN_PROGRESS")
        tags = {q[k]: q[k.replace(".Key", ".Value")] for k in q if k.startswith("Tags.member.") and k.endswith(".Key")}
        made = ChangeSet(name, kind, stack, template, body, parameters, tags)
        made.changes = self.diff(stack, template, parameters) if kind == "UPDATE" else [
            ("Add", i, "", r["Type"], "", "") for i, r in sorted(there(template, parameters).items())]
        if stack.status != "REVIEW_IN_PROGRESS" and getattr(stack, "tags", {}) != tags and tags:
            made.changes.append(("Modify", "Tagged", "", "AWS::S3::Bucket", "False", "Tags"))
        if q.get("IncludeNestedStacks") == "true":
            for logical, rows in self.nested.items():
                child = made.children[logical] = ChangeSet(f"{name}-{logical}", kind, stack, {}, "", {}, {})
                child.status, child.execution, child.changes = "CREATE_COMPLETE", "AVAILABLE", rows
        self.sets.append(made)
        return 200, xml("CreateChangeSet", f"<Id>{made.arn}</Id><StackId>{stack.arn}</StackId>")

    def diff(self, stack, template, parameters):
        old, new = there(stack.template, stack.given), there(template, parameters)
        ids = {r["logical"]: r["id"] for r in stack.resources}
        changed = {k for k in parameters if parameters[k] != stack.given.get(k)}
        rows = []
        for i in sorted(set(old) | set(new)):
            if i not in new:
                rows.append(("Remove", i, ids.get(i, ""), old[i]["Type"], "", ""))
            elif i not in old:
                rows.append(("Add", i, "", new[i]["Type"], "", ""))
            else:
                text = json.dumps(new[i])
                uses = sorted(k for k in changed if f'"Ref": "{k}"' in text or "${%s}" % k in text)
                if uses or old[i] != new[i]:
                    rule = REPLACES.get(new[i]["Type"], set())
                    properties = {p for p, v in new[i].get("Properties", {}).items()
                                  if old[i].get("Properties", {}).get(p) != v or any(k in json.dumps(v) for k in uses)}
                    replaced = rule is None or bool(rule & properties)
                    rows.append(("Modify", i, ids.get(i, ""), new[i]["Type"], str(replaced),
                                 "|".join(f"{p}:{','.join(uses)}" for p in sorted(properties))))
        return rows

    def the_set(self, q):
        known = [*self.sets, *(c for s in self.sets for c in s.children.values())]
        return next((s for s in known if q["ChangeSetName"] in (s.name, s.arn)), None)

    def DescribeChangeSet(self, q, stack):
        made = self.the_set(q)
        if not made:
            return fault("ChangeSetNotFoundException", f"ChangeSet [{q['ChangeSetName']}] does not exist")
        if made.status == "CREATE_PENDING" and made.polls:
            made.polls -= 1
        elif made.status == "CREATE_PENDING":
            made.status, made.execution = "CREATE_COMPLETE", "AVAILABLE"
            if not made.changes:
                made.status, made.execution = "FAILED", "UNAVAILABLE"
                made.reason = "The submitted information didn't contain changes. Submit different information to create a change set."
            if self.bad_change_set:
                made.status, made.execution, made.reason = "FAILED", "UNAVAILABLE", self.bad_change_set
        rows = []
        for action, logical, physical, kind, replacement, why in made.changes if made.status != "CREATE_PENDING" else []:
            details = ""
            for one in filter(None, why.split("|")):
                name, _, uses = one.partition(":")
                cause = f"<CausingEntity>{uses}</CausingEntity>" if uses else ""
                details += (f"<member><Target><Attribute>Properties</Attribute><Name>{name}</Name></Target>{cause}"
                            "<ChangeSource>ParameterReference</ChangeSource></member>")
            rows.append(f"<Type>Resource</Type><ResourceChange><Action>{action}</Action><LogicalResourceId>{logical}</LogicalResourceId>"
                        f"<PhysicalResourceId>{escape(physical)}</PhysicalResourceId><ResourceType>{kind}</ResourceType>"
                        + (f"<Replacement>{replacement}</Replacement>" if replacement else "")
                        + (f"<ChangeSetId>{made.children[logical].arn}</ChangeSetId>" if logical in made.children else "")
                        + f"<Details>{details}</Details></ResourceChange>")
        return 200, xml("DescribeChangeSet", f"<ChangeSetName>{made.name}</ChangeSetName><ChangeSetId>{made.arn}</ChangeSetId>"
                        f"<StackId>{made.stack.arn}</StackId><StackName>{made.stack.name}</StackName><Status>{made.status}</Status>"
                        f"<ExecutionStatus>{made.execution}</ExecutionStatus><StatusReason>{escape(made.reason)}</StatusReason>"
                        f"<Changes>{members(rows)}</Changes>")

    def DeleteChangeSet(self, q, stack):
        made = self.the_set(q)
        if made and made.execution in ("EXECUTE_IN_PROGRESS",):
            return fault("InvalidChangeSetStatus", "ChangeSet is being executed")
        if made and made.execution != "EXECUTE_COMPLETE":
            self.sets.remove(made)
        return 200, xml("DeleteChangeSet", "")

    # ---- execution ----

    def ExecuteChangeSet(self, q, stack):
        made = self.the_set(q)
        if not made:
            return fault("ChangeSetNotFoundException", f"ChangeSet [{q['ChangeSetName']}] does not exist")
        if made.execution != "AVAILABLE":
            return fault("InvalidChangeSetStatus", f"ChangeSet [{made.arn}] cannot be executed in its current execution status")
        made.execution = "EXECUTE_IN_PROGRESS"
        self.executed.append(made.name)
        token, keep = q.get("ClientRequestToken"), q.get("DisableRollback") == "true"
        verb = "CREATE" if made.kind == "CREATE" else "UPDATE"
        self.own(made.stack, verb + "_IN_PROGRESS", "User Initiated", token)
        made.stack.next = [self.fail if self.failure else self.succeed]
        made.stack.work, made.stack.polls = (made, token, verb, keep), self.polls
        return 200, xml("ExecuteChangeSet", "")

    def succeed(self, made, token, verb, _keep):
        stack = made.stack
        if self.make:
            self.apply(stack, made)
        else:
            self.pretend(stack, made)
        for _, logical, _, kind, _, _ in made.changes:
            self.event(stack, logical, kind, logical, verb + "_IN_PROGRESS", "", token)
            self.event(stack, logical, kind, logical, verb + "_COMPLETE", "", token)
        stack.given, stack.template, stack.tags, stack.body = made.parameters, made.template, made.tags, made.body
        made.execution = "EXECUTE_COMPLETE"
        self.own(stack, verb + "_COMPLETE", "", token)

    def pretend(self, stack, made):
        """Resources and outputs by name alone."""
        region = f"us-east-1:{self.account.id}"
        outputs = {"CalculationStateMachineArn": f"arn:aws:states:{region}:stateMachine:{stack.name}-JobChooser",
                   "RunJobLambdaArn": f"arn:aws:lambda:{region}:function:{stack.name}-RunJob", "Mode": "mode_2",
                   "ECSClusterNameOutput": f"{stack.name}-cluster", "DataBucketName": f"{stack.name}-data-{self.account.id}",
                   "ResultsBucketName": f"{stack.name}-results-{self.account.id}",
                   "FailedBucketName": f"{stack.name}-failed-{self.account.id}",
                   "CloudMRCrossAccountRoleArn": f"arn:aws:iam::{self.account.id}:role/{stack.name}-CloudMRCrossAccountRole"}
        stack.outputs = [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]
        old = {r["logical"]: r["id"] for r in stack.resources}
        stack.resources = [{"logical": i, "id": old.get(i, f"{stack.name}-{i}"), "type": r["Type"], "status": "CREATE_COMPLETE",
                            "reason": ""} for i, r in there(made.template, made.parameters).items()]

    def apply(self, stack, made):
        cfn = self.account.client("cloudformation")
        given = {"StackName": stack.name, "TemplateBody": made.body, "Capabilities": ["CAPABILITY_NAMED_IAM"],
                 "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in made.parameters.items()]}
        (cfn.create_stack if made.kind == "CREATE" else cfn.update_stack)(**given)
        old = {r["logical"]: r["id"] for r in stack.resources}
        told = cfn.describe_stacks(StackName=stack.name)["Stacks"][0]
        stack.outputs = told.get("Outputs", [])
        stack.resources = [{"logical": r["LogicalResourceId"], "id": r["PhysicalResourceId"], "type": r["ResourceType"],
                            "status": "CREATE_COMPLETE", "reason": ""}
                           for r in cfn.list_stack_resources(StackName=stack.name)["StackResourceSummaries"]]
        self.renew(stack, {old[r["logical"]]: r["id"] for r in stack.resources if old.get(r["logical"], r["id"]) != r["id"]})

    def renew(self, stack, replaced):
        """CloudFormation also updates what names a replaced resource; the emulator does not."""
        states = self.account.client("stepfunctions")
        for r in stack.resources if replaced else ():
            if r["type"] == "AWS::StepFunctions::StateMachine":
                text = states.describe_state_machine(stateMachineArn=r["id"])["definition"]
                for before, after in replaced.items():
                    text = text.replace(before, after)
                states.update_state_machine(stateMachineArn=r["id"], definition=text)

    def fail(self, made, token, verb, keep):
        stack, (logical, kind, reason, *child) = made.stack, self.failure
        self.failure, made.execution = None, "EXECUTE_FAILED"
        if verb == "CREATE":
            stack.given = made.parameters
        resource = logical
        if child:
            resource = f"arn:aws:cloudformation:us-east-1:{self.account.id}:stack/{stack.name}-{logical}-1ABC/{uuid.uuid4()}"
            nested = Stack(resource, resource.split("/")[1], [], [])
            nested.parent, nested.given, nested.template = stack.arn, {}, {"Resources": {}}
            self.stacks.append(nested)
            self.own(nested, verb + "_IN_PROGRESS", "", token)
            self.event(nested, child[0][0], child[0][1], "", verb + "_FAILED", child[0][2], token)
            self.own(nested, verb + "_FAILED", f"The following resource(s) failed to create: [{child[0][0]}]. ", token)
        self.event(stack, logical, kind, resource, verb + "_IN_PROGRESS", "", token)
        self.event(stack, logical, kind, resource, verb + "_FAILED", reason, token)
        stack.resources.append({"logical": logical, "id": resource, "type": kind, "status": verb + "_FAILED", "reason": reason})
        if keep:
            self.own(stack, verb + "_FAILED", f"The following resource(s) failed: [{logical}]. ", token)
            return
        back = "ROLLBACK" if verb == "CREATE" else "UPDATE_ROLLBACK"
        self.own(stack, back + "_IN_PROGRESS", f"The following resource(s) failed to create: [{logical}]. Rollback requested by user.", token)
        stack.next.append(self.roll_back)
        stack.polls = self.polls

    def roll_back(self, made, token, verb, _keep):
        stack = made.stack
        back = "ROLLBACK" if verb == "CREATE" else "UPDATE_ROLLBACK"
        failed = stack.resources[-1]
        if self.no_rollback:
            self.event(stack, failed["logical"], failed["type"], failed["id"], "DELETE_FAILED", "The bucket you tried to delete is not empty", token)
            failed["status"] = "DELETE_FAILED"
            self.own(stack, back + "_FAILED", f"The following resource(s) failed to delete: [{failed['logical']}]. ", token)
            return
        failed["status"] = "DELETE_COMPLETE"
        if verb == "UPDATE":
            stack.resources.pop()
        self.own(stack, back + "_COMPLETE", "", token)

    def advance(self, stack):
        if not getattr(stack, "next", None):
            return
        if stack.polls:
            stack.polls -= 1
            return
        stack.next.pop(0)(*stack.work)

    # ---- what is asked of stacks ----

    def DescribeStacks(self, q, stack):
        self.advance(stack)
        status, answer = super().DescribeStacks(q, stack)
        given = members(f"<ParameterKey>{k}</ParameterKey><ParameterValue>{escape(v)}</ParameterValue>"
                        for k, v in getattr(stack, "given", {}).items())
        return status, answer.replace(b"<Outputs>", f"<Parameters>{given}</Parameters><Outputs>".encode(), 1)

    def GetTemplate(self, q, stack):
        if not getattr(stack, "body", None):
            return super().GetTemplate(q, stack)
        return 200, xml("GetTemplate", f"<TemplateBody>{escape(stack.body)}</TemplateBody>")

    def DeleteStack(self, q, stack):
        if stack.status in ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"):
            stack.status = "DELETE_COMPLETE"
            self.sets = [s for s in self.sets if s.stack is not stack]
            return 200, xml("DeleteStack", "")
        return super().DeleteStack(q, stack)

    def call(self, q):
        if q["Action"] == "CreateChangeSet":
            return self.CreateChangeSet(q, self.find(q["StackName"]))
        return super().call(q)


IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/lab</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>"""


class DeployServer(Server):
    """Counts every request; the one of number `fault[0]` is answered as `fault[1]` says."""

    def __init__(self, cfn, emulator_port):
        self.count, self.fault, self.seen = 0, None, []
        super().__init__(cfn, emulator_port)

    def serve(self, h, body):
        with self.cfn.lock:
            self.count += 1
            number = self.count
            self.seen.append((number, h.command, h.path, body[:80].decode("latin-1")))
        if self.fault and self.fault[0] == number:
            kind = self.fault[1]
            if kind == "500":
                h.answer(500, b"<ErrorResponse><Error><Code>InternalFailure</Code><Message>broken</Message></Error></ErrorResponse>",
                         [("Content-Type", "text/xml")])
                return
            if kind == "denied":
                h.answer(403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
                         [("Content-Type", "text/xml"), ("x-amzn-errortype", "AccessDenied")])
                return
            if kind == "lost":  # it acts, and the answer is lost
                answer, h.answer = h.answer, lambda *_a, **_k: None
                super().serve(h, body)
                h.answer = answer
                h.close_connection = True
                h.connection.close()
                return
        super().serve(h, body)


class LoneServer(DeployServer):
    """Without an emulator: who is asking is known, stacks are the simulator's, and nothing else may be seen."""

    def __init__(self, cfn):
        super().__init__(cfn, 0)

    def forward(self, h, body, service, what, number):
        if service == "sts":
            h.answer(200, IDENTITY.encode(), [("Content-Type", "text/xml")])
            return
        if service == "s3" and h.command == "HEAD":  # buckets of the account
            h.answer(200, b"", [("x-amz-bucket-region", "us-east-1")], head=True)
            return
        if service == "cloudformation":  # an operation that the simulator does not have
            h.answer(403, fault("AccessDenied", "no")[1], [("Content-Type", "text/xml")])
            return
        h.answer(403, b'{"__type": "AccessDeniedException", "message": "no"}' if h.headers.get("X-Amz-Target") else
                 b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
                 [("Content-Type", "text/xml"), ("x-amzn-errortype", "AccessDenied")])
