"""SQS: receiving, as several consumers and chained dead-letter queues need it."""
import copy
import time

from moto.sqs import models
from moto.sqs.models import Message, Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from .seams import expect, replace

_moved_from: dict[str, str] = {}  # message id to the ARN of the queue that gave it up
_LOOK = 0.2  # seconds; nobody is told when a message becomes visible again


def _receive(_original):
    # AWS: two consumers at once get different messages; a message is moved to the dead-letter queue when this queue, not
    # those before it, has delivered it maxReceiveCount times; ApproximateReceiveCount counts "across all queues".
    # moto: gave one message to both, passed a message on through a chain of dead-letter queues unread, and kept a core
    # busy while the head of a FIFO group was in flight.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    def receive_message(
        self, queue_name, count, wait_seconds_timeout, visibility_timeout, message_attribute_names=None
    ):  # fmt: skip
        queue, end = self.get_queue(queue_name), time.monotonic() + wait_seconds_timeout
        with queue._messages_lock:
            while True:
                found = _take(queue, count, visibility_timeout)
                left = end - time.monotonic()
                if found or left <= 0:
                    break
                queue._messages_lock.wait(min(left, _LOOK))
        taken = [copy.deepcopy(message) for message in found]
        for message in taken:
            models._filter_message_attributes(message, message_attribute_names or [])
        return taken

    return receive_message


def _take(queue: Queue, count: int, visibility_timeout: int) -> list[Message]:
    busy = {m.group_id for m in queue._messages if not m.visible} if queue.fifo_queue else set()
    oldest = (time.time() - int(queue.message_retention_period)) * 1000
    found = []
    for message in queue.messages:
        if len(found) == count:
            break
        if message.sent_timestamp <= oldest or (queue.fifo_queue and message.group_id in busy):
            continue
        if _is_exhausted(queue, message):
            _give_up(queue, message)
            continue
        message.mark_received(visibility_timeout=visibility_timeout)
        found.append(message)
    return found


def _is_exhausted(queue: Queue, message: Message) -> bool:
    if queue.dead_letter_queue is None or not queue.redrive_policy:
        return False
    here = message.approximate_receive_count - message.received_before
    return here >= int(queue.redrive_policy["maxReceiveCount"])


def _give_up(queue: Queue, message: Message) -> None:
    queue._messages.remove(message)
    message.received_before = message.approximate_receive_count
    _moved_from[message.id] = queue.queue_arn
    if queue.fifo_queue:
        # AWS: the id takes the place of the deduplication id, so that two dead letters which share one are both kept.
        # moto: dropped the second.
        # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
        message.deduplication_id = message.id
    queue.dead_letter_queue.add_message(message)


def _source(original):
    # AWS: a message in a dead-letter queue says where it came from, when it is asked. moto: does not know this attribute.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    def receive_message(self):
        answer = original(self)
        asked = {*self._get_param("AttributeNames", []), *self._get_param("MessageSystemAttributeNames", [])}
        for message in answer.result.get("Messages", []):
            source = _moved_from.get(message["MessageId"])
            if source and asked & {"All", "DeadLetterQueueSourceArn"}:
                message.setdefault("Attributes", {})["DeadLetterQueueSourceArn"] = source
        return answer

    return receive_message


def _delete(original):
    # moto: built the list of the remaining messages without a lock; one sent meanwhile was lost.
    def delete_message(self, receipt_handle):
        with self._messages_lock:
            original(self, receipt_handle)

    return delete_message


def install() -> None:
    """Puts the corrections into moto."""
    takes = ("queue_name", "count", "wait_seconds_timeout", "visibility_timeout", "message_attribute_names")
    replace(SQSBackend, "receive_message", _receive, takes=takes)
    replace(SQSResponse, "receive_message", _source, takes=())
    replace(Queue, "delete_message", _delete, takes=("receipt_handle",))
    expect(models, "_filter_message_attributes", ("message", "input_message_attributes"))
    expect(Message, "mark_received", ("visibility_timeout",))
    Message.received_before = 0  # how often other queues had delivered it
