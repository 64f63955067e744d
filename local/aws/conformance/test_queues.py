"""SQS: delivery, visibility, and the limits of a message."""
from concurrent.futures import ThreadPoolExecutor

import pytest
from aws import refusal


@pytest.fixture
def queue(queues):
    return queues.create()


def _coming_again(queues, change) -> list[str]:
    """What comes when the visibility timeout of a message, which was changed meanwhile, and of a witness has passed."""
    queue = queues.create()
    queues.send(queue, "message")
    change(queue, queues.take(queue, VisibilityTimeout=2))
    queues.send(queue, "witness")
    queues.take(queue, VisibilityTimeout=2)
    coming = [queues.take(queue, VisibilityTimeout=600), *queues.receive(queue)]
    return [message["Body"] for message in coming]


@pytest.fixture(scope="module")
def changed(queues):
    """Everything here that has to wait, begun at once."""
    with ThreadPoolExecutor() as pool:
        yield {
            "hidden": pool.submit(_coming_again, queues, lambda queue, message: queues.hide(queue, message, 600)),
            "deleted": pool.submit(_coming_again, queues, queues.delete),
        }


def test_a_message_comes_again_after_its_visibility_timeout(queues, queue, changed):
    """A message that is received and not deleted comes again after its visibility timeout, counted and with another receipt \
handle.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
    """
    queues.send(queue, "task")
    first, second = queues.take(queue, VisibilityTimeout=1), queues.take(queue)
    assert first["MessageId"] == second["MessageId"] and first["ReceiptHandle"] != second["ReceiptHandle"]
    assert [message["Attributes"]["ApproximateReceiveCount"] for message in (first, second)] == ["1", "2"]


def test_a_message_is_hidden_until_its_own_visibility_is_changed(queues, queue):
    """What is received is hidden from all consumers; ChangeMessageVisibility with 0 shows one message at once, and the others \
stay hidden.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    queues.send(queue, "now", "later")
    now, _ = sorted(queues.collect(queue, 2, VisibilityTimeout=600), key=lambda message: message["Body"], reverse=True)
    queues.hide(queue, now, 0)
    assert queues.take(queue, VisibilityTimeout=600)["MessageId"] == now["MessageId"]
    assert queues.receive(queue) == []


def test_a_visibility_timeout_is_counted_from_its_change(changed):
    """ChangeMessageVisibility replaces what is left of a visibility timeout, and can make it longer.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    assert changed["hidden"].result() == ["witness"]


def test_a_deleted_message_does_not_come_again(changed):
    """A message that was deleted does not come again (or so rarely that no test shows it).

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
    """
    assert changed["deleted"].result() == ["witness"]


def test_a_visibility_timeout_is_twelve_hours_at_most(queues, queue):
    """A visibility timeout of more than 43,200 seconds is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
    """
    queues.send(queue, "task")
    of_message = {"QueueUrl": queue, "ReceiptHandle": queues.take(queue)["ReceiptHandle"]}
    change = queues.sqs.change_message_visibility
    assert refusal(change, **of_message, VisibilityTimeout=43_201) == "InvalidParameterValue"
    assert refusal(change, **of_message, VisibilityTimeout=43_000) == "accepted"


def test_a_receive_gives_ten_messages_at_most(queues, queue):
    """A receive of more than ten messages is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    receive = queues.sqs.receive_message
    assert refusal(receive, QueueUrl=queue, MaxNumberOfMessages=10) == "accepted"
    assert refusal(receive, QueueUrl=queue, MaxNumberOfMessages=11) == "InvalidParameterValue"


def test_message_attributes_come_when_they_are_asked_for(queues, queue):
    """Message attributes come when the consumer asks for them.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """
    attribute = {"taskToken": {"DataType": "String", "StringValue": "AQCU+/=="}}
    queues.send(queue, "task", MessageAttributes=attribute)
    assert queues.take(queue, VisibilityTimeout=0)["MessageAttributes"] == attribute
    (message,) = queues.aws.until(lambda: queues.sqs.receive_message(QueueUrl=queue).get("Messages"), "it comes again")
    assert "MessageAttributes" not in message


def test_a_message_has_ten_attributes_at_most(queues, queue):
    """A message with more than ten attributes is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """

    def send(count: int) -> str:
        attributes = {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(count)}
        return refusal(queues.sqs.send_message, QueueUrl=queue, MessageBody="task", MessageAttributes=attributes)

    assert (send(10), send(11)) == ("accepted", "InvalidParameterValue")


def test_a_copy_has_the_attributes_of_its_message(queues, queue):
    """A message of a FIFO queue can be sent on to a standard queue with the attributes that it came with, of all types: \
String, Number and Binary; the copy has ten of them at most, too.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
    """
    types = {
        "taskToken": {"DataType": "String", "StringValue": "AQCU+/=="},
        "amount": {"DataType": "Number", "StringValue": "-1499.95"},
        "document": {"DataType": "Binary", "BinaryValue": bytes(range(256))},
    }
    attributes = types | {f"a{number}": {"DataType": "String", "StringValue": "x"} for number in range(7)}
    fifo = queues.create(FifoQueue="true")
    queues.send(fifo, "task", MessageGroupId="loan-42", MessageDeduplicationId="id", MessageAttributes=attributes)
    original = queues.take(fifo)
    one_more = original["MessageAttributes"] | {"reason": {"DataType": "String", "StringValue": "x"}}
    copy = {"QueueUrl": queue, "MessageBody": original["Body"]}
    assert refusal(queues.sqs.send_message, **copy, MessageAttributes=one_more) == "InvalidParameterValue"
    assert refusal(queues.sqs.send_message, **copy, MessageAttributes=original["MessageAttributes"]) == "accepted"
    assert queues.take(queue)["MessageAttributes"] == original["MessageAttributes"] == attributes


def test_a_message_is_a_mebibyte_at_most(queues, queue):
    """A message of more than 1,048,576 bytes of UTF-8, its attributes included, is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    send = queues.sqs.send_message
    assert refusal(send, QueueUrl=queue, MessageBody="x" * 1_048_576) == "accepted"
    assert refusal(send, QueueUrl=queue, MessageBody="x" * 1_048_577) == "InvalidParameterValue"
    assert refusal(send, QueueUrl=queue, MessageBody="ü" * 600_000) == "InvalidParameterValue"
    attribute = {"a": {"DataType": "String", "StringValue": "x"}}
    assert refusal(send, QueueUrl=queue, MessageBody="x" * 1_048_576, MessageAttributes=attribute) == "InvalidParameterValue"


def test_a_queue_counts_what_is_visible_and_what_is_in_flight(queues, queue):
    """A queue tells, a little later, how many of its messages are visible and how many are in flight.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
    """
    queues.send(queue, "one", "two", "three")
    queues.take(queue, VisibilityTimeout=600)
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def counted():
        found = queues.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return [found[name] for name in names] == ["2", "1"]

    queues.aws.until(counted, "two visible, one in flight")
