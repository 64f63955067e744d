import json
import subprocess
import sys

import boto3
import pytest
from conftest import ROOT, refusal, unique, until

from local_aws import sam

APP = ROOT / "tests" / "app" / "template.yaml"


def deploy(endpoint, stack, *options, template=APP):
    ran = subprocess.run(
        [sys.executable, "-m", "local_aws.deploy", str(template), "--endpoint", endpoint, "--stack", stack, *options],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def stack(endpoint):
    return deploy(endpoint, unique(), "--parameter", "Stage=trial")


def function(stack, name):
    return next(f for f in stack["functions"] if f["id"] == name)


def test_functions_come_with_what_they_need_to_run(stack):
    worker = function(stack, "Worker")
    assert (worker["timeout"], worker["memory"], worker["runtime"], worker["reserved_concurrency"]) == (20, 256, "provided.al2023", 5)
    assert worker["environment"]["TABLE"] == stack["resources"]["Approvals"] and worker["environment"]["STAGE"] == "trial"
    assert worker["role"].startswith("arn:aws:iam::") and worker["code"].endswith("tests/app/worker")


def test_event_sources_are_described(stack):
    (source,) = function(stack, "Worker")["event_sources"]
    assert source["source"].split(":")[-1] == stack["resources"]["Orders"].split("/")[-1]
    assert (source["batch_size"], source["window_seconds"], source["maximum_concurrency"]) == (5, 1, 2)
    assert source["function_response_types"] == ["ReportBatchItemFailures"] and source["enabled"]


def test_routes_and_schedules_are_described(stack):
    (route,) = stack["routes"]
    assert (route["method"], route["path"], route["payload_format"]) == ("POST", "/approvals/{id}", "2.0")
    assert route["function"] == function(stack, "Front")["name"] and route["api_id"] in stack["outputs"]["ApiUrl"]
    schedules = {s["id"]: s for s in stack["schedules"]}
    assert schedules["FrontSweep"]["expression"] == "rate(5 minutes)" and schedules["FrontSweep"]["input"] == '{"sweep": true}'
    assert schedules["ApprovalNightly"]["timezone"] == "Europe/Berlin"
    assert schedules["ApprovalNightly"]["target"] == stack["outputs"]["MachineArn"]


def test_the_state_machine_runs(aws, stack):
    execution = aws.run(stack["outputs"]["MachineArn"], amount=3)
    got = json.loads(receive(aws, stack["outputs"]["QueueUrl"])["Body"])
    assert got["Input"] == {"amount": 3}
    aws.sfn.send_task_success(taskToken=got["TaskToken"], output='{"approved": true}')
    assert json.loads(aws.end(execution)["output"]) == {"approved": True}
    definition = json.loads(aws.sfn.describe_state_machine(stateMachineArn=stack["outputs"]["MachineArn"])["definition"])
    assert definition["States"]["Ask"]["HeartbeatSeconds"] == 30


def receive(aws, queue):
    for _ in range(10):
        for message in aws("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
            aws("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            return message
    raise AssertionError("no message came")


def test_the_other_resources_are_there(aws, stack):
    table = aws("dynamodb").describe_table(TableName=stack["resources"]["Approvals"])["Table"]
    assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "by-status"
    policy = aws("sqs").get_queue_attributes(QueueUrl=stack["resources"]["Orders"], AttributeNames=["RedrivePolicy"])
    assert json.loads(policy["Attributes"]["RedrivePolicy"])["maxReceiveCount"] in (3, "3")
    aws("sns").publish(TopicArn=stack["resources"]["Notices"], Message="hello")
    assert json.loads(receive(aws, stack["resources"]["OrdersFailed"])["Body"])["Message"] == "hello"
    assert stack["not_created"] == []


def test_a_second_deployment_updates(aws, endpoint, tmp_path):
    name = unique()
    for file in ("template.yaml", "approval.asl.json"):
        (tmp_path / file).write_text((APP.parent / file).read_text())
    first = deploy(endpoint, name, template=tmp_path / "template.yaml")
    changed = (tmp_path / "approval.asl.json").read_text().replace('"Ask"', '"AskAgain"')
    (tmp_path / "approval.asl.json").write_text(changed)
    second = deploy(endpoint, name, "--parameter", "WithAudit=yes", template=tmp_path / "template.yaml")
    assert first["outputs"]["MachineArn"] == second["outputs"]["MachineArn"]
    assert "AuditArn" in second["outputs"] and "AuditArn" not in first["outputs"]
    found = aws.sfn.describe_state_machine(stateMachineArn=second["outputs"]["MachineArn"])
    assert json.loads(found["definition"])["StartAt"] == "AskAgain"


def test_a_definition_in_yaml_and_one_in_the_template(aws, endpoint, tmp_path):
    (tmp_path / "m.asl.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Pass, Result: '${Word}', End: true}\n")
    (tmp_path / "t.yaml").write_text("""
Transform: AWS::Serverless-2016-10-31
Resources:
  FromFile:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: m.asl.yaml, DefinitionSubstitutions: {Word: hi}}
  Inline:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: {StartAt: A, States: {A: {Type: Pass, Result: !Ref AWS::Region, End: true}}}
""")
    made = deploy(endpoint, unique(), template=tmp_path / "t.yaml")["resources"]
    assert aws.end(aws.run(made["FromFile"]))["output"] == '"hi"'
    assert aws.sfn.describe_state_machine(stateMachineArn=made["Inline"])["type"] == "EXPRESS"
    assert aws.end(aws.run(made["Inline"]))["output"] == '"us-east-1"'


def test_references_to_what_is_left_out_become_placeholders():
    template = {"Resources": {
        "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {}},
        "Kept": {"Type": "AWS::SQS::Queue", "DependsOn": ["Api"], "Properties": {
            "A": {"Ref": "Api"}, "B": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}, "C": {"Fn::Sub": "x${Api}y${Api.Id}z${AWS::Region}"}}},
    }}  # fmt: skip
    kept, out = sam.split(template)
    assert list(out) == ["Api"] and "DependsOn" not in kept["Resources"]["Kept"]
    assert kept["Resources"]["Kept"]["Properties"] == {
        "A": "local-Api", "B": "https://local-Api", "C": {"Fn::Sub": "xlocal-Apiylocal-Apiz${AWS::Region}"},
    }  # fmt: skip


def test_function_urls_conditions_and_left_out_values(endpoint, tmp_path):
    (tmp_path / "t.yaml").write_text("""
Transform: AWS::Serverless-2016-10-31
Parameters: {Many: {Type: String, Default: "no"}}
Conditions: {IsMany: !Equals [!Ref Many, "yes"]}
Resources:
  Work: {Type: AWS::SQS::Queue}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Work.Arn, BatchSize: !If [IsMany, 10, 1],
          ScalingConfig: {MaximumConcurrency: !If [IsMany, 4, !Ref AWS::NoValue]}}}
Outputs:
  Url: {Value: !GetAtt FnUrl.FunctionUrl}
""")
    few = deploy(endpoint, unique(), template=tmp_path / "t.yaml")
    many = deploy(endpoint, unique(), "--parameter", "Many=yes", template=tmp_path / "t.yaml")
    sources = [function(s, "Fn")["event_sources"][0] for s in (few, many)]
    assert [(s["batch_size"], s["maximum_concurrency"]) for s in sources] == [(1, None), (10, 4)]
    assert few["function_urls"] == [{"function": function(few, "Fn")["name"], "url": few["outputs"]["Url"], "auth": "NONE"}]


SESSIONS = """
Resources:
  Work: {Type: AWS::SQS::Queue}
  WorkerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: "2012-10-17", Statement: []}
      Policies: POLICIES
  Worker:
    Type: AWS::Lambda::Function
    Properties: {Runtime: provided.al2023, Handler: bootstrap, Role: !GetAtt WorkerRole.Arn, Code: {ZipFile: x}}
  Apart:
    Type: AWS::IAM::Policy
    Properties: {Roles: [!Ref WorkerRole], PolicyName: apart, PolicyDocument: GRANT(sqs:PurgeQueue)}
"""
GRANT = '{Version: "2012-10-17", Statement: {Effect: Allow, Action: %s, Resource: !GetAtt Work.Arn}}'


def test_a_function_has_a_session_of_its_role_whose_grants_follow_the_template(endpoint, tmp_path):
    file, name = tmp_path / "t.yaml", unique()

    def deployed(**granted):
        policies = ", ".join(f"{{PolicyName: {n}, PolicyDocument: {GRANT % action}}}" for n, action in granted.items())
        file.write_text(SESSIONS.replace("POLICIES", f"[{policies}]").replace("GRANT(sqs:PurgeQueue)", GRANT % "sqs:PurgeQueue"))
        return deploy(endpoint, name, template=file)

    stack = deployed(old="sqs:SendMessage")
    worker, queue = function(stack, "Worker"), {"QueueUrl": stack["resources"]["Work"]}
    session = {"endpoint_url": endpoint, "region_name": "us-east-1", **{f"aws_{k}": v for k, v in worker["credentials"].items()}}
    assert boto3.client("sts", **session).get_caller_identity()["Arn"].endswith("/" + worker["name"])
    sqs = boto3.client("sqs", **session)
    assert refusal(sqs.send_message, **queue, MessageBody="x") == "accepted"
    assert refusal(sqs.receive_message, **queue) == "AccessDenied"
    deployed(new="sqs:ReceiveMessage")
    assert refusal(sqs.send_message, **queue, MessageBody="x") == "AccessDenied"
    assert refusal(sqs.receive_message, **queue) == "accepted"
    assert refusal(sqs.purge_queue, **queue) == "accepted", "what another resource granted stays"


def test_deleting_a_stack_deletes_its_state_machine(aws, endpoint):
    made = deploy(endpoint, (name := unique()))
    aws("cloudformation").delete_stack(StackName=name)
    until(lambda: made["outputs"]["MachineArn"] not in str(aws.sfn.list_state_machines()))


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Resources: {Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: .}}}\nTransform: AWS::Serverless-2016-10-31", "[Fn] is invalid. Runtime"),
        ("Resources: {Work: [", "line 1, column 20:\n    Resources: {Work: [\n"),
        ("Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: nothing.json}}}", "nothing.json"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_template_is_told_without_a_traceback(endpoint, tmp_path, template, said):
    (tmp_path / "t.yaml").write_text(template)
    ran = subprocess.run(
        [sys.executable, "-m", "local_aws.deploy", str(tmp_path / "t.yaml"), "--endpoint", endpoint, "--stack", unique()],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.returncode == 1 and said in ran.stderr and "Traceback" not in ran.stderr, ran.stderr
