"""Every table of the programs against --help, the man page, completion and docs, in both directions."""
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
image.uri image.exists image.access image.execution-role
lambda.memory lambda.timeout lambda.storage lambda.state
fargate.size fargate.quota fargate.logs fargate.service-role task.failures
template.parse template.references template.limits
template.names template.capabilities template.buckets template.outputs template.roles lambda.runtime
stack.status stack.events stack.outputs stack.resources
workflow.state-machine access.trust access.permissions storage.buckets
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
template.syntax template.duplicate-key template.not-a-template template.too-large template.unresolved-reference
template.unused-parameter template.nested-missing-parameter template.fixed-name-collides template.role-name-too-long
template.needs-capabilities template.foreign-buckets template.output-missing lambda.runtime-deprecated
lambda.runtime-blocked access.cannot-read-status access.too-wide
lambda.ephemeral-invalid lambda.image-access-denied fargate.size-invalid fargate.vcpu-quota
fargate.log-group-missing fargate.log-role stack.missing stack.failed stack.rollback stack.in-progress
stack.delete-failed stack.output-missing stack.output-invalid stack.resource-gone workflow.missing
workflow.target-missing access.role-missing access.trust-wrong-principal access.trust-whole-account
access.trust-no-external-id access.trust-anyone access.cannot-start access.cannot-read-status
access.cannot-read-results access.too-wide image.role-missing-permissions image.role-trust
workflow.role-missing-permissions workflow.pass-role fargate.service-linked-role-missing bucket.role-access bucket.missing bucket.foreign bucket.denied bucket.region
bucket.public bucket.no-encryption
""".split()


@pytest.fixture(scope="module")
def gendocs(build):
    return build / "gendocs"


@pytest.fixture(scope="module")
def tables(gendocs):
    return json.loads(subprocess.run([gendocs, "tables"], capture_output=True, text=True, check=True).stdout)


class Pages:
    """What a tool shows of itself: --help (of the whole, or of a command), man page, completion."""

    def __init__(self, root, build, tool):
        self.root, self.build, self.tool, self.name = root, build, tool, tool["name"]
        self.commands = [c["name"] for c in tool["commands"]]
        self.man = doc(root, f"man/{self.name}.1").replace("\\-", "-")

    def help(self, command=None):
        words = [self.build / self.name, *([command] if command else []), "--help"]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    def section(self, name):
        return re.search(rf"^\.SH {name}\n(.*?)(?=^\.SH |\Z)", self.man, re.M | re.S)[1]

    def options_of(self, command=None):
        """Names of the options that belong to COMMAND (None: only those of every command)."""
        return {o["name"] for o in self.tool["options"] if not o["commands"] or command in o["commands"]}

    def whole_and_commands(self):
        return [None, *self.commands]


@pytest.fixture(scope="module")
def pages(root, build, tables):
    return [Pages(root, build, tool) for tool in tables["tools"]]


@pytest.fixture(scope="module")
def doctor_pages(pages):
    return next(p for p in pages if p.name == "m2-doctor")


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


def test_every_built_tool_has_its_documents_and_back(root, tables, gendocs):
    built = re.search(r"set\(M2_BUILT_TOOLS ([^)]*)\)", (root / "CMakeLists.txt").read_text())[1].split()
    named = subprocess.run([gendocs, "tools"], capture_output=True, text=True, check=True).stdout.split()
    assert built == named == [t["name"] for t in tables["tools"]]
    folders = {p.name for p in (root / "tools").iterdir() if (p / "main.c").exists()} - {"common"}
    assert folders == set(built)


def test_every_example_is_a_call_that_the_tool_takes(gendocs, pages):
    done = subprocess.run([gendocs, "examples"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    parsed = done.stdout.splitlines()
    for page in pages:
        shown = [line.strip() for command in page.whole_and_commands()
                 for line in re.findall(r"^  (\S.*)$", page.help(command).partition("\nExamples:\n")[2].split("\n\n")[0], re.M)]
        assert shown and shown == [line for line in parsed if line in shown], page.name
        parsed = [line for line in parsed if line not in shown]
    assert not parsed


def test_options_are_unique(tables):
    for tool in tables["tools"]:
        names = [o["name"] for o in tool["options"]]
        letters = [o["letter"] for o in tool["options"] if o["letter"]]
        assert len(names) == len(set(names)) and len(letters) == len(set(letters)), tool["name"]


def test_options_in_help_and_man_and_back(pages):
    for page in pages:
        for command in page.whole_and_commands():
            shown = {m.group(1) for m in re.finditer(r"^ +(?:-\w, )?--([a-z-]+)", page.help(command), re.M)}
            assert shown == page.options_of(command), (page.name, command)
        shown = re.findall(r"^(?:\\fB-\w\\fR, )?\\fB--([a-z-]+)\\fR", page.section("OPTIONS"), re.M)
        assert sorted(shown) == sorted(o["name"] for o in page.tool["options"]), page.name


def test_commands_in_help_and_man_and_back(pages):
    for page in pages:
        rows = [(c["name"], c["operands"]) for c in page.tool["commands"]]
        assert page.commands == sorted(set(page.commands), key=page.commands.index)
        listed = page.help().partition("\nCommands:\n")[2].partition("\n\n")[0]
        assert re.findall(r"^  (\S+)(?: (\S+))?(?:  .*)?$", listed, re.M) == rows, page.name
        assert ("\n.SH COMMANDS\n" in page.man) == bool(rows)
        if rows:
            assert re.findall(r"^\.TP\n\\fB(\S+)\\fR(?: \\fI(.+)\\fR)?$", page.section("COMMANDS"), re.M) == rows
        for command in page.tool["commands"]:
            usage = f"Usage: {page.name} {command['name']} [options] {command['operands']}".rstrip() + "\n"
            text = page.help(command["name"])
            assert usage in text and command["summary"] in " ".join(text.split()), usage


def test_the_man_page_says_which_commands_an_option_is_for(pages):
    for page in pages:
        texts = dict(re.findall(r"^(?:\\fB-\w\\fR, )?\\fB--([a-z-]+)\\fR.*\n((?:[^.].*\n)*)", page.section("OPTIONS"), re.M))
        for option in page.tool["options"]:
            said = f"For {', '.join(option['commands'])}." in " ".join(texts[option["name"]].split())
            assert said == bool(option["commands"]), (page.name, option["name"])


def bash_offers(page, script, *words):
    program = f"source '{script}'; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; " \
              f"_{page.name.replace('-', '_')} 2>/dev/null; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    return subprocess.run(["bash", "--norc", "-c", program], capture_output=True, text=True, check=True).stdout.split()


def test_completion_of_bash_offers_what_fits_and_back(pages, root):
    for page in pages:
        script = root / f"docs/completions/{page.name}.bash"
        for command in page.whole_and_commands():
            offers = bash_offers(page, script, page.name, *([command] if command else []), "--")
            assert sorted(offers) == sorted(f"--{name}" for name in page.options_of(command)), (page.name, command)
        assert bash_offers(page, script, page.name, "''") == page.commands


# How a script says that a row is for some commands only, and the rows it has for options.
ROWS = {"_{}": (r"\[\[ \$command == \(([^)]*)\) \]\] && rows", r"'?--([a-z][a-z-]*)[\['=}]"),
        "{}.fish": (r"-n '__fish_seen_subcommand_from ([^']*)'", r" -l ([a-z-]+)")}


@pytest.mark.parametrize("script", ROWS)
def test_completion_of_zsh_and_fish_offers_what_fits_and_back(pages, root, script):
    condition, option = (re.compile(pattern) for pattern in ROWS[script])
    for page in pages:
        text = doc(root, "completions/" + script.format(page.name))
        found = {}
        for line in text.splitlines():
            only, name = condition.search(line), option.search(line)
            if name:
                found[name[1]] = re.split(r"[| ]", only[1]) if only else []
        assert found == {o["name"]: o["commands"] for o in page.tool["options"]}, (script, page.name)
        for command in page.tool["commands"]:
            assert re.search(rf"(-a |'){command['name']}[ :]", text), (script, command)


def test_letters_and_choices_are_shown(pages):
    for page in pages:
        for option in page.tool["options"]:
            help_text = page.help(option["commands"][0] if option["commands"] else None)
            if option["letter"]:
                assert f"-{option['letter']}, --{option['name']}" in help_text
                assert f"\\fB-{option['letter']}\\fR, \\fB--{option['name']}\\fR" in page.man
            if option["choices"]:
                assert f"[{', '.join(option['choices'])}]" in re.sub(r"\s+", " ", help_text), option["name"]


def test_renderers_are_the_formats_of_the_doctor(tables, doctor_pages):
    formats = next(o for o in doctor_pages.tool["options"] if o["name"] == "format")["choices"]
    assert formats == tables["renderers"]


def test_exit_statuses_in_help_man_and_formats(root, tables, pages):
    statuses = [str(row["status"]) for row in tables["exits"]]
    assert table_rows(doc(root, "FORMATS.md"), "## Exit statuses") == statuses
    documented = re.sub(r"\s+", " ", doc(root, "FORMATS.md").replace("`", ""))
    for row in tables["exits"]:
        assert f"| {row['status']} | {row['meaning']} |" in documented
    for page in pages:
        assert re.findall(r"^\\fB(\d+)\\fR$", page.man, re.M) == statuses
        for command in page.whole_and_commands():
            flat = re.sub(r"\s+", " ", page.help(command))
            for row in tables["exits"]:
                assert f"{row['status']} {row['meaning']}" in flat, (page.name, command)


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
    """Causes told neither how they are found, nor the rights this takes, and one in ten was looked at."""
    checks = {c["id"]: c for c in tables["checks"]}
    for name in [*checks, *tables["causes"]]:
        done = subprocess.run([build / "m2-doctor", "--explain", name], capture_output=True, text=True)
        parts = re.findall(r"^([A-Z].+)$", done.stdout, re.M)
        assert done.returncode == 0 and done.stdout.startswith(name + " ("), name
        wanted = {"Why it matters" if name in checks else "What it means", "How it is found", "How to fix it", "Sources"}
        finders = [checks[name]] if name in checks else [
            c for c in checks.values() if any(fnmatch.fnmatch(name, pattern) for pattern in c["causes"])]
        rights = {right for c in finders for right in c["rights"]} or {"none"}
        assert not wanted - set(parts), (name, parts)
        told = {part: re.search(rf"^{part}\n((?:    \S+\n)+)", done.stdout, re.M)[1].split()
                for part in ("Rights it needs", "Sources")}
        assert set(told["Rights it needs"]) == rights and all(t.startswith("https://") for t in told["Sources"]), (name, told)
        assert all(len(items) == len(set(items)) for items in told.values()), (name, told)


READS = re.compile(r"^(Describe|Get|List|Head|Simulate|BatchGet|BatchCheck|Lookup|Filter)")


READINGS = {"collectors": "What m2-doctor reads", "history_collectors": "What m2-cost history reads",
            "cleanup_collectors": "What m2-cleanup reads"}


@pytest.mark.parametrize("reading", READINGS)
def test_collectors_only_read_and_have_an_action(tables, reading):
    for row in tables[reading]:
        assert READS.match(row["operation"]), row
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z]\w+", row["action"]), row


@pytest.mark.parametrize("reading", READINGS)
def test_collected_operations_are_documented_and_back(root, tables, reading):
    text = re.search(rf"^# {READINGS[reading]}\n(.*?)(?=^# |\Z)", doc(root, "RIGHTS.md"), re.M | re.S)[1]
    rows = {tuple(m.groups()) for m in re.finditer(r"^\| ([a-z0-9-]+) \| (\w+) \| `(.+)` \|$", text, re.M)}
    assert rows == {(r["service"], r["operation"], r["action"]) for r in tables[reading]}
    policy = json.loads(re.search(r"```json\n(.*?)```", text, re.S)[1])
    assert sorted(policy["Statement"][0]["Action"]) == sorted({r["action"] for r in tables[reading]})


def test_the_rights_of_a_check_are_what_is_read_for_it(tables):
    wrong = []
    for check in tables["checks"]:
        read = {r["action"] for r in tables["collectors"]
                if {check["id"], check["area"], check["id"].split(".")[0]} & set(r["checks"])}
        wrong += [f"{check['id']} names {right}, which is not read for it" for right in check["rights"] if right not in read]
    assert not wrong, "\n".join(wrong)


PLANNED = {"fargate.service-role", "registration"}  # read already, so that snapshots saved today answer it later


def test_collectors_serve_checks_that_exist(tables):
    known = PLANNED | {c["id"] for c in tables["checks"]} | {c["area"] for c in tables["checks"]}
    for row in tables["collectors"]:
        assert known & set(row["checks"]), row


def test_collectors_of_the_history_serve_the_command(tables):
    commands = {c["name"] for t in tables["tools"] if t["name"] == "m2-cost" for c in t["commands"]}
    for row in tables["history_collectors"]:
        assert row["checks"] == ["m2-cost history"] and "history" in commands, row


def test_collectors_of_the_teardown_serve_the_tool(tables):
    assert {tuple(row["checks"]) for row in tables["cleanup_collectors"]} == {("m2-cleanup",)}


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
