//! Requests that botocore has signed, with the dummy credentials and at one time unless said otherwise.

use axum::http::{Method, Request};

use super::*;

const AT: &str = "2026-01-02T03:04:05Z";
const BODY: &[u8] = br#"{"actions": []}"#;
const SCOPE: &str = "test/20260102/us-east-1/execute-api/aws4_request";
const HEADERS: &str = "content-type;host;x-amz-date";
const SIGNATURE: &str = "e1edddde52cb33725fce3992afea74f74995d3df7a575244ae1afc834ff2e116";

fn authorization(scope: &str, headers: &str, signature: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={headers}, Signature={signature}")
}

fn request(method: Method, uri: &str, authorization: &str) -> Parts {
    let request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1:4321");
    let request = request.header("x-amz-date", "20260102T030405Z").header("authorization", authorization);
    request.body(()).unwrap().into_parts().0
}

fn post(authorization: &str) -> Parts {
    let mut head = request(Method::POST, "/urls", authorization);
    head.headers.insert("content-type", "application/json".parse().unwrap());
    head
}

/// The request as it was signed, whose body has its hash in a header.
fn with_hash(signature: &str, hash: &str) -> Parts {
    let headers = "content-type;host;x-amz-content-sha256;x-amz-date";
    let mut head = post(&authorization(SCOPE, headers, signature));
    head.headers.insert(BODY_HASH, hash.parse().unwrap());
    head
}

fn good() -> Parts {
    post(&authorization(SCOPE, HEADERS, SIGNATURE))
}

fn at(seconds: i64) -> Timestamp {
    AT.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn is_let_in(head: &Parts) -> bool {
    caller(head, BODY, at(0)).is_some()
}

#[test]
fn who_has_signed_is_told() {
    let expected = json!({
        "accessKey": "test", "accountId": "123456789012", "callerId": USER_ID, "cognitoIdentity": null,
        "principalOrgId": null, "userArn": "arn:aws:iam::123456789012:user/test", "userId": USER_ID,
    });
    assert_eq!(caller(&good(), BODY, at(0)), Some(expected));
    assert!(is_let_in(&post(&authorization(SCOPE, HEADERS, SIGNATURE).replace(", ", ","))));
}

#[test]
fn paths_queries_and_spaces_are_signed_in_their_canonical_form() {
    let signature = "a37e3b1609a60e595e24e877734bcefe92f4ea5506b43c7ed64ca0cf0671302b";
    let authorization = authorization(SCOPE, "host;x-amz-date;x-two", signature);
    let mut head = request(Method::GET, "/a%20b/c%2Fd?z=1&a=%20x%2B&a=1", &authorization);
    head.headers.insert("x-two", "  a   b ".parse().unwrap());
    assert!(caller(&head, b"", at(0)).is_some());
    head.uri = "/a%20b/c%2Fd?z=1&a=%20x%2B&a=2".parse().unwrap();
    assert!(caller(&head, b"", at(0)).is_none());
    head.uri = "/a%20b/c/d?z=1&a=%20x%2B&a=1".parse().unwrap();
    assert!(caller(&head, b"", at(0)).is_none());
}

#[test]
fn without_a_signature_nobody_is_let_in() {
    for authorization in ["", "Bearer a.b.c", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=test"] {
        assert!(!is_let_in(&post(authorization)), "{authorization}");
    }
    for name in ["authorization", "x-amz-date", "host"] {
        let mut head = good();
        head.headers.remove(name);
        assert!(!is_let_in(&head), "{name}");
    }
}

#[test]
fn what_is_not_as_it_was_signed_is_refused() {
    assert!(caller(&good(), br#"{"actions": [1]}"#, at(0)).is_none());
    let mut changed = good();
    changed.method = Method::PUT;
    assert!(!is_let_in(&changed));
    changed = good();
    changed.uri = "/other".parse().unwrap();
    assert!(!is_let_in(&changed));
    for (name, value) in [("content-type", "text/plain"), ("host", "127.0.0.1:1"), ("x-amz-date", "20260102T030406Z")] {
        let mut changed = good();
        changed.headers.insert(name, value.parse().unwrap());
        assert!(!is_let_in(&changed), "{name}");
    }
    assert!(!is_let_in(&post(&authorization(SCOPE, HEADERS, &SIGNATURE.replace('e', "f")))));
    assert!(!is_let_in(&post(&authorization(SCOPE, HEADERS, &SIGNATURE[1..]))));
}

#[test]
fn what_is_signed_for_another_place_or_by_somebody_else_is_refused() {
    for (scope, signature) in [
        // Signed for another service, for another region, with another secret, and with another key for ours.
        (SCOPE.replace("execute-api", "lambda"), "3d60de3aec168b05683df00e35240b88ea7c4d372f6b058bc18a1c064a62611c"),
        (SCOPE.replace("us-east-1", "eu-west-1"), "d6083024be81c93e1dcd0b25394119baca69078f35841a0edac8de4af87108d4"),
        (SCOPE.to_owned(), "fd27a43a30acd20b416c8db8cc537c4d440d410c91ddaef9f74015a319c5eeee"),
        (SCOPE.replace("test", "AKIAREAL"), SIGNATURE),
        (SCOPE.replace("20260102", "20260101"), SIGNATURE),
    ] {
        assert!(!is_let_in(&post(&authorization(&scope, HEADERS, signature))), "{scope}");
    }
}

#[test]
fn the_hash_of_the_body_has_to_be_that_of_the_body() {
    let hash = "d9d15243a8a6b5738649a79f792db941d293bb41146a82425e7281e457493a0a";
    let head = with_hash("7aa49b8b1d645b41ad2cb5a2913eb3bfe07586f0ee24da1bb9726d037cc89ce3", hash);
    assert!(is_let_in(&head));
    assert!(caller(&head, b"", at(0)).is_none());
    // The signature is about the body that came, and about a header that is not.
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert!(!is_let_in(&with_hash("d3cf8c2f26b8e83213bb566407b6256aef6708132d26cf7521932ee24cf5b99b", empty)));
    // As S3 would take it.
    let unsigned = with_hash("a0aa22d28dd1a4ddb28460a48e1ef36a44fb59e3a1b9ae97a695d6752e9f6511", "UNSIGNED-PAYLOAD");
    assert!(!is_let_in(&unsigned));
}

#[test]
fn a_request_is_good_for_five_minutes() {
    for (seconds, is_good) in [(-301, false), (-300, true), (300, true), (301, false)] {
        assert_eq!(caller(&good(), BODY, at(seconds)).is_some(), is_good, "{seconds}");
    }
}

#[test]
fn headers_that_mean_something_to_aws_have_to_be_signed() {
    for (name, is_good) in [("x-amz-meta", false), (BODY_HASH, false), ("x-amzn-trace-id", true), ("accept", true)] {
        let mut head = good();
        head.headers.insert(name, "1".parse().unwrap());
        assert_eq!(is_let_in(&head), is_good, "{name}");
    }
}

#[test]
fn the_host_has_to_be_signed() {
    assert!(!is_let_in(&post(&authorization(SCOPE, "content-type;x-amz-date", SIGNATURE))));
}

#[test]
fn headers_that_the_sdks_leave_out_may_be_signed() {
    let signature = "8e3cc80262f4227da0dc0aa895829370059288e90a3c17e56824bf51878ab989";
    let mut head = post(&authorization(SCOPE, "content-type;host;user-agent;x-amz-date", signature));
    head.headers.insert("user-agent", "agent".parse().unwrap());
    assert!(is_let_in(&head));
    head.headers.insert("user-agent", "other".parse().unwrap());
    assert!(!is_let_in(&head));
}

#[test]
fn there_are_no_sessions() {
    let signature = "c7d210ff7052a191291d10e49d0b3cf29ab70cd8578d78ee7b189cdfaf00c7c6";
    let mut head = post(&authorization(SCOPE, &format!("{HEADERS};x-amz-security-token"), signature));
    head.headers.insert(SESSION_TOKEN, "tok".parse().unwrap());
    assert!(!is_let_in(&head));
}
