"""A loopback server for the bench: passes requests on to an emulator and keeps the answers, then gives them again at will.

Three ways of answering, chosen with PUT /-/mode:
  record    pass on to the emulator, keep the answer
  replay    the kept answer, DELAY_MS after the request came; connections wait side by side
  levels    hold every request until no other has come for QUIET_MS, then answer all of them together: one level.
            A client that asks for everything as soon as it can needs as many levels as its longest chain has links.
GET /-/seen tells what came since the mode was set. An answer 5xx of the emulator is kept as a refusal in the
words of the protocol, so that replayed runs do not time retries.
"""
import asyncio
import json
import sys
import urllib.error
import urllib.request

QUIET_MS = 60
HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}
REFUSAL = {
    "json": (400, "application/x-amz-json-1.1", b'{"__type":"AccessDeniedException","message":"not emulated"}'),
    "xml": (403, "text/xml", b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not emulated</Message></Error>"
                             b"</ErrorResponse>"),
    "ec2": (403, "text/xml", b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not emulated"
                             b"</Message></Error></Errors></Response>"),
}


def protocol_of(headers):
    if "x-amz-target" in headers or "json" in headers.get("content-type", ""):
        return "json"
    return "ec2" if "/ec2/" in headers.get("authorization", "") else "xml"


def pass_on(backend, method, target, headers, body):
    request = urllib.request.Request(backend + target, data=body or None, method=method,
                                     headers={k: v for k, v in headers.items() if k not in HOP_BY_HOP})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, kept, data = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        status, kept, data = e.code, e.headers, e.read()
    if status >= 500:
        status, kind, data = REFUSAL[protocol_of(headers)]
        return status, {"content-type": kind}, data
    return status, {k: v for k, v in kept.items() if k.lower() not in HOP_BY_HOP}, data


class Server:
    def __init__(self, backend):
        self.backend, self.answers = backend, {}
        self.mode, self.delay, self.seen, self.levels = "record", 0.0, [], []
        self.held, self.timer = [], None

    def set_mode(self, wanted):
        self.mode, self.delay = wanted["mode"], wanted.get("delay_ms", 0) / 1000
        self.seen, self.levels = [], []

    def release(self):
        """End a level: everybody who waits is answered."""
        held, self.held = self.held, []
        self.levels.append([label for label, _ in held])
        for _, future in held:
            future.set_result(None)

    async def hold(self, label):
        future = asyncio.get_running_loop().create_future()
        self.held.append((label, future))
        if self.timer:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(QUIET_MS / 1000, self.release)
        await future

    async def answer(self, method, target, headers, body):
        if target == "/-/mode":
            self.set_mode(json.loads(body))
            return 200, {}, b"{}"
        if target == "/-/seen":
            return 200, {}, json.dumps({"requests": self.seen, "levels": self.levels}).encode()
        key = (method, target, *(headers.get(h) for h in ("x-amz-target", "x-amz-expected-bucket-owner")), body)
        label = f"{method} {target} {headers.get('x-amz-target', '')} {body[:200].decode('utf-8', 'replace')}"
        self.seen.append(label)
        if self.mode == "record":
            self.answers[key] = await asyncio.to_thread(pass_on, self.backend, method, target, headers, body)
        elif key not in self.answers:
            return 400, {}, b"never recorded: " + label.encode()
        elif self.mode == "levels":
            await self.hold(label)
        else:
            await asyncio.sleep(self.delay)
        return self.answers[key]

    async def serve(self, reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, target, _ = head[0].split(" ", 2)
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                status, extra, data = await self.answer(method, target, headers, body)
                lines = [f"HTTP/1.1 {status} X", *(f"{k}: {v}" for k, v in extra.items()), f"Content-Length: {len(data)}"]
                writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if method == "HEAD" else data))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main(backend):
    server = await asyncio.start_server(Server(backend).serve, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
