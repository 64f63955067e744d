"""A stack that is deployed again, with another template."""
import json

import pytest
from botocore.exceptions import ClientError
from conftest import ROLE, refusal, unique

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
BROKEN = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def machine(definition):
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition, "RoleArn": ROLE}}


def role(action, name="does"):
    allowed = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    policies = [{"PolicyName": name, "PolicyDocument": allowed}]
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}, "Policies": policies}}


class Stack:
    """A stack and what is in it."""

    def __init__(self, aws, **resources):
        self.aws, self.name, self.client = aws, unique(), aws("cloudformation")
        self.client.create_stack(StackName=self.name, TemplateBody=self._template(resources), Capabilities=["CAPABILITY_IAM"])

    @staticmethod
    def _template(resources):
        return json.dumps({"Resources": resources, "Outputs": {f"{name}Out": {"Value": {"Ref": name}} for name in resources}})

    def update(self, **resources):
        self.client.update_stack(StackName=self.name, TemplateBody=self._template(resources), Capabilities=["CAPABILITY_IAM"])

    def outputs(self):
        found = self.client.describe_stacks(StackName=self.name)["Stacks"][0]
        return {o["OutputKey"].removesuffix("Out"): o["OutputValue"] for o in found["Outputs"]}

    def queue(self, name):
        return self.aws("sqs").get_queue_attributes(QueueUrl=self.outputs()[name], AttributeNames=["All"])["Attributes"]


def test_a_queue_changes_and_keeps_its_messages(aws):
    dead = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5}
    stack = Stack(aws, Work=queue(RedrivePolicy=dead), Dead=queue())
    url = stack.outputs()["Work"]
    aws("sqs").send_message(QueueUrl=url, MessageBody="still here")
    stack.update(Work=queue(RedrivePolicy={**dead, "maxReceiveCount": 3}, MessageRetentionPeriod=60, VisibilityTimeout=7), Dead=queue())
    found = stack.queue("Work")
    assert json.loads(found["RedrivePolicy"])["maxReceiveCount"] == 3
    assert (found["MessageRetentionPeriod"], found["VisibilityTimeout"]) == ("60", "7")
    stack.update(Work=queue(), Dead=queue())
    assert "RedrivePolicy" not in stack.queue("Work")
    assert (stack.outputs()["Work"], stack.queue("Work")["ApproximateNumberOfMessages"]) == (url, "1")


def test_the_policies_of_a_role_are_those_of_the_template(aws):
    stack = Stack(aws, Role=role("sqs:SendMessage"))
    stack.update(Role=role("sqs:ReceiveMessage", "other"))
    name = stack.outputs()["Role"]
    assert aws("iam").list_role_policies(RoleName=name)["PolicyNames"] == ["other"]
    document = aws("iam").get_role_policy(RoleName=name, PolicyName="other")["PolicyDocument"]
    assert document["Statement"][0]["Action"] == "sqs:ReceiveMessage"


def test_what_cannot_be_changed_here_is_kept(aws):
    logs = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 1}}
    stack = Stack(aws, Logs=logs)
    before = stack.outputs()
    stack.update(Logs={**logs, "Properties": {"RetentionInDays": 3}})
    assert stack.outputs() == before


def test_a_failed_update_leaves_everything_as_it_was_and_says_why(aws):
    stack = Stack(aws, Machine=machine(PASS), Work=queue(VisibilityTimeout=7), Gone=queue())
    before = stack.outputs()
    aws("sqs").send_message(QueueUrl=before["Gone"], MessageBody="still here")
    with pytest.raises(ClientError, match="Nowhere") as refused:
        stack.update(Machine=machine(BROKEN), Work=queue(VisibilityTimeout=9), New=queue())
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert stack.outputs() == before
    assert stack.client.describe_stacks(StackName=stack.name)["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (stack.queue("Work")["VisibilityTimeout"], stack.queue("Gone")["ApproximateNumberOfMessages"]) == ("7", "1")
    assert not [u for u in aws("sqs").list_queues().get("QueueUrls", []) if f"{stack.name}-New" in u]
    stack.update(Machine=machine(PASS), Work=queue(VisibilityTimeout=9))
    assert stack.queue("Work")["VisibilityTimeout"] == "9"


def test_a_reference_to_nothing_is_named(aws):
    stack = Stack(aws, Work=queue())
    with pytest.raises(ClientError, match="Nobody"):
        stack.update(Work=queue(VisibilityTimeout={"Ref": "Nobody"}))


def test_what_was_gone_comes_back_new(aws):
    stack = Stack(aws, Work=queue(), More=queue())
    first = stack.outputs()["More"]
    stack.update(Work=queue())
    assert refusal(aws("sqs").get_queue_attributes, QueueUrl=first).endswith("NonExistentQueue")
    stack.update(Work=queue(), More=queue())
    assert stack.queue("More")["ApproximateNumberOfMessages"] == "0"


def test_what_has_a_condition_comes_changes_and_goes_with_it(aws):
    name, client = unique(), aws("cloudformation")

    def apply(call, wanted: str, seconds: int) -> set[str]:
        template = {
            "Parameters": {"Wanted": {"Type": "String", "Default": "no"}},
            "Conditions": {"IsWanted": {"Fn::Equals": [{"Ref": "Wanted"}, "yes"]}},
            "Resources": {
                "Always": queue(),
                "Dead": {**queue(), "Condition": "IsWanted"},
                "Some": {**queue(VisibilityTimeout=seconds, RedrivePolicy={
                    "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5,
                }), "Condition": "IsWanted"},
            },
        }  # fmt: skip
        parameters = [{"ParameterKey": "Wanted", "ParameterValue": wanted}]
        call(StackName=name, TemplateBody=json.dumps(template), Parameters=parameters)
        rows = client.describe_stack_resources(StackName=name)["StackResources"]
        return {row["LogicalResourceId"] for row in rows if "PhysicalResourceId" in row}

    assert apply(client.create_stack, "no", 1) == {"Always"}
    assert apply(client.update_stack, "no", 2) == {"Always"}
    assert apply(client.update_stack, "yes", 3) == {"Always", "Dead", "Some"}
    assert apply(client.update_stack, "yes", 4) == {"Always", "Dead", "Some"}
    assert apply(client.update_stack, "no", 5) == {"Always"}
    assert [url for url in aws("sqs").list_queues()["QueueUrls"] if f"/{name}-Some" in url] == []
