"""More accounts: images, stacks that failed, functions, jobs that failed."""
import json

from accounts import EVERYTHING, finish_with, root, story, told
from complete import buckets, child_arn, hub_images, physical, pulls, quota, root_arn, settings, caller, network
from mode2 import Mode2
from runs import ended, entered, failed_by_tasks, history, succeeded, task
from seed import LOG_GROUP, STACK
from stacks import Events, child_rows, described, listed


def first_subnet(s):
    return s.doc["target"]["subnets"][0]


def deploy_public(a):
    a.deploy(a.public())


# ---- images ----

class OwnImages(Mode2):
    """The laboratory keeps copies of the images in its own registry."""

    repository = "mroptimum"

    def __init__(self, endpoint, region="us-east-1"):
        super().__init__(endpoint, region)
        host = f"{self.id}.dkr.ecr.{region}.amazonaws.com"
        self.lambda_image, self.fargate_image = f"{host}/mroptimum-lambda:v1.4.2", f"{host}/mroptimum-fargate:v1.4.2"

    def repositories(self):
        for name in ("mroptimum-lambda", "mroptimum-fargate"):
            self.client("ecr").create_repository(repositoryName=name)

    def deploy(self, *args, **kwargs):
        self.repositories()
        super().deploy(*args, **kwargs)


LAMBDA_READS = {"Version": "2008-10-17", "Statement": [{
    "Sid": "LambdaECRImageRetrievalPolicy", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}


def own_images(a, s, gone=(), policy=None, kinds=("lambda", "fargate")):
    from complete import DIGEST, pulled
    from pulls import unknown_tag
    policy = policy or LAMBDA_READS
    for kind in kinds:
        name = f"mroptimum-{kind}"
        asked = {"registryId": a.id, "repositoryName": name}
        for call in s.find("ecr", "DescribeRepositories", registryId=a.id):
            for one in call.get("output", {}).get("repositories", []):
                one.setdefault("encryptionConfiguration", {"encryptionType": "AES256"})
        image = s.one("ecr", "DescribeImages", **asked)["input"]
        batch = s.one("ecr", "BatchGetImage", **asked)["input"]
        if kind == "lambda":
            s.put("ecr", "GetRepositoryPolicy", asked, {**asked, "policyText": json.dumps(policy)})
        else:
            s.fail("ecr", "GetRepositoryPolicy", asked, "RepositoryPolicyNotFoundException",
                   f"Repository policy does not exist for the repository with name '{name}' in the registry with id "
                   f"'{a.id}'")
        if kind in gone:
            s.fail("ecr", "DescribeImages", image, "ImageNotFoundException",
                   f"The image with imageId {{imageDigest:'null', imageTag:'v1.4.2'}} does not exist within the "
                   f"repository with name '{name}' in the registry with id '{a.id}'")
            s.put("ecr", "BatchGetImage", batch, {"images": [], "failures": [{
                "imageId": {"imageTag": "v1.4.2"}, "failureCode": "ImageNotFound",
                "failureReason": "Requested image not found"}]})
            unknown_tag(s, a.lambda_image if kind == "lambda" else a.fargate_image)
            continue
        s.put("ecr", "DescribeImages", image, {"imageDetails": [{
            "registryId": a.id, "repositoryName": name, "imageDigest": DIGEST[kind], "imageTags": ["v1.4.2"],
            "imageSizeInBytes": 1438299149, "imagePushedAt": "2026-11-18T10:22:07.611000+00:00",
            "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "artifactMediaType": "application/vnd.docker.container.image.v1+json"}]})
        s.put("ecr", "BatchGetImage", batch, pulled(a.id, batch))


story("healthy-ireland", lambda a: a.deploy(a.private_with_nat(), public_ip="DISABLED"), finish_with(own_images),
      region="eu-west-1", account=OwnImages, warns=(), must_pass=[*EVERYTHING, "image.exists", "identity.region"])
told("healthy-ireland", """
A laboratory in Dublin runs Mode 2 in eu-west-1. Lambda loads images from its own region only, so the laboratory copied
both images into its own registry there, with a fixed tag, and the tasks reach them through a NAT gateway. m2-doctor
finds nothing to say against it.
""")

PULL_MISSING = ("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
                "123456789012.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:v1.4.2: 123456789012.dkr.ecr.us-east-1."
                "amazonaws.com/mroptimum-fargate:v1.4.2: not found")


def tag_gone(a, s):
    own_images(a, s, gone=("fargate",))
    failed_by_tasks(a, s, [task(a, s, n, first_subnet(s), PULL_MISSING, "TaskFailedToStart") for n in (9, 38)])


story("image-tag-gone", deploy_public, finish_with(tag_gone), account=OwnImages, warns=(),
      roots=[root("image.exists", "image.tag-missing")], fails=["image.tag-missing", "task.pull.missing-image"],
      must_pass=["net.egress", "stack.status"])
told("image-tag-gone", """
A lifecycle rule of the laboratory's registry deleted the image with the tag that the task definition names. Jobs that
went to Lambda still worked; every Fargate job stopped with CannotPullContainerError, "not found".

m2-doctor names the missing tag as the one root cause, with the stopped tasks and failed executions beneath it.
""")


def lambda_refused(a, s):
    only_push = {"Version": "2008-10-17", "Statement": [{
        "Sid": "Builders", "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{a.id}:role/image-builder"},
        "Action": ["ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload",
                   "ecr:BatchCheckLayerAvailability"]}]}
    own_images(a, s, policy=only_push)
    call = s.output("lambda", "GetFunction", FunctionName=f"{STACK}-RunJob")
    reason = "Lambda does not have permission to access the ECR image. Check the ECR permissions."
    call["Configuration"].update(State="Failed", StateReason=reason, StateReasonCode="ImageAccessDenied",
                                 LastUpdateStatus="Failed", LastUpdateStatusReason=reason,
                                 LastUpdateStatusReasonCode="ImageAccessDenied")
    ended(a, s, "FAILED", [17])
    failure = {"error": "Lambda.AWSLambdaException",
               "cause": f"The function is in a failed state: {reason} (Service: AWSLambda; Status Code: 502)"}
    history(a, s, 17, [entered("RunViaLambda"), ("LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": failure}),
                       ("ExecutionFailed", {"executionFailedEventDetails": failure})])


story("image-policy-without-lambda", deploy_public, finish_with(lambda_refused), account=OwnImages, warns=(),
      roots=[root("image.access", "image.policy-lacks-lambda-service")],
      fails=["image.policy-lacks-lambda-service", "lambda.image-access-denied"], must_pass=["net.egress"])
told("image-policy-without-lambda", """
Somebody tidied up the repository policies and left only the statement of the build role. Weeks later Lambda wanted to
fetch the image again, was refused, and the function went into the state Failed.

m2-doctor names the repository's policy, which does not let the Lambda service read, and shows the function's state as
what it explains, with the command that sets the policy.
""")

# ---- deployments that failed ----


def only_stack(a):
    a.stack_only(a.public())


class OldBuckets(Mode2):
    """The laboratory's buckets were there before the stack, which only names them."""

    buckets = {kind: f"lab-mri-{kind}" for kind in ("data", "results", "failed")}


def stack_and_buckets(a):
    for name in a.buckets.values():
        a.client("s3").create_bucket(Bucket=name)
    only_stack(a)


def without_stack_answers(a, s):
    caller(a, s)
    settings(a, s)
    network(a, s)
    hub_images(a, s)
    pulls(a, s)
    stack = s.one("cloudformation", "DescribeStacks", StackName=STACK)["output"]["Stacks"][0]
    for operation in ("ListStackResources", "DescribeStackEvents"):
        s.drop("cloudformation", operation)
    return sorted(stack["Parameters"], key=lambda p: p["ParameterKey"])


MEMORY = ("Resource handler returned message: \"'MemorySize' value failed to satisfy constraint: Member must have value "
          "less than or equal to 3008 (Service: Lambda, Status Code: 400, Request ID: 8d2c6f10-4b7e-4e0a-93d5-"
          "6a1f07c8b2e9) (SDK Attempt Count: 1)\" (RequestToken: 51f0c3a7-2e6b-7d94-a08c-f3b9e1647d52, "
          "HandlerErrorCode: InvalidRequest)")


def rolled_back(a, s, why=MEMORY):
    parameters = without_stack_answers(a, s)
    reason = "The following resource(s) failed to create: [CalculationApp]. Rollback requested by user."
    described(a, s, "ROLLBACK_COMPLETE", parameters=parameters, child_status="DELETE_COMPLETE")
    role = ("CloudMRCrossAccountRole", "AWS::IAM::Role", f"{STACK}-CloudMRCrossAccountRole")
    buckets(s)
    e, rows, failing = Events(a), child_rows(a), ("RunJobLambda", "PlatformSelectorFunction")
    e.own(False, "CREATE_IN_PROGRESS", "User Initiated", after=0)
    e.made(False, *role)
    e.child("CREATE_IN_PROGRESS")
    e.own(True, "CREATE_IN_PROGRESS", "User Initiated")
    before = [r for r in rows if r[0] not in (*failing, "StateMachineInvokeRole", "JobChooserStateMachine")]
    for row in before:
        e.made(True, *row)
    for name in failing:
        e.add(True, name, "AWS::Lambda::Function", "", "CREATE_IN_PROGRESS")
    e.add(True, "RunJobLambda", "AWS::Lambda::Function", "", "CREATE_FAILED", why)
    e.add(True, "PlatformSelectorFunction", "AWS::Lambda::Function", physical(a, "PlatformSelectorFunction"),
          "CREATE_FAILED", "Resource creation cancelled")
    e.own(True, "CREATE_FAILED", "The following resource(s) failed to create: [RunJobLambda, PlatformSelectorFunction]. ")
    e.child("CREATE_FAILED", f"Embedded stack {child_arn(a)} was not successfully created: The following resource(s) "
            "failed to create: [RunJobLambda, PlatformSelectorFunction]. ")
    e.own(False, "ROLLBACK_IN_PROGRESS", reason)
    e.child("DELETE_IN_PROGRESS")
    e.own(True, "DELETE_IN_PROGRESS")
    for name, kind, resource in reversed(before):
        e.add(True, name, kind, resource, "DELETE_IN_PROGRESS")
        e.add(True, name, kind, resource, "DELETE_COMPLETE")
    e.own(True, "DELETE_COMPLETE")
    e.child("DELETE_COMPLETE")
    e.add(False, *role, "DELETE_COMPLETE")
    e.own(False, "ROLLBACK_COMPLETE")
    e.put(s)
    nested = ("CalculationApp", "AWS::CloudFormation::Stack", child_arn(a), "DELETE_COMPLETE")
    listed(s, root_arn(a), [nested, (*role, "DELETE_COMPLETE")])


story("lambda-memory-over-cap", stack_and_buckets, finish_with(rolled_back, complete=False), account=OldBuckets,
      roots=[root("lambda.memory", "lambda.memory-over-account-cap")],
      fails=["access.role-missing", "lambda.memory-over-account-cap", "stack.failed", "workflow.missing"],
      must_pass=["net.subnets", "storage.buckets"])
told("lambda-memory-over-cap", """
A new AWS account. The deployment ran for two minutes, then everything was rolled back and the nested stack deleted. The
console shows ROLLBACK_COMPLETE and "Embedded stack was not successfully created"; the sentence that matters is only in
the events of a stack that does not exist any more.

m2-doctor follows the events into the deleted nested stack and quotes the first true failure: new accounts may give a
function 3008 MB at most. The cancelled resources and the rollback are its fallout, and ROLLBACK_COMPLETE means that the
stack must be deleted before the next attempt.
""")

FULL = ("The bucket you tried to delete is not empty. You must delete all versions in the bucket. (Service: S3, Status "
        "Code: 409, Request ID: 7QK2M0V9W3B8T5XA, Extended Request ID: null)")


def delete_failed(a, s):
    parameters = [p for p in without_stack_answers(a, s) if "Bucket" not in p["ParameterKey"]]
    names = a.bucket_names()
    described(a, s, "DELETE_FAILED", parameters=parameters, child_status="DELETE_COMPLETE",
              reason="The following resource(s) failed to delete: [ResultsBucket]. ")
    e = Events(a, token="Console-DeleteStack-77c0a9e4-5f12-4d0b-8be3-2b6a90d4c1f8")
    e.second = 600
    e.own(False, "DELETE_IN_PROGRESS", "User Initiated", after=0)
    e.child("DELETE_IN_PROGRESS")
    e.own(True, "DELETE_IN_PROGRESS", "User Initiated")
    for name, kind, resource in reversed(child_rows(a)):
        e.add(True, name, kind, resource, "DELETE_COMPLETE")
    e.own(True, "DELETE_COMPLETE")
    e.child("DELETE_COMPLETE")
    for kind in ("Data", "Failed"):
        e.add(False, f"{kind}Bucket", "AWS::S3::Bucket", names[kind.lower()], "DELETE_COMPLETE")
    e.add(False, "ResultsBucket", "AWS::S3::Bucket", names["results"], "DELETE_IN_PROGRESS")
    e.add(False, "ResultsBucket", "AWS::S3::Bucket", names["results"], "DELETE_FAILED", FULL)
    e.own(False, "DELETE_FAILED", "The following resource(s) failed to delete: [ResultsBucket]. ")
    e.put(s)
    listed(s, root_arn(a), [
        ("CalculationApp", "AWS::CloudFormation::Stack", child_arn(a), "DELETE_COMPLETE"),
        ("DataBucket", "AWS::S3::Bucket", names["data"], "DELETE_COMPLETE"),
        ("FailedBucket", "AWS::S3::Bucket", names["failed"], "DELETE_COMPLETE"),
        ("ResultsBucket", "AWS::S3::Bucket", names["results"], "DELETE_FAILED", FULL)])
    for operation in ("HeadBucket", "GetBucketLocation", "GetBucketEncryption", "GetPublicAccessBlock",
                      "GetBucketPolicyStatus", "GetBucketPolicy", "GetBucketAcl", "GetBucketVersioning"):
        for kind in ("data", "failed"):
            s.drop("s3", operation, Bucket=names[kind])
    buckets(s)


def left_bucket(a):
    only_stack(a)
    s3, name = a.client("s3"), a.bucket_names()["results"]
    s3.create_bucket(Bucket=name)
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="results/job-0977/result.zip", Body=b"x")


story("stack-delete-failed", left_bucket, finish_with(delete_failed, complete=False),
      roots=[root("stack.events", "cfn.bucket-not-empty")], 
      fails=["access.role-missing", "cfn.bucket-not-empty", "stack.delete-failed", "workflow.missing"],
      must_pass=["net.subnets"])
told("stack-delete-failed", """
The laboratory wanted to remove Mode 2. Everything was deleted but the results bucket, which still holds versions of old
results; the stack stays in DELETE_FAILED and keeps its name, so it cannot be deployed anew either.

m2-doctor names the bucket that is not empty as the cause of the stack's state.
""")

CUSTOM = ("Received response status [FAILED] from custom resource. Message returned: HTTP Error 401: Unauthorized "
          "(RequestId: 0a9f6c1e-d473-4b25-8e17-5c40b3f2a6d8)")


def update_rolled_back(a, s):
    call = s.one("cloudformation", "DescribeStacks", StackName=STACK)
    call["output"]["Stacks"][0].update(StackStatus="UPDATE_ROLLBACK_COMPLETE",
                                       LastUpdatedTime="2026-11-22T16:11:09.450000+00:00")
    e = Events(a, token="Console-UpdateStack-0be47c12-91d5-4f3a-a6e8-c3d25f7901ba")
    e.second = 900
    e.own(False, "UPDATE_IN_PROGRESS", "User Initiated", after=0)
    resource, kind = "mroptimum-mode2-RegisterUnit-1K8ZP4QW", "Custom::RegisterUnit"
    e.add(False, "RegisterUnit", kind, "", "CREATE_IN_PROGRESS")
    e.add(False, "RegisterUnit", kind, resource, "CREATE_FAILED", CUSTOM, after=7)
    e.add(False, "ResultsBucket", "AWS::S3::Bucket", a.bucket_names()["results"], "UPDATE_FAILED",
          "Resource update cancelled")
    e.own(False, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [RegisterUnit]. The "
          "following resource(s) failed to update: [ResultsBucket]. ")
    e.own(False, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    e.add(False, "RegisterUnit", kind, resource, "DELETE_COMPLETE")
    e.own(False, "UPDATE_ROLLBACK_COMPLETE")
    old = s.one("cloudformation", "DescribeStackEvents", StackName=root_arn(a))
    old["output"]["StackEvents"] = e.list[::-1] + old["output"]["StackEvents"]


story("update-rolled-back", deploy_public, finish_with(update_rolled_back), 
      roots=[root("stack.events", "cfn.custom-resource-failed")], warns=("image.tag-latest", "stack.rollback"),
      must_pass=["net.egress", "storage.buckets"])
told("update-rolled-back", """
An update was to register the computing unit by a custom resource. CloudMR Brain refused the login, the custom resource
failed, and CloudFormation undid the update. Jobs run as before.

m2-doctor names the custom resource, with its message, as why the update failed, and only warns of the stack's state: it
works as before.
""")

# ---- jobs that fail ----

VCPU = "You’ve reached the limit on the number of vCPUs you can run concurrently"


def small_quota(a, s):
    quota(a, s, 2)
    ended(a, s, "FAILED", [11, 25])
    for n in (11, 25):
        failure = {"resourceType": "ecs", "resource": "runTask.sync", "error": "ECS.AmazonECSException",
                   "cause": f"{VCPU} (Service: AmazonECS; Status Code: 400; Error Code: ClientException)"}
        history(a, s, n, [entered("RunViaFargate"), ("TaskSubmitFailed", {"taskSubmitFailedEventDetails": failure}),
                          ("ExecutionFailed", {"executionFailedEventDetails": {
                              "error": failure["error"], "cause": failure["cause"]}})])


story("fargate-quota", deploy_public, finish_with(small_quota), roots=[root("fargate.quota", "fargate.vcpu-quota")],
      fails=["fargate.vcpu-quota", "task.vcpu-quota"], must_pass=["net.egress", "fargate.size"])
told("fargate-quota", """
A young account may run two Fargate vCPUs at one time; one job needs four. Jobs for Lambda worked, jobs for Fargate were
refused before a task existed, so the list of stopped tasks is empty.

m2-doctor compares the quota with the task's size and shows the refused executions as what it explains.
""")

NO_LOGS = ("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed "
           "to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit "
           "status 1")


def logs_gone(a, s):
    failed_by_tasks(a, s, [task(a, s, 33, first_subnet(s), NO_LOGS, "TaskFailedToStart")])


def without_log_group(a):
    deploy_public(a)
    a.client("logs").delete_log_group(logGroupName=LOG_GROUP)


story("log-group-gone", without_log_group, finish_with(logs_gone),
      roots=[root("fargate.logs", "fargate.log-group-missing"), root("stack.resources", "stack.resource-gone")],
      fails=["fargate.log-group-missing", "stack.resource-gone", "task.init.logs-missing"], must_pass=["net.egress"])
told("log-group-gone", """
Somebody deleted old log groups to save money, and with them the one that the task definition writes to. Since then no
Fargate task starts.

m2-doctor names the missing log group, with the stopped task, the failed execution and the stack's lost resource beneath.
""")

OOM = {"exitCode": 137, "reason": "OutOfMemoryError: Container killed due to memory usage"}


def out_of_memory(a, s):
    failed_by_tasks(a, s, [task(a, s, n, first_subnet(s), "Essential container in task exited",
                                "EssentialContainerExited", OOM, started=True) for n in (20, 44)])
    succeeded(a, s, [5, 52])


story("task-out-of-memory", deploy_public, finish_with(out_of_memory), roots=[root("task.failures", "task.oom")],
      fails=["task.oom"], must_pass=EVERYTHING)
told("task-out-of-memory", """
Small data sets are reconstructed; two large ones ended after some seconds with exit code 137.

Nothing is wrong with the account. m2-doctor says that the container was killed for using more memory than the task
definition's 16 GB, and shows the failed executions beneath.
""")


def spot(a, s):
    failed_by_tasks(a, s, [task(a, s, 29, first_subnet(s), "Your Spot Task was interrupted.", "SpotInterruption",
                                {"exitCode": 143}, capacity="FARGATE_SPOT", started=True)])
    succeeded(a, s, [3, 41])


story("spot-interrupted", deploy_public, finish_with(spot), roots=[root("task.failures", "task.spot")],
      fails=["task.spot"], must_pass=EVERYTHING)
told("spot-interrupted", """
The laboratory lets jobs run on Fargate Spot. AWS took one task back in the middle of a job; others ran through.

m2-doctor names the interruption as what it is: nothing to mend in the account, run the job again or use FARGATE.
""")


def function_gone(a, s):
    failure = {"error": "Lambda.ResourceNotFoundException", "cause": "Function not found: "
               f"{a.function(STACK + '-RunJob')}:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: "
               "ResourceNotFoundException)"}
    ended(a, s, "FAILED", [35])
    history(a, s, 35, [entered("RunViaLambda"), ("LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": failure}),
                       ("ExecutionFailed", {"executionFailedEventDetails": failure})])


def without_function(a):
    deploy_public(a)
    a.client("lambda").delete_function(FunctionName=f"{STACK}-RunJob")


story("workflow-function-gone", without_function, finish_with(function_gone),
      roots=[root("workflow.state-machine", "workflow.target-missing"), root("stack.resources", "stack.resource-gone")],
      fails=["stack.resource-gone", "workflow.target-missing"], must_pass=["net.egress"])
told("workflow-function-gone", """
The job function was deleted by hand, outside of the stack. CloudFormation still believes in it; the state machine still
calls it; every job for Lambda fails.

m2-doctor names the state machine's missing target, with the failed execution and the stack's lost resource beneath.
""")
