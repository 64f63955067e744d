"""The server: python -m local_aws --port 0 --ready-file F"""
import argparse
import json
import logging
import os
import signal
import sys
import threading
import uuid
from pathlib import Path


def _install(functions: str | None, long_poll: float) -> None:
    from moto.core.config import default_user_config

    default_user_config["stepfunctions"] = {"execute_state_machine": True}
    default_user_config["lambda"] = {"use_docker": False}
    default_user_config["batch"] = {"use_docker": False}
    from . import (
        activities, cloudformation, containers, events, functions as lambda_functions, mails, permissions, queues, resources,
        sending, stepfunctions, tables, updates,
    )  # fmt: skip

    activities.long_poll = long_poll
    stepfunctions.install()
    cloudformation.install()
    containers.install()
    resources.install()
    updates.install()
    queues.install()
    permissions.install()
    sending.install()
    tables.install()
    mails.install()
    events.install()
    lambda_functions.install(functions)


def _with_request_ids(app):
    # AWS: every answer has a request id. moto: some have none, and its Step Functions tasks failed on reading it from an
    # error of Lambda. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    def wrapped(environ, start_response):
        def start(status, headers, exc_info=None):
            if not any(name.lower() == "x-amzn-requestid" for name, _ in headers):
                headers = [*headers, ("x-amzn-RequestId", str(uuid.uuid4()))]
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return wrapped


def _at_end_of_stdin(stop) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop()


def main(argv: list[str] | None = None) -> int:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="local_aws", description="A local stand-in for AWS.")
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--ready-file", type=Path, help="written, with the same line as is printed, when it can be used")
    parser.add_argument("--functions", metavar="URL", help="what runs the Lambda functions; it gets POST "
                        "URL/2015-03-31/functions/NAME/invocations")  # fmt: skip
    parser.add_argument("--long-poll", type=float, default=60, metavar="SECONDS", help="how long GetActivityTask waits (60)")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends, as it does when "
                        "whoever holds its other end dies, however it dies")  # fmt: skip
    parser.add_argument("--verbose", action="store_true", help="log every request")
    args = parser.parse_args(argv)

    for name, value in (("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_DEFAULT_REGION", "us-east-1")):
        os.environ.setdefault(name, value)
    logging.getLogger("werkzeug").setLevel(logging.INFO if args.verbose else logging.ERROR)
    if not args.verbose:  # moto reports every failed state, caught or not, as an error of its own
        logging.getLogger("moto").setLevel(logging.CRITICAL)
    _install(args.functions, args.long_poll)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from .permissions import with_grants

    app = with_grants(_with_request_ids(DomainDispatcherApplication(create_backend_app)))
    server = make_server("127.0.0.1", args.port, app, threaded=True, request_handler=MotoRequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)  # where Step Functions finds the other services

    def stop(*_):
        threading.Thread(target=server.shutdown).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if args.stop_with_stdin:
        threading.Thread(target=_at_end_of_stdin, args=(stop,), daemon=True).start()
    line = json.dumps({"endpoint": f"http://127.0.0.1:{server.server_port}", "pid": os.getpid()})
    print(line, flush=True)
    if args.ready_file:
        part = args.ready_file.with_name(args.ready_file.name + ".part")
        part.write_text(line + "\n")
        part.replace(args.ready_file)
    server.serve_forever()
    server.server_close()
    sys.stdout.flush()
    os._exit(0)  # executions still waiting have threads that nobody will wake
