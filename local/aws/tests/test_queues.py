import json
import subprocess
import sys

from conftest import ROOT, unique, until


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


def test_a_dead_letter_says_which_queue_gave_it_up(aws):
    dead, arn = queue(aws)
    source, source_arn = before(aws, arn, 1)
    aws("sqs").send_message(QueueUrl=source, MessageBody="poison")
    (first,) = receive(aws, source, VisibilityTimeout=0)
    assert "DeadLetterQueueSourceArn" not in first["Attributes"]
    until(lambda: not receive(aws, source, VisibilityTimeout=0))

    def given_up(*names):
        (message,) = aws("sqs").receive_message(QueueUrl=dead, VisibilityTimeout=0, MessageSystemAttributeNames=names)["Messages"]
        return message.get("Attributes", {})

    assert given_up("All")["DeadLetterQueueSourceArn"] == source_arn
    assert given_up("DeadLetterQueueSourceArn") == {"DeadLetterQueueSourceArn": source_arn}
    assert "DeadLetterQueueSourceArn" not in given_up("SentTimestamp")


RACE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from local_aws import queues
queues.install()
from moto.sqs.models import sqs_backends

sys.setswitchinterval(1e-6)  # threads change places as often as they can
sqs = sqs_backends["123456789012"]["us-east-1"]
sqs.create_queue("q", tags={}, region="us-east-1")

def send(i):
    sqs.send_message("q", str(i))

def consume(delete):
    got, misses = [], 0
    while misses < 3:
        messages = sqs.receive_message("q", 2, 0, 60)
        misses = 0 if messages else misses + 1
        for message in messages:
            got.append(message.body)
            if delete:
                sqs.delete_message("q", message.receipt_handle)
    return got
"""


def race(program):
    ran = subprocess.run([sys.executable, "-c", RACE + program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return sorted(json.loads(ran.stdout))


def test_consumers_at_once_never_get_the_same_message():
    """In a process of its own, without the network in between: the races are narrow."""
    got = race("""
for i in range(400):
    send(i)
with ThreadPoolExecutor(8) as pool:
    print([int(body) for part in pool.map(consume, [False] * 8) for body in part])
""")
    assert got == list(range(400))


def test_nothing_sent_while_others_are_deleted_is_lost():
    got = race("""
with ThreadPoolExecutor(8) as pool:
    sending = [pool.submit(send, i) for i in range(400)]
    got = [body for part in pool.map(consume, [True] * 4) for body in part]
    assert all(done.result() is None for done in sending)
print([int(body) for body in got + consume(True)])
""")
    assert got == list(range(400))


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
