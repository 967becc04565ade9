"""Bad input to m2-cleanup: one clear sentence, the documented exit status, nothing called that writes."""
import json
import os

import pytest

from fakeaws import IDENTITY, KEYS, FakeAws, error

WRONG = [
    (["--confirm", "x"], 2, "--confirm belongs to --apply"),
    (["--role-arn", "admin"], 2, '"admin" (--role-arn) is no ARN of a role'),
    (["--role-arn", "arn:aws:sts::123456789012:assumed-role/r/s"], 2, "is no ARN of a role"),
    (["--role-arn", "arn:aws:iam::1234:role/r"], 2, "it looks like arn:aws:iam::ACCOUNT:role/NAME"),
    (["--confirm-account", "abc"], 2, '"abc" (--confirm-account) is not an account id; it has 12 digits'),
    (["--stack", "arn:aws:s3:::bucket"], 2, "is no ARN of a stack"),
    (["--stack", "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1", "--region", "us-east-1"], 2,
     "is not in region us-east-1: give --region eu-west-1"),
    (["--aply"], 2, "--apply"),
    (["--format", "csv"], 2, "csv"),
    (["stack"], 2, "stack"),
    (["--output", "/nowhere/at/all"], 3, "/nowhere/at/all"),
    (["--token-stdin", "--password-stdin", "--api-url", "https://brain.example"], 2, "--token-stdin takes the place of"),
    (["--api-url", "ftp://x"], 2, "is not an address"),
]


@pytest.mark.parametrize("args,status,says", WRONG, ids=[" ".join(row[0]) for row in WRONG])
def test_wrong_usage_is_one_sentence(cleanup, args, status, says):
    run = cleanup(*args, env={"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert run.status == status and says in run.err and run.out == "", run


def test_without_credentials_it_says_so(cleanup):
    run = cleanup("--skip-brain", "--apply", "--confirm", "mroptimum-mode2", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert run.status == 3 and "no credentials" in run.err, run
    assert not os.path.exists(cleanup.env["XDG_STATE_HOME"]), "no journal before there is a plan"


def test_an_account_that_may_not_be_read_gives_no_plan_to_carry_out(cleanup):
    """What cannot be seen forbids, and the plan says which right is missing."""
    with FakeAws(error("AccessDenied", action="DescribeStacks")) as aws:
        env = {**KEYS, "AWS_ENDPOINT_URL": aws.url}
        run = cleanup("--skip-brain", "--format", "json", env=env)
        plan = json.loads(run.out)
        assert run.status == 3 and plan["stack"]["state"] == "unread" and not plan["items"], run
        assert [b["reason"] for b in plan["blocked"]] == ["stack.unread"]
        assert "cloudformation:DescribeStacks" in plan["blocked"][0]["said"]
        run = cleanup("--skip-brain", "--apply", "--confirm", "mroptimum-mode2", env=env)
        assert run.status == 3 and "nothing was deleted" in run.err and "administrator" in run.err, run


def test_no_stack_in_this_region_says_where_else_to_look(cleanup):
    with FakeAws(error("AccessDenied", action="ListStacks")) as aws:
        run = cleanup("--skip-brain", env={**KEYS, "AWS_ENDPOINT_URL": aws.url})
        assert run.status == 0 and "was not all seen" in " ".join(run.out.split()) and "--region NAME" in run.out, run
        assert "left something behind was not seen: cloudformation:ListStacks" in " ".join(run.out.split()), run
        # Asked to see it gone, "nothing to do" is no answer where nothing was seen.
        run = cleanup("--skip-brain", "--apply", "--confirm", "mroptimum-mode2", env={**KEYS, "AWS_ENDPOINT_URL": aws.url})
        assert run.status == 1, run


def test_a_stack_arn_of_another_account_is_not_called_gone(cleanup):
    arn = "arn:aws:cloudformation:us-east-1:999999999999:stack/mroptimum-mode2/1"
    with FakeAws(IDENTITY, error("ValidationError", f"Stack with id {arn} does not exist", action="DescribeStacks")) as aws:
        run = cleanup("--skip-brain", "--stack", arn, "--apply", "--confirm", "mroptimum-mode2", env={**KEYS, "AWS_ENDPOINT_URL": aws.url})
        assert run.status == 3 and "The stack is of account 999999999999" in run.err, run
