"""m2-deploy where the network is not what it expects: one subnet, no default VPC, no VPC at all."""
import pytest

from test_deploy_story import Lab, words


@pytest.fixture
def lab(emulator, brain, deploy):
    made = Lab(emulator, brain, deploy)
    yield made
    made.server.close()


def remove_vpc(ec2, vpc):
    for subnet in ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for gateway in ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc]}])["InternetGateways"]:
        ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)


def vpcs(ec2, default):
    return [v["VpcId"] for v in ec2.describe_vpcs()["Vpcs"] if v.get("IsDefault") == default]


def test_one_subnet_is_taken_and_the_missing_second_zone_is_said(lab):
    run, doc = lab.deploy("--dry-run", "--no-register", "--subnet", lab.network[1][0])
    assert run.status == 0 and doc["place"]["subnets"] == [lab.network[1][0]], run
    note, = (n for n in doc["notes"] if n.startswith("All tasks run in one zone, use1-az"))
    assert f"--subnet {lab.network[1][0]} --subnet ANOTHER" in note, run
    run, doc = lab.deploy("--dry-run", "--no-register")
    assert not [n for n in doc["notes"] if "one zone" in n], run


def test_no_default_vpc_takes_the_best_of_the_others(lab):
    ec2 = lab.account.ec2
    for vpc in vpcs(ec2, True):
        remove_vpc(ec2, vpc)
    assert not vpcs(ec2, True)
    run, doc = lab.deploy("--no-register")
    assert run.status == 0 and doc["outcome"] == "created" and doc["place"]["vpc"] == lab.network[0], run


def test_no_vpc_at_all_says_how_to_get_one_and_the_same_command_goes_on(lab):
    ec2 = lab.account.ec2
    for vpc in vpcs(ec2, True) + vpcs(ec2, False):
        for group in ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]:
            if group["GroupName"] != "default":
                ec2.delete_security_group(GroupId=group["GroupId"])
        remove_vpc(ec2, vpc)
    run, _ = lab.deploy("--no-register")
    assert run.status in (1, 2) and "create-default-vpc" in words(run.out + run.err), run
    assert not lab.cfn.sets and not lab.cfn.stacks
    network = lab.account.public()
    run, doc = lab.deploy("--no-register")
    assert run.status == 0 and doc["place"]["vpc"] == network[0], run
