"""Answers that are no answers: the call is recorded as an error, the run goes on, and it ends soon."""
import base64
import gzip
import time

import pytest

from fakeaws import FakeAws, Live, call, complaints, error

VPCS = "<DescribeVpcsResponse><vpcSet>%s</vpcSet>%s</DescribeVpcsResponse>"
VPC = "<item><vpcId>vpc-1</vpcId><isDefault>true</isDefault></item>"
GOOD = VPCS % (VPC, "")
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">%s]>' + VPCS % (
    "<item><vpcId>%s</vpcId></item>", "")


@pytest.fixture
def live(doctor):
    return Live(doctor)


def gz(text):
    return base64.b64encode(gzip.compress(text.encode())).decode()


# name, the rule for ec2 DescribeVpcs, code that is recorded, words of its message, attempts
BROKEN = [
    ("token-repeats", {"body": VPCS % (VPC, "<nextToken>again</nextToken>")}, "Protocol", ["token"], 2),
    ("cut", {"body": GOOD, "cut": 40}, "Network", ["127.0.0.1"], 3),
    ("length-too-long", {"body": GOOD, "headers": {"Content-Length": "9999"}, "close": True}, "Network", [], 3),
    ("length-too-short", {"body": GOOD, "headers": {"Content-Length": "30"}, "close": True}, "Protocol", ["XML"], 1),
    ("length-negative", {"body": GOOD, "headers": {"Content-Length": "-1"}, "close": True}, None, [], None),
    ("length-huge", {"body": GOOD, "headers": {"Content-Length": "99999999999999999999999"}, "close": True}, None, [],
     None),
    ("length-over-cap", {"body": GOOD, "headers": {"Content-Length": "6871947673600"}, "close": True}, "Protocol",
     ["passes"], 1),
    ("endless", {"endless": "<a>" + "x" * 1000000 + "</a>", "every_ms": 0}, "Protocol", ["passes"], 1),
    ("huge-header", {"headers": {"X-Big": "h" * 400000}, "body": GOOD}, "Protocol", ["header", "too long"], 1),
    ("many-headers", {"raw": "HTTP/1.1 200 OK\r\n" + "X-H: h\r\n" * 99000 + "\r\n" + GOOD}, "Protocol", ["header"], 1),
    ("gzip-unasked", {"headers": {"Content-Encoding": "gzip"}, "body_base64": gz(GOOD)}, "Protocol", ["compressed"], 1),
    ("gzip-unnamed", {"body_base64": gz(GOOD)}, "Protocol", ["XML"], 1),
    ("partial", {"status": 206, "body": GOOD}, "Protocol", ["206"], 1),
    ("invalid-xml", {"body": "<a><b></a>"}, "Protocol", ["XML"], 1),
    ("json-for-xml", {"body": '{"Vpcs":[]}'}, "Protocol", ["XML"], 1),
    ("other-root", {"body": "<html><body>captive portal</body></html>"}, "Protocol", ["web page"], 1),
    ("doctype", {"body": DOCTYPE % ("", "vpc-&b;")}, "Protocol", ["document type"], 1),
    ("entity-file", {"body": DOCTYPE % ('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;")}, "Protocol", ["document type"], 1),
    ("deep", {"body": "<a>" * 100000 + "</a>" * 100000}, "Protocol", ["deep"], 1),
    ("bad-utf8", {"body_base64": base64.b64encode(b"<a>\xff\xfe</a>").decode()}, "Protocol", ["XML"], 1),
    ("nul", {"body": "<a>\0</a>"}, "Protocol", ["XML"], 1),
    ("empty", {"body": ""}, "Protocol", ["empty"], 1),
    ("no-content", {"status": 204, "body": ""}, None, [], 1),
    ("dropped", {"drop": "before"}, "Network", ["127.0.0.1"], None),
    ("reset", {"drop": "reset"}, "Network", ["127.0.0.1"], None),
    ("no-http", {"raw": "SSH-2.0-OpenSSH_9.2\r\n"}, None, [], None),
    ("bad-status-line", {"raw": "HTTP/1.1 abc\r\n\r\n"}, None, [], None),
    ("status-999", {"status": 999, "body": "?"}, "999", [], 1),
    ("html-500", {"status": 500, "body": "<!doctype html><h1>Error</h1>"}, "500", [], 3),
    ("throttled", error("RequestLimitExceeded", status=503), "RequestLimitExceeded", [], 3),
]


@pytest.mark.parametrize("name,rule,code,words,attempts", BROKEN, ids=[b[0] for b in BROKEN])
def test_one_broken_call_is_recorded_and_the_run_goes_on(live, name, rule, code, words, attempts):
    with FakeAws({"action": "DescribeVpcs", **rule}) as aws:
        began = time.monotonic()
        run = live(aws, "--skip", "storage")
        took = time.monotonic() - began
    broken = call(run, "DescribeVpcs")
    assert run.status == 0 and not complaints(run), run
    assert broken["status"] == "error", broken
    assert code is None or broken["error"]["code"] == code, broken
    assert all(w.lower() in broken["error"]["message"].lower() for w in words), broken
    assert broken["error"]["message"] and "\n" not in broken["error"]["message"], broken
    assert call(run, "ListStacks")["error"]["code"] == "AccessDenied"
    sent = [r for r in aws.asked("DescribeVpcs") if "isDefault" in r["body"]]
    assert attempts is None or len(sent) == attempts, (len(sent), broken)
    assert len(sent) <= 8, len(sent)  # libcurl itself tries the kept connections once more
    assert took < 15, took
