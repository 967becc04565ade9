"""HTTP/2 where a server offers it: nginx, which nobody here wrote, over TLS on loopback."""
import shutil
import socket
import subprocess
import time

import pytest

DENIED = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
CONF = """
daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  log_format protocol '$server_protocol'; access_log {dir}/access.log protocol;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{
    listen 127.0.0.1:{port} ssl {http2};
    ssl_certificate {dir}/cert.pem; ssl_certificate_key {dir}/key.pem;
    location / {{ default_type text/xml; return 403 '{denied}'; }}
  }}
}}
"""


def nginx():
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@pytest.mark.parametrize("http2,version", [("http2", "HTTP/2.0"), ("", "HTTP/1.1")])
def test_protocol_that_the_server_offers(doctor, tmp_path, http2, version):
    if not nginx() or not shutil.which("openssl"):
        pytest.skip("nginx or openssl is not installed")
    place = tmp_path / "nginx"
    place.mkdir()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place / "key.pem", "-out",
                    place / "cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    (place / "nginx.conf").write_text(CONF.format(dir=place, port=port, http2=http2, denied=DENIED))
    server = subprocess.Popen([nginx(), "-c", place / "nginx.conf"], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        run = doctor("--endpoint-url", f"https://localhost:{port}",
                     env={"AWS_CA_BUNDLE": str(place / "cert.pem"), "AWS_ACCESS_KEY_ID": "testing",
                          "AWS_SECRET_ACCESS_KEY": "testing"})
        assert run.status == 0, run
    finally:
        server.terminate()
        server.wait(10)
    spoken = (place / "access.log").read_text().split()
    assert len(spoken) > 5 and set(spoken) == {version}
