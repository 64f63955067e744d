"""The queue that all waiting tasks send their tokens to."""
import json
import threading

from queues import Queues


class Inbox:
    """Receives all the time, and keeps what came for each execution."""

    def __init__(self, queues: Queues):
        self.url = queues.create()
        self._queues = queues
        self._messages: dict[str, list[dict]] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    def _receive(self) -> None:
        while not self._stopped:
            for message in self._queues.receive(self.url, MaxNumberOfMessages=10):
                body = json.loads(message["Body"])
                with self._changed:
                    sent = self._messages.setdefault(body["execution"], [])
                    if body not in sent:  # a message may come twice
                        sent.append(body)
                    self._changed.notify_all()
                self._queues.delete(self.url, message)

    def message(self, execution: str, attempt: int) -> dict:
        """What the first, second, .. attempt of the execution's task has sent."""
        patience = self._queues.aws.place.patience
        with self._changed:
            sent = self._messages.setdefault(execution, [])
            assert self._changed.wait_for(lambda: len(sent) >= attempt, patience), f"not in time: message {attempt} of {execution}"
            return sent[attempt - 1]

    def stop(self) -> None:
        self._stopped = True
        self._thread.join()
