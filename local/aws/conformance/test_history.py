"""Step Functions: the history of an execution."""
import pytest
from machines import CLOSED, types

OF_A_SUCCESS = [
    "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded", "TaskStateExited",
    "ExecutionSucceeded",
]  # fmt: skip


@pytest.fixture(scope="module")
def success(machines):
    """An execution whose task was answered after its message was sent for sure."""
    execution = machines.wait(data={"applicant": "Kato Ltd"})
    machines.reach(execution, "TaskSubmitted")
    machines.succeed(machines.token(execution), {"score": 712})
    machines.end(execution)
    return execution


def test_a_task_that_waits_is_scheduled_started_and_submitted(machines, success):
    """The events of a task that waits are TaskScheduled, TaskStarted, TaskSubmitted once its message is sent, and \
TaskSucceeded once it is answered.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
    """
    assert types(machines.reach(success, "ExecutionSucceeded")) == OF_A_SUCCESS


def test_a_failure_is_in_the_history_with_its_error_and_cause(machines):
    """The event TaskFailed has the error and the cause of SendTaskFailure, and ExecutionFailed is the last event.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_TaskFailedEventDetails.html
    """
    execution = machines.wait()
    machines.sfn.send_task_failure(taskToken=machines.token(execution), error="Credit.Declined", cause="too young")
    history = machines.reach(execution, "ExecutionFailed")
    assert types(history)[-2:] == ["TaskFailed", "ExecutionFailed"]
    details = history[-2]["taskFailedEventDetails"]
    assert (details["error"], details["cause"]) == ("Credit.Declined", "too young")


def test_a_stopped_execution_ends_with_who_stopped_it(machines):
    """StopExecution ends an execution that waits as ABORTED, and ExecutionAborted, with its error and cause, is the last \
event.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
    """
    execution = machines.wait()
    machines.reach(execution, "TaskSubmitted")
    machines.sfn.stop_execution(executionArn=execution, error="Operator", cause="not needed any more")
    assert machines.end(execution)["status"] == "ABORTED"
    machines.reach(execution, "ExecutionAborted")
    assert machines.answers(machines.token(execution)) == CLOSED
    last = machines.history(execution)[-1]  # looked at late, since nothing may come after it
    assert last["executionAbortedEventDetails"] == {"error": "Operator", "cause": "not needed any more"}


def test_the_history_comes_in_pages(machines, success):
    """GetExecutionHistory gives at most maxResults events, and goes on from nextToken.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
    """
    machines.reach(success, "ExecutionSucceeded")
    found, following = [], {}
    while following is not None:
        page = machines.sfn.get_execution_history(executionArn=success, maxResults=3, **following)
        assert len(page["events"]) <= 3
        found += page["events"]
        following = {"nextToken": page["nextToken"]} if page.get("nextToken") else None
    assert types(found) == OF_A_SUCCESS and [event["id"] for event in found] == list(range(1, 9))


def test_the_history_comes_newest_first_on_request(machines, success):
    """GetExecutionHistory gives the newest event first when it is asked to.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
    """
    machines.reach(success, "ExecutionSucceeded")
    assert types(machines.history(success, reverseOrder=True)) == OF_A_SUCCESS[::-1]


def test_the_history_comes_without_data_on_request(machines, success):
    """GetExecutionHistory leaves inputs and outputs out when it is asked to.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
    """
    machines.reach(success, "ExecutionSucceeded")
    assert "Kato Ltd" in str(machines.history(success)) and "712" in str(machines.history(success))
    without = str(machines.history(success, includeExecutionData=False))
    assert "Kato Ltd" not in without and "712" not in without
