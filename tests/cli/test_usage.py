"""Wrong usage: one clear sentence on stderr, nothing on stdout, exit status 2."""
import json
import re
import subprocess


import pytest

USAGE = [
    (["--profil", "x"], "--profile"),
    (["--regoin=us-east-1"], "--region"),
    (["--format", "yaml"], "text"),
    (["--format"], "--format"),
    (["--strict=yes"], "--strict"),
    (["--since", "soon"], "soon"),
    (["--timeout", "-1"], "-1"),
    (["--assign-public-ip", "maybe"], "yes"),
    (["--only", "net.egres", "--snapshot", "x"], "net.egress"),
    (["--skip", "netwrk", "--snapshot", "x"], "network"),
    (["--explain", "net.no-defalt-route"], "net.no-default-route"),
    (["--password", "hunter2"], "password"),
    (["operand"], "operand"),
    (["-z"], "-z"),
    (["--region", "us_east_1", "--snapshot", "x"], "us_east_1"),
]


@pytest.mark.parametrize("args,named", USAGE, ids=[" ".join(a) for a, _ in USAGE])
def test_wrong_usage_is_one_sentence(doctor, args, named):
    run = doctor(*args)
    assert run.status == 2, run
    assert run.out == ""
    first = run.err.splitlines()[0]
    assert first.startswith("m2-doctor: ") and named in first, run
    assert len(run.err.splitlines()) <= 2, run
    assert "hunter2" not in run.err


def test_help_fits_80_columns_and_names_every_exit_status(doctor):
    run = doctor("--help")
    assert run.status == 0 and run.err == ""
    assert max(map(len, run.out.splitlines())) <= 80
    for status in (0, 1, 2, 3, 4, 70, 130):
        assert re.search(rf"^\s+{status}\b", run.out, re.M), status


def test_no_help_of_any_tool_is_wider_than_80_columns(root, build, tmp_path):
    """m2-deploy's had an example of 85."""
    tools = sorted(p.name for p in (root / "tools").glob("m2-*"))
    assert len(tools) == 6
    for tool in tools:
        done = subprocess.run([build / tool, "--help"], capture_output=True, text=True, env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"})
        wide = [line for line in done.stdout.splitlines() if len(line) > 80]
        assert done.returncode == 0 and done.stdout and not wide, (tool, wide)


def test_version(doctor):
    assert re.fullmatch(r"m2-doctor \d+\.\d+\.\d+\n", doctor("--version").out)


def test_every_check_and_cause_explains_itself(doctor):
    checks = json.loads(doctor("--list-checks", "--format", "json").out)["checks"]
    assert len(checks) >= 20
    for check in checks:
        run = doctor("--explain", check["id"])
        assert run.status == 0 and check["title"].split()[0] in run.out
        assert max(map(len, run.out.splitlines())) <= 110
        for part in ("why", "how", "fix", "sources"):
            assert check[part], (check["id"], part)
        for cause in check["causes"]:
            if not cause.endswith("*"):
                assert doctor("--explain", cause).status == 0, cause


@pytest.mark.parametrize("family,named", [("network", "net.egress"), ("task.*", "task.pull.denied"), ("stack", "stack.failed"),
                                          ("cfn", "cfn.quota")])
def test_explain_takes_an_area_or_a_family(doctor, family, named):
    run = doctor("--explain", family)
    assert run.status == 0 and re.search(rf"^    {re.escape(named)}$", run.out, re.M), run
    doc = json.loads(doctor("--explain", family, "--format", "json").out)
    assert named in [c["id"] for c in doc["checks"]] + [c["cause"] for c in doc["causes"]]


@pytest.mark.parametrize("cause,check", [("net.no-default-route", "net.egress"), ("task.exit.137", "task.failures"),
                                         ("cfn.not-stabilized", "stack.events"), ("stack.failed", "stack.status")])
def test_explaining_a_cause_did_not_say_which_check_finds_it(doctor, cause, check):
    run = doctor("--explain", cause)
    assert re.search(rf"^How it is found\n(    .+\n)*    {re.escape(check)}\n", run.out, re.M), run


def test_explain_config_is_a_table_that_fits(doctor):
    run = doctor("--explain-config", env={"AWS_REGION": "eu-west-1"})
    lines = run.out.splitlines()
    assert re.fullmatch(r"setting +value +from", lines[0]), run
    assert all(len(line) <= 90 for line in lines if str(doctor.home) not in line), run
    assert re.search(r"^region +eu-west-1 +environment AWS_REGION$", run.out, re.M), run
    assert re.search(r"^credentials +- +no source has any; tried in this order:$", run.out, re.M), run
    assert len(re.findall(r"^    (environment|imds): ", run.out, re.M)) == 2, run


def test_explain_config_names_the_source_of_each_setting(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile lab]\nregion = eu-west-1\n")
    run = doctor("--explain-config", "--profile", "lab", "--format", "json", env={"STACK_NAME": "mine"})
    rows = {r["name"]: r for r in json.loads(run.out)["settings"]}
    assert rows["region"]["value"] == "eu-west-1" and "config:2" in rows["region"]["source"]
    assert rows["stack"] == {"name": "stack", "value": "mine", "source": "environment STACK_NAME"}
    assert rows["profile"]["source"] == "--profile"


def test_explain_config_left_out_the_endpoints_of_the_profile_and_of_services(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[default]\nendpoint_url = http://profile.test\nservices = local\n"
                                          "[services local]\nsts =\n  endpoint_url = http://sts.test\n")
    def urls(**env):
        run = doctor("--explain-config", "--format", "json", env=env)
        return {r["name"]: (r["value"], r["source"].split(" (")[0]) for r in json.loads(run.out)["settings"]
                if r["name"].startswith("endpoint-url")}
    own = ("http://sfn.test", "environment AWS_ENDPOINT_URL_SFN")
    assert urls(AWS_ENDPOINT_URL_SFN="http://sfn.test") == {
        "endpoint-url": ("http://profile.test", "profile default"), "endpoint-url sts": ("http://sts.test", "services local"),
        "endpoint-url stepfunctions": own}
    assert urls(AWS_ENDPOINT_URL_SFN="http://sfn.test", AWS_ENDPOINT_URL="http://all.test") == {
        "endpoint-url": ("http://all.test", "environment AWS_ENDPOINT_URL"), "endpoint-url stepfunctions": own}
    assert urls(AWS_ENDPOINT_URL="http://all.test", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true") == {
        "endpoint-url": (None, "not set")}


def test_explain_config_showed_the_password_in_a_url(doctor):
    env = {"AWS_ENDPOINT_URL": "http://me:hunter2@all.test", "CLOUDMR_API_URL": "https://me:hunter2@api.test"}
    for form in ("text", "json"):
        run = doctor("--explain-config", "--format", form, env=env)
        assert run.status == 0 and "hunter2" not in run.out and run.out.count("***@") == 2, run


def test_explain_config_shows_no_secret(doctor):
    run = doctor("--explain-config", env={"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
                                          "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIsecret",
                                          "AWS_SESSION_TOKEN": "tokentokentoken"})
    assert run.status == 0 and "environment" in run.out
    assert "wJalrXUtnFEMIsecret" not in run.out + run.err and "tokentokentoken" not in run.out + run.err
