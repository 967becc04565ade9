"""The accounts of fixtures/accounts: how each is seeded, completed, what m2-doctor must say, and its story."""
from complete import whole
from mode2 import Mode2
from runs import failed_by_tasks, succeeded, task

OWN = "123456789012"
STORIES = {}


class Story:
    def __init__(self, seed, finish, text, verdict, root_causes, fails, warns, must_pass, region, account):
        self.seed, self.finish, self.text, self.region, self.account = seed, finish, text, region, account
        self.expect = {"verdict": verdict, "root_causes": root_causes, "fails": sorted(set(fails)),
                       "warns": sorted(warns), "must_pass": sorted(must_pass)}


def root(check, cause, resource=None):
    out = {"id": check, "cause": cause}
    if resource:
        out["resource"] = resource
    return out


def story(name, seed, finish=whole, roots=(), fails=None, warns=("image.tag-latest",), must_pass=(),
          verdict=None, region="us-east-1", account=Mode2):
    """Decorates nothing: the docstring-like text is given by `told`."""
    fails = [r["cause"] for r in roots] if fails is None else fails
    STORIES[name] = Story(seed, finish, "", verdict or ("not-ready" if fails else "ready"), list(roots), fails,
                          warns, must_pass, region, account)


def told(name, text):
    STORIES[name].text = text


EVERYTHING = ["net.subnets", "net.egress", "net.acl", "net.security-group", "net.dns", "stack.status", "stack.outputs",
              "storage.buckets", "access.trust", "lambda.state", "fargate.logs"]


def finish_with(*steps, complete=True):
    def finish(a, s):
        if complete:
            whole(a, s)
        for step in steps:
            step(a, s)
    return finish


# ---- healthy ----

story("healthy-public", lambda a: a.deploy(a.public()), finish_with(lambda a, s: succeeded(a, s, [12, 27])),
      must_pass=EVERYTHING)
told("healthy-public", """
A laboratory deployed Mode 2 into a new VPC with two public subnets; tasks get public IP addresses. Two jobs ran this
morning and ended well. m2-doctor finds nothing that fails, and warns that upstream's images are named by the tag latest.
""")


def endpoint_network(a):
    return a.private_with_endpoints()


story("healthy-nat", lambda a: a.deploy(a.private_with_nat(), public_ip="DISABLED"), must_pass=EVERYTHING)
story("healthy-endpoints", lambda a: a.deploy(endpoint_network(a), public_ip="DISABLED"),
      must_pass=[*EVERYTHING, "net.endpoints"])
told("healthy-nat", """
Tasks run in two private subnets without public addresses; a NAT gateway in a public subnet carries what they fetch and
send. No job has run yet. m2-doctor finds nothing that fails.
""")
told("healthy-endpoints", """
A hospital's VPC without any way to the internet: endpoints for ECR (api and dkr) and CloudWatch Logs with private DNS,
and a gateway endpoint for S3 in the subnets' route table. A tool that only looks for a default route would call this
broken. m2-doctor finds nothing that fails.
""")

def default_network(a):
    """The default VPC as every account has it: with an internet gateway."""
    vpc = a.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    a.default_route(a.main_table(vpc), GatewayId=a.internet_gateway(vpc))


def not_deployed(a, s):
    s.fail("cloudformation", "DescribeStacks", {"StackName": "mroptimum-mode2"}, "ValidationError",
           "Stack with id mroptimum-mode2 does not exist")


story("healthy-pre-deployment", default_network, finish_with(not_deployed),
      must_pass=["net.subnets", "net.egress", "identity.permissions", "fargate.quota"])
told("healthy-pre-deployment", """
Nothing is deployed yet; somebody asks first whether it would work. m2-doctor looks at the default VPC, where the
template would put the tasks, at quotas and rights, and says ready. That there is no stack is the state, not a fault.
""")

# ---- the network ----

NO_ROUTE = ("ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth "
            "from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network "
            "configuration. RequestError: send request failed caused by: Post \"https://api.ecr.us-east-1.amazonaws.com/\": "
            "dial tcp 44.213.79.50:443: i/o timeout")


def one_subnet_behind_nat(a):
    """The first subnet has a route table with the NAT gateway; the second was left with the main table."""
    vpc, subnets, group = a.isolated()
    outer = a.subnet(vpc, "10.1.9.0/24", "a")
    a.default_route(a.table(vpc, outer), GatewayId=a.internet_gateway(vpc))
    address = a.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = a.ec2.create_nat_gateway(SubnetId=outer, AllocationId=address)["NatGateway"]["NatGatewayId"]
    a.default_route(a.table(vpc, subnets[0]), NatGatewayId=nat)
    a.deploy((vpc, subnets, group), public_ip="DISABLED")


def no_route_tasks(a, s):
    subnet = s.doc["target"]["subnets"][1]
    failed_by_tasks(a, s, [task(a, s, n, subnet, NO_ROUTE, "TaskFailedToStart") for n in (14, 31, 46)])
    succeeded(a, s, [22, 39])


story("private-subnet-no-route", one_subnet_behind_nat, finish_with(no_route_tasks),
      roots=[root("net.egress", "net.no-default-route")],
      fails=["net.no-default-route", "task.init.registry-network"],
      must_pass=["net.acl", "net.security-group", "net.dns", "stack.status", "fargate.size"])
told("private-subnet-no-route", """
The network team added a second private subnet for the job tasks, in another availability zone, and forgot to associate
it with the route table of the NAT gateway. So it uses the VPC's main route table, which knows the VPC and nothing else.

About half of the Fargate jobs failed, seemingly at random: those that Fargate placed into the new subnet. People saw
executions end with States.TaskFailed, and tasks that stopped after about 40 seconds with ResourceInitializationError,
"unable to pull secrets or registry auth". They looked for a missing permission.

m2-doctor names one root cause, net.no-default-route of that subnet, with the route table and its routes, and shows the
stopped tasks and failed executions beneath it as what it explains.
""")

TIMEOUT = ("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
           "unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request "
           "failed caused by: Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 44.213.78.104:443: i/o timeout. "
           "Please check your task network configuration.")


def every_task_fails(reason):
    def finish(a, s):
        subnets = s.doc["target"]["subnets"]
        failed_by_tasks(a, s, [task(a, s, n, subnets[n % 2], reason, "TaskFailedToStart") for n in (18, 37)])
    return finish


story("public-subnet-without-public-ip", lambda a: a.deploy(a.public(), public_ip="DISABLED"),
      finish_with(every_task_fails(TIMEOUT)),
      roots=[root("net.egress", "net.igw-without-public-ip")] * 2,
      fails=["net.igw-without-public-ip", "task.init.registry-network"], must_pass=["net.acl", "net.security-group"])
told("public-subnet-without-public-ip", """
Following a security guide, somebody set AssignPublicIp to DISABLED in the state machine. But the subnets are public
ones: their internet gateway serves only interfaces that have a public address. Since then no task starts.

m2-doctor names the setting for both subnets, with the tasks and executions that failed by it.
""")


def acl_without_answers(a):
    """Inbound only 443: answers come back to high ports and are dropped."""
    net = a.public()
    acl = a.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [net[0]]}])["NetworkAcls"][0]["NetworkAclId"]
    a.ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    a.ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=110, Protocol="6", RuleAction="allow", Egress=False,
                                   CidrBlock="0.0.0.0/0", PortRange={"From": 443, "To": 443})
    a.deploy(net)


story("acl-drops-answers", acl_without_answers, finish_with(every_task_fails(TIMEOUT)),
      roots=[root("net.acl", "net.acl-blocks-return")],
      fails=["net.acl-blocks-return", "task.init.registry-network"], must_pass=["net.egress", "net.security-group"])
told("acl-drops-answers", """
The hospital's network team tightened the network ACL: inbound only 443. An ACL has no memory, so the answers to what a
task asks arrive as inbound packets at a high port, and are dropped. Security groups look perfect.

m2-doctor names the ACL, the direction and the rule that drops.
""")


def group_closed(a):
    net = a.public()
    a.ec2.revoke_security_group_egress(GroupId=net[2], IpPermissions=[
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    a.deploy(net)


story("security-group-closed", group_closed, finish_with(every_task_fails(TIMEOUT)),
      roots=[root("net.security-group", "net.sg-blocks-egress")],
      fails=["net.sg-blocks-egress", "task.init.registry-network"], must_pass=["net.egress", "net.acl"])
told("security-group-closed", """
A clean-up script removed all rules from security groups that had no inbound rules, the outbound ones included. Tasks may
not even ask.

m2-doctor names the security group, with the failed tasks beneath.
""")

S3_TIMEOUT = ("CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: "
              "failed to do request: Get \"https://prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com/"
              "8f21d0-469266894233\": dial tcp 3.5.29.108:443: i/o timeout")

story("endpoints-s3-not-associated",
      lambda a: a.deploy(a.private_with_endpoints(s3_tables=False), public_ip="DISABLED"),
      finish_with(every_task_fails(S3_TIMEOUT)),
      roots=[root("net.endpoints", "net.s3-endpoint-not-associated")],
      fails=["net.s3-endpoint-not-associated", "task.pull.network"], must_pass=["net.security-group", "net.acl"])
told("endpoints-s3-not-associated", """
A VPC without internet has all the endpoints that the guide lists. But the S3 gateway endpoint was associated with another
route table than the one the subnets use. Tasks sign in to ECR, read the manifest, and then hang: image layers come from
S3.

m2-doctor says that the endpoint is there and not associated with the subnets' route table.
""")
