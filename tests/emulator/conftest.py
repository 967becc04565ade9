"""One emulator for the session, emptied before each test."""
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from seed import Account


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Emulator:
    def __init__(self, account_id=None):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        server = pathlib.Path(sys.executable).parent / "moto_server"
        env = {**os.environ, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
        if account_id:
            env["MOTO_ACCOUNT_ID"] = account_id
        self.process = subprocess.Popen([server, "-H", "127.0.0.1", "-p", str(self.port)], env=env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.url + "/moto-api/data.json", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError("the emulator did not start")

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(self.url + "/moto-api/reset", method="POST")).close()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:  # a busy machine: it shall not stay behind
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def emulator():
    server = Emulator()
    yield server
    server.stop()


@pytest.fixture
def account(emulator):
    emulator.reset()
    return Account(emulator.url)


@pytest.fixture
def live(doctor, emulator):
    """m2-doctor pointed at the emulator, with credentials that the emulator takes."""
    doctor.env.update(AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                      AWS_REGION="us-east-1")
    return doctor
