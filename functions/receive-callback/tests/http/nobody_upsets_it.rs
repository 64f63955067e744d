//! Whatever comes, the door answers, and nothing is changed but by whoever has a link or a secret.

use lambda_http::{
    Body, Request,
    http::{HeaderValue, Method},
};
use proptest::{collection::vec, option, prelude::*, sample::select, string::string_regex};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    bench::{Bench, Sent},
    provider::{called, link},
    urls::Urls,
};

const HEADERS: [&str; 9] = [
    "accept",
    "content-type",
    "idempotency-key",
    "sec-fetch-site",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "authorization",
    "host",
];

/// A request as it may come from anybody. Of a link, what is known to everybody who has seen a log is right.
#[derive(Debug, Clone)]
struct Anything {
    method: String,
    /// Whether it comes by the path of the URLs of actions.
    by_url: bool,
    /// The query, as it stands in the URL.
    query: String,
    parameters: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

fn anything() -> impl Strategy<Value = Anything> {
    let method =
        prop_oneof![select(vec!["GET", "HEAD", "POST", "PUT", "DELETE"]).prop_map(str::to_owned), "[A-Z]{1,9}"];
    let id = Bench::id().to_string();
    let known = string_regex(&format!(
        r"{id}(\.(m|0|1|mv1|m0|a0-0{{31}}1|a9-0{{31}}1|a1-0{{31}}1v1)(\.[A-Za-z0-9_-]{{22}})?)?"
    ))
    .unwrap();
    let link = prop_oneof![any::<String>(), known];
    let way =
        prop_oneof![select(vec!["answer", "success", "failure", "heartbeat"]).prop_map(str::to_owned), any::<String>()];
    let sender = prop_oneof![Just("payment-provider".to_owned()), any::<String>()];
    let parameters = prop_oneof![
        link.clone().prop_map(|link| vec![("link", link)]),
        (link, way).prop_map(|(link, way)| vec![("link", link), ("way", way)]),
        sender.prop_map(|sender| vec![("sender", sender)]),
        Just(vec![]),
    ];
    let value = prop_oneof![
        select(vec!["application/json", "application/x-www-form-urlencoded", "v1,", "1795341600", "1", "*/*"])
            .prop_map(|value| value.as_bytes().to_vec()),
        any::<Vec<u8>>(),
    ];
    let body = prop_oneof![
        select(vec![r#"{"output":1}"#, r#"{"status":"paid"}"#, r#"{"choice":"approve"}"#, "{", "[]"])
            .prop_map(|body| body.as_bytes().to_vec()),
        any::<Vec<u8>>(),
    ];
    let parameter = r"(action|type|who|%[0-9A-F]{2}|[a-z]{0,3})(=(approve|success|hook|post|%[0-9A-F]{2}|\+|[!-~&&[^<>#\x22]]{0,6})?)?";
    let query = vec(string_regex(parameter).unwrap(), 0..5).prop_map(|parameters| parameters.join("&"));
    let headers = vec((select(HEADERS.to_vec()), value), 0..5);
    (method, any::<bool>(), query, parameters, headers, option::of(body)).prop_map(
        |(method, by_url, query, parameters, headers, body)| Anything {
            method,
            by_url,
            query,
            parameters,
            headers,
            body,
        },
    )
}

impl Anything {
    fn request(&self) -> Request {
        let parameters = self.parameters.iter().map(|(name, value)| ((*name).to_owned(), Value::from(&**value)));
        let to_link = self.parameters.iter().all(|(name, _)| *name == "link");
        let path = if self.by_url && to_link { "/u/x" } else { "/" };
        let sent = Sent::to("GET", "$default", path, Value::Object(parameters.collect())).with_query(&self.query);
        let mut request = sent.request();
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).unwrap();
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                request.headers_mut().insert(*name, value);
            }
        }
        *request.body_mut() = match self.body.clone().map(String::from_utf8) {
            None => Body::Empty,
            Some(Ok(text)) => Body::Text(text),
            Some(Err(bytes)) => Body::Binary(bytes.into_bytes()),
        };
        request
    }
}

/// URLs of every kind.
async fn urls() -> Urls {
    let outcome = json!({ "name": "o", "type": "success", "schema": { "type": "object" }, "output_path": "$..status" });
    let response = json!({ "json": { "who": "$who" }, "html": "<p>$who", "text": "$who" });
    Urls::ordered(json!({
        "actions": [
            { "name": "approve", "type": "success", "output": { "$who": "$who" }, "response": response },
            { "name": "reject", "type": "failure", "error": "$who", "response": { "redirect": "https://example.com/$who" } },
            { "name": "beat", "type": "heartbeat" },
            { "name": "hook", "type": "post", "outcomes": [outcome] },
        ],
        "enable_output_parameters": true,
    }))
    .await
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_without_a_link_or_a_secret_changes_anything(anything in anything()) {
        Runtime::new().unwrap().block_on(async {
            for bench in [called().await, Bench::new().await, urls().await.bench] {
                let (before, calls) = (bench.stored(), bench.table.calls());
                let seen = bench.answered(&anything.request()).await;
                prop_assert!((400..500).contains(&seen.status), "{}", seen.status);
                prop_assert_eq!(bench.stored(), before);
                prop_assert_eq!(bench.table.calls(), calls, "nobody has the table asked who has no link");
                prop_assert!(bench.callbacks.calls().is_empty() && bench.outside.late().is_empty());
            }
            Ok(())
        })?;
    }

    #[test]
    fn whoever_has_the_link_upsets_nobody_either(anything in anything()) {
        Runtime::new().unwrap().block_on(async {
            let bench = called().await;
            let mut anything = anything;
            for parameter in anything.parameters.iter_mut().filter(|parameter| parameter.0 == "link") {
                parameter.1 = link(&bench);
            }
            let before = bench.stored();
            let seen = bench.answered(&anything.request()).await;
            prop_assert!(seen.status < 500, "{}", seen.status);
            if anything.method != "POST" || seen.status >= 400 {
                prop_assert_eq!(bench.stored(), before);
                prop_assert!(bench.callbacks.calls().is_empty());
            }
            Ok(())
        })?;
    }
    #[test]
    fn whoever_has_a_url_upsets_nobody_either(
        anything in anything(), name in select(vec!["approve", "reject", "beat", "hook"]), posted: bool,
    ) {
        Runtime::new().unwrap().block_on(async {
            let urls = urls().await;
            let mut anything = Anything { by_url: true, parameters: vec![("link", urls.link(name))], ..anything };
            if posted {
                anything.method = "POST".to_owned();
            }
            let before = urls.bench.stored();
            let seen = urls.bench.answered(&anything.request()).await;
            prop_assert!(seen.status < 500, "{}", seen.status);
            if anything.method != "POST" || seen.status >= 400 {
                prop_assert_eq!(urls.bench.stored(), before);
                prop_assert!(urls.bench.callbacks.calls().is_empty());
            } else {
                prop_assert_eq!(urls.bench.callbacks.calls().len(), 1);
            }
            prop_assert!(seen.headers.get("location").is_none_or(|to| to.starts_with("https://example.com/")));
            Ok(())
        })?;
    }
}
