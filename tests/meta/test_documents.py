"""Every table of the program against --help, the man page, completion and docs, in both directions."""
import fnmatch
import json
import re
import subprocess
import sys

import pytest

# What docs/CHECKS.md must offer: ids are promised to users and stay.
EXPECTED_CHECKS = """
identity.credentials identity.account identity.region identity.permissions
net.subnets net.egress net.acl net.security-group net.dns net.endpoints
image.uri image.exists image.access
lambda.memory lambda.timeout lambda.storage lambda.state
fargate.size fargate.quota fargate.logs task.failures
stack.status stack.events stack.outputs stack.resources
workflow.state-machine access.trust storage.buckets
""".split()
EXPECTED_CAUSES = """
credentials.missing credentials.expired credentials.invalid clock.skew account.is-cloudmrhub account.mismatch
region.image-mismatch region.unsupported region.bucket-mismatch permission.denied
net.subnet-missing net.subnets-different-vpc net.subnets-same-az net.subnet-no-free-ips net.security-group-missing
net.security-group-other-vpc net.no-default-route net.blackhole-route net.igw-without-public-ip net.igw-detached
net.nat-not-available net.nat-in-private-subnet net.nat-private-connectivity net.more-specific-route
net.route-unknown-beyond net.ipv6-only net.vpc-block-public-access net.acl-blocks-egress net.acl-blocks-return
net.sg-blocks-egress net.sg-open-ingress net.dns-support-off net.dns-hostnames-off net.dns-custom-servers
net.endpoint-sg-blocks net.endpoint-private-dns-off net.endpoint-not-available net.endpoint-policy-denies
net.endpoint-missing net.s3-endpoint-not-associated net.endpoint-subnet-az
image.uri-invalid image.region-mismatch image.tag-latest image.repository-missing image.tag-missing
image.pull-denied image.policy-lacks-account image.policy-lacks-lambda-service
lambda.memory-over-account-cap lambda.memory-invalid lambda.timeout-invalid lambda.timeout-near
lambda.ephemeral-invalid lambda.image-access-denied fargate.size-invalid fargate.vcpu-quota
fargate.log-group-missing fargate.log-role stack.missing stack.failed stack.rollback stack.in-progress
stack.delete-failed stack.output-missing stack.output-invalid stack.resource-gone workflow.missing
workflow.target-missing access.role-missing access.trust-wrong-principal access.trust-whole-account
access.trust-no-external-id access.trust-anyone bucket.missing bucket.foreign bucket.denied bucket.region
bucket.public bucket.no-encryption
""".split()


@pytest.fixture(scope="module")
def gendocs(build):
    return build / "gendocs"


@pytest.fixture(scope="module")
def tables(gendocs):
    return json.loads(subprocess.run([gendocs, "tables"], capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def help_text(build):
    return subprocess.run([build / "m2-doctor", "--help"], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def man_text(root):
    return (root / "docs/man/m2-doctor.1").read_text().replace("\\-", "-")


def doc(root, name):
    return (root / "docs" / name).read_text()


def table_rows(text, heading):
    """First cells of the rows of the table below HEADING."""
    body = re.split(r"^#+ ", text.split(heading, 1)[1], maxsplit=1, flags=re.M)[0]
    return [m.group(1).strip("`") for m in re.finditer(r"^\| *([^|]*?) *\|", body, re.M)][2:]


def test_generated_documents_are_committed_as_generated(root, gendocs, tmp_path):
    subprocess.run([root / "scripts/update-docs.sh", gendocs, tmp_path], check=True)
    fresh = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert len(fresh) >= 7
    stale = [str(name) for name in fresh if (root / "docs" / name).read_bytes() != (tmp_path / name).read_bytes()]
    assert not stale, f"run scripts/update-docs.sh and commit: {stale}"
    for folder in ("man", "completions"):
        assert {p.name for p in (root / "docs" / folder).iterdir()} == {p.name for p in (tmp_path / folder).iterdir()}


def test_options_are_unique(tables):
    names = [o["name"] for o in tables["options"]]
    letters = [o["letter"] for o in tables["options"] if o["letter"]]
    assert len(names) == len(set(names)) and len(letters) == len(set(letters))


def test_options_in_help_man_and_completion_and_back(root, tables, help_text, man_text):
    names = {o["name"] for o in tables["options"]}
    options_of_help = {m.group(1) for m in re.finditer(r"^ +(?:-\w, )?--([a-z-]+)", help_text, re.M)}
    options_of_man = {m.group(1) for m in re.finditer(r"^(?:\\fB-\w\\fR, )?\\fB--([a-z-]+)\\fR", man_text, re.M)}
    completions = {name: doc(root, f"completions/{name}") for name in ("m2-doctor.bash", "_m2-doctor", "m2-doctor.fish")}
    assert options_of_help == names and options_of_man == names
    offered = {"m2-doctor.bash": set(re.findall(r"--([a-z-]+)", re.search(r"-W '(--[^']*)'", completions["m2-doctor.bash"])[1])),
               "_m2-doctor": set(re.findall(r"'?--([a-z][a-z-]*)[\['=}]", completions["_m2-doctor"])),
               "m2-doctor.fish": set(re.findall(r" -l ([a-z-]+)", completions["m2-doctor.fish"]))}
    for script, found in offered.items():
        assert found == names, script


def test_letters_and_choices_are_shown(tables, help_text, man_text):
    for option in tables["options"]:
        if option["letter"]:
            assert f"-{option['letter']}, --{option['name']}" in help_text
            assert f"\\fB-{option['letter']}\\fR, \\fB--{option['name']}\\fR" in man_text
        if option["choices"]:
            assert f"[{', '.join(option['choices'])}]" in re.sub(r"\s+", " ", help_text), option["name"]


def test_renderers_are_the_formats(tables):
    formats = next(o for o in tables["options"] if o["name"] == "format")["choices"]
    assert formats == tables["renderers"]


def test_exit_statuses_in_help_man_and_formats(root, tables, help_text, man_text):
    statuses = [str(row["status"]) for row in tables["exits"]]
    assert table_rows(doc(root, "FORMATS.md"), "## Exit statuses") == statuses
    assert re.findall(r"^\\fB(\d+)\\fR$", man_text, re.M) == statuses
    flat, documented = (re.sub(r"\s+", " ", text) for text in (help_text, doc(root, "FORMATS.md").replace("`", "")))
    for row in tables["exits"]:
        assert f"{row['status']} {row['meaning']}" in flat
        assert f"| {row['status']} | {row['meaning']} |" in documented


def test_error_classes_are_documented(root, tables):
    text = doc(root, "FORMATS.md")
    assert table_rows(text, "### Classes of errors") == [row["name"] for row in tables["errors"] if row["name"] != "ok"]
    for row in tables["errors"]:
        if row["name"] != "ok":
            assert f"| `{row['name']}` | {row['exit_status']} |" in text


def test_checks_and_causes_are_documented_and_back(root, tables):
    text = doc(root, "CHECKS.md")
    assert re.findall(r"^### (.+)$", text, re.M) == [c["id"] for c in tables["checks"]]
    assert re.findall(r"^## (.+)$", text, re.M)[:-1] == list(dict.fromkeys(c["area"] for c in tables["checks"]))
    slugs = re.findall(r"^\| `([^`]+)` \|", text, re.M)
    assert set(tables["causes"]) == {s for s in slugs if not s.endswith("*")}
    for check in tables["checks"]:
        for cause in check["causes"]:
            assert cause in slugs and fnmatch.filter(tables["causes"], cause), f"{check['id']}: {cause}"


def test_promised_checks_and_causes_are_there(tables):
    ids = {c["id"] for c in tables["checks"]}
    assert not set(EXPECTED_CHECKS) - ids
    assert not set(EXPECTED_CAUSES) - set(tables["causes"])
    named = [cause for check in tables["checks"] for cause in check["causes"]]
    orphans = [c for c in EXPECTED_CAUSES if not any(fnmatch.fnmatch(c, pattern) for pattern in named)]
    assert not orphans, orphans


def test_every_check_and_cause_explains_itself(build, tables):
    for name in [c["id"] for c in tables["checks"]] + tables["causes"][::10]:
        done = subprocess.run([build / "m2-doctor", "--explain", name], capture_output=True, text=True)
        assert done.returncode == 0 and done.stdout.startswith(name) and "How to fix it" in done.stdout, name


READS = re.compile(r"^(Describe|Get|List|Head|Simulate|BatchGet|BatchCheck|Lookup|Filter)")


def test_collectors_only_read_and_have_an_action(tables):
    for row in tables["collectors"]:
        assert READS.match(row["operation"]), row
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+", row["action"]), row


def test_collected_operations_are_documented_and_back(root, tables):
    text = doc(root, "RIGHTS.md")
    rows = {tuple(m.groups()) for m in re.finditer(r"^\| ([a-z0-9-]+) \| (\w+) \| `(.+)` \|$", text, re.M)}
    assert rows == {(r["service"], r["operation"], r["action"]) for r in tables["collectors"]}
    policy = json.loads(re.search(r"```json\n(.*?)```", text, re.S)[1])
    assert sorted(policy["Statement"][0]["Action"]) == sorted({r["action"] for r in tables["collectors"]})


def test_the_rights_of_a_check_are_what_is_read_for_it(tables):
    wrong = []
    for check in tables["checks"]:
        read = {r["action"] for r in tables["collectors"]
                if {check["id"], check["area"], check["id"].split(".")[0]} & set(r["checks"])}
        wrong += [f"{check['id']} names {right}, which is not read for it" for right in check["rights"] if right not in read]
    assert not wrong, "\n".join(wrong)


PLANNED = {"fargate.service-role"}  # read already, so that snapshots saved today answer it later


def test_collectors_serve_checks_that_exist(tables):
    known = PLANNED | {c["id"] for c in tables["checks"]} | {c["area"] for c in tables["checks"]}
    for row in tables["collectors"]:
        assert known & set(row["checks"]), row


def test_credential_sources_are_documented_in_order(root, tables):
    found = re.findall(r"^\| \d+ \| `([^`]+)` \|", doc(root, "CREDENTIALS.md"), re.M)
    assert found == tables["sources"]


def test_models_are_what_the_script_makes_of_the_installed_botocore(root):
    pytest.importorskip("botocore")
    done = subprocess.run([sys.executable, root / "scripts/trim-models.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_between_documents_lead_somewhere(root):
    broken = []
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if not re.match(r"https?://", target) and not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert not broken, broken


def test_architecture_names_every_folder(root):
    text = doc(root, "ARCHITECTURE.md")
    named = set(re.findall(r"^\| `([^`]+)/` \|", text, re.M))
    library = {f"libcommon/{p.name}" for p in (root / "libcommon").iterdir() if p.is_dir()}
    tools = {f"tools/{p.name}" for p in (root / "tools").iterdir() if p.is_dir()}
    assert (library | tools) <= named
    missing = [name for name in named if not (root / name).is_dir()]
    assert not missing, missing
    suites = re.search(r"^\| `tests/` \| (.*) \|", text, re.M)[1]
    for suite in re.findall(r"`(\w+)`", suites):
        assert (root / "tests" / suite).is_dir(), suite


def test_paths_in_documents_exist(root):
    missing = []
    for document in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for path in re.findall(r"`((?:libcommon|scripts|tests|include|fixtures|docs|tools)/[\w./-]+)`", document.read_text()):
            if "NAME" not in path and not (root / path.rstrip("/")).exists():
                missing.append(f"{document.name}: {path}")
    assert not missing, missing
