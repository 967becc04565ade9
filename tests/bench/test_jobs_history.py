"""What scripts/bench.sh generates for m2-cost is priced without a bad row. Nothing is timed."""
import json

import make_jobs
import pytest


@pytest.mark.parametrize("rows", [1, 5000])
def test_the_generated_history_is_a_history(rows, cost, tmp_path):
    make_jobs.write(tmp_path / "j.csv", rows)
    run = cost("jobs", tmp_path / "j.csv", "--region", "us-east-1", "--format", "json")
    assert run.status == 0, run
    summary = json.loads(run.out)["summary"]
    assert summary["jobs"] == rows and summary["bad_rows"] == 0
    if rows > 1:
        assert len(summary["by_user"]) == len(make_jobs.USERS) and len(summary["by_size"]) == len(make_jobs.SIZES)
        assert 68 < (tmp_path / "j.csv").stat().st_size / rows < 80


def test_the_same_number_makes_the_same_rows():
    assert list(make_jobs.rows(50_000, 20)) == list(make_jobs.rows(50_000, 20))
