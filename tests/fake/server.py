#!/usr/bin/env python3
"""A loopback HTTP server that answers as its script says, faults included. Standard library only.

usage: server.py SCRIPT.json|- [--log FILE] [--cert PEM --key PEM] [--port N]
Prints "PORT <n>" when it listens on 127.0.0.1 and ends when its standard input closes (or on SIGTERM).

SCRIPT: {"rules": [RULE, ...]}; the first rule that matches and is not used up answers, else 404.
RULE members, all optional:
  method, path, query   the request line's parts; path and query may hold * and ?
  target, action        X-Amz-Target; Action= of a form body
  body_has              text that the body must contain
  times                 how often this rule answers before it is used up
  delay_ms              wait before answering
  status, headers, body, body_base64, body_file    the answer (headers replace the computed ones of that name; null removes)
  repeat                the body is sent so many times over
  drop                  "before": close without an answer; "reset": the same with a TCP reset
  cut                   close after so many bytes of the body (Content-Length names them all)
  endless               after the headers, send this text for ever, every every_ms (default 10)
  stall                 send the headers and half of the body, then nothing
  raw                   this text instead of any HTTP
  close                 close the connection after the answer
GET /__log gives the requests so far as JSON: method, path, query, headers (lower case), body, connection, n.
"""
import argparse
import base64
import fnmatch
import json
import socket
import ssl
import struct
import sys
import threading
import time
import urllib.parse

LOCK = threading.Lock()


class Fake:
    def __init__(self, script, log_path):
        self.rules = script.get("rules", [])
        self.used = [0] * len(self.rules)
        self.log = []
        self.log_file = open(log_path, "w", encoding="utf-8") if log_path else None

    def note(self, request):
        with LOCK:
            request["n"] = len(self.log) + 1
            self.log.append(request)
            if self.log_file:
                self.log_file.write(json.dumps(request) + "\n")
                self.log_file.flush()

    def pick(self, request):
        with LOCK:
            for i, rule in enumerate(self.rules):
                if self.used[i] < rule.get("times", 1 << 60) and matches(rule, request):
                    self.used[i] += 1
                    return rule
        return {"status": 404, "body": "no rule matches"}


def matches(rule, request):
    if "method" in rule and rule["method"] != request["method"]:
        return False
    for key in ("path", "query"):
        if key in rule and not fnmatch.fnmatchcase(request[key], rule[key]):
            return False
    if "target" in rule and rule["target"] != request["headers"].get("x-amz-target"):
        return False
    if "action" in rule:
        if rule["action"] not in urllib.parse.parse_qs(request["body"]).get("Action", []):
            return False
    return rule.get("body_has", "") in request["body"]


def read_request(stream):
    line = stream.readline(65537).decode("latin-1").strip()
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    headers = {}
    while True:
        line = stream.readline(65537).decode("latin-1").rstrip("\r\n")
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return {"method": method, "path": path, "query": query, "headers": headers, "body": body.decode("utf-8", "replace")}


def body_of(rule):
    if "body_base64" in rule:
        body = base64.b64decode(rule["body_base64"])
    elif "body_file" in rule:
        with open(rule["body_file"], "rb") as f:
            body = f.read()
    else:
        body = rule.get("body", "")
        body = (body if isinstance(body, str) else json.dumps(body)).encode()
    return body * rule.get("repeat", 1)


def head_of(rule, body):
    headers = {"Content-Length": str(len(body)), "Date": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())}
    if "endless" in rule:
        del headers["Content-Length"]
    for name, value in rule.get("headers", {}).items():
        headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
        if value is not None:
            headers[name] = value
    lines = ["HTTP/1.1 %d Fake" % rule.get("status", 200)] + ["%s: %s" % item for item in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def reset(conn):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer(conn, rule, method):
    """Send what RULE says; False ends the connection."""
    time.sleep(rule.get("delay_ms", 0) / 1000)
    if "drop" in rule:
        if rule["drop"] == "reset":
            reset(conn)
        return False
    if "raw" in rule:
        conn.sendall(rule["raw"].encode("latin-1"))
        return False
    body = body_of(rule)
    head = head_of(rule, body)
    if method == "HEAD":
        body = b""
    if "endless" in rule:
        conn.sendall(head)
        while True:
            conn.sendall(rule["endless"].encode())
            time.sleep(rule.get("every_ms", 10) / 1000)
    if "stall" in rule:
        conn.sendall(head + body[: len(body) // 2])
        time.sleep(3600)
    if "cut" in rule:
        conn.sendall(head + body[: rule["cut"]])
        return False
    conn.sendall(head + body)
    return not rule.get("close")


def serve(fake, conn, number, context):
    try:
        if context:
            conn = context.wrap_socket(conn, server_side=True)
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = conn.makefile("rb")
        while True:
            request = read_request(stream)
            if request is None:
                break
            if request["path"] == "/__log":
                answer(conn, {"body": fake.log}, "GET")
                continue
            request["connection"] = number
            fake.note(request)
            if not answer(conn, fake.pick(request), request["method"]):
                break
        stream.close()
    except (OSError, ValueError):
        pass
    conn.close()


def listen(fake, server, context):
    number = 0
    while True:
        conn, _ = server.accept()
        number += 1
        threading.Thread(target=serve, args=(fake, conn, number, context), daemon=True).start()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("script")
    parser.add_argument("--log")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()
    if args.script == "-":
        script = json.loads(sys.stdin.readline())
    else:
        with open(args.script, encoding="utf-8") as f:
            script = json.load(f)
    context = None
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(args.cert, args.key)
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", args.port))
    server.listen(256)
    print("PORT", server.getsockname()[1], flush=True)
    threading.Thread(target=listen, args=(Fake(script, args.log), server, context), daemon=True).start()
    while sys.stdin.read(4096):
        pass


if __name__ == "__main__":
    main()
