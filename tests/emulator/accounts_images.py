"""More accounts: images that the registry hands out otherwise than the job needs them."""
from accounts import finish_with, root, story, told
from accounts_jobs import OldBuckets, OwnImages, deploy_public, first_subnet, own_images, rolled_back, stack_and_buckets
from pulls import handed_out, reference
from runs import failed_by_tasks, task

OTHER_PLATFORM = ("CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain "
                  "descriptor matching platform 'linux/amd64'.")


def built_on_arm(a, s):
    own_images(a, s)
    handed_out(s, a.fargate_image, architecture="arm64", attested=True)
    failed_by_tasks(a, s, [task(a, s, n, first_subnet(s), OTHER_PLATFORM, "TaskFailedToStart") for n in (14, 46)])


story("image-other-processor", deploy_public, finish_with(built_on_arm), account=OwnImages, warns=(),
      roots=[root("image.manifest", "image.architecture-mismatch")],
      fails=["image.architecture-mismatch", "task.pull.platform"], must_pass=["net.egress", "image.exists", "image.access"])
told("image-other-processor", """
A student built the Fargate image on a laptop with an ARM processor and pushed it under the tag that the task definition
names. Jobs that went to Lambda still worked; every Fargate job stopped before it began.

m2-doctor pulls the image's manifest as the task would, sees that the index offers linux/arm64 and nothing else, and
prints the build command; the stopped tasks stand beneath.
""")

NOT_TAKEN = ("Resource handler returned message: \"The image manifest, config or layer media type for the source image "
             "123456789012.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:v1.4.2 is not supported. (Service: Lambda, "
             "Status Code: 400, Request ID: 2f9b7a41-6d0c-4e85-b1f3-90ce5a7d8b26) (SDK Attempt Count: 1)\" (RequestToken: "
             "7be01c94-3a5d-f268-0d17-c49e8b2f6a53, HandlerErrorCode: InvalidRequest)")


class OwnImagesOldBuckets(OwnImages):
    buckets = OldBuckets.buckets


def stack_buckets_images(a):
    a.repositories()
    stack_and_buckets(a)


def attested(a, s):
    rolled_back(a, s, NOT_TAKEN)
    own_images(a, s)
    handed_out(s, a.lambda_image, attested=True)


story("image-with-attestation", stack_buckets_images, finish_with(attested, complete=False), account=OwnImagesOldBuckets,
      warns=(), roots=[root("image.manifest", "image.manifest-unsupported")],
      fails=["access.role-missing", "image.manifest-unsupported", "stack.failed", "workflow.missing"],
      must_pass=["net.subnets", "image.exists"])
told("image-with-attestation", """
The laboratory built the Lambda image with a current docker, which pushes an index with a build attestation unless it is
told not to. Lambda takes the manifest of one image only; the deployment was rolled back with a sentence about media types.

m2-doctor asks the registry for the manifest, shows that it is an index, and prints the build command without attestation.
""")

DENIED = ("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ghcr.io/lab-mri/"
          "mroptimum-fargate:v1.4.2: failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized")


class PrivateImage(OwnImages):
    """Fargate's image is in a private registry outside AWS; the task names no credentials."""

    def __init__(self, endpoint, region="us-east-1"):
        super().__init__(endpoint, region)
        self.fargate_image = "ghcr.io/lab-mri/mroptimum-fargate:v1.4.2"


def only_lambda(a, s):
    own_images(a, s, kinds=("lambda",))
    image = a.fargate_image
    s.drop("registry", "GetConfig", image=image)
    s.put("registry", "GetToken", {"image": image}, {"registry": "ghcr.io", "method": "bearer", "realm": "ghcr.io",
                                                     "foreignRealm": False, "credentials": False})
    s.fail("registry", "GetManifest", {"image": image, "reference": reference(image)}, "UNAUTHORIZED",
           "authentication required", 401)
    failed_by_tasks(a, s, [task(a, s, 31, first_subnet(s), DENIED, "TaskFailedToStart")])


story("image-private-registry", deploy_public, finish_with(only_lambda), account=PrivateImage, warns=(),
      roots=[root("image.access", "image.pull-denied")], fails=["image.pull-denied", "task.pull.denied"],
      must_pass=["net.egress"])
told("image-private-registry", """
The Fargate image moved to a registry outside AWS and is private there. On the laptop of whoever moved it, docker is
logged in; the task definition names no credentials, so every task is refused.

m2-doctor asks that registry without a name, as the task does, and shows the refusal with the stopped task beneath.
""")
