"""Every AWS CLI command that a tool can print, read from the sources: AWS has the operation, and it takes each option.

The model is botocore's, which the AWS CLI is built on.
"""
import re
import shlex

import botocore.session
import pytest
from botocore import xform_name

# Commands of the CLI itself, and options it adds to every operation.
OWN = {("configure", ""), ("configure", "list-profiles"), ("configure", "sso"), ("sso", "login"), ("s3", "ls"), ("s3", "cp"), ("s3", "rm"),
       ("s3", "rb"), ("s3", "mb"), ("ecr", "get-login-password"), ("cloudformation", "deploy")}
SHORT = {"--protocol", "--port", "--source-group"}  # the CLI's own of the security groups' operations
ANY = {"--region", "--profile", "--query", "--output", "--max-items", "--page-size", "--no-cli-pager", "--endpoint-url"}
SESSION = botocore.session.get_session()
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
JOINED = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+')


def texts(root):
    for file in sorted([*root.glob("libcommon/**/*.c"), *root.glob("tools/**/*.c")]):
        for joined in JOINED.finditer(file.read_text()):
            text = "".join(LITERAL.findall(joined.group())).replace('\\"', '"')
            if re.match(r"aws [a-z]", text):
                yield file.relative_to(root), text


def options_of(operation):
    shape = operation.input_shape
    names = {}
    for member, kind in (shape.members.items() if shape else []):
        cli = "--" + xform_name(member, "-")
        names[cli] = member
        if kind.type_name == "boolean":
            names["--no-" + cli[2:]] = member
    return names


def wrong(text):
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()  # a piece of a command, completed elsewhere
    service, name = words[1], words[2] if len(words) > 2 else ""
    if (service, name) in OWN:
        return None
    cli = "s3" if service == "s3api" else service
    if cli not in SESSION.get_available_services():
        return f"there is no service {service}"
    model = SESSION.get_service_model(cli)
    known = {xform_name(o, "-"): o for o in model.operation_names}
    if name not in known:
        return f"{service} has no {name}"
    takes = options_of(model.operation_model(known[name]))
    for word in words[3:]:
        option = word.split("=")[0]
        if "security-group-" in name:
            takes = {**takes, **dict.fromkeys(SHORT)}
        if "%" not in option and re.match(r"--[a-z]", option) and option not in takes and option not in ANY:
            return f"{service} {name} has no {option}"
    return None


def test_each_printed_aws_command_exists(root):
    commands = list(texts(root))
    assert len(commands) > 30, commands
    faults = [f"{file}: {text}: {fault}" for file, text in commands if (fault := wrong(text))]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("text,fault", [
    ("aws ec2 create-rote --x", "ec2 has no create-rote"), ("aws ec2 create-route --rout-table-id %s", "has no --rout-table-id"),
    ("aws ecss list-tasks", "no service ecss"), ("aws ec2 create-route --route-table-id %s --region %s", None)])
def test_the_check_itself_sees_faults(text, fault):
    assert (wrong(text) is None) if fault is None else fault in wrong(text)
