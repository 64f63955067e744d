"""What a template may ask for: the resource types, parameters and functions of templates that moto alone does not understand."""
import json

import pytest
from conftest import ROOT, until, unique
from test_deploy import deploy, function

TEMPLATE = ROOT / "tests" / "app" / "resources.yaml"
EXTRA = "arn:aws:states:us-east-1:123456789012:stateMachine:other"


@pytest.fixture(scope="module")
def stack(endpoint):
    return deploy(endpoint, unique(), template=TEMPLATE)


def test_fifo_queues_need_no_name_and_keep_their_settings(aws, stack):
    work = stack["resources"]["Work"]
    attributes = aws("sqs").get_queue_attributes(QueueUrl=work, AttributeNames=["All"])["Attributes"]
    assert work.endswith(".fifo") and attributes["SqsManagedSseEnabled"] == "true"
    assert json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].endswith(stack["resources"]["Dead"].split("/")[-1])
    assert function(stack, "Fn")["environment"]["QUEUE"] == work


def test_alarms_are_created(aws, stack):
    made = {a["AlarmName"]: a for a in aws("cloudwatch").describe_alarms()["MetricAlarms"]}
    alarm, ratio = made[stack["resources"]["Alarm"]], made[stack["resources"]["Ratio"]]
    assert alarm["AlarmActions"] == [stack["outputs"]["TopicArn"]] and alarm["OKActions"] == []
    assert (alarm["Period"], alarm["Threshold"]) == (60, 0) and alarm["Dimensions"][0]["Value"].endswith(".fifo")
    assert [m["Id"] for m in ratio["Metrics"]] == ["sent", "half"]


def test_a_secret_is_generated_into_its_template(aws, stack):
    arn = stack["resources"]["Keys"]
    value = json.loads(aws("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    assert value["kid"] == "1" and len(value["secret"]) == 43 and value["secret"].isalnum()
    assert function(stack, "Fn")["environment"]["SECRET"] == arn


def test_the_environment_of_a_function_is_texts(aws, stack):
    found = aws("lambda").get_function_configuration(FunctionName=function(stack, "Fn")["name"])["Environment"]["Variables"]
    assert (found["LIMIT"], found["STRICT"]) == ("7", "true") and all(isinstance(value, str) for value in found.values())
    listed = [each["Environment"] for each in aws("lambda").list_functions()["Functions"] if "Environment" in each]
    assert {"Variables": found} in listed


def test_an_activity_can_be_polled(aws, stack):
    arn = function(stack, "Fn")["environment"]["ACTIVITY"]
    assert aws.sfn.describe_activity(activityArn=arn)["name"].endswith("-errands")


def test_a_rule_is_on_the_bus_that_it_names(aws, stack):
    event = {"EventBusName": stack["resources"]["Bus"], "Source": "app", "DetailType": "Letter", "Detail": '{"id": 7}'}
    assert aws("events").put_events(Entries=[event])["FailedEntryCount"] == 0
    assert aws.message(stack["resources"]["Mail"])["detail"] == {"id": 7}
    aws("events").put_events(Entries=[{**event, "EventBusName": "default"}])
    found = aws("sqs").receive_message(QueueUrl=stack["resources"]["Mail"])
    assert "Messages" not in found


def test_log_groups_keep_their_retention(aws, stack):
    (group,) = aws("logs").describe_log_groups(logGroupNamePrefix=stack["resources"]["Logs"])["logGroups"]
    assert group["retentionInDays"] == 14


def test_functions_say_how_they_log(stack):
    assert function(stack, "Fn")["logging"] == {
        "LogFormat": "JSON", "ApplicationLogLevel": "DEBUG", "LogGroup": stack["resources"]["Logs"]}  # fmt: skip
    assert function(stack, "Plain")["logging"] == {}


def test_routes_say_who_may_call(stack):
    assert {r["path"]: r["authorizer"] for r in stack["routes"]} == {"/open": None, "/closed": {"type": "AWS_IAM"}}


def test_lists_are_lists_given_or_by_default(aws, endpoint, stack):
    assert function(stack, "Fn")["environment"]["RECIPIENTS"] == "alice@example.com bob@example.com"
    assert allowed(aws, stack) == [stack["resources"]["Machine"]]
    given = deploy(endpoint, unique(), "--parameter", "Recipients=a,b,c", "--parameter", f"ExtraArns={EXTRA}", template=TEMPLATE)
    assert function(given, "Fn")["environment"]["RECIPIENTS"] == "a b c"
    assert allowed(aws, given) == [given["resources"]["Machine"], EXTRA]


def allowed(aws, stack):
    policy = aws("iam").get_role_policy(RoleName=stack["resources"]["Role"], PolicyName="answer")["PolicyDocument"]
    return policy["Statement"][0]["Resource"]


def test_types_that_are_not_there_have_a_placeholder_and_are_named_if_missed(stack):
    assert stack["resources"]["OnlyTls"] == stack["outputs"]["PolicyId"] == "local-OnlyTls"
    assert stack["resources"]["Errors"] == stack["outputs"]["FilterName"] == "local-Errors"
    assert stack["not_created"] == ["Errors"]  # a queue policy has no effect where permissions are not checked


def test_environment_variables_are_texts(stack):
    assert function(stack, "Fn")["environment"]["DAYS"] == "14"


def test_an_update_keeps_the_secret_and_changes_the_alarm(aws, endpoint, tmp_path):
    for file in ("resources.yaml", "approval.asl.json"):
        (tmp_path / file).write_text((TEMPLATE.parent / file).read_text())
    name, template = unique(), tmp_path / "resources.yaml"
    first = deploy(endpoint, name, template=template)
    secret = aws("secretsmanager").get_secret_value(SecretId=first["resources"]["Keys"])["SecretString"]
    template.write_text(template.read_text().replace("Threshold: 0\n", "Threshold: 7\n").replace("Type: AWS::SecretsManager::Secret\n",
                        "Type: AWS::SecretsManager::Secret\n    DeletionPolicy: Delete\n"))  # fmt: skip
    second = deploy(endpoint, name, template=template)
    assert second["resources"]["Keys"] == first["resources"]["Keys"]
    assert aws("secretsmanager").get_secret_value(SecretId=first["resources"]["Keys"])["SecretString"] == secret
    (alarm,) = aws("cloudwatch").describe_alarms(AlarmNames=[second["resources"]["Alarm"]])["MetricAlarms"]
    assert alarm["Threshold"] == 7


def test_a_deleted_stack_takes_them_along(aws, endpoint):
    made = deploy(endpoint, (name := unique()), template=TEMPLATE)["resources"]
    aws("cloudformation").delete_stack(StackName=name)
    until(lambda: not aws("cloudwatch").describe_alarms(AlarmNames=[made["Alarm"], made["Ratio"]])["MetricAlarms"])
    until(lambda: made["Errands"] not in str(aws.sfn.list_activities()))
    until(lambda: made["Keys"] not in str(aws("secretsmanager").list_secrets()))


SMILE = "\N{GRINNING FACE}"
IN_JSON = json.dumps({
    "Parameters": {"Word": {"Type": "String", "Default": SMILE}},
    "Resources": {"Work": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Word": {"Value": {"Ref": "Word"}}, "Queue": {"Value": {"Fn::GetAtt": ["Work", "QueueName"]}}},
})  # fmt: skip
IN_YAML = f"""
Parameters: {{Word: {{Type: String, Default: {SMILE}}}}}
Resources: {{Work: {{Type: AWS::SQS::Queue}}}}
Outputs: {{Word: {{Value: !Ref Word}}, Queue: {{Value: !GetAtt Work.QueueName}}}}
"""


@pytest.mark.parametrize("template", [IN_JSON, IN_YAML], ids=["json", "yaml"])
def test_a_template_is_json_or_yaml(aws, template):
    client, name = aws("cloudformation"), unique()
    client.create_stack(StackName=name, TemplateBody=template)
    client.update_stack(StackName=name, TemplateBody=template)
    outputs = {o["OutputKey"]: o["OutputValue"] for o in client.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]}
    assert outputs["Word"] == SMILE and outputs["Queue"].startswith(f"{name}-Work")
