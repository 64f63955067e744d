//! What is in no log line, and whatever comes: nothing upsets the function.

use callback_bridge::test_util::log;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::bench::{Bench, TOKEN, order, request, urls};

#[tokio::test]
async fn no_log_line_has_a_token_or_a_link() {
    let bench = Bench::new();
    let created = bench.called(&order(json!({}))).await;
    bench.called(&request(&order(json!({})).to_string())).await;
    bench.called(&order(json!({ "expiration": "soon" }))).await;
    bench.called(&request(&format!("{{ \"token\": {TOKEN}"))).await;
    let asked = Bench::new();
    asked.ask_people().await;
    asked.called(&order(json!({}))).await;
    bench.table.fail_when(|_| true);
    bench.called(&order(json!({}))).await;
    let log = log::lines();
    for told in
        ["the task is parked", "URLs are created", "no URLs were created", "URLs could not be created", "TokenInUse"]
    {
        assert!(log.contains(told), "{told}: {log}");
    }
    let url = &urls(&created)["go_on"];
    let mac = url.split('?').next().unwrap().rsplit('.').next().unwrap();
    assert!(mac.len() == 22 && !log.contains(mac) && !log.contains("/u/"), "{log}");
    assert!(!log.contains(TOKEN), "{log}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "token",
            "actions",
            "name",
            "type",
            "output",
            "outcomes",
            "schema",
            "response",
            "expiration",
            "base_url",
            "requestContext",
            "http",
            "method",
            "body",
            "headers",
            "isBase64Encoded",
            "content-type",
        ])
        .prop_map(str::to_owned),
        ".{0,4}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "(POST|post|success|heartbeat|application/json|\\{\\}|.{0,8})".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |below| {
        prop_oneof![
            vec(below.clone(), 0..4).prop_map(Value::from),
            vec((name.clone(), below), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_upsets_it(event in any_json(), actions in any_json(), body in any::<Vec<u8>>()) {
        Runtime::new().unwrap().block_on(async {
            let bench = Bench::new();
            let sent = [
                event.clone(),
                order(json!({ "actions": actions })),
                order(json!({ "actions": [actions] })),
                request(&event.to_string()),
                request(&String::from_utf8_lossy(&body)),
            ];
            for sent in sent {
                let reply = bench.called(&sent).await;
                let (status, body) = match reply["body"].as_str() {
                    Some(body) => (reply["statusCode"].as_u64().unwrap(), serde_json::from_str(body).unwrap()),
                    None => (400, reply),
                };
                prop_assert!(status < 500, "{body}");
                let told = body["error"].is_string() || body["urls"].is_object() || body["statusCode"].is_u64();
                prop_assert!(told, "{body}");
            }
            Ok(())
        })?;
    }
}
