//! Bodies of requests.

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody};

use super::refusal::Refusal;

/// The largest there may be: 10 MB.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
pub(super) const LARGEST: usize = 10 * 1024 * 1024;

/// Reads a body to its end, even if it is too large: who still sends might not see the refusal.
pub(super) async fn read(mut body: Body) -> Result<Vec<u8>, Refusal> {
    let (mut data, mut length) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(chunk) = frame.map_err(|_| Refusal::BadRequest)?.into_data() else { continue };
        length += chunk.len();
        if length <= LARGEST {
            data.extend_from_slice(&chunk);
        }
    }
    if length > LARGEST { Err(Refusal::TooLarge) } else { Ok(data) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ten_megabytes_are_not_too_large() {
        assert_eq!(read(Body::from(vec![0; LARGEST])).await.unwrap().len(), LARGEST);
        assert_eq!(read(Body::from(vec![0; LARGEST + 1])).await.unwrap_err(), Refusal::TooLarge);
    }
}
