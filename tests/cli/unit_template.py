"""The built-in template as a tree, its functions as modules, and its state machine, run by a small interpreter."""
import json
import re
import types

import yaml

from conftest import ROOT

PATH = ROOT / "libcommon/deploy/template.yaml"


class Loader(yaml.SafeLoader):
    """Short forms of CloudFormation's functions as their long ones."""


def long_form(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else "Fn::" + tag: value}


Loader.add_multi_constructor("!", long_form)
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)  # a policy's Version stays text
TEMPLATE = yaml.load(PATH.read_text(), Loader)
RESOURCES = TEMPLATE["Resources"]


def function(logical):
    module = types.ModuleType(logical)
    exec(compile(RESOURCES[logical]["Properties"]["Code"]["ZipFile"], logical, "exec"), module.__dict__)
    return module


def definition():
    """The state machine's definition; what stands for a resource is its name between angle brackets."""
    text, values = RESOURCES["JobChooserStateMachine"]["Properties"]["DefinitionString"]["Fn::Sub"]
    said = {"AWS::Partition": "aws", "Subnets": 'subnet-1","subnet-2', "Groups": "sg-1", "AssignPublicIp": "ENABLED"}
    assert {"Subnets", "Groups", "Failed"} == set(values)
    return json.loads(re.sub(r"\$\{([^}]+)\}", lambda m: said.get(m[1], f"<{m[1]}>"), text))


class StateFailed(Exception):
    def __init__(self, error, cause=""):
        super().__init__(error, cause)
        self.error, self.cause = error, cause


def at(path, data, context):
    if path.startswith("$$."):
        path, data = path[1:], context
    for key in path.split(".")[1:]:
        data = data[key]
    return data


def fill(value, data, context):
    if isinstance(value, list):
        return [fill(v, data, context) for v in value]
    if not isinstance(value, dict):
        return value
    out = {}
    for key, v in value.items():
        if not key.endswith(".$"):
            out[key] = fill(v, data, context)
        elif v == "States.JsonToString($)":
            out[key[:-2]] = json.dumps(data)
        elif v.startswith("States.Format("):
            text, path = re.fullmatch(r"States\.Format\('([^']*)', ([^)]+)\)", v).groups()
            out[key[:-2]] = text.replace("{}", at(path, data, context))
        else:
            out[key[:-2]] = at(v, data, context)
    return out


def put(path, data, result):
    if path is None:
        return data
    if path == "$":
        return result
    (key,) = path.split(".")[1:]
    return {**data, key: result}


def covers(rule, error):
    return any(e == error or e == "States.ALL" for e in rule["ErrorEquals"])


def run(machine, data, call):
    """Run MACHINE; CALL(resource, input) does the work of a task, or raises StateFailed. Gives the states entered and the output;
    a failed execution raises StateFailed with .visited."""
    context, visited, name = {"Execution": {"Name": "job-1"}}, [], machine["StartAt"]
    while True:
        state = machine["States"][name]
        visited.append(name)
        if state["Type"] == "Fail":
            failed = StateFailed(at(state["ErrorPath"], data, context), at(state["CausePath"], data, context))
            failed.visited = visited
            raise failed
        if state["Type"] == "Choice":
            name = next((c["Next"] for c in state["Choices"]
                         if at(c["Variable"], data, context) is c["BooleanEquals"]), state["Default"])
            continue
        assert state["Type"] == "Task", state
        tries = {}
        while True:
            try:
                result = call(state["Resource"], fill(state.get("Parameters", data), data, context))
            except StateFailed as e:
                rule = next((i for i, r in enumerate(state.get("Retry", [])) if covers(r, e.error)), None)
                if rule is not None and tries.get(rule, 0) < state["Retry"][rule]["MaxAttempts"]:
                    tries[rule] = tries.get(rule, 0) + 1
                    continue
                catch = next((c for c in state.get("Catch", []) if covers(c, e.error)), None)
                if not catch:
                    raise
                data = put(catch["ResultPath"], data, {"Error": e.error, "Cause": e.cause})
                name = catch["Next"]
                break
            data = put(state.get("ResultPath", "$"), data, result)
            if state.get("End"):
                return visited, data
            name = state["Next"]
            break
