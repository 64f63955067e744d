"""Routes of HTTP and REST APIs that lead to functions, and who may call them."""
import re

from .sam import placeholder

_INVOKED = re.compile(r"/functions/(.+)/invocations$")
_TIMEOUT_MS = 30_000  # the longest there is, and the default


def function_name(text: str | None) -> str:
    """The name in a function's ARN, or what is the name already."""
    return (text or "").split(":function:")[-1].split(":")[0]


def routes(resources: dict) -> list[dict]:
    """Routes to functions, of AWS::ApiGatewayV2::Route resources and of the OpenAPI documents that SAM writes."""
    rows = [*_of_resources(resources), *_of_documents(resources)]
    return sorted(rows, key=lambda row: (row["api"], row["path"], row["method"]))


def _row(api: str, key: tuple[str, str], uri: str | None, **more) -> dict:
    invoked = _INVOKED.search(uri or "")
    method, path = key
    return {"api": api, "api_id": placeholder(api), "method": method, "path": path,
            "function": function_name(invoked.group(1) if invoked else uri), "type": "http", **more}  # fmt: skip


def _of_resources(resources: dict) -> list[dict]:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigatewayv2-route.html
    of = {placeholder(n): (n, r["Properties"]) for n, r in resources.items()}
    rows = []
    for resource in resources.values():
        if resource["Type"] != "AWS::ApiGatewayV2::Route":
            continue
        p = resource["Properties"]
        _, integration = of[p["Target"].removeprefix("integrations/")]
        if integration.get("IntegrationType") != "AWS_PROXY" or ":lambda:" not in str(integration.get("IntegrationUri")):
            continue
        key = p["RouteKey"]
        method, _, path = ("ANY", "", key) if key == "$default" else key.partition(" ")
        rows.append(_row(
            of[p["ApiId"]][0], (method, path), integration["IntegrationUri"],
            payload_format=str(integration.get("PayloadFormatVersion") or "1.0"),
            timeout_ms=int(integration.get("TimeoutInMillis") or _TIMEOUT_MS), authorizer=_authorizer(p, of),
        ))  # fmt: skip
    return rows


def _authorizer(route: dict, of: dict) -> dict | None:
    kind = route.get("AuthorizationType") or "NONE"
    if kind != "JWT":
        return None if kind == "NONE" else {"type": kind}
    _, authorizer = of[route["AuthorizerId"]]
    jwt = authorizer.get("JwtConfiguration") or {}
    return _jwt(authorizer.get("IdentitySource"), jwt.get("Issuer"), jwt.get("Audience"), route.get("AuthorizationScopes"))


def _jwt(sources, issuer: str | None, audience, scopes) -> dict:
    sources = [sources] if isinstance(sources, str) else sources
    return {"type": "JWT", "identity_source": (sources or [None])[0], "issuer": issuer, "audience": audience or [],
            "scopes": scopes or []}  # fmt: skip


def _of_documents(resources: dict) -> list[dict]:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
    rows = []
    for name, resource in resources.items():
        http = resource["Type"] == "AWS::ApiGatewayV2::Api"
        if not http and resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        body = resource["Properties"].get("Body") or {}
        schemes = (body.get("components") or {}).get("securitySchemes") or body.get("securityDefinitions") or {}
        for path, operations in (body.get("paths") or {}).items():
            for method, operation in (operations or {}).items():
                integration = (operation or {}).get("x-amazon-apigateway-integration") or {}
                if not _INVOKED.search(str(integration.get("uri"))):
                    continue
                method = "ANY" if method.lower() == "x-amazon-apigateway-any-method" else method.upper()
                rows.append(_row(
                    name, (method, path), integration["uri"], type="http" if http else "rest",
                    payload_format=str(integration.get("payloadFormatVersion") or "1.0"),
                    timeout_ms=int(integration.get("timeoutInMillis") or _TIMEOUT_MS),
                    authorizer=_authorizer_of_operation(operation, schemes),
                ))  # fmt: skip
    return rows


def _authorizer_of_operation(operation: dict, schemes: dict) -> dict | None:
    for requirement in operation.get("security") or []:
        for scheme, scopes in requirement.items():
            if scheme == "NONE":
                continue
            extensions = schemes.get(scheme) or {}
            # AWS: this is what makes it IAM, whatever the scheme is called.
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authtype.html
            if extensions.get("x-amazon-apigateway-authtype") == "awsSigv4":
                return {"type": "AWS_IAM"}
            extension = extensions.get("x-amazon-apigateway-authorizer") or {}
            jwt = extension.get("jwtConfiguration")
            if jwt is None:
                return {"type": "CUSTOM"}
            return _jwt(extension.get("identitySource"), jwt.get("issuer"), jwt.get("audience"), scopes)
    return None
