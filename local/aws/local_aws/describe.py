"""What a deployed stack wants run outside: functions, their event sources, URLs and schedules, as plain JSON."""
import re
from typing import Any

from .routes import function_name
from .sam import placeholder

_INTRINSIC = re.compile(r"^(Ref|Condition|Fn::\w+)$")
_ACCOUNT = "123456789012"
_SCHEDULES = ("AWS::Events::Rule", "AWS::Scheduler::Schedule")
_ALSO_DESCRIBED = (*_SCHEDULES, "AWS::ApiGateway::RestApi")


class Wanted:
    """Resources to describe; CloudFormation resolves what they refer to, by way of extra outputs."""

    def __init__(self, left_out: dict, created: dict, parameters: dict | None = None):
        kinds = {name: p.get("Type", "") for name, p in (parameters or {}).items()}
        self._lists = {name for name, kind in kinds.items() if kind == "CommaDelimitedList" or kind.startswith("List<")}
        self._values: list[tuple[Any, str | None]] = []
        wanted = {**left_out, **{n: r for n, r in created.items() if r["Type"] in _ALSO_DESCRIBED}}
        wanted |= {n: _logging_alone(r) for n, r in created.items() if r["Type"] == "AWS::Lambda::Function"}
        wanted |= {n: {**r, "_arn": {"Fn::GetAtt": [n, "Arn"]}} for n, r in created.items() if r["Type"] == "AWS::Events::Rule"}
        self.resources = {n: self._mark(r, r.get("Condition")) for n, r in wanted.items()}
        for name, resource in self.resources.items():
            condition = wanted[name].get("Condition")
            resource["_exists"] = self._output({"Ref": "AWS::StackName"}, condition) if condition else True

    def _output(self, value: Any, condition: str | None) -> dict:
        self._values.append((value, condition))
        return {"_output": f"LocalAws{len(self._values) - 1}"}

    def _mark(self, value: Any, condition: str | None) -> Any:
        if isinstance(value, list):
            return [self._mark(v, condition) for v in value]
        if not isinstance(value, dict):
            return value
        if value.get("Ref") in self._lists:
            # An output is a text.
            return {"_list": self._output({"Fn::Join": [",", value]}, condition)}
        if len(value) == 1 and _INTRINSIC.match(next(iter(value))) and "Condition" not in value:
            return self._output(value, condition)
        return {k: self._mark(v, condition) for k, v in value.items() if k != "Condition"}

    def outputs(self) -> dict:
        """The outputs to add to the template."""
        return {
            f"LocalAws{i}": {"Value": value, **({"Condition": condition} if condition else {})}
            for i, (value, condition) in enumerate(self._values)
        }

    def resolved(self, outputs: dict[str, str]) -> dict:
        """The resources, given the outputs of the stack; those whose condition is false are gone."""
        done = {n: _filled(r, outputs) for n, r in self.resources.items()}
        return {n: r for n, r in done.items() if r["_exists"]}


def _filled(value: Any, outputs: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_filled(v, outputs) for v in value]
    if isinstance(value, dict):
        if "_list" in value:
            text = _filled(value["_list"], outputs)
            return text.split(",") if text is not None else None
        if "_output" in value:
            return outputs.get(value["_output"])
        return {k: _filled(v, outputs) for k, v in value.items()}
    return value


def _logging_alone(function: dict) -> dict:
    # What moto drops from a function; the rest of it comes from Lambda.
    kept = {"LoggingConfig": (function.get("Properties") or {}).get("LoggingConfig") or {}}
    return {**function, "Properties": kept}


def logging(resources: dict, logical_id: str) -> dict[str, str]:
    """What a function's LoggingConfig sets, in AWS's names (LogFormat, ApplicationLogLevel, ...)."""
    # https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
    config = resources[logical_id]["Properties"]["LoggingConfig"]
    return {name: value for name, value in config.items() if value is not None}


def event_sources(resources: dict) -> list[dict]:
    """Event source mappings: what is polled for which function."""
    # https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
    out = []
    for name, resource in resources.items():
        if resource["Type"] != "AWS::Lambda::EventSourceMapping":
            continue
        p = resource["Properties"]
        most = (p.get("ScalingConfig") or {}).get("MaximumConcurrency")  # through an output, numbers come as texts
        out.append({
            "id": name, "function": function_name(p.get("FunctionName")), "source": p.get("EventSourceArn"),
            "enabled": p.get("Enabled", True) not in (False, "false"), "batch_size": int(p.get("BatchSize") or 10),
            "window_seconds": int(p.get("MaximumBatchingWindowInSeconds") or 0),
            "function_response_types": p.get("FunctionResponseTypes") or [],
            "maximum_concurrency": int(most) if most else None,
            "filters": (p.get("FilterCriteria") or {}).get("Filters") or [],
        })  # fmt: skip
    return out


def function_urls(resources: dict) -> list[dict]:
    """Function URLs, which here only have a placeholder for a host."""
    return [
        {"function": function_name(r["Properties"].get("TargetFunctionArn")), "url": f"https://{placeholder(n)}/",
         "auth": r["Properties"].get("AuthType")}
        for n, r in resources.items() if r["Type"] == "AWS::Lambda::Url"
    ]  # fmt: skip


def schedules(resources: dict, region: str) -> list[dict]:
    """Schedules, one row per target."""
    out = []
    for name, resource in resources.items():
        p = resource["Properties"]
        if resource["Type"] not in _SCHEDULES or not p.get("ScheduleExpression"):
            continue
        targets = p.get("Targets") or [p.get("Target") or {}]
        # A schedule of EventBridge Scheduler is not created here, and has the ARN that it has in the group and account.
        named = f"{p.get('GroupName') or 'default'}/{p.get('Name') or placeholder(name)}"
        arn = resource.get("_arn") or f"arn:aws:scheduler:{region}:{_ACCOUNT}:schedule/{named}"
        for target in targets:
            out.append({
                "id": name, "arn": arn, "expression": p["ScheduleExpression"], "timezone": p.get("ScheduleExpressionTimezone"),
                "enabled": p.get("State", "ENABLED") == "ENABLED", "target": target.get("Arn"), "input": target.get("Input"),
            })  # fmt: skip
    return out
