import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ask, refusal

CAUGHT = {"Caught": {"Type": "Pass", "End": True}}


def catch(*names):
    return [{"ErrorEquals": list(names), "Next": "Caught"}]


@pytest.mark.parametrize("name", ["States.Timeout", "States.HeartbeatTimeout", "States.ALL"])
def test_a_lost_heartbeat_is_caught_under_either_name(aws, name):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue, HeartbeatSeconds=1, Catch=catch(name)), **CAUGHT}))
    assert json.loads(aws.end(execution)["output"])["Error"] == "States.Timeout"


def test_a_lost_heartbeat_is_retried_under_its_own_name(aws):
    queue = aws.queue()
    retry = [{"ErrorEquals": ["States.HeartbeatTimeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    execution = aws.run(aws.machine({"Ask": ask(queue, HeartbeatSeconds=1, Retry=retry)}))
    first, second = aws.token(queue), aws.token(queue)
    assert first != second
    aws.sfn.send_task_success(taskToken=second, output="{}")
    assert aws.end(execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("name", ["States.HeartbeatTimeout", "States.TaskFailed"])
def test_a_timeout_is_neither_a_heartbeat_nor_a_failure(aws, name):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue, TimeoutSeconds=1, Catch=catch(name)), **CAUGHT}))
    found = aws.end(execution)
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
    assert aws.events(execution)[-2:] == ["TaskTimedOut", "ExecutionFailed"]


def test_heartbeats_keep_a_task_alive_but_not_past_its_timeout(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue, HeartbeatSeconds=2, TimeoutSeconds=4)}))
    token, began = aws.token(queue), time.monotonic()
    while (said := refusal(aws.sfn.send_task_heartbeat, taskToken=token)) == "accepted":
        assert time.monotonic() - began < 6
        time.sleep(0.25)
    assert said == "TaskTimedOut" and time.monotonic() - began > 3
    assert aws.end(execution)["error"] == "States.Timeout"


def test_a_heartbeat_is_taken_also_where_none_is_asked_for(aws):
    queue = aws.queue()
    aws.run(aws.machine({"Ask": ask(queue)}))
    assert refusal(aws.sfn.send_task_heartbeat, taskToken=aws.token(queue)) == "accepted"


def test_timeout_and_heartbeat_from_the_input(aws):
    queue = aws.queue()
    machine = aws.machine({"Ask": ask(queue, TimeoutSecondsPath="$.most", HeartbeatSecondsPath="$.beat")})
    assert aws.end(aws.run(machine, most=9, beat=1), 5)["error"] == "States.Timeout"


def test_a_callback_at_the_deadline_is_either_refused_or_counts(aws):
    def at(moment):
        queue = aws.queue()
        execution = aws.run(aws.machine({"Ask": ask(queue, TimeoutSeconds=1)}))
        token = aws.token(queue)
        time.sleep(moment)  # on purpose: the race is what is tested, and either outcome is right
        return refusal(aws.sfn.send_task_success, taskToken=token, output="{}"), aws.end(execution)["status"]

    with ThreadPoolExecutor(6) as pool:
        seen = set(pool.map(at, (0.88, 0.9, 0.92, 0.94, 0.96, 0.98)))
    assert seen <= {("accepted", "SUCCEEDED"), ("TaskTimedOut", "FAILED")}


def test_an_execution_that_times_out_says_so_last_and_closes_its_tokens(aws):
    queue = aws.queue()
    execution = aws.run(aws.machine({"Ask": ask(queue)}, TimeoutSeconds=1))
    token = aws.token(queue)
    found = aws.end(execution)
    assert found["status"] == "TIMED_OUT" and "stopDate" in found
    assert aws.events(execution)[-2:] == ["TaskSubmitted", "ExecutionTimedOut"]
    assert refusal(aws.sfn.send_task_success, taskToken=token, output="{}") == "TaskTimedOut"


def test_without_a_timeout_a_beating_task_has_no_minute_limit():
    """In a process of its own: the corrections are for a whole process."""
    import subprocess
    import sys

    from conftest import ROOT

    program = """
import json
from local_aws import stepfunctions
stepfunctions.install()
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser as P
task = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Parameters": {"QueueUrl": "q", "MessageBody": "m"}, "HeartbeatSeconds": 30, "End": True}
program, _ = P.parse(json.dumps({"StartAt": "T", "States": {"T": task}}))
print(program.states.states["T"].timeout.timeout_seconds)
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.strip() == "99999999", ran.stderr
