"""How a call that is not permitted is refused, in the protocol of its service."""
import json
from xml.sax.saxutils import escape

from moto.core.responses import BaseResponse
from moto.s3.exceptions import S3ClientError
from werkzeug.exceptions import HTTPException


class _Refusal(HTTPException):
    def __init__(self, status: int, body: str):
        super().__init__(body)
        self.code = status


def denied(request: BaseResponse, service: str, caller: str, action: str, arn: str | None, explicitly: bool) -> Exception:
    """The caller lacks a grant, or a statement denies it the action."""
    named = action.lower() if service == "sqs" else action
    on = f" on resource: {arn}" if arn else ""
    lacking = f"because no identity-based policy allows the {named} action"
    why = "with an explicit deny in an identity-based policy" if explicitly else lacking
    message = f"User: {caller} is not authorized to perform: {named}{on} {why}"
    return _refusal(request, service, "AccessDeniedException", "AccessDenied", message)


def unknown_session(request: BaseResponse, service: str) -> Exception:
    """The access key is that of a session, but its token is missing or another one."""
    message = "The security token included in the request is invalid."
    return _refusal(request, service, "UnrecognizedClientException", "InvalidClientTokenId", message)


def not_evaluated(request: BaseResponse, service: str, what: str) -> Exception:
    """Nobody can tell what AWS would answer. 501: the SDKs repeat other server errors."""
    return _refusal(request, service, "NotImplementedByLocalAws", "NotImplementedByLocalAws", what, 501)


def _refusal(request: BaseResponse, service: str, code: str, query_code: str, message: str, status: int = 403) -> Exception:
    # AWS: 400 where the protocol is JSON, and 403 elsewhere; SQS answers 403 with the code of its former protocol beside it.
    # https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
    if service == "s3":
        return S3ClientError(query_code, message)
    headers = request.response_headers
    if request.headers.get("X-Amz-Target"):
        headers["content-type"] = "application/x-amz-json-1.0"
        if service == "sqs":
            headers["x-amzn-query-error"] = f"{query_code};Sender"
        elif status == 403:
            status = 400
        return _Refusal(status, json.dumps({"__type": f"com.amazon.coral.service#{code}", "message": message}))
    if "Action" in request.querystring:
        headers["content-type"] = "text/xml"
        error = f"<Type>Sender</Type><Code>{query_code}</Code><Message>{escape(message)}</Message>"
        return _Refusal(status, f"<ErrorResponse><Error>{error}</Error><RequestId></RequestId></ErrorResponse>")
    headers["content-type"], headers["x-amzn-ErrorType"] = "application/json", code
    return _Refusal(status, json.dumps({"Message": message}))
