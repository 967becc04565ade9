"""A whole account of fixtures/accounts, put so that the faults made for hand-built accounts (faults_network, faults_stack) break it too.

What the fixture calls its stack, subnets and groups is renamed to what those tables name, then broken, then renamed back: the
tool sees the fixture's own names and region. Lists of the network are changed once and shown by every answer that holds them.
"""
import functools
import json

import cases_network as network
import cases_stack as stack
from conftest import ROOT

FOLDER = ROOT / "fixtures" / "accounts"
ACCOUNTS = sorted(p.name[:-5] for p in FOLDER.glob("*.json") if not p.name.endswith(".expect.json"))
HEALTHY = [n for n in ACCOUNTS if n.startswith("healthy-")]
OWNER, STACK, TIMES = "123456789012", "mroptimum-mode2", ("2026-11-20T14:", "2026-11-20T08:")


def text_of(name):
    return (FOLDER / f"{name}.json").read_text()


def load(name):
    return json.loads(text_of(name))


def answers(doc, operation):
    return [c["output"] for c in doc["calls"] if c["operation"] == operation and c["status"] == "ok"]


def items(doc, operation, key):
    """The items of every answer of OPERATION, each once."""
    found = {}
    for output in answers(doc, operation):
        for item in output[key]:
            found[json.dumps(item)] = item
    return list(found.values())


def table_of(tables, subnet):
    own = [t for t in tables if any(x.get("SubnetId") == subnet for x in t["Associations"])]
    return (own or [t for t in tables if any(x.get("Main") for x in t["Associations"])])[0]


def translation(doc):
    """What the fixture says → what the tables of faults say."""
    region, account = doc["region"], stack.ACCOUNT
    pairs = [(f"{STACK}-RunJob", stack.FUNCTION), (f"{STACK}-PlatformSelector", stack.SELECTOR)]
    for arn in {s["StackId"] for s in items(doc, "DescribeStacks", "Stacks")}:
        pairs.append((arn, stack.NESTED if "CalculationApp" in arn else stack.ARN))
    pairs += [(f"{STACK}-{kind}-{OWNER}", name) for kind, name in stack.BUCKETS.items()]
    pairs.append(("task-definition/run-job-fargate:1", stack.TASKDEF.split(":", 5)[5]))
    tables, target = items(doc, "DescribeRouteTables", "RouteTables"), doc["target"]
    subnets = target["subnets"]
    mine = table_of(tables, subnets[0])
    pairs += [(target["vpc"], "vpc-0a"), (subnets[0], "subnet-0t1"), (subnets[1], "subnet-0t2"),
              (target["security_groups"][0], "sg-0task"), (mine["RouteTableId"], "rtb-0task")]
    for nat in items(doc, "DescribeNatGateways", "NatGateways"):
        pairs += [(nat["NatGatewayId"], "nat-0a"), (nat["SubnetId"], "subnet-0p1"),
                  (table_of(tables, nat["SubnetId"])["RouteTableId"], "rtb-0pub")]
    pairs += [(i["InternetGatewayId"], "igw-0a") for i in items(doc, "DescribeInternetGateways", "InternetGateways")]
    pairs += [(a["NetworkAclId"], "acl-0task") for a in items(doc, "DescribeNetworkAcls", "NetworkAcls")]
    pairs += [(g["GroupId"], "sg-0ep") for e in items(doc, "DescribeVpcEndpoints", "VpcEndpoints") for g in e["Groups"]]
    pairs += [(p["PrefixListId"], "pl-0s3") for p in items(doc, "DescribePrefixLists", "PrefixLists") if p["PrefixListName"].endswith(".s3")]
    return list(dict.fromkeys(pairs)) + [(STACK, stack.STACK), (OWNER, account), (region, stack.REGION)]


def renamed(text, pairs):
    for a, b in pairs:
        text = text.replace(a, b)
    return text


@functools.cache
def put(name):
    """What is renamed in an account, its region, and its text with those names."""
    doc = load(name)
    pairs = translation(doc)
    return pairs, doc["region"], renamed(text_of(name), [*pairs, TIMES])


# operation → (list, its id, the member of the input that names ids, the code for one that is not there)
LISTS = {
    "DescribeVpcs": ("Vpcs", "VpcId", "VpcIds", "InvalidVpcID.NotFound"),
    "DescribeSubnets": ("Subnets", "SubnetId", "SubnetIds", "InvalidSubnetID.NotFound"),
    "DescribeRouteTables": ("RouteTables", "RouteTableId", None, None),
    "DescribeInternetGateways": ("InternetGateways", "InternetGatewayId", None, None),
    "DescribeNatGateways": ("NatGateways", "NatGatewayId", None, None),
    "DescribeVpcEndpoints": ("VpcEndpoints", "VpcEndpointId", None, None),
    "DescribeNetworkAcls": ("NetworkAcls", "NetworkAclId", None, None),
    "DescribeSecurityGroups": ("SecurityGroups", "GroupId", "GroupIds", "InvalidGroup.NotFound"),
}


def vpcs_of(item):
    return {item.get("VpcId")} | {a.get("VpcId") for a in item.get("Attachments", ())}


class Fixture(stack.Account):
    subnet, table, endpoint = network.Account.subnet, network.Account.table, network.Account.endpoint
    route, group = staticmethod(network.Account.route), staticmethod(network.Account.group)

    def __init__(self, name):
        self.name = name
        self.pairs, self.real_region, text = put(name)
        self.doc = json.loads(text)
        self.region, self.executions, self.extra = stack.REGION, [], []
        # The stack before those nested in it, as the tables of faults look for the first.
        self.doc["calls"].sort(key=lambda c: c["service"] == "cloudformation" and stack.NESTED in json.dumps(c["input"]))
        self.deployed = any("Outputs" in s for s in items(self.doc, "DescribeStacks", "Stacks"))
        self.registered = any(c["service"] == "brain" for c in self.doc["calls"])
        self.lists = {op: items(self.doc, op, row[0]) for op, row in LISTS.items()}
        (self.subnets, self.tables, self.igws, self.nats, self.endpoints, self.acls, self.groups) = (
            self.lists[op] for op in list(LISTS)[1:])
        self.vpc = self.lists["DescribeVpcs"][0]
        self.subnets.sort(key=lambda s: s["SubnetId"] not in self.doc["target"]["subnets"])
        self.kind = "private" if self.endpoints else "nat" if self.nats else "public"
        self.task_table = table_of(self.tables, "subnet-0t1")
        self.public_table = table_of(self.tables, "subnet-0p1")
        self.task_subnets, self.task_groups = self.doc["target"]["subnets"], self.doc["target"]["security_groups"]
        self.public_ip, self.attributes = self.doc["target"]["assign_public_ip"], {}
        self.prefix_list = self.call("DescribePrefixLists")["output"]["PrefixLists"]
        self.dhcp = ["AmazonProvidedDNS"]
        self.bpa = self.exclusions = None
        self.images = {}
        if not any(g["GroupId"] == "sg-0ep" for g in self.groups):  # for faults that add an endpoint
            self.groups.append(self.group("sg-0ep", [network.permission(cidrs=[network.EVERYONE])], []))

    def calls(self, operation, about=None):
        return super().calls({"describe-stack-resources": "ListStackResources"}.get(operation, operation), about)

    def add(self, service, operation, output, **given):
        """An answer to the same question replaces the old one."""
        service = {"s3api": "s3"}.get(service, service)
        self.doc["calls"] = [c for c in self.doc["calls"]
                             if (c["service"], c["operation"], c["input"]) != (service, operation, given)]
        return super().add(service, operation, output, **given)

    # ---- the lists, written into each answer that holds them ----

    def write(self, operation, now):
        key, id_, by_id, code = LISTS[operation]
        for call in [c for c in self.calls(operation) if c["status"] == "ok"]:
            asked = call["input"]
            here = [i for i in now if i[id_] in asked[by_id]] if by_id in asked else [i for i in now if "vpc-0a" in vpcs_of(i)]
            if by_id in asked and not here:
                call.pop("output")
                call.update(status="error", error={"code": code, "http_status": 400,
                                                   "message": f"The ID '{asked[by_id][0]}' does not exist"})
            else:
                call["output"] = {key: here}

    def write_image(self, name, tags):
        gone = {"code": "RepositoryNotFoundException", "http_status": 400, "message":
                f"The repository with name '{name}' does not exist in the registry with id '{stack.HUB}'"}
        lost = {"code": "ImageNotFoundException", "http_status": 400, "message": "The image with imageId "
                f"{{imageDigest:'null', imageTag:'x'}} does not exist within the repository with name '{name}'"}
        for call in [c for c in self.doc["calls"] if c["service"] == "ecr" and name in json.dumps(c["input"])]:
            denied = call.get("error", {}).get("code", "").startswith("AccessDenied")  # the hub shows its pulls alone
            if call["operation"] in ("DescribeRepositories", "GetRepositoryPolicy") and tags is not None or denied:
                continue
            if tags is not None and call["operation"] == "BatchGetImage":
                call["output"] = {"images": [], "failures": [{"imageId": call["input"]["imageIds"][0], "failureCode": "ImageNotFound",
                                                              "failureReason": "Requested image not found"}]}
                continue
            call.pop("output", None)
            call.update(status="error", error=gone if tags is None else lost)

    def text(self):
        now = dict(zip(list(LISTS)[1:], (self.subnets, self.tables, self.igws, self.nats, self.endpoints, self.acls, self.groups)))
        for operation, items_now in now.items():
            self.write(operation, items_now)
        for name, tags in self.images.items():
            self.write_image(name, tags)
        for member, value in self.attributes.items():
            self.call("DescribeVpcAttribute", member[0].lower() + member[1:])["output"][member] = {"Value": value}
        if self.bpa:
            self.call("DescribeVpcBlockPublicAccessOptions")["output"]["VpcBlockPublicAccessOptions"]["InternetGatewayBlockMode"] = self.bpa
        if self.dhcp != ["AmazonProvidedDNS"]:
            rows = self.call("DescribeDhcpOptions")["output"]["DhcpOptions"][0]["DhcpConfigurations"]
            next(r for r in rows if r["Key"] == "domain-name-servers")["Values"] = [{"Value": v} for v in self.dhcp]
        if self.exclusions is not None:
            self.call("DescribeVpcBlockPublicAccessExclusions")["output"]["VpcBlockPublicAccessExclusions"] = self.exclusions
        if self.public_ip != self.doc["target"]["assign_public_ip"]:
            self.doc["target"]["assign_public_ip"] = self.public_ip
            for output in answers(self.doc, "DescribeStateMachine"):
                output["definition"] = output["definition"].replace('"ENABLED"', '"DISABLED"')
        for execution in self.executions:
            about = [c for c in self.calls("ListExecutions") if c["input"]["statusFilter"] == execution["status"]]
            for call in about:
                if call["status"] == "ok" and execution not in call["output"]["executions"]:
                    call["output"]["executions"].append(execution)
        back = [(b, a) for a, b in self.pairs]
        again = [(stack.SUBNET, self.pair("subnet-0t1")), (stack.GROUP, self.pair("sg-0task"))]
        return renamed(json.dumps({**self.doc, "calls": self.doc["calls"] + self.extra}), again + back)

    def pair(self, theirs):
        return next(a for a, b in self.pairs if b == theirs)
