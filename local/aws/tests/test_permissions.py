import json
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import ask, refusal, unique

from local_aws.policies import NotEvaluated, statements

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


class Role:
    """A role with one inline policy, and what it calls."""

    def __init__(self, aws, *allowed: dict):
        self.aws, self.name, self.session = aws, unique(), unique()
        self.arn = aws("iam").create_role(RoleName=self.name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        if allowed:
            self.may(*allowed)
        given = aws("sts").assume_role(RoleArn=self.arn, RoleSessionName=self.session)["Credentials"]
        self.credentials = {
            "aws_access_key_id": given["AccessKeyId"], "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }  # fmt: skip

    def may(self, *statements: dict) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self.aws("iam").put_role_policy(RoleName=self.name, PolicyName="all", PolicyDocument=document)

    def __call__(self, service: str, **other):
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        options = {"endpoint_url": self.aws.endpoint, "region_name": self.aws.region, "config": config, **self.credentials}
        return boto3.client(service, **{**options, **other})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*"):
    return {"Effect": "Deny", "Action": action, "Resource": resource}


def arn_of(aws, queue):
    return aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def waiting(aws):
    """A state machine, and the token of an execution of it that waits."""
    queue = aws.queue()
    machine = aws.machine({"Ask": ask(queue)})
    aws.run(machine)
    return machine, aws.token(queue)


def grants(aws, role):
    with urllib.request.urlopen(f"{aws.endpoint}/local-aws/grants") as answer:
        return [row for row in json.load(answer) if row["role"] == role.arn]


def test_what_is_granted_is_allowed_and_nothing_else(aws):
    queue, other = aws.queue(), aws.queue()
    sqs = Role(aws, allow(["sqs:SendMessage", "sqs:DeleteMessage"], arn_of(aws, queue)))("sqs")
    assert refusal(sqs.send_message, QueueUrl=queue, MessageBody="x") == "accepted"
    assert refusal(sqs.receive_message, QueueUrl=queue) == "AccessDenied"
    assert refusal(sqs.send_message, QueueUrl=other, MessageBody="x") == "AccessDenied"
    entries = [{"Id": "1", "MessageBody": "x"}]
    assert refusal(sqs.send_message_batch, QueueUrl=queue, Entries=entries) == "accepted", "a batch has no action of its own"


def test_a_refusal_is_that_of_aws(aws):
    queue, role = aws.queue(), Role(aws)
    with pytest.raises(ClientError) as refused:
        role("sqs").receive_message(QueueUrl=queue)
    said = refused.value.response
    caller = f"arn:aws:sts::123456789012:assumed-role/{role.name}/{role.session}"
    assert said["Error"]["Message"] == (
        f"User: {caller} is not authorized to perform: sqs:receivemessage on resource: {arn_of(aws, queue)} "
        "because no identity-based policy allows the sqs:receivemessage action"
    )
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 403
    with pytest.raises(ClientError) as refused:
        role("stepfunctions").list_state_machines()
    said = refused.value.response
    assert (said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]) == ("AccessDeniedException", 400)


def test_every_protocol_has_its_refusal(aws):
    role = Role(aws)
    assert refusal(role("lambda").invoke, FunctionName="f") == "AccessDeniedException"
    assert refusal(role("sns").publish, TopicArn="arn:aws:sns:us-east-1:123456789012:t", Message="x") == "AccessDenied"
    assert refusal(role("s3").get_object, Bucket="b", Key="k") == "AccessDenied"
    assert refusal(role("dynamodb").get_item, TableName="t", Key={"id": {"S": "1"}}) == "AccessDeniedException"
    assert refusal(role("sts").get_caller_identity) == "accepted"


def test_a_token_is_answered_by_who_may_answer_its_state_machine(aws):
    machine, token = waiting(aws)
    other, others = waiting(aws)
    sfn = Role(aws, allow("states:SendTask*", machine))("stepfunctions")
    assert refusal(sfn.send_task_heartbeat, taskToken=others) == "AccessDeniedException"
    assert refusal(sfn.send_task_heartbeat, taskToken=token) == "accepted"
    assert refusal(sfn.send_task_success, taskToken=token, output="1") == "accepted"
    assert refusal(sfn.send_task_success, taskToken=token, output="1") == "TaskTimedOut"


def test_a_refusal_does_not_repeat_the_token(aws):
    _, token = waiting(aws)
    with pytest.raises(ClientError) as refused:
        Role(aws)("stepfunctions").send_task_success(taskToken=token, output="1")
    assert token not in str(refused.value.response)


def test_a_mail_needs_its_identity_and_its_configuration_set(aws):
    domain, arn = f"{unique()}.example.com", "arn:aws:ses:us-east-1:123456789012"
    verify = aws("sesv2").create_email_identity
    verify(EmailIdentity=domain)
    text = {"Data": "x"}
    mail = {
        "FromEmailAddress": f"Bridge <bridge@{domain}>", "Destination": {"ToAddresses": ["alice@example.com"]},
        "Content": {"Simple": {"Subject": text, "Body": {"Text": text}}},
    }  # fmt: skip
    role = Role(aws, allow("ses:SendEmail", f"{arn}:identity/{domain}"))
    ses = role("sesv2")
    assert refusal(ses.send_email, **mail) == "accepted"
    assert [grant["used"] for grant in grants(aws, role)] == [True]
    assert refusal(ses.send_email, ConfigurationSetName="bridge", **mail) == "AccessDeniedException"
    role.may(allow("ses:SendEmail", [f"{arn}:identity/{domain}", f"{arn}:configuration-set/bridge"]))
    assert refusal(ses.send_email, ConfigurationSetName="bridge", **mail) == "accepted"
    verify(EmailIdentity=f"bridge@{domain}")
    assert refusal(ses.send_email, **mail) == "AccessDeniedException", "an address that is verified is an identity of its own"


def test_events_need_the_bus_of_each_of_them(aws):
    name = unique()
    arn = aws("events").create_event_bus(Name=name)["EventBusArn"]
    entry = {"Source": "s", "DetailType": "t", "Detail": "{}"}
    role = Role(aws, allow("events:PutEvents", arn))
    events = role("events")
    assert refusal(events.put_events, Entries=[entry | {"EventBusName": name}]) == "accepted"
    assert [grant["used"] for grant in grants(aws, role)] == [True]
    assert refusal(events.put_events, Entries=[entry | {"EventBusName": arn}]) == "accepted"
    assert refusal(events.put_events, Entries=[entry]) == "AccessDeniedException", "that would be the default one"
    assert refusal(events.put_events, Entries=[entry | {"EventBusName": name}, entry]) == "AccessDeniedException"


def test_the_token_of_an_activity_is_answered_by_who_may_answer_the_activity(aws):
    activity = aws.sfn.create_activity(name=unique())["activityArn"]
    machine = aws.machine({"Ask": {"Type": "Task", "Resource": activity, "End": True}})
    aws.run(machine)
    worker = Role(aws, allow("states:GetActivityTask", activity), allow("states:SendTaskSuccess", machine))
    token = worker("stepfunctions").get_activity_task(activityArn=activity)["taskToken"]
    assert refusal(worker("stepfunctions").send_task_success, taskToken=token, output="1") == "AccessDeniedException"
    worker.may(allow("states:SendTaskSuccess", activity))
    assert refusal(worker("stepfunctions").send_task_success, taskToken=token, output="1") == "accepted"


def test_a_token_that_is_not_known_stays_invalid_for_who_may_answer_anything(aws):
    (machine, _), (_, token) = waiting(aws), waiting(aws)
    granted = Role(aws, allow("states:SendTaskSuccess", machine))
    assert refusal(granted("stepfunctions").send_task_success, taskToken="garbage", output="1") == "InvalidToken"
    elsewhere = granted("stepfunctions", region_name="eu-west-1")
    assert refusal(elsewhere.send_task_success, taskToken=token, output="1") == "InvalidToken"
    assert not grants(aws, granted)[0]["used"], "nothing was answered by it"
    assert refusal(Role(aws)("stepfunctions").send_task_success, taskToken="garbage", output="1") == "AccessDeniedException"


def test_a_denial_wins(aws):
    queue = aws.queue()
    sqs = Role(aws, allow("sqs:*"), deny("sqs:ReceiveMessage", arn_of(aws, queue)))("sqs")
    assert refusal(sqs.send_message, QueueUrl=queue, MessageBody="x") == "accepted"
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        sqs.receive_message(QueueUrl=queue)
    assert refusal(sqs.receive_message, QueueUrl=aws.queue()) == "accepted"


def test_a_secret_is_named_by_its_arn_or_its_name(aws):
    name = unique()
    arn = aws("secretsmanager").create_secret(Name=name, SecretString="s")["ARN"]
    role = Role(aws, allow("secretsmanager:GetSecretValue", arn))
    assert role("secretsmanager").get_secret_value(SecretId=name)["SecretString"] == "s"
    assert role("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] == "s"
    other = aws("secretsmanager").create_secret(Name=unique(), SecretString="s")["ARN"]
    assert refusal(role("secretsmanager").get_secret_value, SecretId=other) == "AccessDeniedException"


def test_a_table_an_index_and_the_parts_of_a_transaction(aws):
    name, key = unique(), {"id": {"S": "1"}}
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    index = {"IndexName": "by-id", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    made = aws("dynamodb").create_table(
        TableName=name, KeySchema=schema, AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        GlobalSecondaryIndexes=[index], BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    table = made["TableDescription"]["TableArn"]
    role = Role(aws, allow(["dynamodb:GetItem", "dynamodb:PutItem"], table), allow("dynamodb:Query", f"{table}/index/*"))
    query = {"TableName": name, "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "1"}}}
    dynamodb = role("dynamodb")
    assert refusal(dynamodb.get_item, TableName=name, Key=key) == "accepted"
    assert refusal(dynamodb.query, **query, IndexName="by-id") == "accepted"
    assert refusal(dynamodb.query, **query) == "AccessDeniedException"
    put, drop = {"Put": {"TableName": name, "Item": key}}, {"Delete": {"TableName": name, "Key": key}}
    assert refusal(dynamodb.transact_write_items, TransactItems=[put]) == "accepted"
    assert refusal(dynamodb.transact_write_items, TransactItems=[put, drop]) == "AccessDeniedException"
    assert refusal(dynamodb.batch_write_item, RequestItems={name: [{"PutRequest": {"Item": key}}]}) == "AccessDeniedException"


def test_a_function_a_topic_and_an_object_have_their_arns(aws):
    topic = aws("sns").create_topic(Name=unique())["TopicArn"]
    aws("s3").create_bucket(Bucket=(bucket := unique()))
    aws("s3").put_object(Bucket=bucket, Key="a/b", Body=b"x")
    role = Role(
        aws, allow("sns:Publish", topic), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/a/*"),
        allow("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:nobody"),
    )  # fmt: skip
    assert refusal(role("sns").publish, TopicArn=topic, Message="x") == "accepted"
    assert refusal(role("s3").get_object, Bucket=bucket, Key="a/b") == "accepted"
    assert refusal(role("s3").head_object, Bucket=bucket, Key="a/b") == "accepted"
    assert refusal(role("s3").get_object, Bucket=bucket, Key="b") == "AccessDenied"
    assert refusal(role("lambda").invoke, FunctionName="nobody") == "ResourceNotFoundException"
    assert refusal(role("lambda").invoke, FunctionName="somebody") == "AccessDeniedException"


def test_an_attached_policy_counts_too(aws):
    queue, role = aws.queue(), Role(aws)
    document = json.dumps({"Version": "2012-10-17", "Statement": allow("sqs:PurgeQueue", arn_of(aws, queue))})
    policy = aws("iam").create_policy(PolicyName=unique(), PolicyDocument=document)["Policy"]["Arn"]
    assert refusal(role("sqs").purge_queue, QueueUrl=queue) == "AccessDenied"
    aws("iam").attach_role_policy(RoleName=role.name, PolicyArn=policy)
    assert refusal(role("sqs").purge_queue, QueueUrl=queue) == "accepted"


def test_a_session_is_its_key_and_its_token(aws):
    role = Role(aws, allow("*"))
    assert refusal(role("sqs").list_queues) == "accepted"
    assert refusal(role("sqs", aws_session_token="another").list_queues) == "InvalidClientTokenId"
    assert refusal(role("stepfunctions", aws_session_token=None).list_activities) == "UnrecognizedClientException"


def test_other_credentials_may_do_everything(aws):
    queue = aws.queue()
    assert refusal(aws("sqs").send_message, QueueUrl=queue, MessageBody="x") == "accepted"
    made_up = Role(aws)("sqs", aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_session_token=None)
    assert refusal(made_up.send_message, QueueUrl=queue, MessageBody="x") == "accepted"


def test_a_condition_is_refused_loudly(aws):
    queue = aws.queue()
    role = Role(aws, allow("sqs:SendMessage", Sid="InTime", Condition={"DateLessThan": {"aws:CurrentTime": "2100-01-01T00:00:00Z"}}))
    with pytest.raises(ClientError) as refused:
        role("sqs").send_message(QueueUrl=queue, MessageBody="x")
    said = refused.value.response
    assert said["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert "DateLessThan" in said["Error"]["Message"] and "InTime" in said["Error"]["Message"]


def test_grants_tell_what_was_used(aws):
    queue, other = arn_of(aws, aws.queue()), arn_of(aws, aws.queue())
    role = Role(aws, allow(["sqs:SendMessage", "sqs:ReceiveMessage"], [queue, other], Sid="Both"), allow("xray:*"))
    role("sqs").send_message(QueueUrl=queue.split(":")[-1], MessageBody="x")
    role("sqs").send_message_batch(QueueUrl=queue.split(":")[-1], Entries=[{"Id": "1", "MessageBody": "x"}])
    assert refusal(role("sqs").purge_queue, QueueUrl=queue) == "AccessDenied"
    rows = [(r["sid"], r["action"], r["resource"], r["used"]) for r in grants(aws, role)]
    assert rows == [
        ("Both", "sqs:SendMessage", queue, True), ("Both", "sqs:SendMessage", other, False),
        ("Both", "sqs:ReceiveMessage", queue, False), ("Both", "sqs:ReceiveMessage", other, False),
        (None, "xray:*", "*", False),
    ]  # fmt: skip


def concerned(statement, action, arn, effect="Allow"):
    (read,) = statements(json.dumps({"Statement": {"Effect": effect, **statement}}))
    return read.concerns(action, arn)


@pytest.mark.parametrize(
    ("pattern", "arn", "matches"),
    [
        ("*", "arn:aws:sqs:r:1:a", True), ("arn:aws:sqs:*:*:a?", "arn:aws:sqs:r:1:ab", True), ("arn:aws:sqs:r:1:a?", "arn:aws:sqs:r:1:a", False),
        ("arn:aws:sqs:r:1:a", "arn:aws:sqs:r:1:ab", False), ("arn:aws:sqs:r:1:A", "arn:aws:sqs:r:1:a", False),
        ("arn:aws:sqs:r:1:[ab]", "arn:aws:sqs:r:1:a", False), ("arn.aws", "arn:aws", False),
    ],
)  # fmt: skip
def test_wildcards_of_resources(pattern, arn, matches):
    assert concerned({"Action": "sqs:SendMessage", "Resource": ["arn:aws:sqs:none", pattern]}, "sqs:SendMessage", arn) == matches


def test_actions_have_wildcards_and_no_case():
    assert concerned({"Action": "SQS:sendmessage", "Resource": "*"}, "sqs:SendMessage", "x")
    assert concerned({"Action": ["states:x", "sqs:Send*"], "Resource": "*"}, "sqs:SendMessage", "x")
    assert not concerned({"Action": "sqs:Send", "Resource": "*"}, "sqs:SendMessage", "x")


def test_exceptions_are_all_but_what_is_listed():
    all_but = {"NotAction": "sqs:*", "Resource": "*"}
    assert concerned(all_but, "sns:Publish", "x") and not concerned(all_but, "sqs:SendMessage", "x")
    elsewhere = {"Action": "sqs:*", "NotResource": ["arn:a", "arn:b*"]}
    assert concerned(elsewhere, "sqs:SendMessage", "arn:c") and not concerned(elsewhere, "sqs:SendMessage", "arn:bb")


def test_a_role_is_assumed_by_whoever_may_assume_that_one(aws):
    theirs = "arn:aws:iam::210987654321:role/theirs"
    role = Role(aws, allow("sts:AssumeRole", theirs))
    given = role("sts").assume_role(RoleArn=theirs, RoleSessionName="ours")
    assert given["AssumedRoleUser"]["Arn"] == "arn:aws:sts::210987654321:assumed-role/theirs/ours"
    assert refusal(role("sts").assume_role, RoleArn=theirs + "-too", RoleSessionName="ours") == "AccessDenied"


def test_a_resource_that_is_not_known_may_be_allowed_and_is_only_denied_with_all():
    for resource in ({"Resource": "arn:a"}, {"NotResource": "arn:a"}):
        assert concerned({"Action": "ses:*", **resource}, "ses:SendEmail", None)
        assert not concerned({"Action": "ses:*", **resource}, "ses:SendEmail", None, effect="Deny")
    assert concerned({"Action": "ses:*", "Resource": "*"}, "ses:SendEmail", None, effect="Deny")


def test_a_variable_is_refused_loudly():
    with pytest.raises(NotEvaluated):
        concerned({"Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"}, "s3:GetObject", "arn:aws:s3:::b/c/d")
