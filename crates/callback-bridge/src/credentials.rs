//! What error codes say about the credentials of a call.

/// Stands for an error code where a call was not made because nobody has given credentials to sign it by.
pub const NO_CREDENTIALS: &str = "NoCredentials";

/// Whether an error code says that a call was signed by no credentials that are valid, rather than by those of somebody who
/// lacks a grant.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html>
#[must_use]
pub fn is_of_credentials(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken"
            | "ExpiredTokenException"
            | "IncompleteSignature"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "SignatureDoesNotMatch"
            | "UnrecognizedClientException"
            | NO_CREDENTIALS
    )
}
