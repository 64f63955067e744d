"""SQS: what a message may be, and which messages are duplicates."""
from moto.sqs import models
from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.models import Queue, SQSBackend

from .seams import replace

ATTRIBUTES = 10
FIVE_MINUTES = 300_000  # milliseconds


def _within_limits(original):
    # AWS: at most ten attributes, and a size that is counted in bytes of UTF-8, attributes included. moto: any number of
    # attributes, and only the characters of the body counted.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    def send_message(
        self, queue_name, message_body, message_attributes=None, delay_seconds=None, deduplication_id=None, group_id=None,
        system_attributes=None, validate_group_id=True,
    ):  # fmt: skip
        attributes, limit = message_attributes or {}, self.get_queue(queue_name).maximum_message_size
        if len(attributes) > ATTRIBUTES:
            raise InvalidParameterValue(f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{ATTRIBUTES}].")
        if len(message_body.encode()) + sum(_size(name, value) for name, value in attributes.items()) > limit:
            raise InvalidParameterValue(f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.")
        return original(
            self, queue_name, message_body, message_attributes, delay_seconds, deduplication_id, group_id, system_attributes,
            validate_group_id,
        )  # fmt: skip

    return send_message


def _size(name: str, attribute: dict) -> int:
    value = attribute.get("BinaryValue") or attribute.get("StringValue") or ""
    parts = (name, attribute["DataType"], value)
    return sum(len(part if isinstance(part, bytes) else part.encode()) for part in parts)


def _once(original):
    # AWS: a FIFO queue takes a deduplication id once in five minutes, also when the first message was deleted meanwhile;
    # the others are accepted and not delivered. With the DeduplicationScope messageGroup, each group takes it once.
    # moto: only while the first is in the queue, and once for all groups.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    def add_message(self, message):
        if self.fifo_queue and message.deduplication_id:
            group = message.group_id if self.deduplication_scope == "messageGroup" else None
            with self._messages_lock:
                taken = self.__dict__.setdefault("_taken", {})  # group and deduplication id to when it was taken
                if message.sent_timestamp - taken.get((group, message.deduplication_id), float("-inf")) < FIVE_MINUTES:
                    return
                taken[group, message.deduplication_id] = message.sent_timestamp
        original(self, message)

    return add_message


def install() -> None:
    """Puts the corrections into moto."""
    replace(
        SQSBackend, "send_message", _within_limits,
        takes=(
            "queue_name", "message_body", "message_attributes", "delay_seconds", "deduplication_id", "group_id",
            "system_attributes", "validate_group_id",
        ),
    )  # fmt: skip
    replace(Queue, "add_message", _once, takes=("message",))
    replace(models, "DEDUPLICATION_TIME_IN_SECONDS", lambda _: float("-inf"))  # so that moto finds no duplicates of its own
