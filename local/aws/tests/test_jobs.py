"""Jobs: an execution that another one has started and waits for is stopped with it, and not otherwise."""
import json

import pytest
from conftest import ask, until

SYNC = ("sync", "sync:2")


def job(machine: str, how: str, **more) -> dict:
    return {"Type": "Task", "Resource": f"arn:aws:states:::states:startExecution.{how}",
            "Parameters": {"StateMachineArn": machine, "Input": {"from.$": "$$.Execution.Id"}}, "End": True, **more}  # fmt: skip


@pytest.fixture
def child(aws):
    """A state machine that waits, and its queue."""
    queue = aws.queue()
    return aws.machine({"Ask": ask(queue)}), queue


def of(aws, machine: str) -> str:
    """The one execution of a state machine."""
    (execution,) = until(lambda: aws.sfn.list_executions(stateMachineArn=machine)["executions"])
    return execution["executionArn"]


@pytest.mark.parametrize("how, output", [("sync", '{"done":true}'), ("sync:2", {"done": True})])
def test_its_output_is_text_or_json(aws, child, how, output):
    machine, queue = child
    parent = aws.run(aws.machine({"Run": job(machine, how)}, first="Run"))
    aws.sfn.send_task_success(taskToken=aws.token(queue), output='{"done": true}')
    assert json.loads(aws.end(parent)["output"])["Output"] == output


@pytest.mark.parametrize("how", SYNC)
def test_stopping_stops_it_too(aws, child, how):
    machine, queue = child
    parent = aws.run(aws.machine({"Run": job(machine, how)}, first="Run"))
    aws.token(queue)
    aws.sfn.stop_execution(executionArn=parent, error="Cancelled", cause="by hand")
    assert aws.end(of(aws, machine))["status"] == "ABORTED"
    assert aws.end(parent)["error"] == "Cancelled"


def test_another_branch_that_fails_stops_it(aws, child):
    machine, queue = child
    other = aws.queue()
    branches = [{"StartAt": "Run", "States": {"Run": job(machine, "sync:2")}}, {"StartAt": "Ask", "States": {"Ask": ask(other)}}]
    parent = aws.run(aws.machine({"Both": {"Type": "Parallel", "Branches": branches, "End": True}}, first="Both"))
    aws.token(queue)
    aws.sfn.send_task_failure(taskToken=aws.token(other), error="Other")
    assert aws.end(parent)["error"] == "Other"
    assert aws.end(of(aws, machine))["status"] == "ABORTED"


def test_another_item_that_fails_stops_it(aws, child):
    machine, queue = child
    other = aws.queue()
    states = {
        "Which": {"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 1, "Next": "Run"}], "Default": "Ask"},
        "Run": job(machine, "sync:2"), "Ask": ask(other),
    }  # fmt: skip
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "Which", "States": states}, "End": True}
    parent = aws.run(aws.machine({"Each": each}, first="Each"), items=[1, 2])
    aws.token(queue)
    aws.sfn.send_task_failure(taskToken=aws.token(other), error="Other")
    assert aws.end(parent)["error"] == "Other"
    assert aws.end(of(aws, machine))["status"] == "ABORTED"


def test_one_whose_starter_only_waits_for_a_token_goes_on(aws, child):
    machine, queue = child
    waiting = job(machine, "waitForTaskToken")
    waiting["Parameters"]["Input"] = {"token.$": "$$.Task.Token"}
    parent = aws.run(aws.machine({"Run": waiting}, first="Run"))
    token = aws.token(queue)
    aws.sfn.stop_execution(executionArn=parent)
    aws.sfn.send_task_success(taskToken=token, output="{}")
    assert aws.end(of(aws, machine))["status"] == "SUCCEEDED"
