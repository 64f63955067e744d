"""State machines whose tasks wait to be answered, and their executions."""
import json
from functools import partial

from aws import Aws, refusal
from inbox import Inbox

LIMIT = 600  # seconds: what a run that is killed leaves behind ends by itself
EXECUTION_GONE = "ExecutionDoesNotExist"
PAUSE = {"Pause": {"Type": "Wait", "Seconds": LIMIT, "End": True}}  # where an execution stays after its task
CLOSED = {"success": "TaskTimedOut", "failure": "TaskTimedOut", "heartbeat": "TaskTimedOut"}  # for nobody waits any more


class Machines:
    """Makes state machines, runs them, and asks how they went."""

    def __init__(self, aws: Aws, inbox: Inbox, role: str):
        self.aws, self.sfn, self.inbox, self.role = aws, aws.sfn, inbox, role
        self._made: dict[str, str] = {}

    def asking(self, wait: bool = True, **task) -> dict:
        """A task that sends its token to the inbox and waits for the answer; without `wait` it only sends."""
        body = {"execution.$": "$$.Execution.Id", "retries.$": "$$.State.RetryCount"}
        resource = "arn:aws:states:::sqs:sendMessage"
        if wait:
            body, resource = {"token.$": "$$.Task.Token", **body}, resource + ".waitForTaskToken"
        parameters = {"QueueUrl": self.inbox.url, "MessageBody": body}
        end = {} if "Next" in task else {"End": True}
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, **end, **task}

    def wait(self, *catchers: str, states: dict | None = None, limit: int = LIMIT, data=None, **task) -> str:
        """An execution of a single task that waits. Its output says which of the catchers, tried in order, caught what."""
        if catchers:
            task["Catch"] = [{"ErrorEquals": [name], "Next": f"by {name}"} for name in catchers]
            states = {f"by {name}": _caught(name) for name in catchers}
        return self.start(self.asking(**task), states, limit, data)

    def start(self, first: dict, states: dict | None = None, limit: int = LIMIT, data=None) -> str:
        """An execution of a state machine that begins with the state `first`."""
        machine = self._machine({"StartAt": "First", "States": {"First": first, **(states or {})}, "TimeoutSeconds": limit})
        execution = self.sfn.start_execution(stateMachineArn=machine, input=json.dumps(data or {}))["executionArn"]
        # A state machine is not gone before its executions have ended.
        self.aws.later_delete(f"execution {execution}", partial(self.sfn.stop_execution, executionArn=execution), EXECUTION_GONE)
        return execution

    def _machine(self, definition: dict) -> str:
        """The ARN of the state machine with this definition; equal ones are shared."""
        key = json.dumps(definition)
        if key not in self._made:
            name = self.aws.name()
            assert self.create(definition, name) == "accepted"
            self._made[key] = self._arn(name)
        return self._made[key]

    def create(self, definition: dict, name: str | None = None, **options) -> str:
        """What CreateStateMachine is told, once Step Functions may assume the role."""
        name = name or self.aws.name()
        self.aws.later_delete(f"state machine {name}", partial(self.sfn.delete_state_machine, stateMachineArn=self._arn(name)))
        options = {"name": name, "definition": json.dumps(definition), "roleArn": self.role, **options}

        def created():
            said = refusal(self.sfn.create_state_machine, **options)
            return said if said != "AccessDeniedException" else None

        return self.aws.until(created, "the role may be assumed")

    def _arn(self, name: str) -> str:
        return self.aws.place.arn("states", f"stateMachine:{name}")

    def wait_for_the_role(self) -> None:
        """A role and its policy are not known everywhere at once: waits until a handful of executions can use it."""

        def usable():
            executions = [self.start(self.asking(wait=False)) for _ in range(5)]
            return all(self.end(execution)["status"] == "SUCCEEDED" for execution in executions)

        self.aws.until(usable, "the role may send")

    def token(self, execution: str, attempt: int = 1) -> str:
        return self.inbox.message(execution, attempt)["token"]

    def succeed(self, token: str, output="done") -> None:
        self.sfn.send_task_success(taskToken=token, output=json.dumps(output))

    def answers(self, token: str) -> dict[str, str]:
        """What each way to answer is told."""
        return {
            "success": refusal(self.sfn.send_task_success, taskToken=token, output="{}"),
            "failure": refusal(self.sfn.send_task_failure, taskToken=token, error="Late"),
            "heartbeat": refusal(self.sfn.send_task_heartbeat, taskToken=token),
        }

    def end(self, execution: str) -> dict:
        """DescribeExecution, once it has ended."""

        def ended():
            found = self.sfn.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return self.aws.until(ended, "the execution ends")

    def output(self, execution: str):
        found = self.end(execution)
        assert found["status"] == "SUCCEEDED", found
        return json.loads(found["output"])

    def history(self, execution: str, **options) -> list[dict]:
        return self.sfn.get_execution_history(executionArn=execution, **{"maxResults": 1000, **options})["events"]

    def reach(self, execution: str, event: str) -> list[dict]:
        """The history, once it has an event of this type."""

        def reached():
            history = self.history(execution)
            return history if event in types(history) else None

        return self.aws.until(reached, f"{event} in the history")


def types(history: list[dict]) -> list[str]:
    return [event["type"] for event in history]


def _caught(name: str) -> dict:
    return {"Type": "Pass", "Parameters": {"by": name, "caught.$": "$"}, "End": True}
