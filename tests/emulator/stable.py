"""Ids, times and addresses that an emulator draws at random, replaced by ones that stay the same."""
import hashlib
import json
import re

RANDOM = re.compile(
    r"\b(?P<prefix>vpc-cidr-assoc|rtbassoc|aclassoc|eipalloc|eipassoc|eni-attach|subnet|vpce|vpc|sgr|sg|rtb|igw|nat|acl|eni|pl|dopt)"
    r"-(?P<hex>[0-9a-f]{17})\b"
    r"|(?P<uuid>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|(?P<unique>\b(AROA|ANPA|AIDA)[A-Z0-9]{17}\b)")
# What a person reads first gets the first ids.
ORDER = ["cloudformation", "stepfunctions", "ecs", "lambda", "ec2", "iam", "sts", "logs", "ecr", "s3"]
TIME = re.compile(r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00|\+0000)$")
DEPLOYED = "2026-11-20T14:05:41+00:00"


def digest(text, n):
    return hashlib.sha256(text.encode()).hexdigest()[:n]


class Names:
    def __init__(self, account):
        self.account, self.known, self.counts = account, {}, {}

    def __call__(self, match):
        found = match.group(0)
        if found not in self.known:
            kind = match.group("prefix") or ("uuid" if match.group("uuid") else found[:4])
            n = self.counts[kind] = self.counts.get(kind, 0) + 1
            self.known[found] = self.made(kind, f"{self.account}/{kind}/{n}")
        return self.known[found]

    @staticmethod
    def made(kind, seed):
        h = digest(seed, 32)
        if kind == "uuid":
            return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:32]}"
        if kind.isupper():
            return kind + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[int(h[i:i + 2], 16) % 32]
                                  for i in range(0, 32, 2)) + "Q"
        return f"{kind}-0{h[:16]}"


def each_text(value, change):
    if isinstance(value, dict):
        return {k: each_text(v, change) for k, v in value.items()}
    if isinstance(value, list):
        return [each_text(v, change) for v in value]
    return change(value) if isinstance(value, str) else value


def no_time(text):
    return DEPLOYED if TIME.match(text) else text


def rank(call):
    service = call["service"]
    return ORDER.index(service) if service in ORDER else len(ORDER)


def stable(document, account):
    """DOCUMENT with everything random replaced."""
    names = Names(account)
    calls = document["calls"]
    for part in [document["target"], *sorted(calls, key=rank)]:
        asked = part.get("input")
        if asked and part["operation"].startswith("List") or part is document["target"]:
            each_text(part, lambda t: RANDOM.sub(names, t))
    for part in sorted(calls, key=rank):
        each_text(part.get("output", {}), lambda t: RANDOM.sub(names, t))
    out = each_text(document, lambda t: no_time(RANDOM.sub(names, t)))
    return out


def ordered(document):
    """Calls of one operation stand together, in the order of what they ask."""
    document["calls"].sort(key=lambda c: (rank(c), c["service"], c["operation"], json.dumps(c["input"])))
    return document


def written(document):
    """One call per line group: short enough to read, stable enough to compare."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
