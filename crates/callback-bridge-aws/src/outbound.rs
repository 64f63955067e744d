//! All that goes out but answers to tasks, as the environment of a function says.

use callbacks::Outbound;

use crate::{Error, HttpWebhooks, Lambda, LateAnswerEvents, Notices, late_answers, notices, webhooks};

/// What tells people, calls other systems, and tells of late answers.
pub type AwsOutbound = Outbound<Notices, HttpWebhooks, LateAnswerEvents>;

/// The three of them together.
///
/// # Errors
/// When a variable is wrong, or a secret cannot be read; the error names it.
pub async fn outbound(lambda: &Lambda) -> Result<AwsOutbound, Error> {
    Ok(Outbound { people: notices(lambda).await?, machines: webhooks(lambda).await?, late: late_answers(lambda)? })
}
