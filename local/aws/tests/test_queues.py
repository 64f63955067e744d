import json
from concurrent.futures import ThreadPoolExecutor

from conftest import unique, until


def queue(aws, **attributes):
    url = aws("sqs").create_queue(QueueName=unique() + (".fifo" if "FifoQueue" in attributes else ""), Attributes=attributes)["QueueUrl"]
    return url, aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def before(aws, dead_arn, receives, **attributes):
    policy = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": receives})
    return queue(aws, RedrivePolicy=policy, **attributes)


def receive(aws, url, **options):
    return aws("sqs").receive_message(QueueUrl=url, AttributeNames=["All"], **options).get("Messages", [])


def counts(aws, url):
    return [int(m["Attributes"]["ApproximateReceiveCount"]) for m in receive(aws, url, VisibilityTimeout=0)]


def test_every_queue_of_a_chain_delivers_before_it_gives_up(aws):
    terminal, arn = queue(aws)
    dead, arn = before(aws, arn, 2)
    source, _ = before(aws, arn, 3)
    aws("sqs").send_message(QueueUrl=source, MessageBody="poison")
    seen = {}
    for name, url in (("source", source), ("dead", dead), ("terminal", terminal)):
        seen[name] = []
        while count := (counts(aws, url) if len(seen[name]) < 6 else []):
            seen[name] += count
    assert seen["source"] == [1, 2, 3] and seen["dead"] == [4, 5] and seen["terminal"] == [6, 7, 8, 9, 10, 11]


def test_many_consumers_share_the_messages(aws):
    url, _ = queue(aws)
    for batch in range(20):
        entries = [{"Id": str(i), "MessageBody": f"{batch}-{i}"} for i in range(10)]
        aws("sqs").send_message_batch(QueueUrl=url, Entries=entries)

    def consume(_):
        got = []
        while messages := receive(aws, url, MaxNumberOfMessages=3):
            got += [m["Body"] for m in messages]
        return got

    with ThreadPoolExecutor(8) as pool:
        got = [body for part in pool.map(consume, range(8)) for body in part]
    assert len(got) == len(set(got)) == 200


def test_nothing_sent_while_others_are_deleted_is_lost(aws):
    url, _ = queue(aws)

    def send(i):
        aws("sqs").send_message(QueueUrl=url, MessageBody=str(i))

    def delete(_):
        got = []
        while messages := receive(aws, url, MaxNumberOfMessages=1, WaitTimeSeconds=1):
            aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=messages[0]["ReceiptHandle"])
            got.append(messages[0]["Body"])
        return got

    with ThreadPoolExecutor(12) as pool:
        sending = [pool.submit(send, i) for i in range(100)]
        got = [body for part in pool.map(delete, range(6)) for body in part]
        assert all(s.result() is None for s in sending)
    assert sorted(map(int, got)) == list(range(100))


def test_a_fifo_group_waits_for_its_head_and_others_do_not(aws):
    url, _ = queue(aws, FifoQueue="true")
    for group, body in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        aws("sqs").send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body)
    (head,) = receive(aws, url, MaxNumberOfMessages=1)
    assert [m["Body"] for m in receive(aws, url, MaxNumberOfMessages=10)] == ["b1"]
    assert receive(aws, url, WaitTimeSeconds=1) == []
    aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=head["ReceiptHandle"])
    assert [m["Body"] for m in receive(aws, url)] == ["a2"]


def test_a_waiting_consumer_sees_a_message_that_becomes_visible_again(aws):
    url, _ = queue(aws)
    aws("sqs").send_message(QueueUrl=url, MessageBody="again")
    receive(aws, url, VisibilityTimeout=1)
    assert until(lambda: receive(aws, url, WaitTimeSeconds=5))[0]["Body"] == "again"
