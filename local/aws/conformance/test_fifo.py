"""SQS: FIFO queues, their groups and duplicates."""
import pytest
from aws import refusal


@pytest.fixture
def queue(queues):
    return queues.create(FifoQueue="true")


def _send(queues, url: str, *bodies: str, group: str = "loan-42") -> None:
    for body in bodies:
        queues.send(url, body, MessageGroupId=group, MessageDeduplicationId=body)


def _bodies(messages: list[dict]) -> list[str]:
    return [message["Body"] for message in messages]


def test_a_group_waits_for_its_head(queues, queue):
    """While a message of a group is in flight, those behind it wait, and other groups do not.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagegroupid-property.html
    """
    _send(queues, queue, "first", "second")
    head = queues.take(queue, VisibilityTimeout=600)
    _send(queues, queue, "other", group="loan-43")
    assert queues.take(queue, VisibilityTimeout=600)["Body"] == "other"
    assert queues.receive(queue) == []
    queues.delete(queue, head)
    assert (head["Body"], queues.take(queue)["Body"]) == ("first", "second")


def test_a_group_comes_again_in_its_order(queues, queue):
    """What was received together and not deleted comes again in its order, and every message behind the head has used up a \
receive, too.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
    """
    _send(queues, queue, "first", "second")
    together = queues.collect(queue, 2, VisibilityTimeout=600)
    for message in together:
        queues.hide(queue, message, 0)
    again = queues.collect(queue, 2, VisibilityTimeout=600)
    assert _bodies(together) == _bodies(again) == ["first", "second"]
    assert [message["Attributes"]["ApproximateReceiveCount"] for message in again] == ["2", "2"]


def test_a_group_goes_on_without_a_head_that_is_given_up(queues):
    """A group goes on without a head that went to the dead-letter queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    dead = queues.create(FifoQueue="true")
    source = queues.giving_up_to(dead, 1, FifoQueue="true")
    _send(queues, source, "poison", "behind it")
    assert queues.take(source, VisibilityTimeout=0)["Body"] == "poison"
    assert queues.take(source)["Body"] == "behind it"
    assert queues.take(dead)["Body"] == "poison"


def test_a_duplicate_is_accepted_and_not_delivered(queues, queue):
    """A message with the deduplication id of one that was sent within five minutes is accepted, and not delivered, also \
after the first was deleted.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    """
    _send(queues, queue, "first", "first")
    queues.delete(queue, queues.take(queue))
    _send(queues, queue, "first", "second")
    assert queues.take(queue)["Body"] == "second"


def test_a_duplicate_is_one_of_its_group_on_request(queues):
    """With DeduplicationScope messageGroup and FifoThroughputLimit perMessageGroupId, the same deduplication id in two groups \
is that of two messages, and in one group that of one.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    """
    queue = queues.create(FifoQueue="true", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group in ("loan-42", "loan-43"):
        for body in ("first", "duplicate"):
            queues.send(queue, body, MessageGroupId=group, MessageDeduplicationId="id")
        _send(queues, queue, "witness", group=group)
    messages = queues.collect(queue, 4, VisibilityTimeout=0)
    found = sorted((message["Attributes"]["MessageGroupId"], message["Body"]) for message in messages)
    assert found == [(group, body) for group in ("loan-42", "loan-43") for body in ("first", "witness")]


def test_a_duplicate_is_one_of_the_queue_otherwise(queues, queue):
    """Without DeduplicationScope messageGroup, a message with a deduplication id that was sent in another group is a \
duplicate, too.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
    """
    for group in ("loan-42", "loan-43"):
        queues.send(queue, group, MessageGroupId=group, MessageDeduplicationId="id")
    _send(queues, queue, "witness", group="loan-43")
    assert sorted(_bodies(queues.collect(queue, 2))) == ["loan-42", "witness"]


def test_the_same_body_under_different_ids_is_delivered_twice(queues, queue):
    """Messages with different deduplication ids are delivered, also with the same body.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    """
    for id in ("token-1", "token-2"):
        queues.send(queue, "task", MessageGroupId="loan-42", MessageDeduplicationId=id)
    assert _bodies(queues.collect(queue, 2)) == ["task", "task"]


def test_the_content_is_the_deduplication_id_on_request(queues):
    """With ContentBasedDeduplication, a message without a deduplication id is a duplicate of one with the same body.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    """
    queue = queues.create(FifoQueue="true", ContentBasedDeduplication="true")
    for body in ("same", "same", "other"):
        queues.send(queue, body, MessageGroupId="loan-42")
    assert _bodies(queues.collect(queue, 2)) == ["same", "other"]


def test_a_fifo_message_needs_a_group_and_an_id(queues, queue):
    """A message to a FIFO queue without a group, or without a deduplication id where the content is none, is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
    """
    send = queues.sqs.send_message
    assert refusal(send, QueueUrl=queue, MessageBody="x", MessageDeduplicationId="1") == "MissingParameter"
    assert refusal(send, QueueUrl=queue, MessageBody="x", MessageGroupId="1") == "InvalidParameterValue"
