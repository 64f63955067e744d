"""Step Functions: Retry and Catch."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from machines import CLOSED

FAILURE = {"Error": "Bureau.Busy", "Cause": "try again"}  # as a Catch gets it


def _retry(error: str) -> dict:
    return {"Retry": [{"ErrorEquals": [error], "IntervalSeconds": 1, "MaxAttempts": 1}]}


def _fail(machines, token: str) -> None:
    machines.sfn.send_task_failure(taskToken=token, error=FAILURE["Error"], cause=FAILURE["Cause"])


def _after_a_failure(machines):
    """The messages of both attempts, what the first token is told then, and the output."""
    execution = machines.wait(**_retry("Bureau.Busy"))
    _fail(machines, machines.token(execution))
    return _second_attempt(machines, execution)


def _after_a_timeout(machines):
    return _second_attempt(machines, machines.wait(TimeoutSeconds=3, **_retry("States.Timeout")))


def _after_a_lost_heartbeat(machines):
    return _second_attempt(machines, machines.wait(HeartbeatSeconds=3, **_retry("States.HeartbeatTimeout")))


def _second_attempt(machines, execution):
    first, second = (machines.inbox.message(execution, attempt) for attempt in (1, 2))
    said = machines.answers(first["token"])
    machines.succeed(second["token"])
    return first, second, said, machines.output(execution)


def _exhausted(machines):
    execution = machines.wait("Bureau.Busy", **_retry("Bureau.Busy"))
    for attempt in (1, 2):
        _fail(machines, machines.token(execution, attempt))
    return machines.output(execution)


@pytest.fixture(scope="module")
def flows(machines):
    """Everything here that has to wait, begun at once."""
    with ThreadPoolExecutor() as pool:
        flows = (_after_a_failure, _after_a_timeout, _after_a_lost_heartbeat, _exhausted)
        yield {flow: pool.submit(flow, machines) for flow in flows}


def test_a_retry_after_a_timeout_has_a_token_of_its_own(flows):
    """A retry after a timeout mints a new token, and the old one is refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    first, second, said, output = flows[_after_a_timeout].result()
    assert first["token"] != second["token"] and said == CLOSED and output == "done"


def test_a_retry_after_a_failure_has_a_token_of_its_own(flows):
    """A retry after SendTaskFailure, under the name of its error, mints a new token, and the old one is refused with \
TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html
    """
    first, second, said, output = flows[_after_a_failure].result()
    assert first["token"] != second["token"] and said == CLOSED and output == "done"


def test_a_lost_heartbeat_is_retried_under_its_own_name(flows):
    """A lost heartbeat is retried as States.HeartbeatTimeout, with a new token.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    first, second, said, output = flows[_after_a_lost_heartbeat].result()
    assert first["token"] != second["token"] and said == CLOSED and output == "done"


def test_the_context_counts_the_retries(flows):
    """`$$.State.RetryCount` of the context object is 0 at first, and 1 in the first retry.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    first, second, *_ = flows[_after_a_failure].result()
    assert (first["retries"], second["retries"]) == (0, 1)


def test_a_catch_comes_after_the_last_retry(flows):
    """After the last retry, the error is caught.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    assert flows[_exhausted].result() == {"by": "Bureau.Busy", "caught": FAILURE}


def test_an_error_is_retried_under_its_name_only(machines):
    """An error that no Retry and no Catch names fails the execution at once.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    execution = machines.wait("Bureau.Closed", **_retry("States.Timeout"))
    _fail(machines, machines.token(execution))
    end = machines.end(execution)
    assert (end["status"], end["error"]) == ("FAILED", "Bureau.Busy")


def test_a_catch_gets_the_error_and_the_cause(machines):
    """A Catch with a ResultPath adds `Error` and `Cause` to the state's input.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    catch = {"ErrorEquals": ["Bureau.Busy"], "ResultPath": "$.failure", "Next": "Caught"}
    states = {"Caught": {"Type": "Pass", "End": True}}
    execution = machines.wait(states=states, Catch=[catch], data={"applicant": "Kato Ltd"})
    _fail(machines, machines.token(execution))
    assert machines.output(execution) == {"applicant": "Kato Ltd", "failure": FAILURE}


@pytest.mark.parametrize("name", ["States.TaskFailed", "States.ALL"])
def test_a_failure_is_caught_by_the_general_names(machines, name):
    """Whatever error SendTaskFailure reports is caught by States.TaskFailed and by States.ALL.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    execution = machines.wait(name)
    _fail(machines, machines.token(execution))
    assert machines.output(execution) == {"by": name, "caught": FAILURE}
