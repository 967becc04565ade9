"""Every documented fault put into every healthy account of fixtures/accounts that can have it, alone and in pairs."""
import json
import random

import pytest

import faults_network
import faults_stack
from conftest import ROOT, Tool
from whole_accounts import HEALTHY, load
from all_faults import CAUSES, FAULTS, IN_ORDER, MORE_COMPANY, SINGLES, UNFIT, fits, injected
from many import many, one

PAIRS = 560


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    return Tool("m2-doctor", tmp_path_factory.mktemp("home"))


# A fault that is named beneath what it is a consequence of: slug → the root cause.
CONSEQUENCES = {"canary.failed": {"execution.unknown"}, "image.region-mismatch": {"region.image-mismatch"}}


def company(fault):
    return {fault.slug} | fault.company | MORE_COMPANY.get(fault.name, set())


def named(roots, told, fault):
    """Is the fault's slug a root cause, or told as a warning or as what cannot be known where it is no failure?"""
    statuses = {status for (_, cause), found in told.items() if cause == fault.slug for status in found}
    if fault.slug in CONSEQUENCES:
        return bool(statuses)
    return fault.slug in roots or bool(statuses) and "fail" not in statuses


def short(report):
    """Of a report the root causes, and {(check, cause): statuses}."""
    told = {}
    for f in report.findings:
        if f["cause"]:
            told.setdefault((f["id"], f["cause"]), set()).add(f["status"])
    return report.roots, told


@pytest.fixture(scope="module")
def singles(tool):
    """(account, fault) → its report in short, for each fault alone."""
    return {key: short(report) for key, report in many(tool, (((n, f), lambda n=n, f=f: injected(n, f)) for n, f in SINGLES))}


def test_the_accounts_are_healthy_as_the_faults_find_them(tool):
    """Renamed for the tables of faults and back again, an account says what it said."""
    for name in HEALTHY:
        told = [sorted((f["uid"], f["status"], f["cause"] or "") for f in one(tool, text).findings) for text in (load(name), injected(name))]
        assert told[0] == told[1], name


def test_each_fault_alone_is_the_root_cause(singles):
    wrong = []
    for (name, fault), (roots, told) in singles.items():
        others = set(roots) - company(fault) - CONSEQUENCES.get(fault.slug, set())
        if not named(roots, told, fault) or others:
            wrong.append((name, fault.name, fault.slug, roots))
    assert len(singles) > 2000 and not wrong


def templates():
    """What the templates of fixtures/templates are told: {(check, cause)}."""
    for expect in sorted((ROOT / "fixtures/templates").glob("*/expect.json")):
        for run in json.loads(expect.read_text()):
            yield from ((check, cause) for _, check, cause, _ in run["wrong"])


def test_every_cause_has_an_account_that_fails_and_one_that_passes(singles, tool):
    """No slug of the tables goes unproved: each is named somewhere, by a check that passes elsewhere."""
    naming, passing = {}, set()
    for (_, fault), (_, told) in singles.items():
        for check, cause in told:
            naming.setdefault(cause, set()).add(check)
    for check, cause in templates():
        naming.setdefault(cause, set()).add(check)
    accounts = [(name, ()) for name in HEALTHY] + [(name, (fault,)) for name in HEALTHY for fault in IN_ORDER if fits(fault, name)]
    for (name, faults), report in many(tool, (((n, f), lambda n=n, f=f: injected(n, *f)) for n, f in accounts)):
        assert not report.of("fail"), (name, faults, str(report))
        passing |= {f["id"] for f in report.of("pass")}
    assert not set(CAUSES) - set(naming), "no account shows it"
    assert not {cause for cause in CAUSES if not naming[cause] & passing}, "no account passes where it is named"


def pairs():
    """Two faults of one account that do not stand in each other's way, PAIRS of them, the same each time."""
    rng, by_account, made = random.Random(20261126), {}, 0
    for name, fault in SINGLES:
        by_account.setdefault(name, []).append(fault)
    while made < PAIRS:
        name = rng.choice(HEALTHY)
        first, second = rng.sample(by_account[name], 2)
        if "*" in (first.slot, second.slot) or first.slot == second.slot or first.slug == second.slug:
            continue
        try:
            text = injected(name, first, second)
        except (StopIteration, ValueError, KeyError, IndexError):
            continue  # what the second breaks went with the first
        made += 1
        yield (name, first, second), text


def hidden(mine, other):
    """Is MINE not to be a root cause beside OTHER, by a table that says why?"""
    return (mine.name in faults_network.HIDES.get(other.name, ("", ()))[1]
            or any(faults_stack.explained(cause, mine.slug) for cause in company(other)))


def test_pairs_of_faults_are_both_named(tool):
    wrong, judged = [], 0
    for (name, first, second), report in many(tool, pairs()):
        judged += 1
        wrong += [(name, mine.name, mine.slug, "beside", other.name, report.roots)
                  for mine, other in ((first, second), (second, first)) if not named(*short(report), mine) and not hidden(mine, other)]
    assert judged >= 500 and not wrong


def test_every_fault_has_an_account():
    lost = [f.name for f in FAULTS if not any(n for n in HEALTHY if fits(f, n)) and f.name not in UNFIT]
    assert not lost and all(why for _, why in UNFIT.values())
    assert set(UNFIT) <= {f.name for f in FAULTS}
