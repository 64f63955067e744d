"""Error codes on the wire, and which error names a Catch or Retry matches."""
import json

from moto.stepfunctions.exceptions import ValidationException
from moto.stepfunctions.parser import api
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_activitiy, state_task_lambda
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback,
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.component.state.fail import state_fail

from .seams import expect, replace

_REPORTING = (  # where an error's name comes from outside, or from the part of an execution that failed
    state_task_service_callback, state_task_activitiy, state_task_service_lambda, state_task_lambda,
    branches_decl, iteration_worker, state_fail,
)  # fmt: skip
_NOT_CAUGHT_BY_ALL = {"States.DataLimitExceeded", "States.Runtime"}


def at_most(member: str, value: str | None, limit: int) -> None:
    """The refusal AWS gives for a text over a member's length limit; boto3 does not check upper limits itself."""
    if value is not None and len(value) > limit:
        raise ValidationException(
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have length less than or equal to {limit}"
        )


class ErrorResponses:
    """What is answered for an operation that nobody here has."""

    def call_action(self):
        # moto: an operation it lacks is 500 and a page of HTML, which the SDKs retry. Here: 501, which they do not.
        try:
            return super().call_action()
        except NotImplementedError as missing:
            body = json.dumps({"__type": "NotImplementedByLocalAws", "message": str(missing)})
            return 501, {**self.response_headers, "status": "501"}, body


def _all_but_terminal(original):
    # AWS: States.ALL does not match States.DataLimitExceeded or States.Runtime. moto: States.ALL matched everything.
    # https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation
    def eval_body(self, env):
        name = env.stack[-1].error_name
        if name in _NOT_CAUGHT_BY_ALL and [n.error_name for n in self.error_names] == ["States.ALL"]:
            env.stack[-1] = False
        else:
            original(self, env)

    return eval_body


class ReportedErrorName(CustomErrorName):
    """An error name that came from outside or from a part of an execution."""

    # AWS: a worker may report any error name, also one that begins with "States."; a branch or an item that timed out fails
    # its Parallel or Map with States.Timeout; a Fail state passes on what was caught (ErrorPath).
    # moto: applied the rule for names in definitions to all of them, and the execution died with States.Runtime.
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
    # https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html
    def __init__(self, error_name: str | None):
        ErrorName.__init__(self, error_name)


def install() -> None:
    """Puts the corrections into moto."""
    # AWS: the error's own code (TaskTimedOut, InvalidToken, InvalidDefinition, ...).
    # moto: its interpreter's errors carry `code`, its serializer reads `TYPE`, so that clients saw no code.
    # https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
    expect(api, "ServiceException")
    for error in vars(api).values():
        if isinstance(error, type) and issubclass(error, api.ServiceException) and isinstance(getattr(error, "code", None), str):
            error.TYPE, error.STATUS = error.code, error.status_code
    assert api.TaskTimedOut.TYPE == "TaskTimedOut", "moto's error classes changed"
    replace(ErrorEqualsDecl, "_eval_body", _all_but_terminal, takes=("env",))
    for module in _REPORTING:
        replace(module, "CustomErrorName", lambda _: ReportedErrorName)
