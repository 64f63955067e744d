//! Where the bridge calls.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use standardwebhooks::HEADER_WEBHOOK_ID;
use tokio::time::sleep;

use super::payment::Order;
use super::{Dealing, Office, Payment, mood, payees};

/// How many bytes a response has that is too large.
const HUGE: usize = 10 * 1024 * 1024;
/// Where clouds tell whoever asks from inside what only they are to know.
const METADATA: &str = "http://169.254.169.254/latest/meta-data/";

pub(super) async fn pay(State(office): State<Arc<Office>>, headers: HeaderMap, body: Bytes) -> Response {
    let (callback_id, order) = match office.order(&headers, &body) {
        Ok(ordered) => ordered,
        Err((status, problem)) => {
            office.dealings.append(Dealing::Refused { status: status.as_u16(), problem: problem.clone() });
            return (status, Json(json!({ "error": problem }))).into_response();
        }
    };
    let payment = office.payments.of_call(&callback_id, order);
    office.dealings.append(Dealing::Called(payment.clone()));
    if payment.calls == 1 {
        office.say_all(&payment.id, &mood::before_response(&payment)).await;
    }
    let response = office.response(&payment).await;
    office.dealings.append(Dealing::Responded { payment_id: payment.id.clone(), status: response.status().as_u16() });
    if payment.calls == 1 {
        office.say_later(&payment, mood::after_response(&payment));
    }
    response
}

impl Office {
    /// What is ordered by the bridge, and by what id. Who does not prove to be the bridge orders nothing.
    fn order(&self, headers: &HeaderMap, body: &[u8]) -> Result<(String, Order), (StatusCode, String)> {
        let unproved = |problem: String| (StatusCode::UNAUTHORIZED, problem);
        let webhook = self.of_the_bridge.webhook().map_err(|error| unproved(error.to_string()))?;
        webhook.verify(body, headers).map_err(|error| unproved(error.to_string()))?;
        let id = headers.get(HEADER_WEBHOOK_ID).and_then(|id| id.to_str().ok());
        let id = id.ok_or_else(|| unproved("there is no id".to_owned()))?;
        // The error names a field, and not what stands in it.
        let order = serde_json::from_slice(body).map_err(|error| (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()));
        Ok((id.to_owned(), order?))
    }

    async fn response(&self, payment: &Payment) -> Response {
        let paid = || Json(payment.paid()).into_response();
        match payment.pay_to.as_str() {
            payees::LATER
            | payees::BY_EVENT
            | payees::EARLY
            | payees::TWICE
            | payees::CONTRARY
            | payees::FORGED
            | payees::UNSIGNED
            | payees::STALE
            | payees::REPLAYED
            | payees::FORGOTTEN => {
                (StatusCode::ACCEPTED, Json(json!({ "status": "accepted", "paymentId": payment.id }))).into_response()
            }
            payees::SLOW => {
                sleep(self.options.slow).await;
                paid()
            }
            payees::BUSY if payment.calls == 1 => (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "1")]).into_response(),
            payees::BROKEN => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            payees::GONE => StatusCode::GONE.into_response(),
            payees::ELSEWHERE => (StatusCode::FOUND, [(LOCATION, METADATA)]).into_response(),
            payees::HUGE => {
                let mut body = payment.paid().to_string();
                body.extend(std::iter::repeat_n(' ', HUGE));
                ([(CONTENT_TYPE, "application/json")], body).into_response()
            }
            payees::STRANGE => Json(json!({ "state": { "code": 7 } })).into_response(),
            payees::DEAD => std::future::pending().await,
            payees::FAILING => Json(payment.failed("the account is closed")).into_response(),
            _ => paid(),
        }
    }
}
