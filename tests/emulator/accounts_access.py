"""More accounts: who may take the role, whose buckets they are, and who asks."""
import json

from accounts import finish_with, root, story, told
from accounts_jobs import deploy_public
from answers import Answers
from mode2 import Mode2
from seed import trust

# ---- access and storage ----

story("trust-anyone", lambda a: a.deploy(a.public(), assume=trust(AWS="*")),
      roots=[root("access.trust", "access.trust-anyone")], warns=("image.tag-latest", "access.trust-anyone"),
      must_pass=["net.egress", "storage.buckets"])  # the warning: the template would make it so again
told("trust-anyone", """
To end a discussion about permissions somebody set the cross-account role's trust policy to the principal "*". Jobs run.
So would anybody's.

m2-doctor fails the account for it: everybody who has an AWS account can take this role.
""")


def bucket_open(a, s):
    name = a.bucket_names()["results"]
    s.put("s3", "GetPublicAccessBlock", {"Bucket": name}, {"PublicAccessBlockConfiguration": {
        "BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False,
        "RestrictPublicBuckets": False}})
    s.put("s3", "GetBucketPolicyStatus", {"Bucket": name}, {"PolicyStatus": {"IsPublic": True}})


story("bucket-public", deploy_public, finish_with(bucket_open), roots=[root("storage.buckets", "bucket.public")],
      must_pass=["net.egress", "access.trust"])
told("bucket-public", """
To share one result with a colleague, the results bucket was opened to the public and never closed.

m2-doctor fails the account: patients' images must not be readable by everybody.
""")


class HubBuckets(Mode2):
    buckets = {kind: f"cloudmr-{kind}-cloudmrhub-brain-us-east-1" for kind in ("data", "results", "failed")}


def hub_buckets(a, s):
    """CloudMRHub's buckets let this account write, and look nowhere else."""
    for operation in ("GetBucketLocation", "GetBucketEncryption", "GetPublicAccessBlock", "GetBucketPolicyStatus", "GetBucketPolicy",
                      "GetBucketAcl", "GetBucketVersioning"):
        for call in s.find("s3", operation):
            s.fail("s3", operation, call["input"], "AccessDenied", "Access Denied", 403)
    for call in s.find("s3", "HeadBucket"):
        if "ExpectedBucketOwner" in call["input"]:
            s.fail("s3", "HeadBucket", call["input"], "403", "Forbidden", 403)
        else:
            s.put("s3", "HeadBucket", call["input"], {"BucketRegion": "us-east-1", "AccessPointAlias": False})


def deploy_with_hub_buckets(a):
    for name in a.buckets.values():
        a.client("s3").create_bucket(Bucket=name)
    deploy_public(a)


story("foreign-buckets", deploy_with_hub_buckets, finish_with(hub_buckets), account=HubBuckets, roots=[], fails=[],
      warns=("bucket.foreign", "image.tag-latest"), must_pass=["net.egress", "access.trust", "stack.status"])
told("foreign-buckets", """
The stack was deployed with the template's default bucket names. Jobs run, but data and results lie in CloudMRHub's
buckets, although Mode 2 was chosen so that they stay in the laboratory's own account.

m2-doctor says ready, and warns of each bucket that belongs to another account.
""")

# ---- who asks ----


def before_anything(a, s):
    kept = [("sts", "GetCallerIdentity"), ("cloudformation", "DescribeStacks"), ("lambda", "GetAccountSettings"),
            ("service-quotas", "GetServiceQuota"), ("service-quotas", "GetAWSDefaultServiceQuota"),
            ("ec2", "DescribeVpcBlockPublicAccessOptions"), ("ec2", "DescribeVpcBlockPublicAccessExclusions"),
            ("ec2", "DescribeEgressOnlyInternetGateways")]
    s.doc["calls"] = s.calls = [c for c in s.calls if (c["service"], c["operation"]) in kept]
    codes = {"ec2": "RequestExpired", "cloudformation": "ExpiredToken", "sts": "ExpiredToken"}
    for c in list(s.calls):
        message = ("Request has expired." if c["service"] == "ec2"
                   else "The security token included in the request is expired")
        s.fail(c["service"], c["operation"], c["input"], codes.get(c["service"], "ExpiredTokenException"), message,
               400 if c["service"] != "sts" else 403)
    s.doc["target"] = {k: v for k, v in s.doc["target"].items() if k in ("stack", "since_ms")}
    s.doc.pop("account", None)


story("credentials-expired", lambda a: None, finish_with(before_anything, complete=False),
      roots=[root("identity.credentials", "credentials.expired")], warns=())
told("credentials-expired", """
The single sign-on session ended over lunch. Each AWS service says so in another way: ExpiredToken,
ExpiredTokenException, RequestExpired.

m2-doctor says once that the session has expired, and how to sign in again; all else is not known, not failed.
""")


def as_hub(a, s):
    text = json.dumps(s.doc).replace(a.id, "262361552878")
    s.doc.clear()
    s.doc.update(json.loads(text))
    s.calls = Answers(s.doc).calls


story("hub-account", deploy_public, finish_with(as_hub), roots=[root("identity.account", "account.is-cloudmrhub")],
      must_pass=["net.egress", "stack.status"])
told("hub-account", """
A developer of CloudMRHub deployed Mode 2 with the wrong profile: into CloudMRHub's own account, which is for Mode 1.
Everything works, for the wrong people and at the wrong cost.

m2-doctor fails the account for whose it is, and for nothing else.
""")
