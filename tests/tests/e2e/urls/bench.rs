//! A stack, tasks that wait with a token that the test has, and what calls their URLs.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use aws_sdk_sfn::types::ExecutionStatus;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use callback_bridge_local::{Ended, Sample, StackOptions};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    approvals,
    bench::{self, PATIENCE, replies},
};

/// Both switches are on, which they are not unless somebody wants that.
pub(super) fn stack(name: &str) -> StackOptions {
    safe_stack(name).parameter("EnableOutputParameters", "true").parameter("EnablePostActions", "true")
}

/// A stack as it is deployed by whoever says nothing about switches.
pub(super) fn safe_stack(name: &str) -> StackOptions {
    approvals::stack(name)
}

/// Runs a flow as [`bench::run`] does, and then looks whether the secret of a URL was printed.
pub(super) fn run(stack: StackOptions, flow: impl AsyncFnOnce(&mut Urls<'_>)) {
    bench::run(stack, Duration::ZERO, async |sample| {
        let mut urls = Urls::of(sample).await;
        flow(&mut urls).await;
        let printed = sample.bridge.transcript().lines();
        for secret in &urls.secrets {
            assert!(!printed.iter().any(|line| line.text.contains(secret)), "the secret of a URL was printed");
        }
    });
}

/// A stack, and who calls it.
pub(super) struct Urls<'a> {
    pub(super) sample: &'a Sample,
    pub(super) client: Client,
    queue: String,
    secrets: Vec<String>,
}

/// A task that waits, and its token.
pub(super) struct Waiting {
    pub(super) execution: String,
    pub(super) token: String,
}

/// What was replied.
#[derive(Debug)]
pub(super) struct Replied {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Replied {
    async fn read(response: Response) -> Self {
        let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap().to_owned())
        };
        let headers = response.headers().iter().map(header).collect();
        Self { status: response.status().as_u16(), headers, body: response.text().await.unwrap() }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The status, and the name of the error.
    pub(super) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned())
    }
}

impl<'a> Urls<'a> {
    async fn of(sample: &'a Sample) -> Self {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(Duration::from_mins(1));
        let name = format!("{}-tokens", sample.bridge.description().stack);
        let queue = sample.bridge.sqs().create_queue().queue_name(name).send().await.unwrap().queue_url.unwrap();
        Self { sample, client: client.build().unwrap(), queue, secrets: Vec::new() }
    }

    /// Starts an execution whose task sends its token where the test finds it.
    pub(super) async fn waits(&self) -> Waiting {
        let definition = json!({ "StartAt": "Ask", "States": { "Ask": {
            "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": true,
            "Parameters": { "QueueUrl": self.queue, "MessageBody": { "token.$": "$$.Task.Token" } },
            "TimeoutSeconds": 3600,
        } } });
        let description = self.sample.bridge.description();
        let name = format!("ask-{}-{:08x}", description.stack, fastrand::u32(..));
        let role = description.resources["LoanApplicationStateMachineRole"].clone().unwrap();
        let role = format!("arn:aws:iam::123456789012:role/{role}");
        let sfn = self.sample.bridge.sfn();
        let call = sfn.create_state_machine().name(name).role_arn(role).definition(definition.to_string());
        let machine = call.send().await.unwrap().state_machine_arn;
        let execution = sfn.start_execution().state_machine_arn(machine).send().await.unwrap().execution_arn;
        let give_up = Instant::now() + PATIENCE;
        loop {
            let sqs = self.sample.bridge.sqs();
            let received = sqs.receive_message().queue_url(&self.queue).send().await.unwrap();
            if let [message] = received.messages() {
                let body: Value = serde_json::from_str(message.body().unwrap()).unwrap();
                let delete = sqs.delete_message().queue_url(&self.queue);
                delete.receipt_handle(message.receipt_handle().unwrap()).send().await.unwrap();
                return Waiting { execution, token: body["token"].as_str().unwrap().to_owned() };
            }
            assert!(Instant::now() < give_up, "no token came");
            sleep(Duration::from_millis(25)).await;
        }
    }

    /// Calls the function that the stack names, as a state machine or another function does.
    pub(super) async fn create(&mut self, order: &Value) -> Value {
        let function = self.sample.bridge.output("Function").unwrap();
        let called = self.sample.bridge.host().invoke(function, order.to_string()).await.unwrap();
        assert_eq!(called.error, None, "a refusal is no error of the function");
        self.remember(serde_json::from_slice(&called.payload).unwrap())
    }

    /// Posts to the API, signed.
    pub(super) async fn post_order(&mut self, order: &Value) -> Replied {
        let body = order.to_string();
        let request = self.signed(&body, "application/json");
        let replied = Replied::read(request.send().await.unwrap()).await;
        if replied.status == 200 {
            self.remember(replied.json());
        }
        replied
    }

    /// A request to the API with this body, signed as the SDKs sign.
    #[expect(clippy::disallowed_methods, reason = "requests are signed with the time of day")]
    pub(super) fn signed(&self, body: &str, content_type: &str) -> RequestBuilder {
        let url = format!("{}/urls", self.sample.bridge.api_url());
        let identity = Credentials::new("test", "test", None, None, "test").into();
        let params = SigningParams::builder().identity(&identity).region("us-east-1").name("execute-api");
        let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
        let host = url.split('/').nth(2).unwrap();
        let signable =
            SignableRequest::new("POST", &url, [("host", host)].into_iter(), SignableBody::Bytes(body.as_bytes()));
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        let mut request = self.client.post(&url).header("content-type", content_type).body(body.to_owned());
        for (name, value) in instructions.headers() {
            request = request.header(name, value);
        }
        request
    }

    fn remember(&mut self, created: Value) -> Value {
        for url in created["urls"].as_object().into_iter().flat_map(|urls| urls.values()) {
            let (_, link) = url.as_str().unwrap().split_once("/u/").unwrap();
            self.secrets.push(link.split('?').next().unwrap().to_owned());
        }
        created
    }

    /// A task that waits, and the URLs of these actions.
    pub(super) async fn created(&mut self, actions: Value) -> (Waiting, Value) {
        self.created_with(json!({ "actions": actions })).await
    }

    /// The same with more in the order.
    pub(super) async fn created_with(&mut self, mut order: Value) -> (Waiting, Value) {
        let waiting = self.waits().await;
        order["token"] = waiting.token.clone().into();
        let created = self.create(&order).await;
        assert!(created.get("error").is_none(), "{created}");
        (waiting, created)
    }

    pub(super) async fn get(&self, url: &Value) -> Replied {
        self.sent(self.client.get(text(url))).await
    }

    pub(super) async fn post(&self, url: &Value) -> Replied {
        self.sent(self.client.post(text(url))).await
    }

    pub(super) async fn post_json(&self, url: &Value, body: &Value) -> Replied {
        let post = self.client.post(text(url)).header("content-type", "application/json");
        self.sent(post.body(body.to_string())).await
    }

    /// Calls a URL with this `Accept` header.
    pub(super) async fn post_as(&self, accept: &str, url: &Value) -> Replied {
        self.sent(self.client.post(text(url)).header("accept", accept)).await
    }

    /// How Step Functions has replied to heartbeats: the error codes, where they are no successes.
    pub(super) fn beats(&self) -> Vec<Option<String>> {
        replies(self.sample, "SendTaskHeartbeat")
    }

    pub(super) async fn sent(&self, request: RequestBuilder) -> Replied {
        Replied::read(request.send().await.unwrap()).await
    }

    /// Whether a task still waits.
    pub(super) async fn is_running(&self, waiting: &Waiting) -> bool {
        let call = self.sample.bridge.sfn().describe_execution().execution_arn(&waiting.execution);
        call.send().await.unwrap().status == ExecutionStatus::Running
    }

    pub(super) async fn end_of(&self, waiting: &Waiting) -> Ended {
        self.sample.end_of(&waiting.execution, PATIENCE).await.unwrap()
    }

    /// Ends a task that nothing else ends.
    pub(super) async fn stop(&self, waiting: &Waiting) {
        self.sample.bridge.sfn().stop_execution().execution_arn(&waiting.execution).send().await.unwrap();
    }
}

/// A URL with more in its query.
pub(super) fn with(url: &Value, query: &str) -> Value {
    format!("{}&{query}", text(url)).into()
}

pub(super) fn text(url: &Value) -> &str {
    url.as_str().unwrap_or_else(|| panic!("{url} is no URL"))
}

/// The names of the fields of an object, sorted: their order depends on how the JSON of these tests was built.
pub(super) fn keys(object: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
