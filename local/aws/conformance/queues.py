"""Queues, and the words of a consumer."""
import json

from aws import Aws, refusal


class Queues:
    """Makes queues; each test has its own."""

    def __init__(self, aws: Aws):
        self.aws, self.sqs = aws, aws.sqs

    def create(self, **attributes) -> str:
        """The URL of a new queue, which can be used."""
        name = self.aws.name() + (".fifo" if "FifoQueue" in attributes else "")

        def delete():
            self.sqs.delete_queue(QueueUrl=self.sqs.get_queue_url(QueueName=name)["QueueUrl"])

        self.aws.later_delete(f"queue {name}", delete, gone="AWS.SimpleQueueService.NonExistentQueue")
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.aws.until(lambda: refusal(self.arn, url=url) == "accepted", "the queue is known")
        return url

    def arn(self, url: str) -> str:
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def giving_up_to(self, dead: str, receives: int, **attributes) -> str:
        """A queue whose messages go to the dead-letter queue `dead` after so many receives."""
        policy = {"deadLetterTargetArn": self.arn(dead), "maxReceiveCount": receives}
        return self.create(RedrivePolicy=json.dumps(policy), **attributes)

    def send(self, url: str, *bodies: str, **more) -> None:
        for body in bodies:
            self.sqs.send_message(QueueUrl=url, MessageBody=body, **more)

    def receive(self, url: str, wait: int = 1, **options) -> list[dict]:
        """What there is, or comes within `wait` seconds."""
        attributes = {"MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
        return self.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait, **attributes, **options).get("Messages", [])

    def take(self, url: str, **options) -> dict:
        """The next message, whenever it comes."""
        return self.aws.until(lambda: self.receive(url, MaxNumberOfMessages=1, **options), "a message comes")[0]

    def collect(self, url: str, count: int, **options) -> list[dict]:
        """So many messages, each once, however many receives that takes."""
        found: dict[str, dict] = {}

        def enough():
            found.update((message["MessageId"], message) for message in self.receive(url, MaxNumberOfMessages=10, **options))
            return len(found) >= count

        self.aws.until(enough, f"{count} messages come")
        return list(found.values())

    def delete(self, url: str, message: dict) -> None:
        self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def hide(self, url: str, message: dict, seconds: int) -> None:
        self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)
