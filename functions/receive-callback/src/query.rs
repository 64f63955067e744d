//! Queries as people and programs write them.

use lambda_http::{LambdaEvent, request::LambdaRequest};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What a URI may not have in its query, beside what is not ASCII.
const ELSEWHERE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The same event with a query that a URI can have. API Gateway passes on what it was sent, and whoever appends a parameter
/// to a link may write it as it is: `?who=<Ann>`.
#[must_use]
pub fn readable(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload
        && let Some(query) = &mut request.raw_query_string
    {
        *query = utf8_percent_encode(query, ELSEWHERE).to_string();
    }
    event
}
