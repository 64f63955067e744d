"""One server for the whole run, a stand-in for what runs the functions, and short words for state machines."""
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from conformance.aws import refusal as refusal

ROOT = Path(__file__).resolve().parent.parent
LONG_POLL = 4  # seconds; AWS's 60 would make every empty poll for an activity a minute of waiting
ROLE = "arn:aws:iam::123456789012:role/machine"


class Runner(http.server.BaseHTTPRequestHandler):
    """Answers invocations: echoes, fails when the payload says so."""

    calls: list = []

    def do_POST(self):
        payload = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"null")
        Runner.calls.append((self.path.split("/")[-2], payload))
        failing = isinstance(payload, dict) and payload.get("fail")
        answer = {"errorType": "Broken", "errorMessage": "as asked"} if failing else {"echo": payload}
        data = json.dumps(answer).encode()
        self.send_response(200)
        if failing:
            self.send_header("x-amz-function-error", "Unhandled")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def until(condition, patience: float = 10):
    """The first truthy value of condition(); fails when there was none in time."""
    end = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.03)
    return value


def start_server(tmp: Path, *options: str) -> tuple[subprocess.Popen, dict]:
    ready = tmp / f"ready-{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [sys.executable, "-m", "local_aws", "--port", "0", "--ready-file", str(ready), "--stop-with-stdin", *options],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until(lambda: ready.exists() or process.poll() is not None, 60)
        assert process.poll() is None, "the server ended before it was ready"
    except AssertionError:
        process.kill()
        raise
    return process, json.loads(ready.read_text())


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory):
    runner = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Runner)
    threading.Thread(target=runner.serve_forever, daemon=True).start()
    options = ("--functions", f"http://127.0.0.1:{runner.server_port}", "--long-poll", str(LONG_POLL))
    process, ready = start_server(tmp_path_factory.mktemp("server"), *options)
    yield ready["endpoint"]
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(10) == 0
    runner.shutdown()


class Aws:
    """Clients, and the few things every test does with them."""

    def __init__(self, endpoint: str, region: str = "us-east-1"):
        self.endpoint, self.region, self._made = endpoint, region, {}

    def __call__(self, service: str):
        if service not in self._made:
            self._made[service] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=self.region,
                aws_access_key_id="test", aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}, read_timeout=70, max_pool_connections=50, inject_host_prefix=False),
            )  # fmt: skip
        return self._made[service]

    @property
    def sfn(self):
        return self("stepfunctions")

    def queue(self) -> str:
        return self("sqs").create_queue(QueueName=unique())["QueueUrl"]

    def machine(self, states: dict, first: str = "Ask", kind: str | None = None, **top) -> str:
        definition = json.dumps({"StartAt": first, "States": states, **top})
        options = {"type": kind} if kind else {}
        return self.sfn.create_state_machine(name=unique(), definition=definition, roleArn=ROLE, **options)["stateMachineArn"]

    def run(self, machine: str, **value) -> str:
        return self.sfn.start_execution(stateMachineArn=machine, input=json.dumps(value))["executionArn"]

    def message(self, queue: str, patience: float = 10) -> dict:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            for m in self("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", []):
                self("sqs").delete_message(QueueUrl=queue, ReceiptHandle=m["ReceiptHandle"])
                return json.loads(m["Body"])
        raise AssertionError("no message came")

    def token(self, queue: str) -> str:
        return self.message(queue)["token"]

    def end(self, execution: str, patience: float = 15) -> dict:
        def ended():
            found = self.sfn.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return until(ended, patience)

    def events(self, execution: str) -> list[str]:
        return [e["type"] for e in self.sfn.get_execution_history(executionArn=execution, maxResults=1000)["events"]]


def unique() -> str:
    return "t" + uuid.uuid4().hex[:12]


def ask(queue: str, **more) -> dict:
    """A task that sends its token to a queue and waits."""
    task = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token", "value.$": "$"}}, **more,
    }  # fmt: skip
    return task if "Next" in more else {**task, "End": True}


@pytest.fixture(scope="session")
def aws(endpoint):
    return Aws(endpoint)
