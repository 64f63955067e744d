"""How errors and causes travel: Fail states, parsed causes, and what a Parallel or a Map fails with."""
import json

import pytest
from conftest import ask

END = {"Type": "Pass", "End": True}


def failed(aws, value, **fail):
    found = aws.end(aws.run(aws.machine({"F": {"Type": "Fail", **fail}}, first="F"), **value))
    return found["status"], found.get("error"), found.get("cause")


@pytest.mark.parametrize("fail, error, cause", [
    ({"ErrorPath": "$.e", "CausePath": "$.c"}, "Bridge.Expired", "why"),
    ({"ErrorPath": "States.Format('Late.{}', $.e)", "CausePath": "States.JsonToString($.o)"}, "Late.Bridge.Expired", '{"a":1}'),
    ({"ErrorPath": "$.timeout", "Cause": "literal"}, "States.Timeout", "literal"),
])  # fmt: skip
def test_a_fail_state_takes_error_and_cause_from_its_input(aws, fail, error, cause):
    value = {"e": "Bridge.Expired", "c": "why", "o": {"a": 1}, "timeout": "States.Timeout"}
    assert failed(aws, value, **fail) == ("FAILED", error, cause)


def test_a_caught_timeout_can_be_passed_on(aws):
    queue = aws.queue()
    catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.failure", "Next": "F"}]
    states = {"Ask": ask(queue, TimeoutSeconds=1, Catch=catch), "F": {
        "Type": "Fail", "ErrorPath": "$.failure.Error", "CausePath": "States.Format('{} waited in vain', $.who)"}}  # fmt: skip
    found = aws.end(aws.run(aws.machine(states), who="loan-42"))
    assert (found["error"], found["cause"]) == ("States.Timeout", "loan-42 waited in vain")


def test_a_cause_that_is_json_can_be_parsed_and_chosen_by(aws):
    queue = aws.queue()
    states = {
        "Ask": ask(queue, Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "Parse"}]),
        "Parse": {"Type": "Pass", "Parameters": {"cause.$": "States.StringToJson($.failure.Cause)"}, "Next": "Which"},
        "Which": {"Type": "Choice", "Default": "Other", "Choices": [
            {"Variable": "$.cause.attempt", "NumericGreaterThan": 1, "Next": "Repeated"}]},
        "Repeated": {"Type": "Pass", "OutputPath": "$.cause.message", "End": True}, "Other": {"Type": "Fail"},
    }  # fmt: skip
    execution = aws.run(aws.machine(states))
    cause = json.dumps({"message": "no answer in time", "attempt": 2})
    aws.sfn.send_task_failure(taskToken=aws.token(queue), error="Bridge.Expired", cause=cause)
    assert json.loads(aws.end(execution)["output"]) == "no answer in time"


def around(kind, task):
    inner = {"StartAt": "Ask", "States": {"Ask": task}}
    parts = {"Branches": [inner]} if kind == "Parallel" else {"ItemsPath": "$.items", "ItemProcessor": inner}
    catch = [{"ErrorEquals": ["States.Timeout"], "ResultPath": "$.failure", "Next": "Caught"}]
    return {"Both": {"Type": kind, "Catch": catch, "End": True, **parts}, "Caught": END}


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_a_timeout_inside_is_a_timeout_outside(aws, kind):
    machine = aws.machine(around(kind, ask(aws.queue(), TimeoutSeconds=1)), first="Both")
    found = aws.end(aws.run(machine, items=[1, 2]))
    assert json.loads(found["output"])["failure"]["Error"] == "States.Timeout"
