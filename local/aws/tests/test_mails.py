import json
import urllib.request

from conftest import refusal, unique


def mails(aws, recipient):
    with urllib.request.urlopen(f"{aws.endpoint}/moto-api/mails") as reply:
        return [mail for mail in json.load(reply)["mails"] if recipient in mail["to"]]


def mail(sender, recipient, **body):
    simple = {"Subject": {"Data": "Loan 42"}, "Body": {kind: {"Data": text} for kind, text in body.items()}}
    return {"FromEmailAddress": sender, "Destination": {"ToAddresses": [recipient]}, "Content": {"Simple": simple}}


def test_what_was_sent_can_be_read_with_all_its_parts(aws):
    ses, recipient = aws("sesv2"), f"{unique()}@example.com"
    ses.create_email_identity(EmailIdentity="bridge.example.com")
    sender = "Bridge <no-reply@bridge.example.com>"
    id = ses.send_email(**mail(sender, recipient, Html="<p>ä</p>", Text="ä"), ConfigurationSetName="all")["MessageId"]
    ses.send_email(**mail(sender, recipient, Text="again"))
    first, second = mails(aws, recipient)
    assert first.pop("sentAt").endswith("Z")
    assert first == {
        "id": id, "from": sender, "to": [recipient], "cc": [], "bcc": [], "subject": "Loan 42", "text": "ä", "html": "<p>ä</p>",
        "configurationSet": "all"}  # fmt: skip
    assert (second["text"], second["html"], second["configurationSet"]) == ("again", None, None)


def test_a_sender_that_is_not_verified_sends_nothing(aws):
    recipient = f"{unique()}@example.com"
    assert refusal(aws("sesv2").send_email, **mail("no-reply@elsewhere.example", recipient, Text="x")) == "MessageRejected"
    assert mails(aws, recipient) == []
