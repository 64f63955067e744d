//! Every reply of these tests is held against docs/openapi.json.

use std::sync::LazyLock;

use callbacks::test_util::{Documented, DocumentedReply};
use lambda_http::{Request, RequestExt};

use crate::bench::Seen;

static DOCUMENTED: LazyLock<Documented> =
    LazyLock::new(|| Documented::read(include_str!("../../../../docs/openapi.json")));

/// Fails where the document has no such reply.
pub(crate) fn check(request: &Request, seen: &Seen) {
    let header = |name: &str| seen.headers.get(name).map(String::as_str);
    let reply = DocumentedReply {
        method: request.method().as_str(),
        path: request.raw_http_path(),
        status: seen.status,
        content_type: header("content-type"),
        allow: header("allow"),
        retry_after: header("retry-after"),
        body: &seen.body,
    };
    // What has no route never comes, but some tests send it all the same.
    if DOCUMENTED.has(reply.path)
        && let Err(problem) = DOCUMENTED.check(&reply)
    {
        panic!("docs/openapi.json: {problem}");
    }
}
