"""HTTP APIs: where they are, which routes they have, and who may call those."""
import pytest
from conftest import ROOT, unique
from test_deploy import deploy, function

from local_aws.describe import Wanted
from local_aws.routes import routes

TEMPLATE = ROOT / "tests" / "app" / "api.yaml"
URL = "http://127.0.0.1:4321"
SIGNED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api: {Type: AWS::Serverless::HttpApi, Properties: {Auth: {EnableIamAuthorizer: true}}}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: .
      Events:
        Create: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /urls, Method: POST, Auth: {Authorizer: AWS_IAM}}}
        Respond: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /respond, Method: GET}}
"""


@pytest.fixture(scope="module")
def stack(endpoint):
    return deploy(endpoint, unique(), "--api-endpoint", URL, template=TEMPLATE)


def by_key(stack):
    return {f"{r['method']} {r['path']}": r for r in stack["routes"]}


def test_routes_lead_to_their_functions(stack):
    found, fn = by_key(stack), function(stack, "Fn")["name"]
    assert found.keys() == {"ANY /c/{link}", "POST /urls", "ANY $default"}, "a route to somewhere else is not described"
    assert {r["function"] for r in stack["routes"]} == {fn}
    assert found["ANY /c/{link}"] == {
        "api": "Api", "api_id": "local-Api", "method": "ANY", "path": "/c/{link}", "function": fn, "type": "http",
        "payload_format": "2.0", "timeout_ms": 5000, "authorizer": None,
    }  # fmt: skip
    assert found["POST /urls"]["timeout_ms"] == 30_000


def test_the_url_of_the_api_is_the_one_given(stack):
    assert stack["outputs"]["ApiUrl"] == URL and stack["not_created"] == []
    variables = function(stack, "Notify")["environment"]
    assert variables == {"BASE_URL": URL, "LINKS": f"{URL}/c/"}


def test_an_authorizer_is_there_if_its_condition_says_so(endpoint, stack):
    name = unique()
    options = ("--api-endpoint", URL, "--parameter", "Issuer=https://issuer.example", "--parameter", "Domain=callbacks.example")
    closed = deploy(endpoint, name, *options, template=TEMPLATE)
    assert by_key(stack)["ANY /c/{link}"]["authorizer"] is None
    assert by_key(closed)["ANY /c/{link}"]["authorizer"] == {
        "type": "JWT", "identity_source": "$request.header.Authorization", "issuer": "https://issuer.example",
        "audience": ["callbacks", name], "scopes": [],
    }  # fmt: skip
    for described in (stack, closed):
        assert by_key(described)["POST /urls"]["authorizer"] == {"type": "AWS_IAM"}
        assert by_key(described)["ANY $default"]["authorizer"] is None


def test_sam_asks_for_signatures_where_an_event_does(endpoint, tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(SIGNED)
    found = by_key(deploy(endpoint, unique(), template=template))
    assert {key: route["authorizer"] for key, route in found.items()} == {"POST /urls": {"type": "AWS_IAM"}, "GET /respond": None}


def test_schedules_have_arns(stack):
    notify = function(stack, "Notify")
    arns = {s["expression"]: s["arn"] for s in stack["schedules"]}
    assert {s["target"] for s in stack["schedules"]} == {notify["arn"]}
    rule = stack["resources"]["NotifyEveryMinute"]
    assert arns["rate(1 minute)"] == f"arn:aws:events:us-east-1:123456789012:rule/{rule}"
    assert arns["rate(1 hour)"] == "arn:aws:scheduler:us-east-1:123456789012:schedule/default/NotifyEveryHour"


def test_an_openapi_document_says_the_same_in_its_own_words():
    jwt = {"type": "jwt", "identitySource": "$request.header.Authorization",
           "jwtConfiguration": {"issuer": "https://issuer.example", "audience": ["callbacks"]}}  # fmt: skip
    uri = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:fn/invocations"
    integration = {"x-amazon-apigateway-integration": {"uri": uri, "payloadFormatVersion": "2.0"}}
    body = {
        "paths": {
            "/closed": {"x-amazon-apigateway-any-method": {**integration, "security": [{"Mine": ["answer"]}]}},
            "/custom": {"get": {**integration, "security": [{"Other": []}]}},
            "/open": {"get": {**integration, "security": [{"NONE": []}]}},
            "/signed": {"post": {**integration, "security": [{"Signed": []}]}},
            "/unsigned": {"post": {**integration, "security": [{"AWS_IAM": []}]}},
        },
        "components": {"securitySchemes": {
            "Mine": {"x-amazon-apigateway-authorizer": jwt}, "Other": {},
            "Signed": {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"},
        }},
    }  # fmt: skip
    closed, custom, opened, signed, unsigned = routes({"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}})
    assert (closed["method"], closed["path"], closed["function"]) == ("ANY", "/closed", "fn")
    assert closed["authorizer"] == {
        "type": "JWT", "identity_source": "$request.header.Authorization", "issuer": "https://issuer.example",
        "audience": ["callbacks"], "scopes": ["answer"],
    }  # fmt: skip
    assert custom["authorizer"] == {"type": "CUSTOM"} and opened["authorizer"] is None
    assert signed["authorizer"] == {"type": "AWS_IAM"}
    assert unsigned["authorizer"] == {"type": "CUSTOM"}, "a name alone makes no IAM"


def test_a_parameter_that_is_a_list_is_one():
    authorizer = {"Type": "AWS::ApiGatewayV2::Authorizer", "Properties": {"Audience": {"Ref": "Audiences"}}}
    wanted = Wanted({"Authorizer": authorizer}, {}, {"Audiences": {"Type": "CommaDelimitedList"}})
    assert wanted.outputs() == {"LocalAws0": {"Value": {"Fn::Join": [",", {"Ref": "Audiences"}]}}}
    assert wanted.resolved({"LocalAws0": "a,b"})["Authorizer"]["Properties"] == {"Audience": ["a", "b"]}
