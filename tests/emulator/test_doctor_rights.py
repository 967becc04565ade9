"""Signatures and rights: an emulator that checks both says whether our signer is right for every service."""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import boto3
import pytest

from conftest import free_port

READ_ONLY = ["sts:*", "cloudformation:Describe*", "cloudformation:List*", "cloudformation:Get*", "ec2:Describe*", "ec2:Get*",
             "ecr:Describe*", "ecr:BatchGetImage", "ecr:Get*", "ecs:Describe*", "ecs:List*", "iam:Get*", "iam:List*",
             "iam:SimulatePrincipalPolicy", "lambda:Get*", "lambda:List*", "logs:Describe*", "logs:FilterLogEvents", "s3:Get*", "s3:List*",
             "servicequotas:Get*", "states:Describe*", "states:List*", "states:Get*"]


class Guarded:
    """moto with authentication on from the moment the users are made."""

    def __init__(self):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        server = pathlib.Path(sys.executable).parent / "moto_server"
        self.process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(self.port)],
                                        env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "12"},
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + "/moto-api/data.json", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        self.users = {}
        iam = self.client("iam", "testing", "testing")
        spent = 0
        for name, actions in (("nobody", None), ("reader", READ_ONLY), ("admin", ["*"])):
            iam.create_user(UserName=name)
            key = iam.create_access_key(UserName=name)["AccessKey"]
            self.users[name] = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
            spent += 2
            if actions:
                policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
                iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=json.dumps(policy))
                spent += 1
        for _ in range(12 - spent):  # what is left of the free calls
            iam.list_users()

    def client(self, service, key, secret):
        return boto3.client(service, region_name="us-east-1", endpoint_url=self.url, aws_access_key_id=key,
                            aws_secret_access_key=secret)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def guarded():
    server = Guarded()
    yield server
    server.stop()


def ask(doctor, guarded, keys, *args):
    path = doctor.home / "snapshot.json"
    path.unlink(missing_ok=True)
    run = doctor("--format", "json", "--save-snapshot", path, "--no-redact", *args,
                 env={**keys, "AWS_ENDPOINT_URL": guarded.url, "AWS_REGION": "us-east-1"})
    run.doc = json.loads(run.out) if run.out else None
    run.calls = json.loads(path.read_text())["calls"] if path.exists() else []
    assert keys["AWS_SECRET_ACCESS_KEY"] not in run.out + run.err
    return run


SIGNATURE = ("SignatureDoesNotMatch", "InvalidSignatureException", "InvalidClientTokenId", "IncompleteSignature",
             "AuthFailure", "UnrecognizedClientException", "InvalidAccessKeyId")


def test_every_service_takes_our_signature(doctor, guarded):
    for user in ("reader", "admin"):
        run = ask(doctor, guarded, guarded.users[user], "--subnet", "subnet-12345678", "--vpc", "vpc-12345678")
        refused = [(c["service"], c["operation"], c["error"]) for c in run.calls
                   if c["status"] == "error" and c["error"]["code"] in SIGNATURE]
        assert not refused, refused
        assert run.status in (0, 1), run
        assert len({c["service"] for c in run.calls if c["status"] == "ok"}) >= 3, run.calls


def test_a_user_without_rights_is_told_what_cannot_be_known(doctor, guarded):
    run = ask(doctor, guarded, guarded.users["nobody"])
    codes = {c["error"]["code"] for c in run.calls if c["status"] == "error"}
    assert run.status == 0 and run.doc["verdict"] == "inconclusive" and run.doc["summary"]["fail"] == 0, (codes, run)
    assert codes & {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}, codes
    assert ask(doctor, guarded, guarded.users["nobody"], "--strict").status == 4
    rights = [f for f in run.doc["findings"] if f["status"] == "unknown"]
    assert rights and all(f["detail"] for f in rights), rights


@pytest.mark.parametrize("name", ["secret", "key"])
def test_wrong_keys(doctor, guarded, name):
    keys = dict(guarded.users["admin"])
    if name == "secret":
        keys["AWS_SECRET_ACCESS_KEY"] = keys["AWS_SECRET_ACCESS_KEY"][::-1]
    else:
        keys["AWS_ACCESS_KEY_ID"] = "AKIAAAAAAAAAAAAAAAAA"
    run = ask(doctor, guarded, keys)
    assert run.status == 3 and "environment" in run.err, run
    assert [f["cause"] for f in run.doc["findings"] if f["status"] == "fail"] == ["credentials.invalid"], run
