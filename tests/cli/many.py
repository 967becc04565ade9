"""m2-doctor over many documents: two at a time, reports in the order of the documents."""
import concurrent.futures
import json


class Report:
    def __init__(self, doc):
        self.doc, self.findings = doc, doc["findings"]
        self.by_uid = {f["uid"]: f for f in self.findings}
        self.root_findings = [self.by_uid[u] for u in doc["root_causes"]]
        self.roots = [f["cause"] for f in self.root_findings]

    def of(self, status):
        return [f for f in self.findings if f["status"] == status]

    def statuses(self, check):
        return {f["status"] for f in self.findings if f["id"] == check}

    def __str__(self):
        return "\n".join(f"{f['status']:8} {f['uid']}  {f.get('cause')}  {f['detail'][:200]} <- {f['caused_by']}"
                         for f in self.findings if f["status"] not in ("pass", "skip"))


def one(doctor, document, *args):
    text = document if isinstance(document, str) else json.dumps(document)
    done = doctor("--snapshot", "-", "--format", "json", *args, stdin=text)
    assert done.status in (0, 1), done
    return Report(json.loads(done.out))


def many(doctor, documents, *args):
    """Yields (key, Report) for each (key, document) of DOCUMENTS; a document is text, or made by a function when its turn comes."""
    def run(pair):
        key, document = pair
        return key, one(doctor, document() if callable(document) else document, *args)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        yield from pool.map(run, documents)
