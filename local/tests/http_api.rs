//! A stack with an HTTP API, from its template to the replies.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use axum::http::{HeaderMap, HeaderName};
use callback_bridge_local::{LocalBridge, LocalOptions, RegionOptions, StackOptions, command};
use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: { Runtime: provided.al2023, Handler: bootstrap, CodeUri: ., Timeout: 20 }
Resources:
  CallbackApi:
    Type: AWS::ApiGatewayV2::Api
    Properties: { Name: callbacks, ProtocolType: HTTP }
  CallbackApiStage:
    Type: AWS::ApiGatewayV2::Stage
    Properties: { ApiId: !Ref CallbackApi, StageName: $default, AutoDeploy: true }
  AnswerIntegration:
    Type: AWS::ApiGatewayV2::Integration
    Properties:
      ApiId: !Ref CallbackApi
      IntegrationType: AWS_PROXY
      PayloadFormatVersion: "2.0"
      IntegrationUri: !GetAtt ReceiveCallbackFunction.Arn
  AnswerRoute:
    Type: AWS::ApiGatewayV2::Route
    Properties:
      ApiId: !Ref CallbackApi
      RouteKey: "ANY /c/{link}"
      AuthorizationType: NONE
      Target: !Sub integrations/${AnswerIntegration}
  AnswerPermission:
    Type: AWS::Lambda::Permission
    Properties:
      Action: lambda:InvokeFunction
      FunctionName: !Ref ReceiveCallbackFunction
      Principal: apigateway.amazonaws.com
  ReceiveCallbackFunction: { Type: AWS::Serverless::Function }
  SweepCallbacksFunction:
    Type: AWS::Serverless::Function
    Properties:
      Environment: { Variables: { BASE_URL: !GetAtt CallbackApi.ApiEndpoint } }
      Events: { EveryMinute: { Type: Schedule, Properties: { Schedule: rate(1 minute) } } }
Outputs:
  ApiUrl: { Value: !GetAtt CallbackApi.ApiEndpoint }
"#;

const SIGNED: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  CallbackApi:
    Type: AWS::Serverless::HttpApi
    Properties: { Auth: { EnableIamAuthorizer: true } }
  CreateUrlsFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: .
      Timeout: 20
      Events:
        Create:
          Type: HttpApi
          Properties: { ApiId: !Ref CallbackApi, Path: /urls, Method: POST, Auth: { Authorizer: AWS_IAM } }
        Respond: { Type: HttpApi, Properties: { ApiId: !Ref CallbackApi, Path: /respond, Method: POST } }
"#;

/// Signs a request as users of the SDK for Python do, and prints its headers.
const BOTOCORE: &str = r#"
import json, sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

url, body, secret, service, region = sys.argv[1:]
request = AWSRequest("POST", url, headers={"content-type": "application/json"}, data=body)
SigV4Auth(Credentials("test", secret), service, region).add_auth(request)
print(json.dumps(dict(request.headers)))
"#;

/// A binary that is this very program, as a function.
fn stand_in(path: &Path) {
    let this = std::env::current_exe().unwrap();
    let run = format!("#!/bin/sh\nSTAND_IN=yes exec '{}' --exact function --ignored --nocapture\n", this.display());
    fs::write(path, run).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

#[test]
#[ignore = "is not a test, but the function that the other invokes"]
#[expect(clippy::disallowed_methods, reason = "the configuration of a stand-in, and how it knows that it is one")]
fn function() {
    if std::env::var("STAND_IN").is_err() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let work = service_fn(async |event: LambdaEvent<Value>| {
        let (parameters, authorizer) =
            (&event.payload["pathParameters"], &event.payload["requestContext"]["authorizer"]);
        let base_url = std::env::var("BASE_URL").ok();
        Ok::<_, lambda_runtime::Error>(
            json!({ "parameters": parameters, "authorizer": authorizer, "base_url": base_url }),
        )
    });
    runtime.block_on(lambda_runtime::run(work)).unwrap();
}

async fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    reply
}

#[tokio::test]
async fn a_template_with_an_http_api_is_served_at_the_url_that_its_functions_know() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    fs::write(&template, TEMPLATE).unwrap();
    for function in ["receive-callback", "sweep-callbacks"] {
        stand_in(&folder.path().join(function));
    }
    let stack =
        StackOptions { template: template.clone(), build_dir: folder.path().to_owned(), ..StackOptions::default() };
    let mut bridge =
        LocalBridge::start(LocalOptions { stack: stack.scheduled(), ..LocalOptions::default() }).await.unwrap();
    let url = bridge.api_url().to_owned();
    assert_eq!(bridge.output("ApiUrl").unwrap(), url);
    let invocation = bridge.invoke("SweepCallbacksFunction", "{}").await.unwrap();
    let told: Value = serde_json::from_slice(&invocation.payload).unwrap();
    assert_eq!(told["base_url"], url.as_str());
    assert!(bridge.invoke("NoSuchFunction", "{}").await.is_err());

    let reply = get(&url, "/c/a.b.c").await;
    assert!(reply.starts_with("HTTP/1.1 200") && reply.contains(r#""parameters":{"link":"a.b.c"}"#), "{reply}");
    assert!(get(&url, "/d/a.b.c").await.starts_with("HTTP/1.1 404"));

    fs::write(&template, TEMPLATE.replace("/c/{link}", "/d/{link}")).unwrap();
    bridge.update().await.unwrap();
    assert_eq!(bridge.api_url(), url);
    assert!(get(&url, "/c/a.b.c").await.starts_with("HTTP/1.1 404"));
    assert!(get(&url, "/d/a.b.c").await.starts_with("HTTP/1.1 200"));

    bridge.stop().await.unwrap();
    assert!(TcpStream::connect(url.strip_prefix("http://").unwrap()).await.is_err());
}

/// Who signs a request, and for what.
struct Signer<'a> {
    secret: &'a str,
    service: &'a str,
    region: &'a str,
}

const SIGNER: Signer<'_> = Signer { secret: "test", service: "execute-api", region: "us-east-1" };

impl Signer<'_> {
    async fn headers(&self, url: &str, body: &str) -> HeaderMap {
        let mut python = command(RegionOptions::default().python, None);
        python.args(["-c", BOTOCORE, url, body, self.secret, self.service, self.region]);
        let output = python.output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let headers: BTreeMap<String, String> = serde_json::from_slice(&output.stdout).unwrap();
        headers.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }
}

async fn post(url: &str, headers: HeaderMap, body: &str) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply = client.post(url).headers(headers).body(body.to_owned()).send().await.unwrap();
    (reply.status().as_u16(), reply.json().await.unwrap())
}

#[tokio::test]
async fn a_route_with_iam_lets_in_what_botocore_has_signed() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    fs::write(&template, SIGNED).unwrap();
    stand_in(&folder.path().join("create-urls"));
    let stack = StackOptions { template, build_dir: folder.path().to_owned(), ..StackOptions::default() };
    let bridge = LocalBridge::start(LocalOptions { stack, ..LocalOptions::default() }).await.unwrap();
    let (urls, respond) = (format!("{}/urls?a=b%20c", bridge.api_url()), format!("{}/respond", bridge.api_url()));
    let body = r#"{"actions":[]}"#;

    let (status, told) = post(&urls, SIGNER.headers(&urls, body).await, body).await;
    assert_eq!(status, 200, "{told}");
    let iam = &told["authorizer"]["iam"];
    assert_eq!((&iam["accessKey"], &iam["accountId"]), (&json!("test"), &json!("123456789012")), "{told}");

    let forbidden = (403, json!({ "message": "Forbidden" }));
    for signer in [
        Signer { secret: "guess", ..SIGNER },
        Signer { service: "lambda", ..SIGNER },
        Signer { region: "eu-west-1", ..SIGNER },
    ] {
        assert_eq!(post(&urls, signer.headers(&urls, body).await, body).await, forbidden);
    }
    assert_eq!(post(&urls, SIGNER.headers(&urls, body).await, r#"{"actions":[1]}"#).await, forbidden);
    assert_eq!(post(&urls, HeaderMap::new(), body).await, forbidden);

    let (status, told) = post(&respond, HeaderMap::new(), body).await;
    assert_eq!((status, &told["authorizer"]), (200, &Value::Null), "{told}");
    bridge.stop().await.unwrap();
}
