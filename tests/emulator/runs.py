"""What ran and failed: stopped tasks, executions and their histories, as ECS and Step Functions tell them."""
import json

from seed import HUB, STACK


def task_id(n):
    return f"{n:02x}9f4c7a1be24d0e8d53a6c1f7{n:02x}b2e4"


def task(a, s, n, subnet, reason, stop_code, container=None, capacity=None, started=False):
    """A stopped task N, at 08:N0 of the day the account was read. CONTAINER: exitCode, reason."""
    arn = a.arn("ecs", f"task/{STACK}-cluster/{task_id(n)}")
    at = f"2026-11-23T08:{n:02}"
    one = {
        "attachments": [{"id": f"4b1d0c7e-93a2-4f5{n % 10}-8e60-7d2c9f13a5b8", "type": "ElasticNetworkInterface",
                         "status": "DELETED", "details": [
                             {"name": "subnetId", "value": subnet},
                             {"name": "networkInterfaceId", "value": f"eni-0c5e{n:02x}7a91d4f380b"},
                             {"name": "macAddress", "value": f"02:00:5e:00:53:{n:02x}"},
                             {"name": "privateIPv4Address", "value": f"10.1.1.{40 + n}"}]}],
        "attributes": [{"name": "ecs.cpu-architecture", "value": "x86_64"}],
        "availabilityZone": a.region + "a", "capacityProviderName": capacity, "clusterArn": a.cluster,
        "connectivity": "CONNECTED", "connectivityAt": f"{at}:06.512000+00:00", "containers": [{
            "containerArn": a.arn("ecs", f"container/{STACK}-cluster/{task_id(n)}/"
                                         f"6d3e8b20-17fc-4c95-a1d{n % 10}-05b9e7f42c68"),
            "taskArn": arn, "name": "run-job", "image": a.fargate_image, "lastStatus": "STOPPED",
            "networkInterfaces": [], "healthStatus": "UNKNOWN", "cpu": "0", **(container or {})}],
        "cpu": "4096", "createdAt": f"{at}:02.114000+00:00", "desiredStatus": "STOPPED",
        "enableExecuteCommand": False, "executionStoppedAt": f"{at}:41.903000+00:00",
        "group": "family:run-job-fargate", "healthStatus": "UNKNOWN", "lastStatus": "STOPPED",
        "launchType": "FARGATE", "memory": "16384", "overrides": {"containerOverrides": [{
            "name": "run-job", "environment": [{"name": "FILE_EVENT", "value": job(n)}]}],
            "inferenceAcceleratorOverrides": []},
        "platformVersion": "1.4.0", "platformFamily": "Linux", "startedBy": "AWS Step Functions",
        "stopCode": stop_code, "stoppedAt": f"{at}:58.270000+00:00", "stoppedReason": reason,
        "stoppingAt": f"{at}:39.441000+00:00", "tags": [], "taskArn": arn, "taskDefinitionArn": a.task,
        "version": 5, "ephemeralStorage": {"sizeInGiB": 20}}
    if started:
        one.update(pullStartedAt=f"{at}:12.020000+00:00", pullStoppedAt=f"{at}:29.310000+00:00",
                   startedAt=f"{at}:31.006000+00:00")
    if not capacity:
        del one["capacityProviderName"]
    return one


def job(n):
    return json.dumps({"task": {"name": "pmr", "id": f"job-{1040 + n}"}}, separators=(",", ":"))


def stopped(a, s, tasks):
    given = {"cluster": f"{STACK}-cluster"}
    asked = s.find("ecs", "ListTasks")
    if asked:
        given = {"cluster": asked[0]["input"]["cluster"]}
    arns = [t["taskArn"] for t in tasks]
    s.put("ecs", "ListTasks", {**given, "desiredStatus": "STOPPED"}, {"taskArns": arns})
    s.put("ecs", "DescribeTasks", {**given, "tasks": arns}, {"tasks": tasks, "failures": []})


def pascal(value):
    """Step Functions writes ECS's members with a capital."""
    if isinstance(value, dict):
        return {k[:1].upper() + k[1:]: pascal(v) for k, v in value.items()}
    return [pascal(v) for v in value] if isinstance(value, list) else value


def execution(a, n, status):
    name = f"job-{1040 + n}"
    return {"executionArn": a.arn("states", f"execution:{STACK}-JobChooser:{name}"), "stateMachineArn": a.machine,
            "name": name, "status": status, "startDate": f"2026-11-23T08:{n:02}:00.371000+00:00",
            "stopDate": f"2026-11-23T08:{n:02}:59.118000+00:00", "redriveCount": 0}


def entered(name):
    return "TaskStateEntered", {"stateEnteredEventDetails": {
        "name": name, "input": "{}", "inputDetails": {"truncated": False}}}


def history(a, s, n, events):
    """EVENTS: (type, details), oldest first."""
    out = []
    for i, (kind, details) in enumerate([("ExecutionStarted", {"executionStartedEventDetails": {
            "input": job(n), "inputDetails": {"truncated": False},
            "roleArn": a.role_arn("mroptimum-mode2-CalculationApp-1F7W9DAK3PZQ2-StateMachineInvokeRole-b7TfLp9qUh1M")}}),
            *events], 1):
        out.append({"timestamp": f"2026-11-23T08:{n:02}:{min(58, i * 4):02}.204000+00:00", "type": kind, "id": i,
                    "previousEventId": i - 1, **details})
    s.put("stepfunctions", "GetExecutionHistory", {
        "executionArn": execution(a, n, "")["executionArn"], "maxResults": 200, "reverseOrder": True,
        "includeExecutionData": True}, {"events": out[::-1]})


def ended(a, s, status, numbers):
    """Executions NUMBERS ended with STATUS; newest first."""
    s.put("stepfunctions", "ListExecutions", {"stateMachineArn": a.machine, "statusFilter": status,
                                              "maxResults": 100},
          {"executions": [execution(a, n, status) for n in sorted(numbers, reverse=True)]})


def failed_by_tasks(a, s, tasks):
    """One failed execution per stopped task, with the task as its cause."""
    numbers = [int(t["taskArn"].rsplit("/", 1)[1][:2], 16) for t in tasks]
    stopped(a, s, tasks)
    ended(a, s, "FAILED", numbers)
    for n, one in zip(numbers, tasks):
        cause = json.dumps(pascal({k: v for k, v in one.items() if k not in ("overrides", "tags")}))
        failure = {"resourceType": "ecs", "resource": "runTask.sync", "error": "States.TaskFailed", "cause": cause}
        history(a, s, n, [entered("SelectPlatform"), entered("RunViaFargate"),
                          ("TaskFailed", {"taskFailedEventDetails": failure}),
                          ("ExecutionFailed", {"executionFailedEventDetails": {
                              "error": "States.TaskFailed", "cause": cause}})])


def succeeded(a, s, numbers):
    ended(a, s, "SUCCEEDED", numbers)
    for n in numbers:
        result = {"output": '{"status":"ok"}', "outputDetails": {"truncated": False}}
        history(a, s, n, [entered("SelectPlatform"), entered("RunViaLambda"),
                          ("LambdaFunctionSucceeded", {"lambdaFunctionSucceededEventDetails": result}),
                          ("ExecutionSucceeded", {"executionSucceededEventDetails": result})])


HUB_REPOSITORY = f"{HUB}.dkr.ecr.us-east-1.amazonaws.com"
