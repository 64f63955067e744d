//! Who may take a route.
//!
//! A token is believed whoever has signed it. What it claims is checked as
//! [AWS does](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html).

use anyhow::bail;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::iam;
use super::refusal::Refusal;
use crate::local_aws::{Authorizer, JwtAuthorizer, Route};

const IDENTITY_SOURCE: &str = "$request.header.Authorization";

/// Whether the authorizer of a route is one that can be asked here.
pub(super) fn is_known(route: &Route) -> anyhow::Result<()> {
    match &route.authorizer {
        None | Some(Authorizer::AwsIam) => Ok(()),
        Some(Authorizer::Jwt(jwt)) if jwt.identity_source.eq_ignore_ascii_case(IDENTITY_SOURCE) => Ok(()),
        Some(Authorizer::Jwt(jwt)) => {
            bail!("route {} has its token in {}, not in {IDENTITY_SOURCE}", route.key(), jwt.identity_source)
        }
        Some(Authorizer::Custom) => bail!("route {} has an authorizer that is not run here", route.key()),
    }
}

/// What the authorizer of a route says about a request: `requestContext.authorizer`, if it says anything.
pub(super) fn authorize(route: &Route, head: &Parts, body: &[u8], now: Timestamp) -> Result<Option<Value>, Refusal> {
    match &route.authorizer {
        None => Ok(None),
        Some(Authorizer::AwsIam) => {
            // HTTP APIs do not say what is wrong, as REST APIs do: https://github.com/aws/aws-cdk/issues/21182
            let iam = iam::caller(head, body, now).ok_or(Refusal::Forbidden)?;
            Ok(Some(json!({ "iam": iam })))
        }
        Some(Authorizer::Jwt(jwt)) => {
            let identity = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let claims = identity.and_then(claims).filter(|claims| fit(jwt, claims, now.as_second()));
            let claims = claims.ok_or(Refusal::Unauthorized)?;
            let scopes = scopes(jwt, &claims)?;
            let claims: Map<_, _> = claims.iter().map(|(name, value)| (name.clone(), text(value).into())).collect();
            Ok(Some(json!({ "jwt": { "claims": claims, "scopes": scopes } })))
        }
        Some(Authorizer::Custom) => Err(Refusal::Failed),
    }
}

/// What is in a token, with or without `Bearer` before it.
fn claims(identity: &str) -> Option<Map<String, Value>> {
    let token = match identity.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => identity,
    };
    let [_, payload, _] = token.split('.').collect::<Vec<_>>()[..] else { return None };
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn fit(jwt: &JwtAuthorizer, claims: &Map<String, Value>, now: i64) -> bool {
    let time = |name: &str| claims.get(name).map(|time| time.as_f64().unwrap_or(f64::NAN));
    #[expect(clippy::cast_precision_loss, reason = "the seconds since 1970 are few")]
    let now = now as f64;
    let for_us = match claims.get("aud").or(claims.get("client_id")) {
        Some(Value::Array(audience)) => audience.iter().any(|one| jwt.audience.iter().any(|ours| one == ours)),
        Some(audience) => jwt.audience.iter().any(|ours| audience == ours),
        None => false,
    };
    claims.get("iss").is_some_and(|issuer| *issuer == jwt.issuer)
        && for_us
        && time("exp").is_some_and(|exp| exp > now)
        && time("nbf").is_none_or(|nbf| nbf <= now)
        && time("iat").is_none_or(|iat| iat <= now)
}

/// Those of the route's scopes that the token has: one is enough, and a route without any asks for none.
fn scopes(jwt: &JwtAuthorizer, claims: &Map<String, Value>) -> Result<Value, Refusal> {
    if jwt.scopes.is_empty() {
        return Ok(Value::Null);
    }
    let granted = match claims.get("scope").or(claims.get("scp")) {
        Some(Value::String(scopes)) => scopes.split(' ').map(str::to_owned).collect(),
        Some(Value::Array(scopes)) => scopes.iter().map(text).collect(),
        _ => Vec::new(),
    };
    let both: Vec<_> = jwt.scopes.iter().filter(|scope| granted.contains(scope)).collect();
    if both.is_empty() { Err(Refusal::Forbidden) } else { Ok(json!(both)) }
}

/// All claims are texts to a function; a list is one in brackets.
fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::http_api::tests::{closed, route, token};

    const NOW: i64 = 1_000;

    fn ask(route: &Route, identity: Option<&str>) -> Result<Option<Value>, Refusal> {
        let (mut head, ()) = Request::new(()).into_parts();
        head.headers.extend(identity.map(|identity| (AUTHORIZATION, identity.parse().unwrap())));
        authorize(route, &head, b"", Timestamp::from_second(NOW).unwrap())
    }

    #[test]
    fn a_token_that_fits_brings_its_claims() {
        let claims = json!({
            "iss": "https://issuer.example", "aud": ["others", "callbacks"], "exp": 1_001, "nbf": 1_000, "iat": 999,
            "sub": "alice", "groups": ["a", "b"], "admin": true,
        });
        let texts = json!({
            "iss": "https://issuer.example", "aud": "[others callbacks]", "exp": "1001", "nbf": "1000", "iat": "999",
            "sub": "alice", "groups": "[a b]", "admin": "true",
        });
        let expected = json!({ "jwt": { "claims": texts, "scopes": null } });
        for identity in [token(&claims), format!("Bearer {}", token(&claims)), format!("bearer {}", token(&claims))] {
            assert_eq!(ask(&closed(&[]), Some(&identity)).unwrap().unwrap(), expected);
        }
    }

    #[test]
    fn a_token_that_does_not_fit_is_refused() {
        let good = json!({ "iss": "https://issuer.example", "aud": "callbacks", "exp": 1_001 });
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            ask(&closed(&[]), Some(&token(&claims)))
        };
        assert!(with("client_id", json!("others")).is_ok(), "the audience comes first");
        assert!(with("aud", Value::Null).is_err());
        let bad = [
            ("iss", json!("https://other.example")),
            ("aud", json!("others")),
            ("aud", json!(["others"])),
            ("exp", json!(1_000)),
            ("exp", json!("later")),
            ("nbf", json!(1_001)),
            ("iat", json!(1_001)),
        ];
        for (name, value) in bad {
            assert_eq!(with(name, value.clone()), Err(Refusal::Unauthorized), "{name} {value}");
        }
        let of_client = json!({ "iss": "https://issuer.example", "client_id": "callbacks", "exp": 1_001 });
        assert!(ask(&closed(&[]), Some(&token(&of_client))).is_ok());
        let endless = json!({ "iss": "https://issuer.example", "aud": "callbacks" });
        assert_eq!(ask(&closed(&[]), Some(&token(&endless))), Err(Refusal::Unauthorized));
        for identity in [None, Some("Bearer"), Some("Bearer a.b"), Some("Bearer a.b.c"), Some("Basic YTpi")] {
            assert_eq!(ask(&closed(&[]), identity), Err(Refusal::Unauthorized), "{identity:?}");
        }
    }

    #[test]
    fn one_of_the_scopes_is_enough() {
        let asked = |scope: Value| {
            let claims = json!({ "iss": "https://issuer.example", "aud": "callbacks", "exp": 1_001, "scope": scope });
            ask(&closed(&["answer", "read"]), Some(&token(&claims)))
        };
        assert_eq!(asked(json!("other answer")).unwrap().unwrap()["jwt"]["scopes"], json!(["answer"]));
        assert_eq!(asked(json!(["read"])).unwrap().unwrap()["jwt"]["scopes"], json!(["read"]));
        assert_eq!(asked(json!("other")), Err(Refusal::Forbidden));
    }

    #[test]
    fn where_a_signature_is_asked_for_nothing_else_is_good() {
        let signed = Route { authorizer: Some(Authorizer::AwsIam), ..route("POST /urls") };
        let claims = json!({ "iss": "https://issuer.example", "aud": "callbacks", "exp": 1_001 });
        for identity in [None, Some(token(&claims).as_str()), Some("AWS4-HMAC-SHA256 Credential=..")] {
            assert_eq!(ask(&signed, identity), Err(Refusal::Forbidden), "{identity:?}");
        }
    }

    #[test]
    fn an_authorizer_that_can_t_be_asked_is_refused() {
        let custom = Route { authorizer: Some(Authorizer::Custom), ..route("GET /") };
        assert!(is_known(&custom).unwrap_err().to_string().contains("GET /"));
        let mut elsewhere = closed(&[]);
        let Some(Authorizer::Jwt(jwt)) = &mut elsewhere.authorizer else { panic!("{elsewhere:?}") };
        jwt.identity_source = "$request.querystring.token".to_owned();
        assert!(is_known(&elsewhere).unwrap_err().to_string().contains("querystring.token"));
    }
}
