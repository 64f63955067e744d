"""A process that deploys one stack after another."""
import json
import subprocess
import sys

import pytest
from conftest import ROOT, unique
from test_deploy import APP, deploy, function


class Deployer:
    """The process, and requests to it."""

    def __init__(self, endpoint):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local_aws.deployer", "--endpoint", endpoint],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __call__(self, template=APP, stack=None, **parameters):
        request = {"template": str(template), "stack": stack or unique(), "parameters": parameters, "api_endpoint": "http://127.0.0.1:8"}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self):
        """Ends its input; its exit code and what it printed besides the answers."""
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def deployer(endpoint):
    deployer = Deployer(endpoint)
    yield deployer
    deployer.process.kill()
    deployer.process.communicate()


def test_stacks_one_after_another(deployer, endpoint):
    name = unique()
    first, second = deployer(stack=name)["description"], deployer(Stage="trial")["description"]
    again = deployer(stack=name, WithAudit="yes")["description"]
    alone = deploy(endpoint, unique(), "--api-endpoint", "http://127.0.0.1:8", "--parameter", "Stage=trial")
    assert second.keys() == alone.keys() and second["outputs"].keys() == alone["outputs"].keys()
    assert second["outputs"]["ApiUrl"] == alone["outputs"]["ApiUrl"]
    assert function(second, "Worker")["environment"]["STAGE"] == "trial" != function(first, "Worker")["environment"]["STAGE"]
    assert again["resources"]["Orders"] == first["resources"]["Orders"] != second["resources"]["Orders"]
    assert "AuditArn" in again["outputs"]
    assert deployer.end() == (0, "", "")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("Resources: {Work: [", ["while parsing a flow node", "expected the node content, but found '<stream end>'"]),
        ("Resources: {Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: .}}}\nTransform: AWS::Serverless-2016-10-31",
         ["Resource with id [Fn] is invalid. Runtime and Handler"]),
        ("5", ["Traceback (most recent call last):"]),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_told_line_by_line_and_others_are_deployed_all_the_same(deployer, tmp_path, template, said):
    (tmp_path / "t.yaml").write_text(template)
    reasons = deployer(tmp_path / "t.yaml")["reasons"]
    assert [line[: len(wanted)] for line, wanted in zip(reasons, said, strict=False)] == said, reasons
    assert "description" in deployer()
