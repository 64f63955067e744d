"""Where the suite runs: a local AWS of its own, or an account that somebody named."""
import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LOCAL_AWS = Path(__file__).resolve().parent.parent


class Refused(Exception):
    """This is not the place that was named, or it cannot be reached."""


@dataclasses.dataclass(frozen=True)
class Place:
    """Where requests go, and how long what they lead to may take."""

    session: boto3.Session
    account: str
    partition: str
    patience: float  # seconds
    config: Config
    endpoint: str | None = None  # None: what AWS, or the user's own configuration, says

    @property
    def region(self) -> str:
        return self.session.region_name

    def client(self, service: str, **config):
        return self.session.client(service, endpoint_url=self.endpoint, config=self.config.merge(Config(**config)))

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


@contextlib.contextmanager
def local():
    """A local AWS on a free port, for as long as it is used."""
    # Nobody named an account, so nothing of the user's AWS may have any effect: no credentials, profile, endpoint or proxy.
    for name in list(os.environ):
        if name.upper().startswith("AWS_") or name.upper().endswith("_PROXY"):
            del os.environ[name]
    os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_EC2_METADATA_DISABLED": "true"}
    with _server() as endpoint:
        yield Place(
            session=boto3.Session("test", "test", region_name="us-east-1"), account="123456789012", partition="aws",
            patience=20, endpoint=endpoint,
            # A request that failed is to be seen, not repeated.
            config=Config(retries={"total_max_attempts": 1}, read_timeout=70, max_pool_connections=32),
        )  # fmt: skip


@contextlib.contextmanager
def _server():
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready")
        options = ("--ready-file", str(ready), "--stop-with-stdin", "--long-poll", "2")
        # In a session of its own, which Ctrl-C does not reach: it is needed until everything was deleted.
        process = subprocess.Popen(
            [sys.executable, "-m", "local_aws", *options], cwd=LOCAL_AWS,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            end = time.monotonic() + 60
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise Refused("the local AWS does not start")
                time.sleep(0.03)
            yield json.loads(ready.read_text())["endpoint"]
        finally:
            process.stdin.close()
            try:
                process.wait(10)
            finally:
                process.kill()  # which does nothing to one that has ended


def of_account(account: str, profile: str | None, region: str | None) -> Place:
    """The account of the user's credentials, which must be the one that was named."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 10}, read_timeout=70, max_pool_connections=32)
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        if session.region_name is None:
            raise Refused("no region: name one by --region")
        identity = session.client("sts", config=config).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise Refused(f"the credentials cannot be used: {error}") from error
    if identity["Account"] != account:
        raise Refused(f"the credentials are those of account {identity['Account']}, not of {account}")
    return Place(session, account, partition=identity["Arn"].split(":")[1], patience=120, config=config)
