"""The built-in template in the emulator: made, its outputs there, gone again."""
import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

OUTPUTS = {"CalculationStateMachineArn", "RunJobLambdaArn", "ECSClusterNameOutput", "DataBucketName", "ResultsBucketName",
           "FailedBucketName", "Mode", "CloudMRCrossAccountRoleArn"}


def make(account, **more):
    ec2 = account.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnets[0]["VpcId"]]}])["SecurityGroups"][0]["GroupId"]
    values = {"VpcId": subnets[0]["VpcId"], "SubnetIds": ",".join(s["SubnetId"] for s in subnets), "SecurityGroupIds": group,
              "ExternalId": "lab-external-id", **more}
    stacks = account.client("cloudformation")
    stacks.create_stack(StackName="Lab", TemplateBody=(ROOT / "libcommon/deploy/template.yaml").read_text(), Capabilities=["CAPABILITY_IAM"],
                        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()])
    stack = stacks.describe_stacks(StackName="Lab")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    return stacks, {o["OutputKey"]: o["OutputValue"] for o in stack["Outputs"]}


def test_a_stack_is_made_and_goes_without_a_rest(account):
    stacks, outputs = make(account)
    assert set(outputs) == OUTPUTS and all(outputs.values()) and outputs["Mode"] == "mode_2"
    buckets = {b["Name"] for b in account.client("s3").list_buckets()["Buckets"]}
    assert buckets == {outputs[k + "BucketName"] for k in ("Data", "Results", "Failed")}
    machine = account.client("stepfunctions").describe_state_machine(stateMachineArn=outputs["CalculationStateMachineArn"])
    states = json.loads(machine["definition"])["States"]
    assert states["RunViaLambda"]["Resource"] == outputs["RunJobLambdaArn"]
    assert len(states["RunViaFargate"]["Parameters"]["NetworkConfiguration"]["AwsvpcConfiguration"]["Subnets"]) == 2
    stacks.delete_stack(StackName="Lab")
    assert not account.client("s3").list_buckets()["Buckets"]
    assert not account.client("iam").list_roles()["Roles"] and not account.client("logs").describe_log_groups()["logGroups"]


def test_existing_buckets_are_taken_and_stay(account):
    s3 = account.client("s3")
    for name in ("old-data", "old-results", "old-failed"):
        s3.create_bucket(Bucket=name)
    stacks, outputs = make(account, DataBucketName="old-data", ResultsBucketName="old-results", FailedBucketName="old-failed")
    assert [outputs[k + "BucketName"] for k in ("Data", "Results", "Failed")] == ["old-data", "old-results", "old-failed"]
    stacks.delete_stack(StackName="Lab")
    assert {b["Name"] for b in s3.list_buckets()["Buckets"]} == {"old-data", "old-results", "old-failed"}
