"""SQS: dead-letter queues, and chains of them."""
from aws import refusal


def _give_up(queues, source: str, dead: str) -> tuple[list[int], dict]:
    """Receives from a queue until its message is in the other: the counts seen, and the message there."""
    counts, found = [], []

    def given_up():
        received = queues.receive(source, wait=0, VisibilityTimeout=0)
        counts.extend(int(message["Attributes"]["ApproximateReceiveCount"]) for message in received)
        found.extend([] if received else queues.receive(dead, wait=0, VisibilityTimeout=0))
        return found

    return counts, queues.aws.until(given_up, "the message is in the dead-letter queue")[0]


def test_a_message_is_given_up_after_so_many_receives(queues):
    """After maxReceiveCount receives, a message goes to the dead-letter queue instead of being received again.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    dead = queues.create()
    source = queues.giving_up_to(dead, 2)
    queues.send(source, "poison")
    counts, given_up = _give_up(queues, source, dead)
    assert counts == [1, 2] and given_up["Body"] == "poison"


def test_every_queue_of_a_chain_delivers_before_it_gives_up(queues):
    """In a chain of dead-letter queues, ApproximateReceiveCount goes on counting, and each queue delivers maxReceiveCount \
times itself.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    terminal = queues.create()
    dead = queues.giving_up_to(terminal, 2)
    source = queues.giving_up_to(dead, 1)
    queues.send(source, "poison")
    in_source, first_in_dead = _give_up(queues, source, dead)
    in_dead, in_terminal = _give_up(queues, dead, terminal)
    counts = [int(message["Attributes"]["ApproximateReceiveCount"]) for message in (first_in_dead, in_terminal)]
    assert (in_source, counts[0], in_dead, counts[1]) == ([1], 2, [3], 4)


def test_a_dead_letter_is_the_same_message(queues):
    """A dead letter of a standard queue keeps its id, its attributes and the time when it was sent.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    dead = queues.create()
    source = queues.giving_up_to(dead, 1)
    queues.send(source, "poison", MessageAttributes={"taskToken": {"DataType": "String", "StringValue": "AQCU"}})
    before = queues.take(source, VisibilityTimeout=0)
    _, given_up = _give_up(queues, source, dead)
    assert given_up["MessageId"] == before["MessageId"]
    assert given_up["MessageAttributes"] == before["MessageAttributes"]
    assert given_up["Attributes"]["SentTimestamp"] == before["Attributes"]["SentTimestamp"]


def test_a_dead_letter_says_which_queue_gave_it_up(queues):
    """A dead letter has the attribute DeadLetterQueueSourceArn; before, it has none.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    dead = queues.create()
    source = queues.giving_up_to(dead, 1)
    queues.send(source, "poison")
    assert "DeadLetterQueueSourceArn" not in queues.take(source, VisibilityTimeout=0)["Attributes"]
    _, given_up = _give_up(queues, source, dead)
    assert given_up["Attributes"]["DeadLetterQueueSourceArn"] == queues.arn(source)


def test_a_fifo_dead_letter_stays_in_its_group(queues):
    """A dead letter of a FIFO queue keeps its id, its attributes and its group, goes on counting its receives, and has the \
attribute DeadLetterQueueSourceArn.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
    """
    dead = queues.create(FifoQueue="true")
    source = queues.giving_up_to(dead, 2, FifoQueue="true")
    attributes = {"taskToken": {"DataType": "String", "StringValue": "AQCU"}}
    queues.send(source, "poison", MessageGroupId="loan-42", MessageDeduplicationId="id", MessageAttributes=attributes)
    before = queues.take(source, VisibilityTimeout=0)
    counts, given_up = _give_up(queues, source, dead)
    assert (given_up["MessageId"], given_up["MessageAttributes"]) == (before["MessageId"], attributes)
    assert given_up["Attributes"]["MessageGroupId"] == "loan-42"
    assert (counts, given_up["Attributes"]["ApproximateReceiveCount"]) == ([2], "3")
    assert given_up["Attributes"]["DeadLetterQueueSourceArn"] == queues.arn(source)


def test_fifo_dead_letters_are_no_duplicates(queues):
    """Two messages with the same deduplication id that are given up to the same FIFO queue are both there: the id of each \
takes the place of its deduplication id.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
    """
    dead = queues.create(FifoQueue="true")
    for body in ("one", "another"):
        source = queues.giving_up_to(dead, 1, FifoQueue="true")
        queues.send(source, body, MessageGroupId="loan-42", MessageDeduplicationId="id")
        assert queues.take(source, VisibilityTimeout=0)["Attributes"]["MessageDeduplicationId"] == "id"
        queues.aws.until(lambda source=source: not queues.receive(source, VisibilityTimeout=0), "the message is given up")
    given_up = queues.collect(dead, 2, VisibilityTimeout=0)
    assert sorted(message["Body"] for message in given_up) == ["another", "one"]
    assert all(message["Attributes"]["MessageDeduplicationId"] == message["MessageId"] for message in given_up)


def test_a_fifo_queue_wants_a_fifo_dead_letter_queue(queues):
    """A FIFO queue with a standard dead-letter queue is refused.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    standard, fifo = queues.create(), queues.create(FifoQueue="true")
    assert refusal(queues.giving_up_to, dead=standard, receives=1, FifoQueue="true") != "accepted"
    assert refusal(queues.giving_up_to, dead=fifo, receives=1, FifoQueue="true") == "accepted"
