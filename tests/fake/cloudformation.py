"""CloudFormation's deletion as AWS does it, in front of the emulator: nested stacks by ARN, DELETE_FAILED with reasons, what is retained,
a stack gone by name and there by ARN. Everything else goes through to the emulator. Standard library and boto3.

It also watches: S3 calls without x-amz-expected-bucket-owner, and every call that changes something, in order.
"""
import http.client
import http.server
import re
import threading
import urllib.parse
from xml.sax.saxutils import escape

NS = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
WRITES = re.compile(r"CreateChangeSet|ExecuteChangeSet|DeleteChangeSet|DeleteStack|UpdateTerminationProtection|StopExecution|StopTask|DeleteRepository|DeleteLogGroup")


def xml(action, body):
    return (f'<{action}Response xmlns="{NS}"><{action}Result>{body}</{action}Result><ResponseMetadata><RequestId>r'
            f"</RequestId></ResponseMetadata></{action}Response>").encode()


def fault(code, message):
    return 400, (f'<ErrorResponse xmlns="{NS}"><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}'
                 "</Message></Error><RequestId>r</RequestId></ErrorResponse>").encode()


def members(items):
    return "".join(f"<member>{item}</member>" for item in items)


class Stack:
    def __init__(self, arn, name, resources, outputs):
        self.arn, self.name, self.resources, self.outputs = arn, name, resources, outputs
        self.status, self.reason, self.parent, self.role = "CREATE_COMPLETE", "", None, None
        self.protected, self.imported_by, self.events, self.tokens = False, {}, [], set()


class CloudFormation:
    """The stacks of one account: adopted from the emulator once they are deployed."""

    def __init__(self, account):
        self.account, self.stacks = account, []
        self.lock = threading.RLock()
        self.policies = {}   # logical id -> DeletionPolicy; the emulator's template has them too
        self.foreign = {}    # bucket -> account that owns it
        self.before_delete = []  # functions called once each, when a deletion begins
        self.broken = {}     # logical id -> [reasons]: its deletion fails so often
        self.writes, self.unowned = [], []
        self.hook = None     # hook(number, what, "before"|"after")
        self.refuse = {}     # call that changes something -> (HTTP status, code, message)

    def adopt(self, name, parent=None):
        cfn = self.account.client("cloudformation")
        told = cfn.describe_stacks(StackName=name)["Stacks"][0]
        stack = Stack(told["StackId"], told["StackName"], [], told.get("Outputs", []))
        stack.parent = parent
        self.stacks.append(stack)
        for r in cfn.list_stack_resources(StackName=name)["StackResourceSummaries"]:
            entry = {"logical": r["LogicalResourceId"], "id": r["PhysicalResourceId"], "type": r["ResourceType"],
                     "status": "CREATE_COMPLETE", "reason": ""}
            if entry["type"] == "AWS::CloudFormation::Stack":
                entry["id"] = self.adopt(entry["id"], stack.arn).arn
            stack.resources.append(entry)
        return stack

    def find(self, name):
        for stack in self.stacks:
            if stack.arn == name or (stack.name == name and stack.status != "DELETE_COMPLETE"):
                return stack
        return None

    # ---- deletion ----

    def kill(self, r):
        """Deletes one resource; the reason why not, or None."""
        client, kind, name = self.account.client, r["type"], r["id"]
        if self.broken.get(r["logical"]):
            return self.broken[r["logical"]].pop(0)
        try:
            if kind == "AWS::CloudFormation::Stack":
                child = self.find(name)
                self.finish(child, ())
                return None if child.status == "DELETE_COMPLETE" else "Embedded stack was not successfully deleted"
            if kind == "AWS::S3::Bucket":
                if self.foreign.get(name):
                    return "Access Denied (Service: S3, Status Code: 403)"
                client("s3").delete_bucket(Bucket=name)
            elif kind == "AWS::Lambda::Function":
                client("lambda").delete_function(FunctionName=name)
            elif kind == "AWS::StepFunctions::StateMachine":
                client("stepfunctions").delete_state_machine(stateMachineArn=name)
            elif kind == "AWS::ECS::Cluster":
                client("ecs").delete_cluster(cluster=name)
            elif kind == "AWS::ECS::TaskDefinition":
                client("ecs").deregister_task_definition(taskDefinition=name)
            elif kind == "AWS::Logs::LogGroup":
                client("logs").delete_log_group(logGroupName=name)
            elif kind == "AWS::ECR::Repository":
                client("ecr").delete_repository(repositoryName=name)
            elif kind == "AWS::IAM::Role":
                iam = client("iam")
                for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                    iam.delete_role_policy(RoleName=name, PolicyName=policy)
                iam.delete_role(RoleName=name)
        except Exception as e:  # noqa: BLE001 — botocore makes its classes at run time
            code = getattr(e, "response", {}).get("Error", {}).get("Code", "")
            if code in ("NoSuchBucket", "ResourceNotFoundException", "NoSuchEntity", "RepositoryNotFoundException"):
                return None
            return f"{e} ({code})"
        return None

    def finish(self, stack, retain):
        failed = []
        for r in stack.resources:
            if r["status"] in ("DELETE_COMPLETE", "DELETE_SKIPPED"):
                continue
            if r["logical"] in retain or self.policies.get(r["logical"], "Delete") != "Delete":
                r["status"] = "DELETE_SKIPPED"
                continue
            reason = self.kill(r)
            r["status"], r["reason"] = ("DELETE_FAILED", reason) if reason else ("DELETE_COMPLETE", "")
            failed += [r["logical"]] if reason else []
        stack.status = "DELETE_FAILED" if failed else "DELETE_COMPLETE"
        stack.reason = f"The following resource(s) failed to delete: [{', '.join(failed)}]. " if failed else ""

    # ---- calls ----

    def DeleteStack(self, q, stack):
        if stack.protected:
            return fault("ValidationError", f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        retain = [v for k, v in q.items() if k.startswith("RetainResources.member.")]
        if retain and stack.status != "DELETE_FAILED":
            return fault("ValidationError", "RetainResources works only from DELETE_FAILED")
        token = q.get("ClientRequestToken")
        if token in stack.tokens:
            return fault("TokenAlreadyExistsException", "token used before")
        stack.tokens.add(token)
        if stack.status != "DELETE_COMPLETE":
            while self.before_delete:
                self.before_delete.pop(0)()
            if stack.imported_by:
                name, user = next(iter(stack.imported_by.items()))
                stack.reason = f"Export {name} cannot be deleted as it is in use by {user}"
            else:
                self.finish(stack, retain)
        return 200, xml("DeleteStack", "")

    def DescribeStacks(self, _q, stack):
        extra = f"<ParentId>{stack.parent}</ParentId><RootId>{stack.parent}</RootId>" if stack.parent else ""
        if stack.role:
            extra += f"<RoleARN>{stack.role}</RoleARN>"
        outputs = members(f"<OutputKey>{o['OutputKey']}</OutputKey><OutputValue>{escape(o['OutputValue'])}</OutputValue>"
                          for o in stack.outputs)
        outputs += members(f"<OutputKey>E{i}</OutputKey><OutputValue>x</OutputValue><ExportName>{n}</ExportName>"
                           for i, n in enumerate(stack.imported_by))
        return 200, xml("DescribeStacks", f"<Stacks><member><StackId>{stack.arn}</StackId><StackName>{stack.name}</StackName>"
                        f"<CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>{stack.status}</StackStatus>"
                        f"<StackStatusReason>{escape(stack.reason)}</StackStatusReason><EnableTerminationProtection>"
                        f"{str(stack.protected).lower()}</EnableTerminationProtection>{extra}<Outputs>{outputs}</Outputs>"
                        "</member></Stacks>")

    def ListStackResources(self, _q, stack):
        rows = members(f"<LogicalResourceId>{r['logical']}</LogicalResourceId><PhysicalResourceId>{escape(r['id'])}"
                       f"</PhysicalResourceId><ResourceType>{r['type']}</ResourceType><ResourceStatus>{r['status']}"
                       f"</ResourceStatus><ResourceStatusReason>{escape(r['reason'])}</ResourceStatusReason>"
                       "<LastUpdatedTimestamp>2026-01-01T00:00:00Z</LastUpdatedTimestamp>" for r in stack.resources)
        return 200, xml("ListStackResources", f"<StackResourceSummaries>{rows}</StackResourceSummaries>")

    def DescribeStackEvents(self, _q, _stack):
        return 200, xml("DescribeStackEvents", "<StackEvents></StackEvents>")

    def GetTemplate(self, _q, stack):
        text = ", ".join(f'"{r["logical"]}": {{"Type": "{r["type"]}", "DeletionPolicy": '
                         f'"{self.policies.get(r["logical"], "Delete")}"}}' for r in stack.resources)
        return 200, xml("GetTemplate", "<TemplateBody>" + escape('{"Resources": {' + text + "}}") + "</TemplateBody>")

    def UpdateTerminationProtection(self, q, stack):
        stack.protected = q.get("EnableTerminationProtection") == "true"
        return 200, xml("UpdateTerminationProtection", f"<StackId>{stack.arn}</StackId>")

    def ListStacks(self, _q, _stack):
        gone = [s for s in self.stacks if s.status == "DELETE_COMPLETE"]
        return 200, xml("ListStacks", "<StackSummaries>" + members(
            f"<StackId>{s.arn}</StackId><StackName>{s.name}</StackName><StackStatus>DELETE_COMPLETE</StackStatus>"
            "<CreationTime>2026-01-01T00:00:00Z</CreationTime><DeletionTime>2026-11-01T00:00:00Z</DeletionTime>"
            for s in gone) + "</StackSummaries>")

    def ListImports(self, q, _stack):
        for stack in self.stacks:
            if q.get("ExportName") in stack.imported_by:
                return 200, xml("ListImports", f"<Imports>{members([stack.imported_by[q['ExportName']]])}</Imports>")
        return fault("ValidationError", f"Export '{q.get('ExportName')}' is not imported by any stack.")

    def call(self, q):
        action, name = q["Action"], q.get("StackName")
        stack = self.find(name) if name else None
        if name and not stack:
            return fault("ValidationError", f"Stack with id {name} does not exist")
        return getattr(self, action)(q, stack)


class Server:
    """Listens on loopback; `url` is what the tools are pointed at."""

    def __init__(self, cfn, emulator_port):
        outer = self
        self.cfn, self.port_behind = cfn, emulator_port

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_):
                pass

            def answer(self, status, body, headers=(), head=False):
                self.send_response_only(status)
                for key, value in headers:
                    self.send_header(key, value)
                if not any(k.lower() == "content-length" for k, _ in headers):
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not head:
                    self.wfile.write(body)

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                try:
                    outer.serve(self, body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

        class Httpd(http.server.ThreadingHTTPServer):
            request_queue_size = 128  # tools ask for everything at once

            def handle_error(self, *_):
                pass  # a tool that was killed

        self.httpd = Httpd(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, args=(0.02,), daemon=True).start()

    def what(self, h, service, query, body):
        """The name of a call that changes something, or None."""
        target = h.headers.get("X-Amz-Target", "").rsplit(".", 1)[-1] or query.get("Action", "")
        if service == "s3":
            if h.command == "POST" and "delete" in urllib.parse.urlsplit(h.path).query:
                return "DeleteObjects"
            return "Abort" if h.command == "DELETE" else None
        if service == "lambda" and h.command == "PUT":
            return "UpdateFunctionConfiguration"
        return target if WRITES.fullmatch(target) else None

    def serve(self, h, body):
        service = (re.search(r"/([a-z0-9-]+)/aws4_request", h.headers.get("Authorization", "")) or [None, ""])[1]
        query = dict(urllib.parse.parse_qsl(body.decode("latin-1"))) if service == "cloudformation" else {}
        what = self.what(h, service, query, body)
        number = 0
        with self.cfn.lock:
            if what:
                self.cfn.writes.append(what)
                number = len(self.cfn.writes)
        if what and self.cfn.hook:
            self.cfn.hook(number, what, "before")
        if what in self.cfn.refuse:
            status, code, message = self.cfn.refuse[what]
            text = (f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
                    if service == "cloudformation" else f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")
            h.answer(status, text.encode(), [("Content-Type", "text/xml")])
            return
        if service == "s3":
            bucket = urllib.parse.urlsplit(h.path).path.strip("/").split("/")[0]
            owner = h.headers.get("x-amz-expected-bucket-owner")
            if not owner:
                self.cfn.unowned.append(f"{h.command} {h.path}")
            if self.cfn.foreign.get(bucket, owner) != owner:
                h.answer(403, b"" if h.command == "HEAD" else b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
                return
        if service == "cloudformation" and hasattr(self.cfn, query.get("Action", "")):
            with self.cfn.lock:
                status, answer = self.cfn.call(query)
            if what and self.cfn.hook:
                self.cfn.hook(number, what, "after")
            h.answer(status, answer, [("Content-Type", "text/xml")])
            return
        self.forward(h, body, service, what, number)

    def forward(self, h, body, service, what, number):
        conn = http.client.HTTPConnection("127.0.0.1", self.port_behind, timeout=30)
        headers = {k: v for k, v in h.headers.items() if k.lower() not in ("connection", "accept-encoding")}
        conn.request(h.command, h.path, body or None, headers)
        res = conn.getresponse()
        data = res.read()
        if what and self.cfn.hook:
            self.cfn.hook(number, what, "after")
        kept = [(k, v) for k, v in res.getheaders() if k.lower() not in ("transfer-encoding", "connection", "content-length")]
        kept.append(("Content-Length", res.getheader("Content-Length") or str(len(data))))
        h.answer(res.status, data, kept, head=h.command == "HEAD")
        conn.close()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
