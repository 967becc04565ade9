"""Where credentials come from, each source through the real binary: found, refused, hanging, expired."""
import hashlib
import json
import stat
import time

import pytest

from fakeaws import IDENTITY, KEY, KEYS, SECRET, TOKEN, FakeAws, Live, call, complaints, error, no_secret

OTHER_KEY, OTHER_SECRET, OTHER_TOKEN = "ASIAOTHERKEYEXAMPLE1", "otherSECRETotherSECRETotherSECRET1234567", "OtherToken/000=="
ROLE = "arn:aws:iam::123456789012:role/lab"
SECRETS = (OTHER_SECRET, OTHER_TOKEN, "ssoAccessToken", "ssoRefreshToken", "ssoClientSecret", "containerToken",
           "webIdentityToken")


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def sts_role(name, key=OTHER_KEY, **rule):
    return {"action": name, "body": f"<{name}Response><{name}Result><Credentials><AccessKeyId>{key}</AccessKeyId>"
            f"<SecretAccessKey>{OTHER_SECRET}</SecretAccessKey><SessionToken>{OTHER_TOKEN}</SessionToken>"
            f"<Expiration>{stamp(3600)}</Expiration></Credentials></{name}Result></{name}Response>", **rule}


def as_json(version=1, key=OTHER_KEY, expires=3600, **more):
    return {"Version": version, "AccessKeyId": key, "SecretAccessKey": OTHER_SECRET, "SessionToken": OTHER_TOKEN,
            "Expiration": stamp(expires), **more}


def config(home, text, credentials=None):
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws/config").write_text(text)
    if credentials:
        (home / ".aws/credentials").write_text(credentials)


def program(home, body):
    path = home / "agent.sh"
    path.write_text("#!/bin/sh\n" + body)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def ask(doctor, aws, *args, only="identity", limit=10, **env):
    began = time.monotonic()
    run = doctor("--only", only, "--region", "us-east-1", *args, env={"AWS_ENDPOINT_URL": aws.url, **env})
    assert time.monotonic() - began < limit, (time.monotonic() - began, run)
    no_secret(run.out + run.err, *SECRETS)
    return run


def signed_by(aws, word="GetCallerIdentity"):
    return [r["headers"].get("authorization", "unsigned").split("Credential=")[-1].split("/")[0] for r in aws.asked(word)]


def cannot(run, *words, status=3):
    said = complaints(run)
    assert run.status == status and len(said) == 1, run
    assert all(w.lower() in said[0].lower() for w in words), (words, said)


@pytest.fixture
def aws():
    with FakeAws() as a:
        yield a


def test_profile_with_static_keys(doctor, aws, tmp_path):
    config(tmp_path, "[profile lab]\nregion=eu-west-1\n", f"[lab]\naws_access_key_id={OTHER_KEY}\n"
           f"aws_secret_access_key={OTHER_SECRET}\naws_session_token={OTHER_TOKEN}\n")
    assert ask(doctor, aws, "--profile", "lab", **KEYS).status == 0
    assert signed_by(aws) == [OTHER_KEY]  # the flag beats the environment's keys
    assert ask(doctor, aws, AWS_PROFILE="lab", **KEYS).status == 0
    assert signed_by(aws) == [OTHER_KEY, KEY]  # the variable does not


PROCESS = [
    ("exit-1", "echo 'no ticket: run kinit' >&2; exit 1", ["credential_process", "kinit"]),
    ("garbage", "echo hello", ["credential_process"]),
    ("nothing", "true", ["credential_process"]),
    ("version-2", f"echo '{json.dumps(as_json(version=2))}'", ["credential_process", "version"]),
    ("no-secret", 'echo \'{"Version":1,"AccessKeyId":"AKIAX"}\'', ["credential_process", "SecretAccessKey"]),
    ("expired", f"echo '{json.dumps(as_json(expires=-60))}'", ["expired"]),
    ("endless", "yes", ["credential_process"]),
    ("secret-in-garbage", f"echo 'AccessKeyId={OTHER_KEY} Secret={OTHER_SECRET}'", ["credential_process"]),
    ("killed", "kill -9 $$", ["credential_process"]),
]


@pytest.mark.parametrize("name,body,words", PROCESS, ids=[p[0] for p in PROCESS])
def test_credential_process_that_fails(doctor, aws, tmp_path, name, body, words):
    config(tmp_path, f"[default]\ncredential_process = {program(tmp_path, body)}\n")
    cannot(ask(doctor, aws), *words)
    assert aws.log == []


def test_credential_process_that_does_not_exist(doctor, aws, tmp_path):
    config(tmp_path, "[default]\ncredential_process = /no/such/agent --x\n")
    cannot(ask(doctor, aws), "/no/such/agent")


def test_credential_process_that_hangs_is_bounded_by_timeout(doctor, aws, tmp_path):
    config(tmp_path, f"[default]\ncredential_process = {program(tmp_path, 'exec sleep 300')}\n")
    run = ask(doctor, aws, "--timeout", "2", limit=6)
    assert run.status == 3 and len(complaints(run)) == 1, run


def test_expired_in_the_middle_is_renewed_once(doctor, tmp_path):
    """The agent gives new keys: one renewal for all calls, none of them lost."""
    agent = program(tmp_path, f"""n=$(cat {tmp_path}/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > {tmp_path}/n
echo '{json.dumps(as_json())}' | sed "s/{OTHER_KEY}/ASIARENEWED$n/"\n""")
    config(tmp_path, f"[default]\ncredential_process = {agent}\n")
    expired = error("ExpiredToken", "The security token included in the request is expired")

    with FakeAws() as aws:
        rule = {**expired, "path": "/*"}
        pick = aws.fake.pick

        def picked(request):
            auth = request["headers"].get("authorization", "")
            old = "ASIARENEWED1/" in auth and "GetCallerIdentity" not in request["body"]
            return rule if old else pick(request)
        aws.fake.pick = picked
        live = Live(doctor)
        run = live(aws, keys=False)
    assert (tmp_path / "n").read_text().strip() == "2", run
    assert run.status == 0 and not complaints(run), run
    assert not [c for c in run.calls if c["status"] == "error" and c["error"]["code"] == "ExpiredToken"], run.calls


def test_expired_in_the_middle_without_renewal(doctor):
    """What was read until then is reported; the exit status says that the run could not finish."""
    with FakeAws(IDENTITY, error("ExpiredToken", "expired")) as aws:
        run = Live(doctor)(aws, "--format", "json")
    assert run.status == 3 and "expired" in run.err.lower() and len(complaints(run)) == 1, run
    assert json.loads(run.out)["target"]["account"] == "123456789012"
    assert call(run, "GetCallerIdentity")["status"] == "ok"


CHAIN = f"""[profile base]
region = us-east-1
[profile middle]
role_arn = arn:aws:iam::123456789012:role/middle
source_profile = base
[profile lab]
role_arn = {ROLE}
source_profile = middle
external_id = cloudmr
role_session_name = lab-run
[profile loop]
role_arn = {ROLE}
source_profile = loop2
[profile loop2]
role_arn = {ROLE}
source_profile = loop
[profile mfa]
role_arn = {ROLE}
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
[profile both]
role_arn = {ROLE}
source_profile = base
credential_source = Environment
[profile gone]
role_arn = {ROLE}
source_profile = nowhere
[profile web]
role_arn = {ROLE}
web_identity_token_file = token
"""
BASE = f"[base]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n"


def test_roles_assumed_one_through_the_other(doctor, tmp_path):
    config(tmp_path, CHAIN, BASE)
    with FakeAws({**sts_role("AssumeRole", "ASIAMIDDLE0000000001"), "body_has": "role%2Fmiddle"},
                 sts_role("AssumeRole")) as aws:
        assert ask(doctor, aws, "--profile", "lab").status == 0
        assert signed_by(aws, "Action=AssumeRole") == [KEY, "ASIAMIDDLE0000000001"]
        assert signed_by(aws) == [OTHER_KEY]
        last = aws.asked("Action=AssumeRole")[-1]["body"]
        assert "ExternalId=cloudmr" in last and "RoleSessionName=lab-run" in last


ROLES = [("loop", 3, ["loop"]), ("both", 2, ["source_profile", "credential_source"]), ("gone", 2, ["nowhere"]),
         ("mfa", 3, ["mfa", "terminal"])]


@pytest.mark.parametrize("profile,status,words", ROLES, ids=[r[0] for r in ROLES])
def test_role_profiles_that_cannot_work(doctor, aws, tmp_path, profile, status, words):
    config(tmp_path, CHAIN, BASE)
    run = ask(doctor, aws, "--profile", profile)
    assert run.status in (2, 3) and len(complaints(run)) == 1 and aws.log == [], run
    assert all(w in run.err.lower() for w in words), run


def test_role_that_may_not_be_assumed(doctor, tmp_path):
    config(tmp_path, CHAIN, BASE)
    message = f"User: x is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
    with FakeAws(error("AccessDenied", message, action="AssumeRole")) as aws:
        cannot(ask(doctor, aws, "--profile", "middle"), "role/middle", "AccessDenied")


def test_web_identity(doctor, tmp_path):
    config(tmp_path, CHAIN.replace("= token", f"= {tmp_path}/token"), BASE)
    (tmp_path / "token").write_text("webIdentityToken\n")
    with FakeAws(sts_role("AssumeRoleWithWebIdentity")) as aws:
        assert ask(doctor, aws, "--profile", "web").status == 0
        assert signed_by(aws, "AssumeRoleWithWebIdentity") == ["unsigned"] and signed_by(aws) == [OTHER_KEY]
        (tmp_path / "token").unlink()
        cannot(ask(doctor, aws, AWS_WEB_IDENTITY_TOKEN_FILE=str(tmp_path / "token"), AWS_ROLE_ARN=ROLE), "/token")
        (tmp_path / "token").write_bytes(b"x" * 5_000_000)
        cannot(ask(doctor, aws, AWS_WEB_IDENTITY_TOKEN_FILE=str(tmp_path / "token"), AWS_ROLE_ARN=ROLE), "/token")


SSO = """[default]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
[sso-session corp]
sso_region = us-east-1
sso_start_url = https://corp.awsapps.com/start
"""
ROLE_CREDENTIALS = {"path": "/federation/credentials", "body": {"roleCredentials": {
    "accessKeyId": OTHER_KEY, "secretAccessKey": OTHER_SECRET, "sessionToken": OTHER_TOKEN,
    "expiration": int(time.time() + 3600) * 1000}}}


def sso_cache(home, expires=3600, **more):
    folder = home / ".aws/sso/cache"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (hashlib.sha1(b"corp").hexdigest() + ".json")
    path.write_text(json.dumps({"accessToken": "ssoAccessToken", "expiresAt": stamp(expires), "region": "us-east-1",
                                "startUrl": "https://corp.awsapps.com/start", **more}))
    path.chmod(0o600)
    return path


def test_sso_token_that_is_valid(doctor, tmp_path):
    config(tmp_path, SSO)
    sso_cache(tmp_path)
    with FakeAws(ROLE_CREDENTIALS) as aws:
        assert ask(doctor, aws, "-vv").status == 0
        asked = aws.asked("/federation/credentials")
        assert asked[0]["headers"]["x-amz-sso_bearer_token"] == "ssoAccessToken" and "role_name=Admin" in asked[0]["query"]
        assert signed_by(aws) == [OTHER_KEY]


@pytest.mark.parametrize("case", ["missing", "expired", "garbage", "revoked"])
def test_sso_without_a_usable_token(doctor, tmp_path, case):
    config(tmp_path, SSO)
    if case != "missing":
        path = sso_cache(tmp_path, -60 if case == "expired" else 3600)
        if case == "garbage":
            path.write_text("{\"accessToken\": \"ssoAccessToken\"")
    with FakeAws(error("UnauthorizedException", "Session token not found or invalid", 401, path="/federation*")) as aws:
        cannot(ask(doctor, aws), "aws sso login")


def test_sso_token_is_renewed_and_kept(doctor, tmp_path):
    config(tmp_path, SSO)
    path = sso_cache(tmp_path, -60, refreshToken="ssoRefreshToken", clientId="id", clientSecret="ssoClientSecret",
                     registrationExpiresAt=stamp(86400))
    fresh = {"path": "/token", "body": {"accessToken": "ssoAccessTokenTwo", "expiresIn": 28800,
                                        "refreshToken": "ssoRefreshTokenTwo"}}
    with FakeAws(fresh, ROLE_CREDENTIALS) as aws:
        assert ask(doctor, aws, "-vv").status == 0
        assert aws.asked("/federation")[0]["headers"]["x-amz-sso_bearer_token"] == "ssoAccessTokenTwo"
    kept = json.loads(path.read_text())
    assert kept["accessToken"] == "ssoAccessTokenTwo" and kept["refreshToken"] == "ssoRefreshTokenTwo"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and [p.name for p in path.parent.iterdir()] == [path.name]


def container(**more):
    return {"path": "/creds", "body": {"AccessKeyId": OTHER_KEY, "SecretAccessKey": OTHER_SECRET, "Token": OTHER_TOKEN,
                                       "Expiration": stamp(3600)}, **more}


def test_container(doctor, tmp_path):
    (tmp_path / "auth").write_text("containerToken2")
    with FakeAws(container()) as aws:
        uri = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/creds"}
        assert ask(doctor, aws, "-vv", AWS_CONTAINER_AUTHORIZATION_TOKEN="containerToken", **uri).status == 0
        assert aws.asked("/creds")[0]["headers"]["authorization"] == "containerToken"
        file = {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "auth")}
        assert ask(doctor, aws, "-vv", AWS_CONTAINER_AUTHORIZATION_TOKEN="no", **file, **uri).status == 0
        assert aws.asked("/creds")[1]["headers"]["authorization"] == "containerToken2"
        cannot(ask(doctor, aws, AWS_CONTAINER_CREDENTIALS_FULL_URI="http://example.com/creds"), "example.com")
        cannot(ask(doctor, aws, AWS_CONTAINER_AUTHORIZATION_TOKEN="a\nHost: evil", **uri), "AUTHORIZATION_TOKEN")
    with FakeAws(container(status=500, body="<html>")) as aws:
        uri = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": aws.url + "/creds"}
        cannot(ask(doctor, aws, **uri), "container", "500")


def test_metadata_service(doctor):
    base = "/latest/meta-data/iam/security-credentials/"
    with FakeAws({"method": "PUT", "path": "/latest/api/token", "body": "imdsToken"}, {"path": base, "body": "lab-role"},
                 {"path": base + "lab-role", "body": as_json(Code="Success", Token=OTHER_TOKEN)}) as aws:
        run = ask(doctor, aws, "-vv", AWS_EC2_METADATA_DISABLED="", AWS_EC2_METADATA_SERVICE_ENDPOINT=aws.url)
        assert run.status == 0 and signed_by(aws) == [OTHER_KEY] and "imdsToken" not in run.err, run
        assert aws.asked(base)[0]["headers"]["x-aws-ec2-metadata-token"] == "imdsToken"


@pytest.mark.parametrize("case", ["stall", "refused", "404", "endless"])
def test_metadata_service_that_is_not_there_does_not_delay(doctor, case):
    rules = {"stall": {"delay_ms": 8000}, "404": {"status": 404}, "endless": {"endless": "x"}, "refused": {}}
    with FakeAws(rules[case], account=False) as aws:
        url = "http://127.0.0.1:1" if case == "refused" else aws.url
        cannot(ask(doctor, aws, limit=3, AWS_EC2_METADATA_DISABLED="", AWS_EC2_METADATA_SERVICE_ENDPOINT=url),
               "credentials")


def test_wrong_keys_say_where_they_came_from(doctor):
    with FakeAws(error("InvalidClientTokenId", "The security token included in the request is invalid")) as aws:
        run = Live(doctor)(aws)
    assert run.status == 3 and "InvalidClientTokenId" in run.err and "environment" in run.err, run
