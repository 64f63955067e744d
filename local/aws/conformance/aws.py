"""What every test needs of AWS: clients, names that nobody else has, waiting, and deleting everything in the end."""
import itertools
import time
import uuid

from botocore.exceptions import ClientError

PREFIX = "callback-bridge-conformance"  # of every name; the policy in docs/conformance.md has it, too


def refusal(call, **arguments) -> str:
    """The error code of a refused call, or 'accepted'."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "accepted"


class Aws:
    """Clients of a place, and what was created there."""

    def __init__(self, place):
        self.place = place
        self.sfn, self.sqs, self.dynamodb, self.iam = map(place.client, ("stepfunctions", "sqs", "dynamodb", "iam"))
        self.prefix = f"{PREFIX}-{uuid.uuid4().hex[:8]}"
        self._numbers = itertools.count(1)
        self._undo = []

    def name(self) -> str:
        return f"{self.prefix}-{next(self._numbers)}"

    def losing_a_response(self, service: str, operation: str):
        """A client that believes the response to its first call of an operation lost, and repeats it; and all statuses."""
        client = self.place.client(service, retries={"mode": "standard", "total_max_attempts": 3})
        statuses = []

        def lose_the_first(response, **_):
            statuses.append(response[0].status_code)
            return 0 if len(statuses) == 1 else None  # seconds until it is repeated

        client.meta.events.register(f"needs-retry.*.{operation}", lose_the_first)
        return client, statuses

    def until(self, condition, expected: str):
        """The first truthy value of condition(); fails when there was none in time."""
        end, pause = time.monotonic() + self.place.patience, 0.03
        while not (value := condition()):
            assert time.monotonic() < end, f"not in time: {expected}"
            time.sleep(pause)
            pause = min(pause * 1.2, 1)
        return value

    def later_delete(self, thing: str, delete, gone: str = "", busy: str = "") -> None:
        """Has `delete` called in the end. Its refusal `gone` is as good as success, and after `busy` it is called again.

        To be called before the thing is created, so that no interruption comes between the two.
        """
        self._undo.append((thing, delete, gone, busy))

    def delete_everything(self) -> None:
        """The last that was created goes first. What cannot be deleted does not keep the rest."""
        left = []
        while self._undo:
            thing, delete, gone, busy = self._undo.pop()
            try:
                said = self.until(lambda: (code := refusal(delete)) != busy and code, f"{thing} is no longer busy")
                if said not in ("accepted", gone):
                    left.append(f"{thing} ({said})")
            except Exception as error:  # the network, or the time is up
                left.append(f"{thing} ({error})")
        assert not left, "to be deleted by hand: " + ", ".join(left)
