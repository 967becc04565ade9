"""The pull as a probe: against Debian's registry behind nginx, a token server, and registries that mean no good."""
import json
import time

import pytest

import registrylab
from fakeaws import KEYS, FakeAws, Live, call
from registrylab import LOGIN, PASSWORD, USER, Registry
from tokens import Tokens


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    if registrylab.MISSING:
        pytest.skip(f"{' and '.join(registrylab.MISSING)} not installed: scripts/packages.sh names the packages")
    made = Registry(tmp_path_factory.mktemp("registry"))
    made.push("lab/run", "v1")
    made.push("lab/run", "arm", "arm64")
    made.push_index("lab/run", "both", "amd64", "arm64")
    yield made
    made.close()


def probe(doctor, image, login=None, **more):
    """The findings about Fargate's image by check, and the run."""
    if login:
        docker = doctor.home / ".docker"
        docker.mkdir(exist_ok=True)
        (docker / "config.json").write_text(json.dumps({"auths": {login: {"auth": LOGIN}}}))
    with FakeAws() as aws:
        run = Live(doctor)(aws, "--fargate-image", image, "--only", "images", "--format", "json", **more)
    kept = run.out + run.err + (doctor.home / "snapshot.json").read_text()
    assert "HUSH" not in kept and LOGIN not in kept, run
    found = {f["id"]: f for f in json.loads(run.out)["findings"] if f["resource"] == "Fargate"}
    return found, run


def test_open_registry(doctor, registry):
    found, run = probe(doctor, f"127.0.0.1:{registry.port}/lab/run:v1")
    for check in ("image.exists", "image.access", "image.manifest"):
        assert found[check]["status"] == "pass", (check, found[check])
    assert call(run, "GetConfig")["output"]["architecture"] == "amd64"
    assert call(run, "GetManifest")["output"]["layersSize"] > 0


def test_index_and_digest(doctor, registry):
    found, run = probe(doctor, f"127.0.0.1:{registry.port}/lab/run:both")
    assert found["image.manifest"]["status"] == "pass", found
    platforms = sorted(c["input"].get("platform", "") for c in run.calls if c["operation"] == "GetManifest")
    assert platforms == ["", "linux/amd64", "linux/arm64"]
    digest = next(c for c in run.calls if c["operation"] == "GetManifest" and not c["input"].get("platform"))["output"]["digest"]
    found, _ = probe(doctor, f"127.0.0.1:{registry.port}/lab/run@{digest}")
    assert found["image.manifest"]["status"] == "pass", found


def test_other_processor(doctor, registry):
    found, _ = probe(doctor, f"127.0.0.1:{registry.port}/lab/run:arm")
    assert found["image.manifest"]["cause"] == "image.architecture-mismatch", found


@pytest.mark.parametrize("name", ["lab/run:none", "lab/none:v1"])
def test_what_is_not_there(doctor, registry, name):
    found, _ = probe(doctor, f"127.0.0.1:{registry.port}/{name}")
    assert found["image.exists"]["status"] == "fail", found


def test_password_behind_nginx(doctor, registry):
    host = f"127.0.0.1:{registry.guarded}"
    found, run = probe(doctor, f"{host}/lab/run:v1")
    assert found["image.access"]["cause"] == "image.pull-denied", found
    found, run = probe(doctor, f"{host}/lab/run:v1", login=host)
    assert call(run, "GetToken")["output"]["method"] == "basic"
    assert found["image.manifest"]["status"] == "pass", (found["image.manifest"]["detail"], run.calls)
    assert found["image.access"]["status"] == "unknown" and "your own login" in found["image.access"]["detail"], found


def test_bearer_token_of_the_registrys_own_server(doctor, registry):
    with Tokens(f"http://127.0.0.1:{registry.port}", {USER: PASSWORD}) as tokens:
        found, _ = probe(doctor, f"{tokens.host}/lab/run:v1")
        assert found["image.access"]["cause"] == "image.pull-denied", found
        found, run = probe(doctor, f"{tokens.host}/lab/run:both", login=tokens.host)
        assert call(run, "GetToken")["output"]["method"] == "bearer"
        assert found["image.manifest"]["status"] == "pass", found
        assert ["Basic " + LOGIN] == [a for path, a in tokens.asked if a.startswith("Basic")]
        assert not any(token in run.out + (doctor.home / "snapshot.json").read_text() for token in tokens.given)


def test_bearer_token_for_everybody(doctor, registry):
    with Tokens(f"http://127.0.0.1:{registry.port}", {}, anonymous=True) as tokens:
        found, _ = probe(doctor, f"{tokens.host}/lab/run:v1")
    assert found["image.access"]["status"] == "pass" and "everybody" in found["image.access"]["detail"], found


def test_foreign_token_server_gets_no_login(doctor, registry):
    with FakeAws({"path": "/token", "status": 401, "body": "{}"}, account=False) as foreign:
        realm = f"http://localhost:{foreign.port}/token"
        with Tokens(f"http://127.0.0.1:{registry.port}", {}, realm=realm) as tokens:
            _, run = probe(doctor, f"{tokens.host}/lab/run:v1", login=tokens.host)
        assert [r["path"] for r in foreign.log] == ["/token"] and "authorization" not in foreign.log[0]["headers"], foreign.log
    assert "got no credentials" in call(run, "GetToken")["error"]["message"], run


def test_redirect_to_another_host_carries_no_login(doctor):
    manifest = {"schemaVersion": 2, "config": {"digest": "sha256:c", "size": 1}, "layers": []}
    with FakeAws({"path": "/there", "body": manifest}, account=False) as other, FakeAws(
            {"path": "/v2/", "status": 401, "headers": {"WWW-Authenticate": "Basic realm=x"}},
            {"path": "/v2/x/manifests/v1", "status": 307, "headers": {"Location": f"http://localhost:{other.port}/there"}},
            account=False) as bad:
        _, run = probe(doctor, f"{bad.host}/x:v1", login=bad.host)
        assert any("authorization" in r["headers"] for r in bad.log)
        assert other.log and not any("authorization" in r["headers"] for r in other.log), other.log
    assert call(run, "GetManifest")["status"] == "ok", run


def test_an_image_of_ecr_is_not_asked_of_the_real_one(doctor):
    found, run = probe(doctor, "469266894233.dkr.ecr.us-east-1.amazonaws.com/x:v1")
    assert call(run, "GetToken")["status"] == "skipped" and "--endpoint-url" in call(run, "GetToken")["reason"]
    assert found["image.manifest"]["status"] == "unknown" and "--endpoint-url" in found["image.manifest"]["detail"], found


def test_a_redacted_snapshot_names_no_account_of_a_pull(doctor):
    saved = doctor.home / "redacted.json"
    with FakeAws() as aws:
        doctor("--endpoint-url", aws.url, "--save-snapshot", saved, "--only", "images", "--fargate-image",
               "111122223333.dkr.ecr.us-east-1.amazonaws.com/x:v1", env=KEYS)
    calls = json.loads(saved.read_text())["calls"]
    assert any(c["service"] == "registry" for c in calls) and "111122223333" not in saved.read_text()


def test_an_answer_that_never_ends_is_cut(doctor):
    with FakeAws({"path": "/v2/", "body": "{}"}, {"path": "/v2/x/*", "endless": "x" * (1 << 16), "every_ms": 0},
                 account=False) as bad:
        began = time.monotonic()
        found, run = probe(doctor, f"{bad.host}/x:v1")
    assert time.monotonic() - began < 10, run
    assert call(run, "GetManifest")["error"]["code"] == "TooLarge", run
    assert found["image.manifest"]["status"] == "unknown", found
