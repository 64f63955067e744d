//! Requests that have to be signed, as [IAM authorization](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html) wants it.
//!
//! What came is [signed](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html) once
//! more, by what the SDKs sign with, and has to come out the same.

use std::iter;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::children::{ACCOUNT, CREDENTIAL, REGION};

const SERVICE: &str = "execute-api";
const DATE: &str = "x-amz-date";
const BODY_HASH: &str = "x-amz-content-sha256";
const SESSION_TOKEN: &str = "x-amz-security-token";
/// How far the date of a request may be from now, [either way](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html).
const LARGEST_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Whom the credentials of everything local belong to. The user's id is one as AWS gives them.
const USER_ID: &str = "AIDALOCALLOCALLOCALLO";

/// Who has signed a request: `requestContext.authorizer.iam`, [with what AWS has in it](https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html).
/// Nothing if the credentials of everything local have not signed it, for here and now.
pub(super) fn caller(head: &Parts, body: &[u8], now: Timestamp) -> Option<Value> {
    let signature = Signature::of(&head.headers)?;
    let date = DateTime::strptime("%Y%m%dT%H%M%SZ", text(&head.headers, DATE)?).ok()?;
    let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let scope = format!("{CREDENTIAL}/{}/{REGION}/{SERVICE}/aws4_request", at.strftime("%Y%m%d"));
    let is_ours = signature.credential == scope
        && at.duration_since(now).abs() <= LARGEST_SKEW
        && signature.covers(&head.headers)
        && bool::from(signature.again(head, body, at)?.as_bytes().ct_eq(signature.value.as_bytes()));
    is_ours.then(|| {
        json!({
            "accessKey": CREDENTIAL,
            "accountId": ACCOUNT,
            "callerId": USER_ID,
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": format!("arn:aws:iam::{ACCOUNT}:user/{CREDENTIAL}"),
            "userId": USER_ID,
        })
    })
}

/// What a request says about its signature.
struct Signature<'a> {
    credential: &'a str,
    headers: Vec<&'a str>,
    value: &'a str,
}

impl<'a> Signature<'a> {
    fn of(headers: &'a HeaderMap) -> Option<Self> {
        let fields = text(headers, AUTHORIZATION.as_str())?.strip_prefix("AWS4-HMAC-SHA256 ")?;
        let field = |name| fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='));
        let headers = field("SignedHeaders")?.split(';').collect();
        Some(Self { credential: field("Credential")?, headers, value: field("Signature")? })
    }

    /// Whether it is about all headers that it has to be about: the host, and those that mean something to AWS. The
    /// credentials of everything local are of no session, so none of its tokens is good.
    fn covers(&self, headers: &HeaderMap) -> bool {
        let mut needed = headers.keys().filter(|name| name.as_str().starts_with("x-amz-")).chain(iter::once(&HOST));
        needed.all(|name| self.has(name)) && headers.contains_key(HOST) && !headers.contains_key(SESSION_TOKEN)
    }

    fn has(&self, name: &HeaderName) -> bool {
        self.headers.contains(&name.as_str())
    }

    /// The signature of the request with the headers that this one is about, if it can be signed.
    fn again(&self, head: &Parts, body: &[u8], at: Timestamp) -> Option<String> {
        let mut settings = SigningSettings::default();
        // The SDKs leave out some of them.
        settings.excluded_headers = None;
        if head.headers.contains_key(BODY_HASH) {
            // What the header says is replaced by the hash of the body that came.
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let identity = Credentials::new(CREDENTIAL, CREDENTIAL, None, None, "local").into();
        let params = SigningParams::builder().identity(&identity).region(REGION).name(SERVICE).time(at.into());
        let params = params.settings(settings).build().ok()?.into();
        let headers = head.headers.iter().filter(|(name, _)| self.has(name));
        let headers: Option<Vec<_>> =
            headers.map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let uri = head.uri.path_and_query()?.as_str();
        let request =
            SignableRequest::new(head.method.as_str(), uri, headers?.into_iter(), SignableBody::Bytes(body)).ok()?;
        Some(sign(request, &params).ok()?.into_parts().1)
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests;
