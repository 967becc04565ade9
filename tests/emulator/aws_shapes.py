"""Holds an answer, as a snapshot keeps it, to botocore's model of the operation."""
import botocore.session

SESSION = botocore.session.get_session()
SCALARS = {"string": str, "character": str, "blob": str, "timestamp": str, "boolean": bool, "integer": int,
           "long": int, "double": (int, float), "float": (int, float)}
# Policy documents and templates in JSON: the AWS CLI prints them as objects. Times of Lambda are strings of the service itself.
DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument", "Document", "TemplateBody"}


def model(service):
    return SESSION.get_service_model(service)


def check(shape, value, where):
    """What is wrong with VALUE, as a list of sentences."""
    if value is None:
        return [] if where.endswith("LocationConstraint") else [f"{where}: null"]
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return [f"{where}: not an object"]
        wrong = [f"{where}.{k}: AWS has no such member" for k in value if k not in shape.members]
        for key, inner in value.items():
            if key in shape.members and not (key in DOCUMENTS and isinstance(inner, dict)):
                wrong += check(shape.members[key], inner, f"{where}.{key}")
        return wrong
    if kind == "list":
        if not isinstance(value, list):
            return [f"{where}: not a list"]
        return [w for i, v in enumerate(value) for w in check(shape.member, v, f"{where}[{i}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{where}: not an object"]
        return [w for k, v in value.items() for w in check(shape.value, v, f"{where}.{k}")]
    good = isinstance(value, SCALARS[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if kind == "timestamp" and good and value[:2] != "20":
        return [f"{where}: not a time"]
    return [] if good else [f"{where}: {value!r} is not a {kind}"]


def check_call(call):
    operation = model(call["service"]).operation_model(call["operation"])
    name = f"{call['service']}:{call['operation']}"
    wrong = check(operation.input_shape, call["input"], f"{name} input") if operation.input_shape else []
    if call["status"] == "ok" and operation.output_shape:
        wrong += check(operation.output_shape, call["output"], name)
    return wrong
