"""Identity-based policies: which statements allow an action on a resource, and which deny it."""
import json
import re
from dataclasses import dataclass


class NotEvaluated(Exception):
    """A statement says something that nobody here evaluates, so that what AWS would answer is not known."""


@dataclass(frozen=True)
class Grant:
    """One action on one resource, as the patterns in a statement say it."""

    sid: str | None
    action: str
    resource: str


class Statement:
    """A statement of a policy."""

    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
    def __init__(self, elements: dict):
        self._elements = elements
        self.allows = elements["Effect"] == "Allow"

    def concerns(self, action: str, arn: str | None) -> bool:
        """Whether it is about an action on a resource. One that is not known may be any that is allowed, none that is denied."""
        if not self._names("Action", action.lower(), str.lower):
            return False
        if arn is None:
            named = self.allows or "*" in _list(self._elements.get("Resource"))
        else:
            named = self._names("Resource", arn)
        if named and "Condition" in self._elements:
            raise NotEvaluated(f"the Condition {json.dumps(self._elements['Condition'])} of {self._name()} is not evaluated here")
        return named

    def grants(self) -> list[Grant]:
        """Each of its actions on each of its resources; all, where it lists exceptions."""
        sid, resources = self._elements.get("Sid"), self._listed("Resource")
        return [Grant(sid, action, resource) for action in self._listed("Action") for resource in resources]

    def used(self, action: str, arn: str | None) -> list[Grant]:
        """Those of its grants that a call makes use of; a resource that is not known is only known to be one of all."""
        return [
            g for g in self.grants()
            if _is_like(g.action.lower(), action.lower()) and (g.resource == "*" if arn is None else _is_like(g.resource, arn))
        ]  # fmt: skip

    def _names(self, element: str, value: str, written=str) -> bool:
        patterns = [written(p) for p in self._listed(element)]
        if element == "Resource" and any("${" in p for p in patterns):
            raise NotEvaluated(f"the variable in a Resource of {self._name()} is not evaluated here")
        if f"Not{element}" in self._elements:
            excepted = _list(self._elements[f"Not{element}"])
            return not any(_is_like(written(p), value) for p in excepted)
        return any(_is_like(p, value) for p in patterns)

    def _listed(self, element: str) -> list[str]:
        return _list(self._elements.get(element, "*"))

    def _name(self) -> str:
        return f"the statement {self._elements['Sid']}" if "Sid" in self._elements else "a statement without a Sid"


def statements(document: str) -> list[Statement]:
    """The statements of a policy document."""
    return [Statement(elements) for elements in _list(json.loads(document)["Statement"])]


def _list(value) -> list:
    return value if isinstance(value, list) else [value]


def _is_like(pattern: str, value: str) -> bool:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, re.DOTALL) is not None
