"""Step Functions: activities."""
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws import refusal
from machines import CLOSED, PAUSE, types


def _activity(machines) -> str:
    aws, name = machines.aws, machines.aws.name()
    arn = aws.place.arn("states", f"activity:{name}")
    aws.later_delete(f"activity {name}", lambda: machines.sfn.delete_activity(activityArn=arn))
    return machines.sfn.create_activity(name=name)["activityArn"]


def _work(arn: str, **task) -> dict:
    return {"Type": "Task", "Resource": arn, **({} if "Next" in task else {"End": True}), **task}


def _poll(machines, arn: str) -> dict:
    return machines.sfn.get_activity_task(activityArn=arn, workerName="conformance")


def _take(machines, arn: str) -> dict:
    """The next task, whenever it comes."""

    def taken():
        found = _poll(machines, arn)
        return found if found.get("taskToken") else None

    return machines.aws.until(taken, "a task of the activity")


def _lost(machines):
    """A worker that falls silent: its execution, which goes on, and its token."""
    arn = _activity(machines)
    names = ("States.TaskFailed", "States.HeartbeatTimeout")
    catch = [{"ErrorEquals": [name], "Next": next} for name, next in zip(names, ("Wrong", "Pause"), strict=True)]
    states = {"Wrong": {"Type": "Fail"}, **PAUSE}
    execution = machines.start(_work(arn, HeartbeatSeconds=1, Catch=catch), states)
    token = _take(machines, arn)["taskToken"]
    machines.reach(execution, "WaitStateEntered")
    return execution, token


@pytest.fixture(scope="module")
def activity(machines):
    """An activity for tests that take what they schedule."""
    return _activity(machines)


@pytest.fixture(scope="module")
def runs(machines):
    """Everything here that has to wait, begun at once."""
    with ThreadPoolExecutor() as pool:
        yield {
            "nothing": pool.submit(_poll, machines, _activity(machines)),
            "lost": pool.submit(_lost, machines),
            "untaken": machines.start(_work(_activity(machines), TimeoutSeconds=1), limit=3),
        }


def test_a_worker_takes_a_task_and_answers_it(machines, runs, activity):
    """GetActivityTask hands out the input and a token, which SendTaskSuccess takes once; the events are ActivityScheduled, \
ActivityStarted and ActivitySucceeded.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
    """
    execution = machines.start(_work(activity), data={"amount": 25_000})
    task = _take(machines, activity)
    assert json.loads(task["input"]) == {"amount": 25_000}
    machines.succeed(task["taskToken"])
    assert machines.output(execution) == "done"
    assert machines.answers(task["taskToken"]) == CLOSED
    history = types(machines.reach(execution, "ExecutionSucceeded"))
    assert history[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]


def test_a_waiting_worker_gets_what_is_scheduled_later(machines, runs, activity):
    """A poll that is waiting gets a task that is scheduled later, and SendTaskFailure fails it.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
    """
    with ThreadPoolExecutor() as pool:
        taking = pool.submit(_take, machines, activity)
        execution = machines.start(_work(activity))
        token = taking.result()["taskToken"]
    machines.sfn.send_task_failure(taskToken=token, error="Credit.Declined", cause="too young")
    end = machines.end(execution)
    assert (end["status"], end["error"], end["cause"]) == ("FAILED", "Credit.Declined", "too young")


def test_an_activity_is_created_once(machines, activity):
    """CreateActivity with a name that exists answers with the activity that has it.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
    """
    assert machines.sfn.create_activity(name=activity.rsplit(":", 1)[1])["activityArn"] == activity


def test_an_unknown_activity_has_no_tasks(machines):
    """A poll for an activity that does not exist is refused with ActivityDoesNotExist.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
    """
    unknown = machines.aws.place.arn("states", f"activity:{machines.aws.name()}")
    assert refusal(machines.sfn.get_activity_task, activityArn=unknown) == "ActivityDoesNotExist"


def test_a_task_that_no_worker_takes_waits_for_as_long_as_its_execution_may_run(machines, runs):
    """TimeoutSeconds of an activity's state does not end a task that no worker takes; that of its execution does, with TIMED_OUT.

    https://docs.aws.amazon.com/step-functions/latest/dg/troubleshooting-activities.html
    """
    assert machines.end(runs["untaken"])["status"] == "TIMED_OUT"
    assert types(machines.history(runs["untaken"]))[2:] == ["ActivityScheduled", "ExecutionTimedOut"]


def test_a_worker_that_falls_silent_loses_its_task(machines, runs):
    """A worker without a heartbeat for HeartbeatSeconds loses its task, which is caught as States.HeartbeatTimeout, and its \
token is refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
    """
    execution, token = runs["lost"].result()
    machines.reach(execution, "ActivityTimedOut")
    assert machines.answers(token) == CLOSED


def test_a_poll_without_a_task_ends_without_a_token(runs):
    """A poll for a task is answered in the end, without a token when there was none.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
    """
    assert not runs["nothing"].result().get("taskToken")
