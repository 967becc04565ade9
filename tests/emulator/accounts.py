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


def finish_with(*steps):
    def finish(a, s):
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
