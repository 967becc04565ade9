"""Answers that are no answers: the call is recorded as an error, the run goes on, and it ends soon."""
import base64
import gzip
import time

import pytest

from fakeaws import IDENTITY, NO_STACK, FakeAws, Live, call, complaints, error

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


def timed(live, aws, *args, **more):
    began = time.monotonic()
    run = live(aws, *args, **more)
    return run, time.monotonic() - began


def test_throttled_five_times_then_good(live):
    """The service as a whole is asked more slowly: five refusals do not fail seventeen calls."""
    with FakeAws(error("RequestLimitExceeded", status=503, times=5)) as aws:
        run, took = timed(live, aws, "--only", "network")
    assert run.status == 0 and took < 10, (took, run)
    assert not [c for c in run.calls if c["status"] == "error" and c["error"]["code"] == "RequestLimitExceeded"], run.calls
    assert len(aws.log) <= 60, len(aws.log)


EVERYTHING = [
    ("throttled", error("Throttling", "Rate exceeded", 400), 30),
    ("html-500", {"status": 500, "body": "<html>Internal Server Error</html>"}, 10),
    ("html-503", {"status": 503, "body": "<!doctype html>"}, 10),
    ("dropped", {"drop": "before"}, 10),
    ("cut", {"body": "<GetCallerIdentityResponse>", "cut": 10}, 10),
]


@pytest.mark.parametrize("name,rule,limit", EVERYTHING, ids=[e[0] for e in EVERYTHING])
def test_when_every_call_fails_the_run_ends_soon(live, name, rule, limit):
    with FakeAws(rule, account=False) as aws:
        run, took = timed(live, aws)
    assert took < limit, took
    assert run.status in (0, 3) and "fail" not in run.out.split("unknown")[0].lower().replace("nothing failed", ""), run
    assert len(complaints(run)) == (run.status == 3), run
    assert len(aws.log) <= 100, len(aws.log)


def test_a_stalled_call_ends_with_the_run_s_limit(live):
    with FakeAws({"action": "DescribeVpcs", "endless": " ", "every_ms": 50}) as aws:
        run, took = timed(live, aws, "--timeout", "2")
    assert run.status == 3 and took < 4 and "--timeout" in run.err, run
    assert call(run, "DescribeVpcs")["status"] == "skipped"
    assert call(run, "GetCallerIdentity")["status"] == "ok"


def test_a_kept_connection_that_the_server_closed_is_no_fault(live):
    """Each connection is closed after its first answer without a word of warning."""
    with FakeAws({**IDENTITY, "close": True}, {**NO_STACK, "close": True},
                 {**error("AccessDenied", action="ListStacks"), "delay_ms": 60, "close": True},
                 {**error("AccessDenied"), "close": True}) as aws:
        run, _ = timed(live, aws)
    assert run.status == 0 and len(run.calls) > 10, run
    assert not [c for c in run.calls if c["status"] == "error" and c["error"]["code"] == "Network"], run.calls


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(live, status):
    with FakeAws(account=False) as other:
        with FakeAws({"status": status, "headers": {"Location": other.url + "/stolen"}, "body": ""},
                     account=False) as aws:
            run, took = timed(live, aws)
    assert other.log == [] and other.connections == 0, other.log
    assert run.status in (0, 3) and took < 10, run
    if run.calls:
        assert call(run, "GetCallerIdentity")["error"]["code"] == str(status)


BUCKET_STACK = {"action": "DescribeStacks", "body": """<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
<StackName>mroptimum-mode2</StackName><StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/mroptimum-mode2/1</StackId>
<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs>
<member><OutputKey>DataBucketName</OutputKey><OutputValue>lab-data</OutputValue></member></Outputs></member></Stacks>
</DescribeStacksResult></DescribeStacksResponse>"""}


def moved(region, **headers):
    body = f"<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message><Region>{region}</Region></Error>"
    return {"path": "/lab-data*", "status": 301, "body": body, "headers": headers}


MOVED = [("header", {"x-amz-bucket-region": "eu-west-1"}, True), ("body", {}, True),
         ("evil", {"x-amz-bucket-region": "evil.example/"}, False)]


@pytest.mark.parametrize("name,headers,goes", MOVED, ids=[m[0] for m in MOVED])
def test_a_bucket_of_another_region_is_asked_there_signed_anew(live, name, headers, goes):
    with FakeAws(BUCKET_STACK, {**moved("eu-west-1" if name != "evil" else "no", **headers), "times": 100}) as aws:
        run = live(aws, "--only", "storage")
    scopes = {r["headers"]["authorization"].split("/")[2] for r in aws.asked("/lab-data") if "authorization" in r["headers"]}
    assert scopes == ({"us-east-1", "eu-west-1"} if goes else {"us-east-1"}), scopes
    assert len(aws.asked("/lab-data")) < 40 and run.status in (0, 1), run


def test_the_clock_is_corrected_once_from_the_server_s_date(live):
    late = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3 * 3600))
    # Calls are sent at the same time and arrive in any order: the fault is for the one that is counted.
    skewed = error("SignatureDoesNotMatch", "Signature expired", 403, action="GetCallerIdentity", times=1,
                   headers={"Date": late})
    with FakeAws(skewed) as aws:
        run = live(aws, "--only", "identity")
    asked = aws.asked("GetCallerIdentity")
    assert len(asked) == 2 and call(run, "GetCallerIdentity")["status"] == "ok", run
    first, second = [time.mktime(time.strptime(r["headers"]["x-amz-date"], "%Y%m%dT%H%M%SZ")) for r in asked]
    assert abs(second - first - 3 * 3600) < 60
    with FakeAws({**skewed, "times": 100}, account=False) as aws:
        run = live(aws, "--only", "identity")
    assert run.status == 3 and len(aws.asked("GetCallerIdentity")) == 2, (len(aws.log), run)


HOSTILE = "x\x1b[31mred\x1b]0;title\x07\u202egnp.exe\u2066\u200b\x9b2J\rover"


def test_hostile_names_from_the_account_never_reach_the_terminal(live):
    shown = "".join(f"&#{ord(c)};" if ord(c) in (13, 0x202e, 0x2066, 0x200b, 0x9b) else c for c in HOSTILE
                    if c >= " " or c == "\r")
    with FakeAws({"action": "GetCallerIdentity", "body":
                  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/" + shown +
                  "</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult>"
                  "</GetCallerIdentityResponse>"},
                 {**error("AccessDenied", shown), "action": "DescribeVpcs"},
                 {"target": "ServiceQuotasV20190624.GetServiceQuota", "status": 403,
                  "body": {"__type": "AccessDeniedException", "message": HOSTILE}}) as aws:
        for args in (["-v"], ["-vv"], ["--format", "json"], ["-v", "--color", "always"]):
            run = live(aws, *args)
            text = run.out + run.err
            assert "gnp.exe" in text, (args, text)
            if "always" in args:
                text = text.replace("\x1b[31m", "")
                assert "\x1b]0" not in text
            else:
                assert "\x1b" not in text, args
            for bad in "\x07\r\x9b\u202e\u2066":
                assert bad not in text, (args, repr(bad), text[max(0, text.index(bad) - 80):][:160])
