"""EventBridge: which rules an event that is put on a bus matches."""
from moto.events.models import EventPattern

from .seams import replace


def _of_its_pattern(original):
    # AWS: a rule that has a schedule and no pattern gets no event. moto: it got all of them, and what invokes a function on its
    # schedule is a target that moto does not know, so that no event could be put on the bus at all.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html
    def matches_event(self, event):
        return bool(self._pattern) and original(self, event)

    return matches_event


def install() -> None:
    """Keeps events from rules that have only a schedule."""
    replace(EventPattern, "matches_event", _of_its_pattern, takes=("event",))
