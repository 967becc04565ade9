#!/usr/bin/env python3
"""Makes a recording: seeds the emulator, lets torture_doctor record a run, puts documented answers where the emulator
fails by itself. Needs tests/requirements.txt.

usage: record.py TORTURE_DOCTOR SCENARIO OUT.json      SCENARIO: a function of tests/emulator/scenarios.py
"""
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "emulator"))
import conftest  # noqa: E402
import scenarios  # noqa: E402
import seed  # noqa: E402

EC2 = '<{0}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>0</requestId>{1}</{0}Response>'
ADDRESS = "http://127.0.0.1:9"  # instead of the emulator's port


def simulated(form):
    results = "".join(
        f"<member><EvalActionName>{a}</EvalActionName><EvalResourceName>*</EvalResourceName>"
        "<EvalDecision>allowed</EvalDecision><MatchedStatements/><MissingContextValues/></member>"
        for k, a in form if k.startswith("ActionNames.member"))
    return ('<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f"<SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>{results}"
            "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>")


def quota(form):
    return json.dumps({"Quota": {"ServiceCode": "fargate", "QuotaCode": "L-3032A538", "Value": 140.0,
                                 "Adjustable": True, "QuotaName": "Fargate On-Demand vCPU resource count"}})


# What the services answer where the emulator says 404 or 500, by Action, target or path.
DOCUMENTED = {
    "DescribeVpcBlockPublicAccessOptions": lambda form: EC2.format(
        "DescribeVpcBlockPublicAccessOptions", "<vpcBlockPublicAccessOptions><state>default-state</state>"
        "<internetGatewayBlockMode>off</internetGatewayBlockMode></vpcBlockPublicAccessOptions>"),
    "DescribeVpcBlockPublicAccessExclusions": lambda form: EC2.format(
        "DescribeVpcBlockPublicAccessExclusions", "<vpcBlockPublicAccessExclusionSet/>"),
    "SimulatePrincipalPolicy": simulated,
    "GetServiceQuota": quota,
    "GetAWSDefaultServiceQuota": quota,
    "account-settings": lambda form: json.dumps({"AccountLimit": {
        "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000, "TotalCodeSize": 80530636800,
        "CodeSizeUnzipped": 262144000, "CodeSizeZipped": 52428800}, "AccountUsage": {"TotalCodeSize": 0,
                                                                                     "FunctionCount": 1}}),
}


def complete(exchange):
    form = urllib.parse.parse_qsl(exchange.get("request_body", ""))
    name = dict(form).get("Action") or exchange.get("target", exchange["url"]).replace("/", ".").split(".")[-1]
    if name in DOCUMENTED and exchange["status"] >= 400:
        body = DOCUMENTED[name](form)
        kind = "text/xml" if body.startswith("<") else "application/x-amz-json-1.1"
        exchange.update(status=200, body=body, headers={"content-type": kind})


def settle(doc):
    doc = json.loads(re.sub(r"http://127\.0\.0\.1:\d+", ADDRESS, json.dumps(doc)))
    seen, kept = set(), []
    for x in doc["exchanges"]:
        complete(x)
        assert x["status"] < 500, x
        question = (x["method"], x["url"], x.get("target"), x.get("request_body"))
        if question not in seen:
            kept.append(x)
        seen.add(question)
    doc["exchanges"] = kept
    return doc


def main():
    program, scenario, out = sys.argv[1:]
    emulator = conftest.Emulator()
    try:
        emulator.reset()
        getattr(scenarios, scenario)(seed.Account(emulator.url))
        env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true",
               "NO_PROXY": "127.0.0.1", "AWS_ENDPOINT_URL": emulator.url, "AWS_ACCESS_KEY_ID": "testing",
               "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
        subprocess.run([program, "record", out], env=env, check=True, stdout=subprocess.DEVNULL)
    finally:
        emulator.stop()
    path = pathlib.Path(out)
    path.write_text(json.dumps(settle(json.loads(path.read_text())), indent=1) + "\n")


if __name__ == "__main__":
    main()
