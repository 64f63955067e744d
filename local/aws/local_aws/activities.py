"""Activities: the queue behind each, and GetActivityTask."""
import collections
import threading
import time

from moto.core.responses import ActionResult
from moto.stepfunctions import models
from moto.stepfunctions.exceptions import ActivityAlreadyExists

from .errors import at_most
from .seams import replace

long_poll = 60.0  # seconds, as on AWS; the server can be told another value


class QueuedActivity(models.Activity):
    """An activity that keeps the attempts scheduled on it until a worker takes them."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._changed = threading.Condition()
        self._scheduled = collections.deque()

    def add_task(self, attempt) -> None:
        with self._changed:
            self._scheduled.append(attempt)
            self._changed.notify()

    def take(self, worker: str | None, patience: float):
        """The oldest attempt still waiting, or None when none came in time."""
        end = time.monotonic() + patience
        with self._changed:
            while True:
                while self._scheduled:
                    attempt = self._scheduled.popleft()
                    if attempt.is_open:
                        attempt.notify_activity_task_start(worker)
                        return attempt
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)


class ActivityBackend:
    """Creating activities."""

    def create_activity(self, name, tags=None, encryption_configuration=None):
        # AWS: idempotent unless the encryption differs. moto: refused the second call.
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateActivity.html
        try:
            return super().create_activity(name=name, tags=tags, encryption_configuration=encryption_configuration)
        except ActivityAlreadyExists:
            existing = next(a for a in self.activities.values() if a.name == name)
            if existing.encryption_configuration != encryption_configuration:
                raise
            return existing


class ActivityResponses:
    """GetActivityTask."""

    def get_activity_task(self):
        # AWS: a long poll of 60 seconds, then a null token. moto: no such operation, though its interpreter schedules
        # activity tasks. https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html
        worker = self._get_param("workerName")
        at_most("workerName", worker, 80)
        activity = self.stepfunction_backend.describe_activity(self._get_param("activityArn"))
        attempt = activity.take(worker, long_poll)
        if attempt is None:
            return ActionResult({"taskToken": None, "input": None})
        return ActionResult({"taskToken": attempt.callback_id, "input": attempt.get_activity_input()})


def install() -> None:
    """Puts the corrections into moto."""
    replace(models, "Activity", lambda _: QueuedActivity, takes=("arn", "name", "encryption_configuration"))
