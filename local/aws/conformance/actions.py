"""The policy in docs/conformance.md: the suite calls nothing that it does not allow."""
import json
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "conformance.md"
# A transaction needs the permissions of what is in it; whoever has credentials may ask whose they are.
_WITHOUT_ONE = {"dynamodb:TransactWriteItems", "sts:GetCallerIdentity"}


def policy() -> dict:
    """The policy, as the document shows it."""
    _, after = DOCUMENT.read_text().split("```json\n", 1)
    return json.loads(after.split("```")[0])


def allowed() -> set[str]:
    """All actions of the policy."""
    return {action for statement in policy()["Statement"] for action in statement["Action"]}


def restrict(session) -> None:
    """Has every client of the session fail before it calls what the policy does not allow."""
    known = allowed() | _WITHOUT_ONE

    def check(model, **_):
        action = f"{model.service_model.endpoint_prefix}:{model.name}"
        assert action in known, f"{action} is not in the policy of {DOCUMENT.name}"

    session.events.register("before-call", check)
