use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use callbacks::signed::{ID, SIGNATURE, Senders, SignatureError, SignedHeaders, SigningSecrets, TIMESTAMP};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode};

use super::*;
use crate::clock;

const SOON: Duration = Duration::from_secs(10);
const LINK: &str = "the-secret-of-a-link";

/// A provider, and a stand-in for the bridge that notes what is said to it, and replies that it is taken.
struct Bench {
    provider: Provider,
    heard: Journal<(String, HeaderMap, Value)>,
    url: String,
    client: reqwest::Client,
    serving: JoinHandle<()>,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn hear(
    State(heard): State<Journal<(String, HeaderMap, Value)>>,
    request: Request,
) -> (StatusCode, &'static str) {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let repeats = heard.items().iter().filter(|(path, ..)| path == parts.uri.path()).count();
    heard.append((parts.uri.path().to_owned(), parts.headers, serde_json::from_slice(&body).unwrap_or_default()));
    if parts.uri.path().ends_with("/heartbeat") && repeats == 0 {
        return (StatusCode::SERVICE_UNAVAILABLE, "in trouble");
    }
    (StatusCode::OK, r#"{ "status": "succeeded" }"#)
}

impl Bench {
    async fn new() -> Self {
        let provider = Provider::start(ProviderOptions::default()).await.unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Journal::default();
        let service = Router::new().fallback(hear).with_state(heard.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
        provider.send_events_to(&url);
        let client = bridge::client().unwrap();
        Self { provider, heard, url, client, serving }
    }

    fn order(&self, pay_to: &str) -> String {
        let callback_url = format!("{}/c/{LINK}/answer", self.url);
        let order = json!({ "reference": "loan-42", "payTo": pay_to, "amount": 25000, "currency": "EUR" });
        let mut order = order.as_object().unwrap().clone();
        order.insert("callbackUrl".to_owned(), callback_url.into());
        Value::Object(order).to_string()
    }

    /// What the bridge signs with, made of what is registered.
    fn signs_with(&self) -> SigningSecrets {
        let registered = self.provider.destinations(self.provider.url());
        SigningSecrets::new(&[registered[PAYMENT_PROVIDER]["signWith"][0].as_str().unwrap()]).unwrap()
    }

    async fn post(&self, signature: Option<&str>, at: Timestamp, body: String) -> Response {
        let registered = self.provider.destinations(self.provider.url());
        let url = format!("{}payments", registered[PAYMENT_PROVIDER]["urlPrefix"].as_str().unwrap());
        let post = self.client.post(url).header(ID, "cb-1").header(TIMESTAMP, at.as_second()).body(body);
        let post = match signature {
            Some(signature) => post.header(SIGNATURE, signature),
            None => post,
        };
        post.send().await.unwrap()
    }

    /// Calls as the bridge does.
    async fn call(&self, pay_to: &str) -> Response {
        let (body, now) = (self.order(pay_to), clock::now());
        let signature = self.signs_with().sign("cb-1", now, &body);
        self.post(Some(&signature), now, body).await
    }

    /// What the bridge has heard, once that is this many things.
    async fn heard(&self, count: usize) -> Vec<(String, HeaderMap, Value)> {
        let mut reader = self.heard.reader();
        let mut heard = Vec::new();
        while heard.len() < count {
            heard.push(tokio::time::timeout(SOON, reader.next()).await.unwrap());
        }
        heard
    }

    /// Whether the bridge takes an event, by its own rules.
    fn verified(&self, (_, headers, body): &(String, HeaderMap, Value)) -> Result<(), SignatureError> {
        let senders = Senders::read(&self.provider.senders().to_string()).unwrap();
        let header = |name| headers.get(name).map(|value| value.to_str().unwrap());
        let headers = SignedHeaders { id: header(ID), timestamp: header(TIMESTAMP), signature: header(SIGNATURE) };
        let body = Bytes::from(body.to_string());
        senders.get(PAYMENT_PROVIDER).unwrap().verify(headers, &body, clock::now())
    }
}

#[tokio::test]
async fn who_calls_again_by_the_same_id_gets_the_same_payment() {
    let bench = Bench::new().await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        bodies.push(bench.call(payees::PROMPT).await.json::<Value>().await.unwrap());
    }
    assert_eq!((&bodies[0]["status"], &bodies[0]["paymentId"]), (&json!("paid"), &json!("pay_1")));
    assert_eq!(bodies[0], bodies[1]);
    let calls: Vec<_> = bench.provider.dealings().items().into_iter().filter_map(called).collect();
    assert_eq!(calls, [1, 2]);
}

fn called(dealing: Dealing) -> Option<u32> {
    match dealing {
        Dealing::Called(payment) => Some(payment.calls),
        _ => None,
    }
}

#[tokio::test]
async fn nobody_is_paid_whom_the_bridge_has_not_ordered_to_be() {
    let bench = Bench::new().await;
    let (body, now) = (bench.order(payees::PROMPT), clock::now());
    let (secrets, old) = (bench.signs_with(), now - SignedDuration::from_mins(6));
    let somebody_else = SigningSecrets::new(&[Secret::new().text()]).unwrap();
    let changed = body.replace("25000", "99000");
    for (signature, at, body) in [
        (None, now, &body),
        (Some(somebody_else.sign("cb-1", now, &body)), now, &body),
        (Some(secrets.sign("cb-2", now, &body)), now, &body),
        (Some(secrets.sign("cb-1", old, &body)), old, &body),
        (Some(secrets.sign("cb-1", now, &body)), now, &changed),
    ] {
        let response = bench.post(signature.as_deref(), at, body.clone()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{signature:?}");
    }
    let no_order = r#"{ "reference": "loan-42" }"#.to_owned();
    let signature = secrets.sign("cb-1", now, &no_order);
    assert_eq!(bench.post(Some(&signature), now, no_order).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let dealings = bench.provider.dealings().items();
    assert!(dealings.len() == 6 && dealings.iter().all(|it| matches!(it, Dealing::Refused { .. })), "{dealings:?}");
}

#[tokio::test]
async fn who_is_paid_later_is_beaten_for_twice_and_then_answered_and_only_once() {
    let bench = Bench::new().await;
    for _ in 0..2 {
        let response = bench.call(payees::LATER).await;
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        assert_eq!(response.json::<Value>().await.unwrap()["paymentId"], "pay_1");
    }
    let heard = bench.heard(4).await;
    let said: Vec<_> = heard.iter().map(|(path, headers, _)| (&path[..], &headers["idempotency-key"])).collect();
    let path = |name: &str| format!("/c/{LINK}/{name}");
    let (beat, answer) = (path("heartbeat"), path("answer"));
    // The bridge is in trouble over the first heartbeat, so it comes again by its key.
    let keys = ["pay_1-0", "pay_1-0", "pay_1-1", "pay_1-2"].map(|key| key.parse().unwrap());
    assert_eq!(said, [(&beat[..], &keys[0]), (&beat, &keys[1]), (&beat, &keys[2]), (&answer, &keys[3])]);
    assert_eq!(heard[3].2["status"], "paid");
    let answered = |it: &Dealing| matches!(it, Dealing::Said { way: Way::Answer, reply, .. } if reply.body["status"] == "succeeded");
    bench.provider.dealings().reader().find(SOON, answered).await.unwrap();
    assert_eq!(bench.heard.items().len(), 4);
}

#[tokio::test]
async fn an_event_can_come_before_the_response() {
    let bench = Bench::new().await;
    let response = bench.call(payees::EARLY).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let heard = bench.heard.items();
    assert_eq!(heard[0].0, "/webhooks/payment-provider");
    assert_eq!((&heard[0].2["type"], &heard[0].2["status"]), (&json!("payment.paid"), &json!("paid")));
    assert_eq!(heard[0].2["data"]["paymentId"], "pay_1");
    assert_eq!(bench.verified(&heard[0]), Ok(()));
}

#[tokio::test]
async fn events_are_as_right_or_wrong_as_the_payee_wants() {
    for (payee, verified) in [
        (payees::BY_EVENT, Ok(())),
        (payees::FORGED, Err(SignatureError::Wrong)),
        (payees::UNSIGNED, Err(SignatureError::Missing(SIGNATURE))),
        (payees::STALE, Err(SignatureError::TooOld)),
    ] {
        let bench = Bench::new().await;
        bench.call(payee).await;
        assert_eq!(bench.verified(&bench.heard(1).await[0]), verified, "{payee}");
    }
    let bench = Bench::new().await;
    bench.call(payees::REPLAYED).await;
    let heard = bench.heard(2).await;
    assert_eq!(heard[0].1[ID], heard[1].1[ID]);
    assert_eq!((&heard[0].2["status"], &heard[1].2["status"]), (&json!("paid"), &json!("failed")));
    assert_eq!(heard.iter().map(|it| bench.verified(it)).collect::<Vec<_>>(), [Ok(()), Ok(())]);
}

#[tokio::test]
async fn an_answer_can_come_again_or_be_taken_back() {
    for (payee, said) in [(payees::TWICE, ["paid", "paid"]), (payees::CONTRARY, ["paid", "failed"])] {
        let bench = Bench::new().await;
        bench.call(payee).await;
        let heard = bench.heard(2).await;
        assert_eq!([&heard[0].2["status"], &heard[1].2["status"]], said, "{payee}");
        // Each for itself: the bridge is not to know the second by its key.
        assert_ne!(heard[0].1["idempotency-key"], heard[1].1["idempotency-key"]);
    }
}

#[tokio::test]
async fn calls_go_as_wrong_as_the_payee_wants() {
    for (payee, status) in [
        (payees::BUSY, 429),
        (payees::BROKEN, 500),
        (payees::GONE, 410),
        (payees::ELSEWHERE, 302),
        (payees::STRANGE, 200),
    ] {
        let bench = Bench::new().await;
        assert_eq!(bench.call(payee).await.status(), status, "{payee}");
    }
    let bench = Bench::new().await;
    assert_eq!(bench.call(payees::BUSY).await.headers()["retry-after"], "1");
    assert_eq!(bench.call(payees::BUSY).await.json::<Value>().await.unwrap()["status"], "paid");
    let bench = Bench::new().await;
    assert!(bench.call(payees::HUGE).await.bytes().await.unwrap().len() > 10_000_000);
    let bench = Bench::new().await;
    assert_eq!(bench.call(payees::FAILING).await.json::<Value>().await.unwrap()["status"], "failed");
}

#[tokio::test]
async fn a_test_can_say_what_it_wants_when_it_wants() {
    let bench = Bench::new().await;
    bench.call(payees::FORGOTTEN).await;
    let payment = bench.provider.payment("loan-42", SOON).await.unwrap();
    let failure = Word::Failure { error: "Payment.Failed".to_owned(), cause: "why not".to_owned() };
    for word in [Word::Success(json!(3)), failure, Word::Answer(payment.processing())] {
        let reply = bench.provider.say(&payment, &word, None).await.unwrap();
        assert_eq!((reply.status, &reply.body["status"]), (200, &json!("succeeded")));
    }
    bench.provider.send(&SignedEvent::processing(&payment)).await.unwrap();
    let said: Vec<_> = bench.heard.items().into_iter().map(|(path, _, body)| (path, body)).collect();
    assert_eq!(said[0], (format!("/c/{LINK}/success"), json!({ "output": 3 })));
    assert_eq!(said[1], (format!("/c/{LINK}/failure"), json!({ "error": "Payment.Failed", "cause": "why not" })));
    assert_eq!(said[2], (format!("/c/{LINK}/answer"), payment.processing()));
    assert_eq!(said[3].1["type"], "payment.processing");
}

#[tokio::test]
async fn neither_links_nor_secrets_are_shown() {
    let bench = Bench::new().await;
    bench.call(payees::LATER).await;
    bench.heard(4).await;
    let shown = format!("{:?}", bench.provider);
    assert_eq!(bench.provider.links(), [LINK]);
    for secret in bench.provider.secrets().into_iter().chain([LINK]) {
        assert!(secret.len() > 16 && !shown.contains(secret), "{shown}");
    }
}
