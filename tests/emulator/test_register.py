"""m2-register from an empty Brain to a registered unit and back, the stack in the emulator, Brain on loopback."""
import json

import pytest

from demo import Example as Mode2
from seed import STACK, hub_trust

LOGIN = {"CLOUDMR_EMAIL": "lab@example.org", "CLOUDMR_PASSWORD": "demo-password"}


@pytest.fixture
def stack(emulator):
    emulator.reset()
    account = Mode2(emulator.url)
    account.deploy(account.isolated())
    return account


@pytest.fixture
def reg(register, emulator, brain):
    register.env.update(AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                        AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
    return register


def doc(run):
    return json.loads(run.out)


def wanted(stack):
    names = stack.bucket_names()
    return {"appName": "MR Optimum", "mode": "mode_2", "provider": "user", "awsAccountId": stack.id, "region": "us-east-1",
            "stateMachineArn": stack.machine, "resultsBucket": names["results"], "failedBucket": names["failed"],
            "dataBucket": names["data"], "isDefault": False, "alias": "Mode 2",
            "crossAccountRoleArn": stack.role_arn(f"{STACK}-CloudMRCrossAccountRole"), "externalId": "lab-42"}


def test_from_empty_to_registered_twice_updated_and_removed(stack, reg, brain):
    dry = reg("--dry-run", "--format", "json")
    assert dry.status == 0 and doc(dry)["payload"] == wanted(stack), dry
    assert list(doc(dry)["payload"]) == list(wanted(stack)), "in the order of the scripts"
    assert not brain.brain.log, "a dry run asks Brain nothing"

    first = reg("--format", "json")
    assert first.status == 0 and doc(first)["outcome"] == "registered", first
    unit = doc(first)["unit"]
    assert {k: v for k, v in unit.items() if k in wanted(stack)} == wanted(stack)
    assert all(f["verdict"] == "same" for f in doc(first)["fields"])

    before = [u["computingUnitId"] for u in brain.brain.units]
    again = reg("--format", "json")
    assert again.status == 0 and doc(again)["outcome"] == "unchanged", again
    assert [u["computingUnitId"] for u in brain.brain.units] == before and len(before) == 1
    assert sum(r["path"].endswith("/register") for r in brain.brain.log) == 1
    assert "nothing changed" in reg().out

    brain.brain.units[0]["resultsBucket"] = "somewhere-else"
    brain.brain.units[0]["alias"] = "My lab's unit"
    update = reg("--format", "json")
    assert update.status == 0 and doc(update)["outcome"] == "updated", update
    assert len(brain.brain.units) == 1 and brain.brain.units[0]["resultsBucket"] == wanted(stack)["resultsBucket"]
    assert brain.brain.units[0]["alias"] == "My lab's unit", "an alias that nobody asked to change stays"

    listed = reg("--list")
    assert brain.brain.units[0]["computingUnitId"] in listed.out and stack.machine in listed.out, listed
    name = brain.brain.units[0]["computingUnitId"]
    assert reg("--unregister", name).status == 2, "no terminal to ask"
    assert reg("--unregister", name, "--confirm", "cu-9999").status == 2
    assert len(brain.brain.units) == 1
    removed = reg("--unregister", name, "--confirm", name)
    assert removed.status == 0 and f"Removed: unit {name}." in removed.out and not brain.brain.units, removed
    assert reg("--list").out == "There is no computing unit of MR Optimum.\n"
    gone = reg("--unregister", name, "--confirm", name)
    assert gone.status == 0 and "an earlier run had removed it" in gone.out, gone
    never = reg("--unregister", "cu-7777", "--confirm", "cu-7777")
    assert never.status == 2 and "there is no unit cu-7777 among the 0 units of MR Optimum" in never.err, never


def test_each_value_says_where_it_came_from(stack, reg):
    values = {v["field"]: v for v in doc(reg("--dry-run", "--format", "json"))["values"]}
    expected = {"appName": "default", "mode": "the account is not CloudMRHub's", "awsAccountId": "sts:GetCallerIdentity",
                "region": "environment AWS_REGION", "stateMachineArn": f"output CalculationStateMachineArn of stack {STACK}",
                "resultsBucket": f"output ResultsBucketName of stack {STACK}",
                "crossAccountRoleArn": f"output CloudMRCrossAccountRoleArn of stack {STACK}",
                "externalId": f"trust policy of role {STACK}-CloudMRCrossAccountRole"}
    assert {k: values[k]["source"] for k in expected} == expected
    assert {v["check"] for v in values.values() if "check" in v} == {"ok"}

    other = reg("--dry-run", "--format", "json", "--alias", "flag", env={
        "ALIAS": "environment", "APP_NAME": "CAMRIE", "EXTERNAL_ID": "lab-42", "REGION": "us-east-1", "MODE": "mode_2",
        "AWS_ACCOUNT_ID": stack.id, "STATE_MACHINE_ARN": stack.machine})
    values = {v["field"]: (v["value"], v["source"]) for v in doc(other)["values"]}
    assert values["alias"] == ("flag", "--alias") and values["appName"] == ("CAMRIE", "environment APP_NAME")
    assert values["region"] == ("us-east-1", "environment REGION") and values["mode"] == ("mode_2", "environment MODE")
    assert values["stateMachineArn"] == (stack.machine, "environment STATE_MACHINE_ARN")
    text = reg("--dry-run").out
    assert f"output CalculationStateMachineArn of stack {STACK}" in text and '"isDefault": false' in text


def test_resources_are_found_where_no_output_tells_them(emulator, reg):
    emulator.reset()
    account = Mode2(emulator.url)
    whole = account.root_template

    def bare(child_url, assume):
        template = whole(child_url, assume)
        template["Outputs"] = {"StateMachineArn": {"Value": account.machine}}
        return template
    account.root_template = bare
    account.deploy(account.isolated())
    run = reg("--dry-run", "--format", "json")
    values = {v["field"]: (v["value"], v["source"]) for v in doc(run)["values"]}
    assert run.status == 0 and doc(run)["payload"]["stateMachineArn"] == account.machine, run
    assert values["resultsBucket"][0] == account.bucket_names()["results"]
    assert values["crossAccountRoleArn"] == (account.role_arn(f"{STACK}-CloudMRCrossAccountRole"),
                                             f"resource CloudMRCrossAccountRole of stack {STACK}")
    assert values["externalId"][0] == "lab-42"


@pytest.mark.parametrize("args,says", [
    (["--state-machine-arn", "arn:aws:states:us-east-1:{id}:stateMachine:gone"], "does not exist"),
    (["--state-machine-arn", "arn:aws:states:us-east-1:210987654321:stateMachine:x"], "is of account 210987654321"),
    (["--state-machine-arn", "arn:aws:states:us-west-2:{id}:stateMachine:x"], "is in region us-west-2"),
    (["--state-machine-arn", "arn:aws:lambda:us-east-1:{id}:function:x"], "is not the ARN of a state machine"),
    (["--results-bucket", "no-such-bucket-here"], "The bucket no-such-bucket-here does not exist"),
    (["--cross-account-role-arn", "arn:aws:iam::{id}:role/nobody"], "The role arn:aws:iam::{id}:role/nobody does not exist"),
    (["--cross-account-role-arn", "arn:aws:iam::210987654321:role/x"], "is of account 210987654321"),
    (["--account-id", "210987654321"], "these credentials are of account {id}"),
    (["--external-id", "wrong"], 'asks for the external id "lab-42", not "wrong"'),
    (["--stack", "no-such-stack"], "There is no stack no-such-stack in region us-east-1"),
], ids=lambda v: " ".join(v)[:60] if isinstance(v, list) else None)
def test_what_is_wrong_is_said_and_nothing_written(stack, reg, brain, args, says):
    run = reg(*[a.format(id=stack.id) for a in args])
    assert run.status == 1 and says.format(id=stack.id) in run.out, run
    assert "nothing was written" in run.out and not brain.brain.units
    assert not any(r["path"].endswith("/register") for r in brain.brain.log)


def test_the_servers_fault_with_the_role(stack, reg, brain):
    """Guide, 2. Registration Fails: Brain answers an Invalid UpdateExpression for crossAccountRoleArn."""
    brain.brain.role_fault = True
    run = reg()
    assert run.status == 1 and run.out.startswith("Registered without its role: unit cu-0001"), run
    assert f"crossAccountRoleArn = {stack.role_arn(STACK + '-CloudMRCrossAccountRole')}, externalId = lab-42" in run.out
    assert "UpdateExpression" in run.out and len(brain.brain.units) == 1
    assert "crossAccountRoleArn" not in brain.brain.units[0] and "externalId" not in brain.brain.units[0]
    again = reg("--format", "json")
    assert again.status == 1 and doc(again)["outcome"] == "registered-without-role" and len(brain.brain.units) == 1, again
    github = reg("--format", "github")
    assert github.status == 1 and github.out.startswith("::error title=m2-register::Registered without its role"), github
    brain.brain.role_fault = False
    mended = reg("--format", "json")
    assert mended.status == 0 and doc(mended)["outcome"] == "updated" and len(brain.brain.units) == 1, mended
    assert brain.brain.units[0]["externalId"] == "lab-42"


def test_duplicates_are_told_with_the_one_to_remove_and_left_alone(stack, reg, brain):
    reg()
    brain.brain.units.append({**brain.brain.units[0], "computingUnitId": "cu-twin", "createdAt": "2026-01-02"})
    run = reg()
    assert run.status == 1 and "Registered 2 times: unit cu-0001" in run.out, run
    assert "m2-register --unregister cu-twin --confirm cu-twin" in run.out and len(brain.brain.units) == 2
    assert doc(reg("--format", "json"))["duplicates"][0]["computingUnitId"] == "cu-twin"
    assert reg("--unregister", "cu-twin", "--confirm", "cu-twin").status == 0
    assert reg().status == 0


def test_near_matches_are_shown_not_guessed(stack, reg, brain):
    brain.brain.units = [{**wanted(stack), "computingUnitId": "cu-old", "region": "us-west-2"},
                         {**wanted(stack), "computingUnitId": "cu-far", "appName": "MR Optimum", "awsAccountId": "1", "mode": "mode_1"}]
    run = reg()
    assert run.status == 0 and "Unit cu-old is like this one and was left alone: region us-west-2 instead of us-east-1" in run.out, run
    assert "cu-far" not in run.out and {u["computingUnitId"] for u in brain.brain.units} == {"cu-old", "cu-far", "cu-0001"}


def test_mode_1_as_the_scripts_have_it(register, brain):
    from conftest import Emulator
    hub = Emulator("262361552878")
    try:
        account = Mode2(hub.url)
        for kind in ("data", "results", "failed"):
            account.client("s3").create_bucket(Bucket=f"cloudmr-{kind}-cloudmrhub-brain-us-east-1")
        account.buckets = {k: f"cloudmr-{k}-cloudmrhub-brain-us-east-1" for k in ("data", "results", "failed")}
        account.deploy(account.isolated())
        register.env.update(AWS_ENDPOINT_URL=hub.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                            AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
        assert register("--mode", "mode_2").status == 2
        brain.brain.admin, brain.brain.token = False, __import__("brain").jwt(groups=("Users",))
        refused = register()
        assert refused.status == 3 and "not in the group Admins" in refused.err and not brain.brain.units, refused
        brain.brain.admin, brain.brain.token = True, __import__("brain").jwt()
        run = register("--format", "json")
        unit = doc(run)["unit"]
        assert run.status == 0 and unit["mode"] == "mode_1" and unit["provider"] == "cloudmrhub" and unit["isDefault"], run
        assert unit["alias"] == "Mode 1" and unit["logoPosition"] == "top" and unit["logo"].startswith("https://")
        assert "crossAccountRoleArn" not in unit and unit["resultsBucket"] == "cloudmr-results-cloudmrhub-brain-us-east-1"
        assert register().status == 0 and len(brain.brain.units) == 1
    finally:
        hub.stop()


# ---- the guide's three registration problems ----

def test_guide_state_machine_arn_not_found_check_stack_outputs(emulator, reg, brain):
    emulator.reset()
    account = Mode2(emulator.url)
    account.stack_only(account.isolated())
    run = reg()
    assert run.status == 1 and f"The stack {STACK} (CREATE_COMPLETE) has no state machine among its outputs" in run.out, run
    assert "--state-machine-arn" in run.out and not brain.brain.units


def test_guide_invalid_cloudmr_credentials(stack, reg, brain):
    run = reg(env={"CLOUDMR_PASSWORD": "wrong"})
    assert run.status == 3 and "the e-mail or the password is refused: Incorrect username or password." in run.err, run
    assert "wrong" not in run.err.replace("wrong-url", "") and not brain.brain.units


def test_guide_user_not_authorized_needs_an_active_account(stack, reg, brain):
    brain.brain.login = lambda *_: (200, {"success": False, "message": "User is not authorized: no active CloudMR account"})
    type(brain.brain).ROUTES[("POST", "/auth/login")] = lambda self, *a: self.login(*a)
    run = reg()
    assert run.status == 3 and "no active CloudMR account" in run.err and not brain.brain.units, run


def test_hub_buckets_are_named_as_such(emulator, reg, brain):
    emulator.reset()
    account = Mode2(emulator.url)
    account.buckets = {k: f"cloudmr-{k}-cloudmrhub-brain-us-east-1" for k in ("data", "results", "failed")}
    for name in account.buckets.values():
        account.client("s3").create_bucket(Bucket=name)
    account.deploy(account.isolated(), assume=hub_trust(None))
    run = reg("--format", "json")
    assert run.status == 0 and sum("does not stay in your account" in n for n in doc(run)["notes"]) == 3, run
    assert doc(run)["unit"].get("externalId") is None
    assert reg("--strict").status == 1
