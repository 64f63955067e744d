"""What a request asks permission for: actions of IAM, each with the ARN that it is about, or None where that is not known."""
import json
from collections.abc import Iterator
from email.utils import parseaddr

from moto.core.responses import BaseResponse
from moto.secretsmanager.models import secretsmanager_backends
from moto.ses.models import ses_backends

from .attempts import ledger

# AWS: an action is called like its operation, but for these.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ACTIONS = {
    "Invoke": "InvokeFunction", "SendMessageBatch": "SendMessage", "DeleteMessageBatch": "DeleteMessage",
    "ChangeMessageVisibilityBatch": "ChangeMessageVisibility", "PublishBatch": "Publish",
    "HeadObject": "GetObject", "HeadBucket": "ListBucket", "ListObjects": "ListBucket", "ListObjectsV2": "ListBucket",
}  # fmt: skip
# AWS: a transaction has no action of its own; each of its parts needs its own.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem", "Get": "GetItem"}


def asked_for(request: BaseResponse, service: str, resource: str) -> Iterator[tuple[str, str | None]]:
    """The actions and ARNs of a request; `resource` is what moto takes it to be about, which it knows for S3 alone."""
    operation = request._get_action()
    if (service, operation) == ("sts", "GetCallerIdentity"):
        return  # AWS: needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    if service == "dynamodb" and operation.startswith("Transact"):
        for item in request._get_param("TransactItems", []):
            for part, asked in item.items():
                yield f"dynamodb:{_PARTS[part]}", _table(request, asked)
        return
    action = f"{service}:{_ACTIONS.get(operation, operation)}"
    if service == "dynamodb" and operation.startswith("Batch") and operation.endswith("Item"):
        for table in request._get_param("RequestItems", {}):
            yield action, _table(request, {"TableName": table})
    elif service == "s3":
        yield action, resource
    elif action == "ses:SendEmail":
        yield from ((action, arn) for arn in _mail(request))
    elif action == "events:PutEvents":
        yield from ((action, arn) for arn in _buses(request))
    else:
        yield action, _ARNS[service](request) if service in _ARNS else None


def _arn(request: BaseResponse, service: str, rest: str) -> str:
    return f"arn:{request.partition}:{service}:{request.region}:{request.current_account}:{rest}"


def _states(request: BaseResponse) -> str | None:
    # AWS: a token stands for its state machine, that of an activity for the activity.
    # https://github.com/aws/aws-cdk/pull/8486
    attempt = ledger.get(request._get_param("taskToken") or "")
    if attempt is not None and attempt.home == (request.current_account, request.region):
        return attempt.answers_for
    return next(filter(None, map(request._get_param, ("stateMachineArn", "executionArn", "activityArn"))), None)


def _queue(request: BaseResponse) -> str | None:
    name = request._get_param("QueueName") or (request._get_param("QueueUrl") or "").split("/")[-1]
    return _arn(request, "sqs", name) if name else None


def _secret(request: BaseResponse) -> str | None:
    secret_id = request._get_param("SecretId")
    secret = secretsmanager_backends[request.current_account][request.region].secrets.get(secret_id) if secret_id else None
    return secret.arn if secret else secret_id


def _table(request: BaseResponse, asked: dict) -> str | None:
    name, index = asked.get("TableName"), asked.get("IndexName")
    if not name:
        return None
    table = name if name.startswith("arn:") else _arn(request, "dynamodb", f"table/{name}")
    return f"{table}/index/{index}" if index else table


def _mail(request: BaseResponse) -> Iterator[str | None]:
    # AWS: a mail needs the identity that it is sent from, and its configuration set, if it names one.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html
    mail = json.loads(request.body)
    _, address = parseaddr(mail.get("FromEmailAddress") or "")
    verified = ses_backends[request.current_account][request.region].email_identities
    identity = address if address in verified else address.split("@")[-1]
    yield _arn(request, "ses", f"identity/{identity}") if identity else None
    if configuration_set := mail.get("ConfigurationSetName"):
        yield _arn(request, "ses", f"configuration-set/{configuration_set}")


def _buses(request: BaseResponse) -> Iterator[str]:
    # AWS: each entry needs its event bus, which it names, or says the ARN of, or else is the default one.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
    for entry in request._get_param("Entries") or []:
        bus = entry.get("EventBusName") or "default"
        yield bus if bus.startswith("arn:") else _arn(request, "events", f"event-bus/{bus}")


def _function(request: BaseResponse) -> str | None:
    name = request._get_param("FunctionName")
    return name if not name or name.startswith("arn:") else _arn(request, "lambda", f"function:{name}")


_ARNS = {
    "states": _states, "sqs": _queue, "secretsmanager": _secret, "lambda": _function,
    "dynamodb": lambda request: _table(request, {n: request._get_param(n) for n in ("TableName", "IndexName")}),
    "sts": lambda request: request._get_param("RoleArn"),
    "sns": lambda request: request._get_param("TopicArn") or request._get_param("TargetArn"),
}  # fmt: skip
