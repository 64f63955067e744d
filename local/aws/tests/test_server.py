import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, Aws, ask, start_server, until

from local_aws.seams import expect, replace


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_endpoint_and_stops_when_told(tmp_path, number):
    process, ready = start_server(tmp_path)
    assert json.loads(process.stdout.readline()) == ready and ready["pid"] == process.pid
    aws = Aws(ready["endpoint"])
    queue = aws.queue()
    aws.run(aws.machine({"Ask": ask(queue)}))
    aws.token(queue)  # one execution is left waiting
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(10) == 0 and time.monotonic() - began < 5


def test_two_servers_do_not_share_anything(aws, tmp_path):
    process, ready = start_server(tmp_path)
    try:
        aws.queue()
        assert "QueueUrls" not in Aws(ready["endpoint"])("sqs").list_queues()
    finally:
        process.terminate()
        process.wait(10)


def test_a_missing_seam_is_loud():
    class Thing:
        def act(self, one): ...

    with pytest.raises(AssertionError):
        replace(Thing, "gone", lambda original: original)
    with pytest.raises(AssertionError):
        expect(Thing, "act", ("one", "two"))
    expect(Thing, "act", ("one",))


def test_it_stops_when_its_standard_input_ends(tmp_path):
    process, _ = start_server(tmp_path)
    process.stdin.write("not the end yet\n")
    process.stdin.flush()
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(10) == 0


def test_it_does_not_outlive_a_starter_that_is_killed(tmp_path):
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "local_aws", "--ready-file", str(ready), "--stop-with-stdin"]
    program = f"import subprocess; subprocess.Popen({command!r}, stdin=subprocess.PIPE).wait()"
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL)
    until(ready.exists, 30)
    server = json.loads(ready.read_text())["pid"]
    starter.kill()
    starter.wait(10)
    until(lambda: not runs(server), 10)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")  # an orphan may stay as a zombie where nobody reaps it
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")
