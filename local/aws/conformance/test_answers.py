"""Step Functions: tokens and their answers."""
import json
import re
from concurrent.futures import ThreadPoolExecutor

from aws import refusal
from machines import CLOSED, PAUSE, types

INVALID = {"success": "InvalidToken", "failure": "InvalidToken", "heartbeat": "InvalidToken"}


def test_success_ends_the_task_with_its_output(machines):
    """SendTaskSuccess ends the task, and its output becomes that of the state.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    execution = machines.wait()
    machines.succeed(machines.token(execution), {"score": 712})
    assert machines.output(execution) == {"score": 712}


def test_failure_ends_the_task_with_its_error_and_cause(machines):
    """SendTaskFailure fails the task, and with it the execution, with its error and cause.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
    """
    execution = machines.wait()
    machines.sfn.send_task_failure(taskToken=machines.token(execution), error="Credit.Declined", cause="too young")
    end = machines.end(execution)
    assert (end["status"], end["error"], end["cause"]) == ("FAILED", "Credit.Declined", "too young")


def test_a_failure_needs_neither_error_nor_cause(machines):
    """SendTaskFailure needs neither an error nor a cause.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
    """
    execution = machines.wait()
    machines.sfn.send_task_failure(taskToken=machines.token(execution))
    assert machines.end(execution)["status"] == "FAILED"


def test_a_token_is_base64_of_at_most_2048_characters(machines):
    """A token has at most 2048 characters, all of them of base64: `+`, `/` and `=` have to survive every way it goes.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    assert re.fullmatch(r"[A-Za-z0-9+/=]{1,2048}", machines.token(machines.wait()))


def test_a_second_answer_is_told_that_the_task_timed_out(machines):
    """After a task was answered, every other answer and heartbeat is refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    execution = machines.wait(states=PAUSE, Next="Pause")
    token = machines.token(execution)
    machines.succeed(token)
    machines.reach(execution, "TaskSucceeded")
    assert machines.answers(token) == CLOSED


def test_an_answer_after_the_end_is_told_that_the_task_timed_out(machines):
    """After its execution has ended, a token is refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    machines.succeed(token)
    machines.end(execution)
    assert machines.answers(token) == CLOSED


def test_an_answer_to_a_stopped_execution_is_told_that_the_task_timed_out(machines):
    """After its execution was stopped, a token is refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    machines.sfn.stop_execution(executionArn=execution)
    machines.end(execution)
    assert machines.answers(token) == CLOSED


def test_of_many_answers_at_once_one_counts(machines):
    """Of many answers at once, one is accepted and counts, and the others are refused with TaskTimedOut.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    with ThreadPoolExecutor(8) as pool:
        send = machines.sfn.send_task_success
        answers = [pool.submit(refusal, send, taskToken=token, output=str(number)) for number in range(8)]
        said = [answer.result() for answer in answers]
    assert sorted(said) == ["TaskTimedOut"] * 7 + ["accepted"]
    assert machines.output(execution) == said.index("accepted")
    assert types(machines.reach(execution, "ExecutionSucceeded")).count("TaskSucceeded") == 1


def test_a_repeated_answer_fails_against_its_own_success(machines):
    """An answer whose response is lost, and which the SDK therefore repeats, is refused with TaskTimedOut, though it counts.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    sfn, statuses = machines.aws.losing_a_response("stepfunctions", "SendTaskSuccess")
    execution = machines.wait()
    assert refusal(sfn.send_task_success, taskToken=machines.token(execution), output='"done"') == "TaskTimedOut"
    assert statuses == [200, 400] and machines.output(execution) == "done"


def test_what_is_no_token_is_invalid(machines):
    """What is no token at all is refused with InvalidToken.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    assert machines.answers("bm8gdG9rZW4=") == INVALID


def test_a_token_of_more_than_2048_characters_is_refused(machines):
    """A token of more than 2048 characters is refused, as no token or as no valid request.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    assert set(machines.answers("A" * 2052).values()) <= {"ValidationException", "InvalidToken"}


def test_an_output_that_is_not_json_leaves_the_task_open(machines):
    """An output that is not JSON is refused with InvalidOutput, and the task can still be answered.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    assert refusal(machines.sfn.send_task_success, taskToken=token, output="{not json") == "InvalidOutput"
    machines.succeed(token)
    assert machines.output(execution) == "done"


def test_an_answer_beyond_the_limits_leaves_the_task_open(machines):
    """An output over 262,144 bytes, an error over 256 characters and a cause over 32,768 are refused, and the task can \
still be answered.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
    """
    execution = machines.wait()
    token = machines.token(execution)
    invalid = {"ValidationException", "InvalidOutput"}
    assert refusal(machines.sfn.send_task_success, taskToken=token, output=json.dumps("x" * 262_143)) in invalid
    assert refusal(machines.sfn.send_task_failure, taskToken=token, error="x" * 257) == "ValidationException"
    assert refusal(machines.sfn.send_task_failure, taskToken=token, cause="x" * 32_769) == "ValidationException"
    machines.succeed(token)
    assert machines.output(execution) == "done"


def test_a_state_with_too_much_data_cannot_be_caught(machines):
    """An output that makes the state's data larger than 256 KiB ends the execution with States.DataLimitExceeded, past \
every Catch.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    execution = machines.wait("States.ALL", data={"application": "x" * 1000}, ResultPath="$.report")
    machines.succeed(machines.token(execution), "x" * 262_000)
    end = machines.end(execution)
    assert (end["status"], end["error"]) == ("FAILED", "States.DataLimitExceeded")


def test_an_express_workflow_cannot_wait(machines):
    """An Express workflow with a task that waits for a token is refused with InvalidDefinition.

    https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
    """
    states = {"First": machines.asking()}
    assert machines.create({"StartAt": "First", "States": states}, type="EXPRESS") == "InvalidDefinition"
