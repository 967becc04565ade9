"""m2-register against a Brain that fails over real HTTP: the end is one right unit, or a clear word."""
import json
import os
import signal
import subprocess
import threading

import pytest

from stackaws import ACCOUNT, UNIT, environment, held, stack_aws


@pytest.fixture(scope="module")
def aws():
    with stack_aws() as server:
        yield server


@pytest.fixture
def reg(register, brain, aws):
    register.env.update(environment(aws, brain))
    return register


def doc(run):
    return json.loads(run.out)


@pytest.mark.parametrize("shape", ["array", "units", "computingUnits", "items", "data", "nested", "modes"])
def test_every_shape_of_the_list(reg, brain, shape):
    brain.brain.shape = shape
    assert doc(reg("--format", "json"))["outcome"] == "registered"
    again = reg("--format", "json")
    assert doc(again)["outcome"] == "unchanged" and held(brain) == [UNIT], again
    assert [u["computingUnitId"] for u in doc(reg("--list", "--format", "json"))["units"]] == ["cu-0001"]


@pytest.mark.parametrize("shape", ["id_token", "accessToken", "token", "data", "bare"])
def test_every_shape_of_the_token(reg, brain, shape):
    brain.brain.token_shape = shape
    assert reg("--list").status == 0


def test_the_list_in_pages(reg, brain):
    brain.brain.page = 2
    brain.brain.units = [{**UNIT, "computingUnitId": f"cu-x{i}", "mode": "mode_1"} for i in range(6)] + \
        [{**UNIT, "computingUnitId": "cu-mine"}]
    run = reg("--format", "json")
    assert doc(run)["outcome"] == "unchanged" and doc(run)["unit"]["computingUnitId"] == "cu-mine", run


def test_old_units_with_appid_and_mode2_are_the_same_unit(reg, brain):
    old = {**UNIT, "id": "cu-old", "appId": "app-1", "mode": "mode2", "awsAccountId": int(ACCOUNT)}
    del old["appName"]
    brain.brain.units = [old]
    run = reg("--format", "json")
    assert run.status == 0 and doc(run)["outcome"] == "unchanged" and doc(run)["unit"]["computingUnitId"] == "cu-old", run


def test_a_worker_units_key_is_never_shown(reg, brain):
    brain.brain.units = [{"computingUnitId": "w", "appName": "MR Optimum", "mode": "mode_2", "provider": "self-hosted",
                          "apiEndpoint": "https://worker.example", "apiKey": "HUSHkey"}]
    for args in (["--list"], ["--list", "--format", "json"], ["-vv", "--list"]):
        run = reg(*args)
        assert run.status == 0 and "https://worker.example" in run.out and "HUSH" not in run.out + run.err, run


PASSING = ["drop", "drop-before", "reset", "cut", "twice", "500", "500-after", "502", "502-after", "garbage", "empty", "throttle"]


@pytest.mark.parametrize("style", ["append", "upsert"])
@pytest.mark.parametrize("do", PASSING)
def test_the_answer_to_the_registration_is_lost(reg, brain, do, style):
    brain.brain.style = style
    brain.brain.faults = [{"path": "register", "do": do}]
    run = reg("--format", "json")
    assert run.status == 0 and held(brain) == [UNIT], run
    assert doc(reg("--format", "json"))["outcome"] == "unchanged" and len(brain.brain.units) == 1


@pytest.mark.parametrize("path", ["login", "list", "delete"])
@pytest.mark.parametrize("do", PASSING)
def test_the_answer_to_another_call_is_lost(reg, brain, do, path):
    brain.brain.units = [{**UNIT, "computingUnitId": "cu-0001"}]
    brain.brain.faults = [{"path": path, "do": do}]
    run = reg("--unregister", "cu-0001", "--confirm", "cu-0001")
    assert run.status == 0 and not brain.brain.units, run


@pytest.mark.parametrize("do,says", [
    ("refuse", "it says no (HTTP 200): no, because"), ("403", "the token is refused: Forbidden"),
    ("404", "is http://127.0.0.1:"), ("html", 'a web page ("CloudMR") came'), ("401", "the token is refused: Unauthorized"),
    ("500", "CloudMR Brain, registering the unit: the server failed with HTTP 500: Internal server error; it was sent again"),
], ids=lambda v: v if len(v) < 9 else None)
def test_a_registration_that_is_refused_for_good(reg, brain, do, says):
    brain.brain.faults = [{"path": "register", "do": do, "times": 99}]
    run = reg()
    assert run.status == 3 and says in run.err and run.out == "" and not brain.brain.units, run
    brain.brain.faults = []
    assert reg().status == 0 and held(brain) == [UNIT]


def test_a_server_that_acts_when_nobody_waits_any_more_is_told_of(reg, brain):
    brain.brain.faults = [{"path": "register", "do": "late", "ms": 9000}]
    run = reg("--format", "json")
    assert run.status == 0 and held(brain) == [UNIT], run
    for _ in range(200):
        if len(brain.brain.units) == 2:
            break
        threading.Event().wait(0.1)
    again = reg("--format", "json")
    assert again.status == 1 and len(doc(again)["duplicates"]) == 1 and len(doc(again)["commands"]) == 1, again


def test_a_list_that_shows_a_new_unit_only_later(reg, brain):
    brain.brain.hide_ms = 2500
    run = reg("--format", "json")
    assert run.status == 0 and doc(run)["outcome"] == "registered" and len(brain.brain.units) == 1, run


def test_update_on_a_server_that_makes_another_unit_removes_the_old_one(reg, brain):
    brain.brain.units = [{**UNIT, "computingUnitId": "cu-old", "resultsBucket": "old-bucket"}]
    run = reg("--format", "json")
    assert doc(run)["outcome"] == "updated" and held(brain) == [UNIT] and run.status == 0, run


def test_update_whose_removal_of_the_old_unit_fails_is_told_and_ended_later(reg, brain):
    brain.brain.units = [{**UNIT, "computingUnitId": "cu-old", "resultsBucket": "old-bucket"}]
    brain.brain.faults = [{"path": "delete", "do": "refuse", "times": 9}]
    run = reg("--format", "json")
    assert run.status == 1 and [u["computingUnitId"] for u in doc(run)["duplicates"]] == ["cu-old"], run
    brain.brain.faults = []
    again = reg("--format", "json")
    assert again.status == 0 and held(brain) == [UNIT], again


@pytest.mark.parametrize("style", ["append", "upsert"])
def test_an_update_that_would_cost_the_unit_its_role_is_not_made(reg, brain, style):
    old = {**UNIT, "computingUnitId": "cu-old", "resultsBucket": "old-bucket"}
    brain.brain.units, brain.brain.style, brain.brain.role_fault = [dict(old)], style, True
    run = reg("--format", "json")
    told = doc(run)
    assert run.status == 1 and told["outcome"] == "kept-with-role" and brain.brain.units == [old], run
    assert "keeps its role" in told["summary"] and "resultsBucket" in told["errors"][0] and not told["commands"], run
    again = reg()
    assert again.status == 1 and "--unregister" not in again.out and brain.brain.units == [old], again


def test_a_unit_with_another_role_is_not_replaced_by_one_without(reg, brain):
    old = {**UNIT, "computingUnitId": "cu-old", "crossAccountRoleArn": UNIT["crossAccountRoleArn"] + "-before"}
    brain.brain.units, brain.brain.role_fault = [dict(old)], True
    run = reg("--format", "json")
    assert run.status == 1 and doc(run)["outcome"] == "kept-with-role" and brain.brain.units == [old], run
    assert "crossAccountRoleArn" in doc(run)["errors"][0] and not doc(run)["commands"], run


def test_somebody_elses_unit_that_appears_meanwhile_is_not_removed(reg, brain):
    """A unit that another computer made during our one answered write was taken for ours."""
    def meddle(state, _number, _method, path, phase):
        if path.endswith("/register") and phase == "after" and not any(u["computingUnitId"] == "cu-foreign" for u in state.units):
            state.units.append({**UNIT, "computingUnitId": "cu-foreign", "createdAt": "2027-01-01T00:00:00Z"})
    brain.brain.hook = meddle
    run = reg("--format", "json")
    brain.brain.hook = None
    assert {u["computingUnitId"] for u in brain.brain.units} == {"cu-0001", "cu-foreign"}, run
    assert run.status == 1 and [u["computingUnitId"] for u in doc(run)["duplicates"]] == ["cu-foreign"], run


def twins(brain, *more):
    brain.brain.units = [{**UNIT, "computingUnitId": i, "createdAt": f"2026-01-0{n}T00:00:00Z"} for n, i in enumerate(["cu-1", *more], 1)]


def journal(reg, tmp_path, *steps):
    """What a killed run left behind: one line a step, for the unit of the stack."""
    reg()  # makes the journal's folder and a unit, which the test then replaces
    (file,) = tmp_path.glob("state/mode2-toolkit/*")
    key = next(json.loads(line)["resource"] for line in file.read_text().splitlines() if json.loads(line)["step"] == "register")
    file.write_text("".join(json.dumps({"schema": "m2-journal/1", "run": "r", "tool": "m2-register", "time": "2026-01-01T00:00:00Z",
                                        "step": step, "resource": resource or key, "state": state, "reason": reason}) + "\n"
                            for step, resource, state, reason in steps))


def test_a_unit_too_many_is_not_removed_because_writes_are_open(reg, brain, tmp_path):
    """Two writes whose end nobody saw once made every unit too many the tool's own, also one that was there before them."""
    journal(reg, tmp_path, ("seen", None, "done", "|cu-1|cu-2|"), ("register", None, "started", ""), ("register", None, "started", ""))
    twins(brain, "cu-2")
    run = reg("--format", "json")
    assert run.status == 1 and [u["computingUnitId"] for u in doc(run)["duplicates"]] == ["cu-2"] and len(brain.brain.units) == 2, run
    journal(reg, tmp_path, ("register", None, "started", ""), ("register", None, "started", ""))  # what was there is not known
    twins(brain, "cu-2")
    assert reg().status == 1 and len(brain.brain.units) == 2


def test_units_that_a_killed_run_made_twice_are_one_again_and_it_is_told(reg, brain, tmp_path):
    journal(reg, tmp_path, ("seen", None, "done", "|cu-x|"), ("register", None, "started", ""), ("register", None, "started", ""))
    twins(brain, "cu-2")
    run = reg("--format", "json")
    assert run.status == 0 and doc(run)["outcome"] == "updated" and len(brain.brain.units) == 1, run
    assert any("Removed unit cu-2" in n for n in doc(run)["notes"]), run


def test_more_new_units_than_were_sent_are_left_alone(reg, brain, tmp_path):
    journal(reg, tmp_path, ("seen", None, "done", "|"), ("register", None, "started", ""))
    twins(brain, "cu-2")
    assert reg().status == 1 and len(brain.brain.units) == 2


def test_the_note_of_an_earlier_run_ends_when_its_step_is_settled(reg, brain, tmp_path):
    journal(reg, tmp_path, ("remove", "cu-gone", "started", ""), ("register", "another|unit", "started", ""))
    twins(brain)
    run = reg("--format", "json")
    assert run.status == 0 and not any("earlier run" in n for n in doc(run)["notes"]), run
    (file,) = tmp_path.glob("state/mode2-toolkit/*")
    last = json.loads(file.read_text().splitlines()[-1])
    assert (last["step"], last["resource"], last["state"]) == ("remove", "cu-gone", "done"), last


def test_a_registration_that_was_sent_again_says_so(reg, brain):
    brain.brain.faults = [{"path": "register", "do": "drop-before"}]
    run = reg("--format", "json")
    assert run.status == 0 and any("sent a second time" in n for n in doc(run)["notes"]), run


def test_lines_are_folded_on_a_terminal(reg, brain):
    brain.brain.role_fault = True
    done = subprocess.run(["script", "-qec", f"stty cols 80; {reg.path}", "/dev/null"], env={**reg.env, "TERM": "dumb"}, text=True,
                          capture_output=True)
    long = [line for line in done.stdout.splitlines() if len(line) > 80 and " " in line.strip() and "$ " not in line and "arn:" not in line]
    assert "error: Brain's known fault" in done.stdout and not long, long


def test_time_limit(reg, brain):
    brain.brain.faults = [{"path": "list", "do": "slow", "ms": 8000, "times": 9}]
    run = reg("--timeout", "1")
    assert run.status == 3 and not brain.brain.units, run


# ---- killed ----

class Killer:
    """Kills the process at the N-th moment: before or after a request is acted upon."""

    def __init__(self, at):
        self.at, self.moment, self.process, self.ready = at, 0, None, threading.Event()

    def __call__(self, _brain, _number, _method, path, _phase):
        self.moment += 1
        if self.moment == self.at:
            self.ready.wait(10)
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()


STORIES = {
    "register": ([], []),
    "update": ([{**UNIT, "computingUnitId": "cu-old", "resultsBucket": "old-bucket"}], []),
    "unregister": ([{**UNIT, "computingUnitId": "cu-old"}], ["--unregister", "cu-old", "--confirm", "cu-old"]),
}


@pytest.mark.parametrize("style", ["append", "upsert"])
@pytest.mark.parametrize("story", STORIES)
def test_killed_at_every_step_and_run_again(reg, brain, tmp_path, story, style):
    begin, args = STORIES[story]
    for at in range(1, 40):
        brain.brain.units, brain.brain.style = [dict(u) for u in begin], style
        for file in tmp_path.glob("state/mode2-toolkit/*"):
            file.unlink()
        killer = Killer(at)
        brain.brain.hook = killer
        killer.process = subprocess.Popen([reg.path, *args], env=reg.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE, cwd=tmp_path)
        killer.ready.set()
        killer.process.communicate(timeout=60)
        brain.brain.hook = None
        killed = killer.process.returncode == -signal.SIGKILL
        again = reg(*args)
        assert again.status == 0 and held(brain) == ([] if story == "unregister" else [UNIT]), (at, again, brain.brain.units)
        if not killed:
            break
        started = [json.loads(line) for f in tmp_path.glob("state/mode2-toolkit/*") for line in f.read_text().splitlines()]
        assert all(s["schema"] == "m2-journal/1" for s in started)
    assert 7 <= at < 39, at


def test_a_killed_run_says_where_it_stopped(reg, brain):
    killer = Killer(5)  # login before/after, list before/after, register before
    brain.brain.hook = killer
    killer.process = subprocess.Popen([reg.path], env=reg.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
    killer.ready.set()
    killer.process.communicate(timeout=60)
    brain.brain.hook = None
    run = reg()
    assert run.status == 0 and "stopped during the step register of MR Optimum|mode_2|" in run.out, run


# ---- two at once ----

def two_at_once(reg, brain, states):
    processes = [subprocess.Popen([reg.path, "--format", "json"], env={**reg.env, "XDG_STATE_HOME": str(state)},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for state in states]
    return [(p, *p.communicate(timeout=60)) for p in processes]


def test_two_runs_at_once_make_one_unit_200_rounds(reg, brain, tmp_path):
    for n in range(200):
        brain.brain.units = []
        done = two_at_once(reg, brain, [tmp_path / "state"] * 2)
        assert len(brain.brain.units) == 1 and [p.returncode for p, _, _ in done] == [0, 0], (n, done)
        assert sorted(json.loads(out)["outcome"] for _, out, _ in done) == ["registered", "unchanged"]


def test_two_computers_at_once_make_one_unit_or_tell_of_two(reg, brain, tmp_path):
    for n in range(60):
        brain.brain.units = []
        done = two_at_once(reg, brain, [tmp_path / "here", tmp_path / "there"])
        if len(brain.brain.units) == 1:
            assert held(brain) == [UNIT], (n, done)
            continue
        duplicates = {u["computingUnitId"] for _, out, _ in done if out for u in json.loads(out)["duplicates"]}
        assert len(brain.brain.units) == 2 and len(duplicates) == 1, (n, done)
        assert reg("--unregister", *duplicates, "--confirm", *duplicates).status == 0


def test_without_a_place_for_the_journal_it_says_what_that_means(reg, brain):
    run = reg(env={"XDG_STATE_HOME": "/proc/nowhere"})
    assert run.status == 0 and "No journal is kept" in run.out and held(brain) == [UNIT], run
