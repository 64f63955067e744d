import io
import json
import zipfile

import pytest
from conftest import Runner, refusal, unique, until


@pytest.fixture(scope="module")
def function(aws):
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("bootstrap", "")
    name = unique()
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}  # fmt: skip
    role = aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    aws("lambda").create_function(
        FunctionName=name, Runtime="provided.al2023", Role=role, Handler="bootstrap", Code={"ZipFile": code.getvalue()}
    )
    return name


def call(name, payload, pattern="", **more):
    return {"Call": {"Type": "Task", "Resource": f"arn:aws:states:::lambda:invoke{pattern}", "End": True,
                     "Parameters": {"FunctionName": name, "Payload": payload}, **more}}  # fmt: skip


def test_an_invocation_is_forwarded(aws, function):
    answer = aws("lambda").invoke(FunctionName=function, Payload='{"a": 1}')
    assert json.load(answer["Payload"]) == {"echo": {"a": 1}} and "FunctionError" not in answer
    failed = aws("lambda").invoke(FunctionName=function, Payload='{"fail": true}')
    assert failed["FunctionError"] == "Unhandled" and failed["StatusCode"] == 200


def test_an_event_is_not_waited_for(aws, function):
    mark = unique()
    assert aws("lambda").invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(mark))["StatusCode"] == 202
    until(lambda: (function, mark) in Runner.calls)


def test_an_unknown_function_is_refused(aws):
    assert refusal(aws("lambda").invoke, FunctionName="none") == "ResourceNotFoundException"
    found = aws.end(aws.run(aws.machine(call("none", {}), first="Call")))
    assert found["error"] == "Lambda.ResourceNotFoundException"


def test_a_state_machine_calls_a_function(aws, function):
    found = aws.end(aws.run(aws.machine(call(function, {"x.$": "$.n"}), first="Call"), n=3))
    assert json.loads(found["output"])["Payload"] == {"echo": {"x": 3}}


def test_the_errors_of_a_function_have_their_own_name(aws, function):
    caught = {"Catch": [{"ErrorEquals": ["Broken"], "Next": "Caught"}]}
    states = {**call(function, {"fail": True}, **caught), "Caught": {"Type": "Pass", "End": True}}
    assert json.loads(aws.end(aws.run(aws.machine(states, first="Call")))["output"])["Error"] == "Broken"


def test_a_function_is_handed_the_token(aws, function):
    execution = aws.run(aws.machine(call(function, {"token.$": "$$.Task.Token"}, ".waitForTaskToken"), first="Call"))
    tokens = until(lambda: [p["token"] for n, p in Runner.calls if isinstance(p, dict) and "token" in p])
    aws.sfn.send_task_success(taskToken=tokens[-1], output='"called back"')
    assert aws.end(execution)["output"] == '"called back"'


def test_sns_delivers_to_a_function(aws, function):
    topic = aws("sns").create_topic(Name=unique())["TopicArn"]
    arn = aws("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    mark = unique()
    aws("sns").publish(TopicArn=topic, Message=mark)
    until(lambda: any(mark in json.dumps(p) for _, p in Runner.calls))
