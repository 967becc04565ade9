"""m2-verify against the stack in the emulator and Brain on loopback."""
import json

import pytest

from mode2 import Mode2 as Upstream
from seed import STACK
from test_register import LOGIN, Mode2, wanted


def test_probe(emulator, verify, register, brain):
    emulator.reset()
    account = Mode2(emulator.url)
    account.deploy(account.isolated())
    for tool in (verify, register):
        tool.env.update(AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                        AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
    print(verify())
    print(register())
    print(verify())
    for f in ("markdown", "junit", "github"):
        print(verify("--format", f))
    print(verify("--canary"))
    print(verify("--canary", "--format", "json").out[-6000:])
    assert 0
