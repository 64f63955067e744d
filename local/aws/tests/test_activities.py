import json
import time

from conftest import LONG_POLL, refusal, unique, until

from local_aws import activities


def activity(aws):
    return aws.sfn.create_activity(name=unique())["activityArn"]


def work(arn, **more):
    return {"Work": {"Type": "Task", "Resource": arn, "End": True, **more}}


def test_a_worker_takes_a_task_and_returns_it(aws):
    arn = activity(aws)
    execution = aws.run(aws.machine(work(arn), first="Work"), n=5)
    task = aws.sfn.get_activity_task(activityArn=arn, workerName="w1")
    assert json.loads(task["input"]) == {"n": 5}
    aws.sfn.send_task_success(taskToken=task["taskToken"], output='{"n": 6}')
    assert json.loads(aws.end(execution)["output"]) == {"n": 6}
    assert aws.events(execution)[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert refusal(aws.sfn.send_task_success, taskToken=task["taskToken"], output="{}") == "TaskTimedOut"


def test_a_waiting_worker_gets_a_task_that_comes_later(aws):
    arn = activity(aws)
    states = {"Later": {"Type": "Wait", "Seconds": 1, "Next": "Work"}, **work(arn)}
    execution = aws.run(aws.machine(states, first="Later"))
    got = aws.sfn.get_activity_task(activityArn=arn)
    aws.sfn.send_task_failure(taskToken=got["taskToken"], error="Bad", cause="luck")
    found = aws.end(execution)
    assert (found["error"], found["cause"]) == ("Bad", "luck")


def test_a_poll_without_work_ends_with_no_token(aws):
    arn, began = activity(aws), time.monotonic()
    assert not aws.sfn.get_activity_task(activityArn=arn).get("taskToken")
    assert LONG_POLL - 1 < time.monotonic() - began < LONG_POLL + 5


def test_a_poll_takes_a_minute_unless_told_otherwise():
    assert activities.long_poll == 60


def test_a_task_of_a_stopped_execution_is_not_given_out(aws):
    arn = activity(aws)
    machine = aws.machine(work(arn), first="Work")
    dead = aws.run(machine, n=1)
    until(lambda: "ActivityScheduled" in aws.events(dead))
    aws.sfn.stop_execution(executionArn=dead)
    aws.run(machine, n=2)
    assert json.loads(aws.sfn.get_activity_task(activityArn=arn)["input"]) == {"n": 2}


def test_heartbeats_and_timeouts_of_activities(aws):
    arn = activity(aws)
    caught = {"Catch": [{"ErrorEquals": ["States.HeartbeatTimeout"], "Next": "Caught"}]}
    states = {**work(arn, HeartbeatSeconds=2, **caught), "Caught": {"Type": "Pass", "End": True}}
    execution = aws.run(aws.machine(states, first="Work"))
    token = aws.sfn.get_activity_task(activityArn=arn)["taskToken"]
    end = time.monotonic() + 3
    while time.monotonic() < end:
        aws.sfn.send_task_heartbeat(taskToken=token)
        time.sleep(0.5)
    assert aws.end(execution)["status"] == "SUCCEEDED"
    assert refusal(aws.sfn.send_task_heartbeat, taskToken=token) == "TaskTimedOut"


def test_the_timeout_counts_from_when_the_task_is_taken(aws):
    arn = activity(aws)
    execution = aws.run(aws.machine(work(arn, TimeoutSeconds=2), first="Work"))
    time.sleep(2.5)  # on purpose: for longer than the timeout
    assert aws.events(execution)[-1] == "ActivityScheduled"
    aws.sfn.get_activity_task(activityArn=arn)
    taken = time.monotonic()
    assert aws.end(execution)["error"] == "States.Timeout"
    assert 1.5 < time.monotonic() - taken < 4


def test_heartbeats_keep_a_task_alive_but_not_past_its_timeout(aws):
    arn = activity(aws)
    execution = aws.run(aws.machine(work(arn, HeartbeatSeconds=2, TimeoutSeconds=4), first="Work"))
    token, began = aws.sfn.get_activity_task(activityArn=arn)["taskToken"], time.monotonic()
    while (said := refusal(aws.sfn.send_task_heartbeat, taskToken=token)) == "accepted":
        assert time.monotonic() - began < 6
        time.sleep(0.25)
    assert said == "TaskTimedOut" and time.monotonic() - began > 3
    assert aws.end(execution)["error"] == "States.Timeout"


def test_a_task_that_nobody_takes_ends_with_its_execution(aws):
    arn = activity(aws)
    execution = aws.run(aws.machine(work(arn, TimeoutSeconds=1), first="Work", TimeoutSeconds=2))
    assert aws.end(execution)["status"] == "TIMED_OUT"
    assert aws.events(execution)[-2:] == ["ActivityScheduled", "ExecutionTimedOut"]
    assert not aws.sfn.get_activity_task(activityArn=arn).get("taskToken")


def test_creation_is_idempotent_and_unknown_ones_are_refused(aws):
    name = unique()
    first = aws.sfn.create_activity(name=name)["activityArn"]
    assert aws.sfn.create_activity(name=name)["activityArn"] == first
    assert refusal(aws.sfn.get_activity_task, activityArn=first + "x") == "ActivityDoesNotExist"
