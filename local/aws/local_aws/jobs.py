"""Jobs: what a task with `.sync` or `.sync:2` has started is stopped when the task is."""
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import StateTaskServiceSfn
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

from .seams import replace


def _with_stop(original):
    def build_resolver(self, env, resource_runtime_part, normalised_parameters, state_credentials):
        started = env.stack[-1]["ExecutionArn"]
        resolver = original(self, env, resource_runtime_part, normalised_parameters, state_credentials)
        sfn = boto_client_for(region=resource_runtime_part.region, service="stepfunctions", state_credentials=state_credentials)
        resolver.stop = lambda: sfn.stop_execution(executionArn=started)
        return resolver

    return build_resolver


def _stopping(original):
    # AWS: stops what a task waits for, as well as it can, when the execution is stopped, or when another branch of a Parallel
    # or another item of a Map fails. moto: left it running.
    # https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
    def eval_sync(self, env, sync_resolver, timeout_seconds, callback_endpoint, heartbeat_endpoint):
        outcome = original(self, env, sync_resolver, timeout_seconds, callback_endpoint, heartbeat_endpoint)
        if isinstance(env.program_state(), ProgramStopped) and hasattr(sync_resolver, "stop"):
            sync_resolver.stop()
        return outcome

    return eval_sync


def install() -> None:
    """Puts the correction into moto."""
    takes = ("env", "resource_runtime_part", "normalised_parameters", "state_credentials")
    for build in ("_build_sync_resolver", "_build_sync2_resolver"):
        replace(StateTaskServiceSfn, build, _with_stop, takes=takes)
    takes = ("env", "sync_resolver", "timeout_seconds", "callback_endpoint", "heartbeat_endpoint")
    replace(StateTaskServiceCallback, "_eval_sync", _stopping, takes=takes)
