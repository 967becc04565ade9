#!/usr/bin/env python3
"""A CloudMR Brain of its own on loopback: real HTTP, real state, every list shape, every fault. Standard library only.

usage: brain.py [--port N] [--state FILE] [--shape S] [--style S] [--role-fault] [--page N] [--email E --password P] ...
Prints "PORT <n>" when it listens on 127.0.0.1 and ends when its standard input closes (or on SIGTERM); --stay keeps it running.

Style, what registering does with a unit that is there (same application, mode, account, region, state machine):
  append   makes another one (the default: the careful client finds out)
  upsert   writes the fields over it, the id stays
Shape of the list: array, units, computingUnits, items, data, nested, modes.
Faults come from PUT /__faults with a list of {"path": part of the path, "at": n-th matching request (1: the first), "times": how often,
"do": one of FAULTS, "ms": delay}. PUT /__state {"units": [...]} replaces the units, PUT /__break {FIELD: VALUE} changes a field of
all, GET /__state and GET /__log show all.
"""
import argparse
import base64
import json
import socket
import struct
import sys
import threading
import time
import urllib.parse

FAULTS = {
    "drop": "acts, then closes without an answer",
    "drop-before": "closes without an answer, nothing done",
    "reset": "acts, then resets the connection",
    "cut": "acts, then sends half of the answer",
    "twice": "acts, and sends its answer twice",
    "slow": "waits ms, acts, answers",
    "slow-after": "acts, waits ms, answers",
    "late": "closes without an answer, and acts ms later",
    "500": "HTTP 500 of API Gateway, nothing done",
    "500-after": "acts, then HTTP 500",
    "502": "HTML 502, nothing done",
    "502-after": "acts, then HTML 502",
    "html": "a web page with 200",
    "garbage": "200 with bytes of no format; acts",
    "empty": "200 with an empty body; acts",
    "refuse": "200 with success:false, nothing done",
    "401": "HTTP 401 Unauthorized",
    "403": "HTTP 403 Forbidden",
    "404": "HTTP 404 with a text",
    "throttle": "HTTP 429",
    "role": "the known UpdateExpression fault, nothing done",
}
ROLE_FAULT = ("An error occurred (ValidationException) when calling the UpdateItem operation: Invalid UpdateExpression: Two "
              "document paths overlap with each other; must remove or rewrite one of these paths; path one: "
              "[crossAccountRoleArn], path two: [crossAccountRoleArn]")
IDENTITY = ("appName", "mode", "awsAccountId", "region", "stateMachineArn", "apiEndpoint")
PREFIX = "/Prod/api"


def jwt(exp=None, groups=("Admins",), mark="x"):
    part = lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode().rstrip("=")  # noqa: E731
    claims = {"sub": mark, "exp": int(time.time()) + 3600 if exp is None else exp}
    if groups is not None:
        claims["cognito:groups"] = list(groups)
    return f"{part({'alg': 'RS256'})}.{part(claims)}.c2ln{mark}"


class Brain:
    """The state and what each call does to it."""

    def __init__(self, email="lab@example.org", password="demo-password", shape="units", style="append", role_fault=False,
                 page=0, admin=True, token=None, hide_ms=0, keep_numbers=False):
        self.email, self.password, self.shape, self.style = email, password, shape, style
        self.role_fault, self.page, self.admin, self.hide_ms, self.keep_numbers = role_fault, page, admin, hide_ms, keep_numbers
        self.token = token or jwt(groups=("Admins",) if admin else ("Users",))
        self.token_shape = "id_token"
        self.units, self.pipelines, self.apps = [], [], [{"appId": "app-1", "name": "MR Optimum"}]
        self.next_id, self.log, self.faults = 1, [], []
        self.lock = threading.RLock()
        self.hook = None  # called as hook(brain, number, method, path, "before"|"after") by tests
        self.expired = False
        self.execution = None  # a function (unit, task) -> execution ARN, for jobs

    # ---- calls: each returns (status, body) ----

    def login(self, body, _query):
        if body.get("email") != self.email or body.get("password") != self.password:
            return 401, {"success": False, "message": "Incorrect username or password."}
        shapes = {"id_token": {"success": True, "id_token": self.token, "access_token": "a", "refresh_token": "r", "user_id": "u-1"},
                  "accessToken": {"accessToken": self.token}, "token": {"token": self.token},
                  "data": {"success": True, "data": {"id_token": self.token}}, "bare": self.token}
        return 200, shapes[self.token_shape]

    def profile(self, _body, _query):
        return 200, {"email": self.email, "user_id": "u-1"}

    def app_list(self, _body, _query):
        return 200, {"apps": self.apps, "count": len(self.apps)}

    def visible(self, query):
        now = time.monotonic()
        app = query.get("app_name")
        ids = {a["appId"] for a in self.apps if a["name"] == app}
        units = [u for u in self.units if now >= u.get("_from", 0)]
        units = [u for u in units if not app or u.get("appName") == app or u.get("appId") in ids or "appName" not in u]
        if "mode" in query:
            units = [u for u in units if u.get("mode") == query["mode"]]
        return [{k: v for k, v in u.items() if not k.startswith("_")} for u in units]

    def unit_list(self, _body, query):
        units, more = self.visible(query), None
        if self.page:
            start = int(query.get("nextToken", "p0")[1:])
            more = f"p{start + self.page}" if start + self.page < len(units) else None
            units = units[start:start + self.page]
        modes = {m: [u for u in units if u.get("mode") == m] for m in ("mode_1", "mode_2")}
        body = {"array": units, "units": {"units": units}, "computingUnits": {"computingUnits": units, "count": len(units)},
                "items": {"items": units}, "data": {"success": True, "data": units}, "nested": {"data": {"units": units}},
                "modes": modes}[self.shape]
        if more and isinstance(body, dict):
            body["nextToken"] = more
        return 200, body

    def register(self, body, _query):
        missing = [k for k in ("appName", "mode", "provider") if not body.get(k)]
        if missing:
            return 400, {"error": f"{missing[0]} is required"}
        if body["mode"] == "mode_1" and not self.admin:
            return 403, {"message": "Forbidden"}
        if self.role_fault and "crossAccountRoleArn" in body:
            return 500, {"error": ROLE_FAULT}
        same = [u for u in self.units if all(u.get(k) == body.get(k) for k in IDENTITY)]
        if self.style == "upsert" and same:
            same[0].update(body)
            return 200, {"computingUnitId": same[0]["computingUnitId"], "message": "updated"}
        unit = {"computingUnitId": f"cu-{self.next_id:04d}", **body, "createdAt": f"2026-01-01T00:00:{self.next_id:06d}Z"}
        unit["_from"] = time.monotonic() + self.hide_ms / 1000
        self.next_id += 1
        self.units.append(unit)
        return 200, {"computingUnitId": unit["computingUnitId"]}

    def delete(self, body, _query):
        left = [u for u in self.units if u.get("computingUnitId") != body.get("computingUnitId")]
        if len(left) == len(self.units):
            return 404, {"error": "Computing unit not found"}
        self.units = left
        return 200, {"message": "deleted"}

    def queue_job(self, body, _query):
        chosen = [u for u in self.units if body.get("computing_unit_id") in (None, u.get("computingUnitId"))
                  and body.get("mode") in (None, u.get("mode"))]
        if not chosen:
            return 404, {"error": "No computing unit for this mode"}
        unit = chosen[0]
        try:
            arn = self.execution(unit, body.get("task")) if self.execution else \
                unit.get("stateMachineArn", "").replace(":stateMachine:", ":execution:") + f":job-{len(self.pipelines) + 1}"
        except PermissionError as e:
            return 400, {"error": f"AccessDeniedException: {e}"}
        self.pipelines.append({"id": f"p-{len(self.pipelines) + 1}", "alias": body.get("alias"), "status": "pending"})
        return 200, {"executionArn": arn, "pipeline": self.pipelines[-1]["id"],
                     "computingUnit": {"computingUnitId": unit["computingUnitId"], "mode": unit["mode"]}}

    def pipeline_list(self, _body, query):
        return 200, {"pipelines": self.pipelines[::-1][:int(query.get("limit", 100))]}

    ROUTES = {("POST", "/auth/login"): login, ("GET", "/auth/profile"): profile, ("GET", "/cloudapp/list"): app_list,
              ("GET", "/computing-unit/list"): unit_list, ("POST", "/computing-unit/register"): register,
              ("POST", "/computing-unit/delete"): delete, ("POST", "/pipeline/queue_job"): queue_job,
              ("GET", "/pipeline/list"): pipeline_list}

    def act(self, method, path, query, body, headers):
        route = self.ROUTES.get((method, path[len(PREFIX):])) if path.startswith(PREFIX) else None
        if not route:
            return 403, {"message": "Missing Authentication Token"}
        if not path.endswith("/auth/login"):
            if headers.get("authorization") != f"Bearer {self.token}":
                return 401, {"message": "Unauthorized"}
            if self.expired:
                return 401, {"message": "The incoming token has expired"}
        with self.lock:
            return route(self, body, query)

    def fault_for(self, path):
        with self.lock:
            for fault in self.faults:
                if fault.get("path", "") not in path:
                    continue
                fault["seen"] = fault.get("seen", 0) + 1
                at = fault.get("at", 1)
                if at <= fault["seen"] < at + fault.get("times", 1):
                    return fault
        return None


def http(status, body, kind="application/json"):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return (f"HTTP/1.1 {status} Brain\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n"
            f"Date: {time.strftime('%a, %d %b %Y %H:%M:%S GMT', time.gmtime())}\r\n\r\n").encode() + text


SIMPLE = {
    "500": http(500, {"message": "Internal server error"}), "401": http(401, {"message": "Unauthorized"}),
    "502": http(502, b"<html><head><title>502 Bad Gateway</title></head></html>", "text/html"),
    "html": http(200, b"<!doctype html><title>CloudMR</title>", "text/html"), "403": http(403, {"message": "Forbidden"}),
    "404": http(404, b"not here", "text/plain"), "throttle": http(429, {"message": "Too Many Requests"}),
    "refuse": http(200, {"success": False, "message": "no, because"}), "role": http(500, {"error": ROLE_FAULT}),
    "garbage": http(200, b"\x00\xff\xfe{[ neither"), "empty": http(200, b""),
}
ACTS_FIRST = {"garbage", "empty", "500-after", "502-after"}


def read_request(stream):
    line = stream.readline(65537).decode("latin-1").strip()
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    headers = {}
    while line := stream.readline(65537).decode("latin-1").rstrip("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return method, path, dict(urllib.parse.parse_qsl(query)), headers, body


class Server:
    """Brain behind a socket; one thread a connection."""

    def __init__(self, brain=None, port=0):
        self.brain = brain or Brain()
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.socket.listen(128)
        self.port = self.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/Prod"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn):
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with conn, conn.makefile("rb") as stream:
                while (request := read_request(stream)) and self._one(conn, *request):
                    pass
        except (OSError, ValueError):
            pass

    def _control(self, conn, method, path, raw):
        b = self.brain
        with b.lock:
            if method == "PUT" and path == "/__faults":
                b.faults = json.loads(raw)
            elif method == "PUT" and path == "/__break":
                for unit in b.units:
                    unit.update(json.loads(raw))
            elif method == "PUT":
                for key, value in json.loads(raw).items():
                    setattr(b, key, value)
            shown = {"/__state": {"units": b.visible({}), "faults": b.faults, "pipelines": b.pipelines}, "/__log": b.log}
            conn.sendall(http(200, shown.get(path, {})))
        return True

    def _one(self, conn, method, path, query, headers, raw):
        b = self.brain
        if path.startswith("/__"):
            return self._control(conn, method, path, raw)
        body = json.loads(raw) if raw else {}
        with b.lock:
            number = len(b.log) + 1
            b.log.append({"n": number, "method": method, "path": path, "query": query, "headers": headers, "body": body})
        fault = b.fault_for(path) or {}
        what, pause = fault.get("do"), fault.get("ms", 0) / 1000
        if b.hook:
            b.hook(b, number, method, path, "before")
        if what in SIMPLE and what not in ACTS_FIRST:
            conn.sendall(SIMPLE[what])
            return True
        if what == "drop-before":
            return False
        if what == "late":
            threading.Timer(pause, b.act, (method, path, query, body, headers)).start()
            return False
        if what == "slow":
            time.sleep(pause)
        answer = http(*b.act(method, path, query, body, headers))
        if b.hook:
            b.hook(b, number, method, path, "after")
        if what == "slow-after":
            time.sleep(pause)
        if what == "reset":
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if what in ("drop", "reset"):
            return False
        if what in ACTS_FIRST:
            answer = SIMPLE[what.replace("-after", "")]
        if what == "cut":
            conn.sendall(answer[:len(answer) - max(1, (len(answer) - answer.index(b"\r\n\r\n") - 4) // 2)])
            return False
        conn.sendall(answer * 2 if what == "twice" else answer)
        return True

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--email", default="lab@example.org")
    parser.add_argument("--password", default="demo-password")
    parser.add_argument("--shape", default="units")
    parser.add_argument("--style", default="append", choices=["append", "upsert"])
    parser.add_argument("--page", type=int, default=0)
    parser.add_argument("--role-fault", action="store_true")
    parser.add_argument("--no-admin", action="store_true")
    parser.add_argument("--state", help="JSON file with the units to begin with")
    parser.add_argument("--faults", help="JSON file with faults, as for PUT /__faults")
    parser.add_argument("--stay", action="store_true", help="do not end with standard input")
    args = parser.parse_args()
    brain = Brain(args.email, args.password, args.shape, args.style, args.role_fault, args.page, not args.no_admin)
    if args.state:
        brain.units = json.load(open(args.state, encoding="utf-8"))
    if args.faults:
        brain.faults = json.load(open(args.faults, encoding="utf-8"))
    server = Server(brain, args.port)
    print(f"PORT {server.port}", flush=True)
    try:
        if args.stay:
            threading.Event().wait()
        sys.stdin.read()
    except KeyboardInterrupt:
        pass
    server.close()


if __name__ == "__main__":
    main()
