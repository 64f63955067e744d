//! Another account of the local AWS, where somebody has deployed `infra/callback-role.yaml`, and state machines wait.

use std::fs;

use callback_bridge_local::LocalRegion;
use callback_bridge_tests::repository;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::bench::PATIENCE;

pub(crate) const ACCOUNT: &str = "210987654321";

/// What calls an account other than that of the bridge. Nobody's session, so that permissions are not checked.
pub(crate) struct OtherAccount {
    endpoint: String,
    http: reqwest::Client,
}

impl OtherAccount {
    pub(crate) fn of(region: &LocalRegion) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { endpoint: region.aws().endpoint().to_owned(), http }
    }

    /// The ARN of the state machine of this name.
    pub(crate) fn machine(name: &str) -> String {
        format!("arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{name}")
    }

    /// Deploys the role that answers tasks of this state machine, and returns its ARN.
    pub(crate) async fn deploy_role(&self, stack: &str, machine: &str) -> String {
        let template = fs::read_to_string(repository().join("infra/callback-role.yaml")).unwrap();
        let parameters = [("BridgeRoleArns", "arn:aws:iam::123456789012:role/bridge"), ("StateMachineArns", machine)];
        let mut fields = vec![("StackName".to_owned(), stack.to_owned()), ("TemplateBody".to_owned(), template)];
        for (n, (name, value)) in (1..).zip(parameters) {
            fields.push((format!("Parameters.member.{n}.ParameterKey"), name.to_owned()));
            fields.push((format!("Parameters.member.{n}.ParameterValue"), value.to_owned()));
        }
        self.form("CreateStack", &fields).await;
        let described = self.form("DescribeStacks", &[("StackName".to_owned(), stack.to_owned())]).await;
        assert!(described.contains("CREATE_COMPLETE"), "{described}");
        let (_, output) = described.split_once("<OutputValue>").unwrap();
        output.split_once("</OutputValue>").unwrap().0.to_owned()
    }

    /// Starts an execution of a new state machine of this name, whose task sends this, and its token, to a queue.
    pub(crate) async fn start(&self, name: &str, queue_url: &str, beside_the_token: Value) -> String {
        let mut body = json!({ "taskToken.$": "$$.Task.Token", "context": { "execution.$": "$$.Execution.Id" } });
        body.as_object_mut().unwrap().extend(beside_the_token.as_object().unwrap().clone());
        let definition = json!({ "StartAt": "Ask", "States": { "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 3600, "End": true,
            "Parameters": { "QueueUrl": queue_url, "MessageBody": body },
        } } });
        let role = format!("arn:aws:iam::{ACCOUNT}:role/state-machine");
        let machine = json!({ "name": name, "definition": definition.to_string(), "roleArn": role });
        let machine = self.states("CreateStateMachine", machine).await;
        assert_eq!(machine["stateMachineArn"], Self::machine(name));
        let started = self.states("StartExecution", json!({ "stateMachineArn": machine["stateMachineArn"] })).await;
        started["executionArn"].as_str().unwrap().to_owned()
    }

    /// An execution as it is now.
    pub(crate) async fn execution(&self, arn: &str) -> Value {
        self.states("DescribeExecution", json!({ "executionArn": arn })).await
    }

    /// An execution as soon as it has ended.
    pub(crate) async fn end_of(&self, arn: &str) -> Value {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let execution = self.execution(arn).await;
            if execution["status"] != "RUNNING" {
                return execution;
            }
            assert!(Instant::now() < give_up, "{execution} goes on");
            sleep(std::time::Duration::from_millis(25)).await;
        }
    }

    pub(crate) async fn stop(&self, execution: &str) {
        self.states("StopExecution", json!({ "executionArn": execution })).await;
    }

    async fn states(&self, operation: &str, body: Value) -> Value {
        let call = self.call("states").header("x-amz-target", format!("AWSStepFunctions.{operation}"));
        let call = call.header("content-type", "application/x-amz-json-1.0").body(body.to_string());
        serde_json::from_str(&text_of(call).await).unwrap()
    }

    async fn form(&self, operation: &str, fields: &[(String, String)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", operation).extend_pairs(fields);
        let call = self.call("cloudformation").header("content-type", "application/x-www-form-urlencoded");
        text_of(call.body(form.finish())).await
    }

    fn call(&self, service: &str) -> RequestBuilder {
        let scope = format!("test/20261122/us-east-1/{service}/aws4_request");
        let authorization = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none");
        let call = self.http.post(&self.endpoint).header("authorization", authorization);
        call.header("x-moto-account-id", ACCOUNT)
    }
}

async fn text_of(call: RequestBuilder) -> String {
    let reply = call.send().await.unwrap();
    let (status, text) = (reply.status(), reply.text().await.unwrap());
    assert!(status.is_success(), "{status}: {text}");
    text
}
