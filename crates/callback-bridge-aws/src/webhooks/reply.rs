//! What the responses of destinations mean.

use std::time::Duration;

use callbacks::{
    CallError, CallReply,
    machines::{Posted, is_json},
};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER},
};
use tracing::warn;

use super::addresses::NotPublic;

/// The longest that a destination is left alone because it asks for it.
const MOST_AFTER: Duration = Duration::from_hours(24);

/// Reads the response of the destination `name`.
///
/// With a status of 2xx it has taken the call, and may be at work: whatever its body is then, the task is not failed, and the
/// answer may come by the link. A body of more than 64 KiB is not read to its end, and counts as none, like one that is not JSON
/// by its content type or by itself; half a body is no answer. One that breaks off is asked for again, because it may have been
/// the answer; the destination knows the call by its id. No other response has a body that is read.
pub(super) async fn read(name: &str, response: Response, now: Timestamp) -> Result<CallReply, CallError> {
    let status = response.status();
    if !status.is_success() {
        return Err(not_taken(name, status, response.headers(), now));
    }
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let says_json = is_json(content_type);
    let body = match body(response).await {
        Ok(body) => body.filter(|_| says_json),
        Err(error) => return Err(unanswered(name, &error)),
    };
    let body = body.filter(|body| !body.is_empty()).and_then(|body| serde_json::from_slice(&body).ok());
    Ok(CallReply { body })
}

/// The body; nothing where it is too large, of which no more is read then.
async fn body(mut response: Response) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > Posted::MOST_BYTES {
            warn!(most_bytes = Posted::MOST_BYTES, "the response of a destination is too large, and was not read");
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

fn not_taken(name: &str, status: StatusCode, headers: &HeaderMap, now: Timestamp) -> CallError {
    let advice = match status.as_u16() {
        408 | 425 | 429 | 500.. => return again(name, status, after(headers, now)),
        300..=399 => "redirects are not followed: register the URL prefix where it leads",
        401 | 403 => {
            "it does not believe the signature: compare the secret that is registered with the one that it has"
        }
        404 | 405 => "it takes no calls there: look at the URL prefix that is registered, and at webhook.path",
        410 => "it takes no calls there any more: register another URL prefix, or send it nothing",
        413 => "webhook.body is too large for it",
        400 | 422 => "it does not understand the call: compare webhook.body with what it documents",
        _ => "it does not take the call",
    };
    CallError::Refused { reason: format!("{name} replied with {status}: {advice}") }
}

fn again(name: &str, status: StatusCode, after: Option<Duration>) -> CallError {
    CallError::Again { reason: format!("{name} replied with {status}"), after }
}

/// How long it asks to be left alone: seconds, or the time until a date.
fn after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let after = if let Ok(seconds) = value.parse() {
        Duration::from_secs(seconds)
    } else {
        let date = DateTimeParser::new().parse_timestamp(value).ok()?;
        date.duration_since(now).max(SignedDuration::ZERO).unsigned_abs()
    };
    Some(after.min(MOST_AFTER))
}

/// The text of the error may repeat the URL.
pub(super) fn unanswered(name: &str, error: &reqwest::Error) -> CallError {
    if let Some(refused) = NotPublic::behind(error) {
        return CallError::Refused { reason: format!("{name} may not be called: {refused}") };
    }
    let problem = if error.is_timeout() {
        "has not replied in time"
    } else if error.is_connect() {
        "could not be connected to, or its name not be resolved"
    } else {
        "has broken its reply off"
    };
    CallError::Again { reason: format!("{name} {problem}"), after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(retry_after: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, retry_after.parse().unwrap())]);
        after(&headers, "2026-11-22T10:00:00Z".parse().unwrap()).map(|after| after.as_secs())
    }

    #[test]
    fn a_destination_is_left_alone_for_as_long_as_it_asks_but_not_for_ever() {
        for (value, seconds) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("18446744073709551615", Some(86_400)),
            ("Sun, 22 Nov 2026 10:02:00 GMT", Some(120)),
            ("Sun, 22 Nov 2026 09:00:00 GMT", Some(0)),
            ("Mon, 22 Nov 2027 10:00:00 GMT", Some(86_400)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(asks(value), seconds, "{value}");
        }
    }
}
