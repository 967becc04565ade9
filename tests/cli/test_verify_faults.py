"""m2-verify with a fault at each call position at AWS: passing trouble is none; for good it is not known, never passed, never a crash."""
import json

import pytest

from fakeaws import DENIED
from stackaws import UNIT, environment
from verifyaws import HUB_UNIT, verify_aws

FAULTS = {"before": {"drop": "before"}, "reset": {"drop": "reset"}, "500": {"status": 500, "body": "no"},
          "502": {"status": 502, "body": "<html>"}, "garbage": {"body": "\x00\xff{["}, "cut": {"body": "x" * 50, "cut": 5}}


@pytest.fixture
def ver(verify, brain):
    brain.brain.units = [dict(HUB_UNIT), {**UNIT, "computingUnitId": "cu-1"}]

    def run(*rules):
        with verify_aws(*rules) as aws:
            verify.env.update(environment(aws, brain))
            done = verify("--format", "json", timeout=120)
            done.positions = [position(r) for r in aws.log]
            return done
    return run


def position(request):
    """What tells this call from the others, as the members of a rule."""
    if "x-amz-target" in request["headers"]:
        return {"target": request["headers"]["x-amz-target"]}
    action = next((p.split("=")[1] for p in request["body"].split("&") if p.startswith("Action=")), None)
    return {"action": action} if action else {"method": request["method"], "path": request["path"], "query": request["query"]}


def fails(run):
    return {f["cause"] for f in json.loads(run.out)["findings"] if f["status"] == "fail"} if run.out else set()


def each(ver):
    good = ver()
    assert good.status == 0, good
    return [dict(t) for t in {tuple(sorted(p.items())) for p in good.positions}]


@pytest.mark.parametrize("fault", FAULTS, ids=list(FAULTS))
def test_passing_trouble_at_each_call_is_none(ver, fault):
    for at in each(ver):
        run = ver({**at, **FAULTS[fault], "times": 1})
        # An answer that makes no sense is not asked for again; it is told.
        assert run.status in ((0, 3) if fault == "garbage" else (0,)) and not fails(run), (at, run)


def test_a_denied_call_never_fails_the_stack(ver):
    for at in each(ver):
        run = ver({**DENIED, **at, **({"headers": {"x-amzn-errortype": "AccessDeniedException"}} if "target" in at else {})})
        # S3 tells a HEAD only that it is refused: that is a fault of the bucket, whoever is refused.
        assert fails(run) == ({"bucket.denied"} if at.get("method") == "HEAD" and run.status == 1 else set()), (at, run)
        assert run.status in ((0, 1, 3) if at.get("method") == "HEAD" else (0, 3)), (at, run)


def test_trouble_for_good_at_each_call_is_told(ver):
    for at in each(ver):
        run = ver({**at, "status": 400, "body": "no"})
        assert run.status in (0, 3), (at, run)
        assert not fails(run), (at, run)
