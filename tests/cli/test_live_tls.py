"""TLS that cannot be trusted, and proxies: one sentence, nothing sent to the wrong place, no password shown."""
import socket
import ssl
import subprocess
import threading
import time

import pytest

from fakeaws import KEYS, FakeAws, complaints, no_secret

PASSWORD = "hunter2proxypassword"


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


class Pki:
    """An authority and what it signs."""

    def __init__(self, folder):
        self.folder = folder
        self.ca, key = folder / "ca.pem", folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                self.ca, "-days", "2", "-subj", "/CN=lab authority", "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "keyUsage=critical,keyCertSign")

    def context(self, name, san, days=2):
        f = self.folder
        (f / "ext").write_text(f"subjectAltName={san}\n")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f / f"{name}.key",
                "-out", f / f"{name}.csr", "-subj", f"/CN={name}")
        if days < 0:  # openssl 3.0 has no -not_after for x509: a CA run takes dates
            (f / "index").write_text("")
            (f / "serial").write_text("01\n")
            (f / "ca.cnf").write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={f}/index\nserial={f}/serial\nnew_certs_dir={f}\n"
                                      "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
            openssl("ca", "-batch", "-config", f / "ca.cnf", "-cert", self.ca, "-keyfile", f / "ca.key", "-in",
                    f / f"{name}.csr", "-out", f / f"{name}.pem", "-startdate", "20200101000000Z", "-enddate",
                    "20200201000000Z", "-extfile", f / "ext", "-notext")
        else:
            openssl("x509", "-req", "-in", f / f"{name}.csr", "-CA", self.ca, "-CAkey", f / "ca.key", "-CAcreateserial",
                    "-days", days, "-extfile", f / "ext", "-out", f / f"{name}.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f / f"{name}.pem", f / f"{name}.key")
        return context


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


def ask(doctor, url, *args, **env):
    began = time.monotonic()
    run = doctor("--endpoint-url", url, *args, env={**KEYS, **env})
    assert time.monotonic() - began < 15, run
    no_secret(run.out + run.err, PASSWORD)
    return run


def one_sentence(run, *words):
    assert run.status == 3 and run.out == "" and len(complaints(run)) == 1, run
    assert all(w.lower() in run.err.lower() for w in words), run


def test_authority_that_is_not_known(doctor, pki):
    with FakeAws(context=pki.context("good", "IP:127.0.0.1")) as aws:
        one_sentence(ask(doctor, aws.url), aws.host, "certificate", "AWS_CA_BUNDLE")
        assert aws.log == []


def test_authority_named_by_aws_ca_bundle(doctor, pki, tmp_path):
    with FakeAws(context=pki.context("bundle", "IP:127.0.0.1")) as aws:
        run = ask(doctor, aws.url, AWS_CA_BUNDLE=str(pki.ca))
        assert run.status == 0 and "123456789012" in run.out, run
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws/config").write_text(f"[default]\nca_bundle = {pki.ca}\n")
        assert ask(doctor, aws.url).status == 0
        run = ask(doctor, aws.url, AWS_CA_BUNDLE="/nonexistent.pem")
        assert run.status in (2, 3) and "/nonexistent.pem" in run.err and len(complaints(run)) == 1, run
        (tmp_path / "empty.pem").write_text("")
        run = ask(doctor, aws.url, AWS_CA_BUNDLE=str(tmp_path / "empty.pem"))
        assert run.status == 3 and "CA bundle" in run.err and len(complaints(run)) == 1, run


@pytest.mark.parametrize("name,san,days,words", [("expired", "IP:127.0.0.1", -1, ["expired"]),
                                                 ("other", "DNS:other.example", 2, ["127.0.0.1"])])
def test_certificate_that_does_not_fit(doctor, pki, name, san, days, words):
    with FakeAws(context=pki.context(name, san, days)) as aws:
        one_sentence(ask(doctor, aws.url, AWS_CA_BUNDLE=str(pki.ca)), "TLS", *words)
        assert aws.log == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_older_than_1_2_is_refused(doctor, pki):
    context = pki.context("old", "IP:127.0.0.1")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with FakeAws(context=context) as aws:
        one_sentence(ask(doctor, aws.url, AWS_CA_BUNDLE=str(pki.ca)), "TLS")


def test_no_switch_turns_verification_off(doctor):
    text = doctor("--help").out
    for word in ("insecure", "verify-ssl", "no-verify", "skip-tls"):
        assert word not in text
    assert doctor("--no-verify-ssl").status == 2


class Proxy:
    """Notes what it is asked and refuses with STATUS."""

    def __init__(self, status="403 Forbidden"):
        self.seen, self.status = [], status
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            with conn:
                self.seen.append(conn.recv(65536).decode("latin-1"))
                conn.sendall(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def proxy():
    p = Proxy()
    yield p
    p.close()


TARGET = "https://aws.test:8443"
NEARBY = "https://0.0.0.0:1"  # this machine, but no loopback name


def test_plain_http_where_tls_is_expected(doctor, proxy):
    one_sentence(ask(doctor, f"https://{proxy.host}"), "TLS", proxy.host)


def test_dead_proxy_is_named_without_its_password(doctor):
    run = ask(doctor, TARGET, "-vv", HTTPS_PROXY=f"http://me:{PASSWORD}@127.0.0.1:1")
    assert run.status == 3 and "proxy 127.0.0.1:1" in run.err and "aws.test" in run.err, run
    assert len(complaints(run)) == 1, run


def test_proxy_that_refuses(doctor, proxy):
    run = ask(doctor, TARGET, "-vv", https_proxy=f"http://me:{PASSWORD}@{proxy.host}")
    assert run.status == 3 and f"proxy {proxy.host}" in run.err and "403" in run.err, run
    assert proxy.seen[0].startswith("CONNECT aws.test:8443") and "Proxy-Authorization: Basic" in proxy.seen[0]
    assert "Authorization: AWS4" not in "".join(proxy.seen) and KEYS["AWS_SESSION_TOKEN"] not in "".join(proxy.seen)


def test_no_proxy_is_honoured(doctor, proxy):
    one_sentence(ask(doctor, NEARBY, HTTPS_PROXY=f"http://{proxy.host}", NO_PROXY="example.com"), "proxy")
    assert len(proxy.seen) >= 1
    del proxy.seen[:]
    for value in ("0.0.0.0", "example.com,0.0.0.0", "*"):
        run = ask(doctor, NEARBY, HTTPS_PROXY=f"http://{proxy.host}", NO_PROXY=value)
        one_sentence(run, "could not connect to 0.0.0.0:1")
        assert "proxy" not in complaints(run)[0], run
    assert proxy.seen == []


def test_loopback_never_goes_through_a_proxy(doctor, proxy):
    with FakeAws() as aws:
        every = {name: f"http://{proxy.host}" for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")}
        run = ask(doctor, aws.url, NO_PROXY="", **every)
        assert run.status == 0 and proxy.seen == [], (proxy.seen, run)


@pytest.mark.parametrize("value", ["ftp://x:1", "http://x:99999", "http://", f"http://me:{PASSWORD}@x:y"])
def test_proxy_that_is_no_url(doctor, value):
    run = ask(doctor, TARGET, HTTPS_PROXY=value)
    assert run.status in (2, 3) and "HTTPS_PROXY" in run.err and len(complaints(run)) == 1, run
