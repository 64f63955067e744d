"""DynamoDB: writes that exclude each other, and transactions that are repeated."""
import copy
import threading
import time

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.responses import DynamoHandler

from .seams import replace

TEN_MINUTES = 600  # seconds
_one_at_a_time = threading.RLock()
_carried_out: dict[tuple, tuple[float, list]] = {}  # account, region and token to when, and what


class IdempotentParameterMismatch(DynamodbException):
    """A ClientRequestToken that belongs to another transaction."""

    def __init__(self):
        super().__init__(
            ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException",
            "Another request with the same ClientRequestToken had other parameters",
        )


def _atomic(original):
    # AWS: of conditional writes at once one is accepted, and transactions do not mix. moto: compares, and writes later, in
    # as many threads as there are requests; a transaction that is cancelled also undoes what others wrote meanwhile.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
    def call_action(self):
        with _one_at_a_time:
            return original(self)

    return call_action


def _once(original):
    # AWS: a transaction that is repeated with its token within ten minutes changes nothing; another one with the same
    # token is refused. moto: does not look at the token.
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    def transact_write_items(self):
        token, actions = self.body.get("ClientRequestToken"), copy.deepcopy(self.body["TransactItems"])
        key = (self.current_account, self.region, token)
        when, same = _carried_out.get(key, (float("-inf"), None))
        if token and time.monotonic() - when < TEN_MINUTES:
            if same != actions:
                raise IdempotentParameterMismatch()
            return ActionResult({})
        answer = original(self)
        _carried_out[key] = (time.monotonic(), actions)  # one that is cancelled has raised, and may be tried again
        return answer

    return transact_write_items


def install() -> None:
    """Puts the corrections into moto."""
    replace(DynamoHandler, "call_action", _atomic, takes=())
    replace(DynamoHandler, "transact_write_items", _once, takes=())
