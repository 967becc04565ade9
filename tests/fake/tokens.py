#!/usr/bin/env python3
"""A registry's token server on loopback: hands out bearer tokens for a name and a password, and a proxy that asks for them.

The proxy stands before a registry that asks for nothing: without a token it answers 401 and says where to get one.
"""
import base64
import http.server
import json
import secrets
import threading
import urllib.error
import urllib.parse
import urllib.request


class Tokens:
    """UPSTREAM: URL of the open registry. LOGINS: {name: password} that are accepted; anonymous: hand out without one."""

    def __init__(self, upstream, logins, anonymous=False, realm=None):
        self.upstream, self.logins, self.anonymous, self.realm = upstream, logins, anonymous, realm
        self.given, self.asked = {}, []
        tokens = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                tokens.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, h):
        parts = urllib.parse.urlsplit(h.path)
        self.asked.append((h.path, h.headers.get("Authorization", "")))
        if parts.path == "/token":
            self.token(h, urllib.parse.parse_qs(parts.query))
        else:
            self.pass_on(h)

    def token(self, h, query):
        login = h.headers.get("Authorization", "").removeprefix("Basic ")
        name, _, password = base64.b64decode(login).decode().partition(":")
        if self.logins.get(name, "") != password or not (name or self.anonymous):
            return self.say(h, 401, {"details": "incorrect username or password"})
        token = secrets.token_hex(16)
        self.given[token] = query.get("scope", [""])[0]
        return self.say(h, 200, {"token": token, "expires_in": 300})

    def pass_on(self, h):
        scope = self.given.get(h.headers.get("Authorization", "").removeprefix("Bearer "))
        name = h.path.removeprefix("/v2/").rsplit("/", 2)[0]
        if scope is None or (name and scope != f"repository:{name}:pull"):
            challenge = f'Bearer realm="{self.realm or f"http://{self.host}/token"}",service="lab"'
            return self.say(h, 401, {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]},
                            {"WWW-Authenticate": challenge})
        request = urllib.request.Request(self.upstream + h.path, headers={"Accept": h.headers.get("Accept", "*/*")})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return self.send(h, answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as e:
            return self.send(h, e.code, e.read(), dict(e.headers))

    def say(self, h, status, body, headers=None):
        self.send(h, status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def send(self, h, status, body, headers):
        h.send_response(status)
        for name, value in headers.items():
            if name in ("Content-Type", "Docker-Content-Digest", "WWW-Authenticate"):
                h.send_header(name, value)
        h.send_header("Content-Length", str(len(body)))
        h.end_headers()
        h.wfile.write(body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
