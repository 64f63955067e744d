"""The conformance suite itself: what it promises about accounts, and that its document is true."""
import ast
import functools
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from conftest import ROOT, Aws, until

SUITE = ROOT / "conformance"
DOCUMENT = (ROOT.parents[1] / "docs" / "conformance.md").read_text()
PREFIX = "callback-bridge-conformance-"
ACCOUNT, REGION = "123456789012", "eu-central-1"  # of every local AWS; nobody else here uses this region
A_FEW = ("-k", "test_success_ends or test_a_dead_letter_says or test_an_item_is_created_once or test_an_activity_is_created")


class Trap(http.server.BaseHTTPRequestHandler):
    """An AWS that must not be asked, and a proxy that must not be used."""

    asked: list = []

    def do_POST(self):
        Trap.asked.append(self.path)
        error = b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>It is a trap</Message></Error></ErrorResponse>"
        self.send_response(403)
        self.send_header("content-length", str(len(error)))
        self.end_headers()
        self.wfile.write(error)

    do_GET = do_CONNECT = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def trap():
    Trap.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def start(*arguments: str, **variables: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    # Whoever has started the tests in the background may have SIGINT ignored, and all that they start with it.
    interruptible = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(
        command, cwd=SUITE, env=environment | variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, preexec_fn=interruptible,
    )  # fmt: skip


def run(*arguments: str, **variables: str) -> tuple[int, str]:
    process = start(*arguments, **variables)
    printed, _ = process.communicate(timeout=120)
    return process.returncode, printed


@pytest.fixture
def credentials(endpoint):
    """The environment of somebody whose account is a local AWS."""
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}
    return {**keys, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ENDPOINT_URL": endpoint}


def created(endpoint: str) -> list[str]:
    """The names of the suite's resources that are there."""
    of = Aws(endpoint, REGION)
    names = [queue.rsplit("/", 1)[1] for queue in of("sqs").list_queues().get("QueueUrls", [])]
    names += [machine["name"] for machine in of.sfn.list_state_machines()["stateMachines"]]
    names += [activity["name"] for activity in of.sfn.list_activities()["activities"]]
    names += [role["RoleName"] for role in of("iam").list_roles()["Roles"]] + of("dynamodb").list_tables()["TableNames"]
    return [name for name in names if name.startswith(PREFIX)]


def test_without_an_account_nothing_of_the_users_is_used(tmp_path, trap):
    """Keys, a profile, endpoints, proxies and configuration files that all lead into a trap."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text("[default]\naws_access_key_id = real\naws_secret_access_key = real\n")
    (tmp_path / ".aws" / "config").write_text(f"[default]\nregion = eu-west-1\nendpoint_url = {trap}\n")
    names = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy")
    status, printed = run(
        *A_FEW, **dict.fromkeys(names, trap), HOME=str(tmp_path), AWS_PROFILE="production",
        AWS_ACCESS_KEY_ID="AKIAREAL", AWS_SECRET_ACCESS_KEY="real", AWS_SESSION_TOKEN="real", AWS_REGION="eu-west-1",
    )  # fmt: skip
    assert status == 0 and "4 passed" in printed, printed
    assert Trap.asked == []


def test_credentials_of_another_account_are_refused(endpoint, credentials):
    status, printed = run("--account", "999999999999", "--region", REGION, *A_FEW, **credentials)
    assert status == 4 and f"those of account {ACCOUNT}, not of 999999999999" in printed, printed
    assert "passed" not in printed and created(endpoint) == []


def test_credentials_that_cannot_be_used_are_refused(credentials, trap):
    status, printed = run("--account", ACCOUNT, "--region", REGION, *A_FEW, **credentials | {"AWS_ENDPOINT_URL": trap})
    assert status == 4 and "ExpiredToken" in printed and "INTERNAL" not in printed, printed
    assert Trap.asked == ["/"], "nothing but whose they are"


@pytest.mark.parametrize("arguments", [("--region", REGION), ("--profile", "production"), ("--role-arn", "arn")])
def test_options_of_an_account_without_it_are_refused(arguments):
    status, printed = run(*arguments)
    assert status == 4 and "name it by --account" in printed, printed


def test_an_account_without_a_region_is_refused(credentials):
    status, printed = run("--account", ACCOUNT, **credentials)
    assert status == 4 and "--region" in printed, printed


def test_a_named_account_is_told_what_comes_and_left_as_it_was(endpoint, credentials):
    """The whole way to an account, except that it is a local one: whose it is, the role, the tests, and deleting."""
    status, printed = run("--account", ACCOUNT, "--region", REGION, *A_FEW, **credentials)
    assert status == 0 and "4 passed" in printed, printed
    assert printed.startswith(f"Account {ACCOUNT}, region {REGION}: creates about 30 state machines"), printed
    assert created(endpoint) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing(endpoint, credentials, number):
    """Also when it is interrupted again."""
    process = start("--account", ACCOUNT, "--region", REGION, "test_retries.py", **credentials)
    until(lambda: len(created(endpoint)) > 4, 60)
    process.send_signal(number)
    assert any(line.startswith("Interrupted") for line in process.stdout)
    process.send_signal(number)
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2 and "KeyboardInterrupt" in printed, printed
    assert created(endpoint) == []


def facts_in_the_suite() -> dict[str, str]:
    """Every test and its fact: the docstring up to where AWS documents it."""
    facts = {}
    for file in sorted(SUITE.glob("test_*.py")):
        for function in ast.parse(file.read_text()).body:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                fact, source = ast.get_docstring(function).split("\n\n")
                assert re.fullmatch(r"https://docs\.aws\.amazon\.com/\S+", source), f"{function.name}: {source}"
                assert function.name not in facts, f"{function.name}: twice"
                facts[function.name] = " ".join(fact.split())
    return facts


def test_the_document_has_every_fact_and_its_test():
    rows = re.findall(r"^\| (.+) \| `(test_\w+)` \|$", DOCUMENT, re.MULTILINE)
    assert dict((test, fact) for fact, test in rows) == facts_in_the_suite() and len(rows) > 60


def test_the_policy_allows_nothing_that_the_suite_does_not_call():
    """The other direction is checked with each call: see actions.py."""
    calls = set(re.findall(r"\.([a-z_]+)\b", "".join(file.read_text() for file in SUITE.glob("*.py"))))
    actions = re.findall(r'"(?:states|sqs|dynamodb|iam):(\w+)"', DOCUMENT)
    snake = {action: re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower() for action in actions}
    uncalled = {action for action, call in snake.items() if call not in calls}
    # What is passed to CreateStateMachine; and the name of the operation comes from a parameter.
    assert uncalled == {"PassRole", "DeleteItem"} and len(actions) > 30


def test_the_policy_is_for_the_names_of_the_suite():
    statements = json.loads(DOCUMENT.split("```json\n")[1].split("```")[0])["Statement"]
    for statement in statements:
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        named = all(resource.endswith(PREFIX + "*") for resource in resources)
        assert named or statement["Sid"] == "Answers", resources


def test_an_action_outside_of_the_policy_is_not_called():
    program = """
import actions, boto3
session = boto3.Session("test", "test", region_name="us-east-1")
actions.restrict(session)
try:
    session.client("sqs", endpoint_url="http://127.0.0.1:1").purge_queue(QueueUrl="http://127.0.0.1:1/q")
except AssertionError as refused:
    print(refused)
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=SUITE, capture_output=True, text=True)
    assert ran.stdout.startswith("sqs:PurgeQueue is not in the policy"), ran.stderr
