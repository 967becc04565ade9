"""m2-doctor --format html: one file that a browser shows without a network, the ways out of the subnets drawn."""
import json
import re
import xml.etree.ElementTree as ET

import pytest

SVG = "{http://www.w3.org/1999/xhtml}svg"


def page(doctor, account, *args):
    run = doctor("--snapshot", account, "--format", "html", *args)
    text = run.out.replace("<!DOCTYPE html>\n", "")
    return run, ET.fromstring(text)


def words(element):
    return " ".join("".join(element.itertext()).split())


@pytest.fixture
def accounts(root):
    return root / "fixtures/accounts"


def test_every_account_makes_a_whole_page_that_loads_nothing(doctor, accounts):
    for account in sorted(accounts.glob("*.json")):
        if account.name.endswith(".expect.json"):
            continue
        run, top = page(doctor, account)
        assert run.status in (0, 1) and words(top.find("body/main/h1")).startswith("m2-doctor: "), account
        assert not re.search(r"<(script|img|link|iframe)|(src|href)=|url\(", run.out), account
        ids = [e.get("id") for e in top.iter() if e.get("id")]
        assert len(ids) == len(set(ids)), account


STOPS = [("private-subnet-no-route", "route"), ("acl-drops-answers", "network ACL"), ("security-group-closed", "security group"),
         ("endpoints-s3-not-associated", "route")]


@pytest.mark.parametrize("account,hop", STOPS)
def test_the_hop_that_stops_traffic_is_marked_and_said(doctor, accounts, account, hop):
    _, top = page(doctor, accounts / f"{account}.json")
    figures = [f for f in top.iter("figure") if words(f.find("figcaption")).startswith("From subnet-")]
    stopped = [f for f in figures if any(c.get("class") == "hop stop" for c in f.iter("circle"))]
    assert stopped, "no hop is marked"
    for figure in stopped:
        assert f"stopped at the {hop} (" in words(figure.find("p")), words(figure)
        pictures = figure.findall("svg")
        assert [p.get("class") for p in pictures] == ["wide", "narrow"]
        for picture in pictures:  # a screen reader has the picture's words, a pointer each hop's
            assert picture.get("role") == "img" and f"stopped at the {hop}" in words(picture.find("desc"))
            assert any(words(t).endswith(f"{hop}: stops here") for t in picture.iter("title"))
            assert any(line.get("class") == "way shut" for line in picture.iter("line"))


def test_a_healthy_account_has_no_stop(doctor, accounts):
    for account in ("healthy-nat", "healthy-endpoints", "healthy-public"):
        run, top = page(doctor, accounts / f"{account}.json")
        assert run.status == 0 and "hop stop" not in run.out
        assert any("open through" in words(f.find("p")) for f in top.iter("figure")), account


def test_what_was_not_read_is_drawn_as_not_known(doctor, accounts, tmp_path):
    doc = json.loads((accounts / "healthy-nat.json").read_text())
    doc["calls"] = [c for c in doc["calls"] if c["operation"] != "DescribeRouteTables"]
    (tmp_path / "a.json").write_text(json.dumps(doc))
    run, top = page(doctor, tmp_path / "a.json")
    assert "hop unsure" in run.out and "hop stop" not in run.out
    assert any("not known at the " in words(f.find("p")) for f in top.iter("figure")), run


def test_names_from_outside_stay_text(doctor, accounts, tmp_path):
    text = (accounts / "private-subnet-no-route.json").read_text().replace("subnet-03c01921b4e58bc08", "subnet-<b>&\\\"'x")
    (tmp_path / "a.json").write_text(text)
    run, top = page(doctor, tmp_path / "a.json")
    assert "<b>" not in run.out and "subnet-<b>&\"'x" in words(top), run
