"""The text report as people read it, byte for byte, and what holds at every width and in every colour mode.

UPDATE_GOLDEN=1 writes tests/cli/golden/*.txt anew; read the difference before committing it.
"""
import json
import os
import pathlib
import re

import pytest

from conftest import ROOT

GOLDEN = pathlib.Path(__file__).parent / "golden"
ACCOUNT = ROOT / "fixtures" / "accounts" / "private-subnet-no-route.json"
PAGES = {
    "no-route": ["--snapshot", ACCOUNT],
    "no-route-quiet": ["--snapshot", ACCOUNT, "--quiet"],
    "nothing-read": ["--snapshot", "-"],
    "explain-cause": ["--explain", "net.no-default-route"],
}
EMPTY = json.dumps({"schema": "m2-snapshot/1", "calls": []})


@pytest.mark.parametrize("name", PAGES)
def test_page(doctor, name):
    run = doctor(*PAGES[name], stdin=EMPTY)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(run.out)
    assert run.err == "" and run.out == path.read_text()


def prose(out):
    """Lines that may be broken: no command, no address, no single long word."""
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in out.splitlines()]
    return [line for line in lines if " " in line.strip() and not line.strip().startswith(("aws ", "See http"))]


@pytest.mark.parametrize("columns,widest", [("40", 40), ("80", 80), ("200", 100)])
@pytest.mark.parametrize("verbose", [(), ("-v",)], ids=["short", "verbose"])
def test_lines_keep_the_width(doctor, columns, widest, verbose):
    run = doctor("--snapshot", ACCOUNT, *verbose, env={"COLUMNS": columns})
    # "▲ warn     " takes the place of the first words where the terminal is narrow
    too_long = [line for line in prose(run.out) if len(line) > widest and len(line.split()[-1]) < widest - 20]
    assert run.status == 1 and not too_long, too_long


def test_commands_stand_alone_and_unbroken(doctor):
    command = json.loads(doctor("--snapshot", ACCOUNT, "--format", "json").out)["findings"]
    command = [c for f in command if f["status"] == "fail" for c in f["fix"]["commands"]]
    for columns in ("40", "80", "200"):
        lines = [line.strip() for line in doctor("--snapshot", ACCOUNT, env={"COLUMNS": columns}).out.splitlines()]
        assert command[0] in lines, (columns, lines)


COLOURS = [
    ("pipe", [], {}, False),
    ("always", ["--color=always"], {}, True),
    ("never", ["--color=never"], {}, False),
    ("no-color", [], {"NO_COLOR": "1"}, False),
    ("dumb", [], {"TERM": "dumb"}, False),
    ("asked-wins", ["--color=always"], {"NO_COLOR": "1", "TERM": "dumb"}, True),
]


@pytest.mark.parametrize("name,args,env,coloured", COLOURS, ids=[c[0] for c in COLOURS])
def test_colour(doctor, name, args, env, coloured):
    run = doctor("--snapshot", ACCOUNT, *args, env=env)
    assert ("\x1b[" in run.out) is coloured, run
    plain = re.sub(r"\x1b\[[0-9;]*m", "", run.out)
    assert plain == doctor("--snapshot", ACCOUNT, "--color", "never").out  # colour carries no meaning


def test_ascii_terminal_gets_ascii_marks(doctor):
    run = doctor("--snapshot", ACCOUNT, env={"LC_ALL": "C"})
    assert "1. x FAIL" in run.out and run.out.isascii(), run


def test_output_file_is_as_the_golden_page(doctor, tmp_path):
    run = doctor("--snapshot", ACCOUNT, "--output", tmp_path / "report.txt", "--color", "always",
                 env={"COLUMNS": "40"})
    assert run.status == 1 and run.out == ""
    assert (tmp_path / "report.txt").read_text() == (GOLDEN / "no-route.txt").read_text()
