"""DynamoDB: conditional writes of several writers at once, and transactions that are sent again."""
import hashlib
import json
import threading
import time

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import DynamodbException
from moto.dynamodb.responses import DynamoHandler

from .seams import replace

_REMEMBERED = 600  # seconds
_one = threading.RLock()
_carried_out: dict[tuple[str, str, str], tuple[str, float]] = {}  # what a token of an account and region was used for, and when


class IdempotentParameterMismatch(DynamodbException):
    """A token of a transaction was used before, for another one."""

    error_type = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"

    def __init__(self):
        super().__init__(self.error_type, "The request uses the same client token as a previous, but non-identical request.")


def _one_at_a_time(original):
    # AWS: of two writes under the same condition one is carried out, and a transaction that is cancelled changes nothing.
    # moto: looked at the condition and wrote in two steps that others could get between, and a cancelled transaction put the
    # whole table back to what it had been, with what others had written meanwhile.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html#WorkingWithItems.ConditionalUpdate
    def call_action(self):
        with _one:
            return original(self)

    return call_action


def _once(original):
    # AWS: a transaction that comes again with its ClientRequestToken within ten minutes succeeds again and changes nothing;
    # another one with that token is refused. moto: did not know the token.
    # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    def transact_write_items(self):
        key = (self.current_account, self.region, self.body.get("ClientRequestToken") or "")
        wanted = hashlib.sha256(json.dumps(self.body["TransactItems"], sort_keys=True, default=repr).encode()).hexdigest()
        done, at = _carried_out.get(key, ("", 0.0))
        if done and time.monotonic() - at < _REMEMBERED:
            if done != wanted:
                raise IdempotentParameterMismatch
            return ActionResult({})
        result = original(self)
        if key[-1]:
            _carried_out[key] = (wanted, time.monotonic())
        return result

    return transact_write_items


def install() -> None:
    """Puts the corrections into moto."""
    replace(DynamoHandler, "call_action", _one_at_a_time, takes=())
    replace(DynamoHandler, "transact_write_items", _once, takes=())
