"""The faults: (name, slug, slot, how). Two faults of one slot stand in each other's way and are never paired."""
import fnmatch
import json

from cases_stack import (ACCOUNT, ARN, BUCKETS, CLUSTER, FUNCTION, HUB, NESTED, REGION, ROLE, SELECTOR, STACK, both, described,
                         event, events, handler, history, in_history, task, tasks_stopped, update_failed)

PULL, INIT = "CannotPullContainerError: ", "ResourceInitializationError: "
EXITED = "Essential container in task exited"


def status(value):
    def set_it(a):
        a.stack["StackStatus"] = value
    return set_it


def output(key, value):
    def set_it(a):
        a.stack["Outputs"] = [o for o in a.stack["Outputs"] if o["OutputKey"] != key]
        if value is not None:
            a.stack["Outputs"].append({"OutputKey": key, "OutputValue": value})
    return set_it


def gone(operation, about, code, message=""):
    return lambda a: [c.update(status="error", error={"code": code, "message": message}) or c.pop("output", None)
                      for c in a.calls(operation, about)]


def created_nested(a):
    """The usual failure: a function deep in the application, everything rolled back, nested stacks deleted."""
    reason = handler("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008")
    inner = (f"{STACK}-CalculationApp-1ABC", NESTED)
    a.drop("describe-stack-resources")
    a.drop("GetFunction"), a.drop("GetRole"), a.drop("DescribeStateMachine"), a.drop("GetBucketLocation"), a.drop("HeadBucket")
    a.drop("ListExecutions"), a.drop("ListTasks"), a.drop("DescribeTaskDefinition"), a.drop("DescribeClusters")
    a.stack["Outputs"] = []
    a.add("cloudformation", "DescribeStackResources", {"StackResources": [
        {"StackName": STACK, "StackId": ARN, "LogicalResourceId": "CalculationApp", "PhysicalResourceId": NESTED,
         "ResourceType": "AWS::CloudFormation::Stack", "ResourceStatus": "DELETE_COMPLETE"}]}, StackName=STACK)
    events(a, "ROLLBACK_COMPLETE", [
        event(STACK, ARN, STACK, "ROLLBACK_COMPLETE", 500),
        event("CalculationApp", NESTED, "", "DELETE_COMPLETE", 490),
        event(STACK, ARN, STACK, "ROLLBACK_IN_PROGRESS", 410,
              "The following resource(s) failed to create: [CalculationApp, CloudMRCrossAccountRole]. Rollback requested by user."),
        event("CloudMRCrossAccountRole", "", "", "CREATE_FAILED", 405, "Resource creation cancelled", kind="AWS::IAM::Role"),
        event("CalculationApp", NESTED, "", "CREATE_FAILED", 404, f"Embedded stack {NESTED} was not successfully created: "
              "The following resource(s) failed to create: [RunJobLambda, ECSCluster]. "),
        event("CalculationApp", NESTED, "", "CREATE_IN_PROGRESS", 10, "Resource creation Initiated"),
        event(STACK, ARN, STACK, "CREATE_IN_PROGRESS", 0, "User Initiated")])
    a.add("cloudformation", "DescribeStackEvents", {"StackEvents": [
        event(inner[0], NESTED, "", "DELETE_COMPLETE", 489, stack=inner),
        event(inner[0], NESTED, "", "DELETE_IN_PROGRESS", 420, stack=inner),
        event(inner[0], NESTED, "", "CREATE_FAILED", 403, "The following resource(s) failed to create: [RunJobLambda, ECSCluster]. ",
              stack=inner),
        event("ECSCluster", "", "", "CREATE_FAILED", 402, "Resource creation cancelled", kind="AWS::ECS::Cluster", stack=inner),
        event("RunJobLambda", "", "", "CREATE_FAILED", 401, reason, kind="AWS::Lambda::Function", stack=inner),
        event(inner[0], NESTED, "", "CREATE_IN_PROGRESS", 11, stack=inner)]}, StackName=NESTED)


def delete_failed(a):
    events(a, "DELETE_FAILED", [
        event(STACK, ARN, "", "DELETE_FAILED", 5010, "The following resource(s) failed to delete: [DataBucket]. "),
        event("DataBucket", BUCKETS["data"], "", "DELETE_FAILED", 5005,
              handler("The bucket you tried to delete is not empty", "GeneralServiceException", "S3", 409), kind="AWS::S3::Bucket"),
        event(STACK, ARN, "", "DELETE_IN_PROGRESS", 5000, "User Initiated"),
        *a.call("DescribeStackEvents", STACK)["output"]["StackEvents"]])


def stuck_rollback(a):
    """The update broke for one reason, undoing it for another."""
    events(a, "UPDATE_ROLLBACK_FAILED", [
        event(STACK, ARN, "", "UPDATE_ROLLBACK_FAILED", 4100, "The following resource(s) failed to update: [ECSCluster]. "),
        event("ECSCluster", f"{STACK}-cluster", "", "UPDATE_FAILED", 4090,
              handler("User: arn:aws:iam::1:user/kim is not authorized to perform: ecs:UpdateCluster on resource: * because no "
                      "identity-based policy allows the ecs:UpdateCluster action", "AccessDenied", "Ecs"), kind="AWS::ECS::Cluster"),
        event(STACK, ARN, "", "UPDATE_ROLLBACK_IN_PROGRESS", 4010, "The following resource(s) failed to update: [RunJobLambda]. "),
        event("RunJobLambda", FUNCTION, "", "UPDATE_FAILED", 4000, handler(
            "The runtime parameter of python3.8 is no longer supported for creating or updating AWS Lambda functions."),
            kind="AWS::Lambda::Function"),
        event(STACK, ARN, "", "UPDATE_IN_PROGRESS", 3990, "User Initiated"),
        *a.call("DescribeStackEvents", STACK)["output"]["StackEvents"]])


STACK_REASONS = [
    ("AWS::IAM::Role", "permission.denied", handler(
        "User: arn:aws:iam::111122223333:user/kim is not authorized to perform: iam:CreateRole on resource: "
        "arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:CreateRole action", "AccessDenied", "Iam", 403)),
    ("AWS::Logs::LogGroup", "template.fixed-name-collides", handler(
        "Resource of type 'AWS::Logs::LogGroup' with identifier '{\"/properties/LogGroupName\":\"/ecs/run-job-fargate\"}' already exists.",
        "AlreadyExists", "CloudWatchLogs")),
    ("AWS::Lambda::Function", "cfn.role-not-assumable-or-lambda", None),
    ("AWS::StepFunctions::StateMachine", "cfn.role-not-assumable", handler(
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role. "
        "The role is invalid or cannot be assumed", "InvalidRequest", "Sfn")),
    ("AWS::EC2::NatGateway", "cfn.quota", handler("The maximum number of addresses has been reached.", "ServiceLimitExceeded", "Ec2")),
    ("AWS::S3::Bucket", "cfn.quota", handler("You have attempted to create more buckets than allowed", "ServiceLimitExceeded", "S3")),
    ("AWS::ECS::Cluster", "api.throttled", handler("Rate exceeded", "Throttling", "Ecs")),
    ("AWS::ECS::Service", "cfn.not-stabilized", "Resource of type 'AWS::ECS::Service' with identifier 'x' did not stabilize."),
    ("AWS::ECS::Cluster", "cfn.in-use", handler(
        "The Cluster cannot be deleted while Tasks are active. (ClusterContainsTasksException)", "GeneralServiceException", "Ecs")),
    ("AWS::EC2::SecurityGroup", "cfn.in-use", "resource sg-0aa1 has a dependent object (Service: Ec2, Status Code: 400, Request ID: 1)"),
    ("Custom::Registration", "cfn.custom-resource-failed",
     "Received response status [FAILED] from custom resource. Message returned: HTTP 500 (RequestId: 7)"),
    ("Custom::Registration", "cfn.custom-resource-timeout",
     "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [7]."),
    ("AWS::SNS::Topic", "cfn.internal", "Internal Failure"),
    ("AWS::EC2::Subnet", "cfn.export-missing", "No export named lab-vpc found. Rollback requested by user."),
    ("AWS::CloudFormation::Stack", "cfn.protected", "Stack [inner] cannot be deleted while TerminationProtection is enabled"),
    ("AWS::CloudFormation::Stack", "template.parameter", "Parameters: [LambdaImageUri] must have values"),
    ("AWS::SNS::Topic", "cfn.internal", handler("null", "ServiceInternalError", "Sns", 500)),
    ("AWS::SNS::Topic", "cfn.unknown", handler("Nobody has read this", "InvalidRequest", "Sns")),
    ("AWS::Lambda::Function", "image.tag-missing", handler(
        f"Source image {ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/mr-lambda:9 does not exist. Provide a valid source image.")),
    ("AWS::Lambda::Function", "image.manifest-unsupported", handler(
        f"The image manifest, config or layer media type for the source image {ACCOUNT}.dkr.ecr.x/y:1 is not supported.")),
    ("AWS::Lambda::Function", "lambda.image-access-denied", handler(
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.", "AccessDenied", "Lambda", 403)),
    ("AWS::Lambda::Function", "lambda.memory-over-account-cap", handler(
        "1 validation error detected: Value '4096' at 'memorySize' failed to satisfy constraint: Member must have value less than or "
        "equal to 3008")),
    ("AWS::Lambda::Function", "lambda.memory-invalid", handler(
        "1 validation error detected: Value '20000' at 'memorySize' failed to satisfy constraint: Member must have value less than or "
        "equal to 10240")),
    ("AWS::Lambda::Function", "lambda.timeout-invalid", handler(
        "1 validation error detected: Value '1200' at 'timeout' failed to satisfy constraint: Member must have value less than or "
        "equal to 900")),
    ("AWS::Lambda::Function", "lambda.concurrency-low", handler(
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10].")),
    ("AWS::Lambda::Function", "lambda.runtime-blocked", handler(
        "The runtime parameter of python3.9 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a "
        "supported runtime.")),
    ("AWS::Lambda::Function", "lambda.role-not-assumable", handler("The role defined for the function cannot be assumed by Lambda.")),
    ("AWS::ECS::TaskDefinition", "task.size-invalid", handler(
        "No Fargate configuration exists for given values: 4096 CPU, 1024 memory. See the Amazon ECS documentation", "InvalidRequest", "AmazonECS")),
]
STACK_REASONS = [r for r in STACK_REASONS if r[2]]

TASKS = [
    ("task.spot", task(1, "SpotInterruption", "Your Spot Task was interrupted.", 143)),
    ("task.pull.rate-limit", task(2, reason=PULL + "inspect image has been retried 5 time(s): httpReadSeeker: failed open: unexpected status "
                                  "code https://registry-1.docker.io/v2/x/manifests/1: 429 Too Many Requests - Server message: toomanyrequests: "
                                  "You have reached your pull rate limit.")),
    ("task.pull.disk", task(3, reason=PULL + "ref pull has been retried 1 time(s): failed to extract layer sha256:1: write "
                            "/var/lib/containerd/x: no space left on device: unknown")),
    ("task.pull.platform", task(4, reason=PULL + "image Manifest does not contain descriptor matching platform 'linux/amd64'.")),
    ("task.pull.network", task(5, reason=PULL + "The task cannot pull 1.dkr.ecr.eu-central-1.amazonaws.com/mr:1 from the registry 1. There is "
                               "a connection issue between the task and the registry. Check your task network configuration. : failed to copy: "
                               "httpReadSeeker: failed open: failed to do request: Get https://x: dial tcp 52.1.1.1:443: i/o timeout")),
    ("task.pull.denied", task(6, reason=PULL + "The task can’t pull the image. Check that the role has the permissions to pull images from the "
                              "registry. : failed to resolve ref: unexpected status from HEAD request to https://x: 403 Forbidden")),
    ("task.pull.missing-image", task(7, reason=PULL + "pull image manifest has been retried 1 time(s): failed to resolve ref 1.dkr.ecr.x/mr:9: "
                                     "1.dkr.ecr.x/mr:9: not found")),
    ("task.pull.other", task(8, reason=PULL + "Error response from daemon: something else")),
    ("task.init.registry-network", task(9, reason=INIT + "unable to pull secrets or registry auth: The task cannot pull registry auth from "
                                        "Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network "
                                        "configuration. RequestError: send request failed caused by: Post \"https://api.ecr.x/\": dial tcp 1.1.1.1:443: i/o timeout")),
    ("task.init.secrets-network", task(10, reason=INIT + "unable to pull secrets or registry auth: pull command failed: : signal: killed")),
    ("task.init.secrets-missing", task(11, reason=INIT + "unable to pull secrets or registry auth: execution resource retrieval failed: unable to "
                                       "retrieve secret from asm: service call has been retried 1 time(s): ResourceNotFoundException: Secrets "
                                       "Manager can't find the specified secret.")),
    ("task.init.registry-denied", task(12, reason=INIT + "unable to pull secrets or registry auth: execution resource retrieval failed: unable to "
                                       "retrieve ecr registry auth: service call has been retried 3 time(s): AccessDeniedException: User: a is not "
                                       "authorized to perform: ecr:GetAuthorizationToken on resource: * because no identity-based policy allows it")),
    ("task.init.secrets-denied", task(13, reason=INIT + "unable to pull secrets or registry auth: execution resource retrieval failed: unable to "
                                      "retrieve secrets from ssm: AccessDeniedException: User: a is not authorized to perform: ssm:GetParameters")),
    ("task.init.logs-network", task(14, reason=INIT + "failed to validate logger args: create stream has been retried 1 times: failed to create "
                                    "Cloudwatch log stream: operation error CloudWatch Logs: CreateLogStream, https response error StatusCode: 0: "
                                    "dial tcp 1.1.1.1:443: i/o timeout : exit status 1")),
    ("task.init.logs-denied", task(15, reason=INIT + "failed to validate logger args: create stream has been retried 1 times: failed to create "
                                   "Cloudwatch log group: AccessDeniedException: User: a is not authorized to perform: logs:CreateLogGroup")),
    ("task.init.logs-missing", task(16, reason=INIT + "failed to validate logger args: create stream has been retried 1 times: failed to create "
                                    "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1")),
    ("task.init.logs-config", task(17, reason=INIT + "failed to validate logger args: awslogs-region is required: exit status 1")),
    ("task.init.env-files", task(18, reason=INIT + "failed to download env files: file download command: non empty error stream: AccessDenied")),
    ("task.init.efs", task(19, reason=INIT + "failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection reset by peer")),
    ("task.init.no-free-ips", task(20, reason="Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in "
                                   "subnet 'subnet-0aa1': InsufficientFreeAddressesInSubnet")),
    ("task.init.eni", task(21, reason="Timeout waiting for network interface provisioning to complete.")),
    ("task.init.storage", task(22, reason="Timeout waiting for EphemeralStorage provisioning to complete.")),
    ("task.init.other", task(23, reason=INIT + "unable to do a thing nobody has met")),
    ("task.start.exec-format", task(24, "EssentialContainerExited", EXITED, 255, "exec /app/run.sh: exec format error")),
    ("task.start.entrypoint", task(25, container="CannotStartContainerError: Error response from daemon: OCI runtime create failed: exec: "
                                   "\"run\": executable file not found in $PATH: unknown", reason="Task failed to start")),
    ("task.start.memory", task(26, container="CannotStartContainerError: failed to get container status: <nil>", reason="Task failed to start")),
    ("task.start.other", task(27, container="CannotCreateContainerError: API error", reason="Task failed to start")),
    ("task.start.timeout", task(28, container="ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 4m0s")),
    ("task.runtime-error", task(29, container="CannotInspectContainerError: Could not transition to running", reason="Task failed to start")),
    ("task.oom", task(30, "EssentialContainerExited", EXITED, 137, "OutOfMemoryError: Container killed due to memory usage")),
    *[(f"task.exit.{n}", task(n, "EssentialContainerExited", EXITED, n)) for n in (125, 126, 127, 137, 139, 143, 255)],
    ("task.exit.nonzero", task(31, "EssentialContainerExited", EXITED, 3)),
    ("task.vcpu-quota", task(32, reason="You've reached the limit on the number of vCPUs you can run concurrently")),
    ("task.capacity", task(33, reason="Capacity is unavailable at this time. Please try again later or in a different availability zone")),
    ("task.role-not-assumable", task(34, reason="ECS was unable to assume the role 'arn:aws:iam::1:role/exec' that was provided for this task. "
                                     "Please verify that the role being passed has the proper trust relationship and permissions")),
    ("task.unknown", task(35, reason="a text of tomorrow")),
    ("task.pass-role", task(36, reason="User: arn:aws:sts::1:assumed-role/run/x is not authorized to perform: iam:PassRole on resource: "
                            "arn:aws:iam::1:role/exec because no identity-based policy allows the iam:PassRole action")),
]

REFUSED = [  # RunTask itself answered so; only the execution knows
    ("task.vcpu-quota", "AmazonECS.Unknown", json.dumps({"Failures": [{"Reason": "You’ve reached the limit on the number of vCPUs you can run "
                                                                       "concurrently"}], "Tasks": []})),
    ("task.not-fargate", "AmazonECS.Unknown", json.dumps({"Failures": [{"Arn": "a", "Reason": "RESOURCE:MEMORY"}], "Tasks": []})),
    ("task.not-fargate", "AmazonECS.Unknown", json.dumps({"Failures": [{"Arn": "a", "Reason": "AGENT"}], "Tasks": []})),
    ("task.gone", "AmazonECS.Unknown", json.dumps({"Failures": [{"Arn": "a", "Reason": "MISSING"}], "Tasks": []})),
    ("task.cluster-missing", "ECS.ClusterNotFoundException", "Cluster not found. (Service: AmazonECS; Status Code: 400; Error Code: "
     "ClusterNotFoundException; Request ID: 1; Proxy: null)"),
    ("task.params", "ECS.InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified. (Service: AmazonECS)"),
    ("task.params", "ECS.ClientException", "TaskDefinition is inactive (Service: AmazonECS; Status Code: 400; Error Code: ClientException)"),
    ("task.sg-or-subnet-invalid", "ECS.InvalidParameterException", "Error retrieving security group information for [sg-0dead]: The security group "
     "'sg-0dead' does not exist (ErrorCode: InvalidGroup.NotFound) (Service: AmazonECS)"),
    ("task.sg-or-subnet-invalid", "ECS.InvalidParameterException", "Error retrieving subnet information for [subnet-0dead]: The subnet ID 'subnet-0dead' "
     "does not exist (ErrorCode: InvalidSubnetID.NotFound) (Service: AmazonECS)"),
    ("api.throttled", "ECS.ServerException", "Error retrieving subnet information for [subnet-1]: Rate exceeded (ErrorCode: Throttling)"),
    ("task.execution-role-missing", "ECS.ClientException", "Fargate requires task definition to have execution role ARN to support ECR images."),
    ("task.role-not-assumable", "ECS.ClientException", "ECS was unable to assume the role 'arn:aws:iam::1:role/task' that was provided for this task."),
    ("task.service-role-missing", "ECS.InvalidParameterException", "Unable to assume the service linked role. Please verify that the ECS service "
     "linked role exists."),
    ("task.platform-version", "ECS.PlatformUnknownException", "The specified platform does not exist."),
    ("task.account-blocked", "ECS.BlockedException", "Your account has been blocked."),
    ("workflow.pass-role", "ECS.AccessDeniedException", "User: arn:aws:sts::1:assumed-role/sfn/x is not authorized to perform: iam:PassRole on "
     "resource: arn:aws:iam::1:role/exec because no identity-based policy allows the iam:PassRole action (Service: AmazonECS; Status Code: 400)"),
    ("workflow.role-missing-permissions", "ECS.AccessDeniedException", "User: arn:aws:sts::1:assumed-role/sfn/x is not authorized to perform: "
     "ecs:RunTask on resource: arn:aws:ecs:eu-central-1:1:task-definition/run-job-fargate:3"),
]

EXECUTIONS = [
    ("execution.timeout", history({"error": "States.Timeout", "resourceType": "ecs"}, "TaskTimedOut", "TIMED_OUT")),
    ("execution.timeout", history({"error": "States.Timeout"}, "ExecutionTimedOut", "TIMED_OUT")),
    ("execution.definition", history({"error": "States.Runtime", "cause": "An error occurred while executing the state 'Route' (entered at the event "
                                      "id #5). Invalid path '$.p': The choice state's condition path references an invalid value."}, "ExecutionFailed")),
    ("execution.definition", history({"error": "States.NoChoiceMatched", "cause": "no"}, "ExecutionFailed")),
    ("execution.data-limit", history({"error": "States.DataLimitExceeded", "cause": "The state/task returned a result with a size exceeding"},
                                     "TaskFailed")),
    ("execution.unknown", history({"error": "JobBroke", "cause": "it"}, "ExecutionFailed")),
    ("lambda.timeout", history({"error": "Sandbox.Timedout", "resourceType": "lambda", "resource": "invoke", "cause": json.dumps(
        {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: 1 Error: Task timed out after 900.00 seconds"})})),
    ("lambda.out-of-memory", history({"error": "Runtime.OutOfMemory", "resourceType": "lambda", "cause": json.dumps(
        {"errorType": "Runtime.OutOfMemory", "errorMessage": "RequestId: 1 Error: Runtime exited with error: signal: killed"})})),
    ("lambda.crash", history({"error": "Runtime.ExitError", "resourceType": "lambda", "cause": json.dumps(
        {"errorType": "Runtime.ExitError", "errorMessage": "RequestId: 1 Error: Runtime exited with error: exit status 1"})})),
    ("lambda.entrypoint", history({"error": "Runtime.ImportModuleError", "resourceType": "lambda", "cause": json.dumps(
        {"errorType": "Runtime.ImportModuleError", "errorMessage": "Unable to import module 'app': No module named 'numpy'"})})),
    ("lambda.throttled", history({"error": "Lambda.TooManyRequestsException", "resourceType": "lambda", "cause": "Rate Exceeded. (Service: Lambda, "
                                  "Status Code: 429, Request ID: 1)"})),
    ("lambda.function-error", history({"error": "KeyError", "resourceType": "lambda", "cause": json.dumps(
        {"errorMessage": "'task'", "errorType": "KeyError", "requestId": "1", "stackTrace": ["  File \"app.py\", line 3"]})})),
    ("lambda.function-error", history({"error": "Exception", "cause": json.dumps({"errorMessage": "no such file", "errorType": "Exception"})},
                                      "LambdaFunctionFailed")),
    ("workflow.target-missing", history({"error": "Lambda.ResourceNotFoundException", "resourceType": "lambda",
                                         "cause": "Function not found: arn:aws:lambda:x:1:function:y (Service: Lambda, Status Code: 404)"})),
    ("workflow.role-missing-permissions", history({"error": "Lambda.AWSLambdaException", "resourceType": "lambda", "cause":
     "User: arn:aws:sts::1:assumed-role/sfn/x is not authorized to perform: lambda:InvokeFunction on resource: f because no identity-based policy "
     "allows the lambda:InvokeFunction action (Service: Lambda, Status Code: 403)"})),
    ("lambda.busy", history({"error": "Lambda.ResourceConflictException", "resourceType": "lambda", "cause": "The operation cannot be performed at "
                             "this time. An update is in progress for resource (Service: Lambda, Status Code: 409, Request ID: 1)"})),
    ("api.transient", history({"error": "Lambda.ServiceException", "resourceType": "lambda", "cause": "Service error"})),
    ("execution.timeout", described("TIMED_OUT")),
    ("task.oom", described("FAILED", "States.TaskFailed", json.dumps({"StopCode": "EssentialContainerExited", "StoppedReason": EXITED, "TaskArn": "t9",
     "Containers": [{"Name": "job", "ExitCode": 137, "Reason": "OutOfMemoryError: Container killed due to memory usage"}]}))),
    ("execution.definition", described("FAILED", "States.Runtime", "An error occurred")),
]

REASON_CODES = {
    "ImageAccessDenied": "lambda.image-access-denied", "ImageDeleted": "lambda.image-deleted", "InvalidImage": "image.manifest-unsupported",
    "InvalidRuntime": "lambda.runtime-blocked", "InsufficientRolePermissions": "lambda.role-not-assumable", "SubnetOutOfIPAddresses": "lambda.vpc",
    "EniLimitExceeded": "lambda.vpc", "InvalidSubnet": "lambda.vpc", "InvalidSecurityGroup": "lambda.vpc",
    "DisallowedByVpcEncryptionControl": "lambda.vpc", "KMSKeyAccessDenied": "lambda.kms", "KMSKeyNotFound": "lambda.kms",
    "InvalidStateKMSKey": "lambda.kms", "DisabledKMSKey": "lambda.kms", "EFSIOError": "lambda.efs", "EFSMountConnectivityError": "lambda.efs",
    "EFSMountFailure": "lambda.efs", "EFSMountTimeout": "lambda.efs", "FunctionError": "lambda.init-failed",
    **{f"FunctionError.{x}": "lambda.init-failed" for x in (
        "InitTimeout", "RuntimeInitError", "ExtensionInitError", "InvalidEntryPoint", "InvalidWorkingDirectory", "PermissionDenied",
        "TooManyExtensions", "InitResourceExhausted")},
    "InvalidConfiguration": "lambda.config", "InvalidZipFileException": "lambda.config", "VcpuLimitExceeded": "lambda.capacity",
    "CapacityProviderScalingLimitExceeded": "lambda.capacity", "InsufficientCapacity": "lambda.capacity",
    "EC2RequestLimitExceeded": "lambda.capacity", "InternalError": "lambda.internal", "ACodeOfTomorrow": "lambda.unknown"}


def state(code, update=False):
    def set_it(a):
        c = a.function()["Configuration"]
        if update:
            c.update(LastUpdateStatus="Failed", LastUpdateStatusReasonCode=code, LastUpdateStatusReason="text")
        else:
            c.update(State="Inactive" if code in ("ImageDeleted", "ImageAccessDenied") else "Failed", StateReasonCode=code, StateReason="text")
    return set_it


def config(**values):
    return lambda a: a.function()["Configuration"].update(values)


def trust(**values):
    def set_it(a):
        st = a.trust()
        st.update(values)
        if values.get("Condition", 1) is None:
            del st["Condition"]
    return set_it


def bucket(operation, answer=None, error=None, kind="data"):
    def set_it(a):
        for c in a.calls(operation, BUCKETS[kind]):
            a.doc["calls"].remove(c)
        if error:
            a.refuse("s3", operation, error, Bucket=BUCKETS[kind])
        else:
            a.add("s3", operation, answer, Bucket=BUCKETS[kind])
    return set_it


def refused_bucket(code):
    def set_it(a):
        for operation in ("HeadBucket", "GetBucketLocation", "GetPublicAccessBlock", "GetBucketEncryption"):
            bucket(operation, error=code if operation == "HeadBucket" else "AccessDenied", kind="results")(a)
    return set_it


def public(how):
    def set_it(a):
        bucket("GetPublicAccessBlock", error="NoSuchPublicAccessBlockConfiguration")(a)
        if how == "policy":
            a.add("s3api", "GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": True}}, Bucket=BUCKETS["data"])
        else:
            a.add("s3api", "GetBucketAcl", {"Owner": {"ID": "x"}, "Grants": [{"Grantee": {
                "Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}, Bucket=BUCKETS["data"])
    return set_it


def other_account_role(a):
    output("CloudMRCrossAccountRoleArn", f"arn:aws:iam::999999999999:role/{ROLE}")(a)


ANY = "999900001111"
FAULTS = [
    ("created-nested", "lambda.memory-over-account-cap", "*", created_nested),
    ("delete-failed", "cfn.bucket-not-empty", "stack", delete_failed),
    ("stuck-rollback-first", "lambda.runtime-blocked", "stack", stuck_rollback),
    ("stuck-rollback-second", "permission.denied", "stack", stuck_rollback),
    *[(f"stack-{slug}-{i}", slug, "stack", update_failed("RunJobLambda" if "Lambda" in kind else "Thing", kind, text))
      for i, (kind, slug, text) in enumerate(STACK_REASONS)],
    *[(f"stopped-{slug}", slug, slug, tasks_stopped(t)) for slug, t in TASKS],
    *[(f"history-{slug}", slug, slug, in_history(t)) for slug, t in TASKS],
    *[(f"both-{slug}", slug, slug, both(t)) for slug, t in TASKS],
    *[(f"refused-{slug}-{i}", slug, slug, history({"resourceType": "ecs", "resource": "runTask.sync", "error": e, "cause": c},
      "TaskFailed" if i % 2 else "TaskSubmitFailed")) for i, (slug, e, c) in enumerate(REFUSED)],
    *[(f"described-{slug}-{i}", slug, slug, described("FAILED", e, c)) for i, (slug, e, c) in enumerate(REFUSED)],
    *[(f"execution-{slug}-{i}", slug, slug, how) for i, (slug, how) in enumerate(EXECUTIONS)],
    *[(f"state-{code}", slug, "state", state(code)) for code, slug in REASON_CODES.items()],
    *[(f"update-{code}", slug, "state", state(code, True)) for code, slug in REASON_CODES.items()],
    ("memory", "lambda.memory-invalid", "memory", config(MemorySize=64)),
    ("memory-large", "lambda.memory-invalid", "memory", config(MemorySize=20480)),
    ("timeout", "lambda.timeout-invalid", "timeout", config(Timeout=1200)),
    ("disk", "lambda.ephemeral-invalid", "disk", config(EphemeralStorage={"Size": 20480})),
    ("output-missing", "stack.output-missing", "outputs", lambda a: (output("CalculationStateMachineArn", None)(a))),
    ("output-no-arn", "stack.output-invalid", "outputs", output("CloudMRCrossAccountRoleArn", "a-role")),
    ("output-other-account", "stack.output-invalid", "outputs", other_account_role),
    ("function-gone", "stack.resource-gone", "*", gone("GetFunction", SELECTOR, "ResourceNotFoundException", "Function not found")),
    ("log-group-gone", "stack.resource-gone", "log-group", lambda a: a.call("DescribeLogGroups")["output"].update(logGroups=[])),
    ("cluster-gone", "stack.resource-gone", "cluster", lambda a: a.call("DescribeClusters")["output"].update(
        clusters=[], failures=[{"arn": CLUSTER, "reason": "MISSING"}])),
    ("cluster-inactive", "stack.resource-gone", "cluster", lambda a: a.call("DescribeClusters")["output"]["clusters"][0].update(
        status="INACTIVE")),
    ("machine-gone", "workflow.missing", "machine", gone("DescribeStateMachine", None, "StateMachineDoesNotExist", "State Machine Does Not Exist")),
    ("machine-deleting", "workflow.missing", "machine", lambda a: a.call("DescribeStateMachine")["output"].update(status="DELETING")),
    ("definition", "workflow.definition-invalid", "machine", lambda a: a.call("DescribeStateMachine")["output"].update(definition="{\"States\":")),
    ("target-taskdef", "workflow.target-missing", "taskdef", gone("DescribeTaskDefinition", None, "ClientException", "Unable to describe task definition.")),
    ("trust-anyone", "access.trust-anyone", "trust", trust(Principal="*")),
    ("trust-anyone-aws", "access.trust-anyone", "trust", trust(Principal={"AWS": "*"})),
    ("trust-anyone-list", "access.trust-anyone", "trust", trust(Principal={"AWS": [f"arn:aws:iam::{HUB}:root", "*"]})),
    ("trust-wrong", "access.trust-wrong-principal", "trust", trust(Principal={"AWS": f"arn:aws:iam::{ANY}:root"})),
    ("trust-wrong-id", "access.trust-wrong-principal", "trust", trust(Principal={"AWS": ANY})),
    ("trust-service", "access.trust-wrong-principal", "trust", trust(Principal={"Service": "lambda.amazonaws.com"})),
    ("trust-deleted", "access.trust-wrong-principal", "trust", trust(Principal={"AWS": "AROAEXAMPLEDELETED"})),
    ("trust-deny", "access.trust-wrong-principal", "trust", trust(Effect="Deny")),
    ("trust-saml", "access.trust-wrong-principal", "trust", trust(Principal={"Federated": "arn:aws:iam::1:saml-provider/x"},
                                                                  Action="sts:AssumeRoleWithSAML")),
    ("role-missing", "access.role-missing", "trust", gone("GetRole", ROLE, "NoSuchEntity", "The role with name x cannot be found.")),
    ("bucket-404", "bucket.missing", "bucket", bucket("HeadBucket", error="404")),
    ("bucket-not-found", "bucket.missing", "bucket", bucket("HeadBucket", error="NotFound")),
    ("bucket-no-such", "bucket.missing", "bucket", bucket("HeadBucket", error="NoSuchBucket")),
    ("bucket-403", "bucket.denied", "results", refused_bucket("403")),
    ("bucket-forbidden", "bucket.denied", "results", refused_bucket("Forbidden")),
    ("bucket-denied", "bucket.denied", "results", refused_bucket("AccessDenied")),
    ("bucket-region", "bucket.region", "region", lambda a: (bucket("HeadBucket", {"BucketRegion": "us-east-1"}, kind="failed")(a),
                                                            bucket("GetBucketLocation", {"LocationConstraint": None}, kind="failed")(a))),
    ("bucket-301", "bucket.region", "region", bucket("HeadBucket", error="301", kind="failed")),
    ("bucket-public-policy", "bucket.public", "bucket", public("policy")),
    ("bucket-public-acl", "bucket.public", "bucket", public("acl")),
]
# A root cause that the fault brings along by nature, beside its own slug.
COMPANY = {"output-other-account": {"account.mismatch"}, "output-missing": {"workflow.missing"}, "stuck-rollback-first": {"permission.denied"}, "stuck-rollback-second": {"lambda.runtime-blocked"},
           "cluster-gone": {"workflow.target-missing"}, "cluster-inactive": {"workflow.target-missing"}, "function-gone": {"workflow.target-missing"},
           "log-group-gone": {"fargate.log-group-missing"}, "target-taskdef": {"stack.resource-gone"}, "machine-gone": {"stack.resource-gone"},
           "machine-deleting": {"stack.resource-gone"}, "bucket-404": {"stack.resource-gone"}, "bucket-not-found": {"stack.resource-gone"},
           "bucket-no-such": {"stack.resource-gone"}, "role-missing": {"stack.resource-gone"}}

# One that explains another takes its place among the root causes: (cause, effect) and why.
EXPLAINS = {
    ("account.mismatch", "bucket.denied"): "the bucket belongs to the account that is meant",
    ("lambda.image-access-denied", "lambda.*"): "a function without its image answers no call",
    ("lambda.image-deleted", "lambda.*"): "as above",
    ("lambda.role-not-assumable", "lambda.*"): "a function without its role answers no call",
    ("workflow.target-missing", "workflow.target-missing"): "the execution met what the definition lacks",
    ("workflow.target-missing", "task.cluster-missing"): "the cluster that the definition names is gone",
    ("workflow.target-missing", "task.sg-or-subnet-invalid"): "the group that the definition names is gone",
    ("net.*", "task.pull.network"): "a task whose way is shut says just that",
    ("net.*", "task.init.*-network"): "as above",
    ("net.subnet-*", "task.init.no-free-ips"): "as above",
    ("net.*", "task.sg-or-subnet-invalid"): "the subnet or group is gone",
    ("net.*", "lambda.vpc"): "as above",
}


def explained(cause, effect):
    return any(fnmatch.fnmatch(cause, c) and fnmatch.fnmatch(effect, e) and why for (c, e), why in EXPLAINS.items())
