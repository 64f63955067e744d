import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import Aws, ask, refusal, until

PAUSE = {"Pause": {"Type": "Wait", "Seconds": 3, "End": True}}


def answers(aws, token):
    return {
        refusal(aws.sfn.send_task_success, taskToken=token, output="1"),
        refusal(aws.sfn.send_task_failure, taskToken=token, error="E"),
        refusal(aws.sfn.send_task_heartbeat, taskToken=token),
    }


def test_success_ends_the_task_with_the_given_output(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    aws.sfn.send_task_success(taskToken=aws.token(queue), output='{"said": "yes"}')
    assert json.loads(aws.end(execution)["output"]) == {"said": "yes"}
    assert aws.events(execution)[2:6] == ["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]


def test_a_token_looks_like_one_of_aws(aws):
    queue = aws.queue()
    aws.run(aws.machine({"Ask": ask(queue)}))
    token = aws.token(queue)
    assert 600 < len(token) < 1024 and base64.b64decode(token, validate=True)
    assert set("+/=") & set(token), "it must break whoever forgets to quote it"


def test_failure_carries_error_and_cause(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    aws.sfn.send_task_failure(taskToken=aws.token(queue), error="Refused", cause="too late")
    found = aws.end(execution)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Refused", "too late")


def test_a_catcher_sees_error_and_cause(aws):
    queue = aws.queue()
    caught = ask(queue, Catch=[{"ErrorEquals": ["Refused"], "Next": "Pause"}])
    execution = aws.run(aws.machine({"Ask": caught, "Pause": {"Type": "Pass", "End": True}}))
    aws.sfn.send_task_failure(taskToken=aws.token(queue), error="Refused", cause="why")
    assert json.loads(aws.end(execution)["output"]) == {"Error": "Refused", "Cause": "why"}


@pytest.mark.parametrize("name", ["States.TaskFailed", "States.Custom"])
def test_a_worker_may_report_a_reserved_name(aws, name):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    aws.sfn.send_task_failure(taskToken=aws.token(queue), error=name, cause="c")
    assert aws.end(execution)["error"] == name


def test_a_token_is_good_for_one_outcome(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue, Next="Pause"), **PAUSE}))
    token = aws.token(queue)
    assert refusal(aws.sfn.send_task_success, taskToken=token, output="{}") == "accepted"
    assert answers(aws, token) == {"TaskTimedOut"}  # while it runs
    aws.end(execution)
    assert answers(aws, token) == {"TaskTimedOut"}  # and after


def test_of_many_callbacks_at_once_one_counts(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    token = aws.token(queue)
    with ThreadPoolExecutor(16) as pool:
        said = list(pool.map(lambda i: refusal(aws.sfn.send_task_success, taskToken=token, output=str(i)), range(16)))
    assert sorted(said) == ["TaskTimedOut"] * 15 + ["accepted"]
    assert json.loads(aws.end(execution)["output"]) == said.index("accepted")


def test_a_stopped_execution_leaves_a_dead_token(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    token = aws.token(queue)
    aws.sfn.stop_execution(executionArn=execution)
    assert answers(aws, token) == {"TaskTimedOut"}


def test_a_failing_branch_kills_the_tokens_beside_it_though_the_execution_goes_on(aws):
    left, right = aws.queue(), aws.queue()
    branches = [{"StartAt": n, "States": {n: ask(q)}} for n, q in (("Left", left), ("Right", right))]
    both = {"Type": "Parallel", "Branches": branches, "Next": "Pause", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Pause"}]}
    execution = aws.run(aws.machine({"Both": both, **PAUSE}, first="Both"))
    keep = aws.token(right)
    aws.sfn.send_task_failure(taskToken=aws.token(left), error="E")
    until(lambda: refusal(aws.sfn.send_task_heartbeat, taskToken=keep) != "accepted", 2)
    assert answers(aws, keep) == {"TaskTimedOut"}
    assert aws.end(execution)["status"] == "SUCCEEDED"
    assert "TaskTimedOut" not in aws.events(execution)


def test_a_failing_item_kills_the_tokens_of_the_others_though_the_execution_goes_on(aws):
    queue = aws.queue()
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": ask(queue)}}}
    each |= {"Next": "Pause", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Pause"}]}
    execution = aws.run(aws.machine({"Each": each, **PAUSE}, first="Each"), items=[1, 2, 3])
    failing, *keep = [aws.token(queue) for _ in range(3)]
    aws.sfn.send_task_failure(taskToken=failing, error="E")
    for token in keep:
        until(lambda token=token: refusal(aws.sfn.send_task_heartbeat, taskToken=token) != "accepted", 2)
        assert answers(aws, token) == {"TaskTimedOut"}
    assert aws.end(execution)["status"] == "SUCCEEDED"
    events = aws.events(execution)
    assert events.count("MapIterationAborted") == 2 and "TaskTimedOut" not in events
    after = ["MapStateFailed", "MapStateExited", "WaitStateEntered", "WaitStateExited", "ExecutionSucceeded"]
    assert events[-5:] == after


def test_each_item_of_a_map_has_its_own_token(aws):
    queue = aws.queue()
    items = {"Type": "Map", "ItemProcessor": {"StartAt": "Ask", "States": {"Ask": ask(queue)}}, "End": True}
    arn = aws.machine({"Each": items}, first="Each")
    execution = aws.sfn.start_execution(stateMachineArn=arn, input="[1, 2, 3, 4]")["executionArn"]
    for got in [aws.message(queue) for _ in range(4)]:
        aws.sfn.send_task_success(taskToken=got["token"], output=json.dumps(got["value"] ** 2))
    assert json.loads(aws.end(execution)["output"]) == [1, 4, 9, 16]


def test_unknown_tokens_are_invalid(aws):
    assert answers(aws, "never-minted") == {"InvalidToken"}
    assert answers(aws, "x" * 2049) == {"ValidationException"}


def test_a_token_of_another_region_is_invalid(aws, endpoint):
    queue = aws.queue()
    aws.run(aws.machine({"Ask": ask(queue)}))
    assert answers(Aws(endpoint, "eu-west-1"), aws.token(queue)) == {"InvalidToken"}


def test_a_refused_output_leaves_the_task_open(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}))
    token = aws.token(queue)
    assert refusal(aws.sfn.send_task_success, taskToken=token, output="{not json") == "InvalidOutput"
    assert refusal(aws.sfn.send_task_success, taskToken=token, output=json.dumps("x" * 262143)) == "ValidationException"
    assert refusal(aws.sfn.send_task_failure, taskToken=token, error="x" * 257) == "ValidationException"
    assert refusal(aws.sfn.send_task_failure, taskToken=token, cause="x" * 32769) == "ValidationException"
    aws.sfn.send_task_success(taskToken=token, output=f'"{"ü" * 120000}"')  # under the limit in UTF-8
    assert aws.end(execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("error", ["States.Timeout", "Again"])
def test_a_retry_has_a_token_of_its_own(aws, error):
    queue = aws.queue()
    retry = [{"ErrorEquals": [error], "IntervalSeconds": 1, "MaxAttempts": 1}]
    execution = aws.run(aws.machine({"Ask": ask(queue, TimeoutSeconds=2, Retry=retry)}))
    first = aws.token(queue)
    if error == "Again":
        aws.sfn.send_task_failure(taskToken=first, error=error)
    second = aws.token(queue)
    assert first != second and answers(aws, first) == {"TaskTimedOut"}
    aws.sfn.send_task_success(taskToken=second, output="2")
    assert aws.end(execution)["output"] == "2"


def test_a_hundred_wait_at_once_and_all_are_called_back(aws):
    queue = aws.queue()
    machine = aws.machine({"Ask": ask(queue)})
    with ThreadPoolExecutor(16) as pool:
        running = list(pool.map(lambda i: aws.run(machine, number=i), range(100)))
        waiting = list(pool.map(lambda _: aws.message(queue, 60), range(100)))
        assert len({w["token"] for w in waiting}) == 100
        list(pool.map(lambda w: aws.sfn.send_task_success(taskToken=w["token"], output=json.dumps(w["value"])), waiting))
        ended = list(pool.map(lambda e: aws.end(e, 60), running))
    assert {e["status"] for e in ended} == {"SUCCEEDED"}
    assert [json.loads(e["output"])["number"] for e in ended] == list(range(100))
