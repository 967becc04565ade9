"""A real registry behind a real nginx with basic authentication, and images for it. Loopback only."""
import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request

USER, PASSWORD = "me", "HUSHpassword"
LOGIN = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
IMAGE, INDEX = "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json"
PATH = os.environ.get("PATH", "") + ":/usr/sbin"
MISSING = [p for p in ("docker-registry", "nginx") if not shutil.which(p, path=PATH)]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def listens(port, process):
    until = time.monotonic() + 15
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """The registry on one port, and on another the same behind a password."""

    def __init__(self, folder):
        self.port, self.guarded, self.processes = free_port(), free_port(), []
        config = folder / "registry.yml"
        config.write_text(f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
                          f"http: {{addr: '127.0.0.1:{self.port}', secret: loopback}}\n")
        hashed = "{SHA}" + base64.b64encode(hashlib.sha1(PASSWORD.encode()).digest()).decode()
        (folder / "passwords").write_text(f"{USER}:{hashed}\n")
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid;\ndaemon off;\nmaster_process off;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n  access_log off;\n"
            + "".join(f"  {k}_temp_path {folder}/{k};\n" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"  server {{\n    listen 127.0.0.1:{self.guarded};\n    auth_basic lab;\n    auth_basic_user_file {folder}/passwords;\n"
              f"    location / {{ proxy_pass http://127.0.0.1:{self.port}; proxy_set_header Host $http_host; }}\n  }}\n}}\n")
        self._run(["docker-registry", "serve", config], self.port, folder)
        self._run(["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"], self.guarded, folder)

    def _run(self, command, port, folder):
        with open(folder / "servers.log", "ab") as log:
            process = subprocess.Popen([str(shutil.which(str(command[0]), path=PATH)), *map(str, command[1:])], stdout=log,
                                       stderr=log, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        listens(port, process)

    def close(self):
        for p in self.processes:
            p.terminate()
            p.wait(10)

    def _send(self, method, url, data=None, kind="application/octet-stream"):
        url = url if url.startswith("http") else f"http://127.0.0.1:{self.port}{url}"
        request = urllib.request.Request(url, data=data, method=method, headers={"Content-Type": kind})
        return urllib.request.urlopen(request, timeout=10)

    def blob(self, name, data):
        at = self._send("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
        self._send("PUT", f"{at}{'&' if '?' in at else '?'}digest={digest_of(data)}", data)
        return {"digest": digest_of(data), "size": len(data)}

    def manifest(self, name, reference, document, kind):
        data = json.dumps(document).encode()
        self._send("PUT", f"/v2/{name}/manifests/{reference or digest_of(data)}", data, kind)
        return {"mediaType": kind, "digest": digest_of(data), "size": len(data)}

    def push(self, name, reference, architecture="amd64"):
        config = self.blob(name, json.dumps({"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []},
                                             "config": {"Env": ["LICENCE=HUSHenv"]}}).encode())
        layer = self.blob(name, b"layer of " + architecture.encode() * 100)
        return self.manifest(name, reference, {
            "schemaVersion": 2, "mediaType": IMAGE, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **layer}]}, IMAGE)

    def push_index(self, name, tag, *architectures):
        return self.manifest(name, tag, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            {**self.push(name, None, a), "platform": {"os": "linux", "architecture": a}} for a in architectures]}, INDEX)
