#!/usr/bin/env python3
"""Make libcommon/aws/models/*.json: the service models of the installed botocore, cut down to the operations of operations.txt.

    scripts/trim-models.py            write the files
    scripts/trim-models.py --check    compare them with what would be written; exit 1 on a difference

Kept is what the codecs, the paginators and the waiters read, in botocore's own format; documentation, constraints and error
shapes that nobody reads go. Plain scalars (every string enumeration, every bounded integer …) share one shape per type. The output depends only on
the table and on botocore's version: sorted, one operation or shape a line, so that a difference reads well.
"""
import argparse
import gzip
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "scripts" / "operations.txt"
MODELS = ROOT / "libcommon" / "aws" / "models"
PROTOCOLS = ("query", "ec2", "json", "rest-json", "rest-xml")

METADATA = ("apiVersion", "awsQueryCompatible", "endpointPrefix", "jsonVersion", "serviceId", "signingName", "targetPrefix")
OPERATION = ("authtype", "endpoint", "errors", "http", "httpChecksum", "httpChecksumRequired", "input", "output")
REFERENCE = ("flattened", "hostLabel", "idempotencyToken", "jsonvalue", "location", "locationName", "queryName", "resultWrapper",
             "shape", "streaming", "xmlAttribute", "xmlNamespace")
SHAPE = ("document", "error", "exception", "flattened", "key", "locationName", "member", "members", "payload", "retryable",
         "streaming", "timestampFormat", "type", "union", "value", "xmlNamespace")
SCALARS = ("blob", "boolean", "double", "float", "integer", "long", "string", "timestamp")
# Pages that botocore's paginator files forget although the operation has a token.
TOKEN = {"input_token": "NextToken", "output_token": "NextToken"}
COST_TOKEN = {"input_token": "NextPageToken", "output_token": "NextPageToken"}
PAGINATION_MORE = {
    "ce": {
        "GetCostAndUsage": {**COST_TOKEN, "result_key": "ResultsByTime",
                            "non_aggregate_keys": ["GroupDefinitions", "DimensionValueAttributes"]},
        "GetCostAndUsageWithResources": {**COST_TOKEN, "result_key": "ResultsByTime",
                                         "non_aggregate_keys": ["GroupDefinitions", "DimensionValueAttributes"]},
        "GetDimensionValues": {**COST_TOKEN, "result_key": "DimensionValues", "non_aggregate_keys": ["TotalSize"]},
    },
    "cloudformation": {"DescribeStackResourceDrifts": {**TOKEN, "limit_key": "MaxResults", "result_key": "StackResourceDrifts"}},
    "ec2": {"DescribeVpcBlockPublicAccessExclusions": {**TOKEN, "limit_key": "MaxResults",
                                                       "result_key": "VpcBlockPublicAccessExclusions"}},
}
PAGINATION = ("input_token", "limit_key", "more_results", "non_aggregate_keys", "output_token", "result_key")


def pick(source, keys):
    return {k: source[k] for k in keys if k in source}


def read_table(path):
    wanted = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 2:
            sys.exit(f"{path.name}:{number}: expected 'service operation'")
        operations = wanted.setdefault(words[0], set())
        if words[1] in operations:
            sys.exit(f"{path.name}:{number}: {words[0]} {words[1]} is there twice")
        operations.add(words[1])
    return wanted


def read_model(data, service):
    """The files of the newest API version of SERVICE."""
    folder = sorted(p for p in (data / service).iterdir() if p.is_dir())[-1]
    paginators = read_part(folder, "paginators-1").get("pagination", {})
    paginators.update(PAGINATION_MORE.get(service, {}))
    return read_part(folder, "service-2"), paginators, read_part(folder, "waiters-2").get("waiters", {})


def read_part(folder, name):
    """One file of a model, with botocore's own additions to it; {} when there is none."""
    value = {}
    for opened, path in ((open, folder / f"{name}.json"), (gzip.open, folder / f"{name}.json.gz")):
        if path.exists():
            with opened(path) as file:
                value = json.load(file)
    extras = folder / f"{name}.sdk-extras.json"
    if extras.exists():
        merge(value, json.loads(extras.read_text()).get("merge", {}))
    return value


def merge(into, more):
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


class Trimmer:
    def __init__(self, model):
        self.model = model
        self.shapes = {}

    def reference(self, ref):
        """REF with what codecs read of it; its shape and all below it are kept."""
        out = pick(ref, REFERENCE)
        out["shape"] = self.shape(ref["shape"])
        return out

    def shape(self, name):
        source = self.model["shapes"][name]
        out = pick(source, SHAPE)
        if set(out) == {"type"} and out["type"] in SCALARS:
            name = out["type"]
            if self.model["shapes"].get(name, out)["type"] != name:
                sys.exit(f"shape '{name}' of the model is no {name}")
            self.shapes[name] = out
            return name
        if name in self.shapes:
            return name
        self.shapes[name] = out
        for part in ("member", "key", "value"):
            if part in out:
                out[part] = self.reference(source[part])
        if "members" in out:
            # In the model's order: query requests are written in it.
            out["members"] = {k: self.reference(v) for k, v in source["members"].items()}
        return name

    def operation(self, name):
        out = pick(self.model["operations"][name], OPERATION)
        out["http"] = pick(out["http"], ("method", "requestUri"))
        for part in ("input", "output"):
            if part in out:
                out[part] = self.reference(out[part])
        errors = [e for e in out.pop("errors", []) if "retryable" in self.model["shapes"][e["shape"]]]
        if errors:
            out["errors"] = [self.reference(e) for e in errors]
        return out


def trim(model, paginators, waiters, operations):
    unknown = operations - set(model["operations"])
    if unknown:
        sys.exit(f"{model['metadata']['serviceId']}: no such operation: {', '.join(sorted(unknown))}")
    trimmer = Trimmer(model)
    metadata = pick(model["metadata"], METADATA)
    offered = model["metadata"].get("protocols", [model["metadata"]["protocol"]])
    metadata["protocol"] = next(p for p in offered if p in PROTOCOLS)
    return {
        "metadata": metadata,
        "operations": {o: trimmer.operation(o) for o in sorted(operations)},
        "pagination": {o: pick(p, PAGINATION) for o, p in paginators.items() if o in operations},
        "shapes": trimmer.shapes,
        "waiters": {n: {**pick(w, ("delay", "maxAttempts", "operation")), "acceptors": [pick(a, ("argument", "expected", "matcher", "state")) for a in w["acceptors"]]}
                    for n, w in waiters.items() if w["operation"] in operations},
    }


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write(trimmed, source):
    lines = ["{", f'"source":{compact(source)},', f'"metadata":{json.dumps(trimmed["metadata"], sort_keys=True)},']
    parts = []
    for part in ("operations", "pagination", "waiters", "shapes"):
        rows = [f"{compact(name)}:{compact(trimmed[part][name])}" for name in sorted(trimmed[part])]
        parts.append(f'"{part}":{{\n' + ",\n".join(rows) + ("\n}" if rows else "}"))
    return "\n".join(lines) + "\n" + ",\n".join(parts) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    try:
        import botocore
    except ImportError:
        sys.exit("trim-models: botocore is not installed for this Python")
    data = pathlib.Path(botocore.__file__).parent / "data"
    wanted = read_table(TABLE)
    different = []
    for service in sorted(wanted):
        model, paginators, waiters = read_model(data, service)
        source = (f"botocore {botocore.__version__} {service}/{model['metadata']['apiVersion']} (Apache-2.0), "
                  "made by scripts/trim-models.py")
        text = write(trim(model, paginators, waiters, wanted[service]), source)
        path = MODELS / f"{service}.json"
        if check:
            if not path.exists() or path.read_text() != text:
                different.append(path.name)
        else:
            path.write_text(text)
    stale = sorted(p.name for p in MODELS.glob("*.json") if p.stem not in wanted)
    if check and (different or stale):
        sys.exit(f"trim-models: not as generated: {', '.join(different + stale)}")
    if not check:
        for name in stale:
            (MODELS / name).unlink()
    count = sum(len(o) for o in wanted.values())
    print(f"trim-models: {count} operations of {len(wanted)} services, botocore {botocore.__version__}")


if __name__ == "__main__":
    main()
