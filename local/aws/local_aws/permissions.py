"""Permissions: what is called with the credentials of a role is checked against the policies of that role."""
import json
import re

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.responses import BaseResponse
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, Policy, iam_backends
from moto.sts.models import AssumedRole, STSBackend, sts_backends

from . import calls, refusals
from .policies import Grant, NotEvaluated, Statement, statements
from .seams import expect, replace

PATH = "/local-aws/grants"
_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/[^/]*/([^/,]+)/")
_used: set[tuple[str, Grant]] = set()  # with the ARN of the role


def _authorise(_original):
    # AWS: what a session of a role calls has to be allowed by a policy of the role, and denied by none.
    # moto: checks nothing, or everybody, signatures too, and knows neither resources nor most of a policy's elements.
    # Here: credentials that no AssumeRole has given may do everything.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    def authorise(self, iam_request_cls, resource="*"):
        signed = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        session = signed and sts_backends[self.current_account][self.partition].get_assumed_role_from_access_key(signed[1])
        if not session:
            return
        service = signed[2]
        if self.headers.get("X-Amz-Security-Token") != session.session_token:
            raise refusals.unknown_session(self, service)
        try:
            for action, arn in calls.asked_for(self, service, resource):
                _check(self, service, session, action, arn)
        except NotEvaluated as missing:
            raise refusals.not_evaluated(self, service, str(missing)) from None

    return authorise


def _check(request: BaseResponse, service: str, session: AssumedRole, action: str, arn: str | None) -> None:
    concerned = [s for s in _statements(session.role_arn, request.partition) if s.concerns(action, arn)]
    explicitly = not all(s.allows for s in concerned)
    if explicitly or not concerned:
        raise refusals.denied(request, service, session.arn, action, arn, explicitly)
    _used.update((session.role_arn, grant) for statement in concerned for grant in statement.used(action, arn))


def _statements(role_arn: str, partition: str) -> list[Statement]:
    try:
        role = iam_backends[role_arn.split(":")[4]][partition].get_role_by_arn(role_arn)
    except NotFoundException:
        return []
    documents = [*role.policies.values(), *(_document(policy) for policy in role.managed_policies.values())]
    return [statement for document in documents for statement in statements(document)]


def _document(policy: Policy) -> str:
    return next(version.document for version in policy.versions if version.is_default)


def grants() -> list[dict]:
    """What the roles that were assumed may do: a row for each action on each resource, and whether it was made use of."""
    sessions = [s for account in list(sts_backends.values()) for sts in list(account.values()) for s in sts.assumed_roles]
    return [
        {"role": arn, "sid": grant.sid, "action": grant.action, "resource": grant.resource, "used": (arn, grant) in _used}
        for arn, partition in sorted({(s.role_arn, s.partition) for s in sessions})
        for statement in _statements(arn, partition) if statement.allows for grant in statement.grants()
    ]  # fmt: skip


def with_grants(app):
    """The application, with the grants at GET /local-aws/grants."""

    def wrapped(environ, start_response):
        if environ.get("PATH_INFO") != PATH:
            return app(environ, start_response)
        body = json.dumps(grants(), indent=1).encode()
        start_response("200 OK", [("content-type", "application/json"), ("content-length", str(len(body)))])
        return [body]

    return wrapped


def install() -> None:
    """Puts the corrections into moto."""
    takes = ("iam_request_cls", "resource")
    replace(ActionAuthenticatorMixin, "_authenticate_and_authorize_action", _authorise, takes=takes)
    expect(BaseResponse, "_get_action", ())
    expect(BaseResponse, "_get_param", ("param_name", "if_none"))
    expect(STSBackend, "get_assumed_role_from_access_key", ("access_key_id",))
    expect(IAMBackend, "get_role_by_arn", ("arn",))
