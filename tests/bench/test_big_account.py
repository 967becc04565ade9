"""What scripts/bench.sh generates is diagnosed rightly, whatever its size. Nothing is timed."""
import json

import make_account
import pytest


@pytest.mark.parametrize("size", [0, 1])
def test_the_one_fault_is_found_in_an_account_of_any_size(size, doctor, tmp_path):
    path = tmp_path / "account.json"
    path.write_text(json.dumps(make_account.account(size)))
    run = doctor("--snapshot", path, "--format", "json")
    doc = json.loads(run.out)
    by_uid = {f["uid"]: f for f in doc["findings"]}
    vpc = max(1, make_account.VPCS * size)
    roots = [(by_uid[u]["cause"], by_uid[u]["resource"]) for u in doc["root_causes"]]
    assert roots == [("net.nat-in-private-subnet", make_account.hexid("subnet", vpc, n)) for n in (0, 1)], run
    assert run.status == 1
    assert {f["status"] for f in doc["findings"] if f["id"] in ("stack.status", "stack.events")} == {"pass"}, run


def test_size_is_what_it_says():
    account = make_account.account(1)
    outputs = {c["operation"]: c["output"] for c in account["calls"]}
    assert len(outputs["DescribeVpcs"]["Vpcs"]) == 200
    events = outputs["DescribeStackEvents"]["StackEvents"]
    assert len(events) == 100_000 and len({e["EventId"] for e in events}) == 100_000
    assert [e["Timestamp"] for e in events] == sorted((e["Timestamp"] for e in events), reverse=True)
