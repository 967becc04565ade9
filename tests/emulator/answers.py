"""The calls of a snapshot, to be completed: put an answer, a refusal, or take a call out."""
import copy

GLOBAL = {"iam", "sts", "registry"}


class Answers:
    def __init__(self, document):
        self.doc = document
        self.calls = document["calls"]
        self.region = document["region"]

    def find(self, service, operation, **about):
        return [c for c in self.calls if c["service"] == service and c["operation"] == operation and
                all(c["input"].get(k) == v for k, v in about.items())]

    def one(self, service, operation, **about):
        found = self.find(service, operation, **about)
        assert len(found) == 1, f"{service}:{operation} {about}: {len(found)} calls"
        return found[0]

    def output(self, service, operation, **about):
        return self.one(service, operation, **about)["output"]

    def drop(self, service, operation, **about):
        for call in self.find(service, operation, **about):
            self.calls.remove(call)

    def _set(self, service, operation, given, rest):
        call = {"service": service, "operation": operation}
        if service not in GLOBAL:
            call["region"] = self.region
        call.update(input=given, **rest)
        for i, c in enumerate(self.calls):
            if c["service"] == service and c["operation"] == operation and c["input"] == given:
                self.calls[i] = call
                return
        self.calls.append(call)

    def put(self, service, operation, given, output):
        self._set(service, operation, given, {"status": "ok", "output": copy.deepcopy(output)})

    def fail(self, service, operation, given, code, message, status=400):
        self._set(service, operation, given, {"status": "error", "error": {
            "code": code, "message": message, "http_status": status}})

    def fail_all(self, code, message, status=400, service=None, operation=None):
        """Every call (of a service, an operation) is refused; {call} in the message is its name."""
        for c in list(self.calls):
            if (not service or c["service"] == service) and (not operation or c["operation"] == operation):
                name = f"{c['service']}:{c['operation']}"
                self.fail(c["service"], c["operation"], c["input"], code, message.format(call=name), status)
