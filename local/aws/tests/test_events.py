"""Which rules an event matches: those with a pattern that fits it, and none that has only a schedule."""
import json
import uuid

import pytest


@pytest.fixture
def events(aws):
    client = aws("events")
    rules = []

    def rule(**how) -> str:
        name = f"rule-{uuid.uuid4().hex}"
        client.put_rule(Name=name, **how)
        rules.append(name)
        return name

    client.rule = rule
    yield client
    for name in rules:
        targets = [target["Id"] for target in client.list_targets_by_rule(Rule=name)["Targets"]]
        if targets:
            client.remove_targets(Rule=name, Ids=targets)
        client.delete_rule(Name=name)


def put(events, source: str) -> int:
    entry = {"Source": source, "DetailType": "Late", "Detail": json.dumps({"id": 7})}
    return events.put_events(Entries=[entry])["FailedEntryCount"]


def test_a_rule_gets_the_events_of_its_pattern(aws, events):
    queue = aws.queue()
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    name = events.rule(EventPattern=json.dumps({"source": ["callback-bridge"]}))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    assert put(events, "somebody") == 0
    assert put(events, "callback-bridge") == 0
    messages = aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"])["source"] for message in messages] == ["callback-bridge"]


def test_a_schedule_gets_no_event(events):
    name = events.rule(ScheduleExpression="rate(1 minute)")
    function = "arn:aws:lambda:us-east-1:123456789012:function:sweep"
    events.put_targets(Rule=name, Targets=[{"Id": "sweep", "Arn": function}])
    assert put(events, "callback-bridge") == 0
