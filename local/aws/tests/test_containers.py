"""Containers: what a state machine needs to run a job of Batch, and a task of ECS that answers with its token."""
import json

import pytest
from conftest import ROOT, unique, until
from test_deploy import deploy

TEMPLATE = ROOT / "tests" / "app" / "containers.yaml"


@pytest.fixture(scope="module")
def subnet(aws):
    return aws("ec2").describe_subnets()["Subnets"][0]["SubnetId"]


@pytest.fixture(scope="module")
def stacks(aws, endpoint, subnet):
    """Two of them: what belongs to the account is made once."""
    group = aws("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    options = ("--parameter", f"Subnets={subnet}", "--parameter", f"Groups={group}")
    return [deploy(endpoint, unique(), *options, template=TEMPLATE) for _ in range(2)]


def task(integration: str, parameters: dict) -> dict:
    return {"Run": {"Type": "Task", "Resource": f"arn:aws:states:::{integration}", "Parameters": parameters, "End": True}}


def test_a_job_is_submitted_and_has_succeeded(aws, stacks):
    for stack in stacks:
        made = stack["resources"]
        job = {"JobName": "job", "JobQueue": made["Jobs"], "JobDefinition": made["Job"]}
        execution = aws.run(aws.machine(task("batch:submitJob.sync", job), first="Run"))
        assert json.loads(aws.end(execution)["output"])["Status"] == "SUCCEEDED"


def test_a_container_gets_the_token_and_whoever_plays_it_answers(aws, stacks, subnet):
    made, cluster = stacks[0]["resources"], stacks[0]["outputs"]["Cluster"]
    environment = [{"Name": "TASK_TOKEN", "Value.$": "$$.Task.Token"}]
    states = task("ecs:runTask.waitForTaskToken", {
        "Cluster": cluster, "TaskDefinition": made["Task"], "LaunchType": "FARGATE",
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [subnet]}},
        "Overrides": {"ContainerOverrides": [{"Name": "app", "Environment": environment}]},
    })  # fmt: skip
    execution = aws.run(aws.machine(states, first="Run"))
    (arn,) = until(lambda: aws("ecs").list_tasks(cluster=cluster)["taskArns"])
    (found,) = aws("ecs").describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    (given,) = found["overrides"]["containerOverrides"][0]["environment"]
    until(lambda: "TaskSubmitted" in aws.events(execution))
    aws.sfn.send_task_success(taskToken=given["value"], output='{"counted": 7}')
    assert json.loads(aws.end(execution)["output"]) == {"counted": 7}
