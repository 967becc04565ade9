"""Every documented fault put into every healthy account of fixtures/accounts that can have it, alone and in pairs."""
import random

import pytest

import faults_network
import faults_stack
from conftest import Tool
from fixture_cases import ACCOUNTS, HEALTHY, load
from fixture_faults import CAUSES, FAULTS, MORE_COMPANY, SINGLES, UNFIT, facts, fits, injected
from many import many, one

PAIRS = 560


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    return Tool("m2-doctor", tmp_path_factory.mktemp("home"))


# A fault that is named beneath what it is a consequence of: slug → the root cause.
CONSEQUENCES = {"canary.failed": {"execution.unknown"}, "image.region-mismatch": {"region.image-mismatch"}}


def company(fault):
    return {fault.slug} | fault.company | MORE_COMPANY.get(fault.name, set())


def named(report, fault):
    """Is the fault's slug told as what it usually is: a failure among the root causes, a warning, or what cannot be known?"""
    if CAUSES[fault.slug] == "fail" and fault.slug not in CONSEQUENCES:
        if fault.slug in report.roots:
            return True
        return any(f["cause"] == fault.slug and f["status"] == "warn" for f in report.findings)
    return any(f["cause"] == fault.slug and f["status"] in ("fail", "warn", "unknown") for f in report.findings)


def test_the_accounts_are_healthy_as_the_faults_find_them(tool):
    """Renamed for the tables of faults and back again, an account says what it said."""
    for name in HEALTHY:
        told = [sorted((f["id"], f["status"], f["cause"] or "") for f in one(tool, text).findings) for text in (load(name), injected(name))]
        assert told[0] == told[1], name


def test_each_fault_alone_is_the_root_cause(tool):
    wrong = []
    for (name, fault), report in many(tool, (((n, f), lambda n=n, f=f: injected(n, f)) for n, f in SINGLES)):
        others = set(report.roots) - company(fault) - CONSEQUENCES.get(fault.slug, set())
        if not named(report, fault) or others:
            wrong.append((name, fault.name, fault.slug, report.roots))
    assert len(SINGLES) > 2000 and not wrong


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
                  for mine, other in ((first, second), (second, first)) if not named(report, mine) and not hidden(mine, other)]
    assert judged >= 500 and not wrong


def test_every_fault_has_an_account():
    lost = [f.name for f in FAULTS if not any(n for n in HEALTHY if fits(f, n)) and f.name not in UNFIT]
    assert not lost and all(why for _, why in UNFIT.values())
    assert set(UNFIT) <= {f.name for f in FAULTS}
