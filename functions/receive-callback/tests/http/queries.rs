//! Queries that are none of a URI.

use lambda_http::{Context, LambdaEvent, Request, request::LambdaRequest};
use proptest::prelude::*;
use receive_callback::readable;
use serde_json::{Value, json};

use crate::urls::{Told, Urls, sent};

/// The request that is made of an event with this query.
fn request(query: &str) -> Request {
    let event = json!({
        "version": "2.0", "routeKey": "ANY /u/{link}", "rawPath": "/u/x", "rawQueryString": query,
        "headers": { "host": "decide.example.com" }, "pathParameters": { "link": "x" }, "isBase64Encoded": false,
        "requestContext": { "http": { "method": "GET", "path": "/u/x" }, "stage": "$default" },
    });
    let payload: LambdaRequest = serde_json::from_value(event).unwrap();
    readable(LambdaEvent::new(payload, Context::default())).payload.into()
}

fn decoded(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[tokio::test]
async fn what_is_appended_to_a_url_as_it_is_fills_it_in() {
    let urls = Urls::ordered(json!({
        "actions": [{ "name": "approve", "type": "success", "output": "$who" }], "enable_output_parameters": true,
    }))
    .await;
    let query = request("who=<Ann \"Ø\" #1>&action=approve").uri().query().unwrap().to_owned();
    let seen = urls.bench.seen(sent("POST", &urls.link("approve")).with_query(&query)).await;
    assert_eq!((seen.status, urls.told()), (200, vec![Told::Success(Value::from("<Ann \"Ø\" #1>"))]));
}

proptest! {
    #[test]
    fn every_query_can_be_read_and_says_the_same(query in "(\\PC|[&=+%<>\"#?]){0,20}") {
        let request = request(&query);
        prop_assert_eq!(decoded(request.uri().query().unwrap_or_default()), decoded(&query));
    }
}
