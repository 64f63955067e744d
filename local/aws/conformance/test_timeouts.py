"""Step Functions: timeouts and heartbeats."""
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws import refusal
from machines import CLOSED, PAUSE, types


def _beaten_for(machines, seconds: float, **task):
    """An execution whose task gets a heartbeat twice a second, for so long or until one is refused; and what was said."""
    execution = machines.wait(**task)
    token, began, said = machines.token(execution), time.monotonic(), "accepted"
    while said == "accepted" and time.monotonic() - began < seconds:
        time.sleep(0.5)
        said = refusal(machines.sfn.send_task_heartbeat, taskToken=token)
    return execution, token, said, time.monotonic() - began


@pytest.fixture(scope="module")
def runs(machines):
    """Everything here that has to wait, begun at once."""
    wait, names = machines.wait, ("States.TaskFailed", "States.HeartbeatTimeout", "States.Timeout")
    with ThreadPoolExecutor() as pool:
        alive = pool.submit(_beaten_for, machines, 4, HeartbeatSeconds=2)
        overdue = pool.submit(_beaten_for, machines, machines.aws.place.patience, HeartbeatSeconds=2, TimeoutSeconds=4)
        yield {
            "timeout": wait(TimeoutSeconds=1),
            "caught timeout": wait(*names, TimeoutSeconds=1),
            "timeout caught by all": wait("States.ALL", TimeoutSeconds=1),
            "late": wait(states=PAUSE, TimeoutSeconds=1, Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Pause"}]),
            "lost heartbeat": wait(HeartbeatSeconds=1),
            "caught heartbeat": wait(*names, HeartbeatSeconds=1),
            "heartbeat caught as timeout": wait("States.TaskFailed", "States.Timeout", HeartbeatSeconds=1),
            "limit of the execution": wait(limit=3),
            "alive": alive,
            "overdue": overdue,
        }


def _end(machines, execution):
    """Status, error, and the error of the event TaskTimedOut."""
    end = machines.end(execution)
    (event,) = [event for event in machines.reach(execution, "ExecutionFailed") if event["type"] == "TaskTimedOut"]
    return end["status"], end["error"], event["taskTimedOutEventDetails"]["error"]


def test_a_timeout_is_reported_as_a_timeout(machines, runs):
    """A task that is not answered within TimeoutSeconds fails with States.Timeout, by the event TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
    """
    assert _end(machines, runs["timeout"]) == ("FAILED", "States.Timeout", "States.Timeout")


def test_a_timeout_is_caught_as_a_timeout_alone(machines, runs):
    """A timeout is caught as States.Timeout, and neither as States.TaskFailed nor as States.HeartbeatTimeout.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    assert machines.output(runs["caught timeout"])["by"] == "States.Timeout"


def test_a_timeout_is_caught_by_states_all(machines, runs):
    """A timeout is caught by States.ALL.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    assert machines.output(runs["timeout caught by all"])["caught"]["Error"] == "States.Timeout"


def test_an_answer_after_a_timeout_is_told_so(machines, runs):
    """After its task has timed out, a token is refused with TaskTimedOut, though the execution goes on.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    machines.reach(runs["late"], "WaitStateEntered")
    assert machines.answers(machines.token(runs["late"])) == CLOSED


def test_a_lost_heartbeat_is_reported_as_a_timeout(machines, runs):
    """A task without a heartbeat for HeartbeatSeconds fails with States.Timeout, by the event TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html
    """
    assert _end(machines, runs["lost heartbeat"]) == ("FAILED", "States.Timeout", "States.Timeout")


def test_a_lost_heartbeat_is_caught_under_its_own_name(machines, runs):
    """A lost heartbeat is caught as States.HeartbeatTimeout, and not as States.TaskFailed; the error is States.Timeout.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    output = machines.output(runs["caught heartbeat"])
    assert (output["by"], output["caught"]["Error"]) == ("States.HeartbeatTimeout", "States.Timeout")


def test_a_lost_heartbeat_is_caught_as_a_timeout(machines, runs):
    """A lost heartbeat is caught as States.Timeout, too.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    assert machines.output(runs["heartbeat caught as timeout"])["by"] == "States.Timeout"


def test_heartbeats_keep_a_task_alive_and_leave_no_event(machines, runs):
    """Each heartbeat starts HeartbeatSeconds anew, and leaves no event in the history.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
    """
    execution, token, said, _ = runs["alive"].result()
    assert said == "accepted"
    assert types(machines.history(execution))[-1] == "TaskSubmitted"
    machines.succeed(token)
    assert machines.output(execution) == "done"


def test_a_heartbeat_is_accepted_where_none_is_expected(machines):
    """A heartbeat for a task without HeartbeatSeconds is accepted, and the task can still be answered.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    assert refusal(machines.sfn.send_task_heartbeat, taskToken=token) == "accepted"
    machines.succeed(token)
    assert machines.output(execution) == "done"


def test_heartbeats_never_extend_the_timeout(machines, runs):
    """Heartbeats never extend TimeoutSeconds: after that, they are refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskHeartbeat.html
    """
    execution, _, said, seconds = runs["overdue"].result()
    assert said == "TaskTimedOut" and seconds > 3, "alive for longer than HeartbeatSeconds"
    assert _end(machines, execution) == ("FAILED", "States.Timeout", "States.Timeout")


def test_an_execution_that_times_out_closes_its_tokens(machines, runs):
    """An execution that exceeds its own TimeoutSeconds is TIMED_OUT, and refuses its tokens with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
    """
    execution = runs["limit of the execution"]
    assert machines.end(execution)["status"] == "TIMED_OUT"
    assert types(machines.reach(execution, "ExecutionTimedOut"))[-1] == "ExecutionTimedOut"
    assert machines.answers(machines.token(execution)) == CLOSED
