import subprocess
import sys

from conftest import ROOT, refusal, unique

DUPLICATES = """
from local_aws import queues, sending
queues.install()
sending.install()
from moto.sqs.models import sqs_backends

sqs = sqs_backends["123456789012"]["us-east-1"]
sqs.create_queue("dead.fifo", FifoQueue="true")
policy = {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead.fifo", "maxReceiveCount": 1}
sqs.create_queue("q.fifo", FifoQueue="true", RedrivePolicy=policy)
sqs.create_queue("other.fifo", FifoQueue="true", RedrivePolicy=policy)
sqs.create_queue("groups.fifo", FifoQueue="true", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")

def send(body, queue="q.fifo", group="g"):
    sqs.send_message(queue, body, deduplication_id="id", group_id=group)

def receive(queue="q.fifo"):
    return [message.body for message in sqs.receive_message(queue, 10, 0, 0)]
"""


def outcome(program):
    ran = subprocess.run([sys.executable, "-c", DUPLICATES + program], cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_a_deduplication_id_is_free_again_after_five_minutes():
    """In a process of its own, with minutes that last no time."""
    assert outcome("""
send("first"), send("duplicate")
sqs.delete_message("q.fifo", sqs.receive_message("q.fifo", 1, 0, 60)[0].receipt_handle)
send("duplicate")
sending.FIVE_MINUTES = 0
send("later")
print(*receive())
""") == ["later"]


def test_a_deduplication_id_is_good_for_one_group_where_the_queue_says_so():
    assert outcome("""
for queue in ("q.fifo", "groups.fifo"):
    send("first", queue), send("duplicate", queue), send("other-group", queue, "h"), send("duplicate", queue, "h")
    print(*receive(queue), "|")
""") == ["first", "|", "first", "other-group", "|"]


def test_a_dead_letter_is_no_duplicate():
    assert outcome("""
for queue in ("q.fifo", "other.fifo"):
    send(queue, queue)
    receive(queue), receive(queue)
print(*receive("dead.fifo"))
""") == ["q.fifo", "other.fifo"]


def test_binary_attributes_count_as_well(aws):
    url = aws("sqs").create_queue(QueueName=unique(), Attributes={"MaximumMessageSize": "1024"})["QueueUrl"]

    def send(size):
        attribute = {"a": {"DataType": "Binary", "BinaryValue": b"x" * size}}
        return refusal(aws("sqs").send_message, QueueUrl=url, MessageBody="x" * 1000, MessageAttributes=attribute)

    assert (send(17), send(18)) == ("accepted", "InvalidParameterValue")  # and seven of the name and the type
