import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ask, refusal, unique

PASS = {"Only": {"Type": "Pass", "End": True}}


def test_stopping_is_at_once_and_keeps_error_and_cause(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    aws.token(queue)
    aws.sfn.stop_execution(executionArn=execution, error="Cancelled", cause="by hand")
    found = aws.sfn.describe_execution(executionArn=execution)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Cancelled", "by hand")
    assert aws.events(execution)[-2:] == ["TaskSubmitted", "ExecutionAborted"]
    end = time.monotonic() + 0.5  # the interrupted task comes to its own end meanwhile
    while time.monotonic() < end:
        assert aws.sfn.describe_execution(executionArn=execution)["stopDate"] == found["stopDate"]


def test_an_execution_just_started_can_be_stopped(aws):
    machine = aws.machine({"Only": {"Type": "Wait", "Seconds": 30, "End": True}}, first="Only")
    for _ in range(5):
        execution = aws.run(machine)
        aws.sfn.stop_execution(executionArn=execution)
        assert aws.end(execution, 2)["status"] == "ABORTED"


def test_stopping_one_that_ended_changes_nothing(aws):
    execution = aws.run(aws.machine(PASS, first="Only"))
    aws.end(execution)
    aws.sfn.stop_execution(executionArn=execution, error="E")
    assert aws.end(execution)["status"] == "SUCCEEDED"


def test_names_are_made_up_checked_and_unique(aws):
    machine = aws.machine(PASS, first="Only")
    assert len({aws.run(machine) for _ in range(3)}) == 3
    assert refusal(aws.sfn.start_execution, stateMachineArn=machine, name="a b") == "InvalidName"
    name = unique()
    aws.end(aws.sfn.start_execution(stateMachineArn=machine, name=name)["executionArn"])
    assert refusal(aws.sfn.start_execution, stateMachineArn=machine, name=name) == "ExecutionAlreadyExists"


def test_the_same_request_at_once_starts_one(aws):
    queue, name = aws.queue(), unique()
    machine = aws.machine({"Ask": ask(queue)})
    with ThreadPoolExecutor(8) as pool:
        arns = set(pool.map(lambda _: aws.sfn.start_execution(stateMachineArn=machine, name=name)["executionArn"], range(8)))
    assert len(arns) == 1 and len(aws.sfn.list_executions(stateMachineArn=machine)["executions"]) == 1


@pytest.mark.parametrize("text, code", [("{", "InvalidExecutionInput"), ('"' + "x" * 262143 + '"', "ValidationException")])
def test_input_is_checked(aws, text, code):
    machine = aws.machine(PASS, first="Only")
    assert refusal(aws.sfn.start_execution, stateMachineArn=machine, input=text) == code


def test_unknown_things_have_the_codes_of_aws(aws):
    nowhere = "arn:aws:states:us-east-1:123456789012:"
    assert refusal(aws.sfn.start_execution, stateMachineArn=nowhere + "stateMachine:none") == "StateMachineDoesNotExist"
    assert refusal(aws.sfn.describe_execution, executionArn=nowhere + "execution:none:none") == "ExecutionDoesNotExist"
    assert refusal(aws.sfn.redrive_execution, executionArn=nowhere + "execution:none:none") == "NotImplementedByLocalAws"


def test_the_context_object_is_written_as_aws_writes_it(aws):
    show = {"Show": {"Type": "Pass", "Parameters": {"context.$": "$$"}, "OutputPath": "$.context", "End": True}}
    execution = aws.run(aws.machine(show, first="Show"), n=1)
    context = json.loads(aws.end(execution)["output"])
    stamp = len("2026-01-31T10:20:30.456Z")
    assert context["State"]["Name"] == "Show" and context["State"]["RetryCount"] == 0
    assert context["Execution"]["Id"] == execution and context["Execution"]["Input"] == {"n": 1}
    for moment in (context["State"]["EnteredTime"], context["Execution"]["StartTime"]):
        assert len(moment) == stamp and moment.endswith("Z")


def nested(pattern, arn, **more):
    return {"Call": {"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution{pattern}",
                     "Parameters": {"StateMachineArn": arn, "Input": {"from": "outside", **more}}, "End": True}}  # fmt: skip


def test_a_state_machine_starts_another_and_takes_its_output(aws):
    inner = aws.machine({"Only": {"Type": "Pass", "Result": {"v": 7}, "End": True}}, first="Only")
    outer = aws.run(aws.machine(nested(".sync:2", inner), first="Call"))
    assert json.loads(aws.end(outer)["output"])["Output"] == {"v": 7}
    loose = json.loads(aws.end(aws.run(aws.machine(nested("", inner), first="Call")))["output"])
    assert loose["ExecutionArn"].split(":")[6] == inner.split(":")[-1] and loose["StartDate"].endswith("Z")


def test_a_nested_execution_can_hold_the_token(aws):
    queue = aws.queue()
    forward = ask(queue)
    forward["Resource"] = "arn:aws:states:::sqs:sendMessage"
    forward["Parameters"]["MessageBody"] = {"token.$": "$.token"}
    inner = aws.machine({"Ask": forward})
    states = nested(".waitForTaskToken", inner)
    states["Call"]["Parameters"]["Input"] = {"token.$": "$$.Task.Token"}
    outer = aws.run(aws.machine(states, first="Call"))
    aws.sfn.send_task_success(taskToken=aws.token(queue), output='"done"')
    assert aws.end(outer)["output"] == '"done"'


def test_all_does_not_catch_what_ends_an_execution_in_any_case(aws):
    big = {"Type": "Pass", "End": True}
    call = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl.$": "$.missing"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Only"}], "End": True}  # fmt: skip
    found = aws.end(aws.run(aws.machine({"Call": call, "Only": big}, first="Call")))
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
